//! What happens in a quarter beside visits and repairs: a round, leave to sign, titles, a campaign, months and their
//! colours, and faults that people report.

use super::{
    Quarter,
    cases::{FOUND, with},
    clock,
    hands::{self, Hand},
};
use crate::{
    app::{
        AppError, AppResult,
        campaigns::{self, NewCampaign},
        colours::months::{self, Wanted},
        duties::{
            delegations::{self, NewDelegation},
            liaisons::SubjectKind,
        },
        places::honours::{self, HonourFacts, NewHonour},
        rounds::{self, IssueMode, Mode, NewRound},
    },
    domain::{
        campaigns::CampaignScope,
        people::scope::Scope,
        places::division::{DivisionKind, Honour},
        tickets::Ticket,
    },
    store::places::{divisions, sites},
};
use chrono::{Datelike, NaiveDate};
use serde_json::json;
use uuid::Uuid;

/// Something that happens once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Matter {
    /// The deputy of the first township lets its desk sign, for so many days.
    Delegation {
        days: i64,
    },
    Honours,
    Campaign,
    /// A month is over: colours are proposed, confirmed and published.
    Month(NaiveDate),
    Report(Report),
    /// The clock's own matters at the end of a day.
    Evening,
}

/// A fault that somebody tells of without a checklist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Report {
    /// Of a village's own site; waits for the office.
    OfVillage,
    /// Declined by the office.
    Declined,
    /// Issued by the office.
    Issued,
    /// So near a border that the office says whose it is.
    AtBorder,
}

/// The campaign begins when the board stands highest, and ends so many days from today.
const CAMPAIGN_BEGINS: i64 = -20;
pub(super) const CAMPAIGN_ENDS: i64 = 14;
/// How long the deputy's leave runs; below the county's limit.
const LEAVE: i64 = 80;
const ALL: crate::domain::page::PageRequest = crate::domain::page::PageRequest { after: None, limit: 1000 };

/// All matters with their days and minutes.
pub(super) fn matters(today: NaiveDate) -> Vec<(crate::domain::clock::Instant, Matter)> {
    let at_work = |days, minute| clock::at_work(today, days, minute);
    let mut matters = vec![
        (at_work(-90, 8 * 60 + 40), Matter::Delegation { days: 44 }),
        (clock::at(clock::moved(today, -45), 8 * 60), Matter::Delegation { days: LEAVE }),
        (at_work(-89, 17 * 60), Matter::Honours),
        (at_work(CAMPAIGN_BEGINS, 8 * 60 + 30), Matter::Campaign),
        (at_work(-20, 11 * 60), Matter::Report(Report::Declined)),
        (at_work(-9, 11 * 60), Matter::Report(Report::Issued)),
        (at_work(-6, 16 * 60), Matter::Report(Report::OfVillage)),
        (at_work(-4, 16 * 60), Matter::Report(Report::AtBorder)),
    ];
    for back in 0..=super::DAYS {
        let day = clock::moved(today, -back);
        if day.day() == 1 {
            matters.push((clock::at(day, 5), Matter::Month(day)));
        }
        matters.push((clock::at(day, 18 * 60 + 30), Matter::Evening));
    }
    matters
}

