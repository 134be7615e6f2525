//! When releases count as approved.

use clap::Args;
use macadam_api::releases;
use macadam_api::server::WriteApproval;

use crate::connection::Connection;
use crate::error::CliError;
use crate::shell::Shell;

/// Say when releases count as approved
#[derive(Debug, Args)]
pub struct Approval {
    /// `at-once` when Apple publishes them, some days later such as `7d`, or `by-hand` only
    #[arg(value_parser = mode)]
    mode: releases::Approval,
    /// Why; it stands in the audit log
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    connection: Connection,
}

impl Approval {
    pub(crate) async fn run(self, shell: &mut Shell) -> Result<(), CliError> {
        let (approval, reason) = (self.mode, self.reason);
        let client = self.connection.client(shell)?;
        client.write_approval(&WriteApproval { approval, reason }).await?;
        shell.note("releases count as approved this way from now on");
        Ok(())
    }
}

fn mode(text: &str) -> Result<releases::Approval, String> {
    let days = || text.strip_suffix('d').and_then(|days| days.parse().ok());
    match text {
        "at-once" => Ok(releases::Approval::AtOnce),
        "by-hand" => Ok(releases::Approval::ByHand),
        _ => days()
            .map(|days| releases::Approval::AfterDays { days })
            .ok_or_else(|| "at-once, by-hand or a number of days such as 7d is expected".into()),
    }
}
