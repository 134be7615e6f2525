//! Who makes a request, what they may do, and how they stand in the records.

use std::net::IpAddr;

use jiff::Timestamp;
use macadam_api::people::{Permission, Role};
use macadam_api::sessions::Actor;
use macadam_store::{ApiToken, ApiTokenId};

use super::{code_of, value_of};

/// Who makes a request, and from where.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) actor: Actor,
    /// Login of the person, or name of the token.
    pub(crate) name: String,
    pub(crate) role: Role,
    /// What a token was limited to, within its role.
    pub(crate) scopes: Option<Vec<Permission>>,
    pub(crate) address: IpAddr,
    pub(crate) expires_at: Timestamp,
    /// Whether the organization asks for a second factor that this session has not shown.
    pub(crate) lacks_second_factor: bool,
    /// Which one it is, where it is a token: several may have one name.
    pub(crate) token: Option<ApiTokenId>,
}

impl Caller {
    /// Whoever has a token; nobody where its role is unknown.
    pub(super) fn of_token(token: ApiToken, address: IpAddr) -> Option<Self> {
        Some(Self {
            actor: Actor::Token,
            role: role_from_code(&token.role)?,
            scopes: scopes_from_code(&token.scopes),
            name: token.name,
            address,
            expires_at: token.expires_at,
            lacks_second_factor: false,
            token: Some(token.id),
        })
    }

    /// What the caller may do.
    pub(crate) fn permissions(&self) -> Vec<Permission> {
        permissions(self.role, self.scopes.as_deref())
    }

    /// Whether the caller may do this.
    pub(crate) fn may(&self, permission: Permission) -> bool {
        self.permissions().contains(&permission)
    }
}

/// What a role allows within these scopes.
pub(super) fn permissions(role: Role, scopes: Option<&[Permission]>) -> Vec<Permission> {
    let is_in_scope =
        |permission: &Permission| scopes.is_none_or(|scopes| scopes.contains(permission));
    role.permissions().iter().copied().filter(is_in_scope).collect()
}

/// How the actor stands in the audit log: kind and name.
pub(super) fn actor_text(caller: &Caller) -> String {
    let kind = match caller.actor {
        Actor::Person => "person",
        Actor::Token => "token",
        Actor::System => "system",
        Actor::DeviceUser => "device_user",
    };
    format!("{kind}:{}", caller.name)
}

/// Reads [`actor_text`] back.
pub(super) fn actor_of(text: &str) -> (Actor, String) {
    let (kind, name) = text.split_once(':').unwrap_or(("system", text));
    let actor = match kind {
        "person" => Actor::Person,
        "token" => Actor::Token,
        "device_user" => Actor::DeviceUser,
        _ => Actor::System,
    };
    (actor, name.to_owned())
}

/// The role that a stored code names.
pub(crate) fn role_from_code(code: &str) -> Option<Role> {
    value_of(code)
}

/// The scopes that a stored list names; an empty list is no limit. One that this version does not
/// know allows nothing.
pub(super) fn scopes_from_code(list: &str) -> Option<Vec<Permission>> {
    let words: Vec<String> = serde_json::from_str(list).unwrap_or_else(|_| vec![list.to_owned()]);
    let scopes = words.iter().filter_map(|word| value_of(word)).collect();
    (!words.is_empty()).then_some(scopes)
}

/// The code a role is stored as; the same word as in the API.
pub(crate) fn role_code(role: Role) -> String {
    code_of(&role)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actors_are_read_back_as_they_were_written() {
        for actor in [Actor::Person, Actor::Token, Actor::System, Actor::DeviceUser] {
            let caller = Caller {
                actor,
                name: "a:b".into(),
                role: Role::Auditor,
                scopes: None,
                address: IpAddr::from([127, 0, 0, 1]),
                expires_at: Timestamp::MAX,
                lacks_second_factor: false,
                token: None,
            };
            assert_eq!(actor_of(&actor_text(&caller)), (actor, "a:b".to_owned()));
        }
    }
}
