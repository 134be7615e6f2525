//! The push certificate: without it no device can enroll or be woken.

use macadam_pki::{PushCertificate, ReadPushCertificateError};
use macadam_store::StoreError;
use secrecy::{ExposeSecret, SecretSlice, SecretString};
use thiserror::Error;

use super::App;

const SECRET_NAME: &str = "push_certificate";

/// The stored push certificate cannot be had.
#[derive(Debug, Error)]
pub(crate) enum PushCertificateError {
    #[error("the stored push certificate cannot be read")]
    Read(#[from] ReadPushCertificateError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A push certificate was not accepted.
#[derive(Debug, Error)]
pub(crate) enum SetPushCertificateError {
    #[error(transparent)]
    Read(#[from] ReadPushCertificateError),
    #[error("the push certificate expired on {}", .0.strftime("%F"))]
    Expired(jiff::Timestamp),
    #[error(
        "the topic is {new}, but devices are enrolled with {current}; renew the certificate with \
         the Apple Account that requested the current one"
    )]
    OtherTopic { current: String, new: String },
    #[error(transparent)]
    Current(#[from] PushCertificateError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl App {
    /// The push certificate, if there is one. It is read anew: any server may have replaced it.
    pub(crate) async fn push_certificate(
        &self,
    ) -> Result<Option<PushCertificate>, PushCertificateError> {
        let Some(secret) = self.store.secret(SECRET_NAME).await? else { return Ok(None) };
        let pem = String::from_utf8_lossy(secret.expose_secret());
        Ok(Some(PushCertificate::from_pem(&pem, &pem)?))
    }

    /// Stores a push certificate. A renewal must keep the topic, or every device must re-enroll.
    pub(crate) async fn set_push_certificate(
        &self,
        certificate_pem: &str,
        key_pem: &SecretString,
    ) -> Result<PushCertificate, SetPushCertificateError> {
        let new = PushCertificate::from_pem(certificate_pem, key_pem.expose_secret())?;
        let now = self.wall_clock.now();
        if new.expires_at() <= now {
            return Err(SetPushCertificateError::Expired(new.expires_at()));
        }
        if let Some(current) = self.push_certificate().await?
            && current.topic() != new.topic()
        {
            let (current, new) = (current.topic().to_owned(), new.topic().to_owned());
            return Err(SetPushCertificateError::OtherTopic { current, new });
        }
        let pem = format!("{}\n{}\n", certificate_pem.trim(), key_pem.expose_secret().trim());
        self.store.save_secret(now, SECRET_NAME, SecretSlice::from(pem.into_bytes())).await?;
        self.signals.send_pushes.notify_one();
        Ok(new)
    }
}
