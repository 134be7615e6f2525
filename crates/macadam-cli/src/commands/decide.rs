//! `macadam decide`: the server's decision, offline, from files. Formats: `docs/decide.md`.

mod known;

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use clap::Args;
use jiff::Timestamp;
use macadam_api::decisions::{DecisionLine, Outcome, Target};
use macadam_api::facts::DeviceFacts;
use macadam_api::policy_file::{Policy, PolicyFile};
use macadam_policy::Catalog;

use self::known::Known;
use crate::error::CliError;
use crate::shell::Shell;
use crate::{file, show, words};

/// One line of device facts is below a kilobyte.
const MAX_LINE: u64 = 64 << 10;
/// Lines that fail past this many are counted, not shown.
const SHOWN_FAILURES: u64 = 20;

/// Decide offline, from files: what must each device run, by when, and why
#[derive(Debug, Args)]
pub struct Decide {
    /// What Apple offered: `seed` for the history that ships with the product, or an answer of
    /// Apple's feed, with the time it is from as FILE@TIME; repeatable
    #[arg(long, required = true, value_name = "FILE", value_parser = known::source)]
    catalog: Vec<known::Source>,
    /// Policy file (YAML)
    #[arg(long, value_name = "FILE")]
    policy: PathBuf,
    /// Device facts, one JSON object a line; `-` for standard input
    #[arg(long, value_name = "FILE")]
    devices: PathBuf,
    /// The moment to decide for, such as 2026-03-10T09:30:00Z
    #[arg(long, value_name = "TIME", value_parser = words::instant)]
    at: Timestamp,
    /// Print one JSON object a line
    #[arg(long)]
    json: bool,
}

impl Decide {
    pub(crate) fn run(self, shell: &mut Shell) -> Result<(), CliError> {
        let policy_file: PolicyFile = file::read_yaml(&self.policy)?;
        let policy = policy_file.check().map_err(|details| CliError::Problems {
            place: self.policy.display().to_string(),
            details,
        })?;
        let waiting = shell.spinner("reading the catalog");
        let Known { catalog, notes } = known::catalog(&self.catalog, self.at, &policy)?;
        waiting.finish_and_clear();
        for note in notes {
            shell.note(&format!("note: {note}"));
        }
        self.decide_all(&catalog, &policy, shell)
    }

    fn decide_all(
        &self,
        catalog: &Catalog,
        policy: &Policy,
        shell: &mut Shell,
    ) -> Result<(), CliError> {
        let progress = shell.counter("devices decided");
        let mut lines = Lines::open(&self.devices)?;
        let mut failures = 0_u64;
        while let Some((number, line)) = lines.next()? {
            match line.and_then(|line| self.decide_one(&line, catalog, policy)) {
                Ok(decision) if self.json => {
                    let line = serde_json::to_vec(&decision).expect("decisions have text keys");
                    shell.print_bytes(&line)?;
                }
                Ok(decision) => shell.print(&for_people(&decision))?,
                Err(problem) => {
                    failures += 1;
                    if failures <= SHOWN_FAILURES {
                        let path = self.devices.display();
                        shell.note(&format!("{path}:{number}: {problem}"));
                    }
                }
            }
            progress.inc(1);
        }
        progress.finish_and_clear();
        match failures {
            0 => Ok(()),
            count => Err(CliError::SomeDevices { path: self.devices.clone(), count }),
        }
    }

    fn decide_one(
        &self,
        line: &[u8],
        catalog: &Catalog,
        policy: &Policy,
    ) -> Result<DecisionLine, String> {
        let facts: DeviceFacts = serde_json::from_slice(line).map_err(|error| json(&error))?;
        policy.decide(self.at, catalog, &facts).map_err(|error| error.to_string())
    }
}

/// A line as it stands in the file, or what is wrong with it.
type Line = Result<Vec<u8>, String>;

/// The lines of a file that hold something, with their numbers.
struct Lines {
    path: PathBuf,
    reader: Box<dyn BufRead>,
    number: u64,
}

impl Lines {
    fn open(path: &Path) -> Result<Self, CliError> {
        let reader: Box<dyn BufRead> = if path == Path::new("-") {
            Box::new(BufReader::new(io::stdin()))
        } else {
            let file = File::open(path);
            let failed = |source| CliError::Read { path: path.to_owned(), source };
            Box::new(BufReader::new(file.map_err(failed)?))
        };
        Ok(Self { path: path.to_owned(), reader, number: 0 })
    }

    /// The next line with its number; one that is too long costs only itself.
    fn next(&mut self) -> Result<Option<(u64, Line)>, CliError> {
        loop {
            let line = self.read(MAX_LINE + 1)?;
            if line.is_empty() {
                return Ok(None);
            }
            self.number += 1;
            if line.len() as u64 > MAX_LINE {
                while !matches!(self.read(MAX_LINE)?.last(), None | Some(b'\n')) {}
                let problem = format!("the line has more than {} KiB", MAX_LINE >> 10);
                return Ok(Some((self.number, Err(problem))));
            }
            if !line.trim_ascii().is_empty() {
                return Ok(Some((self.number, Ok(line))));
            }
        }
    }

    /// Up to the end of the line, but no more than so many bytes.
    fn read(&mut self, limit: u64) -> Result<Vec<u8>, CliError> {
        let mut line = Vec::new();
        let read = self.reader.by_ref().take(limit).read_until(b'\n', &mut line);
        read.map_err(|source| CliError::Read { path: self.path.clone(), source })?;
        Ok(line)
    }
}

/// What is wrong with a line of JSON, without its line number: it is always 1.
fn json(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let (what, _) = text.split_once(" at line ").unwrap_or((&text, ""));
    format!("{what} (column {})", error.column())
}

/// A decision with its trace, for people.
pub(super) fn for_people(decision: &DecisionLine) -> String {
    let mut text = format!(
        "{}  {}  {}",
        show::inert(&decision.device),
        words::shown(decision.status),
        demand(&decision.outcome)
    );
    for step in &decision.trace {
        let item = step.item.as_deref().map(|label| format!("{label}: ")).unwrap_or_default();
        text.push_str("\n    ");
        text.push_str(&show::inert(&format!("{item}{}", step.sentence)));
    }
    text
}

/// What a decision asks of the device, in a few words.
pub(super) fn demand(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Install(target) => install(target),
        Outcome::UpToDate => "up to date".into(),
        Outcome::Available { version } => format!("{version} is offered in Self Service"),
        Outcome::Waiting => "not released for this device yet".into(),
        Outcome::Incompatible => "the hardware cannot run it".into(),
        Outcome::Excluded => "left out by an assignment rule".into(),
        Outcome::Unresolved { reason } => {
            format!("nothing to install: {}", words::shown(reason))
        }
        Outcome::Suspended { reason } => format!("not enforced: {}", words::shown(reason)),
        Outcome::NotManageable { reason } => format!("not manageable: {}", words::shown(reason)),
        Outcome::NotAssigned => "no Managed OS item".into(),
    }
}

fn install(target: &Target) -> String {
    let deadline = show::local(Some(target.deadline_local));
    let then = target.then.as_deref().map(|then| format!(", then {then}")).unwrap_or_default();
    format!("install {} ({}) by {deadline} device time{then}", target.version, target.build)
}
