//! What lists and counts of tickets are narrowed to, and the conditions that say it to the database.

use super::{
    columns::sort_key,
    requests,
    rows::{local, scoped},
};
use crate::{
    domain::{
        clock::{Instant, local_day},
        colours::{level::LEVELLED, rules::ColourRules},
        duties::referral::{Referred, Relation},
        look_backs::ItemState,
        people::scope::Scope,
        tickets::{State, dues::DueKind, request::RequestState},
    },
    store::{
        campaigns::{Takes, members, takes},
        duties::referrals,
        entity::ticket,
        look_backs,
        places::{Columns, at_place},
        search,
    },
};
use chrono::{NaiveDate, TimeDelta};
use sea_orm::{ColumnTrait, Condition, ExprTrait, sea_query::Expr};
use uuid::Uuid;

use ticket::Column as C;

/// What a list is narrowed to.
#[derive(Debug, Clone, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each narrows by itself")]
pub struct Filter {
    pub states: Vec<State>,
    pub unit_id: Option<Uuid>,
    pub township_id: Option<Uuid>,
    pub village_id: Option<Uuid>,
    pub site_id: Option<Uuid>,
    pub is_static: Option<bool>,
    pub severity: Option<String>,
    pub overdue: Option<bool>,
    pub border: Option<bool>,
    pub department: Option<String>,
    pub round_id: Option<Uuid>,
    pub search: Option<String>,
    /// Only rows that the zero board counts: static, issued, shown to their unit, neither voided nor declined.
    pub counted: Option<bool>,
    /// Issued within these instants, the second excluded.
    pub issued: Option<(Instant, Instant)>,
    /// Closed within these instants, the second excluded.
    pub closed: Option<(Instant, Instant)>,
    /// Of closed tickets only those closed after this.
    pub closed_after: Option<Instant>,
    /// Of which something in this state is asked.
    pub request: Option<RequestState>,
    /// Waiting for the county's check longer than the county allows itself.
    pub check_late: Option<bool>,
    /// What ends on a local day; the use case turns it into `falls`.
    pub due_on: Option<(DueKind, NaiveDate)>,
    /// What ends within a span.
    pub falls: Option<Falls>,
    /// The county was asked to help, and the fault is still there (or not so); R58.
    pub hard: Option<bool>,
    /// With their unit and due between now and this instant: what is soon due, not what is late.
    pub due_by: Option<Instant>,
    /// Due soon 临期; the county's rules say of which.
    pub due_soon: Option<bool>,
    /// With `due_soon`: nothing later than this can be.
    pub soon_within: Option<Instant>,
    /// Only what the townships may know of.
    pub shown: bool,
    /// Counting in this campaign, and there from its start (or since); those that no longer count only where asked for.
    pub campaign: Option<Uuid>,
    pub campaign_baseline: Option<bool>,
    pub campaign_left: bool,
    /// What a campaign with this scope would take.
    pub takes: Option<Takes>,
    /// Drawn in a look-back and standing so; of one draw.
    pub look_back: Option<ItemState>,
    pub draw: Option<Uuid>,
    /// Due later than this.
    pub due_after: Option<Instant>,
    /// Exactly these, as far as they are in scope.
    pub ids: Option<Vec<Uuid>>,
    /// Only of these levels; the use case turns them into `level`.
    pub levels: Vec<u8>,
    /// What may have one of some levels.
    pub level: Option<LevelSpan>,
    /// Instead of the reader's own rows those that a department repairs on his land.
    pub local: bool,
    pub newest_first: bool,
    // duties
    /// A repair waits for a signature (or not).
    pub to_sign: Option<bool>,
    /// Standing still by the county's number of days (or not); the use case turns it into `idle`.
    pub no_progress: Option<bool>,
    /// Standing still since before this instant (or not).
    pub idle: Option<(bool, Instant)>,
    /// Told upwards this far at least.
    pub escalated: Option<i32>,
    pub referral: Option<Referred>,
    /// Of which this department was asked, be it standing as `referral` says.
    pub referred_to: Option<Uuid>,
    /// How the reader's department stands to it.
    pub relation: Option<Relation>,
}

