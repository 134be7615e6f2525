//! Tables and records for people. Whatever a device says about itself is shown inert.

use comfy_table::{ContentArrangement, Table, presets};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use macadam_api::client::Pages;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::CliError;
use crate::shell::Shell;

/// Rows as a table without lines, so that other programs can read it too.
pub(crate) fn table(header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(header.iter().map(|title| title.to_uppercase()));
    for row in rows {
        table.add_row(row.iter().map(|cell| inert(cell)));
    }
    let lines = table.lines().map(|line| line.trim().to_owned());
    lines.collect::<Vec<_>>().join("\n")
}

/// Named values, one a line; those without a value are left out.
pub(crate) fn record(fields: &[(&str, String)]) -> String {
    let shown = || fields.iter().filter(|(_, value)| !value.is_empty());
    let width = shown().map(|(name, _)| name.len()).max().unwrap_or(0);
    let lines = shown().map(|(name, value)| format!("{name:width$}  {}", inert(value)));
    lines.collect::<Vec<_>>().join("\n")
}

/// Text without what would steer a terminal or hide its own meaning.
pub(crate) fn inert(text: &str) -> String {
    let shown = |character: char| match character {
        '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => '\u{FFFD}',
        '\n' | '\t' => ' ',
        character if character.is_control() => '\u{FFFD}',
        character => character,
    };
    text.chars().map(shown).collect()
}

/// An instant to the minute, in UTC.
pub(crate) fn instant(at: Timestamp) -> String {
    Offset::UTC.to_datetime(at).strftime("%Y-%m-%d %H:%MZ").to_string()
}

pub(crate) fn maybe_instant(at: Option<Timestamp>) -> String {
    at.map(instant).unwrap_or_default()
}

/// A device-local time to the minute.
pub(crate) fn local(at: Option<DateTime>) -> String {
    at.map(|at| at.strftime("%Y-%m-%d %H:%M").to_string()).unwrap_or_default()
}

pub(crate) fn yes_no(value: bool) -> String {
    if value { "yes" } else { "no" }.to_owned()
}

/// `1 device`, `2 devices`.
pub(crate) fn count(number: u64, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

/// Shows one answer: the API's bytes, or text made of them.
pub(crate) fn answer(
    shell: &mut Shell,
    json: bool,
    bytes: &[u8],
    text: impl FnOnce() -> String,
) -> Result<(), CliError> {
    if json { shell.print_bytes(bytes) } else { shell.print(&text()) }
}

/// Shows a list: a table, or the API's pages, one a line.
pub(crate) async fn list<T: DeserializeOwned>(
    shell: &mut Shell,
    json: bool,
    mut pages: Pages<'_, T>,
    header: &[&str],
    row: impl Fn(&T) -> Vec<String>,
) -> Result<(), CliError> {
    let progress = shell.counter("rows read");
    let mut rows = Vec::new();
    while let Some(page) = pages.next().await? {
        progress.inc(page.value.items.len() as u64);
        if json {
            shell.print_bytes(&page.bytes)?;
        } else {
            rows.extend(page.value.items.iter().map(&row));
        }
    }
    progress.finish_and_clear();
    if json {
        return Ok(());
    }
    if rows.is_empty() {
        shell.note("nothing to show");
        return Ok(());
    }
    shell.print(&table(header, rows))
}

/// Prints every row of a list as one JSON object a line.
pub(crate) async fn lines<T: Serialize + DeserializeOwned>(
    shell: &mut Shell,
    what: &'static str,
    mut pages: Pages<'_, T>,
) -> Result<(), CliError> {
    let progress = shell.counter(what);
    while let Some(page) = pages.next().await? {
        for row in &page.value.items {
            let line = serde_json::to_vec(row).expect("wire types have text keys");
            shell.print_bytes(&line)?;
        }
        progress.inc(page.value.items.len() as u64);
    }
    progress.finish_and_clear();
    Ok(())
}
