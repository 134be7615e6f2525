//! `/api/v1/session` and `/api/v1/setup`: signing in and out, and the very first owner.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use macadam_api::people::{SetUp, SetUpState};
use macadam_api::sessions::{Session, SignIn, SignedIn};
use macadam_api::{ErrorCode, Problem};
use secrecy::{ExposeSecret, SecretString};

use super::caller::{Anybody, SignedInCaller, credential};
use super::cookie::SessionCookie;
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
    cookie: SessionCookie,
    Json(body): Json<SignIn>,
) -> Result<Response, ApiError> {
    check_attempts(&app, &anybody)?;
    let password = SecretString::from(body.password);
    let code = body.code.as_deref();
    let started = app.sign_in(&body.email, password, (code, anybody.address)).await?;
    Ok(signed_in(&app, &cookie, started))
}

/// Tells who is signed in. Asked by a browser, it extends the session that its cookie carries.
#[utoipa::path(get, path = "/session", tag = "session",
    responses((status = 200, body = Session), (status = 401, body = Problem)))]
pub(super) async fn show_session(
    State(app): State<App>,
    SignedInCaller(mut caller): SignedInCaller,
    cookie: SessionCookie,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let Some((secret, true)) = credential(&headers) else {
        return Ok(Json(session(&caller)).into_response());
    };
    caller.expires_at = app.extend_session(&secret, caller.expires_at).await?;
    let cookie = cookie.keep(&secret, seconds_left(&app, &caller));
    Ok((cookie, Json(session(&caller))).into_response())
}

/// Signs out; the session's token is worthless from then on.
#[utoipa::path(delete, path = "/session", tag = "session",
    responses((status = 204), (status = 401, body = Problem)))]
pub(super) async fn sign_out(
    State(app): State<App>,
    SignedInCaller(caller): SignedInCaller,
    cookie: SessionCookie,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    if let Some((secret, _)) = credential(&headers) {
        app.sign_out(&caller, &secret).await?;
    }
    Ok((StatusCode::NO_CONTENT, cookie.forget()).into_response())
}

/// Tells whether nobody can sign in yet, so that the first owner is to be made.
#[utoipa::path(get, path = "/setup", tag = "session",
    responses((status = 200, body = SetUpState)))]
pub(super) async fn show_set_up(
    State(app): State<App>,
    _: Anybody,
) -> Result<Json<SetUpState>, ApiError> {
    Ok(Json(SetUpState { needed: app.needs_set_up().await? }))
}

/// Makes the first owner, with the one-time code that the server wrote to its data directory.
#[utoipa::path(post, path = "/setup", tag = "session", request_body = SetUp,
    responses((status = 200, body = SignedIn), (status = 403, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn set_up(
    State(app): State<App>,
    anybody: Anybody,
    cookie: SessionCookie,
    Json(body): Json<SetUp>,
) -> Result<Response, ApiError> {
    check_attempts(&app, &anybody)?;
    let started = app.set_up(body, anybody.address).await?;
    Ok(signed_in(&app, &cookie, started))
}

pub(super) fn check_attempts(app: &App, anybody: &Anybody) -> Result<(), ApiError> {
    if app.may_try_to_sign_in(anybody.address) {
        return Ok(());
    }
    let message = "too many attempts from this address; wait some seconds";
    Err(ApiError::new(ErrorCode::TooManyRequests, message))
}

pub(super) fn signed_in(app: &App, cookie: &SessionCookie, started: StartedSession) -> Response {
    let token = started.secret.expose_secret().to_owned();
    let cookie = cookie.keep(&token, seconds_left(app, &started.caller));
    (cookie, Json(SignedIn { token, session: session(&started.caller) })).into_response()
}

fn session(caller: &Caller) -> Session {
    Session {
        actor: caller.actor,
        name: caller.name.clone(),
        role: caller.role,
        permissions: caller.permissions(),
        expires_at: caller.expires_at,
    }
}

fn seconds_left(app: &App, caller: &Caller) -> i64 {
    caller.expires_at.duration_since(app.wall_clock.now()).as_secs()
}

impl From<SignInError> for ApiError {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::WrongCredentials => {
                Self::new(ErrorCode::WrongCredentials, error.to_string())
            }
            SignInError::CodeRequired => Self::new(ErrorCode::CodeRequired, error.to_string()),
            SignInError::TooManyCodes => Self::new(ErrorCode::TooManyRequests, error.to_string()),
            SignInError::Code(error) => Self::internal(*error),
            SignInError::Hash(error) => Self::internal(error),
            SignInError::Passkey(error) => {
                Self::new(ErrorCode::PasskeyRefused, format!("the passkey was refused: {error}"))
            }
            SignInError::PasskeysUnavailable => {
                Self::new(ErrorCode::PasskeysUnavailable, error.to_string())
            }
            SignInError::Busy => Self::new(ErrorCode::TooManyRequests, error.to_string()),
            SignInError::Ask(error) => Self::internal(error),
            SignInError::Stored(error) => Self::internal(error),
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
