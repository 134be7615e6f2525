//! Whole runs: arguments and files in, exit code and text out.

mod operations;

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use clap::{CommandFactory, FromArgMatches, Parser};
use insta::assert_snapshot;
use macadam_api::library_items::LibraryItemSettings;
use macadam_api::policy_file::PolicyFile;
use tempfile::TempDir;

use crate::connection::Saved;
use crate::{Command, Shell, file, run};

#[test]
fn every_command_has_help() {
    let mut program = Program::command().term_width(100);
    program.build();
    let mut text = String::new();
    help_of(&mut program, &mut text);
    assert_snapshot!("help", text);
}

#[test]
fn completions_are_written_for_every_shell() {
    for language in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let text = Files::new().run(&["completions", language]);
        assert!(text.starts_with("exit code: 0\n"), "{text}");
        assert!(text.contains("push-certificate"), "{language}");
    }
}

#[test]
fn a_device_is_decided_for_with_its_trace() {
    let files = Files::with_fleet();
    assert_snapshot!("decided", files.decide(&[]));
}

#[test]
fn decisions_are_one_object_a_line() {
    let files = Files::with_fleet();
    let text = files.decide(&["--json"]);
    let lines: Vec<&str> = text.lines().filter(|line| line.starts_with('{')).collect();
    assert_eq!(lines.len(), 3);
    for line in lines {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(value["trace"].as_array().is_some_and(|trace| !trace.is_empty()), "{line}");
    }
    assert_snapshot!("decided_json", text);
}

#[test]
fn the_shipped_history_is_a_catalog() {
    let files = Files::with_fleet();
    files.write(
        "devices.jsonl",
        r#"{"device":"air","platform":"macos","update_id":"J413AP","os_version":"26.1","apple_silicon":true,"utc_offset_minutes":60,"blueprint":"Everybody"}"#,
    );
    let text = files.run(&[
        "decide",
        "--catalog",
        "seed",
        "--policy",
        "DIR/policy.yaml",
        "--devices",
        "DIR/devices.jsonl",
        "--at",
        "2026-01-15T00:00:00Z",
    ]);
    assert_snapshot!("decided_from_the_seed", text);
}

