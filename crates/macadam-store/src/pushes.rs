//! The push queue: one row per enrollment, however many reasons there are to wake it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};

use crate::db::{Conn, json, json_ids, params, queries, row};
use crate::store::check_bulk;
use crate::{EnrollmentId, Store, StoreError};

macro_rules! claim {
    () => {
        "update push set leased_until = $3, attempts = attempts + 1
        where enrollment_id in (select p.enrollment_id
            from push p join enrollment e on e.id = p.enrollment_id
            where p.due_at <= $1 and (p.leased_until is null or p.leased_until <= $1)
                and e.push_token is not null and e.push_disabled_at is null
                and e.ended_at is null
            order by p.due_at, p.enrollment_id limit $2"
    };
}

queries! {
    QUEUE = { "insert into push (enrollment_id, request, due_at, attempts)
        select e.id, 1, $2, 0
        from json_each($1) v join enrollment e on e.id = as_uuid(v.value ->> 0)
        where e.ended_at is null
        order by e.id
        on conflict (enrollment_id) do update set request = push.request + 1, attempts = 0,
            due_at = case when push.due_at < excluded.due_at then push.due_at
                else excluded.due_at end" }
    CLAIM = {
        sqlite: concat!(claim!(), ") returning enrollment_id, request, attempts"),
        postgres: concat!(
            claim!(), " for update of p skip locked) returning enrollment_id, request, attempts"
        ),
    }
    TARGETS = { "select e.id, e.topic, e.push_token, e.push_magic
        from json_each($1) v join enrollment e on e.id = as_uuid(v.value ->> 0)
        where e.push_token is not null" }
    SENT = { "delete from push where (enrollment_id, request) in
        (select as_uuid(value ->> 0), cast(value ->> 1 as bigint) from json_each($1))" }
    RETRY = { "update push set due_at = v.due_at
        from (select as_uuid(value ->> 0) as id, cast(value ->> 1 as bigint) as request,
                cast(value ->> 2 as bigint) as due_at from json_each($1)) as v
        where push.enrollment_id = v.id and push.request = v.request" }
    FREE = { "update push set leased_until = null
        where enrollment_id in (select as_uuid(value ->> 0) from json_each($1))" }
    // A token that arrived meanwhile is another one, and valid.
    DISABLE = { "update enrollment set push_disabled_at = $2
        where id = $1 and push_token = $3" }
    WAITING = { "select min(p.due_at) as due_at, count(*) as pushes
        from push p join enrollment e on e.id = p.enrollment_id
        where e.push_token is not null and e.push_disabled_at is null and e.ended_at is null" }
}

/// A push that this caller alone may send until its lease ends.
#[derive(Clone, Debug)]
pub struct ClaimedPush {
    pub enrollment: EnrollmentId,
    pub topic: String,
    pub push_token: Vec<u8>,
    pub push_magic: SecretString,
    /// How often it was tried before.
    pub attempts: u32,
    /// Which request it answers; one made meanwhile keeps the row.
    pub(crate) request: i64,
}

/// What became of a push.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PushOutcome {
    Sent,
    /// Apple does not know the token any more; no push until the next TokenUpdate.
    Unregistered,
    /// To be tried again, not before this moment.
    RetryAt(Timestamp),
}

impl Store {
    /// Queues a push for each enrollment, to be sent at `at` or later.
    pub async fn queue_pushes(
        &self,
        at: Timestamp,
        enrollments: Vec<EnrollmentId>,
    ) -> Result<(), StoreError> {
        check_bulk(enrollments.len())?;
        self.write((at, enrollments), |conn, (at, enrollments)| {
            Box::pin(queue(conn, *at, enrollments.iter().copied()))
        })
        .await
    }

    /// Claims up to `limit` due pushes for `lease`; a claim that is not finished by then is free
    /// again.
    pub async fn claim_pushes(
        &self,
        now: Timestamp,
        limit: u32,
        lease: Duration,
    ) -> Result<Vec<ClaimedPush>, StoreError> {
        let lease = i64::try_from(lease.as_micros()).unwrap_or(i64::MAX);
        let until = now.as_microsecond().saturating_add(lease);
        let claims = self
            .write((now, limit, until), |conn, &(now, limit, until)| {
                Box::pin(claim(conn, now, limit, until))
            })
            .await?;
        claims.into_iter().map(|claim| self.open_claim(claim)).collect()
    }

    /// Settles claimed pushes.
    pub async fn finish_pushes(
        &self,
        now: Timestamp,
        finished: Vec<(ClaimedPush, PushOutcome)>,
    ) -> Result<(), StoreError> {
        self.write((now, finished), |conn, (now, finished)| Box::pin(finish(conn, *now, finished)))
            .await
    }

    /// When the next push is due, and how many wait that could be sent.
    pub async fn waiting_pushes(&self) -> Result<(Option<Timestamp>, i64), StoreError> {
        let row: Waiting = self.reader().await?.conn().one(&WAITING, &[]).await?;
        Ok((row.due_at, row.pushes))
    }
}

row! {
    struct Waiting {
        due_at: Option<Timestamp>,
        pushes: i64,
    }
}

row! {
    struct Claim {
        enrollment_id: EnrollmentId,
        request: i64,
        attempts: u32,
    }
}

row! {
    struct Target {
        id: EnrollmentId,
        topic: String,
        push_token: Vec<u8>,
        push_magic: Vec<u8>,
    }
}

impl Store {
    fn open_claim(&self, (claim, target): (Claim, Target)) -> Result<ClaimedPush, StoreError> {
        let magic = self.unseal("push_magic", target.id, Some(target.push_magic))?;
        let magic = magic.map(|magic| String::from_utf8(magic.expose_secret().to_vec()));
        let corrupt = StoreError::Corrupt { column: "push_magic" };
        let Some(Ok(magic)) = magic else { return Err(corrupt) };
        Ok(ClaimedPush {
            enrollment: target.id,
            topic: target.topic,
            push_token: target.push_token,
            push_magic: magic.into(),
            attempts: claim.attempts.saturating_sub(1),
            request: claim.request,
        })
    }
}

/// Queues pushes in the caller's transaction.
pub(crate) async fn queue(
    conn: &mut Conn,
    at: Timestamp,
    enrollments: impl Iterator<Item = EnrollmentId>,
) -> Result<(), StoreError> {
    // Once each: a statement may not meet the row that it made itself.
    let ids: BTreeSet<_> = enrollments.map(|id| id.0).collect();
    conn.run(&QUEUE, params![json_ids(ids), at]).await.map(drop)
}

async fn claim(
    conn: &mut Conn,
    now: Timestamp,
    limit: u32,
    until: i64,
) -> Result<Vec<(Claim, Target)>, StoreError> {
    let mut claims: Vec<Claim> = conn.all(&CLAIM, params![now, limit, until]).await?;
    claims.sort_unstable_by_key(|claim| claim.enrollment_id);
    let ids = json_ids(claims.iter().map(|claim| claim.enrollment_id.0));
    let targets: Vec<Target> = conn.all(&TARGETS, params![ids]).await?;
    let mut targets: BTreeMap<_, _> =
        targets.into_iter().map(|target| (target.id, target)).collect();
    let with_target = |claim: Claim| {
        let target = targets.remove(&claim.enrollment_id)?;
        Some((claim, target))
    };
    Ok(claims.into_iter().filter_map(with_target).collect())
}

async fn finish(
    conn: &mut Conn,
    now: Timestamp,
    finished: &[(ClaimedPush, PushOutcome)],
) -> Result<(), StoreError> {
    let (mut sent, mut retries, mut all) = (Vec::new(), Vec::new(), Vec::new());
    for (push, outcome) in finished {
        all.push((push.enrollment.0,));
        match outcome {
            PushOutcome::Sent => sent.push((push.enrollment.0, push.request)),
            PushOutcome::RetryAt(at) => {
                retries.push((push.enrollment.0, push.request, at.as_microsecond()));
            }
            PushOutcome::Unregistered => {
                conn.run(&DISABLE, params![push.enrollment, now, push.push_token]).await?;
            }
        }
    }
    conn.run(&SENT, params![json(&sent)]).await?;
    conn.run(&RETRY, params![json(&retries)]).await?;
    // What is left was asked for again meanwhile, waits for a token, or is to be tried later.
    conn.run(&FREE, params![json(&all)]).await?;
    Ok(())
}
