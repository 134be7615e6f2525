//! Blueprints: which items reach which devices.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use macadam_api::blueprints::{
    AssignDevices, Assignment, Blueprint, BlueprintFilter, WriteBlueprint,
};
use macadam_api::client::Client;
use macadam_api::library_items::LibraryItemFilter;
use macadam_api::previews::PreviewRequest;
use serde::{Deserialize, Serialize};

use super::items::Confirm;
use super::{find, preview};
use crate::connection::Connection;
use crate::error::CliError;
use crate::shell::Shell;
use crate::{file, show};

/// Blueprints: which items reach which devices
#[derive(Debug, Args)]
pub struct Blueprints {
    #[command(subcommand)]
    command: BlueprintsCommand,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Debug, Subcommand)]
enum BlueprintsCommand {
    /// List blueprints
    List {
        /// Part of the name
        #[arg(long)]
        search: Option<String>,
        /// Only blueprints that assign this item, by label or id
        #[arg(long)]
        item: Option<String>,
    },
    /// Show a blueprint; its text can be given back with `edit`
    Show {
        /// Name or id
        blueprint: String,
    },
    /// Create a blueprint
    Create {
        /// Blueprint (YAML): name, description, assignment
        #[arg(long, short, value_name = "FILE")]
        file: PathBuf,
    },
    /// Change a blueprint, in an editor or from a file
    Edit {
        /// Name or id
        blueprint: String,
        /// New text (YAML); an editor opens when left out
        #[arg(long, short, value_name = "FILE")]
        file: Option<PathBuf>,
        #[command(flatten)]
        confirm: Confirm,
    },
    /// Delete a blueprint that has no devices
    Delete {
        /// Name or id
        blueprint: String,
        #[command(flatten)]
        confirm: Confirm,
    },
    /// Move devices into a blueprint
    Assign {
        /// Name or id
        blueprint: String,
        /// Ids, serial numbers or names
        #[arg(required = true)]
        devices: Vec<String>,
        #[command(flatten)]
        confirm: Confirm,
    },
}

/// A blueprint as people write it: items are named by label or id.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BlueprintFile {
    name: String,
    #[serde(default)]
    description: String,
    assignment: Assignment,
}

impl BlueprintFile {
    /// The assignment with items by id, as the API takes it.
    pub(super) async fn assignment(&self, client: &Client) -> Result<Assignment, CliError> {
        let items = client.library_items(&LibraryItemFilter::default()).all().await?;
        let mut by_label: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for item in &items {
            by_label.entry(item.settings.label()).or_default().push(item.id.to_string());
        }
        self.assignment.rename(&|name| match by_label.get(name).map(Vec::as_slice) {
            // An id, or a label that the server will say does not exist.
            None | Some([]) => Ok(name.to_owned()),
            Some([id]) => Ok(id.clone()),
            Some(_) => Err(CliError::Ambiguous {
                what: "item",
                name: name.to_owned(),
                details: Vec::new(),
            }),
        })
    }

    async fn into_write(
        self,
        client: &Client,
        preview_digest: Option<String>,
    ) -> Result<WriteBlueprint, CliError> {
        let assignment = self.assignment(client).await?;
        let Self { name, description, .. } = self;
        Ok(WriteBlueprint { name, description, assignment, preview_digest })
    }
}

