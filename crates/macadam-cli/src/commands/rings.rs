//! Rings: how they do, and releases that were stopped for the later ones.

use clap::{Args, Subcommand};
use macadam_api::rings::{ResumeRing, RingHalt, RingProgress, Trouble, TroubledDevice};
use uuid::Uuid;

use super::find;
use crate::connection::Connection;
use crate::error::CliError;
use crate::shell::Shell;
use crate::{show, words};

/// What the devices that are in no ring are called.
const NO_RING: &str = "(no ring)";

/// Rings of Managed OS items, and releases stopped for the later ones
#[derive(Debug, Args)]
pub struct Rings {
    #[command(subcommand)]
    command: RingsCommand,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Debug, Subcommand)]
enum RingsCommand {
    /// Show how each ring of an item does with each release
    Show {
        /// Library item, by label or id
        item: String,
    },
    /// List releases that trouble in one ring stopped for the later ones
    Halts,
    /// List the devices that are in trouble with a stopped release
    Devices {
        /// As `rings halts` shows it
        #[arg(value_parser = words::id)]
        id: Uuid,
    },
    /// Let a stopped release go on
    Resume {
        /// As `rings halts` shows it
        #[arg(value_parser = words::id)]
        id: Uuid,
        /// Why; it stands in the audit log
        #[arg(long)]
        reason: String,
    },
}

impl Rings {
    pub(crate) async fn run(self, shell: &mut Shell) -> Result<(), CliError> {
        let (json, client) = (self.connection.json, self.connection.client(shell)?);
        match self.command {
            RingsCommand::Show { item } => {
                let answer = client.rings(find::item(&client, &item).await?).await?;
                show::answer(shell, json, &answer.bytes, || progress(&answer.value))
            }
            RingsCommand::Halts => {
                let answer = client.ring_halts().await?;
                show::answer(shell, json, &answer.bytes, || halts(&answer.value))
            }
            RingsCommand::Devices { id } => {
                let answer = client.troubled_devices(id).await?;
                show::answer(shell, json, &answer.bytes, || troubled(&answer.value))
            }
            RingsCommand::Resume { id, reason } => {
                let answer = client.resume_ring(id, &ResumeRing { reason }).await?;
                show::answer(shell, json, &answer.bytes, || {
                    halts(std::slice::from_ref(&answer.value))
                })
            }
        }
    }
}

fn progress(rings: &[RingProgress]) -> String {
    let rows = rings.iter().flat_map(|ring| {
        ring.releases.iter().map(|release| {
            let counts = [release.devices, release.done, release.failed, release.silent];
            let mut row = vec![
                ring.ring.clone().unwrap_or_else(|| NO_RING.into()),
                ring.offset_days.to_string(),
                release.version.clone(),
            ];
            row.extend(counts.iter().map(ToString::to_string));
            row.push(release.halt_id.map(|_| "halted".to_owned()).unwrap_or_default());
            row
        })
    });
    let header = ["ring", "days later", "version", "devices", "done", "failed", "silent", ""];
    show::table(&header, rows)
}

fn troubled(devices: &[TroubledDevice]) -> String {
    let row = |device: &TroubledDevice| {
        vec![
            device.name.clone(),
            device.serial_number.clone(),
            match device.trouble {
                Trouble::Failed => "failed".to_owned(),
                Trouble::Silent => "silent".to_owned(),
            },
            show::maybe_instant(device.last_seen_at),
            device.device_words.clone().unwrap_or_default(),
        ]
    };
    let header = ["name", "serial", "trouble", "last seen", "the device says"];
    show::table(&header, devices.iter().map(row))
}

fn halts(halts: &[RingHalt]) -> String {
    let row = |halt: &RingHalt| {
        let resumed = halt.resumed_by.as_ref().map(|by| {
            let reason = halt.resume_reason.as_deref().unwrap_or_default();
            format!("{} by {by}: {reason}", show::maybe_instant(halt.resumed_at))
        });
        vec![
            halt.id.to_string(),
            halt.item.name.clone(),
            halt.ring.clone().unwrap_or_else(|| NO_RING.into()),
            halt.version.clone(),
            show::instant(halt.halted_at),
            halt.reason.clone(),
            resumed.unwrap_or_default(),
        ]
    };
    let header = ["id", "item", "ring", "version", "halted", "why", "went on"];
    show::table(&header, halts.iter().map(row))
}
