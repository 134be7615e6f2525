use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use macadam_pki::{Identity, Validity};
use macadam_protocol::feed::seed;
use macadam_sim::apple_feed::{AppleFeedDouble, FeedFault, throw_away_identity};
use tokio::net::TcpListener;

use super::*;

const LIMITS: FetchLimits = FetchLimits {
    connect: Duration::from_secs(10),
    answer: Duration::from_secs(20),
    bytes: 8 << 20,
};

#[tokio::test]
async fn reads_what_is_offered_at_the_moment() {
    let (root, double) = start_double().await;
    let feed = AppleFeed::new(&settings(&double, root), LIMITS).unwrap();
    let history = seed();
    assert_eq!(feed.fetch().await.unwrap(), history.answer_at(history.recorded_until));
}

#[tokio::test]
async fn each_kind_of_bad_answer_has_its_own_error() {
    let (root, double) = start_double().await;
    let feed = AppleFeed::new(&settings(&double, root), LIMITS).unwrap();
    double.script([FeedFault::ServerError, FeedFault::Truncated, FeedFault::Oversized]);
    let status = feed.fetch().await.unwrap_err();
    assert!(matches!(status, FetchAppleFeedError::Fetch(FetchError::Status(_))), "{status:?}");
    let truncated = feed.fetch().await.unwrap_err();
    assert!(matches!(truncated, FetchAppleFeedError::Decode(_)), "{truncated:?}");
    let oversized = feed.fetch().await.unwrap_err();
    assert!(
        matches!(oversized, FetchAppleFeedError::Fetch(FetchError::TooLarge { .. })),
        "{oversized:?}"
    );
    assert!(feed.fetch().await.is_ok());
}

#[tokio::test]
async fn silent_feed_is_given_up() {
    let (root, double) = start_double().await;
    double.script([FeedFault::Silent]);
    let limits = FetchLimits { answer: Duration::from_millis(500), ..LIMITS };
    let feed = AppleFeed::new(&settings(&double, root), limits).unwrap();
    let silent = feed.fetch().await.unwrap_err();
    assert!(matches!(silent, FetchAppleFeedError::Fetch(FetchError::TimedOut)), "{silent:?}");
}

#[tokio::test]
async fn certificate_of_another_root_is_refused() {
    let (_, double) = start_double().await;
    let (stranger, _) = identity(2);
    let feed = AppleFeed::new(&settings(&double, stranger), LIMITS).unwrap();
    let refused = feed.fetch().await.unwrap_err();
    assert!(
        matches!(refused, FetchAppleFeedError::Fetch(FetchError::Unreachable(_))),
        "{refused:?}"
    );
    assert_eq!(double.requests(), 0);
}

#[test]
fn apples_host_is_not_believed_on_another_root() {
    let (root, _) = identity(1);
    let open = |url: &str| {
        let roots = Some(vec![root.clone()]);
        AppleFeed::new(&FeedSettings { roots, ..of_apple(url) }, LIMITS).map(|_| ())
    };
    for url in ["https://gdmf.apple.com/v2/pmv", "https://GDMF.Apple.com.:443/"] {
        assert!(matches!(open(url), Err(OpenAppleFeedError::NotAppleRoot { .. })), "{url}");
    }
    assert!(open("https://gdmf.apple.com.example.org/v2/pmv").is_ok());
    assert!(matches!(open("http://127.0.0.1/v2/pmv"), Err(OpenAppleFeedError::NotHttps { .. })));
}

#[tokio::test]
async fn fetched_root_is_believed_for_its_fingerprint_alone() {
    let (root, _) = identity(1);
    let fingerprint = root.fingerprint();
    let refused = root_from(root.der().to_vec()).await.unwrap_err();
    assert!(
        matches!(refused, FetchAppleFeedError::ForeignRoot { found } if found == fingerprint),
        "{refused:?}"
    );
    let garbage = root_from(b"<html>".to_vec()).await.unwrap_err();
    assert!(matches!(garbage, FetchAppleFeedError::DecodeRoot(_)), "{garbage:?}");
}

async fn start_double() -> (Certificate, AppleFeedDouble) {
    let history = Arc::new(seed());
    let now = history.recorded_until;
    let (root, identity) = identity(1);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let clock = Arc::new(move || Some(now));
    let double = AppleFeedDouble::start(listener, &identity, history, clock, 7);
    (root, double.unwrap())
}

/// Clients judge certificates by the machine's time, so these hold at any time.
fn identity(seed: u64) -> (Certificate, Identity) {
    let validity = Validity {
        not_before: "2020-01-01T00:00:00Z".parse().unwrap(),
        not_after: "2049-12-31T00:00:00Z".parse().unwrap(),
    };
    throw_away_identity(&["127.0.0.1".to_owned()], validity, seed).unwrap()
}

/// Fetches Apple's root from a server that gives out `der` in its place.
async fn root_from(der: Vec<u8>) -> Result<Certificate, FetchAppleFeedError> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/root.cer", listener.local_addr().unwrap());
    let router = Router::new().route("/root.cer", get(move || async move { der }));
    tokio::spawn(axum::serve(listener, router).into_future());
    let feed = AppleFeed::new(&of_apple("https://gdmf.apple.com/v2/pmv"), LIMITS).unwrap();
    feed.fetch_root(&url).await
}

fn settings(double: &AppleFeedDouble, root: Certificate) -> FeedSettings {
    let url = format!("https://{}/v2/pmv", double.address());
    FeedSettings { roots: Some(vec![root]), ..of_apple(&url) }
}

fn of_apple(url: &str) -> FeedSettings {
    FeedSettings {
        is_enabled: true,
        url: url.to_owned(),
        roots: None,
        every: Duration::from_mins(30),
        busy_every: Duration::from_mins(5),
        community_url: None,
        community_roots: None,
    }
}

/// They need the recorded release data; without it they say that they did not run.
mod real_feeds {
    use super::*;

    #[tokio::test]
    async fn apples_root_is_accepted() {
        let Some(data) = std::env::var_os("MACADAM_RELEASE_DATA") else {
            println!("did not run: MACADAM_RELEASE_DATA is not set");
            return;
        };
        let path = std::path::Path::new(&data).join("feeds/AppleRoot.pem");
        let root = Certificate::from_pem(&std::fs::read_to_string(path).unwrap()).unwrap();
        let fetched = root_from(root.der().to_vec()).await.unwrap();
        assert_eq!(fetched.fingerprint(), APPLE_ROOT_CA);
        let named = FeedSettings { roots: Some(vec![root]), ..of_apple("https://gdmf.apple.com/") };
        assert!(AppleFeed::new(&named, LIMITS).is_ok());
    }
}
