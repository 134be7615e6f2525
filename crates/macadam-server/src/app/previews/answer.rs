//! A comparison as an administrator reads it: grouped, the urgent first, with a way out.

use std::collections::BTreeMap;

use jiff::Timestamp;
use macadam_api::previews::{NoticeSuggestion, Preview, PreviewDevice, PreviewGroup, Warning};
use macadam_policy::{
    BsiEnforcement, Installation, ManagedOs, OsVersion, Platform, VersionEnforcement,
    give_everybody_days,
};

use super::compare::Shown;
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
    platform: Platform,
    os_version: OsVersion,
    before: Shown,
    after: Shown,
}

/// The devices of one group.
struct Group<'a> {
    devices: u64,
    first: &'a Change,
    examples: Vec<&'a str>,
}

pub(super) fn preview(
    (now, digest): (Timestamp, String),
    proposal: &Proposal,
    compared: Compared,
    after: &Knowledge,
) -> Preview {
    let mut changes = compared.changes;
    changes.sort_unstable_by_key(|one| {
        let deadline = one.change.after.map(|demand| demand.deadline);
        (!one.change.is_due_soon, deadline.is_none(), deadline, one.change.device)
    });
    let due_soon = changes.iter().filter(|one| one.change.is_due_soon).count();
    Preview {
        digest,
        previewed_at: now,
        problems: proposal.draft.problems(),
        warnings: warnings(proposal),
        devices_total: compared.total,
        devices_changed: changes.len() as u64,
        due_within_24_hours: due_soon as u64,
        devices: changes.iter().take(NAMED_DEVICES).map(device).collect(),
        groups: groups(&changes),
        suggestion: if due_soon > 0 { suggestion(now, proposal, after) } else { None },
        differences: proposal.differences.clone(),
    }
}

fn device(one: &Change) -> PreviewDevice {
    let situation = one.member.situation();
    PreviewDevice {
        id: situation.device.0,
        name: situation.name.clone(),
        serial_number: situation.facts.serial.clone(),
        platform: one.platform.into(),
        os_version: one.os_version.to_string(),
        before: one.before.into(),
        after: one.after.into(),
    }
}

fn groups(changes: &[Change]) -> Vec<PreviewGroup> {
    let mut groups: BTreeMap<GroupKey, Group<'_>> = BTreeMap::new();
    for one in changes {
        let key = GroupKey {
            is_due_later: !one.change.is_due_soon,
            platform: one.platform,
            os_version: one.os_version,
            before: one.before,
            after: one.after,
        };
        let new = || Group { devices: 0, first: one, examples: Vec::new() };
        let group = groups.entry(key).or_insert_with(new);
        group.devices += 1;
        if group.examples.len() < EXAMPLES {
            group.examples.push(&one.member.situation().name);
        }
    }
    let mut groups: Vec<PreviewGroup> = groups.into_values().map(group).collect();
    groups.sort_by_key(|group| (!group.due_within_24_hours, std::cmp::Reverse(group.device_count)));
    groups
}

fn group(group: Group<'_>) -> PreviewGroup {
    let first = group.first;
    PreviewGroup {
        device_count: group.devices,
        platform: first.platform.into(),
        os_version: first.os_version.to_string(),
        before: first.before.into(),
        after: first.after.into(),
        due_within_24_hours: first.change.is_due_soon,
        examples: group.examples.into_iter().map(ToOwned::to_owned).collect(),
    }
}

/// What is allowed but easily overlooked.
fn warnings(proposal: &Proposal) -> Vec<Warning> {
    let Some(settings) = proposal.item.as_ref().map(ManagedOs::settings) else {
        return Vec::new();
    };
    let mut warnings = Vec::new();
    if settings.enforcement == VersionEnforcement::DoNotManage
        && settings.installation == Installation::SelfService
    {
        let (platform, major) = (settings.platform, settings.major);
        warnings.push(warning(
            "left_alone",
            format!("devices below {platform} {major} without an item of their own are left alone"),
            [("platform", platform.to_string()), ("major", major.to_string())],
        ));
    }
    let at = match settings.enforcement {
        VersionEnforcement::DoNotManage => None,
        VersionEnforcement::Rolling { at, .. }
        | VersionEnforcement::Minimum { at, .. }
        | VersionEnforcement::Specific { at, .. } => Some(at),
    };
    let bsi_at = match settings.bsi {
        BsiEnforcement::None => None,
        BsiEnforcement::Automatic { at, .. } => Some(at),
    };
    for (code, what, at) in
        [("working_hours", "", at), ("bsi_working_hours", "for security improvements, ", bsi_at)]
    {
        if let Some(at) = at.filter(|at| (9..17).contains(&at.hour())) {
            let at = at.strftime("%H:%M").to_string();
            let sentence = format!(
                "{what}{at} falls in working hours: a device that waited until then restarts at \
                 that time"
            );
            warnings.push(warning(code, sentence, [("at", at)]));
        }
    }
    warnings
}

fn warning<const N: usize>(code: &str, sentence: String, values: [(&str, String); N]) -> Warning {
    let values = values.into_iter().map(|(name, text)| (name.to_owned(), text)).collect();
    Warning { code: code.to_owned(), sentence, values }
}

/// "Give everybody N days", where one item is what makes devices due at once.
fn suggestion(now: Timestamp, proposal: &Proposal, after: &Knowledge) -> Option<NoticeSuggestion> {
    let settings = proposal.item.as_ref()?.settings();
    let newest = after.catalog.newest_approved(settings.platform, settings.major, now)?;
    let enforcement = give_everybody_days(settings.enforcement, newest, now, SUGGESTED_DAYS);
    Some(NoticeSuggestion { days: SUGGESTED_DAYS, enforcement: enforcement.into() })
}
