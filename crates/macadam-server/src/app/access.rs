//! Who acts: people with sessions, machines with tokens; and the record of what they do.

use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::time::Duration;

use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use governor::nanos::Nanos;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};
use jiff::{SignedDuration, Timestamp};
use macadam_api::sessions::Actor;
use macadam_store::{ApiTokenId, AuditEntry, NewSession, Person, Sha256, StoreError};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use thiserror::Error;
use tokio::sync::Semaphore;
use webauthn_rs::prelude::WebauthnError;

use super::App;
use super::account::AccountError;
use super::caller::{Caller, actor_of, actor_text, role_from_code};
use super::passkeys::PasskeyAnswerError;
use crate::clock::WallClock;

/// Secrets of sessions and tokens begin like this, so that a leaked one is recognized.
const SESSION_PREFIX: &str = "mcs_";
const TOKEN_PREFIX: &str = "mct_";

/// A session ends after this, unless a browser that shows the web app extends it.
const SESSION_LIFE: SignedDuration = SignedDuration::from_hours(24 * 14);
/// No session lives longer than this, however busy its browser is.
const LONGEST_SESSION: SignedDuration = SignedDuration::from_hours(24 * 90);
/// A session is extended when it would gain at least this.
const EXTENSION: SignedDuration = SignedDuration::from_hours(1);
/// A session that is not used ends after this.
const SESSION_IDLE: Duration = Duration::from_secs(3 * 24 * 3600);

/// Attempts to sign in from one address: so many at once, and then one every few seconds.
const ATTEMPTS_AT_ONCE: NonZeroU32 = NonZeroU32::new(10).expect("ten is not zero");
const ATTEMPT_EVERY: Duration = Duration::from_secs(6);
/// One-time codes of one person: so many at once, and then one a minute; of a million codes, three
/// are good.
const CODES_AT_ONCE: NonZeroU32 = NonZeroU32::new(10).expect("ten is not zero");
const CODE_EVERY: Duration = Duration::from_secs(60);
/// Addresses that are remembered before those that did not try lately are forgotten.
const ADDRESSES: usize = 10_000;
/// Questions to browsers of one address for a passkey: every page to sign in asks one.
const QUESTIONS_AT_ONCE: NonZeroU32 = NonZeroU32::new(60).expect("sixty is not zero");
const QUESTION_EVERY: Duration = Duration::from_secs(2);
/// Passwords hashed at the same time; each takes some 20 MB.
const HASHES_AT_ONCE: usize = 2;

/// A hash of nothing anybody knows: signing in as nobody takes as long as signing in as somebody.
const HASH_OF_NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bWFjYWRhbW5vYm9keQ\
    $AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

type Codes = RateLimiter<
    String,
    DefaultKeyedStateStore<String>,
    WallClock,
    governor::middleware::NoOpMiddleware<Nanos>,
>;

type Attempts = RateLimiter<
    IpAddr,
    DefaultKeyedStateStore<IpAddr>,
    WallClock,
    governor::middleware::NoOpMiddleware<Nanos>,
>;

/// What keeps guessing passwords slow and cheap.
pub(crate) struct Doors {
    attempts: Attempts,
    questions: Attempts,
    /// One-time codes and passwords of somebody who is past the first door, by login.
    codes: Codes,
    hashing: Semaphore,
}

/// Rate limits live in wall time.
impl governor::clock::Clock for WallClock {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        Nanos::from(u64::try_from(Self::now(self).as_nanosecond()).unwrap_or_default())
    }
}

impl Doors {
    pub(crate) fn new(clock: WallClock) -> Self {
        let quota = Quota::with_period(ATTEMPT_EVERY).expect("the period is not zero");
        let attempts = Attempts::new(
            quota.allow_burst(ATTEMPTS_AT_ONCE),
            DefaultKeyedStateStore::default(),
            clock.clone(),
        );
        let quota = Quota::with_period(QUESTION_EVERY).expect("the period is not zero");
        let questions = Attempts::new(
            quota.allow_burst(QUESTIONS_AT_ONCE),
            DefaultKeyedStateStore::default(),
            clock.clone(),
        );
        let quota = Quota::with_period(CODE_EVERY).expect("the period is not zero");
        let quota = quota.allow_burst(CODES_AT_ONCE);
        let codes = Codes::new(quota, DefaultKeyedStateStore::default(), clock);
        Self { attempts, questions, codes, hashing: Semaphore::new(HASHES_AT_ONCE) }
    }
}

