//! Who is served and who is refused, and that a refusal never makes a device unenroll.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use macadam_pki::cms::sign_detached;
use macadam_pki::{
    Certificate, CertificateAuthority, Identity, Issuance, KeyKind, PrivateKey, SerialNumber,
    Validity,
};
use macadam_protocol::command::{Report, encode_report};
use macadam_store::RefusalReason;

use super::world::{Answer, Handset, World, token_update};

fn assert_refused(answer: &Answer) {
    assert_eq!(answer.status, 403);
    assert!(!answer.text().contains("com.apple"), "no code that a device acts on");
}

/// The refusals on record, of which there must be some.
async fn refusals(world: &World) -> Vec<RefusalReason> {
    loop {
        world.app().flush().await.unwrap();
        let refusals = world.app().store.refusals(None, 10).await.unwrap();
        if !refusals.is_empty() {
            return refusals.into_iter().map(|refusal| refusal.reason).collect();
        }
        // A worker is about to write what it took just before.
        tokio::task::yield_now().await;
    }
}

fn idle(handset: &Handset) -> Vec<u8> {
    encode_report(&Report::idle(handset.id()))
}

fn header(identity: &Identity) -> String {
    format!(":{}:", STANDARD.encode(identity.certificate().der()))
}

#[tokio::test]
async fn wrong_signature_is_refused_and_recorded() {
    let world = World::new().await;
    let handset = world.mac(1);
    world.enroll(&handset).await;
    let other = sign_detached(b"another body", &handset.identity, world.wall.now());
    for signature in [STANDARD.encode(other), "not base64!".into(), STANDARD.encode(b"no CMS")] {
        let headers = [("mdm-signature", signature.as_str())];
        assert_refused(&world.send_with("/mdm/connect", &headers, idle(&handset)).await);
    }
    assert_eq!(refusals(&world).await, [RefusalReason::BadSignature]);
}

#[tokio::test]
async fn message_without_any_certificate_is_refused() {
    let world = World::new().await;
    let handset = world.mac(1);
    world.enroll(&handset).await;
    assert_refused(&world.send_with("/mdm/connect", &[], idle(&handset)).await);
}

#[tokio::test]
async fn certificate_of_a_foreign_authority_is_refused_and_recorded() {
    let world = World::new().await;
    let issuance = world.app().issuance(world.wall.now());
    let authority = PrivateKey::generate(KeyKind::P256);
    let authority = CertificateAuthority::create("Foreign", authority, &issuance).unwrap();
    let key = PrivateKey::generate(KeyKind::P256);
    let certificate = authority.issue_device_identity(key.public_key(), "x", &issuance).unwrap();
    let identity = Identity::new(certificate, key).unwrap();
    let handset = Handset { identity, ..world.mac(1) };
    assert_refused(&world.check_in(&handset, handset.authenticate()).await);
    assert_eq!(refusals(&world).await, [RefusalReason::UntrustedCertificate]);
}

#[tokio::test]
async fn another_certificate_of_ours_is_refused_and_recorded() {
    let world = World::new().await;
    let handset = world.mac(1);
    world.enroll(&handset).await;
    let other = world.identity();
    assert_refused(&world.send("/mdm/connect", &other, idle(&handset)).await);
    assert_eq!(refusals(&world).await, [RefusalReason::UnknownCertificate]);
}

#[tokio::test]
async fn certificate_with_the_udid_of_another_device_is_refused_and_recorded() {
    let world = World::new().await;
    let (first, second) = (world.mac(1), world.mac(2));
    world.enroll(&first).await;
    world.enroll(&second).await;
    assert_refused(&world.send("/mdm/connect", &first.identity, idle(&second)).await);
    let body = second.check_in(second.authenticate());
    assert_refused(&world.send("/mdm/checkin", &first.identity, body).await);
    assert_eq!(refusals(&world).await, [RefusalReason::OtherDevice]);
    assert!(world.idle(&second).await.is_some(), "the rightful device is served");
}

/// Somebody who speaks TLS with this identity, or without one.
fn tls_client(authority: &Certificate, identity: Option<&Identity>) -> reqwest::Client {
    let root = reqwest::Certificate::from_der(authority.der()).unwrap();
    let client = reqwest::Client::builder().no_proxy().tls_certs_only([root]);
    let client = match identity {
        None => client,
        Some(identity) => {
            let pem = format!("{}{}", identity.certificate().to_pem(), *identity.key().to_pem());
            client.identity(reqwest::Identity::from_pem(pem.as_bytes()).unwrap())
        }
    };
    client.build().unwrap()
}

