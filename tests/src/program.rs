//! The real program as a child process: started on port 0, stopped or killed, its log read.

use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader};
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep, timeout};

/// How long anything that the program does at once may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(40);

/// A `lalian` process; killed when dropped.
#[derive(Debug)]
pub struct Program {
    child: Child,
    log: Arc<Mutex<Vec<String>>>,
}

/// What a finished run of the program left behind.
#[derive(Debug)]
pub struct Finished {
    /// How it ended.
    pub status: ExitStatus,
    /// Both streams, line by line.
    pub output: String,
}

/// The binary under test: `LALIAN_BIN`, or the one built beside these tests.
pub fn binary() -> PathBuf {
    if let Some(path) = std::env::var_os("LALIAN_BIN") {
        return path.into();
    }
    let tests = std::env::current_exe().expect("the path of the running test");
    let folder = tests.ancestors().find(|path| path.join("lalian").is_file());
    folder.expect("the program is not built; run: cargo build -p lalian").join("lalian")
}

/// A command of the program in an environment without `LALIAN_*`, run in `folder`.
pub fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(binary());
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("LALIAN_")) {
        command.env_remove(name);
    }
    command.current_dir(folder).args(arguments).env("NO_COLOR", "1");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    command
}

/// Runs a command that ends by itself.
pub async fn run(command: &mut Command) -> Finished {
    let output =
        timeout(PATIENCE, command.output()).await.expect("the program ends by itself").expect("it runs");
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    Finished { status: output.status, output: text.concat() }
}

impl Program {
    /// Starts a command that serves.
    pub fn start(mut command: Command) -> Self {
        let mut child = command.spawn().expect("start the program");
        let log = Arc::new(Mutex::new(Vec::new()));
        collect(child.stdout.take().expect("piped"), Arc::clone(&log));
        collect(child.stderr.take().expect("piped"), Arc::clone(&log));
        Self { child, log }
    }

    /// The base URL from the line that says where it listens.
    pub async fn url(&mut self) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(url) = self.log().iter().find_map(|line| listening_url(line)) {
                return url;
            }
            if let Some(status) = self.child.try_wait().expect("ask for its state") {
                panic!("the program ended with {status}:\n{}", self.log().join("\n"));
            }
            assert!(Instant::now() < deadline, "no address in the log:\n{}", self.log().join("\n"));
            sleep(Duration::from_millis(2)).await;
        }
    }

    /// Everything it has said so far.
    pub fn log(&self) -> Vec<String> {
        self.log.lock().expect("no holder panics").clone()
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id().expect("it runs")
    }

    /// Resident memory in bytes, as the kernel counts it.
    pub fn resident_bytes(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id())).expect("its state");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a resident size");
        line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") * 1024
    }

    /// Asks it to stop, as systemd does, and waits for it.
    pub async fn terminate(mut self) -> Finished {
        let kill = std::process::Command::new("kill").args(["-TERM", &self.id().to_string()]).status();
        assert!(kill.expect("kill runs").success());
        let status =
            timeout(PATIENCE, self.child.wait()).await.expect("it stops when asked").expect("a status");
        // The readers may still hold the last lines.
        sleep(Duration::from_millis(50)).await;
        Finished { status, output: self.log().join("\n") }
    }

    /// Kills it without a warning, as a power cut would.
    pub async fn kill(mut self) {
        self.child.kill().await.expect("kill -9");
    }
}

fn collect(stream: impl AsyncRead + Unpin + Send + 'static, log: Arc<Mutex<Vec<String>>>) {
    tokio::spawn(async move {
        let mut lines = BufReader::new(stream).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            log.lock().expect("no holder panics").push(line);
        }
    });
}

fn listening_url(line: &str) -> Option<String> {
    let at = line.find("http://").or_else(|| line.find("https://"))?;
    let url: String =
        line[at..].chars().take_while(|c| c.is_ascii_alphanumeric() || ":/.[]".contains(*c)).collect();
    let port = url.trim_end_matches('/').rsplit(':').next()?;
    port.parse::<u16>().is_ok_and(|port| port != 0).then(|| url.trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use super::listening_url;

    #[test]
    fn the_address_is_found_in_a_line_for_people_and_in_one_for_machines() {
        let url = Some("http://127.0.0.1:4711".to_owned());
        assert_eq!(listening_url("打开 / open  http://127.0.0.1:4711/"), url);
        assert_eq!(listening_url(r#"{"message":"listening","url":"http://127.0.0.1:4711"}"#), url);
        assert_eq!(listening_url("listening on http://127.0.0.1:0"), None);
        assert_eq!(listening_url("see http://example.org"), None);
    }
}
