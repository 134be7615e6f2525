//! How a device is brought to a version (Managed OS specification, section 4).

use super::Mechanism;
use crate::{Device, Platform};

/// What brings this device to a version of `major`; `None` where nothing does.
///
/// No setting chooses it. The commands of the old flow are gone in version 27: no device that
/// could have it is ever given one, because declarations come long before.
pub(super) fn mechanism(device: &Device, major: u16) -> Option<Mechanism> {
    let running = device.os_version;
    match device.platform {
        Platform::MacOs if running.is_at_least(14, 0) => Some(Mechanism::Ddm),
        Platform::MacOs => Some(mechanism_of_old_mac(device, major)),
        Platform::Ios | Platform::IpadOs if running.is_at_least(17, 0) => Some(Mechanism::Ddm),
        Platform::TvOs if running.is_at_least(18, 4) => Some(Mechanism::Ddm),
        Platform::Ios | Platform::IpadOs | Platform::TvOs => Some(Mechanism::MdmCommands),
        Platform::VisionOs => running.is_at_least(26, 0).then_some(Mechanism::Ddm),
    }
}

/// Before macOS 14: the command cannot upgrade an Intel Mac, and before 11.4 nothing at all.
fn mechanism_of_old_mac(device: &Device, major: u16) -> Mechanism {
    let running = device.os_version;
    if !running.is_at_least(11, 4) {
        return Mechanism::Agent;
    }
    let is_upgrade = major > running.major();
    let is_apple_silicon = device.apple_silicon == Some(true);
    if !is_upgrade || (is_apple_silicon && running.is_at_least(11, 5)) {
        Mechanism::MdmCommands
    } else {
        Mechanism::Agent
    }
}

impl Mechanism {
    /// A stable name for programs.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Ddm => "ddm",
            Self::MdmCommands => "mdm_commands",
            Self::Agent => "agent",
        }
    }

    /// The mechanism in an administrator's words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Ddm => "declarative device management",
            Self::MdmCommands => "MDM commands",
            Self::Agent => "the agent",
        }
    }
}
