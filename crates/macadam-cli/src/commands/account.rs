//! One's own sign-in: sessions, password, second factor, passkeys.

use clap::{Args, Subcommand};
use macadam_api::account::{
    ChangePassword, ConfirmTotp, OwnSession, RecoveryCodes, ShowPassword, SignInPolicy,
};
use macadam_api::client::Client;
use macadam_api::passkeys::{Passkey, RenamePasskey};
use uuid::Uuid;

use crate::connection::Connection;
use crate::error::CliError;
use crate::shell::Shell;
use crate::{show, words};

/// Your own sign-in: sessions, password, second factor, passkeys
#[derive(Debug, Args)]
pub struct Account {
    #[command(subcommand)]
    command: AccountCommand,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Debug, Subcommand)]
enum AccountCommand {
    /// Show who you are and how you sign in
    Show,
    /// List your sessions
    Sessions,
    /// End one of your sessions
    EndSession {
        /// As `account sessions` shows it
        #[arg(value_parser = words::id)]
        id: Uuid,
    },
    /// Change your password; your other sessions end
    Password {
        /// Read the current and the new password from standard input, a line each
        #[arg(long)]
        password_stdin: bool,
    },
    /// Set up an authenticator app as your second factor
    Totp {
        /// Read the password and then the app's code from standard input, a line each
        #[arg(long)]
        password_stdin: bool,
    },
    /// Do without your second factor
    RemoveTotp {
        /// Read the password from standard input
        #[arg(long)]
        password_stdin: bool,
    },
    /// Your passkeys; only a browser can make one or sign in with it
    Passkeys {
        #[command(subcommand)]
        command: PasskeysCommand,
    },
    /// Get other recovery codes; the old ones are worthless
    RecoveryCodes {
        /// Read the password from standard input
        #[arg(long)]
        password_stdin: bool,
    },
}

#[derive(Debug, Subcommand)]
enum PasskeysCommand {
    /// List them
    List,
    /// Give one another name
    Rename {
        /// As `account passkeys list` shows it
        #[arg(value_parser = words::id)]
        id: Uuid,
        /// Its new name
        name: String,
    },
    /// Remove one; the other sessions that showed it end
    Remove {
        /// As `account passkeys list` shows it
        #[arg(value_parser = words::id)]
        id: Uuid,
        /// Read the password from standard input
        #[arg(long)]
        password_stdin: bool,
    },
}

/// What is asked of everybody who signs in
#[derive(Debug, Args)]
pub struct SignInRules {
    #[command(subcommand)]
    command: SignInRulesCommand,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Debug, Subcommand)]
enum SignInRulesCommand {
    /// Show it
    Show,
    /// Ask everybody for a second factor
    RequireSecondFactor,
    /// Leave a second factor to everybody's own choice
    AllowPasswords,
}

