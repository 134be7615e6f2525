//! The admin API, `/api/v1`: what the web app, the command line and other programs use.

mod account;
mod audit;
mod backtests;
mod blueprints;
mod bulk_actions;
mod caller;
mod cookie;
mod devices;
mod enrollments;
mod error;
mod events;
mod exceptions;
mod feeds;
mod input;
mod library_items;
mod notes;
mod paging;
mod parameters;
mod passkeys;
mod people;
mod policy;
mod previews;
mod push_certificates;
mod releases;
mod rings;
mod server;
mod sessions;
mod summary;
mod tokens;
mod views;

use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::{Next, from_fn_with_state, map_response};
use axum::response::Response;
use axum::routing::get;
use macadam_api::ErrorCode;
use macadam_api::devices::DeviceSort;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{Components, InfoBuilder, OpenApi, OpenApiBuilder};
use utoipa::{PartialSchema, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::error::ApiError;
use self::parameters::{Parameters, refuse_unknown};
use crate::app::App;

const PREFIX: &str = "/api/v1";
/// The largest body; what is larger is answered 413.
const BODY_LIMIT: usize = 1024 * 1024;
/// The largest answer of Apple's feed that can be brought by hand, or list of devices.
const LARGE_BODY_LIMIT: usize = 8 * 1024 * 1024;
/// A request that has not been answered by then is given up; previews of large fleets take time.
const TIME_LIMIT: Duration = Duration::from_secs(120);

/// Headers of every answer. Nothing here is a page, and nothing may be kept by anybody.
const HEADERS: [(HeaderName, HeaderValue); 5] = [
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"),
    ),
    (header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000")),
];

/// Every route of the admin API.
pub(crate) fn router(app: App) -> Router {
    let (router, document) = documented();
    let parameters = Parameters::of(&document);
    let document = document.to_pretty_json().expect("the document has text keys only");
    router
        .layer(from_fn_with_state(parameters, refuse_unknown))
        .route(&format!("{PREFIX}/openapi.json"), get(|| async { json(document) }))
        .method_not_allowed_fallback(refuse_method)
        .layer(from_fn_with_state(TIME_LIMIT, limit_time))
        .layer(map_response(add_headers))
        .layer(from_fn_with_state(app.clone(), events::note_changes))
        .with_state(app)
}

/// The OpenAPI document, as it is committed.
#[cfg(test)]
pub(crate) fn document() -> OpenApi {
    documented().1
}

/// The routes, and the OpenAPI document that is made from the same list.
fn documented() -> (Router<App>, OpenApi) {
    let limited = access().merge(fleet()).merge(configuration()).merge(catalog());
    let limited = limited.layer(DefaultBodyLimit::max(BODY_LIMIT));
    let large = OpenApiRouter::new()
        .routes(routes!(feeds::import_feed))
        .routes(routes!(bulk_actions::list_bulk_actions, bulk_actions::create_bulk_action))
        .layer(DefaultBodyLimit::max(LARGE_BODY_LIMIT));
    let all = limited.merge(large).fallback(refuse_path);
    OpenApiRouter::with_openapi(description()).nest(PREFIX, all).split_for_parts()
}

/// Who may do what, and what was done.
fn access() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(sessions::sign_in, sessions::show_session, sessions::sign_out))
        .routes(routes!(sessions::show_set_up, sessions::set_up))
        .merge(account())
        .routes(routes!(people::list_people, people::create_person))
        .routes(routes!(people::update_person, people::delete_person))
        .routes(routes!(tokens::list_tokens, tokens::create_token))
        .routes(routes!(tokens::revoke_token))
        .routes(routes!(audit::list_audit))
        .routes(routes!(audit::verify_audit))
        .routes(routes!(server::show_server))
}

/// How people sign in.
fn account() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(account::show_account))
        .routes(routes!(account::list_own_sessions))
        .routes(routes!(account::end_own_session))
        .routes(routes!(passkeys::list_passkeys, passkeys::add_passkey))
        .routes(routes!(passkeys::begin_passkey))
        .routes(routes!(passkeys::rename_passkey))
        .routes(routes!(passkeys::remove_passkey))
        .routes(routes!(passkeys::begin_passkey_sign_in))
        .routes(routes!(passkeys::sign_in_with_passkey))
        .routes(routes!(account::change_own_password))
        .routes(routes!(account::begin_totp, account::confirm_totp))
        .routes(routes!(account::remove_totp))
        .routes(routes!(account::renew_recovery_codes))
        .routes(routes!(account::reset_totp))
        .routes(routes!(account::show_sign_in_policy, account::write_sign_in_policy))
}

