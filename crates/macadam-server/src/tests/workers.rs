//! Workers, seen from outside: pushes that arrive, devices that are reconciled by a signal, and
//! two servers that share one database.

use std::time::Duration;

use jiff::SignedDuration;
use macadam_pki::{CertificateAuthority, Identity, Issuance, KeyKind, PrivateKey, SerialNumber};
use macadam_protocol::command::{MdmCommand, Status};
use macadam_sim::apns::{ApnsDouble, Scripted, Wake, Wakes};
use macadam_store::Lease;
use macadam_store::testing::Postgres;
use secrecy::SecretString;
use tokio::net::TcpListener;

use super::declarations::{capable, enforcement, fetch_all, rolling};
use super::world::{TOPIC, World};
use crate::workers::Turns;

/// A server whose pushes go to a double of Apple's service.
struct Pushing {
    world: World,
    double: ApnsDouble,
    wakes: Wakes,
}

/// Valid whenever this is run: TLS itself looks at the clock.
fn issuance(serial: u8) -> Issuance {
    Issuance {
        serial_number: SerialNumber::from_random([serial; 16]),
        validity: macadam_pki::Validity {
            not_before: "2020-01-01T00:00:00Z".parse().unwrap(),
            not_after: "2120-01-01T00:00:00Z".parse().unwrap(),
        },
    }
}

async fn pushing() -> Pushing {
    let key = PrivateKey::generate(KeyKind::P256);
    let authority = CertificateAuthority::create("Apple", key, &issuance(1)).unwrap();
    let key = PrivateKey::generate(KeyKind::P256);
    let names = ["127.0.0.1".to_owned()];
    let server = authority.issue_tls_server(key.public_key(), &names, &issuance(2)).unwrap();
    let server = Identity::new(server, key).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (double, wakes) = ApnsDouble::start(listener, &server, authority.certificate()).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let roots = directory.path().join("roots.pem");
    std::fs::write(&roots, authority.certificate().to_pem()).unwrap();
    let url = format!("https://{}", double.address());
    let world = World::with(&format!("push = {{ url = {url:?}, roots_file = {roots:?} }}")).await;
    let key = PrivateKey::generate(KeyKind::Rsa2048);
    let push = authority.issue_push_certificate(key.public_key(), TOPIC, &issuance(3)).unwrap();
    let key = SecretString::from(key.to_pem().to_string());
    world.app().set_push_certificate(&push.to_pem(), &key).await.unwrap();
    Pushing { world, double, wakes }
}

fn wake() -> Wake {
    Wake { token: vec![7; 32], magic: "push-magic".into() }
}

#[tokio::test]
async fn enrolled_device_is_pushed_to() {
    let Pushing { world, double: _double, wakes } = pushing().await;
    wakes.register(vec![7; 32]);
    world.enroll(&world.mac(1)).await;
    assert_eq!(wakes.next().await, wake());
}

#[tokio::test]
async fn push_that_apple_was_too_busy_for_is_sent_again() {
    let Pushing { world, double, wakes } = pushing().await;
    wakes.register(vec![7; 32]);
    double.script([Scripted::Unavailable { retry_after: None }]);
    world.enroll(&world.mac(1)).await;
    while double.counts().busy == 0 {
        tokio::task::yield_now().await;
    }
    let next = tokio::spawn(async move { wakes.next().await });
    // The server's pause begins when it has noted the answer, which the double cannot see.
    while !next.is_finished() {
        world.advance(Duration::from_secs(60));
        tokio::task::yield_now().await;
    }
    assert_eq!(next.await.unwrap(), wake());
}

#[tokio::test]
async fn device_that_put_a_command_off_and_ended_on_another_answer_is_pushed_to_later() {
    let Pushing { world, double: _double, wakes } = pushing().await;
    wakes.register(vec![7; 32]);
    let handset = world.mac(1);
    world.enroll(&handset).await;
    assert_eq!(wakes.next().await, wake());
    let first = world.idle(&handset).await.unwrap();
    let mut next = world.answer(&handset, &first, Status::NotNow).await;
    while let Some(command) = next {
        assert_ne!(command.command_uuid, first.command_uuid);
        next = world.answer(&handset, &command, Status::Acknowledged).await;
    }
    let woken = tokio::spawn(async move { wakes.next().await });
    while !woken.is_finished() {
        world.advance(Duration::from_mins(1));
        tokio::task::yield_now().await;
    }
    assert_eq!(woken.await.unwrap(), wake());
    assert_eq!(world.idle(&handset).await, Some(first));
}

#[tokio::test]
async fn device_whose_token_apple_does_not_know_is_left_alone() {
    let Pushing { world, double, wakes } = pushing().await;
    wakes.register(vec![7; 32]);
    wakes.unregister(&[7; 32]);
    let handset = world.mac(1);
    world.enroll(&handset).await;
    let store = &world.app().store;
    let device = world.device(&handset).await.id;
    loop {
        let enrollments = store.enrollments_of(device).await.unwrap();
        if enrollments[0].push_disabled_at.is_some() {
            break;
        }
        tokio::task::yield_now().await;
    }
    assert_eq!(store.waiting_pushes().await.unwrap(), (None, 0));
    assert_eq!(double.counts().unregistered, 1);
}

