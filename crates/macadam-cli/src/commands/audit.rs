//! Who did what, when, from where.

use clap::{Args, Subcommand};
use jiff::Timestamp;
use macadam_api::audit::{AuditEntry, AuditFilter, AuditVerification};
use macadam_api::client::Client;

use crate::connection::Connection;
use crate::error::CliError;
use crate::shell::Shell;
use crate::{show, words};

/// Who did what, when, from where
#[derive(Debug, Args)]
pub struct Audit {
    #[command(subcommand)]
    command: AuditCommand,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Debug, Subcommand)]
enum AuditCommand {
    /// List entries, newest first
    List {
        #[command(flatten)]
        filter: Filter,
        /// At most this many rows
        #[arg(long, default_value_t = 100)]
        limit: u64,
    },
    /// Check that no entry was changed or removed
    Verify,
    /// Print every entry as one JSON object a line, newest first
    Export(Filter),
}

/// Which entries
#[derive(Debug, Args)]
struct Filter {
    /// E-mail address of the person, name of the token, or a part of it
    #[arg(long)]
    actor: Option<String>,
    /// Such as create_blueprint
    #[arg(long)]
    action: Option<String>,
    /// Such as blueprints, or blueprints/ID
    #[arg(long)]
    object: Option<String>,
    /// From this moment on
    #[arg(long, value_name = "TIME", value_parser = words::instant)]
    since: Option<Timestamp>,
    /// Up to this moment
    #[arg(long, value_name = "TIME", value_parser = words::instant)]
    until: Option<Timestamp>,
}

impl From<Filter> for AuditFilter {
    fn from(filter: Filter) -> Self {
        let Filter { actor: actor_name, action, object, since, until } = filter;
        Self { actor_name, action, object, since, until }
    }
}

impl Audit {
    pub(crate) async fn run(self, shell: &mut Shell) -> Result<(), CliError> {
        let (json, client) = (self.connection.json, self.connection.client(shell)?);
        match self.command {
            AuditCommand::List { filter, limit } => {
                let header = ["number", "at", "who", "from", "action", "object", "reason"];
                let pages = client.audit(&filter.into()).at_most(limit);
                show::list(shell, json, pages, &header, row).await
            }
            AuditCommand::Verify => verify(&client, json, shell).await,
            AuditCommand::Export(filter) => {
                show::lines(shell, "entries read", client.audit(&filter.into())).await
            }
        }
    }
}

async fn verify(client: &Client, json: bool, shell: &mut Shell) -> Result<(), CliError> {
    let waiting = shell.spinner("checking the whole chain");
    let answer = client.verify_audit().await?;
    waiting.finish_and_clear();
    show::answer(shell, json, &answer.bytes, || verification(&answer.value))?;
    match answer.value.broken_at {
        None => Ok(()),
        Some(number) => Err(CliError::AuditBroken(number)),
    }
}

fn verification(verification: &AuditVerification) -> String {
    let chain = match verification.broken_at {
        None => "unbroken".to_owned(),
        Some(number) => format!("broken at entry {number}"),
    };
    show::record(&[
        ("Entries", verification.entries.to_string()),
        ("Chain", chain),
        ("Newest hash", verification.head.clone().unwrap_or_default()),
    ])
}

fn row(entry: &AuditEntry) -> Vec<String> {
    vec![
        entry.number.to_string(),
        show::instant(entry.at),
        entry.actor_name.clone(),
        entry.address.clone().unwrap_or_default(),
        entry.action.clone(),
        entry.object.clone(),
        entry.reason.clone().unwrap_or_default(),
    ]
}
