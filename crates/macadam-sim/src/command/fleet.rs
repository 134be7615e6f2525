//! `macadam-sim fleet`: enrolls devices with a server and lets them live along with its clock.

use std::fs::{File, OpenOptions};
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, ensure};
use indicatif::ProgressBar;
use jiff::{SignedDuration, Timestamp};
use macadam_api::blueprints::BlueprintFilter;
use macadam_api::client::{Client, ClientSettings};
use macadam_api::enrollments::CreateEnrollment;
use macadam_pki::KeyKind;
use macadam_protocol::feed;
use macadam_sim::clock::{sleep, wall_now};
use macadam_sim::connection::{Enroller, Proof};
use macadam_sim::driver::{Driver, Weather};
use macadam_sim::fleet::{Character, Facts, Fleet, Plan};
use macadam_sim::identity::KeyPool;
use macadam_sim::offers::Offers;

use uuid::Uuid;

use super::doubles::{self, DoublesArgs, SharedClock};
use super::pace::Pace;
use super::stop_requested;

/// How long a server may take to come up.
const PATIENCE: Duration = Duration::from_mins(15);
/// How often the state is saved, in wall time.
const SAVE_EVERY: SignedDuration = SignedDuration::from_secs(10);

#[derive(clap::Args)]
pub(crate) struct FleetArgs {
    #[command(flatten)]
    doubles: DoublesArgs,
    /// Address of the server, such as `https://127.0.0.1:8443`
    #[arg(long, value_name = "URL")]
    server: String,
    /// Authorities of the server's TLS certificate (PEM); it is waited for
    #[arg(long, value_name = "FILE")]
    server_roots: Option<PathBuf>,
    /// File with an API token that may create enrollments; it is waited for
    #[arg(long, value_name = "FILE")]
    token_file: PathBuf,
    /// Name of the blueprint that the devices are put into
    #[arg(long, value_name = "NAME")]
    blueprint: Option<String>,
    /// How many devices
    #[arg(long, default_value_t = 300)]
    devices: usize,
    /// Facts that devices of a new fleet tell about themselves instead of their own: a JSON list
    /// of objects with `device` (its number, from 0) and any of `name`, `serial`, `model_name` and
    /// `failure`
    #[arg(long, value_name = "FILE")]
    facts: Option<PathBuf>,
    /// Decides everything that is left to chance
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How the devices behave
    #[arg(long, value_enum, default_value = "lifelike")]
    character: Character,
    /// How the devices show their certificates
    #[arg(long, value_enum, default_value = "signature")]
    proof: Proof,
    /// How many RSA keys the devices share; each has its own certificate
    #[arg(long, default_value_t = 16)]
    keys: usize,
    /// Messages in a thousand that are lost, and as many that are doubled
    #[arg(long, default_value_t = 5)]
    flaky: u16,
    /// The fleet's time at which to end; never when left out
    #[arg(long, value_name = "TIME")]
    until: Option<Timestamp>,
}

pub(crate) async fn run(args: FleetArgs) -> anyhow::Result<()> {
    let seed = Arc::new(feed::seed());
    let offers = Arc::new(Offers::of_seed(&seed));
    let clock = SharedClock::default();
    let saved = args.doubles.state.join("fleet.json");
    let before = load(&saved)?;
    let running = doubles::start(&args.doubles, Arc::clone(&seed), &clock).await?;
    doubles::say(&running);
    // A push to a token that nobody has would end all pushes to the device.
    for member in before.iter().flat_map(|fleet| &fleet.members) {
        if member.credentials.is_some() {
            running.wakes.register(member.device.push_token().to_vec());
        }
    }

    let roots = match &args.server_roots {
        Some(path) => wait_for(path).await?.into_bytes(),
        None => Vec::new(),
    };
    let token = wait_for(&args.token_file).await?;
    let client = Client::new(ClientSettings {
        url: &args.server,
        token: Some(token.trim()),
        extra_roots_pem: (!roots.is_empty()).then_some(roots.as_slice()),
    })?;
    let mut pace = Pace::of(client, args.doubles.factor, patience(), clock).await?;

    let fleet = match before {
        Some(fleet) => fleet,
        None => {
            let plan = Plan {
                seed: args.seed,
                size: args.devices,
                start: pace.clock().now(),
                character: args.character,
                polls_every: None,
            };
            let mut fleet = Fleet::new(plan, &seed, &offers)?;
            fleet.tell(read_facts(args.facts.as_deref())?)?;
            fleet
        }
    };
    let log = open_log(&args.doubles.state.join("events.jsonl"))?;
    let mut driver = Driver::new(fleet.clone(), offers, weather(args.flaky), log);
    driver.listen_to(running.wakes.clone());
    let roots = reqwest::Certificate::from_pem_bundle(&roots).context("reading the roots")?;
    enroll(&args, pace.client(), roots, fleet, &mut driver).await?;
    live(&args, &mut pace, &saved, &mut driver).await?;
    // Nothing arrives any more; what has is kept, as Apple keeps it for a device that is off.
    drop(running);
    driver.take_pushes().await;
    save(&saved, &driver.save())
}

