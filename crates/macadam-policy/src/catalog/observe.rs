//! Turns an answer of Apple's feed into facts, or says why it is not believed.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use super::event::{
    Answer, CatalogEvent, Doubts, EventChange, InsaneFetch, Observation, Offer, OfferSet,
    UnreadOffer, read_version,
};
use super::index::DeviceReleases;
use super::span::Moment;
use crate::{Build, FeedList, OsVersion, Platform, UpdateId};

/// A major that stays away this long is believed to be gone.
const PATIENCE: SignedDuration = SignedDuration::from_hours(7 * 24);

/// The public set keeps at least this share of its entries.
const SHRINK_LIMIT_PERCENT: usize = 70;

/// What one row of the feed is about; its devices are its value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Row {
    set: OfferSet,
    list: FeedList,
    version: OsVersion,
    build: Build,
    prerequisite_build: Option<Build>,
}

/// The device ids of every row, each with the day its offer ends.
type State = BTreeMap<Row, BTreeMap<UpdateId, Option<Date>>>;

pub(super) fn observe<'a>(
    devices: impl Iterator<Item = (&'a UpdateId, &'a DeviceReleases)>,
    at: Timestamp,
    answer: &Answer<'_>,
    doubts: &Doubts,
) -> Result<Observation, InsaneFetch> {
    let before = last_state(devices, at);
    let (after, unread, problems) = read(answer);
    let mut after = merge_twins(after, &before);
    keep_unread(&unread, &before, &mut after);
    check(at, &before, &after, doubts)?;
    let mut events = changes(at, &before, &after);
    events.extend(expirations(at, &before, &after));
    Ok(Observation { events, problems })
}

/// The feed as the applied facts leave it; after the last of them, spans still open hold.
fn last_state<'a>(
    devices: impl Iterator<Item = (&'a UpdateId, &'a DeviceReleases)>,
    at: Timestamp,
) -> State {
    let mut state = State::new();
    let at = Moment::from(at);
    for (id, known) in devices {
        let Some(platform) = Platform::of_update_id(id.as_str()) else { continue };
        for release in known.releases.iter().chain(&known.improvements) {
            for build in &release.builds {
                let public_set = match release.version.letter() {
                    Some(_) => OfferSet::BackgroundSecurity,
                    None => OfferSet::Public,
                };
                let sets =
                    [(public_set, &build.public), (OfferSet::Installable, &build.installable)];
                for (set, _) in sets.into_iter().filter(|(_, spans)| spans.is_open()) {
                    let row = Row {
                        set,
                        list: platform.feed_list(),
                        version: release.version,
                        build: build.build.clone(),
                        prerequisite_build: release.prerequisite.clone(),
                    };
                    state.entry(row).or_default().insert(id.clone(), build.expires(at));
                }
            }
        }
    }
    state
}

/// What could be read of an entry that stands in an answer.
struct Unread {
    set: OfferSet,
    list: FeedList,
    version: Option<OsVersion>,
    build: Option<Build>,
}

impl Unread {
    fn of(unread: &UnreadOffer<'_>) -> Self {
        let version = unread.version.and_then(|version| version.parse().ok());
        let build = unread.build.and_then(|build| build.parse().ok());
        Self { set: unread.set, list: unread.list, version, build }
    }

    /// Whether it may be this row.
    fn is_about(&self, row: &Row) -> bool {
        let is_version = self.version.is_none_or(|version| version.base() == row.version.base());
        let is_build = self.build.as_ref().is_none_or(|build| {
            let is_twin = row.list == FeedList::Ios && build.is_twin_number_of(&row.build);
            *build == row.build || is_twin
        });
        (self.set, self.list) == (row.set, row.list) && is_version && is_build
    }
}

/// Rows that could not be read are as they were: nobody is told that Apple took them away.
fn keep_unread(unread: &[Unread], before: &State, after: &mut State) {
    for (row, ids) in before {
        if unread.iter().any(|unread| unread.is_about(row)) {
            let kept = after.entry(row.clone()).or_default();
            for (id, expires) in ids {
                kept.entry(id.clone()).or_insert(*expires);
            }
        }
    }
}

