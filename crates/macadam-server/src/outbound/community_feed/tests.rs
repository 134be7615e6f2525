use std::time::Duration;

use axum::Router;
use axum::http::HeaderMap;
use axum::response::IntoResponse;
use axum::routing::get;
use tokio::net::TcpListener;

use super::*;

const FEED: &str = r#"{"OSVersions":[{"OSVersion":"Tahoe 26",
    "Latest":{"ProductVersion":"26.6.1","Build":"25G76"},
    "SecurityReleases":[{"ProductVersion":"26.6.1","CVEs":{"CVE-2026-65400":true}}]}]}"#;

#[tokio::test]
async fn unchanged_feed_is_not_sent_again() {
    let (client, base) = start().await;
    let url = format!("{base}/feed.json");
    let first = client.fetch(&url, None).await.unwrap();
    let CommunityAnswer::Changed(mut file) = first else { panic!("{first:?}") };
    assert_eq!(file.feed.releases[0].exploited, ["CVE-2026-65400"]);
    assert_eq!(file.tag.as_ref().unwrap(), "\"one\"");
    let second = client.fetch(&url, Some(&file)).await.unwrap();
    assert!(matches!(second, CommunityAnswer::Unchanged), "{second:?}");
    file.tag = Some(HeaderValue::from_static("\"zero\""));
    let stale = client.fetch(&url, Some(&file)).await.unwrap();
    assert!(matches!(stale, CommunityAnswer::Changed(_)), "{stale:?}");
}

#[tokio::test]
async fn broken_feed_is_an_error_and_so_is_a_redirect() {
    let (client, base) = start().await;
    let broken = client.fetch(&format!("{base}/broken.json"), None).await.unwrap_err();
    assert!(matches!(broken, FetchCommunityFeedError::Decode(_)), "{broken:?}");
    let moved = client.fetch(&format!("{base}/moved.json"), None).await.unwrap_err();
    assert!(
        matches!(
            moved,
            FetchCommunityFeedError::Fetch(FetchError::Status(StatusCode::TEMPORARY_REDIRECT))
        ),
        "{moved:?}"
    );
}

async fn start() -> (CommunityFeed, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new()
        .route("/feed.json", get(feed))
        .route("/broken.json", get(async || r#"{"OSVersions":[]}"#))
        .route("/moved.json", get(async || axum::response::Redirect::temporary("/feed.json")));
    tokio::spawn(axum::serve(listener, router).into_future());
    let limits = FetchLimits {
        connect: Duration::from_secs(10),
        answer: Duration::from_secs(20),
        bytes: 16 << 20,
    };
    (CommunityFeed::new(limits, None).unwrap(), base)
}

async fn feed(headers: HeaderMap) -> impl IntoResponse {
    let is_known = headers.get(IF_NONE_MATCH).is_some_and(|tag| tag == "\"one\"");
    let status = if is_known { StatusCode::NOT_MODIFIED } else { StatusCode::OK };
    (status, [(ETAG, "\"one\"")], if is_known { "" } else { FEED })
}
