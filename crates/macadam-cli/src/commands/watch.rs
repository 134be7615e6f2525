//! A live view of the fleet: releases appearing, deadlines ahead, devices moving.
//!
//! Everything shown comes from the admin API, and equals what the other commands print.

mod plain;
mod screen;

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use clap::Args;
use jiff::Timestamp;
use jiff::civil::Date;
use macadam_api::client::Client;
use macadam_api::decisions::Status;
use macadam_api::devices::{Device, DeviceFilter};
use macadam_api::releases::{Release, ReleaseFilter};
use macadam_api::server::Server;
use tokio::signal::unix::{SignalKind, signal};

use crate::connection::{Connection, Saved};
use crate::error::CliError;
use crate::shell::Shell;

/// Devices whose moves are followed one by one; all are counted.
const FOLLOWED: usize = 5_000;
/// Lines of news that are kept.
const NEWS: usize = 200;

/// Show the fleet live, until q or Ctrl-C
#[derive(Debug, Args)]
pub struct Watch {
    /// Seconds between two looks
    #[arg(long, default_value_t = 1.0, value_parser = seconds)]
    every: f64,
    /// Print lines instead of drawing a screen
    #[arg(long)]
    plain: bool,
    /// Stop when the fleet's time has reached this moment
    #[arg(long, value_name = "TIME")]
    until: Option<Timestamp>,
    #[command(flatten)]
    connection: Connection,
}

/// What is known of the fleet at one look, and what happened since the first.
pub(super) struct View {
    server: Server,
    releases: Vec<Release>,
    deadlines: BTreeMap<(Date, String), u64>,
    devices: BTreeMap<uuid::Uuid, Seen>,
    news: VecDeque<News>,
    /// The server did not answer the last look.
    is_alone: bool,
}

/// What was last seen of one device.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Seen {
    name: String,
    os_version: String,
    status: Option<Status>,
    target: Option<String>,
    deadline: Option<jiff::civil::DateTime>,
}

/// Something that happened, at a moment of the fleet's time.
pub(super) struct News {
    /// Counts up without gaps.
    number: u64,
    at: Timestamp,
    text: String,
}

impl Watch {
    pub(crate) async fn run(self, shell: &mut Shell) -> Result<(), CliError> {
        if self.connection.json {
            let message = "`watch` is for people; `macadam events --json` prints what changes";
            return Err(CliError::Usage(message.to_owned()));
        }
        let client = self.connection.client(shell)?;
        let mut ticks = tokio::time::interval(Duration::from_secs_f64(self.every));
        let mut view = View::first(&client).await?;
        let mut terminate = signal(SignalKind::terminate()).map_err(CliError::Write)?;
        let mut display = if shell.is_interactive && !self.plain {
            let address = self.connection.address(shell, &Saved::load(shell)?)?;
            Display::Screen(screen::Screen::open(address)?)
        } else {
            Display::Plain(plain::Plain::default())
        };
        loop {
            display.show(shell, &view)?;
            if display.is_left().await? || self.until.is_some_and(|end| view.now() >= end) {
                return Ok(());
            }
            tokio::select! {
                _ = ticks.tick() => {}
                // Whoever ends this gets the terminal back as it was.
                _ = terminate.recv() => return Ok(()),
            }
            view.look_or_wait(&client).await?;
        }
    }
}

enum Display {
    Screen(screen::Screen),
    Plain(plain::Plain),
}

impl Display {
    fn show(&mut self, shell: &mut Shell, view: &View) -> Result<(), CliError> {
        match self {
            Self::Screen(screen) => screen.draw(view),
            Self::Plain(plain) => plain.print(shell, view),
        }
    }

    /// Whether the person wants to leave. Without a screen, Ctrl-C ends the program by itself.
    async fn is_left(&mut self) -> Result<bool, CliError> {
        match self {
            Self::Screen(screen) => screen.is_left(),
            Self::Plain(_) => Ok(false),
        }
    }
}

impl View {
    async fn first(client: &Client) -> Result<Self, CliError> {
        let mut view = Self {
            server: client.server().await?.value,
            releases: Vec::new(),
            deadlines: BTreeMap::new(),
            devices: BTreeMap::new(),
            news: VecDeque::new(),
            is_alone: false,
        };
        view.releases = releases(client).await?;
        let devices = devices(client).await?;
        view.follow(&devices, false);
        Ok(view)
    }

