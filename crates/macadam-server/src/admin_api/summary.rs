//! `/api/v1/summary` and `/api/v1/version-shares`: the whole fleet in numbers.

use axum::extract::State;
use macadam_api::Problem;
use macadam_api::summary::{Summary, SummaryQuery, VersionShare, VersionShareQuery};

use super::caller::{May, Read};
use super::error::ApiError;
use super::input::{Json, Query};
use crate::app::App;

/// Tells how the fleet stands, in numbers that each open a list of devices, and what needs a
/// person.
#[utoipa::path(get, path = "/summary", tag = "summary", params(SummaryQuery),
    responses((status = 200, body = Summary), (status = 400, body = Problem),
        (status = 401, body = Problem)))]
pub(super) async fn show_summary(
    State(app): State<App>,
    _: May<Read>,
    Query(query): Query<SummaryQuery>,
) -> Result<Json<Summary>, ApiError> {
    Ok(Json(app.summary(query).await?))
}

/// Lists how many devices ran which version at the end of each day, oldest day first.
#[utoipa::path(get, path = "/version-shares", tag = "summary", params(VersionShareQuery),
    responses((status = 200, body = Vec<VersionShare>), (status = 400, body = Problem),
        (status = 401, body = Problem)))]
pub(super) async fn list_version_shares(
    State(app): State<App>,
    _: May<Read>,
    Query(query): Query<VersionShareQuery>,
) -> Result<Json<Vec<VersionShare>>, ApiError> {
    Ok(Json(app.version_shares(query).await?))
}
