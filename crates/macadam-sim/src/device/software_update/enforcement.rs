//! What declarations enforce, and which of Apple's releases that means for this device.

use jiff::{SignedDuration, Timestamp, civil};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Cause, Deadline, PAST_DUE_PADDING, Pursuit, Settings, Stage};
use crate::device::{Device, Installed, World};
use crate::offers::{Offer, Release, build_to_install};
use crate::version::OsVersion;

/// The type of the configuration that enforces one version.
pub(in crate::device) const ENFORCEMENT: &str =
    "com.apple.configuration.softwareupdate.enforcement.specific";

/// The type of the configuration with the settings of updates.
pub(in crate::device) const SETTINGS: &str = "com.apple.configuration.softwareupdate.settings";

/// One enforced version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::device) struct Enforcement {
    identifier: String,
    server_token: String,
    version: OsVersion,
    build: Option<String>,
    deadline: civil::DateTime,
}

impl Enforcement {
    /// Reads the payload of a declaration, or says what is wrong with it.
    pub(in crate::device) fn read(
        identifier: &str,
        server_token: &str,
        payload: &Value,
    ) -> Result<Self, &'static str> {
        let text = |key| payload.get(key).and_then(Value::as_str);
        let version = text("TargetOSVersion").ok_or("TargetOSVersion is missing")?;
        let deadline = text("TargetLocalDateTime").ok_or("TargetLocalDateTime is missing")?;
        Ok(Self {
            identifier: identifier.to_owned(),
            server_token: server_token.to_owned(),
            version: version.parse().map_err(|_| "TargetOSVersion is not a version")?,
            build: text("TargetBuildVersion").map(str::to_owned),
            deadline: read_local(deadline).ok_or("TargetLocalDateTime is not a local time")?,
        })
    }

    /// The version as it was declared.
    pub(in crate::device) fn version(&self) -> &OsVersion {
        &self.version
    }

    /// Whether it asks for anything beyond what is installed.
    pub(in crate::device) fn is_above(&self, installed: &Installed) -> bool {
        let is_supplement = self.build.as_deref().is_some_and(|build| {
            build.ends_with(|c: char| c.is_ascii_lowercase()) && build != installed.full_build()
        });
        self.version > installed.version || (self.version == installed.version && is_supplement)
    }

    fn cause(&self) -> Cause {
        Cause::Declaration {
            identifier: self.identifier.clone(),
            server_token: self.server_token.clone(),
            names_build: self.build.is_some(),
        }
    }
}

/// Exactly `yyyy-mm-ddThh:mm:ss`: no zone, no fraction.
fn read_local(text: &str) -> Option<civil::DateTime> {
    const SHAPE: &[u8] = b"0000-00-00T00:00:00";
    let fits = text.len() == SHAPE.len()
        && text.bytes().zip(SHAPE).all(|(octet, shape)| match shape {
            b'0' => octet.is_ascii_digit(),
            _ => octet == *shape,
        });
    if fits { text.parse().ok() } else { None }
}

impl Settings {
    /// Combines the active settings as Apple's schema says.
    fn combine<'a>(payloads: impl Iterator<Item = &'a Value>) -> Self {
        let mut combined = Self::default();
        for payload in payloads {
            combined.are_notifications_off |=
                payload.get("Notifications") == Some(&Value::Bool(false));
            let days = |key: &str| {
                let days = payload.get("Deferrals").and_then(|deferrals| deferrals.get(key));
                days.and_then(Value::as_i64).unwrap_or(0).clamp(0, 90)
            };
            for (most, key) in [
                (&mut combined.combined_deferral_days, "CombinedPeriodInDays"),
                (&mut combined.major_deferral_days, "MajorPeriodInDays"),
                (&mut combined.minor_deferral_days, "MinorPeriodInDays"),
            ] {
                *most = days(key).max(*most);
            }
        }
        combined
    }
}

impl Device {
    /// Follows the active declarations about updates.
    pub(in crate::device) fn adopt_update_declarations(&mut self, world: World<'_>) {
        let settings = self.declarations.active(SETTINGS).map(|(_, _, payload)| payload);
        self.update.settings = Settings::combine(settings);
        let enforcements = self.declarations.active(ENFORCEMENT);
        self.update.enforcements = enforcements
            .filter_map(|(id, token, payload)| Enforcement::read(id, token, payload).ok())
            .collect();
        self.reconsider_update(world);
    }

