//! The quarter before today, lived through in seconds: visits, tickets in every state, a campaign, months with colours.
//!
//! Nothing is written behind the rules: everybody's work goes through the door or the use case that people use, under a
//! clock that is put forward from step to step ([`clock`]). [`plan`] says what happens, [`cases`] how faults go on,
//! [`matters`] what else a county does, [`hands`] who does it. What would fall after now does not happen, and so the
//! newest tickets stand where real ones would.

mod cases;
mod clock;
mod hands;
mod matters;
mod plan;
mod visits;

use super::{DemoPerson, MADE_AT};
use crate::{
    app::{
        App, AppError, AppResult,
        field::answer::Answer,
        people::{persons::NewPerson, posts::NewPost},
        standards::checklists as standards,
    },
    domain::{
        clock::{Instant, SharedClock, local_day},
        people::role::Role,
        standards::checklist::Checklist,
        tickets::Ticket,
    },
    imaging::drawing::Shows,
    store::{
        meta,
        places::{
            divisions,
            sites::{self, Site},
        },
        standards::checklists,
    },
};
use cases::{Case, Step};
use chrono::{NaiveDate, SecondsFormat};
use clock::Walking;
use hands::{Hand, Picture};
use matters::Matter;
use serde_json::json;
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};
use uuid::Uuid;
use visits::Fault;

/// How many days before today it begins.
const DAYS: i64 = 91;

/// What came of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lived {
    pub visits: usize,
    pub faults: usize,
    /// Steps that their ticket did not allow, by kind; none in a plan that holds.
    pub conflicts: Vec<String>,
}

/// The people of a township.
struct Staff {
    desk: Hand,
    deputy: Hand,
    /// Whether the deputy lets the desk sign.
    delegated: bool,
}

enum Task {
    Visit(usize),
    Step(Box<Case>, Step),
    Matter(Matter),
}

struct Quarter<'a> {
    app: &'a App,
    clock: Arc<Walking>,
    today: NaiveDate,
    county: Uuid,
    round: Uuid,
    inspectors: [Hand; 2],
    office: [Hand; 2],
    leader: Hand,
    village: Hand,
    staff: Vec<Staff>,
    lists: HashMap<String, (Uuid, Checklist)>,
    sites: Vec<Site>,
    /// Sites that were visited, and how often each kind was.
    seen: HashSet<Uuid>,
    kinds: HashMap<String, usize>,
    plan: Vec<plan::PlannedVisit>,
    tasks: BTreeMap<(Instant, usize), Task>,
    tasks_made: usize,
    /// Pictures of how many faults there are, and how often a position was told.
    scenes: u64,
    fixes: u32,
    lived: Lived,
}

impl App {
    /// Makes the demo county as it was a quarter ago and lives through the quarter. Like [`App::make_demo`], a county
    /// that is ready stays as people left it.
    pub async fn make_lived_in_demo(&self) -> AppResult<(Vec<DemoPerson>, Lived)> {
        let until = self.clock.now();
        let today = local_day(until);
        let walking = Walking::new(clock::at(clock::moved(today, -DAYS), 8 * 60));
        let app = App { clock: Arc::clone(&walking) as SharedClock, ..self.clone() };
        let people = app.make_county().await?;
        if people.is_empty() {
            return Ok((people, Lived::default()));
        }
        // Receipts name it.
        app.epoch().await?;
        let mut quarter = Quarter::prepare(&app, Arc::clone(&walking), today).await?;
        quarter.live(until).await?;
        let lived = std::mem::take(&mut quarter.lived);
        quarter.go_home().await?;
        self.forget();
        self.store
            .write(async |tx| Ok::<_, AppError>(meta::set(tx, MADE_AT, until.to_rfc3339()).await?))
            .await?;
        self.finish_demo().await?;
        Ok((people, lived))
    }
}

impl<'a> Quarter<'a> {
    async fn prepare(app: &'a App, clock: Arc<Walking>, today: NaiveDate) -> AppResult<Self> {
        let county = app.demo_county().await?.id;
        let read = app.store.read();
        let mut lists = HashMap::new();
        for row in checklists::active(read, county).await? {
            let list = standards::parse(&row)?;
            lists.insert(row.site_kind, (row.id, list));
        }
        let sites = sites::of_county(read, county).await?;
        let mut staff = Vec::with_capacity(plan::TOWNSHIPS.len());
        for town in &plan::TOWNSHIPS {
            if !town.known {
                hire(app, county, town).await?;
            }
            staff.push(Staff {
                desk: Hand::sign_in(app, &format!("{}.desk", town.prefix)).await?,
                deputy: Hand::sign_in(app, &format!("{}.deputy", town.prefix)).await?,
                delegated: staff.is_empty(),
            });
        }
        let mut quarter = Self {
            inspectors: [Hand::sign_in(app, "inspector1").await?, Hand::sign_in(app, "inspector2").await?],
            office: [Hand::sign_in(app, "office1").await?, Hand::sign_in(app, "office2").await?],
            leader: Hand::sign_in(app, "xingqiao.main").await?,
            village: Hand::sign_in(app, "songchang").await?,
            app,
            clock,
            today,
            county,
            round: Uuid::nil(),
            staff,
            lists,
            sites,
            seen: HashSet::new(),
            kinds: HashMap::new(),
            plan: plan::visits(),
            tasks: BTreeMap::new(),
            tasks_made: 0,
            scenes: 0,
            fixes: 0,
            lived: Lived::default(),
        };
        quarter.round = quarter.begin_round().await?;
        Ok(quarter)
    }

