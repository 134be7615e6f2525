//! Passkeys: what a device or a security key holds in place of password and code.
//!
//! A passkey is bound to the host of the server's public URL, and whoever uses one has shown the
//! device and, to the device, a finger, a face or a PIN: two factors at once.

use std::net::IpAddr;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use macadam_api::Detail;
use macadam_api::passkeys::{AddPasskey, Passkey, PasskeyChallenge, SignInWithPasskey};
use macadam_store::{
    NewPasskey, PasskeyChallengeId, PasskeyId, PasskeyUse, Person, PersonId, SaveError, Sha256,
    StoreError,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use thiserror::Error;
use webauthn_rs::prelude::{
    CredentialID, DiscoverableAuthentication, PasskeyRegistration, PublicKeyCredential,
    RegisterPublicKeyCredential, Url, WebauthnError,
};
use webauthn_rs::{Webauthn, WebauthnBuilder};

use super::App;
use super::access::{SignInError, StartedSession};
use super::account::{AccountError, target};
use super::caller::Caller;
use crate::config::Config;

/// How long a browser may take to answer.
const CHALLENGE_LIFE: Duration = Duration::from_mins(5);
const NAME_CHARACTERS: usize = 100;

/// What passkeys are bound to.
pub(crate) struct RelyingParty {
    host: String,
    webauthn: Webauthn,
}

/// What a browser answered was not accepted.
#[derive(Debug, Error)]
pub(crate) enum PasskeyAnswerError {
    #[error("the question was answered before, or too late")]
    NoChallenge,
    #[error("the answer is not one of a browser")]
    Unreadable(#[source] serde_json::Error),
    #[error("nobody here has this passkey")]
    Unknown,
    #[error("the answer does not fit the question")]
    Refused(#[source] WebauthnError),
    #[error("the passkey has been used more often than it says, so there is a copy of it")]
    Copied,
}

/// Something about the caller's own passkeys was not done.
#[derive(Debug, Error)]
pub(crate) enum PasskeyError {
    #[error("devices reach this server by an address, to which no passkey can be bound")]
    Unavailable,
    #[error("too many browsers are being asked for passkeys; wait some minutes")]
    Busy,
    #[error("the passkey was not accepted")]
    Answer(#[from] PasskeyAnswerError),
    #[error("there is no such passkey of yours")]
    Unknown,
    #[error("the passkey is in use already")]
    Taken,
    #[error("nobody may have more passkeys; remove some")]
    TooMany,
    #[error("the passkey cannot be saved like this")]
    Settings(Vec<Detail>),
    #[error("a question for a browser cannot be made")]
    Ask(#[source] WebauthnError),
    #[error("what is stored of a passkey cannot be read")]
    Stored(#[source] serde_json::Error),
    #[error(transparent)]
    Account(#[from] AccountError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<SaveError> for PasskeyError {
    fn from(error: SaveError) -> Self {
        match error {
            SaveError::Taken => Self::Taken,
            SaveError::InUse => Self::TooMany,
            SaveError::Unknown | SaveError::Stale { .. } => Self::Unknown,
            SaveError::Store(error) => Self::Store(error),
        }
    }
}

impl RelyingParty {
    /// None where the public URL names an address: passkeys are bound to names.
    pub(crate) fn of(config: &Config) -> Option<Self> {
        let url = Url::parse(&config.public_url).ok()?;
        let host = url.domain()?.to_owned();
        let mut builder = WebauthnBuilder::new(&host, &url)
            .ok()?
            .rp_name(&config.organization)
            .timeout(CHALLENGE_LIFE);
        // Browsers take their own machine for secure without HTTPS too, and at any port.
        let own_machine = Url::parse("http://localhost").expect("it is a URL");
        if host == "localhost" {
            builder = builder.append_allowed_origin(&own_machine).allow_any_port(true);
        }
        let webauthn = builder.build().ok()?;
        Some(Self { host, webauthn })
    }
}

/// One's own passkeys.
impl App {
    /// The host that passkeys are bound to, if they can be.
    pub(super) fn passkey_host(&self) -> Option<String> {
        self.relying_party.as_ref().map(|party| party.host.clone())
    }

    /// The caller's own passkeys, the oldest first.
    pub(crate) async fn passkeys(&self, caller: &Caller) -> Result<Vec<Passkey>, PasskeyError> {
        let person = self.own_person(caller).await?;
        let passkeys = self.store.passkeys_of(person.id).await?;
        Ok(passkeys.into_iter().map(shown).collect())
    }

    /// Asks the caller's browser for a passkey.
    pub(crate) async fn begin_passkey(
        &self,
        caller: &Caller,
        password: String,
    ) -> Result<PasskeyChallenge, PasskeyError> {
        let person = self.prove(caller, password).await?;
        let webauthn = self.webauthn().ok_or(PasskeyError::Unavailable)?;
        self.check_bar(caller, &person).await?;
        let known = self.store.passkeys_of(person.id).await?;
        let known: Result<Vec<_>, PasskeyError> = known.iter().map(credential_of).collect();
        let (login, name) = (&person.login, &person.name);
        let (question, state) = webauthn
            .start_passkey_registration(person.id.0, login, name, Some(known?))
            .map_err(PasskeyError::Ask)?;
        let mut options = json!(question.public_key);
        // Signing in asks for no e-mail address, so the authenticator must know whose it is.
        if let Some(selection) = options.pointer_mut("/authenticatorSelection") {
            *selection = json!({
                "residentKey": "required",
                "requireResidentKey": true,
                "userVerification": "required",
            });
        }
        self.audit(caller, "begin_passkey", &target(&person), Value::Null).await?;
        self.ask(Some(person.id), &state, options).await?.ok_or(PasskeyError::Busy)
    }

    /// Adds the passkey that the caller's browser made; the caller's session has shown it.
    pub(crate) async fn add_passkey(
        &self,
        caller: &Caller,
        secret: &str,
        wish: AddPasskey,
    ) -> Result<Passkey, PasskeyError> {
        let person = self.own_person(caller).await?;
        let webauthn = self.webauthn().ok_or(PasskeyError::Unavailable)?;
        let name = checked_name(&wish.name)?;
        let state: Option<PasskeyRegistration> =
            self.asked(Some(person.id), wish.challenge_id).await?;
        let state = state.ok_or(PasskeyAnswerError::NoChallenge)?;
        let credential: RegisterPublicKeyCredential = answer(wish.credential)?;
        let made = webauthn
            .finish_passkey_registration(&credential, &state)
            .map_err(PasskeyAnswerError::Refused)?;
        let now = self.wall_clock.now();
        let id = PasskeyId(self.ids.id(now));
        let detail = json!({ "passkey": id.0, "name": name });
        self.audit(caller, "add_passkey", &target(&person), detail).await?;
        let new = NewPasskey {
            id,
            person: person.id,
            name: name.clone(),
            credential: made.cred_id().to_vec(),
            document: text(&made),
            shown_in: Sha256::of(secret.as_bytes()),
        };
        self.store.add_passkey(now, new).await?;
        Ok(Passkey { id: id.0, name, created_at: now, used_at: None, sign_count: 0 })
    }

    /// Gives one of the caller's own passkeys another name.
    pub(crate) async fn rename_passkey(
        &self,
        caller: &Caller,
        id: PasskeyId,
        name: &str,
    ) -> Result<Passkey, PasskeyError> {
        let (person, passkey, _) = self.own_passkey(caller, id).await?;
        let name = checked_name(name)?;
        let detail = json!({ "passkey": id.0, "before": passkey.name, "name": name });
        self.audit(caller, "rename_passkey", &target(&person), detail).await?;
        if self.store.rename_passkey(person.id, id, &name).await? {
            Ok(Passkey { name, ..shown(passkey) })
        } else {
            Err(PasskeyError::Unknown)
        }
    }

    /// Removes one of the caller's own passkeys. The password is still a way in.
    pub(crate) async fn remove_passkey(
        &self,
        caller: &Caller,
        (id, secret): (PasskeyId, &str),
        password: String,
    ) -> Result<(), PasskeyError> {
        self.prove(caller, password).await?;
        let (person, passkey, others) = self.own_passkey(caller, id).await?;
        if others == 0 && self.needs_passkey(&person).await? {
            return Err(AccountError::Required.into());
        }
        let detail = json!({ "passkey": id.0, "name": passkey.name });
        self.audit(caller, "remove_passkey", &target(&person), detail).await?;
        let kept = Sha256::of(secret.as_bytes());
        let is_removed = self.store.remove_passkey(person.id, id, kept).await?;
        if is_removed { Ok(()) } else { Err(PasskeyError::Unknown) }
    }

    /// One of the caller's own passkeys, and how many others there are.
    async fn own_passkey(
        &self,
        caller: &Caller,
        id: PasskeyId,
    ) -> Result<(Person, macadam_store::Passkey, usize), PasskeyError> {
        let person = self.own_person(caller).await?;
        let all = self.store.passkeys_of(person.id).await?;
        let others = all.len().saturating_sub(1);
        let passkey = all.into_iter().find(|passkey| passkey.id == id);
        Ok((person, passkey.ok_or(PasskeyError::Unknown)?, others))
    }

    /// Whether a passkey is the only second factor of somebody who must have one.
    async fn needs_passkey(&self, person: &Person) -> Result<bool, StoreError> {
        let factor = self.store.second_factor(person.id).await?;
        let has_totp = factor.is_some_and(|factor| factor.confirmed_at.is_some());
        Ok(!has_totp && self.sign_in_policy().await?.second_factor_required)
    }
}

/// Signing in with a passkey.
impl App {
    /// Asks the browser of whoever it is for a passkey of this server.
    pub(crate) async fn begin_passkey_sign_in(&self) -> Result<PasskeyChallenge, SignInError> {
        let webauthn = self.webauthn().ok_or(SignInError::PasskeysUnavailable)?;
        let (question, state) =
            webauthn.start_discoverable_authentication().map_err(SignInError::Ask)?;
        let options = json!(question.public_key);
        self.ask(None, &state, options).await?.ok_or(SignInError::Busy)
    }

    /// Starts a session for whoever has the passkey that a browser used.
    pub(crate) async fn sign_in_with_passkey(
        &self,
        wish: SignInWithPasskey,
        address: IpAddr,
    ) -> Result<StartedSession, SignInError> {
        let started = self.try_passkey(wish, address).await;
        if let Err(SignInError::Passkey(error)) = &started {
            let error = error as &dyn std::error::Error;
            tracing::warn!(client.address = %address, error, "somebody's passkey was refused");
        }
        started
    }

    async fn try_passkey(
        &self,
        wish: SignInWithPasskey,
        address: IpAddr,
    ) -> Result<StartedSession, SignInError> {
        let webauthn = self.webauthn().ok_or(SignInError::PasskeysUnavailable)?;
        let state: Option<DiscoverableAuthentication> = self.asked(None, wish.challenge_id).await?;
        let state = state.ok_or(PasskeyAnswerError::NoChallenge)?;
        let credential: PublicKeyCredential = answer(wish.credential)?;
        let (owner, name) = webauthn
            .identify_discoverable_authentication(&credential)
            .map_err(PasskeyAnswerError::Refused)?;
        let passkey = self.store.passkey_by_credential(name).await?;
        let passkey = passkey.filter(|passkey| passkey.person_id == PersonId(owner));
        let passkey = passkey.ok_or(PasskeyAnswerError::Unknown)?;
        let person = self.store.person(passkey.person_id).await?;
        let person = person.filter(|person| person.disabled_at.is_none());
        let person = person.ok_or(PasskeyAnswerError::Unknown)?;
        let mut known = document(&passkey.document).map_err(SignInError::Stored)?;
        let (session, started) = self.prepare_session(&person, address, true).await?;
        let detail = json!({ "passkey": passkey.id.0, "name": passkey.name });
        let shown = match webauthn.finish_discoverable_authentication_v2(&credential, state, &known)
        {
            Ok(shown) => shown,
            Err(WebauthnError::CredentialPossibleCompromise) => {
                self.audit(&started.caller, "refuse_passkey", "session", detail).await?;
                return Err(PasskeyAnswerError::Copied.into());
            }
            Err(error) => return Err(PasskeyAnswerError::Refused(error).into()),
        };
        known.update_credential(&shown);
        self.audit(&started.caller, "sign_in", "session", detail).await?;
        let used = PasskeyUse {
            id: passkey.id,
            document: text(&known),
            sign_count: shown.counter().into(),
        };
        if self.store.start_session_by_passkey(session, used).await? {
            Ok(started)
        } else {
            // The other one was faster, or the passkey has just been removed.
            Err(PasskeyAnswerError::Copied.into())
        }
    }

    fn webauthn(&self) -> Option<&Webauthn> {
        self.relying_party.as_ref().map(|party| &party.webauthn)
    }

    /// Keeps what the answer is to be checked against; none when there is no room for it.
    async fn ask(
        &self,
        person: Option<PersonId>,
        state: &impl Serialize,
        options: Value,
    ) -> Result<Option<PasskeyChallenge>, StoreError> {
        let now = self.wall_clock.now();
        // Nobody can guess it: whoever answers is who was asked.
        let id = uuid::Builder::from_random_bytes(self.ids.random::<16>()).into_uuid();
        let life = SignedDuration::try_from(CHALLENGE_LIFE).unwrap_or_default();
        let challenge = macadam_store::PasskeyChallenge {
            person_id: person,
            document: text(state),
            expires_at: now.checked_add(life).unwrap_or(Timestamp::MAX),
        };
        let id_there = PasskeyChallengeId(id);
        let is_kept = self.store.keep_passkey_challenge(now, id_there, challenge).await?;
        Ok(is_kept.then_some(PasskeyChallenge { id, options }))
    }

    /// What was asked, once: of this person, or of somebody who signs in.
    async fn asked<T: DeserializeOwned>(
        &self,
        person: Option<PersonId>,
        id: uuid::Uuid,
    ) -> Result<Option<T>, StoreError> {
        let now = self.wall_clock.now();
        let asked = self.store.take_passkey_challenge(now, PasskeyChallengeId(id)).await?;
        let asked = asked.filter(|asked| asked.person_id == person);
        // One of another version of this server is as good as none.
        Ok(asked.and_then(|asked| serde_json::from_str(&asked.document).ok()))
    }
}

/// Reads what a browser answered.
fn answer<T: DeserializeOwned>(credential: Value) -> Result<T, PasskeyAnswerError> {
    serde_json::from_value(credential).map_err(PasskeyAnswerError::Unreadable)
}

fn document(text: &str) -> Result<webauthn_rs::prelude::Passkey, serde_json::Error> {
    serde_json::from_str(text)
}

fn credential_of(passkey: &macadam_store::Passkey) -> Result<CredentialID, PasskeyError> {
    let known = document(&passkey.document).map_err(PasskeyError::Stored)?;
    Ok(known.cred_id().clone())
}

fn text(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("keys and challenges are JSON")
}

fn checked_name(name: &str) -> Result<String, PasskeyError> {
    let name = name.trim();
    let is_good =
        (1..=NAME_CHARACTERS).contains(&name.chars().count()) && !name.contains(char::is_control);
    if is_good {
        return Ok(name.to_owned());
    }
    Err(PasskeyError::Settings(vec![Detail::length("name", (1, NAME_CHARACTERS))]))
}

fn shown(passkey: macadam_store::Passkey) -> Passkey {
    Passkey {
        id: passkey.id.0,
        name: passkey.name,
        created_at: passkey.created_at,
        used_at: passkey.used_at,
        sign_count: u64::try_from(passkey.sign_count).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn party(public_url: &str) -> Option<RelyingParty> {
        RelyingParty::of(&Config::from_toml(&format!("public_url = {public_url:?}")).unwrap())
    }

    #[test]
    fn passkeys_are_bound_to_names_only() {
        let host = |url| party(url).map(|party| party.host);
        assert_eq!(host("https://MDM.example.com/").as_deref(), Some("mdm.example.com"));
        assert_eq!(host("https://mdm.example.com:8443").as_deref(), Some("mdm.example.com"));
        assert_eq!(host("https://192.0.2.7"), None);
        assert_eq!(host("https://[2001:db8::7]:8443"), None);
    }

    #[test]
    fn only_ones_own_machine_is_good_without_https() {
        let origins = |url| {
            let party = party(url).unwrap();
            let origins = party.webauthn.get_allowed_origins().iter();
            origins.map(|url| url.as_str().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(origins("https://mdm.example.com"), ["https://mdm.example.com/"]);
        assert_eq!(origins("https://localhost:8443").last().unwrap(), "http://localhost/");
    }
}
