//! Durable state in SQLite or PostgreSQL behind one concrete [`Store`].
//!
//! Every method is one transaction and one step of the product's story. A method that promises
//! something returns only after its commit is durable. Nothing here assumes that this process is
//! the only one using the database.

mod audit;
mod blueprints;
mod bulk_actions;
mod catalog;
mod changes;
mod codes;
mod commands;
mod db;
mod decisions;
mod declarations;
mod device_actions;
mod devices;
mod enrollment;
mod error;
mod exceptions;
mod facts;
mod history;
mod identity;
mod ids;
mod items;
mod last_seen;
mod leases;
mod links;
mod migrate;
mod notes;
mod outcomes;
mod passkeys;
mod people;
mod policy;
mod policy_stamp;
mod pushes;
mod reach;
mod reconcile;
mod refusals;
mod rings;
mod roster;
mod seal;
mod second_factors;
mod secrets;
mod sessions;
mod settings;
mod store;
mod summary;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod tests;
mod tokens;
mod views;

pub use audit::{AuditBroken, AuditCheck, AuditEntry, AuditFilter, AuditRecord, VerifyAuditError};
pub use blueprints::{Blueprint, NewBlueprint};
pub use bulk_actions::{
    BulkActionRow, BulkBegun, BulkCount, BulkPart, BulkState, NewBulkAction, NewBulkPart,
};
pub use catalog::{
    AppendCatalogError, Fetch, NewReview, ReleaseFacts, ReviewAction, ReviewEntry,
    StoredCatalogEvent,
};
pub use changes::{Change, ChangesAfter, NewChange};
pub use commands::{
    Command, CommandAnswer, CommandOutcome, CommandResult, CommandState, Delivery, LastQuery,
    NewCommand, Offer, Poll, RESULT_LIMIT,
};
pub use decisions::{DecisionRecord, StatusChange, StatusCount, StoredDecision};
pub use declarations::{Declaration, DeclarationKind, DeclarationSet, SetOfDevice};
pub use device_actions::{TagChange, TagsChanged};
pub use devices::{
    DeviceCount, DeviceFilter, DeviceKey, DeviceOrder, DeviceRow, DeviceState, FleetShare,
    PageCursor,
};
pub use enrollment::{
    BeginEnrollmentError, Begun, EnrollmentRow, ExternalId, NewEnrollment, TokenUpdate,
    TokenUpdateOutcome,
};
pub use error::{SaveError, StoreError};
pub use exceptions::{Exception, ExceptionRow, ExceptionsOf, NewException};
pub use facts::{DeviceFacts, Fact, FactsOutcome, OTHER_FACTS_LIMIT, PendingVersion};
pub use identity::{Identity, IdentityState, RecognizedEnrollment};
pub use ids::{
    ApiTokenId, BulkActionId, CommandId, EnrollmentId, ExceptionId, LinkId, NoteId,
    PasskeyChallengeId, PasskeyId, PersonId, RingHaltId, SetToken, Sha256, ViewId,
};
pub use items::{ItemRow, NewItem};
pub use leases::Lease;
pub use links::{Challenge, EnrollmentLink, NewChallenge, NewLink, UseOnce};
pub use notes::Note;
pub use outcomes::{Assignment, Base, Outcome, Written};
pub use passkeys::{NewPasskey, Passkey, PasskeyChallenge, PasskeyUse};
pub use people::{NewPerson, Person, PersonChanges, UpdatePersonError};
pub use policy::PolicyChange;
pub use policy_stamp::PolicyStamp;
pub use pushes::{ClaimedPush, PushOutcome};
pub use reach::{SelfServiceRequest, SelfServiceRow};
pub use reconcile::{DeviceSituation, Requested};
pub use refusals::{Refusal, RefusalReason};
pub use rings::{NewRingHalt, ResumeRing, ResumeRingError, RingCount, RingHaltRow, TroubledDevice};
pub use roster::{Member, Roster};
pub use seal::{Sealer, UnsealError};
pub use second_factors::SecondFactor;
pub use sessions::{NewSession, OwnSession, Session};
pub use store::{BULK_LIMIT, OpenStoreError, Store, StoreOptions};
pub use summary::{DUE_SOON, FleetCount, FleetCounts, Standing, VersionShare};
pub use tokens::{ApiToken, NewApiToken};
pub use views::{NewView, View};