/// Devices, and how they come.
fn fleet() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(events::watch_events))
        .routes(routes!(summary::show_summary))
        .routes(routes!(summary::list_version_shares))
        .routes(routes!(devices::list_devices))
        .routes(routes!(devices::count_devices))
        .routes(routes!(devices::show_device, devices::update_device))
        .routes(routes!(devices::sync_device))
        .routes(routes!(bulk_actions::show_bulk_action))
        .routes(routes!(bulk_actions::stop_bulk_action))
        .routes(routes!(devices::explain_device))
        .routes(routes!(devices::list_device_timeline))
        .routes(routes!(devices::list_device_declarations))
        .routes(routes!(devices::list_device_commands))
        .routes(routes!(notes::show_notes, notes::create_note))
        .routes(routes!(notes::delete_note))
        .routes(routes!(views::list_views, views::create_view))
        .routes(routes!(views::update_view, views::delete_view))
        .routes(routes!(devices::list_decisions))
        .routes(routes!(devices::list_facts))
        .routes(routes!(enrollments::list_enrollments, enrollments::create_enrollment))
        .routes(routes!(enrollments::revoke_enrollment))
        .routes(routes!(
            push_certificates::show_push_certificate,
            push_certificates::upload_push_certificate
        ))
        .routes(routes!(
            push_certificates::show_push_signing_request,
            push_certificates::create_push_signing_request
        ))
        .routes(routes!(exceptions::list_exceptions, exceptions::create_exception))
        .routes(routes!(exceptions::delete_exception))
        .routes(routes!(
            exceptions::list_self_service_requests,
            exceptions::create_self_service_request
        ))
}

/// What administrators configure.
fn configuration() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(library_items::list_library_items, library_items::create_library_item))
        .routes(routes!(
            library_items::show_library_item,
            library_items::update_library_item,
            library_items::delete_library_item
        ))
        .routes(routes!(library_items::pause_library_item))
        .routes(routes!(rings::show_rings))
        .routes(routes!(rings::list_ring_halts))
        .routes(routes!(rings::list_troubled_devices))
        .routes(routes!(rings::resume_ring))
        .routes(routes!(blueprints::list_blueprints, blueprints::create_blueprint))
        .routes(routes!(
            blueprints::show_blueprint,
            blueprints::update_blueprint,
            blueprints::delete_blueprint
        ))
        .routes(routes!(blueprints::assign_devices))
        .routes(routes!(previews::create_preview))
        .routes(routes!(backtests::create_backtest))
        .routes(routes!(policy::show_policy, policy::apply_policy))
}

/// Releases and the feeds they come from.
fn catalog() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(releases::list_releases))
        .routes(routes!(releases::show_release))
        .routes(routes!(releases::review_release))
        .routes(routes!(releases::write_approval))
        .routes(routes!(feeds::list_feeds))
        .routes(routes!(feeds::refresh_feed))
}

fn description() -> OpenApi {
    let mut components = Components::new();
    let bearer = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    components.add_security_scheme("token", bearer);
    // Parameters of a query refer to it, which does not collect it.
    components.schemas.insert(DeviceSort::name().into(), DeviceSort::schema());
    OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title("Macadam admin API")
                .version(env!("CARGO_PKG_VERSION"))
                .description(Some(
                    "Everything an administrator can do. A request carries the bearer token of a \
                     session or of a machine, or the cookie of a browser's session.",
                ))
                .build(),
        )
        .components(Some(components))
        .security(Some([SecurityRequirement::new("token", [""; 0])]))
        .build()
}

async fn refuse_path() -> ApiError {
    ApiError::not_found("path in this API")
}

async fn refuse_method() -> ApiError {
    ApiError::new(ErrorCode::MethodNotAllowed, "this path has no such method")
}

async fn limit_time(
    State(limit): State<Duration>,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    tokio::time::timeout(limit, next.run(request)).await.map_err(|_| {
        let seconds = limit.as_secs();
        let message = format!("the server did not get this done within {seconds} seconds");
        ApiError::new(ErrorCode::Unavailable, message)
    })
}

async fn add_headers(mut response: Response) -> Response {
    response.headers_mut().extend(HEADERS);
    response
}

fn json(text: String) -> impl axum::response::IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], text)
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use macadam_api::Problem;
    use tower::ServiceExt;

    use super::*;

    #[tokio::test]
    async fn request_that_takes_too_long_is_answered_as_every_refusal() {
        let router = Router::new()
            .route("/", get(std::future::pending::<()>))
            .layer(from_fn_with_state(Duration::from_millis(1), limit_time));
        let answer = router.oneshot(Request::new(Body::empty())).await.unwrap();
        assert_eq!(answer.status(), 503);
        let body = to_bytes(answer.into_body(), BODY_LIMIT).await.unwrap();
        let problem: Problem = serde_json::from_slice(&body).unwrap();
        assert_eq!(problem.code, ErrorCode::Unavailable);
    }
}
