//! Sends what is due, one message after another: at most twenty a minute to one robot, never in quiet hours, again with growing pauses,
//! and not again when it may have arrived.

use super::{
    address, channels, compose, counts,
    gather::AllRules,
    text::{self, Words, county_name},
};
use crate::{
    app::{App, AppError, AppResult},
    domain::{
        clock::Instant,
        notices::{
            message::MessageKind,
            quiet::{GOOD_FOR, pause},
            reason::Reason,
            settings::NoticeRules,
        },
    },
    outgoing::{mail::Letter, robots::Robot},
    store::notices::{
        channels::{self as channel_rows, Channel},
        messages::{self, Ending, Message},
        pushes,
    },
};
use chrono::TimeDelta;
use std::time::Duration;
use uuid::Uuid;

/// What the three robots take in a minute.
const A_MINUTE: u64 = 20;
/// How long a message is one worker's; far longer than a try.
const LEASE: TimeDelta = TimeDelta::minutes(3);
/// How long one turn of the job sends; the next one goes on.
const TURN: Duration = Duration::from_mins(1);

/// What was said, or why nothing was.
struct Tried {
    subject: String,
    body: String,
    outcome: Result<(), Reason>,
}

impl Tried {
    fn nothing(why: Reason) -> Self {
        Self { subject: String::new(), body: String::new(), outcome: Err(why) }
    }
}

impl App {
    /// Sends everything that may go out now; answers how many went.
    pub async fn send_notices(&self) -> AppResult<usize> {
        let rules = self.notice_rules().await?;
        self.compose_digests(&rules).await?;
        let began = std::time::Instant::now();
        let mut sent = 0;
        while began.elapsed() < TURN && messages::is_due(self.store.read(), self.clock.now()).await? {
            let now = self.clock.now();
            let lost = self
                .store
                .write(async |tx| {
                    Ok::<_, AppError>(
                        messages::give_up_interrupted(tx, now, Reason::Interrupted.as_str()).await?,
                    )
                })
                .await?;
            match self.send_one(&rules, None).await? {
                Some(went) => sent += usize::from(went),
                None if lost > 0 => {}
                None => break,
            }
        }
        Ok(sent)
    }

    /// Claims a message and tries it: `None` when there was none, else whether it went.
    pub(super) async fn send_one(&self, rules: &AllRules, only: Option<Uuid>) -> AppResult<Option<bool>> {
        let (worker, now) = (self.random.id(), self.clock.now());
        let claimed = self
            .store
            .write(async |tx| Ok::<_, AppError>(messages::claim(tx, only, worker, now, now + LEASE).await?))
            .await?;
        let Some(message) = claimed else { return Ok(None) };
        let rules = rules.get(&message.county_id).cloned().unwrap_or_default();
        let channel = match message.channel_id {
            Some(id) => channel_rows::get(self.store.read(), message.county_id, id).await?,
            None => None,
        };
        if let Some(at) = self.must_wait(&message, channel.as_ref(), &rules, now).await? {
            self.record_try(&message, worker, ("", ""), &Ending::Later { at }).await?;
            return Ok(Some(false));
        }
        let tried = self.try_once(&message, channel.as_ref(), &rules, now).await?;
        let ending = ending(&message, &rules, tried.outcome, self.clock.now());
        self.record_try(&message, worker, (&tried.subject, &tried.body), &ending).await?;
        Ok(Some(ending == Ending::Sent))
    }

    /// Until when a message has to wait: for the end of quiet hours, or because its robot had its share of this minute.
    async fn must_wait(
        &self,
        message: &Message,
        channel: Option<&Channel>,
        rules: &NoticeRules,
        now: Instant,
    ) -> AppResult<Option<Instant>> {
        if is_test(message) {
            return Ok(None);
        }
        let quiet_ends = compose::next_time(rules, message.urgent > 0, now);
        if quiet_ends > now {
            return Ok(Some(quiet_ends));
        }
        let Some(channel) = channel else { return Ok(None) };
        // This try is counted already.
        let tried = messages::tried_since(self.store.read(), channel.id, now - TimeDelta::minutes(1)).await?;
        Ok((tried > A_MINUTE).then(|| now + TimeDelta::seconds(20)))
    }

