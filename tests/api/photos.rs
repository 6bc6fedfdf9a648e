//! Photos that are here: copies made by the queue, what is odd about the bytes said in flags, and shown to those who may see them.

use std::time::Duration;

use chrono::TimeDelta;
use futures_util::TryStreamExt as _;
use image::{DynamicImage, GenericImageView as _, ImageFormat, RgbImage};
use lalian::app::caller::{ActivePost, Proof};
use lalian::app::field::photos::{PhotoRequest, Shown};
use lalian::app::field::settle::copies_job;
use lalian::app::{AppError, AppResult, Caller};
use lalian::domain::clock::Clock as _;
use lalian::domain::field::flag::Flag;
use lalian::domain::field::media::{FileKind, PhotoKind, PhotoSize, Span};
use lalian::domain::people::role::{Role, UnitKind};
use lalian::domain::problem::Code;
use lalian::files::Key;
use lalian::jobs;
use lalian::store::field::files::{self, Copies};
use lalian::store::field::{named, operations};
use lalian::store::jobs::{self as queue, NewJob};
use lalian_tests::phone::fresh_id;
use lalian_tests::photo::{encode, tiny};
use lalian_tests::stories;
use sea_orm::{ConnectionTrait as _, Statement};
use serde_json::json;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::uploads::{COUNTY, Field, OTHER_COUNTY, Whereabouts, code, inspector, sha256, somebody};

const TOWNSHIP: Uuid = Uuid::from_u128(0xA1);
const VILLAGE: Uuid = Uuid::from_u128(0xA2);

/// The job workers of a server, stopped and awaited at the end of a story.
pub struct Workers {
    stopping: CancellationToken,
    task: JoinHandle<()>,
}

impl Workers {
    pub fn start(field: &Field) -> Self {
        let stopping = CancellationToken::new();
        let task = tokio::task::spawn_local(jobs::run(field.app.clone(), 2, stopping.clone()));
        Self { stopping, task }
    }

    pub async fn stop(self) {
        self.stopping.cancel();
        tokio::time::timeout(Duration::from_secs(20), self.task).await.expect("they stop").expect("no panic");
    }
}

fn with_post(number: u128, role: Role, unit: Uuid, township: Option<Uuid>) -> Caller {
    let post = ActivePost {
        id: fresh_id(),
        role,
        unit_kind: role.unit_kind(),
        unit_id: unit,
        township_id: township,
    };
    Caller {
        proof: Proof::Session(fresh_id()),
        posts: vec![post.clone()],
        post: Some(post),
        ..somebody(number, COUNTY)
    }
}

fn office() -> Caller {
    with_post(20, Role::Office, COUNTY, None)
}

fn ask(file_id: Uuid, size: PhotoSize) -> PhotoRequest<'static> {
    PhotoRequest { file_id, size, known_tag: None, span: None, span_tag: None }
}

async fn bytes_of(shown: AppResult<Shown>) -> (Vec<u8>, Option<FileKind>, String) {
    match shown.expect("shown") {
        Shown::Here { opened, kind, tag } => {
            (opened.bytes.try_collect::<Vec<_>>().await.expect("read").concat(), kind, tag)
        }
        Shown::Unchanged { .. } => panic!("unchanged"),
        Shown::BeingMade => panic!("being made"),
    }
}

impl Field {
    async fn show(&self, caller: &Caller, file_id: Uuid, size: PhotoSize) -> AppResult<Shown> {
        self.app.show_photo(caller, ask(file_id, size)).await
    }

    async fn refusal(&self, caller: &Caller, file_id: Uuid, size: PhotoSize) -> Code {
        code(self.show(caller, file_id, size).await.map(|_| ()))
    }

    /// Names, sends, and waits until the copies are judged.
    async fn develop(&self, bytes: &[u8]) -> (Uuid, Uuid, files::StoredFile) {
        let (operation, ids) = self.names_at(&inspector(), &[bytes], &Whereabouts::default()).await;
        self.send(&inspector(), bytes).await;
        let workers = Workers::start(self);
        let file = self.judged(bytes).await;
        workers.stop().await;
        (operation, ids[0], file)
    }

