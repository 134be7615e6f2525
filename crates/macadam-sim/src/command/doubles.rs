//! `macadam-sim doubles`: Apple's release feed and push service, as they were at a moment.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context;
use jiff::Timestamp;
use macadam_protocol::feed::{self, Seed};
use macadam_sim::apple_feed::Clock;
use macadam_sim::clock::{Acceleration, wall_now};
use macadam_sim::doubles::{Addresses, Doubles};

use super::stop_requested;

/// Where the doubles listen, and where their files are.
#[derive(clap::Args)]
pub(crate) struct DoublesArgs {
    /// Directory for certificates, keys and `doubles.json`
    #[arg(long, value_name = "DIRECTORY")]
    pub(crate) state: PathBuf,
    /// Address of the release feed; a free port when left out
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) feed: Option<SocketAddr>,
    /// Address of the push service; a free port when left out
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) push: Option<SocketAddr>,
    /// The fleet's time when this begins
    #[arg(long, value_name = "TIME", default_value = "2026-02-02T08:00:00Z")]
    pub(crate) start: Timestamp,
    /// Fleet seconds that pass in one second
    #[arg(long, default_value_t = 1.0)]
    pub(crate) factor: f64,
}

/// A clock that others read while it is pinned anew; before the first time, it shows nothing.
#[derive(Clone, Default)]
pub(crate) struct SharedClock(Arc<Mutex<Option<Acceleration>>>);

pub(crate) async fn run(args: DoublesArgs) -> anyhow::Result<()> {
    let clock = SharedClock::default();
    clock.pin(Acceleration { wall: wall_now(), fleet: args.start, factor: args.factor });
    let doubles = start(&args, Arc::new(feed::seed()), &clock).await?;
    say(&doubles);
    stop_requested().await.context("waiting for a signal")
}

pub(crate) async fn start(
    args: &DoublesArgs,
    history: Arc<Seed>,
    clock: &SharedClock,
) -> anyhow::Result<Doubles> {
    let addresses = Addresses {
        feed: args.feed.unwrap_or(Addresses::default().feed),
        push: args.push.unwrap_or(Addresses::default().push),
    };
    Doubles::start(&args.state, addresses, history, clock.reader(), wall_now())
        .await
        .context("starting the doubles of Apple's services")
}

#[expect(clippy::print_stdout, reason = "it is what the command is asked for")]
pub(crate) fn say(doubles: &Doubles) {
    println!("release feed   {}", doubles.description.feed_url);
    println!("push service   {}", doubles.description.push_url);
    println!("authority      {}", doubles.description.roots_file.display());
    println!("push identity  {}", doubles.description.push_certificate_file.display());
}

impl SharedClock {
    pub(crate) fn pin(&self, acceleration: Acceleration) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(acceleration);
    }

    fn reader(&self) -> Clock {
        let clock = self.clone();
        Arc::new(move || {
            let pinned = *clock.0.lock().unwrap_or_else(PoisonError::into_inner);
            pinned.map(|pinned| pinned.fleet_at(wall_now()))
        })
    }
}
