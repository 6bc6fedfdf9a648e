//! `openapi`: the document that the front end's types are made from.

use super::{Outcome, say};
use lalian::http;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub struct OpenApi {
    /// Where to write it; - is standard output
    #[arg(long, value_name = "FILE", default_value = "backend/openapi.json")]
    output: PathBuf,
}

impl OpenApi {
    pub fn run(self) -> Outcome {
        let text = http::openapi::text()?;
        if self.output.as_os_str() == "-" {
            say(text.trim_end());
            return Ok(());
        }
        std::fs::write(&self.output, text)?;
        say(&format!("wrote {}", self.output.display()));
        Ok(())
    }
}
