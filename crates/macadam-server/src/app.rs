//! Use cases: read facts, decide, write. One file per noun.

mod catalog;
mod commands;
mod ddm;
mod decisions;
mod enrollment;
mod facts;
mod identities;
mod knowledge;
mod library;
mod profiles;
mod push_certificates;
mod reconcile;
mod situations;

use std::ops::Deref;
use std::sync::Arc;

use arc_swap::ArcSwap;
use macadam_pki::CertificateAuthority;
use macadam_store::Store;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

pub(crate) use ddm::RecordStatusError;
pub(crate) use enrollment::UseLinkError;
pub(crate) use identities::{IdentityTrust, RecognizeError, Refusals, Suspect, TrustedCertificate};
pub(crate) use knowledge::Knowledge;
pub(crate) use profiles::AnswerScepError;
pub(crate) use reconcile::Reconciler;

use crate::clock::{FleetClock, Ids, WallClock};
use crate::config::Config;

/// The use cases, with everything they need. Cloning gives another handle to the same ones.
#[derive(Clone)]
pub(crate) struct App(Arc<Parts>);

/// What use cases share.
pub(crate) struct Parts {
    pub(crate) config: Config,
    pub(crate) store: Store,
    pub(crate) fleet_clock: FleetClock,
    pub(crate) wall_clock: WallClock,
    pub(crate) ids: Ids,
    pub(crate) signals: Signals,
    /// Issues device identities, and signs profiles.
    pub(crate) authority: CertificateAuthority,
    pub(crate) identity_trust: IdentityTrust,
    pub(crate) refusals: Refusals,
    /// Device requests in the works.
    pub(crate) admission: Arc<Semaphore>,
    pub(crate) knowledge: ArcSwap<Knowledge>,
    pub(crate) reconciler: Reconciler,
}

/// Wakes workers: "compare what is with what should be, now".
#[derive(Clone, Debug, Default)]
pub(crate) struct Signals {
    pub(crate) refresh_catalog: Arc<Notify>,
    pub(crate) reconcile_fleet: Arc<Notify>,
    pub(crate) send_pushes: Arc<Notify>,
}

impl App {
    pub(crate) fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// A place among the device requests in the works; none when there are too many.
    pub(crate) fn admit(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.admission).try_acquire_owned().ok()
    }

    /// To be called after a change of anything that decisions depend on: library items,
    /// blueprints, reviews, exceptions.
    pub(crate) fn policy_changed(&self) {
        self.signals.reconcile_fleet.notify_one();
    }
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}
