//! `/api/v1/previews`.

use axum::extract::State;
use macadam_api::Problem;
use macadam_api::previews::{Preview, PreviewRequest};

use super::caller::{May, Read};
use super::error::ApiError;
use super::input::Json;
use crate::app::{App, PreviewError};

/// Shows what a change would do to the fleet; nothing is stored.
#[utoipa::path(post, path = "/previews", tag = "previews", request_body = PreviewRequest,
    responses((status = 200, body = Preview), (status = 404, body = Problem)))]
pub(super) async fn create_preview(
    State(app): State<App>,
    _: May<Read>,
    Json(body): Json<PreviewRequest>,
) -> Result<Json<Preview>, ApiError> {
    Ok(Json(app.preview(&body).await?))
}

impl From<PreviewError> for ApiError {
    fn from(error: PreviewError) -> Self {
        match error {
            PreviewError::Unknown(what) => Self::not_found(what),
            PreviewError::Store(error) => Self::internal(error),
        }
    }
}
