//! The real program serving the demo county, with the logins that it prints.

use std::path::Path;

use lalian::domain::people::role::Role;

use crate::actor::Login;
use crate::http::Http;
use crate::program::{Program, command};

/// `lalian demo` as a child process.
#[derive(Debug)]
pub struct Demo {
    pub program: Program,
    pub url: String,
    logins: Vec<(Role, Login)>,
}

impl Demo {
    /// Makes the demo county in `database` when it is not there yet, and serves it from `folder`.
    pub async fn start(folder: &Path, database: &str) -> Self {
        Self::start_with(folder, database, &[]).await
    }

    /// The same with more on its command line.
    pub async fn start_with(folder: &Path, database: &str, more: &[&str]) -> Self {
        let all = [&arguments(database)[..], more].concat();
        let mut program = Program::start(command(folder, &all));
        let url = program.url().await;
        let logins = program.log().iter().filter_map(|line| login_in(line)).collect();
        Self { program, url, logins }
    }

    /// A client of it.
    pub fn http(&self) -> Http {
        Http::new(&self.url)
    }

    /// The logins of a role, in the order in which they were printed. Printed once: a restart has none.
    pub fn logins(&self, role: Role) -> Vec<Login> {
        self.logins.iter().filter(|(of, _)| *of == role).map(|(_, login)| login.clone()).collect()
    }
}

/// The command line of a demo server on a free port. It has no front end, so that it never stops to build one, and no quarter of
/// work behind it: stories make their own.
pub fn arguments(database: &str) -> [&str; 10] {
    [
        "demo",
        "--empty",
        "--bind",
        "127.0.0.1:0",
        "--database",
        database,
        "--storage",
        "file:files",
        "--pwa",
        "no-front-end",
    ]
}

/// A line such as `检查人员 inspector  …  login  password`.
fn login_in(line: &str) -> Option<(Role, Login)> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let role = words.iter().find_map(|word| Role::parse(word))?;
    let [.., login, password] = words[..] else { return None };
    Some((role, Login { login: login.to_owned(), password: password.to_owned() }))
}
