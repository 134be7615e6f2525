//! Signing in and out, and who one is.

use clap::Args;
use macadam_api::{ErrorCode, sessions};

use crate::connection::{Connection, Saved};
use crate::error::CliError;
use crate::shell::Shell;
use crate::{show, words};

/// Sign in to a server and remember it
#[derive(Debug, Args)]
pub struct SignIn {
    /// E-mail address
    #[arg(long)]
    email: String,
    /// Read the password from standard input, and on a second line the code, if one is asked for
    #[arg(long)]
    password_stdin: bool,
    #[command(flatten)]
    connection: Connection,
}

impl SignIn {
    pub(crate) async fn run(self, shell: &mut Shell) -> Result<(), CliError> {
        let saved = Saved::load(shell)?;
        let client = self.connection.anonymous(shell, &saved)?;
        let url = self.connection.address(shell, &saved)?;
        let password = shell.secret("Password:", self.password_stdin)?;
        let email = self.email;
        let mut sign_in = sessions::SignIn { email, password, code: None };
        let answer = match client.sign_in(&sign_in).await {
            Err(error) if error.is(ErrorCode::CodeRequired) => {
                let prompt = "Code of your authenticator app, or a recovery code:";
                sign_in.code = Some(shell.secret(prompt, self.password_stdin)?);
                client.sign_in(&sign_in).await?
            }
            other => other?,
        };
        let ca_file = self.connection.ca_file(shell, &saved);
        let token = Some(answer.value.token);
        let path = Saved { url: Some(url.clone()), token, ca_file }.store(shell)?;
        let session = answer.value.session;
        shell.note(&format!(
            "signed in to {url} as {} ({}) until {}; remembered in {}",
            session.name,
            words::shown(session.role),
            show::instant(session.expires_at),
            path.display()
        ));
        Ok(())
    }
}

/// Sign out and forget the server
#[derive(Debug, Args)]
pub struct SignOut {
    #[command(flatten)]
    connection: Connection,
}

impl SignOut {
    pub(crate) async fn run(self, shell: &mut Shell) -> Result<(), CliError> {
        let ended = self.connection.client(shell)?.sign_out().await;
        // The token is forgotten even when the server cannot be told.
        let saved = Saved::load(shell)?;
        Saved { token: None, ..saved }.store(shell)?;
        ended?;
        shell.note("signed out");
        Ok(())
    }
}

/// Say who is signed in, and what they may do
#[derive(Debug, Args)]
pub struct Whoami {
    #[command(flatten)]
    connection: Connection,
}

impl Whoami {
    pub(crate) async fn run(self, shell: &mut Shell) -> Result<(), CliError> {
        let answer = self.connection.client(shell)?.session().await?;
        if self.connection.json {
            return shell.print_bytes(&answer.bytes);
        }
        let session = answer.value;
        let may: Vec<_> = session.permissions.iter().map(words::shown).collect();
        shell.print(&show::record(&[
            ("Name", session.name),
            ("Role", words::shown(session.role)),
            ("May", may.join(", ")),
            ("Until", show::instant(session.expires_at)),
        ]))
    }
}
