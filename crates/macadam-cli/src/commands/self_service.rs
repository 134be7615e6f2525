//! Releases that users asked for in Self Service.

use clap::{Args, Subcommand};
use macadam_api::self_service::{CreateSelfServiceRequest, SelfServiceRequest};

use super::find;
use crate::connection::Connection;
use crate::error::CliError;
use crate::shell::Shell;
use crate::show;

/// Releases that users asked for in Self Service
#[derive(Debug, Args)]
pub struct SelfService {
    #[command(subcommand)]
    command: SelfServiceCommand,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Debug, Subcommand)]
enum SelfServiceCommand {
    /// List requests
    List,
    /// Ask for an item on behalf of a device's user
    Request {
        /// Id, serial number or name
        device: String,
        /// Label or id
        item: String,
    },
}

impl SelfService {
    pub(crate) async fn run(self, shell: &mut Shell) -> Result<(), CliError> {
        let (json, client) = (self.connection.json, self.connection.client(shell)?);
        match self.command {
            SelfServiceCommand::List => {
                let header = ["device", "item", "requested"];
                show::list(shell, json, client.self_service_requests(), &header, row).await
            }
            SelfServiceCommand::Request { device, item } => {
                let device_id = find::device(&client, &device).await?;
                let item_id = find::item(&client, &item).await?;
                let request = CreateSelfServiceRequest { device_id, item_id };
                let answer = client.create_self_service_request(&request).await?;
                show::answer(shell, json, &answer.bytes, || {
                    format!("requested {}", show::instant(answer.value.requested_at))
                })
            }
        }
    }
}

fn row(request: &SelfServiceRequest) -> Vec<String> {
    let requested = show::instant(request.requested_at);
    vec![request.device.name.clone(), request.item.name.clone(), requested]
}
