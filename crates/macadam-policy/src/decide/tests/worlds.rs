//! Invented worlds for the properties: a catalog, reviews, items, a device, and a moment.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan};
use proptest::prelude::*;

use super::text::{catalog_as_of, day, device, items, moment, reviews};
use crate::decide::{AssignedItem, Decision, decide};
use crate::{Catalog, CatalogPolicy, Device, ItemId, Platform};

/// What becomes of an invented release.
#[derive(Clone, Copy, Debug)]
enum Fate {
    Stays,
    /// Leaves the public set when the next one comes, and the other after so many days more.
    Superseded(i64),
    /// Leaves the public set after so many days.
    Leaves(i64),
}

/// What comes beside an invented release, so many hours after it.
#[derive(Clone, Copy, Debug)]
enum Beside {
    Nothing,
    SecondBuild(i64),
    ForkForOthers(i64),
    Improvement(i64),
}

#[derive(Clone, Debug)]
pub(super) struct World {
    /// Lines of the catalog, the last release at the latest on `last`.
    pub(super) releases: Vec<String>,
    last: Date,
    reviews: Vec<String>,
    policy: CatalogPolicy,
    pub(super) device: String,
    pub(super) items: Vec<String>,
    /// From `last` to the moment that is decided for.
    hours: i64,
}

pub(super) const FIRST: &str = "2025-01-10";

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        2 => Just(Fate::Stays),
        4 => (10_i64..100).prop_map(Fate::Superseded),
        1 => (1_i64..20).prop_map(Fate::Leaves),
    ]
}

fn beside() -> impl Strategy<Value = Beside> {
    prop_oneof![
        5 => Just(Beside::Nothing),
        1 => (1_i64..500).prop_map(Beside::SecondBuild),
        1 => (1_i64..500).prop_map(Beside::ForkForOthers),
        2 => (1_i64..500).prop_map(Beside::Improvement),
    ]
}

/// Releases 15.1, 15.2, … each some days after the one before, then those of 26; some are not
/// for the device.
fn releases() -> impl Strategy<Value = (Vec<String>, Date)> {
    let release = (1_i64..40, fate(), prop::bool::weighted(0.85), beside());
    prop::collection::vec(release, 1..9).prop_map(|releases| {
        let first_of_26 = releases.len() / 2 + 1;
        let mut released = day(FIRST);
        let mut lines = Vec::new();
        let gaps: Vec<i64> = releases.iter().map(|(gap, ..)| *gap).collect();
        for (index, (gap, fate, is_for_device, beside)) in releases.into_iter().enumerate() {
            released = released.saturating_add(gap.days());
            let (major, minor) = match index < first_of_26 {
                true => (15, index + 1),
                false => (26, index - first_of_26),
            };
            let next = gaps.get(index + 1).map(|gap| released.saturating_add(gap.days()));
            let spans = spans(released, next, fate);
            let ids = if is_for_device { "J413AP J999AP" } else { "J999AP" };
            lines.push(format!("{major}.{minor} {spans} for {ids}"));
            lines.extend(line_beside(released, (major, minor), ids, beside));
        }
        (lines, released)
    })
}

fn spans(released: Date, next: Option<Date>, fate: Fate) -> String {
    match (fate, next) {
        (Fate::Superseded(days), Some(next)) => {
            let end = next.saturating_add(days.days());
            format!("public {released}..{next} installable {released}..{end}")
        }
        (Fate::Leaves(days), _) => {
            let end = released.saturating_add(days.days());
            format!("public {released}..{end}")
        }
        (Fate::Stays | Fate::Superseded(_), _) => format!("public {released}"),
    }
}

fn line_beside(
    released: Date,
    (major, minor): (usize, usize),
    ids: &str,
    beside: Beside,
) -> Option<String> {
    let after = |hours: i64| moment(&released.to_string()) + SignedDuration::from_hours(hours);
    let version = format!("{major}.{minor}");
    // The build that a version has in these texts where none is written.
    let first = format!("{major}A{major}{minor}");
    match beside {
        Beside::Nothing => None,
        Beside::SecondBuild(hours) => {
            Some(format!("{version} {first}9 public {} for {ids}", after(hours)))
        }
        Beside::ForkForOthers(hours) => {
            Some(format!("{version} {first}8 public {} for J999AP", after(hours)))
        }
        Beside::Improvement(hours) => {
            Some(format!("{version} (a) {first}0a<{first} public {} for {ids}", after(hours)))
        }
    }
}

fn enforcement() -> impl Strategy<Value = String> {
    let within = prop::sample::select(vec!["1d", "5d", "2w", "1m", "3m"]);
    let at = prop::sample::select(vec!["00:00", "02:30", "09:30", "23:59"]);
    let kind = prop::sample::select(vec!["rolling", "rolling", "minimum", "exactly"]);
    (within, at, kind, 1_u8..6, 0_i64..200, prop::bool::ANY).prop_map(
        |(within, at, kind, minor, on, is_26)| {
            let major = if is_26 { 26 } else { 15 };
            if kind == "rolling" {
                return format!("{major} rolling {within} at {at}");
            }
            let on = day(FIRST).saturating_add(on.days());
            format!("{major} {kind} {major}.{minor} on {on} at {at}")
        },
    )
}

fn brakes() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => Just(String::new()),
        1 => (1_u16..20).prop_map(|days| format!("; ring {days}")),
        1 => (1_u16..30).prop_map(|days| format!("; notice {days}")),
        1 => (0_i64..200, 1_i64..40).prop_map(|(from, days)| {
            let from = day(FIRST).saturating_add(from.days());
            let until = from.saturating_add(days.days());
            format!("; freeze {from}T00:00..{until}T12:00")
        }),
        1 => Just("; window tue,thu 22:00..02:00".to_owned()),
        1 => (0_i64..200).prop_map(|days| {
            format!("; exempt {}", day(FIRST).saturating_add(days.days()))
        }),
    ]
}

