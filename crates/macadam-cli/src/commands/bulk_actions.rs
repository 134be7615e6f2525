//! Actions on many devices, which the server does part by part.

use std::collections::BTreeMap;
use std::time::Duration;

use clap::{Args, Subcommand};
use macadam_api::blueprints::BlueprintFilter;
use macadam_api::bulk_actions::{BulkAction, BulkFailure, BulkState, DeviceAction, LeftOutReason};
use macadam_api::client::{Answer, Client};
use uuid::Uuid;

use crate::connection::Connection;
use crate::error::CliError;
use crate::shell::Shell;
use crate::{show, words};

/// How often somebody who waits looks how far it is.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Actions on many devices, and how far they are; `devices act` begins one
#[derive(Debug, Args)]
pub struct BulkActions {
    #[command(subcommand)]
    command: BulkActionsCommand,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Debug, Subcommand)]
enum BulkActionsCommand {
    /// List them, newest first
    List,
    /// Show how far one is
    Show {
        /// As the list shows it
        #[arg(value_parser = words::id)]
        id: Uuid,
        /// Wait for its end
        #[arg(long)]
        wait: bool,
    },
    /// Stop one after the devices that are being done; what was done stays done
    Stop {
        /// As the list shows it
        #[arg(value_parser = words::id)]
        id: Uuid,
    },
}

impl BulkActions {
    pub(crate) async fn run(self, shell: &mut Shell) -> Result<(), CliError> {
        let (json, client) = (self.connection.json, self.connection.client(shell)?);
        match self.command {
            BulkActionsCommand::List => {
                let header = ["id", "what", "state", "done", "devices", "by", "since"];
                let blueprints = client.blueprints(&BlueprintFilter::default()).all().await?;
                let names = blueprints.into_iter().map(|it| (it.id, it.name)).collect();
                let row = |action: &BulkAction| row(action, &names);
                show::list(shell, json, client.bulk_actions(), &header, row).await
            }
            BulkActionsCommand::Show { id, wait } => {
                let answer = client.bulk_action(id).await?;
                let answer =
                    if wait { until_its_end(&client, answer, shell).await? } else { answer };
                told(&answer, json, shell)
            }
            BulkActionsCommand::Stop { id } => {
                let answer = client.stop_bulk_action(id).await?;
                show::answer(shell, json, &answer.bytes, || said(&answer.value))
            }
        }
    }
}

/// Waits until an action has ended, and shows how far it is.
pub(super) async fn until_its_end(
    client: &Client,
    begun: Answer<BulkAction>,
    shell: &Shell,
) -> Result<Answer<BulkAction>, CliError> {
    let mut answer = begun;
    let progress = shell.bar(answer.value.devices, "devices");
    let mut looks = tokio::time::interval(LOOK_EVERY);
    while answer.value.state == BulkState::Running {
        progress.set_position(answer.value.seen());
        looks.tick().await;
        answer = client.bulk_action(answer.value.id).await?;
    }
    progress.finish_and_clear();
    Ok(answer)
}

/// Says what became of an action; one that could not go on is an error.
pub(super) fn told(
    answer: &Answer<BulkAction>,
    json: bool,
    shell: &mut Shell,
) -> Result<(), CliError> {
    show::answer(shell, json, &answer.bytes, || said(&answer.value))?;
    match answer.value.state {
        BulkState::Running | BulkState::Finished | BulkState::Stopped => Ok(()),
        BulkState::Failed => Err(CliError::EndedEarly(match answer.value.failure {
            Some(BulkFailure::NotPermitted) => "whoever began it may not do this any more",
            Some(BulkFailure::UnknownBlueprint) => "the blueprint is gone",
            Some(BulkFailure::UnknownAction) | None => "the server does not know this action",
        })),
    }
}

fn said(action: &BulkAction) -> String {
    let done = format!("{} done", show::count(action.done, "device"));
    let mut text = match action.state {
        BulkState::Finished => done,
        BulkState::Running => format!("running: {done} of {}", action.devices),
        BulkState::Stopped => format!("stopped: {done} of {}", action.devices),
        BulkState::Failed => format!("ended early: {done} of {}", action.devices),
    };
    for left_out in &action.left_out {
        let reason = match left_out.reason {
            LeftOutReason::NotEnrolled => "not enrolled any more",
            LeftOutReason::TooManyTags => "would have too many tags",
            LeftOutReason::PreviewOutdated => "the effect changed since it was previewed",
            LeftOutReason::PreviewRequired => {
                "many would be due within 24 hours, and nobody has seen it"
            }
        };
        text.push_str(&format!("; {} left out: {reason}", show::count(left_out.devices, "device")));
    }
    text
}

/// The names of blueprints.
type Names = BTreeMap<Uuid, String>;

fn row(action: &BulkAction, blueprints: &Names) -> Vec<String> {
    vec![
        action.id.to_string(),
        what(&action.action, blueprints),
        words::shown(action.state),
        action.done.to_string(),
        action.devices.to_string(),
        action.created_by.clone(),
        show::instant(action.created_at),
    ]
}

fn what(action: &DeviceAction, blueprints: &Names) -> String {
    match action {
        DeviceAction::AssignBlueprint { blueprint_id } => {
            let name = blueprints.get(blueprint_id).map_or("a deleted blueprint", String::as_str);
            format!("move to {name}")
        }
        DeviceAction::AddTags { tags } => format!("add tags {}", tags.join(", ")),
        DeviceAction::RemoveTags { tags } => format!("remove tags {}", tags.join(", ")),
        DeviceAction::Sync => "sync".to_owned(),
        DeviceAction::AddNote { .. } => "add a note".to_owned(),
    }
}
