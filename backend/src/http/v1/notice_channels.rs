//! `/api/v1/notices/channels`, `/messages` and `/mail`: where units are told outside, and what became of each message.

use crate::{
    app::{
        App, Caller, Once,
        notices::{
            channels::{AddressInput, ChannelView, NewChannel},
            mail::{MailSecurity, MailView, NewMail},
            messages::MessageView,
        },
    },
    domain::{
        notices::message::{ChannelKind, MessageState},
        page::Page,
        people::role::UnitKind,
    },
    http::{
        extract::{Path, Query, Write},
        paging::page,
        problem::Answer,
    },
};
use actix_web::{HttpResponse, web};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// The county's channels, oldest first; addresses are masked.
#[utoipa::path(get, path = "/api/v1/notices/channels", tag = "notice_channels",
    responses((status = 200, description = "All of them", body = Page<ChannelView>)))]
pub async fn list(app: web::Data<App>, caller: Caller) -> Answer<web::Json<Page<ChannelView>>> {
    Ok(web::Json(Page { items: app.channels(&caller).await?, next: None }))
}

/// A new channel.
#[derive(Deserialize, ToSchema)]
pub struct NewChannelBody {
    kind: ChannelKind,
    name: String,
    unit_kind: UnitKind,
    unit_id: Uuid,
    /// Of a robot.
    #[serde(default)]
    url: Option<String>,
    /// DingTalk and Feishu: the secret of the signature.
    #[serde(default)]
    secret: Option<String>,
    /// Of mail boxes, 1 to 20.
    #[serde(default)]
    addresses: Option<Vec<String>>,
}

/// Adds a channel.
#[utoipa::path(post, path = "/api/v1/notices/channels", tag = "notice_channels", params(("Idempotency-Key" = String, Header)), request_body = NewChannelBody,
    responses((status = 201, description = "Added", body = ChannelView), (status = 422, description = "invalid_field")))]
pub async fn add(app: web::Data<App>, caller: Caller, write: Write<NewChannelBody>) -> Answer {
    let NewChannelBody { kind, name, unit_kind, unit_id, url, secret, addresses } = write.body;
    let new = NewChannel {
        kind,
        name,
        unit: (unit_kind, unit_id),
        address: AddressInput { url, secret, addresses },
    };
    Ok(HttpResponse::Created().json(app.add_channel(&caller, &write.once, &new).await?))
}

/// A channel as it is to be; an address that is not said stays.
#[derive(Deserialize, ToSchema)]
pub struct ChannelBody {
    version: i32,
    name: String,
    paused: bool,
    #[serde(default)]
    url: Option<String>,
    /// An empty one removes it.
    #[serde(default)]
    secret: Option<String>,
    #[serde(default)]
    addresses: Option<Vec<String>>,
}

/// Changes a channel over the version that was seen.
#[utoipa::path(put, path = "/api/v1/notices/channels/{id}", tag = "notice_channels", params(("id" = Uuid, Path), ("Idempotency-Key" = String, Header)), request_body = ChannelBody,
    responses((status = 200, description = "As it is now", body = ChannelView), (status = 409, description = "conflict"), (status = 422, description = "invalid_field")))]
pub async fn change(
    app: web::Data<App>,
    caller: Caller,
    path: Path<Uuid>,
    write: Write<ChannelBody>,
) -> Answer<web::Json<ChannelView>> {
    let ChannelBody { version, name, paused, url, secret, addresses } = write.body;
    let input = AddressInput { url, secret, addresses };
    Ok(web::Json(app.change_channel(&caller, &write.once, path.0, version, (&name, paused), &input).await?))
}

/// Removes a channel; what waits for it is given up.
#[utoipa::path(delete, path = "/api/v1/notices/channels/{id}", tag = "notice_channels", params(("id" = Uuid, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 200, description = "As it was", body = ChannelView), (status = 404, description = "Not in the caller's county")))]
pub async fn remove(
    app: web::Data<App>,
    caller: Caller,
    path: Path<Uuid>,
    once: Once,
) -> Answer<web::Json<ChannelView>> {
    Ok(web::Json(app.remove_channel(&caller, &once, path.0).await?))
}

/// Sends a test at once; the message says how it went.
#[utoipa::path(post, path = "/api/v1/notices/channels/{id}/test", tag = "notice_channels", params(("id" = Uuid, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 200, description = "The message", body = MessageView), (status = 404, description = "Not in the caller's county")))]
pub async fn test(
    app: web::Data<App>,
    caller: Caller,
    path: Path<Uuid>,
    once: Once,
) -> Answer<web::Json<MessageView>> {
    Ok(web::Json(app.test_channel(&caller, &once, path.0).await?))
}

/// Which messages.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct MessagesQuery {
    channel_id: Option<Uuid>,
    state: Option<MessageState>,
    cursor: Option<String>,
    /// 1 to 200, 50 if absent.
    limit: Option<u64>,
}

/// The county's messages, newest first.
#[utoipa::path(get, path = "/api/v1/notices/messages", tag = "notice_channels", params(MessagesQuery),
    responses((status = 200, description = "One page", body = Page<MessageView>)))]
pub async fn messages(
    app: web::Data<App>,
    caller: Caller,
    query: Query<MessagesQuery>,
) -> Answer<web::Json<Page<MessageView>>> {
    let MessagesQuery { channel_id, state, cursor, limit } = query.0;
    let page = page(cursor.as_deref(), limit)?;
    Ok(web::Json(app.messages(&caller, channel_id, state, &page).await?))
}

/// Puts a message that was not sent back into the queue.
#[utoipa::path(post, path = "/api/v1/notices/messages/{id}/again", tag = "notice_channels", params(("id" = Uuid, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 200, description = "Queued", body = MessageView), (status = 409, description = "wrong_state: queued, on its way or sent")))]
pub async fn again(
    app: web::Data<App>,
    caller: Caller,
    path: Path<Uuid>,
    once: Once,
) -> Answer<web::Json<MessageView>> {
    Ok(web::Json(app.send_again(&caller, &once, path.0).await?))
}

/// The county's mail server, without its password.
#[utoipa::path(get, path = "/api/v1/notices/mail", tag = "notice_channels",
    responses((status = 200, description = "The mail server; an empty host while there is none", body = MailView)))]
pub async fn mail(app: web::Data<App>, caller: Caller) -> Answer<web::Json<MailView>> {
    Ok(web::Json(app.mail_server(&caller).await?))
}

/// The mail server as it is to be.
#[derive(Deserialize, ToSchema)]
pub struct NoticeMailBody {
    version: i32,
    host: String,
    port: u16,
    security: MailSecurity,
    user: String,
    /// What is not said stays; an empty one is removed.
    #[serde(default)]
    password: Option<String>,
    from: String,
    from_name: String,
}

/// Puts the mail server over the version that was seen.
#[utoipa::path(put, path = "/api/v1/notices/mail", tag = "notice_channels", params(("Idempotency-Key" = String, Header)), request_body = NoticeMailBody,
    responses((status = 200, description = "As it is now", body = MailView), (status = 409, description = "conflict"), (status = 422, description = "invalid_field")))]
pub async fn set_mail(
    app: web::Data<App>,
    caller: Caller,
    write: Write<NoticeMailBody>,
) -> Answer<web::Json<MailView>> {
    let NoticeMailBody { version, host, port, security, user, password, from, from_name } = write.body;
    let new = NewMail { version, host, port, security, user, password, from, from_name };
    Ok(web::Json(app.set_mail_server(&caller, &write.once, &new).await?))
}
