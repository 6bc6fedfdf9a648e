//! A look at a file: what each row would do. It stores the file and the fates, and writes nothing else.

use super::{ImportState, ImportView, plan::Plan, records, register::Register, scope, view};
use crate::{
    app::{App, AppResult, Caller, Once},
    domain::{field::envelope, people::permission::Action, places::bd09::SourceDatum, problem::Problem},
    store::{
        audit,
        imports::{self as store, ImportRecord},
        people::persons,
    },
};
use chrono::Duration;
use serde_json::json;

/// Previews that nobody applied are forgotten, with their files.
const KEPT_DAYS: i64 = 7;
/// Longest name of a file, in characters.
const NAME_MAX: usize = 200;

/// A file that somebody brings.
#[derive(Debug, Clone)]
pub struct Brought {
    pub name: String,
    pub datum: SourceDatum,
    pub bytes: Vec<u8>,
}

impl App {
    /// Looks at a file.
    ///
    /// # Errors
    /// `import_refused` when the file as a whole cannot be used; nothing is kept then.
    pub async fn preview_import(&self, caller: &Caller, once: &Once, file: Brought) -> AppResult<ImportView> {
        scope(caller)?;
        let now = self.clock.now();
        let Brought { name, datum, bytes } = file;
        let name: String = name.chars().filter(|c| !c.is_control()).take(NAME_MAX).collect();
        if name.trim().is_empty() {
            return Err(Problem::field("name", "请给出文件名", "The name of the file").into());
        }
        let material = self.material(&name, bytes.clone(), datum).await?;
        // Only a look: whoever changes the register meanwhile is noticed when it is applied.
        let register = Register::read(self.store.read(), caller, &material, (now, self.random.id())).await?;
        let known = register.county_row().is_some_and(|row| row.id == register.county)
            && register.divisions.values().any(|slot| slot.before.is_some());
        let county_id = caller.county_id.or(known.then_some(register.county));
        let plan = Plan::make(&material, register);
        let (_, writes) = plan.weighs();
        let used = plan.rows.iter().any(|row| !row.is_refused());
        let id = self.random.id();
        let record = ImportRecord {
            id,
            county_id,
            name,
            state: if used { ImportState::Preview } else { ImportState::Refused }.as_str().to_owned(),
            datum: datum.as_str().to_owned(),
            sha256: envelope::hash(&bytes),
            digest: plan.digest(),
            summary: json!(plan.summary()),
            made_by: caller.person_id,
            made_at: now,
            applied_by: None,
            applied_at: None,
            undone_by: None,
            undone_at: None,
            version: 1,
        };
        let rows = records(id, &plan);
        let stale =
            store::stale_previews(self.store.read(), now - Duration::days(KEPT_DAYS), "preview").await?;
        let names = persons::names(self.store.read(), vec![caller.person_id]).await?;
        let maker = names.get(&caller.person_id).cloned().unwrap_or_default();
        self.idempotent(caller, once, async |tx| {
            store::forget(tx, &stale).await?;
            store::insert(tx, record.clone()).await?;
            if writes {
                store::keep(tx, id, &bytes).await?;
            }
            store::replace_rows(tx, id, rows.clone()).await?;
            let line = caller.audit("import.preview", "imports", id);
            audit::append(tx, now, audit::AuditRow { county_id, ..line }).await?;
            view(record.clone(), maker.clone(), Vec::new())
        })
        .await
    }

    /// Whether this caller may import at all; for handlers that read a large body first.
    pub fn may_import(caller: &Caller) -> AppResult<()> {
        caller.may(Action::ImportRegisters)
    }
}
