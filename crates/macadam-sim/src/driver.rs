//! Runs a fleet: moves time, carries messages, delivers pushes, and keeps the log.
//!
//! On a manual clock nothing depends on chance or on the machine: devices are stepped in order, and
//! the log of a seed is always the same bytes. On an accelerated clock the same devices run against
//! a server that follows the same clock.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::apns::{Wake, Wakes};
use crate::clock::{FleetClock, wall_now};
use crate::connection::{Connection, Enrollee};
use crate::device::{Answer, Device, Request};
use crate::event::Event;
use crate::fleet::{Fleet, Member, Plan};
use crate::offers::Offers;
use crate::random::Random;

/// Devices that talk at the same time; more only queue up in the server.
const CONCURRENCY: usize = 32;

/// More messages than a device ever sends without time passing.
const MESSAGE_LIMIT: usize = 10_000;

/// How unreliable the network is, in thousandths of all messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Weather {
    /// Requests that do not arrive.
    pub lost_requests: u16,
    /// Answers that do not arrive.
    pub lost_answers: u16,
    /// Requests that arrive twice.
    pub doubled: u16,
}

/// One line of the log.
#[derive(Debug, Serialize)]
struct LogLine<'a> {
    serial: &'a str,
    #[serde(flatten)]
    event: &'a Event,
}

/// What is done at each moment before the devices act, such as moving the server's clock.
pub trait Pace {
    /// The fleet's time is about to be `moment`; pushes that follow from it have arrived when this
    /// returns.
    fn reach(&mut self, moment: Timestamp) -> impl Future<Output = ()>;
}

impl Pace for FleetClock {
    async fn reach(&mut self, moment: Timestamp) {
        FleetClock::reach(self, moment).await;
    }
}

/// Runs a fleet.
pub struct Driver<W> {
    plan: Plan,
    actors: Vec<Actor>,
    /// The actor that each push token belongs to.
    of_token: BTreeMap<Vec<u8>, usize>,
    offers: Arc<Offers>,
    wakes: Option<Wakes>,
    weather: Weather,
    log: W,
}

/// A device with its connection.
#[derive(Clone)]
struct Actor {
    device: Device,
    connection: Option<Arc<Connection>>,
    weather: Random,
}

