//! Settings of the server as documents under a name.

use crate::{SaveError, Store, StoreError};

impl Store {
    /// A setting and its version.
    pub async fn setting(&self, name: &str) -> Result<Option<(String, i64)>, StoreError> {
        todo!()
    }

    /// Saves a setting over `version` (0 when it is not there yet); returns the new version.
    pub async fn save_setting(
        &self,
        name: &str,
        document: &str,
        version: i64,
    ) -> Result<i64, SaveError> {
        todo!()
    }
}
