//! One-time links that enroll a device.

use clap::{Args, Subcommand};
use macadam_api::enrollments::{CreateEnrollment, Enrollment};
use uuid::Uuid;

use super::find;
use crate::connection::Connection;
use crate::error::CliError;
use crate::shell::Shell;
use crate::{show, words};

/// One-time links that enroll a device
#[derive(Debug, Args)]
pub struct Enrollments {
    #[command(subcommand)]
    command: EnrollmentsCommand,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Debug, Subcommand)]
enum EnrollmentsCommand {
    /// Create a link and print it; it cannot be read again
    Create {
        /// The blueprint the device will be in, by name or id
        #[arg(long)]
        blueprint: Option<String>,
        /// For whom or what it is
        #[arg(long, default_value = "")]
        note: String,
        /// How many hours it can be used, 1 to 720; 24 when left out
        #[arg(long, value_name = "HOURS")]
        valid_hours: Option<u16>,
    },
    /// List links and what became of them
    List,
    /// Make a link useless
    Revoke {
        /// As the list shows it
        #[arg(value_parser = words::id)]
        id: Uuid,
    },
}

impl Enrollments {
    pub(crate) async fn run(self, shell: &mut Shell) -> Result<(), CliError> {
        let (json, client) = (self.connection.json, self.connection.client(shell)?);
        match self.command {
            EnrollmentsCommand::Create { blueprint, note, valid_hours } => {
                let find = |name| find::blueprint(&client, name);
                let blueprint_id = find::maybe(blueprint.as_deref(), find).await?;
                let link = CreateEnrollment { note, blueprint_id, valid_hours };
                let answer = client.create_enrollment(&link).await?;
                show::answer(shell, json, &answer.bytes, || answer.value.url.clone())
            }
            EnrollmentsCommand::List => {
                let header = ["id", "state", "blueprint", "expires", "device", "by", "note"];
                show::list(shell, json, client.enrollments(), &header, row).await
            }
            EnrollmentsCommand::Revoke { id } => {
                client.revoke_enrollment(id).await?;
                shell.note("revoked");
                Ok(())
            }
        }
    }
}

fn row(link: &Enrollment) -> Vec<String> {
    vec![
        link.id.to_string(),
        words::shown(link.state),
        link.blueprint.as_ref().map(|at| at.name.clone()).unwrap_or_default(),
        show::instant(link.expires_at),
        link.device.as_ref().map(|device| device.name.clone()).unwrap_or_default(),
        link.created_by.clone(),
        link.note.clone(),
    ]
}