    /// Everything in the order of its time, until now.
    async fn live(&mut self, until: Instant) -> AppResult<()> {
        for (number, visit) in self.plan.iter().enumerate() {
            let at = clock::at_work(self.today, visit.days, visit.minute);
            self.tasks.insert((at, number), Task::Visit(number));
        }
        self.tasks_made = self.plan.len();
        for (at, matter) in matters::matters(self.today) {
            self.expect(at, Task::Matter(matter));
        }
        while let Some(((at, _), task)) = self.tasks.pop_first() {
            if at >= until {
                break;
            }
            self.clock.put_to(at);
            // On the heap: every use case of the county is in one of these, more than a thread's stack holds unoptimised.
            match task {
                Task::Visit(number) => Box::pin(self.visit(number)).await?,
                Task::Step(case, step) => Box::pin(self.step(&case, step)).await?,
                Task::Matter(matter) => Box::pin(self.attend(matter)).await?,
            }
        }
        self.clock.put_to(until);
        self.evening().await
    }

    /// Ends the sessions that all of it was done in.
    async fn go_home(self) -> AppResult<()> {
        let staff = self.staff.iter().flat_map(|staff| [&staff.desk, &staff.deputy]);
        let county = self.inspectors.iter().chain(&self.office).chain([&self.leader, &self.village]);
        for hand in county.chain(staff) {
            self.app.sign_out_caller(&hand.caller).await?;
        }
        Ok(())
    }

    fn expect(&mut self, at: Instant, task: Task) {
        self.tasks_made += 1;
        self.tasks.insert((at, self.tasks_made), task);
    }

    async fn visit(&mut self, number: usize) -> AppResult<()> {
        let visit = &self.plan[number];
        let (township, outcome, fates, least) =
            (visit.township, visit.outcome, visit.fates.clone(), visit.least);
        let Some(site) = self.next_site(number) else { return Ok(()) };
        let Some((checklist, list)) = self.lists.get(&site.kind).cloned() else { return Ok(()) };
        let mut items = visits::fitting(&list, least);
        if fates.contains(&plan::Fate::Overdue) {
            // Its date is to have passed a few days ago, not to come.
            items.sort_by_key(|item| item.deadline_days);
        }
        let faults: Vec<Fault> = items
            .iter()
            .take(fates.len())
            .map(|item| Fault {
                item: item.code.clone(),
                instance: visits::instance(&list, item).to_owned(),
                finding: self.app.random.id(),
                scene: self.next_scene(),
                severity: item.severity,
                days: i64::from(item.deadline_days),
            })
            .collect();
        let inspector = number % 2;
        self.hand_in((&site, outcome), (checklist, &list), (inspector, cases::FOUND), &faults).await?;
        let issued = local_day(self.app.clock.now());
        for (fault, fate) in faults.into_iter().zip(fates) {
            let case = Case {
                ticket: Ticket::id_of(fault.finding),
                township,
                severity: fault.severity,
                inspector,
                place: (site.lon, site.lat),
                days: fault.days,
                site: site.id,
                item: fault.item,
                scene: fault.scene,
                minute: 8 * 60 + 30 + i64::try_from(number).unwrap_or(0) * 5,
            };
            let random = Arc::clone(&self.app.random);
            for (at, step) in cases::steps(&case, fate, (issued, self.today), || random.id()) {
                self.expect(at, Task::Step(Box::new(case.clone()), step));
            }
        }
        Ok(())
    }

    /// The site of a closed ticket again, with the same fault.
    async fn see_again(&mut self, case: &Case) -> AppResult<()> {
        let Some(site) = self.sites.iter().find(|site| site.id == case.site).cloned() else { return Ok(()) };
        let Some((checklist, list)) = self.lists.get(&site.kind).cloned() else { return Ok(()) };
        let Some(item) = list.item(&case.item) else { return Ok(()) };
        let fault = Fault {
            item: item.code.clone(),
            instance: visits::instance(&list, item).to_owned(),
            finding: self.app.random.id(),
            scene: case.scene,
            severity: item.severity,
            days: i64::from(item.deadline_days),
        };
        let by = (1 - case.inspector, cases::FOUND_AGAIN);
        self.hand_in((&site, "inspected"), (checklist, &list), by, &[fault]).await
    }

