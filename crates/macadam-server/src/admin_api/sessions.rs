//! `/api/v1/session` and `/api/v1/setup`: signing in and out, and the very first owner.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use macadam_api::people::SetUp;
use macadam_api::sessions::{Session, SignIn, SignedIn};
use macadam_api::{ErrorCode, Problem};
use secrecy::{ExposeSecret, SecretString};

use super::caller::{Anybody, SESSION_COOKIE, SignedInCaller, credential};
use super::error::ApiError;
use super::input::Json;
use crate::app::{App, Caller, SetUpError, SignInError, StartedSession};

/// Signs a person in.
#[utoipa::path(post, path = "/session", tag = "session", request_body = SignIn,
    responses((status = 200, body = SignedIn), (status = 401, body = Problem),
        (status = 429, body = Problem)))]
pub(super) async fn sign_in(
    State(app): State<App>,
    anybody: Anybody,
    Json(body): Json<SignIn>,
) -> Result<Response, ApiError> {
    check_attempts(&app, &anybody)?;
    let password = SecretString::from(body.password);
    let started = app.sign_in(&body.email, password, anybody.address).await?;
    Ok(signed_in(&app, started))
}

/// Tells who is signed in.
#[utoipa::path(get, path = "/session", tag = "session",
    responses((status = 200, body = Session), (status = 401, body = Problem)))]
pub(super) async fn show_session(SignedInCaller(caller): SignedInCaller) -> Json<Session> {
    Json(session(&caller))
}

/// Signs out; the session's token is worthless from then on.
#[utoipa::path(delete, path = "/session", tag = "session",
    responses((status = 204), (status = 401, body = Problem)))]
pub(super) async fn sign_out(
    State(app): State<App>,
    SignedInCaller(caller): SignedInCaller,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    if let Some((secret, _)) = credential(&headers) {
        app.sign_out(&caller, &secret).await?;
    }
    Ok((StatusCode::NO_CONTENT, cookie(&app, "", 0)).into_response())
}

/// Makes the first owner, with the one-time code that the server wrote to its data directory.
#[utoipa::path(post, path = "/setup", tag = "session", request_body = SetUp,
    responses((status = 200, body = SignedIn), (status = 403, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn set_up(
    State(app): State<App>,
    anybody: Anybody,
    Json(body): Json<SetUp>,
) -> Result<Response, ApiError> {
    check_attempts(&app, &anybody)?;
    let started = app.set_up(body, anybody.address).await?;
    Ok(signed_in(&app, started))
}

fn check_attempts(app: &App, anybody: &Anybody) -> Result<(), ApiError> {
    if app.may_try_to_sign_in(anybody.address) {
        return Ok(());
    }
    let message = "too many attempts from this address; wait some seconds";
    Err(ApiError::new(ErrorCode::TooManyRequests, message))
}

fn signed_in(app: &App, started: StartedSession) -> Response {
    let token = started.secret.expose_secret().to_owned();
    let seconds = started.caller.expires_at.duration_since(app.wall_clock.now()).as_secs();
    let cookie = cookie(app, &token, seconds);
    (cookie, Json(SignedIn { token, session: session(&started.caller) })).into_response()
}

fn session(caller: &Caller) -> Session {
    Session {
        actor: caller.actor,
        name: caller.name.clone(),
        role: caller.role,
        permissions: caller.role.permissions().to_vec(),
        expires_at: caller.expires_at,
    }
}

fn cookie(app: &App, token: &str, seconds: i64) -> [(header::HeaderName, HeaderValue); 1] {
    let secure = if app.config.public_url.starts_with("https:") { "; Secure" } else { "" };
    let text = format!(
        "{SESSION_COOKIE}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}"
    );
    let value = HeaderValue::from_str(&text).expect("tokens are base64 text");
    [(header::SET_COOKIE, value)]
}

impl From<SignInError> for ApiError {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::WrongCredentials => {
                Self::new(ErrorCode::WrongCredentials, error.to_string())
            }
            SignInError::Hash(error) => Self::internal(error),
            SignInError::Store(error) => Self::internal(error),
        }
    }
}

impl From<SetUpError> for ApiError {
    fn from(error: SetUpError) -> Self {
        match error {
            SetUpError::Done => Self::new(ErrorCode::AlreadyExists, error.to_string()),
            SetUpError::WrongCode => Self::new(ErrorCode::Forbidden, error.to_string()),
            SetUpError::Person(error) => error.into(),
            SetUpError::Hash(error) => Self::internal(error),
            SetUpError::SignIn(error) => error.into(),
            SetUpError::Store(error) => Self::internal(error),
        }
    }
}
