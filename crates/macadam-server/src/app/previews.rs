//! What a change would do to the real fleet, before it is made.

mod answer;
mod proposal;

use std::collections::BTreeMap;

use macadam_api::previews::{Difference, Preview, PreviewDecision, PreviewRequest};
use macadam_policy::{Comparison, DeviceId, Platform, PreviewChange};
use macadam_store::{DeviceSituation, Sha256, StoreError};
use thiserror::Error;

pub(super) use self::proposal::Proposal;
use super::decisions::Decided;
use super::draft::Draft;
use super::{App, Knowledge};

/// Devices decided for at a time.
const PAGE: u32 = 2000;
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

/// One device whose decision changes.
struct Change {
    change: PreviewChange,
    name: String,
    serial: String,
    platform: Platform,
    os_version: String,
    before: PreviewDecision,
    after: PreviewDecision,
}

/// The decisions of the whole fleet before and after a change.
#[derive(Default)]
struct Compared {
    /// Those due within 24 hours first, then by deadline.
    changes: Vec<Change>,
    total: u64,
}

impl App {
    /// What a change would do. Nothing is stored.
    pub(crate) async fn preview(&self, request: &PreviewRequest) -> Result<Preview, PreviewError> {
        let proposal = self.propose(request).await?;
        self.preview_of(&proposal).await
    }

    /// What a proposal would do.
    pub(super) async fn preview_of(&self, proposal: &Proposal) -> Result<Preview, PreviewError> {
        let known = self.refresh_knowledge().await?;
        let after = known.with(proposal.draft.library(), proposal.draft.reviews.clone());
        let compared = self.compare(&known, &after, &proposal.draft).await?;
        let digest = digest(&compared, &proposal.differences);
        Ok(answer::preview(self.fleet_clock.now(), digest, proposal, &compared, &after))
    }

    async fn compare(
        &self,
        before: &Knowledge,
        after: &Knowledge,
        draft: &Draft,
    ) -> Result<Compared, StoreError> {
        let now = self.fleet_clock.now();
        let mut compared = Compared::default();
        let mut last = None;
        loop {
            let page = self.store.situations(last, PAGE).await?;
            let Some(end) = page.last() else { break };
            last = Some(end.device);
            compared.total += page.len() as u64;
            for situation in &page {
                let was = before.decide(now, situation);
                let moved = moved(situation, draft);
                let will = after.decide(now, moved.as_ref().unwrap_or(situation));
                if let (Some(was), Some(will)) = (was, will) {
                    compared.note(now, situation, &was, &will);
                }
            }
        }
        compared.changes.sort_by_key(|one| {
            let deadline = one.change.after.map(|demand| demand.deadline);
            (!one.change.is_due_soon, deadline.is_none(), deadline, one.change.device)
        });
        Ok(compared)
    }
}

impl Compared {
    fn note(
        &mut self,
        now: jiff::Timestamp,
        situation: &DeviceSituation,
        was: &Decided,
        will: &Decided,
    ) {
        let comparison = Comparison {
            device: situation.device,
            utc_offset: will.device.utc_offset,
            before: &was.decision,
            after: &will.decision,
        };
        let preview = macadam_policy::Preview::new(now, [comparison]);
        let Some(change) = preview.changes.into_iter().next() else { return };
        self.changes.push(Change {
            change,
            name: situation.name.clone(),
            serial: situation.facts.serial.clone(),
            platform: will.device.platform,
            os_version: will.device.os_version.to_string(),
            before: (&was.decision).into(),
            after: (&will.decision).into(),
        });
    }
}

/// The device as it would be in the blueprint that the change moves it to.
fn moved(situation: &DeviceSituation, draft: &Draft) -> Option<DeviceSituation> {
    let blueprint = draft.moved.get(&situation.device)?;
    Some(DeviceSituation { blueprint: Some(*blueprint), ..situation.clone() })
}

/// Stands for what an administrator agreed to: who has to run what by when, and which items and
/// blueprints change. How far devices have got meanwhile does not matter.
fn digest(compared: &Compared, differences: &[Difference]) -> String {
    let mut demands: BTreeMap<DeviceId, String> = BTreeMap::new();
    for one in &compared.changes {
        let (before, after) = (one.change.before, one.change.after);
        if before != after {
            demands.insert(one.change.device, format!("{after:?}"));
        }
    }
    let text = format!("{demands:?} {differences:?}");
    Sha256::of(text.as_bytes()).to_string().chars().take(32).collect()
}
