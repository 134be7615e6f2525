use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::SignedDuration;
use macadam_pki::scep::{EnrollmentRequest, RequestKind};
use macadam_pki::{Certificate, Identity, KeyKind, PrivateKey, TrustAnchors};
use macadam_protocol::check_in::{self, BootstrapTokenAnswer, SetBootstrapToken};
use macadam_protocol::{Data, Secret, profile};
use macadam_store::DeviceState;
use reqwest::Method;

use super::world::{Handset, World, token_update};

/// A new one-time link, as it is reached in this test.
async fn link(world: &World) -> String {
    let life = SignedDuration::from_hours(1);
    let link = world.app().create_enrollment_link("", None, "tester", life).await.unwrap();
    world.url(link.url.strip_prefix("https://mdm.example.com").unwrap())
}

/// Downloads the profile of a new link.
async fn profile_of_a_link(world: &World) -> profile::EnrollmentProfile {
    let url = link(world).await;
    let response = world.http.post(&url).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], profile::CONTENT_TYPE);
    let signed = response.bytes().await.unwrap();
    let signed = macadam_pki::cms::verify_attached(&signed).unwrap();
    assert_eq!(signed.signer.certificate, *world.app().authority.certificate());
    let again = world.http.post(&url).send().await.unwrap();
    assert_eq!(again.status(), 410, "a link works once");
    assert_eq!(world.http.get(&url).send().await.unwrap().status(), 410, "and says so");
    profile::decode(&signed.content).unwrap()
}

/// Asks for an identity over SCEP, as the profile or the former identity allows.
async fn scep(
    world: &World,
    kind: RequestKind,
    requester: &Identity,
    key: &PrivateKey,
    challenge: Option<&str>,
) -> Option<Certificate> {
    scep_by(&Method::POST, world, (kind, challenge), (requester, key)).await
}

async fn scep_by(
    method: &Method,
    world: &World,
    (kind, challenge): (RequestKind, Option<&str>),
    (requester, key): (&Identity, &PrivateKey),
) -> Option<Certificate> {
    let url = world.url("/scep?operation=GetCACert");
    let authority = world.http.get(url).send().await.unwrap().bytes().await.unwrap();
    let authority = Certificate::from_der(&authority).unwrap();
    let request = EnrollmentRequest {
        kind,
        authority: &authority,
        requester,
        key,
        common_name: "whatever it wishes",
        challenge,
        transaction_id: "transaction",
        nonce: [7; 16],
    };
    let message = request.encode(world.wall.now()).unwrap();
    let url = world.url("/scep?operation=PKIOperation");
    let asked = if *method == Method::GET {
        let message = STANDARD.encode(message).replace('+', "%2B");
        world.http.get(format!("{url}&message={message}"))
    } else {
        world.http.post(url).body(message)
    };
    let response = asked.send().await.unwrap();
    assert_eq!(response.status(), 200);
    request.read_response(&response.bytes().await.unwrap()).ok()
}

/// An identity from a one-time link, all the way.
async fn identity_from_a_link(world: &World) -> Identity {
    let profile = profile_of_a_link(world).await;
    let challenge = profile.scep.challenge.unwrap().into_inner();
    let key = PrivateKey::generate(KeyKind::Rsa2048);
    let pem = key.to_pem();
    let now = world.wall.now();
    let requester = Identity::self_signed(key, "requester", &world.app().issuance(now)).unwrap();
    let key = PrivateKey::from_pem(&pem).unwrap();
    let first = scep(world, RequestKind::PkcsReq, &requester, &key, Some(&challenge)).await;
    let first = first.expect("an identity");
    // The answer got lost; the same request gets the same one again, also by the older method.
    let wish = (RequestKind::PkcsReq, Some(challenge.as_str()));
    let certificate = scep_by(&Method::GET, world, wish, (&requester, &key)).await.unwrap();
    assert_eq!(certificate.der(), first.der());
    let other = PrivateKey::generate(KeyKind::Rsa2048);
    let other = Identity::self_signed(other, "thief", &world.app().issuance(now)).unwrap();
    let stolen = scep(world, RequestKind::PkcsReq, &other, other.key(), Some(&challenge)).await;
    assert!(stolen.is_none(), "a challenge is for one key");
    Identity::new(certificate, key).unwrap()
}

/// A Mac whose identity the server issued through a link.
pub(super) async fn handset_from_a_link(world: &World, number: u32) -> Handset {
    Handset { identity: identity_from_a_link(world).await, ..world.mac(number) }
}

