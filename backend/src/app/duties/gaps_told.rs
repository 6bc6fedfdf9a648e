//! Which holes are told, each as long as it is there: a duty that was held and is held no more, and an honoured place that nobody answers
//! for (R56, R86). A duty that was never held belongs to setting up, and shows on the board alone.

use super::gaps::{self, GapKind};
use crate::{
    app::AppResult,
    domain::{
        clock::Instant,
        notices::{events::Address, kind::NoticeKind},
        people::role::{Role, UnitKind},
    },
    store::{
        Conn,
        people::{
            persons,
            posts::{self, PostRow},
        },
    },
};
use serde_json::{Value, json};
use std::collections::HashMap;
use uuid::Uuid;

/// What is told of holes; it goes when the hole is filled, and not by its age.
pub const KINDS: &[NoticeKind] = &[NoticeKind::UnitGap, NoticeKind::LiaisonGap];

/// A hole as it is told.
pub(in crate::app) struct ToldGap {
    pub key: String,
    pub kind: NoticeKind,
    pub to: Vec<Address>,
    pub data: Value,
}

/// The key of a duty without a holder, by the post that was the last one.
pub(in crate::app) fn key(last: Uuid) -> String {
    format!("gap:{last}")
}

/// The office, and the desk of the township that it is in.
pub(in crate::app) fn readers(county: Uuid, township: Option<Uuid>) -> Vec<Address> {
    let office = Address { unit_kind: UnitKind::County, unit_id: county, duty: Role::Office };
    let desk = township.into_iter().flat_map(|unit_id| {
        [Role::DeskOfficer, Role::DeputyLeader].map(|duty| Address {
            unit_kind: UnitKind::Township,
            unit_id,
            duty,
        })
    });
    std::iter::once(office).chain(desk).collect()
}

/// Every hole of a county that is to be told of now.
pub(in crate::app) async fn open(conn: &impl Conn, county: Uuid, now: Instant) -> AppResult<Vec<ToldGap>> {
    let units = gaps::units_of(conn, county).await?;
    let suspended = persons::suspended(conn, county).await?;
    // All there ever were: the last of a duty names its hole.
    let posts = posts::of_county(conn, county, None, Instant::UNIX_EPOCH).await?;
    let mut last: HashMap<(Uuid, Role), &PostRow> = HashMap::new();
    let ends = |post: &PostRow| post.valid_to.unwrap_or(Instant::MAX_UTC);
    for post in posts.iter().filter(|post| post.valid_from <= now) {
        let known = last.entry((post.unit_id, post.role)).or_insert(post);
        if ends(post) > ends(known) {
            *known = post;
        }
    }
    let held: Vec<PostRow> = posts
        .iter()
        .filter(|post| post.valid_to.is_none_or(|end| end > now) && !suspended.contains(&post.person_id))
        .cloned()
        .collect();
    let mut told = Vec::new();
    for gap in gaps::holes(&held, &units, now, now) {
        let Some(role) = gap.role.filter(|_| gap.kind == GapKind::NoHolder) else { continue };
        let Some(post) = last.get(&(gap.unit_id, role)) else { continue };
        told.push(ToldGap {
            key: key(post.id),
            kind: NoticeKind::UnitGap,
            to: readers(county, gap.township_id),
            data: json!({ "unit_id": gap.unit_id, "unit_name": gap.unit_name, "duty": role }),
        });
    }
    for gap in gaps::without_liaison(conn, county, now).await? {
        let (Some(place), Some(township)) = (gap.place, gap.township_id) else { continue };
        // Whoever may name somebody for it.
        let duties = [Role::MainLeader, Role::DeputyLeader, Role::DeskOfficer];
        let to = duties.map(|duty| Address { unit_kind: UnitKind::Township, unit_id: township, duty });
        told.push(ToldGap {
            key: format!("liaison:{}", place.id),
            kind: NoticeKind::LiaisonGap,
            to: to.to_vec(),
            data: json!({ "place": place.name, "level": place.level }),
        });
    }
    Ok(told)
}
