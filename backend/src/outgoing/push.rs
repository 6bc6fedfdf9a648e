//! Web Push without a payload: the push service learns that there is something, the browser's own words say what, and nothing is in it.

use super::{Outgoing, guard::Target, web::by_status};
use crate::domain::notices::reason::Reason;

/// How long a push service keeps it for a browser that is off, in seconds.
const KEEP: u32 = 24 * 3600;

impl Outgoing {
    /// Wakes a browser. `authorization` is the `vapid` line that names this server.
    pub async fn wake(&self, target: &Target, authorization: &str, urgent: bool) -> Result<(), Reason> {
        let url = target.url.clone();
        let send = |client: reqwest13::Client| {
            client
                .post(url)
                .header("authorization", authorization)
                .header("ttl", KEEP)
                .header("urgency", if urgent { "high" } else { "normal" })
                .header("topic", "inbox")
                .header("content-length", 0)
        };
        let answer = self.call(target, send).await?;
        match by_status(answer.status) {
            Err(Reason::NotFound) => Err(Reason::PushGone),
            other => other,
        }
    }
}
