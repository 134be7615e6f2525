//! Whether anything changed that decisions depend on besides the devices, in one cheap query.

use crate::db::{params, queries, row};
use crate::{Store, StoreError};

queries! {
    STAMP = { "select
        (select seq from catalog_end where id = 1) as catalog_end,
        (select coalesce(max(seq), 0) from release_review) as reviews,
        (select count(*) from library_item) as items,
        (select cast(coalesce(sum(version), 0) as bigint) from library_item) as item_versions,
        (select coalesce(max(updated_at), 0) from library_item) as items_updated_at,
        (select count(*) from blueprint) as blueprints,
        (select cast(coalesce(sum(version), 0) as bigint) from blueprint) as blueprint_versions,
        (select coalesce(max(updated_at), 0) from blueprint) as blueprints_updated_at,
        (select count(*) from capabilities) as capabilities,
        (select count(*) from ring_halt) as halts,
        (select count(resumed_at) from ring_halt) as resumed_halts,
        (select coalesce(max(version), 0) from setting where name = $1) as setting_version" }
}

row! {
    /// Equal stamps mean the same catalog, reviews, items, blueprints, capabilities, halted rings,
    /// and the same of the one setting that was asked for.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct PolicyStamp {
        catalog_end: i64,
        reviews: i64,
        items: i64,
        item_versions: i64,
        items_updated_at: i64,
        blueprints: i64,
        blueprint_versions: i64,
        blueprints_updated_at: i64,
        capabilities: i64,
        halts: i64,
        resumed_halts: i64,
        setting_version: i64,
    }
}

impl Store {
    /// The stamp of what is stored now, with the one setting that decisions depend on: others may
    /// change every second. Servers that share a database compare it.
    pub async fn policy_stamp(&self, setting: &str) -> Result<PolicyStamp, StoreError> {
        self.reader().await?.conn().one(&STAMP, params![setting]).await
    }
}
