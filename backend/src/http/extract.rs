//! What handlers take from a request: parsed, bounded, and refused in words that name the field.
//!
//! The door (`super::door`) has already judged length, type and caller, so nothing here reads a byte for a stranger.

use super::problem::Failure;
use crate::{
    app::Once,
    domain::{
        field::media::Sha256,
        problem::{Code, Problem, pointer},
    },
};
use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Decompress, dev::Payload};
use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt, future::LocalBoxFuture};
use serde::de::DeserializeOwned;
use serde_path_to_error::Segment;
use sha2::Digest;
use std::{future::Ready, time::Duration};

/// The most that a route reads, put beside the request by the door.
#[derive(Debug, Clone, Copy)]
pub struct BodyLimit(pub usize);

/// A body may take this long to arrive: 256 KB at 30 kbit/s is 70 s.
const PATIENCE: Duration = Duration::from_mins(3);

/// The decoded entity as it came (gzip undone), for doors that hash and keep it.
pub struct Entity(pub Bytes);

/// A JSON body.
pub struct Json<T>(pub T);

/// A JSON body of a desk write, with the key that makes it happen once (`Idempotency-Key`).
pub struct Write<T> {
    pub body: T,
    pub once: Once,
}

/// Parameters after the question mark.
pub struct Query<T>(pub T);

/// Parameters inside the address. What cannot be one is not found.
pub struct Path<T>(pub T);

impl FromRequest for Entity {
    type Error = Failure;
    type Future = LocalBoxFuture<'static, Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let reading = read(request, payload);
        Box::pin(async move { Ok(Self(reading.await?)) })
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for Json<T> {
    type Error = Failure;
    type Future = LocalBoxFuture<'static, Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let reading = read(request, payload);
        Box::pin(async move { Ok(Self(parse(&reading.await?)?)) })
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for Write<T> {
    type Error = Failure;
    type Future = LocalBoxFuture<'static, Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let key = idempotency_key(request);
        let request_line = format!("{} {}\n", request.method(), request.uri());
        let reading = read(request, payload);
        Box::pin(async move {
            let key = key?;
            let bytes = reading.await?;
            let body = parse(&bytes)?;
            Ok(Self { body, once: once(key, &request_line, &bytes) })
        })
    }
}

/// A desk write without a body.
impl FromRequest for Once {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request_line = format!("{} {}\n", request.method(), request.uri());
        std::future::ready(
            idempotency_key(request).map(|key| once(key, &request_line, b"")).map_err(Failure::from),
        )
    }
}

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready(parse_query(request.query_string()).map(Self).map_err(Failure::from))
    }
}

impl<T: DeserializeOwned> FromRequest for Path<T> {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let parsed = actix_web::web::Path::<T>::extract(request).into_inner();
        std::future::ready(
            parsed.map(|path| Self(path.into_inner())).map_err(|_not_one| Code::NotFound.into()),
        )
    }
}

impl Once {
    /// The same intention with the bytes that came with it, for bodies that are no JSON.
    #[must_use]
    pub fn over(self, body: &[u8]) -> Self {
        once(self.key, &self.fingerprint, body)
    }
}

fn once(key: String, request_line: &str, body: &[u8]) -> Once {
    let digest = sha2::Sha256::new().chain_update(request_line).chain_update(body).finalize();
    Once { key, fingerprint: Sha256::new(digest.into()).to_string() }
}

fn idempotency_key(request: &HttpRequest) -> Result<String, Problem> {
    let value =
        request.headers().get("idempotency-key").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let plain = value.bytes().all(|byte| byte.is_ascii_graphic());
    if plain && (1..=64).contains(&value.len()) {
        return Ok(value.to_owned());
    }
    Err(Problem::new(Code::Malformed).with_field(
        "Idempotency-Key",
        "请为每次提交带上 1 到 64 个可见字符的编号",
        "Send 1 to 64 visible characters, one key for each intended change",
    ))
}

