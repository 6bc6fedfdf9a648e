//! What hangs on rows that an import made: one table of who names whom, in words for the person who wants to undo it.

use crate::store::{
    Conn, Error, Tx,
    entity::{site, site_kind},
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QuerySelect,
    sea_query::{Alias, Expr, LockType, Order, Query},
};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Rows of a table that name an object by a column, and what they are called.
#[derive(Debug, Clone, Copy)]
pub struct Dependent {
    table: &'static str,
    column: &'static str,
    pub zh: &'static str,
    pub en: &'static str,
}

const fn row(table: &'static str, column: &'static str, zh: &'static str, en: &'static str) -> Dependent {
    Dependent { table, column, zh, en }
}

/// What names a site.
pub const SITE: &[Dependent] = &[
    row("inspection", "site_id", "检查记录", "visits"),
    row("finding", "site_id", "问题", "findings"),
    row("ticket", "site_id", "整改单", "tickets"),
    row("honour", "subject_id", "荣誉", "titles"),
    row("liaison", "subject_id", "联络人", "liaisons"),
];

/// What names a division: sites, posts and further divisions that are not of the same import are asked for apart.
pub const DIVISION: &[Dependent] = &[
    row("inspection", "township_id", "检查记录", "visits"),
    row("inspection", "village_id", "检查记录", "visits"),
    row("finding", "township_id", "问题", "findings"),
    row("finding", "village_id", "问题", "findings"),
    row("ticket", "place_township_id", "整改单", "tickets"),
    row("ticket", "place_village_id", "整改单", "tickets"),
    row("ticket", "unit_id", "整改单", "tickets"),
    row("honour", "subject_id", "荣誉", "titles"),
    row("honour", "township_id", "荣誉", "titles"),
    row("liaison", "subject_id", "联络人", "liaisons"),
    row("colour_month", "township_id", "月度颜色", "colours of months"),
    row("leader_charge", "township_id", "县领导的联系分工", "leaders in charge"),
    row("talk_record", "township_id", "谈话记录", "records of talks"),
    row("delegation", "township_id", "委托", "delegations"),
    row("project", "unit_id", "项目", "projects"),
    row("notice_channel", "unit_id", "通知渠道", "channels of notices"),
    row("look_back_item", "township_id", "回头看", "look-backs"),
];

/// What names the county itself, besides its divisions.
pub const COUNTY: &[Dependent] = &[
    row("round", "county_id", "轮次", "rounds"),
    row("operation", "county_id", "已收到的记录", "records received"),
    row("campaign", "county_id", "攻坚", "campaigns"),
];

/// What a county sets; an import may have given it its words.
pub const SETTING: Dependent = row("setting", "county_id", "设置", "settings");

/// What names a person besides his posts.
pub const PERSON: &[Dependent] = &[
    row("session", "person_id", "登录过的账号", "accounts that have signed in"),
    row("device", "person_id", "登记的设备", "devices"),
    row("operation", "person_id", "已收到的记录", "records received"),
    row("inspection", "entered_by", "代录的记录", "records entered for others"),
];

/// What names a post.
pub const POST: &[Dependent] = &[
    row("operation", "post_id", "已收到的记录", "records received"),
    row("liaison", "post_id", "联络人", "liaisons"),
    row("leader_charge", "post_id", "县领导的联系分工", "leaders in charge"),
    row("delegation", "deputy_post_id", "委托", "delegations"),
    row("delegation", "desk_post_id", "委托", "delegations"),
    row("village_link", "post_id", "给村里的链接", "links for villages"),
    row("post", "delegated_by", "代理岗位", "substitutes"),
    // Whatever a post did at a desk left a line.
    row("audit", "post_id", "办过的事", "things done in them"),
];

/// What names a version of a checklist.
pub const CHECKLIST: &[Dependent] = &[row("inspection", "checklist_id", "检查记录", "visits")];

