use macadam_protocol::feed::Span;
use plist::Dictionary;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::testing::{ENFORCEMENT, Server, at, enforce, enforce_build, improvement, mac, public};

/// A device, the server it talks to, and Apple.
struct Scene {
    device: Device,
    server: Server,
    offers: Offers,
    events: Vec<Event>,
}

impl Scene {
    /// Enrolls a device that is always on and whose person ignores notices.
    fn new(birth: Birth, server: Server, spans: impl IntoIterator<Item = Span>) -> Self {
        let mut device = Device::new(birth);
        device.enroll("com.apple.mgmt.External.test");
        let offers = Offers::of_spans(spans);
        let mut scene = Self { device, server, offers, events: Vec::new() };
        scene.talk();
        scene.push();
        scene
    }

    fn talk(&mut self) {
        while let Some(request) = self.device.next_request() {
            let answer = self.server.answer(&request);
            self.device.receive(answer, &self.offers);
        }
        self.events.extend(self.device.take_events());
    }

    fn push(&mut self) {
        let magic = self.device.session.push_magic.clone();
        self.device.push(&magic);
        self.talk();
    }

    fn run_until(&mut self, until: &str) {
        let until = at(until);
        while let Some(next) = self.device.next_wake().filter(|next| *next <= until) {
            self.device.advance(next, &self.offers);
            self.talk();
        }
        self.device.advance(until, &self.offers);
    }

    fn switch(&mut self, power: Power, moment: &str) {
        self.run_until(moment);
        self.device.switch(power, at(moment), &self.offers);
        self.talk();
    }

    /// When something happened, as text.
    fn times(&self, is_it: impl Fn(&What) -> bool) -> Vec<String> {
        let found = self.events.iter().filter(|event| is_it(&event.what));
        found.map(|event| event.at.to_string()).collect()
    }

    fn installing(&self) -> Vec<String> {
        self.times(|what| matches!(what, What::Installing { .. }))
    }

    fn version(&self) -> String {
        self.device.installed.full_version()
    }
}

fn iphone(version: &str, build: &str) -> Birth {
    let mut birth = mac();
    birth.hardware.family = Family::Iphone;
    birth.hardware.product = "iPhone14,5".into();
    birth.hardware.update_id = "iPhone14,5".into();
    birth.installed.version = version.parse().unwrap();
    birth.installed.build = build.into();
    birth
}

fn in_zone(time_zone: &str, mut birth: Birth) -> Birth {
    birth.hardware.time_zone = time_zone.to_owned();
    birth
}

const TO_26_1: &str = "26.1 25B78 2026-02-01 for J413AP iPhone14,5";

#[test]
fn notices_follow_the_published_schedule_and_the_deadline_installs() {
    let server = Server::declaring([enforce("os", "26.1", "2026-03-05T09:00:00")]);
    let mut scene = Scene::new(mac(), server, [public(TO_26_1)]);
    scene.run_until("2026-03-05T12:00:00Z");
    let notices: Vec<_> = scene
        .events
        .iter()
        .filter_map(|event| {
            let What::Notice { minutes_left } = event.what else { return None };
            Some((event.at, minutes_left))
        })
        .collect();
    let due = at("2026-03-05T09:00:00Z");
    let mut expected: Vec<i64> = vec![4 * 1440, 3 * 1440, 2 * 1440];
    expected.extend((1..=24).rev().map(|hours| hours * 60));
    expected.extend([30, 20, 10]);
    assert_eq!(notices.iter().map(|(_, left)| *left).collect::<Vec<_>>(), expected);
    assert!(notices.iter().all(|(at, left)| *at == due - SignedDuration::from_mins(*left)));
    assert_eq!(scene.installing(), ["2026-03-05T09:00:00Z"]);
    assert_eq!(scene.version(), "26.1");
}

