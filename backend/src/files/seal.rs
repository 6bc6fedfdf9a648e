//! Encryption of backups: age files to public keys, so that the machine that makes them cannot read them, and any age tool opens them.

use super::{Error, Result};
use bytes::Bytes;
use flate2::{Compression, read::MultiGzDecoder, write::GzEncoder};
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use sha2::{Digest, Sha256};
use std::io::{self, Read, Write};
use std::path::Path;
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::mpsc;

/// Plain bytes that are handed on at once.
const CHUNK: usize = 64 * 1024;
/// Pieces between two sides of a pipe.
const PIPE: usize = 8;

/// To whom a backup is sealed; nobody in particular leaves it open.
#[derive(Clone, Default)]
pub struct Recipients(Vec<age::x25519::Recipient>);

impl Recipients {
    /// Public keys such as `age1…`; `Err` names the one that is none.
    pub fn parse(keys: &[String]) -> std::result::Result<Self, String> {
        let parse =
            |key: &String| age::x25519::Recipient::from_str(key.trim()).map_err(|_no_key| key.clone());
        Ok(Self(keys.iter().map(parse).collect::<std::result::Result<_, _>>()?))
    }

    pub fn is_open(&self) -> bool {
        self.0.is_empty()
    }

    /// The keys in their written form, in order.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        names.sort();
        names
    }

    /// Names the folder of what these keys can open: files sealed to other keys are copied anew.
    pub fn mark(&self) -> String {
        if self.is_open() {
            return "open".to_owned();
        }
        hex(&Sha256::digest(self.names().join(","))[..8])
    }
}

/// A fresh pair: the secret half in the form of an age identity file, and the public key.
pub fn new_identity() -> (secrecy::SecretString, String) {
    use age::secrecy::ExposeSecret;
    let identity = age::x25519::Identity::generate();
    let public = identity.to_public().to_string();
    let text = format!("# public key: {public}\n{}\n", identity.to_string().expose_secret());
    (text.into(), public)
}

/// Secret keys that open a backup.
#[derive(Clone, Default)]
pub struct Identities(Arc<Vec<Box<dyn age::Identity + Send + Sync>>>);

impl Identities {
    /// Reads an age identity file.
    pub fn read(file: &Path) -> io::Result<Self> {
        let text = io::BufReader::new(std::fs::File::open(file)?);
        let keys = age::IdentityFile::from_buffer(text)?
            .into_identities()
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.to_string()))?;
        if keys.is_empty() {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "no key in it"));
        }
        Ok(Self(Arc::new(keys)))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Takes plain bytes and yields sealed ones.
pub struct Sealer {
    inner: Inner,
    out: Out,
    hasher: Sha256,
    bytes: u64,
}

enum Inner {
    Raw(Layer),
    Packed(Box<GzEncoder<Layer>>),
}

enum Layer {
    Open(Out),
    Sealed(Box<age::stream::StreamWriter<Out>>),
}

/// What has been sealed and was not taken yet.
#[derive(Clone, Default)]
struct Out(Arc<Mutex<Vec<u8>>>);

impl Out {
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Write for Layer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Open(out) => out.write(bytes),
            Self::Sealed(writer) => writer.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Layer {
    fn finish(self) -> io::Result<()> {
        match self {
            Self::Open(_) => Ok(()),
            Self::Sealed(writer) => writer.finish().map(drop),
        }
    }
}

impl Sealer {
    /// `packed` compresses before sealing: rows shrink to a tenth, photos not at all.
    pub fn new(to: &Recipients, packed: bool) -> Result<Self> {
        let out = Out::default();
        let layer = if to.is_open() {
            Layer::Open(out.clone())
        } else {
            let keys = to.0.iter().map(|key| key as &dyn age::Recipient);
            let encryptor =
                age::Encryptor::with_recipients(keys).map_err(|error| Error::Settings(error.to_string()))?;
            Layer::Sealed(Box::new(encryptor.wrap_output(out.clone())?))
        };
        let inner = if packed {
            Inner::Packed(Box::new(GzEncoder::new(layer, Compression::fast())))
        } else {
            Inner::Raw(layer)
        };
        Ok(Self { inner, out, hasher: Sha256::new(), bytes: 0 })
    }

    /// Takes plain bytes and yields what is sealed so far.
    pub fn take(&mut self, plain: &[u8]) -> Result<Vec<u8>> {
        match &mut self.inner {
            Inner::Raw(layer) => layer.write_all(plain)?,
            Inner::Packed(packer) => packer.write_all(plain)?,
        }
        Ok(self.counted())
    }

    fn counted(&mut self) -> Vec<u8> {
        let sealed = self.out.take();
        self.hasher.update(&sealed);
        self.bytes += sealed.len() as u64;
        sealed
    }

