//! `/api/v1/feeds`: how old the release data is, asking for new, and bringing it by hand.

use axum::extract::State;
use macadam_api::feeds::{FeedName, FeedOutcome, FeedStatus, ImportQuery};
use macadam_api::{ErrorCode, Problem};

use super::caller::{May, Read, RefreshCatalog};
use super::error::ApiError;
use super::input::{Body, Json, Path, Query};
use crate::app::{
    App, Belief, ImportError, ObserveError, RefreshCatalogError, RefreshFeedError,
    RefreshReleaseNotesError,
};

/// Tells how each feed stands.
#[utoipa::path(get, path = "/feeds", tag = "feeds",
    responses((status = 200, body = Vec<FeedStatus>), (status = 401, body = Problem)))]
pub(super) async fn list_feeds(
    State(app): State<App>,
    _: May<Read>,
) -> Result<Json<Vec<FeedStatus>>, ApiError> {
    Ok(Json(app.feeds().await?))
}

/// Asks a feed now.
#[utoipa::path(post, path = "/feeds/{name}/refresh", tag = "feeds",
    params(("name" = FeedName, Path)),
    responses((status = 200, body = FeedOutcome), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem), (status = 502, body = Problem)))]
pub(super) async fn refresh_feed(
    State(app): State<App>,
    may: May<RefreshCatalog>,
    Path(name): Path<FeedName>,
) -> Result<Json<FeedOutcome>, ApiError> {
    Ok(Json(app.refresh_feed(&may.caller, name).await?))
}

/// Takes an answer of Apple's feed that was brought by hand; the body is the answer.
#[utoipa::path(post, path = "/feeds/gdmf/import", tag = "feeds", params(ImportQuery),
    request_body(content = serde_json::Value, content_type = "application/json"),
    responses((status = 200, body = FeedOutcome), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 413, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn import_feed(
    State(app): State<App>,
    may: May<RefreshCatalog>,
    Query(query): Query<ImportQuery>,
    Body(answer): Body,
) -> Result<Json<FeedOutcome>, ApiError> {
    let belief = if query.confirm { Belief::Confirmed } else { Belief::Cautious };
    Ok(Json(app.import_feed(&may.caller, &answer, belief).await?))
}

impl From<ObserveError> for ApiError {
    fn from(error: ObserveError) -> Self {
        match error {
            ObserveError::Insane(insane) => {
                let message = format!("the answer is not believed: {insane}");
                Self::new(ErrorCode::FeedNotBelieved, message)
            }
            ObserveError::Busy => Self::new(ErrorCode::Unavailable, error.to_string()),
            ObserveError::Store(error) => Self::internal(error),
        }
    }
}

impl From<RefreshFeedError> for ApiError {
    fn from(error: RefreshFeedError) -> Self {
        match error {
            RefreshFeedError::Refresh(RefreshCatalogError::Fetch(error)) => {
                let message = "Apple's feed did not answer, or not as documented";
                Self::caused(ErrorCode::FeedUnreachable, message, error)
            }
            RefreshFeedError::Refresh(RefreshCatalogError::Observe(error)) => error.into(),
            RefreshFeedError::NotRead => Self::not_found("feed on this server"),
            RefreshFeedError::Notes(error) => error.into(),
            RefreshFeedError::Store(error) => Self::internal(error),
        }
    }
}

impl From<RefreshReleaseNotesError> for ApiError {
    fn from(error: RefreshReleaseNotesError) -> Self {
        match error {
            RefreshReleaseNotesError::Fetch { .. } => {
                let message = "the community's feed did not answer, or not as documented";
                Self::caused(ErrorCode::FeedUnreachable, message, error)
            }
            RefreshReleaseNotesError::Shrunk { name, source } => {
                let message = format!("{name} is not believed: {source}");
                Self::new(ErrorCode::FeedNotBelieved, message)
            }
            RefreshReleaseNotesError::Store(error) => Self::internal(error),
        }
    }
}

impl From<ImportError> for ApiError {
    fn from(error: ImportError) -> Self {
        match error {
            ImportError::Decode(error) => {
                Self::caused(ErrorCode::InvalidBody, "the body is no answer of Apple's feed", error)
            }
            ImportError::Observe(error) => error.into(),
            ImportError::Store(error) => Self::internal(error),
        }
    }
}