#[test]
fn device_reports_every_phase_and_ends_with_nothing_pending() {
    let server = Server::declaring([enforce("os", "26.1", "2026-03-05T09:00:00")]);
    let mut scene = Scene::new(mac(), server, [public(TO_26_1)]);
    scene.run_until("2026-03-06T12:00:00Z");
    let states: Vec<_> = scene
        .server
        .reports
        .iter()
        .filter_map(|r| r.pointer("/StatusItems/softwareupdate/install-state")?.as_str())
        .collect();
    let mut phases = states.clone();
    phases.dedup();
    assert_eq!(phases, ["downloading", "prepared", "installing", "none"], "{states:?}");
    assert_eq!(scene.server.reported("device.operating-system.version"), "26.1");
    assert_eq!(scene.server.reported("softwareupdate.failure-reason"), json!({ "count": 0 }));
    assert_eq!(
        scene.server.reported("softwareupdate.pending-version"),
        json!({ "os-version": "", "build-version": "" })
    );
    assert_eq!(scene.server.reported("softwareupdate.install-reason"), json!({ "reason": [] }));
}

#[test]
fn first_report_is_full_and_names_what_the_device_does_not_know() {
    let scene = Scene::new(mac(), Server::declaring([]), []);
    let report = &scene.server.reports[0];
    assert_eq!(report["FullReport"], true);
    assert_eq!(report["Errors"][0]["StatusItem"], "nobody.knows-this");
    assert_eq!(scene.server.reported("softwareupdate.device-id"), "J413AP");
    let types = report.pointer("/StatusItems/management/client-capabilities/supported-payloads");
    assert!(types.unwrap().to_string().contains(ENFORCEMENT));
}

#[test]
fn full_report_comes_once_a_day() {
    let mut scene = Scene::new(mac(), Server::declaring([]), []);
    scene.run_until("2026-03-08T09:00:00Z");
    let full = scene.server.reports.iter().filter(|report| report["FullReport"] == true).count();
    assert_eq!(full, 8);
}

#[test]
fn device_off_at_the_deadline_installs_60_minutes_after_power_on() {
    let server = Server::declaring([enforce("os", "26.1", "2026-03-05T09:00:00")]);
    let mut scene = Scene::new(mac(), server, [public(TO_26_1)]);
    scene.switch(Power::Off, "2026-03-05T08:00:00Z");
    scene.switch(Power::On, "2026-03-07T10:17:00Z");
    scene.run_until("2026-03-07T14:00:00Z");
    assert_eq!(scene.installing(), ["2026-03-07T11:17:00Z"]);
}

#[test]
fn device_switched_off_again_still_gets_60_minutes_after_each_power_on() {
    let server = Server::declaring([enforce("os", "26.1", "2026-03-05T09:00:00")]);
    let mut scene = Scene::new(mac(), server, [public(TO_26_1)]);
    scene.switch(Power::Off, "2026-03-05T08:00:00Z");
    scene.switch(Power::On, "2026-03-07T10:17:00Z");
    scene.switch(Power::Off, "2026-03-07T11:00:00Z");
    scene.switch(Power::On, "2026-03-08T07:00:00Z");
    scene.run_until("2026-03-08T14:00:00Z");
    assert_eq!(scene.installing(), ["2026-03-08T08:00:00Z"]);
}

#[test]
fn deadline_past_on_arrival_is_padded_by_an_hour_on_a_mac() {
    let server = Server::declaring([enforce("os", "26.1", "2026-02-20T09:00:00")]);
    let mut scene = Scene::new(mac(), server, [public(TO_26_1)]);
    scene.run_until("2026-03-01T12:00:00Z");
    assert_eq!(scene.installing(), ["2026-03-01T09:00:00Z"]);
}

#[test]
fn deadline_is_local_also_in_a_gap_and_a_fold() {
    for (zone, local, expected) in [
        ("America/New_York", "2026-03-05T09:00:00", "2026-03-05T14:00:00Z"),
        ("Pacific/Kiritimati", "2026-03-05T09:00:00", "2026-03-04T19:00:00Z"),
        ("Pacific/Pago_Pago", "2026-03-05T09:00:00", "2026-03-05T20:00:00Z"),
        // There is no half past two on this night; there are two of them on that one.
        ("America/New_York", "2026-03-08T02:30:00", "2026-03-08T07:30:00Z"),
        ("America/New_York", "2026-11-01T01:30:00", "2026-11-01T05:30:00Z"),
    ] {
        let server = Server::declaring([enforce("os", "26.1", local)]);
        let born = at(expected) - SignedDuration::from_hours(24);
        let birth = Birth { at: born, ..in_zone(zone, mac()) };
        let mut scene = Scene::new(birth, server, [public(TO_26_1)]);
        scene.run_until(expected);
        assert_eq!(scene.installing(), [expected], "{local} in {zone}");
    }
}

