//! One-time enrollment links: opening one shows a page, and the page's button gives the profile.
//!
//! Programs that preview links, and mail filters that look into them, ask with HEAD and GET.
//! Neither may spend a link, or hand its one challenge to somebody who is no device.

mod page;

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use macadam_protocol::profile;

use self::page::Page;
use super::error::DeviceError;
use super::sender::Admitted;
use crate::app::{App, UseLinkError};

/// Says what enrolling means and offers the profile. The link stays unused.
pub(super) async fn open_link(
    State(app): State<App>,
    _admitted: Admitted,
    Path(code): Path<String>,
) -> Result<Response, DeviceError> {
    match app.look_at_enrollment_link(&code).await {
        Ok(()) => Ok(Page::Offer { organization: &app.config.organization }.into_response()),
        Err(error) => refuse(error),
    }
}

/// Gives the profile, once.
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
        Err(error) => refuse(error),
    }
}

fn refuse(error: UseLinkError) -> Result<Response, DeviceError> {
    match error {
        UseLinkError::AlreadyUsed => Ok((StatusCode::GONE, Page::Used).into_response()),
        UseLinkError::Invalid => Ok((StatusCode::NOT_FOUND, Page::Invalid).into_response()),
        UseLinkError::NoPushCertificate | UseLinkError::PushCertificate(_) => {
            tracing::error!(error = &error as &dyn std::error::Error, "nobody can enroll");
            Err(DeviceError::NotSetUp)
        }
        UseLinkError::Store(error) => Err(DeviceError::Store(error)),
    }
}
