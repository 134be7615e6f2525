//! Servers and simulated devices on one manual clock, with doubles of Apple's feed and push
//! service. What happens follows from the seed alone, byte for byte.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::DateTime;
use macadam_api::blueprints::BlueprintFilter;
use macadam_api::client::{Client, ClientSettings};
use macadam_api::decisions::DecisionLine;
use macadam_api::devices::{Device, DeviceFilter};
use macadam_api::enrollments::CreateEnrollment;
use macadam_api::people::Role;
use macadam_api::policy_file::{ApplyPolicy, PolicyFile};
use macadam_api::previews::PreviewRequest;
use macadam_api::sessions::Actor;
use macadam_api::tokens::CreateToken;
use macadam_pki::{
    CertificateAuthority, Identity, Issuance, KeyKind, PrivateKey, SerialNumber, Validity,
};
use macadam_protocol::feed::{self, Seed};
use macadam_sim::apns::{ApnsDouble, Wakes};
use macadam_sim::apple_feed::AppleFeedDouble;
use macadam_sim::connection::{Credentials, Enrollee, Enroller, Proof, Reroute};
use macadam_sim::driver::{Driver, Pace, Weather};
use macadam_sim::fleet::{Fleet, Plan};
use macadam_sim::identity::KeyPool;
use macadam_sim::offers::Offers;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::runtime::{self, Runtime};
use tokio::task::JoinHandle;

use super::terminal::Terminal;
use super::world::TOPIC;
use crate::app::Caller;
use crate::workers::Crew;
use crate::{ClockHand, Clocks, Config, FleetClock, Ids, Server, WallClock};

/// How devices and links name every server.
const PUBLIC_URL: &str = "https://mdm.example.com";
/// The keys that devices share; each has a certificate of its own.
const KEYS: usize = 4;
/// What restarting takes.
const OUTAGE: Duration = Duration::from_secs(90);

/// The servers, what they talk to, and the hands of their clocks.
pub(super) struct Rig {
    pub(super) fleet: ClockHand,
    pub(super) history: Arc<Seed>,
    pub(super) offers: Arc<Offers>,
    pub(super) servers: Vec<Running>,
    /// What the servers showed of each device, by serial number: every change of its target.
    pub(super) sightings: BTreeMap<String, Vec<Sighting>>,
    pub(super) wakes: Wakes,
    looked_at: Timestamp,
    wall: ClockHand,
    apple: Apple,
    directory: TempDir,
    database_url: Option<String>,
    seed: u64,
    starts: u64,
}

/// A server on threads of its own, so that it can be killed whole.
pub(super) struct Running {
    pub(super) client: Client,
    /// A terminal of somebody who may do everything.
    pub(super) terminal: Terminal,
    pub(super) server: Server,
    crew: Arc<Crew>,
    enroller: Enroller,
    runtime: Option<Runtime>,
}

/// A target as it was shown from a moment on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Sighting {
    /// When the one before was seen last: it is no older than this.
    pub(super) since: Timestamp,
    pub(super) seen_at: Timestamp,
    pub(super) target: Option<(String, DateTime)>,
}

/// The doubles; Apple's authority issues their certificates and the push certificate.
struct Apple {
    feed: AppleFeedDouble,
    push: ApnsDouble,
    authority: CertificateAuthority,
    roots_file: PathBuf,
}

