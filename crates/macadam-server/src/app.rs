//! Use cases: read facts, decide, write. One file per noun.

use std::ops::Deref;
use std::sync::Arc;

use macadam_store::Store;
use tokio::sync::Notify;

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
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}
