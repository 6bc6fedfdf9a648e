//! Files on their way in, under every fault that the door has to survive. The same use cases are driven over HTTP by the real tus clients.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use chrono::TimeDelta;
use futures_util::stream::{self, Stream, StreamExt as _};
use lalian::app::caller::Proof;
use lalian::app::field::uploads::Standing;
use lalian::app::field::{Cut, Piece};
use lalian::app::{App, AppError, AppResult, Caller, Origin};
use lalian::config::{Config, Storage};
use lalian::domain::clock::{Clock as _, Instant};
use lalian::domain::field::checksum::Checksum;
use lalian::domain::field::envelope::FileRef;
use lalian::domain::field::media::Sha256;
use lalian::domain::problem::Code;
use lalian::files::Key;
use lalian::server;
use lalian::store::field::named::{self, NamedBy, NewNamed};
use lalian::store::field::operations::{self, NewOperation};
use lalian::store::field::{files, uploads};
use lalian_tests::backend::{Backend, Database};
use lalian_tests::bucket::Bucket;
use lalian_tests::clock::TestClock;
use lalian_tests::phone::fresh_id;
use lalian_tests::photo::of_size;
use lalian_tests::stories;
use lalian_tests::text::{base64, hex_digest};
use serde_json::json;
use sha1::Digest as _;
use tempfile::TempDir;
use uuid::Uuid;

pub const COUNTY: Uuid = Uuid::from_u128(0xC0);
pub const OTHER_COUNTY: Uuid = Uuid::from_u128(0xC1);

/// A county with people who have sealed work that names photos.
pub struct Field {
    pub app: App,
    pub clock: Arc<TestClock>,
    pub folder: TempDir,
    pub bucket: Option<Bucket>,
    pub database: Database,
}

/// Where the photos of an operation belong.
#[derive(Default)]
pub struct Whereabouts {
    pub township: Option<Uuid>,
    pub village: Option<Uuid>,
    pub visible_from: Option<Instant>,
}

impl Field {
    /// SQLite with a folder, PostgreSQL with a bucket: the two profiles.
    pub async fn start(backend: Backend) -> Self {
        let database = Database::migrated(backend).await;
        let folder = tempfile::tempdir().expect("a folder");
        let clock = TestClock::new();
        let mut config = Config {
            database: database.url.clone().into(),
            clock: clock.clone(),
            ..Config::for_testing(folder.path())
        };
        let bucket = match backend {
            Backend::Sqlite => None,
            Backend::Postgres => {
                let bucket = Bucket::start().await;
                config.storage = Storage::Bucket(bucket.settings("county"));
                Some(bucket)
            }
        };
        let app = server::open(&config).await.expect("it opens");
        app.epoch().await.expect("receipts name the epoch");
        Self { app, clock, folder, bucket, database }
    }

    /// An operation of this caller that names these files; it waits for them.
    pub async fn names(&self, caller: &Caller, photos: &[&[u8]]) -> Uuid {
        self.names_at(caller, photos, &Whereabouts::default()).await.0
    }

    /// The same with the place that decides who may see the photos; answers the ids of the files too.
    pub async fn names_at(
        &self,
        caller: &Caller,
        photos: &[&[u8]],
        place: &Whereabouts,
    ) -> (Uuid, Vec<Uuid>) {
        let (id, now) = (fresh_id(), self.clock.now());
        let county = caller.county_id.expect("a county");
        let references: Vec<FileRef> = photos
            .iter()
            .map(|bytes| {
                let reference = json!({
                    "file_id": fresh_id(), "sha256": hex_digest(bytes), "bytes": bytes.len(),
                    "media_type": "image/jpeg", "role": "before",
                });
                serde_json::from_value(reference).expect("a reference")
            })
            .collect();
        let operation = NewOperation {
            id,
            county_id: county,
            kind: "finding.report/1".into(),
            person_id: caller.person_id,
            post_id: fresh_id(),
            device: None,
            hash: hex_digest(id.as_bytes()),
            body: b"{}".to_vec(),
            signature: None,
            made_at: now,
            observed_at: now,
            uncertainty_ms: 0,
            accepted_at: now,
            files: i32::try_from(photos.len()).expect("few"),
        };
        let by = NamedBy {
            operation_id: id,
            county_id: county,
            person_id: caller.person_id,
            township_id: place.township,
            village_id: place.village,
            visible_from: place.visible_from,
        };
        self.app
            .store
            .write(async |tx| {
                operations::insert(tx, operation.clone()).await?;
                let named: Vec<NewNamed<'_>> = references
                    .iter()
                    .map(|file| NewNamed { file, subject: "finding", subject_id: id, urgent: true })
                    .collect();
                named::insert(tx, by, &named).await?;
                Ok::<_, AppError>(())
            })
            .await
            .expect("stored");
        (id, references.iter().map(|file| file.file_id).collect())
    }

