//! People who may sign in.

use jiff::Timestamp;
use secrecy::SecretString;

use crate::db::row;
use crate::{PersonId, SaveError, Store, StoreError};

row! {
    /// A person.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Person {
        pub id: PersonId,
        /// What the person signs in with; unique.
        pub login: String,
        pub name: String,
        pub role: String,
        pub disabled_at: Option<Timestamp>,
        pub created_at: Timestamp,
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

impl Store {
    /// Creates a person whose login is free.
    pub async fn create_person(&self, at: Timestamp, person: NewPerson) -> Result<(), SaveError> {
        todo!()
    }

    /// A person and the password's hash, by login.
    pub async fn person_by_login(
        &self,
        login: &str,
    ) -> Result<Option<(Person, SecretString)>, StoreError> {
        todo!()
    }

    /// One person.
    pub async fn person(&self, person: PersonId) -> Result<Option<Person>, StoreError> {
        todo!()
    }

    /// All people by login.
    pub async fn people(&self) -> Result<Vec<Person>, StoreError> {
        todo!()
    }

    /// Changes a password and ends the person's sessions. Says whether the person exists.
    pub async fn set_password(
        &self,
        person: PersonId,
        password_hash: SecretString,
    ) -> Result<bool, StoreError> {
        todo!()
    }

    /// Changes a role. Says whether the person exists.
    pub async fn set_role(&self, person: PersonId, role: &str) -> Result<bool, StoreError> {
        todo!()
    }

    /// Disables a person and ends the sessions, or enables (`None`). Says whether the person
    /// exists.
    pub async fn set_disabled(
        &self,
        person: PersonId,
        disabled_at: Option<Timestamp>,
    ) -> Result<bool, StoreError> {
        todo!()
    }
}
