//! Notes that people write about devices.

use jiff::Timestamp;
use macadam_policy::DeviceId;

use crate::db::{params, queries, row};
use crate::{NoteId, Store, StoreError};

queries! {
    ADD = { "insert into device_note (id, device_id, author, body, created_at)
        select $1, id, $3, $4, $5 from device where id = $2 on conflict (id) do nothing" }
    DELETE = { "delete from device_note where id = $1 and device_id = $2" }
    // Ids begin with the time they were made at.
    OF_DEVICE = { "select id, device_id, author, body, created_at from device_note
        where device_id = $1 order by id desc limit $2" }
}

row! {
    /// A note about a device.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Note {
        pub id: NoteId,
        pub device_id: DeviceId,
        pub author: String,
        pub body: String,
        pub created_at: Timestamp,
    }
}

impl Store {
    /// Adds a note. Says whether the device exists.
    pub async fn add_note(&self, note: Note) -> Result<bool, StoreError> {
        self.write(note, |conn, note| {
            Box::pin(async move {
                let Note { id, device_id, author, body, created_at } = note;
                let values = params![id, device_id, author, body, created_at];
                Ok(conn.run(&ADD, values).await? == 1)
            })
        })
        .await
    }

    /// Deletes a note of a device. Says whether there was one.
    pub async fn delete_note(&self, device: DeviceId, note: NoteId) -> Result<bool, StoreError> {
        self.write((device, note), |conn, (device, note)| {
            Box::pin(async move { Ok(conn.run(&DELETE, params![note, device]).await? == 1) })
        })
        .await
    }

    /// The newest notes about a device, newest first.
    pub async fn notes_of(&self, device: DeviceId, limit: u32) -> Result<Vec<Note>, StoreError> {
        self.reader().await?.conn().all(&OF_DEVICE, params![device, limit]).await
    }
}
