//! `/api/v1/people`: who may do what.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A person who signs in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Person {
    pub id: Uuid,
    pub revision: u64,
    pub email: String,
    pub name: String,
    pub role: Role,
    pub created_at: Timestamp,
    pub last_signed_in_at: Option<Timestamp>,
    /// An authenticator app or a passkey.
    pub has_second_factor: bool,
}

/// Creates a person.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreatePerson {
    pub email: String,
    pub name: String,
    pub role: Role,
    /// At least 12 characters.
    pub password: String,
}

/// `GET /api/v1/setup`: whether the first owner is still to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SetUpState {
    pub needed: bool,
}

/// `POST /api/v1/setup`: makes the first owner of a new server; works once.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetUp {
    /// The one-time code that the server wrote to its data directory.
    pub code: String,
    pub email: String,
    pub name: String,
    /// At least 12 characters.
    pub password: String,
}

/// Changes a person (`PATCH` with `If-Match`). What is left out stays.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct UpdatePerson {
    pub name: Option<String>,
    pub role: Option<Role>,
    /// Ends every session of the person.
    pub password: Option<String>,
}

/// What a person or token is there for.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything, and the only one who makes owners.
    Owner,
    /// Everything but secrets.
    Admin,
    /// Devices, library, blueprints, releases and enrollments; no settings.
    Operator,
    /// Reads, and acts on single devices.
    HelpDesk,
    /// Reads, the audit log included.
    Auditor,
    /// An auditor who may read secrets as well.
    SecretsAuditor,
}

/// One thing a role allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    Read,
    EditDevices,
    EditExceptions,
    EditEnrollments,
    EditLibrary,
    EditBlueprints,
    ReviewReleases,
    RefreshCatalog,
    EditPushCertificate,
    EditTokens,
    EditPeople,
    ReadAudit,
    ReadSecrets,
}

impl Role {
    pub const ALL: [Self; 6] = [
        Self::Owner,
        Self::Admin,
        Self::Operator,
        Self::HelpDesk,
        Self::Auditor,
        Self::SecretsAuditor,
    ];

    /// What the role allows.
    pub const fn permissions(self) -> &'static [Permission] {
        use Permission::{
            EditBlueprints, EditDevices, EditEnrollments, EditExceptions, EditLibrary, EditPeople,
            EditPushCertificate, EditTokens, Read, ReadAudit, ReadSecrets, RefreshCatalog,
            ReviewReleases,
        };
        match self {
            Self::Owner => &[
                Read,
                EditDevices,
                EditExceptions,
                EditEnrollments,
                EditLibrary,
                EditBlueprints,
                ReviewReleases,
                RefreshCatalog,
                EditPushCertificate,
                EditTokens,
                EditPeople,
                ReadAudit,
                ReadSecrets,
            ],
            Self::Admin => &[
                Read,
                EditDevices,
                EditExceptions,
                EditEnrollments,
                EditLibrary,
                EditBlueprints,
                ReviewReleases,
                RefreshCatalog,
                EditPushCertificate,
                EditTokens,
                EditPeople,
                ReadAudit,
            ],
            Self::Operator => &[
                Read,
                EditDevices,
                EditExceptions,
                EditEnrollments,
                EditLibrary,
                EditBlueprints,
                ReviewReleases,
                RefreshCatalog,
            ],
            Self::HelpDesk => &[Read, EditDevices, EditExceptions],
            Self::Auditor => &[Read, ReadAudit],
            Self::SecretsAuditor => &[Read, ReadAudit, ReadSecrets],
        }
    }

    /// Whether the role allows this.
    pub fn allows(self, permission: Permission) -> bool {
        self.permissions().contains(&permission)
    }
}
