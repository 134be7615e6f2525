//! `/api/v1/devices`: the fleet, and everything known about one device.

use axum::extract::State;
use axum::http::StatusCode;
use macadam_api::decisions::{DecisionLine, Explanation};
use macadam_api::devices::{
    Device, DeviceCommand, DeviceCounts, DeviceDeclaration, DeviceFilter, DeviceRecord, DeviceSort,
    TimelineEntry, UpdateDevice,
};
use macadam_api::facts::DeviceFacts;
use macadam_api::{ErrorCode, Page, PageQuery, Problem};
use macadam_policy::DeviceId;
use macadam_store::{DeviceKey, PageCursor};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::caller::{EditDevices, May, Read};
use super::error::ApiError;
use super::input::{Json, Path, Query};
use super::paging::{bad_cursor, page, wanted};
use crate::app::{App, DeviceError, Wanted};

/// Lists enrolled devices.
#[utoipa::path(get, path = "/devices", tag = "devices", params(DeviceFilter, PageQuery),
    responses((status = 200, body = Page<Device>), (status = 400, body = Problem),
        (status = 401, body = Problem)))]
pub(super) async fn list_devices(
    State(app): State<App>,
    _: May<Read>,
    Query(filter): Query<DeviceFilter>,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<Device>>, ApiError> {
    let sort = filter.sort.unwrap_or_default();
    let Wanted { rows, after } = wanted::<Cursor>(&query)?;
    let after = after.map(|cursor| cursor.read(sort)).transpose()?;
    let devices = app.devices(filter, Wanted { rows, after }).await?;
    Ok(page(devices.map_next(|cursor| Cursor::new(sort, cursor))))
}

/// Counts enrolled devices by status.
#[utoipa::path(get, path = "/device-counts", tag = "devices", params(DeviceFilter),
    responses((status = 200, body = DeviceCounts), (status = 400, body = Problem),
        (status = 401, body = Problem)))]
pub(super) async fn count_devices(
    State(app): State<App>,
    _: May<Read>,
    Query(filter): Query<DeviceFilter>,
) -> Result<Json<DeviceCounts>, ApiError> {
    Ok(Json(app.device_counts(filter).await?))
}

/// Shows everything about a device that is not secret.
#[utoipa::path(get, path = "/devices/{id}", tag = "devices", params(("id" = Uuid, Path)),
    responses((status = 200, body = DeviceRecord), (status = 401, body = Problem),
        (status = 404, body = Problem)))]
pub(super) async fn show_device(
    State(app): State<App>,
    _: May<Read>,
    Path(id): Path<Uuid>,
) -> Result<Json<DeviceRecord>, ApiError> {
    Ok(Json(app.device_record(DeviceId(id)).await?))
}

/// Changes what administrators say about a device.
#[utoipa::path(patch, path = "/devices/{id}", tag = "devices", params(("id" = Uuid, Path)),
    request_body = UpdateDevice,
    responses((status = 200, body = DeviceRecord), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
pub(super) async fn update_device(
    State(app): State<App>,
    may: May<EditDevices>,
    Path(id): Path<Uuid>,
    Json(body): Json<UpdateDevice>,
) -> Result<Json<DeviceRecord>, ApiError> {
    Ok(Json(app.update_device(&may.caller, DeviceId(id), body).await?))
}

/// Asks a device to connect.
#[utoipa::path(post, path = "/devices/{id}/sync", tag = "devices", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(super) async fn sync_device(
    State(app): State<App>,
    may: May<EditDevices>,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, ApiError> {
    app.sync_device(&may.caller, DeviceId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Explains a device's decision.
#[utoipa::path(get, path = "/devices/{id}/explanation", tag = "devices",
    params(("id" = Uuid, Path)),
    responses((status = 200, body = Explanation), (status = 401, body = Problem),
        (status = 404, body = Problem)))]
pub(super) async fn explain_device(
    State(app): State<App>,
    _: May<Read>,
    Path(id): Path<Uuid>,
) -> Result<Json<Explanation>, ApiError> {
    Ok(Json(app.explain(DeviceId(id)).await?))
}

/// Lists the changes of a device's status, target and deadline, newest first.
#[utoipa::path(get, path = "/devices/{id}/timeline", tag = "devices",
    params(("id" = Uuid, Path), PageQuery),
    responses((status = 200, body = Page<TimelineEntry>), (status = 400, body = Problem),
        (status = 401, body = Problem),
        (status = 404, body = Problem)))]
