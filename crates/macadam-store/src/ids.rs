//! Ids and hashes that only the store's callers need; policy has those of devices and items.

use std::fmt;
use std::str::FromStr;

use macadam_policy::{BlueprintId, DeviceId, ItemId};
use uuid::Uuid;

use crate::db::{Bind, Cell, Column, Param};

macro_rules! id_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    };
}

macro_rules! stored_as_uuid {
    ($($name:ident),+) => { $(
        impl Bind for $name {
            fn bind(&self) -> Param<'_> {
                Param::Uuid(Some(self.0))
            }
            fn null() -> Param<'static> {
                Param::Uuid(None)
            }
        }
        impl Column for $name {
            fn from_cell(cell: Cell) -> Option<Self> {
                Uuid::from_cell(cell).map(Self)
            }
        }
    )+ };
}

id_type!(
    /// One enrollment of a device: a new one, with a new generation, at every Authenticate.
    EnrollmentId
);
id_type!(
    /// One MDM command; on the wire its `CommandUUID`.
    CommandId
);
id_type!(
    /// One person who may sign in.
    PersonId
);
id_type!(
    /// One API token of a machine.
    ApiTokenId
);
id_type!(
    /// One one-time enrollment link.
    LinkId
);
id_type!(
    /// One exception of a device.
    ExceptionId
);
id_type!(
    /// One saved view of the device list.
    ViewId
);
id_type!(
    /// One action on many devices.
    BulkActionId
);
id_type!(
    /// One note about a device.
    NoteId
);
id_type!(
    /// One release stopped for the later rings of an item.
    RingHaltId
);

id_type!(
    /// One passkey of a person.
    PasskeyId
);
id_type!(
    /// One challenge that a browser is to answer with a passkey.
    PasskeyChallengeId
);

stored_as_uuid!(
    DeviceId,
    ItemId,
    BlueprintId,
    EnrollmentId,
    CommandId,
    PersonId,
    ApiTokenId,
    BulkActionId,
    LinkId,
    ExceptionId,
    RingHaltId,
    ViewId,
    NoteId,
    PasskeyId,
    PasskeyChallengeId
);

/// A SHA-256 hash: of a certificate, a token or an audit entry.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sha256(pub [u8; 32]);

impl Sha256 {
    /// The hash of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes);
        Self(digest.as_ref().try_into().expect("SHA-256 has 32 bytes"))
    }
}

impl fmt::Display for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Bind for Sha256 {
    fn bind(&self) -> Param<'_> {
        Param::Blob(Some(&self.0))
    }
    fn null() -> Param<'static> {
        Param::Blob(None)
    }
}

impl Column for Sha256 {
    fn from_cell(cell: Cell) -> Option<Self> {
        Vec::from_cell(cell)?.try_into().ok().map(Self)
    }
}

/// The token of a declaration set: the `DeclarationsToken` that devices see.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SetToken(pub String);

impl fmt::Display for SetToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Bind for SetToken {
    fn bind(&self) -> Param<'_> {
        Param::Text(Some(&self.0))
    }
    fn null() -> Param<'static> {
        Param::Text(None)
    }
}

impl Column for SetToken {
    fn from_cell(cell: Cell) -> Option<Self> {
        String::from_cell(cell).map(Self)
    }
}