#[tokio::test]
async fn device_enrolls_as_a_tls_client_without_signing_anything() {
    // TLS looks at the machine's own clock.
    let issuance = Issuance {
        serial_number: SerialNumber::from_random([9; 16]),
        validity: Validity {
            not_before: "2020-01-01T00:00:00Z".parse().unwrap(),
            not_after: "2120-01-01T00:00:00Z".parse().unwrap(),
        },
    };
    let authority = PrivateKey::generate(KeyKind::P256);
    let authority = CertificateAuthority::create("Servers", authority, &issuance).unwrap();
    let key = PrivateKey::generate(KeyKind::P256);
    let names = ["127.0.0.1".to_owned()];
    let server = authority.issue_tls_server(key.public_key(), &names, &issuance).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let (certificate_file, key_file) =
        (directory.path().join("server.pem"), directory.path().join("server.key"));
    std::fs::write(&certificate_file, server.to_pem()).unwrap();
    std::fs::write(&key_file, key.to_pem().as_bytes()).unwrap();
    let world = World::with(&format!(
        "listen = [\"127.0.0.1:0\"]\n[tls]\n\
         certificate_file = {certificate_file:?}\nkey_file = {key_file:?}"
    ))
    .await;
    let url = world.url("").replace("http:", "https:");
    let send = async |identity, path: &str, body| {
        let client = tls_client(authority.certificate(), identity);
        let answer = client.put(format!("{url}{path}")).body(body).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    let handset = world.mac(1);
    let own = Some(&handset.identity);
    for message in [handset.authenticate(), token_update()] {
        assert_eq!(send(own, "/mdm/checkin", handset.check_in(message)).await.0, 200);
    }
    let (status, command) = send(own, "/mdm/connect", idle(&handset)).await;
    assert!(status == 200 && command.contains("CommandUUID"), "{status} {command}");
    let other = world.identity();
    for identity in [None, Some(&other)] {
        assert_eq!(send(identity, "/mdm/connect", idle(&handset)).await.0, 403);
    }
}

#[tokio::test]
async fn client_cert_header_counts_only_from_a_named_proxy() {
    let world = World::with("trusted_proxies = [\"127.0.0.1\"]").await;
    let handset = world.mac(1);
    world.enroll(&handset).await;
    let certificate = header(&handset.identity);
    let headers = [("client-cert", certificate.as_str())];
    let answer = world.send_with("/mdm/connect", &headers, idle(&handset)).await;
    assert!(answer.command().is_some());

    let world = World::new().await;
    let handset = world.mac(1);
    world.enroll(&handset).await;
    let certificate = header(&handset.identity);
    let headers = [("client-cert", certificate.as_str())];
    assert_refused(&world.send_with("/mdm/connect", &headers, idle(&handset)).await);
}

#[tokio::test]
async fn signature_and_header_of_different_certificates_are_refused() {
    let world = World::with("trusted_proxies = [\"127.0.0.1\"]").await;
    let handset = world.mac(1);
    world.enroll(&handset).await;
    let (body, other) = (idle(&handset), header(&world.identity()));
    let signature = STANDARD.encode(sign_detached(&body, &handset.identity, world.wall.now()));
    let headers = [("client-cert", other.as_str()), ("mdm-signature", signature.as_str())];
    assert_refused(&world.send_with("/mdm/connect", &headers, body).await);
}

#[tokio::test]
async fn identity_of_the_organizations_own_authority_enrolls() {
    let now = "2025-12-30T00:00:00Z".parse().unwrap();
    let issuance = Issuance {
        serial_number: SerialNumber::from_random([7; 16]),
        validity: Validity { not_before: now, not_after: "2030-01-01T00:00:00Z".parse().unwrap() },
    };
    let authority = PrivateKey::generate(KeyKind::P256);
    let authority = CertificateAuthority::create("Organization", authority, &issuance).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let roots = directory.path().join("roots.pem");
    std::fs::write(&roots, authority.certificate().to_pem()).unwrap();
    let settings =
        format!("device_ca = {{ roots_files = [{roots:?}], blueprint = \"macOS Tahoe\" }}");
    let world = World::with(&settings).await;
    let item = serde_json::json!({
        "type": "managed_os", "label": "macOS Tahoe", "platform": "macos", "major": 26,
        "installation": "continuously_enforce",
        "enforcement": { "mode": "rolling", "within": "2w", "at": "12:30:00" }
    });
    let (_, blueprint) = world.assign(item).await;
    let key = PrivateKey::generate(KeyKind::P256);
    let certificate = authority.issue_device_identity(key.public_key(), "x", &issuance).unwrap();
    let handset = Handset { identity: Identity::new(certificate, key).unwrap(), ..world.mac(1) };
    world.enroll(&handset).await;
    assert!(world.idle(&handset).await.is_some());
    assert_eq!(world.device(&handset).await.blueprint_id, Some(blueprint));
}

#[tokio::test]
async fn proxy_hands_on_the_certificates_between_a_device_and_its_authority() {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/../macadam-pki/testdata/");
    let kept = |name: &str| format!("{directory}{name}");
    let read = |name| {
        let text = std::fs::read_to_string(kept(name)).unwrap();
        Certificate::from_pem(&text).unwrap()
    };
    let root = kept("root.pem");
    let world = World::with(&format!(
        "trusted_proxies = [\"127.0.0.1\"]\ndevice_ca = {{ roots_files = [{root:?}] }}"
    ))
    .await;
    // By then the kept certificates are valid.
    world.advance(std::time::Duration::from_hours(24 * 400));
    let field = |name| format!(":{}:", STANDARD.encode(read(name).der()));
    let (own, between, stranger) =
        (field("device.pem"), field("intermediate.pem"), field("stranger.pem"));
    let handset = world.mac(1);
    let enroll = async |chain: &str| {
        let headers = [("client-cert", own.as_str()), ("client-cert-chain", chain)];
        world.send_with("/mdm/checkin", &headers, handset.check_in(handset.authenticate())).await
    };
    for chain in ["", stranger.as_str(), "no certificate"] {
        assert_refused(&enroll(chain).await);
    }
    assert_eq!(enroll(&format!("{stranger}, {between}")).await.status, 200);
}

#[tokio::test]
async fn expired_identity_goes_on_speaking_but_begins_no_enrollment() {
    let world = World::new().await;
    let (handset, late) = (world.mac(1), world.mac(2));
    world.enroll(&handset).await;
    world.advance(std::time::Duration::from_hours(24 * 400));
    assert!(world.idle(&handset).await.is_some());
    assert_refused(&world.check_in(&late, late.authenticate()).await);
}

#[tokio::test]
async fn one_url_serves_check_ins_and_reports_by_content_type() {
    let world = World::new().await;
    let handset = world.mac(1);
    let send = async |body: Vec<u8>, content_type: &str| {
        let signature = STANDARD.encode(sign_detached(&body, &handset.identity, world.wall.now()));
        let headers = [("mdm-signature", signature.as_str()), ("content-type", content_type)];
        world.send_with("/mdm", &headers, body).await
    };
    let check_in = "application/x-apple-aspen-mdm-checkin";
    assert_eq!(send(handset.check_in(handset.authenticate()), check_in).await.status, 200);
    assert_eq!(send(handset.check_in(token_update()), check_in).await.status, 200);
    let answer = send(idle(&handset), "application/x-apple-aspen-mdm; charset=UTF-8").await;
    assert!(answer.command().is_some());
}

#[tokio::test]
async fn hostile_bodies_are_refused_with_a_code_and_harm_nobody() {
    let world = World::new().await;
    let handset = world.mac(1);
    world.enroll(&handset).await;
    let nested = format!("<plist>{}</plist>", "<array>".repeat(16_000));
    let bodies: [(&[u8], u16); 6] = [
        (b"", 400),
        (b"no property list", 400),
        (b"bplist00\xff\xff\xff", 400),
        (nested.as_bytes(), 400),
        (b"<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY e \"x\">]><plist><dict/></plist>", 400),
        (&vec![b' '; 1024 * 1024 + 1], 413),
    ];
    for (body, status) in bodies {
        for path in ["/mdm/checkin", "/mdm/connect"] {
            let answer = world.send(path, &handset.identity, body.to_vec()).await;
            assert_eq!(answer.status, status, "{path} {:?}", &body[..body.len().min(20)]);
        }
    }
    let answer = world.send("/mdm/checkin", &handset.identity, nested.into_bytes()).await;
    assert!(answer.text().contains("property_list_too_deep"), "{}", answer.text());
    assert!(world.idle(&handset).await.is_some());
}

#[tokio::test]
async fn overload_is_answered_503_with_a_time_to_come_back() {
    let world = World::with("limits.concurrent_requests = 1").await;
    let handset = world.mac(1);
    world.enroll(&handset).await;
    let only_place = world.app().admit().unwrap();
    let answer = world.report(&handset, Report::idle(handset.id())).await;
    assert_eq!((answer.status, answer.retry_after.as_deref()), (503, Some("30")));
    drop(only_place);
    assert!(world.idle(&handset).await.is_some());
}
