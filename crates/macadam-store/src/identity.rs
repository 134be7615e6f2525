//! Identities: which certificate speaks for which enrollment. The hot read of every request.

use jiff::Timestamp;
use macadam_policy::DeviceId;

use crate::codes::codes;
use crate::db::{params, queries, row};
use crate::{EnrollmentId, ExternalId, SetToken, Sha256, Store, StoreError};

queries! {
    WHO = { "select d.id as device_id, d.udid, d.enrollment_key, e.id as enrollment_id,
            e.generation, e.finished_at is not null as is_finished,
            e.ended_at is not null as has_ended, i.state, e.assigned_set, e.served_set,
            exists (select 1 from command c where c.enrollment_id = e.id
                and c.state in ('queued', 'sent', 'not_now')) as has_commands
        from identity i join enrollment e on e.id = i.enrollment_id
            join device d on d.id = e.device_id
        where i.certificate = $1" }
    OFFER = { "insert into identity (certificate, enrollment_id, state, bound_at, expires_at)
        select $1, id, 'offered', $3, $4 from enrollment where id = $2 and ended_at is null
        on conflict (certificate) do nothing" }
    RETIRE_FORMER = { "update identity set state = 'retired'
        where state = 'active' and enrollment_id in
            (select enrollment_id from identity where certificate = $1 and state = 'offered')" }
    EXPIRY = { "select expires_at as value from identity
        where enrollment_id = $1 and state = 'active'" }
    // Not while a new profile waits, nor soon after one came to nothing.
    TO_RENEW = { "select i.enrollment_id as value
        from identity i join enrollment e on e.id = i.enrollment_id
        where i.state = 'active' and i.bound_at < $1 and e.ended_at is null
            and exists (select 1 from identity j join scep_challenge c
                on c.certificate = j.certificate where j.enrollment_id = i.enrollment_id)
            and not exists (select 1 from command c where c.device_id = e.device_id
                and c.enrollment_id = e.id and c.request_type = 'InstallProfile'
                and (c.state in ('queued', 'sent', 'not_now') or c.queued_at > $2))
        order by i.bound_at, i.enrollment_id limit $3" }
    ACTIVATE = { "update identity set state = 'active', bound_at = $2
        where certificate = $1 and state = 'offered'" }
}

codes! {
    /// What a certificate is to its enrollment.
    pub enum IdentityState {
        /// Issued for renewal; the device has not used it yet.
        Offered = "offered",
        /// The one active certificate.
        Active = "active",
        /// Replaced by a renewed one, or its enrollment was replaced.
        Retired = "retired",
    }
}

/// An enrollment that a certificate and an id were found to belong to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecognizedEnrollment {
    pub enrollment: EnrollmentId,
    pub device: DeviceId,
    pub generation: i64,
    /// Whether a TokenUpdate has been stored, so that it counts as enrolled.
    pub is_finished: bool,
    pub identity: IdentityState,
    /// Whether any command waits, `NotNow` ones included.
    pub has_commands: bool,
    /// The declaration set it should have.
    pub assigned_set: Option<SetToken>,
    /// The declaration set whose manifest it fetched last.
    pub served_set: Option<SetToken>,
}

/// Who speaks, by certificate and id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identity {
    /// The certificate is bound to an open enrollment of exactly this device, and not retired.
    Recognized(RecognizedEnrollment),
    /// No enrollment knows the certificate.
    Unknown,
    /// The certificate belongs to another device than the message says.
    OtherDevice(DeviceId),
    /// The enrollment has ended or was replaced, or the certificate was replaced.
    Ended(EnrollmentId),
}

impl Store {
    /// Finds out who speaks, in one indexed query.
    pub async fn enrollment_by_identity(
        &self,
        certificate: Sha256,
        claimed: &ExternalId,
    ) -> Result<Identity, StoreError> {
        let mut reader = self.reader().await?;
        let found = reader.conn().optional::<Found>(&WHO, params![certificate]).await?;
        Ok(found.map_or(Identity::Unknown, |found| found.judge(claimed)))
    }

    /// Remembers a certificate issued for renewal; it becomes active when the device uses it.
    /// Says whether the enrollment is open.
    pub async fn offer_identity(
        &self,
        at: Timestamp,
        enrollment: EnrollmentId,
        certificate: Sha256,
        expires_at: Timestamp,
    ) -> Result<bool, StoreError> {
        let input = (at, enrollment, certificate, expires_at);
        self.write(input, |conn, (at, enrollment, certificate, expires_at)| {
            Box::pin(async move {
                let values = params![certificate, enrollment, at, expires_at];
                Ok(conn.run(&OFFER, values).await? == 1)
            })
        })
        .await
    }

    /// When the active identity of an enrollment ends, as far as that is known.
    pub async fn identity_expiry(
        &self,
        enrollment: EnrollmentId,
    ) -> Result<Option<Timestamp>, StoreError> {
        let mut reader = self.reader().await?;
        let row: Option<(Option<Timestamp>,)> =
            reader.conn().optional(&EXPIRY, params![enrollment]).await?;
        Ok(row.and_then(|(expires_at,)| expires_at))
    }

    /// Open enrollments whose active identity was bound before `before`, oldest first; only those
    /// that this server issued an identity to, and that were sent no profile after `tried_since`.
    pub async fn identities_to_renew(
        &self,
        before: Timestamp,
        tried_since: Timestamp,
        limit: u32,
    ) -> Result<Vec<EnrollmentId>, StoreError> {
        let mut reader = self.reader().await?;
        let rows: Vec<(EnrollmentId,)> =
            reader.conn().all(&TO_RENEW, params![before, tried_since, limit]).await?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }

    /// Makes an offered certificate, which the device just proved to hold, the active one and
    /// retires the former. Says whether it was offered.
    pub async fn activate_identity(
        &self,
        at: Timestamp,
        certificate: Sha256,
    ) -> Result<bool, StoreError> {
        self.write((at, certificate), |conn, (at, certificate)| {
            Box::pin(async move {
                conn.run(&RETIRE_FORMER, params![certificate]).await?;
                Ok(conn.run(&ACTIVATE, params![certificate, at]).await? == 1)
            })
        })
        .await
    }
}

row! {
    struct Found {
        device_id: DeviceId,
        udid: Option<String>,
        enrollment_key: Option<String>,
        enrollment_id: EnrollmentId,
        generation: i64,
        is_finished: bool,
        has_ended: bool,
        state: IdentityState,
        assigned_set: Option<SetToken>,
        served_set: Option<SetToken>,
        has_commands: bool,
    }
}

impl Found {
    fn judge(self, claimed: &ExternalId) -> Identity {
        if (self.udid.as_deref(), self.enrollment_key.as_deref()) != claimed.columns() {
            return Identity::OtherDevice(self.device_id);
        }
        if self.has_ended || self.state == IdentityState::Retired {
            return Identity::Ended(self.enrollment_id);
        }
        Identity::Recognized(RecognizedEnrollment {
            enrollment: self.enrollment_id,
            device: self.device_id,
            generation: self.generation,
            is_finished: self.is_finished,
            identity: self.state,
            has_commands: self.has_commands,
            assigned_set: self.assigned_set,
            served_set: self.served_set,
        })
    }
}
