//! What one operation works with while it enters, and what it leaves behind.

use super::{
    answer::{Changed, Refusal},
    author::Vouched,
    facts::Facts,
};
use crate::{
    app::AppResult,
    domain::{
        clock::Instant,
        field::{
            envelope::{Envelope, FileRef},
            flag::{Flag, FlagCode},
            inspection::shorten,
            sheet,
            times::Times,
        },
        tickets::{
            Ticket,
            machine::{Event, When},
        },
    },
    store::{
        self, Tx,
        changes::ChangeRow,
        field::named::{NamedBy, NewNamed},
        tickets::EventBy,
    },
};
use std::cell::RefCell;
use uuid::Uuid;

/// One operation on its way in. Lives as long as its transaction.
pub struct Entry<'a> {
    pub tx: &'a Tx,
    pub facts: &'a Facts,
    pub envelope: &'a Envelope<'a>,
    pub author: &'a Vouched,
    pub county: Uuid,
    pub times: &'a Times,
    changes: RefCell<Vec<ChangeRow>>,
    noticed: RefCell<Vec<Flag>>,
}

/// What became of it.
#[derive(Debug, Default)]
pub struct Effect {
    pub outcome: Outcome,
    pub flags: Vec<Flag>,
    pub changed: Vec<Changed>,
    pub subject: Option<(&'static str, Uuid)>,
    pub missing: Vec<String>,
    pub current: Option<Ticket>,
    pub refusal: Option<Refusal>,
    pub township: Option<Uuid>,
}

/// How an accepted operation ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Outcome {
    #[default]
    Applied,
    /// The ticket had moved on; evidence kept, ticket unchanged.
    Conflict,
    /// A second person has to confirm.
    Waiting,
    Nothing,
}

impl Outcome {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Conflict => "conflict",
            Self::Waiting => "waiting",
            Self::Nothing => "nothing",
        }
    }
}

impl Effect {
    pub fn refused(refusal: Refusal) -> Self {
        Self { outcome: Outcome::Nothing, refusal: Some(refusal), ..Self::default() }
    }
}

/// Where the files of an operation belong, and who may see them.
pub struct Belongs {
    pub subject: &'static str,
    pub subject_id: Uuid,
    pub urgent: bool,
}

impl<'a> Entry<'a> {
    pub fn new(
        tx: &'a Tx,
        facts: &'a Facts,
        envelope: &'a Envelope<'a>,
        author: &'a Vouched,
        county: Uuid,
        times: &'a Times,
    ) -> Self {
        Self {
            tx,
            facts,
            envelope,
            author,
            county,
            times,
            changes: RefCell::default(),
            noticed: RefCell::default(),
        }
    }

    pub fn now(&self) -> Instant {
        self.times.accepted_at
    }

    /// Entered from a sheet of paper.
    pub fn is_paper(&self) -> bool {
        self.envelope.capture.as_deref() == Some(sheet::PAPER)
    }

    pub fn when(&self) -> When {
        When {
            observed_at: self.times.observed_at,
            accepted_at: self.times.accepted_at,
            effective: self.times.effective(),
        }
    }

    pub fn by(&self) -> EventBy {
        EventBy {
            operation_id: Some(self.envelope.operation_id),
            person_id: Some(self.author.person_id),
            post_id: Some(self.author.post_id),
            observed_at: self.times.observed_at,
            accepted_at: self.times.accepted_at,
        }
    }

    /// Records the operation's files; answers what is still to come.
    pub async fn name_files(
        &self,
        township: Option<Uuid>,
        village: Option<Uuid>,
        visible_from: Option<Instant>,
        belongs: impl Fn(&FileRef) -> Belongs,
    ) -> AppResult<Vec<String>> {
        let files: Vec<NewNamed<'_>> = self
            .envelope
            .files
            .iter()
            .map(|file| {
                let Belongs { subject, subject_id, urgent } = belongs(file);
                NewNamed { file, subject, subject_id, urgent }
            })
            .collect();
        let by = NamedBy {
            operation_id: self.envelope.operation_id,
            county_id: self.county,
            person_id: self.author.holder,
            township_id: township,
            village_id: village,
            visible_from,
        };
        let named = store::field::named::insert(self.tx, by, &files).await?;
        let forked = named.forked.iter().map(|id| FlagCode::Forked.with(id.to_string()));
        self.noticed.borrow_mut().extend(forked);
        Ok(named.missing)
    }

    /// A text as the rows keep it, at most `max` characters; what was cut off is flagged once, and stays in the sealed bytes.
    pub fn text(&self, said: &str, max: usize) -> String {
        let mut noticed = self.noticed.borrow_mut();
        let told = |flags: &[Flag]| flags.iter().any(|flag| flag.code == FlagCode::TextTooLong.as_str());
        if said.chars().nth(max).is_some() && !told(&noticed) {
            noticed.push(FlagCode::TextTooLong.flag());
        }
        shorten(said, max)
    }

    /// What was odd about its files and texts.
    pub fn noticed(&self) -> Vec<Flag> {
        self.noticed.take()
    }

    /// Appends a ticket's event and tells the feed.
    pub async fn record(
        &self,
        ticket: &Ticket,
        event: &Event,
        unit_before: Option<Uuid>,
    ) -> AppResult<Changed> {
        store::tickets::append_event(self.tx, ticket, event, self.by()).await?;
        self.tell(ChangeRow::of_ticket(ticket, unit_before));
        Ok(Changed {
            noun: "tickets".into(),
            id: ticket.id,
            version: ticket.version,
            state: Some(ticket.state.as_str().into()),
            number: ticket.number.clone(),
        })
    }

    /// Queues a change row; all of an operation are written at once.
    pub fn tell(&self, row: ChangeRow) {
        self.changes.borrow_mut().push(row);
    }

    /// Writes the queued change rows.
    pub async fn publish(&self) -> AppResult<()> {
        let rows = self.changes.take();
        Ok(store::changes::append(self.tx, self.now(), rows).await?)
    }
}
