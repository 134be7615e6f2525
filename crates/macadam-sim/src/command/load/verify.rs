//! Whether a server that was killed still knows what it acknowledged.
//!
//! Results of commands and the time a device was last seen are read from the admin API. Push tokens
//! are secrets, so the server is asked to push to every device instead, and the double of Apple's
//! push service sees which tokens it uses.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::bail;
use macadam_api::client::{Client, ClientSettings};
use macadam_api::devices::{CommandState, Device, DeviceFilter};
use macadam_protocol::feed;
use macadam_sim::clock::{sleep, wall_now};
use macadam_sim::doubles::{Addresses, Doubles};
use macadam_sim::load::{Acknowledged, Ledger};

/// How long pushes may take after they were asked for.
const PUSH_PATIENCE: Duration = Duration::from_secs(60);
/// More differences than this are counted and not shown.
const SHOWN: usize = 20;

#[derive(clap::Args)]
pub(crate) struct VerifyArgs {
    /// The ledger that a run wrote
    #[arg(long, value_name = "FILE")]
    ledger: PathBuf,
    /// Address of the server
    #[arg(long, value_name = "URL")]
    server: String,
    /// An API token that may read and synchronize devices
    #[arg(long, env = "MACADAM_TOKEN", hide_env_values = true)]
    token: String,
    /// The state directory of the doubles that the server pushes to; they must not be running
    #[arg(long, value_name = "DIRECTORY")]
    doubles: PathBuf,
}

#[expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "it is what the command is asked for"
)]
pub(crate) async fn run(args: VerifyArgs) -> anyhow::Result<()> {
    let ledger = super::read_ledger(&args.ledger)?;
    let settings =
        ClientSettings { url: &args.server, token: Some(&args.token), extra_roots_pem: None };
    let client = Client::new(settings)?;
    let devices = client.devices(&DeviceFilter::default()).all().await?;
    let devices: BTreeMap<String, Device> =
        devices.into_iter().map(|device| (device.serial_number.clone(), device)).collect();
    let mut lost = Vec::new();
    for (serial, acknowledged) in &ledger.0 {
        match devices.get(serial) {
            None => lost.push(format!("{serial}: the server does not know it")),
            Some(device) => lost.extend(check(&client, device, acknowledged).await?),
        }
    }
    lost.extend(check_tokens(&args, &client, &ledger, &devices).await?);
    for line in lost.iter().take(SHOWN) {
        eprintln!("{line}");
    }
    if !lost.is_empty() {
        bail!("{} acknowledged writes are not there", lost.len());
    }
    println!("everything acknowledged to {} devices is there", ledger.0.len());
    Ok(())
}

async fn check(
    client: &Client,
    device: &Device,
    acknowledged: &Acknowledged,
) -> anyhow::Result<Vec<String>> {
    let mut lost = Vec::new();
    let serial = &device.serial_number;
    if let Some(seen) = acknowledged.seen_before
        && device.last_seen_at.is_none_or(|stored| stored < seen)
    {
        lost.push(format!("{serial}: seen at {seen}, stored is {:?}", device.last_seen_at));
    }
    if acknowledged.results.is_empty() {
        return Ok(lost);
    }
    let commands = client.commands(device.id).all().await?;
    let done: Vec<String> = commands
        .into_iter()
        .filter(|command| command.state == CommandState::Acknowledged)
        .map(|command| command.id.to_string())
        .collect();
    for result in &acknowledged.results {
        if !done.iter().any(|id| id.eq_ignore_ascii_case(result)) {
            lost.push(format!("{serial}: the result of command {result} is not there"));
        }
    }
    Ok(lost)
}

/// Lets the server push to every device whose token it acknowledged.
async fn check_tokens(
    args: &VerifyArgs,
    client: &Client,
    ledger: &Ledger,
    devices: &BTreeMap<String, Device>,
) -> anyhow::Result<Vec<String>> {
    let mut expected: BTreeMap<&String, &Acknowledged> =
        ledger.0.iter().filter(|(_, acknowledged)| acknowledged.token.is_some()).collect();
    if expected.is_empty() {
        return Ok(Vec::new());
    }
    let clock = Arc::new(|| Some(wall_now()));
    let history = Arc::new(feed::seed());
    let doubles =
        Doubles::start(&args.doubles, Addresses::default(), history, clock, wall_now()).await?;
    for acknowledged in expected.values() {
        for (token, _) in [&acknowledged.token, &acknowledged.token_in_flight].into_iter().flatten()
        {
            doubles.wakes.register(token.clone());
        }
    }
    for serial in expected.keys() {
        if let Some(device) = devices.get(*serial) {
            client.sync_device(device.id).await?;
        }
    }
    let deadline = sleep(PUSH_PATIENCE);
    tokio::pin!(deadline);
    while !expected.is_empty() {
        let wake = tokio::select! {
            wake = doubles.wakes.next() => wake,
            () = &mut deadline => break,
        };
        let pushed = (wake.token, wake.magic);
        expected.retain(|_, acknowledged| {
            let told = [&acknowledged.token, &acknowledged.token_in_flight];
            !told.into_iter().flatten().any(|told| *told == pushed)
        });
    }
    let missing = expected.keys().map(|serial| format!("{serial}: no push to its last token"));
    Ok(missing.collect())
}
