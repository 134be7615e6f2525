use std::sync::Arc;

use jiff::civil::{Time, date};
use jiff::tz::Offset;
use macadam_policy as policy;

use super::*;

#[test]
fn a_line_has_every_field_and_names_items_by_label() {
    let items = [assigned("Tahoe")];
    let decision = policy::Decision {
        outcome: policy::Outcome::Install {
            target: policy::Target {
                item: items[0].id,
                version: "26.3.1".parse().unwrap(),
                build: "25D2128".parse().unwrap(),
                send_build: false,
                deadline: date(2026, 3, 10).at(9, 30, 0, 0),
                details_url: None,
            },
            then: None,
        },
        status: policy::Status::Pending,
        mechanism: Some(policy::Mechanism::Ddm),
        meets_floor: false,
        trace: policy::Trace::default(),
    };
    let labels = ItemLabels::new(&items);
    let line = DecisionLine::new("air", Some(Offset::constant(1)), &decision, &labels);
    insta::assert_snapshot!(serde_json::to_string(&line).unwrap(), @r#"{"device":"air","status":"pending","outcome":{"kind":"install","item":"Tahoe","version":"26.3.1","build":"25D2128","send_build":false,"deadline_local":"2026-03-10T09:30:00","deadline_at":"2026-03-10T08:30:00Z","details_url":null,"then":null},"mechanism":"ddm","meets_floor":false,"trace":[]}"#);
    let back: DecisionLine = serde_json::from_str(&serde_json::to_string(&line).unwrap()).unwrap();
    assert_eq!(back, line);
    let unknown_offset = DecisionLine::new("air", None, &decision, &labels);
    assert!(serde_json::to_string(&unknown_offset).unwrap().contains(r#""deadline_at":null"#));
}

fn assigned(label: &str) -> policy::AssignedItem {
    let settings = crate::library_items::ManagedOsSettings {
        label: label.into(),
        platform: crate::Os::Macos,
        major: 26,
        installation: Default::default(),
        enforcement: crate::library_items::VersionEnforcement::Rolling {
            within: "2w".into(),
            at: Time::midnight(),
        },
        bsi: Default::default(),
        legacy_time_zone: None,
        rings: Vec::new(),
        freeze_windows: Vec::new(),
        maintenance_windows: Vec::new(),
        minimum_notice_days: 0,
        details_url: None,
        pin_build: false,
        ring_halt: Default::default(),
    };
    let item = crate::library_items::LibraryItemSettings::ManagedOs(settings);
    let policy::LibraryItem::ManagedOs(item) = (&item).try_into().unwrap() else {
        panic!("it is a Managed OS item")
    };
    policy::AssignedItem {
        id: policy::ItemId(uuid::Uuid::from_u128(1)),
        item: Arc::new(item),
        reached_at: Timestamp::UNIX_EPOCH,
        depth: 0,
        ring_offset_days: 0,
        is_paused: false,
        is_excluded: false,
        requested_at: None,
        requested_local: None,
        exempt_until: None,
        halts: Vec::new(),
    }
}
