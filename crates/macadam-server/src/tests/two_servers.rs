//! Two servers on one database, and devices that ask now this one and now that one: nothing is
//! told twice, and both tell the same.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use macadam_api::devices::CommandState;
use macadam_protocol::check_in::{self, CheckIn, DeclarativeManagement, Message};
use macadam_protocol::{EnrollmentIdentity, Udid};
use macadam_sim::connection::Connection;
use macadam_sim::device::{Answer, Device, Endpoint, Request};
use macadam_sim::event::{Event, What};
use macadam_sim::fleet::{Character, Fleet, Plan};
use macadam_sim::offers::Offers;
use macadam_sim::random::Random;
use macadam_store::testing::Postgres;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::rig::Rig;

const START: &str = "2026-02-09T00:00:00Z";
/// iOS 26.3 and macOS 26.3 are in the feed from here on.
const RELEASE: &str = "2026-02-11T20:00:00Z";
/// Enough for everything that a change brings about without time passing.
const SETTLING_ROUNDS: usize = 4;
/// By when devices that were behind have caught up, in hours.
const CATCHING_UP: [i64; 4] = [3, 6, 24, 48];

/// A device with a way to each server.
struct Poller {
    device: Device,
    ways: [Connection; 2],
    /// Decides whom it asks.
    coin: Random,
    polls: usize,
}

impl Poller {
    /// Asks for commands and says all it has to say, each message to whichever server.
    async fn poll(mut self, now: Timestamp, offers: &Offers) -> Self {
        self.device.advance(now, offers);
        let magic = self.device.push_magic().to_owned();
        self.device.push(&magic);
        self.polls += 1;
        while let Some(request) = self.device.next_request() {
            let way = if self.coin.permille(500) { &self.ways[0] } else { &self.ways[1] };
            let answer = way.send(&request, now).await;
            self.device.receive(answer, offers);
        }
        self
    }

    /// What both servers answer to one question of declarative management.
    async fn ask_both(&self, endpoint: &str, now: Timestamp) -> Vec<u8> {
        let endpoint = endpoint.parse().unwrap();
        let message =
            Message::DeclarativeManagement(DeclarativeManagement { endpoint, data: None });
        let udid: Udid = self.device.hardware().udid.parse().unwrap();
        let identity = EnrollmentIdentity::device(udid);
        let body = check_in::encode(&CheckIn { identity, message });
        let request = Request { endpoint: Endpoint::CheckIn, body };
        let [one, other] = &self.ways;
        let answer = one.send(&request, now).await;
        assert_eq!(answer, other.send(&request, now).await);
        match answer {
            Answer::Replied { status: 200, body } => body,
            answer @ (Answer::Replied { .. } | Answer::Lost) => panic!("{answer:?}"),
        }
    }

    /// Its whole set of declarations, the same bytes from both servers.
    async fn declarations(&self, now: Timestamp) -> Vec<Vec<u8>> {
        let mut set = vec![self.ask_both("tokens", now).await];
        let manifest = self.ask_both("declaration-items", now).await;
        let items: Value = serde_json::from_slice(&manifest).unwrap();
        set.push(manifest);
        for (list, kind) in [
            ("Activations", "activation"),
            ("Assets", "asset"),
            ("Configurations", "configuration"),
            ("Management", "management"),
        ] {
            for item in items["Declarations"][list].as_array().unwrap() {
                let identifier = item["Identifier"].as_str().unwrap();
                let endpoint = format!("declaration/{kind}/{identifier}");
                set.push(self.ask_both(&endpoint, now).await);
            }
        }
        set
    }
}

/// The two servers and the devices that ask them.
struct Contest {
    rig: Rig,
    pollers: Vec<Poller>,
    random: Random,
}

impl Contest {
    async fn begin(devices: usize) -> Self {
        let url = Postgres::shared().await.new_database().await;
        let start: Timestamp = START.parse().unwrap();
        let mut rig = Rig::new(11, start, Some(url)).await;
        rig.apply(policy("2w")).await;
        rig.start().await;
        let plan = Plan {
            seed: 11,
            size: devices,
            start,
            character: Character::Obedient,
            polls_every: None,
        };
        let fleet = Fleet::new(plan, &rig.history, &rig.offers).unwrap();
        let (mut pollers, mut random) = (Vec::new(), Random::new(11, "two servers"));
        for (mut member, number) in fleet.members.into_iter().zip(0..) {
            let first = usize::from(random.permille(500));
            let enrollee = rig.enrollee(first).await;
            let other = rig.moved(enrollee.connection.credentials().clone(), 1 - first);
            member.device.enroll(&enrollee.topic);
            let ways = [enrollee.connection, other.connection];
            let coin = Random::new(number, "coin");
            pollers.push(Poller { device: member.device, ways, coin, polls: 0 });
        }
        let mut contest = Self { rig, pollers, random };
        contest.settle().await;
        for hours in CATCHING_UP {
            contest.rig.fleet.set(start + SignedDuration::from_hours(hours));
            contest.settle().await;
        }
        contest
    }

