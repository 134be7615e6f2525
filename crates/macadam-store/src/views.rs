//! Saved views of the device list: filters and columns under a name, for one person or all.

use jiff::Timestamp;

use crate::db::{Conn, params, queries, row};
use crate::items::not_this_version;
use crate::{SaveError, Store, StoreError, ViewId};

queries! {
    SEEN = { "select id, owner, name, is_shared, version, document, created_at, updated_at
        from device_view where owner = $1 or is_shared order by name, id" }
    COUNT = { "select count(*) as value from device_view where owner = $1" }
    CREATE = { "insert into device_view
            (id, owner, name, is_shared, version, document, created_at, updated_at)
        values ($1, $2, $3, $4, 1, $5, $6, $6) on conflict do nothing" }
    NAMED = { "select count(*) as value from device_view
        where owner = $1 and name = $2 and id <> $3" }
    SAVE = { "update device_view set name = $4, is_shared = $5, document = $6, updated_at = $7,
            version = version + 1
        where id = $1 and owner = $2 and version = $3" }
    DELETE = { "delete from device_view where id = $1 and owner = $2 and version = $3" }
    VERSION = { "select version as value from device_view where id = $1" }
}

/// Views that one person or machine may have.
const VIEWS: i64 = 200;

row! {
    /// A saved view.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct View {
        pub id: ViewId,
        /// Whose it is; nobody else changes it.
        pub owner: String,
        pub name: String,
        /// Whether everybody sees it.
        pub is_shared: bool,
        /// Counts the saves, for `If-Match`.
        pub version: i64,
        pub document: String,
        pub created_at: Timestamp,
        pub updated_at: Timestamp,
    }
}

/// A view to be created or saved by its owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewView {
    pub id: ViewId,
    pub owner: String,
    pub name: String,
    pub is_shared: bool,
    pub document: String,
}

impl Store {
    /// The views that somebody sees: their own, and what others share.
    pub async fn views(&self, owner: &str) -> Result<Vec<View>, StoreError> {
        self.reader().await?.conn().all(&SEEN, params![owner]).await
    }

    /// Creates a view whose name its owner has not used; [`SaveError::InUse`] when there are too
    /// many.
    pub async fn create_view(&self, at: Timestamp, view: NewView) -> Result<(), SaveError> {
        self.write((at, view), |conn, (at, view)| {
            Box::pin(async move {
                let (count,): (i64,) = conn.one(&COUNT, params![view.owner]).await?;
                if count >= VIEWS {
                    return Err(SaveError::InUse);
                }
                let NewView { id, owner, name, is_shared, document } = view;
                let values = params![id, owner, name, is_shared, document, at];
                if conn.run(&CREATE, values).await? == 1 { Ok(()) } else { Err(SaveError::Taken) }
            })
        })
        .await
    }

    /// Saves a view of its owner over this version.
    pub async fn save_view(
        &self,
        at: Timestamp,
        view: NewView,
        version: i64,
    ) -> Result<(), SaveError> {
        self.write((at, view, version), |conn, (at, view, version)| {
            Box::pin(save(conn, *at, view, *version))
        })
        .await
    }

    /// Deletes a view of its owner.
    pub async fn delete_view(
        &self,
        id: ViewId,
        owner: &str,
        version: i64,
    ) -> Result<(), SaveError> {
        self.write((id, owner.to_owned(), version), |conn, (id, owner, version)| {
            Box::pin(async move {
                if conn.run(&DELETE, params![id, owner, version]).await? == 1 {
                    return Ok(());
                }
                Err(not_this_version(conn, &VERSION, id).await?)
            })
        })
        .await
    }
}

async fn save(
    conn: &mut Conn,
    at: Timestamp,
    view: &NewView,
    version: i64,
) -> Result<(), SaveError> {
    let NewView { id, owner, name, is_shared, document } = view;
    let (named,): (i64,) = conn.one(&NAMED, params![owner, name, id]).await?;
    if named > 0 {
        return Err(SaveError::Taken);
    }
    let values = params![id, owner, version, name, is_shared, document, at];
    if conn.run(&SAVE, values).await? == 1 {
        return Ok(());
    }
    Err(not_this_version(conn, &VERSION, id).await?)
}
