//! Starts and stops the server. This file alone knows every part.

use std::fs;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use axum::Router;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use macadam_store::{OpenStoreError, Sealer, Store, StoreOptions};
use secrecy::ExposeSecret;
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::app::{App, Parts, Signals};
use crate::clock::{FleetClock, Ids, WallClock};
use crate::config::{Config, FleetClockSettings, ServeArgs};
use crate::listen::{Listener, Transport, serve_listener};
use crate::{admin_api, health};

/// Connections to PostgreSQL, or concurrent reads of SQLite.
const DATABASE_CONNECTIONS: u32 = 16;

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
    #[error("cannot create the data directory {path}")]
    DataDirectory { path: PathBuf, source: io::Error },
    #[error("cannot read or create the sealing key {path}")]
    SealingKey { path: PathBuf, source: io::Error },
    #[error("the sealing key {path} is not the base64 of 32 bytes")]
    SealingKeyShape { path: PathBuf },
    #[error("cannot open the database")]
    OpenStore(#[from] OpenStoreError),
    #[error("cannot listen on {address}")]
    Listen { address: SocketAddr, source: io::Error },
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
    /// Starts a server that follows the machine's clock, or the clock its settings ask for.
    pub async fn start(config: Config) -> Result<Self, StartError> {
        let fleet = match config.fleet_clock {
            FleetClockSettings::Real | FleetClockSettings::Accelerated { .. } => FleetClock::real(),
        };
        let clocks = Clocks { fleet, wall: WallClock::real(), ids: Ids::system() };
        Self::start_with(config, clocks).await
    }

    /// Starts a server on other clocks; for tests and simulations in one process.
    pub async fn start_with(config: Config, clocks: Clocks) -> Result<Self, StartError> {
        create_data_dir(&config.data_dir)?;
        let sealer = Sealer::new(&sealing_key(&config.sealing_key_file, &clocks.ids)?);
        let store = Store::open(StoreOptions {
            url: config.database.url().expose_secret().to_owned(),
            sealer,
            connections: DATABASE_CONNECTIONS,
        })
        .await?;
        let app = App::new(Parts {
            config,
            store,
            fleet_clock: clocks.fleet,
            wall_clock: clocks.wall,
            ids: clocks.ids,
            signals: Signals::default(),
        });
        Self::listen(app).await
    }

    async fn listen(app: App) -> Result<Self, StartError> {
        let router = router(&app);
        let stop = CancellationToken::new();
        let connections = Arc::new(Semaphore::new(app.config.limits.connections));
        let (mut addresses, mut tasks) = (Vec::new(), Vec::new());
        for &address in &app.config.listen_http {
            let listen = |source| StartError::Listen { address, source };
            let socket = TcpListener::bind(address).await.map_err(listen)?;
            addresses.push(socket.local_addr().map_err(listen)?);
            let listener = Listener { socket, transport: Transport::Plain };
            let (connections, stop) = (Arc::clone(&connections), stop.clone());
            tasks.push(tokio::spawn(serve_listener(listener, router.clone(), connections, stop)));
        }
        Ok(Self { addresses, tasks, stop, app })
    }

    /// Where the server listens, with the ports it was given.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Lets requests in the works finish, writes down what is only in memory, and stops.
    pub async fn stop(mut self) {
        self.stop.cancel();
        for task in self.tasks.drain(..) {
            if let Err(error) = task.await {
                tracing::error!(%error, "a part of the server ended badly");
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

fn router(app: &App) -> Router {
    Router::new().merge(health::router(app.clone())).merge(admin_api::router(app.clone()))
}

fn create_data_dir(path: &Path) -> Result<(), StartError> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(|source| StartError::DataDirectory { path: path.to_owned(), source })
}

/// Reads the key that seals secrets at rest, or makes it at the first start.
fn sealing_key(path: &Path, ids: &Ids) -> Result<[u8; 32], StartError> {
    let failed = |source| StartError::SealingKey { path: path.to_owned(), source };
    let created = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    match created {
        Ok(mut file) => {
            let key = ids.random();
            let text = STANDARD.encode(key) + "\n";
            file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
            Ok(key)
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let text = fs::read_to_string(path).map_err(failed)?;
            let key = STANDARD.decode(text.trim()).ok().and_then(|key| key.try_into().ok());
            key.ok_or_else(|| StartError::SealingKeyShape { path: path.to_owned() })
        }
        Err(error) => Err(failed(error)),
    }
}
