//! The push certificate: without it no device can enroll or be woken.

use jiff::Timestamp;
use macadam_api::push_certificates as wire;
use macadam_pki::{PushCertificate, ReadPushCertificateError};
use macadam_store::{SaveError, StoreError};
use secrecy::{ExposeSecret, SecretSlice, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::json;
use thiserror::Error;

use super::App;
use super::caller::Caller;

const SECRET_NAME: &str = "push_certificate";
/// The setting that says who brought it, and when.
const UPLOAD: &str = "push_certificate_upload";

/// Who brought the push certificate.
#[derive(Serialize, Deserialize)]
struct Upload {
    at: Timestamp,
    by: String,
}

/// Which topics a new certificate may have.
#[derive(Clone, Copy)]
enum Topics {
    /// That of the certificate it replaces.
    Current,
    Any,
}

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
    #[error(
        "the server made no signing request; give the key that the certificate was requested with"
    )]
    NoKey,
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

    /// The public part of the push certificate, if there is one.
    pub(crate) async fn show_push_certificate(
        &self,
    ) -> Result<Option<wire::PushCertificate>, PushCertificateError> {
        let Some(current) = self.push_certificate().await? else { return Ok(None) };
        let (document, _) = self.store.setting(UPLOAD).await?.unwrap_or_default();
        Ok(Some(shown(&current, serde_json::from_str(&document).ok())))
    }

    /// Stores the push certificate that an administrator brings.
    pub(crate) async fn upload_push_certificate(
        &self,
        caller: &Caller,
        wish: wire::UploadPushCertificate,
    ) -> Result<wire::PushCertificate, SetPushCertificateError> {
        let key = match wish.private_key_pem {
            Some(key) => SecretString::from(key),
            None => self.requested_push_key().await?.ok_or(SetPushCertificateError::NoKey)?,
        };
        let new = self.check_push_certificate(&wish.certificate_pem, &key)?;
        let topics = if wish.replace_topic { Topics::Any } else { Topics::Current };
        self.check_topic(&new, topics).await?;
        let detail = json!({
            "topic": new.topic(), "expires_at": new.expires_at(),
            "replace_topic": wish.replace_topic,
        });
        self.audit(caller, "upload_push_certificate", "push_certificate", detail).await?;
        self.store_push_certificate(&wish.certificate_pem, &key).await?;
        let upload = Upload { at: self.wall_clock.now(), by: caller.name.clone() };
        self.note_upload(&upload).await?;
        Ok(shown(&new, Some(upload)))
    }

    /// Stores a push certificate. A renewal must keep the topic, or every device must re-enroll.
    #[cfg(test)]
    pub(crate) async fn set_push_certificate(
        &self,
        certificate_pem: &str,
        key_pem: &SecretString,
    ) -> Result<(), SetPushCertificateError> {
        let new = self.check_push_certificate(certificate_pem, key_pem)?;
        self.check_topic(&new, Topics::Current).await?;
        Ok(self.store_push_certificate(certificate_pem, key_pem).await?)
    }

    fn check_push_certificate(
        &self,
        certificate_pem: &str,
        key_pem: &SecretString,
    ) -> Result<PushCertificate, SetPushCertificateError> {
        let new = PushCertificate::from_pem(certificate_pem, key_pem.expose_secret())?;
        if new.expires_at() <= self.wall_clock.now() {
            return Err(SetPushCertificateError::Expired(new.expires_at()));
        }
        Ok(new)
    }

    async fn check_topic(
        &self,
        new: &PushCertificate,
        topics: Topics,
    ) -> Result<(), SetPushCertificateError> {
        match (topics, self.push_certificate().await?) {
            (Topics::Current, Some(current)) if current.topic() != new.topic() => {
                let (current, new) = (current.topic().to_owned(), new.topic().to_owned());
                Err(SetPushCertificateError::OtherTopic { current, new })
            }
            (Topics::Current | Topics::Any, Some(_) | None) => Ok(()),
        }
    }

    async fn store_push_certificate(
        &self,
        certificate_pem: &str,
        key_pem: &SecretString,
    ) -> Result<(), StoreError> {
        let now = self.wall_clock.now();
        let pem = format!("{}\n{}\n", certificate_pem.trim(), key_pem.expose_secret().trim());
        self.store.save_secret(now, SECRET_NAME, SecretSlice::from(pem.into_bytes())).await?;
        self.signals.send_pushes.notify_one();
        Ok(())
    }

    async fn note_upload(&self, upload: &Upload) -> Result<(), StoreError> {
        let version = self.store.setting(UPLOAD).await?.map_or(0, |(_, version)| version);
        let document = serde_json::to_string(upload).expect("moments and texts are JSON");
        match self.store.save_setting(UPLOAD, &document, version).await {
            Err(SaveError::Store(error)) => Err(error),
            // Somebody else brought one at the same moment.
            Ok(_) | Err(_) => Ok(()),
        }
    }
}

fn shown(certificate: &PushCertificate, upload: Option<Upload>) -> wire::PushCertificate {
    let public = certificate.identity().certificate();
    let validity = public.validity();
    let Upload { at, by } =
        upload.unwrap_or_else(|| Upload { at: validity.not_before, by: String::new() });
    wire::PushCertificate {
        topic: certificate.topic().to_owned(),
        subject: public.subject_common_name().unwrap_or_default(),
        serial_number: public.serial_number().iter().map(|byte| format!("{byte:02x}")).collect(),
        not_before: validity.not_before,
        expires_at: validity.not_after,
        uploaded_at: at,
        uploaded_by: by,
    }
}