    async fn create(&self, caller: &Caller, bytes: &[u8]) -> Standing {
        self.try_create(caller, bytes).await.expect("an upload")
    }

    async fn try_create(&self, caller: &Caller, bytes: &[u8]) -> AppResult<Standing> {
        self.app.create_upload(caller, sha256(bytes), bytes.len() as u64).await
    }

    async fn append(&self, caller: &Caller, upload: Uuid, offset: usize, bytes: &[u8]) -> AppResult<u64> {
        self.app
            .append_upload(caller, upload, piece(offset), body(bytes))
            .await
            .map(|standing| standing.offset)
    }

    async fn offset(&self, caller: &Caller, upload: Uuid) -> u64 {
        self.app.upload_standing(caller, upload).await.expect("an upload").offset
    }

    /// Creates and sends in one go.
    pub async fn send(&self, caller: &Caller, bytes: &[u8]) {
        let upload = self.create(caller, bytes).await;
        assert_eq!(self.append(caller, upload.id, 0, bytes).await.expect("sent"), bytes.len() as u64);
    }

    async fn receipt(&self, operation: Uuid) -> Option<String> {
        let row =
            operations::find(self.app.store.read(), operation).await.expect("read").expect("an operation");
        row.receipt
    }

    async fn stored(&self, county: Uuid, bytes: &[u8]) -> Option<Vec<u8>> {
        let key = Key { county, sha256: sha256(bytes) };
        self.app.files.read(key).await.expect("read").map(|bytes| bytes.to_vec())
    }

    /// Objects that are on their way.
    fn staged(&self) -> usize {
        match &self.bucket {
            Some(bucket) => bucket.objects_under("county/staging"),
            None => std::fs::read_dir(self.folder.path().join("files/staging")).map_or(0, Iterator::count),
        }
    }
}

pub fn somebody(number: u128, county: Uuid) -> Caller {
    Caller {
        person_id: Uuid::from_u128(number),
        county_id: Some(county),
        device_id: None,
        proof: Proof::SendCredential,
        posts: Vec::new(),
        post: None,
        origin: Origin::default(),
    }
}

pub fn inspector() -> Caller {
    somebody(1, COUNTY)
}

pub fn sha256(bytes: &[u8]) -> Sha256 {
    Sha256::parse(&hex_digest(bytes)).expect("a hash")
}

fn piece(offset: usize) -> Piece {
    Piece { offset: offset as u64, length: None, checksum: None }
}

fn body(bytes: &[u8]) -> impl Stream<Item = Result<Bytes, Cut>> + Unpin + use<> {
    let chunks: Vec<_> = bytes.chunks(16_384).map(|chunk| Ok(Bytes::copy_from_slice(chunk))).collect();
    stream::iter(chunks)
}

fn cut_after(bytes: &[u8]) -> impl Stream<Item = Result<Bytes, Cut>> + Unpin + use<> {
    body(bytes).chain(stream::iter([Err(Cut)]))
}

