use std::collections::BTreeMap;

use insta::assert_snapshot;
use jiff::civil::Time;

use super::*;
use crate::{
    BsiEnforcement, EnrollmentKind, HaltRule, Installation, ManagedOsSettings, Period, Ring,
    RingHalt, UpdateId, VersionEnforcement,
};

#[test]
fn names_and_tags_are_compared_without_case() {
    let mac = device("Mac14,2 on 15.4");
    assert!(holds(&mac, Field::Name, Operator::Is, "ANNA'S MAC"));
    assert!(holds(&mac, Field::Name, Operator::StartsWith, "anna"));
    assert!(holds(&mac, Field::Name, Operator::Contains, "'s"));
    assert!(!holds(&mac, Field::Name, Operator::Contains, "bob"));
    assert!(holds(&mac, Field::Tag, Operator::Is, "Pilot"));
    assert!(holds(&mac, Field::Tag, Operator::IsNot, "kiosk"));
    assert!(!holds(&mac, Field::Tag, Operator::IsNot, "pilot"));
}

#[test]
fn versions_are_compared_as_versions() {
    let mac = device("Mac14,2 on 14.10");
    assert!(holds(&mac, Field::OsVersion, Operator::AtLeast, "14.9"));
    assert!(holds(&mac, Field::OsVersion, Operator::Below, "15"));
    assert!(holds(&mac, Field::OsVersion, Operator::Is, "14.10.0"));
    assert!(!holds(&mac, Field::OsVersion, Operator::Below, "14.10"));
}

#[test]
fn percentiles_split_a_fleet() {
    let mut mac = device("Mac14,2 on 15.4");
    mac.1.percentile = 9;
    assert!(holds(&mac, Field::Percentile, Operator::Below, "10"));
    mac.1.percentile = 10;
    assert!(!holds(&mac, Field::Percentile, Operator::Below, "10"));
    assert!(holds(&mac, Field::Percentile, Operator::AtLeast, "10"));
}

#[test]
fn what_a_device_has_not_told_is_nothing() {
    let mut mac = device("Mac14,2 on 15.4");
    mac.0.apple_silicon = None;
    mac.0.update_id = None;
    assert!(!holds(&mac, Field::AppleSilicon, Operator::Is, "true"));
    assert!(!holds(&mac, Field::AppleSilicon, Operator::Is, "false"));
    assert!(holds(&mac, Field::AppleSilicon, Operator::IsNot, "true"));
    assert!(!holds(&mac, Field::UpdateId, Operator::StartsWith, ""));
}

#[test]
fn rules_combine() {
    let mac = device("Mac14,2 on 15.4");
    let (yes, no) = (is(Field::Platform, "macos"), is(Field::Platform, "ios"));
    let holds = |rule: Condition| rule.holds(&mac.0, &mac.1);
    assert!(holds(Condition::All(vec![yes.clone(), yes.clone()])));
    assert!(!holds(Condition::All(vec![yes.clone(), no.clone()])));
    assert!(holds(Condition::Any(vec![no.clone(), yes.clone()])));
    assert!(!holds(Condition::Any(vec![no.clone()])));
    assert!(holds(Condition::Not(Box::new(no))));
    assert!(!holds(Condition::Not(Box::new(yes))));
}

