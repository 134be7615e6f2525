//! Library items, such as Managed OS.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use macadam_api::Os;
use macadam_api::client::Client;
use macadam_api::library_items::{
    LibraryItem, LibraryItemFilter, LibraryItemSettings, WriteLibraryItem, WritePause,
};
use macadam_api::previews::PreviewRequest;

use super::{find, preview};
use crate::connection::Connection;
use crate::error::CliError;
use crate::shell::Shell;
use crate::{file, show, words};

/// Library items, such as Managed OS
#[derive(Debug, Args)]
pub struct Items {
    #[command(subcommand)]
    command: ItemsCommand,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Debug, Subcommand)]
enum ItemsCommand {
    /// List items
    List {
        /// Part of the label
        #[arg(long)]
        search: Option<String>,
        /// macos, ios, ipados, tvos or visionos
        #[arg(long, value_parser = words::platform)]
        platform: Option<Os>,
        /// Only items of this blueprint, by name or id
        #[arg(long)]
        blueprint: Option<String>,
    },
    /// Show an item; its settings can be given back with `edit`
    Show {
        /// Label or id
        item: String,
    },
    /// Create an item
    Create {
        /// Settings (YAML)
        #[arg(long, short, value_name = "FILE")]
        file: PathBuf,
        /// A blueprint that assigns it to all its devices, by name or id; can be given several
        /// times
        #[arg(long = "blueprint", value_name = "BLUEPRINT")]
        blueprints: Vec<String>,
        #[command(flatten)]
        confirm: Confirm,
    },
    /// Change an item, in an editor or from a file
    Edit {
        /// Label or id
        item: String,
        /// New settings (YAML); an editor opens when left out
        #[arg(long, short, value_name = "FILE")]
        file: Option<PathBuf>,
        /// The blueprints that assign it, by name or id, instead of those that do; can be given
        /// several times
        #[arg(long = "blueprint", value_name = "BLUEPRINT")]
        blueprints: Vec<String>,
        #[command(flatten)]
        confirm: Confirm,
    },
    /// Delete an item
    Delete {
        /// Label or id
        item: String,
        #[command(flatten)]
        confirm: Confirm,
    },
    /// Enforce no new deadline of an item until it is resumed
    Pause(Pause),
    /// Enforce the deadlines of an item again
    Resume(Pause),
}

/// How a change is confirmed.
#[derive(Debug, Args)]
pub(super) struct Confirm {
    /// Do not ask
    #[arg(long, short)]
    pub(super) yes: bool,
}

#[derive(Debug, Args)]
struct Pause {
    /// Label or id
    item: String,
    /// Why; it stands in the audit log
    #[arg(long)]
    reason: String,
}

impl Items {
    pub(crate) async fn run(self, shell: &mut Shell) -> Result<(), CliError> {
        let (json, client) = (self.connection.json, self.connection.client(shell)?);
        let answer = match self.command {
            ItemsCommand::List { search, platform, blueprint } => {
                let blueprint = blueprint.as_deref();
                let find = |name| find::blueprint(&client, name);
                let blueprint_id = find::maybe(blueprint, find).await?;
                let filter = LibraryItemFilter { search, platform, blueprint_id };
                let header = ["label", "type", "newest", "enforcement", "blueprints", "devices"];
                return show::list(shell, json, client.library_items(&filter), &header, row).await;
            }
            ItemsCommand::Show { item } => {
                client.library_item(find::item(&client, &item).await?).await?
            }
            ItemsCommand::Create { file, blueprints, confirm } => {
                let wish = WriteLibraryItem {
                    settings: file::read_yaml(&file)?,
                    blueprint_ids: Some(find::blueprints(&client, &blueprints).await?),
                    preview_digest: None,
                };
                create(&client, wish, confirm.yes, shell).await?
            }
            ItemsCommand::Edit { item, file, blueprints, confirm } => {
                let id = find::item(&client, &item).await?;
                let current = client.library_item(id).await?.value;
                let settings = match file {
                    Some(path) => Some(file::read_yaml(&path)?),
                    None if !blueprints.is_empty() => Some(current.settings.clone()),
                    None => file::edit(shell, &file::yaml(&current.settings))?,
                };
                let Some(settings) = settings else {
                    shell.note("nothing was changed");
                    return Ok(());
                };
                let blueprint_ids = match blueprints.as_slice() {
                    [] => None,
                    names => Some(find::blueprints(&client, names).await?),
                };
                let wish = WriteLibraryItem { settings, blueprint_ids, preview_digest: None };
                update(&client, &current, wish, confirm.yes, shell).await?
            }
            ItemsCommand::Delete { item, confirm } => {
                let id = find::item(&client, &item).await?;
                let revision = client.library_item(id).await?.value.revision;
                let request = PreviewRequest::DeleteLibraryItem { id };
                preview::confirm(&client, &request, confirm.yes, shell).await?;
                client.delete_library_item(id, revision).await?;
                shell.note("deleted");
                return Ok(());
            }
            ItemsCommand::Pause(pause) => pause.run(&client, true).await?,
            ItemsCommand::Resume(pause) => pause.run(&client, false).await?,
        };
        show::answer(shell, json, &answer.bytes, || record(&answer.value))
    }
}

