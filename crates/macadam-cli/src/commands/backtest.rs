//! What policies would have meant over the real history of releases.

use std::path::PathBuf;

use clap::Args;
use jiff::civil::Date;
use macadam_api::Os;
use macadam_api::backtests::{self, BacktestFleet, BacktestPolicy, BacktestRequest, SampleDevices};
use macadam_api::library_items::{LibraryItemSettings, ManagedOsSettings};
use macadam_api::policy_file::PolicyFile;

use crate::connection::Connection;
use crate::error::CliError;
use crate::shell::Shell;
use crate::{file, show};

/// Show what policies would have meant over the real history of releases
#[derive(Debug, Args)]
pub struct Backtest {
    /// Policy file (YAML) whose Managed OS items are looked at; repeatable, to compare
    #[arg(long, required = true, value_name = "FILE")]
    policy: Vec<PathBuf>,
    /// The first day
    #[arg(long, value_name = "DAY")]
    from: Date,
    /// The last day
    #[arg(long, value_name = "DAY")]
    until: Date,
    /// Devices of a sample in place of the own fleet, such as macos:J413AP:20; repeatable
    #[arg(long, value_name = "PLATFORM:ID:NUMBER", value_parser = sample)]
    device: Vec<SampleDevices>,
    /// Only the own devices of this platform
    #[arg(long, value_parser = crate::words::platform, conflicts_with = "device")]
    platform: Option<Os>,
    /// Replay each rolling item for every major version, as if it had always been there
    #[arg(long)]
    every_major: bool,
    /// Print every release as comma-separated values
    #[arg(long)]
    csv: bool,
    #[command(flatten)]
    connection: Connection,
}

impl Backtest {
    pub(crate) async fn run(self, shell: &mut Shell) -> Result<(), CliError> {
        let mut policies = Vec::new();
        for path in &self.policy {
            let policy: PolicyFile = file::read_yaml(path)?;
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let items = policy.library_items.into_iter().filter_map(managed_os).collect();
            policies.push(BacktestPolicy { name, items, every_major: self.every_major });
        }
        let fleet = match self.device {
            devices if devices.is_empty() => BacktestFleet::Own { platform: self.platform },
            devices => BacktestFleet::Sample { devices },
        };
        let request = BacktestRequest { policies, fleet, from: self.from, until: self.until };
        let client = self.connection.client(shell)?;
        let waiting = shell.spinner("replaying the history");
        let answer = client.backtest(&request).await?;
        waiting.finish_and_clear();
        if self.csv {
            return shell.print(&csv(&answer.value));
        }
        show::answer(shell, self.connection.json, &answer.bytes, || text(&answer.value))
    }
}

fn managed_os(item: LibraryItemSettings) -> Option<ManagedOsSettings> {
    match item {
        LibraryItemSettings::ManagedOs(settings) => Some(settings),
        LibraryItemSettings::SoftwareUpdateSettings(_) => None,
    }
}

fn sample(text: &str) -> Result<SampleDevices, String> {
    let parts: Vec<&str> = text.split(':').collect();
    let [platform, update_id, devices] = parts.as_slice() else {
        return Err("one like macos:J413AP:20 is expected".to_owned());
    };
    let devices = devices.parse().map_err(|_| format!("'{devices}' is not a number of devices"))?;
    let platform = crate::words::platform(platform)?;
    Ok(SampleDevices { platform, update_id: (*update_id).to_owned(), devices })
}

fn text(backtest: &backtests::Backtest) -> String {
    let row = |policy: &backtests::PolicyReport| {
        let last = policy.current.last();
        vec![
            policy.name.clone(),
            policy.devices.to_string(),
            hundredths(policy.restarts_a_year_percent),
            hundredths(policy.exposed_days_percent),
            policy.worst_exposed_days.to_string(),
            last.map(|it| format!("{} of {}", it.current, it.devices)).unwrap_or_default(),
        ]
    };
    let header = [
        "policy",
        "devices",
        "forced restarts a year",
        "days exposed",
        "worst",
        "current at the end",
    ];
    let mut text = show::table(&header, backtest.policies.iter().map(row));
    if backtest.devices_left_out > 0 {
        let left_out = show::count(backtest.devices_left_out, "device");
        text.push_str(&format!("\n\nleft out, for want of a release on the first day: {left_out}"));
    }
    text
}

fn csv(backtest: &backtests::Backtest) -> String {
    let mut lines = vec![
        "policy,platform,version,released_on,devices,mean_exposed_days,worst_exposed_days,\
         still_exposed"
            .to_owned(),
    ];
    for policy in &backtest.policies {
        lines.extend(policy.releases.iter().map(|release| {
            format!(
                "{},{},{},{},{},{},{},{}",
                quoted(&policy.name),
                release.platform,
                release.version,
                release.released_on,
                release.devices,
                hundredths(release.exposed_days_percent),
                release.worst_exposed_days,
                release.still_exposed
            )
        }));
    }
    lines.join("\n")
}

/// A text that a spreadsheet takes for one, whatever it begins with.
fn quoted(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@']);
    let text = show::inert(text).replace('"', "\"\"");
    if is_formula { format!("\"'{text}\"") } else { format!("\"{text}\"") }
}

fn hundredths(number: u64) -> String {
    format!("{}.{:02}", number / 100, number % 100)
}
