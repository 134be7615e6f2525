//! `/api/v1/account/passkeys` and `/api/v1/session/passkey`: what browsers sign in with.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use macadam_api::account::ShowPassword;
use macadam_api::passkeys::{
    AddPasskey, Passkey, PasskeyChallenge, RenamePasskey, SignInWithPasskey,
};
use macadam_api::sessions::SignedIn;
use macadam_api::{Detail, ErrorCode, Problem};
use macadam_store::PasskeyId;
use uuid::Uuid;

use super::account::secret;
use super::caller::{Anybody, SignedInCaller};
use super::cookie::SessionCookie;
use super::error::ApiError;
use super::input::{Json, Path};
use super::sessions::{check_attempts, signed_in};
use crate::app::{App, PasskeyError};

/// Lists the caller's own passkeys, the oldest first.
#[utoipa::path(get, path = "/account/passkeys", tag = "account",
    responses((status = 200, body = Vec<Passkey>), (status = 401, body = Problem),
        (status = 403, body = Problem)))]
pub(super) async fn list_passkeys(
    State(app): State<App>,
    SignedInCaller(caller): SignedInCaller,
) -> Result<Json<Vec<Passkey>>, ApiError> {
    Ok(Json(app.passkeys(&caller).await?))
}

/// Asks the caller's browser to make a passkey.
#[utoipa::path(post, path = "/account/passkey-challenges", tag = "account",
    request_body = ShowPassword,
    responses((status = 200, body = PasskeyChallenge), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 409, body = Problem),
        (status = 429, body = Problem)))]
pub(super) async fn begin_passkey(
    State(app): State<App>,
    SignedInCaller(caller): SignedInCaller,
    Json(body): Json<ShowPassword>,
) -> Result<Json<PasskeyChallenge>, ApiError> {
    Ok(Json(app.begin_passkey(&caller, body.password).await?))
}

/// Adds the passkey that the caller's browser has made.
#[utoipa::path(post, path = "/account/passkeys", tag = "account", request_body = AddPasskey,
    responses((status = 201, body = Passkey), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
pub(super) async fn add_passkey(
    State(app): State<App>,
    SignedInCaller(caller): SignedInCaller,
    headers: HeaderMap,
    Json(body): Json<AddPasskey>,
) -> Result<(StatusCode, Json<Passkey>), ApiError> {
    let added = app.add_passkey(&caller, &secret(&headers), body).await?;
    Ok((StatusCode::CREATED, Json(added)))
}

/// Gives one of the caller's own passkeys another name.
#[utoipa::path(put, path = "/account/passkeys/{id}", tag = "account", params(("id" = Uuid, Path)),
    request_body = RenamePasskey,
    responses((status = 200, body = Passkey), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
pub(super) async fn rename_passkey(
    State(app): State<App>,
    SignedInCaller(caller): SignedInCaller,
    Path(id): Path<Uuid>,
    Json(body): Json<RenamePasskey>,
) -> Result<Json<Passkey>, ApiError> {
    Ok(Json(app.rename_passkey(&caller, PasskeyId(id), &body.name).await?))
}

/// Removes one of the caller's own passkeys; the other sessions that showed it end.
#[utoipa::path(post, path = "/account/passkeys/{id}/removal", tag = "account",
    params(("id" = Uuid, Path)), request_body = ShowPassword,
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 429, body = Problem)))]
pub(super) async fn remove_passkey(
    State(app): State<App>,
    SignedInCaller(caller): SignedInCaller,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
    Json(body): Json<ShowPassword>,
) -> Result<StatusCode, ApiError> {
    let secret = secret(&headers);
    app.remove_passkey(&caller, (PasskeyId(id), &secret), body.password).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Asks a browser for a passkey of whoever wants to sign in.
#[utoipa::path(post, path = "/session/passkey-challenges", tag = "session",
    responses((status = 200, body = PasskeyChallenge), (status = 409, body = Problem),
        (status = 429, body = Problem)))]
pub(super) async fn begin_passkey_sign_in(
    State(app): State<App>,
    anybody: Anybody,
) -> Result<Json<PasskeyChallenge>, ApiError> {
    if app.may_ask_for_passkey(anybody.address) {
        return Ok(Json(app.begin_passkey_sign_in().await?));
    }
    let message = "too many questions from this address; wait some seconds";
    Err(ApiError::new(ErrorCode::TooManyRequests, message))
}

/// Signs in whoever has the passkey that a browser has used.
#[utoipa::path(post, path = "/session/passkey", tag = "session",
    request_body = SignInWithPasskey,
    responses((status = 200, body = SignedIn), (status = 401, body = Problem),
        (status = 409, body = Problem), (status = 429, body = Problem)))]
pub(super) async fn sign_in_with_passkey(
    State(app): State<App>,
    anybody: Anybody,
    cookie: SessionCookie,
    Json(body): Json<SignInWithPasskey>,
) -> Result<Response, ApiError> {
    check_attempts(&app, &anybody)?;
    let started = app.sign_in_with_passkey(body, anybody.address).await?;
    Ok(signed_in(&app, &cookie, started))
}

impl From<PasskeyError> for ApiError {
    fn from(error: PasskeyError) -> Self {
        let message = error.to_string();
        match error {
            PasskeyError::Unavailable => Self::new(ErrorCode::PasskeysUnavailable, message),
            PasskeyError::Busy => Self::new(ErrorCode::TooManyRequests, message),
            PasskeyError::Answer(error) => Self::settings(vec![Detail::new("credential", error)]),
            PasskeyError::Unknown => Self::not_found("passkey of yours"),
            PasskeyError::Taken => Self::new(ErrorCode::AlreadyExists, message),
            PasskeyError::TooMany => Self::new(ErrorCode::InUse, message),
            PasskeyError::Settings(details) => Self::settings(details),
            PasskeyError::Ask(error) => Self::internal(error),
            PasskeyError::Stored(error) => Self::internal(error),
            PasskeyError::Account(error) => error.into(),
            PasskeyError::Store(error) => Self::internal(error),
        }
    }
}
