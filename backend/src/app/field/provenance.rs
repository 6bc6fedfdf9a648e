//! How a visit or a finding came here, as its sealed body says: from a phone, from a desk, or from a sheet of paper that was
//! entered later. Paper counts as much as a phone (decisions.md 1); whoever looks is told which it was.

use crate::store::{self, Conn, Error};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// How one piece of work came here.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Provenance {
    /// `phone`, `desktop` or `paper`.
    pub capture: String,
    /// Who entered it, where that is somebody else than its author.
    pub entered_by: Option<String>,
    /// Who filled in the sheet, by the name on it.
    pub filled_by: Option<String>,
    pub sheet_filled_at: Option<DateTime<Utc>>,
    /// Why the visit was made far from the site's known position; not told to the township.
    pub far_reason: Option<String>,
}

/// What of a sealed body is read here; anything else, and anything odd, is passed over.
#[derive(Deserialize)]
struct Body {
    #[serde(default)]
    capture: Option<String>,
    author: Person,
    #[serde(default)]
    entered_by: Option<Person>,
    #[serde(default)]
    payload: serde_json::Value,
}

#[derive(Deserialize)]
struct Person {
    person_id: Uuid,
}

/// How these operations came here; those that cannot be read are left out.
pub async fn of(conn: &impl Conn, county: Uuid, ids: Vec<Uuid>) -> Result<HashMap<Uuid, Provenance>, Error> {
    let bodies: Vec<(Uuid, Body)> = store::field::operations::bodies(conn, county, ids)
        .await?
        .into_iter()
        .filter_map(|(id, bytes)| Some((id, serde_json::from_slice(&bytes).ok()?)))
        .collect();
    let typists: Vec<Uuid> = bodies.iter().filter_map(|(_, body)| typist(body)).collect();
    let names = store::people::persons::names(conn, typists).await?;
    Ok(bodies
        .into_iter()
        .map(|(id, body)| {
            let entered_by = typist(&body).and_then(|person| names.get(&person).cloned());
            (id, told(&body, entered_by))
        })
        .collect())
}

fn typist(body: &Body) -> Option<Uuid> {
    body.entered_by.as_ref().map(|by| by.person_id).filter(|by| *by != body.author.person_id)
}

fn told(body: &Body, entered_by: Option<String>) -> Provenance {
    // A correction wraps the visit that it corrects.
    let visit = body.payload.get("inspection").unwrap_or(&body.payload);
    let text = |value: &serde_json::Value| {
        value.as_str().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
    };
    Provenance {
        capture: body.capture.clone().unwrap_or_else(|| "phone".into()),
        entered_by,
        filled_by: text(&visit["paper"]["filled_by"]),
        sheet_filled_at: text(&visit["paper"]["sheet_filled_at"]).and_then(|at| at.parse().ok()),
        far_reason: text(&visit["arrival"]["far_reason"]).or_else(|| text(&visit["distance_reason"])),
    }
}

#[cfg(test)]
mod tests {
    use super::{Body, Provenance, told};
    use serde_json::json;

    fn read(body: serde_json::Value) -> Provenance {
        told(&serde_json::from_value::<Body>(body).unwrap(), None)
    }

    #[test]
    fn a_body_says_what_it_is_and_odd_fields_do_no_harm() {
        let author = json!({"person_id": "00000000-0000-0000-0000-000000000001"});
        assert_eq!(read(json!({"author": author, "payload": {}})).capture, "phone");
        let paper =
            read(json!({"author": author, "capture": "paper", "payload": {"distance_reason": " ", "paper":
            {"filled_by": " 王 ", "sheet_filled_at": "2026-11-20T02:00:00Z"}}}));
        assert_eq!((paper.capture.as_str(), paper.filled_by.as_deref()), ("paper", Some("王")));
        assert!(paper.sheet_filled_at.is_some() && paper.far_reason.is_none());
        let odd =
            read(json!({"author": author, "payload": {"paper": 7, "arrival": {"far_reason": "在路边"}}}));
        assert_eq!((odd.filled_by, odd.far_reason.as_deref()), (None, Some("在路边")));
        let corrected =
            read(json!({"author": author, "payload": {"inspection": {"distance_reason": "门口"}}}));
        assert_eq!(corrected.far_reason.as_deref(), Some("门口"));
    }
}