#[tokio::test]
async fn device_enrolls_through_a_one_time_link() {
    let world = World::new().await;
    world.give_push_certificate().await;
    let identity = identity_from_a_link(&world).await;
    let anchors = TrustAnchors::from_certificates([world.app().authority.certificate()]).unwrap();
    let now = world.wall.now();
    identity.certificate().chains_to(&anchors, &[], now, macadam_pki::Expiry::Enforced).unwrap();
    let name = identity.certificate().subject_common_name().unwrap();
    assert!(name.starts_with("Macadam device"), "the subject is ours: {name}");
    let handset = Handset { identity, ..world.mac(1) };
    assert_eq!(world.check_in(&handset, handset.authenticate()).await.status, 200);
    assert_eq!(world.device(&handset).await.state, DeviceState::Enrolling);
    assert_eq!(world.check_in(&handset, token_update()).await.status, 200);
    assert_eq!(world.device(&handset).await.state, DeviceState::Enrolled);
}

#[tokio::test]
async fn scep_says_what_it_can_do() {
    let world = World::new().await;
    let url = world.url("/scep?operation=GetCACaps");
    let said = world.http.get(url).send().await.unwrap().text().await.unwrap();
    for capability in ["POSTPKIOperation", "Renewal", "SHA-256", "AES"] {
        assert!(said.lines().any(|line| line == capability), "{capability} is not in {said}");
    }
    let unknown = world.http.get(world.url("/scep?operation=GetCRL")).send().await.unwrap();
    assert_eq!(unknown.status(), 404);
}

#[tokio::test]
async fn looking_at_a_link_does_not_spend_it() {
    let world = World::with("organization = \"Orchard\"").await;
    world.give_push_certificate().await;
    let url = link(&world).await;
    let head = world.http.head(&url).send().await.unwrap();
    assert_eq!(head.status(), 200);
    let page = world.http.get(&url).send().await.unwrap();
    assert_eq!(page.status(), 200);
    assert_eq!(page.headers()["content-type"], "text/html; charset=utf-8");
    assert_eq!(page.headers()["cache-control"], "no-store");
    let page = page.text().await.unwrap();
    assert!(page.contains("Enroll this device in Orchard"), "{page}");
    assert!(page.contains("<form method=\"post\">"), "{page}");
    let profile = world.http.post(&url).send().await.unwrap();
    assert_eq!(profile.headers()["content-type"], profile::CONTENT_TYPE);
}

