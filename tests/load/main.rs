//! Measures the program beside something real in the same run; see `README.md` here. Run it by `tests/load/run NAME`.

mod floor;
mod ingest;
mod machine;
mod payloads;
mod start;

use clap::{Parser, ValueEnum};
use lalian_tests::backend::Backend;

/// Sets itself up, measures, and ends with one line per database, SQLite last.
#[derive(Debug, Parser)]
struct Arguments {
    /// What is measured.
    name: Name,
    /// The published size instead of the quick one.
    #[arg(long)]
    full: bool,
    /// Only this database.
    #[arg(long)]
    only: Option<Database>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Name {
    Ingest,
    Start,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Database {
    Postgres,
    Sqlite,
}

fn main() {
    let arguments = Arguments::parse();
    println!("{}", machine::describe());
    let wanted = |backend: &Backend| match arguments.only {
        Some(Database::Postgres) => *backend == Backend::Postgres,
        Some(Database::Sqlite) => *backend == Backend::Sqlite,
        None => true,
    };
    for backend in Backend::ALL.into_iter().filter(wanted) {
        lalian_tests::story::run(measure(arguments.name, backend, arguments.full));
    }
}

async fn measure(name: Name, backend: Backend, full: bool) {
    match name {
        Name::Ingest => {
            let (seconds, warm_up) = if full { (60, 1_000) } else { (10, 200) };
            ingest::measure(backend, ingest::Size { phones: 8, seconds, warm_up }).await;
        }
        Name::Start => start::measure(backend, if full { 9 } else { 3 }).await,
    }
}
