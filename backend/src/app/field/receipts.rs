//! Receipts: signed once when an operation is complete, chained per device under a lock on the device's row.

use crate::{
    app::{App, AppError, AppResult},
    domain::{
        clock::Instant,
        field::{
            envelope,
            receipt::{AUDIENCE, ISSUER, Receipt, ReceiptDevice, ReceiptFile, named_hash},
        },
    },
    store::{
        self, Tx,
        field::{
            operations::OperationRow,
            phones::{Chain, Contact},
        },
    },
};
use uuid::Uuid;

/// What a receipt is about.
pub struct Subject<'a> {
    pub operation_id: Uuid,
    pub server_seq: i64,
    pub county_id: Uuid,
    pub person_id: Uuid,
    pub kind: &'a str,
    pub hash: &'a str,
    pub status: &'a str,
    pub outcome: &'a str,
    pub accepted_at: Instant,
    pub device: Option<(Uuid, i64)>,
    pub files: Vec<ReceiptFile>,
}

/// Signs. The caller stores the text and the new end of the device's chain in the same transaction.
pub async fn sign(
    app: &App,
    tx: &Tx,
    subject: Subject<'_>,
    now: Instant,
) -> AppResult<(String, Option<Chain>)> {
    let chain = match subject.device {
        Some((device, _)) => store::field::phones::lock_chain(tx, device).await?,
        None => None,
    };
    let no = chain.as_ref().map_or(0, |chain| chain.receipts + 1);
    let claims = Receipt {
        iss: ISSUER.into(),
        aud: AUDIENCE.into(),
        sub: subject.operation_id,
        iat: now.timestamp(),
        epoch: super::facts::epoch(app, tx).await?,
        county_id: subject.county_id,
        person_id: subject.person_id,
        server_seq: subject.server_seq,
        kind: subject.kind.to_owned(),
        hash: named_hash(subject.hash),
        status: subject.status.to_owned(),
        outcome: subject.outcome.to_owned(),
        accepted_at: subject.accepted_at,
        device: subject.device.map(|(id, seq)| ReceiptDevice { id, seq }),
        files: subject.files,
        no,
        prev: chain.as_ref().and_then(|chain| chain.last_hash.clone()),
    };
    let text = app.keys.sign_receipt(&claims)?;
    let last_hash = named_hash(&envelope::hash(text.as_bytes()));
    Ok((text, chain.map(|_| Chain { receipts: no, last_hash: Some(last_hash) })))
}

/// After files arrived: signs the receipt of an operation that waits for nothing more. Idempotent.
pub async fn complete_if_ready(app: &App, tx: &Tx, operation_id: Uuid, now: Instant) -> AppResult<()> {
    let Some(row) = store::field::operations::find(tx, operation_id).await? else { return Ok(()) };
    if row.receipt.is_some() {
        return Ok(());
    }
    let missing = store::field::named::missing(tx, operation_id).await?;
    if !missing.is_empty() {
        let left = i32::try_from(missing.len()).unwrap_or(i32::MAX);
        return Ok(store::field::operations::set_missing(tx, operation_id, left).await?);
    }
    // What was waived is not durable, so nothing is signed until it has come after all.
    if !store::field::named::all_stored(tx, operation_id).await? {
        return Ok(());
    }
    let (text, chain) = sign_row(app, tx, &row, now).await?;
    if let Some(device) = row.device_id {
        store::field::phones::contact(tx, device, now, Contact { chain, ..Contact::default() }).await?;
    }
    Ok(store::field::operations::complete(tx, operation_id, now, text).await?)
}

async fn sign_row(
    app: &App,
    tx: &Tx,
    row: &OperationRow,
    now: Instant,
) -> AppResult<(String, Option<Chain>)> {
    let files = store::field::named::of_operation(tx, row.id)
        .await?
        .into_iter()
        .map(|file| ReceiptFile {
            file_id: file.file_id,
            hash: named_hash(&file.sha256),
            bytes: file.bytes,
            erased: file.state == "erased",
        })
        .collect();
    let subject = Subject {
        operation_id: row.id,
        server_seq: row.server_seq,
        county_id: row.county_id,
        person_id: row.person_id,
        kind: &row.kind,
        hash: &row.hash,
        status: &row.status,
        outcome: &row.outcome,
        accepted_at: row.accepted_at,
        device: row.device_id.zip(row.device_seq),
        files,
    };
    sign(app, tx, subject, now).await
}

/// The receipt of an operation that the caller may see: the text, or what is still missing.
pub enum ReceiptState {
    Signed(String),
    Waiting(Vec<String>),
}

/// Reads the receipt of one's own operation.
pub async fn read(app: &App, caller: &crate::app::Caller, operation_id: Uuid) -> AppResult<ReceiptState> {
    let row = super::operations::own(app, caller, operation_id).await?;
    match row.receipt {
        Some(text) => Ok(ReceiptState::Signed(text)),
        None => Ok(ReceiptState::Waiting(
            store::field::named::missing(app.store.read(), operation_id).await.map_err(AppError::from)?,
        )),
    }
}
