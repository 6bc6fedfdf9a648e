//! The inbox of the acting post: lists, counts, a digest, and the reader's own marks.

use super::{
    address::UnitRef,
    counts::{self, NowCounts},
    text,
};
use crate::{
    app::{App, AppError, AppResult, Caller, caller::ActivePost},
    domain::{
        notices::kind::{Group, NoticeKind},
        page::{Page, PageRequest},
        people::{
            permission::Action,
            role::{Role, UnitKind},
        },
        tickets::State,
    },
    store::{
        self, Error as StoreError,
        notices::inbox::{self as rows, Notice, NoticeFilter, Reader},
    },
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use utoipa::ToSchema;
use uuid::Uuid;

/// One notice.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct NoticeView {
    pub id: Uuid,
    pub kind: NoticeKind,
    pub group: Group,
    pub urgent: bool,
    pub at: DateTime<Utc>,
    pub seen: bool,
    pub unit: UnitRef,
    pub duty: Role,
    /// As it stands now.
    pub ticket: Option<NoticeTicket>,
    /// What the kind says beside the ticket.
    pub data: serde_json::Value,
}

/// What a notice shows of its ticket.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct NoticeTicket {
    pub id: Uuid,
    pub number: Option<String>,
    pub title: String,
    pub state: State,
    pub due_at: Option<DateTime<Utc>>,
    pub overdue: bool,
}

/// For the badge.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct NoticeCounts {
    pub as_of: DateTime<Utc>,
    pub unseen: i64,
    pub urgent: i64,
    pub groups: Vec<GroupCount>,
    /// The caller's other valid posts.
    pub other_posts: Vec<PostCount>,
}

/// What of a group is not seen.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = NoticeGroupCount)]
pub struct GroupCount {
    pub group: Group,
    pub unseen: i64,
}

/// What of another post is not seen.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = NoticePostCount)]
pub struct PostCount {
    pub post_id: Uuid,
    pub unseen: i64,
}

/// One line a kind, and what there is to do now.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct NoticeDigest {
    pub as_of: DateTime<Utc>,
    pub unit: UnitRef,
    pub lines: Vec<DigestLine>,
    pub now: NowCounts,
}

/// One kind of the digest.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = NoticeDigestLine)]
pub struct DigestLine {
    pub kind: NoticeKind,
    pub group: Group,
    pub urgent: bool,
    /// Different tickets; notices without one count one each.
    pub tickets: i64,
    pub unseen: i64,
    pub latest_at: DateTime<Utc>,
}

/// What is marked as seen.
#[derive(Debug, Clone, Default)]
pub struct Marking {
    pub ids: Vec<Uuid>,
    pub all: bool,
    pub kind: Option<NoticeKind>,
}

/// A filter as a list is asked for it.
pub fn narrowed(
    group: Option<Group>,
    kind: Option<NoticeKind>,
    unseen: Option<bool>,
    ticket_id: Option<Uuid>,
) -> NoticeFilter {
    let asked = |one: &NoticeKind| {
        kind.is_none_or(|kind| kind == *one) && group.is_none_or(|group| one.group() == group)
    };
    let all = group.is_none() && kind.is_none();
    let kinds = if all { Vec::new() } else { NoticeKind::ALL.iter().copied().filter(asked).collect() };
    NoticeFilter { nothing: !all && kinds.is_empty(), kinds, unseen, ticket_id }
}

impl App {
    /// One page of the acting post's notices, newest first.
    pub async fn notices(
        &self,
        caller: &Caller,
        filter: &NoticeFilter,
        page: &PageRequest,
    ) -> AppResult<Page<NoticeView>> {
        let (reader, conn) = (self.reader(caller)?, self.store.read());
        let found = rows::list(conn, &reader, filter, page).await?;
        let cut = Page::cut(found, page.limit, |(row, _)| rows::cursor(row));
        let ids = cut.items.iter().filter_map(|(row, _)| row.ticket_id).collect();
        let tickets = store::tickets::get_many(conn, reader.scope, reader.now, ids).await?;
        let tickets: HashMap<Uuid, NoticeTicket> = tickets
            .into_iter()
            .map(|ticket| {
                let overdue = ticket.is_overdue(reader.now);
                let shown = NoticeTicket {
                    id: ticket.id,
                    number: ticket.number,
                    title: ticket.title,
                    state: ticket.state,
                    due_at: ticket.due_at,
                    overdue,
                };
                (shown.id, shown)
            })
            .collect();
        let post = caller.require(Action::ReadNotices)?;
        let unit = self.own_unit(post).await?;
        let items = cut.items.into_iter().map(|(row, seen)| {
            let kind = kind_of(&row)?;
            Ok(NoticeView {
                id: row.id,
                kind,
                group: kind.group(),
                urgent: row.urgent,
                at: row.at,
                seen,
                unit: unit.clone(),
                duty: post.role,
                ticket: row.ticket_id.and_then(|id| tickets.get(&id).cloned()),
                data: row.data,
            })
        });
        Ok(Page { items: items.collect::<AppResult<_>>()?, next: cut.next })
    }

