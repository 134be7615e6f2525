use macadam_pki::KeyKind;
use macadam_protocol::feed;

use super::*;
use crate::connection::{Enroller, Proof};
use crate::fleet::Character;
use crate::identity::KeyPool;
use crate::testing::mdm::Mdm;
use crate::testing::{at, enforce, offers};

const START: &str = "2026-02-05T08:00:00Z";
const END: &str = "2026-02-11T00:00:00Z";
const STORM: Weather = Weather { lost_requests: 80, lost_answers: 80, doubled: 80 };

fn fleet(seed: u64) -> Fleet {
    let plan = Plan {
        seed,
        size: 5,
        start: at(START),
        character: Character::Obedient,
        polls_every: Some(SignedDuration::from_hours(5)),
    };
    Fleet::new(plan, &feed::seed(), &offers()).unwrap()
}

async fn driver(mdm: &Mdm, fleet: Fleet, weather: Weather) -> Driver<Vec<u8>> {
    let keys = KeyPool::generate(KeyKind::Rsa2048, 1);
    let mut enroller = Enroller::new(Vec::new(), keys, Proof::ProxyHeader, 1).unwrap();
    let members = fleet.members.clone();
    let mut driver = Driver::new(fleet, offers(), weather, Vec::new());
    for (index, member) in members.into_iter().enumerate() {
        let enrollee = match member.credentials {
            Some(credentials) => enroller.by_credentials(credentials).unwrap(),
            None => enroller.by_link(&mdm.link(), wall_now()).await.unwrap(),
        };
        driver.connect(index, enrollee);
    }
    driver
}

async fn mdm() -> Mdm {
    Mdm::start(vec![enforce("os", "26.2", "2026-02-09T09:30:00")], None).await
}

async fn log_of(seed: u64, tick: SignedDuration) -> String {
    let mut driver = driver(&mdm().await, fleet(seed), STORM).await;
    let mut clock = FleetClock::manual(at(START));
    driver.run_until(at(END), tick, &mut clock).await.unwrap();
    String::from_utf8(driver.log).unwrap()
}

#[tokio::test]
async fn fleet_obeys_through_a_storm() {
    let mut driver = driver(&mdm().await, fleet(3), STORM).await;
    let mut clock = FleetClock::manual(at(START));
    driver.run_until(at(END), SignedDuration::ZERO, &mut clock).await.unwrap();
    assert_eq!(clock.now(), at(END));
    let offers = offers();
    let target = "26.2".parse().unwrap();
    let mut obeyed = 0;
    for device in driver.devices() {
        let can = offers.at(&device.hardware().update_id, at(END));
        let can = can.into_iter().any(|offer| offer.release.version == target);
        let before = device.installed().version < target;
        assert!(device.is_enrolled());
        assert!(!can || !before, "{:?}", device.installed());
        obeyed += usize::from(device.installed().version == target);
    }
    assert!(obeyed > 0);
    let log = String::from_utf8(driver.log).unwrap();
    assert!(log.contains("no_answer"), "the storm was none");
}

#[tokio::test]
async fn same_seed_gives_the_same_log_at_any_tick() {
    let exact = log_of(5, SignedDuration::ZERO).await;
    let coarse = log_of(5, SignedDuration::from_mins(15)).await;
    let sorted = |log: &str| {
        let mut lines: Vec<_> = log.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    assert_eq!(sorted(&exact), sorted(&coarse));
    assert_eq!(exact, log_of(5, SignedDuration::ZERO).await);
}

#[tokio::test]
async fn saved_fleet_goes_on_where_it_was() {
    let through = log_of(8, SignedDuration::ZERO).await;
    let mdm = mdm().await;
    let mut first = driver(&mdm, fleet(8), STORM).await;
    let mut clock = FleetClock::manual(at(START));
    first.run_until(at("2026-02-07T03:00:00Z"), SignedDuration::ZERO, &mut clock).await.unwrap();
    let saved = serde_json::to_vec(&first.save()).unwrap();
    let fleet = serde_json::from_slice(&saved).unwrap();
    let mut second = driver(&mdm, fleet, STORM).await;
    second.run_until(at(END), SignedDuration::ZERO, &mut clock).await.unwrap();
    let resumed = [first.log, second.log].concat();
    assert_eq!(String::from_utf8(resumed).unwrap(), through);
}
