//! Policies over the real history of releases.

use macadam_api::ErrorCode;
use macadam_api::backtests::{BacktestFleet, BacktestPolicy, BacktestRequest, SampleDevices};
use macadam_api::library_items::LibraryItemSettings;
use macadam_api::people::Role;
use serde_json::json;

use super::super::declarations::capable;
use super::super::world::World;
use super::{client, refused};

fn policy(name: &str, within: &str) -> BacktestPolicy {
    let item = json!({
        "type": "managed_os", "label": name, "platform": "macos", "major": 15,
        "enforcement": {"mode": "rolling", "within": within, "at": "09:30"}
    });
    let LibraryItemSettings::ManagedOs(settings) = serde_json::from_value(item).unwrap() else {
        panic!("it is a Managed OS item")
    };
    BacktestPolicy { name: name.into(), items: vec![settings], every_major: false }
}

fn request(policies: Vec<BacktestPolicy>) -> BacktestRequest {
    BacktestRequest {
        policies,
        fleet: BacktestFleet::default(),
        from: "2025-01-01".parse().unwrap(),
        until: "2025-12-01".parse().unwrap(),
    }
}

#[tokio::test]
async fn slower_policies_restart_less_and_expose_more() {
    let world = World::new().await;
    capable(&world, &world.mac(1)).await;
    let reader = client(&world, Role::Auditor).await;
    let wish = request(vec![policy("a week", "1w"), policy("three months", "3m")]);
    let own = reader.backtest(&wish).await.unwrap().value;
    let [week, months] = own.policies.as_slice() else { panic!("{own:?}") };
    assert_eq!((week.devices, own.devices_left_out), (1, 0));
    assert!(week.restarts_a_year_percent > months.restarts_a_year_percent);
    assert!(week.exposed_days_percent < months.exposed_days_percent);
    assert!(week.worst_exposed_days >= 7, "{}", week.worst_exposed_days);
    assert!(week.releases.iter().any(|release| release.version == "15.5"));
    assert_eq!(week.current.len(), 12);
    let sample = |update_id: &str| BacktestRequest {
        fleet: BacktestFleet::Sample {
            devices: vec![SampleDevices {
                platform: macadam_api::Os::Macos,
                update_id: update_id.into(),
                devices: 1,
            }],
        },
        ..wish.clone()
    };
    assert_eq!(reader.backtest(&sample("j413ap")).await.unwrap().value, own);
    let unknown = reader.backtest(&sample("J9999AP")).await.unwrap().value;
    assert_eq!((unknown.devices_left_out, unknown.policies[0].devices), (1, 0));
}

#[tokio::test]
async fn item_of_one_major_is_replayed_for_all_of_them_where_that_is_wanted() {
    let world = World::new().await;
    capable(&world, &world.mac(1)).await;
    let reader = client(&world, Role::Auditor).await;
    // The history begins on 14, for which there is no item.
    let one = policy("a week", "1w");
    let every = BacktestPolicy { every_major: true, ..one.clone() };
    let wish = BacktestRequest {
        from: "2023-11-01".parse().unwrap(),
        until: "2024-09-01".parse().unwrap(),
        ..request(vec![one, every])
    };
    let answer = reader.backtest(&wish).await.unwrap().value;
    let [one, every] = answer.policies.as_slice() else { panic!("{answer:?}") };
    assert_eq!(one.restarts_a_year_percent, 0);
    assert!(every.restarts_a_year_percent > 0);
    assert_eq!(every.worst_exposed_days, 7, "{:#?}", every.releases);
}

#[tokio::test]
async fn backtest_of_what_cannot_be_is_refused_with_every_reason() {
    let world = World::new().await;
    let reader = client(&world, Role::Auditor).await;
    let until = "2024-12-31".parse().unwrap();
    let bad = BacktestRequest { until, ..request(vec![policy("a century", "100y")]) };
    let error = reader.backtest(&bad).await.err().unwrap();
    assert_eq!(refused(error), ErrorCode::InvalidSettings);
    let future = "2026-06-01".parse().unwrap();
    let future = BacktestRequest { until: future, ..request(vec![policy("a week", "1w")]) };
    assert_eq!(refused(reader.backtest(&future).await.err().unwrap()), ErrorCode::InvalidSettings);
    let none = reader.backtest(&request(Vec::new())).await.err().unwrap();
    assert_eq!(refused(none), ErrorCode::InvalidSettings);
}
