//! The update commands of old, for devices that declarations cannot update.

use plist::{Dictionary, Value};

use super::commands::{Outcome, keys, not_valid};
use super::software_update::CommandedUpdate;
use super::{Device, World};
use crate::offers::{Offer, Release, build_to_install};

impl Device {
    pub(super) fn legacy_update_command(
        &mut self,
        request_type: &str,
        command: &Dictionary,
        world: World<'_>,
    ) -> Outcome {
        if self.lacks_update_commands() || !self.hardware.supervised {
            return not_valid(request_type);
        }
        if self.is_update_declared() {
            // Apple documents that there is an error, but not its code.
            return Outcome::Error {
                code: 12000,
                domain: "MCMDMErrorDomain",
                description: "A declaration manages software updates.".to_owned(),
            };
        }
        match request_type {
            "AvailableOSUpdates" => self.available_updates(world),
            "ScheduleOSUpdate" => self.schedule_updates(command, world),
            "OSUpdateStatus" => self.commanded_update_status(),
            _ if self.hardware.family.is_mac() => keys([("ScanInitiated", true.into())]),
            _ => not_valid(request_type),
        }
    }

    fn available_updates(&self, world: World<'_>) -> Outcome {
        let releases = self.available_releases(world);
        let is_mac = self.hardware.family.is_mac();
        if releases.is_empty() && !is_mac {
            // iOS answers an error instead of an empty list.
            return Outcome::Error {
                code: 2213,
                domain: "DeviceManagement.error",
                description: "There is no update available.".to_owned(),
            };
        }
        let updates = releases.iter().map(|release| self.describe(release)).collect();
        keys([("AvailableOSUpdates", Value::Array(updates))])
    }

    /// A Mac lists the newest release of each major, iPhone and iPad only the newest of all.
    fn available_releases(&self, world: World<'_>) -> Vec<Release> {
        let offers = world.offers.at(&self.hardware.update_id, world.now);
        let public: Vec<&Offer> = offers
            .filter(|offer| offer.is_public() && offer.release.letter.is_none())
            .filter(|offer| self.installed.is_below(&offer.release))
            .collect();
        let mut majors: Vec<u16> = public.iter().map(|o| o.release.version.major()).collect();
        majors.sort_unstable();
        majors.dedup();
        let newest_of = |major: &u16| {
            let versions = public.iter().map(|offer| &offer.release.version);
            let newest = versions.filter(|version| version.major() == *major).max()?;
            let builds: Vec<&Offer> =
                public.iter().copied().filter(|o| o.release.version == *newest).collect();
            build_to_install(&builds).cloned()
        };
        let mut releases: Vec<Release> = majors.iter().filter_map(newest_of).collect();
        if !self.hardware.family.is_mac() {
            releases = releases.pop().into_iter().collect();
        }
        releases
    }

    fn describe(&self, release: &Release) -> Value {
        let family = self.hardware.family;
        let is_major = release.version.major() > self.installed.version.major();
        let mut update = Dictionary::from_iter([
            ("ProductKey", Value::from(product_key(release))),
            (
                "HumanReadableName",
                format!("{} {}", family.operating_system(), release.version).into(),
            ),
            ("Version", release.version.to_string().into()),
            ("Build", release.build.clone().into()),
            ("DownloadSize", 3_000_000_000_i64.into()),
            ("InstallSize", 1_000_000_000_i64.into()),
            ("IsCritical", false.into()),
            ("RestartRequired", true.into()),
        ]);
        if family.is_mac() {
            update.insert("IsMajorOSUpdate".into(), is_major.into());
        } else {
            update.insert("ProductName".into(), family.operating_system().into());
        }
        update.into()
    }

    fn schedule_updates(&mut self, command: &Dictionary, world: World<'_>) -> Outcome {
        let Some(updates) = command.get("Updates").and_then(Value::as_array) else {
            return Outcome::FormatError;
        };
        let mut results = Vec::new();
        for update in updates.iter().filter_map(Value::as_dictionary) {
            results.push(self.schedule_update(update, world));
        }
        keys([("UpdateResults", Value::Array(results))])
    }

    fn schedule_update(&mut self, update: &Dictionary, world: World<'_>) -> Value {
        let text = |key| update.get(key).and_then(Value::as_string);
        let action = text("InstallAction").unwrap_or("Default").to_owned();
        let is_asked_for = |release: &&Release| match (text("ProductKey"), text("ProductVersion")) {
            (Some(key), _) => product_key(release) == key,
            (None, Some(version)) => release.version.to_string() == version,
            (None, None) => false,
        };
        let available = self.available_releases(world);
        let Some(release) = available.iter().find(is_asked_for) else {
            let key = text("ProductKey").unwrap_or_default();
            return result(key, "Error", "InstallFailed");
        };
        let status = match action.as_str() {
            "NotifyOnly" => "Idle",
            "DownloadOnly" => self.download_as_commanded(release.clone(), world),
            _ if self.hardware.family.is_mac() => self.install_as_commanded(release.clone(), world),
            // iPhone and iPad take one pass to download and another to install.
            _ if self.has_downloaded(release) => self.install_as_commanded(release.clone(), world),
            _ => self.download_as_commanded(release.clone(), world),
        };
        result(&product_key(release), &action, status)
    }

    fn commanded_update_status(&self) -> Outcome {
        let statuses = self.commanded_update().map(|update| {
            let CommandedUpdate { release, is_downloaded, status } = update;
            let done = if is_downloaded { 1.0 } else { 0.3 };
            Value::Dictionary(Dictionary::from_iter([
                ("ProductKey", Value::from(product_key(&release))),
                ("IsDownloaded", is_downloaded.into()),
                ("DownloadPercentComplete", Value::Real(done)),
                ("Status", status.into()),
            ]))
        });
        keys([("OSUpdateStatus", Value::Array(statuses.into_iter().collect()))])
    }
}

fn product_key(release: &Release) -> String {
    format!("OSUpdate_{}_{}", release.version, release.build)
}

fn result(product_key: &str, action: &str, status: &str) -> Value {
    Value::Dictionary(Dictionary::from_iter([
        ("ProductKey", Value::from(product_key)),
        ("InstallAction", action.into()),
        ("Status", status.into()),
    ]))
}