    pub(in crate::device) fn forget_update_declarations(&mut self) {
        self.update.settings = Settings::default();
        self.update.enforcements.clear();
        self.drop_pursuit_of_declaration();
    }

    /// Turns to what is enforced now, going on where the release stays the same.
    pub(in crate::device) fn reconsider_update(&mut self, world: World<'_>) {
        if self.is_installing() {
            return;
        }
        let Some((release, enforcement)) = self.next_enforced(world) else {
            self.wait_for_release(world.now);
            return;
        };
        let cause = enforcement.cause();
        let deadline = Deadline {
            local: enforcement.deadline,
            at: self.hardware.moment(enforcement.deadline),
        };
        let not_before = self.padding(deadline.at, world.now);
        match &mut self.update.pursuit {
            Some(pursuit) if pursuit.release == release => {
                if pursuit.cause == cause && pursuit.deadline == Some(deadline) {
                    return;
                }
                pursuit.cause = cause;
                pursuit.deadline = Some(deadline);
                pursuit.not_before = not_before;
            }
            Some(_) | None => {
                self.begin_download(release, cause, world);
                if let Some(pursuit) = &mut self.update.pursuit {
                    pursuit.deadline = Some(deadline);
                    pursuit.not_before = not_before;
                }
            }
        }
        self.plan_notice(world.now);
    }

    /// What a deadline that is past as it arrives is moved to.
    fn padding(&self, deadline: Timestamp, now: Timestamp) -> Option<Timestamp> {
        let padding =
            if self.hardware.family.is_mac() { PAST_DUE_PADDING } else { SignedDuration::ZERO };
        (deadline <= now).then(|| now + padding)
    }

    /// The enforced version with the earliest deadline that Apple offers, and its release.
    fn next_enforced(&self, world: World<'_>) -> Option<(Release, Enforcement)> {
        let mut enforcements: Vec<_> =
            self.update.enforcements.iter().filter(|e| e.is_above(&self.installed)).collect();
        enforcements.sort_by_key(|enforcement| (enforcement.deadline, &enforcement.identifier));
        enforcements
            .into_iter()
            .find_map(|enforcement| Some((self.resolve(enforcement, world)?, enforcement.clone())))
    }

    /// The release that an enforcement means, if Apple offers it for this model.
    fn resolve(&self, enforcement: &Enforcement, world: World<'_>) -> Option<Release> {
        let offered: Vec<&Offer> = world
            .offers
            .at(&self.hardware.update_id, world.now)
            .filter(|offer| self.installed.is_below(&offer.release))
            .collect();
        if let Some(build) = &enforcement.build {
            let named = offered.iter().find(|offer| offer.release.build == *build);
            if let Some(offer) = named {
                return self.first_step_to(&offer.release, &offered);
            }
            // In older versions the version wins over a build that does not fit.
            let is_supplement = build.ends_with(|c: char| c.is_ascii_lowercase());
            if is_supplement || self.installed.version.major() >= 26 {
                return None;
            }
        }
        let of_version = |version: &OsVersion| -> Vec<&Offer> {
            let has_it = |offer: &&Offer| {
                offer.release.letter.is_none() && offer.release.version == *version
            };
            offered.iter().copied().filter(has_it).collect()
        };
        let version = if self.takes_targets_exactly() {
            &enforcement.version
        } else {
            let patches = offered.iter().map(|offer| &offer.release.version);
            let patches = patches.filter(|version| enforcement.version.is_patched_by(version));
            patches.max().unwrap_or(&enforcement.version)
        };
        build_to_install(&of_version(version)).cloned()
    }

    /// A release, or the one that has to be installed before it.
    fn first_step_to(&self, release: &Release, offered: &[&Offer]) -> Option<Release> {
        if self.installed.is_ready_for(release) {
            return Some(release.clone());
        }
        let base = offered
            .iter()
            .find(|offer| release.prerequisite_build.as_deref() == Some(&offer.release.build));
        base.filter(|_| self.installs_base_of_supplement()).map(|offer| offer.release.clone())
    }

    pub(super) fn drop_pursuit_of_declaration(&mut self) {
        let is_enforced = |pursuit: &mut Pursuit| match (&pursuit.cause, pursuit.stage) {
            (_, Stage::Installing { .. }) | (Cause::Settings | Cause::Command { .. }, _) => false,
            (Cause::Declaration { .. }, _) => true,
        };
        self.update.pursuit.take_if(is_enforced);
    }
}
