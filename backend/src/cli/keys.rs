//! `keys`: what signs receipts, access tokens and addresses of pictures. Retired keys of receipts stay published, so old receipts
//! verify for ever.

use super::{FOLDER, Outcome, plain, say};
use clap::{Args, Subcommand, ValueEnum};
use lalian::{
    app::people::{
        address_key::AddressKey,
        keys::{Keys as Ring, Purpose},
    },
    config::DatabaseArgs,
    domain::{
        clock::{Clock, SystemClock},
        random::SystemRandom,
    },
};
use std::{fmt::Write, sync::Arc};

/// How the key of picture addresses is called.
const PHOTO: &str = "photo";

#[derive(Debug, Args)]
pub struct Keys {
    #[command(subcommand)]
    what: What,
    #[command(flatten)]
    database: DatabaseArgs,
}

#[derive(Debug, Subcommand)]
enum What {
    /// 列出 Show the keys with their dates; never their secrets
    List,
    /// 更换 Make a new key and retire the present one
    Rotate {
        /// 用途 What the key signs
        purpose: For,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum For {
    /// 登录凭证 Access tokens: everybody's login is renewed within a quarter of an hour
    Access,
    /// 回执 Receipts: what was signed before stays good
    Receipt,
    /// 照片地址 Addresses of pictures: open pages fetch new ones by themselves
    Photo,
}

impl Keys {
    pub fn run(self) -> Outcome {
        let folder = self.database.folder(FOLDER).join("keys");
        // Makes the first keys where there are none yet.
        Ring::open(&folder, Arc::new(SystemClock), &SystemRandom).map_err(plain)?;
        AddressKey::open(&folder, Arc::new(SystemClock), &SystemRandom).map_err(plain)?;
        match self.what {
            What::Rotate { purpose } => {
                let now = SystemClock.now();
                let rotate = |purpose| Ring::rotate(&folder, purpose, now, &SystemRandom).map_err(plain);
                let (name, kid) = match purpose {
                    For::Access => (Purpose::Access.as_str(), rotate(Purpose::Access)?),
                    For::Receipt => (Purpose::Receipt.as_str(), rotate(Purpose::Receipt)?),
                    For::Photo => (PHOTO, AddressKey::rotate(&folder, now, &SystemRandom).map_err(plain)?),
                };
                say(&format!("{name} {kid}"));
            }
            What::List => {
                let mut text = String::new();
                for purpose in Purpose::ALL {
                    for key in Ring::list(&folder, purpose).map_err(plain)? {
                        let retired = key
                            .retired_at
                            .map_or_else(String::new, |at| format!("  retired {}", at.format("%F %T")));
                        writeln!(
                            text,
                            "{:<8} {}  since {}{retired}",
                            purpose.as_str(),
                            key.kid,
                            key.created_at.format("%F %T")
                        )?;
                    }
                }
                let (kid, since) = AddressKey::list(&folder).map_err(plain)?;
                writeln!(text, "{PHOTO:<8} {kid}  since {}", since.format("%F %T"))?;
                say(text.trim_end());
            }
        }
        Ok(())
    }
}
