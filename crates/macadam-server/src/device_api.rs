//! What devices talk to: check-in, commands, SCEP and enrollment links.

mod check_in;
mod connect;
mod enroll;
mod error;
mod scep;
mod sender;

use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::routing::{get, put};
use tower_http::timeout::TimeoutLayer;

use crate::app::App;

/// The largest message of a device; what is larger is answered 413.
const BODY_LIMIT: usize = 1024 * 1024;
/// A message that has not arrived and been answered by then is given up.
const TIME_LIMIT: Duration = Duration::from_secs(30);

/// Every route for devices. Apple documents PUT; some clients use POST.
pub(crate) fn router(app: App) -> Router {
    Router::new()
        .route("/mdm/checkin", put(check_in::check_in).post(check_in::check_in))
        .route("/mdm/connect", put(connect::connect).post(connect::connect))
        .route("/mdm", put(connect::either).post(connect::either))
        .route("/scep", get(scep::get_operation).post(scep::post_operation))
        .route("/enroll/{code}", get(enroll::open_link).post(enroll::download_profile))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, TIME_LIMIT))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .with_state(app)
}
