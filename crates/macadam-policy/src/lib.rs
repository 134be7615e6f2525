//! The release catalog and the decision: which OS release one device must run, by when, and why.
//!
//! Pure: no clock, randomness, socket, file or database. What it needs of those comes in as values.
//! Types here are not serializable; `macadam-api` owns the wire formats and converts them.

mod assignment;
mod backtest;
mod catalog;
mod decide;
mod device;
mod ids;
mod item;
mod period;
mod platform;
mod preview;
mod problems;
mod readiness;
mod rings;
mod trace;
mod version;

pub use assignment::{
    Assignment, AssignmentProblem, Branch, Condition, Field, ItemHistory, LibraryEntry, Node,
    Operator, Placement, all_items, assigned_items, check_assignment, managed_os_items,
};
pub use backtest::{
    BacktestReport, BacktestSpan, CurrentDevices, FleetClass, ReleaseExposure, backtest,
};
pub use catalog::{
    Answer, Catalog, CatalogEvent, CatalogPolicy, Doubts, EventChange, HistoricRelease,
    HistoricRow, InsaneFetch, Observation, Offer, OfferSet, Release, ReleaseSummary, Review,
    ReviewScope, ReviewState, UnreadOffer, utc_day,
};
pub use decide::{
    AssignedItem, Decision, Mechanism, NotManageable, Outcome, Status, Suspended, Target,
    Unresolved, decide, instant_in_zone,
};
pub use device::{AtWork, Attributes, Device, EnrollmentKind, InstallState, UpdateId};
pub use ids::{BlueprintId, DeviceId, ItemId};
pub use item::{
    AutomaticAction, BsiEnforcement, Cadence, Deferrals, FreezeWindow, Installation, ItemProblem,
    LibraryItem, MaintenanceWindow, ManagedOs, ManagedOsSettings, Ring, SoftwareUpdateSettings,
    SoftwareUpdateSettingsItem, VersionEnforcement,
};
pub use period::{ParsePeriodError, Period, days_left};
pub use platform::{FeedList, ParsePlatformError, Platform};
pub use preview::{Comparison, Demand, Preview, PreviewChange, give_everybody_days};
pub use readiness::{Blocker, ReadinessFacts, readiness};
pub use rings::{HaltRule, RingHalt, RingTally};
pub use trace::{
    Basis, DeadlineRule, Facts, ImprovementRule, OTHER_ITEM, ReleaseRule, Rule, ScopeRule,
    StatusRule, TargetRule, Trace, TraceStep,
};
pub use version::{Build, OsVersion, ParseBuildError, ParseVersionError};
