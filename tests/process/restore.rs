//! Yesterday's backup is put back: what came since is on the phones, and they send it again.

use std::collections::HashMap;

use lalian::domain::people::role::Role;
use lalian_tests::actor::Actor;
use lalian_tests::chaos::{address, shown};
use lalian_tests::demo::Demo;
use lalian_tests::http::Http;
use lalian_tests::ledger::Ledger;
use lalian_tests::oracle::{Held, judge};
use lalian_tests::outbox::{Outbox, Progress, Step};
use lalian_tests::photo;
use lalian_tests::place::Place;
use lalian_tests::program::{command, run};
use lalian_tests::stories;
use lalian_tests::storm::Storm;
use lalian_tests::visit::Site;
use uuid::Uuid;

/// One phone with what it sealed.
struct Phone {
    actor: Actor,
    outbox: Outbox,
}

impl Phone {
    fn seal(&mut self, ledger: &mut Ledger, sites: &[Site]) -> Uuid {
        let number = ledger.entries.len();
        let site = &sites[number % sites.len()];
        let visit = site.visit(&self.actor, &[&site.ticket_items()[0]]);
        let draft = visit.draft(&self.actor, number as u64);
        let sealed = draft.photo("overview", None, photo::of_size(number as u64, 40_000)).seal();
        ledger.note(self.outbox.device, &sealed);
        let id = sealed.id;
        self.outbox.add(sealed);
        id
    }

    async fn drain(&mut self) {
        self.outbox.drain(300).await;
        assert_eq!(self.outbox.step().await, Step::Rest, "{} are still here", self.outbox.held());
    }

    fn receipts(&self) -> HashMap<Uuid, String> {
        self.outbox.receipts().map(|(id, text)| (id, text.to_owned())).collect()
    }
}

/// What the operator does after putting back an older copy, before the server serves.
async fn renew_epoch(place: &Place) {
    let arguments = ["epoch", "renew", "--restored", "--database", &place.url, "--storage", "file:files"];
    let finished = run(&mut command(place.folder(), &arguments)).await;
    assert!(finished.status.success(), "{}", finished.output);
}

async fn epoch_of(demo: &Demo) -> String {
    Http::new(&demo.url).get("/api/v1/health").await.expect(200).header("lalian-epoch").to_owned()
}

stories! {
    async fn yesterdays_backup_is_put_back_and_the_phones_bring_the_rest(place: Place) {
        let mut place = place;
        let demo = Demo::start(place.folder(), &place.url).await;
        let logins = demo.logins(Role::Inspector);
        let office = demo.logins(Role::Office).remove(0);
        let storm = Storm::before(address(&demo.url), 4_711).await;
        let (mut phones, mut ledger) = (Vec::new(), Ledger::default());
        for number in 0..3 {
            let actor = Actor::on_phone(&demo.http(), &logins[number % logins.len()], &format!("phone {number}")).await;
            let outbox = Outbox::of(&actor, &storm.url(), number as u64);
            phones.push(Phone { actor, outbox });
        }
        let sites = Site::spread(&phones[0].actor, 30).await;

        // Yesterday: four visits of each phone are safe; of a fifth only the answers are.
        for phone in &mut phones {
            for _ in 0..4 {
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
        let before = epoch_of(&demo).await;
        demo.program.terminate().await;
        let backup = place.backup().await;

        // Today: the photos of the fifth arrive, and three more visits of each; the phones hold receipts for all.
        let demo = Demo::start(place.folder(), &place.url).await;
        storm.moved(address(&demo.url));
        let mut today = Vec::new();
        for phone in &mut phones {
            for _ in 0..3 {
                today.push(phone.seal(&mut ledger, &sites));
            }
            phone.drain().await;
            assert_eq!(phone.outbox.confirmed(), 8);
        }
        let held: Vec<_> = phones.iter().map(Phone::receipts).collect();

        // The disk is gone, and yesterday is put back.
        demo.program.kill().await;
        place.put_back(&backup).await;
        renew_epoch(&place).await;
        let demo = Demo::start(place.folder(), &place.url).await;
        storm.moved(address(&demo.url));
        assert_ne!(epoch_of(&demo).await, before);
        for phone in &mut phones {
            // Any contact tells of the new life of the server; today's first visit after it is enough.
            phone.seal(&mut ledger, &sites);
            phone.drain().await;
        }
        let again: Vec<Uuid> = phones.iter().flat_map(|phone| phone.outbox.forgotten.clone()).collect();
        for id in today.iter().chain(&halves) {
            assert!(again.contains(id), "{id} was only on its phone");
        }
        assert_eq!(again.len(), today.len() + halves.len(), "and nothing else was sent again");

        let office = Actor::at_desk(&demo.http(), &office).await;
        for phone in &mut phones {
            phone.actor.http = phone.actor.http.through(&demo.url);
        }
        let actors: Vec<&Actor> = phones.iter().map(|phone| &phone.actor).collect();
        let server = Held::ask(&office, &actors, &ledger).await;
        demo.program.terminate().await;
        let server = server.with_rows_and_objects(&place.url, &place.folder().join("files")).await;
        let verdict = judge(&ledger, &server);
        assert!(verdict.is_clean(), "{}", shown(&verdict));
        for (phone, held) in phones.iter().zip(held) {
            let now = phone.receipts();
            for (id, text) in &now {
                assert_eq!(server.receipts.get(id), Some(text), "phone and server hold the same receipt");
                assert_eq!(held.get(id).is_some_and(|old| old == text), held.contains_key(id) && !again.contains(id));
            }
        }
    }
}
