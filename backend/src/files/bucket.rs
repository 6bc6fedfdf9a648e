//! An S3 bucket. S3 cannot append, so what arrives becomes one object `staging/{upload}/{offset}` after the other; the last step
//! hashes them in order and writes the final object with "create only".
//!
//! Stale pieces of a broken attempt may lie between good ones. The chain starts at 0 and steps by the length of each piece, so it
//! only visits names that the last attempt wrote; should two attempts ever mix, the hash says so.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use object_store::aws::AmazonS3Builder;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{ObjectStore, ObjectStoreExt, PutMode, PutPayload, RetryConfig};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;
use uuid::Uuid;

use super::{Error, Finished, Hasher, Key, Result};

/// Bytes of uploads that may be in memory between their pieces and their final object.
const FINISHING_BUDGET: u32 = 64 * 1024 * 1024;
/// How long a request is tried again before the phone is told to come back: phones try again anyway.
const PATIENCE: Duration = Duration::from_secs(20);

/// How to reach a bucket. Missing credentials are looked for where AWS tools look (environment, instance profile).
#[derive(Clone, Debug, Default)]
pub struct BucketSettings {
    pub bucket: String,
    /// Folder inside the bucket, may be empty.
    pub prefix: String,
    /// For servers other than AWS, such as `https://objects.example`.
    pub endpoint: Option<String>,
    pub region: Option<String>,
    pub access_key: Option<String>,
    pub secret_key: Option<SecretString>,
}

impl BucketSettings {
    pub(super) fn connect(&self) -> Result<Arc<dyn ObjectStore>> {
        let mut builder = AmazonS3Builder::from_env()
            .with_bucket_name(&self.bucket)
            .with_retry(RetryConfig { max_retries: 4, retry_timeout: PATIENCE, ..RetryConfig::default() });
        if let Some(endpoint) = &self.endpoint {
            builder = builder.with_endpoint(endpoint).with_allow_http(endpoint.starts_with("http://"));
        }
        if let Some(region) = &self.region {
            builder = builder.with_region(region);
        }
        if let (Some(key), Some(secret)) = (&self.access_key, &self.secret_key) {
            builder = builder.with_access_key_id(key).with_secret_access_key(secret.expose_secret());
        }
        let bucket = builder.build().map_err(|error| Error::Settings(error.to_string()))?;
        let prefix = self.prefix.trim_matches('/');
        Ok(if prefix.is_empty() { Arc::new(bucket) } else { Arc::new(PrefixStore::new(bucket, prefix)) })
    }
}

#[derive(Clone, Debug)]
pub(super) struct Staging {
    objects: Arc<dyn ObjectStore>,
    finishing: Arc<Semaphore>,
}

impl Staging {
    pub(super) fn new(objects: Arc<dyn ObjectStore>) -> Self {
        Self { objects, finishing: Arc::new(Semaphore::new(FINISHING_BUDGET as usize)) }
    }

    pub(super) fn tail(&self, upload: Uuid) -> Tail {
        Tail { objects: self.objects.clone(), folder: folder(upload), put: Vec::new() }
    }

    pub(super) async fn finish(&self, upload: Uuid, key: Key, length: u64) -> Result<Finished> {
        let share = u32::try_from(length).unwrap_or(u32::MAX).min(FINISHING_BUDGET);
        // Never closed, so acquiring cannot fail; without a permit the budget is merely not kept.
        let _share = self.finishing.acquire_many(share).await.ok();
        let Some(pieces) = self.chain(upload, length).await? else {
            // Either already moved, or not the bytes named.
            let stored = self.objects.head(&key.original()).await.is_ok_and(|meta| meta.size == length);
            self.drop_upload(upload).await?;
            return Ok(if stored { Finished::Stored } else { Finished::Mismatch });
        };
        let mut hasher = Hasher::default();
        let mut whole = Vec::new();
        for piece in pieces {
            let mut bytes = self.objects.get(&piece).await?.into_stream();
            while let Some(chunk) = bytes.try_next().await? {
                hasher.update(&chunk);
                whole.push(chunk);
            }
        }
        let right = hasher.finish() == key.sha256;
        if right {
            let payload = PutPayload::from_iter(whole);
            match self.objects.put_opts(&key.original(), payload, PutMode::Create.into()).await {
                Ok(_) | Err(object_store::Error::AlreadyExists { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        self.drop_upload(upload).await?;
        Ok(if right { Finished::Stored } else { Finished::Mismatch })
    }

    /// The pieces from 0 to `length` in order, or `None` when they do not join up.
    async fn chain(&self, upload: Uuid, length: u64) -> Result<Option<Vec<Path>>> {
        let found: Vec<_> = self.objects.list(Some(&folder(upload))).try_collect().await?;
        let mut at = 0;
        let mut chain = Vec::new();
        while at < length {
            let name = piece(&folder(upload), at);
            match found.iter().find(|meta| meta.location == name && meta.size > 0) {
                Some(meta) => at += meta.size,
                None => return Ok(None),
            }
            chain.push(name);
        }
        Ok((at == length).then_some(chain))
    }

    pub(super) async fn drop_upload(&self, upload: Uuid) -> Result<()> {
        let names = self.objects.list(Some(&folder(upload))).map_ok(|meta| meta.location).boxed();
        gone(self.objects.delete_stream(names).try_collect::<Vec<_>>().await.map(drop))
    }
}

/// Puts the pieces of one attempt.
pub(super) struct Tail {
    objects: Arc<dyn ObjectStore>,
    folder: Path,
    put: Vec<Path>,
}

impl Tail {
    pub(super) async fn put(&mut self, offset: u64, pieces: Vec<Bytes>) -> Result<()> {
        let name = piece(&self.folder, offset);
        self.put.push(name.clone());
        self.objects.put(&name, PutPayload::from_iter(pieces)).await?;
        Ok(())
    }

    pub(super) async fn remove(self) -> Result<()> {
        let names = stream::iter(self.put.into_iter().map(Ok)).boxed();
        gone(self.objects.delete_stream(names).try_collect::<Vec<_>>().await.map(drop))
    }
}

fn folder(upload: Uuid) -> Path {
    Path::from_iter(["staging", &upload.to_string()])
}

/// Padded, so that a listing is in order.
fn piece(folder: &Path, offset: u64) -> Path {
    folder.clone().join(format!("{offset:020}"))
}

/// What is already gone needs no removing.
fn gone(result: object_store::Result<()>) -> Result<()> {
    match result {
        Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