/// What ends after the first of these instants, up to and with the second: 24:00 belongs to the day that it ends. Of the time to accept they
/// are those of the issue.
#[derive(Debug, Clone, Copy)]
pub struct Falls {
    pub kind: DueKind,
    pub span: (Instant, Instant),
}

/// Levels with the instants and thresholds that they follow from at one moment. Levels 2 and 3 are exact; of 0 and 1 the rows are a little
/// more than asked for, and whoever asks drops what [`crate::domain::colours::level::level`] does not give that level.
#[derive(Debug, Clone)]
pub struct LevelSpan {
    pub levels: Vec<u8>,
    pub lines: ColourRules,
    /// What was due by then is beyond the days of level 2.
    pub beyond: Instant,
    /// Nothing that is due later is due soon.
    pub soon: Instant,
}

/// The rows that a list may show at all.
pub(super) fn within(filter: &Filter, scope: Scope, now: Instant) -> Condition {
    if filter.local { local(scope, now) } else { scoped(scope, now) }
}

pub(super) fn narrowed(filter: &Filter, scope: Scope, now: Instant) -> Condition {
    let with_unit = || C::State.is_in(State::WITH_UNIT.map(State::as_str));
    Condition::all()
        .add_option(
            (!filter.states.is_empty())
                .then(|| C::State.is_in(filter.states.iter().map(|state| state.as_str()))),
        )
        .add_option(filter.unit_id.map(|id| C::UnitId.eq(id)))
        .add_option(
            filter.township_id.filter(|_| filter.campaign.is_none()).map(|id| C::PlaceTownshipId.eq(id)),
        )
        .add_option(filter.village_id.map(|id| C::PlaceVillageId.eq(id)))
        .add_option(filter.site_id.map(|id| C::SiteId.eq(id)))
        .add_option(filter.is_static.map(|flag| C::IsStatic.eq(flag)))
        .add_option(filter.severity.as_ref().map(|word| C::Severity.eq(word.as_str())))
        .add_option(filter.border.map(|flag| C::Border.eq(flag)))
        .add_option(filter.department.as_ref().map(|key| C::Department.eq(key.as_str())))
        .add_option(filter.round_id.map(|id| C::RoundId.eq(id)))
        .add_option(filter.overdue.map(|flag| {
            // Without a date nothing is late; NULL would leave such rows out of both answers.
            let late = with_unit().and(passed_by(now));
            if flag { late } else { late.not() }
        }))
        .add_option(
            filter.due_by.map(|by| {
                with_unit().and(C::DueAt.gte(now)).and(C::OfficialDueAt.lte(by)).and(C::DueAt.lte(by))
            }),
        )
        .add_option(filter.shown.then(|| C::VisibleFrom.lte(now)))
        .add_option(filter.counted.map(|flag| if flag { counted(now) } else { counted(now).not() }))
        .add_option(filter.issued.map(|(from, to)| C::IssuedAt.gte(from).and(C::IssuedAt.lt(to))))
        .add_option(filter.closed.map(|(from, to)| C::ClosedAt.gte(from).and(C::ClosedAt.lt(to))))
        .add_option(filter.campaign.map(|id| {
            let what = (filter.campaign_baseline, filter.campaign_left);
            let whole = matches!(scope, Scope::County { .. } | Scope::Platform);
            C::Id.in_subquery(members::tickets_in(id, what, filter.township_id, whole))
        }))
        .add_option(scope.county().zip(filter.takes.as_ref()).map(|(county, what)| {
            Condition::all()
                .add(counted(now))
                .add(C::State.ne(State::Closed.as_str()))
                .add(takes(county, what))
        }))
        .add_option(
            scope.county().zip(filter.look_back).map(|(county, state)| {
                C::Id.in_subquery(look_backs::tickets_with(county, state, filter.draw))
            }),
        )
        .add_option(filter.due_after.map(|at| C::OfficialDueAt.gt(at)))
        .add_option(filter.check_late.map(|flag| {
            let late = C::State
                .eq(State::Submitted.as_str())
                .and(C::CheckDueAt.is_not_null())
                .and(C::CheckDueAt.lt(now));
            if flag { late } else { late.not() }
        }))
        .add_option(filter.falls.map(falling))
        .add_option(filter.hard.map(|flag| {
            let hard = C::HardCase.eq(true).and(C::State.is_in(State::OPEN.map(State::as_str)));
            if flag { hard } else { hard.not() }
        }))
        .add_option(
            filter.closed_after.map(|at| Condition::any().add(C::ClosedAt.is_null()).add(C::ClosedAt.gt(at))),
        )
        .add_option(
            scope
                .county()
                .zip(filter.request)
                .map(|(county, state)| C::Id.in_subquery(requests::tickets_with(county, state))),
        )
        .add_option(filter.ids.as_ref().map(|ids| C::Id.is_in(ids.iter().copied())))
        .add_option(filter.soon_within.map(|last| {
            with_unit()
                .and(C::DueAt.is_not_null())
                .and(C::DueAt.gt(now))
                .and(C::OfficialDueAt.lte(last))
                .and(C::DueAt.lte(last))
        }))
        .add_option(filter.level.as_ref().map(|span| levelled(span, now)))
        .add_option(filter.search.as_ref().zip(scope.county()).map(|(text, county)| {
            let columns =
                Columns { site: C::SiteId, township: C::PlaceTownshipId, village: C::PlaceVillageId };
            Condition::any().add(search::holds(C::Search, text)).add(at_place(columns, county, text))
        }))
        .add_option(of_duties(filter, scope, now))
}

