//! Why a device has no target, as a stable code and in words, and what would fix it.

use super::{NotManageable, Suspended, Unresolved};

impl Unresolved {
    pub const ALL: [Self; 5] =
        [Self::NotForThisDevice, Self::Held, Self::Withdrawn, Self::Expired, Self::NotApproved];

    /// A stable name for programs.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotForThisDevice => "not_for_this_device",
            Self::Held => "held",
            Self::Withdrawn => "withdrawn",
            Self::Expired => "expired",
            Self::NotApproved => "not_approved",
        }
    }

    /// The reason an administrator reads.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::NotForThisDevice => "the version is not for this device",
            Self::Held => "the version is on hold",
            Self::Withdrawn => "Apple withdrew the version",
            Self::Expired => "Apple no longer offers the version",
            Self::NotApproved => "the version is not approved",
        }
    }

    /// What would fix it.
    pub const fn remedy(self) -> &'static str {
        match self {
            Self::NotForThisDevice => "choose a version that Apple lists for this model",
            Self::Held => "resume the release, or choose another version",
            Self::Withdrawn => "wait for the build that replaces it, or choose another version",
            Self::Expired => "choose a newer version, or enforce the newest of its major",
            Self::NotApproved => "approve the release, or choose another version",
        }
    }

    /// The reason as the end of a sentence about the version.
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::NotForThisDevice => "is not for this device",
            Self::Held => "is on hold",
            Self::Withdrawn => "was withdrawn by Apple",
            Self::Expired => "is no longer offered by Apple",
            Self::NotApproved => "is not approved",
        }
    }
}

impl Suspended {
    pub const ALL: [Self; 3] = [Self::Paused, Self::Halted, Self::Exempt];

    /// A stable name for programs.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Paused => "paused",
            Self::Halted => "halted",
            Self::Exempt => "exempt",
        }
    }

    /// The reason an administrator reads.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Paused => "the item is paused",
            Self::Halted => "an earlier ring had trouble with the release",
            Self::Exempt => "the device or its user is exempt for now",
        }
    }

    /// What would end it.
    pub const fn remedy(self) -> &'static str {
        match self {
            Self::Paused => "resume the item",
            Self::Halted => "resume the ring once the trouble is understood",
            Self::Exempt => "nothing is needed: the exemption ends by itself",
        }
    }
}

impl NotManageable {
    pub const ALL: [Self; 6] = [
        Self::NotSupervised,
        Self::UserEnrollment,
        Self::NoDeclarativeManagement,
        Self::NoUpdateId,
        Self::EmptyCatalog,
        Self::NotInFeed,
    ];

    /// A stable name for programs.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotSupervised => "not_supervised",
            Self::UserEnrollment => "user_enrollment",
            Self::NoDeclarativeManagement => "no_declarative_management",
            Self::NoUpdateId => "no_update_id",
            Self::EmptyCatalog => "empty_catalog",
            Self::NotInFeed => "not_in_feed",
        }
    }

    /// The reason an administrator reads.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::NotSupervised => "the Mac is not supervised",
            Self::UserEnrollment => "the device is in user enrollment",
            Self::NoDeclarativeManagement => {
                "the device does not offer software updates by declaration"
            }
            Self::NoUpdateId => "the device has not told its software-update device id",
            Self::EmptyCatalog => "the release catalog is empty",
            Self::NotInFeed => "the device's model is not in Apple's feed yet",
        }
    }

    /// What would fix it.
    pub const fn remedy(self) -> &'static str {
        match self {
            Self::NotSupervised => {
                "enroll it with Automated Device Enrollment or an approved profile"
            }
            Self::UserEnrollment => "enroll it as a device",
            Self::NoDeclarativeManagement => "let it check in, or update it once by hand",
            Self::NoUpdateId => "let it check in and answer the inventory query",
            Self::EmptyCatalog => "refresh the catalog from Apple's feed, or import one",
            Self::NotInFeed => "nothing is needed: it is managed once Apple lists it",
        }
    }
}
