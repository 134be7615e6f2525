//! Passkeys of people, and the challenges that browsers answer with them.

use jiff::Timestamp;

use crate::db::{Conn, params, queries, row};
use crate::sessions::start;
use crate::{
    NewSession, PasskeyChallengeId, PasskeyId, PersonId, SaveError, Sha256, Store, StoreError,
};

macro_rules! select_passkey {
    () => {
        "select id, person_id, name, document, sign_count, created_at, used_at from passkey"
    };
}

queries! {
    FORGET_CHALLENGES = { "delete from passkey_challenge where expires_at <= $1" }
    CHALLENGES = { "select count(*) as value from passkey_challenge" }
    ADD_CHALLENGE = { "insert into passkey_challenge (id, person_id, document, expires_at)
        values ($1, $2, $3, $4)" }
    TAKE_CHALLENGE = { "delete from passkey_challenge where id = $1
        returning person_id, document, expires_at" }
    COUNT = { "select count(*) as value from passkey where person_id = $1" }
    ADD = { "insert into passkey
            (id, person_id, name, credential, document, sign_count, created_at)
        values ($1, $2, $3, $4, $5, 0, $6) on conflict do nothing" }
    SHOWN = { "update session set passkey_id = $3
        where token = $1 and person_id = $2 and passkey_id is null" }
    OF_PERSON = { concat!(select_passkey!(), " where person_id = $1 order by created_at, id") }
    BY_CREDENTIAL = { concat!(select_passkey!(), " where credential = $1") }
    RENAME = { "update passkey set name = $3 where id = $1 and person_id = $2" }
    // Of two answers with the same count, one comes from a copy; the first is not told from it.
    USE = { "update passkey set document = $2, sign_count = $3, used_at = $4
        where id = $1 and (sign_count < $3 or (sign_count = 0 and $3 = 0))" }
    REMOVE = { "delete from passkey where id = $1 and person_id = $2" }
    REMOVE_ALL = { "delete from passkey where person_id = $1" }
    END_SESSIONS = { "delete from session where passkey_id = $1 and token <> $2" }
    END_SESSIONS_OF_ALL = { "delete from session where person_id = $1 and passkey_id is not null" }
}

/// Passkeys that one person may have.
const PASSKEYS: i64 = 50;
/// Challenges that may be open at the same time, from however many addresses.
const OPEN_CHALLENGES: i64 = if cfg!(test) { 100 } else { 10_000 };

row! {
    /// A person's passkey.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Passkey {
        pub id: PasskeyId,
        pub person_id: PersonId,
        pub name: String,
        pub document: String,
        pub sign_count: i64,
        pub created_at: Timestamp,
        pub used_at: Option<Timestamp>,
    }
}

/// A passkey to be added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPasskey {
    pub id: PasskeyId,
    pub person: PersonId,
    pub name: String,
    /// What the authenticator calls it; unique.
    pub credential: Vec<u8>,
    pub document: String,
    /// The session it was made in, which has shown it thereby.
    pub shown_in: Sha256,
}

/// What is known after a passkey was used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasskeyUse {
    pub id: PasskeyId,
    pub document: String,
    pub sign_count: i64,
}

row! {
    /// A challenge that was given out.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct PasskeyChallenge {
        /// Who adds a passkey; nobody where somebody signs in.
        pub person_id: Option<PersonId>,
        pub document: String,
        pub expires_at: Timestamp,
    }
}

impl Store {
    /// Keeps a challenge until it is answered or expires. Says whether there was room for it.
    pub async fn keep_passkey_challenge(
        &self,
        now: Timestamp,
        id: PasskeyChallengeId,
        challenge: PasskeyChallenge,
    ) -> Result<bool, StoreError> {
        self.write((now, id, challenge), |conn, (now, id, challenge)| {
            Box::pin(async move {
                conn.run(&FORGET_CHALLENGES, params![now]).await?;
                let (open,): (i64,) = conn.one(&CHALLENGES, &[]).await?;
                if open >= OPEN_CHALLENGES {
                    return Ok(false);
                }
                let PasskeyChallenge { person_id, document, expires_at } = challenge;
                let values = params![id, person_id, document, expires_at];
                conn.run(&ADD_CHALLENGE, values).await?;
                Ok(true)
            })
        })
        .await
    }

    /// Takes a challenge that has not expired; nobody gets it again.
    pub async fn take_passkey_challenge(
        &self,
        now: Timestamp,
        id: PasskeyChallengeId,
    ) -> Result<Option<PasskeyChallenge>, StoreError> {
        let taken: Option<PasskeyChallenge> = self
            .write(id, |conn, id| {
                Box::pin(async move { conn.optional(&TAKE_CHALLENGE, params![id]).await })
            })
            .await?;
        Ok(taken.filter(|challenge| now < challenge.expires_at))
    }

    /// Adds a passkey; [`SaveError::Taken`] if somebody has it already, [`SaveError::InUse`] when
    /// the person has too many.
    pub async fn add_passkey(&self, at: Timestamp, passkey: NewPasskey) -> Result<(), SaveError> {
        self.write((at, passkey), |conn, (at, passkey)| {
            Box::pin(async move {
                let NewPasskey { id, person, name, credential, document, shown_in } = passkey;
                let (count,): (i64,) = conn.one(&COUNT, params![person]).await?;
                if count >= PASSKEYS {
                    return Err(SaveError::InUse);
                }
                let values = params![id, person, name, credential, document, at];
                if conn.run(&ADD, values).await? == 0 {
                    return Err(SaveError::Taken);
                }
                conn.run(&SHOWN, params![shown_in, person, id]).await?;
                Ok(())
            })
        })
        .await
    }

    /// A person's passkeys, the oldest first.
    pub async fn passkeys_of(&self, person: PersonId) -> Result<Vec<Passkey>, StoreError> {
        self.reader().await?.conn().all(&OF_PERSON, params![person]).await
    }

    /// The passkey that an authenticator calls so.
    pub async fn passkey_by_credential(
        &self,
        credential: &[u8],
    ) -> Result<Option<Passkey>, StoreError> {
        let credential = credential.to_vec();
        self.reader().await?.conn().optional(&BY_CREDENTIAL, params![credential]).await
    }

    /// Gives a person's passkey another name. Says whether there is one.
    pub async fn rename_passkey(
        &self,
        person: PersonId,
        id: PasskeyId,
        name: &str,
    ) -> Result<bool, StoreError> {
        self.write((person, id, name.to_owned()), |conn, (person, id, name)| {
            Box::pin(async move { Ok(conn.run(&RENAME, params![id, person, name]).await? == 1) })
        })
        .await
    }

    /// Starts a session that a passkey began. Says whether it did: no count is good twice.
    pub async fn start_session_by_passkey(
        &self,
        session: NewSession,
        used: PasskeyUse,
    ) -> Result<bool, StoreError> {
        self.write((session, used), |conn, (session, used)| {
            Box::pin(async move {
                let PasskeyUse { id, document, sign_count } = used;
                if conn.run(&USE, params![id, document, sign_count, session.at]).await? == 0 {
                    return Ok(false);
                }
                start(conn, session, Some(*id)).await?;
                Ok(true)
            })
        })
        .await
    }

    /// Removes a person's passkey; the sessions that showed it end, but for `kept`. Says whether
    /// there was one.
    pub async fn remove_passkey(
        &self,
        person: PersonId,
        id: PasskeyId,
        kept: Sha256,
    ) -> Result<bool, StoreError> {
        self.write((person, id, kept), |conn, (person, id, kept)| {
            Box::pin(async move {
                if conn.run(&REMOVE, params![id, person]).await? == 0 {
                    return Ok(false);
                }
                conn.run(&END_SESSIONS, params![id, kept]).await?;
                Ok(true)
            })
        })
        .await
    }
}

/// Removes all of a person's passkeys, and ends the sessions that showed them.
pub(crate) async fn remove_all(conn: &mut Conn, person: PersonId) -> Result<(), StoreError> {
    conn.run(&REMOVE_ALL, params![person]).await?;
    conn.run(&END_SESSIONS_OF_ALL, params![person]).await.map(drop)
}
