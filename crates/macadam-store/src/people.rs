//! People who may sign in.

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;

use crate::db::{Conn, params, queries, row};
use crate::items::not_this_version;
use crate::{PersonId, SaveError, Sha256, Store, StoreError};

macro_rules! select_person {
    () => {
        "select id, login, name, role, version, disabled_at, signed_in_at, created_at,
            totp_confirmed_at is not null
                or exists (select 1 from passkey where person_id = person.id) as has_second_factor
        from person"
    };
}

queries! {
    // People are changed one transaction at a time, so that two owners cannot remove each other.
    LOCK = {
        sqlite: "update person set version = version where false",
        postgres: "lock table person in share row exclusive mode",
    }
    CREATE = { "insert into person (id, login, name, role, password_hash, version, created_at)
        values ($1, $2, $3, $4, $5, 1, $6) on conflict do nothing" }
    COUNT = { "select count(*) as value from person" }
    WITH_ROLE = { "select count(*) as value from person where role = $1 and disabled_at is null" }
    BY_LOGIN = { concat!(select_person!(), " where login = $1") }
    PASSWORD_HASH = { "select password_hash as value from person where id = $1" }
    ONE = { concat!(select_person!(), " where id = $1") }
    ALL = { concat!(select_person!(), " order by login") }
    UPDATE = { "update person set name = coalesce($3, name), role = coalesce($4, role),
            password_hash = coalesce($5, password_hash), disabled_at = coalesce($6, disabled_at),
            version = version + 1
        where id = $1 and version = $2 and disabled_at is null returning version as value" }
    VERSION = { "select version as value from person where id = $1 and disabled_at is null" }
    CHANGE_PASSWORD = { "update person set password_hash = $2, version = version + 1
        where id = $1 and disabled_at is null" }
    END_OTHER_SESSIONS = { "delete from session where person_id = $1 and token <> $2" }
    END_SESSIONS = { "delete from session where person_id = $1" }
}

row! {
    /// A person.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Person {
        pub id: PersonId,
        /// What the person signs in with; unique.
        pub login: String,
        pub name: String,
        pub role: String,
        /// Counts the changes, for `If-Match`.
        pub version: i64,
        pub disabled_at: Option<Timestamp>,
        pub signed_in_at: Option<Timestamp>,
        pub created_at: Timestamp,
        /// An authenticator app or a passkey.
        pub has_second_factor: bool,
    }
}

/// A person to be created.
#[derive(Clone, Debug)]
pub struct NewPerson {
    pub id: PersonId,
    pub login: String,
    pub name: String,
    pub role: String,
    /// An argon2 hash in its text form.
    pub password_hash: SecretString,
}

/// What is to be different about a person; `None` stays.
#[derive(Clone, Debug, Default)]
pub struct PersonChanges {
    pub name: Option<String>,
    pub role: Option<String>,
    /// Ends the person's sessions.
    pub password_hash: Option<SecretString>,
    /// Takes the person's access away and ends the sessions.
    pub disabled_at: Option<Timestamp>,
}

/// A person was not changed.
#[derive(Debug, Error)]
pub enum UpdatePersonError {
    #[error("nobody would be left with the role")]
    LastOfRole,
    #[error(transparent)]
    Save(#[from] SaveError),
}

impl From<StoreError> for UpdatePersonError {
    fn from(error: StoreError) -> Self {
        Self::Save(error.into())
    }
}

impl Store {
    /// Creates a person whose login is free.
    pub async fn create_person(&self, at: Timestamp, person: NewPerson) -> Result<(), SaveError> {
        self.write((at, person), |conn, (at, person)| Box::pin(create(conn, *at, person))).await
    }

    /// A person and the password's hash, by login.
    pub async fn person_by_login(
        &self,
        login: &str,
    ) -> Result<Option<(Person, SecretString)>, StoreError> {
        let mut reader = self.reader().await?;
        let person: Option<Person> = reader.conn().optional(&BY_LOGIN, params![login]).await?;
        let Some(person) = person else { return Ok(None) };
        let (hash,): (String,) = reader.conn().one(&PASSWORD_HASH, params![person.id]).await?;
        Ok(Some((person, hash.into())))
    }

    /// One person.
    pub async fn person(&self, person: PersonId) -> Result<Option<Person>, StoreError> {
        self.reader().await?.conn().optional(&ONE, params![person]).await
    }

    /// All people by login.
    pub async fn people(&self) -> Result<Vec<Person>, StoreError> {
        self.reader().await?.conn().all(&ALL, &[]).await
    }

    /// Creates the very first person; [`SaveError::Taken`] once there is anybody.
    pub async fn create_first_person(
        &self,
        at: Timestamp,
        person: NewPerson,
    ) -> Result<(), SaveError> {
        self.write((at, person), |conn, (at, person)| {
            Box::pin(async move {
                conn.run(&LOCK, &[]).await?;
                let (people,): (i64,) = conn.one(&COUNT, &[]).await?;
                if people > 0 {
                    return Err(SaveError::Taken);
                }
                create(conn, *at, person).await
            })
        })
        .await
    }

    /// Changes a person's password; every session but `kept` ends.
    pub async fn change_password(
        &self,
        person: PersonId,
        password_hash: SecretString,
        kept: Sha256,
    ) -> Result<(), StoreError> {
        self.write((person, password_hash, kept), |conn, (person, hash, kept)| {
            Box::pin(async move {
                let hash = hash.expose_secret();
                conn.run(&CHANGE_PASSWORD, params![person, hash]).await?;
                conn.run(&END_OTHER_SESSIONS, params![person, kept]).await.map(drop)
            })
        })
        .await
    }

    /// Changes a person of this version and returns the new one. Somebody who is not disabled
    /// always has the role `kept`.
    pub async fn update_person(
        &self,
        person: PersonId,
        version: i64,
        changes: PersonChanges,
        kept: &str,
    ) -> Result<i64, UpdatePersonError> {
        self.write(
            (person, version, changes, kept.to_owned()),
            |conn, (person, version, changes, kept)| {
                Box::pin(async move {
                    conn.run(&LOCK, &[]).await?;
                    let version = update(conn, *person, *version, changes).await?;
                    let (left,): (i64,) = conn.one(&WITH_ROLE, params![kept]).await?;
                    if left == 0 { Err(UpdatePersonError::LastOfRole) } else { Ok(version) }
                })
            },
        )
        .await
    }
}

async fn create(conn: &mut Conn, at: Timestamp, person: &NewPerson) -> Result<(), SaveError> {
    let NewPerson { id, login, name, role, password_hash } = person;
    let hash = password_hash.expose_secret();
    let values = params![id, login, name, role, hash, at];
    let created = conn.run(&CREATE, values).await?;
    if created == 1 { Ok(()) } else { Err(SaveError::Taken) }
}

async fn update(
    conn: &mut Conn,
    person: PersonId,
    version: i64,
    changes: &PersonChanges,
) -> Result<i64, SaveError> {
    let PersonChanges { name, role, password_hash, disabled_at } = changes;
    if password_hash.is_some() || disabled_at.is_some() {
        conn.run(&END_SESSIONS, params![person]).await?;
    }
    let hash = password_hash.as_ref().map(ExposeSecret::expose_secret);
    let values = params![person, version, name, role, hash, disabled_at];
    match conn.optional(&UPDATE, values).await? {
        Some((version,)) => Ok(version),
        None => Err(not_this_version(conn, &VERSION, &person).await?),
    }
}
