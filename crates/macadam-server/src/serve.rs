//! Starts and stops the server. This file alone knows every part.

mod certificate;
mod fleet_clock;
mod setup;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use arc_swap::ArcSwap;
use axum::Router;
use macadam_pki::{LoadAnchorsError, TrustAnchors};
use macadam_store::{OpenStoreError, Sealer, Store, StoreError, StoreOptions};
use secrecy::ExposeSecret;
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

pub use crate::app::PrepareSetUpError;
use crate::app::{
    App, CommunitySource, Doors, HeldLeases, IdentityTrust, Knowledge, Parts, Reconciler, Refusals,
    RelyingParty, Signals, Watchers,
};
use crate::clock::{FleetClock, Ids, WallClock};
use crate::config::{Config, ServeArgs};
use crate::listen::{Listener, Transport, serve_listener};
use crate::outbound::apple_feed::AppleFeed;
use crate::outbound::community_feed::CommunityFeed;
use crate::outbound::fetch::FetchLimits;
use crate::{admin_api, device_api, health, web, workers};
pub use certificate::CertificateError;
use certificate::{keep_fresh, tls_config};
pub use fleet_clock::FleetClockError;
pub use setup::SetUpError;
use setup::authority;

/// Connections to PostgreSQL, or concurrent reads of SQLite.
const DATABASE_CONNECTIONS: u32 = 16;

/// Apple's answer has some 60 kB.
const FEED_LIMITS: FetchLimits = FetchLimits {
    connect: Duration::from_secs(10),
    answer: Duration::from_secs(60),
    bytes: 8 * 1024 * 1024,
};

/// The larger of the community's files has some 2 MB.
const COMMUNITY_LIMITS: FetchLimits = FetchLimits { bytes: 32 * 1024 * 1024, ..FEED_LIMITS };

/// A running server. Dropping it stops it without waiting; see [`Server::stop`].
pub struct Server {
    addresses: Vec<SocketAddr>,
    tasks: Vec<JoinHandle<()>>,
    stop: CancellationToken,
    app: App,
}

/// Where time and randomness come from, when not from the machine.
pub struct Clocks {
    pub fleet: FleetClock,
    pub wall: WallClock,
    pub ids: Ids,
}

