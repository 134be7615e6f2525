//! One suite, run on both databases; the helpers at the end are the only builders.

mod access;
mod bulk;
mod changes_log;
mod channel;
mod counts;
mod crash;
mod documents;
mod fleet;
mod forgetting;
mod halts;
mod outcomes;
mod passkeys;
mod same_documents;
mod same_on_both;
mod saved;
mod statements;
mod whole_fleet;

use std::collections::BTreeMap;

use jiff::Timestamp;
use macadam_policy::{BlueprintId, DeviceId, ItemId, Platform};
use uuid::Uuid;

use self::outcomes::Reassignment;
use crate::testing::{Postgres, open};
use crate::*;

/// Makes a test of each function for each engine.
macro_rules! on_every_backend {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    let directory = tempfile::tempdir().unwrap();
                    let url = format!("sqlite:{}", directory.path().join("macadam.db").display());
                    super::$name($crate::testing::open(url).await).await;
                }
            )+
        }
        mod postgres {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    let url = $crate::testing::Postgres::shared().await.new_database().await;
                    super::$name($crate::testing::open(url).await).await;
                }
            )+
        }
    };
}
use on_every_backend;

/// A moment some seconds after the first one.
fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + seconds).unwrap()
}

fn id(kind: u128, number: u32) -> Uuid {
    Uuid::from_u128(kind << 64 | u128::from(number))
}

fn device_id(number: u32) -> DeviceId {
    DeviceId(id(1, number))
}

fn command_id(number: u32) -> CommandId {
    CommandId(id(3, number))
}

fn item_id(number: u32) -> ItemId {
    ItemId(id(4, number))
}

fn blueprint_id(number: u32) -> BlueprintId {
    BlueprintId(id(5, number))
}

fn certificate(number: u32) -> Sha256 {
    Sha256::of(&number.to_be_bytes())
}

fn udid(number: u32) -> ExternalId {
    ExternalId::Udid(format!("UDID-{number}"))
}

/// What the device of this number says in its Authenticate; its certificate has `number` too.
fn authenticate(number: u32) -> NewEnrollment {
    NewEnrollment {
        at: at(0),
        external_id: udid(number),
        device_id: device_id(number),
        enrollment_id: EnrollmentId(id(2, number)),
        certificate: certificate(number),
        expires_at: at(1_000),
        topic: "com.apple.mgmt.test".into(),
        link: None,
        blueprint: None,
        name: format!("Device {number}"),
        serial: format!("SERIAL{number}"),
        model_name: "iPad".into(),
        product: "iPad14,1".into(),
        os_version: "26.1".into(),
        os_build: "23B85".into(),
    }
}

fn token_update(enrollment: EnrollmentId) -> TokenUpdate {
    TokenUpdate {
        at: at(1),
        enrollment,
        topic: "com.apple.mgmt.test".into(),
        push_token: enrollment.0.as_bytes().to_vec(),
        push_magic: "magic".into(),
        unlock_token: None,
        awaiting_configuration: false,
    }
}

/// Enrolls the device of this number.
async fn enroll(store: &Store, number: u32) -> Begun {
    let begun = store.begin_enrollment(authenticate(number)).await.unwrap();
    let outcome = store.record_token_update(token_update(begun.enrollment)).await.unwrap();
    assert_eq!(outcome, TokenUpdateOutcome::Enrolled);
    begun
}

fn command(number: u32, enrollment: EnrollmentId, request_type: &str) -> NewCommand {
    let is_destructive = request_type == "EraseDevice";
    NewCommand {
        id: command_id(number),
        enrollment,
        request_type: request_type.into(),
        body: format!("<{request_type}/>"),
        delivery: if is_destructive { Delivery::AtMostOnce } else { Delivery::AtLeastOnce },
        requested_by: "admin".into(),
    }
}

/// A set of one configuration with this content.
fn set(content: &str) -> DeclarationSet {
    let declaration = Declaration {
        kind: DeclarationKind::Configuration,
        identifier: "os".into(),
        server_token: format!("token of {content}"),
        body: content.into(),
    };
    DeclarationSet {
        token: SetToken(format!("set of {content}")),
        manifest: format!("manifest of {content}"),
        declarations: vec![declaration],
    }
}

/// Gives a device its first set.
fn assignment(device: DeviceId, content: &str, command: u32) -> Reassignment {
    let assignment = Assignment { set: set(content).token, command: command_id(command) };
    Reassignment { device, former: None, assignment }
}

/// Gives a device another set than the one it has.
fn replacement(device: DeviceId, former: &str, content: &str, command: u32) -> Reassignment {
    Reassignment { former: Some(set(former).token), ..assignment(device, content, command) }
}

fn item(number: u32) -> NewItem {
    NewItem {
        id: item_id(number),
        kind: "managed_os".into(),
        platform: Some(Platform::MacOs),
        major: Some(26),
        label: format!("Item {number}"),
        document: "{}".into(),
    }
}

fn blueprint(number: u32) -> NewBlueprint {
    NewBlueprint {
        id: blueprint_id(number),
        name: format!("Blueprint {number}"),
        kind: "classic".into(),
        document: "{}".into(),
    }
}

/// The commands of a device as pairs of request type and state, oldest first.
async fn queue_of(store: &Store, device: DeviceId) -> Vec<(String, CommandState)> {
    let mut commands = store.commands_of(device, None, 100).await.unwrap();
    commands.reverse();
    commands.into_iter().map(|command| (command.request_type, command.state)).collect()
}