#[track_caller]
pub fn code<T: std::fmt::Debug>(outcome: AppResult<T>) -> Code {
    match outcome {
        Err(AppError::Problem(problem)) => problem.code,
        other => panic!("no problem but {other:?}"),
    }
}

stories! {
    async fn the_last_byte_stores_the_file_and_signs_the_receipt(field: Field) {
        let (one, two) = (of_size(1, 300_000), of_size(2, 200_000));
        let operation = field.names(&inspector(), &[&one, &two]).await;
        let upload = field.create(&inspector(), &one).await;
        assert_eq!((upload.offset, upload.length), (0, one.len() as u64));
        assert_eq!(upload.expires_at, field.clock.now() + TimeDelta::days(30));
        assert_eq!(field.append(&inspector(), upload.id, 0, &one[..100_000]).await.expect("kept"), 100_000);
        assert_eq!(field.offset(&inspector(), upload.id).await, 100_000);
        assert_eq!(field.append(&inspector(), upload.id, 100_000, &one[100_000..]).await.expect("kept"), one.len() as u64);
        assert_eq!(field.receipt(operation).await, None, "one photo is still on its way");
        field.send(&inspector(), &two).await;
        assert!(field.receipt(operation).await.is_some());
        assert_eq!(field.stored(COUNTY, &one).await.expect("stored"), one);
        assert_eq!(field.staged(), 0);
    }

    async fn two_last_photos_at_the_same_moment_sign_one_receipt(field: Field) {
        let photos: Vec<Vec<u8>> = (0..6).map(|number| of_size(number, 20_000)).collect();
        let named: Vec<&[u8]> = photos.iter().map(Vec::as_slice).collect();
        let operation = field.names(&inspector(), &named).await;
        let caller = inspector();
        futures_util::future::join_all(photos.iter().map(|photo| field.send(&caller, photo))).await;
        assert!(field.receipt(operation).await.is_some(), "nobody was left waiting for somebody else");
    }

    async fn the_same_file_asked_for_twice_is_the_same_upload(field: Field) {
        let photo = of_size(3, 100_000);
        field.names(&inspector(), &[&photo]).await;
        let first = field.create(&inspector(), &photo).await;
        field.append(&inspector(), first.id, 0, &photo[..40_000]).await.expect("kept");
        let second = field.create(&inspector(), &photo).await;
        assert_eq!((second.id, second.offset), (first.id, 40_000));
        field.append(&inspector(), first.id, 40_000, &photo[40_000..]).await.expect("kept");
        let third = field.create(&inspector(), &photo).await;
        assert_eq!((third.id, third.offset), (first.id, photo.len() as u64), "complete at once");
    }

    async fn a_cut_connection_keeps_its_prefix(field: Field) {
        let photo = of_size(4, 200_000);
        let operation = field.names(&inspector(), &[&photo]).await;
        let upload = field.create(&inspector(), &photo).await.id;
        let cut = field.app.append_upload(&inspector(), upload, piece(0), cut_after(&photo[..70_000])).await;
        assert_eq!(cut.expect("kept").offset, 70_000);
        assert_eq!(field.offset(&inspector(), upload).await, 70_000);
        field.append(&inspector(), upload, 70_000, &photo[70_000..]).await.expect("the rest");
        assert!(field.receipt(operation).await.is_some());
        assert_eq!(field.stored(COUNTY, &photo).await.expect("stored"), photo);
    }

    async fn a_wrong_offset_changes_nothing(field: Field) {
        let photo = of_size(5, 100_000);
        field.names(&inspector(), &[&photo]).await;
        let upload = field.create(&inspector(), &photo).await.id;
        field.append(&inspector(), upload, 0, &photo[..50_000]).await.expect("kept");
        for offset in [0, 49_999, 50_001, photo.len()] {
            assert_eq!(code(field.append(&inspector(), upload, offset, &[]).await), Code::UploadOffset, "{offset}");
        }
        assert_eq!(code(field.append(&inspector(), upload, 0, &photo[..50_000]).await), Code::UploadOffset, "repeated");
        assert_eq!(field.offset(&inspector(), upload).await, 50_000);
    }

    async fn an_empty_piece_at_the_end_is_welcome(field: Field) {
        let photo = of_size(6, 50_000);
        field.names(&inspector(), &[&photo]).await;
        field.send(&inspector(), &photo).await;
        let upload = field.create(&inspector(), &photo).await.id;
        assert_eq!(field.append(&inspector(), upload, photo.len(), &[]).await.expect("204"), photo.len() as u64);
    }

    async fn a_piece_with_a_wrong_checksum_is_not_applied(field: Field) {
        let photo = of_size(7, 100_000);
        field.names(&inspector(), &[&photo]).await;
        let upload = field.create(&inspector(), &photo).await.id;
        let mut damaged = photo[..60_000].to_vec();
        damaged[30_000] ^= 1;
        let digests = [
            format!("sha256 {}", base64(&sha2::Sha256::digest(&photo[..60_000]))),
            format!("sha1 {}", base64(&sha1::Sha1::digest(&photo[..60_000]))),
        ];
        for digest in &digests {
            let checked = Piece { checksum: Checksum::parse(digest), ..piece(0) };
            assert!(checked.checksum.is_some(), "{digest}");
            let outcome = field.app.append_upload(&inspector(), upload, checked.clone(), body(&damaged)).await;
            assert_eq!(code(outcome), Code::ChecksumMismatch);
            let cut = field.app.append_upload(&inspector(), upload, checked, cut_after(&photo[..50_000])).await;
            assert_eq!(code(cut), Code::UploadOffset, "half of a checked piece counts for nothing");
            assert_eq!(field.offset(&inspector(), upload).await, 0);
        }
        let checked = Piece { checksum: Checksum::parse(&digests[1]), ..piece(0) };
        let right = field.app.append_upload(&inspector(), upload, checked, body(&photo[..60_000])).await;
        assert_eq!(right.expect("applied").offset, 60_000);
    }

    async fn other_bytes_than_named_start_over(field: Field) {
        let photo = of_size(8, 100_000);
        let operation = field.names(&inspector(), &[&photo]).await;
        let upload = field.create(&inspector(), &photo).await.id;
        let mut other = photo.clone();
        other[99_000] ^= 1;
        assert_eq!(code(field.append(&inspector(), upload, 0, &other).await), Code::ChecksumMismatch);
        assert_eq!(field.offset(&inspector(), upload).await, 0);
        assert_eq!((field.receipt(operation).await, field.stored(COUNTY, &photo).await), (None, None));
        assert_eq!(field.staged(), 0);
        field.append(&inspector(), upload, 0, &photo).await.expect("the right bytes");
        assert!(field.receipt(operation).await.is_some());
    }

    async fn more_bytes_than_the_file_has_are_refused(field: Field) {
        let photo = of_size(9, 100_000);
        field.names(&inspector(), &[&photo]).await;
        let upload = field.create(&inspector(), &photo).await.id;
        let told = Piece { length: Some(photo.len() as u64 + 1), ..piece(0) };
        let unread = stream::once(async { panic!("the body is not read") }).boxed_local();
        assert_eq!(code(field.app.append_upload(&inspector(), upload, told, unread).await), Code::TooLarge);
        let longer = [photo.as_slice(), b"!"].concat();
        assert_eq!(code(field.append(&inspector(), upload, 0, &longer).await), Code::TooLarge, "without a length");
        assert_eq!(field.offset(&inspector(), upload).await, 0);
    }

    async fn only_what_an_operation_of_the_caller_names_can_be_uploaded(field: Field) {
        let photo = of_size(10, 50_000);
        assert_eq!(code(field.try_create(&inspector(), &photo).await), Code::UploadNotNamed);
        field.names(&inspector(), &[&photo]).await;
        let upload = field.create(&inspector(), &photo).await.id;
        for stranger in [somebody(2, COUNTY), somebody(3, OTHER_COUNTY)] {
            assert_eq!(code(field.try_create(&stranger, &photo).await), Code::UploadNotNamed);
            assert_eq!(code(field.append(&stranger, upload, 0, &photo).await), Code::NotFound);
            assert_eq!(code(field.app.upload_standing(&stranger, upload).await), Code::NotFound);
        }
        let longer = field.app.create_upload(&inspector(), sha256(&photo), photo.len() as u64 + 1).await;
        assert_eq!(code(longer), Code::UploadNotNamed, "the length is part of the name");
        assert_eq!(code(field.app.create_upload(&inspector(), sha256(&photo), 21 * 1024 * 1024).await), Code::TooLarge);
        let nobody = Caller { county_id: None, ..inspector() };
        assert_eq!(code(field.try_create(&nobody, &photo).await), Code::Forbidden);
    }

    async fn naming_a_hash_gives_nobody_a_file(field: Field) {
        let photo = of_size(11, 50_000);
        field.names(&inspector(), &[&photo]).await;
        let curious = somebody(2, COUNTY);
        let operation = field.names(&curious, &[&photo]).await;
        field.send(&inspector(), &photo).await;
        assert_eq!(field.receipt(operation).await, None, "he has not shown that he has it");
        assert_eq!(field.create(&curious, &photo).await.offset, 0);
        field.send(&curious, &photo).await;
        assert!(field.receipt(operation).await.is_some());
        if let Some(bucket) = &field.bucket {
            assert_eq!(bucket.objects_under("county/c"), 1, "one object for both");
        }
    }

    async fn a_file_sent_once_completes_later_operations_of_its_author(field: Field) {
        let photo = of_size(12, 50_000);
        field.names(&inspector(), &[&photo]).await;
        field.send(&inspector(), &photo).await;
        // A retry of the same photo under another operation, named before the first was told complete.
        let second = field.names(&inspector(), &[&photo]).await;
        let upload = field.create(&inspector(), &photo).await;
        assert_eq!(upload.offset, upload.length);
        let file = files::find(field.app.store.read(), COUNTY, sha256(&photo)).await.expect("read");
        assert!(file.is_some_and(|file| file.kind.is_some()));
        assert!(named::missing(field.app.store.read(), second).await.expect("read").is_empty());
    }

    async fn a_newer_request_takes_over_from_one_that_hangs(field: Field) {
        let photo = of_size(13, 100_000);
        let operation = field.names(&inspector(), &[&photo]).await;
        let upload = field.create(&inspector(), &photo).await.id;
        let hangs = body(&photo[..30_000]).chain(stream::pending()).boxed_local();
        let caller = inspector();
        let old = field.app.append_upload(&caller, upload, piece(0), hangs);
        let new = async {
            tokio::time::sleep(Duration::from_millis(200)).await;
            let offset = field.offset(&inspector(), upload).await;
            assert_eq!(offset, 30_000, "what the old one had is durable");
            field.append(&inspector(), upload, 30_000, &photo[30_000..]).await.expect("goes on")
        };
        let (old, new) = tokio::time::timeout(Duration::from_secs(20), futures_util::future::join(old, new))
            .await
            .expect("nobody waits for the dead connection");
        assert_eq!((old.expect("kept").offset, new), (30_000, photo.len() as u64));
        assert!(field.receipt(operation).await.is_some());
        assert_eq!(field.stored(COUNTY, &photo).await.expect("stored"), photo);
    }

    async fn many_at_once_on_one_upload_store_the_right_bytes(field: Field) {
        let photo = of_size(14, 300_000);
        let operation = field.names(&inspector(), &[&photo]).await;
        let upload = field.create(&inspector(), &photo).await.id;
        // Eight confused phones: each asks where the server is and sends from there, until the file is here.
        let phones = (0..8).map(|_| async {
            for _ in 0..200 {
                let offset = usize::try_from(field.offset(&inspector(), upload).await).expect("small");
                if offset == photo.len() {
                    return;
                }
                let end = photo.len().min(offset + 60_000);
                let sent = field.append(&inspector(), upload, offset, &photo[offset..end]).await;
                assert!(sent.is_ok() || matches!(code(sent), Code::UploadOffset | Code::Unavailable));
            }
            panic!("no progress");
        });
        futures_util::future::join_all(phones).await;
        assert_eq!(field.stored(COUNTY, &photo).await.expect("stored"), photo);
        assert!(field.receipt(operation).await.is_some());
    }

    async fn lost_staging_bytes_are_said_and_sent_again(field: Field) {
        let photo = of_size(15, 100_000);
        field.names(&inspector(), &[&photo]).await;
        let upload = field.create(&inspector(), &photo).await.id;
        field.append(&inspector(), upload, 0, &photo[..50_000]).await.expect("kept");
        field.app.files.drop_staging(upload).await.expect("an accident");
        let outcome = field.append(&inspector(), upload, 50_000, &photo[50_000..]).await;
        match field.bucket {
            // A disk notices at once; a bucket when the pieces do not join up.
            None => assert_eq!(code(outcome), Code::UploadOffset),
            Some(_) => assert_eq!(code(outcome), Code::ChecksumMismatch),
        }
        assert_eq!(field.offset(&inspector(), upload).await, 0);
        field.append(&inspector(), upload, 0, &photo).await.expect("again");
        assert_eq!(field.stored(COUNTY, &photo).await.expect("stored"), photo);
    }

    async fn a_file_moved_but_not_recorded_is_found_again(field: Field) {
        let photo = of_size(16, 100_000);
        let operation = field.names(&inspector(), &[&photo]).await;
        let upload = field.create(&inspector(), &photo).await.id;
        field.append(&inspector(), upload, 0, &photo[..60_000]).await.expect("kept");
        // The server died between moving the object and the commit that tells of it.
        let mut writer = field.app.files.stage(upload, 60_000).await.expect("stage");
        writer.write(Bytes::copy_from_slice(&photo[60_000..])).await.expect("write");
        writer.sync().await.expect("sync");
        let key = Key { county: COUNTY, sha256: sha256(&photo) };
        field.app.files.finish(upload, key, photo.len() as u64).await.expect("moved");
        assert_eq!(field.receipt(operation).await, None);
        let again = field.append(&inspector(), upload, 60_000, &photo[60_000..]).await.expect("the phone goes on");
        assert_eq!(again, photo.len() as u64);
        assert!(field.receipt(operation).await.is_some());
    }

    async fn below_the_disk_floor_files_wait(field: Field) {
        let photo = of_size(17, 100_000);
        field.names(&inspector(), &[&photo]).await;
        let upload = field.create(&inspector(), &photo).await.id;
        let full = Field { app: App { disk_floor_bytes: u64::MAX, ..field.app.clone() }, ..field };
        if full.bucket.is_some() {
            // A bucket has no floor that we could ask for.
            full.append(&inspector(), upload, 0, &photo).await.expect("sent");
            return;
        }
        let unread = stream::once(async { panic!("the body is not read") }).boxed_local();
        let outcome = full.app.append_upload(&inspector(), upload, piece(0), unread).await;
        match outcome {
            Err(AppError::Problem(problem)) => {
                assert_eq!(problem.code, Code::StorageLow);
                assert!(problem.retry_after.is_some());
            }
            other => panic!("{other:?}"),
        }
        let other = of_size(18, 1000);
        full.names(&inspector(), &[&other]).await;
        assert_eq!(code(full.try_create(&inspector(), &other).await), Code::StorageLow);
    }

    async fn an_upload_lives_thirty_days_after_its_last_byte(field: Field) {
        let (touched, left) = (of_size(19, 10_000), of_size(20, 10_000));
        field.names(&inspector(), &[&touched, &left]).await;
        let touched_id = field.create(&inspector(), &touched).await.id;
        let left_id = field.create(&inspector(), &left).await.id;
        field.append(&inspector(), left_id, 0, &left[..5_000]).await.expect("kept");
        field.clock.advance(TimeDelta::days(29));
        field.append(&inspector(), touched_id, 0, &touched[..5_000]).await.expect("kept");
        assert_eq!(field.app.sweep_uploads().await.expect("swept"), 0);
        field.clock.advance(TimeDelta::days(2));
        assert_eq!(field.app.sweep_uploads().await.expect("swept"), 1);
        assert_eq!(code(field.app.upload_standing(&inspector(), left_id).await), Code::NotFound);
        assert_eq!(field.offset(&inspector(), touched_id).await, 5_000);
        assert_eq!(field.staged(), 1, "the bytes of the forgotten one are gone");
        assert_eq!(uploads::open_count(field.app.store.read(), COUNTY, inspector().person_id).await.expect("read"), 1);
        // Begun anew, it is another upload of the same file.
        let again = field.create(&inspector(), &left).await;
        assert_eq!(again.offset, 0);
        field.append(&inspector(), again.id, 0, &left).await.expect("sent");
        field.clock.advance(TimeDelta::days(60));
        field.app.sweep_uploads().await.expect("swept");
        assert_eq!(field.stored(COUNTY, &left).await.expect("stored files stay"), left);
    }
}

