//! Settings of the server as documents under a name.

use crate::db::{Conn, params, queries, row};
use crate::items::not_this_version;
use crate::{SaveError, Store, StoreError};

queries! {
    SETTING = { "select document, version from setting where name = $1" }
    INSERT = { "insert into setting (name, document, version) values ($1, $2, 1)
        on conflict (name) do nothing" }
    SAVE = { "update setting set document = $2, version = version + 1
        where name = $1 and version = $3" }
    VERSION = { "select version as value from setting where name = $1" }
}

impl Store {
    /// A setting and its version.
    pub async fn setting(&self, name: &str) -> Result<Option<(String, i64)>, StoreError> {
        let mut reader = self.reader().await?;
        let setting: Option<Setting> = reader.conn().optional(&SETTING, params![name]).await?;
        Ok(setting.map(|setting| (setting.document, setting.version)))
    }

    /// Saves a setting over `version` (0 when it is not there yet); returns the new version.
    pub async fn save_setting(
        &self,
        name: &str,
        document: &str,
        version: i64,
    ) -> Result<i64, SaveError> {
        self.write(
            (name.to_owned(), document.to_owned(), version),
            |conn, (name, document, version)| Box::pin(save(conn, name, document, *version)),
        )
        .await
    }
}

row! {
    struct Setting {
        document: String,
        version: i64,
    }
}

async fn save(conn: &mut Conn, name: &str, document: &str, version: i64) -> Result<i64, SaveError> {
    let saved = if version == 0 {
        conn.run(&INSERT, params![name, document]).await?
    } else {
        conn.run(&SAVE, params![name, document, version]).await?
    };
    if saved == 0 {
        return Err(not_this_version(conn, &VERSION, &name).await?);
    }
    Ok(version + 1)
}
