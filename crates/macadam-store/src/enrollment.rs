//! Enrollments: Authenticate begins one, TokenUpdate finishes it, CheckOut ends it.

use jiff::Timestamp;
use macadam_policy::{BlueprintId, DeviceId};
use secrecy::{ExposeSecret, SecretSlice, SecretString};
use thiserror::Error;

use crate::db::{Conn, Statement, params, queries, row};
use crate::facts;
use crate::{EnrollmentId, Sha256, Store, StoreError};

/// Makes a device, or takes the known one over for a new generation.
macro_rules! upsert_device {
    ($key:literal) => {
        concat!(
            "insert into device (id, udid, enrollment_key, state, generation, enrollment_id,
                blueprint_id, name, tags, first_enrolled_at)
            values ($1, $2, $3, 'enrolling', 1, $4, $5, $6, '[]', $7)
            on conflict (",
            $key,
            ") do update set state = 'enrolling', generation = device.generation + 1,
                enrollment_id = excluded.enrollment_id,
                blueprint_id = coalesce(device.blueprint_id, excluded.blueprint_id),
                name = case when excluded.name = '' then device.name else excluded.name end
            returning id as device_id, generation"
        )
    };
}

queries! {
    // Whose certificate it is, if it is known.
    HOLDER = { "select d.id as device_id, d.udid, d.enrollment_key, d.generation,
            e.id as enrollment_id,
            e.finished_at is null and e.ended_at is null and e.id = d.enrollment_id as is_begun,
            i.state = 'retired' and d.state = 'enrolled' as is_replaced
        from identity i join enrollment e on e.id = i.enrollment_id
            join device d on d.id = e.device_id
        where i.certificate = $1" }
    DEVICE_BY_UDID = { upsert_device!("udid") }
    DEVICE_BY_KEY = { upsert_device!("enrollment_key") }
    END_ENROLLMENTS = { "update enrollment set ended_at = $2, push_token = null, push_magic = null,
            unlock_token = null, bootstrap_token = null, assigned_set = null, served_set = null
        where device_id = $1 and ended_at is null" }
    // A destructive command without an answer may be why the device enrolls again.
    DROP_COMMANDS = { "update command set finished_at = $2,
            state = case when state = 'sent' and delivery = 'at_most_once'
                then 'outcome_unknown' else 'cancelled' end
        where enrollment_id in (select id from enrollment where device_id = $1)
            and state in ('queued', 'sent', 'not_now')" }
    DROP_PUSHES = { "delete from push
        where enrollment_id in (select id from enrollment where device_id = $1)" }
    RETIRE = { "update identity set state = 'retired' where state <> 'retired'
            and enrollment_id in (select id from enrollment where device_id = $1)" }
    INSERT = { "insert into enrollment
            (id, device_id, generation, topic, began_at, awaiting_configuration)
        values ($1, $2, $3, $4, $5, false)" }
    BIND = { "insert into identity (certificate, enrollment_id, state, bound_at, expires_at)
        values ($1, $2, 'active', $3, $4)
        on conflict (certificate) do update set enrollment_id = excluded.enrollment_id,
            state = 'active', bound_at = excluded.bound_at,
            expires_at = excluded.expires_at" }
    NOTE_LINK = { "update enrollment_link set device_id = $2 where id = $1" }
    TOKEN_UPDATE = { "update enrollment set topic = $3, push_token = $4, push_magic = $5,
            unlock_token = coalesce($6, unlock_token), awaiting_configuration = $7,
            push_disabled_at = null, finished_at = coalesce(finished_at, $2)
        where id = $1 and ended_at is null
        returning finished_at as value" }
    ENROLLED = { "update device set state = 'enrolled'
        where enrollment_id = $1 and state = 'enrolling'" }
    OPEN = { "select device_id as value from enrollment where id = $1 and ended_at is null" }
    UNENROLLED = { "update device set state = 'unenrolled' where id = $1" }
    SET_BOOTSTRAP_TOKEN = { "update enrollment set bootstrap_token = $2
        where id = $1 and ended_at is null" }
    BOOTSTRAP_TOKEN = { "select bootstrap_token as value from enrollment where id = $1" }
    UNLOCK_TOKEN = { "select unlock_token as value from enrollment where id = $1" }
    ENROLLMENTS = { "select id, device_id, generation, topic, began_at, finished_at, ended_at,
            last_seen_at, push_disabled_at, awaiting_configuration,
            unlock_token is not null as has_unlock_token,
            bootstrap_token is not null as has_bootstrap_token
        from enrollment where device_id = $1 order by generation desc" }
}

/// What a device calls itself in every message.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ExternalId {
    /// Device enrollment: the hardware's UDID.
    Udid(String),
    /// User enrollment: an id that Apple makes up for this enrollment.
    EnrollmentId(String),
}

impl ExternalId {
    /// The values of the columns `udid` and `enrollment_key`.
    pub(crate) fn columns(&self) -> (Option<&str>, Option<&str>) {
        match self {
            Self::Udid(udid) => (Some(udid), None),
            Self::EnrollmentId(key) => (None, Some(key)),
        }
    }
}

/// What Authenticate tells, and the ids of what it makes.
#[derive(Clone, Debug)]
pub struct NewEnrollment {
    pub at: Timestamp,
    pub external_id: ExternalId,
    /// The device's id, if the server does not know it yet.
    pub device_id: DeviceId,
    pub enrollment_id: EnrollmentId,
    /// The identity certificate that signed the message; it alone speaks for this enrollment.
    pub certificate: Sha256,
    /// When that certificate ends.
    pub expires_at: Timestamp,
    pub topic: String,
    /// The one-time link this enrollment came through, as the challenge recorded it.
    pub link: Option<crate::LinkId>,
    /// The blueprint for a device that has none yet.
    pub blueprint: Option<BlueprintId>,
    pub name: String,
    pub serial: String,
    pub model_name: String,
    pub product: String,
    pub os_version: String,
    pub os_build: String,
}

/// An enrollment has begun; it counts as enrolled after the first TokenUpdate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Begun {
    pub device: DeviceId,
    pub enrollment: EnrollmentId,
    pub generation: i64,
}

/// Authenticate was refused.
#[derive(Debug, Error)]
pub enum BeginEnrollmentError {
    #[error("the certificate already speaks for another device")]
    CertificateOfAnotherDevice,
    /// The device is enrolled, and another certificate took the place of this one.
    #[error("the certificate was replaced by another one of the device")]
    ReplacedCertificate,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a TokenUpdate tells.
#[derive(Clone, Debug)]
pub struct TokenUpdate {
    pub at: Timestamp,
    pub enrollment: EnrollmentId,
    pub topic: String,
    pub push_token: Vec<u8>,
    pub push_magic: SecretString,
    /// Absent in most messages; an earlier one then stays.
    pub unlock_token: Option<SecretSlice<u8>>,
    pub awaiting_configuration: bool,
}

/// What a TokenUpdate did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenUpdateOutcome {
    /// The first one: the device is now enrolled.
    Enrolled,
    /// A later one.
    Updated,
    /// The enrollment has ended or was replaced; nothing was stored.
    Ended,
}

row! {
    /// An enrollment of a device, as an administrator sees it.
    #[derive(Clone, Debug, PartialEq)]
    pub struct EnrollmentRow {
        pub id: EnrollmentId,
        pub device_id: DeviceId,
        pub generation: i64,
        pub topic: String,
        pub began_at: Timestamp,
        pub finished_at: Option<Timestamp>,
        pub ended_at: Option<Timestamp>,
        pub last_seen_at: Option<Timestamp>,
        /// Apple said that the push token is not valid any more; the next TokenUpdate mends it.
        pub push_disabled_at: Option<Timestamp>,
        pub awaiting_configuration: bool,
        pub has_unlock_token: bool,
        pub has_bootstrap_token: bool,
    }
}

impl Store {
    /// Begins an enrollment: a new device, or a new generation of a known one.
    ///
    /// Whatever belonged to the old generation (queue, tokens, declarations, secrets, identity)
    /// is dropped. The same message again, from the same certificate before a TokenUpdate,
    /// changes nothing. A certificate that another one has replaced begins none, as long as the
    /// device is enrolled.
    pub async fn begin_enrollment(
        &self,
        new: NewEnrollment,
    ) -> Result<Begun, BeginEnrollmentError> {
        self.write(new, |conn, new| Box::pin(begin(conn, new))).await
    }

    /// Stores a TokenUpdate; the first one finishes the enrollment.
    pub async fn record_token_update(
        &self,
        update: TokenUpdate,
    ) -> Result<TokenUpdateOutcome, StoreError> {
        let magic = update.push_magic.expose_secret().as_bytes();
        let magic = self.seal("push_magic", update.enrollment, magic);
        let unlock = update.unlock_token.as_ref();
        let unlock =
            unlock.map(|token| self.seal("unlock_token", update.enrollment, token.expose_secret()));
        self.write_hot(
            update.enrollment.0,
            (update, magic, unlock),
            |conn, (update, magic, unlock)| {
                Box::pin(store_token_update(conn, update, magic, unlock.as_deref()))
            },
        )
        .await
    }

    /// Ends an enrollment (CheckOut, or an administrator's unenroll) and drops its secrets.
    /// Says whether it was open.
    pub async fn end_enrollment(
        &self,
        at: Timestamp,
        enrollment: EnrollmentId,
    ) -> Result<bool, StoreError> {
        self.write((at, enrollment), |conn, &(at, enrollment)| Box::pin(end(conn, at, enrollment)))
            .await
    }

    /// Escrows a bootstrap token, or forgets it (`None`). Says whether the enrollment is open.
    pub async fn set_bootstrap_token(
        &self,
        enrollment: EnrollmentId,
        token: Option<SecretSlice<u8>>,
    ) -> Result<bool, StoreError> {
        let sealed =
            token.map(|token| self.seal("bootstrap_token", enrollment, token.expose_secret()));
        self.write((enrollment, sealed), |conn, (enrollment, sealed)| {
            Box::pin(async move {
                let changed = conn.run(&SET_BOOTSTRAP_TOKEN, params![enrollment, sealed]).await?;
                Ok(changed == 1)
            })
        })
        .await
    }

    /// The escrowed bootstrap token.
    pub async fn bootstrap_token(
        &self,
        enrollment: EnrollmentId,
    ) -> Result<Option<SecretSlice<u8>>, StoreError> {
        let sealed = self.sealed(&BOOTSTRAP_TOKEN, enrollment).await?;
        self.unseal("bootstrap_token", enrollment, sealed)
    }

    /// The escrowed unlock token, which clears a passcode.
    pub async fn unlock_token(
        &self,
        enrollment: EnrollmentId,
    ) -> Result<Option<SecretSlice<u8>>, StoreError> {
        let sealed = self.sealed(&UNLOCK_TOKEN, enrollment).await?;
        self.unseal("unlock_token", enrollment, sealed)
    }

    /// The enrollments of a device, newest first.
    pub async fn enrollments_of(&self, device: DeviceId) -> Result<Vec<EnrollmentRow>, StoreError> {
        self.reader().await?.conn().all(&ENROLLMENTS, params![device]).await
    }

    /// Seals a secret of an enrollment.
    fn seal(&self, column: &str, enrollment: EnrollmentId, secret: &[u8]) -> Vec<u8> {
        self.inner.sealer.seal(&format!("{column}/{enrollment}"), secret)
    }

    /// Opens a sealed secret of an enrollment.
    pub(crate) fn unseal(
        &self,
        column: &str,
        enrollment: EnrollmentId,
        sealed: Option<Vec<u8>>,
    ) -> Result<Option<SecretSlice<u8>>, StoreError> {
        let place = format!("{column}/{enrollment}");
        Ok(sealed.map(|sealed| self.inner.sealer.unseal(&place, &sealed)).transpose()?)
    }

    async fn sealed(
        &self,
        statement: &'static Statement,
        enrollment: EnrollmentId,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let mut reader = self.reader().await?;
        let row: Option<(Option<Vec<u8>>,)> =
            reader.conn().optional(statement, params![enrollment]).await?;
        Ok(row.and_then(|(sealed,)| sealed))
    }
}

row! {
    struct Holder {
        device_id: DeviceId,
        udid: Option<String>,
        enrollment_key: Option<String>,
        generation: i64,
        enrollment_id: EnrollmentId,
        is_begun: bool,
        is_replaced: bool,
    }
}

row! {
    struct Generation {
        device_id: DeviceId,
        generation: i64,
    }
}

async fn begin(conn: &mut Conn, new: &NewEnrollment) -> Result<Begun, BeginEnrollmentError> {
    let (udid, key) = new.external_id.columns();
    if let Some(holder) = conn.optional::<Holder>(&HOLDER, params![new.certificate]).await? {
        if (holder.udid.as_deref(), holder.enrollment_key.as_deref()) != (udid, key) {
            return Err(BeginEnrollmentError::CertificateOfAnotherDevice);
        }
        // Whoever kept the former key must not take the device back.
        if holder.is_replaced {
            return Err(BeginEnrollmentError::ReplacedCertificate);
        }
        if holder.is_begun {
            let Holder { device_id: device, enrollment_id: enrollment, generation, .. } = holder;
            return Ok(Begun { device, enrollment, generation });
        }
    }
    let upsert = if udid.is_some() { &DEVICE_BY_UDID } else { &DEVICE_BY_KEY };
    let Generation { device_id: device, generation } = conn
        .one(
            upsert,
            params![new.device_id, udid, key, new.enrollment_id, new.blueprint, new.name, new.at],
        )
        .await?;
    drop_generation(conn, new.at, device).await?;
    let enrollment = new.enrollment_id;
    conn.run(&INSERT, params![enrollment, device, generation, new.topic, new.at]).await?;
    conn.run(&BIND, params![new.certificate, enrollment, new.at, new.expires_at]).await?;
    if let Some(link) = new.link {
        conn.run(&NOTE_LINK, params![link, device]).await?;
    }
    facts::restart(conn, new, device).await?;
    Ok(Begun { device, enrollment, generation })
}

/// Drops everything that belongs to the enrollments of a device so far.
async fn drop_generation(
    conn: &mut Conn,
    at: Timestamp,
    device: DeviceId,
) -> Result<(), StoreError> {
    conn.run(&END_ENROLLMENTS, params![device, at]).await?;
    conn.run(&DROP_COMMANDS, params![device, at]).await?;
    conn.run(&DROP_PUSHES, params![device]).await?;
    conn.run(&RETIRE, params![device]).await?;
    Ok(())
}

async fn end(conn: &mut Conn, at: Timestamp, enrollment: EnrollmentId) -> Result<bool, StoreError> {
    let Some((device,)) = conn.optional::<(DeviceId,)>(&OPEN, params![enrollment]).await? else {
        return Ok(false);
    };
    drop_generation(conn, at, device).await?;
    conn.run(&UNENROLLED, params![device]).await?;
    Ok(true)
}

async fn store_token_update(
    conn: &mut Conn,
    update: &TokenUpdate,
    magic: &[u8],
    unlock: Option<&[u8]>,
) -> Result<TokenUpdateOutcome, StoreError> {
    let TokenUpdate { at, enrollment, topic, push_token, awaiting_configuration, .. } = update;
    let values = params![enrollment, at, topic, push_token, magic, unlock, awaiting_configuration];
    let Some((finished_at,)) = conn.optional::<(Timestamp,)>(&TOKEN_UPDATE, values).await? else {
        return Ok(TokenUpdateOutcome::Ended);
    };
    // Only the first one can have finished now; all others are spared the second statement. The
    // store keeps whole microseconds, a clock may tell finer ones.
    let is_now = finished_at.as_microsecond() == at.as_microsecond();
    if is_now && conn.run(&ENROLLED, params![enrollment]).await? == 1 {
        return Ok(TokenUpdateOutcome::Enrolled);
    }
    Ok(TokenUpdateOutcome::Updated)
}
