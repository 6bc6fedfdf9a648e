//! Photographs through the real program: opened in children that can do nothing else, made again by a command, bounded in memory.

use std::path::{Path, PathBuf};
use std::time::Duration;

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use lalian::domain::people::role::Role;
use lalian_tests::actor::Actor;
use lalian_tests::backend::Backend;
use lalian_tests::children::{Watch, children_of, kill, status};
use lalian_tests::corpus;
use lalian_tests::demo::Demo;
use lalian_tests::http::{Answer, Http};
use lalian_tests::phone::{Sealed, fresh_id};
use lalian_tests::photo;
use lalian_tests::place::Place;
use lalian_tests::program::{command, run};
use lalian_tests::stories;
use serde_json::json;

/// Room for everything at once: the server, its children, eight bombs.
const MEMORY: u64 = 300 * 1024 * 1024;

fn report(phone: &Actor, photos: Vec<Vec<u8>>) -> Sealed {
    let payload = json!({
        "finding_id": fresh_id(), "site_id": null, "item_code": null, "instance_key": "", "title": "坑洼", "note": "",
        "severity": "minor", "is_static": false, "position": null, "fixed_on_spot": false,
    });
    let draft = phone.draft("finding.report/1", payload);
    photos.into_iter().fold(draft, |draft, photo| draft.photo("before", None, photo)).seal()
}

async fn size(http: &Http, sealed: &Sealed, number: usize, size: &str) -> Answer {
    http.get(&format!("/api/v1/photos/{}/{size}", sealed.photos[number].file_id)).await
}

/// Waits until the photo is judged: 200 with copies, 404 without.
pub async fn judged(http: &Http, sealed: &Sealed, number: usize) -> Answer {
    for _ in 0..2_400 {
        let answer = size(http, sealed, number, "thumb").await;
        if answer.status != 202 {
            return answer;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("photo {number} was never judged");
}

async fn flags(office: &Actor, sealed: &Sealed) -> Vec<String> {
    let answer = office.http.get(&format!("/api/v1/operations/{}", sealed.id)).await.expect(200);
    let flags = answer.at("/flags");
    let flags = flags.as_array().expect("flags");
    flags.iter().map(|flag| flag["code"].as_str().expect("a code").to_owned()).collect()
}

/// As large as the gate lets in, and a few hundred kilobytes to send.
fn bomb(number: u8, side: u16, progressive: bool) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = Encoder::new(&mut out, 20);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    encoder.set_progressive(progressive);
    let pixels = vec![number * 20; usize::from(side) * usize::from(side) * 3];
    encoder.encode(&pixels, side, side, ColorType::Rgb).expect("encode");
    out
}

/// Copies in the folder of the files.
fn copies(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.join("files/d")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            if entry.path().is_dir() { folders.push(entry.path()) } else { found.push(entry.path()) }
        }
    }
    found.sort();
    found
}

async fn rebuild(place: &Place, more: &[&str]) -> String {
    let arguments = ["photos", "rebuild", "--database", &place.url, "--storage", "file:files"];
    let finished = run(&mut command(place.folder(), &[&arguments[..], more].concat())).await;
    assert!(finished.status.success(), "{}", finished.output);
    finished.output
}

/// The database makes no difference here, and the four that are opened cost a debug build half a minute.
#[test]
fn eight_bombs_at_once_stay_under_300_mb() {
    lalian_tests::story::run(async {
        let place = Place::start(Backend::Sqlite).await;
        let demo = Demo::start(place.folder(), &place.url).await;
        let (inspector, office) =
            (demo.logins(Role::Inspector).remove(0), demo.logins(Role::Office).remove(0));
        // Making the county has cost memory of its own.
        demo.program.terminate().await;
        let demo = Demo::start_with(place.folder(), &place.url, &["--workers", "8"]).await;
        let phone = Actor::on_phone(&demo.http(), &inspector, "bombs").await;
        let office = Actor::at_desk(&demo.http(), &office).await;
        // As large as the gate lets in: 49 megapixels, and 26 that keep all their coefficients.
        let opened =
            [bomb(1, 7_000, false), bomb(2, 5_100, true), bomb(3, 7_000, false), bomb(4, 5_100, true)];
        let refused = corpus::cases().into_iter().filter(|case| {
            ["claims 65,500", "claims 11,000", "200 scans", "60,000 x 60,000"]
                .iter()
                .any(|name| case.name.contains(name))
        });
        let refused: Vec<_> = refused.map(|case| case.bytes).take(4).collect();
        let sealed = report(&phone, opened.into_iter().chain(refused).collect());
        assert_eq!(sealed.photos.len(), 8);
        let watch = Watch::start(demo.program.id());
        phone.send(&sealed).await;
        for number in 0..4 {
            let shown = judged(&office.http, &sealed, number).await.expect(200);
            let shown = image::load_from_memory(&shown.bytes).expect("a thumbnail");
            assert_eq!(shown.width().max(shown.height()), 320);
        }
        for number in 4..8 {
            judged(&office.http, &sealed, number).await.expect_problem(404, "no_preview");
        }
        let flags = flags(&office, &sealed).await;
        assert!(
            flags.contains(&"unusual_size".into()) && !flags.contains(&"damaged_file".into()),
            "{flags:?}"
        );
        let peak = watch.stop();
        println!("peak of the server and its children: {} MB", peak >> 20);
        assert!(peak < MEMORY, "{} MB", peak >> 20);
        demo.program.terminate().await;
    });
}

