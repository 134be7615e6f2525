//! Bodies, queries and paths of requests; what cannot be read is answered in our own shape.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use macadam_api::ErrorCode;
use macadam_api::blueprints::Blueprint;
use macadam_api::library_items::LibraryItem;
use macadam_api::people::Person;
use macadam_api::views::View;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::ApiError;

/// A JSON body, as a request or as an answer.
pub(crate) struct Json<T>(pub(crate) T);

/// Parameters of the query.
pub(crate) struct Query<T>(pub(crate) T);

/// Parameters of the path.
pub(crate) struct Path<T>(pub(crate) T);

/// A body that is no JSON of ours, as it came.
pub(crate) struct Body(pub(crate) Bytes);

/// An answer whose revision, which `If-Match` will name, is its `ETag`.
pub(crate) struct Revised<T>(pub(crate) T);

/// What can be changed from the revision that was read only.
pub(crate) trait HasRevision {
    fn revision(&self) -> u64;
}

/// The revision that `If-Match` names.
pub(crate) struct Revision(pub(crate) u64);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        if !is_json(request.headers()) {
            let message = "send the body as application/json";
            return Err(ApiError::new(ErrorCode::UnsupportedMediaType, message));
        }
        let Body(body) = Body::from_request(request, state).await?;
        serde_json::from_slice(&body)
            .map(Self)
            .map_err(|error| ApiError::new(ErrorCode::InvalidBody, error.to_string()))
    }
}

impl<S: Send + Sync> FromRequest<S> for Body {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        Bytes::from_request(request, state).await.map(Self).map_err(|refusal| {
            match refusal.status() {
                StatusCode::PAYLOAD_TOO_LARGE => {
                    ApiError::new(ErrorCode::BodyTooLarge, "the body is too large")
                }
                _ => ApiError::new(ErrorCode::InvalidBody, "the body did not arrive whole"),
            }
        })
    }
}

impl<T: Serialize + HasRevision> IntoResponse for Revised<T> {
    fn into_response(self) -> Response {
        let tag = format!("\"{}\"", self.0.revision());
        ([(header::ETAG, tag)], Json(self.0)).into_response()
    }
}

impl HasRevision for Person {
    fn revision(&self) -> u64 {
        self.revision
    }
}

impl HasRevision for View {
    fn revision(&self) -> u64 {
        self.revision
    }
}

impl HasRevision for LibraryItem {
    fn revision(&self) -> u64 {
        self.revision
    }
}

impl HasRevision for Blueprint {
    fn revision(&self) -> u64 {
        self.revision
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        axum::extract::Query::from_request_parts(parts, state)
            .await
            .map(|axum::extract::Query(query)| Self(query))
            .map_err(|refusal| ApiError::new(ErrorCode::InvalidParameter, refusal.body_text()))
    }
}

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        axum::extract::Path::from_request_parts(parts, state)
            .await
            .map(|axum::extract::Path(path)| Self(path))
            .map_err(|refusal| ApiError::new(ErrorCode::InvalidParameter, refusal.body_text()))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Revision {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let value = parts.headers.get(header::IF_MATCH).ok_or_else(|| {
            let message = "send the revision that was read as If-Match";
            ApiError::new(ErrorCode::RevisionRequired, message)
        })?;
        let text = value.to_str().unwrap_or_default().trim().trim_matches('"');
        text.parse().map(Self).map_err(|_| {
            ApiError::new(ErrorCode::InvalidParameter, "If-Match is not a revision such as \"3\"")
        })
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).is_some_and(|value| {
        let media_type = value.split(';').next().unwrap_or_default().trim();
        media_type.eq_ignore_ascii_case("application/json")
    })
}
