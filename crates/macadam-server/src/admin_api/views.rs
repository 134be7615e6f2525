//! `/api/v1/views`: saved views of the device list, each its owner's own.

use axum::extract::State;
use axum::http::StatusCode;
use macadam_api::views::{View, WriteView};
use macadam_api::{ErrorCode, Problem};
use macadam_store::ViewId;
use uuid::Uuid;

use super::caller::{May, Read};
use super::error::ApiError;
use super::input::{Json, Path, Revised, Revision};
use crate::app::{App, ViewError};

/// Lists the caller's own views and what others share.
#[utoipa::path(get, path = "/views", tag = "views",
    responses((status = 200, body = Vec<View>), (status = 401, body = Problem)))]
pub(super) async fn list_views(
    State(app): State<App>,
    may: May<Read>,
) -> Result<Json<Vec<View>>, ApiError> {
    Ok(Json(app.views(&may.caller).await?))
}

/// Saves a view of the device list for the caller.
#[utoipa::path(post, path = "/views", tag = "views", request_body = WriteView,
    responses((status = 201, body = View), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
pub(super) async fn create_view(
    State(app): State<App>,
    may: May<Read>,
    Json(body): Json<WriteView>,
) -> Result<(StatusCode, Revised<View>), ApiError> {
    Ok((StatusCode::CREATED, Revised(app.create_view(&may.caller, body).await?)))
}

/// Replaces one of the caller's own views.
#[utoipa::path(put, path = "/views/{id}", tag = "views", request_body = WriteView,
    params(("id" = Uuid, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = View), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 412, body = Problem),
        (status = 422, body = Problem), (status = 428, body = Problem)))]
pub(super) async fn update_view(
    State(app): State<App>,
    may: May<Read>,
    Path(id): Path<Uuid>,
    Revision(revision): Revision,
    Json(body): Json<WriteView>,
) -> Result<Revised<View>, ApiError> {
    Ok(Revised(app.update_view(&may.caller, (ViewId(id), revision), body).await?))
}

/// Deletes one of the caller's own views.
#[utoipa::path(delete, path = "/views/{id}", tag = "views",
    params(("id" = Uuid, Path), ("If-Match" = String, Header)),
    responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 412, body = Problem), (status = 428, body = Problem)))]
pub(super) async fn delete_view(
    State(app): State<App>,
    may: May<Read>,
    Path(id): Path<Uuid>,
    Revision(revision): Revision,
) -> Result<StatusCode, ApiError> {
    app.delete_view(&may.caller, (ViewId(id), revision)).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl From<ViewError> for ApiError {
    fn from(error: ViewError) -> Self {
        match error {
            ViewError::Unknown => Self::not_found("view of yours"),
            ViewError::NoSharing => Self::new(ErrorCode::Forbidden, error.to_string()),
            ViewError::TooMany => Self::new(ErrorCode::InUse, error.to_string()),
            ViewError::Settings(details) => Self::settings(details),
            ViewError::Save(error) => error.into(),
            ViewError::Store(error) => Self::internal(error),
        }
    }
}
