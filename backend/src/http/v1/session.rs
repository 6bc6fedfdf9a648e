//! `/api/v1/session`: signing in, staying in over lost answers, signing out, choosing a password.

use crate::{
    app::{
        App, Caller,
        people::{
            devices::{DeviceGrant, NewDevice},
            keys::ACCESS_LIFETIME,
            login::{SignIn, SignedIn},
            me::Me,
            refresh::Refresh,
        },
    },
    domain::problem::Code,
    http::{State, auth, extract::Json, problem::Answer, same_origin::SameOrigin},
};
use actix_web::{
    HttpRequest, HttpResponse,
    cookie::{Cookie, SameSite, time::Duration},
    http::header::USER_AGENT,
    web,
};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

const COOKIE: &str = "lalian_refresh";
const PATH: &str = "/api/v1/session";

/// Who wants in.
#[derive(Deserialize, ToSchema)]
pub struct Credentials {
    /// Phone number or account name; width, case and spaces do not matter.
    login: String,
    /// The password, or a one-time code.
    #[schema(value_type = String, format = Password)]
    password: SecretString,
    /// The local database that is to be bound to this person; absent at a desk without one.
    #[serde(default)]
    device: Option<NewDevice>,
}

/// An open session: oneself, and a token for the next quarter of an hour.
#[derive(Serialize, ToSchema)]
pub struct Session {
    #[serde(flatten)]
    me: Me,
    /// Bearer token; kept in memory only.
    access_token: String,
    /// Seconds.
    expires_in: i64,
    device: Option<Device>,
}

/// The device of a session.
#[derive(Serialize, ToSchema)]
pub struct Device {
    id: Uuid,
    /// Sends what this device sealed, whoever is signed in. Shown at sign-in only.
    #[serde(skip_serializing_if = "Option::is_none")]
    send_credential: Option<String>,
}

/// A change of password.
#[derive(Deserialize, ToSchema)]
pub struct NewPassword {
    /// Not asked for after signing in with a one-time code.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Password)]
    old_password: Option<SecretString>,
    /// At least 10 characters, not the login or phone number, not a common one.
    #[schema(value_type = String, format = Password)]
    new_password: SecretString,
}

/// Signs in; binds the device if one is named; sets the refresh cookie.
#[utoipa::path(post, path = "/api/v1/session", tag = "session", request_body = Credentials, responses(
    (status = 200, description = "Signed in", body = Session),
))]
pub async fn sign_in(
    request: HttpRequest,
    app: web::Data<App>,
    state: web::Data<State>,
    _ours: SameOrigin,
    body: Json<Credentials>,
) -> Answer {
    let Credentials { login, password, device } = body.0;
    let user_agent =
        request.headers().get(USER_AGENT).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let origin = auth::origin(&request);
    let signed_in = app.sign_in(SignIn { login, password, device, user_agent, origin }).await?;
    Ok(opened(signed_in, &request, &state))
}

/// The next access token, for the refresh cookie. The cookie before the newest works again while the newest was never
/// used; an older one ends the session.
#[utoipa::path(post, path = "/api/v1/session/refresh", tag = "session", responses(
    (status = 200, description = "Still signed in", body = Session),
))]
pub async fn refresh(
    request: HttpRequest,
    app: web::Data<App>,
    state: web::Data<State>,
    _ours: SameOrigin,
) -> Answer {
    let presented = presented(&request, &state).ok_or(Code::SignedOut)?;
    let signed_in = app.refresh(&presented, &auth::origin(&request)).await?;
    Ok(opened(signed_in, &request, &state))
}

/// Ends the session of the cookie. What the device sealed is still sent.
#[utoipa::path(post, path = "/api/v1/session/logout", tag = "session", responses(
    (status = 204, description = "Signed out"),
))]
pub async fn sign_out(
    request: HttpRequest,
    app: web::Data<App>,
    state: web::Data<State>,
    _ours: SameOrigin,
) -> Answer {
    if let Some(presented) = presented(&request, &state) {
        app.sign_out(&presented, &auth::origin(&request)).await?;
    }
    if let Ok(caller) = auth::authenticate(&request, crate::http::routes::Who::Newcomer).await {
        app.sign_out_caller(&caller).await?;
    }
    let mut cookie = cookie(String::new(), &request, &state);
    cookie.make_removal();
    Ok(HttpResponse::NoContent().cookie(cookie).finish())
}

/// Oneself: person, posts valid now, limits.
#[utoipa::path(get, path = "/api/v1/session", tag = "session", responses(
    (status = 200, description = "Signed in", body = Me),
))]
pub async fn me(app: web::Data<App>, caller: Caller) -> Answer<web::Json<Me>> {
    Ok(web::Json(app.me(&caller).await?))
}

/// Chooses a password; other sessions of this person end.
#[utoipa::path(post, path = "/api/v1/session/password", tag = "session",
    request_body = NewPassword, responses((status = 204, description = "Changed")))]
pub async fn change_password(app: web::Data<App>, caller: Caller, body: Json<NewPassword>) -> Answer {
    let NewPassword { old_password, new_password } = body.0;
    app.change_password(&caller, old_password.as_ref(), &new_password).await?;
    Ok(HttpResponse::NoContent().finish())
}

pub(super) fn opened(signed_in: SignedIn, request: &HttpRequest, state: &State) -> HttpResponse {
    let SignedIn { me, access_token, refresh: Refresh { secret, expires_at }, device } = signed_in;
    let mut cookie = cookie(secret.expose_secret().to_owned(), request, state);
    cookie.set_max_age(Duration::seconds((expires_at - me.server_at).num_seconds()));
    let device = match device {
        Some(DeviceGrant { id, send_credential }) => {
            Some(Device { id, send_credential: Some(send_credential.expose_secret().to_owned()) })
        }
        None => me.device_id.map(|id| Device { id, send_credential: None }),
    };
    let access_token = access_token.expose_secret().to_owned();
    let expires_in = ACCESS_LIFETIME.num_seconds();
    HttpResponse::Ok().cookie(cookie).json(Session { me, access_token, expires_in, device })
}

/// The cookie's name. Cookies ignore ports, so each pane of the demo's stand has a name of its own.
fn cookie_name(request: &HttpRequest, state: &State) -> String {
    match state.stand(request).filter(|stand| stand.pane.is_some()) {
        Some(_) => format!("{COOKIE}_{}", request.app_config().local_addr().port()),
        None => COOKIE.to_owned(),
    }
}

fn presented(request: &HttpRequest, state: &State) -> Option<SecretString> {
    request.cookie(&cookie_name(request, state)).map(|cookie| cookie.value().to_owned().into())
}

/// Not readable by scripts, sent to this path only, never from another site. Secure, except where the connection is a
/// plain one that never leaves the machine: some browsers keep no secure cookie from `http://127.0.0.1`.
fn cookie(value: String, request: &HttpRequest, state: &State) -> Cookie<'static> {
    let local = !state.is_encrypted(request)
        && request.peer_addr().is_some_and(|peer| peer.ip().to_canonical().is_loopback());
    let host = request.headers().get("host").and_then(|host| host.to_str().ok()).unwrap_or_default();
    let loopback = ["127.0.0.1", "localhost", "[::1]"];
    let name = host
        .rsplit_once(':')
        .filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()))
        .map_or(host, |(name, _)| name);
    Cookie::build(cookie_name(request, state), value)
        .path(PATH)
        .http_only(true)
        .same_site(SameSite::Strict)
        .secure(!(local && loopback.contains(&name)))
        .finish()
}
