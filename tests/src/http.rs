//! A request and its answer, with failures that say what the server said.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, ClientBuilder, Method, RequestBuilder};
use serde_json::Value;

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
    asked: String,
}

impl Answer {
    /// The JSON body, or null when there is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or(Value::Null)
    }

    /// One value of the JSON body by its pointer, such as `/items/0/id`; null when absent.
    pub fn at(&self, pointer: &str) -> Value {
        self.json().pointer(pointer).cloned().unwrap_or(Value::Null)
    }

    /// A string of the JSON body by its pointer.
    pub fn text(&self, pointer: &str) -> String {
        self.at(pointer).as_str().unwrap_or_else(|| panic!("no text at {pointer}: {self}")).to_owned()
    }

    /// A header as text; empty when absent.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The body, when the status is the expected one.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self}");
        self
    }

    /// A problem of this status and code, with words in both languages.
    #[track_caller]
    pub fn expect_problem(self, status: u16, code: &str) -> Self {
        assert_eq!((self.status, self.at("/code").as_str()), (status, Some(code)), "{self}");
        assert!(self.header("content-type").starts_with("application/problem+json"), "{self}");
        for words in ["/title_zh", "/title_en", "/next_zh", "/next_en"] {
            assert!(
                self.at(words).as_str().is_some_and(|text| !text.is_empty()),
                "{words} is missing: {self}"
            );
        }
        self
    }

    /// A refusal of sealed work: kept with its number, and said why.
    #[track_caller]
    pub fn expect_refusal(self, why: &str) -> Self {
        let answer = self.expect_problem(422, "refused");
        assert_eq!(answer.at("/refusal").as_str(), Some(why), "{answer}");
        assert!(answer.at("/server_seq").is_number(), "{answer}");
        answer
    }
}

impl std::fmt::Display for Answer {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let body = String::from_utf8_lossy(&self.bytes[..self.bytes.len().min(2_000)]);
        write!(out, "{} -> {} {body}", self.asked, self.status)
    }
}

/// What every client is: it follows nothing and goes through nobody.
fn client() -> ClientBuilder {
    // Fails where another client of this process has chosen it already.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy()
}

/// A client of one base URL with headers of its own.
#[derive(Debug, Clone)]
pub struct Http {
    client: Client,
    base: String,
    headers: HeaderMap,
}

impl Http {
    /// Talks to `base`, such as `http://127.0.0.1:4711`.
    pub fn new(base: impl Into<String>) -> Self {
        Self::of(client(), base)
    }

    /// Talks to `base` over TLS and believes this certificate (PEM) only.
    pub fn trusting(base: impl Into<String>, certificate: &str) -> Self {
        let certificate = reqwest::Certificate::from_pem(certificate.as_bytes()).expect("a certificate");
        Self::of(client().https_only(true).add_root_certificate(certificate), base)
    }

    /// The same from one of the addresses of this machine (on Linux all of 127/8 are), as another client would.
    pub fn trusting_from(from: std::net::IpAddr, base: impl Into<String>, certificate: &str) -> Self {
        let certificate = reqwest::Certificate::from_pem(certificate.as_bytes()).expect("a certificate");
        Self::of(client().https_only(true).add_root_certificate(certificate).local_address(from), base)
    }

    fn of(client: ClientBuilder, base: impl Into<String>) -> Self {
        Self { client: client.build().expect("a client"), base: base.into(), headers: HeaderMap::new() }
    }

    /// The base URL.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The same client with another base: another door to the same server.
    #[must_use]
    pub fn through(&self, base: impl Into<String>) -> Self {
        // A client of its own, because a pooled connection would go around the other door's faults.
        Self { headers: self.headers.clone(), ..Self::new(base) }
    }

    /// The same client with one more header on every request; an empty value removes it.
    #[must_use]
    pub fn with(&self, name: &str, value: &str) -> Self {
        let mut other = self.clone();
        let name = HeaderName::try_from(name).expect("a header name");
        if value.is_empty() {
            other.headers.remove(name);
        } else {
            other.headers.insert(name, HeaderValue::from_str(value).expect("a header value"));
        }
        other
    }

    /// A request of this method; `path` begins at the host unless it is a whole URL.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.base) };
        self.client.request(method, url).headers(self.headers.clone())
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Answer {
        send(self.request(Method::GET, path)).await
    }

    /// POST of JSON.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        send(self.request(Method::POST, path).json(body)).await
    }

    /// DELETE.
    pub async fn delete(&self, path: &str) -> Answer {
        send(self.request(Method::DELETE, path)).await
    }
}

/// Sends a request that must get some answer.
pub async fn send(request: RequestBuilder) -> Answer {
    try_send(request).await.expect("an answer")
}

/// Sends a request that may get none.
pub async fn try_send(request: RequestBuilder) -> Result<Answer, reqwest::Error> {
    let (client, request) = request.build_split();
    let request = request?;
    let asked = format!("{} {}", request.method(), request.url());
    let response = client.execute(request).await?;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Ok(Answer { status, headers, bytes: response.bytes().await?.to_vec(), asked })
}
