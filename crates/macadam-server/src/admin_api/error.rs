//! What an administrator is told when a request is not done: one shape, stable codes.
//!
//! What failed inside goes to the log with its causes, and never to a client.

use std::error::Error;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use macadam_api::{Detail, ErrorCode, Problem};
use macadam_store::{SaveError, StoreError};

/// A request of the admin API that was not done.
#[derive(Debug)]
pub(crate) struct ApiError {
    problem: Problem,
    /// For the log only.
    cause: Option<Box<dyn Error + Send + Sync>>,
}

impl ApiError {
    pub(crate) fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        let problem = Problem { code, message: message.into(), details: Vec::new() };
        Self { problem, cause: None }
    }

    pub(crate) fn not_found(what: &str) -> Self {
        Self::new(ErrorCode::NotFound, format!("there is no such {what}"))
    }

    /// Settings that break a rule, each problem with its field.
    pub(crate) fn settings(details: Vec<Detail>) -> Self {
        let message = "the settings cannot be saved as they are".to_owned();
        let problem = Problem { code: ErrorCode::InvalidSettings, message, details };
        Self { problem, cause: None }
    }

    /// Something failed inside.
    pub(crate) fn internal(cause: impl Error + Send + Sync + 'static) -> Self {
        let message = "something failed inside the server; look into its log";
        Self::caused(ErrorCode::Internal, message, cause)
    }

    /// A refusal whose cause only the log tells.
    pub(crate) fn caused(
        code: ErrorCode,
        message: &str,
        cause: impl Error + Send + Sync + 'static,
    ) -> Self {
        Self { cause: Some(Box::new(cause)), ..Self::new(code, message) }
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        Self::internal(error)
    }
}

impl From<SaveError> for ApiError {
    fn from(error: SaveError) -> Self {
        match error {
            SaveError::Taken => {
                Self::new(ErrorCode::AlreadyExists, "something with this name exists already")
            }
            SaveError::Unknown => Self::new(ErrorCode::NotFound, "it does not exist any more"),
            SaveError::Stale { current } => Self::new(
                ErrorCode::ChangedMeanwhile,
                format!("somebody else changed it meanwhile; its revision is now {current}"),
            ),
            SaveError::InUse => Self::new(ErrorCode::InUse, "something else still uses it"),
            SaveError::Store(error) => Self::internal(error),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        if let Some(cause) = &self.cause {
            tracing::error!(error = cause.as_ref() as &dyn Error, "an admin request failed");
        }
        let status = StatusCode::from_u16(self.problem.code.status())
            .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self.problem).unwrap_or_default();
        let media_type = HeaderValue::from_static(Problem::MEDIA_TYPE);
        (status, [(header::CONTENT_TYPE, media_type)], body).into_response()
    }
}
