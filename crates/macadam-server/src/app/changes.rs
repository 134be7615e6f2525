//! Saving what a proposal says, after it was checked, also against the preview that was shown.

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
    #[error("{0} devices would be due within 24 hours, and nobody has seen that")]
    PreviewRequired(u64),
    #[error("assigning an item changes blueprints, which the caller may not do")]
    NoAssigning,
    #[error("blueprints assign it: {}", .0.join(", "))]
    Assigned(Vec<String>),
    #[error("devices are in it: {0}")]
    HasDevices(u64),
    #[error("a device is enrolling into it, or an enrollment link that leads there is open")]
    Awaited,
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

/// From so many devices on that would be due within a day, somebody must have seen it.
const UNSEEN: u64 = 10;

impl App {
    /// Checks a proposal before it is saved: every rule, and that it still does what was shown.
    pub(super) async fn check_proposal(
        &self,
        proposal: &Proposal,
        shown: Option<&str>,
    ) -> Result<(), ChangeError> {
        check_rules(proposal)?;
        let preview = self.preview_of(proposal).await?;
        match shown {
            Some(shown) if preview.digest == shown => Ok(()),
            Some(_) => Err(ChangeError::PreviewOutdated),
            None if preview.due_within_24_hours >= UNSEEN => {
                Err(ChangeError::PreviewRequired(preview.due_within_24_hours))
            }
            None => Ok(()),
        }
    }
}

/// Checks a proposal that stops something: nobody has to look first who pulls a brake.
pub(super) fn check_rules(proposal: &Proposal) -> Result<(), ChangeError> {
    let problems = proposal.draft.problems();
    if problems.is_empty() { Ok(()) } else { Err(ChangeError::Problems(problems)) }
}