#[test]
fn version_that_apple_does_not_list_for_the_model_is_waited_for() {
    let server = Server::declaring([enforce("os", "26.1", "2026-03-02T09:00:00")]);
    let mut scene = Scene::new(mac(), server, [public("26.1 25B78 2026-02-01 for J313AP")]);
    scene.run_until("2026-06-01T00:00:00Z");
    assert_eq!(scene.version(), "26.0");
    assert_eq!(scene.server.reported("softwareupdate.install-state"), "waiting");
    assert_eq!(scene.server.configuration("os")["active"], true);
}

#[test]
fn version_that_appears_later_is_installed_then() {
    let server = Server::declaring([enforce("os", "26.2", "2026-03-02T09:00:00")]);
    let mut scene = Scene::new(mac(), server, [public("26.2 25C56 2026-03-10 for J413AP")]);
    scene.run_until("2026-03-10T16:00:00Z");
    assert_eq!(scene.version(), "26.0");
    scene.run_until("2026-03-11T16:00:00Z");
    assert_eq!(scene.version(), "26.2");
}

#[test]
fn version_that_is_declared_just_before_it_appears_is_found_within_hours() {
    // Devices look once a day, each at its own hour.
    for seed in 1..=8 {
        let birth = Birth { seed, ..mac() };
        let span = public("26.2 25C56 2026-03-09 for J413AP");
        let mut scene = Scene::new(birth, Server::declaring([]), [span]);
        scene.run_until("2026-03-09T16:30:00Z");
        scene.server.declare([enforce("os", "26.2", "2026-03-08T09:00:00")]);
        scene.push();
        // Six hours after it appeared.
        scene.run_until("2026-03-09T23:00:00Z");
        let fetched = scene.times(|what| matches!(what, What::Downloading { .. }));
        assert!(!fetched.is_empty(), "seed {seed}");
    }
}

#[test]
fn target_that_is_not_newer_is_an_error_of_its_declaration() {
    let declared = [
        enforce("same", "26.0", "2026-03-02T09:00:00"),
        enforce("old", "15.7", "2026-03-02T09:00:00"),
    ];
    let scene = Scene::new(mac(), Server::declaring(declared), [public(TO_26_1)]);
    for identifier in ["same", "old"] {
        let state = scene.server.configuration(identifier);
        assert_eq!((&state["active"], &state["valid"]), (&json!(false), &json!("invalid")));
        assert_eq!(state["reasons"][0]["code"], "Error.ConfigurationCannotBeApplied");
    }
    assert_eq!(scene.device.install_state(), "none");
}

#[test]
fn deadline_with_a_zone_or_a_fraction_is_invalid() {
    for local in ["2026-03-05T09:00:00Z", "2026-03-05T09:00:00.0", "2026-03-05 09:00:00", "soon"] {
        let server = Server::declaring([enforce("os", "26.1", local)]);
        let scene = Scene::new(mac(), server, [public(TO_26_1)]);
        assert_eq!(scene.server.configuration("os")["valid"], "invalid", "{local}");
    }
}

#[test]
fn earliest_deadline_comes_first_and_the_others_queue() {
    let declared = [
        enforce("later", "26.2", "2026-03-09T09:00:00"),
        enforce("earlier", "26.1", "2026-03-05T09:00:00"),
    ];
    let spans = [public(TO_26_1), public("26.2 25C56 2026-02-10 for J413AP")];
    let mut scene = Scene::new(mac(), Server::declaring(declared), spans);
    scene.run_until("2026-03-06T00:00:00Z");
    assert_eq!(scene.version(), "26.1");
    scene.run_until("2026-03-10T00:00:00Z");
    assert_eq!(scene.version(), "26.2");
    assert_eq!(scene.installing(), ["2026-03-05T09:00:00Z", "2026-03-09T09:00:00Z"]);
}

