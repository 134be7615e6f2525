//! Forgets what is only of interest for a while. The audit log and what devices told are kept.

use jiff::Timestamp;

use crate::db::{Conn, params, queries};
use crate::{Store, StoreError};

/// Rows of each kind that one transaction deletes, so that nobody waits long for it.
const BATCH: u32 = 5_000;

queries! {
    // Rows are numbered as they come, so old ones are found without looking at all.
    COMMANDS = { "delete from command where seq in (select seq from command
        where finished_at < $1
            and state in ('acknowledged', 'error', 'command_format_error', 'cancelled')
            and seq < coalesce((select seq from command where queued_at >= $1
                order by seq limit 1), 9223372036854775807)
        order by seq limit $2)" }
    // How each device came to its present status stays.
    STATUS_CHANGES = { "delete from status_change where seq in (select seq from status_change old
        where at < $1
            and seq < coalesce((select seq from status_change where at >= $1
                order by seq limit 1), 9223372036854775807)
            and exists (select 1 from status_change newer
                where newer.device_id = old.device_id and newer.seq > old.seq)
        order by seq limit $2)" }
    REFUSALS = { "delete from refusal where (reason, certificate, claimed) in
        (select reason, certificate, claimed from refusal where last_at < $1
        order by last_at limit $2)" }
}

impl Store {
    /// Forgets a batch of commands that finished, status changes and refusals before `before`;
    /// says how many rows went. None: nothing is left to forget.
    pub async fn forget_history(&self, before: Timestamp) -> Result<u64, StoreError> {
        self.write(before, |conn, before| Box::pin(forget(conn, *before))).await
    }
}

async fn forget(conn: &mut Conn, before: Timestamp) -> Result<u64, StoreError> {
    let mut forgotten = 0;
    for statement in [&COMMANDS, &STATUS_CHANGES, &REFUSALS] {
        forgotten += conn.run(statement, params![before, BATCH]).await?;
    }
    Ok(forgotten)
}
