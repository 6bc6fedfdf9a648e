//! The local directory under faults. The same story runs against S3 in `tests/api/files_s3.rs`.

use std::path::Path;

use bytes::Bytes;
use futures_util::TryStreamExt;
use tempfile::TempDir;
use uuid::Uuid;

use super::{Copy, Error, Files, Finished, Hasher, Key};

const COUNTY: Uuid = Uuid::from_u128(1);
const UPLOAD: Uuid = Uuid::from_u128(7);

async fn place() -> (TempDir, Files) {
    let folder = tempfile::tempdir().unwrap();
    let files = Files::disk(folder.path().join("deep/files")).await.unwrap();
    (folder, files)
}

fn key_of(bytes: &[u8]) -> Key {
    let mut hasher = Hasher::default();
    hasher.update(bytes);
    Key { county: COUNTY, sha256: hasher.finish() }
}

fn photo() -> Vec<u8> {
    (0..700_000_u32).map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()[2]).collect()
}

async fn append(files: &Files, offset: u64, bytes: &[u8]) -> u64 {
    let mut writer = files.stage(UPLOAD, offset).await.unwrap();
    for chunk in bytes.chunks(32_768) {
        writer.write(Bytes::copy_from_slice(chunk)).await.unwrap();
    }
    writer.sync().await.unwrap()
}

async fn whole(files: &Files, key: Key) -> Option<Vec<u8>> {
    let opened = files.open(key, None).await.unwrap()?;
    Some(opened.bytes.try_collect::<Vec<_>>().await.unwrap().concat())
}

fn files_under(path: &Path) -> usize {
    std::fs::read_dir(path).map_or(0, Iterator::count)
}

#[tokio::test]
async fn pieces_become_one_object_under_its_hash() {
    let (folder, files) = place().await;
    let photo = photo();
    let length = photo.len() as u64;
    assert_eq!(append(&files, 0, &photo[..300_000]).await, 300_000);
    assert_eq!(append(&files, 300_000, &photo[300_000..]).await, length);
    assert_eq!(whole(&files, key_of(&photo)).await, None, "nothing is readable before it is judged");
    assert_eq!(files.finish(UPLOAD, key_of(&photo), length).await.unwrap(), Finished::Stored);
    assert_eq!(whole(&files, key_of(&photo)).await.unwrap(), photo);
    assert_eq!(files.length(key_of(&photo)).await.unwrap(), Some(length));
    assert_eq!(files_under(&folder.path().join("deep/files/staging")), 0);
    // Told too late, asked again: still stored.
    assert_eq!(files.finish(UPLOAD, key_of(&photo), length).await.unwrap(), Finished::Stored);
}

#[tokio::test]
async fn bytes_after_the_durable_prefix_are_replaced() {
    let (_folder, files) = place().await;
    let photo = photo();
    append(&files, 0, &photo[..100_000]).await;
    // A cut attempt wrote on, and its end was never recorded.
    append(&files, 100_000, &vec![0xEE; 400_000]).await;
    append(&files, 100_000, &photo[100_000..]).await;
    assert_eq!(files.finish(UPLOAD, key_of(&photo), photo.len() as u64).await.unwrap(), Finished::Stored);
}

#[tokio::test]
async fn a_refused_chunk_leaves_no_trace() {
    let (_folder, files) = place().await;
    let photo = photo();
    append(&files, 0, &photo[..300_000]).await;
    let mut writer = files.stage(UPLOAD, 300_000).await.unwrap();
    writer.write(Bytes::from(vec![0xEE; 600_000])).await.unwrap();
    writer.undo().await.unwrap();
    assert_eq!(append(&files, 300_000, &photo[300_000..]).await, photo.len() as u64);
    assert_eq!(files.finish(UPLOAD, key_of(&photo), photo.len() as u64).await.unwrap(), Finished::Stored);
}

#[tokio::test]
async fn other_bytes_or_another_length_start_over() {
    let (folder, files) = place().await;
    let photo = photo();
    let mut other = photo.clone();
    other[350_000] ^= 1;
    append(&files, 0, &other).await;
    assert_eq!(files.finish(UPLOAD, key_of(&photo), photo.len() as u64).await.unwrap(), Finished::Mismatch);
    append(&files, 0, &photo[..10]).await;
    assert_eq!(files.finish(UPLOAD, key_of(&photo), photo.len() as u64).await.unwrap(), Finished::Mismatch);
    assert_eq!(whole(&files, key_of(&photo)).await, None);
    assert_eq!(files_under(&folder.path().join("deep/files/staging")), 0);
}

#[tokio::test]
async fn a_lost_staging_file_is_said_and_not_padded() {
    let (_folder, files) = place().await;
    append(&files, 0, &[1; 500]).await;
    assert!(matches!(files.stage(UPLOAD, 501).await, Err(Error::Lost { have: 500 })));
    files.drop_staging(UPLOAD).await.unwrap();
    files.drop_staging(UPLOAD).await.unwrap();
    assert!(matches!(files.stage(UPLOAD, 500).await, Err(Error::Lost { have: 0 })));
    let photo = photo();
    assert!(matches!(files.finish(UPLOAD, key_of(&photo), 500).await, Err(Error::Lost { have: 0 })));
}

#[tokio::test]
async fn the_same_file_twice_is_one_object_and_counties_are_apart() {
    let (folder, files) = place().await;
    let photo = photo();
    for _ in 0..2 {
        append(&files, 0, &photo).await;
        assert_eq!(files.finish(UPLOAD, key_of(&photo), photo.len() as u64).await.unwrap(), Finished::Stored);
    }
    assert_eq!(files_under(&folder.path().join("deep/files/c").join(COUNTY.to_string())), 1);
    assert_eq!(files_under(&folder.path().join("deep/files/staging")), 0);
    let elsewhere = Key { county: Uuid::from_u128(2), ..key_of(&photo) };
    assert_eq!(whole(&files, elsewhere).await, None);
}

#[tokio::test]
async fn parts_copies_and_free_space() {
    let (_folder, files) = place().await;
    let photo = photo();
    append(&files, 0, &photo).await;
    files.finish(UPLOAD, key_of(&photo), photo.len() as u64).await.unwrap();
    let part = files.open(key_of(&photo), Some(1000..2000)).await.unwrap().unwrap();
    assert_eq!((part.length, part.range.clone()), (photo.len() as u64, 1000..2000));
    assert_eq!(part.bytes.try_collect::<Vec<_>>().await.unwrap().concat(), photo[1000..2000]);

    assert!(files.open_copy(key_of(&photo), Copy::Thumb).await.unwrap().is_none());
    files.put_copy(key_of(&photo), Copy::Thumb, vec![1]).await.unwrap();
    files.put_copy(key_of(&photo), Copy::Thumb, vec![2, 3]).await.unwrap();
    assert_eq!(files.open_copy(key_of(&photo), Copy::Thumb).await.unwrap().unwrap().length, 2);
    assert!(files.free_space().unwrap().unwrap() > 0);
    files.probe().await.unwrap();
}

#[tokio::test]
async fn an_original_cannot_be_written_again() {
    let (folder, files) = place().await;
    append(&files, 0, b"evidence").await;
    files.finish(UPLOAD, key_of(b"evidence"), 8).await.unwrap();
    let path = folder.path().join("deep/files").join(key_of(b"evidence").original().as_ref());
    assert!(std::fs::metadata(path).unwrap().permissions().readonly());
}
