//! Reading the audit record: who did what, from where, to which row.

use crate::{
    app::{App, AppResult, Caller},
    domain::{
        clock::local_day,
        page::{Cursor, Page, PageRequest},
        people::permission::Action,
        problem::{Code, Problem},
        standards::calendar::{end_of_day, start_of_day},
    },
    store::{
        self,
        audit::{AuditFilter, AuditLine},
    },
};
use chrono::{DateTime, Days, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// One line of the record.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AuditView {
    pub seq: i64,
    pub at: DateTime<Utc>,
    pub person_id: Option<Uuid>,
    pub person_name: Option<String>,
    pub post_id: Option<Uuid>,
    pub device_id: Option<Uuid>,
    pub address: Option<String>,
    pub request_id: Option<String>,
    pub action: String,
    pub noun: String,
    pub object_id: Option<String>,
    /// Number of a ticket, name of a person, a site, a file …; absent where it has none.
    pub object_name: Option<String>,
    pub hash_before: Option<String>,
    pub hash_after: Option<String>,
    pub reason: String,
    /// When the phone says it was done.
    pub device_at: Option<DateTime<Utc>>,
}

/// Days that are searched for words when nobody says how many, and the most that may be.
const SEARCHED: u64 = 92;

/// What is looked for; local days, both included.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    pub object_id: Option<String>,
    pub person_id: Option<Uuid>,
    pub noun: Option<String>,
    /// Not this kind: most lines are sign-ins, and seldom what is looked for.
    pub except: Option<String>,
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
    /// Words of the reason, of a person, or a ticket's number or a site's code: within 92 days, those before today where no day is named.
    pub words: Option<String>,
}

impl Asked {
    fn filter(&self, today: NaiveDate) -> Result<AuditFilter, Problem> {
        let words = self.words.as_deref().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let (mut from, to) = (self.from, self.to);
        if words.is_some() {
            let last = to.unwrap_or(today);
            let earliest = last.checked_sub_days(Days::new(SEARCHED - 1)).unwrap_or(last);
            let first = from.unwrap_or(earliest);
            if first < earliest {
                return Err(Problem::new(Code::InvalidField).with_field(
                    "/from",
                    format!("按字词查找时最多查 {SEARCHED} 天，请把日期范围改小"),
                    format!("words are searched for within {SEARCHED} days at most; please choose fewer"),
                ));
            }
            from = Some(first);
        }
        Ok(AuditFilter {
            object_id: self.object_id.clone(),
            person_id: self.person_id,
            noun: self.noun.clone(),
            except: self.except.clone(),
            from: from.map(start_of_day),
            to: to.map(end_of_day),
            words,
            objects: Vec::new(),
        })
    }
}

/// One page, newest first.
pub async fn list(
    app: &App,
    caller: &Caller,
    asked: &Asked,
    page: &PageRequest,
) -> AppResult<Page<AuditView>> {
    caller.require(Action::ReadAudit)?;
    let mut filter = asked.filter(local_day(app.clock.now()))?;
    if let Some(words) = &filter.words {
        filter.objects = numbered(app, caller, words).await?;
    }
    let before = page.after.as_ref().map(|after| after.key.parse().unwrap_or(i64::MAX));
    let rows =
        store::audit::list(app.store.read(), caller.scope()?.county(), &filter, before, page.limit).await?;
    let cut =
        Page::cut(rows, page.limit, |row: &AuditLine| Cursor { key: row.seq.to_string(), id: Uuid::nil() });
    let people = cut.items.iter().filter_map(|row| row.person_id).collect();
    let names = store::people::persons::names(app.store.read(), people).await?;
    let objects: Vec<(&str, Uuid)> = cut
        .items
        .iter()
        .filter_map(|row| Some((row.noun.as_str(), Uuid::parse_str(row.object_id.as_deref()?).ok()?)))
        .collect();
    let object_names = store::called::called(app.store.read(), &objects).await?;
    let name_of = |row: &AuditLine| {
        let id = Uuid::parse_str(row.object_id.as_deref()?).ok()?;
        object_names.get(&(row.noun.clone(), id)).cloned()
    };
    Ok(cut.map(|row| AuditView {
        object_name: name_of(&row),
        person_name: row.person_id.and_then(|id| names.get(&id).cloned()),
        seq: row.seq,
        at: row.at,
        person_id: row.person_id,
        post_id: row.post_id,
        device_id: row.device_id,
        address: row.address,
        request_id: row.request_id,
        action: row.action,
        noun: row.noun,
        object_id: row.object_id,
        hash_before: row.hash_before,
        hash_after: row.hash_after,
        reason: row.reason,
        device_at: row.device_at,
    }))
}

/// The ticket of this number with every operation on it, and the site of this code, as the record names objects.
async fn numbered(app: &App, caller: &Caller, text: &str) -> AppResult<Vec<String>> {
    let (scope, conn) = (caller.scope()?, app.store.read());
    let mut ids: Vec<Uuid> =
        store::places::sites::by_code(conn, scope, text).await?.map(|site| site.id).into_iter().collect();
    if let Some(ticket) = store::tickets::numbered(conn, scope, text).await? {
        ids.push(ticket.id);
        let events = store::tickets::events(conn, &ticket).await?;
        ids.extend(events.into_iter().filter_map(|event| event.operation_id));
    }
    Ok(ids.into_iter().map(|id| id.to_string()).collect())
}
