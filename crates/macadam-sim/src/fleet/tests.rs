use std::collections::BTreeSet;

use macadam_protocol::feed;

use super::*;
use crate::testing::offers;

fn plan(size: usize, character: Character) -> Plan {
    let start = "2026-02-01T08:00:00Z".parse().unwrap();
    Plan { seed: 7, size, start, character, polls_every: None }
}

fn fleet(plan: Plan) -> Fleet {
    Fleet::new(plan, &feed::seed(), &offers()).unwrap()
}

#[test]
fn same_plan_gives_the_same_fleet() {
    let json = || serde_json::to_string(&fleet(plan(50, Character::Lifelike))).unwrap();
    assert_eq!(json(), json());
}

#[test]
fn every_device_is_distinct_and_runs_what_its_model_was_offered() {
    let fleet = fleet(plan(2_000, Character::Lifelike));
    let offers = offers();
    let (mut serials, mut udids) = (BTreeSet::new(), BTreeSet::new());
    for member in &fleet.members {
        let (hardware, installed) = (member.device.hardware(), member.device.installed());
        assert!(serials.insert(&hardware.serial) && udids.insert(&hardware.udid));
        assert!(offers.ever(&hardware.update_id).any(|offer| {
            offer.release.version == installed.version
                && offer.release.build == installed.build
                && offer.since() <= fleet.plan.start
        }));
    }
}

#[test]
fn fleet_is_mixed() {
    let fleet = fleet(plan(1_000, Character::Lifelike));
    let families: BTreeSet<_> = fleet.members.iter().map(|m| m.device.hardware().family).collect();
    assert_eq!(families.len(), 4);
    let zones: BTreeSet<_> = fleet.members.iter().map(|m| &m.device.hardware().time_zone).collect();
    assert_eq!(zones.len(), TIME_ZONES.len());
    let versions: BTreeSet<_> =
        fleet.members.iter().map(|m| m.device.installed().version.to_string()).collect();
    assert!(versions.len() > 15, "{versions:?}");
}

#[test]
fn chosen_facts_are_told_and_those_of_nobody_refused() {
    let mut fleet = fleet(plan(2, Character::Obedient));
    let own = fleet.members[1].device.hardware().serial.clone();
    let facts = |device| {
        let json = format!(r#"[{{ "device": {device}, "name": "=1+1", "failure": "<b>no</b>" }}]"#);
        serde_json::from_str::<Vec<Facts>>(&json).unwrap()
    };
    fleet.tell(facts(1)).unwrap();
    let device = &fleet.members[1].device;
    assert_eq!((&*device.hardware().name, &device.hardware().serial), ("=1+1", &own));
    assert_eq!(device.hardware().failure.as_deref(), Some("<b>no</b>"));
    assert_eq!(
        fleet.tell(facts(2)).unwrap_err().to_string(),
        "there are facts for device 2, and the fleet has 2 devices"
    );
}

#[test]
fn time_before_the_record_has_no_fleet() {
    let start = "2020-01-01T00:00:00Z".parse().unwrap();
    let seed = feed::seed();
    let plan = Plan { start, ..plan(1, Character::Obedient) };
    assert!(Fleet::new(plan, &seed, &offers()).is_err());
}

#[test]
fn every_time_zone_is_known() {
    for zone in TIME_ZONES {
        jiff::tz::TimeZone::get(zone).unwrap();
    }
}
