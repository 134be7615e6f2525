//! The repository's own rules (`ARCHITECTURE.md`), as checks.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};

use crate::layers;

const FILE_LINES: usize = 500;
const COLUMNS: usize = 100;
/// The same for the web app's files, but the generated one.
const WEB_FILE_LINES: usize = 300;

/// Words that have another word here (`ARCHITECTURE.md`, "Words").
const OTHER_WORDS: [(&str, &str); 5] = [
    ("enrolment", "enrollment"),
    ("unenrol ", "unenroll "),
    ("catalogue", "catalog"),
    ("policy item", "library item"),
    ("profile group", "blueprint"),
];

/// Rooms of the server, and which others they never look into (`ARCHITECTURE.md`, "The map").
const ROOMS: [(&str, &[&str]); 2] = [
    ("crates/macadam-server/src/app", &["admin_api", "device_api", "serve", "web", "workers"]),
    ("crates/macadam-server/src/outbound", &["admin_api", "app", "device_api", "serve", "workers"]),
];
/// What a pure crate never names.
const IMPURE: [&str; 4] = ["std::fs", "std::net", "std::env", "std::process"];
const PURE: [&str; 4] = ["policy", "protocol", "declare", "pki"];

/// Runs every check and reports all that is wrong at once.
pub(crate) fn tidy() -> anyhow::Result<()> {
    layers::layers()?;
    let root = crate::root();
    let ratchet = ratchet(&root)?;
    let mut wrong = Vec::new();
    let mut used = Vec::new();
    for path in tracked_files(&root)? {
        let name = path.strip_prefix(&root).unwrap_or(&path).display().to_string();
        let Ok(text) = fs::read_to_string(&path) else { continue };
        if name.ends_with(".rs") {
            check_rust(&name, &text, &ratchet, (&mut wrong, &mut used));
        }
        if name.ends_with(".rs") || name.ends_with(".md") {
            check_words(&name, &text, &mut wrong);
        }
        if is_web_source(&name) && text.lines().count() > WEB_FILE_LINES {
            wrong.push(format!("{name}: more than {WEB_FILE_LINES} lines"));
        }
        if name.ends_with("Cargo.lock") || name.ends_with("package-lock.json") {
            check_lock(&name, &text, &mut wrong);
        }
    }
    for (name, limit) in &ratchet {
        if !used.contains(name) {
            wrong.push(format!("xtask/ratchet.txt: {name} {limit} is not needed any more"));
        }
    }
    ensure!(wrong.is_empty(), "{} things are not tidy:\n{}", wrong.len(), wrong.join("\n"));
    Ok(())
}

/// Files that may be longer than the limit, with the number of lines they must not pass.
fn ratchet(root: &Path) -> anyhow::Result<BTreeMap<String, usize>> {
    let text = fs::read_to_string(root.join("xtask/ratchet.txt")).context("reading the ratchet")?;
    text.lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| {
            let (name, limit) = line.split_once(' ').context("a ratchet line is 'file lines'")?;
            Ok((name.to_owned(), limit.parse()?))
        })
        .collect()
}

fn tracked_files(root: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let root_text = root.display().to_string();
    let listed = crate::step::output_of("git", &["-C", &root_text, "ls-files"])
        .context("listing the files with git")?;
    Ok(listed.lines().map(|name| root.join(name)).collect())
}

fn is_web_source(name: &str) -> bool {
    let is_source = name.ends_with(".ts") || name.ends_with(".tsx");
    name.starts_with("web/") && is_source && name != "web/src/api/schema.ts"
}

fn check_rust(
    name: &str,
    text: &str,
    ratchet: &BTreeMap<String, usize>,
    (wrong, used): (&mut Vec<String>, &mut Vec<String>),
) {
    let is_test = name.ends_with("tests.rs") || name.contains("/tests/") || name.contains("fuzz/");
    if !text.starts_with("//!") && !is_test {
        wrong.push(format!("{name}: the first line must say what the file holds (//!)"));
    }
    if name.ends_with("/mod.rs") {
        wrong.push(format!("{name}: `foo.rs` with `foo/`, never `mod.rs`"));
    }
    let lines = text.lines().take_while(|line| *line != "#[cfg(test)]").count();
    let limit = ratchet.get(name).copied().unwrap_or(FILE_LINES);
    if lines > FILE_LINES && ratchet.contains_key(name) {
        used.push(name.to_owned());
    }
    if !is_test && lines > limit {
        wrong.push(format!("{name}: {lines} lines without tests; {limit} is the limit"));
    }
    check_rooms(name, text.lines().take(lines), wrong);
    for (number, line) in text.lines().enumerate() {
        let at = format!("{name}:{}", number + 1);
        // Tests hold messages and snapshots, which are as long as they are.
        let is_long = line.chars().count() > COLUMNS && !line.contains("https://");
        if is_long && !is_test && number < lines {
            wrong.push(format!("{at}: more than {COLUMNS} columns"));
        }
        check_line(&at, line, wrong);
    }
}

fn check_rooms<'a>(name: &str, lines: impl Iterator<Item = &'a str>, wrong: &mut Vec<String>) {
    let is_test = name.contains("test") || name.contains("/benches/");
    let is_pure = PURE.iter().any(|pure| name.starts_with(&format!("crates/macadam-{pure}/src/")));
    let rooms: Vec<_> = ROOMS.iter().filter(|(room, _)| name.starts_with(room)).collect();
    for line in lines.filter(|_| !is_test) {
        for (room, others) in &rooms {
            let other = others.iter().find(|other| line.contains(&format!("crate::{other}::")));
            wrong.extend(other.map(|other| format!("{name}: {room} does not know {other}")));
        }
        let impure = IMPURE.iter().find(|word| is_pure && line.contains(**word));
        wrong.extend(impure.map(|word| format!("{name}: a pure crate names {word}")));
    }
}

fn check_line(at: &str, line: &str, wrong: &mut Vec<String>) {
    // Spelled in two parts, so that this file does not find itself.
    for attribute in [concat!("#[ign", "ore"), concat!("#[should", "_panic")] {
        if line.trim_start().starts_with(attribute) {
            wrong.push(format!("{at}: {attribute}] is not used here"));
        }
    }
    let todo = concat!("TO", "DO");
    if line.contains(todo) && !line.contains(&format!("{todo}(#")) {
        wrong.push(format!("{at}: a {todo} carries an issue number: {todo}(#7)"));
    }
}

fn check_words(name: &str, text: &str, wrong: &mut Vec<String>) {
    if name == "xtask/src/tidy.rs" || name == "ARCHITECTURE.md" {
        return;
    }
    let text = text.to_lowercase();
    for (word, better) in OTHER_WORDS {
        if text.contains(word) {
            wrong.push(format!("{name}: says '{}'; the word here is '{}'", word.trim(), better));
        }
    }
}

/// Lock files name no host but the registries' own.
fn check_lock(name: &str, text: &str, wrong: &mut Vec<String>) {
    let foreign = text.lines().filter(|line| {
        let source = line.trim_start().starts_with("source = ") || line.contains("\"resolved\"");
        source && !line.contains("registry+https://github.com/rust-lang/crates.io-index")
    });
    for line in foreign {
        wrong.push(format!("{name}: foreign source {}", line.trim()));
    }
}
