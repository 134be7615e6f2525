//! What a command may know of the machine, and where it writes.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::error::CliError;

/// The caller's variables, output and patience.
pub struct Shell {
    pub variables: BTreeMap<String, String>,
    /// Whether a person can be asked, and shown progress.
    pub is_interactive: bool,
    pub out: Box<dyn Write + Send>,
    pub err: Box<dyn Write + Send>,
}

impl Shell {
    /// Writes a line of the command's result.
    pub(crate) fn print(&mut self, text: &str) -> Result<(), CliError> {
        writeln!(self.out, "{}", text.trim_end_matches('\n')).map_err(CliError::Write)
    }

    /// Writes the API's answer as it came.
    pub(crate) fn print_bytes(&mut self, bytes: &[u8]) -> Result<(), CliError> {
        let written = self.out.write_all(bytes).and_then(|()| self.out.write_all(b"\n"));
        written.map_err(CliError::Write)
    }

    /// Makes sure that the result has been written.
    pub(crate) fn flush(&mut self) -> Result<(), CliError> {
        self.out.flush().map_err(CliError::Write)
    }

    /// Writes a line for the person beside the result.
    pub(crate) fn note(&mut self, text: &str) {
        // What came before stays before it.
        let _ = self.out.flush();
        // When nobody reads it, nothing is lost.
        let _ = writeln!(self.err, "{text}");
    }

    pub(crate) fn variable(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// A line that counts work of unknown length; nothing where nobody sees it.
    pub(crate) fn counter(&self, what: &'static str) -> ProgressBar {
        let style = ProgressStyle::with_template("{spinner} {human_pos} {msg} ({elapsed})")
            .expect("the template is well formed");
        let bar = ProgressBar::no_length().with_style(style).with_message(what);
        self.show(bar)
    }

    /// A line that shows how much of so many is done.
    pub(crate) fn bar(&self, total: u64, what: &'static str) -> ProgressBar {
        let style = ProgressStyle::with_template("{bar:30} {human_pos} of {human_len} {msg}")
            .expect("the template is well formed");
        self.show(ProgressBar::new(total).with_style(style).with_message(what))
    }

    /// A line that says what is waited for.
    pub(crate) fn spinner(&self, what: &'static str) -> ProgressBar {
        let style = ProgressStyle::with_template("{spinner} {msg} ({elapsed})")
            .expect("the template is well formed");
        self.show(ProgressBar::new_spinner().with_style(style).with_message(what))
    }

    fn show(&self, bar: ProgressBar) -> ProgressBar {
        if self.is_interactive {
            bar.set_draw_target(ProgressDrawTarget::stderr());
            bar.enable_steady_tick(Duration::from_millis(120));
        } else {
            bar.set_draw_target(ProgressDrawTarget::hidden());
        }
        bar
    }

    /// Asks a person to confirm; without one, only `--yes` does.
    pub(crate) fn confirm(&mut self, question: &str, yes: bool) -> Result<(), CliError> {
        if yes {
            return Ok(());
        }
        if !self.is_interactive {
            return Err(CliError::NobodyToConfirm);
        }
        match inquire::Confirm::new(question).with_default(false).prompt() {
            Ok(true) => Ok(()),
            Ok(false) => Err(CliError::NotConfirmed),
            Err(error) => Err(CliError::Prompt(error.into())),
        }
    }

    /// Asks for a secret, or reads it from standard input where a script gives it.
    pub(crate) fn secret(&mut self, prompt: &str, from_stdin: bool) -> Result<String, CliError> {
        if from_stdin {
            let mut line = String::new();
            io::stdin().read_line(&mut line).map_err(|error| CliError::Prompt(error.into()))?;
            return Ok(line.trim_end_matches(['\r', '\n']).to_owned());
        }
        if !self.is_interactive {
            return Err(CliError::NobodyToAsk);
        }
        let question = inquire::Password::new(prompt).without_confirmation();
        question.prompt().map_err(|error| CliError::Prompt(error.into()))
    }
}
