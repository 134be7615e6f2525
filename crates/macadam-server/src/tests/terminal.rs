//! The command line against a server of the tests, as a person or a script uses it.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::{Arc, Mutex};

use clap::{CommandFactory, FromArgMatches, Parser};
use macadam_cli::{Command, Shell};
use tempfile::TempDir;

/// Where commands are typed.
pub(super) struct Terminal {
    directory: TempDir,
    variables: BTreeMap<String, String>,
}

/// What came of one command.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Ran {
    pub(super) code: u8,
    pub(super) out: String,
    pub(super) err: String,
}

/// The program, without the server.
#[derive(Parser)]
#[command(name = "macadam")]
struct Program {
    #[command(subcommand)]
    command: Command,
}

/// What was written, readable after the run.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Terminal {
    /// One whose commands go to this server, with this token.
    pub(super) fn new(url: &str, token: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let home = directory.path().display().to_string();
        let variables = [("HOME", home.as_str()), ("MACADAM_URL", url), ("MACADAM_TOKEN", token)];
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Self { directory, variables: variables.into() }
    }

    /// Writes a file into the directory that arguments call `DIR`.
    pub(super) fn file(&self, name: &str, text: &str) {
        std::fs::write(self.directory.path().join(name), text).unwrap();
    }

    fn home(&self) -> String {
        self.directory.path().display().to_string()
    }

    /// Runs a command; its arguments stand between spaces. The terminal's directory is `DIR`.
    pub(super) async fn run(&self, arguments: &str) -> Ran {
        let (out, err) = (Written::default(), Written::default());
        let mut shell = Shell {
            variables: self.variables.clone(),
            is_interactive: false,
            out: Box::new(out.clone()),
            err: Box::new(err.clone()),
        };
        let words = std::iter::once("macadam").chain(arguments.split_whitespace());
        let words = words.map(|word| word.replace("DIR", &self.home()));
        let matches = Program::command().get_matches_from(words);
        let command = Program::from_arg_matches(&matches).unwrap().command;
        let code = macadam_cli::run(command, Program::command(), &mut shell).await;
        drop(shell);
        let text = |written: Written| written.text().replace(&self.home(), "DIR");
        Ran { code, out: text(out), err: text(err) }
    }

    /// Runs a command that must succeed, and gives what it printed.
    pub(super) async fn done(&self, arguments: &str) -> String {
        let Ran { code, out, err } = self.run(arguments).await;
        assert_eq!(code, 0, "macadam {arguments}: {err}");
        out
    }
}

impl Written {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
