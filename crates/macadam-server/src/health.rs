//! What a load balancer asks: whether the process is alive, and whether it can work.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use macadam_api::server::Health;

use crate::app::App;

pub(crate) fn router(app: App) -> Router {
    Router::new()
        .route("/healthz", get(|| async { "alive\n" }))
        .route("/readyz", get(show_readiness))
        .route("/health", get(show_health))
        .with_state(app)
}

/// The same in the shape of the admin API, for its clients.
async fn show_health(State(app): State<App>) -> (StatusCode, Json<Health>) {
    let (status, _) = show_readiness(State(app)).await;
    let version = env!("CARGO_PKG_VERSION").to_owned();
    (status, Json(Health { ready: status.is_success(), version }))
}

async fn show_readiness(State(app): State<App>) -> (StatusCode, &'static str) {
    match app.store.ping().await {
        Ok(()) => (StatusCode::OK, "ready\n"),
        Err(error) => {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "the database does not answer"
            );
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n")
        }
    }
}