/// The log cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("event log cannot be written")]
pub struct WriteLogError(#[from] std::io::Error);

impl<W: Write> Driver<W> {
    /// Takes over a fleet; members get their connections by [`Driver::connect`].
    pub fn new(fleet: Fleet, offers: Arc<Offers>, weather: Weather, log: W) -> Self {
        let actors = fleet.members.into_iter().map(|member| Actor {
            device: member.device,
            connection: None,
            weather: member.weather,
        });
        let actors = actors.collect();
        let (plan, of_token) = (fleet.plan, BTreeMap::new());
        Self { plan, actors, of_token, offers, wakes: None, weather, log }
    }

    /// Lets pushes come from the double of Apple's push service.
    pub fn listen_to(&mut self, wakes: Wakes) {
        for token in self.of_token.keys() {
            wakes.register(token.clone());
        }
        self.wakes = Some(wakes);
    }

    /// Lets messages be lost and doubled from now on.
    pub fn change_weather(&mut self, weather: Weather) {
        self.weather = weather;
    }

    /// Gives a device its connection. One that never enrolled begins to.
    pub fn connect(&mut self, index: usize, enrollee: Enrollee) {
        let Some(actor) = self.actors.get_mut(index) else { return };
        if !actor.device.is_enrolled() {
            actor.device.enroll(&enrollee.topic);
        }
        actor.connection = Some(Arc::new(enrollee.connection));
        let token = actor.device.push_token().to_vec();
        if let Some(wakes) = &self.wakes {
            wakes.register(token.clone());
        }
        self.of_token.insert(token, index);
    }

    /// The devices, in order.
    pub fn devices(&self) -> impl Iterator<Item = &Device> {
        self.actors.iter().map(|actor| &actor.device)
    }

    /// One device, to do something with it that no habit brings about.
    pub fn device_mut(&mut self, index: usize) -> Option<&mut Device> {
        self.actors.get_mut(index).map(|actor| &mut actor.device)
    }

    /// The state of everything, to be saved.
    #[must_use]
    pub fn save(&self) -> Fleet {
        let members = self.actors.iter().map(|actor| Member {
            device: actor.device.clone(),
            credentials: actor.connection.as_ref().map(|c| c.credentials().clone()),
            weather: actor.weather.clone(),
        });
        Fleet { plan: self.plan.clone(), members: members.collect() }
    }

    /// Makes sure that what happened so far is in the log.
    pub fn flush(&mut self) -> Result<(), WriteLogError> {
        Ok(self.log.flush()?)
    }

    /// Runs until `end`, stopping at every moment at which a device does something.
    ///
    /// Devices that act within the same `tick` act at once; with a tick of zero each moment is its
    /// own. What a device does never depends on the others, so the log is the same either way.
    pub async fn run_until(
        &mut self,
        end: Timestamp,
        tick: SignedDuration,
        pace: &mut impl Pace,
    ) -> Result<(), WriteLogError> {
        loop {
            let next = self.actors.iter().filter_map(|actor| actor.device.next_wake()).min();
            let moment = next.map_or(end, |next| (next + tick).min(end));
            pace.reach(moment).await;
            self.step(moment).await?;
            if moment >= end {
                return Ok(());
            }
        }
    }

    /// Runs along with an accelerated clock until `end`: steps whenever a device has something to
    /// do or a push arrives.
    pub async fn follow(
        &mut self,
        clock: &FleetClock,
        end: Timestamp,
    ) -> Result<(), WriteLogError> {
        while clock.now() < end {
            let next = self.actors.iter().filter_map(|actor| actor.device.next_wake()).min();
            let moment = next.map_or(end, |next| next.min(end));
            match &self.wakes {
                None => clock.reach(moment).await,
                Some(wakes) => {
                    let wakes = wakes.clone();
                    tokio::select! {
                        () = clock.reach(moment) => {}
                        wake = wakes.next() => self.push(&wake.token, &wake.magic),
                    }
                }
            }
            self.step(clock.now()).await?;
        }
        Ok(())
    }

    /// Delivers the pushes that are there and lets every device act that has something to do.
    pub async fn step(&mut self, now: Timestamp) -> Result<(), WriteLogError> {
        self.take_pushes().await;
        let mut due = Vec::new();
        let mut running = JoinSet::new();
        let places = Arc::new(Semaphore::new(CONCURRENCY));
        for (index, actor) in self.actors.iter_mut().enumerate() {
            if actor.device.next_wake().is_none_or(|wake| wake > now) {
                continue;
            }
            due.push(index);
            // Most moments of a life concern nobody else; only talking is worth a task.
            if !actor.act_alone_until(now, &self.offers) {
                continue;
            }
            let (offers, places) = (Arc::clone(&self.offers), Arc::clone(&places));
            let weather = self.weather;
            let mut actor = actor.clone();
            running.spawn(async move {
                let _place = places.acquire().await;
                actor.act_until(now, &offers, weather).await;
                (index, actor)
            });
        }
        while let Some(finished) = running.join_next().await {
            match finished {
                Ok((index, actor)) => {
                    if let Some(place) = self.actors.get_mut(index) {
                        *place = actor;
                    }
                }
                Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
                // Nobody aborts these tasks one by one.
                Err(_) => {}
            }
        }
        self.write_log(&due)
    }

    /// Hands the pushes that are there to their devices, which remember them.
    pub async fn take_pushes(&mut self) {
        while let Some(wake) = self.arrived_push().await {
            self.push(&wake.token, &wake.magic);
        }
    }

    /// Writes what happened to devices, in an order that is always the same.
    fn write_log(&mut self, due: &[usize]) -> Result<(), WriteLogError> {
        let mut events = Vec::new();
        for index in due {
            if let Some(actor) = self.actors.get_mut(*index) {
                let serial = actor.device.hardware().serial.clone();
                let happened = actor.device.take_events().into_iter();
                events.extend(happened.map(|event| (event.at, *index, serial.clone(), event)));
            }
        }
        events.sort_by_key(|(at, index, ..)| (*at, *index));
        for (_, _, serial, event) in &events {
            let line = LogLine { serial, event };
            serde_json::to_writer(&mut self.log, &line).map_err(std::io::Error::from)?;
            self.log.write_all(b"\n")?;
        }
        Ok(())
    }

    /// A push that is there already.
    async fn arrived_push(&self) -> Option<Wake> {
        let wakes = self.wakes.as_ref()?;
        tokio::select! {
            biased;
            wake = wakes.next() => Some(wake),
            () = std::future::ready(()) => None,
        }
    }

    fn push(&mut self, token: &[u8], magic: &str) {
        let index = self.of_token.get(token).copied();
        if let Some(actor) = index.and_then(|index| self.actors.get_mut(index)) {
            actor.device.push(magic);
        }
    }
}

impl Actor {
    /// Lives on until `now` or until there is something to send, and tells whether there is.
    fn act_alone_until(&mut self, now: Timestamp, offers: &Offers) -> bool {
        for _ in 0..MESSAGE_LIMIT {
            let Some(wake) = self.device.next_wake().filter(|wake| *wake <= now) else { break };
            self.device.advance(wake, offers);
            if self.device.next_request().is_some() {
                return true;
            }
        }
        self.device.advance(now, offers);
        false
    }

    /// Lives on until `now`, sending at each moment what there is to send.
    async fn act_until(&mut self, now: Timestamp, offers: &Offers, weather: Weather) {
        for _ in 0..MESSAGE_LIMIT {
            let Some(wake) = self.device.next_wake().filter(|wake| *wake <= now) else { break };
            self.device.advance(wake, offers);
            while let Some(request) = self.device.next_request() {
                let answer = self.carry(&request, weather).await;
                self.device.receive(answer, offers);
            }
        }
        self.device.advance(now, offers);
    }

    /// Carries a request over a network that may lose or double it.
    async fn carry(&mut self, request: &Request, weather: Weather) -> Answer {
        let Some(connection) = &self.connection else { return Answer::Lost };
        if self.weather.permille(weather.lost_requests) {
            return Answer::Lost;
        }
        if self.weather.permille(weather.doubled) {
            connection.send(request, wall_now()).await;
        }
        let answer = connection.send(request, wall_now()).await;
        if self.weather.permille(weather.lost_answers) { Answer::Lost } else { answer }
    }
}

#[cfg(test)]
mod tests;
