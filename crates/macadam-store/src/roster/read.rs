//! Reading devices into the roster.

use std::collections::BTreeMap;
use std::sync::Arc;

use macadam_policy::DeviceId;
use uuid::Uuid;

use super::{DECISIONS, Decisions, ListedDecision, Member, PAGE, Roster, THESE};
use crate::db::{Conn, FromRow, Row, json_ids, params};
use crate::reconcile::{complete_page, complete_these};
use crate::{DeviceSituation, StoreError};

/// Devices read at a time; in between, others get their turn.
const AT_A_TIME: u32 = 1000;

/// A row, and what is still to be shared of it.
struct Found {
    member: Member,
    decision: Option<ListedDecision>,
}

/// Every enrolled device, in the order of their ids.
pub(super) async fn all(
    conn: &mut Conn,
    decisions: &mut Decisions,
) -> Result<Vec<Arc<Member>>, StoreError> {
    let (mut members, mut last) = (Vec::new(), Uuid::nil());
    loop {
        let mut page: Vec<Found> = conn.all(&PAGE, params![last, AT_A_TIME]).await?;
        let Some(end) = page.last() else { return Ok(members) };
        last = end.member.situation.device.0;
        complete_page(conn, page.iter_mut().map(|it| &mut it.member.situation).collect()).await?;
        members.extend(page.into_iter().map(|found| found.shared(decisions)));
        tokio::task::yield_now().await;
    }
}

/// These devices; `None` for those that are not enrolled.
pub(super) async fn these(
    conn: &mut Conn,
    decisions: &mut Decisions,
    devices: &[DeviceId],
) -> Result<BTreeMap<DeviceId, Option<Arc<Member>>>, StoreError> {
    let mut members: BTreeMap<_, _> = devices.iter().map(|device| (*device, None)).collect();
    for chunk in devices.chunks(AT_A_TIME as usize) {
        let ids = json_ids(chunk.iter().map(|id| id.0));
        let mut found: Vec<Found> = conn.all(&THESE, params![ids]).await?;
        let situations = found.iter_mut().map(|it| &mut it.member.situation).collect();
        complete_these(conn, situations, &ids).await?;
        for found in found {
            let device = found.member.situation.device;
            members.insert(device, Some(found.shared(decisions)));
        }
        tokio::task::yield_now().await;
    }
    Ok(members)
}

/// These devices of a roster with the decisions that they have now.
pub(super) async fn decisions(
    conn: &mut Conn,
    decisions: &mut Decisions,
    (roster, devices): (&Roster, &[DeviceId]),
) -> Result<BTreeMap<DeviceId, Option<Arc<Member>>>, StoreError> {
    let mut members = BTreeMap::new();
    for chunk in devices.chunks(AT_A_TIME as usize) {
        let ids = json_ids(chunk.iter().map(|id| id.0));
        let rows: Vec<Decided> = conn.all(&DECISIONS, params![ids]).await?;
        for Decided { device, decision } in rows {
            // One that is not enrolled is none of the roster's.
            if let Some(member) = roster.member(device) {
                let decision = decision.map(|decision| decisions.shared(decision));
                members.insert(device, Some(Arc::new(Member { decision, ..member.clone() })));
            }
        }
        tokio::task::yield_now().await;
    }
    Ok(members)
}

/// A decision, and whose it is.
struct Decided {
    device: DeviceId,
    decision: Option<ListedDecision>,
}

impl FromRow for Decided {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self { device: row.get("device_id")?, decision: listed_decision(row)? })
    }
}

impl Found {
    fn shared(self, decisions: &mut Decisions) -> Arc<Member> {
        let mut member = self.member;
        member.decision = self.decision.map(|decision| decisions.shared(decision));
        // Rings are known for who writes them, and nothing here looks at them.
        member.situation.rings = Vec::new();
        Arc::new(member)
    }
}

impl FromRow for Found {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        let situation = DeviceSituation::from_row(row)?;
        let member = Member {
            situation,
            search: row.get("search")?,
            os_order: row.get("os_order")?,
            began_at: row.get("began_at")?,
            decision: None,
        };
        Ok(Self { member, decision: listed_decision(row)? })
    }
}

fn listed_decision(row: &Row<'_>) -> Result<Option<ListedDecision>, StoreError> {
    let (platform, os_version) = (row.get("device_platform")?, row.get("device_version")?);
    let outcome = row.get("outcome")?;
    let Some(status) = row.get("status")? else { return Ok(None) };
    Ok(Some(ListedDecision {
        platform,
        os_version,
        outcome,
        status,
        reason: row.get("reason")?,
        deadline_at: row.get("deadline_at")?,
        deadline_local: row.get("deadline_local")?,
        blockers: row.get("blockers")?,
        target_version: row.get("target_version")?,
        meets_floor: row.get("meets_floor")?,
    }))
}
