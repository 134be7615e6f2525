//! What a device is told when its request is not served.
//!
//! There is no 401 and no 403 with the unrecognized-device code in this file or anywhere else in
//! the server: either makes a device remove its enrollment.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use macadam_store::StoreError;
use thiserror::Error;

use crate::app::RecognizeError;

/// Seconds after which a device may try again.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("30");

/// A request of a device that is not served.
#[derive(Debug, Error)]
pub(super) enum DeviceError {
    #[error("the sender is not one we serve")]
    Refused,
    /// The stable code says what is wrong with the message.
    #[error("the message cannot be read ({0})")]
    Malformed(&'static str),
    #[error("the message is larger than a device's messages are")]
    TooLarge,
    #[error("the message did not arrive whole")]
    Incomplete,
    #[error("there is nothing of this name")]
    NotFound,
    #[error("this user is not managed")]
    NotManaged,
    #[error("a token for this service is not to be had here")]
    UnknownTokenService,
    #[error("too many requests at once")]
    Overloaded,
    #[error("the server is not set up to enroll devices yet")]
    NotSetUp,
    #[error("the store did not do its part")]
    Store(#[from] StoreError),
}

impl From<RecognizeError> for DeviceError {
    fn from(error: RecognizeError) -> Self {
        match error {
            RecognizeError::Refused(_) => Self::Refused,
            RecognizeError::Store(error) => Self::Store(error),
        }
    }
}

impl DeviceError {
    fn status(&self) -> StatusCode {
        match self {
            Self::Refused => StatusCode::FORBIDDEN,
            Self::Malformed(_) | Self::Incomplete | Self::UnknownTokenService => {
                StatusCode::BAD_REQUEST
            }
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::NotManaged => StatusCode::GONE,
            Self::Overloaded | Self::NotSetUp | Self::Store(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

impl IntoResponse for DeviceError {
    fn into_response(self) -> Response {
        if let Self::Store(error) = &self {
            tracing::error!(error = error as &dyn std::error::Error, "a device was not served");
        }
        let status = self.status();
        let mut response = (status, format!("{self}\n")).into_response();
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, RETRY_AFTER);
        }
        response
    }
}
