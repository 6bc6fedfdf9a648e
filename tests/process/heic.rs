//! HEIC, which the program cannot decode: kept as it came, shown once the system has a converter, and turned upright once.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use image::{Rgb, RgbImage};
use jpeg_encoder::{ColorType, Encoder};
use lalian::domain::people::role::Role;
use lalian_tests::actor::Actor;
use lalian_tests::demo::{Demo, arguments};
use lalian_tests::desk::flags;
use lalian_tests::http::Http;
use lalian_tests::phone::{Sealed, fresh_id};
use lalian_tests::place::Place;
use lalian_tests::program::{Program, command, run};
use lalian_tests::stories;
use serde_json::json;

use crate::photos::judged;

/// A photograph of 320 x 240 whose four quarters are red, green, blue and white when it stands upright. It is stored lying on its side, says
/// so in the container (`irot`), and says so again in its EXIF, as phones do.
const SIDEWAYS: &[u8] = include_bytes!("../shared/sideways.heic");

/// Enough of a HEIC for whoever only looks at its first bytes.
fn head_of_a_heic(number: u32) -> Vec<u8> {
    let size = [640_u32.to_be_bytes(), 480_u32.to_be_bytes()].concat();
    [&b"\0\0\0\x18ftypheic\0\0\0\0mif1heic\0\0\0\x14ispe\0\0\0\0"[..], &size, &number.to_be_bytes()].concat()
}

fn report(phone: &Actor, heic: Vec<u8>) -> Sealed {
    let payload = json!({
        "finding_id": fresh_id(), "site_id": null, "item_code": null, "instance_key": "", "title": "坑洼", "note": "",
        "severity": "minor", "is_static": false, "position": null, "fixed_on_spot": false,
    });
    let named = json!({ "media_type": "image/heic" });
    phone.draft("finding.report/1", payload).file("before", heic, named).seal()
}

/// The server again, with nothing but this folder to find programs in.
async fn serve(place: &Place, path: &Path) -> (Program, String) {
    let mut command = command(place.folder(), &arguments(&place.url));
    let mut program = Program::start({
        command.env("PATH", path);
        command
    });
    let url = program.url().await;
    (program, url)
}

async fn flags_of(office: &Actor, sealed: &Sealed) -> Vec<String> {
    flags(&office.http.get(&format!("/api/v1/operations/{}", sealed.id)).await.expect(200))
}

async fn shown(http: &Http, sealed: &Sealed) -> RgbImage {
    judged(http, sealed, 0).await.expect(200);
    let answer = http.get(&format!("/api/v1/photos/{}/display", sealed.photos[0].file_id)).await.expect(200);
    image::load_from_memory(&answer.bytes).expect("a picture").into_rgb8()
}

/// Red, green, blue and white in the four quarters.
fn assert_upright(picture: &RgbImage) {
    let (width, height) = picture.dimensions();
    assert!(width > height, "{width} x {height}");
    for (x, y, colour) in
        [(1, 1, [220, 30, 30]), (3, 1, [30, 200, 30]), (1, 3, [30, 30, 220]), (3, 3, [245, 245, 245])]
    {
        let seen = picture.get_pixel(width * x / 4, height * y / 4);
        let near = seen.0.iter().zip(colour).all(|(a, b): (&u8, u8)| a.abs_diff(b) < 40);
        assert!(near, "{seen:?} where {colour:?} should be");
    }
}

fn quarters() -> RgbImage {
    RgbImage::from_fn(320, 240, |x, y| {
        Rgb(match (x < 160, y < 120) {
            (true, true) => [220, 30, 30],
            (false, true) => [30, 200, 30],
            (true, false) => [30, 30, 220],
            (false, false) => [245, 245, 245],
        })
    })
}

fn program_file(path: &Path, text: &str) {
    std::fs::write(path, text).expect("a program");
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).expect("its rights");
}

/// A converter that gives everybody the same upright picture, with an EXIF number that asks for one turn too many, and only where it was
/// locked in and was shown no EXIF.
fn install_converter(folder: &Path) {
    let picture = folder.join("picture.jpg");
    let mut out = Vec::new();
    let mut encoder = Encoder::new(&mut out, 92);
    let orientation = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
    encoder.add_exif_metadata(orientation).expect("a short block");
    encoder.encode(quarters().as_raw(), 320, 240, ColorType::Rgb).expect("encode");
    std::fs::write(&picture, out).expect("a picture");
    let text = format!(
        "#!/bin/sh\n\
         grep -q '^Seccomp:.*2' /proc/self/status || exit 3\n\
         [ \"$(ulimit -v)\" != unlimited ] && [ \"$(ulimit -t)\" != unlimited ] || exit 4\n\
         env | grep -q LALIAN && exit 5\n\
         [ \"$1 $2\" = '-q 92' ] && [ -s \"$3\" ] || exit 6\n\
         cp {} \"$4\"\n",
        picture.display()
    );
    program_file(&folder.join("heif-convert"), &text);
}

