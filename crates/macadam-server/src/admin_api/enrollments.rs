//! `/api/v1/enrollments`: one-time links that enroll a device.

use axum::extract::State;
use axum::http::StatusCode;
use macadam_api::enrollments::{CreateEnrollment, CreatedEnrollment, Enrollment};
use macadam_api::{ErrorCode, Page, PageQuery, Problem};
use macadam_store::LinkId;
use uuid::Uuid;

use super::caller::{EditEnrollments, May, Read};
use super::error::ApiError;
use super::input::{Json, Path, Query};
use super::paging::{page, wanted};
use crate::app::{App, EnrollmentLinkError};

/// Lists enrollment links, newest first.
#[utoipa::path(get, path = "/enrollments", tag = "enrollments", params(PageQuery),
    responses((status = 200, body = Page<Enrollment>), (status = 401, body = Problem)))]
pub(super) async fn list_enrollments(
    State(app): State<App>,
    _: May<Read>,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<Enrollment>>, ApiError> {
    let wanted = wanted::<Uuid>(&query)?.map(LinkId);
    Ok(page(app.enrollment_links(wanted).await?.map_next(|id| id.0)))
}

/// Creates an enrollment link; its URL is told only here.
#[utoipa::path(post, path = "/enrollments", tag = "enrollments", request_body = CreateEnrollment,
    responses((status = 201, body = CreatedEnrollment), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn create_enrollment(
    State(app): State<App>,
    may: May<EditEnrollments>,
    Json(body): Json<CreateEnrollment>,
) -> Result<(StatusCode, Json<CreatedEnrollment>), ApiError> {
    Ok((StatusCode::CREATED, Json(app.create_enrollment(&may.caller, body).await?)))
}

/// Makes an open enrollment link worthless.
#[utoipa::path(delete, path = "/enrollments/{id}", tag = "enrollments",
    params(("id" = Uuid, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(super) async fn revoke_enrollment(
    State(app): State<App>,
    may: May<EditEnrollments>,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, ApiError> {
    app.revoke_enrollment(&may.caller, LinkId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl From<EnrollmentLinkError> for ApiError {
    fn from(error: EnrollmentLinkError) -> Self {
        match error {
            EnrollmentLinkError::NotOpen => Self::new(ErrorCode::NotFound, error.to_string()),
            EnrollmentLinkError::Settings(details) => Self::settings(details),
            EnrollmentLinkError::Store(error) => Self::internal(error),
        }
    }
}
