//! What a change would do to the real fleet, before it is made.

mod answer;
mod compare;
mod proposal;

use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::Offset;
use macadam_api::previews::{Difference, Preview, PreviewRequest};
use macadam_policy::{Demand, Mechanism};
use macadam_store::{Sha256, StoreError};
use thiserror::Error;

use self::compare::{Change, Compared, Comparer};
pub(super) use self::proposal::Proposal;
use super::App;

/// How much notice is offered when a change makes devices due at once.
pub(super) const SUGGESTED_DAYS: u16 = 5;

/// A preview could not be made.
#[derive(Debug, Error)]
pub(crate) enum PreviewError {
    #[error("there is no such {0}")]
    Unknown(&'static str),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl App {
    /// What a change would do. Nothing is stored.
    pub(crate) async fn preview(&self, request: &PreviewRequest) -> Result<Preview, PreviewError> {
        let proposal = self.propose(request).await?;
        self.preview_of(&proposal).await
    }

    /// What a proposal would do.
    pub(super) async fn preview_of(&self, proposal: &Proposal) -> Result<Preview, PreviewError> {
        let before = self.refresh_knowledge().await?;
        // Read after what is known: no device is older than what it is decided with.
        let roster = self.store.roster().await?;
        let draft = &proposal.draft;
        let after = Arc::new(before.with(draft.library(), draft.reviews.clone()));
        let now = self.fleet_clock.now();
        let moved = draft.moved.clone();
        let comparer = Arc::new(Comparer::new((before, Arc::clone(&after)), moved, now));
        let compared = compare::fleet(&comparer, &roster).await;
        let digest = digest(&compared, &proposal.differences);
        Ok(answer::preview((now, digest), proposal, compared, &after))
    }
}

/// Stands for what an administrator agreed to: who has to run what by when, and which items and
/// blueprints change. How far devices have got meanwhile does not matter.
fn digest(compared: &Compared, differences: &[Difference]) -> String {
    let mut bytes = Vec::new();
    for one in &compared.changes {
        let after = one.change.after;
        if one.change.before != after {
            bytes.extend_from_slice(one.change.device.0.as_bytes());
            bytes.extend_from_slice(&after.map_or([0; 20], demand_bytes));
        }
    }
    bytes.extend_from_slice(format!("{differences:?}").as_bytes());
    Sha256::of(&bytes).to_string().chars().take(32).collect()
}

/// The same for the same demand, and for no other; never all zero.
fn demand_bytes(demand: Demand) -> [u8; 20] {
    let Demand { version, deadline, mechanism } = demand;
    let mechanism = match mechanism {
        None => 1,
        Some(Mechanism::Ddm) => 2,
        Some(Mechanism::MdmCommands) => 3,
        Some(Mechanism::Agent) => 4,
    };
    let seconds = Offset::UTC.to_timestamp(deadline).map_or(i64::MAX, Timestamp::as_second);
    let mut bytes = [0; 20];
    let parts = version.order().to_be_bytes().into_iter().chain(seconds.to_be_bytes());
    for (place, byte) in bytes.iter_mut().zip(parts.chain([mechanism])) {
        *place = byte;
    }
    bytes
}
