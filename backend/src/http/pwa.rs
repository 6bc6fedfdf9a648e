//! Serves the built front end: from a directory, or from the binary with the feature `embed`.
//!
//! All files are read once at start (a few hundred kilobytes): no request ever turns into a path on the disk.

use super::{is_api, problem::Failure};
use crate::domain::{field::media::Sha256, problem::Code};
use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        Method,
        header::{self, EntityTag, Header, HeaderValue, IfNoneMatch},
    },
    web,
};
use bytes::Bytes;
use sha2::Digest;
use std::{collections::HashMap, fs, io, path::Path};

/// The files of the front end by address.
#[derive(Debug, Default)]
pub struct Pwa {
    files: HashMap<String, File>,
}

#[derive(Debug)]
struct File {
    bytes: Bytes,
    tag: String,
    media_type: &'static str,
    /// Its name changes with its content.
    immutable: bool,
}

/// Where Vite puts files that carry a hash in their name.
const HASHED: &str = "/assets/";

impl Pwa {
    /// Reads a `dist` directory; without an `index.html` there is no build.
    pub fn read(dist: &Path) -> io::Result<Self> {
        let mut pwa = Self::default();
        if dist.join("index.html").is_file() {
            pwa.walk(dist, "")?;
        }
        Ok(pwa)
    }

    fn walk(&mut self, folder: &Path, address: &str) -> io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let Ok(name) = entry.file_name().into_string() else { continue };
            // Vite's own notes (`.vite/manifest.json`) are not for browsers.
            if name.starts_with('.') {
                continue;
            }
            let address = format!("{address}/{name}");
            if entry.file_type()?.is_dir() {
                self.walk(&entry.path(), &address)?;
            } else {
                self.add(address, fs::read(entry.path())?);
            }
        }
        Ok(())
    }

    /// The files that were put into the binary.
    #[cfg(feature = "embed")]
    pub fn embedded() -> Self {
        #[derive(rust_embed::RustEmbed)]
        #[folder = "../pwa/dist"]
        struct Dist;
        let mut pwa = Self::default();
        for name in Dist::iter().filter(|name| !name.split('/').any(|part| part.starts_with('.'))) {
            if let Some(file) = Dist::get(&name) {
                pwa.add(format!("/{name}"), file.data);
            }
        }
        pwa
    }

    fn add(&mut self, address: String, bytes: impl Into<Vec<u8>>) {
        let bytes = Bytes::from(bytes.into());
        let tag = Sha256::new(sha2::Sha256::digest(&bytes).into()).to_string();
        let file =
            File { tag, media_type: media_type(&address), immutable: address.starts_with(HASHED), bytes };
        self.files.insert(address, file);
    }

    pub fn is_missing(&self) -> bool {
        self.files.is_empty()
    }

    /// The file for an address; an address of the app's own router is answered by the shell.
    fn find(&self, path: &str, navigation: bool) -> Option<&File> {
        if let Some(file) = self.files.get(path) {
            return Some(file);
        }
        let last = path.rsplit('/').next().unwrap_or_default();
        let routed = navigation && !last.contains('.') && !path.starts_with(HASHED);
        (path == "/" || routed).then(|| self.files.get("/index.html")).flatten()
    }
}

/// Everything that is not in the route table.
pub async fn serve(request: HttpRequest, state: web::Data<super::State>) -> Result<HttpResponse, Failure> {
    let path = request.path();
    if is_api(path) {
        return Err(Code::NotFound.into());
    }
    if request.method() != Method::GET && request.method() != Method::HEAD {
        return Ok(HttpResponse::MethodNotAllowed().insert_header((header::ALLOW, "GET, HEAD")).finish());
    }
    let accept =
        request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let navigation = accept.contains("text/html");
    if state.pwa.is_missing() && navigation {
        return Ok(HttpResponse::ServiceUnavailable().content_type("text/html; charset=utf-8").body(MISSING));
    }
    state.pwa.find(path, navigation).map(|file| answer(file, &request)).ok_or_else(|| Code::NotFound.into())
}

fn answer(file: &File, request: &HttpRequest) -> HttpResponse {
    // Weak, because the same file also travels compressed.
    let tag = EntityTag::new_weak(file.tag.clone());
    let cache = if file.immutable { "public, max-age=31536000, immutable" } else { "no-cache" };
    let known = match IfNoneMatch::parse(request) {
        Ok(IfNoneMatch::Any) => true,
        Ok(IfNoneMatch::Items(items)) => items.iter().any(|item| item.weak_eq(&tag)),
        Err(_) => false,
    };
    let mut response = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response.insert_header((header::ETAG, tag.to_string()));
    response.insert_header((header::CACHE_CONTROL, cache));
    if known {
        return response.finish();
    }
    response.insert_header((header::CONTENT_TYPE, HeaderValue::from_static(file.media_type)));
    response.body(file.bytes.clone())
}

fn media_type(address: &str) -> &'static str {
    match address.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "wasm" => "application/wasm",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

const MISSING: &str = "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\"><title>拉练通 Lalian</title>\
    <h1>页面文件还没有构建</h1><p>服务已经启动，但没有找到前端文件。请在 pwa 目录运行 \
    <code>npm ci --ignore-scripts &amp;&amp; npm run build</code>，然后重新启动。</p>\
    <h2>The front end is not built yet</h2><p>The server runs, but there are no front-end files. Run \
    <code>npm ci --ignore-scripts &amp;&amp; npm run build</code> in the folder pwa and start again.</p></html>";

#[cfg(test)]
mod tests {
    use super::*;

    fn built() -> Pwa {
        let mut pwa = Pwa::default();
        for address in ["/index.html", "/sw.js", "/assets/app-1a2b.js", "/manifest.webmanifest"] {
            pwa.add(address.to_owned(), address.as_bytes());
        }
        pwa
    }

    #[test]
    fn the_app_s_own_addresses_open_the_shell() {
        let pwa = built();
        let found = |path, navigation| pwa.find(path, navigation).map(|file| file.media_type);
        assert_eq!(found("/", false), Some("text/html; charset=utf-8"));
        assert_eq!(found("/tickets/42", true), Some("text/html; charset=utf-8"));
        assert_eq!(found("/tickets/42", false), None, "a script that asks for a page gets none");
        assert_eq!(found("/missing.js", true), None);
        assert_eq!(found("/assets/gone", true), None);
        assert_eq!(found("/sw.js", false), Some("text/javascript; charset=utf-8"));
    }

    #[test]
    fn only_hashed_files_are_kept_for_ever() {
        let pwa = built();
        let kept: Vec<_> =
            pwa.files.iter().filter(|(_, file)| file.immutable).map(|(path, _)| path.as_str()).collect();
        assert_eq!(kept, ["/assets/app-1a2b.js"]);
    }

    #[test]
    fn no_path_leaves_the_directory() {
        let root = tempfile::tempdir().unwrap();
        let dist = root.path().join("dist");
        fs::create_dir_all(dist.join(".vite")).unwrap();
        fs::write(root.path().join("secret"), "s").unwrap();
        fs::write(dist.join("index.html"), "i").unwrap();
        fs::write(dist.join(".vite/manifest.json"), "{}").unwrap();
        let pwa = Pwa::read(&dist).unwrap();
        assert_eq!(pwa.files.keys().collect::<Vec<_>>(), ["/index.html"]);
        for path in ["/../secret", "/..%2fsecret", "//secret", "/.vite/manifest.json"] {
            assert!(pwa.find(path, false).is_none(), "{path}");
        }
        assert!(Pwa::read(&root.path().join("nowhere")).unwrap().is_missing());
    }
}