#[test]
fn lower_version_with_a_later_deadline_is_skipped() {
    let declared = [
        enforce("later", "26.1", "2026-03-09T09:00:00"),
        enforce("earlier", "26.2", "2026-03-05T09:00:00"),
    ];
    let spans = [public(TO_26_1), public("26.2 25C56 2026-02-10 for J413AP")];
    let mut scene = Scene::new(mac(), Server::declaring(declared), spans);
    scene.run_until("2026-03-20T00:00:00Z");
    assert_eq!(scene.installing(), ["2026-03-05T09:00:00Z"]);
    assert_eq!(scene.server.configuration("later")["valid"], "valid");
}

#[test]
fn withdrawn_declaration_is_not_obeyed_any_more() {
    let server = Server::declaring([enforce("os", "26.1", "2026-03-05T09:00:00")]);
    let mut scene = Scene::new(mac(), server, [public(TO_26_1)]);
    scene.run_until("2026-03-04T00:00:00Z");
    assert_eq!(scene.device.install_state(), "prepared");
    scene.server.declare([]);
    scene.push();
    assert_eq!(scene.server.reported("softwareupdate.install-state"), "none");
    scene.run_until("2026-03-20T00:00:00Z");
    assert_eq!(scene.version(), "26.0");
}

#[test]
fn moved_deadline_keeps_the_download_and_only_changed_declarations_are_fetched() {
    let server = Server::declaring([enforce("os", "26.1", "2026-03-05T09:00:00")]);
    let mut scene = Scene::new(mac(), server, [public(TO_26_1)]);
    scene.run_until("2026-03-04T00:00:00Z");
    let fetched = scene.server.fetched;
    scene.server.declare([enforce("os", "26.1", "2026-03-07T09:00:00")]);
    scene.push();
    assert_eq!(scene.server.fetched, fetched + 1);
    scene.run_until("2026-03-08T00:00:00Z");
    assert_eq!(scene.installing(), ["2026-03-07T09:00:00Z"]);
    assert_eq!(scene.times(|what| matches!(what, What::Downloading { .. })).len(), 1);
}

#[test]
fn mac_without_an_escrowed_token_stalls() {
    let server = Server {
        loses_bootstrap_token: true,
        ..Server::declaring([enforce("os", "26.1", "2026-03-02T09:00:00")])
    };
    let mut scene = Scene::new(mac(), server, [public(TO_26_1)]);
    scene.run_until("2026-03-10T00:00:00Z");
    assert_eq!(scene.version(), "26.0");
    assert!(scene.times(|what| matches!(what, What::Stalled { .. })).len() > 10);
    scene.server.loses_bootstrap_token = false;
    scene.run_until("2026-03-11T00:00:00Z");
    assert_eq!(scene.version(), "26.1");
}

#[test]
fn full_disk_fails_with_a_reason_until_there_is_room() {
    let server = Server::declaring([enforce("os", "26.1", "2026-03-02T09:00:00")]);
    let birth = Birth { free_gb: 2, ..mac() };
    let mut scene = Scene::new(birth, server, [public(TO_26_1)]);
    scene.run_until("2026-03-01T10:00:00Z");
    assert_eq!(scene.server.reported("softwareupdate.failure-reason")["count"], 1);
    assert_eq!(scene.server.reported("softwareupdate.install-state"), "failed");
    scene.run_until("2026-03-12T10:00:00Z");
    assert_eq!(scene.version(), "26.1");
    assert_eq!(scene.server.reported("softwareupdate.failure-reason"), json!({ "count": 0 }));
}

