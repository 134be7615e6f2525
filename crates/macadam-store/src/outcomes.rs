//! What was decided for devices, written for each of them as a whole or not at all.

use std::collections::BTreeMap;

use jiff::Timestamp;
use macadam_policy::{DeviceId, ItemId};

use crate::db::{Conn, json, params, queries, row};
use crate::store::check_bulk;
use crate::{
    CommandId, DecisionRecord, DeviceSituation, EnrollmentId, SetToken, Store, StoreError,
    decisions, declarations, reach,
};

queries! {
    // In the order in which small writes lock them, too.
    LOCK = {
        sqlite: "select count(*) as value from json_each($1)",
        postgres: "select count(*) as value from (select e.id from json_each($1) v
            join enrollment e on e.device_id = as_uuid(v.value ->> 0) and e.ended_at is null
            order by e.id for no key update of e) as locked",
    }
    // Apart from the lock: PostgreSQL must see what was committed while it waited for that.
    STANDING = { "select d.id as device_id, d.enrollment_id
        from json_each($1) v join device d on d.id = as_uuid(v.value ->> 0)
            join enrollment e on e.id = d.enrollment_id
            left join decision o on o.device_id = d.id
        where d.state = 'enrolled' and e.ended_at is null
            and coalesce(e.assigned_set, '') = coalesce(v.value ->> 1, '')
            and o.digest is not distinct from cast(v.value ->> 2 as bigint)" }
}

/// What follows for one device from a decision.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    pub device: DeviceId,
    pub base: Base,
    /// Items that reach the device, with its ring in each if that is known.
    pub reached: Vec<(ItemId, Option<String>)>,
    /// Items that do not reach it any more.
    pub left: Vec<ItemId>,
    /// The set it should have; one that it has already changes nothing.
    pub assignment: Option<Assignment>,
    /// What is to be recorded of the decision, if that is something new.
    pub record: Option<DecisionRecord>,
}

/// What was stored of a device when it was decided for.
///
/// A device of which something else is stored by now was decided for by somebody else, perhaps
/// with newer facts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Base {
    pub assigned_set: Option<SetToken>,
    /// The digest of the recorded decision.
    pub recorded: Option<i64>,
}

/// Gives a device a set that has been saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    pub set: SetToken,
    /// The id of the `DeclarativeManagement` command that tells the device.
    pub command: CommandId,
}

/// What became of outcomes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Devices that were given another set, with a command and a push.
    pub reassigned: Vec<DeviceId>,
    /// Devices for which nothing was written: they left, or somebody else decided for them.
    pub overtaken: Vec<DeviceId>,
}

impl Base {
    /// What was stored when this was read.
    pub fn of(situation: &DeviceSituation) -> Self {
        Self { assigned_set: situation.assigned_set.clone(), recorded: situation.recorded }
    }
}

impl Outcome {
    /// Whether there is anything to write.
    pub fn is_empty(&self) -> bool {
        let Self { device: _, base: _, reached, left, assignment, record } = self;
        reached.is_empty() && left.is_empty() && assignment.is_none() && record.is_none()
    }
}

impl Store {
    /// Writes what was decided, one outcome for each device, in one transaction.
    ///
    /// Items that reach a device are noted with `at`, unless they did before. A device that gets
    /// another set gets one `DeclarativeManagement` command and one push. Every change of a status,
    /// target or deadline goes into the timeline.
    pub async fn write_outcomes(
        &self,
        at: Timestamp,
        outcomes: Vec<Outcome>,
    ) -> Result<Written, StoreError> {
        let items = |outcome: &Outcome| 1 + outcome.reached.len() + outcome.left.len();
        check_bulk(outcomes.iter().map(items).sum())?;
        self.write((at, outcomes), |conn, (at, outcomes)| Box::pin(write(conn, *at, outcomes)))
            .await
    }
}

row! {
    struct Standing {
        device_id: DeviceId,
        enrollment_id: EnrollmentId,
    }
}

async fn write(
    conn: &mut Conn,
    at: Timestamp,
    outcomes: &[Outcome],
) -> Result<Written, StoreError> {
    let bases = outcomes.iter().map(|Outcome { device, base, .. }| {
        (device.0, base.assigned_set.as_ref().map(|set| &set.0), base.recorded)
    });
    let bases = json(&bases.collect::<Vec<_>>());
    let _: (i64,) = conn.one(&LOCK, params![bases]).await?;
    let standing: Vec<Standing> = conn.all(&STANDING, params![bases]).await?;
    let enrollments: BTreeMap<_, _> =
        standing.iter().map(|row| (row.device_id, row.enrollment_id)).collect();

    let (mut reached, mut left) = (Vec::new(), Vec::new());
    let (mut assigned, mut records) = (Vec::new(), Vec::new());
    let mut written = Written::default();
    for outcome in outcomes {
        let device = outcome.device;
        let Some(enrollment) = enrollments.get(&device) else {
            written.overtaken.push(device);
            continue;
        };
        reached.extend(outcome.reached.iter().map(|(item, ring)| (device.0, item.0, ring)));
        left.extend(outcome.left.iter().map(|item| (device.0, item.0)));
        records.extend(&outcome.record);
        let is_other = |it: &&Assignment| outcome.base.assigned_set.as_ref() != Some(&it.set);
        if let Some(assignment) = outcome.assignment.as_ref().filter(is_other) {
            assigned.push((*enrollment, assignment));
            written.reassigned.push(device);
        }
    }
    // Deadlines may count from reach.
    reach::record(conn, at, &reached).await?;
    reach::forget(conn, &left).await?;
    declarations::assign(conn, at, &assigned).await?;
    decisions::record(conn, at, &records).await?;
    Ok(written)
}
