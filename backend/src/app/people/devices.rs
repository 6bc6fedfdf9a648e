//! Devices: made and bound at sign-in, refused to anybody else, revoked when lost (decisions.md 4).

use super::{
    super::{App, AppError, AppResult, Caller},
    fresh_secret, hash_of,
    keeping::beyond,
};
use crate::{
    domain::{
        clock::Instant,
        people::{account, device_key::DeviceKey, permission::Action, scope::Scope},
        problem::{Code, Problem},
        random::Random,
    },
    store::{
        Tx, audit,
        people::{
            devices::{self, DeviceRow, Renewal, Seen},
            persons::{self, PersonRow},
            posts, sessions,
        },
    },
};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, ParsedPublicKey};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// What a client says about its local database.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct NewDevice {
    /// Made by the client, once for each local database.
    pub id: Uuid,
    /// What its person calls it, or the browser's name.
    pub name: String,
    pub public_key: DeviceKey,
    #[serde(default)]
    pub app_version: Option<String>,
}

/// What a device may send with, shown once.
#[derive(Debug, Clone)]
pub struct DeviceGrant {
    pub id: Uuid,
    pub send_credential: SecretString,
}

/// A device as its person and the office see it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct KnownDevice {
    pub id: Uuid,
    pub name: String,
    pub person_id: Uuid,
    pub person_name: Option<String>,
    pub app_version: Option<String>,
    /// What its browser says of itself: several of one person are told apart by it.
    pub user_agent: Option<String>,
    /// The one that asks.
    pub is_this: bool,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Instant,
    #[schema(value_type = String, format = DateTime)]
    pub last_contact_at: Instant,
    /// Set when it was reported lost; what it sealed before is taken in for 30 days more.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub revoked_at: Option<Instant>,
}

impl KnownDevice {
    fn of(row: DeviceRow, person_name: Option<String>, asking: Option<Uuid>) -> Self {
        Self {
            id: row.id,
            name: row.name,
            person_id: row.person_id,
            person_name,
            app_version: row.app_version,
            user_agent: row.user_agent,
            is_this: asking == Some(row.id),
            created_at: row.created_at,
            last_contact_at: row.last_contact_at,
            revoked_at: row.revoked_at,
        }
    }
}

/// A device that was judged, with its fresh credential: ready for the transaction.
pub(super) struct Binding {
    id: Uuid,
    name: String,
    public_key: String,
    app_version: Option<String>,
    user_agent: Option<String>,
    credential: SecretString,
}

impl Binding {
    /// Parses what the client says; makes the credential.
    pub fn new(device: NewDevice, user_agent: Option<String>, random: &dyn Random) -> AppResult<Self> {
        let wrong_key = || {
            Problem::field(
                "/device/public_key",
                "公钥不是曲线上的点",
                "The public key is no point of the curve",
            )
        };
        let point = device.public_key.point()?;
        ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).map_err(|_rejected| wrong_key())?;
        let app_version = device.app_version.map(|version| version.chars().take(64).collect());
        Ok(Self {
            id: device.id,
            name: account::shown_name("/device/name", &device.name)?,
            public_key: device.public_key.canonical(),
            app_version,
            user_agent,
            credential: fresh_secret(random),
        })
    }

    /// True when this very device is already the person's: a source that is no stranger.
    pub fn is_known(&self, known: Option<&DeviceRow>, person: Uuid) -> bool {
        known.is_some_and(|row| {
            row.person_id == person && row.public_key == self.public_key && row.revoked_at.is_none()
        })
    }

    pub fn id(&self) -> Uuid {
        self.id
    }

    /// Binds the device to the person, or renews the binding. Somebody else's device, or another key under a known id,
    /// is foreign; a revoked one stays revoked.
    pub async fn bind(&self, tx: &Tx, person: &PersonRow, at: Instant) -> AppResult<DeviceGrant> {
        let credential_hash = hash_of(self.credential.expose_secret());
        let row = DeviceRow {
            id: self.id,
            county_id: person.county_id,
            person_id: person.id,
            name: self.name.clone(),
            public_key: self.public_key.clone(),
            credential_hash: Some(credential_hash.clone()),
            created_at: at,
            revoked_at: None,
            last_contact_at: at,
            app_version: self.app_version.clone(),
            user_agent: self.user_agent.clone(),
            sealed_through: 0,
            last_seq: 0,
            held_operations: 0,
            held_files: 0,
            oldest_held_at: None,
            free_bytes: None,
            persisted: None,
            receipts: 0,
            last_receipt_hash: None,
        };
        if !devices::insert(tx, row).await? {
            let known = devices::get(tx, self.id).await?.ok_or(Code::ForeignDevice)?;
            if known.person_id != person.id || known.public_key != self.public_key {
                return Err(Code::ForeignDevice.into());
            }
            if known.revoked_at.is_some() {
                return Err(revoked().into());
            }
            let renewal = Renewal {
                name: self.name.clone(),
                credential_hash,
                app_version: self.app_version.clone(),
                user_agent: self.user_agent.clone(),
                at,
            };
            devices::renew(tx, self.id, renewal).await?;
        }
        Ok(DeviceGrant { id: self.id, send_credential: self.credential.clone() })
    }
}

fn revoked() -> Problem {
    Problem::new(Code::ForeignDevice).with_detail(
        "这台设备已被停用；未上传的内容 30 天内仍会自动送出。送完后请清除本机数据，再重新登录。",
        "This device was revoked; unsent work is still sent for 30 days. When it has gone, clear this device's data and sign in again.",
    )
}

impl App {
    /// Devices: one's own, and those of the people whose accounts one keeps.
    pub async fn devices(&self, caller: &Caller, words: Option<&str>) -> AppResult<Vec<KnownDevice>> {
        let words = words.map(str::trim).filter(|words| !words.is_empty());
        let rows = devices::list(self.store.read(), seen(caller)?, words).await?;
        let people = rows.iter().map(|row| row.person_id).collect();
        let names = persons::names(self.store.read(), people).await?;
        let show = |row: DeviceRow| {
            let name = names.get(&row.person_id).cloned();
            KnownDevice::of(row, name, caller.device_id)
        };
        Ok(rows.into_iter().map(show).collect())
    }

    /// Revokes a device (a lost phone): it seals nothing new that is taken in, its sessions end, and its send credential
    /// drains for 30 days.
    pub async fn revoke_device(&self, caller: &Caller, id: Uuid) -> AppResult<()> {
        let seen = seen(caller)?;
        let now = self.clock.now();
        self.store
            .write(async |tx| {
                let device = devices::seen(tx, seen, id).await?.ok_or(Code::NotFound)?;
                if let Some(scope @ Scope::Township { .. }) = seen.kept
                    && device.person_id != seen.own
                    && let Some(problem) = beyond(scope, &posts::not_ended(tx, device.person_id, now).await?)
                {
                    return Err(problem.into());
                }
                if devices::revoke(tx, id, now).await? {
                    sessions::revoke_of_device(tx, id, now, "device revoked").await?;
                    audit::append(tx, now, caller.audit("device.revoke", "devices", id)).await?;
                }
                Ok::<_, AppError>(())
            })
            .await?;
        self.forget();
        Ok(())
    }
}

/// Own devices for everybody; whoever looks after lost phones also sees those of the people in his care.
fn seen(caller: &Caller) -> AppResult<Seen> {
    caller.county()?;
    let keeps = caller.post.as_ref().is_some_and(|post| Action::KeepDevices.allows(post.role));
    Ok(Seen { own: caller.person_id, kept: keeps.then(|| caller.scope()).transpose()? })
}
