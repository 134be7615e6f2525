//! What is done to many devices at once, each time in one transaction.

use std::collections::{BTreeMap, BTreeSet};

use macadam_policy::DeviceId;

use crate::db::{Conn, json, json_ids, params, queries, row};
use crate::notes::Note;
use crate::store::check_bulk;
use crate::{EnrollmentId, NoteId, Store, StoreError};

queries! {
    ENROLLED = { "select d.id as device, d.enrollment_id as enrollment from device d
        where d.id in (select as_uuid(value ->> 0) from json_each($1)) and d.state = 'enrolled'" }
    TAGS = { "select d.id as device, d.tags from device d
        where d.id in (select as_uuid(value ->> 0) from json_each($1)) and d.state = 'enrolled'
        order by d.id" }
    SET_TAGS = { "update device set tags = v.tags
        from (select as_uuid(value ->> 0) as id, value ->> 1 as tags from json_each($1)) as v
        where device.id = v.id" }
    ADD_NOTES = { "insert into device_note (id, device_id, author, body, created_at)
        select as_uuid(v.value ->> 0), d.id, $2, $3, $4
        from json_each($1) v join device d on d.id = as_uuid(v.value ->> 1)
        where true on conflict (id) do nothing" }
}

row! {
    struct Enrolled {
        device: DeviceId,
        enrollment: EnrollmentId,
    }
}

row! {
    struct Tagged {
        device: DeviceId,
        tags: String,
    }
}

/// Tags that devices gain and lose; what both name is gained.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TagChange {
    pub add: BTreeSet<String>,
    pub remove: BTreeSet<String>,
    /// A device that would have more keeps the tags it has.
    pub most: usize,
}

/// What became of each device: those that have their tags now, and those with too many.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TagsChanged {
    pub done: Vec<DeviceId>,
    pub too_many: Vec<DeviceId>,
}

impl Store {
    /// Which of these devices are enrolled, and the enrollment of each.
    pub async fn enrolled_of(
        &self,
        devices: &[DeviceId],
    ) -> Result<BTreeMap<DeviceId, EnrollmentId>, StoreError> {
        check_bulk(devices.len())?;
        let mut reader = self.reader().await?;
        let rows: Vec<Enrolled> = reader.conn().all(&ENROLLED, params![ids(devices)]).await?;
        Ok(rows.into_iter().map(|row| (row.device, row.enrollment)).collect())
    }

    /// Changes the tags of many devices; those that are not enrolled stay as they are.
    pub async fn change_tags(
        &self,
        devices: Vec<DeviceId>,
        change: TagChange,
    ) -> Result<TagsChanged, StoreError> {
        check_bulk(devices.len())?;
        self.write((ids(&devices), change), |conn, (ids, change)| {
            Box::pin(change_tags(conn, ids, change))
        })
        .await
    }

    /// Adds one text as a note about many devices, each note under its own id.
    pub async fn add_notes(
        &self,
        text: Note,
        notes: Vec<(NoteId, DeviceId)>,
    ) -> Result<u64, StoreError> {
        check_bulk(notes.len())?;
        let notes = json(&notes.iter().map(|(id, device)| (id.0, device.0)).collect::<Vec<_>>());
        self.write((text, notes), |conn, (text, notes)| {
            Box::pin(async move {
                let Note { author, body, created_at, .. } = text;
                conn.run(&ADD_NOTES, params![notes, author, body, created_at]).await
            })
        })
        .await
    }
}

async fn change_tags(
    conn: &mut Conn,
    ids: &str,
    change: &TagChange,
) -> Result<TagsChanged, StoreError> {
    let rows: Vec<Tagged> = conn.all(&TAGS, params![ids]).await?;
    let (mut outcome, mut written) = (TagsChanged::default(), Vec::new());
    for Tagged { device, tags } in rows {
        let had: BTreeSet<String> = serde_json::from_str(&tags).unwrap_or_default();
        let mut tags: BTreeSet<_> = had.difference(&change.remove).cloned().collect();
        tags.extend(change.add.iter().cloned());
        if tags.len() > change.most.max(had.len()) {
            outcome.too_many.push(device);
            continue;
        }
        if tags != had {
            written.push((device.0, json(&tags)));
        }
        outcome.done.push(device);
    }
    conn.run(&SET_TAGS, params![json(&written)]).await?;
    Ok(outcome)
}

fn ids(devices: &[DeviceId]) -> String {
    json_ids(devices.iter().map(|id| id.0))
}
