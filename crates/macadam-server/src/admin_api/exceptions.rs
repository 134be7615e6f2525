//! `/api/v1/exceptions` and `/api/v1/self-service-requests`.

use axum::extract::State;
use axum::http::StatusCode;
use macadam_api::exceptions::{CreateException, Exception, ExceptionFilter};
use macadam_api::self_service::{CreateSelfServiceRequest, SelfServiceRequest};
use macadam_api::{Page, PageQuery, Problem};
use macadam_policy::{DeviceId, ItemId};
use macadam_store::ExceptionId;
use uuid::Uuid;

use super::caller::{EditDevices, EditExceptions, May, Read};
use super::error::ApiError;
use super::input::{Json, Path, Query};
use super::paging::{page, wanted};
use crate::app::{App, ExceptionError};

/// Lists exemptions, newest first.
#[utoipa::path(get, path = "/exceptions", tag = "exceptions", params(ExceptionFilter, PageQuery),
    responses((status = 200, body = Page<Exception>), (status = 401, body = Problem)))]
pub(super) async fn list_exceptions(
    State(app): State<App>,
    _: May<Read>,
    Query(filter): Query<ExceptionFilter>,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<Exception>>, ApiError> {
    let wanted = wanted::<Uuid>(&query)?.map(ExceptionId);
    Ok(page(app.exceptions(&filter, wanted).await?.map_next(|id| id.0)))
}

/// Exempts a device until the end of a day.
#[utoipa::path(post, path = "/exceptions", tag = "exceptions", request_body = CreateException,
    responses((status = 201, body = Exception), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn create_exception(
    State(app): State<App>,
    may: May<EditExceptions>,
    Json(body): Json<CreateException>,
) -> Result<(StatusCode, Json<Exception>), ApiError> {
    Ok((StatusCode::CREATED, Json(app.create_exception(&may.caller, body).await?)))
}

/// Ends an exemption early.
#[utoipa::path(delete, path = "/exceptions/{id}", tag = "exceptions", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(super) async fn delete_exception(
    State(app): State<App>,
    may: May<EditExceptions>,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, ApiError> {
    app.end_exception(&may.caller, ExceptionId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lists what users asked for in Self Service.
#[utoipa::path(get, path = "/self-service-requests", tag = "self_service", params(PageQuery),
    responses((status = 200, body = Page<SelfServiceRequest>), (status = 401, body = Problem)))]
pub(super) async fn list_self_service_requests(
    State(app): State<App>,
    _: May<Read>,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<SelfServiceRequest>>, ApiError> {
    let wanted = wanted::<(Uuid, Uuid)>(&query)?;
    let wanted = wanted.map(|(device, item)| (DeviceId(device), ItemId(item)));
    let requests = app.self_service_requests(wanted).await?;
    Ok(page(requests.map_next(|(device, item)| (device.0, item.0))))
}

/// Asks for an item on behalf of a device's user.
#[utoipa::path(post, path = "/self-service-requests", tag = "self_service",
    request_body = CreateSelfServiceRequest,
    responses((status = 201, body = SelfServiceRequest), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn create_self_service_request(
    State(app): State<App>,
    may: May<EditDevices>,
    Json(body): Json<CreateSelfServiceRequest>,
) -> Result<(StatusCode, Json<SelfServiceRequest>), ApiError> {
    Ok((StatusCode::CREATED, Json(app.create_self_service_request(&may.caller, body).await?)))
}

impl From<ExceptionError> for ApiError {
    fn from(error: ExceptionError) -> Self {
        match error {
            ExceptionError::Unknown => Self::not_found("exception"),
            ExceptionError::Settings(details) => Self::settings(details),
            ExceptionError::Store(error) => Self::internal(error),
        }
    }
}