#[test]
fn supplement_is_installed_after_its_base() {
    let spans = [public(TO_26_1), improvement("26.1 25B770a 2026-02-10 for J413AP", "a", "25B78")];
    let declared = enforce_build("os", "26.1", "25B770a", "2026-03-02T09:00:00");
    let mut scene = Scene::new(mac(), Server::declaring([declared]), spans.clone());
    scene.run_until("2026-03-03T00:00:00Z");
    assert_eq!(scene.version(), "26.1 (a)");
    assert_eq!(scene.installing().len(), 2);

    let declared = enforce("os", "26.1", "2026-03-02T09:00:00");
    let mut scene = Scene::new(mac(), Server::declaring([declared]), spans);
    scene.run_until("2026-03-03T00:00:00Z");
    assert_eq!((scene.version().as_str(), scene.installing().len()), ("26.1 (a)", 1));
}

#[test]
fn unknown_build_is_waited_for() {
    let declared = enforce_build("os", "26.1", "25B9999", "2026-03-02T09:00:00");
    let mut scene = Scene::new(mac(), Server::declaring([declared]), [public(TO_26_1)]);
    scene.run_until("2026-04-01T00:00:00Z");
    assert_eq!((scene.version().as_str(), scene.device.install_state()), ("26.0", "waiting"));
}

#[test]
fn low_build_of_twins_is_installed() {
    let spans = [
        public("26.1 23B85 2026-02-01 for iPhone14,5"),
        public("26.1 23B6085 2026-02-01 for iPhone14,5"),
    ];
    let server = Server::declaring([enforce("os", "26.1", "2026-03-02T09:00:00")]);
    let mut scene = Scene::new(iphone("26.0", "23A341"), server, spans);
    scene.run_until("2026-03-03T00:00:00Z");
    assert_eq!(scene.device.installed.build, "23B85");
}

#[test]
fn temperament_decides_who_waits_for_the_deadline() {
    let before_the_deadline = |temperament| {
        let is_early = |seed: &u64| {
            let birth = Birth { seed: *seed, temperament, ..mac() };
            let server = Server::declaring([enforce("os", "26.1", "2026-03-09T09:00:00")]);
            let mut scene = Scene::new(birth, server, [public(TO_26_1)]);
            scene.run_until("2026-03-09T08:59:00Z");
            scene.version() == "26.1"
        };
        (0..12).filter(is_early).count()
    };
    assert_eq!(before_the_deadline(Temperament::Ignoring), 0);
    assert!((1..12).contains(&before_the_deadline(Temperament::Busy)));
    assert!(before_the_deadline(Temperament::Eager) > 9);
}

#[test]
fn deferral_hides_a_release_from_its_person() {
    let installed_by = |days: i64| {
        let settings = json!({
            "Type": software_update::SETTINGS,
            "Identifier": "settings",
            "ServerToken": "1",
            "Payload": { "Deferrals": { "MinorPeriodInDays": days } },
        });
        let birth = Birth { temperament: Temperament::Eager, ..mac() };
        let mut scene = Scene::new(birth, Server::declaring([settings]), [public(TO_26_1)]);
        scene.run_until("2026-04-29T00:00:00Z");
        scene.version()
    };
    assert_eq!(installed_by(1), "26.1");
    assert_eq!(installed_by(90), "26.0");
}

#[test]
fn lost_answer_is_followed_by_the_same_bytes() {
    let mut scene = Scene::new(mac(), Server::default(), []);
    let queries =
        Dictionary::from_iter([("Queries", plist::Value::Array(vec!["OSVersion".into()]))]);
    scene.server.command("DeviceInformation", queries);
    let magic = scene.device.session.push_magic.clone();
    scene.device.push(&magic);
    let idle = scene.device.next_request().unwrap();
    let command = scene.server.answer(&idle);
    scene.device.receive(command, &scene.offers);
    let report = scene.device.next_request().unwrap();
    scene.device.receive(Answer::Lost, &scene.offers);
    assert_eq!(scene.device.next_request(), None, "it waits before it tries again");
    scene.device.advance(at("2026-03-01T08:30:00Z"), &scene.offers);
    assert_eq!(scene.device.next_request(), Some(report));
    scene.talk();
    assert_eq!(
        scene.server.results[0]["QueryResponses"].as_dictionary().unwrap()["OSVersion"],
        "26.0".into()
    );
}

