//! `/api/v1/devices/{id}/notes`: what people write about a device.

use axum::extract::State;
use axum::http::StatusCode;
use macadam_api::Problem;
use macadam_api::notes::{CreateNote, Note};
use macadam_policy::DeviceId;
use macadam_store::NoteId;
use uuid::Uuid;

use super::caller::{EditDevices, May, Read};
use super::error::ApiError;
use super::input::{Json, Path};
use crate::app::App;

/// Shows the notes about a device, newest first.
#[utoipa::path(get, path = "/devices/{id}/notes", tag = "devices", params(("id" = Uuid, Path)),
    responses((status = 200, body = Vec<Note>), (status = 401, body = Problem),
        (status = 404, body = Problem)))]
pub(super) async fn show_notes(
    State(app): State<App>,
    _: May<Read>,
    Path(id): Path<Uuid>,
) -> Result<Json<Vec<Note>>, ApiError> {
    Ok(Json(app.notes(DeviceId(id)).await?))
}

/// Writes a note about a device.
#[utoipa::path(post, path = "/devices/{id}/notes", tag = "devices", request_body = CreateNote,
    params(("id" = Uuid, Path)),
    responses((status = 201, body = Note), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
pub(super) async fn create_note(
    State(app): State<App>,
    may: May<EditDevices>,
    Path(id): Path<Uuid>,
    Json(body): Json<CreateNote>,
) -> Result<(StatusCode, Json<Note>), ApiError> {
    let note = app.create_note(&may.caller, DeviceId(id), body).await?;
    Ok((StatusCode::CREATED, Json(note)))
}

/// Deletes a note about a device; the audit log keeps what it said.
#[utoipa::path(delete, path = "/devices/{id}/notes/{note_id}", tag = "devices",
    params(("id" = Uuid, Path), ("note_id" = Uuid, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(super) async fn delete_note(
    State(app): State<App>,
    may: May<EditDevices>,
    Path((id, note)): Path<(Uuid, Uuid)>,
) -> Result<StatusCode, ApiError> {
    app.delete_note(&may.caller, DeviceId(id), NoteId(note)).await?;
    Ok(StatusCode::NO_CONTENT)
}
