//! The fleet in numbers, and its versions over time.

use clap::Args;
use jiff::Timestamp;
use jiff::civil::Date;
use macadam_api::Os;
use macadam_api::summary::{self, Standings, SummaryQuery, VersionShare, VersionShareQuery};

use crate::connection::Connection;
use crate::error::CliError;
use crate::shell::Shell;
use crate::{show, words};

/// Show the fleet in numbers, and what needs a person
#[derive(Debug, Args)]
pub struct Summary {
    /// Show releases since this moment; of 30 days when left out
    #[arg(long, value_name = "TIME", value_parser = words::instant)]
    since: Option<Timestamp>,
    #[command(flatten)]
    connection: Connection,
}

impl Summary {
    pub(crate) async fn run(self, shell: &mut Shell) -> Result<(), CliError> {
        let query = SummaryQuery { since: self.since };
        let answer = self.connection.client(shell)?.summary(&query).await?;
        show::answer(shell, self.connection.json, &answer.bytes, || text(&answer.value))
    }
}

/// Show how many devices ran which version, day by day
#[derive(Debug, Args)]
pub struct Versions {
    /// From this day on; the last 90 days when left out
    #[arg(long, value_name = "DAY")]
    from: Option<Date>,
    /// macos, ios, ipados, tvos or visionos
    #[arg(long, value_parser = words::platform)]
    platform: Option<Os>,
    #[command(flatten)]
    connection: Connection,
}

impl Versions {
    pub(crate) async fn run(self, shell: &mut Shell) -> Result<(), CliError> {
        let query = VersionShareQuery { from: self.from, platform: self.platform };
        let answer = self.connection.client(shell)?.version_shares(&query).await?;
        show::answer(shell, self.connection.json, &answer.bytes, || {
            let row = |share: &VersionShare| {
                let version = format!("{} {}", share.platform, share.os_version);
                vec![share.day.to_string(), version, share.devices.to_string()]
            };
            show::table(&["day", "version", "devices"], answer.value.iter().map(row))
        })
    }
}

fn text(summary: &summary::Summary) -> String {
    let mut parts = vec![sentence(summary)];
    let mut table = |header: &[&str], rows: Vec<Vec<String>>| {
        if !rows.is_empty() {
            parts.push(show::table(header, rows));
        }
    };
    table(
        &["why", "devices", "standing", "reason"],
        summary
            .reasons
            .iter()
            .map(|it| {
                let count = it.devices.to_string();
                vec![it.sentence.clone(), count, words::shown(it.standing), it.reason.clone()]
            })
            .collect(),
    );
    table(
        &["not ready because", "devices", "blocker"],
        summary
            .blockers
            .iter()
            .map(|it| vec![it.sentence.clone(), it.devices.to_string(), it.blocker.clone()])
            .collect(),
    );
    table(
        &["platform", "devices", "on time", "due soon", "overdue", "cannot update", "not enforced"],
        summary.platforms.iter().map(platform_row).collect(),
    );
    table(
        &["version", "devices"],
        summary
            .versions
            .iter()
            .map(|it| vec![format!("{} {}", it.platform, it.os_version), it.devices.to_string()])
            .collect(),
    );
    table(
        &["due on", "devices"],
        summary
            .deadlines
            .iter()
            .map(|it| vec![it.day.to_string(), it.devices.to_string()])
            .collect(),
    );
    table(
        &["release", "released", "vulnerabilities", "exploited", "devices that have it"],
        summary.releases.iter().map(release_row).collect(),
    );
    let feeds = summary.feeds.iter();
    let ages: Vec<_> = feeds
        .map(|feed| {
            format!("{} from {}", words::shown(feed.name), show::maybe_instant(feed.accepted_at))
        })
        .collect();
    parts.push(show::record(&[("Release data", ages.join(", "))]));
    let attention = summary.attention.iter();
    parts.extend(
        attention.map(|alert| {
            format!("Needs a person: {} [{}]", show::inert(&alert.message), alert.code)
        }),
    );
    parts.join("\n\n")
}

/// `271 of 300 on time, 12 due within a week, 9 overdue, 8 cannot update`.
fn sentence(summary: &summary::Summary) -> String {
    let Standings { on_time, due_soon, overdue, cannot_update, not_enforced } = summary.standings;
    let rest = [
        (due_soon, "due within a week"),
        (overdue, "overdue"),
        (cannot_update, "cannot update"),
        (not_enforced, "without enforcement"),
    ];
    let rest = rest.iter().filter(|(count, _)| *count > 0);
    let rest = rest.map(|(count, what)| format!(", {count} {what}"));
    format!("{on_time} of {} on time{}", summary.devices, rest.collect::<String>())
}

fn platform_row(row: &summary::PlatformSummary) -> Vec<String> {
    let Standings { on_time, due_soon, overdue, cannot_update, not_enforced } = row.standings;
    let counts = [row.devices, on_time, due_soon, overdue, cannot_update, not_enforced];
    let platform = std::iter::once(row.platform.to_string());
    platform.chain(counts.iter().map(ToString::to_string)).collect()
}

fn release_row(release: &summary::NewRelease) -> Vec<String> {
    vec![
        release.id.clone(),
        release.released_on.to_string(),
        release.cve_count.to_string(),
        if release.exploited { "yes" } else { "" }.to_owned(),
        release.devices_done.to_string(),
    ]
}
