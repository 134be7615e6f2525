//! The overview: every number is that of a list.

use std::time::Duration;

use macadam_api::devices::{DeviceFilter, UpdateDevice};
use macadam_api::people::Role;
use macadam_api::summary::{Standing, SummaryQuery, VersionShareQuery};
use macadam_protocol::check_in::{CheckOut, Message};

use super::super::declarations::{capable, rolling};
use super::super::world::{TOPIC, World};
use super::client;

#[tokio::test]
async fn every_number_of_the_summary_opens_a_list_of_as_many() {
    let world = World::new().await;
    let late = capable(&world, &world.mac(1)).await;
    world.enroll(&world.mac(2)).await;
    let gone = world.mac(3);
    capable(&world, &gone).await;
    let (_, blueprint) = world.assign(rolling()).await;
    let operator = client(&world, Role::Operator).await;
    let change = UpdateDevice { blueprint_id: Some(blueprint.0), ..UpdateDevice::default() };
    operator.update_device(late.0, &change).await.unwrap();
    let goodbye = Message::CheckOut(CheckOut { topic: Some(TOPIC.into()) });
    assert_eq!(world.check_in(&gone, goodbye).await.status, 200);

    let query = SummaryQuery { since: Some("2025-12-01T00:00:00Z".parse().unwrap()) };
    let summary = operator.summary(&query).await.unwrap().value;
    assert_eq!((summary.at, summary.devices), (world.fleet.now(), 2));
    let standings = summary.standings;
    assert_eq!((standings.overdue, standings.not_enforced), (1, 1));
    let listed = async |filter: DeviceFilter| operator.devices(&filter).all().await.unwrap().len();
    let all = DeviceFilter::default;
    for (standing, devices) in [
        (Standing::OnTime, standings.on_time),
        (Standing::DueSoon, standings.due_soon),
        (Standing::Overdue, standings.overdue),
        (Standing::CannotUpdate, standings.cannot_update),
        (Standing::NotEnforced, standings.not_enforced),
    ] {
        let count = listed(DeviceFilter { standing: Some(standing), ..all() }).await;
        assert_eq!(count as u64, devices, "{standing:?}");
    }
    assert_eq!(summary.reasons.len(), 1, "{:?}", summary.reasons);
    for it in &summary.reasons {
        let reason = Some(it.reason.clone());
        let filter = DeviceFilter { reason, standing: Some(it.standing), ..all() };
        assert_eq!(listed(filter).await as u64, it.devices, "{it:?}");
        assert!(!it.sentence.is_empty());
    }
    for it in &summary.versions {
        let os_version = Some(it.os_version.clone());
        let filter = DeviceFilter { os_version, platform: Some(it.platform), ..all() };
        assert_eq!(listed(filter).await as u64, it.devices, "{it:?}");
    }
    for it in &summary.releases {
        let major: u16 = it.version.split('.').next().unwrap().parse().unwrap();
        let filter = DeviceFilter {
            list: Some(it.list),
            os_version_from: Some(it.version.clone()),
            os_version_below: Some((major + 1).to_string()),
            ..all()
        };
        assert_eq!(listed(filter).await as u64, it.devices_done, "{it:?}");
    }
    let exploited = summary.releases.iter().filter(|release| release.exploited).count();
    assert!(exploited > 0, "macOS 26.2 of December 2025 mends what was exploited");
    assert!(summary.releases.iter().all(|it| it.released_on.to_string().as_str() >= "2025-12-01"));
    let codes: Vec<_> = summary.attention.iter().map(|alert| alert.code.as_str()).collect();
    assert_eq!(codes, ["push_certificate_missing"]);
}

#[tokio::test]
async fn versions_are_noted_day_by_day() {
    let world = World::new().await;
    capable(&world, &world.mac(1)).await;
    world.app().note_version_shares().await.unwrap();
    world.advance(Duration::from_hours(24));
    world.app().note_version_shares().await.unwrap();
    world.app().note_version_shares().await.unwrap();
    let reader = client(&world, Role::Auditor).await;
    let shares = reader.version_shares(&VersionShareQuery::default()).await.unwrap().value;
    let shown: Vec<_> =
        shares.iter().map(|it| format!("{} {} {}", it.day, it.os_version, it.devices)).collect();
    assert_eq!(shown, ["2025-12-31 15.6 1", "2026-01-01 15.6 1"]);
    let from = Some("2026-01-01".parse().unwrap());
    let query = VersionShareQuery { from, ..VersionShareQuery::default() };
    assert_eq!(reader.version_shares(&query).await.unwrap().value.len(), 1);
}