type Asked = Result<macadam_api::client::Answer<LibraryItem>, CliError>;

impl Pause {
    async fn run(self, client: &Client, paused: bool) -> Asked {
        let id = find::item(client, &self.item).await?;
        Ok(client.pause_library_item(id, &WritePause { paused, reason: self.reason }).await?)
    }
}

async fn create(client: &Client, wish: WriteLibraryItem, yes: bool, shell: &mut Shell) -> Asked {
    let request = PreviewRequest::NewLibraryItem {
        settings: wish.settings.clone(),
        blueprint_ids: wish.blueprint_ids.clone().unwrap_or_default(),
    };
    let preview_digest = Some(preview::confirm(client, &request, yes, shell).await?);
    Ok(client.create_library_item(&WriteLibraryItem { preview_digest, ..wish }).await?)
}

async fn update(
    client: &Client,
    current: &LibraryItem,
    wish: WriteLibraryItem,
    yes: bool,
    shell: &mut Shell,
) -> Asked {
    let request = PreviewRequest::LibraryItem {
        id: current.id,
        settings: wish.settings.clone(),
        blueprint_ids: wish.blueprint_ids.clone(),
    };
    let preview_digest = Some(preview::confirm(client, &request, yes, shell).await?);
    let wish = WriteLibraryItem { preview_digest, ..wish };
    Ok(client.update_library_item(current.id, current.revision, &wish).await?)
}

fn row(item: &LibraryItem) -> Vec<String> {
    let (kind, enforcement) = match &item.settings {
        LibraryItemSettings::ManagedOs(settings) => (
            format!("{} {}", settings.platform, settings.major),
            super::policy::enforcement(&settings.enforcement),
        ),
        LibraryItemSettings::SoftwareUpdateSettings(_) => {
            ("software update settings".to_owned(), String::new())
        }
    };
    let paused = if item.paused.is_some() { " (paused)" } else { "" };
    let blueprints: Vec<_> = item.blueprints.iter().map(|at| at.name.as_str()).collect();
    vec![
        item.settings.label().to_owned(),
        kind,
        item.version_badge.clone().unwrap_or_default(),
        format!("{enforcement}{paused}"),
        blueprints.join(", "),
        item.device_count.to_string(),
    ]
}

fn record(item: &LibraryItem) -> String {
    let blueprints: Vec<_> = item.blueprints.iter().map(|at| at.name.as_str()).collect();
    let paused = item
        .paused
        .as_ref()
        .map(|pause| format!("since {}: {}", show::instant(pause.since), pause.reason));
    let fields = show::record(&[
        ("Label", item.settings.label().to_owned()),
        ("Id", item.id.to_string()),
        ("Revision", item.revision.to_string()),
        ("Newest approved", item.version_badge.clone().unwrap_or_default()),
        ("Paused", paused.unwrap_or_default()),
        ("Blueprints", blueprints.join(", ")),
        ("Devices", item.device_count.to_string()),
        ("Changed", show::instant(item.updated_at)),
    ]);
    format!("{fields}\n\n{}", file::yaml(&item.settings).trim_end())
}
