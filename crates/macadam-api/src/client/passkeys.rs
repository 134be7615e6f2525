//! Passkeys: what browsers sign in with.

use reqwest::Method;
use uuid::Uuid;

use super::resources::Asked;
use super::{Ask, Client, ClientError};
use crate::account::ShowPassword;
use crate::passkeys::{AddPasskey, Passkey, PasskeyChallenge, RenamePasskey, SignInWithPasskey};
use crate::sessions::SignedIn;

impl Client {
    pub async fn passkeys(&self) -> Asked<Vec<Passkey>> {
        self.get("/api/v1/account/passkeys").await
    }

    /// What a browser is to be asked to make a passkey.
    pub async fn begin_passkey(&self, password: &ShowPassword) -> Asked<PasskeyChallenge> {
        let path = "/api/v1/account/passkey-challenges";
        self.call(Method::POST, path, Ask::json(password)).await
    }

    pub async fn add_passkey(&self, passkey: &AddPasskey) -> Asked<Passkey> {
        self.call(Method::POST, "/api/v1/account/passkeys", Ask::json(passkey)).await
    }

    pub async fn rename_passkey(&self, id: Uuid, name: &RenamePasskey) -> Asked<Passkey> {
        let path = format!("/api/v1/account/passkeys/{id}");
        self.call(Method::PUT, &path, Ask::json(name)).await
    }

    pub async fn remove_passkey(
        &self,
        id: Uuid,
        password: &ShowPassword,
    ) -> Result<(), ClientError> {
        let path = format!("/api/v1/account/passkeys/{id}/removal");
        self.act(Method::POST, &path, Ask::json(password)).await
    }

    /// What a browser is to be asked for a passkey of whoever wants to sign in.
    pub async fn begin_passkey_sign_in(&self) -> Asked<PasskeyChallenge> {
        self.call(Method::POST, "/api/v1/session/passkey-challenges", Ask::default()).await
    }

    pub async fn sign_in_with_passkey(&self, answer: &SignInWithPasskey) -> Asked<SignedIn> {
        self.call(Method::POST, "/api/v1/session/passkey", Ask::json(answer)).await
    }
}
