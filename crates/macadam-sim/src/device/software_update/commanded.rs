//! Updates that ScheduleOSUpdate commands ask for.

use super::{Cause, Stage};
use crate::device::{Device, World};
use crate::offers::Release;

/// What OSUpdateStatus says about an update.
pub(in crate::device) struct CommandedUpdate {
    pub(in crate::device) release: Release,
    pub(in crate::device) is_downloaded: bool,
    pub(in crate::device) status: &'static str,
}

impl Device {
    /// Whether declarations manage updates, so that commands are refused.
    pub(in crate::device) fn is_update_declared(&self) -> bool {
        self.update.enforcements.iter().any(|enforcement| enforcement.is_above(&self.installed))
    }

    pub(in crate::device) fn has_downloaded(&self, release: &Release) -> bool {
        let pursuit = self.update.pursuit.as_ref();
        pursuit
            .is_some_and(|pursuit| pursuit.release == *release && pursuit.stage == Stage::Prepared)
    }

    pub(in crate::device) fn download_as_commanded(
        &mut self,
        release: Release,
        world: World<'_>,
    ) -> &'static str {
        self.follow_command(release, Cause::Command { installs: false }, world)
    }

    pub(in crate::device) fn install_as_commanded(
        &mut self,
        release: Release,
        world: World<'_>,
    ) -> &'static str {
        let is_prepared = self.has_downloaded(&release);
        let status = self.follow_command(release, Cause::Command { installs: true }, world);
        if is_prepared {
            self.begin_installation(world);
            return "Installing";
        }
        status
    }

    pub(in crate::device) fn commanded_update(&self) -> Option<CommandedUpdate> {
        let pursuit = self.update.pursuit.as_ref()?;
        let (is_downloaded, status) = match pursuit.stage {
            Stage::Downloading { .. } => (false, "Downloading"),
            Stage::Prepared | Stage::Authorizing => (true, "Idle"),
            Stage::Installing { .. } => (true, "Installing"),
            Stage::Failed { .. } => (false, "Idle"),
        };
        Some(CommandedUpdate { release: pursuit.release.clone(), is_downloaded, status })
    }

    /// Works on a release, going on with what is there of it.
    fn follow_command(&mut self, release: Release, cause: Cause, world: World<'_>) -> &'static str {
        match &mut self.update.pursuit {
            Some(pursuit) if matches!(pursuit.stage, Stage::Installing { .. }) => "Installing",
            Some(pursuit) if pursuit.release == release => {
                pursuit.cause = cause;
                if pursuit.stage == Stage::Prepared { "Idle" } else { "Downloading" }
            }
            Some(_) | None => {
                self.begin_download(release, cause, world);
                "Downloading"
            }
        }
    }
}
