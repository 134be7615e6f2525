//! `/api/v1/policy`: library items and blueprints as one file.

use axum::extract::State;
use macadam_api::Problem;
use macadam_api::policy_file::{AppliedPolicy, ApplyPolicy, PolicyFile};

use super::caller::{EditBlueprints, EditLibrary, May, Read};
use super::error::ApiError;
use super::input::Json;
use crate::app::App;

/// Shows the library items and blueprints as a policy file.
#[utoipa::path(get, path = "/policy", tag = "policy",
    responses((status = 200, body = PolicyFile)))]
pub(super) async fn show_policy(
    State(app): State<App>,
    _: May<Read>,
) -> Result<Json<PolicyFile>, ApiError> {
    Ok(Json(app.policy_file().await?))
}

/// Brings library items and blueprints to what a policy file says.
#[utoipa::path(put, path = "/policy", tag = "policy", request_body = ApplyPolicy,
    responses((status = 200, body = AppliedPolicy), (status = 409, body = Problem),
        (status = 412, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn apply_policy(
    State(app): State<App>,
    _: May<EditLibrary>,
    may: May<EditBlueprints>,
    Json(body): Json<ApplyPolicy>,
) -> Result<Json<AppliedPolicy>, ApiError> {
    Ok(Json(app.apply_policy(&may.caller, body).await?))
}
