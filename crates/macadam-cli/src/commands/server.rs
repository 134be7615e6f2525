//! How the fleet and the server do.

use clap::Args;
use macadam_api::server::Server;

use crate::connection::Connection;
use crate::error::CliError;
use crate::shell::Shell;
use crate::{show, words};

/// Say how the fleet and the server do
#[derive(Debug, Args)]
pub struct Status {
    #[command(flatten)]
    connection: Connection,
}

impl Status {
    pub(crate) async fn run(self, shell: &mut Shell) -> Result<(), CliError> {
        let answer = self.connection.client(shell)?.server().await?;
        show::answer(shell, self.connection.json, &answer.bytes, || text(&answer.value))
    }
}

fn text(server: &Server) -> String {
    let devices = &server.devices;
    let feeds: Vec<_> = server
        .feeds
        .iter()
        .map(|feed| {
            format!("{} from {}", words::shown(feed.name), show::maybe_instant(feed.accepted_at))
        })
        .collect();
    let mut parts = vec![show::record(&[
        ("Server", format!("{} {}", server.public_url, server.version)),
        ("Database", words::shown(server.database)),
        ("Running since", show::instant(server.started_at)),
        ("Fleet time", show::instant(server.fleet_time)),
        ("Release data", feeds.join(", ")),
        ("Push certificate until", show::maybe_instant(server.push_certificate_expires_at)),
        ("Pushes waiting", server.pushes_waiting.to_string()),
        ("Devices", devices.total.to_string()),
        ("Overdue", devices.overdue.to_string()),
        ("Below a floor", devices.below_floor.to_string()),
    ])];
    let by_status = devices.by_status.iter();
    let rows = by_status.map(|(status, count)| vec![words::shown(status), count.to_string()]);
    parts.push(show::table(&["status", "devices"], rows));
    parts.extend(
        server.alerts.iter().map(|alert| {
            format!("Needs a person: {} [{}]", show::inert(&alert.message), alert.code)
        }),
    );
    parts.join("\n\n")
}
