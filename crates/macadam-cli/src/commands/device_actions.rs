//! One action on many devices at once, after it was seen how many and with what effect.

use clap::Args;
use macadam_api::bulk_actions::{CreateBulkAction, DEVICES_AT_ONCE, DeviceAction};
use macadam_api::client::Client;
use macadam_api::devices::DeviceFilter;
use macadam_api::previews::PreviewRequest;
use uuid::Uuid;

use super::devices::Filter;
use super::items::Confirm;
use super::{bulk_actions, find, preview};
use crate::error::CliError;
use crate::shell::Shell;
use crate::{show, words};

/// Do one thing to every device that the filters let through
#[derive(Debug, Args)]
pub(super) struct Act {
    #[command(flatten)]
    what: What,
    /// Every device, where no filter is given
    #[arg(long)]
    all: bool,
    /// Makes a repeated request harmless: what was begun under this id is not begun again
    #[arg(long, value_name = "ID", value_parser = words::id)]
    request_id: Option<Uuid>,
    /// Do not wait: the server goes on, and `bulk-actions show` tells how far it is
    #[arg(long)]
    detach: bool,
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
        if ids.is_empty() {
            shell.note("no device matches; nothing was done");
            return Ok(());
        }
        let preview_digests = digests(client, &action, &ids, shell).await?;
        let question = format!("Do this to {}?", show::count(ids.len() as u64, "device"));
        shell.confirm(&question, self.confirm.yes)?;
        let wish =
            CreateBulkAction { id: self.request_id, device_ids: ids, action, preview_digests };
        let begun = client.create_bulk_action(&wish).await?;
        if self.detach {
            return show::answer(shell, json, &begun.bytes, || begun.value.id.to_string());
        }
        shell.note(&format!("begun as {}; it goes on without you", begun.value.id));
        let ended = bulk_actions::until_its_end(client, begun, shell).await?;
        bulk_actions::told(&ended, json, shell)
    }
}

impl What {
    async fn action(self, client: &Client) -> Result<DeviceAction, CliError> {
        let blueprint = find::maybe(self.move_to.as_deref(), |name| find::blueprint(client, name));
        Ok(match (blueprint.await?, self.note) {
            (Some(blueprint_id), _) => DeviceAction::AssignBlueprint { blueprint_id },
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
async fn digests(
    client: &Client,
    action: &DeviceAction,
    devices: &[Uuid],
    shell: &mut Shell,
) -> Result<Vec<String>, CliError> {
    let DeviceAction::AssignBlueprint { blueprint_id } = *action else { return Ok(Vec::new()) };
    let mut digests = Vec::new();
    for part in devices.chunks(DEVICES_AT_ONCE) {
        let request = PreviewRequest::AssignDevices { blueprint_id, device_ids: part.to_vec() };
        let preview = preview::ask(client, &request, shell).await?.value;
        shell.note(&preview::text(&preview));
        preview::refuse_problems(&preview)?;
        digests.push(preview.digest);
    }
    Ok(digests)
}
