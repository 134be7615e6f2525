//! `/api/v1/bulk-actions`: one action on many devices, done by the server part by part.

use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use macadam_api::bulk_actions::{BulkAction, CreateBulkAction};
use macadam_api::{ErrorCode, Page, PageQuery, Problem};
use macadam_store::BulkActionId;
use uuid::Uuid;

use super::caller::{EditDevices, May, Read};
use super::error::ApiError;
use super::input::{Json, Path, Query};
use super::paging::{page, wanted};
use crate::app::{App, BulkActionError};

/// Lists actions on many devices, newest first; those that ended are kept for 90 days.
#[utoipa::path(get, path = "/bulk-actions", tag = "devices", params(PageQuery),
    responses((status = 200, body = Page<BulkAction>), (status = 401, body = Problem)))]
pub(super) async fn list_bulk_actions(
    State(app): State<App>,
    _: May<Read>,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<BulkAction>>, ApiError> {
    let wanted = wanted::<(Timestamp, Uuid)>(&query)?.map(|(at, id)| (at, BulkActionId(id)));
    Ok(page(app.bulk_actions(wanted).await?.map_next(|(at, id)| (at, id.0))))
}

/// Begins to do one thing to many devices.
#[utoipa::path(post, path = "/bulk-actions", tag = "devices", request_body = CreateBulkAction,
    responses((status = 202, body = BulkAction), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem),
        (status = 428, body = Problem)))]
pub(super) async fn create_bulk_action(
    State(app): State<App>,
    may: May<EditDevices>,
    Json(body): Json<CreateBulkAction>,
) -> Result<(StatusCode, Json<BulkAction>), ApiError> {
    Ok((StatusCode::ACCEPTED, Json(app.create_bulk_action(&may.caller, body).await?)))
}

/// Shows how far an action on many devices is.
#[utoipa::path(get, path = "/bulk-actions/{id}", tag = "devices", params(("id" = Uuid, Path)),
    responses((status = 200, body = BulkAction), (status = 401, body = Problem),
        (status = 404, body = Problem)))]
pub(super) async fn show_bulk_action(
    State(app): State<App>,
    _: May<Read>,
    Path(id): Path<Uuid>,
) -> Result<Json<BulkAction>, ApiError> {
    Ok(Json(app.bulk_action(BulkActionId(id)).await?))
}

/// Stops an action after the devices that are being done; what was done stays done.
#[utoipa::path(post, path = "/bulk-actions/{id}/stop", tag = "devices",
    params(("id" = Uuid, Path)),
    responses((status = 200, body = BulkAction), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
pub(super) async fn stop_bulk_action(
    State(app): State<App>,
    may: May<EditDevices>,
    Path(id): Path<Uuid>,
) -> Result<Json<BulkAction>, ApiError> {
    Ok(Json(app.stop_bulk_action(&may.caller, BulkActionId(id)).await?))
}

impl From<BulkActionError> for ApiError {
    fn from(error: BulkActionError) -> Self {
        match error {
            BulkActionError::Unknown => Self::not_found("bulk action"),
            BulkActionError::NoMoving => Self::new(ErrorCode::Forbidden, error.to_string()),
            BulkActionError::Settings(details) => Self::settings(details),
            BulkActionError::Ended => Self::new(ErrorCode::InUse, error.to_string()),
            BulkActionError::OtherRequest => Self::new(ErrorCode::AlreadyExists, error.to_string()),
            BulkActionError::Change(error) => error.into(),
            BulkActionError::Store(error) => Self::internal(error),
        }
    }
}
