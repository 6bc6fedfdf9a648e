//! What a figure was measured on, and what the processors did meanwhile.

use std::fs;
use std::process::Command;

/// One line: date, processors, memory, commit.
pub fn describe() -> String {
    let first = |file: &str, key: &str| {
        let text = fs::read_to_string(file).unwrap_or_default();
        let line = text.lines().find(|line| line.starts_with(key)).unwrap_or_default().to_owned();
        line.split_once(':').map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
    };
    let output = |program: &str, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).output().map(|output| output.stdout);
        String::from_utf8(output.unwrap_or_default()).unwrap_or_default().trim().to_owned()
    };
    format!(
        "{}, {} x {}, {} memory, commit {}",
        output("date", &["-u", "+%F"]),
        output("nproc", &[]),
        first("/proc/cpuinfo", "model name"),
        first("/proc/meminfo", "MemTotal"),
        output("git", &["describe", "--always", "--dirty", "--abbrev=10"]),
    )
}

/// Processor time in seconds since the start: of everybody, of one process, and of the processes of one name.
#[derive(Debug, Clone, Copy, Default)]
pub struct Cpu {
    pub all: f64,
    pub server: f64,
    pub database: f64,
    pub client: f64,
}

impl Cpu {
    /// A reading for the server of this id.
    pub fn read(server: u32) -> Self {
        let all = fs::read_to_string("/proc/stat").unwrap_or_default();
        let fields = all.lines().next().unwrap_or_default().split_whitespace().skip(1);
        // user, nice, system, (idle, iowait), irq, softirq
        let busy = fields
            .enumerate()
            .filter(|(at, _)| matches!(at, 0..=2 | 5 | 6))
            .filter_map(|(_, n)| n.parse::<u64>().ok());
        Self {
            all: seconds(busy.sum()),
            server: of_process(&server.to_string()),
            database: named("postgres"),
            client: of_process("self"),
        }
    }

    /// What was spent since an earlier reading.
    pub fn since(self, earlier: Self) -> Self {
        Self {
            all: self.all - earlier.all,
            server: self.server - earlier.server,
            database: self.database - earlier.database,
            client: self.client - earlier.client,
        }
    }

    /// The part that none of ours used.
    pub fn foreign(self) -> f64 {
        (self.all - self.server - self.database - self.client).max(0.0)
    }
}

/// Processor time in seconds of this process's children that have ended.
pub fn children() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit_once(") ").map(|(_, rest)| rest).unwrap_or_default().split(' ');
    // cutime and cstime are the 14th and 15th fields after the name.
    seconds(fields.skip(13).take(2).filter_map(|field| field.parse::<u64>().ok()).sum())
}

fn of_process(id: &str) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    // The name in brackets may hold spaces; utime and stime are the 12th and 13th fields after it.
    let fields = stat.rsplit_once(") ").map(|(_, rest)| rest).unwrap_or_default().split(' ');
    seconds(fields.skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum())
}

fn named(name: &str) -> f64 {
    let ids = fs::read_dir("/proc").into_iter().flatten().flatten();
    let ids = ids
        .filter(|entry| fs::read_to_string(entry.path().join("comm")).is_ok_and(|comm| comm.trim() == name));
    ids.map(|entry| of_process(&entry.file_name().to_string_lossy())).sum()
}

/// The kernel counts in hundredths on every Linux that we know.
fn seconds(ticks: u64) -> f64 {
    ticks as f64 / 100.0
}
