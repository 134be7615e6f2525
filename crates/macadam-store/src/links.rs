//! One-time enrollment links and SCEP challenges; only hashes of them are stored.

use jiff::Timestamp;
use macadam_policy::{BlueprintId, DeviceId};
use uuid::Uuid;

use crate::db::{Conn, params, queries, row};
use crate::{LinkId, Sha256, Store, StoreError};

macro_rules! select_link {
    () => {
        "select l.id, l.note, l.blueprint_id, b.name as blueprint_name, l.created_by,
            l.created_at, l.expires_at, l.used_at, l.revoked_at, l.device_id,
            d.name as device_name
        from enrollment_link l left join blueprint b on b.id = l.blueprint_id
            left join device d on d.id = l.device_id"
    };
}

macro_rules! select_challenge {
    () => {
        "select c.subject, c.link_id, l.blueprint_id, c.issued
        from scep_challenge c left join enrollment_link l on l.id = c.link_id"
    };
}

queries! {
    CREATE_LINK = { "insert into enrollment_link
            (id, code, note, blueprint_id, created_by, created_at, expires_at)
        values ($1, $2, $3, $4, $5, $6, $7)" }
    USE_LINK = { "update enrollment_link set used_at = $2
        where code = $1 and used_at is null and revoked_at is null and expires_at > $2" }
    REVOKE_LINK = { "update enrollment_link set revoked_at = $2
        where id = $1 and used_at is null and revoked_at is null and expires_at > $2" }
    LINK_BY_CODE = { concat!(select_link!(), " where l.code = $1") }
    LINK_BY_ID = { concat!(select_link!(), " where l.id = $1") }
    // Ids begin with the time they were made at.
    LINKS = { concat!(select_link!(), " where l.id < $1 order by l.id desc limit $2") }
    CREATE_CHALLENGE = { "insert into scep_challenge (challenge, subject, link_id, expires_at)
        values ($1, $2, $3, $4)" }
    // The same request may come again, because its answer was lost.
    USE_CHALLENGE = { "update scep_challenge set used_at = coalesce(used_at, $2), request = $3
        where challenge = $1 and expires_at > $2 and (request is null or request = $3)" }
    CHALLENGE = { concat!(select_challenge!(), " where c.challenge = $1") }
    CHALLENGE_USED = { "select used_at as value from scep_challenge where challenge = $1" }
    ISSUED = { "update scep_challenge set certificate = $2, issued = $3
        where challenge = $1 and issued is null" }
    ISSUED_FIRST = { "select issued as value from scep_challenge where challenge = $1" }
    OF_CERTIFICATE = { concat!(select_challenge!(), " where c.certificate = $1") }
}

/// An enrollment link to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewLink {
    pub id: LinkId,
    pub code: Sha256,
    /// Whatever helps people to tell links apart.
    pub note: String,
    pub blueprint: Option<BlueprintId>,
    pub created_by: String,
    pub at: Timestamp,
    pub expires_at: Timestamp,
}

row! {
    /// An enrollment link, without its code.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct EnrollmentLink {
        pub id: LinkId,
        pub note: String,
        pub blueprint_id: Option<BlueprintId>,
        pub blueprint_name: Option<String>,
        pub created_by: String,
        pub created_at: Timestamp,
        pub expires_at: Timestamp,
        pub used_at: Option<Timestamp>,
        pub revoked_at: Option<Timestamp>,
        /// The device that enrolled through it.
        pub device_id: Option<DeviceId>,
        pub device_name: Option<String>,
    }
}

/// A SCEP challenge to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewChallenge {
    pub challenge: Sha256,
    /// The common name the server will set.
    pub subject: String,
    /// The link that the profile came through.
    pub link: Option<LinkId>,
    pub expires_at: Timestamp,
}

row! {
    /// What a SCEP challenge was made for.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Challenge {
        pub subject: String,
        pub link_id: Option<LinkId>,
        pub blueprint_id: Option<BlueprintId>,
        /// The certificate (DER) that it got before, as long as the challenge is good.
        pub issued: Option<Vec<u8>>,
    }
}

/// What came of using something that can be used once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UseOnce<T> {
    /// This was the one use.
    Used(T),
    /// It was used before.
    AlreadyUsed,
    /// It has expired, or it never existed.
    Invalid,
}

impl Store {
    /// Makes an enrollment link.
    pub async fn create_link(&self, link: NewLink) -> Result<(), StoreError> {
        self.write(link, |conn, link| {
            Box::pin(async move {
                let NewLink { id, code, note, blueprint, created_by, at, expires_at } = link;
                let values = params![id, code, note, blueprint, created_by, at, expires_at];
                conn.run(&CREATE_LINK, values).await.map(drop)
            })
        })
        .await
    }

    /// Uses an enrollment link and, in the same transaction, makes the challenge of its profile.
    pub async fn use_link(
        &self,
        at: Timestamp,
        code: Sha256,
        challenge: NewChallenge,
    ) -> Result<UseOnce<EnrollmentLink>, StoreError> {
        self.write((at, code, challenge), |conn, (at, code, challenge)| {
            Box::pin(use_link(conn, *at, *code, challenge))
        })
        .await
    }

    /// A page of enrollment links, newest first, below the cursor `before`.
    pub async fn links(
        &self,
        before: Option<LinkId>,
        limit: u32,
    ) -> Result<Vec<EnrollmentLink>, StoreError> {
        let before = before.unwrap_or(LinkId(Uuid::max()));
        self.reader().await?.conn().all(&LINKS, params![before, limit]).await
    }

    /// One enrollment link.
    pub async fn link(&self, link: LinkId) -> Result<Option<EnrollmentLink>, StoreError> {
        self.reader().await?.conn().optional(&LINK_BY_ID, params![link]).await
    }

    /// The enrollment link with this code.
    pub async fn link_by_code(&self, code: Sha256) -> Result<Option<EnrollmentLink>, StoreError> {
        self.reader().await?.conn().optional(&LINK_BY_CODE, params![code]).await
    }

    /// Makes an open link worthless. Says whether it was open.
    pub async fn revoke_link(&self, at: Timestamp, link: LinkId) -> Result<bool, StoreError> {
        self.write((at, link), |conn, (at, link)| {
            Box::pin(async move { Ok(conn.run(&REVOKE_LINK, params![link, at]).await? == 1) })
        })
        .await
    }

    /// Makes a SCEP challenge without a link.
    pub async fn create_challenge(&self, challenge: NewChallenge) -> Result<(), StoreError> {
        self.write(challenge, |conn, challenge| Box::pin(create_challenge(conn, challenge))).await
    }

    /// Uses a SCEP challenge for the certificate with this hash.
    ///
    /// The same request again (same certificate request, `request`) gets the same answer: a device
    /// that lost the response repeats it.
    pub async fn use_challenge(
        &self,
        at: Timestamp,
        challenge: Sha256,
        request: Sha256,
    ) -> Result<UseOnce<Challenge>, StoreError> {
        self.write((at, challenge, request), |conn, &(at, challenge, request)| {
            Box::pin(use_challenge(conn, at, challenge, request))
        })
        .await
    }

    /// Notes which certificate (DER) a challenge got, so that Authenticate finds its blueprint.
    /// Returns the one that it got first: the same request may be answered twice at a time.
    pub async fn record_issued(
        &self,
        challenge: Sha256,
        certificate: Vec<u8>,
    ) -> Result<Vec<u8>, StoreError> {
        self.write((challenge, certificate), |conn, (challenge, certificate)| {
            Box::pin(async move {
                let hash = Sha256::of(certificate);
                conn.run(&ISSUED, params![challenge, hash, certificate]).await?;
                let first: (Vec<u8>,) = conn.one(&ISSUED_FIRST, params![challenge]).await?;
                Ok(first.0)
            })
        })
        .await
    }

    /// What the certificate was issued for.
    pub async fn challenge_of_certificate(
        &self,
        certificate: Sha256,
    ) -> Result<Option<Challenge>, StoreError> {
        self.reader().await?.conn().optional(&OF_CERTIFICATE, params![certificate]).await
    }
}

async fn use_link(
    conn: &mut Conn,
    at: Timestamp,
    code: Sha256,
    challenge: &NewChallenge,
) -> Result<UseOnce<EnrollmentLink>, StoreError> {
    let used = conn.run(&USE_LINK, params![code, at]).await? == 1;
    let link: Option<EnrollmentLink> = conn.optional(&LINK_BY_CODE, params![code]).await?;
    match link {
        Some(link) if used => {
            let challenge = NewChallenge { link: Some(link.id), ..challenge.clone() };
            create_challenge(conn, &challenge).await?;
            Ok(UseOnce::Used(link))
        }
        Some(link) if link.used_at.is_some() => Ok(UseOnce::AlreadyUsed),
        Some(_) | None => Ok(UseOnce::Invalid),
    }
}

async fn create_challenge(conn: &mut Conn, new: &NewChallenge) -> Result<(), StoreError> {
    let NewChallenge { challenge, subject, link, expires_at } = new;
    let values = params![challenge, subject, link, expires_at];
    conn.run(&CREATE_CHALLENGE, values).await.map(drop)
}

async fn use_challenge(
    conn: &mut Conn,
    at: Timestamp,
    challenge: Sha256,
    request: Sha256,
) -> Result<UseOnce<Challenge>, StoreError> {
    let is_used = conn.run(&USE_CHALLENGE, params![challenge, at, request]).await? == 1;
    if is_used {
        return Ok(UseOnce::Used(conn.one(&CHALLENGE, params![challenge]).await?));
    }
    let used_at: Option<(Option<Timestamp>,)> =
        conn.optional(&CHALLENGE_USED, params![challenge]).await?;
    Ok(match used_at {
        Some((Some(_),)) => UseOnce::AlreadyUsed,
        Some((None,)) | None => UseOnce::Invalid,
    })
}
