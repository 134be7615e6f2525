//! Devices that are exempt until a day.

use clap::{Args, Subcommand};
use jiff::civil::Date;
use macadam_api::exceptions::{CreateException, Exception, ExceptionFilter};
use uuid::Uuid;

use super::find;
use crate::connection::Connection;
use crate::error::CliError;
use crate::shell::Shell;
use crate::{show, words};

/// Devices that are exempt until a day
#[derive(Debug, Args)]
pub struct Exceptions {
    #[command(subcommand)]
    command: ExceptionsCommand,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Debug, Subcommand)]
enum ExceptionsCommand {
    /// List exemptions
    List {
        /// Only of this device, by id, serial number or name
        #[arg(long)]
        device: Option<String>,
        /// Only from this item, by label or id, and from every item
        #[arg(long)]
        item: Option<String>,
    },
    /// Exempt a device
    Create {
        /// Id, serial number or name
        device: String,
        /// Only from this item, by label or id; from all when left out
        #[arg(long)]
        item: Option<String>,
        /// The last exempt day on the device's clock, such as 2026-03-31
        #[arg(long, value_name = "DAY")]
        until: Date,
        /// Why; it stands in the audit log
        #[arg(long)]
        reason: String,
    },
    /// End an exemption now
    Delete {
        /// As the list shows it
        #[arg(value_parser = words::id)]
        id: Uuid,
    },
}

impl Exceptions {
    pub(crate) async fn run(self, shell: &mut Shell) -> Result<(), CliError> {
        let (json, client) = (self.connection.json, self.connection.client(shell)?);
        match self.command {
            ExceptionsCommand::List { device, item } => {
                let device_id =
                    find::maybe(device.as_deref(), |name| find::device(&client, name)).await?;
                let item_id =
                    find::maybe(item.as_deref(), |name| find::item(&client, name)).await?;
                let filter = ExceptionFilter { device_id, item_id };
                let header = ["id", "device", "item", "until", "by", "reason"];
                show::list(shell, json, client.exceptions(&filter), &header, row).await
            }
            ExceptionsCommand::Create { device, item, until, reason } => {
                let device_id = find::device(&client, &device).await?;
                let item_id =
                    find::maybe(item.as_deref(), |name| find::item(&client, name)).await?;
                let exception = CreateException { device_id, item_id, until, reason };
                let answer = client.create_exception(&exception).await?;
                show::answer(shell, json, &answer.bytes, || answer.value.id.to_string())
            }
            ExceptionsCommand::Delete { id } => {
                client.delete_exception(id).await?;
                shell.note("ended");
                Ok(())
            }
        }
    }
}

fn row(exception: &Exception) -> Vec<String> {
    vec![
        exception.id.to_string(),
        exception.device.name.clone(),
        exception.item.as_ref().map_or_else(|| "all".to_owned(), |item| item.name.clone()),
        exception.until.to_string(),
        exception.created_by.clone(),
        exception.reason.clone(),
    ]
}