#[tokio::test]
async fn link_is_not_spent_while_there_is_no_push_certificate() {
    let world = World::new().await;
    let url = link(&world).await;
    assert_eq!(world.http.get(&url).send().await.unwrap().status(), 503);
    assert_eq!(world.http.post(&url).send().await.unwrap().status(), 503);
    world.give_push_certificate().await;
    assert_eq!(world.http.post(&url).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn expired_link_gives_no_profile() {
    let world = World::new().await;
    world.give_push_certificate().await;
    let url = link(&world).await;
    world.advance(std::time::Duration::from_hours(2));
    for url in [url, world.url("/enroll/no-such-code")] {
        assert_eq!(world.http.get(&url).send().await.unwrap().status(), 404);
        assert_eq!(world.http.post(&url).send().await.unwrap().status(), 404);
    }
}

#[tokio::test]
async fn renewed_identity_takes_over_when_it_is_used() {
    let world = World::new().await;
    world.give_push_certificate().await;
    let handset = handset_from_a_link(&world, 1).await;
    world.enroll(&handset).await;
    let key = PrivateKey::generate(KeyKind::Rsa2048);
    let renewed = scep(&world, RequestKind::RenewalReq, &handset.identity, &key, None).await;
    let renewed = Identity::new(renewed.unwrap(), key).unwrap();
    assert_eq!(world.check_in(&handset, token_update()).await.status, 200, "not used yet");
    let body = handset.check_in(token_update());
    assert_eq!(world.send("/mdm/checkin", &renewed, body).await.status, 200);
    assert_eq!(world.check_in(&handset, token_update()).await.status, 403, "replaced");
}

#[tokio::test]
async fn identity_of_nobody_is_not_renewed() {
    let world = World::new().await;
    let key = PrivateKey::generate(KeyKind::Rsa2048);
    let issuance = world.app().issuance(world.wall.now());
    let authority = &world.app().authority;
    let certificate =
        authority.issue_device_identity(key.public_key(), "unused", &issuance).unwrap();
    let unused = Identity::new(certificate, key).unwrap();
    let key = PrivateKey::generate(KeyKind::Rsa2048);
    assert!(scep(&world, RequestKind::RenewalReq, &unused, &key, None).await.is_none());
}

#[tokio::test]
async fn enrolling_again_drops_the_old_queue_and_the_old_identity() {
    let world = World::new().await;
    let old = world.mac(1);
    let device = world.enroll(&old).await;
    world.idle(&old).await.expect("the first commands wait");
    let new = Handset { identity: world.identity(), udid: old.udid.clone(), ..world.mac(1) };
    assert_eq!(world.check_in(&new, new.authenticate()).await.status, 200);
    assert_eq!(world.idle(&new).await, None, "nothing of the old generation is handed out");
    assert_eq!(world.check_in(&old, token_update()).await.status, 403);
    assert_eq!(world.check_in(&new, token_update()).await.status, 200);
    let row = world.device(&new).await;
    assert_eq!((row.id, row.generation, row.state), (device, 2, DeviceState::Enrolled));
    assert!(world.drain(&new).await.contains(&"DeviceInformation"));
}

#[tokio::test]
async fn authenticate_that_is_sent_twice_begins_one_enrollment() {
    let world = World::new().await;
    let handset = world.mac(1);
    world.check_in(&handset, handset.authenticate()).await;
    world.enroll(&handset).await;
    assert_eq!(world.device(&handset).await.generation, 1);
}

#[tokio::test]
async fn token_update_that_is_sent_twice_queues_the_first_commands_once() {
    let world = World::new().await;
    let handset = world.mac(1);
    world.enroll(&handset).await;
    assert_eq!(world.check_in(&handset, token_update()).await.status, 200);
    let mut commands = world.drain(&handset).await;
    commands.sort_unstable();
    assert_eq!(commands, ["DeclarativeManagement", "DeviceInformation", "SecurityInfo"]);
}

#[tokio::test]
async fn device_that_checks_out_is_unenrolled() {
    let world = World::new().await;
    let handset = world.mac(1);
    world.enroll(&handset).await;
    let good_bye = check_in::Message::CheckOut(check_in::CheckOut::default());
    assert_eq!(world.check_in(&handset, good_bye.clone()).await.status, 200);
    assert_eq!(world.device(&handset).await.state, DeviceState::Unenrolled);
    assert_eq!(world.check_in(&handset, good_bye).await.status, 403);
}

#[tokio::test]
async fn bootstrap_token_is_kept_until_the_device_takes_it_back() {
    let world = World::new().await;
    let handset = world.mac(1);
    world.enroll(&handset).await;
    let set = |token: Option<&[u8]>| {
        check_in::Message::SetBootstrapToken(SetBootstrapToken {
            bootstrap_token: token.map(|token| Secret::new(Data(token.to_vec()))),
            awaiting_configuration: false,
        })
    };
    let get = check_in::Message::GetBootstrapToken(check_in::GetBootstrapToken::default());
    assert_eq!(world.check_in(&handset, set(Some(b"token"))).await.status, 200);
    let told = world.check_in(&handset, get.clone()).await;
    let told: BootstrapTokenAnswer = check_in::decode_answer(&told.body).unwrap();
    assert_eq!(told.bootstrap_token.unwrap().into_inner().0, b"token");
    assert_eq!(world.check_in(&handset, set(None)).await.status, 200);
    let told = world.check_in(&handset, get).await;
    let told: BootstrapTokenAnswer = check_in::decode_answer(&told.body).unwrap();
    assert_eq!(told.bootstrap_token, None);
}

#[tokio::test]
async fn every_check_in_message_has_an_answer() {
    let world = World::new().await;
    let handset = world.mac(1);
    world.enroll(&handset).await;
    let token =
        check_in::GetToken { token_service_type: "com.apple.maid".into(), token_parameters: None };
    let user = check_in::UserAuthenticate::default();
    let answers = [
        (check_in::Message::ReturnToService, 200),
        (check_in::Message::GetToken(token), 400),
        (check_in::Message::UserAuthenticate(user), 410),
    ];
    for (message, status) in answers {
        let name = message.message_type();
        assert_eq!(world.check_in(&handset, message).await.status, status, "{name}");
    }
}
