//! The live view where there is no terminal: a line for each thing that happens.

use std::io::Write;

use jiff::{SignedDuration, Timestamp};

use super::View;
use crate::error::CliError;
use crate::shell::Shell;
use crate::show;

/// The fleet's time between two summaries.
const SUMMARY_EVERY: SignedDuration = SignedDuration::from_hours(24);

/// What has been printed.
#[derive(Default)]
pub(super) struct Plain {
    /// The number of the last news that was printed.
    told: u64,
    summarized_at: Option<Timestamp>,
}

impl Plain {
    pub(super) fn print(&mut self, shell: &mut Shell, view: &View) -> Result<(), CliError> {
        for news in view.news.iter().filter(|news| news.number > self.told) {
            shell.print(&format!("{}  {}", show::instant(news.at), show::inert(&news.text)))?;
        }
        self.told = view.news.back().map_or(self.told, |last| last.number);
        let is_due =
            self.summarized_at.is_none_or(|at| view.now().duration_since(at) >= SUMMARY_EVERY);
        if is_due {
            self.summarized_at = Some(view.now());
            shell.print(&format!("{}  {}", show::instant(view.now()), view.sentence()))?;
        }
        shell.out.flush().map_err(CliError::Write)
    }
}
