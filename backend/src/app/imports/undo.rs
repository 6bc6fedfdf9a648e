//! Taking an import back: only while nothing hangs on what it made and nobody changed it since; then created rows go and changed ones are
//! put back, in one transaction.

use super::{ImportState, ImportView, scope, take_back::take_back, traces::Traces, view};
use crate::{
    app::{App, AppResult, Caller, Once, places::queue, standards::settings},
    domain::{
        import::material::Words,
        problem::{Code, Problem},
    },
    store::{
        Conn, Tx, audit,
        imports::{
            self as store,
            dependents::{self, Dependent},
        },
        people::persons,
    },
};
use uuid::Uuid;

/// The rows that an import wrote, table by table: what each is called, and at which version it left them. Whoever accepts work holds the site
/// before the checklist, so these two come first and in this order.
type Written = (&'static str, (&'static str, &'static str), Vec<(Uuid, i32)>);

fn written(traces: &Traces) -> [Written; 6] {
    let of = |rows: Vec<(Uuid, i32)>, table, words| (table, words, rows);
    [
        of(traces.sites.iter().map(|row| (row.0, row.1)).collect(), "site", ("点位", "sites")),
        of(traces.checklists.iter().map(|row| (row.0, row.1)).collect(), "checklist", ("清单", "checklists")),
        of(traces.divisions.iter().map(|row| (row.0, row.1)).collect(), "division", ("区划", "divisions")),
        of(traces.people.iter().map(|row| (row.0, row.1)).collect(), "person", ("人员", "people")),
        of(traces.posts.clone(), "post", ("岗位", "posts")),
        of(
            traces.departments.iter().map(|row| (row.0, row.1)).collect(),
            "department",
            ("部门", "departments"),
        ),
    ]
}

/// Work that is being accepted at this moment and names what the import wrote is waited for, so that it is counted; work that comes after this
/// waits, and finds the rows gone when they are taken back.
async fn hold_all(tx: &Tx, traces: &Traces) -> AppResult<()> {
    for (table, _, rows) in written(traces) {
        dependents::lock(tx, table, rows.into_iter().map(|(id, _)| id).collect()).await?;
    }
    Ok(())
}

/// What hinders taking an import back, in plain words; empty when nothing does.
pub(super) async fn hindrances(conn: &impl Conn, traces: &Traces) -> AppResult<Vec<Words>> {
    let mut look = Look { conn, found: Vec::new() };
    look.versions(traces).await?;
    let posts: Vec<Uuid> = traces.posts.iter().map(|(id, _)| *id).collect();
    let sites = made(&traces.sites);
    let places = made(&traces.divisions);
    let people = made(&traces.people);
    let lists: Vec<Uuid> = traces.checklists.iter().map(|(id, ..)| *id).collect();
    let units = made(&traces.departments);
    look.all(dependents::SITE, &sites, ("点位", "sites")).await?;
    look.all(dependents::CHECKLIST, &lists, ("清单", "checklists")).await?;
    look.all(dependents::PERSON, &people, ("人员", "people")).await?;
    look.all(dependents::POST, &posts, ("岗位", "posts")).await?;
    look.all(dependents::DEPARTMENT, &units, ("部门", "departments")).await?;
    look.all(dependents::DIVISION, &places, ("区划", "divisions")).await?;
    look.apart(dependents::CHILDREN, &places, &places, ("区划", "divisions")).await?;
    for of in dependents::SITES_OF {
        look.apart(of, &places, &sites, ("区划", "divisions")).await?;
    }
    for (ids, words) in [(&places, ("区划", "divisions")), (&units, ("部门", "departments"))] {
        look.apart(dependents::POSTS_OF, ids, &posts, words).await?;
    }
    look.apart(dependents::POSTS_HELD, &people, &posts, ("人员", "people")).await?;
    look.kinds(traces, &sites).await?;
    // Only the county's own row has its id; for all others nothing is found.
    look.all(dependents::COUNTY, &places, ("县", "county")).await?;
    look.apart(dependents::PEOPLE_OF, &places, &people, ("县", "county")).await?;
    look.settings(traces, &places).await?;
    Ok(look.found)
}

fn made<T>(rows: &[(Uuid, i32, Option<T>)]) -> Vec<Uuid> {
    rows.iter().filter(|(.., before)| before.is_none()).map(|(id, ..)| *id).collect()
}

/// Looks at one thing after the other and says what was found.
struct Look<'a, C> {
    conn: &'a C,
    found: Vec<Words>,
}

