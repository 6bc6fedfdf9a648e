//! Resumable uploads as tus 1.0 asks for them, one request at a time, so that a test can stop anywhere.

use reqwest::Method;

use crate::http::{Answer, Http, send, try_send};
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
    send(creation(http, sha256, length)).await
}

fn creation(http: &Http, sha256: &str, length: usize) -> reqwest::RequestBuilder {
    http.request(Method::POST, "/api/v1/uploads")
        .header("Tus-Resumable", "1.0.0")
        .header("Upload-Length", length)
        .header("Upload-Metadata", format!("sha256 {}", base64(sha256.as_bytes())))
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

/// The same on a network or against a server that may go away; true when the server has said that it has every byte.
pub async fn try_upload(http: &Http, bytes: &[u8]) -> bool {
    let Ok(created) = try_send(creation(http, &hex_digest(bytes), bytes.len())).await else { return false };
    if !matches!(created.status, 200 | 201) {
        return false;
    }
    let offset: usize = created.header("upload-offset").parse().unwrap_or(0);
    if offset == bytes.len() {
        return true;
    }
    let rest = Upload::of(&created).patch_request(http, offset, &bytes[offset..]);
    try_send(rest).await.is_ok_and(|answer| answer.status == 204)
}
