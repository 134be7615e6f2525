//! Who may do what.

use clap::{Args, Subcommand};
use macadam_api::client::Client;
use macadam_api::people::{CreatePerson, Person, Role, UpdatePerson};

use crate::connection::Connection;
use crate::error::CliError;
use crate::shell::Shell;
use crate::{show, words};

/// Who may do what
#[derive(Debug, Args)]
pub struct People {
    #[command(subcommand)]
    command: PeopleCommand,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Debug, Subcommand)]
enum PeopleCommand {
    /// List people
    List,
    /// Create a person, with a first password
    Create {
        /// E-mail address to sign in with
        email: String,
        /// Name that others see
        #[arg(long)]
        name: String,
        /// owner, admin, operator, help_desk, auditor or secrets_auditor
        #[arg(long, value_parser = words::word::<Role>)]
        role: Role,
        /// Read the password from standard input
        #[arg(long)]
        password_stdin: bool,
    },
    /// Change a person's name, role or password
    Edit {
        /// E-mail address
        email: String,
        /// New name
        #[arg(long)]
        name: Option<String>,
        /// New role: owner, admin, operator, help_desk, auditor or secrets_auditor
        #[arg(long, value_parser = words::word::<Role>)]
        role: Option<Role>,
        /// Ask for a new password; it ends every session of the person
        #[arg(long)]
        password: bool,
        /// Read the new password from standard input
        #[arg(long)]
        password_stdin: bool,
    },
    /// Take a person's second factor and passkeys away, for somebody who lost them
    ResetSecondFactor {
        /// E-mail address
        email: String,
    },
    /// Delete a person
    Delete {
        /// E-mail address
        email: String,
    },
}

impl People {
    pub(crate) async fn run(self, shell: &mut Shell) -> Result<(), CliError> {
        let (json, client) = (self.connection.json, self.connection.client(shell)?);
        let answer = match self.command {
            PeopleCommand::List => {
                let header = ["e-mail", "name", "role", "second factor", "last signed in"];
                return show::list(shell, json, client.people(), &header, row).await;
            }
            PeopleCommand::Create { email, name, role, password_stdin } => {
                let password = shell.secret("First password:", password_stdin)?;
                client.create_person(&CreatePerson { email, name, role, password }).await?
            }
            PeopleCommand::Edit { email, name, role, password, password_stdin } => {
                let person = by_email(&client, &email).await?;
                let password = if password || password_stdin {
                    Some(shell.secret("New password:", password_stdin)?)
                } else {
                    None
                };
                let update = UpdatePerson { name, role, password };
                client.update_person(person.id, person.revision, &update).await?
            }
            PeopleCommand::ResetSecondFactor { email } => {
                let person = by_email(&client, &email).await?;
                client.reset_totp(person.id).await?;
                shell.note("the code and the passkeys are gone; the password alone signs in");
                return Ok(());
            }
            PeopleCommand::Delete { email } => {
                let person = by_email(&client, &email).await?;
                client.delete_person(person.id, person.revision).await?;
                shell.note("deleted");
                return Ok(());
            }
        };
        show::answer(shell, json, &answer.bytes, || record(&answer.value))
    }
}

async fn by_email(client: &Client, email: &str) -> Result<Person, CliError> {
    let people = client.people().all().await?;
    let found = people.into_iter().find(|person| person.email.eq_ignore_ascii_case(email));
    found.ok_or_else(|| CliError::NotFound { what: "person", name: email.to_owned() })
}

fn row(person: &Person) -> Vec<String> {
    vec![
        person.email.clone(),
        person.name.clone(),
        words::shown(person.role),
        show::yes_no(person.has_second_factor),
        show::maybe_instant(person.last_signed_in_at),
    ]
}

fn record(person: &Person) -> String {
    show::record(&[
        ("E-mail", person.email.clone()),
        ("Name", person.name.clone()),
        ("Role", words::shown(person.role)),
        ("Second factor", show::yes_no(person.has_second_factor)),
        ("Created", show::instant(person.created_at)),
    ])
}
