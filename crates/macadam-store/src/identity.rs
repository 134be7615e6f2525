//! Identities: which certificate speaks for which enrollment. The hot read of every request.

use jiff::Timestamp;
use macadam_policy::DeviceId;

use crate::codes::codes;
use crate::{EnrollmentId, ExternalId, SetToken, Sha256, Store, StoreError};

codes! {
    /// What a certificate is to its enrollment.
    pub enum IdentityState {
        /// Issued for renewal; the device has not used it yet.
        Offered = "offered",
        /// The one active certificate.
        Active = "active",
        /// Replaced by a renewed one, or its enrollment was replaced.
        Retired = "retired",
    }
}

/// An enrollment that a certificate and an id were found to belong to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecognizedEnrollment {
    pub enrollment: EnrollmentId,
    pub device: DeviceId,
    pub generation: i64,
    /// Whether a TokenUpdate has been stored, so that it counts as enrolled.
    pub is_finished: bool,
    pub identity: IdentityState,
    /// Whether any command waits, `NotNow` ones included.
    pub has_commands: bool,
    /// The declaration set it should have.
    pub assigned_set: Option<SetToken>,
    /// The declaration set whose manifest it fetched last.
    pub served_set: Option<SetToken>,
}

/// Who speaks, by certificate and id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identity {
    /// The certificate is bound to an open enrollment of exactly this device, and not retired.
    Recognized(RecognizedEnrollment),
    /// No enrollment knows the certificate.
    Unknown,
    /// The certificate belongs to another device than the message says.
    OtherDevice(DeviceId),
    /// The enrollment has ended or was replaced, or the certificate was replaced.
    Ended(EnrollmentId),
}

impl Store {
    /// Finds out who speaks, in one indexed query.
    pub async fn enrollment_by_identity(
        &self,
        certificate: Sha256,
        claimed: &ExternalId,
    ) -> Result<Identity, StoreError> {
        todo!()
    }

    /// Remembers a certificate issued for renewal; it becomes active when the device uses it.
    /// Says whether the enrollment is open.
    pub async fn offer_identity(
        &self,
        at: Timestamp,
        enrollment: EnrollmentId,
        certificate: Sha256,
    ) -> Result<bool, StoreError> {
        todo!()
    }

    /// Makes an offered certificate, which the device just proved to hold, the active one and
    /// retires the former. Says whether it was offered.
    pub async fn activate_identity(
        &self,
        at: Timestamp,
        certificate: Sha256,
    ) -> Result<bool, StoreError> {
        todo!()
    }
}
