//! How devices come and go: a one-time link gives a profile, Authenticate begins an enrollment,
//! TokenUpdate finishes it, CheckOut ends it.

use std::net::IpAddr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use macadam_api::enrollments::EnrollmentState;
use macadam_api::events::Noun;
use macadam_policy::{BlueprintId, DeviceId, Platform};
use macadam_protocol::EnrollmentIdentity;
use macadam_protocol::check_in::{Authenticate, TokenUpdate};
use macadam_protocol::command::MdmCommand;
use macadam_store::{
    BeginEnrollmentError, EnrollmentId, Fact, LinkId, NewEnrollment, NewLink, RecognizedEnrollment,
    RefusalReason, Sha256, StoreError, TokenUpdateOutcome, UseOnce,
};
use secrecy::{SecretSlice, SecretString};
use thiserror::Error;

use super::enrollment_links::state_of;
use super::identities::{RecognizeError, Suspect, TrustedCertificate, external_id};
use super::{App, push_certificates::PushCertificateError};

/// An enrollment link that was just made. Only here its URL is known.
pub(crate) struct CreatedLink {
    pub(crate) id: LinkId,
    pub(crate) url: String,
}

/// A one-time link gave no profile.
#[derive(Debug, Error)]
pub(crate) enum UseLinkError {
    #[error("the link was used before")]
    AlreadyUsed,
    #[error("the link has expired or never existed")]
    Invalid,
    #[error("there is no push certificate yet")]
    NoPushCertificate,
    #[error("the push certificate cannot be read")]
    PushCertificate(#[source] PushCertificateError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl App {
    /// Makes a link through which one device can enroll.
    pub(crate) async fn create_enrollment_link(
        &self,
        note: &str,
        blueprint: Option<BlueprintId>,
        created_by: &str,
        life: SignedDuration,
    ) -> Result<CreatedLink, StoreError> {
        let code = URL_SAFE_NO_PAD.encode(self.ids.random::<24>());
        let now = self.wall_clock.now();
        let id = LinkId(self.ids.id(now));
        let expires_at = now.checked_add(life).unwrap_or(Timestamp::MAX);
        let new = NewLink {
            id,
            code: Sha256::of(code.as_bytes()),
            note: note.to_owned(),
            blueprint,
            created_by: created_by.to_owned(),
            at: now,
            expires_at,
        };
        self.store.create_link(new).await?;
        Ok(CreatedLink { id, url: format!("{}/enroll/{code}", self.config.public_url) })
    }

    /// Says whether a one-time link would give a profile, and leaves it as it is.
    pub(crate) async fn look_at_enrollment_link(&self, code: &str) -> Result<(), UseLinkError> {
        let link = self.store.link_by_code(Sha256::of(code.as_bytes())).await?;
        match link.map(|link| state_of(&link, self.wall_clock.now())) {
            Some(EnrollmentState::Open) => self.push_topic().await.map(drop),
            Some(EnrollmentState::Used) => Err(UseLinkError::AlreadyUsed),
            Some(EnrollmentState::Revoked | EnrollmentState::Expired) | None => {
                Err(UseLinkError::Invalid)
            }
        }
    }

    /// Turns a one-time link into a signed enrollment profile.
    pub(crate) async fn use_enrollment_link(&self, code: &str) -> Result<Vec<u8>, UseLinkError> {
        // Asked first: a link must not be spent on a server that cannot enroll anybody yet.
        let topic = self.push_topic().await?;
        let now = self.wall_clock.now();
        let challenge = self.new_challenge();
        let code = Sha256::of(code.as_bytes());
        match self.store.use_link(now, code, challenge.stored()).await? {
            UseOnce::Used(_) => Ok(self.enrollment_profile(topic, challenge)),
            UseOnce::AlreadyUsed => Err(UseLinkError::AlreadyUsed),
            UseOnce::Invalid => Err(UseLinkError::Invalid),
        }
    }

    async fn push_topic(&self) -> Result<String, UseLinkError> {
        let push = self.push_certificate().await.map_err(|error| match error {
            PushCertificateError::Store(error) => UseLinkError::Store(error),
            other @ PushCertificateError::Read(_) => UseLinkError::PushCertificate(other),
        })?;
        Ok(push.ok_or(UseLinkError::NoPushCertificate)?.topic().to_owned())
    }

    /// Authenticate: binds the certificate to a new enrollment and drops what was before.
    pub(crate) async fn begin_enrollment(
        &self,
        certificate: &TrustedCertificate,
        identity: &EnrollmentIdentity,
        message: Authenticate,
        origin: IpAddr,
    ) -> Result<(), RecognizeError> {
        let refuse = |reason| {
            let claimed = identity.enrollment.as_str().to_owned();
            let certificate = Some(certificate.fingerprint);
            self.refuse(reason, Suspect { certificate, claimed, device: None, origin });
            RecognizeError::Refused(reason)
        };
        if !certificate.validity.contains(self.wall_clock.now()) {
            return Err(refuse(RefusalReason::UntrustedCertificate));
        }
        let hash = Sha256(*certificate.fingerprint.as_bytes());
        let made_for = self.store.challenge_of_certificate(hash).await?;
        let blueprint = match &made_for {
            Some(challenge) => challenge.blueprint_id,
            None => self.blueprint_without_link().await?,
        };
        let now = self.fleet_clock.now();
        let product = message.product_name.unwrap_or_default();
        let model_name = message.model_name.unwrap_or_default();
        let platform = platform_of(&product, &model_name);
        let begun = self.store.begin_enrollment(NewEnrollment {
            at: now,
            external_id: external_id(&identity.enrollment),
            device_id: DeviceId(self.ids.id(now)),
            enrollment_id: EnrollmentId(self.ids.id(now)),
            certificate: hash,
            expires_at: certificate.validity.not_after,
            topic: message.topic,
            link: made_for.and_then(|challenge| challenge.link_id),
            blueprint,
            name: message.device_name.unwrap_or_default(),
            serial: message.serial_number.unwrap_or_default(),
            model_name,
            product,
            os_version: message.os_version.unwrap_or_default(),
            os_build: message.build_version.unwrap_or_default(),
        });
        let begun = begun.await.map_err(|error| match error {
            BeginEnrollmentError::CertificateOfAnotherDevice => refuse(RefusalReason::OtherDevice),
            BeginEnrollmentError::ReplacedCertificate => refuse(RefusalReason::EndedEnrollment),
            BeginEnrollmentError::Store(error) => RecognizeError::Store(error),
        })?;
        if let Some(platform) = platform {
            self.store.record_facts(now, begun.device, vec![Fact::Platform(platform)]).await?;
        }
        self.changed(Noun::Devices, Some(begun.device.0));
        self.changed(Noun::Enrollments, None);
        tracing::info!(
            device.id = %begun.device,
            enrollment.generation = begun.generation,
            "a device began to enroll"
        );
        Ok(())
    }

    /// The blueprint for a device whose identity the organization's own authority issued: no link
    /// of ours says which.
    async fn blueprint_without_link(&self) -> Result<Option<BlueprintId>, StoreError> {
        let Some(name) = &self.config.device_ca.blueprint else { return Ok(None) };
        let knowledge = self.refresh_knowledge().await?;
        let found = knowledge.library.blueprints_by_name.get(name).copied();
        if found.is_none() {
            tracing::warn!(name, "no blueprint has the name that device_ca.blueprint says");
        }
        Ok(found)
    }

    /// TokenUpdate: the device can be pushed to. The first one finishes its enrollment.
    pub(crate) async fn finish_enrollment(
        &self,
        enrollment: &RecognizedEnrollment,
        message: TokenUpdate,
    ) -> Result<(), StoreError> {
        if !enrollment.is_finished {
            // Queued before the enrollment counts as finished, under ids that follow from it: a
            // crash in between loses nothing, and the repeated message adds nothing.
            self.queue_first_commands(enrollment.enrollment, message.awaiting_configuration)
                .await?;
        }
        let outcome = self.store.record_token_update(macadam_store::TokenUpdate {
            at: self.fleet_clock.now(),
            enrollment: enrollment.enrollment,
            topic: message.topic,
            push_token: message.token.into_inner().0,
            push_magic: SecretString::from(message.push_magic.into_inner()),
            unlock_token: message.unlock_token.map(|token| SecretSlice::from(token.into_inner().0)),
            awaiting_configuration: message.awaiting_configuration,
        });
        match outcome.await? {
            TokenUpdateOutcome::Enrolled => {
                tracing::info!(device.id = %enrollment.device, "a device enrolled");
                self.reconcile_now(enrollment.device, "enrollment").await;
                self.signals.send_pushes.notify_one();
            }
            TokenUpdateOutcome::Updated | TokenUpdateOutcome::Ended => {}
        }
        Ok(())
    }

    async fn queue_first_commands(
        &self,
        enrollment: EnrollmentId,
        is_awaiting_configuration: bool,
    ) -> Result<(), StoreError> {
        let mut commands = vec![Self::ask_device_information(), MdmCommand::SecurityInfo {}];
        if is_awaiting_configuration {
            commands.push(MdmCommand::DeviceConfigured {});
        }
        let once = |command: &MdmCommand| {
            let id = self.enrollment_command_id(enrollment, command);
            Self::new_command(id, enrollment, command, "enrollment")
        };
        let commands = commands.iter().map(once).collect();
        self.store.queue_commands(self.fleet_clock.now(), commands).await.map(drop)
    }

    /// CheckOut: the device removed its enrollment.
    pub(crate) async fn end_enrollment(
        &self,
        enrollment: &RecognizedEnrollment,
    ) -> Result<(), StoreError> {
        if self.store.end_enrollment(self.fleet_clock.now(), enrollment.enrollment).await? {
            tracing::info!(device.id = %enrollment.device, "a device left");
            self.changed(Noun::Devices, Some(enrollment.device.0));
            self.changed(Noun::Enrollments, None);
        }
        Ok(())
    }
}

/// Old Macs tell no product; then the marketed name has to do.
fn platform_of(product: &str, model_name: &str) -> Option<Platform> {
    if !product.is_empty() {
        return Platform::of_update_id(product);
    }
    let model = model_name.to_ascii_lowercase();
    let names = [
        ("mac", Platform::MacOs),
        ("iphone", Platform::Ios),
        ("ipad", Platform::IpadOs),
        ("apple tv", Platform::TvOs),
        ("apple vision", Platform::VisionOs),
    ];
    names.into_iter().find_map(|(name, platform)| model.starts_with(name).then_some(platform))
}