impl Doors {
    /// Whether a one-time code of this person may be tried now.
    pub(super) fn may_try_code(&self, login: &str) -> bool {
        if self.codes.len() > ADDRESSES {
            self.codes.retain_recent();
        }
        self.codes.check_key(&login.to_owned()).is_ok()
    }
}

/// A session that was just started. Only here its secret is known.
pub(crate) struct StartedSession {
    pub(crate) secret: SecretString,
    pub(crate) caller: Caller,
}

/// Signing in failed.
#[derive(Debug, Error)]
pub(crate) enum SignInError {
    #[error("the e-mail address, the password or the code is wrong")]
    WrongCredentials,
    #[error("signing in needs the code of the authenticator app")]
    CodeRequired,
    #[error("too many codes were tried; wait some minutes")]
    TooManyCodes,
    #[error("the code could not be checked")]
    Code(#[source] Box<AccountError>),
    #[error("the password could not be checked")]
    Hash(#[from] HashPasswordError),
    #[error("the passkey was not accepted")]
    Passkey(#[from] PasskeyAnswerError),
    #[error("devices reach this server by an address, to which no passkey can be bound")]
    PasskeysUnavailable,
    #[error("too many browsers are being asked for passkeys; wait some minutes")]
    Busy,
    #[error("a question for a browser cannot be made")]
    Ask(#[source] WebauthnError),
    #[error("what is stored of a passkey cannot be read")]
    Stored(#[source] serde_json::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A password could not be hashed.
#[derive(Debug, Error)]
pub(crate) enum HashPasswordError {
    #[error("the hash could not be computed: {0}")]
    Argon2(argon2::password_hash::Error),
    #[error("the work was given up")]
    GivenUp(#[from] tokio::task::JoinError),
}

impl App {
    /// Whether somebody at this address may try a password now.
    pub(crate) fn may_try_to_sign_in(&self, address: IpAddr) -> bool {
        is_within(&self.doors.attempts, address)
    }

    /// Whether the browser of somebody at this address may be asked for a passkey now.
    pub(crate) fn may_ask_for_passkey(&self, address: IpAddr) -> bool {
        is_within(&self.doors.questions, address)
    }

    /// Who has this secret, if it is that of a live session or token.
    pub(crate) async fn caller(
        &self,
        secret: &str,
        address: IpAddr,
    ) -> Result<Option<Caller>, StoreError> {
        let now = self.wall_clock.now();
        let hash = Sha256::of(secret.as_bytes());
        if secret.starts_with(SESSION_PREFIX) {
            let Some(session) = self.store.session(now, hash, SESSION_IDLE).await? else {
                return Ok(None);
            };
            let lacks_second_factor =
                !session.has_second_factor && self.sign_in_policy().await?.second_factor_required;
            Ok(role_from_code(&session.role).map(|role| Caller {
                actor: Actor::Person,
                name: session.login,
                role,
                scopes: None,
                address,
                expires_at: session.expires_at,
                lacks_second_factor,
                token: None,
            }))
        } else if secret.starts_with(TOKEN_PREFIX) {
            let token = self.store.api_token(now, hash).await?;
            Ok(token.and_then(|token| Caller::of_token(token, address)))
        } else {
            Ok(None)
        }
    }

    /// Whoever asked for something, if they still may act: for work that goes on after they left.
    pub(super) async fn caller_again(
        &self,
        actor: &str,
        token: Option<ApiTokenId>,
        address: IpAddr,
    ) -> Result<Option<Caller>, StoreError> {
        let now = self.wall_clock.now();
        let (actor, name) = actor_of(actor);
        match (actor, token) {
            (Actor::Person, _) => {
                let person = self.store.person_by_login(&name).await?.map(|(person, _)| person);
                let person = person.filter(|person| person.disabled_at.is_none());
                let role = person.and_then(|person| role_from_code(&person.role));
                Ok(role.map(|role| Caller {
                    actor,
                    name,
                    role,
                    scopes: None,
                    address,
                    expires_at: Timestamp::MAX,
                    lacks_second_factor: false,
                    token: None,
                }))
            }
            (Actor::Token, Some(id)) => {
                let tokens = self.store.api_tokens().await?.into_iter();
                let mut valid = tokens.filter(|it| it.revoked_at.is_none() && it.expires_at > now);
                let token = valid.find(|token| token.id == id);
                Ok(token.and_then(|token| Caller::of_token(token, address)))
            }
            (Actor::Token, None) | (Actor::System | Actor::DeviceUser, _) => Ok(None),
        }
    }

    /// Starts a session for the person with this login and password.
    pub(crate) async fn sign_in(
        &self,
        login: &str,
        password: SecretString,
        (code, address): (Option<&str>, IpAddr),
    ) -> Result<StartedSession, SignInError> {
        let found = self.store.person_by_login(&login_of(login)).await?;
        let hash = found
            .as_ref()
            .map_or_else(|| SecretString::from(HASH_OF_NOBODY), |(_, hash)| hash.clone());
        let is_right = self.verify_password(password, hash).await?;
        let person = found
            .map(|(person, _)| person)
            .filter(|person| is_right && person.disabled_at.is_none());
        let Some(person) = person else {
            tracing::warn!(client.address = %address, "somebody was refused to sign in");
            return Err(SignInError::WrongCredentials);
        };
        let has_second_factor = self.check_second_factor(&person, code, address).await?;
        let (session, started) = self.prepare_session(&person, address, has_second_factor).await?;
        self.audit(&started.caller, "sign_in", "session", Value::Null).await?;
        self.store.start_session(session).await?;
        Ok(started)
    }

    /// A session, still to be started, for a person who has shown who they are.
    pub(super) async fn prepare_session(
        &self,
        person: &Person,
        address: IpAddr,
        has_second_factor: bool,
    ) -> Result<(NewSession, StartedSession), SignInError> {
        let role = role_from_code(&person.role).ok_or(SignInError::WrongCredentials)?;
        let now = self.wall_clock.now();
        let expires_at = now.checked_add(SESSION_LIFE).unwrap_or(Timestamp::MAX);
        let secret = self.new_secret(SESSION_PREFIX);
        let token = Sha256::of(secret.expose_secret().as_bytes());
        let required = self.sign_in_policy().await?.second_factor_required;
        let caller = Caller {
            actor: Actor::Person,
            name: person.login.clone(),
            role,
            scopes: None,
            address,
            expires_at,
            lacks_second_factor: required && !has_second_factor,
            token: None,
        };
        let session = NewSession {
            token,
            person: person.id,
            at: now,
            expires_at,
            origin: address.to_string(),
        };
        Ok((session, StartedSession { secret, caller }))
    }

    /// Extends the session of a browser that is in use, and says until when it lives by now.
    pub(crate) async fn extend_session(
        &self,
        secret: &str,
        expires_at: Timestamp,
    ) -> Result<Timestamp, StoreError> {
        let now = self.wall_clock.now();
        let token = Sha256::of(secret.as_bytes());
        let Some(session) = self.store.session(now, token, SESSION_IDLE).await? else {
            return Ok(expires_at);
        };
        let longest = session.started_at.checked_add(LONGEST_SESSION).unwrap_or(Timestamp::MAX);
        let until = now.checked_add(SESSION_LIFE).unwrap_or(Timestamp::MAX).min(longest);
        if until.duration_since(session.expires_at) < EXTENSION {
            return Ok(session.expires_at);
        }
        self.store.extend_session(token, until).await?;
        Ok(until)
    }

    /// Asks a person who has a second factor for it; says whether there is one.
    async fn check_second_factor(
        &self,
        person: &Person,
        code: Option<&str>,
        address: IpAddr,
    ) -> Result<bool, SignInError> {
        let factor = self.store.second_factor(person.id).await?;
        if factor.is_none_or(|factor| factor.confirmed_at.is_none()) {
            return Ok(false);
        }
        let code = code.filter(|code| !code.trim().is_empty());
        let code = code.ok_or(SignInError::CodeRequired)?;
        match self.use_code(person, code).await {
            Ok(true) => Ok(true),
            Ok(false) => {
                tracing::warn!(client.address = %address, "somebody was refused a one-time code");
                Err(SignInError::WrongCredentials)
            }
            Err(AccountError::TooManyAttempts) => Err(SignInError::TooManyCodes),
            Err(AccountError::Store(error)) => Err(error.into()),
            Err(error) => Err(SignInError::Code(Box::new(error))),
        }
    }

    /// Ends the session of this secret.
    pub(crate) async fn sign_out(&self, caller: &Caller, secret: &str) -> Result<(), StoreError> {
        self.audit(caller, "sign_out", "session", Value::Null).await?;
        self.store.end_session(Sha256::of(secret.as_bytes())).await.map(drop)
    }

    /// Records who does what, durably. To be called before the effect.
    pub(crate) async fn audit(
        &self,
        caller: &Caller,
        action: &str,
        target: &str,
        detail: Value,
    ) -> Result<(), StoreError> {
        let entry = AuditEntry {
            at: self.wall_clock.now(),
            actor: actor_text(caller),
            origin: caller.address.to_string(),
            action: action.to_owned(),
            target: target.to_owned(),
            detail: detail.to_string(),
        };
        self.store.append_audit(entry).await.map(drop)
    }

    /// A secret of 256 bits for an API token.
    pub(crate) fn new_token_secret(&self) -> SecretString {
        self.new_secret(TOKEN_PREFIX)
    }

    /// The one-time code for the first set-up.
    pub(crate) fn new_set_up_code(&self) -> SecretString {
        SecretString::from(URL_SAFE_NO_PAD.encode(self.ids.random::<18>()))
    }

    fn new_secret(&self, prefix: &str) -> SecretString {
        let random = URL_SAFE_NO_PAD.encode(self.ids.random::<32>());
        SecretString::from(format!("{prefix}{random}"))
    }

    /// The argon2id hash of a password, in its text form.
    pub(crate) async fn hash_password(
        &self,
        password: SecretString,
    ) -> Result<SecretString, HashPasswordError> {
        let salt = self.ids.random::<16>();
        let _turn = self.doors.hashing.acquire().await;
        tokio::task::spawn_blocking(move || {
            Argon2::default()
                .hash_password_with_salt(password.expose_secret().as_bytes(), &salt)
                .map(|hash| SecretString::from(hash.to_string()))
                .map_err(HashPasswordError::Argon2)
        })
        .await?
    }

    pub(super) async fn verify_password(
        &self,
        password: SecretString,
        hash: SecretString,
    ) -> Result<bool, HashPasswordError> {
        let _turn = self.doors.hashing.acquire().await;
        let check = move || {
            let password = password.expose_secret().as_bytes();
            Argon2::default().verify_password(password, hash.expose_secret()).is_ok()
        };
        Ok(tokio::task::spawn_blocking(check).await?)
    }
}

/// A login as it is stored: addresses differ in more than case.
pub(super) fn login_of(email: &str) -> String {
    email.trim().to_lowercase()
}

fn is_within(limit: &Attempts, address: IpAddr) -> bool {
    if limit.len() > ADDRESSES {
        limit.retain_recent();
    }
    limit.check_key(&network_of(address)).is_ok()
}

/// Whoever has one address of IPv6 has a whole network of them.
fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signing_in_as_nobody_takes_a_real_verification() {
        let hash = argon2::password_hash::phc::PasswordHash::new(HASH_OF_NOBODY).unwrap();
        assert_eq!(hash.hash.unwrap().as_bytes().len(), 32);
        assert!(Argon2::default().verify_password(b"", HASH_OF_NOBODY).is_err());
    }

    #[test]
    fn neighbors_in_one_network_share_their_attempts() {
        let network = |text: &str| network_of(text.parse().unwrap()).to_string();
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(network("::ffff:192.0.2.7"), "192.0.2.7");
        assert_eq!(network("192.0.2.7"), "192.0.2.7");
    }
}