    /// The last sealed bytes, and length and hash of all.
    pub fn finish(mut self) -> Result<(Vec<u8>, u64, String)> {
        let layer = match std::mem::replace(&mut self.inner, Inner::Raw(Layer::Open(Out::default()))) {
            Inner::Raw(layer) => layer,
            Inner::Packed(packer) => packer.finish()?,
        };
        layer.finish()?;
        let sealed = self.counted();
        Ok((sealed, self.bytes, hex(&self.hasher.finalize())))
    }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Why sealed bytes could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum Unsealing {
    #[error("none of the keys opens it")]
    WrongKey,
    #[error("damaged: {0}")]
    Damaged(String),
    #[error(transparent)]
    Files(#[from] Error),
}

/// Sealed bytes as they come, turned into plain ones by a thread of its own.
pub struct Unsealed {
    plain: mpsc::Receiver<std::result::Result<Bytes, Unsealing>>,
    hash: Arc<Mutex<Option<String>>>,
}

impl Unsealed {
    pub fn new(
        mut sealed: BoxStream<'static, Result<Bytes>>,
        keys: Option<Identities>,
        packed: bool,
    ) -> Self {
        let (to_thread, from_store) = mpsc::channel::<Result<Bytes>>(PIPE);
        tokio::spawn(async move {
            while let Some(chunk) = sealed.next().await {
                if to_thread.send(chunk).await.is_err() {
                    return;
                }
            }
        });
        let (tell, plain) = mpsc::channel(PIPE);
        let hash = Arc::new(Mutex::new(None));
        let hashed = Arc::clone(&hash);
        tokio::task::spawn_blocking(move || {
            let source = Source {
                chunks: from_store,
                now: Bytes::new(),
                hasher: Sha256::new(),
                failed: Arc::default(),
                hash: hashed,
            };
            let failed = Arc::clone(&source.failed);
            let told = pump(source, keys, packed, |bytes| tell.blocking_send(Ok(bytes)).is_ok());
            let Err(error) = told else { return };
            // What the store said is more to the point than that bytes were missing.
            let error = match failed.lock().unwrap_or_else(PoisonError::into_inner).take() {
                Some(cause) => Unsealing::Files(cause),
                None => error,
            };
            let _ = tell.blocking_send(Err(error));
        });
        Self { plain, hash }
    }

    /// The next plain bytes.
    pub async fn next(&mut self) -> std::result::Result<Option<Bytes>, Unsealing> {
        self.plain.recv().await.transpose()
    }

    /// SHA-256 of the sealed bytes, once all of them were read.
    pub fn sealed_hash(&self) -> Option<String> {
        self.hash.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn pump(
    mut source: Source,
    keys: Option<Identities>,
    packed: bool,
    mut tell: impl FnMut(Bytes) -> bool,
) -> std::result::Result<(), Unsealing> {
    let damaged = |error: io::Error| Unsealing::Damaged(error.to_string());
    let Some(keys) = keys else {
        let read = if packed {
            each(&mut MultiGzDecoder::new(&mut source), &mut tell)
        } else {
            each(&mut source, &mut tell)
        };
        read.map_err(damaged)?;
        return each(&mut source, &mut |_rest| true).map_err(damaged);
    };
    {
        let decryptor = age::Decryptor::new(&mut source).map_err(unsealing)?;
        let identities = keys.0.iter().map(|key| key.as_ref() as &dyn age::Identity);
        let mut plain = decryptor.decrypt(identities).map_err(unsealing)?;
        let read = if packed {
            each(&mut MultiGzDecoder::new(&mut plain), &mut tell)
        } else {
            each(&mut plain, &mut tell)
        };
        read.map_err(damaged)?;
        // To its very end, so that a file whose tail was cut off is noticed.
        each(&mut plain, &mut |_rest| true).map_err(damaged)?;
    }
    each(&mut source, &mut |_rest| true).map_err(damaged)
}

fn each(reader: &mut impl Read, tell: &mut impl FnMut(Bytes) -> bool) -> io::Result<()> {
    let mut buffer = vec![0; CHUNK];
    loop {
        match reader.read(&mut buffer)? {
            0 => return Ok(()),
            read if !tell(Bytes::copy_from_slice(&buffer[..read])) => return Ok(()),
            _ => {}
        }
    }
}

fn unsealing(error: age::DecryptError) -> Unsealing {
    match error {
        age::DecryptError::NoMatchingKeys => Unsealing::WrongKey,
        other => Unsealing::Damaged(other.to_string()),
    }
}

/// A stream as a reader of the thread.
struct Source {
    chunks: mpsc::Receiver<Result<Bytes>>,
    now: Bytes,
    hasher: Sha256,
    failed: Arc<Mutex<Option<Error>>>,
    hash: Arc<Mutex<Option<String>>>,
}

impl Read for Source {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.now.is_empty() {
            match self.chunks.blocking_recv() {
                Some(Ok(chunk)) => {
                    self.hasher.update(&chunk);
                    self.now = chunk;
                }
                Some(Err(error)) => {
                    *self.failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
                None => {
                    let hash = hex(&self.hasher.clone().finalize());
                    *self.hash.lock().unwrap_or_else(PoisonError::into_inner) = Some(hash);
                    return Ok(0);
                }
            }
        }
        let length = buffer.len().min(self.now.len());
        buffer[..length].copy_from_slice(&self.now.split_to(length));
        Ok(length)
    }
}

#[cfg(test)]
#[path = "seal_tests.rs"]
mod tests;