    async fn try_once(
        &self,
        message: &Message,
        channel: Option<&Channel>,
        rules: &NoticeRules,
        now: Instant,
    ) -> AppResult<Tried> {
        if !is_test(message) && now > message.created_at + GOOD_FOR {
            return Ok(Tried::nothing(Reason::TooLate));
        }
        if let Some(push) = message.push_id {
            let outcome = self.wake(push, message.urgent > 0).await?;
            return Ok(Tried { subject: String::new(), body: String::new(), outcome });
        }
        let Some(channel) = channel.filter(|row| !row.removed) else {
            return Ok(Tried::nothing(Reason::ChannelRemoved));
        };
        if channel.paused && !is_test(message) {
            return Ok(Tried::nothing(Reason::ChannelPaused));
        }
        let Some((subject, body)) = self.words_of(message, channel, rules, now).await? else {
            return Ok(Tried::nothing(Reason::ChannelRemoved));
        };
        let Some(sealed) = self.unseal(channel) else { return Ok(Tried::nothing(Reason::Unreadable)) };
        let kind = channels::kind_of(channel)?;
        let outcome = if let Some(purpose) = channels::purpose(kind) {
            match channels::target(self, purpose, &sealed.url) {
                Ok(target) => {
                    let robot = Robot { kind: purpose, target: &target, secret: sealed.secret.as_deref() };
                    self.outgoing.say(&robot, &body, now).await
                }
                Err(why) => Err(why),
            }
        } else {
            let letter = Letter { to: &sealed.addresses, subject: &subject, text: &body };
            match self.open_mail(message.county_id).await? {
                Ok(server) => self.outgoing.post(&server, &letter).await,
                Err(why) => Err(why),
            }
        };
        Ok(Tried { subject, body, outcome })
    }

    /// Subject and text, with the numbers of this moment; `None` when the unit is gone.
    async fn words_of(
        &self,
        message: &Message,
        channel: &Channel,
        rules: &NoticeRules,
        at: Instant,
    ) -> AppResult<Option<(String, String)>> {
        let Some(unit) = self.unit_of(channel).await? else { return Ok(None) };
        let (conn, home) = (self.store.read(), message.county_id);
        let scope = address::scope(conn, home, &unit).await?;
        let sums = counts::now(self, conn, &unit, scope, true, at).await?;
        let (name, link) = (county_name(conn, home).await?, self.inbox_link());
        let urgent = i64::from(message.urgent);
        let words = Words { county: &name, unit: &unit, counts: &sums, urgent, link: link.as_deref(), at };
        let template = match MessageKind::parse(&message.kind) {
            Some(MessageKind::Urgent) => &rules.urgent_template,
            Some(MessageKind::Test) => "【{county}】测试消息：{unit} 的通知会发到这里。{link}",
            _ => text::digest_template(rules, &unit),
        };
        let mark = if self.demo { "【示例数据】" } else { "" };
        Ok(Some((
            format!("{mark}{}", words.fill(&rules.mail_subject)),
            format!("{mark}{}", words.fill(template)),
        )))
    }

    async fn record_try(
        &self,
        message: &Message,
        worker: Uuid,
        words: (&str, &str),
        ending: &Ending,
    ) -> AppResult<()> {
        let now = self.clock.now();
        let why = match ending {
            Ending::Again { reason, .. } | Ending::GivenUp { reason } => Some(*reason),
            Ending::Sent | Ending::Later { .. } => None,
        };
        self.store
            .write(async |tx| {
                if !messages::end(tx, message.id, worker, now, words, ending).await? {
                    return Ok(());
                }
                if let Some(id) = message.channel_id.filter(|_| !matches!(ending, Ending::Later { .. })) {
                    channel_rows::went(tx, id, now, why).await?;
                }
                if let Some(id) = message.push_id.filter(|_| why == Some(Reason::PushGone.as_str())) {
                    pushes::remove(tx, id).await?;
                }
                Ok::<_, AppError>(())
            })
            .await
    }
}

fn is_test(message: &Message) -> bool {
    message.kind == MessageKind::Test.as_str()
}

/// How a try ends: what certainly did not arrive is tried again for a while, the test button never.
fn ending(message: &Message, rules: &NoticeRules, outcome: Result<(), Reason>, now: Instant) -> Ending {
    let why = match outcome {
        Ok(()) => return Ending::Sent,
        Err(why) => why,
    };
    let tries = u32::try_from(message.attempts).unwrap_or(u32::MAX);
    match pause(tries).filter(|_| why.tries_again() && !is_test(message)) {
        Some(pause) => {
            let at = compose::next_time(rules, message.urgent > 0, now + pause);
            Ending::Again { at, reason: why.as_str() }
        }
        None => Ending::GivenUp { reason: why.as_str() },
    }
}
