//! API tokens of machines: they expire, and can do no more than who made them.

use jiff::SignedDuration;
use macadam_api::Detail;
use macadam_api::people::Role;
use macadam_api::tokens::{CreateToken, CreatedToken, Token};
use macadam_store::{ApiToken, ApiTokenId, NewApiToken, Sha256, StoreError};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use thiserror::Error;

use super::App;
use super::access::{Caller, role_code, role_from_code};

const NAME_CHARACTERS: usize = 100;
const MOST_DAYS: u16 = 366;

/// A token was not created or revoked.
#[derive(Debug, Error)]
pub(crate) enum TokenError {
    #[error("there is no such token")]
    Unknown,
    #[error("a token can do no more than the one who makes it")]
    MoreThanCreator,
    #[error("the token cannot be made like this")]
    Settings(Vec<Detail>),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl App {
    /// Tokens that are worth something, newest first.
    pub(crate) async fn machine_tokens(&self) -> Result<Vec<Token>, StoreError> {
        let now = self.wall_clock.now();
        let is_valid = |row: &ApiToken| row.revoked_at.is_none() && row.expires_at > now;
        let tokens = self.store.api_tokens().await?;
        Ok(tokens.into_iter().filter(is_valid).filter_map(shown).collect())
    }

    /// Makes a token; only here its secret is told.
    pub(crate) async fn create_token(
        &self,
        caller: &Caller,
        wish: CreateToken,
    ) -> Result<CreatedToken, TokenError> {
        check(&wish)?;
        if !is_within(wish.role, caller.role) {
            return Err(TokenError::MoreThanCreator);
        }
        let now = self.wall_clock.now();
        let life = SignedDuration::from_hours(24 * i64::from(wish.valid_days));
        let secret = self.new_token_secret();
        let new = NewApiToken {
            id: ApiTokenId(self.ids.id(now)),
            token: Sha256::of(secret.expose_secret().as_bytes()),
            name: wish.name.trim().to_owned(),
            role: role_code(wish.role),
            scopes: Vec::new(),
            created_by: caller.name.clone(),
            expires_at: now.checked_add(life).unwrap_or(jiff::Timestamp::MAX),
        };
        let token = Token {
            id: new.id.0,
            name: new.name.clone(),
            role: wish.role,
            created_at: now,
            created_by: new.created_by.clone(),
            expires_at: new.expires_at,
            last_used_at: None,
        };
        let detail =
            json!({ "name": token.name, "role": token.role, "expires_at": token.expires_at });
        self.audit(caller, "create_token", &format!("tokens/{}", new.id), detail).await?;
        self.store.create_api_token(now, new).await?;
        Ok(CreatedToken { token, secret: secret.expose_secret().to_owned() })
    }

    /// Makes a token worthless.
    pub(crate) async fn revoke_token(
        &self,
        caller: &Caller,
        id: ApiTokenId,
    ) -> Result<(), TokenError> {
        let tokens = self.store.api_tokens().await?;
        let token = tokens.into_iter().find(|token| token.id == id && token.revoked_at.is_none());
        let role = token.ok_or(TokenError::Unknown)?.role;
        if role_from_code(&role).is_some_and(|role| !is_within(role, caller.role)) {
            return Err(TokenError::MoreThanCreator);
        }
        self.audit(caller, "revoke_token", &format!("tokens/{id}"), Value::Null).await?;
        self.store.revoke_api_token(self.wall_clock.now(), id).await?;
        Ok(())
    }
}

/// Whether everything that `role` allows is allowed by `other` too.
fn is_within(role: Role, other: Role) -> bool {
    role.permissions().iter().all(|permission| other.allows(*permission))
}

fn check(wish: &CreateToken) -> Result<(), TokenError> {
    let mut problems = Vec::new();
    let name = wish.name.trim();
    if !(1..=NAME_CHARACTERS).contains(&name.chars().count()) || name.contains(char::is_control) {
        let message = format!("must have 1 to {NAME_CHARACTERS} characters");
        problems.push(Detail::new("name", message));
    }
    if !(1..=MOST_DAYS).contains(&wish.valid_days) {
        problems.push(Detail::new("valid_days", format!("must be between 1 and {MOST_DAYS}")));
    }
    if problems.is_empty() { Ok(()) } else { Err(TokenError::Settings(problems)) }
}

fn shown(row: ApiToken) -> Option<Token> {
    Some(Token {
        id: row.id.0,
        role: role_from_code(&row.role)?,
        name: row.name,
        created_at: row.created_at,
        created_by: row.created_by,
        expires_at: row.expires_at,
        last_used_at: row.used_at,
    })
}
