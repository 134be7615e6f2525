//! The server URL: a device reports and gets its next command, or nothing.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use macadam_protocol::command;

use super::check_in::check_in;
use super::error::DeviceError;
use super::sender::Message;
use crate::app::App;

pub(super) async fn connect(
    State(app): State<App>,
    message: Message,
) -> Result<Response, DeviceError> {
    let report = command::decode_report(&message.body)
        .map_err(|error| DeviceError::Malformed(error.code()))?;
    let enrollment = app.recognize(&message.certificate, &report.identity, message.origin).await?;
    let next = if report.identity.is_device_channel() {
        app.next_command(&enrollment, &report, message.body).await?
    } else {
        None // Users of a device have no queue.
    };
    Ok(match next {
        Some(command) => ([(header::CONTENT_TYPE, "application/xml")], command).into_response(),
        // Zero bytes end the session; an empty property list would not.
        None => StatusCode::OK.into_response(),
    })
}

/// One URL for both, told apart by content type.
pub(super) async fn either(state: State<App>, message: Message) -> Result<Response, DeviceError> {
    if message.is_check_in { check_in(state, message).await } else { connect(state, message).await }
}