/// What is no brake: improvements, and Self Service.
fn extras() -> impl Strategy<Value = String> {
    let asked = (0_i64..200, 0_i64..1440).prop_map(|(days, minutes)| {
        let day = day(FIRST).saturating_add(days.days()).to_string();
        let at = moment(&day) + SignedDuration::from_mins(minutes);
        format!("; selfservice; asked {at}")
    });
    prop_oneof![
        3 => Just(String::new()),
        3 => prop::sample::select(vec!["; bsi 1d at 12:00", "; bsi 3d at 09:30", "; bsi 2w at 12:00"])
            .prop_map(str::to_owned),
        1 => asked,
    ]
}

/// One item, or one for each major.
fn assigned() -> impl Strategy<Value = Vec<String>> {
    let item = (enforcement(), brakes(), extras())
        .prop_map(|(enforcement, brakes, extras)| format!("{enforcement}{brakes}{extras}"));
    prop::collection::vec(item, 1..3).prop_map(|mut items| {
        items.dedup_by_key(|item| item.get(..2).map(ToOwned::to_owned));
        items
    })
}

/// Holds, lifted holds and approvals by hand, and what needs none.
fn reviewed() -> impl Strategy<Value = (Vec<String>, CatalogPolicy)> {
    let version = prop::sample::select(vec!["15.2", "15.3", "15.4", "26.0", "26.1", "26.2"]);
    let word = prop::sample::select(vec!["held", "resumed", "approved", "approved"]);
    let review = (version, word, 0_i64..250).prop_map(|(version, word, days)| {
        format!("{version} {word} {}", day(FIRST).saturating_add(days.days()))
    });
    let reviews = prop_oneof![
        2 => Just(Vec::new()),
        1 => prop::collection::vec(review, 1..4),
    ];
    let policy = prop_oneof![
        4 => Just(CatalogPolicy::AtOnce),
        1 => (1_u16..20).prop_map(CatalogPolicy::AfterDays),
        1 => Just(CatalogPolicy::ByHand),
    ];
    (reviews, policy)
}

pub(super) fn worlds() -> impl Strategy<Value = World> {
    let version =
        prop::sample::select(vec!["14.7", "15.0", "15.1", "15.2", "15.3", "15.4", "26.0", "26.1"]);
    let offset = prop::sample::select(vec!["14", "-11", "0", "5", "unknown"]);
    let state =
        prop::sample::select(vec!["", ", downloading 15.2", ", installing 15.3", ", failed 1"]);
    let facts = (version, offset, state);
    (releases(), facts, assigned(), reviewed(), -40 * 24_i64..150 * 24).prop_map(
        |((releases, last), (version, offset, state), items, (reviews, policy), hours)| World {
            releases,
            last,
            reviews,
            policy,
            device: format!("J413AP on {version}, offset {offset}{state}"),
            items,
            hours,
        },
    )
}

/// Those with one item without Self Service, which every release is for.
pub(super) fn plain_worlds() -> impl Strategy<Value = World> {
    worlds().prop_map(|mut world| {
        world.items.truncate(1);
        for item in &mut world.items {
            let parts = item.split("; ").filter(|part| {
                !["selfservice", "asked", "bsi"].iter().any(|word| part.starts_with(word))
            });
            *item = parts.collect::<Vec<_>>().join("; ");
        }
        world.reviews.clear();
        world.policy = CatalogPolicy::AtOnce;
        world
    })
}

impl World {
    /// The catalog as it was known at a moment.
    pub(super) fn catalog_as_of(&self, now: Timestamp) -> Catalog {
        self.reviewed(catalog_as_of(&self.releases, now), now)
    }

    /// Everything that is ever to be known.
    pub(super) fn whole_catalog(&self, now: Timestamp) -> Catalog {
        self.reviewed(catalog_as_of(&self.releases, Timestamp::MAX), now)
    }

    /// With what people had said by then.
    fn reviewed(&self, mut catalog: Catalog, now: Timestamp) -> Catalog {
        let said = self.reviews.iter().map(String::as_str);
        let said: Vec<&str> =
            said.filter(|text| moment(text.rsplit(' ').next().unwrap()) <= now).collect();
        catalog.set_policy(self.policy);
        catalog.set_reviews(reviews(&said, Platform::MacOs));
        catalog
    }

    pub(super) fn with_items(&self, items: Vec<String>) -> Self {
        Self { items, ..self.clone() }
    }

    /// Whether exemptions end, or releases are approved, by time passing.
    pub(super) fn changes_by_itself(&self) -> bool {
        let is_exempt = self.items.iter().any(|item| item.contains("exempt"));
        is_exempt || self.policy != CatalogPolicy::AtOnce
    }

    pub(super) fn now(&self) -> Timestamp {
        moment(&self.last.to_string()) + SignedDuration::from_hours(self.hours)
    }

    pub(super) fn device(&self) -> Device {
        device(&self.device)
    }

    pub(super) fn assigned(&self) -> Vec<AssignedItem> {
        let texts: Vec<&str> = self.items.iter().map(String::as_str).collect();
        let mut items = items(&texts, &self.device());
        for item in &mut items {
            item.requested_at = item.requested_at.filter(|at| *at <= self.now());
        }
        items
    }

    /// What these properties call `decide` through.
    pub(super) fn decide(&self, now: Timestamp, catalog: &Catalog) -> Decision {
        decide(now, catalog, &self.assigned(), &self.device())
    }
}

/// The item that is followed.
pub(super) fn followed(decision: &Decision) -> Option<ItemId> {
    decision.outcome.target().map(|target| target.item)
}
