//! An ephemeral PostgreSQL server for tests, made of the binaries on this machine.
//!
//! One cluster serves a whole test process; each test gets a database of its own, copied from a
//! template that has the schema already. A watcher ends the cluster when the process is gone,
//! however it ended.

use std::io::{BufRead, BufReader};
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use tokio::sync::OnceCell;

use crate::{Sealer, Store, StoreOptions};

/// The user that PostgreSQL runs as when the tests run as root, which it refuses.
const NOBODY: u32 = 65534;
const TEMPLATE: &str = "macadam_template";

/// Starts the cluster, says so, waits until the test process is gone, and cleans up.
const SCRIPT: &str = r#"
"$1/initdb" -D data -U macadam -A trust -E UTF8 --locale=C.UTF-8 --no-sync >log 2>&1 &&
"$1/pg_ctl" -D data -l log -w -o "-k '$PWD' -h '' -c fsync=off -c max_connections=300" \
    start >>log 2>&1 || { cat log; exit 1; }
echo ready
cat >/dev/null
"$1/pg_ctl" -D data -m immediate stop >>log 2>&1
rm -rf "$PWD"
"#;

/// A running PostgreSQL cluster that this process started.
pub struct Postgres {
    directory: PathBuf,
    databases: AtomicU32,
    /// Its standard input is closed by the operating system when this process ends, also by a
    /// signal; then it stops the cluster.
    _script: Child,
}

impl Postgres {
    /// The cluster of this process; the first call starts it.
    ///
    /// # Panics
    ///
    /// If PostgreSQL is not installed or does not start: tests of it must not pass unrun.
    pub async fn shared() -> &'static Self {
        static SHARED: OnceCell<Postgres> = OnceCell::const_new();
        SHARED
            .get_or_init(|| async {
                let postgres = start(&binaries());
                postgres.run(&format!("create database {TEMPLATE}")).await;
                open(postgres.url(TEMPLATE)).await.close().await;
                postgres
            })
            .await
    }

    /// The URL of a new database that has the schema and nothing in it.
    pub async fn new_database(&self) -> String {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.run(&format!("create database {name} template {TEMPLATE}")).await;
        self.url(&name)
    }

    async fn run(&self, sql: &str) {
        let mut admin = PgConnection::connect(&self.url("postgres")).await.expect("connect");
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut admin).await.expect("run");
    }

    fn url(&self, database: &str) -> String {
        let host = self.directory.to_string_lossy().replace('/', "%2F");
        format!("postgres://macadam@{host}/{database}")
    }
}

fn start(binaries: &Path) -> Postgres {
    let directory = tempfile::Builder::new().prefix("macadam-pg-").tempdir().expect("a directory");
    let directory = directory.keep();
    let mut command = Command::new("sh");
    if std::fs::metadata(&directory).expect("its metadata").uid() == 0 {
        chown(&directory, Some(NOBODY), Some(NOBODY)).expect("give the directory away");
        command.uid(NOBODY).gid(NOBODY);
    }
    let mut child = command
        .args(["-c", SCRIPT, "sh"])
        .arg(binaries)
        .current_dir(&directory)
        .env_remove("PGOPTIONS")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        // Its own process group: an interrupt from the terminal must not end the script first.
        .process_group(0)
        .spawn()
        .expect("run sh");
    let mut said = BufReader::new(child.stdout.take().expect("stdout is piped")).lines();
    let first = said.next().expect("the script says something").expect("in UTF-8");
    let rest = || said.map_while(Result::ok).collect::<Vec<_>>().join("\n");
    assert!(first == "ready", "PostgreSQL did not start: {first}\n{}", rest());
    Postgres { directory, databases: AtomicU32::new(0), _script: child }
}

/// Where `initdb` and `pg_ctl` are: `MACADAM_POSTGRES_BIN`, what `pg_config` says, or Debian's
/// newest.
fn binaries() -> PathBuf {
    if let Some(directory) = std::env::var_os("MACADAM_POSTGRES_BIN") {
        return directory.into();
    }
    let told = Command::new("pg_config").arg("--bindir").output().ok();
    let told = told.and_then(|output| String::from_utf8(output.stdout).ok());
    let debian = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut versions: Vec<u32> =
        debian.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
    versions.sort_unstable();
    let newest = versions.last().map(|version| format!("/usr/lib/postgresql/{version}/bin"));
    [told, newest]
        .into_iter()
        .flatten()
        .map(|directory| PathBuf::from(directory.trim()))
        .find(|directory| directory.join("initdb").exists())
        .expect(
            "PostgreSQL 15 or newer is needed for these tests: install the Debian package \
             'postgresql', or name the directory of its programs in MACADAM_POSTGRES_BIN",
        )
}

/// Opens a store for a test, with an invented key.
///
/// # Panics
///
/// If it cannot be opened.
pub async fn open(url: String) -> Store {
    let options = StoreOptions { url, sealer: Sealer::new(&[7; 32]), connections: 8 };
    Store::open(options).await.expect("the store opens")
}
