use insta::assert_snapshot;
use proptest::prelude::*;

use super::*;
use crate::feed::testing::release_data;

#[test]
fn first_version_marks_exploited_vulnerabilities_with_true() {
    let feed = decoded(&file(
        r#"{"ProductVersion":"26.6.1","ReleaseDate":"2026-08-06T00:00:00Z",
            "SecurityInfo":"https://support.apple.com/en-us/148170","SupportedDevices":["J413AP"],
            "CVEs":{"CVE-2026-65400":true,"CVE-2026-00001":false}}"#,
    ));
    assert_snapshot!(described(&feed), @"26.6.1 2026-08-06 https://support.apple.com/en-us/148170 CVE-2026-00001,CVE-2026-65400 exploited CVE-2026-65400 for J413AP");
}

#[test]
fn second_version_has_objects_and_trusts_the_list_of_exploited() {
    let feed = decoded(&file(
        r#"{"ProductVersion":"26.6.1","Build":"25G76","ReleaseDate":"2026-08-06",
            "CVEs":{"CVE-2026-65400":{"ActivelyExploited":true},"CVE-2026-11111":{}},
            "ActivelyExploitedCVEs":["CVE-2026-11111","CVE-2026-22222"],
            "SupportedDevices":[{"BoardID":"J413AP"},{"DeviceID":"iPad14,1"},{"Colour":"red"}]}"#,
    ));
    assert_snapshot!(described(&feed), @"26.6.1 25G76 2026-08-06 CVE-2026-11111,CVE-2026-22222,CVE-2026-65400 exploited CVE-2026-11111,CVE-2026-22222,CVE-2026-65400 for J413AP,iPad14,1");
}

#[test]
fn improvements_and_rapid_responses_carry_their_letter() {
    let background = r#","BackgroundSecurityImprovements":{"26":[
        {"Version":"26.3.1","VersionExtra":"(a)","Build":"25D771280a","PostingDate":"2026-03-17",
         "CVEs":["CVE-2026-20643"]},
        {"version":"26.3.1","build":"25D771280a","supported_devices":["J413AP"]}]}"#;
    let rapid = r#"{"ProductVersion":"13.4.1","ReleaseType":"RSR_c","CVEs":{}}"#;
    let feed = decoded(&format!("{{{}{background}}}", majors(rapid)));
    assert_snapshot!(described(&feed), @"
    13.4.1 (c)
    26.3.1 (a) 25D771280a 2026-03-17 CVE-2026-20643
    ");
    assert_eq!(feed.problems, ["a Background Security Improvement has no letter"]);
}

