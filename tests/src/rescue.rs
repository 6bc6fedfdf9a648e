//! A phone's rescue file, as `pwa/src/core/rescue.ts` writes it, right or wrong in any way a test asks for.

use std::io::{Cursor, Write as _};

use serde_json::{Value, json};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::http::{Answer, Http, send};
use crate::phone::Sealed;

/// A rescue file before it is written.
#[derive(Debug, Clone, Default)]
pub struct Rescue {
    pub operations: Vec<Value>,
    /// Name and bytes of each entry but the manifest.
    pub entries: Vec<(String, Vec<u8>)>,
}

impl Rescue {
    /// Everything of these operations, with the files that they name.
    pub fn of(sealed: &[&Sealed]) -> Self {
        let mut rescue = Self::default();
        for one in sealed {
            rescue.operations.push(json!({
                "operation_id": one.id, "seq": one.seq, "hash": format!("sha-256:{}", one.sha256()), "signature": one.signature,
            }));
            rescue.entries.push((format!("operations/{}.json", one.id), one.bytes.clone()));
            for photo in &one.photos {
                let name = format!("files/{}", photo.sha256());
                if rescue.entries.iter().all(|(known, _)| *known != name) {
                    rescue.entries.push((name, photo.bytes.clone()));
                }
            }
        }
        rescue
    }

    /// Without the entries whose name begins so.
    #[must_use]
    pub fn without(mut self, prefix: &str) -> Self {
        self.entries.retain(|(name, _)| !name.starts_with(prefix));
        self
    }

    /// With one entry more.
    #[must_use]
    pub fn with(mut self, name: &str, bytes: &[u8]) -> Self {
        self.entries.push((name.to_owned(), bytes.to_vec()));
        self
    }

    /// The zip, stored as phones store it.
    pub fn zip(&self) -> Vec<u8> {
        self.written(CompressionMethod::Stored, |_| {})
    }

    /// The zip with another method, and whatever else a test writes into it.
    pub fn written(
        &self,
        method: CompressionMethod,
        more: impl FnOnce(&mut ZipWriter<Cursor<Vec<u8>>>),
    ) -> Vec<u8> {
        let manifest = json!({
            "schema": "lalian.rescue/1", "exported_at": "2026-11-23T00:00:00Z", "device": null, "person": null, "operations": self.operations,
        });
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default().compression_method(method);
        zip.start_file("manifest.json", options).expect("an entry");
        zip.write_all(manifest.to_string().as_bytes()).expect("written");
        for (name, bytes) in &self.entries {
            zip.start_file(name.as_str(), options).expect("an entry");
            zip.write_all(bytes).expect("written");
        }
        more(&mut zip);
        zip.finish().expect("a whole zip").into_inner()
    }
}

/// Brings a rescue file to the county.
pub async fn import(http: &Http, zip: Vec<u8>) -> Answer {
    let request = http.request(reqwest::Method::POST, "/api/v1/imports/rescue");
    send(request.header("content-type", "application/zip").body(zip)).await
}
