//! Enrollment profiles and the identities that devices get through them.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use macadam_pki::cms::sign_attached;
use macadam_pki::scep::{FailInfo, PkiMessage, RequestKind, Requested};
use macadam_pki::{Certificate, Issuance, IssueCertificateError, SerialNumber, Validity};
use macadam_protocol::command::MdmCommand;
use macadam_protocol::profile::{
    self, AccessRights, EnrollmentProfile, MdmPayload, ScepPayload, TrustedCertificate,
    server_capability,
};
use macadam_protocol::{Data, Secret};
use macadam_store::{CommandId, Identity, NewChallenge, Sha256, StoreError, UseOnce};
use thiserror::Error;

use super::App;
use super::push_certificates::PushCertificateError;

/// How long a profile that was handed out can still be installed.
const CHALLENGE_LIFE: SignedDuration = SignedDuration::from_hours(24 * 14);

/// How long a device identity is valid; the device renews it in its last weeks.
const IDENTITY_LIFE: SignedDuration = SignedDuration::from_hours(24 * 366);
/// Identities older than this are renewed: a month is left for devices that are seldom on.
const RENEWAL_AGE: Duration = Duration::from_hours(24 * 335);
/// Devices that are given a new profile at a time.
const RENEWAL_BATCH: u32 = 500;
/// A renewal that came to nothing is tried again after this.
const RENEWAL_PAUSE: Duration = Duration::from_hours(24);
/// How far a device's clock may be behind ours.
const CLOCK_SKEW: SignedDuration = SignedDuration::from_hours(1);
/// The same in every copy of the profile, so that a new one replaces the old one.
const PROFILE_IDENTIFIER: &str = "macadam.enrollment";
/// 1 to sign, 4 to decrypt.
const KEY_USAGE: u32 = 5;

/// What makes our SCEP server issue an identity to the device that has the profile.
pub(crate) struct ProfileChallenge {
    secret: String,
    /// The common name of the identity.
    subject: String,
    expires_at: Timestamp,
}

