//! Credentials of machines.

use clap::{Args, Subcommand};
use macadam_api::people::{Permission, Role};
use macadam_api::tokens::{CreateToken, Token};
use uuid::Uuid;

use crate::connection::Connection;
use crate::error::CliError;
use crate::shell::Shell;
use crate::{show, words};

/// Credentials of machines
#[derive(Debug, Args)]
pub struct Tokens {
    #[command(subcommand)]
    command: TokensCommand,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Debug, Subcommand)]
enum TokensCommand {
    /// Create a token and print its secret; it cannot be read again
    Create {
        /// What it is for
        name: String,
        /// owner, admin, operator, help_desk, auditor or secrets_auditor
        #[arg(long, value_parser = words::word::<Role>)]
        role: Role,
        /// Limit it to this, of what its role allows: read, edit_library, refresh_catalog and so
        /// on; can be given several times
        #[arg(long = "scope", value_name = "PERMISSION", value_parser = words::word::<Permission>)]
        scopes: Vec<Permission>,
        /// How many days it can be used, 1 to 366
        #[arg(long, value_name = "DAYS", default_value_t = 90)]
        valid_days: u16,
    },
    /// List tokens
    List,
    /// Make a token useless
    Revoke {
        /// As the list shows it
        #[arg(value_parser = words::id)]
        id: Uuid,
    },
}

impl Tokens {
    pub(crate) async fn run(self, shell: &mut Shell) -> Result<(), CliError> {
        let (json, client) = (self.connection.json, self.connection.client(shell)?);
        match self.command {
            TokensCommand::Create { name, role, scopes, valid_days } => {
                let wish = CreateToken { name, role, scopes, valid_days };
                let answer = client.create_token(&wish).await?;
                show::answer(shell, json, &answer.bytes, || answer.value.secret.clone())
            }
            TokensCommand::List => {
                let header = ["id", "name", "role", "scopes", "expires", "last used", "by"];
                show::list(shell, json, client.tokens(), &header, row).await
            }
            TokensCommand::Revoke { id } => {
                client.revoke_token(id).await?;
                shell.note("revoked");
                Ok(())
            }
        }
    }
}

fn row(token: &Token) -> Vec<String> {
    vec![
        token.id.to_string(),
        token.name.clone(),
        words::shown(token.role),
        token.scopes.iter().map(words::shown).collect::<Vec<_>>().join(", "),
        show::instant(token.expires_at),
        show::maybe_instant(token.last_used_at),
        token.created_by.clone(),
    ]
}
