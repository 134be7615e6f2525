//! What a person does about their own sign-in: sessions, password, second factor.

use macadam_api::Detail;
use macadam_api::account::{
    Account, ChangePassword, OwnSession, RecoveryCodes, SignInPolicy, TotpSecret,
};
use macadam_store::{Person, SaveError, Sha256, StoreError};
use secrecy::{ExposeSecret, SecretSlice, SecretString};
use serde_json::{Value, json};
use thiserror::Error;
use totp_rs::{Builder, Totp, TotpError};
use uuid::Uuid;

use super::App;
use super::access::HashPasswordError;
use super::caller::{Caller, role_from_code};
use super::people::{PersonError, password_problem};

/// The name that authenticator apps show.
const ISSUER: &str = "Macadam";
/// Recovery codes that a person is given.
const RECOVERY_CODES: usize = 10;
/// The setting with what is asked of everybody.
const SIGN_IN: &str = "sign_in";
/// Letters of recovery codes: none that look alike.
const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz023456789";

/// Something about the caller's own sign-in was not done.
#[derive(Debug, Error)]
pub(crate) enum AccountError {
    #[error("only a person who signed in has an account")]
    NoPerson,
    #[error("the password is wrong")]
    WrongPassword,
    #[error("too many attempts; wait some minutes")]
    TooManyAttempts,
    #[error("the code is wrong, or its time is over")]
    WrongCode,
    #[error("there is no such session")]
    UnknownSession,
    #[error("there is a second factor already; remove it first")]
    HasSecondFactor,
    #[error("there is no second factor")]
    NoSecondFactor,
    #[error("the organization asks for a second factor")]
    Required,
    #[error("sign in with your passkey first, or ask an owner to take it away")]
    SignInWithPasskey,
    #[error("the password cannot be used")]
    Settings(Vec<Detail>),
    #[error("a one-time code cannot be made")]
    Totp(#[from] TotpError),
    #[error(transparent)]
    Hash(#[from] HashPasswordError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl App {
    /// The person who is signed in.
    pub(crate) async fn account(&self, caller: &Caller) -> Result<Account, AccountError> {
        let person = self.own_person(caller).await?;
        let factor = self.store.second_factor(person.id).await?;
        let factor = factor.filter(|factor| factor.confirmed_at.is_some());
        let passkeys = self.store.passkeys_of(person.id).await?;
        let left = factor.as_ref().map_or(0, |factor| factor.recovery_codes);
        Ok(Account {
            role: role_from_code(&person.role).ok_or(AccountError::NoPerson)?,
            email: person.login,
            name: person.name,
            second_factor: factor.is_some(),
            second_factor_required: self.sign_in_policy().await?.second_factor_required,
            recovery_codes_left: u32::try_from(left).unwrap_or_default(),
            passkeys: u32::try_from(passkeys.len()).unwrap_or(u32::MAX),
            passkey_host: self.passkey_host(),
        })
    }

    /// The caller's own sessions, the one used last first.
    pub(crate) async fn own_sessions(
        &self,
        caller: &Caller,
        secret: &str,
    ) -> Result<Vec<OwnSession>, AccountError> {
        let person = self.own_person(caller).await?;
        let current = Sha256::of(secret.as_bytes());
        let sessions = self.store.sessions_of(person.id, self.wall_clock.now()).await?;
        let shown = |session: macadam_store::OwnSession| OwnSession {
            id: session_id(session.token),
            current: session.token == current,
            started_at: session.started_at,
            used_at: session.used_at,
            expires_at: session.expires_at,
            address: session.origin,
        };
        Ok(sessions.into_iter().map(shown).collect())
    }

    /// Ends one of the caller's own sessions.
    pub(crate) async fn end_own_session(
        &self,
        caller: &Caller,
        id: Uuid,
    ) -> Result<(), AccountError> {
        let person = self.own_person(caller).await?;
        let sessions = self.store.sessions_of(person.id, self.wall_clock.now()).await?;
        let session = sessions.into_iter().find(|session| session_id(session.token) == id);
        let session = session.ok_or(AccountError::UnknownSession)?;
        self.audit(caller, "end_session", &format!("sessions/{id}"), Value::Null).await?;
        self.store.end_session(session.token).await?;
        Ok(())
    }

    /// Changes the caller's own password; every other session ends.
    pub(crate) async fn change_password(
        &self,
        caller: &Caller,
        secret: &str,
        wish: ChangePassword,
    ) -> Result<(), AccountError> {
        let person = self.prove(caller, wish.current_password).await?;
        if let Some(problem) = password_problem(&wish.new_password) {
            let field = "new_password".to_owned();
            return Err(AccountError::Settings(vec![Detail { field, ..problem }]));
        }
        let hash = self.hash_password(SecretString::from(wish.new_password)).await?;
        self.audit(caller, "change_password", &target(&person), Value::Null).await?;
        let kept = Sha256::of(secret.as_bytes());
        Ok(self.store.change_password(person.id, hash, kept).await?)
    }

    /// Makes a secret for an authenticator app; it counts once it is confirmed.
    pub(crate) async fn begin_totp(
        &self,
        caller: &Caller,
        password: String,
    ) -> Result<TotpSecret, AccountError> {
        let person = self.prove(caller, password).await?;
        self.check_bar(caller, &person).await?;
        let secret = self.ids.random::<20>();
        let totp = totp(&secret, &person.login)?;
        self.audit(caller, "begin_totp", &target(&person), Value::Null).await?;
        if !self.store.begin_totp(person.id, SecretSlice::from(secret.to_vec())).await? {
            return Err(AccountError::HasSecondFactor);
        }
        Ok(TotpSecret { secret: totp.secret().to_base32(), url: totp.to_url()? })
    }

    /// Lets the secret count from now on, and gives the recovery codes.
    pub(crate) async fn confirm_totp(
        &self,
        caller: &Caller,
        code: &str,
    ) -> Result<RecoveryCodes, AccountError> {
        let person = self.own_person(caller).await?;
        self.check_attempts(&person)?;
        let factor = self.store.second_factor(person.id).await?;
        let factor = factor.ok_or(AccountError::NoSecondFactor)?;
        if factor.confirmed_at.is_some() {
            return Err(AccountError::HasSecondFactor);
        }
        let now = self.wall_clock.now();
        let step = self.step_of(&person, factor.secret.expose_secret(), code)?;
        let step = step.ok_or(AccountError::WrongCode)?;
        self.audit(caller, "confirm_totp", &target(&person), Value::Null).await?;
        let (codes, hashes) = self.new_recovery_codes();
        if !self.store.confirm_totp(now, person.id, step, hashes).await? {
            return Err(AccountError::NoSecondFactor);
        }
        Ok(codes)
    }

    /// Takes the caller's own second factor away.
    pub(crate) async fn remove_totp(
        &self,
        caller: &Caller,
        password: String,
    ) -> Result<(), AccountError> {
        let person = self.prove(caller, password).await?;
        let has_passkey = !self.store.passkeys_of(person.id).await?.is_empty();
        if !has_passkey && self.sign_in_policy().await?.second_factor_required {
            return Err(AccountError::Required);
        }
        self.audit(caller, "remove_totp", &target(&person), Value::Null).await?;
        let is_removed = self.store.remove_totp(person.id).await?;
        if is_removed { Ok(()) } else { Err(AccountError::NoSecondFactor) }
    }

    /// Gives the caller other recovery codes; the old ones are worthless.
    pub(crate) async fn renew_recovery_codes(
        &self,
        caller: &Caller,
        password: String,
    ) -> Result<RecoveryCodes, AccountError> {
        let person = self.prove(caller, password).await?;
        let factor = self.store.second_factor(person.id).await?;
        if factor.is_none_or(|factor| factor.confirmed_at.is_none()) {
            return Err(AccountError::NoSecondFactor);
        }
        self.audit(caller, "renew_recovery_codes", &target(&person), Value::Null).await?;
        let (codes, hashes) = self.new_recovery_codes();
        self.store.replace_recovery_codes(person.id, hashes).await?;
        Ok(codes)
    }

    /// What is asked of everybody who signs in.
    pub(crate) async fn sign_in_policy(&self) -> Result<SignInPolicy, StoreError> {
        let stored = self.store.setting(SIGN_IN).await?;
        Ok(stored
            .and_then(|(document, _)| serde_json::from_str(&document).ok())
            .unwrap_or_default())
    }

    /// Changes what is asked of everybody who signs in.
    pub(crate) async fn write_sign_in_policy(
        &self,
        caller: &Caller,
        wish: SignInPolicy,
    ) -> Result<SignInPolicy, PersonError> {
        self.audit(caller, "write_sign_in_policy", "sign_in_policy", json!(wish)).await?;
        let version = self.store.setting(SIGN_IN).await?.map_or(0, |(_, version)| version);
        let document = serde_json::to_string(&wish).expect("a policy is JSON");
        match self.store.save_setting(SIGN_IN, &document, version).await {
            // Somebody else wrote between our two steps, and this is the later word.
            Err(SaveError::Stale { current }) => {
                self.store.save_setting(SIGN_IN, &document, current).await?;
            }
            other => drop(other?),
        }
        Ok(wish)
    }

    /// Whether a code, of the app or a recovery code, is good for this person; it is used up.
    pub(super) async fn use_code(&self, person: &Person, code: &str) -> Result<bool, AccountError> {
        self.check_attempts(person)?;
        let Some(factor) = self.store.second_factor(person.id).await? else { return Ok(false) };
        let code = code.trim().to_lowercase();
        if let Some(step) = self.step_of(person, factor.secret.expose_secret(), &code)? {
            return Ok(self.store.use_totp_step(person.id, step).await?);
        }
        let plain: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
        Ok(self.store.use_recovery_code(person.id, Sha256::of(plain.as_bytes())).await?)
    }

    /// The step whose code this is, if it is one of about now.
    fn step_of(
        &self,
        person: &Person,
        secret: &[u8],
        code: &str,
    ) -> Result<Option<i64>, AccountError> {
        let seconds = u64::try_from(self.wall_clock.now().as_second()).unwrap_or_default();
        let digits: String = code.chars().filter(|char| !char.is_whitespace()).collect();
        let step = totp(secret, &person.login)?.check(&digits, seconds);
        Ok(step.and_then(|step| i64::try_from(step).ok()))
    }

    fn check_attempts(&self, person: &Person) -> Result<(), AccountError> {
        if self.doors.may_try_code(&person.login) {
            Ok(())
        } else {
            Err(AccountError::TooManyAttempts)
        }
    }

    /// Whoever is barred for want of a second factor may set up their first one, but none beside a
    /// passkey that they did not show: a stolen password must not be the way around it.
    pub(super) async fn check_bar(
        &self,
        caller: &Caller,
        person: &Person,
    ) -> Result<(), AccountError> {
        if caller.lacks_second_factor && !self.store.passkeys_of(person.id).await?.is_empty() {
            return Err(AccountError::SignInWithPasskey);
        }
        Ok(())
    }

    /// The caller, who knows the password.
    pub(super) async fn prove(
        &self,
        caller: &Caller,
        password: String,
    ) -> Result<Person, AccountError> {
        let person = self.own_person(caller).await?;
        self.check_attempts(&person)?;
        let found = self.store.person_by_login(&person.login).await?;
        let (_, hash) = found.ok_or(AccountError::NoPerson)?;
        let is_right = self.verify_password(SecretString::from(password), hash).await?;
        if is_right { Ok(person) } else { Err(AccountError::WrongPassword) }
    }

    pub(super) async fn own_person(&self, caller: &Caller) -> Result<Person, AccountError> {
        let is_person = caller.actor == macadam_api::sessions::Actor::Person;
        let found = self.store.person_by_login(&caller.name).await?;
        let person = found.map(|(person, _)| person).filter(|_| is_person);
        person.ok_or(AccountError::NoPerson)
    }

    fn new_recovery_codes(&self) -> (RecoveryCodes, Vec<Sha256>) {
        let code = |_| {
            let random = self.ids.random::<10>();
            random.iter().map(|byte| letter(*byte)).collect::<String>()
        };
        let plain: Vec<String> = (0..RECOVERY_CODES).map(code).collect();
        let hashes = plain.iter().map(|code| Sha256::of(code.as_bytes())).collect();
        let grouped = plain.iter().map(|code| {
            let (first, second) = code.split_at(5);
            format!("{first}-{second}")
        });
        (RecoveryCodes { codes: grouped.collect() }, hashes)
    }
}

fn letter(byte: u8) -> char {
    let place = usize::from(byte) % LETTERS.len();
    LETTERS.get(place).copied().map_or('a', char::from)
}

/// Codes of six digits, one each 30 seconds, as every app knows them; the one before and the one
/// after are good too, because clocks differ.
fn totp(secret: &[u8], account: &str) -> Result<Totp, TotpError> {
    Builder::new()
        .with_secret(secret.to_vec())
        .with_account_name(account.replace(':', "_"))
        .with_issuer(Some(ISSUER))
        .build()
}

/// What a session is called: nobody can make its secret out of half of its hash.
fn session_id(token: Sha256) -> Uuid {
    let bytes: [u8; 16] = std::array::from_fn(|place| token.0.get(place).copied().unwrap_or(0));
    Uuid::from_bytes(bytes)
}

/// How a person stands in the audit log.
pub(super) fn target(person: &Person) -> String {
    format!("people/{}", person.id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_every_app() {
        // RFC 6238, appendix B, cut to six digits.
        let totp = totp(b"12345678901234567890", "ada@example.com").unwrap();
        assert_eq!(totp.check("287082", 59), Some(1));
        assert_eq!(totp.check("081804", 1_111_111_109), Some(37_037_036));
        assert_eq!(totp.check("287082", 59 + 60), None, "its time is over");
        assert!(totp.to_url().unwrap().starts_with("otpauth://totp/Macadam:ada"));
    }
}
