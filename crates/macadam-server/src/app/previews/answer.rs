//! A comparison as an administrator reads it: grouped, the urgent first, with a way out.

use std::collections::BTreeMap;

use jiff::Timestamp;
use macadam_api::Os;
use macadam_api::previews::{
    NoticeSuggestion, Preview, PreviewDecision, PreviewDevice, PreviewGroup,
};
use macadam_policy::{Installation, ManagedOs, VersionEnforcement, give_everybody_days};

use super::{Change, Compared, Proposal, SUGGESTED_DAYS};
use crate::app::Knowledge;

/// Devices that are named one by one.
const NAMED_DEVICES: usize = 200;
/// Devices that are named in a group.
const EXAMPLES: usize = 5;

/// What devices of one group have in common; those due soon sort first.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct GroupKey {
    is_due_later: bool,
    platform: Os,
    os_version: String,
    before: PreviewDecision,
    after: PreviewDecision,
}

pub(super) fn preview(
    now: Timestamp,
    digest: String,
    proposal: &Proposal,
    compared: &Compared,
    after: &Knowledge,
) -> Preview {
    let due_soon = compared.changes.iter().filter(|one| one.change.is_due_soon).count();
    Preview {
        digest,
        previewed_at: now,
        problems: proposal.draft.problems(),
        warnings: warnings(proposal),
        devices_total: compared.total,
        devices_changed: compared.changes.len() as u64,
        due_within_24_hours: due_soon as u64,
        devices: compared.changes.iter().take(NAMED_DEVICES).map(device).collect(),
        groups: groups(&compared.changes),
        suggestion: if due_soon > 0 { suggestion(now, proposal, after) } else { None },
        differences: proposal.differences.clone(),
    }
}

fn device(one: &Change) -> PreviewDevice {
    PreviewDevice {
        id: one.change.device.0,
        name: one.name.clone(),
        serial_number: one.serial.clone(),
        platform: one.platform.into(),
        os_version: one.os_version.clone(),
        before: one.before.clone(),
        after: one.after.clone(),
    }
}

fn groups(changes: &[Change]) -> Vec<PreviewGroup> {
    let mut groups: BTreeMap<GroupKey, (u64, Vec<String>)> = BTreeMap::new();
    for one in changes {
        let key = GroupKey {
            is_due_later: !one.change.is_due_soon,
            platform: one.platform.into(),
            os_version: one.os_version.clone(),
            before: one.before.clone(),
            after: one.after.clone(),
        };
        let (count, examples) = groups.entry(key).or_default();
        *count += 1;
        if examples.len() < EXAMPLES {
            examples.push(one.name.clone());
        }
    }
    let mut groups: Vec<PreviewGroup> = groups
        .into_iter()
        .map(|(key, (device_count, examples))| PreviewGroup {
            device_count,
            platform: key.platform,
            os_version: key.os_version,
            before: key.before,
            after: key.after,
            due_within_24_hours: !key.is_due_later,
            examples,
        })
        .collect();
    groups.sort_by_key(|group| (!group.due_within_24_hours, std::cmp::Reverse(group.device_count)));
    groups
}

/// What is allowed but easily overlooked.
fn warnings(proposal: &Proposal) -> Vec<String> {
    let Some(settings) = proposal.item.as_ref().map(ManagedOs::settings) else {
        return Vec::new();
    };
    let mut warnings = Vec::new();
    if settings.enforcement == VersionEnforcement::DoNotManage
        && settings.installation == Installation::SelfService
    {
        warnings.push(format!(
            "devices below {} {} without an item of their own are left alone",
            settings.platform, settings.major
        ));
    }
    let at = match settings.enforcement {
        VersionEnforcement::DoNotManage => None,
        VersionEnforcement::Rolling { at, .. }
        | VersionEnforcement::Minimum { at, .. }
        | VersionEnforcement::Specific { at, .. } => Some(at),
    };
    if let Some(at) = at.filter(|at| (9..17).contains(&at.hour())) {
        warnings.push(format!(
            "{} falls in working hours: a device that waited until then restarts at that time",
            at.strftime("%H:%M")
        ));
    }
    warnings
}

/// "Give everybody N days", where one item is what makes devices due at once.
fn suggestion(now: Timestamp, proposal: &Proposal, after: &Knowledge) -> Option<NoticeSuggestion> {
    let settings = proposal.item.as_ref()?.settings();
    let newest = after.catalog.newest_approved(settings.platform, settings.major, now)?;
    let enforcement = give_everybody_days(settings.enforcement, newest, now, SUGGESTED_DAYS);
    Some(NoticeSuggestion { days: SUGGESTED_DAYS, enforcement: enforcement.into() })
}
