//! The leases that this server holds, so that it gives them back when it stops in the middle of
//! work: whoever comes after it would else wait until they end.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use macadam_store::{Lease, StoreError};

use super::App;

/// Name and holder of each lease that is held.
#[derive(Default)]
pub(crate) struct HeldLeases(Mutex<BTreeSet<(String, String)>>);

impl HeldLeases {
    fn lock(&self) -> MutexGuard<'_, BTreeSet<(String, String)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl App {
    /// Takes a lease; `false` while another server holds it.
    pub(crate) async fn take_lease(
        &self,
        now: Timestamp,
        lease: Lease,
    ) -> Result<bool, StoreError> {
        let key = (lease.name.clone(), lease.holder.clone());
        // Before it is taken: whoever takes it may be stopped right after.
        self.leases.lock().insert(key);
        self.store.take_lease(now, lease).await
    }

    /// Gives a lease back.
    pub(crate) async fn release_lease(&self, name: &str, holder: &str) -> Result<(), StoreError> {
        self.store.release_lease(name, holder).await?;
        let key = (name.to_owned(), holder.to_owned());
        self.leases.lock().remove(&key);
        Ok(())
    }

    /// Gives back what is still held, once no worker works any more.
    pub(crate) async fn release_leases(&self) -> Result<(), StoreError> {
        let held = std::mem::take(&mut *self.leases.lock());
        for (name, holder) in held {
            self.store.release_lease(&name, &holder).await?;
        }
        Ok(())
    }
}
