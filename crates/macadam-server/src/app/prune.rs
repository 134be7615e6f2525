//! Forgets what nobody needs any more: declaration sets that no device has, what has expired, and
//! old history. The audit log and what devices told are kept.

use jiff::{SignedDuration, Timestamp};
use macadam_store::StoreError;

use super::App;

/// A set is kept for this long after it was saved, for devices that are about to get it.
const GRACE: SignedDuration = SignedDuration::from_hours(24);
/// Batches of history that one run forgets at most; the next run goes on.
const BATCHES: usize = 1_000;

impl App {
    pub(crate) async fn prune(&self) -> Result<(), StoreError> {
        let now = self.fleet_clock.now();
        let sets = self.store.prune_declaration_sets(ago(now, GRACE)).await?;
        self.store.forget_expired(self.wall_clock.now()).await?;
        self.store.forget_bulk_actions(self.wall_clock.now()).await?;
        let kept = SignedDuration::try_from(self.config.limits.history);
        let before = ago(now, kept.unwrap_or(SignedDuration::MAX));
        let mut rows = 0;
        for _ in 0..BATCHES {
            let forgotten = self.store.forget_history(before).await?;
            rows += forgotten;
            if forgotten == 0 {
                break;
            }
        }
        if sets > 0 || rows > 0 {
            tracing::info!(sets, rows, "declaration sets and history were forgotten");
        }
        Ok(())
    }
}

fn ago(now: Timestamp, age: SignedDuration) -> Timestamp {
    now.checked_sub(age).unwrap_or(Timestamp::MIN)
}
