//! Declaration sets: complete, immutable and shared by all devices that need the same one.

use jiff::Timestamp;
use macadam_policy::DeviceId;

use crate::codes::codes;
use crate::db::row;
use crate::{CommandId, EnrollmentId, SetToken, Store, StoreError};

codes! {
    /// The kinds of declarations, as they appear in the fetched path.
    pub enum DeclarationKind {
        Activation = "activation",
        Asset = "asset",
        Configuration = "configuration",
        Management = "management",
    }
}

row! {
    /// One declaration, in the bytes that devices get.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Declaration {
        pub kind: DeclarationKind,
        pub identifier: String,
        /// The hash of the content; the same identifier and token always mean the same bytes.
        pub server_token: String,
        pub body: String,
    }
}

/// A complete set with its manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeclarationSet {
    pub token: SetToken,
    /// The `declaration-items` answer, in the bytes that devices get.
    pub manifest: String,
    pub declarations: Vec<Declaration>,
}

/// Gives a device a set that has been saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    pub device: DeviceId,
    pub set: SetToken,
    /// The id of the `DeclarativeManagement` command, if one becomes necessary.
    pub command: CommandId,
}

row! {
    /// A device whose set changed, and for which a command and a push were queued.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
    pub struct Assigned {
        pub device_id: DeviceId,
        pub enrollment_id: EnrollmentId,
    }
}

row! {
    /// What a device should have.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct SetOfDevice {
        pub token: SetToken,
        pub manifest: String,
        /// When the device was given the set: the `Timestamp` of the tokens answer.
        pub assigned_at: Timestamp,
    }
}

impl Store {
    /// Saves sets and their declarations; those that are there already stay as they are.
    pub async fn save_declaration_sets(
        &self,
        at: Timestamp,
        sets: Vec<DeclarationSet>,
    ) -> Result<(), StoreError> {
        todo!()
    }

    /// Gives devices their sets and, in the same transaction, queues one `DeclarativeManagement`
    /// command and one push for every device whose set changed; those are returned.
    pub async fn assign_declaration_sets(
        &self,
        at: Timestamp,
        assignments: Vec<Assignment>,
    ) -> Result<Vec<Assigned>, StoreError> {
        todo!()
    }

    /// The set an enrollment should have, for the tokens and manifest answers.
    pub async fn declaration_set_for(
        &self,
        enrollment: EnrollmentId,
    ) -> Result<Option<SetOfDevice>, StoreError> {
        todo!()
    }

    /// Notes which manifest a device got: its declarations come from that set from now on.
    pub async fn note_manifest_served(
        &self,
        enrollment: EnrollmentId,
        set: SetToken,
    ) -> Result<(), StoreError> {
        todo!()
    }

    /// A declaration of the set whose manifest the device fetched last.
    pub async fn declaration(
        &self,
        enrollment: EnrollmentId,
        kind: DeclarationKind,
        identifier: &str,
    ) -> Result<Option<Declaration>, StoreError> {
        todo!()
    }

    /// All declarations of a set, by kind and identifier.
    pub async fn declarations_of_set(
        &self,
        set: &SetToken,
    ) -> Result<Vec<Declaration>, StoreError> {
        todo!()
    }

    /// Forgets sets saved before `before` that no enrollment has, and their declarations.
    /// Says how many sets went.
    pub async fn prune_declaration_sets(&self, before: Timestamp) -> Result<u64, StoreError> {
        todo!()
    }
}