/// Reads the body up to the route's limit.
fn read(
    request: &HttpRequest,
    payload: &mut Payload,
) -> impl Future<Output = Result<Bytes, Problem>> + use<> {
    let limit = request.extensions().get::<BodyLimit>().map_or(0, |limit| limit.0);
    let mut stream = Decompress::from_headers(payload.take(), request.headers());
    async move {
        let collect = async {
            let mut body = BytesMut::new();
            while let Some(chunk) = stream.next().await {
                let chunk = chunk.map_err(|_cut_off| Problem::from(Code::Malformed))?;
                if body.len() + chunk.len() > limit {
                    return Err(too_large(limit));
                }
                body.extend_from_slice(&chunk);
            }
            Ok(body.freeze())
        };
        tokio::time::timeout(PATIENCE, collect).await.unwrap_or(Err(Code::Timeout.into()))
    }
}

pub fn too_large(limit: usize) -> Problem {
    Problem::new(Code::TooLarge)
        .with_detail(format!("上限为 {limit} 字节。"), format!("The limit is {limit} bytes."))
}

/// JSON into a type, or a problem that names the place.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    if escapes_nul(bytes) {
        return Err(Problem::field(
            "",
            "内容含有不能保存的控制字符",
            "Contains a control character that cannot be kept",
        ));
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = steps(error.path());
        let cause = error.into_inner();
        match cause.classify() {
            serde_json::error::Category::Data => wrong_field(Code::InvalidField, path, &cause.to_string()),
            _ => malformed(&cause),
        }
    })?;
    reader.end().map_err(|error| malformed(&error))?;
    Ok(value)
}

pub(super) fn parse_query<T: DeserializeOwned>(query: &str) -> Result<T, Problem> {
    let pairs = url::form_urlencoded::parse(query.as_bytes());
    serde_path_to_error::deserialize(serde_urlencoded::Deserializer::new(pairs)).map_err(|error| {
        let path = steps(error.path());
        let mut problem = wrong_field(Code::Malformed, path, &error.into_inner().to_string());
        for error in &mut problem.errors {
            error.field = error.field.trim_start_matches('/').to_owned();
        }
        problem
    })
}

fn malformed(cause: &serde_json::Error) -> Problem {
    let (line, column) = (cause.line(), cause.column());
    Problem::new(Code::Malformed).with_detail(
        format!("第 {line} 行第 {column} 列附近不是完整的 JSON。"),
        format!("Not well-formed JSON near line {line}, column {column}."),
    )
}

fn steps(path: &serde_path_to_error::Path) -> Vec<String> {
    path.iter()
        .filter_map(|segment| match segment {
            Segment::Seq { index } => Some(index.to_string()),
            Segment::Map { key } => Some(key.clone()),
            Segment::Enum { .. } | Segment::Unknown => None,
        })
        .collect()
}

/// Puts serde's English sentence into our words; what the sender wrote is never echoed.
fn wrong_field(code: Code, mut path: Vec<String>, message: &str) -> Problem {
    let message = message.split(" at line ").next().unwrap_or_default();
    let quoted = || message.split('`').nth(1).unwrap_or_default().to_owned();
    let expected = message.split_once(", expected ").map(|(_, expected)| expected);
    let (zh, en) = if message.starts_with("missing field") {
        path.push(quoted());
        ("必填".to_owned(), "Required".to_owned())
    } else if message.starts_with("unknown field") {
        if path.last() != Some(&quoted()) {
            path.push(quoted());
        }
        ("没有这个字段，请去掉".to_owned(), "No such field; remove it".to_owned())
    } else if let Some(expected) = expected {
        (format!("应为：{expected}"), format!("Expected {expected}"))
    } else {
        ("格式或取值不对".to_owned(), "Not in the right form".to_owned())
    };
    Problem::new(code).with_field(pointer(path), zh, en)
}

