use macadam_pki::Certificate;
use macadam_protocol::feed;

use super::scenario::prepare::prepare;
use super::*;
use crate::clock::wall_now;
use crate::connection::Proof;
use crate::fleet::{Character, Fleet, Plan};
use crate::testing::mdm::{Mdm, NOW, TOPIC};
use crate::testing::{at, offers};

/// Three devices with identities of their own authority, enrolled with a server that trusts it.
async fn enrolled(directory: &std::path::Path) -> (Mdm, Fixtures, Target) {
    let plan = Plan {
        seed: 1,
        size: 3,
        start: at("2026-02-01T08:00:00Z"),
        character: Character::Obedient,
        polls_every: None,
    };
    let fleet = Fleet::new(plan, &feed::seed(), &offers()).unwrap();
    let fixtures = Fixtures::create(directory, fleet, TOPIC, at(NOW)).unwrap();
    let authority = std::fs::read_to_string(directory.join("device-ca.pem")).unwrap();
    let authority = Certificate::from_pem(&authority).unwrap();
    let mdm = Mdm::start(Vec::new(), Some(authority)).await;
    let target = Target { address: mdm.address, proof: Proof::Signature, signed_at: wall_now() };
    let (fixtures, enrolled) = blocking(move || {
        let mut fixtures = fixtures;
        let enrolled = enroll_fleet(&mut fixtures, &target, 2, &|| {}).unwrap();
        fixtures.save().unwrap();
        (fixtures, enrolled)
    })
    .await;
    assert_eq!(enrolled.devices, 3);
    (mdm, fixtures, target)
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.unwrap()
}

fn short(target: Target, scenario: Scenario, processes: &Processes) -> Run<'_> {
    Run { target, scenario, connections: 2, seconds: 0.3, devices: 3, processes }
}

#[tokio::test(flavor = "multi_thread")]
async fn right_requests_are_served_and_each_kind_of_wrong_one_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let (_mdm, fixtures, target) = enrolled(directory.path()).await;
    blocking(move || {
        let processes = Processes::default();
        let mut wire = Wire::new(target.address);
        for device in prepare(&fixtures, &short(target, Scenario::Idle, &processes)).unwrap() {
            assert_eq!(wire.call(&device.requests[0]).unwrap().status, 200);
            assert_eq!(device.wrong.len(), 3);
            for wrong in &device.wrong {
                assert_eq!(wire.call(wrong).unwrap().status, 403);
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn scenarios_find_what_they_ask_for() {
    let directory = tempfile::tempdir().unwrap();
    let (_mdm, _, target) = enrolled(directory.path()).await;
    let fixtures = Fixtures::open(directory.path()).unwrap();
    blocking(move || {
        let processes = Processes::default();
        for scenario in [
            Scenario::Idle,
            Scenario::TokenUpdate,
            Scenario::Command,
            Scenario::DdmTokens,
            Scenario::DdmItems,
            Scenario::DdmDeclaration,
        ] {
            let (report, ledger) = run(&fixtures, &short(target, scenario, &processes)).unwrap();
            assert_eq!(report.failed, 0, "{scenario}: {:?}", report.first_failure);
            assert_eq!(report.wrongly_accepted, 0);
            assert!(report.requests > 0 && report.p50_ms <= report.max_ms);
            let has_tokens = ledger.0.values().all(|device| device.token.is_some());
            assert_eq!(has_tokens, scenario == Scenario::TokenUpdate);
            let has_results = ledger.0.values().all(|device| !device.results.is_empty());
            assert_eq!(has_results, scenario == Scenario::Command);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn authority_is_made_once() {
    let directory = tempfile::tempdir().unwrap();
    let pem = || Fixtures::authority(directory.path(), at(NOW), 1).unwrap().to_pem();
    assert_eq!(pem(), pem());
}
