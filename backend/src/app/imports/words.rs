//! What a county calls its inspectors, as its row says it, against its settings: a version of them like any other.

use super::{
    material::SaidWords,
    plan::{Change, differs},
    register::Register,
    traces::{Touched, Traces, WordsBefore},
};
use crate::{
    app::{
        AppResult, Caller,
        standards::settings::{self, SettingsRow},
    },
    domain::{clock::Instant, standards::settings::CountySettings},
    store::{Tx, imports::takeback},
};
use uuid::Uuid;

/// Takes the words into the register; what differs.
pub fn said(register: &mut Register, at: usize, said: &SaidWords) -> Vec<Change> {
    let (mut changes, words) = (Vec::new(), &mut register.settings.settings.words);
    let SaidWords { inspector_zh, inspector_en } = said;
    for (field, word, said) in [
        ("inspector_zh", &mut words.inspector_zh, inspector_zh),
        ("inspector_en", &mut words.inspector_en, inspector_en),
    ] {
        let Some(said) = said else { continue };
        differs(&mut changes, field, Some(word), Some(said));
        word.clone_from(said);
    }
    if !changes.is_empty() {
        register.worded = Some((at, register.id()));
    }
    changes
}

/// Writes them; the row of the county and what it leaves behind.
pub async fn write(
    tx: &Tx,
    caller: &Caller,
    register: &Register,
    reason: &str,
    now: Instant,
) -> AppResult<Option<(usize, Touched)>> {
    let Some((row, id)) = register.worded else { return Ok(None) };
    let before = settings::row(tx, register.county).await?;
    let next = SettingsRow { version: before.version + 1, ..register.settings.clone() };
    settings::keep(tx, caller, &next, reason, (now, id)).await?;
    let CountySettings { words, .. } = before.settings;
    let before = WordsBefore { inspector_zh: words.inspector_zh, inspector_en: words.inspector_en };
    Ok(Some((row, Touched::Settings { county: register.county, version: next.version, before })))
}

/// Puts the words back by a version that follows; with the county itself its settings go.
pub async fn take_back(
    tx: &Tx,
    caller: &Caller,
    county: Uuid,
    traces: &Traces,
    (now, stamp): (Instant, Uuid),
) -> AppResult<()> {
    let Some((_, _, before)) = &traces.words else { return Ok(()) };
    if traces.made_county(county) {
        return Ok(takeback::settings(tx, county).await?);
    }
    let SettingsRow { version, mut settings, .. } = settings::row(tx, county).await?;
    let WordsBefore { inspector_zh, inspector_en } = before.clone();
    (settings.words.inspector_zh, settings.words.inspector_en) = (inspector_zh, inspector_en);
    let next = SettingsRow { id: county, version: version + 1, settings };
    settings::keep(tx, caller, &next, "", (now, stamp)).await
}
