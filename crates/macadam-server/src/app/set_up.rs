//! The first set-up: whoever can read the server's data directory makes the first owner.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::net::IpAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use macadam_api::people::{CreatePerson, Role, SetUp};
use macadam_store::{PersonId, SaveError, Sha256, StoreError};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use thiserror::Error;

use super::App;
use super::access::{HashPasswordError, SignInError, StartedSession};
use super::people::{PersonError, check, nobody};

/// The setting that holds the hash of the code.
const SETTING: &str = "set_up_code";
/// The file in the data directory that holds the code itself, for its owner only.
const FILE: &str = "setup-code";

/// The code for the first set-up could not be made.
#[derive(Debug, Error)]
pub enum PrepareSetUpError {
    #[error("cannot write the code for the first set-up to {path}")]
    Write { path: PathBuf, source: io::Error },
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The first owner was not made.
#[derive(Debug, Error)]
pub(crate) enum SetUpError {
    #[error("this server has been set up; sign in instead")]
    Done,
    #[error("the code is not the one in the server's data directory")]
    WrongCode,
    #[error(transparent)]
    Person(#[from] PersonError),
    #[error(transparent)]
    Hash(#[from] HashPasswordError),
    #[error(transparent)]
    SignIn(#[from] SignInError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl App {
    /// Writes the one-time code into the data directory, as long as nobody can sign in. Of
    /// several servers on one database, the code of the one that started last counts.
    pub(crate) async fn prepare_set_up(&self) -> Result<(), PrepareSetUpError> {
        if !self.store.people().await?.is_empty() {
            return Ok(());
        }
        let path = self.config.data_dir.join(FILE);
        let (stored, version) = self.store.setting(SETTING).await?.unwrap_or_default();
        let written = std::fs::read_to_string(&path).unwrap_or_default();
        if hash(&written) != stored {
            let code = self.new_set_up_code();
            let code = code.expose_secret();
            let failed = |source| PrepareSetUpError::Write { path: path.clone(), source };
            write_private(&path, code).map_err(failed)?;
            match self.store.save_setting(SETTING, &hash(code), version).await {
                Ok(_) => {}
                Err(SaveError::Store(error)) => return Err(error.into()),
                Err(
                    SaveError::Stale { .. }
                    | SaveError::Unknown
                    | SaveError::InUse
                    | SaveError::Taken,
                ) => {
                    tracing::warn!("another server's code for the first set-up counts");
                    return Ok(());
                }
            }
        }
        tracing::info!(file = %path.display(), "nobody can sign in yet: set up with this code");
        Ok(())
    }

    /// Whether nobody can sign in yet.
    pub(crate) async fn needs_set_up(&self) -> Result<bool, StoreError> {
        Ok(self.store.people().await?.is_empty())
    }

    /// Makes the first owner and signs that person in; works once.
    pub(crate) async fn set_up(
        &self,
        wish: SetUp,
        address: IpAddr,
    ) -> Result<StartedSession, SetUpError> {
        if !self.store.people().await?.is_empty() {
            return Err(SetUpError::Done);
        }
        let (stored, _) = self.store.setting(SETTING).await?.unwrap_or_default();
        if hash(&wish.code) != stored {
            return Err(SetUpError::WrongCode);
        }
        let SetUp { email, name, password, .. } = wish;
        let owner = CreatePerson { email, name, role: Role::Owner, password };
        check(&owner)?;
        let (email, password) = (owner.email.clone(), SecretString::from(owner.password.clone()));
        let id = PersonId(self.ids.id(self.wall_clock.now()));
        let detail = json!({ "email": owner.email, "name": owner.name, "role": owner.role });
        self.audit(&nobody(address), "set_up", &format!("people/{id}"), detail).await?;
        let new = self.new_person(id, owner).await?;
        match self.store.create_first_person(self.wall_clock.now(), new).await {
            Ok(()) => {}
            Err(SaveError::Taken) => return Err(SetUpError::Done),
            Err(error) => return Err(PersonError::from(error).into()),
        }
        if let Err(error) = std::fs::remove_file(self.config.data_dir.join(FILE)) {
            // It is worth nothing any more.
            tracing::debug!(%error, "the code for the first set-up was not removed");
        }
        Ok(self.sign_in(&email, password, (None, address)).await?)
    }
}

fn hash(code: &str) -> String {
    Sha256::of(code.trim().as_bytes()).to_string()
}

fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(path)?;
    writeln!(file, "{text}")?;
    file.sync_all()
}
