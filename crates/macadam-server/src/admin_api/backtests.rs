//! `/api/v1/backtests`: what policies would have meant over the real history of releases.

use axum::extract::State;
use macadam_api::Problem;
use macadam_api::backtests::{Backtest, BacktestRequest};

use super::caller::{May, Read};
use super::error::ApiError;
use super::input::Json;
use crate::app::{App, BacktestError};

/// Replays policies over the history of releases; nothing is stored.
#[utoipa::path(post, path = "/backtests", tag = "backtests", request_body = BacktestRequest,
    responses((status = 200, body = Backtest), (status = 401, body = Problem),
        (status = 422, body = Problem)))]
pub(super) async fn create_backtest(
    State(app): State<App>,
    _: May<Read>,
    Json(body): Json<BacktestRequest>,
) -> Result<Json<Backtest>, ApiError> {
    Ok(Json(app.backtest(body).await?))
}

impl From<BacktestError> for ApiError {
    fn from(error: BacktestError) -> Self {
        match error {
            BacktestError::Settings(details) => Self::settings(details),
            BacktestError::GivenUp(error) => Self::internal(error),
            BacktestError::Store(error) => Self::internal(error),
        }
    }
}
