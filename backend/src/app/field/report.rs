//! `finding.report`: a fault that somebody tells of without a checklist.

use super::entry::{Belongs, Effect, Entry};
use super::findings::{Draft, Openness, open, row};
use crate::{
    app::AppResult,
    domain::{
        field::{
            envelope::Unreadable,
            flag::FlagCode,
            inspection::{FindingBody, MAX_TEXT},
        },
        standards::checklist::{Severity, TOWNSHIP},
        tickets::unit::DeadlineUnit,
    },
    store::field::findings,
};

/// Working days for a finding that no checklist item dates, by severity.
fn default_days(severity: &str) -> i32 {
    match severity {
        "critical" => 1,
        "major" => 5,
        _ => 10,
    }
}

/// `finding.report/1`: a fault between sites, or at a site without its checklist.
pub async fn report(entry: &Entry<'_>) -> AppResult<Result<Effect, Unreadable>> {
    let body: FindingBody = match entry.envelope.payload() {
        Ok(body) => body,
        Err(unreadable) => return Ok(Err(unreadable)),
    };
    let mut flags = Vec::new();
    let site = match body.site_id {
        Some(id) => {
            // A site on foreign land is answered like one that nobody has: the answer must not tell what is open there.
            let site = entry.facts.site(entry.tx, id).await?;
            let site = site.filter(|site| entry.author.may_report(site.township_id, site.village_id));
            if site.is_none() {
                flags.push(FlagCode::UnknownSite.flag());
            }
            site
        }
        None => None,
    };
    let position = body.position.as_ref().and_then(|place| place.checked());
    let located = match position {
        Some(place) if site.is_none() => entry.facts.locate_held(entry.tx, place).await?,
        Some(place) => entry.facts.locate(place),
        None => None,
    };
    let (township, village, border) = match (&site, &located) {
        (Some(site), _) => (Some(site.township_id), Some(site.village_id), false),
        (None, Some(located)) => {
            (located.township, located.village, located.border || located.township.is_none())
        }
        (None, None) => (None, None, true),
    };
    match (&site, &located) {
        (None, None) => flags.push(FlagCode::NoPlace.flag()),
        (None, Some(located)) if located.township.is_none() => flags.push(FlagCode::OutsideCounty.flag()),
        (None, Some(located)) if located.border => flags.push(FlagCode::Border.flag()),
        _ => {}
    }
    let severity = body.severity.as_deref().and_then(Severity::parse).unwrap_or(Severity::Minor).as_str();
    let draft = Draft {
        id: body.finding_id,
        inspection_id: None,
        item_code: body.item_code.as_deref().map(|code| entry.text(code, 32)).unwrap_or_default(),
        instance_key: entry.text(&body.instance_key, 128),
        title: entry.text(&body.title, 200),
        note: entry.text(&body.note, MAX_TEXT),
        severity: severity.to_owned(),
        is_static: body.is_static,
        restricted: false,
        makes: "ticket".into(),
        department: TOWNSHIP.into(),
        deadline_days: default_days(severity),
        deadline_unit: DeadlineUnit::WorkingDays,
        control_hours: None,
        township,
        village,
        lon: position.map(|p| p.lon).or(site.as_ref().map(|s| s.lon)),
        lat: position.map(|p| p.lat).or(site.as_ref().map(|s| s.lat)),
        accuracy_m: position.and_then(|p| p.accuracy_m),
        border,
        fixed_on_spot: body.fixed_on_spot,
    };
    // A fault without an item has no identity at a site, so each report is its own ticket.
    let identified = site.as_deref().filter(|_| !draft.item_code.is_empty());
    let openness = Openness::of(None, entry.now());
    let opened = open(entry, &draft, identified, openness).await?;
    flags.extend(opened.flags);
    let row = row(entry, &draft, site.as_deref(), openness, opened.ticket);
    findings::insert(entry.tx, vec![row]).await?;
    let subject = opened.ticket.id().unwrap_or(draft.id);
    let missing = entry
        .name_files(draft.township, draft.village, openness.visible_from, |_| Belongs {
            subject: "ticket",
            subject_id: subject,
            urgent: true,
        })
        .await?;
    Ok(Ok(Effect {
        flags,
        changed: opened.changed.into_iter().collect(),
        subject: Some(("finding", draft.id)),
        missing,
        township: draft.township,
        ..Effect::default()
    }))
}
