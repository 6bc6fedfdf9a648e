//! Resumable uploads as tus 1.0 asks for them, one request at a time, so that a test can stop anywhere.

use reqwest::Method;

use crate::http::{Answer, Http, send};
use crate::text::{base64, hex_digest};

/// An upload that the server knows.
#[derive(Debug, Clone)]
pub struct Upload {
    pub location: String,
}

/// Asks for an upload of these bytes.
pub async fn create(http: &Http, bytes: &[u8]) -> Answer {
    create_for(http, &hex_digest(bytes), bytes.len()).await
}

/// Asks for an upload by hash and length.
pub async fn create_for(http: &Http, sha256: &str, length: usize) -> Answer {
    let request = http
        .request(Method::POST, "/api/v1/uploads")
        .header("Tus-Resumable", "1.0.0")
        .header("Upload-Length", length)
        .header("Upload-Metadata", format!("sha256 {}", base64(sha256.as_bytes())));
    send(request).await
}

impl Upload {
    /// The upload that an answer to `create` names.
    pub fn of(answer: &Answer) -> Self {
        let location = answer.header("location").to_owned();
        assert!(!location.is_empty(), "an upload has a Location: {answer}");
        Self { location }
    }

    /// How many bytes the server has.
    pub async fn offset(&self, http: &Http) -> usize {
        let request = http.request(Method::HEAD, &self.location).header("Tus-Resumable", "1.0.0");
        let answer = send(request).await.expect(200);
        answer.header("upload-offset").parse().unwrap_or_else(|_| panic!("an offset: {answer}"))
    }

    /// Sends a piece that begins at `offset`.
    pub async fn patch(&self, http: &Http, offset: usize, piece: &[u8]) -> Answer {
        send(self.patch_request(http, offset, piece)).await
    }

    /// The same as a request, for headers of the test's own.
    pub fn patch_request(&self, http: &Http, offset: usize, piece: &[u8]) -> reqwest::RequestBuilder {
        http.request(Method::PATCH, &self.location)
            .header("Tus-Resumable", "1.0.0")
            .header("Upload-Offset", offset)
            .header("Content-Type", "application/offset+octet-stream")
            .body(piece.to_vec())
    }
}

/// Sends a whole file in pieces of `piece` bytes, from wherever the server is.
pub async fn upload(http: &Http, bytes: &[u8], piece: usize) {
    let created = create(http, bytes).await;
    assert!(matches!(created.status, 200 | 201), "{created}");
    let upload = Upload::of(&created);
    let mut offset = created.header("upload-offset").parse().unwrap_or(0);
    while offset < bytes.len() {
        let end = bytes.len().min(offset + piece);
        upload.patch(http, offset, &bytes[offset..end]).await.expect(204);
        offset = end;
    }
}