/// Gives every device its connection; those without an identity use a one-time link each.
async fn enroll(
    args: &FleetArgs,
    client: &Client,
    roots: Vec<reqwest::Certificate>,
    fleet: Fleet,
    driver: &mut Driver<BufWriter<File>>,
) -> anyhow::Result<()> {
    let blueprint_id = match &args.blueprint {
        Some(name) => Some(find_blueprint(client, name).await?),
        None => None,
    };
    let keys = KeyPool::generate(KeyKind::Rsa2048, args.keys);
    let mut enroller = Enroller::new(roots, keys, args.proof, args.seed)?;
    let progress = ProgressBar::new(fleet.members.len() as u64).with_message("enrolling");
    for (index, member) in fleet.members.into_iter().enumerate() {
        let enrollee = match member.credentials {
            Some(credentials) => enroller.by_credentials(credentials.followed_to(&args.server))?,
            None => {
                let wished = CreateEnrollment {
                    note: member.device.hardware().name.clone(),
                    blueprint_id,
                    valid_hours: None,
                };
                let link = client.create_enrollment(&wished).await?.value.url;
                enroller.by_link(&link, wall_now()).await.context("enrolling a device")?
            }
        };
        driver.connect(index, enrollee);
        progress.inc(1);
    }
    progress.finish_and_clear();
    Ok(())
}

async fn find_blueprint(client: &Client, name: &str) -> anyhow::Result<Uuid> {
    let blueprints = client.blueprints(&BlueprintFilter::default()).all().await?;
    let found = blueprints.iter().find(|blueprint| blueprint.name == name);
    Ok(found.with_context(|| format!("the server has no blueprint '{name}'"))?.id)
}

/// Follows the clock until the end or a signal, saving from time to time.
async fn live(
    args: &FleetArgs,
    pace: &mut Pace,
    saved: &Path,
    driver: &mut Driver<BufWriter<File>>,
) -> anyhow::Result<()> {
    let end = args.until.unwrap_or(Timestamp::MAX);
    let stop = stop_requested();
    tokio::pin!(stop);
    let mut is_over = false;
    while !is_over {
        pace.keep_up().await;
        let clock = pace.clock();
        let slice = SAVE_EVERY.mul_f64(args.doubles.factor);
        let until = clock.now().saturating_add(slice)?.min(end);
        tokio::select! {
            followed = driver.follow(&clock, until) => followed?,
            stopped = &mut stop => {
                stopped.context("waiting for a signal")?;
                is_over = true;
            }
        }
        is_over |= clock.now() >= end;
        driver.flush()?;
        save(saved, &driver.save())?;
    }
    Ok(())
}

fn read_facts(path: Option<&Path>) -> anyhow::Result<Vec<Facts>> {
    let Some(path) = path else { return Ok(Vec::new()) };
    let reading = || format!("reading the facts in {}", path.display());
    serde_json::from_slice(&std::fs::read(path).with_context(reading)?).with_context(reading)
}

fn load(path: &Path) -> anyhow::Result<Option<Fleet>> {
    match std::fs::read(path) {
        Ok(json) => Ok(Some(serde_json::from_slice(&json).context("reading the saved fleet")?)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).context("reading the saved fleet"),
    }
}

/// Replaces the saved fleet in one step, so that there always is a whole one.
fn save(path: &Path, fleet: &Fleet) -> anyhow::Result<()> {
    let new = path.with_extension("new");
    std::fs::write(&new, serde_json::to_vec(fleet)?).context("saving the fleet")?;
    std::fs::rename(&new, path).context("saving the fleet")
}

fn open_log(path: &Path) -> anyhow::Result<BufWriter<File>> {
    let file = OpenOptions::new().create(true).append(true).open(path);
    Ok(BufWriter::new(file.with_context(|| format!("opening {}", path.display()))?))
}

fn weather(flaky: u16) -> Weather {
    Weather { lost_requests: flaky, lost_answers: flaky, doubled: flaky }
}

/// Waits until somebody has written a file.
async fn wait_for(path: &Path) -> anyhow::Result<String> {
    let began = wall_now();
    loop {
        match std::fs::read_to_string(path) {
            Ok(text) if !text.trim().is_empty() => return Ok(text),
            Ok(_) | Err(_) => {}
        }
        ensure!(wall_now() - began < patience(), "{} did not appear", path.display());
        sleep(Duration::from_millis(200)).await;
    }
}

fn patience() -> SignedDuration {
    SignedDuration::try_from(PATIENCE).unwrap_or(SignedDuration::MAX)
}
