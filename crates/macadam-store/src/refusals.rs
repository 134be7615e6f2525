//! Requests that were refused because of who sent them.

use jiff::Timestamp;
use macadam_policy::DeviceId;

use crate::codes::codes;
use crate::db::{Conn, params, queries, row};
use crate::store::check_bulk;
use crate::{Sha256, Store, StoreError};

queries! {
    RECORD = { "insert into refusal
            (reason, certificate, claimed, device_id, count, first_at, last_at, origin)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
        on conflict (reason, certificate, claimed) do update set
            count = refusal.count + excluded.count, origin = excluded.origin,
            last_at = case when excluded.last_at > refusal.last_at then excluded.last_at
                else refusal.last_at end" }
    LATEST = { "select reason, certificate, claimed, device_id, count, first_at, last_at, origin
        from refusal where cast($1 as uuid) is null or device_id = $1
        order by last_at desc, certificate, reason, claimed limit $2" }
}

codes! {
    /// Why a request was refused.
    pub enum RefusalReason {
        BadSignature = "bad_signature",
        UnknownCertificate = "unknown_certificate",
        UntrustedCertificate = "untrusted_certificate",
        OtherDevice = "other_device",
        EndedEnrollment = "ended_enrollment",
    }
}

row! {
    /// The same refusal, however often it happened.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Refusal {
        pub reason: RefusalReason,
        pub certificate: Sha256,
        /// The UDID or enrollment id the message named, cut at 64 characters.
        pub claimed: String,
        /// The device whose certificate it was.
        pub device_id: Option<DeviceId>,
        pub count: i64,
        pub first_at: Timestamp,
        pub last_at: Timestamp,
        pub origin: String,
    }
}

impl Store {
    /// Records refusals; `count`, `first_at` and `last_at` add to what is there.
    pub async fn record_refusals(&self, refusals: Vec<Refusal>) -> Result<(), StoreError> {
        check_bulk(refusals.len())?;
        self.write(refusals, |conn, refusals| {
            Box::pin(async move {
                for refusal in refusals {
                    record(conn, refusal).await?;
                }
                Ok(())
            })
        })
        .await
    }

    /// The latest refusals, of one device or of all.
    pub async fn refusals(
        &self,
        device: Option<DeviceId>,
        limit: u32,
    ) -> Result<Vec<Refusal>, StoreError> {
        self.reader().await?.conn().all(&LATEST, params![device, limit]).await
    }
}

async fn record(conn: &mut Conn, refusal: &Refusal) -> Result<(), StoreError> {
    let Refusal { reason, certificate, claimed, device_id, count, .. } = refusal;
    let Refusal { first_at, last_at, origin, .. } = refusal;
    let claimed: String = claimed.chars().filter(|&char| char != '\0').take(64).collect();
    let values = params![reason, certificate, claimed, device_id, count, first_at, last_at, origin];
    conn.run(&RECORD, values).await.map(drop)
}
