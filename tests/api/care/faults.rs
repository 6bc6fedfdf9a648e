//! What can go wrong with a backup, each with its own answer: nothing is taken for whole that is not, and nothing is written over.

use chrono::TimeDelta;
use futures_util::FutureExt as _;
use lalian::app::care::CareError;
use lalian::app::care::origin::{Origin, of_wish};
use lalian::app::care::restore::Wish;
use lalian::app::care::{complete, verify};
use lalian::app::people::published::Published;
use lalian::domain::care::manifest::Manifest;
use lalian::domain::people::role::Role;
use lalian_tests::backend::Backend;
use lalian_tests::care::{Care, Fresh};
use lalian_tests::phone::fresh_id;
use lalian_tests::photo;
use lalian_tests::stories;
use lalian_tests::story;
use lalian_tests::visit::Site;
use lalian_tests::world::World;
use std::future::poll_fn;
use std::path::{Path, PathBuf};
use std::task::Poll;

/// A county with two photos, and a backup of it.
async fn prepared(backend: Backend) -> (World, Care, Manifest) {
    let world = World::start(backend).await;
    send(&world, 41).await;
    let care = Care::on_disk();
    care.back_up(&world).await;
    let set = only_set(&care).await;
    (world, care, set)
}

async fn send(world: &World, seed: u64) {
    let inspector = world.named_phone(Role::Inspector, 0, &format!("faults {seed}")).await;
    let site = &Site::spread(&inspector, 3).await[(seed % 3) as usize];
    let visit = site.visit(&inspector, &[&site.ticket_items()[0]]);
    let draft = visit.draft(&inspector, seed).photo("overview", None, photo::of_size(seed, 90_000));
    inspector.send(&draft.seal()).await;
}

async fn only_set(care: &Care) -> Manifest {
    complete(&care.wish().vault).await.expect("sets").pop().expect("a set")
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    entries.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}

fn change_a_byte(path: &Path) {
    let mut bytes = std::fs::read(path).expect("a file");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x10;
    std::fs::write(path, bytes).expect("damage it");
}

async fn restored(wish: &Wish) -> Result<usize, CareError> {
    let fresh = Fresh::on(Backend::Sqlite).await;
    fresh.restore(wish).await.map(|done| done.lacking.len())
}

async fn verified(wish: &Wish) -> Result<usize, CareError> {
    verify::verify(wish, &mut |_, _| {}).await.map(|found| found.damaged.len())
}

#[test]
fn keys_that_do_not_fit_are_told_apart() {
    story::run(async {
        let (_world, care, _set) = prepared(Backend::Sqlite).await;
        assert_eq!(verified(&care.wish()).await.expect("whole"), 0);
        let other = Care::on_disk();
        let wrong = || Wish { identities: other.wish_keys(), ..care.wish() };
        assert!(
            matches!(restored(&wrong()).await, Err(CareError::WrongKey(public)) if public == care.public)
        );
        assert!(matches!(verified(&wrong()).await, Err(CareError::WrongKey(_))));
        let none = || Wish { identities: None, ..care.wish() };
        assert!(matches!(restored(&none()).await, Err(CareError::NeedsIdentity)));
        // From outside it can still be seen whether it is there.
        assert_eq!(verified(&none()).await.expect("whole from outside"), 0);
        std::fs::write(other.folder.path().join("no-key"), "hello").expect("write");
        assert!(lalian::files::seal::Identities::read(&other.folder.path().join("no-key")).is_err());
        // What says whose it is can be read by everybody: the manifest, its signature, the list of pieces.
        let open = ["manifest.json", "manifest.jws", "files.jsonl.gz"];
        let sealed = files_below(care.path()).into_iter();
        for path in sealed.filter(|path| !open.iter().any(|name| path.ends_with(name))) {
            assert!(
                std::fs::read(&path).expect("a file").starts_with(b"age-encryption.org"),
                "{path:?} is open"
            );
        }
    });
}

