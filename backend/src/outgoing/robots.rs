//! The forms that the group robots of WeCom, DingTalk and Feishu take, and what they answer.

use super::{
    Outgoing,
    guard::{Purpose, Target},
    web::by_status,
};
use crate::domain::{clock::Instant, notices::reason::Reason};
use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use serde::Deserialize;
use serde_json::{Value, json};

/// WeCom's limit for a text, in bytes; the others take more.
const WECOM_TEXT: usize = 2048;

/// Where a text goes.
#[derive(Debug, Clone)]
pub struct Robot<'a> {
    pub kind: Purpose,
    pub target: &'a Target,
    /// The secret of the signature; DingTalk and Feishu only.
    pub secret: Option<&'a str>,
}

/// What all three answer with; each fills in its own.
#[derive(Deserialize)]
struct Said {
    errcode: Option<i64>,
    code: Option<i64>,
    #[serde(rename = "StatusCode")]
    status_code: Option<i64>,
}

impl Outgoing {
    /// Says a text in a group.
    pub async fn say(&self, robot: &Robot<'_>, text: &str, now: Instant) -> Result<(), Reason> {
        let mut url = robot.target.url.clone();
        for (name, value) in query(robot, now) {
            url.query_pairs_mut().append_pair(name, &value);
        }
        let body = body(robot, text, now).to_string();
        let send = |client: reqwest13::Client| {
            client.post(url).header("content-type", "application/json; charset=utf-8").body(body)
        };
        let answer = self.call(robot.target, send).await?;
        by_status(answer.status)?;
        judge(&answer.body)
    }
}

/// The body of a text.
fn body(robot: &Robot<'_>, text: &str, now: Instant) -> Value {
    match robot.kind {
        Purpose::Feishu => {
            let mut body = json!({ "msg_type": "text", "content": { "text": text } });
            if let (Some(secret), Some(fields)) = (robot.secret, body.as_object_mut()) {
                let at = now.timestamp().to_string();
                // Feishu's own way: the text that others sign is the key, and nothing is signed.
                let sign = signature(format!("{at}\n{secret}").as_bytes(), b"");
                fields.insert("timestamp".into(), at.into());
                fields.insert("sign".into(), sign.into());
            }
            body
        }
        _ => json!({ "msgtype": "text", "text": { "content": cut(text, WECOM_TEXT) } }),
    }
}

/// What is added to the address.
fn query(robot: &Robot<'_>, now: Instant) -> Vec<(&'static str, String)> {
    match (robot.kind, robot.secret) {
        (Purpose::DingTalk, Some(secret)) => {
            let at = now.timestamp_millis().to_string();
            let sign = signature(secret.as_bytes(), format!("{at}\n{secret}").as_bytes());
            vec![("timestamp", at), ("sign", sign)]
        }
        _ => Vec::new(),
    }
}

fn signature(key: &[u8], message: &[u8]) -> String {
    BASE64.encode(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), message))
}

/// At most so many bytes, whole characters.
fn cut(text: &str, most: usize) -> &str {
    let mut end = most.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// Robots answer 200 also when they refuse.
fn judge(answer: &[u8]) -> Result<(), Reason> {
    // Something else than a robot answered: it was taken in by whoever that is.
    let Ok(said) = serde_json::from_slice::<Said>(answer) else { return Err(Reason::RobotRefused) };
    match said.errcode.or(said.code).or(said.status_code) {
        Some(0) => Ok(()),
        // More than 20 a minute, in the words of the three.
        Some(45009 | 130_101 | 410_100 | 11232 | 9499) => Err(Reason::TooMany),
        _ => Err(Reason::RobotRefused),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outgoing::guard::Guard;
    use chrono::DateTime;

    fn at() -> Instant {
        DateTime::from_timestamp(1_599_360_473, 0).unwrap()
    }

    fn target() -> Target {
        Guard::default()
            .check(Purpose::DingTalk, "https://oapi.dingtalk.com/robot/send?access_token=x")
            .unwrap()
    }

    #[test]
    fn each_robot_gets_its_own_form() {
        let target = target();
        let robot = |kind, secret| Robot { kind, target: &target, secret };
        let text = json!({ "msgtype": "text", "text": { "content": "字" } });
        assert_eq!(body(&robot(Purpose::WeCom, None), "字", at()), text);
        assert_eq!(body(&robot(Purpose::DingTalk, Some("SEC")), "字", at()), text);
        assert_eq!(query(&robot(Purpose::WeCom, None), at()), []);
        let signed = query(&robot(Purpose::DingTalk, Some("SEC")), at());
        assert_eq!(signed[0], ("timestamp", "1599360473000".into()));
        // Worked out by another program.
        assert_eq!(signed[1], ("sign", "55oKSgVwKOyb9IAZyUszlLILUyQZG0/i+6BFw8M/1wk=".into()));
        let feishu = body(&robot(Purpose::Feishu, None), "字", at());
        assert_eq!(feishu, json!({ "msg_type": "text", "content": { "text": "字" } }));
        let signed = body(&robot(Purpose::Feishu, Some("demo")), "字", at());
        assert_eq!(signed["timestamp"], "1599360473");
        assert_eq!(signed["sign"], "l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8=");
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        let long = "字".repeat(1_000);
        let cut = cut(&long, WECOM_TEXT);
        assert_eq!((cut.len(), cut.chars().all(|c| c == '字')), (2046, true));
    }

    #[test]
    fn answers_are_judged_by_their_codes() {
        for (answer, outcome) in [
            (r#"{"errcode":0,"errmsg":"ok"}"#, Ok(())),
            (r#"{"code":0,"msg":"success","data":{}}"#, Ok(())),
            (r#"{"StatusCode":0,"StatusMessage":"success"}"#, Ok(())),
            (r#"{"errcode":45009,"errmsg":"api freq out of limit"}"#, Err(Reason::TooMany)),
            (r#"{"errcode":93000,"errmsg":"invalid webhook url"}"#, Err(Reason::RobotRefused)),
            (r#"{"errcode":310000,"errmsg":"sign not match"}"#, Err(Reason::RobotRefused)),
            (r#"{"code":19021,"msg":"sign match fail"}"#, Err(Reason::RobotRefused)),
            ("<html>hotel wifi</html>", Err(Reason::RobotRefused)),
            ("{}", Err(Reason::RobotRefused)),
            ("", Err(Reason::RobotRefused)),
        ] {
            assert_eq!(judge(answer.as_bytes()), outcome, "{answer}");
        }
    }
}