impl Account {
    pub(crate) async fn run(self, shell: &mut Shell) -> Result<(), CliError> {
        let (json, client) = (self.connection.json, self.connection.client(shell)?);
        match self.command {
            AccountCommand::Show => {
                let answer = client.account().await?;
                show::answer(shell, json, &answer.bytes, || {
                    let account = &answer.value;
                    show::record(&[
                        ("E-mail", account.email.clone()),
                        ("Name", account.name.clone()),
                        ("Role", words::shown(account.role)),
                        ("Second factor", show::yes_no(account.second_factor)),
                        ("Required", show::yes_no(account.second_factor_required)),
                        ("Recovery codes left", account.recovery_codes_left.to_string()),
                        ("Passkeys", account.passkeys.to_string()),
                    ])
                })
            }
            AccountCommand::Sessions => {
                let answer = client.own_sessions().await?;
                show::answer(shell, json, &answer.bytes, || sessions(&answer.value))
            }
            AccountCommand::EndSession { id } => {
                client.end_own_session(id).await?;
                shell.note("ended");
                Ok(())
            }
            AccountCommand::Password { password_stdin } => {
                let current_password = shell.secret("Current password:", password_stdin)?;
                let new_password = shell.secret("New password:", password_stdin)?;
                let wish = ChangePassword { current_password, new_password };
                client.change_password(&wish).await?;
                shell.note("changed; your other sessions have ended");
                Ok(())
            }
            AccountCommand::Totp { password_stdin } => {
                let password = shell.secret("Password:", password_stdin)?;
                let secret = client.begin_totp(&ShowPassword { password }).await?.value;
                shell.note("add this to your authenticator app:");
                shell.print(&show::record(&[("Secret", secret.secret), ("Link", secret.url)]))?;
                shell.flush()?;
                let code = shell.secret("Code that the app shows:", password_stdin)?;
                let answer = client.confirm_totp(&ConfirmTotp { code }).await?;
                shell.note("keep these recovery codes; each is good once:");
                show::answer(shell, json, &answer.bytes, || codes(&answer.value))
            }
            AccountCommand::RemoveTotp { password_stdin } => {
                let password = shell.secret("Password:", password_stdin)?;
                client.remove_totp(&ShowPassword { password }).await?;
                shell.note("signing in needs the password alone from now on");
                Ok(())
            }
            AccountCommand::Passkeys { command } => command.run(shell, json, &client).await,
            AccountCommand::RecoveryCodes { password_stdin } => {
                let password = shell.secret("Password:", password_stdin)?;
                let answer = client.renew_recovery_codes(&ShowPassword { password }).await?;
                show::answer(shell, json, &answer.bytes, || codes(&answer.value))
            }
        }
    }
}

impl PasskeysCommand {
    async fn run(self, shell: &mut Shell, json: bool, client: &Client) -> Result<(), CliError> {
        match self {
            Self::List => {
                let answer = client.passkeys().await?;
                show::answer(shell, json, &answer.bytes, || passkeys(&answer.value))
            }
            Self::Rename { id, name } => {
                let answer = client.rename_passkey(id, &RenamePasskey { name }).await?;
                show::answer(shell, json, &answer.bytes, || {
                    passkeys(std::slice::from_ref(&answer.value))
                })
            }
            Self::Remove { id, password_stdin } => {
                let password = shell.secret("Password:", password_stdin)?;
                client.remove_passkey(id, &ShowPassword { password }).await?;
                shell.note("removed");
                Ok(())
            }
        }
    }
}

impl SignInRules {
    pub(crate) async fn run(self, shell: &mut Shell) -> Result<(), CliError> {
        let (json, client) = (self.connection.json, self.connection.client(shell)?);
        let second_factor_required = match self.command {
            SignInRulesCommand::Show => None,
            SignInRulesCommand::RequireSecondFactor => Some(true),
            SignInRulesCommand::AllowPasswords => Some(false),
        };
        let answer = match second_factor_required {
            Some(second_factor_required) => {
                client.write_sign_in_policy(&SignInPolicy { second_factor_required }).await?
            }
            None => client.sign_in_policy().await?,
        };
        show::answer(shell, json, &answer.bytes, || {
            let required = show::yes_no(answer.value.second_factor_required);
            show::record(&[("Second factor required", required)])
        })
    }
}

fn sessions(sessions: &[OwnSession]) -> String {
    let row = |session: &OwnSession| {
        vec![
            session.id.to_string(),
            show::instant(session.started_at),
            show::instant(session.used_at),
            show::instant(session.expires_at),
            session.address.clone().unwrap_or_default(),
            if session.current { "this one".to_owned() } else { String::new() },
        ]
    };
    let header = ["id", "started", "last used", "until", "from", ""];
    show::table(&header, sessions.iter().map(row))
}

fn passkeys(passkeys: &[Passkey]) -> String {
    let row = |passkey: &Passkey| {
        vec![
            passkey.id.to_string(),
            show::inert(&passkey.name),
            show::instant(passkey.created_at),
            show::maybe_instant(passkey.used_at),
        ]
    };
    show::table(&["id", "name", "made", "last used"], passkeys.iter().map(row))
}

fn codes(codes: &RecoveryCodes) -> String {
    codes.codes.join("\n")
}