#[test]
fn damaged_and_missing_pieces_are_named() {
    story::run(async {
        let (_world, care, set) = prepared(Backend::Sqlite).await;
        for piece in [&set.rows, &set.files, set.keys.as_ref().expect("keys")] {
            let path = care.path().join(&piece.path);
            let good = std::fs::read(&path).expect("a piece");
            change_a_byte(&path);
            for outcome in [restored(&care.wish()).await, verified(&care.wish()).await] {
                assert!(
                    matches!(&outcome, Err(CareError::Damaged(named)) if *named == piece.path),
                    "{outcome:?}"
                );
            }
            std::fs::write(&path, &good[..good.len() - 1]).expect("cut it");
            assert!(matches!(restored(&care.wish()).await, Err(CareError::Damaged(_))));
            std::fs::remove_file(&path).expect("lose it");
            for outcome in [restored(&care.wish()).await, verified(&care.wish()).await] {
                assert!(
                    matches!(&outcome, Err(CareError::Missing(named)) if *named == piece.path),
                    "{outcome:?}"
                );
            }
            std::fs::write(&path, good).expect("put it back");
        }
        let manifest = care.path().join("sets").join(&set.name).join("manifest.json");
        let good = std::fs::read(&manifest).expect("a manifest");
        change_a_byte(&manifest);
        assert!(matches!(restored(&care.wish()).await, Err(CareError::Damaged(_))));
        std::fs::remove_file(&manifest).expect("lose it");
        assert!(
            matches!(restored(&care.wish()).await, Err(CareError::NoSet(_))),
            "what has no manifest is no backup"
        );
        std::fs::write(&manifest, good).expect("put it back");
        let named = Wish { set: Some("yesterday".into()), ..care.wish() };
        assert!(matches!(restored(&named).await, Err(CareError::NoSuchSet { .. })));
        assert_eq!(restored(&care.wish()).await.expect("whole again"), 0);
    });
}

#[test]
fn a_damaged_photo_stops_a_restore_until_somebody_says_so() {
    story::run(async {
        let (_world, care, _set) = prepared(Backend::Sqlite).await;
        let photos = files_below(&care.path().join("files"));
        assert_eq!(photos.len(), 2);
        change_a_byte(&photos[0]);
        std::fs::remove_file(&photos[1]).expect("lose it");
        assert_eq!(verified(&care.wish()).await.expect("looked at"), 2);
        let fresh = Fresh::on(Backend::Sqlite).await;
        let outcome = fresh.restore(&care.wish()).await;
        assert!(matches!(outcome, Err(CareError::Originals { count: 2, .. })), "{outcome:?}");
        let all_the_same = Wish { without_damaged: true, ..care.wish() };
        let done = fresh.restore(&all_the_same).await.expect("the same place goes on");
        assert_eq!(done.lacking.len(), 2);
    });
}