stories! {
    async fn heic_is_kept_and_shown_when_a_converter_appears(place: Place) {
        let demo = Demo::start(place.folder(), &place.url).await;
        let (inspector, office) = (demo.logins(Role::Inspector).remove(0), demo.logins(Role::Office).remove(0));
        demo.program.terminate().await;
        let programs = tempfile::tempdir().expect("a folder for programs");
        let (program, url) = serve(&place, programs.path()).await;
        let http = Http::new(&url);
        let phone = Actor::on_phone(&http, &inspector, "heic").await;
        let office = Actor::at_desk(&http, &office).await;

        let first = report(&phone, head_of_a_heic(1));
        phone.send(&first).await;
        judged(&office.http, &first, 0).await.expect_problem(404, "no_preview");
        assert!(flags_of(&office, &first).await.contains(&"no_preview".to_owned()));
        phone.verified_receipt(&first).await;

        // The operator installs it while the server runs: the next one is shown, the first by the command.
        install_converter(programs.path());
        let second = report(&phone, head_of_a_heic(2));
        phone.send(&second).await;
        assert_upright(&shown(&office.http, &second).await);
        assert!(!flags_of(&office, &second).await.contains(&"no_preview".to_owned()));
        let arguments = ["photos", "rebuild", "--missing", "--database", &place.url, "--storage", "file:files"];
        let mut again = command(place.folder(), &arguments);
        let finished = run(again.env("PATH", programs.path())).await;
        assert!(finished.status.success() && finished.output.contains("made 1 ·"), "{}", finished.output);
        assert_upright(&shown(&office.http, &first).await);
        assert!(!flags_of(&office, &first).await.contains(&"no_preview".to_owned()), "the flag goes with its reason");
        let original = format!("/api/v1/photos/{}/original", first.photos[0].file_id);
        assert_eq!(office.http.get(&original).await.expect(200).bytes, head_of_a_heic(1));

        // A converter that fails, and one that wants all memory.
        for (number, text) in [(3, "exit 1"), (4, "exec tail -c 8G /dev/zero")] {
            program_file(&programs.path().join("heif-convert"), &format!("#!/bin/sh\n{text}\n"));
            let sealed = report(&phone, head_of_a_heic(number));
            phone.send(&sealed).await;
            judged(&office.http, &sealed, 0).await.expect_problem(404, "no_preview");
            let flags = flags_of(&office, &sealed).await;
            assert!(flags.iter().any(|flag| flag == "damaged_file" || flag == "not_opened"), "{flags:?}");
        }
        let left = std::fs::read_dir(place.folder().join("data/demo/scratch")).map_or(0, Iterator::count);
        assert_eq!(left, 0, "nothing stays in the scratch folder");
        program.terminate().await;
    }

    async fn a_real_heic_is_turned_upright_once(place: Place) {
        if !["heif-convert", "heif-dec"].iter().any(|name| Path::new("/usr/bin").join(name).exists()) {
            eprintln!("skipped: no converter here (Debian: libheif-examples)");
            return;
        }
        let demo = Demo::start(place.folder(), &place.url).await;
        let logins = (demo.logins(Role::Inspector).remove(0), demo.logins(Role::Office).remove(0));
        demo.program.terminate().await;
        let nothing = tempfile::tempdir().expect("an empty folder");
        let (program, url) = serve(&place, nothing.path()).await;
        let phone = Actor::on_phone(&Http::new(&url), &logins.0, "sideways").await;
        let sealed = report(&phone, SIDEWAYS.to_vec());
        phone.send(&sealed).await;
        judged(&phone.http, &sealed, 0).await.expect_problem(404, "no_preview");
        program.terminate().await;

        // Started again where there is one: nobody has to ask.
        let (program, url) = serve(&place, Path::new("/usr/bin")).await;
        let office = Actor::at_desk(&Http::new(&url), &logins.1).await;
        for _ in 0..200 {
            if judged(&office.http, &sealed, 0).await.status == 200 {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        assert_upright(&shown(&office.http, &sealed).await);
        assert!(!flags_of(&office, &sealed).await.contains(&"no_preview".to_owned()));
        program.terminate().await;
    }
}