#[test]
fn rules_that_mean_nothing_are_refused() {
    let rule = |field, operator, value: &str| {
        let rule = Condition::Test { field, operator, value: value.into() };
        rule.problems().iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    assert_snapshot!(rule(Field::OsVersion, Operator::Below, "fifteen"), @"'fifteen' cannot be compared with the OS version of a device");
    assert_snapshot!(rule(Field::Name, Operator::Below, "m"), @"the name of a device cannot be tested with 'below'");
    assert_snapshot!(rule(Field::Supervised, Operator::Is, "yes"), @"'yes' cannot be compared with the supervision of a device");
    assert_snapshot!(rule(Field::Platform, Operator::Is, "windows"), @"'windows' cannot be compared with the platform of a device");
    assert_eq!(rule(Field::Percentile, Operator::Below, "100"), "");
    assert_eq!(rule(Field::Percentile, Operator::Below, "101").lines().count(), 1);
    let deep = (0..8).fold(is(Field::Tag, "x"), |rule, _| Condition::Not(Box::new(rule)));
    assert_eq!(deep.problems(), [AssignmentProblem::RulesTooDeep { limit: 8 }]);
}

#[test]
fn the_first_branch_that_holds_is_followed_and_every_block_is_evaluated() {
    let map = Assignment::Map(vec![
        block(vec![
            (Some(is(Field::Tag, "pilot")), vec![items(&[1])]),
            (Some(is(Field::Platform, "macos")), vec![items(&[2])]),
            (None, vec![items(&[3])]),
        ]),
        block(vec![(Some(is(Field::Platform, "macos")), vec![items(&[4])])]),
        items(&[5]),
    ]);
    assert_eq!(placed(&map, &device("Mac14,2 on 15.4")), "1@1[0,0,0] 4@1[1,0,0] 5@0[2]");
    let mut untagged = device("Mac14,2 on 15.4");
    untagged.1.tags.clear();
    assert_eq!(placed(&map, &untagged), "2@1[0,1,0] 4@1[1,0,0] 5@0[2]");
    let mut ipad = device("iPad14,1 on 18.4");
    ipad.1.tags.clear();
    assert_eq!(placed(&map, &ipad), "3@1[0,2,0] 5@0[2]");
}

#[test]
fn an_item_placed_twice_counts_where_it_is_most_specific() {
    let inner = block(vec![(None, vec![items(&[1])])]);
    let map = Assignment::Map(vec![items(&[1, 2]), block(vec![(None, vec![inner])])]);
    assert_eq!(placed(&map, &device("Mac14,2 on 15.4")), "1@2[1,0,0,0,0] 2@0[0]");
}

#[test]
fn classic_blueprints_place_everything_on_everybody() {
    let classic = Assignment::Classic(vec![id(2), id(1)]);
    assert_eq!(placed(&classic, &device("Mac14,2 on 15.4")), "2@0[] 1@0[]");
}

#[test]
fn one_path_has_one_item_for_a_platform_and_major() {
    let library = library(&[(1, "macos 26"), (2, "macos 26"), (3, "macos 15"), (4, "ios 26")]);
    let check = |assignment| checked(&assignment, &library);
    assert_eq!(check(Assignment::Classic(vec![id(1), id(3), id(4)])), "");
    assert_snapshot!(check(Assignment::Classic(vec![id(1), id(2)])), @"'1' and '2' are both for macOS 26 and would reach the same device; one path through a map can have only one of them");

    let pilot = || Some(is(Field::Tag, "pilot"));
    let nested = Assignment::Map(vec![block(vec![(pilot(), vec![items(&[2])])]), items(&[1])]);
    assert_eq!(check(nested).lines().count(), 1);

    let branches = block(vec![(pilot(), vec![items(&[1])]), (None, vec![items(&[2])])]);
    assert_eq!(check(Assignment::Map(vec![branches])), "");
    let blocks = Assignment::Map(vec![
        block(vec![(pilot(), vec![items(&[1])])]),
        block(vec![(Some(is(Field::Tag, "lab")), vec![items(&[2])])]),
    ]);
    assert_eq!(check(blocks), "");
}

#[test]
fn maps_that_cannot_work_are_refused() {
    let library = library(&[(1, "macos 26")]);
    let check = |nodes| checked(&Assignment::Map(nodes), &library);
    assert_snapshot!(check(vec![items(&[9])]), @"item 00000000-0000-0000-0000-000000000009 does not exist");
    let early_else = block(vec![(None, vec![]), (Some(is(Field::Tag, "x")), vec![])]);
    assert_snapshot!(check(vec![early_else]), @"the else of a block must be its last branch");
    let deep = (0..9).fold(items(&[1]), |inner, _| block(vec![(None, vec![inner])]));
    assert_snapshot!(check(vec![deep]), @"a map may nest 8 blocks deep");
    let wide = block((0..51).map(|_| (Some(is(Field::Tag, "x")), vec![])).collect());
    assert_snapshot!(check(vec![wide]), @"at most 50 branches of a block fit in one map");
    assert_snapshot!(check(vec![items(&[]); 501]), @"at most 500 nodes fit in one map");
}

#[test]
fn decisions_get_the_items_of_the_platform_and_those_the_rules_leave_out() {
    let entry = |what: &str| LibraryEntry { item: Arc::new(managed_os(what)), is_paused: false };
    let mut late = managed_os("macos 26").settings().clone();
    late.rings =
        vec![Ring { name: "Pilot".into(), offset_days: 3, condition: is(Field::Tag, "pilot") }];
    let late = LibraryEntry { item: Arc::new(ManagedOs::new(late).unwrap()), is_paused: true };
    let library =
        BTreeMap::from([(id(1), late), (id(2), entry("ios 26")), (id(3), entry("macos 15"))]);
    let map = Assignment::Map(vec![
        items(&[1, 2]),
        block(vec![(Some(is(Field::Tag, "kiosk")), vec![items(&[3])])]),
    ]);
    let halt = |ring: &str, offset_days| RingHalt {
        ring: ring.into(),
        offset_days,
        version: "26.1".parse().unwrap(),
        halted_on: jiff::civil::date(2025, 11, 10),
        resumed_on: None,
    };
    let history = |_| ItemHistory {
        reached_at: Timestamp::UNIX_EPOCH,
        requested_at: None,
        requested_local: None,
        exempt_until: None,
        halts: vec![halt("", 0), halt("Pilot", 3), halt("Removed", 2), halt("Gone", 4)],
    };
    let (device, attributes) = device("Mac14,2 on 15.4");
    let found = managed_os_items(&map, &library, (&device, &attributes), &history);
    let shown: Vec<_> = found
        .iter()
        .map(|item| (item.id, item.ring_offset_days, item.is_paused, item.is_excluded))
        .collect();
    assert_eq!(shown, [(id(1), 3, true, false), (id(3), 0, false, true)]);
    let halts: Vec<_> = found[0].halts.iter().map(|halt| halt.ring.as_str()).collect();
    assert_eq!(halts, ["", "Removed"], "trouble in its own ring and in later ones stops nothing");
}

fn id(number: u128) -> ItemId {
    ItemId(uuid::Uuid::from_u128(number))
}

fn items(numbers: &[u128]) -> Node {
    Node::Items(numbers.iter().map(|number| id(*number)).collect())
}

fn block(branches: Vec<(Option<Condition>, Vec<Node>)>) -> Node {
    Node::Block(
        branches.into_iter().map(|(condition, nodes)| Branch { condition, nodes }).collect(),
    )
}

fn is(field: Field, value: &str) -> Condition {
    Condition::Test { field, operator: Operator::Is, value: value.into() }
}

fn holds(
    (device, attributes): &(Device, Attributes),
    field: Field,
    operator: Operator,
    value: &str,
) -> bool {
    Condition::Test { field, operator, value: value.into() }.holds(device, attributes)
}

/// A supervised device of Anna's with the tag `pilot`, such as `Mac14,2 on 15.4`.
fn device(text: &str) -> (Device, Attributes) {
    let (product, version) = text.split_once(" on ").unwrap();
    let platform = if product.starts_with("Mac") {
        Platform::MacOs
    } else {
        Platform::of_update_id(product).unwrap()
    };
    let device = Device {
        platform,
        update_id: UpdateId::new(product),
        os_version: version.parse().unwrap(),
        build: None,
        enrollment: EnrollmentKind::Device,
        supervised: true,
        has_ddm_enforcement: true,
        apple_silicon: Some(true),
        utc_offset: None,
        at_work: None,
        failure_count: 0,
        failure_reason: None,
        declaration_problem: None,
        last_seen: None,
    };
    let attributes = Attributes {
        name: "Anna's Mac".into(),
        serial: "C02".into(),
        product: product.into(),
        tags: vec!["pilot".into(), "Berlin".into()],
        ..Attributes::default()
    };
    (device, attributes)
}

fn managed_os(what: &str) -> ManagedOs {
    let (platform, major) = what.split_once(' ').unwrap();
    let at = Time::constant(9, 30, 0, 0);
    ManagedOs::new(ManagedOsSettings {
        platform: platform.parse().unwrap(),
        major: major.parse().unwrap(),
        label: what.into(),
        installation: Installation::ContinuouslyEnforce,
        enforcement: VersionEnforcement::Rolling { within: Period::Days(14), at },
        bsi: BsiEnforcement::None,
        legacy_time_zone: None,
        rings: Vec::new(),
        freeze_windows: Vec::new(),
        maintenance_windows: Vec::new(),
        minimum_notice_days: 0,
        details_url: None,
        pin_build: false,
        ring_halt: HaltRule::default(),
    })
    .unwrap()
}

fn library(items: &[(u128, &str)]) -> BTreeMap<ItemId, LibraryItem> {
    let item = |(number, what): &(u128, &str)| {
        let mut settings = managed_os(what).settings().clone();
        settings.label = number.to_string();
        (id(*number), LibraryItem::ManagedOs(ManagedOs::new(settings).unwrap()))
    };
    items.iter().map(item).collect()
}

/// `item@depth[path]` of every placement.
fn placed(assignment: &Assignment, (device, attributes): &(Device, Attributes)) -> String {
    let placements = assigned_items(assignment, device, attributes);
    let shown = placements.iter().map(|placement| {
        let path: Vec<_> = placement.path.iter().map(ToString::to_string).collect();
        format!("{}@{}[{}]", placement.item.0.as_u128(), placement.depth, path.join(","))
    });
    shown.collect::<Vec<_>>().join(" ")
}

fn checked(assignment: &Assignment, library: &BTreeMap<ItemId, LibraryItem>) -> String {
    let problems = check_assignment(assignment, library).err().unwrap_or_default();
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