/// Whoever knows the public key can seal a backup of his own; only the county can sign one.
#[test]
fn a_forged_backup_is_told_by_its_signature() {
    story::run(async {
        let (world, care, set) = prepared(Backend::Sqlite).await;
        let jwks = world.http().get("/.well-known/jwks.json").await.expect(200).bytes;
        let keys = Published::parse(&jwks).expect("keys");
        let asking = || Wish { published: Some(keys.clone()), ..care.wish() };
        assert!(matches!(of_wish(&asking()).await.expect("ours").1, Origin::Verified(_)));
        assert!(matches!(of_wish(&care.wish()).await.expect("not asked").1, Origin::Claimed(_)));
        assert_eq!(restored(&asking()).await.expect("ours"), 0);

        // Another county seals to the same public key, and puts its set in the place.
        let other = World::start_elsewhere(Backend::Sqlite).await;
        send(&other, 49).await;
        let forged =
            other.server().app().back_up(&care.order(&other, true), &mut |_| {}).await.expect("made").row;
        let wish = || Wish { set: Some(forged.name.clone()), ..asking() };
        for outcome in [restored(&wish()).await, verified(&wish()).await] {
            assert!(matches!(&outcome, Err(CareError::NotOurs(name)) if *name == forged.name), "{outcome:?}");
        }
        assert!(restored(&Wish { published: None, ..wish() }).await.is_ok(), "nobody asked");

        // A manifest that was changed, and a signature that belongs to another set.
        let folder = care.path().join("sets").join(&set.name);
        let good = std::fs::read(folder.join("manifest.json")).expect("a manifest");
        let changed = Manifest { newest_seq: set.newest_seq + 1, ..set.clone() };
        std::fs::write(folder.join("manifest.json"), changed.to_bytes().expect("JSON")).expect("write");
        let ours = || Wish { set: Some(set.name.clone()), ..asking() };
        assert!(matches!(restored(&ours()).await, Err(CareError::NotOurs(_))));
        std::fs::write(folder.join("manifest.json"), &good).expect("put it back");
        assert_eq!(restored(&ours()).await.expect("whole again"), 0);
        std::fs::copy(
            care.path().join("sets").join(&forged.name).join("manifest.jws"),
            folder.join("manifest.jws"),
        )
        .expect("copy");
        assert!(matches!(restored(&ours()).await, Err(CareError::NotOurs(_))));
        // What an older version wrote has none: it is read, unless somebody asks for it.
        std::fs::remove_file(folder.join("manifest.jws")).expect("remove");
        assert!(matches!(restored(&ours()).await, Err(CareError::NotSigned(_))));
        assert_eq!(restored(&Wish { published: None, ..ours() }).await.expect("as before"), 0);
    });
}

#[test]
fn what_a_newer_program_wrote_is_left_to_a_newer_program() {
    story::run(async {
        let (_world, care, set) = prepared(Backend::Sqlite).await;
        let path = care.path().join("sets").join(&set.name).join("manifest.json");
        let mut migrated = set.clone();
        migrated.migrations.push("m9999_future".into());
        let newer = Manifest { format: 2, ..set };
        for manifest in [migrated, newer] {
            std::fs::write(&path, manifest.to_bytes().expect("JSON")).expect("write");
            let outcome = restored(&care.wish()).await;
            assert!(matches!(outcome, Err(CareError::Newer(_))), "{outcome:?}");
        }
    });
}

