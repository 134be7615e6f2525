//! One-time enrollment links and SCEP challenges; only hashes of them are stored.

use jiff::Timestamp;
use macadam_policy::BlueprintId;

use crate::db::row;
use crate::{LinkId, Sha256, Store, StoreError};

/// An enrollment link to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewLink {
    pub id: LinkId,
    pub code: Sha256,
    pub blueprint: Option<BlueprintId>,
    pub created_by: String,
    pub at: Timestamp,
    pub expires_at: Timestamp,
}

row! {
    /// An enrollment link, without its code.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct EnrollmentLink {
        pub id: LinkId,
        pub blueprint_id: Option<BlueprintId>,
        pub created_by: String,
        pub created_at: Timestamp,
        pub expires_at: Timestamp,
        pub used_at: Option<Timestamp>,
    }
}

/// A SCEP challenge to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewChallenge {
    pub challenge: Sha256,
    /// The common name the server will set.
    pub subject: String,
    /// The link that the profile came through.
    pub link: Option<LinkId>,
    pub expires_at: Timestamp,
}

row! {
    /// What a SCEP challenge was made for.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Challenge {
        pub subject: String,
        pub link_id: Option<LinkId>,
        pub blueprint_id: Option<BlueprintId>,
    }
}

/// What came of using something that can be used once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UseOnce<T> {
    /// This was the one use.
    Used(T),
    /// It was used before.
    AlreadyUsed,
    /// It has expired, or it never existed.
    Invalid,
}

impl Store {
    /// Makes an enrollment link.
    pub async fn create_link(&self, link: NewLink) -> Result<(), StoreError> {
        todo!()
    }

    /// Uses an enrollment link and, in the same transaction, makes the challenge of its profile.
    pub async fn use_link(
        &self,
        at: Timestamp,
        code: Sha256,
        challenge: NewChallenge,
    ) -> Result<UseOnce<EnrollmentLink>, StoreError> {
        todo!()
    }

    /// All enrollment links, newest first.
    pub async fn links(&self) -> Result<Vec<EnrollmentLink>, StoreError> {
        todo!()
    }

    /// Makes a SCEP challenge without a link.
    pub async fn create_challenge(&self, challenge: NewChallenge) -> Result<(), StoreError> {
        todo!()
    }

    /// Uses a SCEP challenge for the certificate with this hash.
    ///
    /// The same request again (same certificate request, `request`) gets the same answer: a device
    /// that lost the response repeats it.
    pub async fn use_challenge(
        &self,
        at: Timestamp,
        challenge: Sha256,
        request: Sha256,
    ) -> Result<UseOnce<Challenge>, StoreError> {
        todo!()
    }

    /// Notes which certificate a challenge got, so that Authenticate finds its blueprint.
    pub async fn record_issued(
        &self,
        challenge: Sha256,
        certificate: Sha256,
    ) -> Result<(), StoreError> {
        todo!()
    }

    /// What the certificate was issued for.
    pub async fn challenge_of_certificate(
        &self,
        certificate: Sha256,
    ) -> Result<Option<Challenge>, StoreError> {
        todo!()
    }
}
