//! One-time enrollment links.

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use macadam_protocol::profile;

use super::error::DeviceError;
use super::sender::Admitted;
use crate::app::{App, UseLinkError};

pub(super) async fn download_profile(
    State(app): State<App>,
    _admitted: Admitted,
    Path(code): Path<String>,
) -> Result<Response, DeviceError> {
    match app.use_enrollment_link(&code).await {
        Ok(signed) => {
            let headers = [
                (header::CONTENT_TYPE, profile::CONTENT_TYPE),
                (header::CONTENT_DISPOSITION, "attachment; filename=\"enroll.mobileconfig\""),
                (header::CACHE_CONTROL, "no-store"),
            ];
            Ok((headers, signed).into_response())
        }
        Err(UseLinkError::AlreadyUsed) => {
            Ok((StatusCode::GONE, "This link was used before. Ask for a new one.\n")
                .into_response())
        }
        Err(UseLinkError::Invalid) => {
            let text = "This link has expired or never existed. Ask for a new one.\n";
            Ok((StatusCode::NOT_FOUND, text).into_response())
        }
        Err(error @ (UseLinkError::NoPushCertificate | UseLinkError::PushCertificate(_))) => {
            tracing::error!(error = &error as &dyn std::error::Error, "nobody can enroll");
            Err(DeviceError::NotSetUp)
        }
        Err(UseLinkError::Store(error)) => Err(DeviceError::Store(error)),
    }
}
