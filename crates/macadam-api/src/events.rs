//! `GET /api/v1/events`: what changes, as it changes, as server-sent events.
//!
//! An event says what to read again, never what it is now. `id` is the place in the order of
//! changes; a browser that lost the stream sends it back as `Last-Event-ID` and misses nothing.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// The data of an event `changed`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Changed {
    pub noun: Noun,
    /// Which ones, where they are few; `null` when any may have changed.
    pub ids: Option<Vec<Uuid>>,
}

/// What can change.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Noun {
    Devices,
    BulkActions,
    LibraryItems,
    Blueprints,
    Releases,
    Feeds,
    Exceptions,
    SelfServiceRequests,
    Enrollments,
    PushCertificate,
    People,
    Tokens,
    Settings,
    RingHalts,
    Views,
}

/// One event of the stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The stream stands; what changes from here on is told.
    Ready,
    /// Some changes were missed: everything may have changed.
    Resync,
    Changed(Changed),
}

/// Where to go on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct EventsQuery {
    /// The id of the last event that was seen; the header `Last-Event-ID` says the same.
    pub after: Option<i64>,
}

impl Event {
    /// The word in `event:`.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Resync => "resync",
            Self::Changed(_) => "changed",
        }
    }
}
