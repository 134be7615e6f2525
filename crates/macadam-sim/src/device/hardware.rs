//! What a simulated device is: the facts about it that never change.

use jiff::tz::TimeZone;
use jiff::{Timestamp, civil};
use serde::{Deserialize, Serialize};

/// The families that are simulated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Family {
    /// A Mac with Apple silicon.
    AppleSiliconMac,
    /// A Mac with an Intel processor.
    IntelMac,
    /// An iPhone, or an iPod touch.
    Iphone,
    /// An iPad.
    Ipad,
}

impl Family {
    /// Whether it runs macOS.
    #[must_use]
    pub fn is_mac(self) -> bool {
        match self {
            Self::AppleSiliconMac | Self::IntelMac => true,
            Self::Iphone | Self::Ipad => false,
        }
    }

    /// What `device.operating-system.family` says.
    #[must_use]
    pub fn operating_system(self) -> &'static str {
        match self {
            Self::AppleSiliconMac | Self::IntelMac => "macOS",
            Self::Iphone => "iOS",
            Self::Ipad => "iPadOS",
        }
    }

    /// What `device.model.family` says.
    #[must_use]
    pub fn model_family(self) -> &'static str {
        match self {
            Self::AppleSiliconMac | Self::IntelMac => "Mac",
            Self::Iphone => "iPhone",
            Self::Ipad => "iPad",
        }
    }
}

/// The unchanging facts.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Hardware {
    /// Mac, iPhone or iPad.
    pub family: Family,
    /// The product identifier, such as `Mac14,2`.
    pub product: String,
    /// The marketing name, such as `MacBook Air (M2, 2022)`.
    pub model_name: String,
    /// The software-update device id, such as `J413AP`; on iPhone and iPad, the product.
    pub update_id: String,
    /// The serial number.
    pub serial: String,
    /// The UDID.
    pub udid: String,
    /// What its owner calls it.
    pub name: String,
    /// Whether an organization supervises it.
    pub supervised: bool,
    /// Where it is: an IANA time zone name.
    pub time_zone: String,
    /// The size of its disk, in GB.
    pub capacity_gb: u32,
    /// Whether it runs on a battery.
    pub has_battery: bool,
    /// What it says went wrong when it last updated, whatever did; its own words when left out.
    #[serde(default)]
    pub failure: Option<String>,
}

impl Hardware {
    /// The local date and time at a moment.
    #[must_use]
    pub fn local(&self, moment: Timestamp) -> civil::DateTime {
        self.zone().to_datetime(moment)
    }

    /// The moment of a local date and time: after a gap, and the first of two.
    ///
    /// At the ends of time, where there is none, it is the end.
    #[must_use]
    pub fn moment(&self, local: civil::DateTime) -> Timestamp {
        self.zone().to_timestamp(local).unwrap_or(Timestamp::MAX)
    }

    /// A name that this machine's time zone data does not know counts as UTC.
    fn zone(&self) -> TimeZone {
        TimeZone::get(&self.time_zone).unwrap_or(TimeZone::UTC)
    }
}