/// What one process learns of another only through the database and the bucket.
mod replicas {
    use super::*;

    #[test]
    fn a_second_replica_waits_for_the_first_and_goes_on_from_there() {
        lalian_tests::story::run(async {
            let field = Field::start(Backend::Postgres).await;
            // The same data, another process's memory: it cannot see the turns of the first.
            let other = App { lanes: lalian::app::field::lanes::Lanes::default(), ..field.app.clone() };
            let photo = of_size(40, 200_000);
            let operation = field.names(&inspector(), &[&photo]).await;
            let upload = field.create(&inspector(), &photo).await.id;
            let (release, hold) = tokio::sync::oneshot::channel::<()>();
            let slow = body(&photo[..80_000])
                .chain(stream::once(async {
                    let _ = hold.await;
                    Err(Cut)
                }))
                .boxed_local();
            let caller = inspector();
            let first = field.app.append_upload(&caller, upload, piece(0), slow);
            let second = async {
                tokio::time::sleep(Duration::from_millis(300)).await;
                let early = other.append_upload(&inspector(), upload, piece(0), body(&photo)).await;
                assert_eq!(code(early), Code::Unavailable, "the first still holds the lease");
                release.send(()).expect("it waits");
            };
            let (first, ()) = futures_util::future::join(first, second).await;
            assert_eq!(first.expect("kept").offset, 80_000);
            let stale = other.append_upload(&inspector(), upload, piece(0), body(&photo)).await;
            assert_eq!(code(stale), Code::UploadOffset);
            let rest = other.append_upload(&inspector(), upload, piece(80_000), body(&photo[80_000..])).await;
            assert_eq!(rest.expect("goes on").offset, photo.len() as u64);
            assert_eq!(field.stored(COUNTY, &photo).await.expect("stored"), photo);
            assert!(field.receipt(operation).await.is_some());
        });
    }

    #[test]
    fn the_lease_of_a_dead_replica_runs_out() {
        lalian_tests::story::run(async {
            let field = Field::start(Backend::Postgres).await;
            let photo = of_size(41, 100_000);
            field.names(&inspector(), &[&photo]).await;
            let upload = field.create(&inspector(), &photo).await.id;
            let now = field.clock.now();
            let (dead, until) = (fresh_id(), now + TimeDelta::seconds(60));
            let taken = field
                .app
                .store
                .write(async |tx| {
                    Ok::<_, AppError>(uploads::take_lease(tx, upload, dead, 0, now, until).await?)
                })
                .await;
            assert!(taken.expect("asked"));
            assert_eq!(code(field.append(&inspector(), upload, 0, &photo).await), Code::Unavailable);
            field.clock.advance(TimeDelta::seconds(61));
            field.append(&inspector(), upload, 0, &photo).await.expect("taken over");
        });
    }
}