stories! {
    async fn a_restore_writes_over_nothing(world: World) {
        send(&world, 42).await;
        let care = Care::on_disk();
        care.back_up(&world).await;
        let fresh = Fresh::on(world.backend).await;
        fresh.restore(&care.wish()).await.expect("empty");
        let again = fresh.restore(&care.wish()).await;
        assert!(matches!(again, Err(CareError::DatabaseInUse(_))), "{again:?}");
        // Another database, and the same files.
        let mut mixed = Fresh::on(world.backend).await;
        mixed.storage = fresh.storage.clone();
        let outcome = mixed.restore(&care.wish()).await;
        assert!(matches!(outcome, Err(CareError::FilesInUse)), "{outcome:?}");
    }

    async fn two_at_once_are_one(world: World) {
        send(&world, 43).await;
        let care = Care::on_disk();
        let (one, other) = tokio::join!(care.try_back_up(&world), care.try_back_up(&world));
        let refused = [one, other].into_iter().filter_map(Result::err).collect::<Vec<_>>();
        assert!(matches!(&refused[..], [CareError::Running(_)]), "{refused:?}");
        care.back_up(&world).await;
    }

    /// Dies at many places; the former backup stays whole, and the next one goes on.
    async fn one_that_dies_in_the_middle_is_no_backup(world: World) {
        send(&world, 44).await;
        let care = Care::on_disk();
        let first = care.back_up(&world).await.row.name;
        send(&world, 45).await;
        let mut died = 0;
        for polls in [1, 2, 4, 8, 16, 32, 64, 128, 256] {
            let mut dying = care.try_back_up(&world).boxed_local();
            let mut ended = false;
            for _ in 0..polls {
                let state = poll_fn(|context| Poll::Ready(dying.poll_unpin(context))).await;
                if state.is_ready() {
                    ended = true;
                    break;
                }
                tokio::task::yield_now().await;
            }
            drop(dying);
            if ended {
                break;
            }
            died += 1;
            // It counts as under way until it has been silent for long.
            world.clock.advance(TimeDelta::minutes(6));
            assert_eq!(verified(&care.wish()).await.expect("the former one"), 0);
        }
        assert!(died > 2, "it died {died} times");
        world.clock.advance(TimeDelta::minutes(6));
        // The pool hands out no connection that was cut off inside a transaction.
        let last = care.back_up(&world).await.row;
        assert_eq!(verified(&care.wish()).await.expect("the new one"), 0);
        let sets = complete(&care.wish().vault).await.expect("sets");
        assert!(sets.len() >= 2 && sets[0].name == first && sets.iter().any(|set| set.name == last.name));
        let folders = std::fs::read_dir(care.path().join("sets")).expect("sets").count();
        assert_eq!(folders, sets.len(), "halves were cleared away");
    }

    /// Only what is new is copied; what is beyond the number to keep goes.
    async fn the_next_one_copies_what_is_new_and_old_ones_go(world: World) {
        let mut care = Care::on_disk();
        care.keep = 2;
        let mut names = Vec::new();
        for (seed, new) in [(46, 2), (47, 2), (48, 2)] {
            send(&world, seed).await;
            let made = care.back_up(&world).await;
            assert_eq!(made.row.files_new, new);
            names.push(made.row.name);
            world.clock.advance(TimeDelta::days(1));
        }
        let again = care.back_up(&world).await;
        assert_eq!((again.row.files, again.row.files_new), (6, 0));
        let there: Vec<String> = complete(&care.wish().vault).await.expect("sets").into_iter().map(|set| set.name).collect();
        assert_eq!(there, [names[2].clone(), again.row.name]);
        let older = Wish { set: Some(names[2].clone()), ..care.wish() };
        let fresh = Fresh::on(world.backend).await;
        assert!(!fresh.restore(&older).await.expect("put back").newest, "and it is said that there is a newer one");
    }

    /// Two installations in one place: each counts and removes its own, and nobody restores the other's by mistake.
    async fn sets_of_another_installation_are_left_alone(world: World) {
        let mut care = Care::on_disk();
        care.keep = 1;
        let foreign = care.back_up(&world).await.row.name;
        let path = care.path().join("sets").join(&foreign).join("manifest.json");
        let theirs = Manifest { installation: Some(fresh_id()), ..only_set(&care).await };
        std::fs::write(&path, theirs.to_bytes().expect("bytes")).expect("written");
        let half = care.path().join("sets").join("20000101T000000Z-0123abcd");
        std::fs::create_dir(&half).expect("a folder");
        std::fs::write(half.join("rows.jsonl.gz.age"), "x").expect("a piece");
        let mut own = Vec::new();
        for _ in 0..2 {
            world.clock.advance(TimeDelta::days(1));
            own.push(care.back_up(&world).await.row.name);
        }
        let there: Vec<String> = complete(&care.wish().vault).await.expect("sets").into_iter().map(|set| set.name).collect();
        assert_eq!(there, [foreign.clone(), own[1].clone()], "of one's own one stays");
        assert!(half.exists(), "somebody else may be writing it");
        let refused = verified(&care.wish()).await.expect_err("which of them?");
        assert!(matches!(&refused, CareError::SeveralInstallations(there) if there.contains(&foreign) && there.contains(&own[1])), "{refused}");
        let named = Wish { set: Some(own[1].clone()), ..care.wish() };
        assert_eq!(verified(&named).await.expect("the one that was named"), 0);
    }
}
