//! Approving, holding and resuming releases, for the fleet or for one item.

use clap::{Args, Subcommand};
use macadam_api::previews::PreviewRequest;
use macadam_api::releases::{ReviewAction, WriteReview};

use super::items::Confirm;
use super::{catalog, find, preview};
use crate::connection::Connection;
use crate::error::CliError;
use crate::shell::Shell;
use crate::show;

/// Approve, hold and resume releases
#[derive(Debug, Args)]
pub struct Releases {
    #[command(subcommand)]
    command: ReleasesCommand,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Debug, Subcommand)]
enum ReleasesCommand {
    /// List releases
    List(catalog::Filter),
    /// Show a release, its builds and what it mends
    Show {
        /// Id, such as macos-26.3.1
        release: String,
    },
    /// Let a release be used
    Approve(Review),
    /// Keep a release from being used until it is resumed
    Hold(Review),
    /// Lift a hold
    Resume(Review),
}

#[derive(Debug, Args)]
struct Review {
    /// Id, such as macos-26.3.1
    release: String,
    /// Only for this item, by label or id; for the fleet when left out
    #[arg(long)]
    item: Option<String>,
    /// Why; it stands in the audit log
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    confirm: Confirm,
}

impl Releases {
    pub(crate) async fn run(self, shell: &mut Shell) -> Result<(), CliError> {
        match self.command {
            ReleasesCommand::List(filter) => filter.list(&self.connection, shell).await,
            ReleasesCommand::Show { release } => {
                catalog::show_release(&release, &self.connection, shell).await
            }
            ReleasesCommand::Approve(review) => {
                review.run(ReviewAction::Approve, &self.connection, shell).await
            }
            ReleasesCommand::Hold(review) => {
                review.run(ReviewAction::Hold, &self.connection, shell).await
            }
            ReleasesCommand::Resume(review) => {
                review.run(ReviewAction::Resume, &self.connection, shell).await
            }
        }
    }
}

impl Review {
    async fn run(
        self,
        action: ReviewAction,
        connection: &Connection,
        shell: &mut Shell,
    ) -> Result<(), CliError> {
        let client = connection.client(shell)?;
        let item_id = find::maybe(self.item.as_deref(), |name| find::item(&client, name)).await?;
        let release_id = self.release.clone();
        let request = PreviewRequest::Review { release_id, action, item_id };
        let digest = preview::confirm(&client, &request, self.confirm.yes, shell).await?;
        let (reason, preview_digest) = (self.reason, Some(digest));
        let review = WriteReview { action, item_id, reason, preview_digest };
        let answer = client.review_release(&self.release, &review).await?;
        show::answer(shell, connection.json, &answer.bytes, || catalog::record(&answer.value))
    }
}
