//! The processes that a program has started, as the kernel tells of them.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// Its children, not theirs.
pub fn children_of(parent: u32) -> Vec<u32> {
    let entries = fs::read_dir("/proc").expect("Linux").flatten();
    let numbers = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    numbers.filter(|id| status(*id, "PPid").is_some_and(|of| of == parent.to_string())).collect()
}

/// A line of its status; `None` when it is gone.
pub fn status(id: u32, name: &str) -> Option<String> {
    let status = fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    Some(line.trim().to_owned())
}

/// Memory in bytes that only swapping could take from it, a page that several processes share counted once among them; 0 when it is gone.
/// Pages of the program's own file are left out: the system drops them when it likes, and a debug build has some fifty megabytes of them.
pub fn memory(id: u32) -> u64 {
    let rollup = fs::read_to_string(format!("/proc/{id}/smaps_rollup")).unwrap_or_default();
    let of = |name: &str| {
        let line = rollup.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|text| text.trim().strip_suffix(" kB")?.parse::<u64>().ok()).unwrap_or(0)
    };
    (of("Pss_Anon:") + of("Pss_Shmem:")) * 1024
}

/// Kills it without a warning.
pub fn kill(id: u32) {
    // It may be gone already.
    let _ = std::process::Command::new("kill").args(["-KILL", &id.to_string()]).status();
}

/// Watches how much memory a program and its children hold together.
#[derive(Debug)]
pub struct Watch {
    peak: Arc<AtomicU64>,
    stop: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Watch {
    /// Looks every few milliseconds.
    pub fn start(program: u32) -> Self {
        let (peak, stop) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
        let thread = {
            let (peak, stop) = (Arc::clone(&peak), Arc::clone(&stop));
            std::thread::spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    let all = children_of(program).into_iter().map(memory).sum::<u64>() + memory(program);
                    peak.fetch_max(all, Ordering::Relaxed);
                    std::thread::sleep(Duration::from_millis(10));
                }
            })
        };
        Self { peak, stop, thread }
    }

    /// The most that was seen, in bytes.
    pub fn stop(self) -> u64 {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().expect("no panic");
        self.peak.load(Ordering::Relaxed)
    }
}
