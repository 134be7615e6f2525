//! Serves the admin web app: the files that `web/` builds, and one page for every address of it.
//!
//! It answers only what no other surface knows, and never an address that belongs to one.

mod file;
#[cfg(test)]
mod tests;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Method, Request, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use macadam_api::{ErrorCode, Problem};

use self::file::{Files, Found};
use crate::app::App;

/// Addresses of other surfaces: what they do not know is unknown, and no page.
const API: &str = "/api";
const OTHER_SURFACES: [&str; 6] = ["/mdm", "/scep", "/enroll", "/health", "/healthz", "/readyz"];
/// The page, and where the build leaves the nonce to be put in.
const PAGE: &str = "index.html";
const NONCE: &str = "NONCE-OF-THIS-PAGE";

/// Names of these files carry a hash of their content.
const HASHED: &str = "assets/";
const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");

/// Headers of every answer of this surface.
const HEADERS: [(HeaderName, HeaderValue); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    ),
];

/// Told to whoever opens a server that was built without its web app.
const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
    <title>Macadam</title><h1>The web app is not part of this build</h1>\
    <p>Build it with <code>cargo xtask web</code>, which needs Node 20.19 or later with npm, \
    then build the server again.</p>\
    <p>The API and the <code>macadam</code> command work without it.</p></html>\n";

/// Whatever no other route matches.
pub(crate) fn router(app: App) -> Router {
    Router::new().fallback(serve).with_state(app)
}

async fn serve(State(app): State<App>, request: Request<Body>) -> Response {
    let (parts, _) = request.into_parts();
    answer(&Files::built(), &parts, &STANDARD.encode(app.ids.random::<16>()))
}

fn answer(files: &Files, request: &Parts, nonce: &str) -> Response {
    let path = request.uri.path();
    let mut response = if is_under(path, API) {
        return unknown_operation();
    } else if OTHER_SURFACES.iter().any(|surface| is_under(path, surface)) {
        StatusCode::NOT_FOUND.into_response()
    } else if !matches!(request.method, Method::GET | Method::HEAD) {
        (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET, HEAD")]).into_response()
    } else {
        file_or_page(files, request, nonce)
    };
    response.headers_mut().extend(HEADERS);
    response
}

fn is_under(path: &str, surface: &str) -> bool {
    path.strip_prefix(surface).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Programs that call the API are never answered with a page.
fn unknown_operation() -> Response {
    let message = "there is no such path in this API".to_owned();
    let problem = Problem { code: ErrorCode::NotFound, message, details: Vec::new() };
    let body = serde_json::to_vec(&problem).unwrap_or_default();
    (StatusCode::NOT_FOUND, [(header::CONTENT_TYPE, Problem::MEDIA_TYPE)], body).into_response()
}

fn file_or_page(files: &Files, request: &Parts, nonce: &str) -> Response {
    let name = request.uri.path().trim_start_matches('/');
    if name.starts_with(HASHED) || (name.contains('.') && name != PAGE) {
        return match files.find(name, &request.headers) {
            Some(found) => file(name, found, &request.headers),
            // A device's name in an address may have a dot; a page's own files do not miss.
            None if name.starts_with(HASHED) || !name.contains('/') => {
                (StatusCode::NOT_FOUND, [(header::CACHE_CONTROL, ASK_AGAIN)]).into_response()
            }
            None => page(files, nonce),
        };
    }
    page(files, nonce)
}

fn file(name: &str, found: Found, headers: &axum::http::HeaderMap) -> Response {
    let cache = if name.starts_with(HASHED) { FOREVER } else { ASK_AGAIN };
    let is_known = headers.get(header::IF_NONE_MATCH).is_some_and(|known| {
        known.to_str().unwrap_or_default().split(',').any(|tag| tag.trim() == found.tag)
    });
    let tag = HeaderValue::from_str(&found.tag).expect("the tag is made of hexadecimal digits");
    let always = [
        (header::CACHE_CONTROL, cache),
        (header::ETAG, tag),
        (header::VARY, HeaderValue::from_static("accept-encoding")),
    ];
    if is_known {
        return (StatusCode::NOT_MODIFIED, always).into_response();
    }
    let mut response = (always, found.content).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type(name)));
    if let Some(encoding) = found.encoding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}

/// The page with a nonce of its own, by which its style sheets are told from anybody else's.
fn page(files: &Files, nonce: &str) -> Response {
    let (status, html) = match files.text(PAGE) {
        Some(html) => (StatusCode::OK, html.replace(NONCE, nonce)),
        None => (StatusCode::SERVICE_UNAVAILABLE, NOT_BUILT.to_owned()),
    };
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; \
         img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; \
         base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    );
    let policy = HeaderValue::from_str(&policy).expect("a nonce is base64 text");
    let headers = [
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        // Never kept: the next page has another nonce.
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (status, headers, html).into_response()
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "woff2" => "font/woff2",
        "webmanifest" => "application/manifest+json",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