/// Identities were not renewed.
#[derive(Debug, Error)]
pub(crate) enum RenewIdentitiesError {
    #[error("the push certificate cannot be had")]
    PushCertificate(#[from] PushCertificateError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A certificate request that gets no answer in its own protocol.
#[derive(Debug, Error)]
pub(crate) enum AnswerScepError {
    #[error("the SCEP message cannot be read")]
    Decode(#[from] macadam_pki::scep::DecodePkiMessageError),
    #[error("the certificate could not be issued")]
    Issue(#[from] IssueCertificateError),
    #[error("the certificate that was issued before cannot be read")]
    Stored(#[source] macadam_pki::DecodeCertificateError),
    #[error("the answer could not be encrypted")]
    Answer(#[source] macadam_pki::scep::OpenRequestError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl App {
    /// A signed profile that makes a device get an identity and enroll.
    pub(crate) fn enrollment_profile(&self, topic: String, challenge: ProfileChallenge) -> Vec<u8> {
        let now = self.wall_clock.now();
        let uuid = || self.ids.id(now).as_hyphenated().to_string().to_ascii_uppercase();
        let authority = self.authority.certificate();
        let url = &self.config.public_url;
        let profile = EnrollmentProfile {
            identifier: PROFILE_IDENTIFIER.into(),
            uuid: uuid(),
            display_name: format!("{} device management", self.config.organization),
            description: None,
            organization: self.config.organization.clone(),
            trusted_certificates: vec![TrustedCertificate {
                uuid: uuid(),
                display_name: authority.subject_common_name().unwrap_or_default(),
                certificate: Data(authority.der().to_vec()),
            }],
            scep: ScepPayload {
                uuid: uuid(),
                url: format!("{url}/scep"),
                name: None,
                subject: vec![vec![("CN".into(), challenge.subject)]],
                challenge: Some(challenge.secret.into()),
                key_size: 2048,
                key_usage: KEY_USAGE,
                // The field is for a fingerprint that the profile's own signature already covers.
                ca_fingerprint: None,
                retries: 3,
                retry_delay_seconds: 10,
                is_key_extractable: false,
            },
            mdm: MdmPayload {
                uuid: uuid(),
                topic,
                server_url: format!("{url}/mdm/connect"),
                check_in_url: Some(format!("{url}/mdm/checkin")),
                sign_message: true,
                access_rights: AccessRights::ALL,
                check_out_when_removed: true,
                server_capabilities: vec![server_capability::BOOTSTRAP_TOKEN.into()],
                use_development_apns: false,
                server_url_pinning_certificate_uuids: Vec::new(),
                check_in_url_pinning_certificate_uuids: Vec::new(),
                pinning_revocation_check_required: false,
                prompt_user_to_allow_bootstrap_token_for_authentication: true,
            },
        };
        sign_attached(&profile::encode(&profile), self.authority.identity(), &[], now)
    }

    /// Queues a new enrollment profile for devices whose identity expires soon. Installing it, they
    /// get a new identity and check in with it.
    pub(crate) async fn renew_identities(&self) -> Result<(), RenewIdentitiesError> {
        let now = self.fleet_clock.now();
        let age = self.fleet_clock.in_fleet_time(RENEWAL_AGE);
        let Ok(before) = now.checked_sub(age) else { return Ok(()) };
        let pause = self.fleet_clock.in_fleet_time(RENEWAL_PAUSE);
        let Ok(tried_since) = now.checked_sub(pause) else { return Ok(()) };
        let due = self.store.identities_to_renew(before, tried_since, RENEWAL_BATCH).await?;
        if due.is_empty() {
            return Ok(());
        }
        let Some(push) = self.push_certificate().await? else { return Ok(()) };
        let mut commands = Vec::new();
        for enrollment in due {
            let challenge = self.new_challenge();
            self.store.create_challenge(challenge.stored()).await?;
            let payload = self.enrollment_profile(push.topic().to_owned(), challenge);
            let command = MdmCommand::InstallProfile { payload: Secret::new(Data(payload)) };
            let id = CommandId(self.ids.id(now));
            commands.push(Self::new_command(id, enrollment, &command, "identity renewal"));
        }
        let queued = self.store.queue_commands(now, commands).await?;
        tracing::info!(count = queued, "identities that expire soon are being renewed");
        self.signals.send_pushes.notify_one();
        Ok(())
    }

    /// A one-time challenge for the profile of one device.
    pub(crate) fn new_challenge(&self) -> ProfileChallenge {
        let now = self.wall_clock.now();
        ProfileChallenge {
            secret: URL_SAFE_NO_PAD.encode(self.ids.random::<24>()),
            subject: format!("Macadam device {}", hex_of(self.ids.random::<4>())),
            expires_at: now.checked_add(CHALLENGE_LIFE).unwrap_or(Timestamp::MAX),
        }
    }

    /// Answers a SCEP request: an identity for a one-time challenge, or a new one for an old one.
    pub(crate) async fn answer_scep(&self, message: &[u8]) -> Result<Vec<u8>, AnswerScepError> {
        let message = PkiMessage::decode(message)?;
        let (now, nonce) = (self.wall_clock.now(), self.ids.random());
        let refuse = |info| message.refuse(&self.authority, info, nonce, now);
        let requested = match message.open(&self.authority) {
            Ok(requested) => requested,
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "a SCEP request is broken"
                );
                return Ok(refuse(error.fail_info()));
            }
        };
        let issued = match message.kind() {
            RequestKind::PkcsReq => self.issue_for_challenge(now, &requested).await?,
            RequestKind::RenewalReq => {
                self.issue_renewal(now, message.signer(), &requested).await?
            }
        };
        let Some(certificate) = issued else {
            tracing::warn!(
                scep.transaction = message.transaction_id(),
                "a SCEP request was refused"
            );
            return Ok(refuse(FailInfo::BadRequest));
        };
        message.grant(&self.authority, &certificate, nonce, now).map_err(AnswerScepError::Answer)
    }

    async fn issue_for_challenge(
        &self,
        now: Timestamp,
        requested: &Requested,
    ) -> Result<Option<Certificate>, AnswerScepError> {
        let Some(challenge) = &requested.challenge else { return Ok(None) };
        let challenge = Sha256::of(challenge.as_bytes());
        let request = Sha256::of(requested.key.der());
        let made_for = match self.store.use_challenge(now, challenge, request).await? {
            UseOnce::Used(made_for) => made_for,
            UseOnce::AlreadyUsed | UseOnce::Invalid => return Ok(None),
        };
        let issued = match made_for.issued {
            Some(issued) => issued,
            None => {
                let certificate = self.issue_identity(now, requested, &made_for.subject)?;
                self.store.record_issued(challenge, certificate.der().to_vec()).await?
            }
        };
        Certificate::from_der(&issued).map(Some).map_err(AnswerScepError::Stored)
    }

    /// The signature proves that the device holds the key of `current`; what it speaks for is
    /// looked up like for any message.
    async fn issue_renewal(
        &self,
        now: Timestamp,
        current: &Certificate,
        requested: &Requested,
    ) -> Result<Option<Certificate>, AnswerScepError> {
        if self.identity_trust.check(now, current, &[]).is_err() {
            return Ok(None);
        }
        let hash = Sha256(*current.fingerprint().as_bytes());
        let Some(enrollment) = self.enrollment_of_certificate(hash).await? else { return Ok(None) };
        let subject = current.subject_common_name().unwrap_or_default();
        let certificate = self.issue_identity(now, requested, &subject)?;
        let renewed = Sha256(*certificate.fingerprint().as_bytes());
        let at = self.fleet_clock.now();
        let expires_at = certificate.validity().not_after;
        let is_open = self.store.offer_identity(at, enrollment, renewed, expires_at).await?;
        Ok(is_open.then_some(certificate))
    }

    /// The open enrollment that a certificate speaks for. A SCEP message names no device, so the
    /// device is found first and then asked about.
    async fn enrollment_of_certificate(
        &self,
        certificate: Sha256,
    ) -> Result<Option<macadam_store::EnrollmentId>, StoreError> {
        let nobody = macadam_store::ExternalId::Udid(String::new());
        let device = match self.store.enrollment_by_identity(certificate, &nobody).await? {
            Identity::OtherDevice(device) => self.store.device(device).await?,
            Identity::Recognized(_) | Identity::Unknown | Identity::Ended(_) => None,
        };
        let Some(device) = device else { return Ok(None) };
        let id = match (device.udid, device.enrollment_key) {
            (Some(udid), _) => macadam_store::ExternalId::Udid(udid),
            (None, Some(id)) => macadam_store::ExternalId::EnrollmentId(id),
            (None, None) => return Ok(None),
        };
        Ok(match self.store.enrollment_by_identity(certificate, &id).await? {
            Identity::Recognized(enrollment) => Some(enrollment.enrollment),
            Identity::Unknown | Identity::OtherDevice(_) | Identity::Ended(_) => None,
        })
    }

    fn issue_identity(
        &self,
        now: Timestamp,
        requested: &Requested,
        subject: &str,
    ) -> Result<Certificate, IssueCertificateError> {
        self.authority.issue_device_identity(&requested.key, subject, &self.issuance(now))
    }

    /// A certificate that is valid from now on for as long as identities are.
    pub(crate) fn issuance(&self, now: Timestamp) -> Issuance {
        Issuance {
            serial_number: SerialNumber::from_random(self.ids.random()),
            validity: Validity {
                not_before: now.checked_sub(CLOCK_SKEW).unwrap_or(now),
                not_after: now.checked_add(IDENTITY_LIFE).unwrap_or(Timestamp::MAX),
            },
        }
    }
}

impl ProfileChallenge {
    /// What is stored of it: only its hash.
    pub(crate) fn stored(&self) -> NewChallenge {
        NewChallenge {
            challenge: Sha256::of(self.secret.as_bytes()),
            subject: self.subject.clone(),
            link: None,
            expires_at: self.expires_at,
        }
    }
}

fn hex_of(bytes: [u8; 4]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
