//! Asks Apple's feed what it offers.

use std::time::Duration;

use anyhow::Context;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::Worker;
use super::turn::Turns;
use crate::app::App;
use crate::config::FeedSettings;

/// A part of each pause is left to chance, so that not all servers ask at the same second.
const JITTER: f64 = 0.1;

pub(super) struct RefreshCatalog {
    app: App,
    turns: Turns,
}

impl RefreshCatalog {
    pub(super) fn new(app: App) -> Self {
        Self { turns: Turns::new(&app, Self::NAME), app }
    }

    /// Whether this server or another one asked a short while ago.
    async fn was_asked_just_now(&self) -> anyhow::Result<bool> {
        let now = self.app.fleet_clock.now();
        let pause = pause(&self.app.config.feed, now) / 2;
        let last = self.app.last_feed_attempt().await?;
        Ok(last.is_some_and(|last| {
            now.duration_since(last) < SignedDuration::try_from(pause).unwrap_or_default()
        }))
    }
}

impl Worker for RefreshCatalog {
    const NAME: &'static str = "refresh_catalog";

    async fn run(&self) -> anyhow::Result<()> {
        let ask = async {
            if self.was_asked_just_now().await? {
                return Ok(());
            }
            self.app.refresh_catalog().await.map(drop).context("asking Apple's feed")
        };
        self.turns.work_alone(ask).await
    }

    async fn rest(&self) {
        let clock = &self.app.fleet_clock;
        let [chance] = self.app.ids.random();
        let part = 1.0 + JITTER * (f64::from(chance) / 255.0 - 0.5);
        clock.sleep(pause(&self.app.config.feed, clock.now()).mul_f64(part)).await;
    }
}

/// Apple releases around ten in the morning in California, on weekdays.
fn pause(settings: &FeedSettings, now: Timestamp) -> Duration {
    let utc = now.to_zoned_datetime(TimeZone::UTC);
    let is_weekday = !matches!(utc.weekday(), Weekday::Saturday | Weekday::Sunday);
    let minute = i32::from(utc.hour()) * 60 + i32::from(utc.minute());
    let is_busy = is_weekday && (16 * 60 + 30..19 * 60 + 30).contains(&minute);
    if is_busy { settings.busy_every.min(settings.every) } else { settings.every }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn feed_is_asked_more_often_when_apple_releases() {
        let toml = "public_url = \"https://a\"\nfeed = { every_minutes = 60 }";
        let settings = crate::Config::from_toml(toml).unwrap().feed;
        let minutes = |now: &str| pause(&settings, now.parse().unwrap()).as_secs() / 60;
        assert_eq!(minutes("2026-03-17T16:29:59Z"), 60);
        assert_eq!(minutes("2026-03-17T16:30:00Z"), 5);
        assert_eq!(minutes("2026-03-17T19:29:59Z"), 5);
        assert_eq!(minutes("2026-03-17T19:30:00Z"), 60);
        assert_eq!(minutes("2026-03-21T17:00:00Z"), 60, "a Saturday");
    }
}
