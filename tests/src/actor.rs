//! People who use the system: each logs in, acts under a post, and may carry a phone.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use lalian::domain::clock::Clock as _;
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::clock::TestClock;
use crate::http::{Answer, Http, send, try_send};
use crate::phone::{Draft, Phone, Sealed};
use crate::receipt;
use crate::tus;

/// The size of a piece of an upload.
const PIECE: usize = 256 * 1024;

/// How somebody logs in.
#[derive(Debug, Clone)]
pub struct Login {
    pub login: String,
    pub password: String,
}

/// Somebody who is logged in.
#[derive(Debug)]
pub struct Actor {
    pub http: Http,
    /// What the server said at login.
    pub me: Value,
    pub login: Login,
    pub phone: Option<Phone>,
    /// The `Cookie` value of the refresh token.
    pub cookie: String,
    clock: Option<Arc<TestClock>>,
}

impl Actor {
    /// Logs in at a desk.
    pub async fn at_desk(http: &Http, login: &Login) -> Self {
        Self::log_in(http, login, None).await
    }

    /// Logs in on a phone of this seed, which registers its key.
    pub async fn on_phone(http: &Http, login: &Login, seed: &str) -> Self {
        Self::log_in(http, login, Some(Phone::new(seed))).await
    }

    /// Comes in at a pane of the demo's stand, where nobody types a password.
    pub async fn at_pane(http: &Http, phone: Option<Phone>) -> Self {
        let mut body = json!({});
        if let Some(phone) = &phone {
            body["device"] = phone.registration();
        }
        let answer = http.post("/api/v1/demo/session", &body).await.expect(200);
        let login = Login { login: answer.text("/person/login"), password: String::new() };
        Self::came_in(http, login, phone, &answer)
    }

    async fn log_in(http: &Http, login: &Login, phone: Option<Phone>) -> Self {
        let mut body = json!({ "login": login.login, "password": login.password });
        if let Some(phone) = &phone {
            body["device"] = phone.registration();
        }
        let answer = http.post("/api/v1/session", &body).await.expect(200);
        Self::came_in(http, login.clone(), phone, &answer)
    }

    fn came_in(http: &Http, login: Login, phone: Option<Phone>, answer: &Answer) -> Self {
        let cookie = cookie_of(answer);
        let http = http.with("authorization", &format!("Bearer {}", answer.text("/access_token")));
        Self { http, me: answer.json(), login, phone, cookie, clock: None }
    }

    /// Takes the time from this clock.
    #[must_use]
    pub fn with_clock(mut self, clock: &Arc<TestClock>) -> Self {
        self.clock = Some(Arc::clone(clock));
        self
    }

    /// The same person through another door.
    #[must_use]
    pub fn through(mut self, base: impl Into<String>) -> Self {
        self.http = self.http.through(base);
        self
    }

    /// Acts under another of the posts.
    #[must_use]
    pub fn acting_as(mut self, post: Uuid) -> Self {
        self.http = self.http.with("lalian-post", &post.to_string());
        self
    }

    /// The same phone with no session, only the credential to send what its author sealed.
    pub fn sending_only(&self) -> Http {
        let phone = self.phone.as_ref().expect("only a phone has a send credential");
        let credential = self.me.pointer("/device/send_credential").and_then(Value::as_str);
        let credential = credential.unwrap_or_else(|| panic!("no send credential: {}", self.me));
        self.http.with("authorization", &format!("Device {}:{credential}", phone.id))
    }