#[test]
fn a_newer_answer_of_the_feed_is_what_counts() {
    let files = Files::with_fleet();
    let later = fs::read_to_string(files.path("feed.json")).unwrap().replace("26.3", "26.4");
    files.write("later.json", &later.replace("25D125", "25E246"));
    let text = files.decide(&["--catalog", "DIR/later.json@2026-03-10T18:00:00Z", "--json"]);
    assert!(text.contains(r#""version":"26.4","build":"25E246""#), "{text}");
}

#[test]
fn an_answer_from_the_future_is_refused() {
    let files = Files::with_fleet();
    let text = files.decide(&["--catalog", "DIR/feed.json@2027-01-01T00:00:00Z"]);
    assert_snapshot!(text, @r"
    exit code: 2
    ----- stdout
    ----- stderr
    error: DIR/feed.json is from after --at [usage]
    ");
}

#[test]
fn continuously_enforce_with_do_not_manage_is_refused_offline_too() {
    let files = Files::with_fleet();
    files.write(
        "policy.yaml",
        "library_items:\n- type: managed_os\n  label: Tahoe\n  platform: macos\n  major: 26\n  \
         enforcement: {mode: do_not_manage}\n",
    );
    assert_snapshot!(files.decide(&[]), @r"
    exit code: 1
    ----- stdout
    ----- stderr
    error: DIR/policy.yaml has problems [invalid_settings]
      library_items.Tahoe.installation: continuously enforce needs a version enforcement, because it also sets the schedule of the upgrade: choose rolling, a minimum or a specific version, or install on demand from Self Service
    ");
}

#[test]
fn everything_wrong_with_a_policy_is_told_at_once() {
    let files = Files::with_fleet();
    files.write(
        "policy.yaml",
        r#"
library_items:
- type: managed_os
  label: Tahoe
  platform: macos
  major: 26
  enforcement: {mode: minimum, version: "15.7", on: 2026-03-01, at: "09:30"}
- type: managed_os
  label: Tahoe
  platform: macos
  major: 26
  enforcement: {mode: rolling, within: 5y, at: "09:30"}
blueprints:
- name: Everybody
  assignment: {classic: [Tahoe, Sequoia]}
paused: [Sonoma]
"#,
    );
    assert_snapshot!(files.decide(&[]), @r"
    exit code: 1
    ----- stdout
    ----- stderr
    error: DIR/policy.yaml has problems [invalid_settings]
      library_items.Tahoe.enforcement.version: version 15.7 is not a version of macOS 26
      library_items.Tahoe: two items have this label
      library_items.Tahoe.enforcement.within: '5y' is not a period; 1d to 120d, 1w to 17w or 1m to 3m is expected
      blueprints.Everybody.assignment: item 'Sequoia' does not exist
      paused: item 'Sonoma' does not exist
    ");
}

#[test]
fn versions_need_quotes_and_the_place_is_told() {
    let files = Files::with_fleet();
    files.write(
        "policy.yaml",
        "library_items:\n- type: managed_os\n  label: Tahoe\n  platform: macos\n  major: 26\n  \
         enforcement: {mode: minimum, version: 26.10, on: 2026-03-01, at: \"09:30\"}\n",
    );
    assert_snapshot!(files.decide(&[]), @r#"
    exit code: 1
    ----- stdout
    ----- stderr
    error: DIR/policy.yaml is not what was expected [file_not_understood]
      because: line 2 column 3: invalid type: floating point `26.1`, expected a version in quotes, such as "26.3"
     --> <input>:2:3
      |
    1 | library_items:
    2 | - type: managed_os
      |   ^ invalid type: floating point `26.1`, expected a version in quotes, such as "26.3"
    3 |   label: Tahoe
    4 |   platform: macos
      |
    "#);
}

#[test]
fn the_documented_policy_is_valid() {
    let documentation = include_str!("../../../docs/decide.md");
    let (_, rest) = documentation.split_once("```yaml\n").unwrap();
    let (policy, _) = rest.split_once("```").unwrap();
    let files = Files::with_fleet();
    files.write("policy.yaml", policy);
    assert!(files.decide(&[]).starts_with("exit code: 0\n"), "{}", files.decide(&[]));
}

#[test]
fn what_is_written_as_yaml_reads_back() {
    let mut policy: PolicyFile = file::parse_yaml("policy".as_ref(), POLICY).unwrap();
    for label in ["on", "yes", "26.10", "1e3", "0x10", "~", "- a: b", "#", "'", "two  spaces "] {
        let mut item = policy.library_items[1].clone();
        if let LibraryItemSettings::ManagedOs(settings) = &mut item {
            settings.label = label.into();
        }
        policy.library_items.push(item);
        policy.paused.insert(label.into());
    }
    let back: PolicyFile = file::parse_yaml("policy".as_ref(), &file::yaml(&policy)).unwrap();
    assert_eq!(back, policy);
}

#[test]
fn unknown_fields_of_a_policy_are_refused() {
    let files = Files::with_fleet();
    files.write("policy.yaml", "library_itmes: []\n");
    assert_snapshot!(files.decide(&[]), @r"
    exit code: 1
    ----- stdout
    ----- stderr
    error: DIR/policy.yaml is not what was expected [file_not_understood]
      because: line 1 column 1: unknown field `library_itmes`, expected one of approval, library_items, blueprints, paused, reviews
     --> <input>:1:1
      |
    1 | library_itmes: []
      | ^ unknown field `library_itmes`, expected one of approval, library_items, blueprints, paused, reviews
    ");
}

#[test]
fn documented_decision_is_what_the_program_prints() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let document = fs::read_to_string(format!("{root}/docs/decide.md")).unwrap();
    let (_, example) = document.split_once("$ cat devices.jsonl\n").unwrap();
    let (devices, example) = example.split_once("$ macadam ").unwrap();
    let (arguments, expected) = example.split_once('\n').unwrap();
    let (expected, _) = expected.split_once("```").unwrap();
    let files = Files::new();
    files.write("devices.jsonl", devices);
    let arguments = arguments.replace("examples/", &format!("{root}/examples/"));
    let arguments = arguments.replace(" devices.jsonl", " DIR/devices.jsonl");
    let text = files.run(&arguments.split(' ').collect::<Vec<_>>());
    assert_eq!(text, format!("exit code: 0\n----- stdout\n{expected}----- stderr\n"));
}

#[test]
fn broken_devices_cost_only_themselves() {
    let files = Files::with_fleet();
    let good = fs::read_to_string(files.path("devices.jsonl")).unwrap();
    let bad = r#"{"device":"a","platform":"windows","os_version":"11"}
not json
{"device":"b","platform":"macos","os_version":"fifteen"}

{"device":"c","platform":"macos","os_version":"15.4","blueprint":"Nobody"}
{"device":"d","platform":"macos","os_version":"15.4","items":{"Sonoma":{}}}
{"device":"e","platform":"macos","os_version":"15.4","update_id":"?"}
"#;
    let endless = "x".repeat(200_000);
    files.write("devices.jsonl", &format!("{bad}{endless}\n{good}"));
    let text = files.decide(&["--json"]);
    assert_eq!(text.lines().filter(|line| line.starts_with('{')).count(), 3);
    assert_snapshot!(text.split_once("----- stderr").unwrap().1, @r"
    DIR/devices.jsonl:1: unknown variant `windows`, expected one of `macos`, `ios`, `ipados`, `tvos`, `visionos` (column 34)
    DIR/devices.jsonl:2: expected ident (column 2)
    DIR/devices.jsonl:3: device 'b': os_version: 'fifteen' is not an OS version; one like 26.3.1 or 26.3.1 (a) is expected
    DIR/devices.jsonl:5: device 'c' is in blueprint 'Nobody', which the policy does not have
    DIR/devices.jsonl:6: device 'd' has facts about item 'Sonoma', which the policy does not have
    DIR/devices.jsonl:7: device 'e': update_id: is no software-update device id such as J413AP or iPad14,1
    DIR/devices.jsonl:8: the line has more than 64 KiB
    error: 7 of the devices in DIR/devices.jsonl could not be decided for [some_devices_failed]
    ");
    assert!(text.starts_with("exit code: 1\n"));
}

#[test]
fn files_that_cannot_be_read_are_named() {
    let files = Files::with_fleet();
    fs::remove_file(files.path("policy.yaml")).unwrap();
    assert_snapshot!(files.decide(&[]), @r"
    exit code: 1
    ----- stdout
    ----- stderr
    error: DIR/policy.yaml cannot be read [file_not_readable]
      because: No such file or directory (os error 2)
    ");
    let files = Files::with_fleet();
    files.write("feed.json", "<html>");
    assert_snapshot!(files.decide(&[]), @r"
    exit code: 1
    ----- stdout
    ----- stderr
    error: DIR/feed.json is not what was expected [file_not_understood]
      because: release feed cannot be parsed
      because: JSON is malformed or lacks the expected keys
      because: expected value at line 1 column 1
    ");
}

#[test]
fn wrong_usage_says_what_is_right() {
    let files = Files::new();
    assert_snapshot!(files.run(&["decide", "--at", "tomorrow"]), @r"
    exit code: 2
    ----- stdout
    ----- stderr
    error: invalid value 'tomorrow' for '--at <TIME>': 'tomorrow' is not a time; one like 2026-03-10T09:30:00Z is expected

    For more information, try '--help'.
    ");
    assert_snapshot!(files.run(&["devices", "list", "--status", "flying"]), @r"
    exit code: 2
    ----- stdout
    ----- stderr
    error: invalid value 'flying' for '--status <STATUS>': unknown variant `flying`, expected one of `available`, `pending`, `waiting`, `downloading`, `cached`, `installing`, `pass`, `error`, `incompatible`, `excluded`

    For more information, try '--help'.
    ");
    assert_snapshot!(files.run(&["devices", "list", "--platform", "windows"]), @r"
    exit code: 2
    ----- stdout
    ----- stderr
    error: invalid value 'windows' for '--platform <PLATFORM>': 'windows' is not a platform; one of macos, ios, ipados, tvos, visionos is expected

    For more information, try '--help'.
    ");
    assert_snapshot!(files.run(&["releases", "hold", "macos-26.3"]), @r"
    exit code: 2
    ----- stdout
    ----- stderr
    error: the following required arguments were not provided:
      --reason <REASON>

    Usage: macadam releases hold --reason <REASON> <RELEASE>

    For more information, try '--help'.
    ");
    assert_snapshot!(files.run(&["tokens", "revoke", "7"]), @r"
    exit code: 2
    ----- stdout
    ----- stderr
    error: invalid value '7' for '<ID>': '7' is not an id, as lists show them

    For more information, try '--help'.
    ");
}

#[test]
fn every_command_of_the_api_says_when_no_server_is_known() {
    for args in API_COMMANDS {
        let text = Files::with_fleet().run(args);
        let said =
            "exit code: 4\n----- stdout\n----- stderr\nerror: no server is known [no_server]";
        assert!(text.starts_with(said), "{args:?}: {text}");
    }
    assert_snapshot!(Files::new().run(&["devices", "list"]), @r"
    exit code: 4
    ----- stdout
    ----- stderr
    error: no server is known [no_server]
      try: give --url, set MACADAM_URL, or run `macadam sign-in --url URL`
    ");
}

#[test]
fn a_known_server_still_needs_a_token() {
    let mut files = Files::new();
    files.set("MACADAM_URL", "https://mdm.example.org");
    assert_snapshot!(files.run(&["devices", "list"]), @r"
    exit code: 4
    ----- stdout
    ----- stderr
    error: nobody is signed in to https://mdm.example.org [not_signed_in]
      try: run `macadam sign-in`, or set MACADAM_TOKEN
    ");
    assert_snapshot!(files.run(&["devices", "list", "--url", "mdm.example.org"]), @r"
    exit code: 1
    ----- stdout
    ----- stderr
    error: 'mdm.example.org' is not the address of a server; one like https://mdm.example.org is expected [bad_connection_settings]
    ");
}

#[test]
fn the_token_of_one_server_is_not_shown_to_another() {
    let files = Files::new();
    let saved = Saved {
        url: Some("https://one.example.org".into()),
        token: Some("secret".into()),
        ca_file: None,
    };
    saved.store(&files.shell().0).unwrap();
    let text = files.run(&["devices", "list", "--url", "https://two.example.org"]);
    assert!(text.contains("nobody is signed in to https://two.example.org"), "{text}");
}

#[cfg(unix)]
#[test]
fn what_sign_in_remembers_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;

    let files = Files::new();
    let (shell, ..) = files.shell();
    let saved = Saved {
        url: Some("https://mdm.example.org".into()),
        token: Some("secret".into()),
        ca_file: Some("/etc/ssl/own.pem".into()),
    };
    let path = saved.store(&shell).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(Saved::load(&shell).unwrap(), saved);
    Saved::default().store(&shell).unwrap();
    assert_eq!(Saved::load(&shell).unwrap(), Saved::default());
}

#[test]
fn a_server_that_does_not_answer_has_its_own_exit_code() {
    let mut files = Files::new();
    // Bound and never accepting: whoever connects is refused once it is dropped.
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", closed.local_addr().unwrap());
    drop(closed);
    files.set("MACADAM_URL", &url);
    files.set("MACADAM_TOKEN", "secret");
    let text = files.run(&["status"]);
    let expected =
        format!("exit code: 3\n----- stdout\n----- stderr\nerror: {url}/ cannot be reached");
    assert!(text.starts_with(&expected), "{text}");
    assert!(!text.contains("secret"), "{text}");
}

#[test]
fn passwords_are_asked_for_or_read_never_taken_from_arguments() {
    let files = Files::new();
    let args = ["sign-in", "--url", "https://mdm.example.org", "--email", "a@example.org"];
    assert_snapshot!(files.run(&args), @r"
    exit code: 1
    ----- stdout
    ----- stderr
    error: a password is needed [needs_password]
      try: give --password-stdin and the password on standard input
    ");
}

#[test]
fn device_supplied_text_is_shown_inert() {
    assert_eq!(crate::show::inert("a\u{1b}[31m\u{202e}b\nc"), "a\u{fffd}[31m\u{fffd}b c");
}

/// One of each kind that needs no more than a server.
const API_COMMANDS: &[&[&str]] = &[
    &["whoami"],
    &["sign-out"],
    &["status"],
    &["devices", "list"],
    &["devices", "explain", "air"],
    &["devices", "facts"],
    &["items", "list"],
    &["items", "create", "--file", "DIR/item.yaml", "--yes"],
    &["blueprints", "list"],
    &["blueprints", "assign", "Everybody", "air"],
    &["releases", "hold", "macos-26.3", "--reason", "crashes"],
    &["catalog", "list"],
    &["catalog", "import", "DIR/feed.json"],
    &["catalog", "refresh"],
    &["catalog", "feeds"],
    &["approval", "7d", "--reason", "let others go first"],
    &["preview", "delete-item", "Tahoe"],
    &["export"],
    &["plan", "--file", "DIR/policy.yaml"],
    &["apply", "--file", "DIR/policy.yaml", "--yes"],
    &["exceptions", "list"],
    &["self-service", "list"],
    &["enrollments", "create"],
    &["push-certificate", "show"],
    &["tokens", "create", "ci", "--role", "auditor"],
    &["people", "list"],
    &["audit", "list"],
    &["audit", "verify"],
    &["audit", "export"],
];

const FEED: &str = r#"{
  "PublicAssetSets": {
    "macOS": [
      {"ProductVersion": "26.3", "Build": "25D125", "PostingDate": "2026-02-11", "ExpirationDate": "2026-06-01", "SupportedDevices": ["J413AP", "J313AP"]},
      {"ProductVersion": "15.7.4", "Build": "24G517", "PostingDate": "2026-02-04", "ExpirationDate": "2026-06-01", "SupportedDevices": ["J413AP", "J313AP", "J132AP"]}
    ],
    "iOS": [
      {"ProductVersion": "26.3", "Build": "23D127", "PostingDate": "2026-02-11", "ExpirationDate": "2026-06-01", "SupportedDevices": ["iPad14,1"]}
    ]
  },
  "AssetSets": {
    "macOS": [
      {"ProductVersion": "26.3", "Build": "25D125", "PostingDate": "2026-02-11", "ExpirationDate": "2026-06-01", "SupportedDevices": ["J413AP", "J313AP"]}
    ],
    "iOS": []
  }
}"#;

const POLICY: &str = r#"
library_items:
- type: managed_os
  label: Tahoe within two weeks
  platform: macos
  major: 26
  enforcement: {mode: rolling, within: 2w, at: "09:30"}
- type: managed_os
  label: iPadOS 26.3
  platform: ipados
  major: 26
  enforcement: {mode: minimum, version: "26.3", on: 2026-03-20, at: "18:00"}
blueprints:
- name: Everybody
  assignment:
    map:
    - items: [Tahoe within two weeks]
    - block:
      - if: {test: {field: platform, operator: is, value: ipados}}
        then:
        - items: [iPadOS 26.3]
"#;

const DEVICES: &str = r#"{"device":"air","platform":"macos","update_id":"J413AP","os_version":"26.2","apple_silicon":true,"utc_offset_minutes":60,"blueprint":"Everybody"}
{"device":"ipad","platform":"ipados","update_id":"iPad14,1","os_version":"26.3","utc_offset_minutes":-300,"blueprint":"Everybody"}
{"device":"old","platform":"macos","update_id":"J132AP","os_version":"15.7.4","blueprint":"Everybody"}
"#;

const ITEM: &str = r#"
type: managed_os
label: Tahoe
platform: macos
major: 26
enforcement: {mode: rolling, within: 2w, at: "09:30"}
"#;

/// The program, without the server.
#[derive(Parser)]
#[command(name = "macadam")]
struct Program {
    #[command(subcommand)]
    command: Command,
}

/// The short help of a command and of all commands below it.
fn help_of(command: &mut clap::Command, text: &mut String) {
    for argument in command.get_arguments() {
        let is_explained = argument.get_help().is_some_and(|help| !help.to_string().is_empty());
        assert!(is_explained, "{argument} of {} has no help", command.get_name());
    }
    let name = command.get_bin_name().unwrap_or("macadam").to_owned();
    let help = command.render_help().to_string();
    let help = match help.split_once("\n\nConnection:") {
        // The same options everywhere are worth reading once.
        Some((own, _)) if text.contains("\n\nConnection:") => format!("{own}\n\n(Connection)"),
        Some(_) | None => help.trim_end().to_owned(),
    };
    text.push_str(&format!("===== {name}\n{help}\n\n"));
    for inner in command.get_subcommands_mut().filter(|inner| inner.get_name() != "help") {
        help_of(inner, text);
    }
}

/// A directory of files and the variables of a run; `DIR` stands for the directory.
struct Files {
    directory: TempDir,
    variables: BTreeMap<String, String>,
}

impl Files {
    fn new() -> Self {
        let directory = TempDir::new().unwrap();
        let home = directory.path().display().to_string();
        Self { directory, variables: BTreeMap::from([("HOME".into(), home)]) }
    }

    fn with_fleet() -> Self {
        let files = Self::new();
        files.write("feed.json", FEED);
        files.write("policy.yaml", POLICY);
        files.write("devices.jsonl", DEVICES);
        files.write("item.yaml", ITEM);
        files
    }

    fn set(&mut self, name: &str, value: &str) {
        self.variables.insert(name.into(), value.into());
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.directory.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    /// Decides for the fleet on March 11, with the feed as it was on February 12.
    fn decide(&self, more: &[&str]) -> String {
        let mut args = vec![
            "decide",
            "--catalog",
            "DIR/feed.json@2026-02-12T12:00:00Z",
            "--policy",
            "DIR/policy.yaml",
            "--devices",
            "DIR/devices.jsonl",
            "--at",
            "2026-03-11T12:00:00Z",
        ];
        args.extend(more);
        self.run(&args)
    }

    fn shell(&self) -> (Shell, Written, Written) {
        let (out, err) = (Written::default(), Written::default());
        let shell = Shell {
            variables: self.variables.clone(),
            is_interactive: false,
            out: Box::new(out.clone()),
            err: Box::new(err.clone()),
        };
        (shell, out, err)
    }

    /// Exit code, standard output and standard error of one run.
    fn run(&self, args: &[&str]) -> String {
        let directory = self.directory.path().to_str().unwrap();
        let args = args.iter().map(|arg| arg.replace("DIR", directory));
        let program = || Program::command().term_width(100);
        let matches = program().try_get_matches_from(std::iter::once("macadam".into()).chain(args));
        let (mut shell, out, err) = self.shell();
        let code = match matches.and_then(|matches| Program::from_arg_matches(&matches)) {
            Ok(parsed) => {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
                runtime.unwrap().block_on(run(parsed.command, program(), &mut shell))
            }
            Err(error) => {
                write!(shell.err, "{error}").unwrap();
                u8::try_from(error.exit_code()).unwrap()
            }
        };
        let text =
            format!("exit code: {code}\n----- stdout\n{}----- stderr\n{}", out.text(), err.text());
        text.replace(directory, "DIR")
    }
}

/// What was written, readable after the run.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Written {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