impl<C: Conn> Look<'_, C> {
    async fn all(&mut self, of: &[Dependent], ids: &[Uuid], words: (&str, &str)) -> AppResult<()> {
        for dependent in of {
            self.apart(*dependent, ids, &[], words).await?;
        }
        Ok(())
    }

    async fn apart(
        &mut self,
        of: Dependent,
        ids: &[Uuid],
        own: &[Uuid],
        (zh, en): (&str, &str),
    ) -> AppResult<()> {
        if ids.is_empty() {
            return Ok(());
        }
        let count = dependents::count(self.conn, of, ids, own).await?;
        if count > 0 {
            let words = Words::new(
                format!("已有 {count} 项{}用到其中的{zh}", of.zh),
                format!("{count} {} already use {en} of it", of.en),
            );
            if !self.found.contains(&words) {
                self.found.push(words);
            }
        }
        Ok(())
    }

    /// Nobody may have changed meanwhile what is to be taken back.
    async fn versions(&mut self, traces: &Traces) -> AppResult<()> {
        for (table, (zh, en), rows) in written(traces) {
            let ids: Vec<Uuid> = rows.iter().map(|row| row.0).collect();
            let now = dependents::versions(self.conn, table, &ids).await?;
            let moved = rows.iter().filter(|(id, version)| now.get(id) != Some(version)).count();
            if moved > 0 {
                self.found.push(Words::new(
                    format!("其中 {moved} 个{zh}在导入之后又改过"),
                    format!("{moved} of its {en} were changed after the import"),
                ));
            }
        }
        Ok(())
    }

    /// Settings are this county's by now, other than those which the import gave it.
    async fn settings(&mut self, traces: &Traces, places: &[Uuid]) -> AppResult<()> {
        let mut own = 0;
        if let Some((county, version, _)) = &traces.words {
            own = u64::from(places.contains(county));
            if settings::row(self.conn, *county).await?.version != *version {
                self.found.push(Words::new(
                    "其中的用词在导入之后又改过（设置）",
                    "its words were changed after the import (settings)",
                ));
                return Ok(());
            }
        }
        let count = dependents::count(self.conn, dependents::SETTING, places, &[]).await?.saturating_sub(own);
        if count > 0 {
            self.found.push(Words::new(
                format!("已有 {count} 项设置用到其中的县"),
                format!("{count} settings already use county of it"),
            ));
        }
        Ok(())
    }

    /// A kind of site that is taken back may be the kind of other sites, or have been used by later checklists.
    async fn kinds(&mut self, traces: &Traces, own: &[Uuid]) -> AppResult<()> {
        for (id, _, key) in &traces.kinds {
            let count = dependents::sites_of_kind(self.conn, *id, key, own).await?;
            if count > 0 {
                self.found.push(Words::new(
                    format!("已有 {count} 个点位属于导入的类型 {key}"),
                    format!("{count} sites are of the imported kind {key}"),
                ));
            }
        }
        Ok(())
    }
}

impl App {
    /// Takes an import back.
    ///
    /// # Errors
    /// `wrong_state` when it is not applied; `still_in_use` with what hinders.
    pub async fn undo_import(&self, caller: &Caller, once: &Once, id: Uuid) -> AppResult<ImportView> {
        let scope = scope(caller)?;
        let (now, stamp) = (self.clock.now(), self.random.id());
        let done = self
            .idempotent(caller, once, async |tx| {
                queue(tx, self).await?;
                let mut record = store::lock(tx, scope, id).await?.ok_or(Code::NotFound)?;
                let applied = record.state == ImportState::Applied.as_str();
                let Some(county) = record.county_id.filter(|_| applied) else {
                    return Err(Problem::new(Code::WrongState)
                        .with_detail(
                            "这次导入没有写入，或已经撤回。",
                            "This import was not applied, or was undone before.",
                        )
                        .into());
                };
                let traces = Traces::read(tx, county, id).await?;
                hold_all(tx, &traces).await?;
                let hindered = hindrances(tx, &traces).await?;
                if !hindered.is_empty() {
                    let problem = Problem::new(Code::StillInUse);
                    return Err(hindered
                        .into_iter()
                        .fold(problem, |problem, words| problem.with_field("", words.zh, words.en))
                        .into());
                }
                take_back(tx, caller, county, &traces, (now, stamp)).await?;
                ImportState::Undone.as_str().clone_into(&mut record.state);
                record.undone_at = Some(now);
                record.undone_by = Some(caller.person_id);
                record.version += 1;
                if traces.made_county(county) {
                    record.county_id = None;
                }
                store::update(tx, record.clone()).await?;
                let line = caller.audit("import.undo", "imports", id);
                audit::append(tx, now, audit::AuditRow { county_id: Some(county), ..line }).await?;
                let names = persons::names(tx, vec![record.made_by]).await?;
                view(record.clone(), names.get(&record.made_by).cloned().unwrap_or_default(), Vec::new())
            })
            .await;
        self.forget();
        done
    }
}
