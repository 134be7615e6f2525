//! Completion scripts for shells.

use clap::Args;
use clap_complete::Shell as Language;

use crate::error::CliError;
use crate::shell::Shell;

/// Write a completion script for a shell
#[derive(Debug, Args)]
pub struct Completions {
    /// The shell to complete for
    shell: Language,
}

impl Completions {
    pub(crate) fn run(self, mut program: clap::Command, shell: &mut Shell) -> Result<(), CliError> {
        let name = program.get_name().to_owned();
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut program, name, &mut script);
        shell.out.write_all(&script).map_err(CliError::Write)
    }
}
