//! `/api/v1/account` and `/api/v1/sign-in-policy`: how people sign in.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use macadam_api::account::{
    Account, ChangePassword, ConfirmTotp, OwnSession, RecoveryCodes, ShowPassword, SignInPolicy,
    TotpSecret,
};
use macadam_api::{ErrorCode, Problem};
use macadam_store::PersonId;
use uuid::Uuid;

use super::caller::{EditPeople, May, Read, SignedInCaller, credential};
use super::error::ApiError;
use super::input::{Json, Path};
use crate::app::{AccountError, App};

/// Shows the person who is signed in.
#[utoipa::path(get, path = "/account", tag = "account",
    responses((status = 200, body = Account), (status = 401, body = Problem),
        (status = 403, body = Problem)))]
pub(super) async fn show_account(
    State(app): State<App>,
    SignedInCaller(caller): SignedInCaller,
) -> Result<Json<Account>, ApiError> {
    Ok(Json(app.account(&caller).await?))
}

/// Lists the caller's own sessions, the one used last first.
#[utoipa::path(get, path = "/account/sessions", tag = "account",
    responses((status = 200, body = Vec<OwnSession>), (status = 401, body = Problem),
        (status = 403, body = Problem)))]
pub(super) async fn list_own_sessions(
    State(app): State<App>,
    SignedInCaller(caller): SignedInCaller,
    headers: HeaderMap,
) -> Result<Json<Vec<OwnSession>>, ApiError> {
    Ok(Json(app.own_sessions(&caller, &secret(&headers)).await?))
}

/// Ends one of the caller's own sessions.
#[utoipa::path(delete, path = "/account/sessions/{id}", tag = "account",
    params(("id" = Uuid, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(super) async fn end_own_session(
    State(app): State<App>,
    SignedInCaller(caller): SignedInCaller,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, ApiError> {
    app.end_own_session(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Changes the caller's own password; every other session ends.
#[utoipa::path(put, path = "/account/password", tag = "account", request_body = ChangePassword,
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem), (status = 429, body = Problem)))]
pub(super) async fn change_own_password(
    State(app): State<App>,
    SignedInCaller(caller): SignedInCaller,
    headers: HeaderMap,
    Json(body): Json<ChangePassword>,
) -> Result<StatusCode, ApiError> {
    app.change_password(&caller, &secret(&headers), body).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes a secret for an authenticator app; it counts once it is confirmed.
#[utoipa::path(post, path = "/account/totp", tag = "account", request_body = ShowPassword,
    responses((status = 200, body = TotpSecret), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 409, body = Problem),
        (status = 429, body = Problem)))]
pub(super) async fn begin_totp(
    State(app): State<App>,
    SignedInCaller(caller): SignedInCaller,
    Json(body): Json<ShowPassword>,
) -> Result<Json<TotpSecret>, ApiError> {
    Ok(Json(app.begin_totp(&caller, body.password).await?))
}

/// Confirms the secret with a code of the app, and gives the recovery codes.
#[utoipa::path(put, path = "/account/totp", tag = "account", request_body = ConfirmTotp,
    responses((status = 200, body = RecoveryCodes), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem), (status = 429, body = Problem)))]
pub(super) async fn confirm_totp(
    State(app): State<App>,
    SignedInCaller(caller): SignedInCaller,
    Json(body): Json<ConfirmTotp>,
) -> Result<Json<RecoveryCodes>, ApiError> {
    Ok(Json(app.confirm_totp(&caller, &body.code).await?))
}

/// Takes the caller's own second factor away.
#[utoipa::path(post, path = "/account/totp/removal", tag = "account",
    request_body = ShowPassword,
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 409, body = Problem), (status = 429, body = Problem)))]
pub(super) async fn remove_totp(
    State(app): State<App>,
    SignedInCaller(caller): SignedInCaller,
    Json(body): Json<ShowPassword>,
) -> Result<StatusCode, ApiError> {
    app.remove_totp(&caller, body.password).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives the caller other recovery codes; the old ones are worthless.
#[utoipa::path(post, path = "/account/recovery-codes", tag = "account",
    request_body = ShowPassword,
    responses((status = 200, body = RecoveryCodes), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 409, body = Problem),
        (status = 429, body = Problem)))]
pub(super) async fn renew_recovery_codes(
    State(app): State<App>,
    SignedInCaller(caller): SignedInCaller,
    Json(body): Json<ShowPassword>,
) -> Result<Json<RecoveryCodes>, ApiError> {
    Ok(Json(app.renew_recovery_codes(&caller, body.password).await?))
}

/// Takes a person's second factor and passkeys away, for somebody who lost them.
#[utoipa::path(delete, path = "/people/{id}/totp", tag = "people", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(super) async fn reset_totp(
    State(app): State<App>,
    may: May<EditPeople>,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, ApiError> {
    app.reset_totp(&may.caller, PersonId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Tells what is asked of everybody who signs in.
#[utoipa::path(get, path = "/sign-in-policy", tag = "people",
    responses((status = 200, body = SignInPolicy), (status = 401, body = Problem)))]
pub(super) async fn show_sign_in_policy(
    State(app): State<App>,
    _: May<Read>,
) -> Result<Json<SignInPolicy>, ApiError> {
    Ok(Json(app.sign_in_policy().await?))
}

/// Changes what is asked of everybody who signs in.
#[utoipa::path(put, path = "/sign-in-policy", tag = "people", request_body = SignInPolicy,
    responses((status = 200, body = SignInPolicy), (status = 401, body = Problem),
        (status = 403, body = Problem)))]
pub(super) async fn write_sign_in_policy(
    State(app): State<App>,
    may: May<EditPeople>,
    Json(body): Json<SignInPolicy>,
) -> Result<Json<SignInPolicy>, ApiError> {
    Ok(Json(app.write_sign_in_policy(&may.caller, body).await?))
}

/// The secret of the session that asks.
pub(super) fn secret(headers: &HeaderMap) -> String {
    credential(headers).map(|(secret, _)| secret).unwrap_or_default()
}

impl From<AccountError> for ApiError {
    fn from(error: AccountError) -> Self {
        let message = error.to_string();
        match error {
            AccountError::SignInWithPasskey => Self::new(ErrorCode::SecondFactorRequired, message),
            AccountError::NoPerson | AccountError::Required => {
                Self::new(ErrorCode::Forbidden, message)
            }
            AccountError::WrongPassword => Self::new(ErrorCode::Forbidden, message),
            AccountError::TooManyAttempts => Self::new(ErrorCode::TooManyRequests, message),
            AccountError::WrongCode => Self::settings(vec![
                macadam_api::Detail::new("code", message).named("code", Vec::new()),
            ]),
            AccountError::UnknownSession => Self::not_found("session"),
            AccountError::HasSecondFactor | AccountError::NoSecondFactor => {
                Self::new(ErrorCode::InUse, message)
            }
            AccountError::Settings(details) => Self::settings(details),
            AccountError::Totp(error) => Self::internal(error),
            AccountError::Hash(error) => Self::internal(error),
            AccountError::Store(error) => Self::internal(error),
        }
    }
}
