//! The drill: yesterday's copy is put back, phones compare all they have, and nothing is missing. On both databases, with files on disk and
//! in a bucket; a copy of one database goes into the other.

use chrono::TimeDelta;
use lalian::app::care::back_up::{MadeBy, Order};
use lalian::domain::people::role::Role;
use lalian_tests::actor::Actor;
use lalian_tests::backend::Backend;
use lalian_tests::bucket::Bucket;
use lalian_tests::care::{Care, Fresh};
use lalian_tests::ledger::Ledger;
use lalian_tests::oracle::{Held, judge};
use lalian_tests::outbox::{Outbox, Progress, Step};
use lalian_tests::visit::Site;
use lalian_tests::world::World;
use lalian_tests::{photo, stories};
use serde_json::Value;
use std::path::PathBuf;
use uuid::Uuid;

struct Phone {
    actor: Actor,
    outbox: Outbox,
}

impl Phone {
    async fn of(world: &World, number: usize) -> Self {
        let actor = world.named_phone(Role::Inspector, number, "drill").await;
        let outbox = Outbox::of(&actor, world.http().base(), number as u64);
        Self { actor, outbox }
    }

    fn seal(&mut self, ledger: &mut Ledger, sites: &[Site]) -> Uuid {
        let number = ledger.entries.len();
        let site = &sites[number % sites.len()];
        let visit = site.visit(&self.actor, &[&site.ticket_items()[0]]);
        let draft = visit.draft(&self.actor, 900 + number as u64);
        let sealed = draft.photo("overview", None, photo::of_size(7_000 + number as u64, 30_000)).seal();
        ledger.note(self.outbox.device, &sealed);
        let id = sealed.id;
        self.outbox.add(sealed);
        id
    }

    async fn drain(&mut self) {
        self.outbox.drain(100).await;
        assert_eq!(self.outbox.step().await, Step::Rest, "{} are still here", self.outbox.held());
    }

    async fn told(&mut self) -> Value {
        self.outbox.compared().await["safe_through"].clone()
    }
}

async fn drill(mut world: World, care: Care, fresh: Fresh, objects: PathBuf) {
    let mut phones = vec![Phone::of(&world, 0).await, Phone::of(&world, 1).await];
    let sites = Site::spread(&phones[0].actor, 12).await;
    let mut ledger = Ledger::default();
    // Yesterday: two visits of each are safe; of a third only the answers are.
    for phone in &mut phones {
        for _ in 0..2 {
            phone.seal(&mut ledger, &sites);
        }
        phone.drain().await;
    }
    let mut halves = Vec::new();
    for phone in &mut phones {
        let half = phone.seal(&mut ledger, &sites);
        while *phone.outbox.progress(half) == Progress::Sealed {
            phone.outbox.step().await;
        }
        halves.push(half);
    }
    let made = care.back_up(&world).await;
    assert_eq!((made.row.state.as_str(), made.row.faults, made.row.files), ("done", 0, 8));

    // Today: the photos of the third arrive, and two more visits of each.
    world.clock.advance(TimeDelta::hours(1));
    let mut today = Vec::new();
    for phone in &mut phones {
        for _ in 0..2 {
            today.push(phone.seal(&mut ledger, &sites));
        }
        phone.drain().await;
    }

    // The disk is gone, and yesterday is put back elsewhere.
    let restored = fresh.restore(&care.wish()).await.expect("put back");
    assert_eq!((restored.set.name.as_str(), restored.newest), (made.row.name.as_str(), true));
    assert!(restored.lacking.is_empty() && restored.keys > 2, "{restored:?}");
    fresh.serve(&mut world).await;
    world.clock.advance(TimeDelta::hours(1));
    for phone in &mut phones {
        phone.actor.http = phone.actor.http.through(world.http().base());
        phone.outbox.through(world.http().base());
        phone.seal(&mut ledger, &sites);
        phone.drain().await;
        // No backup of the life before vouches for this one.
        assert_eq!(phone.told().await, Value::Null);
    }
    let again: Vec<Uuid> = phones.iter().flat_map(|phone| phone.outbox.forgotten.clone()).collect();
    for id in today.iter().chain(&halves) {
        assert!(again.contains(id), "{id} was only on its phone");
    }
    assert_eq!(again.len(), today.len() + halves.len(), "and nothing else was sent again");

    let actors: Vec<&Actor> = phones.iter().map(|phone| &phone.actor).collect();
    let held = Held::ask(&world.office().await, &actors, &ledger).await;
    let held = held.with_rows_and_objects(&fresh.url, &objects).await;
    let verdict = judge(&ledger, &held);
    assert!(verdict.is_clean(), "missing {:?}\ndoubled {:?}", verdict.missing, verdict.doubled);

    // And the new life has its own backup, which vouches for all of it.
    let second = care.back_up(&world).await;
    assert_eq!(phones[0].told().await, Value::from(second.row.newest_seq));
}

/// The other database.
fn other(backend: Backend) -> Backend {
    match backend {
        Backend::Sqlite => Backend::Postgres,
        Backend::Postgres => Backend::Sqlite,
    }
}

