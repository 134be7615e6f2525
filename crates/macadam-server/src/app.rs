//! Use cases: read facts, decide, write. One file per noun.

mod access;
mod account;
mod audit_log;
mod backtests;
mod blueprints;
mod bulk_actions;
mod caller;
mod catalog;
mod changes;
mod codes;
mod commands;
mod ddm;
mod decisions;
mod device_actions;
mod device_history;
mod devices;
mod draft;
mod enrollment;
mod enrollment_links;
mod events;
mod exceptions;
mod explanations;
mod facts;
mod feeds;
mod identities;
mod inventory;
mod items;
mod knowledge;
mod leases;
mod legacy_updates;
mod library;
mod notes;
mod pages;
mod passkeys;
mod people;
mod policy;
mod previews;
mod profiles;
mod prune;
mod push_certificates;
mod push_signing_requests;
mod reasons;
mod reconcile;
mod release_notes;
mod releases;
mod rings;
mod server_state;
mod set_up;
mod situations;
mod status_reports;
mod summary;
mod tokens;
mod views;

use std::ops::Deref;
use std::sync::Arc;

use arc_swap::ArcSwap;
use jiff::Timestamp;
use macadam_pki::CertificateAuthority;
use macadam_store::Store;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

pub(crate) use access::{Doors, SignInError, StartedSession};
pub(crate) use account::AccountError;
pub(crate) use backtests::BacktestError;
pub(crate) use bulk_actions::BulkActionError;
pub(crate) use caller::Caller;
pub(crate) use catalog::{Belief, ObserveError, RefreshCatalogError};
pub(crate) use changes::ChangeError;
pub(crate) use devices::DeviceError;
pub(crate) use enrollment::UseLinkError;
pub(crate) use enrollment_links::EnrollmentLinkError;
pub(crate) use events::{Watch, Watchers};
pub(crate) use exceptions::ExceptionError;
pub(crate) use feeds::{ImportError, NOTES_PERIOD, RefreshFeedError};
pub(crate) use identities::{IdentityTrust, RecognizeError, Refusals, Suspect, TrustedCertificate};
pub(crate) use knowledge::Knowledge;
pub(crate) use leases::HeldLeases;
#[cfg(test)]
pub(crate) use library::{BlueprintDocument, ItemDocument};
pub(crate) use pages::{Rows, Wanted};
pub(crate) use passkeys::{PasskeyError, RelyingParty};
pub(crate) use people::PersonError;
pub(crate) use previews::PreviewError;
pub(crate) use profiles::AnswerScepError;
pub(crate) use push_certificates::{PushCertificateError, SetPushCertificateError};
pub(crate) use push_signing_requests::SigningRequestError;
#[cfg(test)]
pub(crate) use reconcile::ReconcileRun;
pub(crate) use reconcile::Reconciler;
pub(crate) use release_notes::{CommunitySource, RefreshReleaseNotesError};
pub(crate) use rings::RingError;
pub use set_up::PrepareSetUpError;
pub(crate) use set_up::SetUpError;
pub(crate) use status_reports::RecordStatusError;
pub(crate) use tokens::TokenError;
pub(crate) use views::ViewError;

use codes::{code_of, value_of};

use crate::clock::{FleetClock, Ids, WallClock};
use crate::config::Config;
use crate::outbound::apple_feed::AppleFeed;

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
    /// When this server started, in wall time.
    pub(crate) started_at: Timestamp,
    pub(crate) signals: Signals,
    /// Issues device identities, and signs profiles.
    pub(crate) authority: CertificateAuthority,
    pub(crate) identity_trust: IdentityTrust,
    pub(crate) refusals: Refusals,
    pub(crate) doors: Doors,
    /// None if passkeys cannot be bound to the public URL.
    pub(crate) relying_party: Option<RelyingParty>,
    /// Device requests in the works.
    pub(crate) admission: Arc<Semaphore>,
    pub(crate) apple_feed: AppleFeed,
    /// None if the settings say to do without.
    pub(crate) community_source: Option<CommunitySource>,
    pub(crate) knowledge: ArcSwap<Knowledge>,
    pub(crate) reconciler: Reconciler,
    pub(crate) leases: HeldLeases,
    pub(crate) watchers: Watchers,
    /// Canceled when the server stops: what would not end by itself ends then.
    pub(crate) stopping: CancellationToken,
}

/// Wakes workers: "compare what is with what should be, now".
#[derive(Clone, Debug, Default)]
pub(crate) struct Signals {
    pub(crate) reconcile_fleet: Arc<Notify>,
    pub(crate) run_bulk_actions: Arc<Notify>,
    pub(crate) send_pushes: Arc<Notify>,
    pub(crate) publish_changes: Arc<Notify>,
    pub(crate) follow_changes: Arc<Notify>,
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
