//! What changes, as it changes.

use clap::Args;
use macadam_api::events::{Changed, Event};
use serde_json::json;

use crate::connection::Connection;
use crate::error::CliError;
use crate::shell::Shell;
use crate::words;

/// Print what changes, as it changes, until Ctrl-C
#[derive(Debug, Args)]
pub struct Events {
    /// Begin after this event, as an earlier line named it
    #[arg(long, value_name = "ID")]
    after: Option<i64>,
    /// End after so many events
    #[arg(long, value_name = "NUMBER")]
    limit: Option<u64>,
    #[command(flatten)]
    connection: Connection,
}

impl Events {
    pub(crate) async fn run(self, shell: &mut Shell) -> Result<(), CliError> {
        let client = self.connection.client(shell)?;
        let (mut after, mut left) = (self.after, self.limit);
        while left != Some(0) {
            // The server ends a stream now and then; the next one goes on where it ended.
            let mut events = client.events(after).await?;
            while left != Some(0)
                && let Some(event) = events.next().await?
            {
                let is_again = matches!(event, Event::Ready) && after.is_some();
                after = events.last();
                if is_again {
                    continue;
                }
                left = left.map(|left| left - 1);
                shell.print(&self.line(after, &event))?;
                shell.flush()?;
            }
        }
        Ok(())
    }

    fn line(&self, id: Option<i64>, event: &Event) -> String {
        if self.connection.json {
            let changed = match event {
                Event::Changed(changed) => Some(changed),
                Event::Ready | Event::Resync => None,
            };
            return json!({ "id": id, "event": event.name(), "changed": changed }).to_string();
        }
        let id = id.map(|id| id.to_string()).unwrap_or_default();
        let Event::Changed(Changed { noun, ids }) = event else {
            return format!("{id}  {}", event.name());
        };
        let ids = match ids {
            Some(ids) => ids.iter().map(|id| format!(" {id}")).collect(),
            None => " any".to_owned(),
        };
        format!("{id}  {}{ids}", words::shown(noun))
    }
}
