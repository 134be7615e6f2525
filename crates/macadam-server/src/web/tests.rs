use std::borrow::Cow;

use axum::http::request::Parts;
use axum::http::{Request, Response, StatusCode, header};

use super::file::{Files, Source};
use super::{NONCE, NOT_BUILT, answer};

const PAGE: &str = "<!doctype html><meta nonce=\"NONCE-OF-THIS-PAGE\">";

/// A built app, with compressed forms of its script.
fn built(name: &str) -> Option<Source> {
    let text = match name {
        "index.html" => PAGE,
        "assets/app-1a2b.js" => "plain",
        "assets/app-1a2b.js.br" => "brotli",
        "assets/app-1a2b.js.gz" => "gzip",
        "favicon.svg" => "<svg/>",
        ".gitkeep" => "",
        _ => return None,
    };
    let hash = [u8::try_from(text.len()).unwrap(); 32];
    Some(Source { data: Cow::Borrowed(text.as_bytes()), hash })
}

fn request(line: &str, headers: &[(&str, &str)]) -> Parts {
    let (method, path) = line.split_once(' ').unwrap();
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(()).unwrap().into_parts().0
}

fn asked(line: &str, headers: &[(&str, &str)]) -> Response<axum::body::Body> {
    answer(&Files::of(built), &request(line, headers), "bm9uY2U=")
}

fn head<'a>(response: &'a Response<axum::body::Body>, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

async fn body(response: Response<axum::body::Body>) -> String {
    let bytes = axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[tokio::test]
async fn every_address_of_the_app_is_one_page_with_a_nonce_of_its_own() {
    for path in ["/", "/devices", "/devices/01980000?tab=commands", "/library/macos.26"] {
        let response = asked(&format!("GET {path}"), &[]);
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        let policy = head(&response, "content-security-policy").to_owned();
        assert!(policy.contains("style-src 'self' 'nonce-bm9uY2U='"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(head(&response, "cache-control"), "no-store");
        assert_eq!(body(response).await, PAGE.replace(NONCE, "bm9uY2U="));
    }
}

#[tokio::test]
async fn files_are_sent_in_the_best_form_that_the_browser_reads() {
    let sent = |accepted| async move {
        let headers = [("accept-encoding", accepted)];
        let response = asked("GET /assets/app-1a2b.js", &headers);
        assert_eq!(head(&response, "vary"), "accept-encoding");
        (head(&response, "content-encoding").to_owned(), body(response).await)
    };
    assert_eq!(sent("gzip, deflate, br").await, ("br".into(), "brotli".into()));
    assert_eq!(sent("gzip, br;q=0").await, ("gzip".into(), "gzip".into()));
    assert_eq!(sent("identity").await, (String::new(), "plain".into()));
}

#[tokio::test]
async fn hashed_files_stay_and_others_are_asked_for_again() {
    let response = asked("GET /assets/app-1a2b.js", &[]);
    assert_eq!(head(&response, "cache-control"), "public, max-age=31536000, immutable");
    let response = asked("GET /favicon.svg", &[]);
    assert_eq!(head(&response, "cache-control"), "no-cache");
    assert_eq!(head(&response, "content-type"), "image/svg+xml");
    let tag = head(&response, "etag").to_owned();
    let again = asked("GET /favicon.svg", &[("if-none-match", &format!("\"x\", {tag}"))]);
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    assert_eq!(body(again).await, "");
}

#[tokio::test]
async fn what_was_not_built_is_not_found() {
    for path in ["/assets/app-0000.js", "/assets/app-1a2b.js.br", "/.gitkeep", "/robots.txt"] {
        assert_eq!(asked(&format!("GET {path}"), &[]).status(), StatusCode::NOT_FOUND, "{path}");
    }
    let outside = asked("GET /assets/../../Cargo.toml", &[]);
    assert_eq!(outside.status(), StatusCode::NOT_FOUND);
}

#[test]
fn other_surfaces_are_never_answered_with_a_page() {
    for path in ["/api", "/api/v2/devices", "/mdm/other", "/enroll", "/healthz/x", "/scep/x"] {
        let response = asked(&format!("GET {path}"), &[]);
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
        assert_ne!(head(&response, "content-type"), "text/html; charset=utf-8", "{path}");
    }
    assert_eq!(asked("GET /enrollment", &[]).status(), StatusCode::OK);
    let written = asked("POST /devices", &[]);
    assert_eq!(written.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(head(&written, header::ALLOW.as_str()), "GET, HEAD");
}

#[tokio::test]
async fn build_without_the_app_says_how_to_get_it() {
    let response = answer(&Files::of(|_| None), &request("GET /devices", &[]), "bm9uY2U=");
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(body(response).await, NOT_BUILT);
}
