//! The `softwareupdate.*` status items, with the differences between OS releases smoothed out.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::DateTime;

/// The state of software update.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SoftwareUpdateStatus {
    /// The id by which Apple lists releases for this device.
    pub device_id: Option<String>,
    /// How far the update is.
    pub install_state: Option<InstallState>,
    /// Why it is pending.
    pub install_reason: Option<InstallReason>,
    /// Which it is.
    pub pending_version: Option<PendingVersion>,
    /// Whether and why updating failed.
    pub failure_reason: Option<FailureReason>,
    /// The beta program; empty when the device is in none.
    pub beta_enrollment: Option<String>,
}

/// How far an update is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum InstallState {
    /// No update is under way.
    None,
    /// A declaration is known, its release not yet found; gone from Apple's list in OS 27.
    Waiting,
    /// The release is being downloaded.
    Downloading,
    /// Ready to install.
    Prepared,
    /// Being installed.
    Installing,
    /// It failed.
    Failed,
    /// A state that Apple added later.
    Other(String),
}

/// Why an update is pending.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InstallReason {
    /// The reasons; none when nothing is pending.
    pub reasons: Vec<InstallReasonKind>,
    /// The declaration, when it is one of the reasons.
    pub declaration_id: Option<String>,
}

/// One reason for a pending update.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum InstallReasonKind {
    /// The user asked in System Settings.
    SystemSettings,
    /// The user chose "tonight".
    InstallTonight,
    /// The device updates by itself.
    AutoUpdate,
    /// The user chose it in a notification.
    Notification,
    /// Setup Assistant asked for it.
    SetupAssistant,
    /// Somebody used the command line.
    CommandLine,
    /// A legacy command.
    Mdm,
    /// A declaration.
    Declaration,
    /// A reason that Apple added later.
    Other(String),
}

/// Which update is pending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PendingVersion {
    /// None is.
    Nothing,
    /// This one is.
    Update(PendingUpdate),
}

/// A pending update.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PendingUpdate {
    /// The version, with the letter of a security improvement.
    pub os_version: String,
    /// The build.
    pub build_version: Option<String>,
    /// The local time at which it is enforced.
    pub target_local_date_time: Option<DateTime>,
}

/// Whether and why updating failed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FailureReason {
    /// How often; zero after a success.
    pub count: u64,
    /// Apple documents no vocabulary for it.
    pub reason: Option<String>,
    /// When it failed last.
    pub timestamp: Option<Timestamp>,
}

/// The letter of a security improvement.
///
/// Declarations write `a`, feeds and DeviceInformation `(a)`; both are the same here.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ExtraVersion(String);

impl ExtraVersion {
    /// The bare letter; empty when there is no security improvement.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether there is no security improvement.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromStr for ExtraVersion {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        let text = text.trim();
        let inner = text.strip_prefix('(').and_then(|text| text.strip_suffix(')'));
        Ok(Self(inner.unwrap_or(text).trim().to_owned()))
    }
}

impl fmt::Display for ExtraVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Declares how an open list of words reads and writes.
macro_rules! words {
    ($name:ident: $($variant:ident $word:literal,)*) => {
        impl From<&str> for $name {
            fn from(word: &str) -> Self {
                match word {
                    $($word => Self::$variant,)*
                    _ => Self::Other(word.to_owned()),
                }
            }
        }

        impl $name {
            /// Apple's word.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $word,)*
                    Self::Other(word) => word,
                }
            }
        }
    };
}

words! {
    InstallState:
    None "none",
    Waiting "waiting",
    Downloading "downloading",
    Prepared "prepared",
    Installing "installing",
    Failed "failed",
}

words! {
    InstallReasonKind:
    SystemSettings "system-settings",
    InstallTonight "install-tonight",
    AutoUpdate "auto-update",
    Notification "notification",
    SetupAssistant "setup-assistant",
    CommandLine "command-line",
    Mdm "mdm",
    Declaration "declaration",
}

/// Reads a local date and time.
///
/// A `Z` or a fraction that some release added does not change that the time is meant locally.
pub(in crate::ddm) fn local_date_time(text: &str) -> Option<DateTime> {
    text.trim().trim_end_matches(['Z', 'z']).parse().ok()
}
