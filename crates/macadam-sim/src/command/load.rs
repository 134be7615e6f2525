//! `macadam-sim load`: measures a server, and asks it afterwards what it still knows.

mod api;
mod verify;

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use indicatif::ProgressBar;
use jiff::Timestamp;
use macadam_protocol::feed;
use macadam_sim::clock::wall_now;
use macadam_sim::connection::Proof;
use macadam_sim::fleet::{Character, Fleet, Plan};
use macadam_sim::load::{
    Fixtures, Ledger, Processes, Run, Scenario, Target, data_sync_time, enroll_fleet,
    run as run_scenario,
};
use macadam_sim::offers::Offers;

#[derive(clap::Subcommand)]
pub(crate) enum LoadCommand {
    /// Make an authority whose certificate the server has to be told to trust
    Prepare(PrepareArgs),
    /// Make devices with identities of that authority and enroll them
    Enroll(EnrollArgs),
    /// Send one kind of request as fast as the server answers
    Run(RunArgs),
    /// Send a person's requests one after another, and tell how long each kind takes
    Api(api::ApiArgs),
    /// Ask a server that was killed for everything that it had acknowledged
    VerifyLedger(verify::VerifyArgs),
}

#[derive(clap::Args)]
pub(crate) struct PrepareArgs {
    /// Directory of the load's devices
    #[arg(long, value_name = "DIRECTORY")]
    directory: PathBuf,
}

#[derive(clap::Args)]
pub(crate) struct EnrollArgs {
    /// Directory of the load's devices
    #[arg(long, value_name = "DIRECTORY")]
    directory: PathBuf,
    /// Where the server listens for plain HTTP
    #[arg(long, value_name = "ADDRESS")]
    server: SocketAddr,
    /// The topic of the server's push certificate
    #[arg(long)]
    topic: String,
    /// How many devices
    #[arg(long, default_value_t = 500)]
    devices: usize,
    /// How many connections
    #[arg(long, default_value_t = 8)]
    connections: usize,
    /// How devices show their certificates
    #[arg(long, value_enum, default_value = "signature")]
    proof: Proof,
    /// The day whose versions the devices run
    #[arg(long, value_name = "TIME", default_value = "2026-02-02T08:00:00Z")]
    start: Timestamp,
    /// Decides models and versions
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

#[derive(clap::Args)]
pub(crate) struct RunArgs {
    /// Directory of the load's devices
    #[arg(long, value_name = "DIRECTORY")]
    directory: PathBuf,
    /// Where the server listens for plain HTTP
    #[arg(long, value_name = "ADDRESS")]
    server: SocketAddr,
    /// What to send
    #[arg(long, value_enum)]
    scenario: Scenario,
    /// How many connections
    #[arg(long, default_value_t = 8)]
    connections: usize,
    /// How long to measure
    #[arg(long, default_value_t = 10.0)]
    seconds: f64,
    /// How many of the devices take part; all when left out
    #[arg(long, default_value_t = usize::MAX)]
    devices: usize,
    /// How devices show their certificates
    #[arg(long, value_enum, default_value = "signature")]
    proof: Proof,
    /// Processes whose CPU time is measured, such as `server=1234`; repeatable
    #[arg(long, value_name = "NAME=PID", value_parser = named_process)]
    process: Vec<(String, u32)>,
    /// File for what the server acknowledged
    #[arg(long, value_name = "FILE")]
    ledger: Option<PathBuf>,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(command: LoadCommand) -> anyhow::Result<()> {
    match command {
        LoadCommand::Prepare(args) => prepare(&args),
        LoadCommand::Enroll(args) => enroll(&args),
        LoadCommand::Run(args) => measure(args),
        LoadCommand::Api(args) => api::run(&args),
        LoadCommand::VerifyLedger(args) => verify::run(args).await,
    }
}

#[expect(clippy::print_stdout, reason = "it is what the command is asked for")]
fn prepare(args: &PrepareArgs) -> anyhow::Result<()> {
    Fixtures::authority(&args.directory, wall_now(), 1)?;
    println!("{}", args.directory.join("device-ca.pem").display());
    Ok(())
}

#[expect(clippy::print_stdout, reason = "it is what the command is asked for")]
fn enroll(args: &EnrollArgs) -> anyhow::Result<()> {
    let seed = feed::seed();
    let plan = Plan {
        seed: args.seed,
        size: args.devices,
        start: args.start,
        character: Character::Obedient,
        polls_every: None,
    };
    let fleet = Fleet::new(plan, &seed, &Offers::of_seed(&seed))?;
    let models: BTreeSet<String> =
        fleet.members.iter().map(|member| member.device.hardware().update_id.clone()).collect();
    let mut fixtures = Fixtures::create(&args.directory, fleet, &args.topic, wall_now())?;
    let target = Target { address: args.server, proof: args.proof, signed_at: wall_now() };
    let progress = ProgressBar::new(args.devices as u64);
    let enrolled = enroll_fleet(&mut fixtures, &target, args.connections, &|| progress.inc(1))?;
    progress.finish_and_clear();
    fixtures.save()?;
    println!(
        "{} devices of {} device ids enrolled with {} requests in {:.1} s",
        enrolled.devices,
        models.len(),
        enrolled.requests,
        enrolled.seconds
    );
    Ok(())
}

#[expect(clippy::print_stdout, reason = "it is what the command is asked for")]
fn measure(args: RunArgs) -> anyhow::Result<()> {
    let fixtures = Fixtures::open(&args.directory)?;
    let processes = Processes(args.process);
    let run = Run {
        target: Target { address: args.server, proof: args.proof, signed_at: wall_now() },
        scenario: args.scenario,
        connections: args.connections,
        seconds: args.seconds,
        devices: args.devices,
        processes: &processes,
    };
    let sync = data_sync_time(&args.directory).context("measuring how long a sync takes")?;
    let (mut report, ledger) = run_scenario(&fixtures, &run)?;
    report.data_sync_us = sync.as_secs_f64() * 1e6;
    if let Some(path) = &args.ledger {
        write_ledger(path, &ledger)?;
    }
    if args.json {
        println!("{}", serde_json::to_string(&report)?);
    } else {
        print!("{report}");
    }
    ensure!(report.wrongly_accepted == 0, "wrong requests were accepted");
    let first = report.first_failure.unwrap_or_default();
    ensure!(report.failed == 0, "{} requests were not answered rightly: {first}", report.failed);
    ensure!(report.refused > 0, "no wrong request was sent; measure for longer");
    Ok(())
}

fn write_ledger(path: &Path, ledger: &Ledger) -> anyhow::Result<()> {
    let file = File::create(path).with_context(|| format!("creating {}", path.display()))?;
    ledger.write(BufWriter::new(file)).context("writing the ledger")
}

fn read_ledger(path: &Path) -> anyhow::Result<Ledger> {
    let file = File::open(path).with_context(|| format!("opening {}", path.display()))?;
    Ok(Ledger::read(BufReader::new(file))?)
}

fn named_process(text: &str) -> Result<(String, u32), String> {
    let (name, id) = text.split_once('=').ok_or("a name and a process id are expected")?;
    let id = id.parse().map_err(|_| format!("'{id}' is not a process id"))?;
    Ok((name.to_owned(), id))
}
