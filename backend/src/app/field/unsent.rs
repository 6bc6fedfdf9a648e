//! The unsent board 未上传看板: what phones still hold. It is a safety board for the office, never a score.

use crate::{
    app::{App, AppResult, Caller},
    domain::people::permission::Action,
    store,
};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// The board.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct UnsentBoard {
    pub as_of: DateTime<Utc>,
    /// As phones are told: newest `server_seq` that survives the loss of this server. Without it they keep photos for 14 days.
    pub safe_through: Option<i64>,
    pub items: Vec<UnsentDevice>,
}

/// One phone.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct UnsentDevice {
    pub device_id: Uuid,
    pub device_name: String,
    pub person_id: Uuid,
    pub person_name: Option<String>,
    pub last_contact_at: DateTime<Utc>,
    pub sealed_through: i64,
    pub received_through: i64,
    pub held_operations: i32,
    pub held_files: i32,
    pub oldest_held_at: Option<DateTime<Utc>>,
    pub free_bytes: Option<i64>,
    pub persisted: Option<bool>,
    pub app_version: Option<String>,
    pub revoked: bool,
}

/// Every phone of the county, the ones that hold something first.
pub async fn board(app: &App, caller: &Caller) -> AppResult<UnsentBoard> {
    caller.require(Action::ReadUnsent)?;
    let county = caller.county()?;
    let read = app.store.read();
    let devices = store::field::phones::of_county(read, county).await?;
    let names =
        store::people::persons::names(read, devices.iter().map(|device| device.person_id).collect()).await?;
    let mut items: Vec<UnsentDevice> = devices
        .into_iter()
        .map(|device| UnsentDevice {
            person_name: names.get(&device.person_id).cloned(),
            device_id: device.id,
            device_name: device.name,
            person_id: device.person_id,
            last_contact_at: device.last_contact_at,
            sealed_through: device.sealed_through,
            received_through: device.last_seq,
            held_operations: device.held_operations,
            held_files: device.held_files,
            oldest_held_at: device.oldest_held_at,
            free_bytes: device.free_bytes,
            persisted: device.persisted,
            app_version: device.app_version,
            revoked: device.revoked_at.is_some(),
        })
        .collect();
    items.sort_by_key(|item| {
        let holds =
            item.held_operations > 0 || item.held_files > 0 || item.sealed_through > item.received_through;
        (!holds, item.last_contact_at)
    });
    Ok(UnsentBoard {
        as_of: app.clock.now(),
        safe_through: super::reconcile::safe_through(app, None).await?,
        items,
    })
}
