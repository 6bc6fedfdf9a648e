//! Any list as a workbook: the list's own function is asked page by page, so the rows are exactly those of the screen, in its order; each
//! page is written and forgotten. What a list says of a row in cells stands in `lists`.

use super::{
    ledger::{BATCH, Ledger, MOST, WRITING, write},
    workbook::{Cell, Head},
};
use crate::{
    app::{App, AppError, AppResult, Caller},
    domain::{
        clock::{SHANGHAI, local_day},
        page::{Cursor, Page, PageRequest},
        problem::Problem,
        reports::{
            ledger::{Language, Words},
            lists::List,
        },
    },
    store::audit,
};
use tokio::sync::mpsc;

/// Writes all pages that `next` gives. Audited with the hash of what was handed out.
pub async fn sheet<Row>(
    app: &App,
    caller: &Caller,
    (list, language): (List, Language),
    next: impl AsyncFn(&PageRequest) -> AppResult<Page<Row>>,
    cells: impl Fn(&Row) -> Vec<Cell>,
) -> AppResult<Ledger> {
    let now = app.clock.now();
    // Whoever may not read the list is told so before anything is made.
    let mut page = PageRequest { after: None, limit: BATCH };
    let mut found = next(&page).await?;
    let _turn = WRITING.acquire().await.map_err(|closed| AppError::Internal(closed.to_string()))?;
    let head =
        head(app.demo, (list, language), &now.with_timezone(&SHANGHAI).format("%Y-%m-%d %H:%M").to_string());
    let (send, receive) = mpsc::channel::<Vec<Vec<Cell>>>(2);
    let folder = app.scratch.clone();
    let writing = tokio::task::spawn_blocking(move || write(&folder, &head, receive));
    let mut rows = 0_i64;
    loop {
        rows += i64::try_from(found.items.len()).unwrap_or(i64::MAX);
        if rows > MOST {
            return Err(too_many());
        }
        // The other side ends early only where it failed, and says why below.
        if send.send(found.items.iter().map(&cells).collect()).await.is_err() {
            break;
        }
        let Some(after) = found.next.as_deref().and_then(Cursor::decode) else { break };
        page.after = Some(after);
        found = next(&page).await?;
    }
    drop(send);
    let (file, hash, bytes) =
        writing.await.map_err(|died| AppError::Internal(format!("sheet: {died}")))??;
    let mut line = caller.audit("lists.export", "lists", list.slug());
    line.hash_after = Some(format!("sha-256:{hash}"));
    line.reason = format!("{rows}");
    app.store.write(async |tx| Ok::<_, AppError>(audit::append(tx, now, line.clone()).await?)).await?;
    Ok(Ledger { name: format!("{}-{}.xlsx", list.slug(), local_day(now).format("%Y%m%d")), bytes, file })
}

fn head(demo: bool, (list, language): (List, Language), at: &str) -> Head {
    let title = match language {
        Language::Zh => format!("{}　截至 {at}", list.title(language)),
        Language::En => format!("{}, as of {at}", list.title(language)),
    };
    let mut lines = vec![title];
    lines.extend(demo.then(|| Words::of(language).demo().to_owned()));
    Head { sheet: list.title(language).to_owned(), lines, columns: list.columns(language) }
}

fn too_many() -> AppError {
    Problem::field(
        "filter",
        format!("超过 {MOST} 条，请缩小范围后再导出"),
        format!("More than {MOST} rows; please narrow the list"),
    )
    .into()
}
