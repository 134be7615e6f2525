//! `/api/v1/server`: what this server is and how it does.

use axum::extract::State;
use macadam_api::Problem;
use macadam_api::server::Server;

use super::caller::{May, Read};
use super::error::ApiError;
use super::input::Json;
use crate::app::App;

/// Tells what this server is, and what needs a person.
#[utoipa::path(get, path = "/server", tag = "server",
    responses((status = 200, body = Server), (status = 401, body = Problem)))]
pub(super) async fn show_server(
    State(app): State<App>,
    _: May<Read>,
) -> Result<Json<Server>, ApiError> {
    Ok(Json(app.server().await?))
}
