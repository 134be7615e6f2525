//! What people and scripts do with `macadam`, against a server and its simulated fleet.

use std::fmt::Write;

use insta::assert_snapshot;
use jiff::{SignedDuration, Timestamp};
use macadam_api::Page;
use macadam_api::decisions::Status;
use macadam_api::devices::Device;
use macadam_sim::driver::Weather;
use macadam_sim::fleet::{Character, Plan};

use super::rig::{Log, Rig};
use super::terminal::Ran;

const START: &str = "2026-02-10T09:00:00Z";
const POLICY: &str = "
library_items:
- type: managed_os
  label: Tahoe
  platform: macos
  major: 26
  installation: continuously_enforce
  enforcement: {mode: rolling, within: 2w, at: \"12:30\"}
blueprints:
- name: Everybody
  assignment: {classic: [Tahoe]}
";

async fn rig(seed: u64) -> Rig {
    let rig = Rig::new(seed, START.parse().unwrap(), None).await;
    rig.terminal().file("policy.yaml", POLICY);
    rig
}

#[tokio::test]
async fn plan_says_what_apply_then_does_and_nothing_the_second_time() {
    let rig = rig(12).await;
    let terminal = rig.terminal();
    assert_snapshot!("planned", terminal.done("plan --file DIR/policy.yaml").await);
    let refused = terminal.run("apply --file DIR/policy.yaml").await;
    assert_ne!(refused.code, 0, "nobody confirmed");
    assert_snapshot!("nobody_to_confirm", refused.err);
    let applied = terminal.done("apply --file DIR/policy.yaml --yes").await;
    assert_eq!(applied.lines().last(), Some("applied 2 differences; 0 devices changed"));
    assert_snapshot!("planned_again", terminal.done("plan --file DIR/policy.yaml").await);
    let exported = terminal.done("export").await;
    assert!(exported.contains("label: Tahoe"), "{exported}");
    assert_snapshot!("audit_verified", terminal.done("audit verify").await);
}

#[tokio::test]
async fn what_is_refused_is_explained_and_has_an_exit_code() {
    let rig = rig(13).await;
    let terminal = rig.terminal();
    let rolling = "{mode: rolling, within: 2w, at: \"12:30\"}";
    terminal.file("impossible.yaml", &POLICY.replace(rolling, "{mode: do_not_manage}"));
    terminal.file("broken.yaml", "library_items: 3\n");
    let mut text = String::new();
    for words in [
        "apply --file DIR/impossible.yaml --yes",
        "plan --file DIR/broken.yaml",
        "plan --file DIR/nowhere.yaml",
        "devices show NOBODY",
        "devices list --os twenty",
        "items show Tahoe",
    ] {
        let Ran { code, out, err } = terminal.run(words).await;
        assert_ne!(code, 0, "{words}");
        writeln!(text, "$ macadam {words}\n{out}{err}exit code {code}\n").unwrap();
    }
    assert_snapshot!("refused", text);
}

#[tokio::test]
async fn many_devices_are_acted_on_while_nobody_waits() {
    let mut rig = rig(14).await;
    rig.terminal().done("apply --file DIR/policy.yaml --yes").await;
    let start: Timestamp = START.parse().unwrap();
    let plan = Plan { seed: 14, size: 3, start, character: Character::Obedient, polls_every: None };
    let _driver = rig.enroll(plan, Weather::default(), Log::default()).await;
    let terminal = rig.terminal();
    let refused = terminal.run("devices act --sync --yes").await;
    assert_ne!(refused.code, 0, "neither a filter nor --all: {refused:?}");
    let begun = terminal.done("devices act --all --add-tag loan --yes --detach").await;
    let show = format!("bulk-actions show {}", begun.trim());
    assert_eq!(terminal.done(&show).await.trim(), "running: 0 devices done of 3");
    rig.work().await;
    let terminal = rig.terminal();
    assert_eq!(terminal.done(&format!("{show} --wait")).await.trim(), "3 devices done");
    let again = terminal.run(&format!("bulk-actions stop {}", begun.trim())).await;
    assert!(again.err.contains("it has ended already"), "{again:?}");
    let listed = terminal.done("bulk-actions list").await;
    assert!(listed.contains("add tags loan") && listed.contains("finished"), "{listed}");
    terminal.done("devices act --all --move-to Everybody --yes --detach").await;
    assert!(terminal.done("bulk-actions list").await.contains("move to Everybody"));
    let tagged = terminal.done("devices list --tag loan --json").await;
    assert_eq!(serde_json::from_str::<Page<Device>>(tagged.trim()).unwrap().items.len(), 3);
}

#[tokio::test]
async fn numbers_of_watch_and_count_are_those_of_the_device_list() {
    let mut rig = rig(11).await;
    rig.terminal().done("apply --file DIR/policy.yaml --yes").await;
    let start: Timestamp = START.parse().unwrap();
    let plan =
        Plan { seed: 11, size: 12, start, character: Character::Obedient, polls_every: None };
    let mut driver = rig.enroll(plan, Weather::default(), Log::default()).await;
    let end = start + SignedDuration::from_hours(24 * 6);
    driver.run_until(end, SignedDuration::from_hours(1), &mut rig).await.unwrap();

    let terminal = rig.terminal();
    let listed = terminal.done("devices list --json").await;
    let page = |line| serde_json::from_str::<Page<Device>>(line).unwrap().items;
    let devices: Vec<Device> = listed.lines().flat_map(page).collect();
    assert_eq!(devices.len(), 12);
    let count = |statuses: &[Status]| {
        let has =
            |device: &&Device| device.decision.status.is_some_and(|it| statuses.contains(&it));
        devices.iter().filter(has).count()
    };
    let moving = [Status::Pending, Status::Downloading, Status::Cached, Status::Installing];
    let (passed, moving) = (count(&[Status::Pass]), count(&moving));
    assert!(passed > 0 && moving > 0, "it is in the middle: {passed} passed, {moving} moving");
    let overdue = devices.iter().filter(|device| device.decision.is_overdue).count();
    let watched = terminal.done(&format!("watch --plain --until {START}")).await;
    let sentence = format!(
        "{passed} of 12 devices are where they should be, {moving} on the way, {overdue} overdue, \
         {} with an error",
        count(&[Status::Error])
    );
    assert!(watched.contains(&sentence), "'{sentence}' is not in:\n{watched}");
    let counted = terminal.done("devices count").await;
    for (name, number) in [("pass", passed), ("all", 12), ("overdue", overdue)] {
        let has = |row: &str| row.split_whitespace().eq([name, &number.to_string()]);
        assert!(counted.lines().any(has), "{name} is not {number} in:\n{counted}");
    }
    assert_snapshot!("devices", terminal.done("devices list --sort deadline").await);
}