#[test]
fn sleeping_mac_puts_commands_off_and_asks_again_when_it_wakes() {
    let mut scene = Scene::new(mac(), Server::default(), []);
    scene.server.command("SecurityInfo", Dictionary::new());
    scene.switch(Power::Asleep, "2026-03-01T20:00:00Z");
    scene.push();
    assert_eq!(scene.server.results[0]["Status"], "NotNow".into());
    scene.switch(Power::On, "2026-03-02T08:00:00Z");
    assert_eq!(scene.server.results[1]["Status"], "Acknowledged".into());
}

#[test]
fn push_to_a_device_that_is_off_arrives_when_it_is_on() {
    let mut scene = Scene::new(mac(), Server::default(), []);
    scene.switch(Power::Off, "2026-03-01T20:00:00Z");
    scene.server.command("SecurityInfo", Dictionary::new());
    scene.push();
    assert!(scene.server.results.is_empty());
    scene.switch(Power::On, "2026-03-02T08:00:00Z");
    assert_eq!(scene.server.results.len(), 1);
}

#[test]
fn push_with_a_foreign_magic_wakes_nobody() {
    let mut scene = Scene::new(mac(), Server::default(), []);
    scene.device.push("another enrollment");
    assert_eq!(scene.device.next_request(), None);
}

