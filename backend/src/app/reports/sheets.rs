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

/// Which list in which language, and of what: a campaign's name, a month; empty where the list says it all.
pub type Named<'a> = (List, Language, &'a str);

/// A list that its own function gives in one piece.
pub async fn whole<Row: Clone>(
    app: &App,
    caller: &Caller,
    named: Named<'_>,
    items: Vec<Row>,
    cells: impl Fn(&Row) -> Vec<Cell>,
) -> AppResult<Ledger> {
    let rows = async |_: &PageRequest| Ok::<_, AppError>(Page { items: items.clone(), next: None });
    sheet(app, caller, named, rows, cells).await
}

/// Writes all pages that `next` gives. Audited with the hash of what was handed out.
pub async fn sheet<Row>(
    app: &App,
    caller: &Caller,
    named: Named<'_>,
    next: impl AsyncFn(&PageRequest) -> AppResult<Page<Row>>,
    cells: impl Fn(&Row) -> Vec<Cell>,
) -> AppResult<Ledger> {
    let (now, list) = (app.clock.now(), named.0);
    // Whoever may not read the list is told so before anything is made.
    let mut page = PageRequest { after: None, limit: BATCH };
    let mut found = next(&page).await?;
    let _turn = WRITING.acquire().await.map_err(|closed| AppError::Internal(closed.to_string()))?;
    let head = head(app.demo, named, &now.with_timezone(&SHANGHAI).format("%Y-%m-%d %H:%M").to_string());
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

fn head(demo: bool, (list, language, of): Named<'_>, at: &str) -> Head {
    let title = list.title(language);
    let title = match (language, of) {
        (Language::Zh, "") => format!("{title}　截至 {at}"),
        (Language::Zh, of) => format!("{title}　{of}　截至 {at}"),
        (Language::En, "") => format!("{title}, as of {at}"),
        (Language::En, of) => format!("{title}, {of}, as of {at}"),
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