    /// Looks, or says that the server does not answer: it may be restarting.
    async fn look_or_wait(&mut self, client: &Client) -> Result<(), CliError> {
        match self.look(client).await {
            Ok(()) if self.is_alone => {
                self.is_alone = false;
                self.tell("the server answers again".to_owned());
                Ok(())
            }
            Err(error) if error.may_pass() => {
                if !self.is_alone {
                    self.is_alone = true;
                    self.tell("the server does not answer; trying again".to_owned());
                }
                Ok(())
            }
            other => other,
        }
    }

    async fn look(&mut self, client: &Client) -> Result<(), CliError> {
        self.server = client.server().await?.value;
        let releases = releases(client).await?;
        let is_new = |release: &Release| !self.releases.iter().any(|old| old.id == release.id);
        let appeared: Vec<String> = releases
            .iter()
            .filter(|release| is_new(release))
            .map(|release| {
                let exploited = if release.exploited { ", mends an exploited flaw" } else { "" };
                format!("released: {} {}{exploited}", list_name(release), release.version)
            })
            .collect();
        for text in appeared {
            self.tell(text);
        }
        self.releases = releases;
        let devices = devices(client).await?;
        self.follow(&devices, true);
        Ok(())
    }

    /// Compares every device with what was last seen of it.
    fn follow(&mut self, devices: &[Device], tells: bool) {
        self.deadlines.clear();
        for device in devices {
            let seen = Seen::of(device);
            if let (Some(deadline), Some(target)) = (seen.deadline, &seen.target) {
                *self.deadlines.entry((deadline.date(), target.clone())).or_default() += 1;
            }
            let before = self.devices.insert(device.id, seen.clone());
            let text = match before {
                Some(before) => before.moved(&seen),
                None => Some(format!("{} enrolled with {}", seen.name, seen.os_version)),
            };
            if let Some(text) = text.filter(|_| tells) {
                self.tell(text);
            }
        }
    }

    fn tell(&mut self, text: String) {
        let number = self.news.back().map_or(1, |last| last.number + 1);
        self.news.push_back(News { number, at: self.now(), text });
        while self.news.len() > NEWS {
            self.news.pop_front();
        }
    }

    fn now(&self) -> Timestamp {
        self.server.fleet_time
    }

    /// The fleet in one sentence.
    fn sentence(&self) -> String {
        let counts = &self.server.devices;
        let count = |status| counts.by_status.get(&status).copied().unwrap_or_default();
        let open: u64 = [Status::Pending, Status::Downloading, Status::Cached, Status::Installing]
            .into_iter()
            .map(count)
            .sum();
        format!(
            "{} of {} devices are where they should be, {open} on the way, {} overdue, \
             {} with an error",
            count(Status::Pass),
            counts.total,
            counts.overdue,
            count(Status::Error),
        )
    }
}

impl Seen {
    fn of(device: &Device) -> Self {
        Self {
            name: device.name.clone(),
            os_version: device.os_version.clone(),
            status: device.decision.status,
            target: device.decision.target_version.clone(),
            deadline: device.decision.deadline_local,
        }
    }

    fn moved(&self, now: &Self) -> Option<String> {
        let name = &now.name;
        if self.os_version != now.os_version {
            return Some(format!("{name}: {} → {}", self.os_version, now.os_version));
        }
        if self.target != now.target || self.deadline != now.deadline {
            let (Some(target), Some(deadline)) = (&now.target, now.deadline) else { return None };
            return Some(format!("{name}: {target} by {}", deadline.strftime("%F %H:%M")));
        }
        let status = crate::words::status(now.status);
        (self.status != now.status).then(|| format!("{name}: {status}"))
    }
}

async fn devices(client: &Client) -> Result<Vec<Device>, CliError> {
    let mut pages = client.devices(&DeviceFilter::default());
    let mut devices = Vec::new();
    while devices.len() < FOLLOWED {
        let Some(page) = pages.next().await? else { break };
        devices.extend(page.value.items);
    }
    Ok(devices)
}

/// The releases, newest first.
async fn releases(client: &Client) -> Result<Vec<Release>, CliError> {
    let mut releases = client.releases(&ReleaseFilter::default()).all().await?;
    releases.sort_by(|a, b| (b.released_on, &b.id).cmp(&(a.released_on, &a.id)));
    Ok(releases)
}

fn list_name(release: &Release) -> &'static str {
    macadam_policy::FeedList::from(release.list).name()
}

fn seconds(text: &str) -> Result<f64, String> {
    let seconds: f64 = text.parse().map_err(|_| "a number of seconds is expected".to_owned())?;
    if (0.1..=3600.0).contains(&seconds) {
        Ok(seconds)
    } else {
        Err("0.1 to 3600 seconds are possible".to_owned())
    }
}
