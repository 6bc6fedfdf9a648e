//! The ledger 台账 of any list of tickets, as a workbook: the same rows in the same order as the list with the same filter.

use super::workbook::{Cell, Head, Sheet};
use crate::{
    app::{
        App, AppError, AppResult, Caller,
        field::facts::Facts,
        tickets::{names::Names, narrow, reads::TicketFilter},
    },
    domain::{
        clock::{Instant, SHANGHAI, local_day},
        field::media::Sha256,
        page::PageRequest,
        people::{permission::Action, scope::Scope},
        problem::{Code, Problem},
        reports::ledger::{Language, Words},
        tickets::Ticket,
    },
    store::{self, audit},
};
use bytes::Bytes;
use futures_util::Stream;
use sha2::Digest;
use std::{collections::HashMap, io::Read, path::Path};
use tempfile::NamedTempFile;
use tokio::{
    io::AsyncReadExt,
    sync::{Semaphore, mpsc},
};

/// Rows read at a time; what is in memory at once is a few of these.
pub(super) const BATCH: u64 = 1_000;
/// What a workbook is still opened with on an office's computer.
pub(super) const MOST: i64 = 200_000;

/// One at a time: each fills a file and keeps a processor busy.
pub(super) static WRITING: Semaphore = Semaphore::const_new(1);

/// A finished workbook; its file is gone when the value is dropped.
pub struct Ledger {
    pub name: String,
    pub bytes: u64,
    pub file: NamedTempFile,
}

/// Writes the ledger of what the caller's list would hold. Audited with the hash of what was handed out.
pub async fn ledger(
    app: &App,
    caller: &Caller,
    filter: &TicketFilter,
    language: Language,
) -> AppResult<Ledger> {
    caller.require(Action::ExportTickets)?;
    let (scope, now, read) = (caller.scope()?, app.clock.now(), app.store.read());
    let Some(county) = scope.county() else { return Err(Code::Forbidden.into()) };
    let facts = Facts::load(app, county).await?;
    let filter = &narrow::narrow(app, caller, facts.deadlines(), filter, now).await?;
    let rows = narrow::count(read, scope, now, facts.deadlines(), filter, MOST).await?;
    if rows > MOST {
        return Err(Problem::field(
            "filter",
            format!("共 {rows} 条，超过 {MOST} 条，请缩小范围后再导出"),
            format!("{rows} rows are more than {MOST}; please narrow the list"),
        )
        .into());
    }
    let _turn = WRITING.acquire().await.map_err(|closed| AppError::Internal(closed.to_string()))?;
    let departments = store::standards::departments::of_county(read, county).await?;
    let words = Words::of(language);
    let writer = Writer {
        words,
        inspector: match language {
            Language::Zh => facts.settings().words.inspector_zh.clone(),
            Language::En => facts.settings().words.inspector_en.clone(),
        },
        departments: departments.into_iter().map(|one| (one.code, one.name_zh)).collect(),
        secrets: matches!(scope, Scope::County { .. }),
        now,
    };
    let head = writer.head(app.demo, u32::try_from(rows).unwrap_or(u32::MAX));
    let (send, receive) = mpsc::channel::<Vec<Vec<Cell>>>(2);
    let folder = app.scratch.clone();
    let writing = tokio::task::spawn_blocking(move || write(&folder, &head, receive));
    let mut page = PageRequest { after: None, limit: BATCH };
    loop {
        let mut batch = narrow::rows(read, scope, now, facts.deadlines(), filter, &page).await?;
        let more = batch.len() as u64 > BATCH;
        batch.truncate(usize::try_from(BATCH).unwrap_or(usize::MAX));
        page.after = batch.last().map(|ticket| store::tickets::cursor(ticket, filter.newest_first));
        let names = Names::load(read, county, &batch, &[]).await?;
        let cells = batch.iter().map(|ticket| writer.row(ticket, &names)).collect();
        // The other side ends early only where it failed, and says why below.
        if send.send(cells).await.is_err() || !more {
            break;
        }
    }
    drop(send);
    let written = writing.await.map_err(|died| AppError::Internal(format!("ledger: {died}")))??;
    let mut line = caller.audit("tickets.ledger", "tickets", county);
    line.hash_after = Some(format!("sha-256:{}", written.1));
    line.reason = format!("{rows}");
    app.store.write(async |tx| Ok::<_, AppError>(audit::append(tx, now, line.clone()).await?)).await?;
    let name = format!("ledger-{}.xlsx", local_day(now).format("%Y%m%d"));
    Ok(Ledger { name, bytes: written.2, file: written.0 })
}

