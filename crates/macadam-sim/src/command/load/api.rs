//! `macadam-sim load api`: how long a server takes to answer what a page asks it.

use std::fs::File;
use std::io::BufReader;
use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::{Context, ensure};
use macadam_sim::load::{Call, Wire, measure_calls};

#[derive(clap::Args)]
pub(crate) struct ApiArgs {
    /// Where the server listens for plain HTTP
    #[arg(long, value_name = "ADDRESS")]
    server: SocketAddr,
    /// JSON array of calls: name, method, path, perhaps a body
    #[arg(long, value_name = "FILE")]
    calls: PathBuf,
    /// How often each is made
    #[arg(long, default_value_t = 100)]
    times: usize,
    /// A session's or an API token
    #[arg(long, env = "MACADAM_TOKEN", hide_env_values = true)]
    token: String,
}

/// Prints one JSON object for each call, in their order.
#[expect(clippy::print_stdout, reason = "it is what the command is asked for")]
pub(crate) fn run(args: &ApiArgs) -> anyhow::Result<()> {
    ensure!(args.times > 0, "each call has to be made at least once");
    let file = File::open(&args.calls).context("opening the calls")?;
    let calls: Vec<Call> =
        serde_json::from_reader(BufReader::new(file)).context("reading the calls")?;
    let mut wire = Wire::new(args.server);
    for call in &calls {
        let timing = measure_calls(&mut wire, call, &args.token, args.times)
            .with_context(|| format!("measuring '{}'", call.name))?;
        println!("{}", serde_json::to_string(&timing)?);
    }
    Ok(())
}