/// A log that can be read while it is written.
#[derive(Clone, Debug, Default)]
pub(super) struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    pub(super) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Rig {
    /// Starts one server whose fleet lives from `start` on.
    pub(super) async fn new(seed: u64, start: Timestamp, database_url: Option<String>) -> Self {
        let history = Arc::new(feed::seed());
        let (fleet, directory) = (ClockHand::at(start), tempfile::tempdir().unwrap());
        let roots_file = directory.path().join("apple.pem");
        let (apple, wakes) = Apple::start(&history, &fleet, roots_file, seed).await;
        let mut rig = Self {
            fleet,
            offers: Arc::new(Offers::of_seed(&history)),
            history,
            servers: Vec::new(),
            sightings: BTreeMap::new(),
            wakes,
            looked_at: start,
            wall: ClockHand::at("2026-01-01T00:00:00Z".parse().unwrap()),
            apple,
            directory,
            database_url,
            seed,
            starts: 0,
        };
        rig.start().await;
        rig.give_push_certificate().await;
        rig
    }

    /// Starts a server, on what others left or beside them.
    pub(super) async fn start(&mut self) {
        let clocks = Clocks {
            fleet: FleetClock::manual(&self.fleet),
            wall: WallClock::manual(&self.wall),
            ids: Ids::seeded(self.seed ^ (self.starts << 32)),
        };
        self.starts += 1;
        let config = Config::from_toml(&self.settings()).unwrap();
        let runtime = runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.unwrap();
        let starting = runtime.spawn(Server::start_with_crew(config, clocks));
        let (server, crew) = starting.await.unwrap().unwrap();
        let url = format!("http://{}", server.addresses()[0]);
        let token = runtime.spawn(token(server.app().clone())).await.unwrap();
        let settings = ClientSettings { url: &url, token: Some(&token), extra_roots_pem: None };
        let client = Client::new(settings).unwrap();
        let terminal = Terminal::new(&url, &token);
        let keys = KeyPool::generate(KeyKind::Rsa2048, KEYS);
        let enroller = Enroller::new(Vec::new(), keys, Proof::Signature, self.seed).unwrap();
        let enroller = enroller.rerouted(Reroute { named: PUBLIC_URL.into(), reached: url });
        let (crew, runtime) = (Arc::new(crew), Some(runtime));
        self.servers.push(Running { client, terminal, server, crew, enroller, runtime });
    }

    fn settings(&self) -> String {
        // Servers that share a database share the key that seals its secrets.
        let key = self.directory.path().join("sealing.key");
        let data = match self.database_url {
            Some(_) => self.directory.path().join(self.starts.to_string()),
            None => self.directory.path().join("data"),
        };
        let database = self.database_url.as_ref();
        let database = database.map_or(String::new(), |url| format!("database_url = {url:?}\n"));
        let Apple { feed, push, roots_file: roots, .. } = &self.apple;
        let (feed, push) = (feed.address(), push.address());
        // So many pushes a second that a fleet's go out at once: between two batches a server waits
        // for wall time, which stands still while it works here.
        format!(
            "public_url = {PUBLIC_URL:?}\nlisten_http = [\"127.0.0.1:0\"]\n\
             data_dir = {data:?}\nsealing_key_file = {key:?}\n{database}\
             feed = {{ url = \"https://{feed}/v2/pmv\", roots_file = {roots:?}, \
             every_minutes = 720 }}\n\
             push = {{ url = \"https://{push}\", roots_file = {roots:?} }}\n\
             limits = {{ pushes_per_second = 1000000 }}\n"
        )
    }

    async fn give_push_certificate(&self) {
        let key = PrivateKey::generate(KeyKind::Rsa2048);
        let authority = &self.apple.authority;
        let certificate = authority.issue_push_certificate(key.public_key(), TOPIC, &issuance(3));
        let (certificate, key) = (certificate.unwrap().to_pem(), key.to_pem().to_string());
        let app = self.servers[0].server.app().clone();
        let given = async move {
            app.set_push_certificate(&certificate, &SecretString::from(key)).await.unwrap();
        };
        self.servers[0].runtime().spawn(given).await.unwrap();
    }

    /// Ends a server as `kill -9` does: whatever it was doing stays undone.
    pub(super) fn kill(&mut self, number: usize) {
        let mut running = self.servers.remove(number);
        let runtime = running.runtime.take().unwrap();
        // A runtime may not be waited for in another one.
        let killed = std::thread::spawn(move || runtime.shutdown_timeout(Duration::from_secs(30)));
        killed.join().unwrap();
        drop(running);
        self.wall.advance(OUTAGE);
    }

    /// Lets each server do what is to be done by now, one after another.
    pub(super) async fn work(&self) {
        for running in &self.servers {
            running.begin_work().await.unwrap().unwrap();
        }
        self.wall.advance(Duration::from_secs(1));
    }

    pub(super) fn client(&self) -> &Client {
        &self.servers[0].client
    }

    pub(super) fn terminal(&self) -> &Terminal {
        &self.servers[0].terminal
    }

    /// Brings library items and blueprints to what a policy file says, as a person would.
    pub(super) async fn apply(&self, policy: serde_json::Value) {
        let policy: PolicyFile = serde_json::from_value(policy).unwrap();
        let request = PreviewRequest::Policy { policy: policy.clone() };
        let preview = self.client().preview(&request).await.unwrap().value;
        assert!(preview.problems.is_empty(), "{:?}", preview.problems);
        let wish = ApplyPolicy { policy, preview_digest: preview.digest };
        self.client().apply_policy(&wish).await.unwrap();
    }

    /// Makes a fleet, and enrolls its devices into the first blueprint, one after another and in
    /// calm weather: ids are given in the order of enrollment, and devices that had to try again
    /// would do so at the same time.
    pub(super) async fn enroll(&mut self, plan: Plan, weather: Weather, log: Log) -> Driver<Log> {
        let now = plan.start;
        let fleet = Fleet::new(plan, &self.history, &self.offers).unwrap();
        let members = fleet.members.len();
        let mut driver = Driver::new(fleet, Arc::clone(&self.offers), Weather::default(), log);
        driver.listen_to(self.wakes.clone());
        for index in 0..members {
            let enrollee = self.enrollee(0).await;
            driver.connect(index, enrollee);
            driver.step(now).await.unwrap();
        }
        driver.change_weather(weather);
        self.work().await;
        driver
    }

    /// An identity for one device, by a one-time link of this server.
    pub(super) async fn enrollee(&mut self, number: usize) -> Enrollee {
        let now = self.wall.now();
        let Running { client, enroller, .. } = &mut self.servers[number];
        let blueprints = client.blueprints(&BlueprintFilter::default()).all().await.unwrap();
        let wish = CreateEnrollment {
            note: String::new(),
            blueprint_id: blueprints.first().map(|blueprint| blueprint.id),
            valid_hours: None,
        };
        let link = client.create_enrollment(&wish).await.unwrap().value.url;
        enroller.by_link(&link, now).await.unwrap()
    }

    /// The same identity, used with another server.
    pub(super) fn moved(&self, mut credentials: Credentials, number: usize) -> Enrollee {
        let url = self.servers[number].url();
        credentials.check_in_url = format!("{url}/mdm/checkin");
        credentials.server_url = format!("{url}/mdm/connect");
        self.servers[number].enroller.by_credentials(credentials).unwrap()
    }

    /// Lets a fleet go on with the server that took the place of a killed one.
    pub(super) fn reconnect(&self, driver: Driver<Log>, weather: Weather, log: Log) -> Driver<Log> {
        let fleet = driver.save();
        let known = fleet.members.iter().map(|member| member.credentials.clone().unwrap());
        let known: Vec<_> = known.collect();
        let mut driver = Driver::new(fleet, Arc::clone(&self.offers), weather, log);
        driver.listen_to(self.wakes.clone());
        for (index, credentials) in known.into_iter().enumerate() {
            driver.connect(index, self.moved(credentials, 0));
        }
        driver
    }

    /// Every device as the server lists it.
    pub(super) async fn devices(&self) -> Vec<Device> {
        self.client().devices(&DeviceFilter::default()).all().await.unwrap()
    }

    /// Every decision as the server writes it, one a line.
    pub(super) async fn decisions(&self) -> String {
        let decisions: Vec<DecisionLine> = self.client().decisions().all().await.unwrap();
        let lines = decisions.iter().map(|line| serde_json::to_string(line).unwrap() + "\n");
        lines.collect()
    }

    /// Notes every target that is shown anew.
    async fn look(&mut self) {
        let (since, seen_at) = (self.looked_at, self.fleet.now());
        self.looked_at = seen_at;
        for device in self.devices().await {
            let seen = self.sightings.entry(device.serial_number).or_default();
            let target = device.decision.target_version.zip(device.decision.deadline_local);
            if seen.last().and_then(|last| last.target.as_ref()) != target.as_ref() {
                seen.push(Sighting { since, seen_at, target });
            }
        }
    }
}