/// What duties narrow a list to; `None` when nothing does.
fn of_duties(filter: &Filter, scope: Scope, now: Instant) -> Option<Condition> {
    let wanted = filter.to_sign.is_some()
        || filter.idle.is_some()
        || filter.escalated.is_some()
        || filter.referral.is_some()
        || filter.relation.is_some()
        || filter.referred_to.is_some();
    if !wanted {
        return None;
    }
    let department = match scope {
        Scope::Department { department, .. } => Some(department),
        _ => None,
    };
    let working = || C::State.is_in([State::InProgress, State::Rework].map(State::as_str));
    Some(
        Condition::all()
            .add_option(filter.to_sign.map(|flag| {
                let waits = Condition::all().add(C::ToSignId.is_not_null()).add(working());
                if flag { waits } else { waits.not() }
            }))
            .add_option(filter.idle.map(|(flag, before)| {
                let idle = Condition::all()
                    .add(C::State.is_in(State::WITH_UNIT.map(State::as_str)))
                    .add(C::VisibleFrom.is_not_null())
                    .add(C::ProgressAt.is_not_null())
                    .add(C::ProgressAt.lt(before));
                if flag { idle } else { idle.not() }
            }))
            .add_option(filter.escalated.map(|step| C::Escalated.gte(step)))
            .add_option(
                scope.county().filter(|_| filter.referral.is_some() || filter.referred_to.is_some()).map(
                    // Unless another one is named, a department reads of what it was asked itself.
                    |county| {
                        let whose = filter.referred_to.or(department);
                        C::Id.in_subquery(referrals::tickets_with(county, whose, filter.referral, now))
                    },
                ),
            )
            .add_option(filter.relation.map(|relation| {
                match (relation, department) {
                    (Relation::Own, Some(id)) => Condition::all().add(C::UnitId.eq(id)),
                    (Relation::Referred, Some(id)) => Condition::all().add(C::ReferredToId.eq(id)),
                    // Everything else that a department reads it supervises.
                    (Relation::Supervised, Some(id)) => Condition::all()
                        .add(Condition::any().add(C::UnitId.is_null()).add(C::UnitId.ne(id)))
                        .add(Condition::any().add(C::ReferredToId.is_null()).add(C::ReferredToId.ne(id))),
                    (_, None) => Condition::all().add(Expr::val(1).eq(0)),
                }
            })),
    )
}