    /// What the caller has not seen.
    pub async fn notice_counts(&self, caller: &Caller) -> AppResult<NoticeCounts> {
        let (reader, conn) = (self.reader(caller)?, self.store.read());
        let acting = caller.require(Action::ReadNotices)?.id;
        let unseen = NoticeFilter { unseen: Some(true), ..NoticeFilter::default() };
        let mut groups: Vec<GroupCount> =
            Group::ALL.iter().map(|group| GroupCount { group: *group, unseen: 0 }).collect();
        let (mut all, mut urgent) = (0, 0);
        for sum in rows::by_kind(conn, &reader, &unseen).await? {
            all += sum.n;
            urgent += if sum.urgent { sum.n } else { 0 };
            let group = NoticeKind::parse(&sum.kind).map(NoticeKind::group);
            if let Some(count) = groups.iter_mut().find(|count| Some(count.group) == group) {
                count.unseen += sum.n;
            }
        }
        let mut other_posts = Vec::new();
        for post in
            caller.posts.iter().filter(|post| post.id != acting && Action::ReadNotices.allows(post.role))
        {
            let other = reader_of(caller, post, reader.now);
            other_posts.push(PostCount { post_id: post.id, unseen: rows::unseen(conn, &other).await? });
        }
        Ok(NoticeCounts { as_of: reader.now, unseen: all, urgent, groups, other_posts })
    }

    /// One line a kind.
    pub async fn notice_digest(&self, caller: &Caller) -> AppResult<NoticeDigest> {
        let (reader, conn) = (self.reader(caller)?, self.store.read());
        let unit = self.own_unit(caller.require(Action::ReadNotices)?).await?;
        let all = rows::by_kind(conn, &reader, &NoticeFilter::default()).await?;
        let fresh = NoticeFilter { unseen: Some(true), ..NoticeFilter::default() };
        let fresh = rows::by_kind(conn, &reader, &fresh).await?;
        let times: HashMap<i64, DateTime<Utc>> =
            rows::times(conn, all.iter().map(|sum| sum.latest).collect()).await?.into_iter().collect();
        let mut lines: BTreeMap<(bool, NoticeKind), DigestLine> = BTreeMap::new();
        for sum in &all {
            let Some(kind) = NoticeKind::parse(&sum.kind) else { continue };
            let unseen = fresh.iter().filter(|other| other.kind == sum.kind && other.urgent == sum.urgent);
            let line = DigestLine {
                kind,
                group: kind.group(),
                urgent: sum.urgent,
                tickets: sum.tickets + (sum.n - sum.with_ticket),
                unseen: unseen.map(|other| other.n).sum(),
                latest_at: times.get(&sum.latest).copied().unwrap_or(reader.now),
            };
            // Urgent ones stand first.
            lines.insert((!sum.urgent, kind), line);
        }
        let now = counts::now(self, conn, &unit, reader.scope, false, reader.now).await?;
        Ok(NoticeDigest { as_of: reader.now, unit, lines: lines.into_values().collect(), now })
    }

    /// Marks notices of the acting post as seen, for the caller only.
    pub async fn see_notices(&self, caller: &Caller, marking: &Marking) -> AppResult<NoticeCounts> {
        let reader = self.reader(caller)?;
        let kinds = marking.kind.into_iter().collect();
        let filter = NoticeFilter { kinds, unseen: Some(true), ..NoticeFilter::default() };
        let ids = (!marking.all).then(|| marking.ids.clone());
        if marking.all || !marking.ids.is_empty() {
            self.store
                .write(async |tx| Ok::<_, AppError>(rows::mark(tx, &reader, &filter, ids.clone()).await?))
                .await?;
        }
        self.notice_counts(caller).await
    }

    /// Takes marks back.
    pub async fn unsee_notices(&self, caller: &Caller, ids: &[Uuid]) -> AppResult<NoticeCounts> {
        let reader = self.reader(caller)?;
        self.store
            .write(async |tx| Ok::<_, AppError>(rows::unmark(tx, reader.person_id, ids.to_vec()).await?))
            .await?;
        self.notice_counts(caller).await
    }

    fn reader(&self, caller: &Caller) -> AppResult<Reader> {
        let post = caller.require(Action::ReadNotices)?;
        Ok(reader_of(caller, post, self.clock.now()))
    }

    async fn own_unit(&self, post: &ActivePost) -> AppResult<UnitRef> {
        let named = text::names(self.store.read(), vec![(post.unit_kind, post.unit_id)]).await?.pop();
        let nameless = UnitRef { kind: UnitKind::County, id: post.unit_id, name: String::new() };
        Ok(named.unwrap_or(nameless))
    }
}

fn reader_of(caller: &Caller, post: &ActivePost, now: DateTime<Utc>) -> Reader {
    let scope = caller.scope_of(post);
    Reader { person_id: caller.person_id, unit_id: post.unit_id, duty: post.role, scope, now }
}

fn kind_of(row: &Notice) -> AppResult<NoticeKind> {
    NoticeKind::parse(&row.kind).ok_or_else(|| {
        StoreError::Inconsistent { table: "notice", column: "kind", value: row.kind.clone() }.into()
    })
}
