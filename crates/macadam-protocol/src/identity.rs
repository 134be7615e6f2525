//! Who sent a message: the enrollment, and the channel within it.

use serde::{Deserialize, Serialize};

use crate::InvalidTextError;
use crate::text::bounded_text;

bounded_text! {
    /// The identifier of a device, the same in every device enrollment of it.
    Udid, 64, "UDID"
}

bounded_text! {
    /// The identifier of a User Enrollment, new with each enrollment.
    EnrollmentId, 128, "EnrollmentID"
}

/// The user id that Shared iPad sends for every user; the user is told by the short name.
const SHARED_IPAD_USER_ID: &str = "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF";

/// The most octets a user's id or name may have.
const USER_TEXT_LIMIT: usize = 255;

/// Who sent a message.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EnrollmentIdentity {
    /// The enrollment that the identity certificate belongs to.
    pub enrollment: Enrollment,
    /// The device itself, or one of its users.
    pub channel: Channel,
}

/// An enrollment, named by what is stable about it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Enrollment {
    /// A device enrollment.
    Device(Udid),
    /// A User Enrollment, which never tells the UDID.
    User(EnrollmentId),
}

/// The channel of an enrollment; each has its own push token, commands and declarations.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Channel {
    /// The device.
    Device,
    /// A user of a Mac or of a Shared iPad.
    User(User),
}

/// A user of a device, as the device names them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct User {
    /// `UserID` or, in a User Enrollment, `EnrollmentUserID`.
    pub id: String,
    /// `UserShortName`: the account name, or the Managed Apple Account on Shared iPad.
    pub short_name: Option<String>,
    /// `UserLongName`.
    pub long_name: Option<String>,
}

/// A message whose sender cannot be told.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// Neither `UDID` nor `EnrollmentID` is there.
    #[error("message names neither a UDID nor an EnrollmentID")]
    Missing,
    /// Shared iPad's user id without the short name that tells the user.
    #[error("message of a Shared iPad user has no UserShortName")]
    SharedIpadUserWithoutName,
    /// An identifier is out of bounds.
    #[error(transparent)]
    Invalid(#[from] InvalidTextError),
}

impl EnrollmentIdentity {
    /// The device channel of a device enrollment.
    pub fn device(udid: Udid) -> Self {
        Self { enrollment: Enrollment::Device(udid), channel: Channel::Device }
    }

    /// The UDID, unless this is a User Enrollment.
    pub fn udid(&self) -> Option<&Udid> {
        match &self.enrollment {
            Enrollment::Device(udid) => Some(udid),
            Enrollment::User(_) => None,
        }
    }

    /// Whether the device itself speaks, rather than one of its users.
    pub fn is_device_channel(&self) -> bool {
        match self.channel {
            Channel::Device => true,
            Channel::User(_) => false,
        }
    }
}

impl Enrollment {
    /// The identifier as text: the UDID or the EnrollmentID.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Device(udid) => udid.as_str(),
            Self::User(id) => id.as_str(),
        }
    }
}

impl User {
    /// What tells this user from the others of the same enrollment.
    pub fn key(&self) -> &str {
        match &self.short_name {
            Some(name) if self.id == SHARED_IPAD_USER_ID => name,
            Some(_) | None => &self.id,
        }
    }
}

/// The identification keys as they stand in a property list.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct RawIdentity {
    #[serde(rename = "UDID", skip_serializing_if = "Option::is_none")]
    udid: Option<String>,
    #[serde(rename = "EnrollmentID", skip_serializing_if = "Option::is_none")]
    enrollment_id: Option<String>,
    #[serde(rename = "UserID", skip_serializing_if = "Option::is_none")]
    user_id: Option<String>,
    #[serde(rename = "EnrollmentUserID", skip_serializing_if = "Option::is_none")]
    enrollment_user_id: Option<String>,
    #[serde(rename = "UserShortName", skip_serializing_if = "Option::is_none")]
    user_short_name: Option<String>,
    #[serde(rename = "UserLongName", skip_serializing_if = "Option::is_none")]
    user_long_name: Option<String>,
}

impl TryFrom<RawIdentity> for EnrollmentIdentity {
    type Error = IdentityError;

    fn try_from(raw: RawIdentity) -> Result<Self, IdentityError> {
        // A device enrollment may carry an EnrollmentID besides its UDID; the UDID is what stays.
        let (enrollment, user_id) = match (not_empty(raw.udid), not_empty(raw.enrollment_id)) {
            (Some(udid), _) => (Enrollment::Device(udid.try_into()?), raw.user_id),
            (None, Some(id)) => (Enrollment::User(id.try_into()?), raw.enrollment_user_id),
            (None, None) => return Err(IdentityError::Missing),
        };
        let Some(id) = not_empty(user_id) else {
            return Ok(Self { enrollment, channel: Channel::Device });
        };
        let user = User {
            id,
            short_name: not_empty(raw.user_short_name),
            long_name: not_empty(raw.user_long_name),
        };
        crate::text::check(&user.id, "user id", USER_TEXT_LIMIT)?;
        for name in [&user.short_name, &user.long_name].into_iter().flatten() {
            crate::text::check(name, "user name", USER_TEXT_LIMIT)?;
        }
        if user.id == SHARED_IPAD_USER_ID && user.short_name.is_none() {
            return Err(IdentityError::SharedIpadUserWithoutName);
        }
        Ok(Self { enrollment, channel: Channel::User(user) })
    }
}

impl From<&EnrollmentIdentity> for RawIdentity {
    fn from(identity: &EnrollmentIdentity) -> Self {
        let mut raw = Self::default();
        let user_id = match &identity.enrollment {
            Enrollment::Device(udid) => {
                raw.udid = Some(udid.to_string());
                &mut raw.user_id
            }
            Enrollment::User(id) => {
                raw.enrollment_id = Some(id.to_string());
                &mut raw.enrollment_user_id
            }
        };
        match &identity.channel {
            Channel::Device => {}
            Channel::User(user) => {
                *user_id = Some(user.id.clone());
                raw.user_short_name.clone_from(&user.short_name);
                raw.user_long_name.clone_from(&user.long_name);
            }
        }
        raw
    }
}

/// Devices write an absent name as an empty string here and there.
fn not_empty(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}
