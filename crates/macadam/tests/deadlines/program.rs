//! Asking the program as a person would: a policy file, device facts, a moment.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::naive::Record;

/// The period and time of the fleet's policy.
pub(crate) const WITHIN_DAYS: i64 = 14;

/// One device and the item it is under.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) id: String,
    pub(crate) platform: String,
    pub(crate) version: String,
    pub(crate) major: u16,
    enforcement: String,
    installation: &'static str,
}

impl Asked {
    /// `J413AP macos 26.0` and `26 rolling 2w`, as the table writes them.
    pub(crate) fn from_words(device: &str, item: &str) -> Self {
        let mut device = device.split_whitespace().map(str::to_owned);
        let mut next = || device.next().expect("an id, a platform and a version");
        let (id, platform, version) = (next(), next(), next());
        let words: Vec<&str> = item.split_whitespace().collect();
        let (major, mode, rest) = (words[0], words[1], &words[2..]);
        let enforcement = match mode {
            "rolling" | "offered" => {
                format!("{{ mode: rolling, within: {}, at: \"12:00:00\" }}", rest[0])
            }
            _ => format!(
                "{{ mode: {mode}, version: \"{}\", on: {}, at: \"12:00:00\" }}",
                rest[0], rest[1]
            ),
        };
        let installation = if mode == "offered" { "self_service" } else { "continuously_enforce" };
        let major = major.parse().expect("a major");
        Self { id, platform, version, major, enforcement, installation }
    }

    /// Devices of some ids, each on every version of its majors that the record knows.
    pub(crate) fn fleet(record: &Record) -> Vec<Self> {
        let ids = [("J413AP", "macos"), ("J314sAP", "macos"), ("J152FAP", "macos")];
        let phones = [("iPhone15,2", "ios"), ("iPhone14,3", "ios")];
        let mut fleet = Vec::new();
        for (id, platform) in ids.into_iter().chain(phones) {
            let majors: &[u16] = if platform == "macos" { &[15, 26] } else { &[18, 26] };
            for major in majors {
                for version in record.versions_of(id, *major) {
                    fleet.push(Self {
                        id: id.to_owned(),
                        platform: platform.to_owned(),
                        version,
                        major: *major,
                        enforcement: String::new(),
                        installation: "continuously_enforce",
                    });
                }
            }
        }
        fleet
    }

    /// One item for each track, every device under the one of its own major.
    pub(crate) fn fleet_policy() -> String {
        let mut policy = "library_items:\n".to_owned();
        for (platform, major) in [("macos", 15), ("macos", 26), ("ios", 18), ("ios", 26)] {
            policy += &item(
                platform,
                major,
                "continuously_enforce",
                &format!("{{ mode: rolling, within: {WITHIN_DAYS}d, at: \"12:00:00\" }}"),
            );
        }
        policy += "blueprints:\n";
        for (platform, major) in [("macos", 15), ("macos", 26), ("ios", 18), ("ios", 26)] {
            policy += &format!(
                "  - {{ name: {platform} {major}, assignment: {{ classic: [{platform} {major}] }} }}\n"
            );
        }
        policy
    }

    pub(crate) fn policy(&self) -> String {
        let (platform, major) = (&self.platform, self.major);
        let item = item(platform, major, self.installation, &self.enforcement);
        format!(
            "library_items:\n{item}blueprints:\n  \
             - {{ name: {platform} {major}, assignment: {{ classic: [{platform} {major}] }} }}\n"
        )
    }

    pub(crate) fn facts(&self) -> String {
        json!({
            "device": format!("{} {}", self.id, self.version),
            "platform": self.platform,
            "update_id": self.id,
            "os_version": self.version,
            "utc_offset_minutes": 0,
            "blueprint": format!("{} {}", self.platform, self.major),
        })
        .to_string()
    }
}

fn item(platform: &str, major: u16, installation: &str, enforcement: &str) -> String {
    let installation = match platform {
        "macos" => format!("    installation: {installation}\n"),
        _ => String::new(),
    };
    format!(
        "  - type: managed_os\n    label: {platform} {major}\n    platform: {platform}\n    \
         major: {major}\n{installation}    enforcement: {enforcement}\n"
    )
}

/// What the program decides: `VERSION DEADLINE`, or the kind of the outcome.
pub(crate) fn decide(moment: &str, policy: &str, facts: &[String]) -> Vec<String> {
    let directory = tempfile::tempdir().expect("a directory");
    let policy_file = directory.path().join("policy.yaml");
    std::fs::write(&policy_file, policy).expect("the policy is written");
    let mut child = Command::new(env!("CARGO_BIN_EXE_macadam"))
        .args(["decide", "--json", "--catalog", "seed", "--devices", "-", "--at", moment])
        .arg("--policy")
        .arg(&policy_file)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let input = facts.join("\n") + "\n";
    let mut stdin = child.stdin.take().expect("stdin is piped");
    // Written beside reading: both pipes are smaller than the fleet.
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().expect("the program ends");
    writer.join().expect("the writer ends").expect("the facts are read");
    assert!(output.status.success(), "decide ended with {}", output.status);
    let text = String::from_utf8(output.stdout).expect("JSON is UTF-8");
    text.lines().map(|line| outcome(&serde_json::from_str(line).expect("JSON"))).collect()
}

fn outcome(line: &Value) -> String {
    let outcome = &line["outcome"];
    let text = |name: &str| outcome[name].as_str().unwrap_or_default();
    match text("kind") {
        "install" => format!("{} {}", text("version"), text("deadline_local")),
        other => other.to_owned(),
    }
}
