//! The very first owner of a server.

use std::path::PathBuf;

use clap::Args;
use macadam_api::people;

use crate::connection::{Connection, Saved};
use crate::error::CliError;
use crate::file;
use crate::shell::Shell;
use crate::show;

/// Make yourself the first owner of a new server, and sign in
#[derive(Debug, Args)]
pub struct SetUp {
    /// File with the one-time code that the server wrote to its data directory
    #[arg(long, value_name = "FILE", required_unless_present = "check")]
    code_file: Option<PathBuf>,
    /// E-mail address to sign in with
    #[arg(long, required_unless_present = "check")]
    email: Option<String>,
    /// Name that others see
    #[arg(long, required_unless_present = "check")]
    name: Option<String>,
    /// Only say whether the server still has no owner
    #[arg(long, conflicts_with_all = ["code_file", "email", "name", "password_stdin"])]
    check: bool,
    /// Read the password from standard input
    #[arg(long)]
    password_stdin: bool,
    #[command(flatten)]
    connection: Connection,
}

impl SetUp {
    pub(crate) async fn run(self, shell: &mut Shell) -> Result<(), CliError> {
        let saved = Saved::load(shell)?;
        let client = self.connection.anonymous(shell, &saved)?;
        let url = self.connection.address(shell, &saved)?;
        let (Some(code_file), Some(email), Some(name)) = (self.code_file, self.email, self.name)
        else {
            let answer = client.set_up_state().await?;
            return show::answer(shell, self.connection.json, &answer.bytes, || {
                let needed = answer.value.needed;
                if needed { "no owner yet" } else { "has an owner" }.to_owned()
            });
        };
        let code = String::from_utf8_lossy(&file::read(&code_file)?).trim().to_owned();
        let password = shell.secret("New password:", self.password_stdin)?;
        let answer = client.set_up(&people::SetUp { code, email, name, password }).await?;
        let ca_file = self.connection.ca_file(shell, &saved);
        let token = Some(answer.value.token);
        let path = Saved { url: Some(url.clone()), token, ca_file }.store(shell)?;
        let name = answer.value.session.name;
        shell.note(&format!("{name} owns {url}; remembered in {}", path.display()));
        Ok(())
    }
}