impl Pace for Rig {
    /// Stops at each moment at which Apple's feed changed.
    async fn reach(&mut self, moment: Timestamp) {
        let from = self.fleet.now();
        let changes = self.history.moments().into_iter().filter(|at| from < *at && *at < moment);
        for at in changes.chain([moment]) {
            self.fleet.set(at);
            self.work().await;
        }
        self.look().await;
    }
}

impl Running {
    pub(super) fn url(&self) -> String {
        format!("http://{}", self.server.addresses()[0])
    }

    /// Sets the workers to work.
    pub(super) fn begin_work(&self) -> JoinHandle<anyhow::Result<()>> {
        let crew = Arc::clone(&self.crew);
        self.runtime().spawn(async move { crew.work().await })
    }

    fn runtime(&self) -> &Runtime {
        self.runtime.as_ref().expect("only a killed server has none")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Apple {
    async fn start(
        history: &Arc<Seed>,
        clock: &ClockHand,
        roots_file: PathBuf,
        seed: u64,
    ) -> (Self, Wakes) {
        let key = PrivateKey::generate(KeyKind::P256);
        let authority = CertificateAuthority::create("Apple", key, &issuance(1)).unwrap();
        std::fs::write(&roots_file, authority.certificate().to_pem()).unwrap();
        let key = PrivateKey::generate(KeyKind::P256);
        let names = ["127.0.0.1".to_owned()];
        let identity = authority.issue_tls_server(key.public_key(), &names, &issuance(2)).unwrap();
        let identity = Identity::new(identity, key).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (push, wakes) =
            ApnsDouble::start(listener, &identity, authority.certificate()).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let hand = clock.clone();
        let now = Arc::new(move || Some(hand.now()));
        let feed = AppleFeedDouble::start(listener, &identity, Arc::clone(history), now, seed);
        (Self { feed: feed.unwrap(), push, authority, roots_file }, wakes)
    }
}

/// Valid whenever this is run: TLS itself looks at the clock.
fn issuance(serial: u8) -> Issuance {
    Issuance {
        serial_number: SerialNumber::from_random([serial; 16]),
        validity: Validity {
            not_before: "2020-01-01T00:00:00Z".parse().unwrap(),
            not_after: "2120-01-01T00:00:00Z".parse().unwrap(),
        },
    }
}

/// The secret of an owner's token.
async fn token(app: crate::app::App) -> String {
    let caller = Caller {
        actor: Actor::System,
        name: "test".into(),
        role: Role::Owner,
        scopes: None,
        address: [127, 0, 0, 1].into(),
        expires_at: Timestamp::MAX,
        lacks_second_factor: false,
        token: None,
    };
    let wish =
        CreateToken { name: "test".into(), role: Role::Owner, scopes: Vec::new(), valid_days: 366 };
    app.create_token(&caller, wish).await.unwrap().secret
}