impl Quarter<'_> {
    /// The round of this quarter, whose faults go to the townships at once.
    pub(super) async fn begin_round(&mut self) -> AppResult<Uuid> {
        let quarter = i32::try_from(self.today.month0() / 3 + 1).unwrap_or(1);
        let year = self.today.year();
        let new = NewRound {
            name: format!("{year}年第{quarter}季度拉练"),
            year,
            quarter,
            mode: Mode::Announced,
            issue_mode: IssueMode::AtOnce,
        };
        Ok(rounds::begin(self.app, &self.office[0].caller, &Hand::once(self.app), new).await?.id)
    }

    pub(super) async fn attend(&mut self, matter: Matter) -> AppResult<()> {
        match matter {
            Matter::Delegation { days } => self.delegate(days).await,
            Matter::Honours => self.honour().await,
            Matter::Campaign => self.campaign().await,
            Matter::Month(day) => self.publish_colours(day).await,
            Matter::Report(report) => self.report(report).await,
            Matter::Evening => self.evening().await,
        }
    }

    /// What the server does by the clock, once a day instead of every few minutes.
    pub(super) async fn evening(&self) -> AppResult<()> {
        self.app.sweep_tickets().await?;
        self.app.sweep_campaigns().await?;
        self.app.gather_notices().await?;
        Ok(())
    }

    async fn delegate(&self, days: i64) -> AppResult<()> {
        let from_day = crate::domain::clock::local_day(self.app.clock.now());
        let new = NewDelegation {
            severities: ["minor", "major"].map(str::to_owned).into(),
            from_day,
            to_day: clock::moved(from_day, days),
            desk_post_id: None,
            reason: "下村期间由经办人代签。".to_owned(),
        };
        let deputy = &self.staff[0].deputy.caller;
        delegations::give(self.app, deputy, &Hand::once(self.app), &new).await?;
        Ok(())
    }

    async fn honour(&self) -> AppResult<()> {
        let villages = sites::of_county(self.app.store.read(), self.county).await?;
        let of = |township: usize| {
            let unit = self.staff[township].desk.unit;
            villages.iter().find(|site| site.township_id == unit)
        };
        let village = of(0).map(|site| (SubjectKind::Division, site.village_id));
        let site = of(1).map(|site| (SubjectKind::Site, site.id));
        let township = Some((SubjectKind::Division, self.staff[2].desk.unit));
        let titles = [
            (village, Honour::Provincial, "省级文明村（社区）示例"),
            (site, Honour::City, "市级示范点位示例"),
            (township, Honour::County, "县级文明乡镇示例"),
        ];
        for (subject, level, title) in titles {
            let Some((subject_kind, subject_id)) = subject else { continue };
            let facts = HonourFacts {
                level,
                title: title.to_owned(),
                year: self.today.year() - 1,
                valid_until: None,
                recheck_day: Some(clock::moved(self.today, 45)),
                note: String::new(),
            };
            let new = NewHonour { subject_kind, subject_id, facts };
            honours::add(self.app, &self.office[0].caller, &Hand::once(self.app), &new).await?;
        }
        Ok(())
    }

    async fn campaign(&self) -> AppResult<()> {
        let office = &self.office[0].caller;
        let new = NewCampaign {
            name: "静态问题清零行动".to_owned(),
            scope: CampaignScope::default(),
            deadline_day: Some(clock::moved(self.today, CAMPAIGN_ENDS)),
        };
        let draft = campaigns::draft(self.app, office, &Hand::once(self.app), new).await?;
        campaigns::start(self.app, office, &Hand::once(self.app), draft.id, draft.version).await?;
        Ok(())
    }

    async fn publish_colours(&self, first: NaiveDate) -> AppResult<()> {
        let office = &self.office[0].caller;
        self.app.propose_colours().await?;
        let month = clock::moved(first, -1).format("%Y-%m").to_string();
        let wanted = Wanted { from: Some(month.clone()), to: Some(month.clone()), township_id: None };
        let proposed = months::list(self.app, office, &wanted).await?.items;
        if proposed.is_empty() {
            return Ok(());
        }
        for row in proposed {
            let as_proposed = (row.proposal, "", row.version);
            months::confirm(self.app, office, &Hand::once(self.app), row.id, as_proposed).await?;
        }
        months::publish(self.app, office, &Hand::once(self.app), &month).await?;
        Ok(())
    }

    async fn report(&mut self, report: Report) -> AppResult<()> {
        let read = self.app.store.read();
        let county = Scope::County { county: self.county };
        let finding = self.app.random.id();
        let unit = self.staff[usize::from(report == Report::Issued)].desk.unit;
        let at_site = match report {
            Report::OfVillage => {
                sites::Filter { village_id: Some(self.village.unit), ..sites::Filter::default() }
            }
            _ => sites::Filter { township_id: Some(unit), ..sites::Filter::default() },
        };
        // The last one of its place: visits take the first ones.
        let site = sites::list(read, county, &at_site, &ALL).await?.pop();
        let Some(site) = site else { return Ok(()) };
        let border = if report == Report::AtBorder { self.border(unit).await? } else { None };
        let place = border.unwrap_or((site.lon, site.lat));
        let title = match report {
            Report::OfVillage => "门口路灯有一盏不亮",
            Report::Declined => "树荫遮住了宣传栏",
            Report::Issued => "公示栏玻璃有裂纹",
            Report::AtBorder => "两乡镇交界处路边有散落垃圾",
        };
        let mut position = hands::place(place, &self.stamp());
        if border.is_some() {
            position["accuracy_m"] = json!(60.0);
        }
        let payload = json!({
            "finding_id": finding, "site_id": border.is_none().then_some(site.id), "item_code": null,
            "instance_key": "", "title": title, "note": "", "severity": "minor", "is_static": false,
            "position": position, "fixed_on_spot": false,
        });
        let scene = self.next_scene();
        let picture = self.fault_picture((scene, FOUND), None, "", place);
        let who = if report == Report::OfVillage { &self.village } else { &self.inspectors[1] };
        let answer = who.does(self.app, "finding.report/1", payload, &[picture]).await?;
        self.note("finding.report/1", &answer);
        let ticket = Ticket::id_of(finding);
        let (kind, payload) = match report {
            Report::Issued => (
                "ticket.issue/1",
                json!({
                    "unit_kind": "township", "unit_id": site.township_id, "severity": null, "is_static": null,
                    "deadline_days": null, "note": "",
                }),
            ),
            Report::Declined => ("ticket.decline/1", json!({ "reason": "不属于整改范围。" })),
            Report::OfVillage | Report::AtBorder => return Ok(()),
        };
        let answer = self.office[1].does(self.app, kind, with(ticket, payload), &[]).await?;
        self.note(kind, &answer);
        Ok(())
    }

    /// A corner of this township's outline that a neighbour shares.
    async fn border(&self, township: Uuid) -> AppResult<Option<(f64, f64)>> {
        let outlines =
            divisions::outlines(self.app.store.read(), self.county, Some(DivisionKind::Township)).await?;
        let corners = |own: bool| {
            let wanted = outlines.iter().filter(move |(division, _)| (division.id == township) == own);
            wanted.flat_map(|(_, outline)| outline.to_rings()).flatten().flatten()
        };
        let others: Vec<[f64; 2]> = corners(false).collect();
        let shared = corners(true).find(|corner| others.contains(corner));
        Ok::<_, AppError>(shared.map(|[lon, lat]| (lon, lat)))
    }
}
