//! `photos`: what a photo costs, from the bytes that arrived to both copies, beside libvips on the same files in the same minute.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use lalian::imaging::Photo;
use sha2::{Digest as _, Sha256};

use crate::sources::{self, Format, Source};
use crate::{ssim, start::median};

/// What a figure is called, what is made for it, and how many of it a run takes.
struct Case {
    key: &'static str,
    format: Format,
    count: usize,
}

const CASES: [Case; 4] = [
    Case { key: "12mp", format: Format { width: 4000, height: 3000, progressive: false }, count: 8 },
    Case { key: "24mp", format: Format { width: 6000, height: 4000, progressive: false }, count: 4 },
    Case { key: "2mp", format: Format { width: 1632, height: 1224, progressive: false }, count: 16 },
    Case { key: "progressive", format: Format { width: 4000, height: 3000, progressive: true }, count: 8 },
];

const BUILD: &str = if cfg!(feature = "turbo") { "turbo" } else { "default" };
/// Part of the time of libvips that a 12 MP photo may take.
const GOAL: f64 = if cfg!(feature = "turbo") { 0.34 } else { 0.51 };
/// Where the process that works on photos finds them, and where it puts the copies.
const FROM: &str = "LALIAN_PHOTOS_FROM";
const TO: &str = "LALIAN_PHOTOS_TO";

/// Measures and prints. False when a picture looks worse than it may; a speed that misses its goal is said, not failed.
pub fn measure(full: bool, seed: u64) -> bool {
    let Some(vips) = vips() else {
        println!("vipsthumbnail is missing: apt-get install libvips-tools");
        return false;
    };
    let rounds = if full { 9 } else { 3 };
    println!("build {BUILD}, beside {vips}, {rounds} rounds, seed {seed}");
    let folder = tempfile::tempdir().expect("a folder");
    let mut figures = format!("photos: build={BUILD}");
    let mut good = true;
    for case in &CASES {
        let from = folder.path().join(case.key);
        let sources = sources::write(&from, case.format, case.count, seed);
        let (ratio, likeness) = compare(case, &sources, folder.path(), rounds);
        good &= likeness > -0.02;
        figures += &format!(" ratio_{}={ratio:.3}", case.key);
        if case.key == "12mp" {
            println!("  goal for 12mp: {GOAL}, {}", if ratio <= GOAL { "reached" } else { "missed" });
            figures += &format!(" ssim_less={:.4}", -likeness);
            let per_second = durable(&sources, folder.path(), if full { 120 } else { 40 });
            println!("  two cores, durable: {per_second:.1} photos a second");
            figures += &format!(" per_s={per_second:.1}");
        }
        fs::remove_dir_all(&from).expect("remove the photos");
    }
    println!("{figures}");
    good
}

/// The work alone, in a process of its own as libvips is: every photo of a folder, one after the other.
pub fn work() -> ExitCode {
    let (Some(from), Some(to)) = (std::env::var_os(FROM), std::env::var_os(TO)) else {
        return ExitCode::FAILURE;
    };
    for file in files(Path::new(&from)) {
        let to = Path::new(&to).join(file.file_stem().expect("a name"));
        let copies = copies(&fs::read(&file).expect("a photo"));
        fs::write(to.with_extension("jpg"), copies.0).expect("the display copy");
        fs::write(to.with_extension("small.jpg"), copies.1).expect("the thumbnail");
    }
    ExitCode::SUCCESS
}

fn copies(bytes: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let made = Photo::open(bytes).and_then(|photo| photo.copies()).expect("a photo of ours opens");
    (made.display, made.thumb)
}