stories! {
    async fn yesterdays_copy_on_disk_comes_back_and_nothing_is_missing(world: World) {
        let (care, fresh) = (Care::on_disk(), Fresh::on(world.backend).await);
        let objects = fresh.folder.path().join("files");
        drill(world, care, fresh, objects).await;
    }

    async fn yesterdays_copy_in_a_bucket_comes_back_into_the_other_database(world: World) {
        let mut world = world;
        let bucket = Bucket::start().await;
        let storage = lalian::files::Place::Bucket(bucket.settings("live"));
        world.restart(|config| config.storage = storage).await;
        let (care, fresh) = (Care::in_bucket(&bucket), Fresh::on(other(world.backend)).await.with_bucket(&bucket));
        drill(world, care, fresh, bucket.path("restored")).await;
    }

    /// A phone may delete what `safe_through` reaches: never what came to the server after the copy, whatever its number.
    async fn a_photo_that_came_after_the_copy_is_not_vouched_for(world: World) {
        let care = Care::on_disk();
        let (mut early, mut late) = (Phone::of(&world, 0).await, Phone::of(&world, 1).await);
        let sites = Site::spread(&early.actor, 6).await;
        let mut ledger = Ledger::default();
        let half = late.seal(&mut ledger, &sites);
        while *late.outbox.progress(half) == Progress::Sealed {
            late.outbox.step().await;
        }
        for phone in [&mut early, &mut late] {
            assert_eq!(phone.told().await, Value::Null, "nothing is elsewhere yet");
        }
        early.seal(&mut ledger, &sites);
        early.drain().await;
        let made = care.back_up(&world).await;
        let newest = made.row.newest_seq;
        assert_eq!(newest, 2);
        assert_eq!(early.told().await, Value::from(newest));
        assert_eq!(late.told().await, Value::from(newest), "the phone holds what has no receipt anyway");
        let board = world.office().await.http.get("/api/v1/devices/unsent").await.expect(200);
        assert_eq!(board.at("/safe_through"), Value::from(newest));

        late.drain().await;
        assert_eq!(late.told().await, Value::from(0), "it has a receipt now, and its photo is not in the copy");
        assert_eq!(early.told().await, Value::from(newest), "another phone's is");
        world.clock.advance(TimeDelta::hours(1));
        care.back_up(&world).await;
        assert_eq!(late.told().await, Value::from(newest));
    }

    /// A copy that somebody tried out on his stick is no reason for a phone to forget anything.
    async fn a_backup_that_was_only_tried_out_vouches_for_nothing(world: World) {
        let care = Care::on_disk();
        let mut phone = Phone::of(&world, 0).await;
        let sites = Site::spread(&phone.actor, 3).await;
        phone.seal(&mut Ledger::default(), &sites);
        phone.drain().await;
        let trial = Order { made_by: MadeBy::Trial, ..care.order(&world, false) };
        world.server().app().back_up(&trial, &mut |_row| {}).await.expect("a copy");
        assert_eq!(phone.told().await, Value::Null);
        world.clock.advance(TimeDelta::hours(1));
        let made = care.back_up(&world).await;
        assert_eq!(phone.told().await, Value::from(made.row.newest_seq));
    }

    /// What the server itself lost is not vouched for either, and is asked for again after a restore.
    async fn a_file_that_the_server_lost_is_not_vouched_for_and_asked_for_again(world: World) {
        let (mut world, care) = (world, Care::on_disk());
        let mut phone = Phone::of(&world, 0).await;
        let sites = Site::spread(&phone.actor, 6).await;
        let mut ledger = Ledger::default();
        let (_, second) = (phone.seal(&mut ledger, &sites), phone.seal(&mut ledger, &sites));
        phone.drain().await;
        let named = &ledger.entries[1].photos[1];
        let county = std::fs::read_dir(world.folder().join("files/c")).expect("files").flatten().next().expect("a county");
        std::fs::remove_file(county.path().join(&named.sha256)).expect("lose a photo");
        let made = care.back_up(&world).await;
        assert_eq!((made.row.faults, made.row.newest_seq), (1, 2));
        assert_eq!(phone.told().await, Value::from(1));

        let fresh = Fresh::on(world.backend).await;
        let restored = fresh.restore(&care.wish()).await.expect("put back");
        assert_eq!(restored.lacking.len(), 1);
        fresh.serve(&mut world).await;
        phone.actor.http = phone.actor.http.through(world.http().base());
        phone.outbox.through(world.http().base());
        phone.seal(&mut ledger, &sites);
        phone.drain().await;
        assert_eq!(phone.outbox.forgotten, [second], "only that one is sent again");
        let held = Held::ask(&world.office().await, &[&phone.actor], &ledger).await;
        let held = held.with_rows_and_objects(&fresh.url, &fresh.folder.path().join("files")).await;
        assert!(held.files.iter().all(|file| file.stored) && held.receipts.len() == 3, "{held:?}");
    }
}