/// True for an escaped NUL, which is proper JSON and which PostgreSQL cannot keep.
pub fn escapes_nul(bytes: &[u8]) -> bool {
    const ESCAPE: &[u8] = br"\u0000";
    bytes.windows(ESCAPE.len()).enumerate().any(|(at, window)| {
        window == ESCAPE && bytes[..at].iter().rev().take_while(|byte| **byte == b'\\').count() % 2 == 0
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Visit {
        #[expect(dead_code, reason = "only parsed")]
        answers: Vec<AnswerRow>,
    }

    #[derive(Debug, Deserialize)]
    struct AnswerRow {
        #[expect(dead_code, reason = "only parsed")]
        value: u8,
        #[expect(dead_code, reason = "only parsed")]
        #[serde(default)]
        kind: Option<Kind>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Kind {
        Pass,
        Fail,
    }

    fn named(body: &str) -> (Code, String) {
        let problem = parse::<Visit>(body.as_bytes()).unwrap_err();
        (problem.code, problem.errors.first().map(|error| error.field.clone()).unwrap_or_default())
    }

    #[test]
    fn a_wrong_field_is_named_by_its_path() {
        let invalid = |field: &str| (Code::InvalidField, field.to_owned());
        assert_eq!(named(r#"{"answers":[{"value":1},{"value":"x"}]}"#), invalid("/answers/1/value"));
        assert_eq!(named(r#"{"answers":[{"value":256}]}"#), invalid("/answers/0/value"));
        assert_eq!(named(r#"{"answers":[{}]}"#), invalid("/answers/0/value"));
        assert_eq!(named(r#"{"answers":[{"value":1,"kind":"maybe"}]}"#), invalid("/answers/0/kind"));
        assert_eq!(named(r#"{"answers":[],"more":1}"#), invalid("/more"));
        assert_eq!(named("{}"), invalid("/answers"));
        assert_eq!(named("[]"), invalid(""));
        assert_eq!(named(r#"{"answers":[],"a":"\u0000"}"#), invalid(""));
    }

    #[test]
    fn broken_json_is_malformed_with_its_place() {
        for body in ["", "{", r#"{"answers":[]} trailing"#, "{\"answers\":[\u{0}]}", "nul"] {
            assert_eq!(named(body).0, Code::Malformed, "{body}");
        }
        let problem = parse::<Visit>(b"{\n  \"answers\": [}").unwrap_err();
        assert!(problem.detail.unwrap().1.contains("line 2"));
    }

    #[test]
    fn the_sender_s_text_is_never_echoed() {
        let problem = parse::<Visit>(br#"{"answers":[{"value":"<script>13800000000"}]}"#).unwrap_err();
        let said = format!("{problem:?}");
        assert!(!said.contains("script") && !said.contains("138"), "{said}");
    }

    #[test]
    fn a_query_names_its_parameter() {
        #[derive(Debug, Deserialize)]
        struct Page {
            #[expect(dead_code, reason = "only parsed")]
            limit: Option<u16>,
        }
        assert!(parse_query::<Page>("limit=5&other=x").is_ok());
        let problem = parse_query::<Page>("limit=many").unwrap_err();
        assert_eq!((problem.code, problem.errors[0].field.as_str()), (Code::Malformed, "limit"));
    }

    #[test]
    fn an_escaped_backslash_before_u0000_is_text() {
        assert!(escapes_nul(br#""a\u0000""#));
        assert!(!escapes_nul(br#""a\\u0000""#));
        assert!(escapes_nul(br#""a\\\u0000""#));
        assert!(!escapes_nul(br#""u0000""#));
    }

    #[test]
    fn the_fingerprint_covers_request_and_body() {
        let print = |line: &str, body: &[u8]| once("k".into(), line, body).fingerprint;
        assert_eq!(print("POST /a\n", b"1"), print("POST /a\n", b"1"));
        assert_ne!(print("POST /a\n", b"1"), print("POST /b\n", b"1"));
        assert_ne!(print("POST /a\n", b"1"), print("POST /a\n", b"2"));
        assert_eq!(print("", b"").len(), 64);
    }
}
