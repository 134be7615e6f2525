//! The request for the next push certificate. Its key is made here and never leaves the server.

use jiff::Timestamp;
use macadam_api::push_certificates::{CreateSigningRequest, SigningRequest};
use macadam_pki::{
    IssueCertificateError, KeyKind, LoadKeyError, PrivateKey, PushCertificate, push_signing_request,
};
use macadam_store::StoreError;
use secrecy::{ExposeSecret, SecretSlice, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::json;
use thiserror::Error;

use super::App;
use super::caller::Caller;
use super::push_certificates::PushCertificateError;

const SECRET_NAME: &str = "push_signing_request";
/// Apple takes no other kind of key.
const KEY: KeyKind = KeyKind::Rsa2048;

/// A request that was made, sealed in the store.
#[derive(Serialize, Deserialize)]
struct Made {
    key_pem: String,
    at: Timestamp,
    by: String,
}

/// A signing request could not be made or read.
#[derive(Debug, Error)]
pub(crate) enum SigningRequestError {
    #[error("the stored key of the signing request cannot be read")]
    Key(#[from] LoadKeyError),
    #[error("the signing request cannot be written")]
    Write(#[from] IssueCertificateError),
    #[error(transparent)]
    Certificate(#[from] PushCertificateError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl App {
    /// The request that waits for its certificate, if there is one.
    pub(crate) async fn push_signing_request(
        &self,
    ) -> Result<Option<SigningRequest>, SigningRequestError> {
        let Some(made) = self.made_request().await? else { return Ok(None) };
        let current = self.push_certificate().await?;
        if current.is_some_and(|current| made.is_of(&current)) {
            return Ok(None);
        }
        Ok(Some(self.shown_request(&made)?))
    }

    /// Makes a request, unless one waits.
    pub(crate) async fn create_push_signing_request(
        &self,
        caller: &Caller,
        wish: CreateSigningRequest,
    ) -> Result<SigningRequest, SigningRequestError> {
        if let Some(waiting) = self.push_signing_request().await?
            && !wish.anew
        {
            return Ok(waiting);
        }
        let key = PrivateKey::generate(KEY);
        let at = self.wall_clock.now();
        let made = Made { key_pem: key.to_pem().to_string(), at, by: caller.name.clone() };
        let detail = json!({ "anew": wish.anew });
        self.audit(caller, "create_push_signing_request", "push_certificate", detail).await?;
        let bytes = serde_json::to_vec(&made).expect("keys, moments and texts are JSON");
        self.store.save_secret(at, SECRET_NAME, SecretSlice::from(bytes)).await?;
        self.shown_request(&made)
    }

    /// The key of the request that was made last.
    pub(super) async fn requested_push_key(&self) -> Result<Option<SecretString>, StoreError> {
        Ok(self.made_request().await?.map(|made| SecretString::from(made.key_pem)))
    }

    async fn made_request(&self) -> Result<Option<Made>, StoreError> {
        let secret = self.store.secret(SECRET_NAME).await?;
        Ok(secret.and_then(|secret| serde_json::from_slice(secret.expose_secret()).ok()))
    }

    fn shown_request(&self, made: &Made) -> Result<SigningRequest, SigningRequestError> {
        let key = PrivateKey::from_pem(&made.key_pem)?;
        // Apple gives the certificate a subject of its own.
        let name = format!("Macadam at {}", self.config.public_host());
        Ok(SigningRequest {
            request_pem: push_signing_request(&key, &name)?,
            created_at: made.at,
            created_by: made.by.clone(),
        })
    }
}

impl Made {
    /// Whether the certificate was issued for this request.
    fn is_of(&self, certificate: &PushCertificate) -> bool {
        PrivateKey::from_pem(&self.key_pem)
            .is_ok_and(|key| key.public_key() == certificate.identity().key().public_key())
    }
}