fn read(answer: &Answer<'_>) -> (State, Vec<Unread>, Vec<String>) {
    let mut state = State::new();
    let mut unread: Vec<Unread> = answer.unread.iter().map(Unread::of).collect();
    let mut problems = Vec::new();
    for offer in &answer.offers {
        match read_row(offer) {
            Ok(row) => {
                let ids = managed_ids(offer);
                // Rows of watches and HomePods stand in the same list; they are nobody's here.
                if !ids.is_empty() {
                    let devices = state.entry(row).or_default();
                    devices.extend(ids.into_iter().map(|id| (id, offer.expires)));
                }
            }
            Err(problem) => {
                let Offer { set, list, version, build, .. } = *offer;
                let known = Unread::of(&UnreadOffer { set, list, version: Some(version), build });
                if known.version.is_some() || known.build.is_some() {
                    unread.push(known);
                }
                problems.push(problem);
            }
        }
    }
    (state, unread, problems)
}

fn read_row(offer: &Offer<'_>) -> Result<Row, String> {
    let version = read_version(offer.version, offer.extra).map_err(|error| error.to_string())?;
    let build = offer.build.ok_or_else(|| format!("{version} has no build"))?;
    let build = build.parse().map_err(|error| format!("{version}: {error}"))?;
    let prerequisite = offer.prerequisite_build.map(str::parse).transpose();
    let prerequisite_build = prerequisite.map_err(|error| format!("{version}: {error}"))?;
    let is_improvement = offer.set == OfferSet::BackgroundSecurity;
    if is_improvement != version.letter().is_some() {
        return Err(format!("{version} stands in a set where it does not belong"));
    }
    if is_improvement && prerequisite_build.is_none() {
        return Err(format!("{version} does not say which build it is for"));
    }
    let prerequisite_build = prerequisite_build.filter(|_| is_improvement);
    Ok(Row { set: offer.set, list: offer.list, version, build, prerequisite_build })
}

fn managed_ids(offer: &Offer<'_>) -> Vec<UpdateId> {
    let ids = offer.device_ids.iter().filter_map(|id| UpdateId::new(id));
    ids.filter(|id| {
        Platform::of_update_id(id.as_str())
            .is_some_and(|platform| platform.feed_list() == offer.list)
    })
    .collect()
}

/// Folds the second build that Apple lists for every iOS release into the low one, which is what
/// devices report. Two builds are twins when their numbers say so and they share a device.
fn merge_twins(state: State, before: &State) -> State {
    let mut devices: BTreeMap<(OsVersion, Build), BTreeSet<UpdateId>> = BTreeMap::new();
    for (row, ids) in state.iter().chain(before).filter(|(row, _)| row.list == FeedList::Ios) {
        let key = (row.version, row.build.clone());
        devices.entry(key).or_default().extend(ids.keys().cloned());
    }
    let low_twin = |row: &Row| -> Option<Build> {
        let ids = devices.get(&(row.version, row.build.clone()))?;
        devices
            .iter()
            .filter(|((version, low), _)| {
                *version == row.version && row.build.is_twin_number_of(low)
            })
            .find(|(_, of_low)| !of_low.is_disjoint(ids))
            .map(|((_, low), _)| low.clone())
    };
    let mut merged = State::new();
    for (row, ids) in &state {
        let build = low_twin(row).unwrap_or_else(|| row.build.clone());
        merged.entry(Row { build, ..row.clone() }).or_default().extend(ids.clone());
    }
    merged
}

