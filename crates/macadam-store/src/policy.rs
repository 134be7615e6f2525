//! Library items and blueprints saved together, or not at all: what a policy file brings.

use jiff::Timestamp;

use crate::db::Conn;
use crate::{NewBlueprint, NewItem, SaveError, Store, blueprints, items};

/// Everything that one policy file changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PolicyChange {
    /// Each with the version it is saved over; 0 creates it.
    pub items: Vec<(NewItem, i64)>,
    /// Each with the version it is saved over; 0 creates it.
    pub blueprints: Vec<(NewBlueprint, i64)>,
}

impl Store {
    /// Saves all items and blueprints of the change in one transaction; when one was changed by
    /// somebody else meanwhile, none is saved.
    pub async fn save_policy(&self, at: Timestamp, change: PolicyChange) -> Result<(), SaveError> {
        self.write((at, change), |conn, (at, change)| Box::pin(save(conn, *at, change))).await
    }
}

async fn save(conn: &mut Conn, at: Timestamp, change: &PolicyChange) -> Result<(), SaveError> {
    for (item, version) in &change.items {
        match version {
            0 => items::create(conn, at, item).await?,
            version => {
                items::save(conn, at, item, *version).await?;
            }
        }
    }
    for (blueprint, version) in &change.blueprints {
        match version {
            0 => blueprints::create(conn, at, blueprint).await?,
            version => {
                blueprints::save(conn, at, blueprint, *version).await?;
            }
        }
    }
    Ok(())
}
