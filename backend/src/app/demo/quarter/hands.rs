//! Somebody of the demo at work: what he does is sealed and sent through the one door, files and all, like anybody's.

use crate::{
    app::{
        App, AppError, AppResult, Caller, Once, Origin,
        caller::Proof,
        field::{
            Cut, Piece,
            answer::Answer,
            door::{self, Arrival, Reply},
        },
        people::{login::SignedIn, standing::active},
    },
    domain::field::{envelope, media::Sha256},
    imaging::drawing::{self, Shows},
    store::people::posts,
};
use bytes::Bytes;
use futures_util::stream;
use serde_json::{Value, json};
use uuid::Uuid;

/// Somebody who is signed in for the length of the quarter.
pub(super) struct Hand {
    pub(super) caller: Caller,
    post: Uuid,
    /// The unit of his post.
    pub(super) unit: Uuid,
}

/// A picture beside a piece of work.
pub(super) struct Picture {
    /// Which place of the drawings, and which look at it.
    pub(super) scene: u64,
    pub(super) take: usize,
    pub(super) shows: Shows,
    /// How it came into the phone.
    pub(super) capture: &'static str,
    pub(super) role: &'static str,
    pub(super) item: Option<String>,
    pub(super) instance: String,
    pub(super) place: (f64, f64),
}

impl Hand {
    pub(super) async fn sign_in(app: &App, login: &str) -> AppResult<Self> {
        let signed_in = app.sign_in_unasked(login, None, None, Origin::default()).await?;
        let SignedIn { me, .. } = signed_in;
        let held = posts::not_ended(app.store.read(), me.person.id, app.clock.now()).await?;
        let held: Vec<_> = held.iter().map(active).collect();
        let post = held
            .first()
            .cloned()
            .ok_or_else(|| AppError::Internal(format!("{login} of the demo holds no post")))?;
        Ok(Self {
            post: post.id,
            unit: post.unit_id,
            caller: Caller {
                person_id: me.person.id,
                county_id: Some(app.demo_county().await?.id),
                device_id: None,
                proof: Proof::Session(me.session_id),
                posts: held,
                post: Some(post),
                origin: Origin::default(),
            },
        })
    }

    /// A desk write that nobody sends twice.
    pub(super) fn once(app: &App) -> Once {
        let key = app.random.id().to_string();
        Once { fingerprint: key.clone(), key }
    }

    /// Seals and sends a piece of work, then its pictures.
    pub(super) async fn does(
        &self,
        app: &App,
        kind: &str,
        payload: Value,
        pictures: &[Picture],
    ) -> AppResult<Answer> {
        let now = app.clock.now();
        let stamp = now.to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
        let mut bytes = Vec::with_capacity(pictures.len());
        let mut files = Vec::with_capacity(pictures.len());
        for picture in pictures {
            let drawn = drawing::example(picture.scene, picture.take, picture.shows)
                .map_err(|error| AppError::Internal(format!("a drawing: {error}")))?;
            files.push(json!({
                "file_id": app.random.id(), "sha256": envelope::hash(&drawn), "bytes": drawn.len(),
                "media_type": "image/jpeg", "role": picture.role, "item_path": picture.item,
                "instance_key": picture.instance, "of_file_id": null, "taken_at": stamp, "capture": picture.capture,
                "capture_reason": null, "reencoded": false, "position": place(picture.place, &stamp),
                "heading": null,
            }));
            bytes.push(Bytes::from(drawn));
        }
        let operation_id = app.random.id();
        let sealed = json!({
            "schema": "lalian.operation/1", "operation_id": operation_id, "kind": kind,
            "author": { "person_id": self.caller.person_id, "post_id": self.post },
            "device": null, "entered_by": null, "capture": "desktop", "after": [], "made_at": stamp,
            "clock": { "tz": "Asia/Shanghai", "last_server_at": stamp, "device_at_last_server": stamp },
            "app_version": env!("CARGO_PKG_VERSION"), "payload": payload, "files": files,
        });
        let body = Bytes::from(sealed.to_string());
        let arrival = Arrival { operation_id, body, signature: None, sealed_through: None };
        let answer = match Box::pin(door::put(app, &self.caller, arrival)).await? {
            Reply::Answered { answer, .. } => *answer,
            Reply::Kept(problem) => {
                return Err(AppError::Internal(format!("{kind} of the demo: {:?}", problem.errors)));
            }
        };
        if answer.status != "accepted" {
            return Err(AppError::Internal(format!("{kind} of the demo: {:?}", answer.refusal)));
        }
        for drawn in bytes {
            Box::pin(self.uploads(app, drawn)).await?;
        }
        Ok(answer)
    }

    async fn uploads(&self, app: &App, drawn: Bytes) -> AppResult<()> {
        let sha256 = Sha256::parse(&envelope::hash(&drawn))
            .ok_or_else(|| AppError::Internal("a hash that is none".into()))?;
        let length = drawn.len() as u64;
        let upload = app.create_upload(&self.caller, sha256, length).await?;
        let piece = Piece { offset: 0, length: Some(length), checksum: None };
        let whole = stream::iter([Ok::<_, Cut>(drawn)]);
        app.append_upload(&self.caller, upload.id, piece, whole).await?;
        Ok(())
    }
}

/// A few steps beside a place, others each time: no two fixes of a phone are the same.
pub(super) fn beside((lon, lat): (f64, f64), time: u32) -> (f64, f64) {
    // The golden angle comes back to no direction; a degree is about 111 km.
    let (angle, metres) = (f64::from(time) * 2.399_963, 2.0 + f64::from(time % 6));
    let degrees = metres / 111_000.0;
    (lon + degrees * angle.cos() / lat.to_radians().cos(), lat + degrees * angle.sin())
}

/// A position as a phone tells it.
pub(super) fn place((lon, lat): (f64, f64), stamp: &str) -> Value {
    json!({
        "lon": lon, "lat": lat, "accuracy_m": 8.0, "fixed_at": stamp, "source": "browser", "datum": "wgs84",
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::places::position::Point;

    #[test]
    fn nobody_stands_twice_on_the_same_spot_nor_far_away() {
        let place = Point::new(104.977_289, 30.285_418).unwrap();
        let spots: Vec<(f64, f64)> = (0..400).map(|time| beside((104.977_289, 30.285_418), time)).collect();
        for (at, (lon, lat)) in spots.iter().enumerate() {
            let metres = Point::new(*lon, *lat).unwrap().distance_m(place);
            assert!((1.0..10.0).contains(&metres), "{metres}");
            assert!(!spots[..at].contains(&(*lon, *lat)));
        }
    }
}