    async fn file(&self, bytes: &[u8]) -> files::StoredFile {
        files::find(self.app.store.read(), COUNTY, sha256(bytes)).await.expect("read").expect("a file")
    }

    pub async fn judged(&self, bytes: &[u8]) -> files::StoredFile {
        for _ in 0..200 {
            let file = self.file(bytes).await;
            if file.copies != Copies::Waiting {
                return file;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("nobody made the copies");
    }

    /// Codes of the flags on an operation.
    pub async fn flags(&self, operation: Uuid) -> Vec<String> {
        let row =
            operations::find(self.app.store.read(), operation).await.expect("read").expect("an operation");
        let flags: Vec<Flag> = serde_json::from_value(row.flags).expect("flags");
        flags.into_iter().map(|flag| flag.code).collect()
    }

    /// One number from the database, past all doors.
    async fn count(&self, sql: &str) -> i64 {
        let db = sea_orm::Database::connect(&self.database.url).await.expect("connect");
        let statement = Statement::from_string(db.get_database_backend(), sql.to_owned());
        let row = db.query_one_raw(statement).await.expect("query").expect("a row");
        row.try_get_by_index(0).expect("a number")
    }
}

fn picture(width: u16, height: u16) -> Vec<u8> {
    let pixels: Vec<u8> =
        (0..usize::from(width) * usize::from(height) * 3).map(|at| (at * 31 % 251) as u8).collect();
    encode(&pixels, width, height, 85)
}

fn png() -> Vec<u8> {
    let mut out = std::io::Cursor::new(Vec::new());
    DynamicImage::from(RgbImage::new(400, 300)).write_to(&mut out, ImageFormat::Png).expect("encode");
    out.into_inner()
}

stories! {
    async fn a_photo_gets_its_two_copies(field: Field) {
        let photo = picture(2000, 1500);
        let (_, ids) = field.names_at(&inspector(), &[&photo], &Whereabouts::default()).await;
        let id = ids[0];
        for size in [PhotoSize::Thumb, PhotoSize::Display, PhotoSize::Original] {
            assert_eq!(field.refusal(&office(), id, size).await, Code::FileNotHere);
        }
        field.send(&inspector(), &photo).await;
        assert!(matches!(field.show(&office(), id, PhotoSize::Thumb).await, Ok(Shown::BeingMade)));
        let workers = Workers::start(&field);
        let file = field.judged(&photo).await;
        workers.stop().await;
        assert_eq!((file.size, file.kind, file.flags.len()), ((2000, 1500), Some(PhotoKind::Jpeg.into()), 0));
        for (size, expected) in [(PhotoSize::Thumb, (320, 240)), (PhotoSize::Display, (1600, 1200))] {
            let (bytes, kind, _) = bytes_of(field.show(&office(), id, size).await).await;
            assert_eq!(kind, Some(PhotoKind::Jpeg.into()));
            assert_eq!(image::load_from_memory(&bytes).expect("a picture").dimensions(), expected);
        }
        let (original, ..) = bytes_of(field.show(&office(), id, PhotoSize::Original).await).await;
        assert_eq!(original, photo);
    }

    async fn odd_bytes_are_kept_flagged_and_never_shown(field: Field) {
        let heic = [&b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"[..], &[0; 100]].concat();
        let mut bomb = tiny(5);
        let frame = bomb.windows(2).position(|pair| pair == [0xFF, 0xC0]).expect("a frame");
        bomb[frame + 5..frame + 9].copy_from_slice(&[0xFF, 0xDC, 0xFF, 0xDC]);
        let cases: [(Vec<u8>, &[&str], Option<FileKind>); 5] = [
            (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>".to_vec(), &["not_a_photo"], None),
            (b"<!DOCTYPE html><script>alert(1)</script>".to_vec(), &["not_a_photo"], None),
            (heic, &["no_preview", "type_differs"], Some(PhotoKind::Heic.into())),
            (bomb, &["unusual_size"], Some(PhotoKind::Jpeg.into())),
            (png()[..200].to_vec(), &["damaged_file", "type_differs"], Some(PhotoKind::Png.into())),
        ];
        for (bytes, flags, kind) in cases {
            let (operation, id, file) = field.develop(&bytes).await;
            assert_eq!((file.copies, file.kind), (Copies::Impossible, kind), "{flags:?}");
            assert_eq!(field.flags(operation).await, flags);
            assert_eq!(field.refusal(&office(), id, PhotoSize::Display).await, Code::NoPreview);
            let (original, shown, _) = bytes_of(field.show(&office(), id, PhotoSize::Original).await).await;
            assert_eq!((original, shown), (bytes, kind), "the evidence is kept as it came");
        }
    }

    async fn a_truncated_photo_is_shown_and_called_damaged(field: Field) {
        let whole = picture(800, 600);
        let (operation, id, file) = field.develop(&whole[..whole.len() / 2]).await;
        assert_eq!((file.copies, file.size), (Copies::Made, (800, 600)));
        assert_eq!(field.flags(operation).await, ["damaged_file"]);
        let (thumb, ..) = bytes_of(field.show(&office(), id, PhotoSize::Thumb).await).await;
        assert!(image::load_from_memory(&thumb).is_ok());
        let named = named::of_operation(field.app.store.read(), operation).await.expect("read");
        assert_eq!(named[0].flags, json!(["damaged_file"]));
    }

    async fn a_png_named_jpeg_is_shown_and_flagged(field: Field) {
        let (operation, id, file) = field.develop(&png()).await;
        assert_eq!((file.copies, file.kind, file.flags.len()), (Copies::Made, Some(PhotoKind::Png.into()), 0));
        assert_eq!(field.flags(operation).await, ["type_differs"]);
        let (_, kind, _) = bytes_of(field.show(&office(), id, PhotoSize::Original).await).await;
        assert_eq!(kind, Some(PhotoKind::Png.into()));
        // Named again later, the known oddity is said there too.
        let again = field.names(&inspector(), &[&png()]).await;
        let upload = field.app.create_upload(&inspector(), sha256(&png()), png().len() as u64).await.expect("here");
        assert_eq!(upload.offset, upload.length);
        assert_eq!(field.flags(again).await, ["type_differs"]);
    }

    async fn scope_is_asked_of_what_names_the_file(field: Field) {
        let hidden = field.names_at(&inspector(), &[&tiny(1)], &Whereabouts { township: Some(TOWNSHIP), village: Some(VILLAGE), visible_from: None }).await.1[0];
        let soon = field.names_at(&inspector(), &[&tiny(2)], &Whereabouts {
            township: Some(TOWNSHIP), village: Some(VILLAGE), visible_from: Some(field.clock.now() + TimeDelta::hours(1)),
        }).await.1[0];
        field.send(&inspector(), &tiny(1)).await;
        field.send(&inspector(), &tiny(2)).await;
        let deputy = with_post(30, Role::DeputyLeader, TOWNSHIP, Some(TOWNSHIP));
        let cadre = with_post(31, Role::VillageCadre, VILLAGE, Some(TOWNSHIP));
        let neighbours = [
            with_post(32, Role::DeputyLeader, fresh_id(), None),
            with_post(33, Role::VillageCadre, fresh_id(), Some(TOWNSHIP)),
            with_post(34, Role::Department, fresh_id(), None),
            Caller { county_id: Some(OTHER_COUNTY), ..office() },
        ];
        let sees = async |caller: &Caller, file| {
            let outcome = field.show(caller, file, PhotoSize::Original).await.map(|_| ());
            outcome.is_ok() || { assert_eq!(code(outcome), Code::NotFound); false }
        };
        for file in [hidden, soon] {
            assert!(sees(&office(), file).await);
            assert!(!sees(&deputy, file).await && !sees(&cadre, file).await, "not released");
        }
        field.clock.advance(TimeDelta::hours(2));
        assert!(sees(&deputy, soon).await && sees(&cadre, soon).await, "released");
        assert!(!sees(&deputy, hidden).await && !sees(&cadre, hidden).await);
        for neighbour in &neighbours {
            assert!(!sees(neighbour, soon).await && !sees(neighbour, hidden).await);
        }
        assert_eq!(field.refusal(&office(), fresh_id(), PhotoSize::Thumb).await, Code::NotFound);
        // His own photo is his to see, whatever the round; a send credential shows nothing.
        let own = field.names_at(&deputy, &[&tiny(3)], &Whereabouts::default()).await.1[0];
        field.send(&deputy, &tiny(3)).await;
        assert!(sees(&deputy, own).await);
        assert_eq!(field.refusal(&inspector(), own, PhotoSize::Original).await, Code::Forbidden);
        assert_eq!(UnitKind::Township, Role::DeputyLeader.unit_kind());
    }

    async fn opening_an_original_is_audited_and_copies_are_not(field: Field) {
        let (_, id, _) = field.develop(&picture(200, 100)).await;
        let opened = "SELECT COUNT(*) FROM audit WHERE action = 'photo.original'";
        bytes_of(field.show(&office(), id, PhotoSize::Thumb).await).await;
        assert_eq!(field.count(opened).await, 0);
        bytes_of(field.show(&office(), id, PhotoSize::Original).await).await;
        let part = PhotoRequest { span: Some(Span::From(5)), ..ask(id, PhotoSize::Original) };
        let (bytes, ..) = bytes_of(field.app.show_photo(&office(), part.clone()).await).await;
        assert_eq!(bytes, picture(200, 100)[5..]);
        assert_eq!(field.count(opened).await, 2);
        let stale = PhotoRequest { span_tag: Some("\"another\""), ..part };
        let (bytes, _, tag) = bytes_of(field.app.show_photo(&office(), stale).await).await;
        assert_eq!(bytes, picture(200, 100), "a part of other bytes is not wanted");
        let beyond = PhotoRequest { span: Some(Span::From(1_000_000)), ..ask(id, PhotoSize::Original) };
        assert_eq!(code(field.app.show_photo(&office(), beyond).await.map(|_| ())), Code::BadRange);
        let known = PhotoRequest { known_tag: Some(&tag), ..ask(id, PhotoSize::Original) };
        assert!(matches!(field.app.show_photo(&office(), known).await, Ok(Shown::Unchanged { .. })));
    }

    async fn lost_copies_are_made_again(field: Field) {
        let photo = picture(400, 300);
        let (_, id, _) = field.develop(&photo).await;
        if field.bucket.is_some() {
            return;
        }
        let copies = field.folder.path().join(format!("files/d/{COUNTY}/{}", sha256(&photo)));
        std::fs::remove_dir_all(copies).expect("a restore without copies");
        assert!(matches!(field.show(&office(), id, PhotoSize::Display).await, Ok(Shown::BeingMade)));
        let workers = Workers::start(&field);
        for _ in 0..200 {
            if matches!(field.show(&office(), id, PhotoSize::Display).await, Ok(Shown::Here { .. })) {
                return workers.stop().await;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("not made again");
    }

    async fn a_job_that_keeps_failing_is_given_up_in_the_open(field: Field) {
        let photo = picture(300, 200);
        let (operation, ids) = field.names_at(&inspector(), &[&photo], &Whereabouts::default()).await;
        field.send(&inspector(), &photo).await;
        if field.bucket.is_some() {
            return;
        }
        let key = Key { county: COUNTY, sha256: sha256(&photo) };
        std::fs::remove_file(field.folder.path().join("files").join(key.original().as_ref())).expect("an accident");
        let workers = Workers::start(&field);
        for attempt in 1..=5 {
            for _ in 0..200 {
                if field.count("SELECT COALESCE(MAX(attempts), 0) FROM job WHERE kind = 'make_copies' AND worker IS NULL").await == attempt {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            field.clock.advance(TimeDelta::hours(1));
            field.app.bell.notify_one();
        }
        let file = field.judged(&photo).await;
        workers.stop().await;
        assert_eq!(file.copies, Copies::Impossible);
        assert_eq!(field.flags(operation).await, ["not_opened"]);
        assert_eq!(field.count("SELECT COUNT(*) FROM job WHERE state = 'dead' AND attempts = 5").await, 1);
        assert_eq!(field.refusal(&office(), ids[0], PhotoSize::Thumb).await, Code::NoPreview);
    }

    async fn a_job_is_claimed_by_one_worker_and_comes_back_when_that_dies(field: Field) {
        let now = field.clock.now();
        let enqueue = async |dedupe: &str| {
            let new = NewJob {
                id: fresh_id(), kind: "make_copies", dedupe_key: Some(dedupe.to_owned()), payload: json!({}), priority: 1, run_at: now,
            };
            field.app.store.write(async |tx| Ok::<_, AppError>(queue::enqueue(tx, now, new.clone()).await?)).await.expect("stored");
        };
        for number in 0..10 {
            enqueue(&format!("job {number}")).await;
            enqueue(&format!("job {number}")).await;
        }
        let until = now + TimeDelta::seconds(60);
        let claim = async |at| {
            let worker = fresh_id();
            let job = field.app.store.write(async |tx| Ok::<_, AppError>(queue::claim(tx, worker, at, until).await?)).await.expect("asked");
            (worker, job)
        };
        let claims = futures_util::future::join_all((0..16).map(|_| claim(now))).await;
        let mut ids: Vec<Uuid> = claims.iter().filter_map(|(_, job)| Some(job.as_ref()?.id)).collect();
        // Skipped rows may leave a worker empty-handed, but nobody gets what another has.
        while let (_, Some(job)) = claim(now).await {
            ids.push(job.id);
        }
        let claimed = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!((claimed, ids.len()), (10, 10));
        // The lease runs out: the job is there again, and its first worker can no longer end it.
        let later = until + TimeDelta::seconds(1);
        let (_, again) = claim(later).await;
        let again = again.expect("a job without a living worker");
        assert_eq!(again.attempts, 2);
        let (old, _) = claims.iter().find(|(_, job)| job.as_ref().is_some_and(|job| job.id == again.id)).expect("claimed before");
        let ended = field.app.store.write(async |tx| Ok::<_, AppError>(queue::end(tx, again.id, *old, later, queue::Ending::Done).await?)).await;
        assert!(!ended.expect("asked"));
    }

    async fn a_schedule_has_one_turn_however_many_processes_keep_it(field: Field) {
        let (now, next) = (field.clock.now(), field.clock.now() + TimeDelta::hours(1));
        let take = async |at, until| {
            let holder = fresh_id();
            field.app.store.write(async |tx| Ok::<_, AppError>(queue::take_lease(tx, "schedule/x", holder, at, until).await?)).await.expect("asked")
        };
        for (at, until) in [(now, next), (next, next + TimeDelta::hours(1))] {
            let taken = futures_util::future::join_all((0..8).map(|_| take(at, until))).await;
            assert_eq!(taken.into_iter().filter(|mine| *mine).count(), 1);
        }
        assert!(!take(next, next).await);
    }

    async fn a_stopped_server_leaves_no_job_half_done(field: Field) {
        let photos: Vec<Vec<u8>> = (1..=4).map(|number| picture(1600, 1000 + number)).collect();
        for photo in &photos {
            field.names(&inspector(), &[photo]).await;
            field.send(&inspector(), photo).await;
        }
        let first = Workers::start(&field);
        field.judged(&photos[0]).await;
        first.stop().await;
        assert_eq!(field.count("SELECT COUNT(*) FROM job WHERE worker IS NOT NULL").await, 0);
        let second = Workers::start(&field);
        for photo in &photos {
            assert_eq!(field.judged(photo).await.copies, Copies::Made);
        }
        second.stop().await;
        // The queue can be lost as a whole: what waits is found by looking.
        let key = Key { county: COUNTY, sha256: sha256(&photos[0]) };
        assert_eq!(copies_job(fresh_id(), field.clock.now(), key).dedupe_key, copies_job(fresh_id(), field.clock.now(), key).dedupe_key);
        assert_eq!(field.app.order_missing_copies().await.expect("looked"), 0);
    }
}
