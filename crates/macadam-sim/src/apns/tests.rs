//! The double against an ordinary HTTP client.

use macadam_pki::{CertificateAuthority, Issuance, KeyKind, PrivateKey, SerialNumber, Validity};
use serde_json::{Value, json};

use super::*;

const TOPIC: &str = "com.apple.mgmt.External.00000000-0000-4000-8000-000000000001";

#[tokio::test]
async fn a_push_to_a_registered_token_wakes_the_device() {
    let apple = Apple::start().await;
    apple.wakes.register(vec![0xab; 32]);
    assert_eq!(apple.push(&"ab".repeat(32), "magic").await, (200, Value::Null));
    let wake = Wake { token: vec![0xab; 32], magic: "magic".to_owned() };
    assert_eq!(apple.wakes.next().await, wake);
    assert_eq!(apple.double.counts().taken, 1);
}

#[tokio::test]
async fn only_the_last_push_is_kept_for_a_device() {
    let apple = Apple::start().await;
    apple.wakes.register(vec![1]);
    apple.wakes.register(vec![2]);
    for (token, magic) in [("01", "first"), ("01", "second"), ("02", "third")] {
        apple.push(token, magic).await;
    }
    assert_eq!(apple.wakes.next().await.magic, "second");
    assert_eq!(apple.wakes.next().await.magic, "third");
    assert_eq!(apple.double.counts().taken, 3);
}

#[tokio::test]
async fn tokens_that_nobody_has_are_refused() {
    let apple = Apple::start().await;
    apple.wakes.register(vec![1]);
    apple.wakes.unregister(&[1]);
    assert_eq!(apple.push("01", "m").await, (410, json!({ "reason": "Unregistered" })));
    assert_eq!(apple.push("02", "m").await, (400, json!({ "reason": "BadDeviceToken" })));
    assert_eq!(apple.push("xyz", "m").await, (400, json!({ "reason": "BadDeviceToken" })));
    assert_eq!(apple.double.counts().unregistered, 3);
}

#[tokio::test]
async fn scripted_answers_come_before_the_truth() {
    let apple = Apple::start().await;
    apple.wakes.register(vec![1]);
    let retry_after = Some(Duration::from_secs(7));
    apple.double.script([
        Scripted::TooManyRequests { retry_after: None },
        Scripted::Unavailable { retry_after },
        Scripted::Unregistered,
    ]);
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(apple.push("01", "m").await.0);
    }
    assert_eq!(statuses, [429, 503, 410, 200]);
    let counts = apple.double.counts();
    assert_eq!((counts.busy, counts.unregistered, counts.taken), (2, 1, 1));
}

#[tokio::test]
async fn pushes_that_apple_would_not_understand_are_refused() {
    let apple = Apple::start().await;
    apple.wakes.register(vec![1]);
    let reason = |request: reqwest::RequestBuilder| async {
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 400);
        response.json::<Value>().await.unwrap()["reason"].as_str().unwrap().to_owned()
    };
    let body = json!({ "mdm": "m" });
    let post = || apple.client.post(apple.url("01")).json(&body);
    let typed = || post().header("apns-push-type", "mdm");
    assert_eq!(reason(post()).await, "InvalidPushType");
    assert_eq!(reason(typed()).await, "BadTopic");
    assert_eq!(reason(typed().header("apns-topic", "com.apple.mgmt.other")).await, "BadTopic");
    let aps = typed().header("apns-topic", TOPIC).json(&json!({ "aps": {}, "mdm": "m" }));
    assert_eq!(reason(aps).await, "PayloadEmpty");
    let large = typed().header("apns-topic", TOPIC).body("x".repeat(5000));
    assert_eq!(reason(large).await, "PayloadTooLarge");
    assert_eq!(reason(apple.client.get(apple.url("01"))).await, "MethodNotAllowed");
    assert_eq!(apple.double.counts().malformed, 6);
}

#[tokio::test]
async fn clients_without_a_push_certificate_of_this_authority_do_not_connect() {
    let apple = Apple::start().await;
    let stranger = authority();
    for identity in [None, Some(push_identity(&stranger))] {
        let client = client(apple.authority.certificate(), identity);
        assert!(client.get(apple.url("01")).send().await.is_err());
    }
    assert_eq!(apple.double.counts().connections, 0);
}

#[tokio::test]
async fn a_goodbye_moves_clients_to_another_connection_and_loses_nothing() {
    let apple = Apple::start().await;
    apple.wakes.register(vec![1]);
    assert_eq!(apple.push("01", "m").await.0, 200);
    apple.double.say_goodbye();
    // The goodbye is on its way; pushes that overtake it are still taken.
    let mut pushes = 1;
    while apple.double.counts().connections == 1 {
        assert_eq!(apple.push("01", "m").await.0, 200);
        pushes += 1;
        assert!(pushes < 1000, "the goodbye never arrived");
    }
    assert_eq!(apple.double.counts().taken, pushes);
}

/// A double, and a client that holds a push certificate.
struct Apple {
    authority: CertificateAuthority,
    double: ApnsDouble,
    wakes: Wakes,
    client: reqwest::Client,
}

impl Apple {
    async fn start() -> Self {
        let authority = authority();
        let key = PrivateKey::generate(KeyKind::P256);
        let names = ["127.0.0.1".to_owned()];
        let certificate =
            authority.issue_tls_server(key.public_key(), &names, &issuance(2)).unwrap();
        let identity = Identity::new(certificate, key).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (double, wakes) =
            ApnsDouble::start(listener, &identity, authority.certificate()).unwrap();
        let client = client(authority.certificate(), Some(push_identity(&authority)));
        Self { authority, double, wakes, client }
    }

    fn url(&self, token: &str) -> String {
        format!("https://{}/3/device/{token}", self.double.address())
    }

    async fn push(&self, token: &str, magic: &str) -> (u16, Value) {
        let response = self
            .client
            .post(self.url(token))
            .header("apns-push-type", "mdm")
            .header("apns-topic", TOPIC)
            .json(&json!({ "mdm": magic }))
            .send()
            .await
            .unwrap();
        let status = response.status().as_u16();
        (status, response.json().await.unwrap_or_default())
    }
}

fn authority() -> CertificateAuthority {
    let key = PrivateKey::generate(KeyKind::P256);
    CertificateAuthority::create("Push Authority", key, &issuance(1)).unwrap()
}

fn push_identity(authority: &CertificateAuthority) -> reqwest::Identity {
    let key = PrivateKey::generate(KeyKind::P256);
    let issued = authority.issue_push_certificate(key.public_key(), TOPIC, &issuance(3)).unwrap();
    let pem = issued.to_pem() + &key.to_pem();
    reqwest::Identity::from_pem(pem.as_bytes()).unwrap()
}

fn client(root: &Certificate, identity: Option<reqwest::Identity>) -> reqwest::Client {
    let root = reqwest::Certificate::from_der(root.der()).unwrap();
    let builder = reqwest::Client::builder().tls_certs_only([root]).http2_prior_knowledge();
    match identity {
        Some(identity) => builder.identity(identity).build().unwrap(),
        None => builder.build().unwrap(),
    }
}

/// Valid whenever this is run: TLS itself looks at the clock.
fn issuance(serial: u8) -> Issuance {
    let validity = Validity {
        not_before: "2020-01-01T00:00:00Z".parse().unwrap(),
        not_after: "2120-01-01T00:00:00Z".parse().unwrap(),
    };
    Issuance { serial_number: SerialNumber::from_random([serial; 16]), validity }
}
