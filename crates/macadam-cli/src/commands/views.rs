//! Saved views of the device list.

use clap::{Args, Subcommand};
use macadam_api::client::Client;
use macadam_api::views::{View, WriteView};

use super::devices::Filter;
use crate::connection::Connection;
use crate::error::CliError;
use crate::shell::Shell;
use crate::show;

/// Saved views of the device list
#[derive(Debug, Args)]
pub struct Views {
    #[command(subcommand)]
    command: ViewsCommand,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Debug, Subcommand)]
enum ViewsCommand {
    /// List your own views and what others share
    List,
    /// Save a view under a name, over your own one of that name
    Save {
        /// Its name
        name: String,
        /// Let everybody see it
        #[arg(long)]
        shared: bool,
        /// The columns to show, separated by commas
        #[arg(long, value_delimiter = ',')]
        columns: Vec<String>,
        #[command(flatten)]
        filter: Box<Filter>,
    },
    /// Delete one of your own views
    Delete {
        /// Its name
        name: String,
    },
}

impl Views {
    pub(crate) async fn run(self, shell: &mut Shell) -> Result<(), CliError> {
        let (json, client) = (self.connection.json, self.connection.client(shell)?);
        match self.command {
            ViewsCommand::List => {
                let answer = client.views().await?;
                show::answer(shell, json, &answer.bytes, || table(&answer.value))
            }
            ViewsCommand::Save { name, shared, columns, filter } => {
                let filter = filter.resolve(&client).await?;
                let known = own(&client, &name).await?;
                let view = WriteView { name, shared, filter, columns };
                let answer = match known {
                    Some(known) => client.update_view(known.id, known.revision, &view).await?,
                    None => client.create_view(&view).await?,
                };
                show::answer(shell, json, &answer.bytes, || {
                    table(std::slice::from_ref(&answer.value))
                })
            }
            ViewsCommand::Delete { name } => {
                let known = own(&client, &name).await?;
                let known = known.ok_or(CliError::NotFound { what: "view of yours", name })?;
                client.delete_view(known.id, known.revision).await?;
                shell.note("deleted");
                Ok(())
            }
        }
    }
}

async fn own(client: &Client, name: &str) -> Result<Option<View>, CliError> {
    let views = client.views().await?.value;
    Ok(views.into_iter().find(|view| view.own && view.name == name))
}

fn table(views: &[View]) -> String {
    let row = |view: &View| {
        let filter = serde_json::to_value(&view.filter).unwrap_or_default();
        let fields = filter.as_object().into_iter().flatten();
        let fields = fields.filter(|(_, value)| !value.is_null());
        let filter: Vec<_> = fields
            .map(|(name, value)| match value.as_str() {
                Some(text) => format!("{name}={text}"),
                None => format!("{name}={value}"),
            })
            .collect();
        vec![
            view.name.clone(),
            if view.own { "you".to_owned() } else { view.owner.clone() },
            show::yes_no(view.shared),
            filter.join(" "),
            view.columns.join(","),
        ]
    };
    show::table(&["name", "of", "shared", "filter", "columns"], views.iter().map(row))
}