impl Blueprints {
    pub(crate) async fn run(self, shell: &mut Shell) -> Result<(), CliError> {
        let (json, client) = (self.connection.json, self.connection.client(shell)?);
        let answer = match self.command {
            BlueprintsCommand::List { search, item } => {
                let item = item.as_deref();
                let item_id = find::maybe(item, |name| find::item(&client, name)).await?;
                let filter = BlueprintFilter { search, item_id };
                let header = ["name", "kind", "devices", "description"];
                return show::list(shell, json, client.blueprints(&filter), &header, row).await;
            }
            BlueprintsCommand::Show { blueprint } => {
                client.blueprint(find::blueprint(&client, &blueprint).await?).await?
            }
            BlueprintsCommand::Create { file } => {
                let written: BlueprintFile = file::read_yaml(&file)?;
                client.create_blueprint(&written.into_write(&client, None).await?).await?
            }
            BlueprintsCommand::Edit { blueprint, file, confirm } => {
                let id = find::blueprint(&client, &blueprint).await?;
                let current = client.blueprint(id).await?.value;
                let written = match file {
                    Some(path) => Some(file::read_yaml::<BlueprintFile>(&path)?),
                    None => file::edit(shell, &text(&current, &client).await?)?,
                };
                let Some(written) = written else {
                    shell.note("nothing was changed");
                    return Ok(());
                };
                let assignment = written.assignment(&client).await?;
                let request = PreviewRequest::Blueprint { id, assignment };
                let digest = preview::confirm(&client, &request, confirm.yes, shell).await?;
                let write = written.into_write(&client, Some(digest)).await?;
                client.update_blueprint(id, current.revision, &write).await?
            }
            BlueprintsCommand::Delete { blueprint, confirm } => {
                let id = find::blueprint(&client, &blueprint).await?;
                let current = client.blueprint(id).await?.value;
                let question = format!("Delete blueprint '{}'?", show::inert(&current.name));
                shell.confirm(&question, confirm.yes)?;
                client.delete_blueprint(id, current.revision).await?;
                shell.note("deleted");
                return Ok(());
            }
            BlueprintsCommand::Assign { blueprint, devices, confirm } => {
                let id = find::blueprint(&client, &blueprint).await?;
                assign(&client, id, &devices, confirm.yes, shell).await?
            }
        };
        let text = text(&answer.value, &client).await?;
        show::answer(shell, json, &answer.bytes, || record(&answer.value, &text))
    }
}

async fn assign(
    client: &Client,
    id: uuid::Uuid,
    devices: &[String],
    yes: bool,
    shell: &mut Shell,
) -> Result<macadam_api::client::Answer<Blueprint>, CliError> {
    let mut device_ids = Vec::new();
    for name in devices {
        device_ids.push(find::device(client, name).await?);
    }
    let moved = device_ids.clone();
    let request = PreviewRequest::AssignDevices { blueprint_id: id, device_ids: moved };
    let preview_digest = Some(preview::confirm(client, &request, yes, shell).await?);
    Ok(client.assign_devices(id, &AssignDevices { device_ids, preview_digest }).await?)
}

/// The blueprint as people write it.
async fn text(blueprint: &Blueprint, client: &Client) -> Result<String, CliError> {
    let items = client.library_items(&LibraryItemFilter::default()).all().await?;
    let labels: BTreeMap<String, &str> =
        items.iter().map(|item| (item.id.to_string(), item.settings.label())).collect();
    let label =
        |id: &str| labels.get(id).map_or_else(|| id.to_owned(), |label| (*label).to_owned());
    let assignment = blueprint.assignment.rename(&|id| Ok::<_, CliError>(label(id)))?;
    let (name, description) = (blueprint.name.clone(), blueprint.description.clone());
    let written = BlueprintFile { name, description, assignment };
    Ok(file::yaml(&written))
}

fn row(blueprint: &Blueprint) -> Vec<String> {
    let kind = match blueprint.assignment {
        Assignment::Classic(_) => "classic",
        Assignment::Map(_) => "map",
    };
    let devices = blueprint.device_count.to_string();
    vec![blueprint.name.clone(), kind.to_owned(), devices, blueprint.description.clone()]
}

fn record(blueprint: &Blueprint, text: &str) -> String {
    let fields = show::record(&[
        ("Id", blueprint.id.to_string()),
        ("Revision", blueprint.revision.to_string()),
        ("Devices", blueprint.device_count.to_string()),
        ("Changed", show::instant(blueprint.updated_at)),
    ]);
    format!("{fields}\n\n{}", text.trim_end())
}
