//! The audit log as administrators read and verify it.

use macadam_api::audit::{AuditEntry, AuditFilter, AuditVerification};
use macadam_store::{AuditBroken, AuditRecord, StoreError, VerifyAuditError};
use serde_json::Value;

use super::App;
use super::caller::actor_of;
use super::pages::{Rows, Wanted};

impl App {
    /// Entries that match, newest first.
    pub(crate) async fn audit_log(
        &self,
        filter: AuditFilter,
        wanted: Wanted<i64>,
    ) -> Result<Rows<AuditEntry, i64>, StoreError> {
        let AuditFilter { actor_name, action, object: target, since, until } = filter;
        let filter = macadam_store::AuditFilter { actor_name, action, target, since, until };
        let records = self.store.audit(&filter, wanted.after, wanted.limit()).await?;
        Ok(wanted.page(records, |record| record.seq).map(shown))
    }

    /// Recomputes the whole chain.
    pub(crate) async fn verify_audit(&self) -> Result<AuditVerification, StoreError> {
        let number = |number: i64| u64::try_from(number).unwrap_or_default();
        let broken_at = match self.store.verify_audit_chain().await {
            Ok(check) => {
                let entries = number(check.entries);
                let head = (entries > 0).then(|| check.head.to_string());
                return Ok(AuditVerification { entries, broken_at: None, head });
            }
            Err(VerifyAuditError::Broken(broken)) => match broken {
                AuditBroken::Missing(at) | AuditBroken::Changed(at) => at,
                AuditBroken::Cut { entries, .. } => entries + 1,
            },
            Err(VerifyAuditError::Store(error)) => return Err(error),
        };
        tracing::error!(audit.entry = broken_at, "the audit log was tampered with");
        let sound = number(broken_at - 1);
        Ok(AuditVerification { entries: sound, broken_at: Some(number(broken_at)), head: None })
    }
}

fn shown(record: AuditRecord) -> AuditEntry {
    let (actor, actor_name) = actor_of(&record.actor);
    let document: Value = serde_json::from_str(&record.detail).unwrap_or_default();
    AuditEntry {
        number: u64::try_from(record.seq).unwrap_or_default(),
        at: record.at,
        actor,
        actor_name,
        address: (!record.origin.is_empty()).then_some(record.origin),
        action: record.action,
        object: record.target,
        reason: document.get("reason").and_then(Value::as_str).map(str::to_owned),
        document,
        hash: record.hash.to_string(),
    }
}