#[tokio::test]
async fn change_of_policy_reaches_devices_without_being_asked_for() {
    let world = World::new().await;
    let handset = world.mac(1);
    let device = capable(&world, &handset).await;
    world.drain(&handset).await;
    let (_, blueprint) = world.assign(rolling()).await;
    world.app().store.move_devices(vec![device], Some(blueprint)).await.unwrap();
    world.app().policy_changed();
    let commands = loop {
        let commands = world.drain(&handset).await;
        if !commands.is_empty() {
            break commands;
        }
    };
    assert_eq!(commands, ["DeclarativeManagement"]);
}

#[tokio::test]
async fn identity_that_expires_in_a_month_is_renewed_by_a_new_profile() {
    let world = World::without_workers("").await;
    world.give_push_certificate().await;
    let handset = super::enrollment::handset_from_a_link(&world, 1).await;
    world.enroll(&handset).await;
    world.drain(&handset).await;
    world.advance(Duration::from_hours(24 * 334));
    world.app().renew_identities().await.unwrap();
    assert_eq!(world.drain(&handset).await, [""; 0]);
    world.advance(Duration::from_hours(24 * 2));
    world.app().renew_identities().await.unwrap();
    world.app().renew_identities().await.unwrap();
    let renewal = world.idle(&handset).await.unwrap();
    assert!(matches!(renewal.command, MdmCommand::InstallProfile { .. }));
    assert_eq!(world.answer(&handset, &renewal, Status::Error).await, None);
    world.app().renew_identities().await.unwrap();
    assert_eq!(world.drain(&handset).await, [""; 0], "not again at once");
    world.advance(Duration::from_hours(25));
    world.app().renew_identities().await.unwrap();
    assert_eq!(world.drain(&handset).await, ["InstallProfile"], "but the next day");
}

#[tokio::test]
async fn two_servers_on_one_database_know_the_same_and_send_nothing_twice() {
    let url = Postgres::shared().await.new_database().await;
    let settings = format!("database_url = {url:?}");
    let first = World::with(&settings).await;
    let second = first.beside().await;
    let handset = first.mac(1);
    let device = capable(&second, &handset).await;
    assert_eq!(first.drain(&handset).await, ["DeclarativeManagement"]);
    let (_, blueprint) = first.assign(rolling()).await;
    first.app().store.move_devices(vec![device], Some(blueprint)).await.unwrap();
    let (one, other) = tokio::join!(first.app().reconcile_fleet(), second.app().reconcile_fleet());
    one.unwrap();
    other.unwrap();
    let command = second.idle(&handset).await.unwrap();
    assert!(matches!(command.command, MdmCommand::DeclarativeManagement { .. }));
    assert_eq!(first.answer(&handset, &command, Status::Acknowledged).await, None);
    assert_eq!(second.idle(&handset).await, None);
    let declarations = fetch_all(&first, &handset).await;
    assert_eq!(declarations, fetch_all(&second, &handset).await);
    assert!(enforcement(&declarations).is_some());
}

#[tokio::test]
async fn leases_of_work_that_is_broken_off_end_with_their_server() {
    let world = World::without_workers("").await;
    let app = world.app();
    let now = app.wall_clock.now();
    let lease = |holder: &str| Lease {
        name: "reconcile_fleet".into(),
        holder: holder.into(),
        until: now + SignedDuration::from_secs(60),
    };
    assert!(app.take_lease(now, lease("this server")).await.unwrap());
    assert!(!app.store.take_lease(now, lease("the next one")).await.unwrap());
    app.release_leases().await.unwrap();
    assert!(app.store.take_lease(now, lease("the next one")).await.unwrap());
}

/// Lets every task get as far as it can: there is one thread, and it takes turns.
async fn settle() {
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn turn_lasts_as_long_as_its_work_and_not_much_longer_than_its_server() {
    let world = World::without_workers("").await;
    let turns = || Turns::new(world.app(), "work");
    let (mine, other) = (turns(), turns());
    let work = tokio::spawn(async move { mine.work_alone(std::future::pending()).await });
    settle().await;
    for _ in 0..30 {
        world.advance(Duration::from_secs(2));
        settle().await;
        other.work_alone(async { panic!("two at once") }).await.unwrap();
    }
    work.abort();
    world.advance(Duration::from_secs(10));
    let mut worked = false;
    let work = async {
        worked = true;
        Ok(())
    };
    other.work_alone(work).await.unwrap();
    assert!(worked, "a server that died holds the others up");
}

#[tokio::test]
async fn work_ends_when_another_server_took_its_turn() {
    let world = World::without_workers("").await;
    let mine = Turns::new(world.app(), "work");
    let work = tokio::spawn(async move { mine.work_alone(std::future::pending()).await });
    settle().await;
    // As a server does whose clock went on while this one was held up.
    let later = world.app().wall_clock.now() + SignedDuration::from_mins(1);
    let until = later + SignedDuration::from_mins(1);
    let lease = Lease { name: "work".into(), holder: "another".into(), until };
    assert!(world.app().store.take_lease(later, lease).await.unwrap());
    settle().await;
    world.advance(Duration::from_secs(2));
    let error = work.await.unwrap().unwrap_err();
    assert_eq!(error.to_string(), "another server took the turn of work");
}
