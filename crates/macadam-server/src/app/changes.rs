//! Saving what a proposal says, after it was checked and, where one was shown, against its preview.

use macadam_api::Detail;
use macadam_store::{SaveError, StoreError};
use thiserror::Error;

use super::App;
use super::previews::{PreviewError, Proposal};

/// A change of the configuration was not made.
#[derive(Debug, Error)]
pub(crate) enum ChangeError {
    #[error("there is no such {0}")]
    Unknown(&'static str),
    #[error("the change breaks a rule")]
    Problems(Vec<Detail>),
    #[error("what was previewed is not what would happen now")]
    PreviewOutdated,
    #[error(transparent)]
    Save(#[from] SaveError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<PreviewError> for ChangeError {
    fn from(error: PreviewError) -> Self {
        match error {
            PreviewError::Unknown(what) => Self::Unknown(what),
            PreviewError::Store(error) => Self::Store(error),
        }
    }
}

impl App {
    /// Checks a proposal before it is saved: every rule, and that it still does what was shown.
    pub(super) async fn check_proposal(
        &self,
        proposal: &Proposal,
        shown: Option<&str>,
    ) -> Result<(), ChangeError> {
        let problems = proposal.draft.problems();
        if !problems.is_empty() {
            return Err(ChangeError::Problems(problems));
        }
        let Some(shown) = shown else { return Ok(()) };
        let preview = self.preview_of(proposal).await?;
        if preview.digest == shown { Ok(()) } else { Err(ChangeError::PreviewOutdated) }
    }
}
