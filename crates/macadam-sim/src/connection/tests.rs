use macadam_pki::KeyKind;

use super::*;
use crate::clock::wall_now;
use crate::device::Device;
use crate::identity::KeyPool;
use crate::offers::Offers;
use crate::testing::mac;
use crate::testing::mdm::{Mdm, TOPIC};

fn enroller(proof: Proof) -> Enroller {
    Enroller::new(Vec::new(), KeyPool::generate(KeyKind::Rsa2048, 1), proof, 1).unwrap()
}

/// Sends everything that the device has to send.
async fn talk(device: &mut Device, connection: &Connection) {
    while let Some(request) = device.next_request() {
        let answer = connection.send(&request, wall_now()).await;
        device.receive(answer, &Offers::default());
    }
}

#[tokio::test]
async fn link_leads_to_an_identity_with_which_the_device_enrolls() {
    for proof in [Proof::Signature, Proof::ProxyHeader] {
        let mdm = Mdm::start(Vec::new(), None).await;
        let enrollee = enroller(proof).by_link(&mdm.link(), wall_now()).await.unwrap();
        assert_eq!(enrollee.topic, TOPIC);
        let mut device = Device::new(mac());
        device.enroll(&enrollee.topic);
        talk(&mut device, &enrollee.connection).await;
        assert!(device.is_enrolled());
        let udid = device.hardware().udid.clone();
        assert!(mdm.device(&udid, |server| server.bootstrap_token.is_some()));
    }
}

#[tokio::test]
async fn server_is_found_at_another_address_than_it_names() {
    let mdm = Mdm::start(Vec::new(), None).await;
    let reached = format!("http://{}", mdm.address);
    let reroute = Reroute { named: "https://mdm.example.com".into(), reached };
    let mut enroller = enroller(Proof::Signature).rerouted(reroute);
    let link = "https://mdm.example.com/enroll/once";
    assert_eq!(enroller.by_link(link, wall_now()).await.unwrap().topic, TOPIC);
}

#[tokio::test]
async fn refused_link_says_so() {
    let mdm = Mdm::start(Vec::new(), None).await;
    let link = format!("http://{}/nowhere", mdm.address);
    let Err(error) = enroller(Proof::Signature).by_link(&link, wall_now()).await else {
        panic!("nothing is there")
    };
    assert_eq!(error.to_string(), format!("{link} answered with status 404: "));
}

#[tokio::test]
async fn renewed_identity_is_another_certificate_for_the_same_name() {
    let mdm = Mdm::start(Vec::new(), None).await;
    let mut enroller = enroller(Proof::Signature);
    let old = enroller.by_link(&mdm.link(), wall_now()).await.unwrap().connection;
    let new = enroller.renew(&old, &mdm.scep_url(), wall_now()).await.unwrap();
    let name = |c: &Connection| c.identity.certificate().subject_common_name();
    assert_eq!(name(&old), name(&new));
    assert_ne!(old.credentials.certificate, new.credentials.certificate);
}

#[tokio::test]
async fn another_devices_certificate_is_not_served() {
    let mdm = Mdm::start(Vec::new(), None).await;
    let mut enroller = enroller(Proof::Signature);
    let own = enroller.by_link(&mdm.link(), wall_now()).await.unwrap();
    let other = enroller.by_link(&mdm.link(), wall_now()).await.unwrap();
    let mut device = Device::new(mac());
    device.enroll(&own.topic);
    talk(&mut device, &own.connection).await;
    let magic = device.push_magic().to_owned();
    device.push(&magic);
    let request = device.next_request().unwrap();
    let answer = other.connection.send(&request, wall_now()).await;
    assert_eq!(answer, Answer::Replied { status: 403, body: Vec::new() });
}

#[test]
fn device_follows_a_server_on_this_machine_to_another_port_and_no_other() {
    let key = KeyPool::generate(KeyKind::Rsa2048, 1).next_key();
    let validity = macadam_pki::Validity {
        not_before: "2020-01-01T00:00:00Z".parse().unwrap(),
        not_after: "2049-12-31T00:00:00Z".parse().unwrap(),
    };
    let serial_number = macadam_pki::SerialNumber::from_random([1; 16]);
    let issuance = macadam_pki::Issuance { serial_number, validity };
    let identity = Identity::self_signed(key, "device", &issuance).unwrap();
    let follows = |enrolled_with: &str, server: &str| {
        let credentials = Credentials::new(&identity, TOPIC, enrolled_with, Proof::Signature);
        credentials.followed_to(server).check_in_url
    };
    let moved = follows("https://localhost:8443", "https://localhost:9443");
    assert_eq!(moved, "https://localhost:9443/mdm/checkin");
    let elsewhere = follows("https://mdm.example.com", "https://localhost:9443");
    assert_eq!(elsewhere, "https://mdm.example.com/mdm/checkin");
    let plain = follows("http://localhost:8080", "https://localhost:9443");
    assert_eq!(plain, "http://localhost:8080/mdm/checkin");
}
