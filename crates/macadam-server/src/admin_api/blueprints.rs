//! `/api/v1/blueprints`.

use axum::extract::State;
use axum::http::StatusCode;
use macadam_api::blueprints::{AssignDevices, Blueprint, BlueprintFilter, WriteBlueprint};
use macadam_api::{Detail, Page, PageQuery, Problem};
use macadam_policy::BlueprintId;
use uuid::Uuid;

use super::caller::{EditBlueprints, May, Read};
use super::error::ApiError;
use super::input::{Json, Path, Query, Revised, Revision};
use super::paging::{page, wanted};
use crate::app::App;

/// The most devices that one request moves.
const DEVICES: usize = 1000;

/// Lists blueprints, by name.
#[utoipa::path(get, path = "/blueprints", tag = "blueprints", params(BlueprintFilter, PageQuery),
    responses((status = 200, body = Page<Blueprint>), (status = 400, body = Problem)))]
pub(super) async fn list_blueprints(
    State(app): State<App>,
    _: May<Read>,
    Query(filter): Query<BlueprintFilter>,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<Blueprint>>, ApiError> {
    let by_name = |blueprint: &Blueprint| blueprint.name.clone();
    Ok(page(wanted(&query)?.page_of(app.list_blueprints(&filter).await?, by_name)))
}

/// Shows a blueprint.
#[utoipa::path(get, path = "/blueprints/{id}", tag = "blueprints", params(("id" = Uuid, Path)),
    responses((status = 200, body = Blueprint), (status = 404, body = Problem)))]
pub(super) async fn show_blueprint(
    State(app): State<App>,
    _: May<Read>,
    Path(id): Path<Uuid>,
) -> Result<Revised<Blueprint>, ApiError> {
    Ok(Revised(app.show_blueprint(BlueprintId(id)).await?))
}

/// Creates a blueprint.
#[utoipa::path(post, path = "/blueprints", tag = "blueprints", request_body = WriteBlueprint,
    responses((status = 201, body = Blueprint), (status = 422, body = Problem)))]
pub(super) async fn create_blueprint(
    State(app): State<App>,
    may: May<EditBlueprints>,
    Json(body): Json<WriteBlueprint>,
) -> Result<(StatusCode, Revised<Blueprint>), ApiError> {
    Ok((StatusCode::CREATED, Revised(app.create_blueprint(&may.caller, body).await?)))
}

/// Replaces a blueprint.
#[utoipa::path(put, path = "/blueprints/{id}", tag = "blueprints",
    params(("id" = Uuid, Path), ("If-Match" = String, Header)), request_body = WriteBlueprint,
    responses((status = 200, body = Blueprint), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 412, body = Problem),
        (status = 422, body = Problem), (status = 428, body = Problem)))]
pub(super) async fn update_blueprint(
    State(app): State<App>,
    may: May<EditBlueprints>,
    Path(id): Path<Uuid>,
    Revision(revision): Revision,
    Json(body): Json<WriteBlueprint>,
) -> Result<Revised<Blueprint>, ApiError> {
    let blueprint = app.update_blueprint(&may.caller, (BlueprintId(id), revision), body).await?;
    Ok(Revised(blueprint))
}

/// Deletes a blueprint that no device is in.
#[utoipa::path(delete, path = "/blueprints/{id}", tag = "blueprints",
    params(("id" = Uuid, Path), ("If-Match" = String, Header)),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 412, body = Problem), (status = 428, body = Problem)))]
pub(super) async fn delete_blueprint(
    State(app): State<App>,
    may: May<EditBlueprints>,
    Path(id): Path<Uuid>,
    Revision(revision): Revision,
) -> Result<StatusCode, ApiError> {
    app.delete_blueprint(&may.caller, BlueprintId(id), revision).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Moves devices into a blueprint.
#[utoipa::path(post, path = "/blueprints/{id}/devices", tag = "blueprints",
    params(("id" = Uuid, Path)), request_body = AssignDevices,
    responses((status = 200, body = Blueprint), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn assign_devices(
    State(app): State<App>,
    may: May<EditBlueprints>,
    Path(id): Path<Uuid>,
    Json(body): Json<AssignDevices>,
) -> Result<Revised<Blueprint>, ApiError> {
    if body.device_ids.len() > DEVICES {
        let message = format!("at most {DEVICES} devices move at a time");
        return Err(ApiError::settings(vec![Detail::new("device_ids", message)]));
    }
    Ok(Revised(app.assign_devices(&may.caller, BlueprintId(id), body).await?))
}
