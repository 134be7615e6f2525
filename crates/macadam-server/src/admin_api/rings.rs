//! `/api/v1/ring-halts` and the rings of a library item.

use axum::extract::State;
use macadam_api::rings::{ResumeRing, RingHalt, RingProgress, TroubledDevice};
use macadam_api::{ErrorCode, Problem};
use macadam_policy::ItemId;
use macadam_store::RingHaltId;
use uuid::Uuid;

use super::caller::{EditLibrary, May, Read};
use super::error::ApiError;
use super::input::{Json, Path};
use crate::app::{App, RingError};

/// Shows how each ring of a Managed OS item does with each release.
#[utoipa::path(get, path = "/library-items/{id}/rings", tag = "rings",
    params(("id" = Uuid, Path)),
    responses((status = 200, body = Vec<RingProgress>), (status = 401, body = Problem),
        (status = 404, body = Problem)))]
pub(super) async fn show_rings(
    State(app): State<App>,
    _: May<Read>,
    Path(id): Path<Uuid>,
) -> Result<Json<Vec<RingProgress>>, ApiError> {
    Ok(Json(app.ring_progress(ItemId(id)).await?))
}

/// Lists releases that were stopped for later rings, the newest halt first.
#[utoipa::path(get, path = "/ring-halts", tag = "rings",
    responses((status = 200, body = Vec<RingHalt>), (status = 401, body = Problem)))]
pub(super) async fn list_ring_halts(
    State(app): State<App>,
    _: May<Read>,
) -> Result<Json<Vec<RingHalt>>, ApiError> {
    Ok(Json(app.ring_halts().await?))
}

/// Lists the devices that are now in trouble with a release that was stopped, at most 500.
#[utoipa::path(get, path = "/ring-halts/{id}/devices", tag = "rings",
    params(("id" = Uuid, Path)),
    responses((status = 200, body = Vec<TroubledDevice>), (status = 401, body = Problem),
        (status = 404, body = Problem)))]
pub(super) async fn list_troubled_devices(
    State(app): State<App>,
    _: May<Read>,
    Path(id): Path<Uuid>,
) -> Result<Json<Vec<TroubledDevice>>, ApiError> {
    Ok(Json(app.troubled_devices(RingHaltId(id)).await?))
}

/// Lets a release go on that was stopped for later rings.
#[utoipa::path(post, path = "/ring-halts/{id}/resume", tag = "rings", request_body = ResumeRing,
    params(("id" = Uuid, Path)),
    responses((status = 200, body = RingHalt), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn resume_ring(
    State(app): State<App>,
    may: May<EditLibrary>,
    Path(id): Path<Uuid>,
    Json(body): Json<ResumeRing>,
) -> Result<Json<RingHalt>, ApiError> {
    Ok(Json(app.resume_ring(&may.caller, RingHaltId(id), body).await?))
}

impl From<RingError> for ApiError {
    fn from(error: RingError) -> Self {
        match error {
            RingError::Resumed => Self::new(ErrorCode::AlreadyExists, error.to_string()),
            RingError::Change(error) => error.into(),
            RingError::Store(error) => Self::internal(error),
        }
    }
}