/// The rows of which something ends in a span.
fn falling(Falls { kind, span: (from, to) }: Falls) -> Condition {
    let with_unit = || C::State.is_in(State::WITH_UNIT.map(State::as_str));
    let within = |column: C| column.gt(from).and(column.lte(to));
    Condition::all().add(match kind {
        // The text that lists are sorted by stands for the same instant, and leads their indexes.
        DueKind::Repair => with_unit().and(C::DueSort.gt(sort_key(from))).and(C::DueSort.lte(sort_key(to))),
        DueKind::Internal => with_unit().and(within(C::InternalDueAt)),
        DueKind::Accept => C::State.eq(State::Issued.as_str()).and(within(C::IssuedAt)),
        DueKind::Check => C::State.eq(State::Submitted.as_str()).and(within(C::CheckDueAt)),
        DueKind::Control => with_unit().and(C::ControlDoneAt.is_null()).and(within(C::ControlDueAt)),
        DueKind::Review => {
            let last = local_day(to - TimeDelta::microseconds(1));
            let days = (local_day(from).to_string(), last.to_string());
            C::State.eq(State::OnHold.as_str()).and(C::ReviewDay.gte(days.0)).and(C::ReviewDay.lte(days.1))
        }
        DueKind::Referral => C::ReferralId.is_not_null().and(within(C::ReferralDueAt)),
    })
}

/// The date that the unit was given last lies before `now`. The official one leads the indexes and is never the later one.
fn passed_by(now: Instant) -> Expr {
    C::DueAt
        .is_not_null()
        .and(C::OfficialDueAt.is_not_null())
        .and(C::OfficialDueAt.lt(now))
        .and(C::DueAt.lt(now))
}

/// The same rules as [`crate::domain::colours::level::level`], in the database's words.
fn levelled(span: &LevelSpan, now: Instant) -> Condition {
    let lines = &span.lines;
    let with_unit = || C::State.is_in(State::WITH_UNIT.map(State::as_str));
    let has_level = || C::State.is_in(LEVELLED.map(State::as_str));
    // Without a date nothing is late; NULL would leave such rows out of both answers.
    let due = |late: Expr| with_unit().and(late);
    let third = || {
        Condition::all().add(has_level()).add(
            Condition::any()
                .add(due(passed_by(now).and(C::DueAt.lte(span.beyond))))
                .add(C::NotShown.gte(1))
                .add(C::Hollow.gte(lines.hollow))
                .add(C::Reissued.gte(lines.reissued)),
        )
    };
    let second = || {
        Condition::all().add(has_level()).add(
            Condition::any()
                .add(third())
                .add(due(passed_by(now)))
                .add(C::Rework.gte(lines.rework))
                .add(C::LateAccepts.gte(lines.accepted_late)),
        )
    };
    let reminded = || Condition::all().add(with_unit()).add(C::IdleReminders.gte(1));
    let soon = || {
        let within = C::DueAt.is_not_null().and(C::DueAt.gt(now)).and(C::DueAt.lte(span.soon));
        Condition::all().add(with_unit()).add(within)
    };
    span.levels.iter().fold(Condition::any(), |any, level| {
        any.add(match level {
            3 => third(),
            2 => Condition::all().add(second()).add(third().not()),
            1 => Condition::all().add(second().not()).add(Condition::any().add(reminded()).add(soon())),
            _ => Condition::all().add(second().not()).add(reminded().not()),
        })
    })
}

/// The rows behind the zero board's sums; the same words as [`Ticket::counts_as_static`] and what issue, check and void add up.
pub(in crate::store) fn counted(now: Instant) -> Condition {
    Condition::all()
        .add(C::IsStatic.eq(true))
        .add(C::Makes.ne("score"))
        .add(C::IssuedAt.is_not_null())
        .add(C::VisibleFrom.lte(now))
        .add(C::PlaceTownshipId.is_not_null())
        .add(C::State.is_in(State::COUNTED.map(State::as_str)))
}