fn check(at: Timestamp, before: &State, after: &State, doubts: &Doubts) -> Result<(), InsaneFetch> {
    if !after.keys().any(|row| row.set == OfferSet::Installable) {
        return Err(InsaneFetch::Empty);
    }
    let lists = emptied_lists(before, after);
    if !lists.is_empty() {
        return Err(InsaneFetch::ListsEmpty { lists });
    }
    if doubts.is_confirmed {
        return Ok(());
    }
    let majors_now = public_majors(after);
    let mut missing = public_majors(before);
    missing.retain(|major| !majors_now.contains(major));
    let is_believed = |major: &(FeedList, u16)| {
        doubts.missing_since.get(major).is_some_and(|since| at.duration_since(*since) >= PATIENCE)
    };
    let majors: Vec<_> = missing.iter().copied().filter(|major| !is_believed(major)).collect();
    if !majors.is_empty() {
        return Err(InsaneFetch::MajorsMissing { majors });
    }
    let before = public_rows(before)
        .filter(|row| !missing.contains(&(row.list, row.version.major())))
        .count();
    let after = public_rows(after).count();
    if after * 100 < before * SHRINK_LIMIT_PERCENT {
        return Err(InsaneFetch::Shrunk { before, after });
    }
    Ok(())
}

/// The lists that had something installable and only have something public now. What is public
/// can be installed, so such an answer is broken.
fn emptied_lists(before: &State, after: &State) -> Vec<FeedList> {
    let lists_of = |state: &State, set: OfferSet| -> BTreeSet<FeedList> {
        state.keys().filter(|row| row.set == set).map(|row| row.list).collect()
    };
    let mut lists = lists_of(before, OfferSet::Installable);
    lists.retain(|list| lists_of(after, OfferSet::Public).contains(list));
    lists.retain(|list| !lists_of(after, OfferSet::Installable).contains(list));
    lists.into_iter().collect()
}

fn public_rows(state: &State) -> impl Iterator<Item = &Row> {
    state.keys().filter(|row| row.set == OfferSet::Public)
}

fn public_majors(state: &State) -> BTreeSet<(FeedList, u16)> {
    public_rows(state).map(|row| (row.list, row.version.major())).collect()
}

/// What left, and then what came.
fn changes(at: Timestamp, before: &State, after: &State) -> Vec<CatalogEvent> {
    let left = difference(before, after)
        .map(|(row, device_ids)| event(at, row, EventChange::Unlisted { device_ids }));
    let came = difference(after, before)
        .map(|(row, device_ids)| event(at, row, EventChange::Listed { device_ids }));
    left.chain(came).collect()
}

fn difference<'a>(
    of: &'a State,
    without: &'a State,
) -> impl Iterator<Item = (&'a Row, Vec<UpdateId>)> {
    of.iter().filter_map(|(row, ids)| {
        let others = without.get(row);
        let is_new = |id: &&UpdateId| others.is_none_or(|others| !others.contains_key(*id));
        let new: Vec<UpdateId> = ids.keys().filter(is_new).cloned().collect();
        (!new.is_empty()).then_some((row, new))
    })
}

/// The expirations that are settled: a public entry's moves every day and means nothing.
fn expirations(at: Timestamp, before: &State, after: &State) -> Vec<CatalogEvent> {
    let mut events = Vec::new();
    for (row, ids) in after.iter().filter(|(row, _)| row.set == OfferSet::Installable) {
        let public = after.get(&Row { set: OfferSet::Public, ..row.clone() });
        let known = before.get(row);
        let mut days: BTreeMap<Date, Vec<UpdateId>> = BTreeMap::new();
        for (id, day) in ids.iter().filter_map(|(id, day)| Some((id, (*day)?))) {
            let is_public = public.is_some_and(|public| public.contains_key(id));
            let known = known.and_then(|known| known.get(id).copied().flatten());
            if !is_public && known != Some(day) {
                days.entry(day).or_default().push(id.clone());
            }
        }
        events.extend(
            days.into_iter()
                .map(|(on, device_ids)| event(at, row, EventChange::Expires { device_ids, on })),
        );
    }
    events
}

fn event(at: Timestamp, row: &Row, change: EventChange) -> CatalogEvent {
    CatalogEvent {
        at,
        set: row.set,
        list: row.list,
        version: row.version,
        build: row.build.clone(),
        prerequisite_build: row.prerequisite_build.clone(),
        change,
    }
}

#[cfg(test)]
mod tests;