/// The server did not start.
#[derive(Debug, Error)]
pub enum StartError {
    #[error("the server could not be set up")]
    SetUp(#[from] SetUpError),
    #[error("the fleet's clock cannot go on")]
    FleetClock(#[from] FleetClockError),
    #[error("cannot open the database")]
    OpenStore(#[from] OpenStoreError),
    #[error("the first set-up cannot be prepared")]
    PrepareSetUp(#[from] PrepareSetUpError),
    #[error("Apple's feed cannot be asked")]
    AppleFeed(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("the community's feed cannot be asked")]
    CommunityFeed(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("HTTPS cannot be served")]
    Certificate(#[from] CertificateError),
    #[error("an authority for device identities cannot be used")]
    Anchors(#[from] LoadAnchorsError),
    #[error("cannot listen on {address}")]
    Listen { address: SocketAddr, source: io::Error },
    #[error("the database did not do its part")]
    Store(#[from] StoreError),
}

/// `macadam serve`: runs until it is told to stop.
pub async fn serve_command(args: ServeArgs) -> anyhow::Result<()> {
    let config = Config::load(&args)?;
    let server = Server::start(config).await.context("the server cannot start")?;
    for address in server.addresses() {
        tracing::info!(%address, "listening");
    }
    stop_requested().await;
    tracing::info!("stopping");
    server.stop().await;
    Ok(())
}

async fn stop_requested() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

impl Server {
    /// Starts a server that follows the machine's clock, or the one its settings ask for.
    pub async fn start(config: Config) -> Result<Self, StartError> {
        let (wall, ids) = (WallClock::real(), Ids::system());
        let store = open_store(&config, &ids).await?;
        let fleet = fleet_clock::start(&store, config.fleet_clock, wall.now()).await?;
        Ok(Self::assemble(config, store, Clocks { fleet, wall, ids }).await?.at_work())
    }

    /// Starts a server on other clocks; for tests and simulations in one process.
    pub async fn start_with(config: Config, clocks: Clocks) -> Result<Self, StartError> {
        let store = open_store(&config, &clocks.ids).await?;
        Ok(Self::assemble(config, store, clocks).await?.at_work())
    }

    /// Starts a server whose workers work only when they are told to, for tests in which every
    /// byte repeats.
    #[cfg(test)]
    pub(crate) async fn start_with_crew(
        config: Config,
        clocks: Clocks,
    ) -> Result<(Self, workers::Crew), StartError> {
        let store = open_store(&config, &clocks.ids).await?;
        let server = Self::assemble(config, store, clocks).await?;
        let crew = workers::Crew::new(&server.app);
        Ok((server, crew))
    }

    async fn assemble(config: Config, store: Store, clocks: Clocks) -> Result<Self, StartError> {
        let Clocks { fleet: fleet_clock, wall: wall_clock, ids } = clocks;
        let authority = authority(&store, &wall_clock, &ids).await?;
        setup::publish_authority(&config.data_dir, authority.certificate())?;
        let roots = config.device_ca.roots.iter().chain([authority.certificate()]);
        let identity_trust = IdentityTrust::new(TrustAnchors::from_certificates(roots)?);
        let seed = macadam_protocol::feed::seed();
        let apple_feed = AppleFeed::new(&config.feed, FEED_LIMITS)
            .map_err(|error| StartError::AppleFeed(error.into()))?;
        let community_source = community_source(&config)?;
        let (doors, started_at) = (Doors::new(wall_clock.clone()), wall_clock.now());
        let app = App::new(Parts {
            admission: Arc::new(Semaphore::new(config.limits.concurrent_requests)),
            relying_party: RelyingParty::of(&config),
            config,
            store,
            fleet_clock,
            wall_clock,
            ids,
            signals: Signals::default(),
            authority,
            identity_trust,
            refusals: Refusals::default(),
            doors,
            started_at,
            apple_feed,
            community_source,
            knowledge: ArcSwap::from_pointee(Knowledge::of_the_past(&seed)),
            reconciler: Reconciler::default(),
            leases: HeldLeases::default(),
            watchers: Watchers::default(),
            stopping: CancellationToken::new(),
        });
        app.prepare_set_up().await?;
        app.seed_catalog(&seed).await?;
        app.seed_release_notes(&seed).await?;
        app.refresh_knowledge().await?;
        Self::listen(app).await
    }

    fn at_work(mut self) -> Self {
        self.tasks.extend(workers::spawn_all(&self.app, &self.stop));
        if self.app.fleet_clock.acceleration().is_some() {
            let kept = fleet_clock::keep(self.app.clone(), self.stop.clone());
            self.tasks.push(tokio::spawn(kept));
        }
        self
    }

    async fn listen(app: App) -> Result<Self, StartError> {
        let stop = app.stopping.clone();
        let mut server = Self { addresses: Vec::new(), tasks: Vec::new(), stop, app };
        let plain = server.app.config.listen_http.clone();
        let tls = server.app.config.listen.clone();
        // All listeners share the process's sockets, so they share the limit.
        let connections = Arc::new(Semaphore::new(server.app.config.limits.connections));
        if !tls.is_empty() {
            let config = Arc::new(ArcSwap::from_pointee(tls_config(&server.app)?));
            let renewal = keep_fresh(server.app.clone(), Arc::clone(&config), server.stop.clone());
            server.tasks.push(tokio::spawn(renewal));
            server.listen_on(&tls, &Transport::Tls(config), &connections).await?;
        }
        server.listen_on(&plain, &Transport::Plain, &connections).await?;
        Ok(server)
    }

    async fn listen_on(
        &mut self,
        addresses: &[SocketAddr],
        transport: &Transport,
        connections: &Arc<Semaphore>,
    ) -> Result<(), StartError> {
        let router = router(&self.app);
        for &address in addresses {
            let failed = |source| StartError::Listen { address, source };
            let socket = TcpListener::bind(address).await.map_err(failed)?;
            self.addresses.push(socket.local_addr().map_err(failed)?);
            let listener = Listener { socket, transport: transport.clone() };
            let (connections, stop) = (Arc::clone(connections), self.stop.clone());
            let serving = serve_listener(listener, router.clone(), connections, stop);
            self.tasks.push(tokio::spawn(serving));
        }
        Ok(())
    }

    /// Where the server listens, with the ports it was given.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// The use cases, for tests that look behind the surfaces.
    #[cfg(test)]
    pub(crate) fn app(&self) -> &App {
        &self.app
    }

    /// Lets requests in the works finish, writes down what is only in memory, and stops.
    pub async fn stop(mut self) {
        self.stop.cancel();
        for task in self.tasks.drain(..) {
            if let Err(error) = task.await {
                tracing::error!(%error, "a part of the server ended badly");
            }
        }
        if let Err(error) = self.app.flush().await {
            tracing::error!(error = &error as &dyn std::error::Error, "last words were lost");
        }
        if let Err(error) = self.app.release_leases().await {
            tracing::error!(error = &error as &dyn std::error::Error, "leases stay until they end");
        }
        fleet_clock::release(&self.app).await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

fn community_source(config: &Config) -> Result<Option<CommunitySource>, StartError> {
    let Some(url) = config.feed.community_url.clone() else { return Ok(None) };
    let client = CommunityFeed::new(COMMUNITY_LIMITS, config.feed.community_roots.as_deref())
        .map_err(|error| StartError::CommunityFeed(error.into()))?;
    Ok(Some(CommunitySource::new(url, client)))
}

fn router(app: &App) -> Router {
    Router::new()
        .merge(health::router(app.clone()))
        .merge(device_api::router(app.clone()))
        .merge(admin_api::router(app.clone()))
        .merge(web::router(app.clone()))
}

async fn open_store(config: &Config, ids: &Ids) -> Result<Store, StartError> {
    setup::create_data_dir(&config.data_dir)?;
    let options = StoreOptions {
        url: config.database.url().expose_secret().to_owned(),
        sealer: Sealer::new(&setup::sealing_key(&config.sealing_key_file, ids)?),
        connections: DATABASE_CONNECTIONS,
    };
    Ok(Store::open(options).await?)
}
