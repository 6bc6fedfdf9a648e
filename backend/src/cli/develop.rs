//! `develop`: what the server starts for itself, to open photographs in a process that can do nothing else. Not for people.

use super::Outcome;
use clap::Args;
use lalian::{
    imaging::{child, confine, wire::Hello},
    reading::child as reading,
};
use std::{convert::Infallible, ffi::OsString, io, os::unix::process::CommandExt, process::Command};

#[derive(Debug, Args)]
pub struct Develop {
    /// Become this converter (CONVERTER SOURCE TARGET), locked in
    #[arg(long, num_args = 3, value_names = ["CONVERTER", "SOURCE", "TARGET"])]
    convert: Option<Vec<OsString>>,
    /// Open one workbook or archive
    #[arg(long, conflicts_with = "convert")]
    read: bool,
}

impl Develop {
    /// Runs without the runtime of the other commands: no threads, no files, nothing that the locked-in process would miss.
    pub fn run(self) -> Outcome {
        if let Some(words) = self.convert {
            let Err(error) = become_converter(&words);
            super::complain(&error);
            std::process::exit(confine::NOT_STARTED);
        }
        // What a decoder says when it panics would fill the log with what a stranger wrote.
        std::panic::set_hook(Box::new(|_panic| {}));
        let confined = confine::child()?;
        if self.read {
            confine::one_more_photo();
            return Ok(reading::serve(&mut io::stdin().lock(), &mut io::stdout().lock())?);
        }
        let (mut from, mut to) = (io::stdin().lock(), io::stdout().lock());
        Ok(child::serve(&mut from, &mut to, Hello { confined }, confine::one_more_photo)?)
    }
}

/// Returns only when it could not.
fn become_converter(words: &[OsString]) -> io::Result<Infallible> {
    let [converter, source, target] = words else { return Err(io::ErrorKind::InvalidInput.into()) };
    confine::converter()?;
    Err(Command::new(converter).args(["-q", "92"]).args([source, target]).exec())
}