pub(super) async fn list_device_timeline(
    State(app): State<App>,
    _: May<Read>,
    Path(id): Path<Uuid>,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<TimelineEntry>>, ApiError> {
    Ok(page(app.device_timeline(DeviceId(id), wanted::<i64>(&query)?).await?))
}

/// Lists the declarations that a device is given, exactly as sent, by identifier.
#[utoipa::path(get, path = "/devices/{id}/declarations", tag = "devices",
    params(("id" = Uuid, Path), PageQuery),
    responses((status = 200, body = Page<DeviceDeclaration>), (status = 400, body = Problem),
        (status = 401, body = Problem),
        (status = 404, body = Problem)))]
pub(super) async fn list_device_declarations(
    State(app): State<App>,
    _: May<Read>,
    Path(id): Path<Uuid>,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<DeviceDeclaration>>, ApiError> {
    Ok(page(app.device_declarations(DeviceId(id), wanted::<String>(&query)?).await?))
}

/// Lists the commands of a device, newest first.
#[utoipa::path(get, path = "/devices/{id}/commands", tag = "devices",
    params(("id" = Uuid, Path), PageQuery),
    responses((status = 200, body = Page<DeviceCommand>), (status = 400, body = Problem),
        (status = 401, body = Problem),
        (status = 404, body = Problem)))]
pub(super) async fn list_device_commands(
    State(app): State<App>,
    _: May<Read>,
    Path(id): Path<Uuid>,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<DeviceCommand>>, ApiError> {
    Ok(page(app.device_commands(DeviceId(id), wanted::<i64>(&query)?).await?))
}

/// Lists the decisions of all enrolled devices, as `macadam decide` prints them.
#[utoipa::path(get, path = "/decisions", tag = "devices", params(PageQuery),
    responses((status = 200, body = Page<DecisionLine>), (status = 401, body = Problem)))]
pub(super) async fn list_decisions(
    State(app): State<App>,
    _: May<Read>,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<DecisionLine>>, ApiError> {
    let wanted = wanted::<Uuid>(&query)?.map(DeviceId);
    Ok(page(app.decisions(wanted).await?.map_next(|id| id.0)))
}

/// Lists what decisions are made from, as `macadam decide --devices` reads it.
#[utoipa::path(get, path = "/facts", tag = "devices", params(PageQuery),
    responses((status = 200, body = Page<DeviceFacts>), (status = 401, body = Problem)))]
pub(super) async fn list_facts(
    State(app): State<App>,
    _: May<Read>,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<DeviceFacts>>, ApiError> {
    let wanted = wanted::<Uuid>(&query)?.map(DeviceId);
    Ok(page(app.facts(wanted).await?.map_next(|id| id.0)))
}

/// Where a page of devices ends; it means something in one order only.
#[derive(Serialize, Deserialize)]
struct Cursor {
    sort: DeviceSort,
    #[serde(flatten)]
    key: Key,
    id: Uuid,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Key {
    Text(String),
    Number(i64),
}

impl Cursor {
    fn new(sort: DeviceSort, PageCursor { key, id }: PageCursor) -> Self {
        let key = match key {
            DeviceKey::Text(text) => Key::Text(text),
            DeviceKey::Number(number) => Key::Number(number),
        };
        Self { sort, key, id: id.0 }
    }

    fn read(self, sort: DeviceSort) -> Result<PageCursor, ApiError> {
        let is_text = match sort {
            DeviceSort::Name | DeviceSort::SerialNumber => true,
            DeviceSort::OsVersion | DeviceSort::Deadline | DeviceSort::LastSeen => false,
        };
        let key = match (self.key, is_text) {
            (Key::Text(text), true) => DeviceKey::Text(text),
            (Key::Number(number), false) => DeviceKey::Number(number),
            (Key::Text(_), false) | (Key::Number(_), true) => return Err(bad_cursor()),
        };
        let cursor = PageCursor { key, id: DeviceId(self.id) };
        if self.sort == sort { Ok(cursor) } else { Err(bad_cursor()) }
    }
}

impl From<DeviceError> for ApiError {
    fn from(error: DeviceError) -> Self {
        match error {
            DeviceError::Unknown => Self::not_found("device"),
            DeviceError::UnknownNote => Self::not_found("note"),
            DeviceError::Untold => Self::new(ErrorCode::NotFound, error.to_string()),
            DeviceError::Version(_) => Self::new(ErrorCode::InvalidParameter, error.to_string()),
            DeviceError::NoMoving => Self::new(ErrorCode::Forbidden, error.to_string()),
            DeviceError::Settings(details) => Self::settings(details),
            DeviceError::Save(error) => error.into(),
            DeviceError::Store(error) => Self::internal(error),
        }
    }
}
