//! Requests that were refused because of who sent them.

use jiff::Timestamp;
use macadam_policy::DeviceId;

use crate::codes::codes;
use crate::db::row;
use crate::{Sha256, Store, StoreError};

codes! {
    /// Why a request was refused.
    pub enum RefusalReason {
        BadSignature = "bad_signature",
        UnknownCertificate = "unknown_certificate",
        UntrustedCertificate = "untrusted_certificate",
        OtherDevice = "other_device",
        EndedEnrollment = "ended_enrollment",
    }
}

row! {
    /// The same refusal, however often it happened.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Refusal {
        pub reason: RefusalReason,
        pub certificate: Sha256,
        /// The UDID or enrollment id the message named, cut at 64 characters.
        pub claimed: String,
        /// The device whose certificate it was.
        pub device_id: Option<DeviceId>,
        pub count: i64,
        pub first_at: Timestamp,
        pub last_at: Timestamp,
        pub origin: String,
    }
}

impl Store {
    /// Records refusals; `count`, `first_at` and `last_at` add to what is there.
    pub async fn record_refusals(&self, refusals: Vec<Refusal>) -> Result<(), StoreError> {
        todo!()
    }

    /// The latest refusals, of one device or of all.
    pub async fn refusals(
        &self,
        device: Option<DeviceId>,
        limit: u32,
    ) -> Result<Vec<Refusal>, StoreError> {
        todo!()
    }
}
