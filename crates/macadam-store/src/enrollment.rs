//! Enrollments: Authenticate begins one, TokenUpdate finishes it, CheckOut ends it.

use jiff::Timestamp;
use macadam_policy::{BlueprintId, DeviceId};
use secrecy::{SecretSlice, SecretString};
use thiserror::Error;

use crate::db::row;
use crate::{EnrollmentId, Sha256, Store, StoreError};

/// What a device calls itself in every message.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ExternalId {
    /// Device enrollment: the hardware's UDID.
    Udid(String),
    /// User enrollment: an id that Apple makes up for this enrollment.
    EnrollmentId(String),
}

/// What Authenticate tells, and the ids of what it makes.
#[derive(Clone, Debug)]
pub struct NewEnrollment {
    pub at: Timestamp,
    pub external_id: ExternalId,
    /// The device's id, if the server does not know it yet.
    pub device_id: DeviceId,
    pub enrollment_id: EnrollmentId,
    /// The identity certificate that signed the message; it alone speaks for this enrollment.
    pub certificate: Sha256,
    pub topic: String,
    /// The one-time link this enrollment came through, as the challenge recorded it.
    pub link: Option<crate::LinkId>,
    /// The blueprint for a device that has none yet.
    pub blueprint: Option<BlueprintId>,
    pub name: String,
    pub serial: String,
    pub model_name: String,
    pub product: String,
    pub os_version: String,
    pub os_build: String,
}

/// An enrollment has begun; it counts as enrolled after the first TokenUpdate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Begun {
    pub device: DeviceId,
    pub enrollment: EnrollmentId,
    pub generation: i64,
}

/// Authenticate was refused.
#[derive(Debug, Error)]
pub enum BeginEnrollmentError {
    #[error("the certificate already speaks for another device")]
    CertificateOfAnotherDevice,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a TokenUpdate tells.
#[derive(Clone, Debug)]
pub struct TokenUpdate {
    pub at: Timestamp,
    pub enrollment: EnrollmentId,
    pub topic: String,
    pub push_token: Vec<u8>,
    pub push_magic: SecretString,
    /// Absent in most messages; an earlier one then stays.
    pub unlock_token: Option<SecretSlice<u8>>,
    pub awaiting_configuration: bool,
}

/// What a TokenUpdate did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenUpdateOutcome {
    /// The first one: the device is now enrolled.
    Enrolled,
    /// A later one.
    Updated,
    /// The enrollment has ended or was replaced; nothing was stored.
    Ended,
}

row! {
    /// An enrollment of a device, as an administrator sees it.
    #[derive(Clone, Debug, PartialEq)]
    pub struct EnrollmentRow {
        pub id: EnrollmentId,
        pub device_id: DeviceId,
        pub generation: i64,
        pub topic: String,
        pub began_at: Timestamp,
        pub finished_at: Option<Timestamp>,
        pub ended_at: Option<Timestamp>,
        pub last_seen_at: Option<Timestamp>,
        /// Apple said that the push token is not valid any more; the next TokenUpdate mends it.
        pub push_disabled_at: Option<Timestamp>,
        pub awaiting_configuration: bool,
        pub has_unlock_token: bool,
        pub has_bootstrap_token: bool,
    }
}

impl Store {
    /// Begins an enrollment: a new device, or a new generation of a known one.
    ///
    /// Whatever belonged to the old generation (queue, tokens, declarations, secrets, identity)
    /// is dropped. The same message again, from the same certificate before a TokenUpdate,
    /// changes nothing.
    pub async fn begin_enrollment(
        &self,
        new: NewEnrollment,
    ) -> Result<Begun, BeginEnrollmentError> {
        todo!()
    }

    /// Stores a TokenUpdate; the first one finishes the enrollment.
    pub async fn record_token_update(
        &self,
        update: TokenUpdate,
    ) -> Result<TokenUpdateOutcome, StoreError> {
        todo!()
    }

    /// Ends an enrollment (CheckOut, or an administrator's unenroll) and drops its secrets.
    /// Says whether it was open.
    pub async fn end_enrollment(
        &self,
        at: Timestamp,
        enrollment: EnrollmentId,
    ) -> Result<bool, StoreError> {
        todo!()
    }

    /// Escrows a bootstrap token, or forgets it (`None`). Says whether the enrollment is open.
    pub async fn set_bootstrap_token(
        &self,
        enrollment: EnrollmentId,
        token: Option<SecretSlice<u8>>,
    ) -> Result<bool, StoreError> {
        todo!()
    }

    /// The escrowed bootstrap token.
    pub async fn bootstrap_token(
        &self,
        enrollment: EnrollmentId,
    ) -> Result<Option<SecretSlice<u8>>, StoreError> {
        todo!()
    }

    /// The escrowed unlock token, which clears a passcode.
    pub async fn unlock_token(
        &self,
        enrollment: EnrollmentId,
    ) -> Result<Option<SecretSlice<u8>>, StoreError> {
        todo!()
    }

    /// The enrollments of a device, newest first.
    pub async fn enrollments_of(&self, device: DeviceId) -> Result<Vec<EnrollmentRow>, StoreError> {
        todo!()
    }
}
