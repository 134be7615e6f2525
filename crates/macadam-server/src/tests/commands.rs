use macadam_protocol::command::{MdmCommand, Report, Status};
use macadam_store::{CommandId, CommandState};

use super::world::{Handset, World};
use crate::app::App;

/// An enrolled Mac whose first commands are done.
async fn settled(world: &World) -> Handset {
    let handset = world.mac(1);
    world.enroll(&handset).await;
    world.drain(&handset).await;
    handset
}

/// Queues commands in this order and gives their ids.
async fn queue(world: &World, handset: &Handset, commands: &[MdmCommand]) -> Vec<CommandId> {
    let app = world.app();
    let (now, row) = (app.fleet_clock.now(), world.device(handset).await);
    let mut ids = Vec::new();
    for command in commands {
        let id = CommandId(app.ids.id(now));
        let new = App::new_command(id, row.enrollment_id, command, "tester");
        app.store.queue_commands(now, vec![new]).await.unwrap();
        ids.push(id);
    }
    ids
}

async fn state(world: &World, id: CommandId) -> CommandState {
    world.app().store.command(id).await.unwrap().unwrap().state
}

#[tokio::test]
async fn idle_device_without_commands_gets_an_empty_answer() {
    let world = World::new().await;
    let handset = settled(&world).await;
    let answer = world.report(&handset, Report::idle(handset.id())).await;
    assert_eq!((answer.status, answer.body.len()), (200, 0));
}

#[tokio::test]
async fn command_is_handed_out_until_it_is_answered() {
    let world = World::new().await;
    let handset = settled(&world).await;
    queue(&world, &handset, &[MdmCommand::SecurityInfo {}]).await;
    let first = world.idle(&handset).await.unwrap();
    let again = world.idle(&handset).await.unwrap();
    assert_eq!(first, again);
    assert_eq!(world.answer(&handset, &first, Status::Acknowledged).await, None);
    assert_eq!(world.idle(&handset).await, None);
}

#[tokio::test]
async fn destructive_command_is_handed_out_once() {
    let world = World::new().await;
    let handset = settled(&world).await;
    let lock = MdmCommand::DeviceLock { message: None, phone_number: None, pin: None };
    let ids = queue(&world, &handset, &[lock]).await;
    assert!(world.idle(&handset).await.is_some());
    assert_eq!(world.idle(&handset).await, None);
    assert_eq!(state(&world, ids[0]).await, CommandState::OutcomeUnknown);
}

#[tokio::test]
async fn command_that_answered_not_now_waits_for_the_next_session() {
    let world = World::new().await;
    let handset = settled(&world).await;
    let scan = MdmCommand::ProfileList { managed_only: true };
    queue(&world, &handset, &[MdmCommand::SecurityInfo {}, scan]).await;
    let first = world.idle(&handset).await.unwrap();
    let second = world.answer(&handset, &first, Status::NotNow).await.unwrap();
    assert_ne!(second.command_uuid, first.command_uuid);
    assert_eq!(world.answer(&handset, &second, Status::Acknowledged).await, None);
    assert_eq!(world.idle(&handset).await, Some(first), "the next session offers it again");
}

#[tokio::test]
async fn final_answer_stays_whatever_comes_later() {
    let world = World::new().await;
    let handset = settled(&world).await;
    let ids = queue(&world, &handset, &[MdmCommand::SecurityInfo {}]).await;
    let command = world.idle(&handset).await.unwrap();
    world.answer(&handset, &command, Status::Acknowledged).await;
    for late in [Status::NotNow, Status::Error, Status::Acknowledged] {
        assert_eq!(world.answer(&handset, &command, late).await, None);
        assert_eq!(state(&world, ids[0]).await, CommandState::Acknowledged);
    }
}

#[tokio::test]
async fn answer_to_a_command_of_nobody_ends_the_session() {
    let world = World::new().await;
    let handset = settled(&world).await;
    for uuid in ["7d9b2f6e-0000-4000-8000-000000000000", "not an id of ours"] {
        let report = Report::about(handset.id(), uuid.into(), Status::Acknowledged);
        assert_eq!(world.report(&handset, report).await.command(), None);
    }
}

#[tokio::test]
async fn answer_to_a_command_of_another_device_changes_nothing() {
    let world = World::new().await;
    let handset = settled(&world).await;
    let ids = queue(&world, &handset, &[MdmCommand::SecurityInfo {}]).await;
    let command = world.idle(&handset).await.unwrap();
    let other = world.mac(2);
    world.enroll(&other).await;
    world.answer(&other, &command, Status::Error).await;
    assert_eq!(state(&world, ids[0]).await, CommandState::Sent);
}

#[tokio::test]
async fn device_information_becomes_facts_and_unknown_answers_are_kept() {
    let world = World::new().await;
    let handset = world.mac(1);
    let device = world.enroll(&handset).await;
    let mut next = world.idle(&handset).await;
    while let Some(command) = next {
        let uuid = command.command_uuid.clone();
        let mut report = Report::about(handset.id(), uuid, Status::Acknowledged);
        if command.command.request_type() == "DeviceInformation" {
            let told = plist::Value::from_reader_xml(QUERY_RESPONSES.as_bytes()).unwrap();
            report.response.insert("QueryResponses".into(), told);
        }
        next = world.report(&handset, report).await.command();
    }
    let facts = world.app().store.facts_of(device).await.unwrap().unwrap();
    assert_eq!(facts.update_id.as_deref(), Some("J413AP"));
    assert_eq!((facts.supervised, facts.apple_silicon), (Some(true), Some(true)));
    assert_eq!(facts.free_space_bytes, Some(104_500_000_000));
    assert_eq!((facts.os_extra.as_deref(), facts.os_extra_build), (Some("a"), None));
    let other: serde_json::Value = serde_json::from_str(&facts.other).unwrap();
    assert_eq!(other["DeviceInformation.BatteryLevel"], 0.5);
    assert_eq!(world.device(&handset).await.name, "Reception");
}

const QUERY_RESPONSES: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<plist version="1.0"><dict>
<key>DeviceName</key><string>Reception</string>
<key>OSVersion</key><string>15.6</string>
<key>BuildVersion</key><string>24G84</string>
<key>SupplementalBuildVersion</key><string>24G84</string>
<key>SupplementalOSVersionExtra</key><string>(a)</string>
<key>SoftwareUpdateDeviceID</key><string>J413AP</string>
<key>IsSupervised</key><true/>
<key>IsAppleSilicon</key><true/>
<key>AvailableDeviceCapacity</key><real>104.5</real>
<key>BatteryLevel</key><real>0.5</real>
</dict></plist>"#;
