//! People and their roles; an organization always has an owner.

use jiff::Timestamp;
use macadam_api::Detail;
use macadam_api::people::{CreatePerson, Person, Role, UpdatePerson};
use macadam_store::{NewPerson, PersonChanges, PersonId, SaveError, StoreError, UpdatePersonError};
use secrecy::SecretString;
use serde_json::json;
use thiserror::Error;

use super::App;
use super::access::{HashPasswordError, login_of};
use super::caller::{Caller, role_code, role_from_code};

/// The shortest password that is accepted.
const PASSWORD_CHARACTERS: usize = 12;
/// The longest text that is accepted for a name, an address or a password.
const TEXT_CHARACTERS: usize = 200;

/// A person was not created or changed.
#[derive(Debug, Error)]
pub(crate) enum PersonError {
    #[error("there is no such person")]
    Unknown,
    #[error("only an owner makes or changes owners")]
    OnlyOwners,
    #[error("this is the last owner; make somebody else an owner first")]
    LastOwner,
    #[error("the person cannot be saved like this")]
    Settings(Vec<Detail>),
    #[error(transparent)]
    Hash(#[from] HashPasswordError),
    #[error(transparent)]
    Save(#[from] SaveError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<UpdatePersonError> for PersonError {
    fn from(error: UpdatePersonError) -> Self {
        match error {
            UpdatePersonError::LastOfRole => Self::LastOwner,
            UpdatePersonError::Save(error) => Self::Save(error),
        }
    }
}

impl App {
    /// Everybody who may sign in.
    pub(crate) async fn people(&self) -> Result<Vec<Person>, StoreError> {
        let people = self.store.people().await?;
        Ok(people.into_iter().filter(|row| row.disabled_at.is_none()).filter_map(shown).collect())
    }

    /// Creates a person.
    pub(crate) async fn create_person(
        &self,
        caller: &Caller,
        wish: CreatePerson,
    ) -> Result<Person, PersonError> {
        check_owner(caller, wish.role)?;
        check(&wish)?;
        let id = PersonId(self.ids.id(self.wall_clock.now()));
        let detail = json!({ "email": wish.email, "name": wish.name, "role": wish.role });
        self.audit(caller, "create_person", &format!("people/{id}"), detail).await?;
        let new = self.new_person(id, wish).await?;
        self.store.create_person(self.wall_clock.now(), new).await?;
        self.person(id).await
    }

    /// What is stored of a person to be created.
    pub(super) async fn new_person(
        &self,
        id: PersonId,
        wish: CreatePerson,
    ) -> Result<NewPerson, HashPasswordError> {
        Ok(NewPerson {
            id,
            login: login_of(&wish.email),
            name: wish.name.trim().to_owned(),
            role: role_code(wish.role),
            password_hash: self.hash_password(SecretString::from(wish.password)).await?,
        })
    }

    /// Changes what the wish names.
    pub(crate) async fn update_person(
        &self,
        caller: &Caller,
        (id, revision): (PersonId, u64),
        wish: UpdatePerson,
    ) -> Result<Person, PersonError> {
        let before = self.person(id).await?;
        check_owner(caller, before.role)?;
        check_owner(caller, wish.role.unwrap_or(before.role))?;
        let mut problems = Vec::new();
        problems.extend(wish.name.as_deref().and_then(|name| text_problem("name", name)));
        problems.extend(wish.password.as_deref().and_then(password_problem));
        none_or(problems)?;
        let detail = json!({
            "name": wish.name, "role": wish.role, "password_changed": wish.password.is_some(),
        });
        self.audit(caller, "update_person", &format!("people/{id}"), detail).await?;
        let password_hash = match wish.password {
            Some(password) => Some(self.hash_password(SecretString::from(password)).await?),
            None => None,
        };
        let changes = PersonChanges {
            name: wish.name.map(|name| name.trim().to_owned()),
            role: wish.role.map(role_code),
            password_hash,
            disabled_at: None,
        };
        self.change_person(id, revision, changes).await?;
        self.person(id).await
    }

    /// Takes a person's access away.
    pub(crate) async fn disable_person(
        &self,
        caller: &Caller,
        (id, revision): (PersonId, u64),
    ) -> Result<(), PersonError> {
        let person = self.person(id).await?;
        check_owner(caller, person.role)?;
        let detail = json!({ "email": person.email });
        self.audit(caller, "delete_person", &format!("people/{id}"), detail).await?;
        let disabled_at = Some(self.wall_clock.now());
        let changes = PersonChanges { disabled_at, ..PersonChanges::default() };
        self.change_person(id, revision, changes).await
    }

    /// Takes a person's second factor and passkeys away, for somebody who lost them.
    pub(crate) async fn reset_totp(
        &self,
        caller: &Caller,
        id: PersonId,
    ) -> Result<(), PersonError> {
        let person = self.person(id).await?;
        check_owner(caller, person.role)?;
        let detail = json!({ "email": person.email });
        self.audit(caller, "reset_totp", &format!("people/{id}"), detail).await?;
        self.store.reset_second_factors(id).await?;
        Ok(())
    }

    async fn change_person(
        &self,
        id: PersonId,
        revision: u64,
        changes: PersonChanges,
    ) -> Result<(), PersonError> {
        let version = i64::try_from(revision).unwrap_or(i64::MAX);
        self.store.update_person(id, version, changes, &role_code(Role::Owner)).await?;
        Ok(())
    }

    pub(super) async fn person(&self, id: PersonId) -> Result<Person, PersonError> {
        let row = self.store.person(id).await?.filter(|row| row.disabled_at.is_none());
        row.and_then(shown).ok_or(PersonError::Unknown)
    }
}

fn shown(row: macadam_store::Person) -> Option<Person> {
    Some(Person {
        id: row.id.0,
        revision: u64::try_from(row.version).ok()?,
        email: row.login,
        name: row.name,
        role: role_from_code(&row.role)?,
        created_at: row.created_at,
        last_signed_in_at: row.signed_in_at,
        has_second_factor: row.has_second_factor,
    })
}

/// Owners are made and changed by owners only.
fn check_owner(caller: &Caller, role: Role) -> Result<(), PersonError> {
    if role == Role::Owner && caller.role != Role::Owner {
        return Err(PersonError::OnlyOwners);
    }
    Ok(())
}

/// Checks a person to be created, and names every problem.
pub(super) fn check(wish: &CreatePerson) -> Result<(), PersonError> {
    let mut problems = Vec::new();
    problems.extend(email_problem(&wish.email));
    problems.extend(text_problem("name", &wish.name));
    problems.extend(password_problem(&wish.password));
    none_or(problems)
}

fn none_or(problems: Vec<Detail>) -> Result<(), PersonError> {
    if problems.is_empty() { Ok(()) } else { Err(PersonError::Settings(problems)) }
}

/// Whether somebody receives mail there is not ours to know; it only has to look like an address.
fn email_problem(email: &str) -> Option<Detail> {
    let is_address = email.trim().split_once('@').is_some_and(|(name, host)| {
        let is_plain = |text: &str| {
            !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || c.is_control())
        };
        is_plain(name) && is_plain(host) && !host.contains('@')
    });
    if is_address {
        return text_problem("email", email);
    }
    let message = "is no e-mail address such as ada@example.com";
    Some(Detail::new("email", message).named("email", Vec::new()))
}

fn text_problem(field: &str, text: &str) -> Option<Detail> {
    let is_good = (1..=TEXT_CHARACTERS).contains(&text.trim().chars().count())
        && !text.contains(char::is_control);
    (!is_good).then(|| Detail::length(field, (1, TEXT_CHARACTERS)))
}

pub(super) fn password_problem(password: &str) -> Option<Detail> {
    let is_good = (PASSWORD_CHARACTERS..=TEXT_CHARACTERS).contains(&password.chars().count());
    (!is_good).then(|| Detail::length("password", (PASSWORD_CHARACTERS, TEXT_CHARACTERS)))
}

/// Whoever makes the first owner, before there is anybody who could sign in.
pub(super) fn nobody(address: std::net::IpAddr) -> Caller {
    Caller {
        actor: macadam_api::sessions::Actor::System,
        name: "set-up".to_owned(),
        role: Role::Owner,
        scopes: None,
        address,
        expires_at: Timestamp::MAX,
        lacks_second_factor: false,
        token: None,
    }
}