    /// What time it is for this person.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.as_ref().map_or_else(Utc::now, |clock| clock.now())
    }

    /// Who.
    pub fn person(&self) -> Uuid {
        self.id_at("/person/id")
    }

    /// The first post.
    pub fn post(&self) -> Uuid {
        self.id_at("/posts/0/id")
    }

    /// The unit of the first post.
    pub fn unit(&self) -> Uuid {
        self.id_at("/posts/0/unit_id")
    }

    fn id_at(&self, pointer: &str) -> Uuid {
        let id = self.me.pointer(pointer).and_then(Value::as_str).and_then(|text| text.parse().ok());
        id.unwrap_or_else(|| panic!("no id at {pointer} of {}", self.me))
    }

    /// Begins an operation of this kind, such as `ticket.accept/1`.
    pub fn draft(&self, kind: &str, payload: Value) -> Draft<'_> {
        Draft::new(self.phone.as_ref(), (self.person(), self.post()), kind, payload, self.now())
    }

    /// Seals and sends work without photos.
    pub async fn operate(&self, kind: &str, payload: Value) -> Answer {
        self.put(&self.draft(kind, payload).seal()).await
    }

    /// Sends the sealed bytes once; the photos stay where they are.
    pub async fn put(&self, sealed: &Sealed) -> Answer {
        put(&self.http, sealed).await
    }

    /// Sends the sealed bytes, then every photo that the server misses, then fetches the receipt.
    pub async fn send(&self, sealed: &Sealed) -> (Answer, String) {
        let answer = self.put(sealed).await;
        assert!(matches!(answer.status, 200 | 201), "{answer}");
        self.upload_missing(sealed, &answer.at("/missing")).await;
        let receipt = self.receipt(sealed.id).await.expect(200).text("/receipt");
        (answer, receipt)
    }

    /// Uploads those photos of the operation whose hashes are listed.
    pub async fn upload_missing(&self, sealed: &Sealed, missing: &Value) {
        let missing = missing.as_array().map(Vec::as_slice).unwrap_or_default();
        for photo in sealed.photos.iter().filter(|photo| missing.contains(&json!(photo.sha256()))) {
            self.upload(&photo.bytes).await;
        }
    }

    /// Uploads one file in pieces.
    pub async fn upload(&self, bytes: &[u8]) {
        tus::upload(&self.http, bytes, PIECE).await;
    }

    /// Asks to upload a file, and hears what the server says.
    pub async fn try_upload(&self, bytes: &[u8]) -> Answer {
        tus::create(&self.http, bytes).await
    }

    /// The receipt: 202 while files are missing, then 200.
    pub async fn receipt(&self, operation: Uuid) -> Answer {
        self.http.get(&format!("/api/v1/operations/{operation}/receipt")).await
    }

    /// The claims of an operation's receipt, checked against the published keys and against the operation itself.
    pub async fn verified_receipt(&self, sealed: &Sealed) -> Value {
        let text = self.receipt(sealed.id).await.expect(200).text("/receipt");
        let claims =
            receipt::verify(&text, &receipt::published_keys(&self.http).await).expect("a valid receipt");
        assert_eq!(claims["sub"], json!(sealed.id));
        assert_eq!(claims["hash"], json!(format!("sha-256:{}", sealed.sha256())));
        let named = claims["files"].as_array().map_or(0, Vec::len);
        assert_eq!(named, sealed.photos.len(), "every photo stands in the receipt: {claims}");
        claims
    }

    /// Everything in the working set, page by page.
    pub async fn snapshot(&self) -> Vec<Value> {
        let (mut rows, mut page) = (Vec::new(), String::new());
        loop {
            let path = if page.is_empty() { "?".to_owned() } else { format!("?page={page}") };
            let answer = self.http.get(&format!("/api/v1/sync/snapshot{path}")).await.expect(200).json();
            rows.extend(answer["rows"].as_array().expect("rows").iter().cloned());
            match answer["next"].as_str() {
                Some(next) => next.clone_into(&mut page),
                None => return rows,
            }
        }
    }

    /// What the feed tells after a cursor, to its end.
    pub async fn told_since(&self, cursor: &str) -> Vec<Value> {
        let (mut changes, mut cursor) = (Vec::new(), cursor.to_owned());
        loop {
            let feed = self.http.get(&format!("/api/v1/sync?cursor={cursor}")).await.expect(200).json();
            changes.extend(feed["changes"].as_array().expect("changes").iter().cloned());
            feed["cursor"].as_str().expect("a cursor").clone_into(&mut cursor);
            if feed["more"] == false {
                return changes;
            }
        }
    }

    /// The rows of one noun in the working set.
    pub async fn rows(&self, noun: &str) -> Vec<Value> {
        let all = self.snapshot().await;
        all.into_iter().filter(|row| row["noun"] == noun).map(|row| row["row"].clone()).collect()
    }

    /// Every item of a list, page by page.
    pub async fn list(&self, path: &str) -> Vec<Value> {
        let (mut items, mut cursor) = (Vec::new(), String::new());
        let joint = if path.contains('?') { '&' } else { '?' };
        loop {
            let answer = self.http.get(&format!("{path}{joint}limit=200{cursor}")).await.expect(200).json();
            items.extend(answer["items"].as_array().expect("items").iter().cloned());
            match answer["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return items,
            }
        }
    }
}

/// PUT of sealed bytes, by whoever `http` is.
pub async fn put(http: &Http, sealed: &Sealed) -> Answer {
    send(put_request(http, sealed)).await
}

/// The same, on a network that may lose the answer.
pub async fn try_put(http: &Http, sealed: &Sealed) -> Option<Answer> {
    try_send(put_request(http, sealed)).await.ok()
}

/// The request that carries sealed bytes.
pub fn put_request(http: &Http, sealed: &Sealed) -> reqwest::RequestBuilder {
    let mut request = http.request(Method::PUT, &format!("/api/v1/operations/{}", sealed.id));
    request = request.header("content-type", "application/json").body(sealed.bytes.clone());
    if let Some(signature) = &sealed.signature {
        request = request.header("lalian-signature", signature);
    }
    if let Some(through) = sealed.sealed_through {
        request = request.header("lalian-sealed-through", through);
    }
    request
}

/// `name=value` of the cookie that an answer sets; empty when it sets none.
pub fn cookie_of(answer: &Answer) -> String {
    answer.header("set-cookie").split(';').next().unwrap_or_default().to_owned()
}
