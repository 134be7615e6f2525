//! API tokens of machines: they expire, and can do no more than who made them.

use jiff::SignedDuration;
use macadam_api::Detail;
use macadam_api::people::Permission;
use macadam_api::tokens::{CreateToken, CreatedToken, Token};
use macadam_store::{ApiToken, ApiTokenId, NewApiToken, Sha256, StoreError};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use thiserror::Error;

use super::App;
use super::caller::{Caller, permissions, role_code, role_from_code, scopes_from_code};
use super::code_of;

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
        if !is_within(wish.role.permissions(), caller) {
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
            scopes: wish.scopes.iter().map(code_of).collect(),
            created_by: caller.name.clone(),
            expires_at: now.checked_add(life).unwrap_or(jiff::Timestamp::MAX),
        };
        let token = Token {
            id: new.id.0,
            name: new.name.clone(),
            role: wish.role,
            scopes: wish.scopes,
            created_at: now,
            created_by: new.created_by.clone(),
            expires_at: new.expires_at,
            last_used_at: None,
        };
        let detail = json!({
            "name": token.name,
            "role": token.role,
            "scopes": token.scopes,
            "expires_at": token.expires_at,
        });
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
        let token = token.ok_or(TokenError::Unknown)?;
        let role = role_from_code(&token.role).ok_or(TokenError::Unknown)?;
        if !is_within(&permissions(role, scopes_from_code(&token.scopes).as_deref()), caller) {
            return Err(TokenError::MoreThanCreator);
        }
        self.audit(caller, "revoke_token", &format!("tokens/{id}"), Value::Null).await?;
        self.store.revoke_api_token(self.wall_clock.now(), id).await?;
        Ok(())
    }
}

/// Whether the caller may do all of this.
fn is_within(permissions: &[Permission], caller: &Caller) -> bool {
    permissions.iter().all(|permission| caller.may(*permission))
}

fn check(wish: &CreateToken) -> Result<(), TokenError> {
    let mut problems = Vec::new();
    let name = wish.name.trim();
    if !(1..=NAME_CHARACTERS).contains(&name.chars().count()) || name.contains(char::is_control) {
        problems.push(Detail::length("name", (1, NAME_CHARACTERS)));
    }
    if !(1..=MOST_DAYS).contains(&wish.valid_days) {
        problems.push(Detail::range("valid_days", (1, MOST_DAYS.into())));
    }
    let beyond = wish.scopes.iter().filter(|scope| !wish.role.allows(**scope));
    let beyond: Vec<_> = beyond.map(code_of).collect();
    if !beyond.is_empty() {
        let message = format!("the role does not allow {}", beyond.join(", "));
        problems.push(Detail::new("scopes", message).named("scopes", Vec::new()));
    }
    if problems.is_empty() { Ok(()) } else { Err(TokenError::Settings(problems)) }
}

fn shown(row: ApiToken) -> Option<Token> {
    Some(Token {
        id: row.id.0,
        role: role_from_code(&row.role)?,
        scopes: scopes_from_code(&row.scopes).unwrap_or_default(),
        name: row.name,
        created_at: row.created_at,
        created_by: row.created_by,
        expires_at: row.expires_at,
        last_used_at: row.used_at,
    })
}