    fn now(&self) -> Timestamp {
        self.rig.fleet.now()
    }

    /// Lets the servers work in any order, and every device poll as often as it takes.
    async fn settle(&mut self) {
        for _ in 0..SETTLING_ROUNDS {
            let first = usize::from(self.random.permille(500));
            for number in [first, 1 - first] {
                // Devices go on asking while the workers work.
                let working = self.rig.servers[number].begin_work();
                self.poll().await;
                working.await.unwrap().unwrap();
            }
        }
    }

    /// Every device polls once, all at the same time.
    async fn poll(&mut self) {
        let now = self.now();
        let mut polling = JoinSet::new();
        for (poller, index) in self.pollers.drain(..).zip(0_usize..) {
            let offers = Arc::clone(&self.rig.offers);
            polling.spawn(async move { (index, poller.poll(now, &offers).await) });
        }
        let polled: BTreeMap<usize, Poller> = polling.join_all().await.into_iter().collect();
        self.pollers.extend(polled.into_values());
    }

    async fn declarations(&self) -> Vec<Vec<Vec<u8>>> {
        let mut sets = Vec::new();
        for poller in &self.pollers {
            sets.push(poller.declarations(self.now()).await);
        }
        sets
    }

    /// What happened to each device since this was last asked.
    fn lives(&mut self) -> Vec<Vec<Event>> {
        self.pollers.iter_mut().map(|poller| poller.device.take_events()).collect()
    }

    /// Each device whose set changed was told once, the others were not. Gives how many changed.
    async fn expect_one_command_a_change(&mut self, before: &mut Vec<Vec<Vec<u8>>>) -> usize {
        let after = self.declarations().await;
        let mut changes = 0;
        for ((life, before), after) in self.lives().iter().zip(&*before).zip(&after) {
            let told = life.iter().filter(|event| is_told(&event.what)).count();
            let changed = usize::from(before != after);
            let text = |set: &[Vec<u8>]| String::from_utf8_lossy(&set.concat()).into_owned();
            assert_eq!(told, changed, "{life:?}\n{}\n{}", text(before), text(after));
            changes += changed;
        }
        *before = after;
        changes
    }

    /// Both servers list the same commands, and every one was acknowledged.
    async fn expect_no_command_left(&self) {
        let [one, other] = self.rig.servers.as_slice() else { panic!("there are two") };
        for device in self.rig.devices().await {
            let commands = one.client.commands(device.id).all().await.unwrap();
            assert_eq!(commands, other.client.commands(device.id).all().await.unwrap());
            let is_done = |state| state == CommandState::Acknowledged;
            assert!(commands.iter().all(|command| is_done(command.state)), "{commands:?}");
        }
    }
}

/// Whether a device was told that its declarations changed.
fn is_told(what: &What) -> bool {
    matches!(what, What::Command { request_type, .. } if request_type == "DeclarativeManagement")
}

fn policy(within: &str) -> Value {
    let item = |label: &str, platform: &str| {
        json!({
            "type": "managed_os", "label": label, "platform": platform, "major": 26,
            "enforcement": {"mode": "rolling", "within": within, "at": "12:30"}
        })
    };
    json!({
        "library_items": [item("Macs", "macos"), item("Phones", "ios"), item("Tablets", "ipados")],
        "blueprints": [{
            "name": "Everybody", "assignment": {"classic": ["Macs", "Phones", "Tablets"]}
        }]
    })
}

#[tokio::test]
async fn polls_split_between_two_servers_get_every_change_once_and_the_same_declarations() {
    let is_long = std::env::var_os("MACADAM_REPLAY").is_some();
    let (devices, polls) = if is_long { (50, 1_000) } else { (12, 240) };
    let mut contest = Contest::begin(devices).await;
    contest.lives();
    let mut sets = contest.declarations().await;

    contest.rig.fleet.set(RELEASE.parse().unwrap());
    contest.settle().await;
    let changed = contest.expect_one_command_a_change(&mut sets).await;
    assert!(changed * 3 > devices, "a release changed {changed} of {devices}");

    contest.rig.apply(policy("10d")).await;
    contest.settle().await;
    let changed = contest.expect_one_command_a_change(&mut sets).await;
    assert!(changed * 3 > devices, "a policy edit changed {changed} of {devices}");

    contest.settle().await;
    assert_eq!(contest.expect_one_command_a_change(&mut sets).await, 0, "nothing happened");
    contest.expect_no_command_left().await;
    let polled: usize = contest.pollers.iter().map(|poller| poller.polls).sum();
    assert!(polled >= polls, "{polled} polls");
}
