//! The admin API, `/api/v1`.

use axum::Router;

use crate::app::App;

/// Every route of the admin API.
pub(crate) fn router(app: App) -> Router {
    Router::new().with_state(app)
}
