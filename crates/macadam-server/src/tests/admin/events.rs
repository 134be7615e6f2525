//! Watching what changes.

use std::time::Duration;

use macadam_api::ErrorCode;
use macadam_api::client::{Client, Events};
use macadam_api::devices::UpdateDevice;
use macadam_api::events::{Changed, Event, Noun};
use macadam_api::people::Role;
use macadam_store::testing::Postgres;

use super::super::declarations::capable;
use super::super::world::World;
use super::{client, refused};

/// The next change of this noun.
async fn next_of(events: &mut Events, noun: Noun) -> Option<Vec<uuid::Uuid>> {
    loop {
        match events.next().await.unwrap().unwrap() {
            Event::Changed(Changed { noun: changed, ids }) if changed == noun => return ids,
            Event::Changed(_) | Event::Ready => {}
            Event::Resync => panic!("nothing was missed"),
        }
    }
}

async fn tag(client: &Client, device: uuid::Uuid, tag: &str) {
    let change = UpdateDevice { tags: Some(vec![tag.into()]), ..UpdateDevice::default() };
    client.update_device(device, &change).await.unwrap();
}

#[tokio::test]
async fn changes_of_devices_and_administrators_are_told() {
    let world = World::new().await;
    let operator = client(&world, Role::Operator).await;
    let mut events = operator.events(None).await.unwrap();
    assert_eq!(events.next().await.unwrap(), Some(Event::Ready));
    let device = capable(&world, &world.mac(1)).await;
    assert_eq!(next_of(&mut events, Noun::Devices).await, Some(vec![device.0]));
    tag(&operator, device.0, "lab").await;
    assert_eq!(next_of(&mut events, Noun::Devices).await, Some(vec![device.0]));
    let approval = macadam_api::server::WriteApproval {
        approval: macadam_api::releases::Approval::AtOnce,
        reason: "test".into(),
    };
    operator.write_approval(&approval).await.unwrap();
    assert_eq!(next_of(&mut events, Noun::Settings).await, None);
}

#[tokio::test]
async fn stream_goes_on_where_the_last_one_ended() {
    let mut world = World::new().await;
    let operator = client(&world, Role::Operator).await;
    let device = capable(&world, &world.mac(1)).await;
    let mut events = operator.events(None).await.unwrap();
    events.next().await.unwrap();
    tag(&operator, device.0, "lab").await;
    next_of(&mut events, Noun::Devices).await;
    let last = events.last();
    drop(events);
    tag(&operator, device.0, "office").await;
    let mut events = operator.events(last).await.unwrap();
    assert_eq!(next_of(&mut events, Noun::Devices).await, Some(vec![device.0]));
    let mut unknown = operator.events(Some(1_000_000)).await.unwrap();
    assert_eq!(unknown.next().await.unwrap(), Some(Event::Resync));
    // A stream that is open does not keep the server from stopping.
    world.restart().await;
    while events.next().await.unwrap().is_some() {}
}

#[tokio::test]
async fn what_another_server_changed_is_told() {
    let url = Postgres::shared().await.new_database().await;
    let here = World::with(&format!("database_url = {url:?}")).await;
    let there = here.beside().await;
    let device = capable(&there, &there.mac(1)).await;
    let mut events = client(&here, Role::Auditor).await.events(None).await.unwrap();
    events.next().await.unwrap();
    tag(&client(&there, Role::Operator).await, device.0, "lab").await;
    let told = tokio::spawn(async move { next_of(&mut events, Noun::Devices).await });
    while !told.is_finished() {
        here.wall.advance(Duration::from_millis(400));
        tokio::task::yield_now().await;
    }
    assert_eq!(told.await.unwrap(), Some(vec![device.0]));
}

#[tokio::test]
async fn nobody_has_more_than_a_few_streams() {
    let world = World::new().await;
    let reader = client(&world, Role::Auditor).await;
    let mut open = Vec::new();
    for _ in 0..8 {
        let mut events = reader.events(None).await.unwrap();
        assert_eq!(events.next().await.unwrap(), Some(Event::Ready));
        open.push(events);
    }
    let refusal = refused(reader.events(None).await.err().unwrap());
    assert_eq!(refusal, ErrorCode::TooManyRequests);
    world.wall.advance(Duration::from_mins(5));
    for mut events in open {
        while events.next().await.unwrap().is_some() {}
    }
    reader.events(None).await.unwrap();
}