/// Parents of divisions, places of sites, units of posts: what an import may itself have made.
pub const CHILDREN: Dependent = row("division", "parent_id", "下级区划", "divisions below");
pub const SITES_OF: [Dependent; 2] =
    [row("site", "township_id", "点位", "sites"), row("site", "village_id", "点位", "sites")];
pub const POSTS_OF: Dependent = row("post", "unit_id", "岗位", "posts");
pub const POSTS_HELD: Dependent = row("post", "person_id", "岗位", "posts");

pub const PEOPLE_OF: Dependent = row("person", "county_id", "人员", "people");
/// What names a department besides posts.
pub const DEPARTMENT: &[Dependent] = &[
    row("ticket", "unit_id", "整改单", "tickets"),
    row("ticket", "referred_to_id", "整改单", "tickets"),
    row("referral", "department_id", "提请办理", "referrals"),
    row("project", "unit_id", "项目", "projects"),
];

/// Takes these rows for this transaction alone.
pub async fn lock(tx: &Tx, table: &'static str, mut ids: Vec<Uuid>) -> Result<(), Error> {
    // Always in one order, so that two who want some of the same never wait for each other.
    ids.sort_unstable();
    for chunk in ids.chunks(1000) {
        let mut query = Query::select();
        query
            .column(Alias::new("id"))
            .from(Alias::new(table))
            .and_where(Expr::col(Alias::new("id")).is_in(chunk.iter().copied()))
            .order_by(Alias::new("id"), Order::Asc)
            .lock(LockType::Update);
        tx.raw().query_all(&query).await?;
    }
    Ok(())
}

/// The versions of these rows as they stand; what is gone is absent.
pub async fn versions(
    conn: &impl Conn,
    table: &'static str,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, i32>, Error> {
    let mut versions = HashMap::new();
    for chunk in ids.chunks(1000) {
        let mut query = Query::select();
        query
            .columns([Alias::new("id"), Alias::new("version")])
            .from(Alias::new(table))
            .and_where(Expr::col(Alias::new("id")).is_in(chunk.iter().copied()));
        for row in conn.raw().query_all(&query).await? {
            versions.insert(row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        }
    }
    Ok(versions)
}

/// Sites of a kind, and checklists of it that are not the first: `own` are sites that go with it.
pub async fn sites_of_kind(conn: &impl Conn, kind: Uuid, key: &str, own: &[Uuid]) -> Result<u64, Error> {
    let Some(kind) = site_kind::Entity::find_by_id(kind).one(conn.raw()).await? else { return Ok(0) };
    let ids: Vec<Uuid> = site::Entity::find()
        .select_only()
        .column(site::Column::Id)
        .filter(site::Column::CountyId.eq(kind.county_id).and(site::Column::Kind.eq(key)))
        .into_tuple()
        .all(conn.raw())
        .await?;
    let own: HashSet<&Uuid> = own.iter().collect();
    Ok(ids.iter().filter(|id| !own.contains(id)).count() as u64)
}

/// How many rows name one of these, those of `own` left out.
pub async fn count(conn: &impl Conn, of: Dependent, ids: &[Uuid], own: &[Uuid]) -> Result<u64, Error> {
    let raw = conn.raw();
    let mut all = 0;
    // Own rows are told apart here: a list of both kinds could be longer than a statement may be.
    let own: HashSet<&Uuid> = own.iter().collect();
    for chunk in ids.chunks(1000) {
        let mut query = Query::select();
        let (table, column) = (Alias::new(of.table), Alias::new(of.column));
        query.from(table).and_where(Expr::col(column).is_in(chunk.iter().copied()));
        if own.is_empty() {
            query.expr(Expr::col(Alias::new(of.column)).count());
            let row = raw.query_one(&query).await?;
            all += row.map_or(Ok(0), |row| row.try_get_by_index::<i64>(0))?.unsigned_abs();
        } else {
            query.column(Alias::new("id"));
            for row in raw.query_all(&query).await? {
                all += u64::from(!own.contains(&row.try_get_by_index::<Uuid>(0)?));
            }
        }
    }
    Ok(all)
}
