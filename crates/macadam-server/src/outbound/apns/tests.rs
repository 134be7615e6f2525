//! The client against the simulator's double of the push service.

use std::net::SocketAddr;
use std::sync::Arc;

use macadam_pki::{
    Certificate, CertificateAuthority, Identity, Issuance, KeyKind, PrivateKey, PushCertificate,
    SerialNumber, Validity,
};
use macadam_sim::apns::{ApnsDouble, Scripted, Wake, Wakes};
use secrecy::SecretString;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::*;

const TOPIC: &str = "com.apple.mgmt.External.00000000-0000-4000-8000-000000000001";

#[tokio::test]
async fn a_push_wakes_the_device() {
    let apple = Apple::start().await;
    apple.wakes.register(vec![0xa1; 32]);
    assert_eq!(apple.push(&[0xa1; 32]).await, PushAnswer::Sent);
    let wake = Wake { token: vec![0xa1; 32], magic: "ma\"gic".to_owned() };
    assert_eq!(apple.wakes.next().await, wake);
    assert_eq!(apple.double.counts().malformed, 0);
}

#[tokio::test]
async fn tokens_that_are_no_longer_valid_are_told_apart_from_trouble() {
    let apple = Apple::start().await;
    apple.wakes.register(vec![1]);
    apple.wakes.unregister(&[1]);
    assert_eq!(apple.push(&[1]).await, PushAnswer::Unregistered);
    assert_eq!(apple.push(&[2]).await, PushAnswer::Unregistered);

    apple.double.script([
        Scripted::NotForTopic,
        Scripted::TooManyRequests { retry_after: None },
        Scripted::Unavailable { retry_after: Some(Duration::from_secs(90)) },
    ]);
    assert_eq!(apple.push(&[1]).await, PushAnswer::Unregistered);
    assert_eq!(apple.push(&[1]).await, PushAnswer::Busy { retry_after: None });
    let retry_after = Some(Duration::from_secs(90));
    assert_eq!(apple.push(&[1]).await, PushAnswer::Busy { retry_after });
}

#[tokio::test]
async fn a_refusal_that_an_administrator_must_see_keeps_its_reason() {
    let apple = Apple::start().await;
    let mut client = apple.client(apple.double.address(), LIMITS);
    client.topic = HeaderValue::from_static("com.apple.mgmt.other");
    let refused = PushAnswer::Refused { status: 400, reason: "BadTopic".to_owned() };
    assert_eq!(push(&client, &[1]).await.unwrap(), refused);
}

#[tokio::test]
async fn many_pushes_share_one_connection() {
    let apple = Apple::start().await;
    let mut pushes = JoinSet::new();
    for token in (0..200_u8).map(|n| [n; 32]) {
        apple.wakes.register(token.to_vec());
        let client = Arc::clone(&apple.client);
        pushes.spawn(async move { push(&client, &token).await.unwrap() });
    }
    let answers = pushes.join_all().await;
    assert!(answers.iter().all(|answer| *answer == PushAnswer::Sent));
    let counts = apple.double.counts();
    assert_eq!((counts.connections, counts.taken), (1, 200));
}

#[tokio::test]
async fn a_goodbye_moves_pushes_to_another_connection_and_loses_none() {
    let apple = Apple::start().await;
    apple.wakes.register(vec![1]);
    assert_eq!(apple.push(&[1]).await, PushAnswer::Sent);
    apple.double.say_goodbye();
    // The goodbye is on its way; pushes that overtake it are still taken.
    let mut pushes = 1;
    while apple.double.counts().connections == 1 {
        assert_eq!(apple.push(&[1]).await, PushAnswer::Sent);
        pushes += 1;
        assert!(pushes < 1000, "the goodbye never arrived");
    }
    assert_eq!(apple.double.counts().taken, pushes);
}

#[tokio::test]
async fn a_service_that_is_not_there_is_an_error_without_the_token() {
    let apple = Apple::start().await;
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let client = apple.client(gone, LIMITS);
    let error = push(&client, &[0xee; 32]).await.unwrap_err();
    assert!(matches!(error, SendPushError::Unreachable(_)));
    let mut chain = format!("{error:?}");
    chain.push_str(&error.to_string());
    assert!(!chain.contains("eeee"), "{chain}");
}

#[tokio::test]
async fn a_service_that_does_not_answer_is_given_up() {
    let apple = Apple::start().await;
    // It accepts and then says nothing.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let limits = ApnsLimits { answer: Duration::from_millis(50), ..LIMITS };
    let client = apple.client(silent.local_addr().unwrap(), limits);
    assert!(matches!(push(&client, &[1]).await, Err(SendPushError::TimedOut)));
}

const LIMITS: ApnsLimits =
    ApnsLimits { in_flight: 50, connect: Duration::from_secs(10), answer: Duration::from_secs(20) };

/// The double, and a client with a push certificate from its authority.
struct Apple {
    roots: Vec<Certificate>,
    certificate: PushCertificate,
    double: ApnsDouble,
    wakes: Wakes,
    client: Arc<ApnsClient>,
}

impl Apple {
    async fn start() -> Self {
        let key = PrivateKey::generate(KeyKind::P256);
        let authority = CertificateAuthority::create("Apple", key, &issuance(1)).unwrap();
        let key = PrivateKey::generate(KeyKind::P256);
        let names = ["127.0.0.1".to_owned()];
        let server = authority.issue_tls_server(key.public_key(), &names, &issuance(2)).unwrap();
        let server = Identity::new(server, key).unwrap();
        let key = PrivateKey::generate(KeyKind::Rsa2048);
        let push = authority.issue_push_certificate(key.public_key(), TOPIC, &issuance(3)).unwrap();
        let certificate = PushCertificate::from_pem(&push.to_pem(), &key.to_pem()).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (double, wakes) =
            ApnsDouble::start(listener, &server, authority.certificate()).unwrap();
        let roots = vec![authority.certificate().clone()];
        let client = Arc::new(client(double.address(), &roots, &certificate, LIMITS));
        Self { roots, certificate, double, wakes, client }
    }

    /// Another client, of what listens at `address`.
    fn client(&self, address: SocketAddr, limits: ApnsLimits) -> ApnsClient {
        client(address, &self.roots, &self.certificate, limits)
    }

    async fn push(&self, token: &[u8]) -> PushAnswer {
        push(&self.client, token).await.unwrap()
    }
}

fn client(
    address: SocketAddr,
    roots: &[Certificate],
    certificate: &PushCertificate,
    limits: ApnsLimits,
) -> ApnsClient {
    let settings = PushSettings { url: format!("https://{address}"), roots: Some(roots.to_vec()) };
    ApnsClient::new(&settings, certificate, limits).unwrap()
}

async fn push(client: &ApnsClient, token: &[u8]) -> Result<PushAnswer, SendPushError> {
    let magic = SecretString::from("ma\"gic");
    let expires_at = "2026-11-27T00:00:00Z".parse().unwrap();
    client.send(Push { token, magic: &magic, expires_at }).await
}

/// Valid whenever this is run: TLS itself looks at the clock.
fn issuance(serial: u8) -> Issuance {
    let validity = Validity {
        not_before: "2020-01-01T00:00:00Z".parse().unwrap(),
        not_after: "2120-01-01T00:00:00Z".parse().unwrap(),
    };
    Issuance { serial_number: SerialNumber::from_random([serial; 16]), validity }
}
