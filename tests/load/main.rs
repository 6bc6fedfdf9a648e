//! Measures the program beside something real in the same run; see `README.md` here. Run it by `tests/load/run NAME`.

mod chaos;
mod documents;
mod fingerprints;
mod floor;
mod ingest;
mod machine;
mod payloads;
mod photos;
mod rows;
mod sources;
mod ssim;
mod start;
mod tickets;
mod weak_link;

use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use lalian_tests::backend::Backend;

/// The program's own, so that a photo costs here what it costs there.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

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
    /// What chance is made of; another one each time when absent, and printed.
    #[arg(long)]
    seed: Option<u64>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Name {
    Chaos,
    Documents,
    Fingerprints,
    Ingest,
    Photos,
    /// The process that `photos` measures.
    #[value(hide = true)]
    PhotosWork,
    Start,
    Tickets,
    WeakLink,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Database {
    Postgres,
    Sqlite,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if let Name::PhotosWork = arguments.name {
        return photos::work();
    }
    println!("{}", machine::describe());
    let wanted = |backend: &Backend| match arguments.only {
        Some(Database::Postgres) => *backend == Backend::Postgres,
        Some(Database::Sqlite) => *backend == Backend::Sqlite,
        None => true,
    };
    let seed = arguments.seed.unwrap_or_else(|| rand::random::<u32>().into());
    // Pictures know no database.
    let pictures = match arguments.name {
        Name::Fingerprints => Some(fingerprints::measure(arguments.full, seed)),
        Name::Photos => Some(photos::measure(arguments.full, seed)),
        _ => None,
    };
    if let Some(held) = pictures {
        return if held { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    let mut held = true;
    for backend in Backend::ALL.into_iter().filter(wanted) {
        lalian_tests::story::run(async {
            held &= measure(arguments.name, backend, arguments.full, seed).await;
        });
    }
    if held { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// False when a promise was broken; a speed below its goal is none.
async fn measure(name: Name, backend: Backend, full: bool, seed: u64) -> bool {
    match name {
        Name::Chaos => {
            let (visits, kills) = if full { (10_000, 100) } else { (500, 10) };
            return chaos::measure(backend, chaos::Size { visits, kills, seed }).await;
        }
        Name::Documents => documents::measure(backend, if full { 130_000 } else { 5_000 }).await,
        Name::Tickets => {
            let (few, many) = if full { (10_000, 1_000_000) } else { (500, 10_000) };
            tickets::measure(backend, tickets::Size { few, many, commands: 200, due: 200 }).await;
        }
        Name::Ingest => {
            let (seconds, warm_up) = if full { (60, 1_000) } else { (10, 200) };
            ingest::measure(backend, ingest::Size { phones: 8, seconds, warm_up }).await;
        }
        // Measured without a database, before anybody comes here.
        Name::Fingerprints | Name::Photos | Name::PhotosWork => {}
        Name::WeakLink => return weak_link::measure(backend).await,
        Name::Start => start::measure(backend, if full { 9 } else { 3 }).await,
    }
    true
}