    async fn hand_in(
        &mut self,
        (site, outcome): (&Site, &str),
        (checklist, list): (Uuid, &Checklist),
        (inspector, take): (usize, usize),
        faults: &[Fault],
    ) -> AppResult<()> {
        let place = (site.lon, site.lat);
        let pictures: Vec<Picture> = faults
            .iter()
            .map(|fault| self.fault_picture((fault.scene, take), Some(&fault.item), &fault.instance, place))
            .collect();
        let arrived = hands::beside(place, self.next_fix());
        let answers = if outcome == "inspected" { visits::answers(list, faults) } else { Vec::new() };
        let payload = json!({
            "inspection_id": self.app.random.id(), "site_id": site.id, "checklist_id": checklist,
            "round_id": self.round, "outcome": outcome, "people_present": "", "note": "",
            "arrival": { "position": hands::place(arrived, &self.stamp()), "far_reason": null }, "answers": answers,
        });
        let who = &self.inspectors[inspector];
        let answer = who.does(self.app, "inspection.submit/1", payload, &pictures).await?;
        self.note("inspection.submit/1", &answer);
        self.lived.visits += 1;
        self.lived.faults += faults.len();
        Ok(())
    }

    /// A site of the visit's township that nobody has seen, of the kind that was seen least, with as many fitting questions as it has faults.
    fn next_site(&mut self, visit: usize) -> Option<Site> {
        let visit = &self.plan[visit];
        let unit = self.staff[visit.township].desk.unit;
        let fits = |site: &&Site| {
            let list = self.lists.get(&site.kind);
            site.township_id == unit
                && (site.village_id == self.village.unit) == visit.in_village
                && !self.seen.contains(&site.id)
                && list.is_some_and(|(_, list)| visits::fitting(list, visit.least).len() >= visit.fates.len())
        };
        let seen = |site: &&Site| self.kinds.get(&site.kind).copied().unwrap_or_default();
        let site = self.sites.iter().filter(fits).min_by_key(seen)?.clone();
        self.seen.insert(site.id);
        *self.kinds.entry(site.kind.clone()).or_default() += 1;
        Some(site)
    }

    fn next_scene(&mut self) -> u64 {
        self.scenes += 1;
        self.scenes
    }

    fn next_fix(&mut self) -> u32 {
        self.fixes += 1;
        self.fixes
    }

    fn fault_picture(
        &mut self,
        (scene, take): (u64, usize),
        item: Option<&str>,
        instance: &str,
        place: (f64, f64),
    ) -> Picture {
        Picture {
            scene,
            take,
            shows: Shows::Fault,
            capture: "in_page",
            role: "before",
            item: item.map(str::to_owned),
            instance: instance.to_owned(),
            place: hands::beside(place, self.next_fix()),
        }
    }

    fn stamp(&self) -> String {
        self.app.clock.now().to_rfc3339_opts(SecondsFormat::Micros, true)
    }

    /// Notes what its ticket did not allow.
    fn note(&mut self, kind: &str, answer: &Answer) {
        if answer.outcome == "conflict" {
            let flags: Vec<&str> = answer.flags.iter().map(|flag| flag.code.as_str()).collect();
            tracing::warn!(kind, ?flags, "a step of the demo's quarter did not fit its ticket");
            self.lived.conflicts.push(format!("{kind} {}", flags.join(" ")));
        }
    }
}

/// Desk officer and deputy of a township that the demo's cast leaves out. They have no password: nobody signs in there.
async fn hire(app: &App, county: Uuid, town: &plan::Staff) -> AppResult<()> {
    let units = divisions::of_county(app.store.read(), county).await?;
    let unit = units.iter().find(|unit| unit.code.as_str() == town.code);
    let unit = unit.ok_or_else(|| AppError::Internal("the demo county lacks a township".into()))?;
    let posts = [(Role::DeskOfficer, "desk", "经办人"), (Role::DeputyLeader, "deputy", "分管领导")];
    for (role, login, name) in posts {
        let (login, name) = (format!("{}.{login}", town.prefix), format!("{}{name}", unit.name));
        let person = NewPerson::parse(&login, &name, None, None, Some(county))?;
        let post = NewPost::now(role, Some(unit.id));
        app.store
            .write(async |tx| {
                app.ensure_person(tx, &person, std::slice::from_ref(&post), None).await?;
                Ok::<_, AppError>(())
            })
            .await?;
    }
    Ok(())
}
