//! Exceptions: a device is exempt until a moment, with a reason.

use jiff::Timestamp;
use macadam_policy::{DeviceId, ItemId};
use uuid::Uuid;

use crate::db::{params, queries, row};
use crate::{ExceptionId, Store, StoreError};

queries! {
    ADD = { "insert into exception
            (id, device_id, item_id, until, reason, created_by, created_at)
        select $1, id, $3, $4, $5, $6, $7 from device where id = $2
        on conflict (id) do nothing" }
    END = { "delete from exception where id = $1" }
    // Ids begin with the time they were made at.
    PAGE = { "select x.id, x.device_id, d.name as device_name, x.item_id, i.label as item_label,
            x.until, x.reason, x.created_by, x.created_at
        from exception x join device d on d.id = x.device_id
            left join library_item i on i.id = x.item_id
        where x.id < $1 and (cast($3 as uuid) is null or x.device_id = $3)
            and (cast($4 as uuid) is null or x.item_id = $4 or x.item_id is null)
        order by x.id desc limit $2" }
    DEVICE_OF = { "select device_id as value from exception where id = $1" }
    OF_DEVICE = { "select id, device_id, item_id, until, reason, created_by, created_at
        from exception where device_id = $1 order by created_at, id" }
    ENDED = { "select distinct device_id as value from exception
        where until > $1 and until <= $2 order by device_id" }
}

row! {
    /// An exception; it ends by itself.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Exception {
        pub id: ExceptionId,
        pub device_id: DeviceId,
        /// The one item it is about; `None` for all.
        pub item_id: Option<ItemId>,
        pub until: Timestamp,
        pub reason: String,
        pub created_by: String,
        pub created_at: Timestamp,
    }
}

row! {
    /// An exception as lists show it.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct ExceptionRow {
        pub id: ExceptionId,
        pub device_id: DeviceId,
        pub device_name: String,
        pub item_id: Option<ItemId>,
        pub item_label: Option<String>,
        pub until: Timestamp,
        pub reason: String,
        pub created_by: String,
        pub created_at: Timestamp,
    }
}

/// Which exceptions a list has; all where nothing is said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExceptionsOf {
    pub device: Option<DeviceId>,
    /// Those from this item and those from every item.
    pub item: Option<ItemId>,
}

/// An exception to be made.
pub type NewException = Exception;

impl Store {
    /// Makes an exception. Says whether the device exists.
    pub async fn add_exception(&self, exception: NewException) -> Result<bool, StoreError> {
        self.write(exception, |conn, exception| {
            Box::pin(async move {
                let Exception { id, device_id, item_id, until, reason, created_by, created_at } =
                    exception;
                let values = params![id, device_id, item_id, until, reason, created_by, created_at];
                Ok(conn.run(&ADD, values).await? == 1)
            })
        })
        .await
    }

    /// Ends an exception early. Says whether there was one.
    pub async fn end_exception(&self, exception: ExceptionId) -> Result<bool, StoreError> {
        self.write(exception, |conn, exception| {
            Box::pin(async move { Ok(conn.run(&END, params![exception]).await? == 1) })
        })
        .await
    }

    /// A page of exceptions, newest first, below the cursor `before`.
    pub async fn exceptions(
        &self,
        of: ExceptionsOf,
        before: Option<ExceptionId>,
        limit: u32,
    ) -> Result<Vec<ExceptionRow>, StoreError> {
        let before = before.unwrap_or(ExceptionId(Uuid::max()));
        self.reader().await?.conn().all(&PAGE, params![before, limit, of.device, of.item]).await
    }

    /// The device that an exception is for.
    pub async fn device_of_exception(
        &self,
        exception: ExceptionId,
    ) -> Result<Option<DeviceId>, StoreError> {
        let mut reader = self.reader().await?;
        let device: Option<(DeviceId,)> =
            reader.conn().optional(&DEVICE_OF, params![exception]).await?;
        Ok(device.map(|(device,)| device))
    }

    /// The exceptions of a device, ended ones included.
    pub async fn exceptions_of(&self, device: DeviceId) -> Result<Vec<Exception>, StoreError> {
        self.reader().await?.conn().all(&OF_DEVICE, params![device]).await
    }

    /// The devices whose exceptions ended after `after` and by `now`: they need a new decision.
    pub async fn exceptions_ended(
        &self,
        after: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<DeviceId>, StoreError> {
        let mut reader = self.reader().await?;
        let ids: Vec<(DeviceId,)> = reader.conn().all(&ENDED, params![after, now]).await?;
        Ok(ids.into_iter().map(|(id,)| id).collect())
    }
}
