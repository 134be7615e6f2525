//! Policy files: `export` writes one, `plan` shows what one would change, `apply` changes it.

use std::path::PathBuf;

use clap::Args;
use macadam_api::library_items::VersionEnforcement;
use macadam_api::policy_file::{ApplyPolicy, PolicyFile};
use macadam_api::previews::PreviewRequest;

use super::items::Confirm;
use super::preview;
use crate::connection::Connection;
use crate::error::CliError;
use crate::shell::Shell;
use crate::{file, show};

/// Print the server's library items and blueprints as a policy file
#[derive(Debug, Args)]
pub struct Export {
    #[command(flatten)]
    connection: Connection,
}

impl Export {
    pub(crate) async fn run(self, shell: &mut Shell) -> Result<(), CliError> {
        let answer = self.connection.client(shell)?.policy().await?;
        show::answer(shell, self.connection.json, &answer.bytes, || file::yaml(&answer.value))
    }
}

/// Show what a policy file would change on the server
#[derive(Debug, Args)]
pub struct Plan {
    /// Policy file (YAML)
    #[arg(long, short, value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    connection: Connection,
}

impl Plan {
    pub(crate) async fn run(self, shell: &mut Shell) -> Result<(), CliError> {
        let policy: PolicyFile = file::read_yaml(&self.file)?;
        let client = self.connection.client(shell)?;
        let request = PreviewRequest::Policy { policy };
        let answer = preview::ask(&client, &request, shell).await?;
        show::answer(shell, self.connection.json, &answer.bytes, || preview::text(&answer.value))?;
        preview::refuse_problems(&answer.value)
    }
}

/// Bring the server's library items and blueprints to what a policy file says
///
/// What the file does not name stays as it is. If anybody changes the server between the preview
/// and the confirmation, nothing is changed.
#[derive(Debug, Args)]
pub struct Apply {
    /// Policy file (YAML)
    #[arg(long, short, value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    confirm: Confirm,
    #[command(flatten)]
    connection: Connection,
}

impl Apply {
    pub(crate) async fn run(self, shell: &mut Shell) -> Result<(), CliError> {
        let policy: PolicyFile = file::read_yaml(&self.file)?;
        let client = self.connection.client(shell)?;
        let request = PreviewRequest::Policy { policy: policy.clone() };
        let preview_digest = preview::confirm(&client, &request, self.confirm.yes, shell).await?;
        let answer = client.apply_policy(&ApplyPolicy { policy, preview_digest }).await?;
        show::answer(shell, self.connection.json, &answer.bytes, || {
            let applied = &answer.value;
            format!(
                "applied {}; {} changed",
                show::count(applied.differences.len() as u64, "difference"),
                show::count(applied.devices_changed, "device")
            )
        })
    }
}

/// An enforcement in a few words.
pub(super) fn enforcement(enforcement: &VersionEnforcement) -> String {
    match enforcement {
        VersionEnforcement::DoNotManage => "do not manage".into(),
        VersionEnforcement::Rolling { within, at } => {
            format!("within {within} of release at {}", at.strftime("%H:%M"))
        }
        VersionEnforcement::Minimum { version, on, at } => {
            format!("at least {version} by {on} {}", at.strftime("%H:%M"))
        }
        VersionEnforcement::Specific { version, on, at } => {
            format!("exactly {version} by {on} {}", at.strftime("%H:%M"))
        }
    }
}