/// The side that fills the file; it answers it with its hash and length.
pub(super) fn write(
    folder: &Path,
    head: &Head,
    mut batches: mpsc::Receiver<Vec<Vec<Cell>>>,
) -> AppResult<(NamedTempFile, Sha256, u64)> {
    let broken = |error: std::io::Error| AppError::Internal(format!("ledger: {error}"));
    std::fs::create_dir_all(folder).map_err(broken)?;
    let mut sheet = Sheet::begin(folder, head)?;
    while let Some(rows) = batches.blocking_recv() {
        for row in rows {
            sheet.row(&row)?;
        }
    }
    let file = sheet.finish(folder)?;
    let (mut hash, mut reader, mut buffer) =
        (sha2::Sha256::new(), file.reopen().map_err(broken)?, vec![0; 1 << 16]);
    let mut bytes = 0;
    loop {
        let n = reader.read(&mut buffer).map_err(broken)?;
        if n == 0 {
            break;
        }
        hash.update(&buffer[..n]);
        bytes += n as u64;
    }
    Ok((file, Sha256::new(hash.finalize().into()), bytes))
}

/// What turns tickets into cells.
struct Writer {
    words: Words,
    inspector: String,
    departments: HashMap<String, String>,
    /// The reader may know of rounds that are not released; the rows say which those are.
    secrets: bool,
    now: Instant,
}

impl Writer {
    fn head(&self, demo: bool, rows: u32) -> Head {
        let at = self.now.with_timezone(&SHANGHAI).format("%Y-%m-%d %H:%M").to_string();
        let mut lines = vec![self.words.title(&at, rows)];
        lines.extend(demo.then(|| self.words.demo().to_owned()));
        let mut columns = self.words.columns().to_vec();
        columns.extend(self.secrets.then(|| self.words.hidden_column()));
        Head { sheet: self.words.sheet().to_owned(), lines, columns }
    }

    fn row(&self, t: &Ticket, names: &Names) -> Vec<Cell> {
        let w = &self.words;
        let supervised = self.departments.get(&t.department).cloned().unwrap_or_default();
        let mut cells = vec![
            Cell::text(t.number.clone().unwrap_or_default()),
            Cell::text(t.title.clone()),
            Cell::text(w.state(t.state)),
            Cell::text(w.severity(&t.severity)),
            Cell::text(w.nature(t.is_static)),
            Cell::text(names.site(t.site_id).unwrap_or_default()),
            Cell::text(names.division(t.place_township_id).unwrap_or_default()),
            Cell::text(names.division(t.place_village_id).unwrap_or_default()),
            Cell::text(t.unit_id.and_then(|id| names.unit(id)).unwrap_or_default()),
            Cell::text(supervised),
            Cell::text(w.source(&t.source, &self.inspector)),
            Cell::Moment(t.observed_at),
            Cell::moment(t.issued_at),
            Cell::moment(t.accepted_at),
            Cell::moment(t.official_due_at.map(last_minute)),
            Cell::moment(t.first_due_at.map(last_minute)),
            Cell::moment(t.submitted_at),
            Cell::moment(t.closed_at),
            Cell::text(if t.is_overdue(self.now) { w.yes() } else { "" }),
            Cell::count(t.rework),
            Cell::count(t.extensions),
            Cell::count(t.reminders),
            Cell::count(t.relapse),
            Cell::text(t.last_reason.as_deref().map(|reason| w.reason(reason)).unwrap_or_default()),
            Cell::text(t.note.clone()),
        ];
        if self.secrets {
            let hidden = t.visible_from.is_none_or(|from| from > self.now) && t.round_id.is_some();
            cells.push(Cell::text(if hidden { w.yes() } else { "" }));
        }
        cells
    }
}

/// 24:00 of a day is read as the next day by everybody; a ledger says 23:59 of the day that counts.
fn last_minute(due: Instant) -> Instant {
    due - chrono::TimeDelta::minutes(1)
}

/// The bytes of a finished workbook, a piece at a time; the file goes with the last of them.
pub fn read(ledger: Ledger) -> AppResult<impl Stream<Item = std::io::Result<Bytes>>> {
    let file = ledger.file.reopen().map_err(|error| AppError::Internal(format!("ledger: {error}")))?;
    let reader = tokio::fs::File::from_std(file);
    Ok(futures_util::stream::try_unfold((reader, ledger), async |(mut reader, ledger)| {
        let mut piece = vec![0; 1 << 16];
        let n = reader.read(&mut piece).await?;
        piece.truncate(n);
        Ok((n > 0).then(|| (Bytes::from(piece), (reader, ledger))))
    }))
}
