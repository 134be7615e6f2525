//! When releases count as approved.

use clap::{Args, Subcommand};
use macadam_api::releases;
use macadam_api::server::WriteApproval;

use crate::connection::Connection;
use crate::error::CliError;
use crate::shell::Shell;

/// When releases count as approved
#[derive(Debug, Args)]
pub struct Approval {
    #[command(subcommand)]
    mode: Mode,
    /// Why; it stands in the audit log
    #[arg(long, global = true, default_value = "")]
    reason: String,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Debug, Subcommand)]
enum Mode {
    /// Releases are approved when Apple publishes them
    AtOnce,
    /// Releases are approved some days after Apple published them
    AfterDays { days: u16 },
    /// Releases are approved by a person only
    ByHand,
}

impl Approval {
    pub(crate) async fn run(self, shell: &mut Shell) -> Result<(), CliError> {
        let approval = match self.mode {
            Mode::AtOnce => releases::Approval::AtOnce,
            Mode::AfterDays { days } => releases::Approval::AfterDays { days },
            Mode::ByHand => releases::Approval::ByHand,
        };
        let client = self.connection.client(shell)?;
        client.write_approval(&WriteApproval { approval, reason: self.reason }).await?;
        shell.note("releases count as approved this way from now on");
        Ok(())
    }
}
