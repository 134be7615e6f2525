//! What the server takes on, and what it lets go.

use std::time::Duration;

use macadam_store::CommandState;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::world::World;

#[tokio::test]
async fn connections_are_counted_together_whatever_they_speak() {
    let world = World::with("listen = [\"127.0.0.1:0\"]\nlimits = { connections = 1 }").await;
    let &[tls, plain] = world.server.as_ref().unwrap().addresses() else { panic!("two listeners") };
    let client = reqwest::Client::builder().no_proxy().danger_accept_invalid_certs(true);
    let client = client.pool_max_idle_per_host(0).build().unwrap();
    let url = format!("https://{tls}/healthz");
    let mut held = TcpStream::connect(plain).await.unwrap();
    held.write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    held.read_u8().await.unwrap();
    assert!(client.get(&url).send().await.is_err(), "the one connection is taken");
    drop(held);
    let mut answers = 0;
    for _ in 0..1000 {
        answers = u32::from(client.get(&url).send().await.is_ok());
        if answers == 1 {
            break;
        }
        tokio::task::yield_now().await;
    }
    assert_eq!(answers, 1, "it is free again");
}

#[tokio::test]
async fn history_is_kept_for_as_long_as_it_is_set_to_be() {
    let world = World::with("limits = { history_days = 30 }").await;
    let handset = world.mac(1);
    let device = world.enroll(&handset).await;
    world.drain(&handset).await;
    let finished = async || {
        let commands = world.app().store.commands_of(device, None, 10).await.unwrap();
        let states = commands.into_iter().map(|command| command.state);
        states.filter(|state| *state == CommandState::Acknowledged).count()
    };
    let before = finished().await;
    assert!(before > 0);
    let day = Duration::from_hours(24);
    world.app().prune().await.unwrap();
    world.advance(day * 29);
    world.app().prune().await.unwrap();
    assert_eq!(finished().await, before);
    world.advance(day * 2);
    world.app().prune().await.unwrap();
    assert_eq!(finished().await, 0);
}
