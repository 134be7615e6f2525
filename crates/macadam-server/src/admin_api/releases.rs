//! `/api/v1/releases`: what Apple published, and what administrators say about it.

use axum::extract::State;
use axum::http::StatusCode;
use macadam_api::releases::{Release, ReleaseFilter, ReleaseRecord, WriteReview};
use macadam_api::server::WriteApproval;
use macadam_api::{Page, PageQuery, Problem};

use super::caller::{May, Read, ReviewReleases};
use super::error::ApiError;
use super::input::{Json, Path, Query};
use super::paging::{page, wanted};
use crate::app::App;

/// Lists releases, newest first.
#[utoipa::path(get, path = "/releases", tag = "releases", params(ReleaseFilter, PageQuery),
    responses((status = 200, body = Page<Release>), (status = 400, body = Problem),
        (status = 401, body = Problem)))]
pub(super) async fn list_releases(
    State(app): State<App>,
    _: May<Read>,
    Query(filter): Query<ReleaseFilter>,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<Release>>, ApiError> {
    Ok(page(app.releases(filter, wanted(&query)?).await?))
}

/// Shows a release with its builds and vulnerabilities.
#[utoipa::path(get, path = "/releases/{id}", tag = "releases", params(("id" = String, Path)),
    responses((status = 200, body = ReleaseRecord), (status = 401, body = Problem),
        (status = 404, body = Problem)))]
pub(super) async fn show_release(
    State(app): State<App>,
    _: May<Read>,
    Path(id): Path<String>,
) -> Result<Json<ReleaseRecord>, ApiError> {
    Ok(Json(app.release(&id).await?))
}

/// Approves, holds or resumes a release.
#[utoipa::path(post, path = "/releases/{id}/review", tag = "releases",
    params(("id" = String, Path)), request_body = WriteReview,
    responses((status = 200, body = ReleaseRecord), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn review_release(
    State(app): State<App>,
    may: May<ReviewReleases>,
    Path(id): Path<String>,
    Json(body): Json<WriteReview>,
) -> Result<Json<ReleaseRecord>, ApiError> {
    Ok(Json(app.review_release(&may.caller, &id, body).await?))
}

/// Changes when releases count as approved.
#[utoipa::path(put, path = "/approval", tag = "releases", request_body = WriteApproval,
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub(super) async fn write_approval(
    State(app): State<App>,
    may: May<ReviewReleases>,
    Json(body): Json<WriteApproval>,
) -> Result<StatusCode, ApiError> {
    app.write_approval(&may.caller, body).await?;
    Ok(StatusCode::NO_CONTENT)
}
