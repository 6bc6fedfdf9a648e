//! Files in a bucket behave as files on a disk do: the stories of `backend/src/files/tests.rs`, told to a real S3 interface.

use bytes::Bytes;
use futures_util::TryStreamExt as _;
use lalian::domain::field::media::Sha256;
use lalian::files::{Copy, Files, Finished, Key};
use lalian_tests::bucket::Bucket;
use lalian_tests::photo::of_size;
use lalian_tests::text::hex_digest;
use uuid::Uuid;

const COUNTY: Uuid = Uuid::from_u128(1);
const UPLOAD: Uuid = Uuid::from_u128(7);
const PREFIX: &str = "a/county";

async fn place() -> (Bucket, Files) {
    let bucket = Bucket::start().await;
    let files = Files::bucket(&bucket.settings(PREFIX)).expect("settings");
    (bucket, files)
}

fn key_of(bytes: &[u8]) -> Key {
    Key { county: COUNTY, sha256: Sha256::parse(&hex_digest(bytes)).expect("a hash") }
}

async fn append(files: &Files, offset: usize, bytes: &[u8]) -> u64 {
    let mut writer = files.stage(UPLOAD, offset as u64).await.expect("stage");
    for chunk in bytes.chunks(32_768) {
        writer.write(Bytes::copy_from_slice(chunk)).await.expect("write");
    }
    writer.sync().await.expect("sync")
}

async fn finish(files: &Files, photo: &[u8]) -> Finished {
    files.finish(UPLOAD, key_of(photo), photo.len() as u64).await.expect("finish")
}

async fn whole(files: &Files, key: Key) -> Option<Vec<u8>> {
    let opened = files.open(key, None).await.expect("open")?;
    Some(opened.bytes.try_collect::<Vec<_>>().await.expect("read").concat())
}

#[tokio::test]
async fn pieces_become_one_object_under_its_hash() {
    let (bucket, files) = place().await;
    files.probe().await.expect("the bucket works");
    // More than a piece of the writer holds, so that one request makes several objects.
    let photo = of_size(1, 9_000_000);
    assert_eq!(append(&files, 0, &photo[..5_000_000]).await, 5_000_000);
    assert!(bucket.objects_under(&format!("{PREFIX}/staging/{UPLOAD}")) >= 2);
    assert_eq!(append(&files, 5_000_000, &photo[5_000_000..]).await, photo.len() as u64);
    assert_eq!(whole(&files, key_of(&photo)).await, None, "nothing is readable before it is judged");
    assert_eq!(finish(&files, &photo).await, Finished::Stored);
    assert_eq!(whole(&files, key_of(&photo)).await.expect("stored"), photo);
    assert_eq!(files.length(key_of(&photo)).await.expect("head"), Some(photo.len() as u64));
    assert_eq!(bucket.objects_under(&format!("{PREFIX}/staging")), 0);
    assert_eq!(bucket.objects_under(&format!("{PREFIX}/c/{COUNTY}")), 1);
    assert_eq!(finish(&files, &photo).await, Finished::Stored, "told too late, asked again");
}

#[tokio::test]
async fn stale_pieces_of_a_broken_attempt_do_no_harm() {
    let (_bucket, files) = place().await;
    let photo = of_size(2, 700_000);
    append(&files, 0, &photo[..100_000]).await;
    // A cut attempt wrote on with other cuts, and its end was never recorded.
    append(&files, 100_000, &[0xEE; 50_000]).await;
    append(&files, 150_000, &[0xEE; 300_000]).await;
    append(&files, 100_000, &photo[100_000..250_000]).await;
    append(&files, 250_000, &photo[250_000..]).await;
    assert_eq!(finish(&files, &photo).await, Finished::Stored);
    assert_eq!(whole(&files, key_of(&photo)).await.expect("stored"), photo);
}

#[tokio::test]
async fn a_refused_chunk_leaves_no_trace() {
    let (bucket, files) = place().await;
    let photo = of_size(3, 300_000);
    append(&files, 0, &photo[..1000]).await;
    let mut writer = files.stage(UPLOAD, 1000).await.expect("stage");
    writer.write(Bytes::from(vec![0xEE; 5_000_000])).await.expect("write");
    writer.undo().await.expect("undo");
    assert_eq!(bucket.objects_under(&format!("{PREFIX}/staging")), 1);
    append(&files, 1000, &photo[1000..]).await;
    assert_eq!(finish(&files, &photo).await, Finished::Stored);
}

#[tokio::test]
async fn other_bytes_a_gap_or_another_length_start_over() {
    let (bucket, files) = place().await;
    let photo = of_size(4, 300_000);
    let mut other = photo.clone();
    other[150_000] ^= 1;
    append(&files, 0, &other).await;
    assert_eq!(finish(&files, &photo).await, Finished::Mismatch);
    append(&files, 0, &photo[..10]).await;
    append(&files, 20, &photo[20..]).await;
    assert_eq!(finish(&files, &photo).await, Finished::Mismatch, "a gap is no file");
    append(&files, 0, &photo[..10]).await;
    assert_eq!(finish(&files, &photo).await, Finished::Mismatch, "a beginning is no file");
    assert_eq!(whole(&files, key_of(&photo)).await, None);
    assert_eq!(bucket.objects_under(PREFIX), 0);
}

#[tokio::test]
async fn the_same_file_twice_is_one_object_and_counties_are_apart() {
    let (bucket, files) = place().await;
    let photo = of_size(5, 100_000);
    for _ in 0..2 {
        append(&files, 0, &photo).await;
        assert_eq!(finish(&files, &photo).await, Finished::Stored);
    }
    assert_eq!(bucket.objects_under(&format!("{PREFIX}/c")), 1);
    assert_eq!(bucket.objects_under(&format!("{PREFIX}/staging")), 0);
    let elsewhere = Key { county: Uuid::from_u128(2), ..key_of(&photo) };
    assert_eq!(whole(&files, elsewhere).await, None);
}

#[tokio::test]
async fn parts_and_copies() {
    let (_bucket, files) = place().await;
    let photo = of_size(6, 100_000);
    append(&files, 0, &photo).await;
    finish(&files, &photo).await;
    let part = files.open(key_of(&photo), Some(1000..2000)).await.expect("open").expect("stored");
    assert_eq!((part.length, part.range.clone()), (photo.len() as u64, 1000..2000));
    assert_eq!(part.bytes.try_collect::<Vec<_>>().await.expect("read").concat(), photo[1000..2000]);
    assert!(files.open_copy(key_of(&photo), Copy::Thumb).await.expect("open").is_none());
    files.put_copy(key_of(&photo), Copy::Thumb, vec![1]).await.expect("put");
    files.put_copy(key_of(&photo), Copy::Thumb, vec![2, 3]).await.expect("put again");
    assert_eq!(files.open_copy(key_of(&photo), Copy::Thumb).await.expect("open").expect("made").length, 2);
    assert_eq!(files.free_space().expect("asked"), None);
}

#[tokio::test]
async fn a_wrong_secret_is_found_at_start() {
    let bucket = Bucket::start().await;
    let files = Files::bucket(&bucket.settings_of_a_stranger()).expect("settings");
    assert!(files.probe().await.is_err());
    assert_eq!(bucket.objects_under(""), 0);
}