stories! {
    async fn a_child_that_dies_costs_nothing_but_itself(place: Place) {
        let demo = Demo::start(place.folder(), &place.url).await;
        let phone = Actor::on_phone(&demo.http(), &demo.logins(Role::Inspector)[0], "children").await;
        let first = report(&phone, vec![photo::tiny(1)]);
        phone.send(&first).await;
        judged(&phone.http, &first, 0).await.expect(200);
        let server = demo.program.id();
        let children = children_of(server);
        assert!((1..=4).contains(&children.len()), "{children:?}");
        for child in &children {
            // Filtered, and unable to get more rights by starting something.
            assert_eq!(status(*child, "Seccomp").as_deref(), Some("2"));
            assert_eq!(status(*child, "NoNewPrivs").as_deref(), Some("1"));
            let environment = std::fs::read_to_string(format!("/proc/{child}/environ")).expect("its environment");
            assert!(!environment.contains("LALIAN") && !environment.contains("PATH"), "{environment}");
            for open in std::fs::read_dir(format!("/proc/{child}/fd")).expect("its files").flatten() {
                let what = std::fs::read_link(open.path()).expect("what is open").to_string_lossy().into_owned();
                // Pipes of whoever started the server may be among them; its files and connections never.
                assert!(what.starts_with("pipe:") || what == "/dev/null", "{what}");
            }
        }
        children.into_iter().for_each(kill);
        let many = report(&phone, (2..10).map(photo::tiny).collect());
        phone.send(&many).await;
        for round in 0..8 {
            // Whatever works is killed; a photo is tried again more often than it can meet this.
            if round % 4 == 0 {
                children_of(server).into_iter().for_each(kill);
            }
            judged(&phone.http, &many, round).await.expect(200);
        }
        phone.verified_receipt(&many).await;
        let ids = children_of(server);
        demo.program.kill().await;
        for _ in 0..100 {
            if ids.iter().all(|id| status(*id, "State").is_none_or(|state| state.starts_with('Z'))) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("children outlive a killed server");
    }

    async fn copies_are_made_again_by_a_command(place: Place) {
        let demo = Demo::start(place.folder(), &place.url).await;
        let phone = Actor::on_phone(&demo.http(), &demo.logins(Role::Inspector)[0], "rebuild").await;
        let photos = (0..6).map(|n| photo::saved(&photo::scenery(n), 80)).chain([b"no photo".to_vec()]);
        let sealed = report(&phone, photos.collect());
        phone.send(&sealed).await;
        for number in 0..6 {
            judged(&phone.http, &sealed, number).await.expect(200);
        }
        judged(&phone.http, &sealed, 6).await.expect_problem(404, "no_preview");
        let before: Vec<_> = copies(place.folder()).into_iter().map(|path| (std::fs::read(&path).expect("a copy"), path)).collect();
        assert!(before.len() >= 12);

        // One folder is lost, and one copy of another photo, while the server runs.
        std::fs::remove_dir_all(before[0].1.parent().expect("a folder")).expect("lost");
        std::fs::remove_file(&before[5].1).expect("lost");
        let said = rebuild(&place, &["--missing"]).await;
        assert!(said.contains("made 2 ·"), "{said}");
        let said = rebuild(&place, &["--missing"]).await;
        assert!(said.contains("made 0 ·"), "nothing was missing: {said}");
        demo.program.terminate().await;

        // A restore without copies, and no server.
        std::fs::remove_dir_all(place.folder().join("files/d")).expect("lost");
        let said = rebuild(&place, &[]).await;
        assert!(said.contains(&format!("made {} ·", before.len() / 2)), "{said}");
        for (bytes, path) in &before {
            assert!(std::fs::read(path).expect("made again") == *bytes, "{} is another picture", path.display());
        }
        let demo = Demo::start(place.folder(), &place.url).await;
        let phone = phone.through(&demo.url);
        size(&phone.http, &sealed, 3, "display").await.expect(200);
        phone.verified_receipt(&sealed).await;
        demo.program.terminate().await;
    }
}
