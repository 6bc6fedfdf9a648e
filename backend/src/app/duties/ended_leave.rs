//! Leave to sign is a deputy's own word and ends with his post. Who comes after him, and the desk that signed by it, hear so at once: else
//! the one would not know that it has to be given anew, and the other would wait for it.

use crate::{
    app::{
        AppResult,
        notices::{self, Tell},
    },
    domain::{
        clock::{Instant, local_day},
        notices::{events::Address, kind::NoticeKind, settings::NoticeRules},
        people::role::Role,
    },
    store::{
        Tx,
        duties::delegations,
        people::{persons, posts::PostRow},
    },
};
use serde_json::json;

/// Tells of every leave that this post had given and that would still go on. Asked before they are taken back.
pub(in crate::app) async fn tell(
    tx: &Tx,
    ended: &PostRow,
    rules: &NoticeRules,
    now: Instant,
) -> AppResult<()> {
    let Some(county) = ended.county_id else { return Ok(()) };
    let to = [Role::DeputyLeader, Role::DeskOfficer];
    let to = to.map(|duty| Address { unit_kind: ended.unit_kind, unit_id: ended.unit_id, duty });
    for row in delegations::going_on_with(tx, ended.id, local_day(now)).await? {
        if row.deputy_post_id != ended.id {
            continue;
        }
        let name = persons::names(tx, vec![row.deputy_person_id]).await?.remove(&row.deputy_person_id);
        let told = Tell {
            county,
            key: format!("leave:{}", row.id),
            kind: NoticeKind::LeaveEnded,
            to: to.to_vec(),
            ticket: None,
            data: json!({ "deputy_name": name, "severities": row.severities, "to_day": row.to_day }),
            rules,
        };
        notices::tell(tx, now, &told).await?;
    }
    Ok(())
}
