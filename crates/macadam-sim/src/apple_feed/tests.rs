use std::sync::atomic::{AtomicI64, Ordering};

use macadam_protocol::feed::gdmf::Gdmf;
use macadam_protocol::feed::seed;

use super::*;

#[tokio::test]
async fn answers_as_apple_did_at_the_moment_of_the_clock() {
    let double = Double::start().await;
    for moment in ["2024-09-16T12:00:00Z", "2024-09-16T18:00:00Z", "2026-03-17T18:40:00Z"] {
        double.set(moment);
        let answer = double.fetch().await;
        assert_eq!(answer, double.history.answer_at(moment.parse().unwrap()), "{moment}");
    }
}

#[tokio::test]
async fn nothing_is_answered_before_the_time_is_known() {
    let asked = Arc::new(AtomicI64::new(0));
    let clock: Clock = {
        let asked = Arc::clone(&asked);
        Arc::new(move || {
            let times = asked.fetch_add(1, Ordering::SeqCst);
            (times >= 2).then_some(Timestamp::UNIX_EPOCH)
        })
    };
    assert_eq!(known_time(&clock, 0).await, None, "the request comes back later");
    assert_eq!(known_time(&clock, 5).await, Some(Timestamp::UNIX_EPOCH));
    assert_eq!(asked.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn order_changes_from_call_to_call_and_content_does_not() {
    let double = Double::start().await;
    let (one, other) = (double.body().await, double.body().await);
    assert_ne!(one, other);
    assert_eq!(gdmf::decode(&one).unwrap(), gdmf::decode(&other).unwrap());
}

#[tokio::test]
async fn scripted_faults_come_once_each_and_in_order() {
    let double = Double::start().await;
    let truth = double.fetch().await;
    double.running.script([
        FeedFault::ServerError,
        FeedFault::Truncated,
        FeedFault::Empty,
        FeedFault::MajorMissing,
    ]);
    assert_eq!(double.get().await.status(), reqwest::StatusCode::INTERNAL_SERVER_ERROR);
    assert!(gdmf::decode(&double.body().await).is_err());
    assert_eq!(double.fetch().await, Gdmf::default());
    let without = double.fetch().await;
    let has_26 = |feed: &Gdmf| feed.entries.iter().any(|entry| mac_major(entry) == Some(26));
    assert!(has_26(&truth) && !has_26(&without));
    assert_eq!(double.fetch().await, truth);
    assert_eq!(double.running.requests(), 6);
}

#[tokio::test]
async fn certificate_chains_to_the_throw_away_root_alone() {
    let double = Double::start().await;
    let (stranger, _) = throw_away_identity(&names(), validity(), 2).unwrap();
    let refused = client(&stranger).get(double.url()).send().await.unwrap_err();
    assert!(refused.is_connect(), "{refused:?}");
}

struct Double {
    running: AppleFeedDouble,
    history: Arc<Seed>,
    now: Arc<AtomicI64>,
    client: reqwest::Client,
}

impl Double {
    async fn start() -> Self {
        let history = Arc::new(seed());
        let now = Arc::new(AtomicI64::new(history.recorded_until.as_second()));
        let clock = {
            let now = Arc::clone(&now);
            move || Timestamp::from_second(now.load(Ordering::SeqCst)).ok()
        };
        let (root, identity) = throw_away_identity(&names(), validity(), 1).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let running =
            AppleFeedDouble::start(listener, &identity, history.clone(), Arc::new(clock), 7)
                .unwrap();
        Self { running, history, now, client: client(&root) }
    }

    fn set(&self, moment: &str) {
        let moment: Timestamp = moment.parse().unwrap();
        self.now.store(moment.as_second(), Ordering::SeqCst);
    }

    fn url(&self) -> String {
        format!("https://{}/v2/pmv", self.running.address())
    }

    async fn get(&self) -> reqwest::Response {
        self.client.get(self.url()).send().await.unwrap()
    }

    async fn body(&self) -> Vec<u8> {
        self.get().await.bytes().await.unwrap().to_vec()
    }

    async fn fetch(&self) -> Gdmf {
        gdmf::decode(&self.body().await).unwrap()
    }
}

fn client(root: &Certificate) -> reqwest::Client {
    let root = reqwest::Certificate::from_der(root.der()).unwrap();
    reqwest::Client::builder().tls_certs_only([root]).build().unwrap()
}

fn names() -> Vec<String> {
    vec!["127.0.0.1".to_owned(), "localhost".to_owned()]
}

/// Clients judge certificates by the machine's time, so these hold at any time.
fn validity() -> Validity {
    Validity {
        not_before: "2020-01-01T00:00:00Z".parse().unwrap(),
        not_after: "2049-12-31T00:00:00Z".parse().unwrap(),
    }
}
