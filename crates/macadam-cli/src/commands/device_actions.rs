//! One action on many devices at once, after it was seen how many and with what effect.

use clap::Args;
use macadam_api::client::Client;
use macadam_api::device_actions::{
    ActOnDevices, DEVICES_AT_ONCE, DeviceAction, DeviceActionOutcome, RefusedReason,
};
use macadam_api::devices::DeviceFilter;
use macadam_api::previews::PreviewRequest;
use uuid::Uuid;

use super::devices::Filter;
use super::items::Confirm;
use super::{find, preview};
use crate::error::CliError;
use crate::shell::Shell;
use crate::{show, words};

/// Refused devices that are named one by one.
const NAMED: usize = 20;

/// Do one thing to every device that the filters let through
#[derive(Debug, Args)]
pub(super) struct Act {
    #[command(flatten)]
    what: What,
    /// Every device, where no filter is given
    #[arg(long)]
    all: bool,
    /// Makes a repeated request harmless: what was done under this id is not done again
    #[arg(long, value_name = "ID", value_parser = words::id)]
    request_id: Option<Uuid>,
    #[command(flatten)]
    confirm: Confirm,
    #[command(flatten)]
    filter: Filter,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct What {
    /// Move them into a blueprint, by name or id
    #[arg(long, value_name = "BLUEPRINT")]
    move_to: Option<String>,
    /// Give them a tag besides those they have; repeatable
    #[arg(long, value_name = "TAG")]
    add_tag: Vec<String>,
    /// Take a tag from them; repeatable
    #[arg(long, value_name = "TAG")]
    remove_tag: Vec<String>,
    /// Ask them to connect and report
    #[arg(long)]
    sync: bool,
    /// Write a note about each of them
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
}

impl Act {
    pub(super) async fn run(
        self,
        client: &Client,
        json: bool,
        shell: &mut Shell,
    ) -> Result<(), CliError> {
        let limit = self.filter.limit;
        let filter = self.filter.resolve(client).await?;
        // An order lets every device through.
        let unordered = DeviceFilter { sort: None, ..filter.clone() };
        if unordered == DeviceFilter::default() && !self.all {
            let message = "give a filter, or --all for every device";
            return Err(CliError::Usage(message.to_owned()));
        }
        let devices = client.devices(&filter).at_most(limit).all().await?;
        let ids: Vec<Uuid> = devices.iter().map(|device| device.id).collect();
        let action = self.what.action(client).await?;
        let parts: Vec<&[Uuid]> = ids.chunks(DEVICES_AT_ONCE).collect();
        let mut actions = Vec::new();
        for part in &parts {
            actions.push(with_digest(client, &action, part, shell).await?);
        }
        let question = format!("Do this to {}?", show::count(ids.len() as u64, "device"));
        shell.confirm(&question, self.confirm.yes)?;
        let mut sum = DeviceActionOutcome { done: 0, refused: Vec::new() };
        for (number, (part, action)) in (0_u128..).zip(parts.into_iter().zip(actions)) {
            // Each part has an id of its own, and the same one when all is asked for again.
            let part_of = |id: Uuid| Uuid::from_u128(id.as_u128().wrapping_add(number));
            let request_id = self.request_id.map(part_of);
            let wish = ActOnDevices { request_id, device_ids: part.to_vec(), action };
            let outcome = client.act_on_devices(&wish).await?.value;
            sum.done += outcome.done;
            sum.refused.extend(outcome.refused);
        }
        let bytes = serde_json::to_vec(&sum).expect("an outcome is JSON");
        show::answer(shell, json, &bytes, || said(&sum))
    }
}

impl What {
    async fn action(self, client: &Client) -> Result<DeviceAction, CliError> {
        let blueprint = find::maybe(self.move_to.as_deref(), |name| find::blueprint(client, name));
        Ok(match (blueprint.await?, self.note) {
            (Some(blueprint_id), _) => {
                DeviceAction::AssignBlueprint { blueprint_id, preview_digest: None }
            }
            (None, Some(text)) => DeviceAction::AddNote { text },
            (None, None) if !self.add_tag.is_empty() => {
                DeviceAction::AddTags { tags: self.add_tag }
            }
            (None, None) if !self.remove_tag.is_empty() => {
                DeviceAction::RemoveTags { tags: self.remove_tag }
            }
            (None, None) => DeviceAction::Sync,
        })
    }
}

/// A move is previewed, and agreed to as it was seen; the other actions change no target at once.
async fn with_digest(
    client: &Client,
    action: &DeviceAction,
    devices: &[Uuid],
    shell: &mut Shell,
) -> Result<DeviceAction, CliError> {
    let DeviceAction::AssignBlueprint { blueprint_id, .. } = action else {
        return Ok(action.clone());
    };
    let (blueprint_id, device_ids) = (*blueprint_id, devices.to_vec());
    let request = PreviewRequest::AssignDevices { blueprint_id, device_ids };
    let preview = preview::ask(client, &request, shell).await?.value;
    shell.note(&preview::text(&preview));
    preview::refuse_problems(&preview)?;
    Ok(DeviceAction::AssignBlueprint { blueprint_id, preview_digest: Some(preview.digest) })
}

fn said(outcome: &DeviceActionOutcome) -> String {
    let done = format!("{} done", show::count(outcome.done, "device"));
    if outcome.refused.is_empty() {
        return done;
    }
    let row = |refused: &macadam_api::device_actions::RefusedDevice| {
        let reason = match refused.reason {
            RefusedReason::NotEnrolled => "is not enrolled",
            RefusedReason::TooManyTags => "would have too many tags",
        };
        vec![refused.device_id.to_string(), reason.to_owned()]
    };
    let table = show::table(&["left out", "why"], outcome.refused.iter().take(NAMED).map(row));
    let number = show::count(outcome.refused.len() as u64, "device");
    format!("{done}; {number} left out\n\n{table}")
}
