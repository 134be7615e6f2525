//! Device facts between their wire form and `macadam-policy`.

use jiff::tz::Offset;
use macadam_policy as policy;

use super::{AtWork, DeviceFacts, EnrollmentKind, HaltFacts, InstallState, ItemFacts};
use crate::Detail;

impl DeviceFacts {
    /// The device as the decision and the assignment rules see it.
    pub fn to_policy(&self) -> Result<(policy::Device, policy::Attributes), Detail> {
        let platform: policy::Platform = self.platform.into();
        let os_version: policy::OsVersion = read("os_version", &self.os_version)?;
        let device = policy::Device {
            platform,
            update_id: self.update_id.as_deref().map(update_id).transpose()?,
            os_version,
            build: self.build.as_deref().map(|text| read("build", text)).transpose()?,
            enrollment: self.enrollment.into(),
            supervised: self.supervised,
            has_ddm_enforcement: self
                .has_ddm_enforcement
                .unwrap_or_else(|| platform.has_ddm_enforcement(os_version)),
            apple_silicon: self.apple_silicon,
            utc_offset: self.utc_offset_minutes.map(utc_offset).transpose()?,
            at_work: self.at_work.as_ref().map(AtWork::to_policy).transpose()?,
            failure_count: self.failure_count,
            failure_reason: self.failure_reason.as_deref().map(Into::into),
            declaration_problem: self.declaration_problem.as_deref().map(Into::into),
            last_seen: self.last_seen_at,
        };
        let attributes = policy::Attributes {
            name: self.name.clone(),
            serial: self.serial_number.clone(),
            model: self.model.clone(),
            product: self.product.clone(),
            tags: self.tags.clone(),
            percentile: self.percentile,
        };
        Ok((device, attributes))
    }

    /// The facts of one device; what is stored about its items and blueprint is for the caller.
    pub fn from_policy(
        name: String,
        device: &policy::Device,
        attributes: &policy::Attributes,
    ) -> Self {
        Self {
            device: name,
            platform: device.platform.into(),
            update_id: device.update_id.as_ref().map(ToString::to_string),
            os_version: device.os_version.to_string(),
            build: device.build.as_ref().map(ToString::to_string),
            enrollment: device.enrollment.into(),
            supervised: device.supervised,
            has_ddm_enforcement: Some(device.has_ddm_enforcement),
            apple_silicon: device.apple_silicon,
            utc_offset_minutes: device.utc_offset.map(offset_minutes),
            at_work: device.at_work.as_ref().map(AtWork::from_policy),
            failure_count: device.failure_count,
            failure_reason: device.failure_reason.as_deref().map(str::to_owned),
            declaration_problem: device.declaration_problem.as_deref().map(str::to_owned),
            last_seen_at: device.last_seen,
            blueprint: None,
            name: attributes.name.clone(),
            serial_number: attributes.serial.clone(),
            model: attributes.model.clone(),
            product: attributes.product.clone(),
            tags: attributes.tags.clone(),
            percentile: attributes.percentile,
            items: std::collections::BTreeMap::new(),
            exempt_until: None,
        }
    }
}

/// An offset from UTC in whole minutes, which is all that time zones use today.
pub fn offset_minutes(offset: Offset) -> i16 {
    i16::try_from(offset.seconds() / 60).expect("offsets are below 26 hours")
}

fn utc_offset(minutes: i16) -> Result<Offset, Detail> {
    Offset::from_seconds(i32::from(minutes) * 60)
        .map_err(|error| Detail::new("utc_offset_minutes", error))
}

fn update_id(text: &str) -> Result<policy::UpdateId, Detail> {
    policy::UpdateId::new(text).ok_or_else(|| {
        Detail::new("update_id", "is no software-update device id such as J413AP or iPad14,1")
    })
}

fn read<T>(field: &str, text: &str) -> Result<T, Detail>
where
    T: std::str::FromStr<Err: std::fmt::Display>,
{
    text.parse().map_err(|error| Detail::new(field, error))
}

impl AtWork {
    fn to_policy(&self) -> Result<policy::AtWork, Detail> {
        let pending_build = self.pending_build.as_deref();
        Ok(policy::AtWork {
            state: self.state.into(),
            pending_version: read("at_work.pending_version", &self.pending_version)?,
            pending_build: pending_build
                .map(|text| read("at_work.pending_build", text))
                .transpose()?,
            local_deadline: self.deadline_local,
        })
    }

    fn from_policy(at_work: &policy::AtWork) -> Self {
        Self {
            state: at_work.state.into(),
            pending_version: at_work.pending_version.to_string(),
            pending_build: at_work.pending_build.as_ref().map(ToString::to_string),
            deadline_local: at_work.local_deadline,
        }
    }
}

crate::text::same_variants! {
    EnrollmentKind = policy::EnrollmentKind { Device, User }
    InstallState = policy::InstallState {
        None, Waiting, Downloading, Prepared, Installing, Failed
    }
}

impl ItemFacts {
    /// The halts as the decision reads them; one that cannot be read stops nothing.
    pub(crate) fn to_halts(&self) -> Vec<policy::RingHalt> {
        let halt = |halt: &HaltFacts| {
            Some(policy::RingHalt {
                ring: halt.ring.clone(),
                offset_days: halt.offset_days,
                version: halt.version.parse().ok()?,
                halted_on: halt.halted_on,
                resumed_on: halt.resumed_on,
            })
        };
        self.halts.iter().filter_map(halt).collect()
    }
}

impl From<&policy::RingHalt> for HaltFacts {
    fn from(halt: &policy::RingHalt) -> Self {
        Self {
            ring: halt.ring.clone(),
            offset_days: halt.offset_days,
            version: halt.version.to_string(),
            halted_on: halt.halted_on,
            resumed_on: halt.resumed_on,
        }
    }
}
