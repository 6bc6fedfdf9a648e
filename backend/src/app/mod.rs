//! Use cases, one file per verb family: each checks the caller, owns one transaction, and writes the audit row.

pub mod caller;
pub mod campaigns;
pub mod care;
pub mod colours;
pub mod demo;
pub mod duties;
pub mod error;
pub mod evidence;
pub mod feedback;
pub mod field;
pub mod health;
pub mod idempotency;
pub mod imports;
pub mod look_backs;
pub mod notices;
pub mod people;
pub mod places;
pub mod projects;
pub mod reports;
pub mod rounds;
pub mod standards;
pub mod tickets;

pub use caller::{Caller, Origin};
pub use error::{AppError, AppResult};
pub use idempotency::Once;

use crate::{
    app::field::{darkroom::Darkroom, lanes::Lanes},
    domain::{client::ClientVersion, clock::SharedClock, random::SharedRandom},
    files::Files,
    outgoing::Outgoing,
    store::Store,
};
use people::{address_key::AddressKey, keys::Keys, passwords::Passwords, standing::Standings};
use std::{path::PathBuf, sync::Arc};
use tokio::sync::{Notify, OwnedRwLockReadGuard, RwLock};
use url::Url;

/// What every use case works with. Cheap to clone.
#[derive(Clone)]
pub struct App {
    pub store: Store,
    pub files: Files,
    pub clock: SharedClock,
    pub random: SharedRandom,
    /// This process serves the demo county.
    pub demo: bool,
    /// Where the demo county is kept as it was made.
    pub made: Option<demo::made::Made>,
    /// In a demo whoever works holds it for reading, and whoever puts the county back holds it alone.
    pub turn: Arc<RwLock<()>>,
    /// Below this many free bytes files wait while answers still enter.
    pub disk_floor_bytes: u64,
    /// Where large imports wait while they are looked at; beside the data, because a system's own place may be small.
    pub scratch: PathBuf,
    /// Phones below this version begin no visits; what they have they still send.
    pub min_client: Option<ClientVersion>,
    /// What browsers call this system, for links in texts that leave it.
    pub public_url: Option<Url>,
    /// Calls group robots, mail servers and push services.
    pub outgoing: Arc<Outgoing>,
    /// Seals where messages go.
    pub notice_keys: Arc<notices::keys::NoticeKeys>,
    /// The operator declares that database and files are replicated as they are written.
    pub storage_replicated: bool,
    /// Where backups go by the schedule.
    pub backups: Option<Arc<care::Plan>>,
    /// Uploads that a request works on now.
    pub lanes: Lanes,
    /// Where copies of photos are made.
    pub darkroom: Darkroom,
    /// The program that opens strangers' workbooks apart from this process; none in tests, which open them here.
    pub reader: Option<PathBuf>,
    /// Fingerprints of pictures, by county.
    pub albums: evidence::album::Albums,
    /// Rung when a job was added, so that it need not wait for the next look.
    pub bell: Arc<Notify>,
    /// Rung when something happened to a ticket, so that inboxes need not wait for the next look.
    pub heard: Arc<Notify>,
    pub area_cache: places::areas::AreaCache,
    /// The middles of counties' months, as last worked out.
    pub middles: colours::middles::Middles,
    /// What operations are judged by, as last read.
    pub facts: Arc<field::facts::FactsCache>,
    /// Signs receipts and access tokens.
    pub keys: Arc<Keys>,
    /// Signs the addresses of pictures.
    pub address_key: Arc<AddressKey>,
    /// Hashes and checks passwords, a few at a time.
    pub passwords: Arc<Passwords>,
    /// Sheds strangers with a link who ask too often; how often is counted in the database.
    pub pace: Arc<duties::village::Pace>,
    /// What stands behind tokens right now.
    pub standings: Arc<Standings>,
}

impl App {
    /// A turn to work in a demo, where the county may be put back at any time; nothing anywhere else.
    pub async fn turn(&self) -> Option<OwnedRwLockReadGuard<()>> {
        if self.demo { Some(Arc::clone(&self.turn).read_owned().await) } else { None }
    }

    /// Drops what this process remembers of people and rules; called by whatever changes them.
    pub fn forget(&self) {
        self.standings.forget();
        self.facts.forget();
    }
}
