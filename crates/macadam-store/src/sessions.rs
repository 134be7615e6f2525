//! Sign-in sessions; only hashes of their tokens are stored.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::db::{Conn, params, queries, row};
use crate::{PasskeyId, PersonId, Sha256, Store, StoreError};

queries! {
    START = { "insert into session (token, person_id, started_at, used_at, expires_at, origin,
            passkey_id)
        values ($1, $2, $3, $3, $4, $5, $6)" }
    OF_PERSON = { "select token, started_at, used_at, expires_at, origin from session
        where person_id = $1 and expires_at > $2 order by used_at desc, token" }
    SIGNED_IN = { "update person set signed_in_at = $2 where id = $1" }
    SESSION = { "select s.person_id, p.login, p.name, p.role, s.started_at, s.used_at,
            s.expires_at, (p.totp_confirmed_at is not null or s.passkey_id is not null)
                as has_second_factor
        from session s join person p on p.id = s.person_id
        where s.token = $1 and s.expires_at > $2 and s.used_at > $3 and p.disabled_at is null" }
    USED = { "update session set used_at = $2 where token = $1 and used_at < $2" }
    EXTEND = { "update session set expires_at = $2 where token = $1 and expires_at < $2" }
    END = { "delete from session where token = $1" }
    OLD_SESSIONS = { "delete from session where expires_at <= $1" }
    // One that got a certificate stays: it says which blueprint the certificate is for.
    OLD_CHALLENGES = { "delete from scep_challenge
        where expires_at <= $1 and certificate is null" }
    OLD_ANSWERS = { "update scep_challenge set issued = null
        where expires_at <= $1 and issued is not null" }
    OLD_PASSKEY_CHALLENGES = { "delete from passkey_challenge where expires_at <= $1" }
    OLD_LEASES = { "delete from lease where until <= $1" }
}

/// How exact the time of the last use is.
pub(crate) const USE_NOTED_EVERY: SignedDuration = SignedDuration::from_secs(60);

/// A session to be started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSession {
    pub token: Sha256,
    pub person: PersonId,
    pub at: Timestamp,
    pub expires_at: Timestamp,
    /// Where the person signed in from.
    pub origin: String,
}

row! {
    /// One of a person's sessions, as that person sees it.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct OwnSession {
        pub token: Sha256,
        pub started_at: Timestamp,
        pub used_at: Timestamp,
        pub expires_at: Timestamp,
        pub origin: Option<String>,
    }
}

row! {
    /// A valid session of a person who is not disabled.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Session {
        pub person_id: PersonId,
        pub login: String,
        pub name: String,
        pub role: String,
        pub started_at: Timestamp,
        pub used_at: Timestamp,
        pub expires_at: Timestamp,
        /// Whether the password alone would not have been enough, or a passkey was shown.
        pub has_second_factor: bool,
    }
}

impl Store {
    /// A person's sessions that have not expired, the one used last first.
    pub async fn sessions_of(
        &self,
        person: PersonId,
        now: Timestamp,
    ) -> Result<Vec<OwnSession>, StoreError> {
        self.reader().await?.conn().all(&OF_PERSON, params![person, now]).await
    }

    /// Starts a session.
    pub async fn start_session(&self, session: NewSession) -> Result<(), StoreError> {
        self.write(session, |conn, session| Box::pin(start(conn, session, None))).await
    }

    /// The session of a token, if it has neither expired nor been idle for longer than `idle`.
    ///
    /// Its use is noted at most once a minute, so that reading pages stays a read.
    pub async fn session(
        &self,
        now: Timestamp,
        token: Sha256,
        idle: Duration,
    ) -> Result<Option<Session>, StoreError> {
        let idle = i64::try_from(idle.as_micros()).unwrap_or(i64::MAX);
        let used_after = now.as_microsecond().saturating_sub(idle);
        let mut reader = self.reader().await?;
        let session: Option<Session> =
            reader.conn().optional(&SESSION, params![token, now, used_after]).await?;
        drop(reader);
        if let Some(session) = &session
            && now.duration_since(session.used_at) >= USE_NOTED_EVERY
        {
            self.write((token, now), |conn, (token, now)| {
                Box::pin(async move { conn.run(&USED, params![token, now]).await.map(drop) })
            })
            .await?;
        }
        Ok(session)
    }

    /// Lets a session live until then, if it would have ended earlier.
    pub async fn extend_session(&self, token: Sha256, until: Timestamp) -> Result<(), StoreError> {
        self.write((token, until), |conn, (token, until)| {
            Box::pin(async move { conn.run(&EXTEND, params![token, until]).await.map(drop) })
        })
        .await
    }

    /// Ends a session. Says whether there was one.
    pub async fn end_session(&self, token: Sha256) -> Result<bool, StoreError> {
        self.write(token, |conn, token| {
            Box::pin(async move { Ok(conn.run(&END, params![token]).await? == 1) })
        })
        .await
    }

    /// Forgets expired sessions, used tokens, links and challenges.
    pub async fn forget_expired(&self, now: Timestamp) -> Result<(), StoreError> {
        self.write(now, |conn, now| {
            Box::pin(async move {
                let statements = [
                    &OLD_SESSIONS,
                    &OLD_CHALLENGES,
                    &OLD_ANSWERS,
                    &OLD_PASSKEY_CHALLENGES,
                    &OLD_LEASES,
                ];
                for statement in statements {
                    conn.run(statement, params![now]).await?;
                }
                Ok(())
            })
        })
        .await
    }
}

/// Starts a session, which a passkey began or a password.
pub(crate) async fn start(
    conn: &mut Conn,
    session: &NewSession,
    passkey: Option<PasskeyId>,
) -> Result<(), StoreError> {
    let NewSession { token, person, at, expires_at, origin } = session;
    conn.run(&START, params![token, person, at, expires_at, origin, passkey]).await?;
    conn.run(&SIGNED_IN, params![person, at]).await.map(drop)
}