/// The median ratio of processor time, and how much more alike ours is (below zero: less).
fn compare(case: &Case, sources: &[Source], folder: &Path, rounds: usize) -> (f64, f64) {
    let (ours, theirs) = (folder.join("ours"), folder.join("theirs"));
    for to in [&ours, &theirs] {
        let _ = fs::remove_dir_all(to);
        fs::create_dir_all(to.join("small")).expect("a folder");
    }
    let from = folder.join(case.key);
    let anchor = || {
        let display = run(Command::new("vipsthumbnail")
            .args(["--size", "1600x1600>", "-o"])
            .arg(format!("{}/%s.jpg[Q=80,strip]", theirs.display()))
            .args(files(&from))
            .env("VIPS_CONCURRENCY", "1"));
        let thumb = run(Command::new("vipsthumbnail")
            .args(["--size", "320x320>", "-o"])
            .arg(format!("{}/small/%s.jpg[Q=80,strip]", theirs.display()))
            .args(files(&theirs))
            .env("VIPS_CONCURRENCY", "1"));
        Spent { cpu: display.cpu + thumb.cpu, peak: display.peak.max(thumb.peak) }
    };
    let own = || {
        let program = std::env::current_exe().expect("this program");
        run(Command::new(program).arg("photos-work").env(FROM, &from).env(TO, &ours))
    };
    let (mut ratios, mut own_ms, mut anchor_ms) = (Vec::new(), Vec::new(), Vec::new());
    let (mut own_peak, mut anchor_peak) = (0.0_f64, 0.0_f64);
    let mut before = anchor();
    for _ in 0..rounds {
        let mine = own();
        let after = anchor();
        let beside = f64::midpoint(before.cpu, after.cpu);
        ratios.push(mine.cpu / beside);
        own_ms.push(mine.cpu * 1e3 / case.count as f64);
        anchor_ms.push(beside * 1e3 / case.count as f64);
        own_peak = own_peak.max(mine.peak);
        anchor_peak = anchor_peak.max(after.peak);
        before = after;
    }
    let likeness = |to: &Path| {
        let of = |source: &Source| {
            let name = source.file.file_name().expect("a name");
            ssim::against(&source.upright, &image::open(to.join(name)).expect("a copy").into_rgb8())
        };
        let looked_at = &sources[..sources.len().min(8)];
        looked_at.iter().map(of).sum::<f64>() / looked_at.len() as f64
    };
    let (own_likeness, anchor_likeness) = (likeness(&ours), likeness(&theirs));
    let weigh = |files: &[PathBuf]| {
        files.iter().map(|file| fs::metadata(file).expect("a file").len()).sum::<u64>() as f64
            / files.len() as f64
            / 1e3
    };
    let (least, most) = ratios.iter().fold((f64::MAX, 0.0_f64), |(l, m), r| (l.min(*r), m.max(*r)));
    let ratio = median(ratios);
    println!(
        "  {:<11} {:>5.0} KB: {:>5.1} ms, vips {:>5.1} ms, ratio {ratio:.3} ({least:.2} to {most:.2}); SSIM {own_likeness:.4} (vips {anchor_likeness:.4}); display {:.0} KB (vips {:.0}); peak {own_peak:.0} MB (vips {anchor_peak:.0})",
        case.key,
        weigh(&files(&from)),
        median(own_ms),
        median(anchor_ms),
        weigh(&sources.iter().map(|s| ours.join(s.file.file_name().expect("a name"))).collect::<Vec<_>>()),
        weigh(&files(&theirs)),
    );
    (ratio, own_likeness - anchor_likeness)
}

/// Photos a second when two threads do all that the server does with one: hash, keep durably, make and keep the copies.
fn durable(sources: &[Source], folder: &Path, count: usize) -> f64 {
    let photos: Vec<Vec<u8>> =
        sources.iter().map(|source| fs::read(&source.file).expect("a photo")).collect();
    let to = folder.join("durable");
    fs::create_dir_all(&to).expect("a folder");
    let next = Mutex::new(0..count);
    let from = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let Some(number) = next.lock().expect("the counter").next() else { break };
                    keep(&photos[number % photos.len()], &to, number);
                }
            });
        }
    });
    count as f64 / from.elapsed().as_secs_f64()
}

fn keep(photo: &[u8], folder: &Path, number: usize) {
    let hash: [u8; 32] = Sha256::digest(photo).into();
    let staged = folder.join(format!("{number}.part"));
    let file = fs::File::create(&staged).expect("a file");
    std::io::Write::write_all(&mut &file, photo).expect("write");
    file.sync_data().expect("durable");
    let kept = folder.join(format!("{number}-{:02x}{:02x}.jpg", hash[0], hash[1]));
    fs::rename(&staged, &kept).expect("rename");
    fs::File::open(folder).and_then(|folder| folder.sync_all()).expect("a durable name");
    let (display, thumb) = copies(photo);
    fs::write(kept.with_extension("display"), display).expect("the display copy");
    fs::write(kept.with_extension("thumb"), thumb).expect("the thumbnail");
}

/// Processor time in seconds and the most memory at once in megabytes.
#[derive(Clone, Copy)]
struct Spent {
    cpu: f64,
    peak: f64,
}

fn run(command: &mut Command) -> Spent {
    let before = crate::machine::children();
    let mut child = command.stdout(Stdio::null()).spawn().expect("a program");
    let peak = watch(&mut child);
    Spent { cpu: crate::machine::children() - before, peak }
}

/// Waits, and reads the high-water mark as long as there is one.
fn watch(child: &mut Child) -> f64 {
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0.0_f64;
    loop {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let mark = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let mark = mark.and_then(|mark| mark.trim().trim_end_matches(" kB").parse::<f64>().ok());
        peak = peak.max(mark.unwrap_or_default() / 1e3);
        if let Some(status) = child.try_wait().expect("wait") {
            assert!(status.success(), "{status}");
            return peak;
        }
        std::thread::sleep(Duration::from_millis(3));
    }
}

fn vips() -> Option<String> {
    let output = Command::new("vipsthumbnail").arg("--vips-version").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    text.lines().next().map(str::to_owned)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").flatten().map(|entry| entry.path());
    let mut files: Vec<PathBuf> = entries.filter(|path| path.is_file()).collect();
    files.sort();
    files
}
