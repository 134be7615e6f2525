//! What a change would do to the real fleet; every change is confirmed on it.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use macadam_api::client::Client;
use macadam_api::library_items::LibraryItemSettings;
use macadam_api::previews::{
    self, DifferenceAction, PreviewDecision, PreviewDevice, PreviewGroup, PreviewRequest,
};
use macadam_api::releases::ReviewAction;

use super::find;
use crate::connection::Connection;
use crate::error::CliError;
use crate::shell::Shell;
use crate::{file, show, words};

/// Devices named one by one; the others are in the groups.
const NAMED: usize = 10;

/// Show what a change would do to the real fleet, without making it
#[derive(Debug, Args)]
pub struct Preview {
    #[command(subcommand)]
    change: Change,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Debug, Subcommand)]
enum Change {
    /// New settings of an item, or a new item
    Item {
        /// Settings (YAML)
        #[arg(long, short, value_name = "FILE")]
        file: PathBuf,
        /// The item they are for, by label or id; a new item when left out
        #[arg(long)]
        item: Option<String>,
        /// Blueprints that would assign it; repeatable. Left out, those that do
        #[arg(long = "blueprint", value_name = "BLUEPRINT")]
        blueprints: Vec<String>,
    },
    /// An item that is deleted
    DeleteItem {
        /// Label or id
        item: String,
    },
    /// A blueprint with another assignment
    Blueprint {
        /// Name or id
        blueprint: String,
        /// Blueprint with the new assignment (YAML)
        #[arg(long, short, value_name = "FILE")]
        file: PathBuf,
    },
    /// A release that is approved, held or resumed
    Release {
        /// Id of the release, such as macos-26.3.1
        release: String,
        /// approve, hold or resume
        #[arg(value_parser = words::word::<ReviewAction>)]
        action: ReviewAction,
        /// Only for this item, by label or id
        #[arg(long)]
        item: Option<String>,
    },
}

impl Preview {
    pub(crate) async fn run(self, shell: &mut Shell) -> Result<(), CliError> {
        let client = self.connection.client(shell)?;
        let request = self.change.request(&client).await?;
        let answer = ask(&client, &request, shell).await?;
        show::answer(shell, self.connection.json, &answer.bytes, || text(&answer.value))
    }
}

impl Change {
    async fn request(self, client: &Client) -> Result<PreviewRequest, CliError> {
        Ok(match self {
            Self::Item { file, item, blueprints } => {
                let settings: LibraryItemSettings = file::read_yaml(&file)?;
                let blueprint_ids = find::blueprints(client, &blueprints).await?;
                match item {
                    None => PreviewRequest::NewLibraryItem { settings, blueprint_ids },
                    Some(item) => PreviewRequest::LibraryItem {
                        id: find::item(client, &item).await?,
                        settings,
                        blueprint_ids: (!blueprints.is_empty()).then_some(blueprint_ids),
                    },
                }
            }
            Self::DeleteItem { item } => {
                PreviewRequest::DeleteLibraryItem { id: find::item(client, &item).await? }
            }
            Self::Blueprint { blueprint, file } => {
                let written: super::blueprints::BlueprintFile = file::read_yaml(&file)?;
                let id = find::blueprint(client, &blueprint).await?;
                PreviewRequest::Blueprint { id, assignment: written.assignment(client).await? }
            }
            Self::Release { release, action, item } => {
                let item = find::maybe(item.as_deref(), |name| find::item(client, name)).await?;
                PreviewRequest::Review { release_id: release, action, item_id: item }
            }
        })
    }
}

/// Asks for a preview, and says that it takes a moment.
pub(super) async fn ask(
    client: &Client,
    request: &PreviewRequest,
    shell: &Shell,
) -> Result<macadam_api::client::Answer<previews::Preview>, CliError> {
    let waiting = shell.spinner("previewing on the whole fleet");
    let answer = client.preview(request).await?;
    waiting.finish_and_clear();
    Ok(answer)
}

/// Shows what a change would do and lets a person confirm it; gives the digest to send along.
pub(super) async fn confirm(
    client: &Client,
    request: &PreviewRequest,
    yes: bool,
    shell: &mut Shell,
) -> Result<String, CliError> {
    let preview = ask(client, request, shell).await?.value;
    shell.note(&text(&preview));
    refuse_problems(&preview)?;
    shell.confirm("Make this change?", yes)?;
    Ok(preview.digest)
}

/// Stops before a change that the server would refuse.
pub(super) fn refuse_problems(preview: &previews::Preview) -> Result<(), CliError> {
    match preview.problems.as_slice() {
        [] => Ok(()),
        problems => {
            Err(CliError::Problems { place: "the change".into(), details: problems.to_vec() })
        }
    }
}

/// A preview for people: differences, numbers, those due at once, groups, advice.
pub(super) fn text(preview: &previews::Preview) -> String {
    let mut parts = Vec::new();
    parts.extend(differences(preview));
    parts.push(format!(
        "{} of {} would change; {} due within 24 hours",
        preview.devices_changed,
        show::count(preview.devices_total, "device"),
        preview.due_within_24_hours
    ));
    if !preview.groups.is_empty() {
        let header = ["devices", "runs", "before", "after", "soon", "such as"];
        parts.push(show::table(&header, preview.groups.iter().map(group)));
    }
    if preview.due_within_24_hours > 0 {
        let header = ["due within 24 hours", "serial number", "runs", "before", "after"];
        let soon = usize::try_from(preview.due_within_24_hours).unwrap_or(usize::MAX);
        let named = preview.devices.iter().take(soon.min(NAMED));
        parts.push(show::table(&header, named.map(device)));
    }
    parts.extend(preview.warnings.iter().map(|warning| format!("Warning: {}", warning.sentence)));
    if let Some(suggestion) = &preview.suggestion {
        let enforcement = file::yaml(&suggestion.enforcement);
        let enforcement = enforcement.trim_end().replace('\n', "\n    ");
        parts.push(format!(
            "To give everybody {}, use this enforcement first:\n    {enforcement}",
            show::count(u64::from(suggestion.days), "day")
        ));
    }
    parts.push(format!("Digest: {}", preview.digest));
    parts.join("\n\n")
}

fn differences(preview: &previews::Preview) -> Option<String> {
    let lines = preview.differences.iter().map(|difference| {
        let mark = match difference.action {
            DifferenceAction::Create => '+',
            DifferenceAction::Update => '~',
        };
        let name = show::inert(&difference.name);
        let mut text = format!("{mark} {} '{name}'", difference.resource);
        for change in &difference.changes {
            text.push_str("\n    ");
            text.push_str(&show::inert(change));
        }
        text
    });
    let lines: Vec<_> = lines.collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

fn group(group: &PreviewGroup) -> Vec<String> {
    vec![
        group.device_count.to_string(),
        format!("{} {}", group.platform, group.os_version),
        decision(&group.before),
        decision(&group.after),
        if group.due_within_24_hours { "24 h".into() } else { String::new() },
        group.examples.join(", "),
    ]
}

fn device(device: &PreviewDevice) -> Vec<String> {
    vec![
        device.name.clone(),
        device.serial_number.clone(),
        format!("{} {}", device.platform, device.os_version),
        decision(&device.before),
        decision(&device.after),
    ]
}

fn decision(decision: &PreviewDecision) -> String {
    match &decision.target_version {
        Some(target) => format!("{target} by {}", show::local(decision.deadline_local)),
        None => words::shown(decision.status),
    }
}