#[test]
fn placeholder_builds_and_malformed_times_are_left_out_and_reported() {
    let latest = r#"{"ProductVersion":"26.6.1","Build":"26A000"}"#;
    let feed = decoded(&format!(
        r#"{{"OSVersions":[{{"OSVersion":"26","Latest":{latest},"SecurityReleases":[
            {{"ProductVersion":"26.6.1","Build":"26A000","ReleaseDate":"2026-08-06T01:02:03+00:00Z"}},
            {{"ProductVersion":"26.6","ReleaseDate":"Unknown","SecurityInfo":"javascript:alert(1)"}},
            {{"ProductVersion":""}},
            {{"ProductVersion":"26.5","CVEs":{{"CVE-26-1":true,"CVE-2026-1234":true}}}}]}}]}}"#
    ));
    assert_eq!(feed.latest[&26], Latest { version: "26.6.1".into(), build: None });
    assert_snapshot!(described(&feed), @"
    26.6.1 2026-08-06
    26.6
    26.5 CVE-2026-1234 exploited CVE-2026-1234
    ");
    assert_snapshot!(feed.problems.join("\n"), @"
    a release has no version
    a vulnerability has no CVE identifier
    the build of 26.6.1 is a placeholder
    the release date of 26.6 is not a date
    ");
}

#[test]
fn major_is_the_number_in_any_of_its_names() {
    for name in ["26", "macOS 26", "Tahoe 26"] {
        let text = file(r#"{"ProductVersion":"26.0"}"#).replace("Tahoe 26", name);
        assert!(decoded(&text).latest.contains_key(&26), "{name}");
    }
}

#[test]
fn files_with_parts_missing_are_refused() {
    let refused = |text: &str| decode(text.as_bytes()).unwrap_err().to_string();
    let good = file(r#"{"ProductVersion":"26.6.1"}"#);
    let without = |from: &str, to: &str| refused(&good.replace(from, to));
    assert_eq!(refused("404"), "community feed has no OSVersions");
    assert_eq!(refused(r#"{"OSVersions":[]}"#), "community feed has no OSVersions");
    assert_eq!(without("Tahoe 26", "Tahoe"), "community feed has a major without a name");
    assert_eq!(without("26.6.2", ""), "community feed has no latest release of major 26");
    assert_eq!(
        without("25G83", ""),
        "community feed has no build for the latest release of major 26"
    );
    assert_eq!(
        without(r#"{"ProductVersion":"26.6.1"}"#, ""),
        "community feed has no releases of major 26"
    );
}

#[test]
fn file_that_lost_a_major_or_many_releases_does_not_replace_the_last() {
    let many = decoded(&file(&[r#"{"ProductVersion":"26.0"}"#; 10].join(",")));
    let few = |count| decoded(&file(&vec![r#"{"ProductVersion":"26.0"}"#; count].join(",")));
    assert_eq!(few(7).check_after(&many), Ok(()));
    assert_eq!(few(6).check_after(&many), Err(ShrunkSofaError::FewReleases { before: 10, now: 6 }));
    let other = file(r#"{"ProductVersion":"15.0"}"#).replace("Tahoe 26", "Sequoia 15");
    assert_eq!(
        decoded(&other).check_after(&few(1)),
        Err(ShrunkSofaError::MajorMissing { major: 26 })
    );
}

proptest! {
    #[test]
    fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = decode(&bytes);
    }
}

fn decoded(text: &str) -> Sofa {
    decode(text.as_bytes()).unwrap()
}

fn file(releases: &str) -> String {
    format!("{{{}}}", majors(releases))
}

fn majors(releases: &str) -> String {
    format!(
        r#""OSVersions":[{{"OSVersion":"Tahoe 26","Latest":{{"ProductVersion":"26.6.2","Build":"25G83"}},"SecurityReleases":[{releases}]}}]"#
    )
}

fn described(feed: &Sofa) -> String {
    let line = |release: &SofaRelease| {
        let mut words = vec![release.version.clone()];
        words.extend(release.extra.clone());
        words.extend(release.build.clone());
        words.extend(release.released.map(|day| day.to_string()));
        words.extend(release.security_url.clone());
        let mut list = |word: &str, items: String| {
            if !items.is_empty() {
                words.push(format!("{word}{items}"));
            }
        };
        list("", release.cves.join(","));
        list("exploited ", release.exploited.join(","));
        list("for ", release.device_ids.join(","));
        words.join(" ")
    };
    feed.releases.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// They need the recorded release data; without it they say that they did not run.
mod real_feeds {
    use super::*;

    #[test]
    fn every_broken_file_that_was_served_is_refused() {
        let Some(data) = release_data() else { return };
        let broken = data.join("feeds/broken");
        let read = |name: &str| std::fs::read(broken.join(name)).unwrap();
        let refused = |name: &str| decode(&read(name)).unwrap_err().to_string();
        let latest = "community feed has no latest release of major";
        assert_eq!(
            refused("sofa_v1_macos_2024-04-12_no_security_releases.json"),
            "community feed has no releases of major 14"
        );
        assert_eq!(refused("sofa_v1_macos_2025-05-21_latest_empty.json"), format!("{latest} 15"));
        assert_eq!(refused("sofa_v1_ios_2025-05-21_latest_empty.json"), format!("{latest} 18"));
        assert_eq!(
            refused("sofa_v1_macos_2025-09-22_builds_empty.json"),
            "community feed has no build for the latest release of major 26"
        );
        let before = data.join("feeds/snapshots/2023-rsr-seen-in-2024-06/sofa_v1_macos.json");
        let before = decode(&std::fs::read(before).unwrap()).unwrap();
        let shrunk = decode(&read("sofa_v1_macos_2024-06-28_two_majors_missing.json")).unwrap();
        assert_eq!(shrunk.check_after(&before), Err(ShrunkSofaError::MajorMissing { major: 12 }));
    }

    #[test]
    fn every_sound_file_that_was_recorded_decodes() {
        let Some(data) = release_data() else { return };
        let mut counts = Vec::new();
        for (name, path) in [
            ("v1 macOS 2024", "snapshots/2023-rsr-seen-in-2024-06/sofa_v1_macos.json"),
            ("v1 macOS", "latest-2026-08-22/sofa_v1_macos.json"),
            ("v1 iOS", "latest-2026-08-22/sofa_v1_ios.json"),
            ("v2 macOS in March", "snapshots/2026-03-17-first-bsi/sofa_v2_macos_after.json"),
            ("v2 macOS", "latest-2026-08-22/sofa_v2_macos.json"),
            ("v2 iOS", "latest-2026-08-22/sofa_v2_ios.json"),
        ] {
            let feed = decode(&std::fs::read(data.join("feeds").join(path)).unwrap()).unwrap();
            let exploited: usize =
                feed.releases.iter().map(|release| release.exploited.len()).sum();
            let releases = feed.releases.len();
            counts.push(format!("{name}: {releases}, {exploited}, {:?}", feed.problems));
        }
        assert_snapshot!(counts.join("\n"), @r#"
    v1 macOS 2024: 58, 41, []
    v1 macOS: 126, 77, []
    v1 iOS: 70, 42, ["the build of 17.7.9 is a placeholder", "the build of 18.7.9 is a placeholder", "the build of 26.6.1 is a placeholder"]
    v2 macOS in March: 110, 67, ["a Background Security Improvement has no letter"]
    v2 macOS: 128, 77, []
    v2 iOS: 73, 41, []
    "#);
    }
}
