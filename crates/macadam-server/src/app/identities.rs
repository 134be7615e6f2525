//! Who sends a message: certificates that may speak, the enrollment each one speaks for, and what
//! becomes of the others.
//!
//! A refusal is 403 without a code that a device acts on: no fault of ours may unenroll a device.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use macadam_pki::{Certificate, ChainError, Expiry, Fingerprint, TrustAnchors, Validity};
use macadam_policy::DeviceId;
use macadam_protocol::{Enrollment, EnrollmentIdentity};
use macadam_store::{
    ExternalId, Identity, IdentityState, RecognizedEnrollment, Refusal, RefusalReason, Sha256,
    StoreError,
};
use thiserror::Error;

use super::App;

/// Certificates whose chain was checked, of which a fleet of any size has one per device.
const TRUSTED_LIMIT: usize = 250_000;
/// Refusals between two writes; what is beyond is only counted.
const REFUSAL_LIMIT: usize = 1000;
/// How many refusals are logged one by one between two writes.
const REFUSAL_LOG_LIMIT: usize = 10;
/// How much of what a sender claims to be is kept.
const CLAIM_LIMIT: usize = 64;

/// A certificate from an authority whose certificates are device identities.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TrustedCertificate {
    pub(crate) fingerprint: Fingerprint,
    pub(crate) validity: Validity,
}

/// Who sent a refused request, as far as it is known.
#[derive(Clone, Debug)]
pub(crate) struct Suspect {
    pub(crate) certificate: Option<Fingerprint>,
    pub(crate) claimed: String,
    pub(crate) device: Option<DeviceId>,
    pub(crate) origin: IpAddr,
}

/// A message is not answered for.
#[derive(Debug, Error)]
pub(crate) enum RecognizeError {
    #[error("the sender was refused: {}", .0.as_str())]
    Refused(RefusalReason),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Remembers which certificates chain to an authority, so that polls do not check it again.
pub(crate) struct IdentityTrust {
    anchors: TrustAnchors,
    trusted: Mutex<BTreeSet<Fingerprint>>,
}

/// Refusals that are not written yet.
#[derive(Default)]
pub(crate) struct Refusals(Mutex<PendingRefusals>);

#[derive(Default)]
struct PendingRefusals {
    entries: BTreeMap<(RefusalReason, Sha256, String), Refusal>,
    beyond: u64,
}

impl IdentityTrust {
    pub(crate) fn new(anchors: TrustAnchors) -> Self {
        Self { anchors, trusted: Mutex::default() }
    }

    /// Checks that a certificate comes from an authority. Its expiry is left to the caller: a
    /// device that was off for a year may still speak for its enrollment, and renew.
    pub(crate) fn check(
        &self,
        now: Timestamp,
        certificate: &Certificate,
        others: &[Certificate],
    ) -> Result<TrustedCertificate, ChainError> {
        let fingerprint = certificate.fingerprint();
        if !self.lock().contains(&fingerprint) {
            certificate.chains_to(&self.anchors, others, now, Expiry::Ignored)?;
            let mut trusted = self.lock();
            if trusted.len() >= TRUSTED_LIMIT {
                trusted.pop_first();
            }
            trusted.insert(fingerprint);
        }
        Ok(TrustedCertificate { fingerprint, validity: certificate.validity() })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeSet<Fingerprint>> {
        self.trusted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl App {
    /// Finds the enrollment that a message speaks for; the one read of an idle poll.
    pub(crate) async fn recognize(
        &self,
        certificate: &TrustedCertificate,
        identity: &EnrollmentIdentity,
        origin: IpAddr,
    ) -> Result<RecognizedEnrollment, RecognizeError> {
        let now = self.fleet_clock.now();
        let claimed = external_id(&identity.enrollment);
        let hash = Sha256(*certificate.fingerprint.as_bytes());
        let (reason, device) = match self.store.enrollment_by_identity(hash, &claimed).await? {
            Identity::Recognized(mut enrollment) => {
                if enrollment.identity == IdentityState::Offered {
                    self.store.activate_identity(now, hash).await?;
                    enrollment.identity = IdentityState::Active;
                }
                self.store.note_seen(enrollment.enrollment, now);
                return Ok(enrollment);
            }
            Identity::Unknown => (RefusalReason::UnknownCertificate, None),
            Identity::OtherDevice(device) => (RefusalReason::OtherDevice, Some(device)),
            Identity::Ended(_) => (RefusalReason::EndedEnrollment, None),
        };
        self.refuse(
            reason,
            Suspect {
                certificate: Some(certificate.fingerprint),
                claimed: identity.enrollment.as_str().to_owned(),
                device,
                origin,
            },
        );
        Err(RecognizeError::Refused(reason))
    }

    /// Notes a refused request, for the log now and for administrators soon.
    pub(crate) fn refuse(&self, reason: RefusalReason, suspect: Suspect) {
        let now = self.fleet_clock.now();
        let certificate =
            suspect.certificate.map_or([0; 32], |fingerprint| *fingerprint.as_bytes());
        let claimed: String = suspect.claimed.chars().take(CLAIM_LIMIT).collect();
        let key = (reason, Sha256(certificate), claimed.clone());
        let mut pending = self.refusals.lock();
        if let Some(known) = pending.entries.get_mut(&key) {
            known.count += 1;
            known.last_at = now;
            return;
        }
        if pending.entries.len() >= REFUSAL_LIMIT {
            pending.beyond += 1;
            return;
        }
        if pending.entries.len() < REFUSAL_LOG_LIMIT {
            tracing::warn!(
                reason = reason.as_str(),
                device.claimed = claimed,
                certificate = %Sha256(certificate),
                origin = %suspect.origin,
                "a request was refused"
            );
        }
        let refusal = Refusal {
            reason,
            certificate: Sha256(certificate),
            claimed,
            device_id: suspect.device,
            count: 1,
            first_at: now,
            last_at: now,
            origin: suspect.origin.to_string(),
        };
        pending.entries.insert(key, refusal);
    }

    /// Writes what is only in memory: when devices were seen, and which requests were refused.
    pub(crate) async fn flush(&self) -> Result<(), StoreError> {
        self.store.flush_seen().await?;
        self.store.forget_device_changes().await?;
        let pending = std::mem::take(&mut *self.refusals.lock());
        if pending.entries.is_empty() {
            return Ok(());
        }
        if pending.entries.len() > REFUSAL_LOG_LIMIT {
            let others = pending.entries.len() as u64 + pending.beyond;
            tracing::warn!(count = others, "requests of many senders were refused");
        }
        self.store.record_refusals(pending.entries.into_values().collect()).await
    }
}

impl Refusals {
    fn lock(&self) -> std::sync::MutexGuard<'_, PendingRefusals> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The id a device calls itself, as the store knows it.
pub(crate) fn external_id(enrollment: &Enrollment) -> ExternalId {
    match enrollment {
        Enrollment::Device(udid) => ExternalId::Udid(udid.as_str().to_owned()),
        Enrollment::User(id) => ExternalId::EnrollmentId(id.as_str().to_owned()),
    }
}