#[test]
fn refusals_that_mean_it_unenroll_and_no_other() {
    let refused = |status: u16, body: &str| {
        let mut scene = Scene::new(mac(), Server::default(), []);
        scene.device.poll();
        scene.device.next_request().unwrap();
        let body = body.as_bytes().to_vec();
        scene.device.receive(Answer::Replied { status, body }, &scene.offers);
        scene.device.is_enrolled()
    };
    assert!(!refused(401, ""));
    assert!(!refused(403, r#"{"code":"com.apple.unrecognized.device"}"#));
    for (status, body) in [(403, "{}"), (403, ""), (404, ""), (410, ""), (500, ""), (503, "")] {
        assert!(refused(status, body), "{status} {body}");
    }
}

#[test]
fn vanished_declaration_is_left_out() {
    let mut scene = Scene::new(mac(), Server::default(), []);
    scene.server.declare([enforce("os", "26.1", "2026-03-02T09:00:00")]);
    let magic = scene.device.session.push_magic.clone();
    scene.device.push(&magic);
    while let Some(request) = scene.device.next_request() {
        let answer = scene.server.answer(&request);
        scene.device.receive(answer, &scene.offers);
        if request.body.windows(17).any(|part| part == b"declaration-items") {
            scene.server.declarations.retain(|declaration| declaration["Identifier"] != "os");
        }
    }
    let identifiers: Vec<_> = scene.device.declarations.held().map(|(id, _)| id).collect();
    assert_eq!(identifiers, ["activation", "subscriptions"]);
}

#[test]
fn predicate_keeps_a_configuration_inactive() {
    let mut server = Server::declaring([enforce("os", "26.1", "2026-03-02T09:00:00")]);
    let activation = server.declarations.last_mut().unwrap();
    activation["Payload"]["Predicate"] = json!("@status(device.model.family) == 'iPad'");
    let scene = Scene::new(mac(), server, [public(TO_26_1)]);
    assert_eq!(
        scene.server.configuration("os")["reasons"][0]["code"],
        "Info.NotReferencedByActivation"
    );
    assert_eq!(scene.device.install_state(), "none");
}

#[test]
fn old_iphone_is_updated_with_commands_in_two_passes() {
    let spans = [public("16.7.8 20H343 2026-02-01 for iPhone14,5")];
    let mut scene = Scene::new(iphone("16.5", "20F66"), Server::default(), spans);
    let install = || {
        let update =
            Dictionary::from_iter([("ProductVersion", "16.7.8"), ("InstallAction", "InstallASAP")]);
        Dictionary::from_iter([("Updates", plist::Value::Array(vec![update.into()]))])
    };
    scene.server.command("AvailableOSUpdates", Dictionary::new());
    scene.server.command("ScheduleOSUpdate", install());
    scene.push();
    let listed = scene.server.results[0]["AvailableOSUpdates"].as_array().unwrap();
    assert_eq!(listed[0].as_dictionary().unwrap()["Build"], "20H343".into());
    scene.run_until("2026-03-01T12:00:00Z");
    assert_eq!(scene.version(), "16.5");
    scene.server.command("OSUpdateStatus", Dictionary::new());
    scene.server.command("ScheduleOSUpdate", install());
    scene.push();
    let status = scene.server.results[2]["OSUpdateStatus"].as_array().unwrap();
    assert_eq!(status[0].as_dictionary().unwrap()["IsDownloaded"], true.into());
    scene.run_until("2026-03-01T16:00:00Z");
    assert_eq!(scene.version(), "16.7.8");
}

#[test]
fn saved_device_goes_on_as_if_nothing_had_happened() {
    let scene = || {
        let birth = Birth { temperament: Temperament::Busy, habits: Habits::Office, ..mac() };
        let server = Server::declaring([enforce("os", "26.1", "2026-03-09T09:00:00")]);
        Scene::new(birth, server, [public(TO_26_1)])
    };
    let (mut through, mut resumed) = (scene(), scene());
    through.run_until("2026-03-20T00:00:00Z");
    resumed.run_until("2026-03-06T03:00:00Z");
    let saved = serde_json::to_string(&resumed.device).unwrap();
    resumed.device = serde_json::from_str(&saved).unwrap();
    resumed.run_until("2026-03-20T00:00:00Z");
    assert_eq!(through.events, resumed.events);
}

/// A release that may be offered to the Mac, to another one, or to both.
fn any_span() -> impl Strategy<Value = Span> {
    let ids = prop_oneof![Just("J413AP"), Just("J313AP"), Just("J413AP J313AP")];
    (25_u16..28, 0_u16..4, 1_u32..99, 1_u32..28, ids).prop_map(|(major, minor, build, day, ids)| {
        public(&format!("{major}.{minor} {major}B{build} 2026-03-{day:02} for {ids}"))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn device_never_runs_a_version_that_its_model_is_not_listed_for(
        spans in proptest::collection::vec(any_span(), 0..8),
        targets in proptest::collection::vec((25_u16..28, 0_u16..4, 1_u32..40), 0..5),
        seed in 0_u64..1000,
    ) {
        let declared = targets.iter().enumerate().map(|(index, (major, minor, day))| {
            let day = at("2026-03-01T09:00:00Z") + SignedDuration::from_hours(24 * i64::from(*day));
            let local = day.strftime("%Y-%m-%dT%H:%M:%S").to_string();
            enforce(&format!("os{index}"), &format!("{major}.{minor}"), &local)
        });
        let birth = Birth { seed, temperament: Temperament::Obliging, ..mac() };
        let mut scene = Scene::new(birth, Server::declaring(declared), spans.clone());
        scene.run_until("2026-04-12T00:00:00Z");
        for event in &scene.events {
            let What::Installing { version, build, .. } = &event.what else { continue };
            let is_listed = spans.iter().any(|span| {
                span.version == *version
                    && span.build == *build
                    && span.from <= event.at
                    && span.device_ids.iter().any(|id| &**id == "J413AP")
            });
            prop_assert!(is_listed, "{version} {build} at {}", event.at);
        }
        let mut versions: Vec<OsVersion> = vec!["26.0".parse().unwrap()];
        versions.extend(scene.events.iter().filter_map(|event| {
            let What::Installed { version, .. } = &event.what else { return None };
            version.parse().ok()
        }));
        prop_assert!(versions.is_sorted_by(|a, b| a < b), "never down: {versions:?}");
    }

    #[test]
    fn same_seed_gives_the_same_events(seed in 0_u64..1000) {
        let live = || {
            let (temperament, habits) = (Temperament::Busy, Habits::Drawer);
            let birth = Birth { seed, temperament, habits, ..mac() };
            let server = Server::declaring([enforce("os", "26.1", "2026-03-09T09:00:00")]);
            let mut scene = Scene::new(birth, server, [public(TO_26_1)]);
            scene.run_until("2026-03-20T00:00:00Z");
            serde_json::to_string(&scene.events).unwrap()
        };
        prop_assert_eq!(live(), live());
    }
}
