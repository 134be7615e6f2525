//! `/api/v1/device-actions`: one action on many devices at once.

use axum::extract::State;
use macadam_api::device_actions::{ActOnDevices, DeviceActionOutcome};
use macadam_api::{ErrorCode, Problem};

use super::caller::{EditDevices, May};
use super::error::ApiError;
use super::input::Json;
use crate::app::{App, DeviceActionError};

/// Does one thing to many devices, and says which of them could not be done.
#[utoipa::path(post, path = "/device-actions", tag = "devices", request_body = ActOnDevices,
    responses((status = 200, body = DeviceActionOutcome), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem),
        (status = 428, body = Problem)))]
pub(super) async fn act_on_devices(
    State(app): State<App>,
    may: May<EditDevices>,
    Json(body): Json<ActOnDevices>,
) -> Result<Json<DeviceActionOutcome>, ApiError> {
    Ok(Json(app.act_on_devices(&may.caller, body).await?))
}

impl From<DeviceActionError> for ApiError {
    fn from(error: DeviceActionError) -> Self {
        match error {
            DeviceActionError::NoMoving => Self::new(ErrorCode::Forbidden, error.to_string()),
            DeviceActionError::Settings(details) => Self::settings(details),
            DeviceActionError::InProgress => Self::new(ErrorCode::InUse, error.to_string()),
            DeviceActionError::OtherRequest => {
                Self::new(ErrorCode::AlreadyExists, error.to_string())
            }
            DeviceActionError::Change(error) => error.into(),
            DeviceActionError::Store(error) => Self::internal(error),
        }
    }
}
