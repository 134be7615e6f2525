//! Declarative management: a device asks for its set, and reports.
//!
//! Tokens, manifest and declarations come from one stored set. Nothing is decided here, so nothing
//! that cannot be decided can break a device's channel.

use jiff::Timestamp;
use macadam_protocol::ddm::{
    self, DeclarationItems, DeclarationKind, Declarations, DecodeStatusReportError, StatusReport,
    SyncTokens, TokensResponse, Validity, declaration_type,
};
use macadam_store::{Declaration, Fact, RecognizedEnrollment, SetOfDevice, StoreError};
use thiserror::Error;

use super::{App, facts};

/// A status report was not recorded.
#[derive(Debug, Error)]
pub(crate) enum RecordStatusError {
    #[error(transparent)]
    Decode(#[from] DecodeStatusReportError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl App {
    /// The answer to `tokens`.
    pub(crate) async fn tokens(
        &self,
        enrollment: &RecognizedEnrollment,
    ) -> Result<Vec<u8>, StoreError> {
        let set = self.set_of(enrollment).await?;
        let told = set.and_then(|set| Some((set.token.0.parse().ok()?, set.assigned_at)));
        let (declarations_token, timestamp) =
            told.unwrap_or_else(|| (no_declarations().declarations_token, Timestamp::UNIX_EPOCH));
        let sync_tokens = SyncTokens { declarations_token, timestamp };
        Ok(ddm::encode_tokens(&TokensResponse { sync_tokens }))
    }

    /// The answer to `declaration-items`. The declarations that the device fetches next come from
    /// the same set, whatever is assigned meanwhile.
    pub(crate) async fn declaration_items(
        &self,
        enrollment: &RecognizedEnrollment,
    ) -> Result<Vec<u8>, StoreError> {
        let Some(set) = self.set_of(enrollment).await? else {
            return Ok(ddm::encode_declaration_items(&no_declarations()));
        };
        if enrollment.served_set.as_ref() != Some(&set.token) {
            self.store.note_manifest_served(enrollment.enrollment, set.token).await?;
            self.forget_declaration_problem(enrollment).await?;
        }
        Ok(set.manifest.into_bytes())
    }

    /// What the device said about its former set says nothing about the one it fetches now.
    async fn forget_declaration_problem(
        &self,
        enrollment: &RecognizedEnrollment,
    ) -> Result<(), StoreError> {
        let forget = vec![Fact::DeclarationProblem(None)];
        let now = self.fleet_clock.now();
        if self.store.record_facts(now, enrollment.device, forget).await?.changed {
            self.reconcile_now(enrollment.device, "declarative management").await;
        }
        Ok(())
    }

    /// One declaration of the set whose manifest the device has.
    pub(crate) async fn declaration(
        &self,
        enrollment: &RecognizedEnrollment,
        kind: DeclarationKind,
        identifier: &str,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let kind = stored_kind(kind);
        let found = self.store.declaration(enrollment.enrollment, kind, identifier).await?;
        Ok(found.map(|declaration| declaration.body.into_bytes()))
    }

    /// A device that asks before its first set was compiled gets it compiled now.
    async fn set_of(
        &self,
        enrollment: &RecognizedEnrollment,
    ) -> Result<Option<SetOfDevice>, StoreError> {
        if enrollment.assigned_set.is_none() {
            self.reconcile_now(enrollment.device, "declarative management").await;
        }
        self.store.declaration_set_for(enrollment.enrollment).await
    }

    /// Records what a status report tells, and decides anew if it changes anything.
    pub(crate) async fn record_status(
        &self,
        enrollment: &RecognizedEnrollment,
        report: &[u8],
    ) -> Result<(), RecordStatusError> {
        let report = ddm::decode_status_report(report)?;
        for item in &report.broken {
            tracing::info!(
                device.id = %enrollment.device,
                status.item = item.name,
                expected = item.expected,
                "a status item could not be read"
            );
        }
        let mut facts = facts::of_status(&report);
        facts.extend(self.declaration_fact(enrollment, &report).await?);
        if let Some(told) = &report.declarations {
            facts.push(self.declarations_told(enrollment.device, told).await?);
        }
        if facts.is_empty() {
            return Ok(());
        }
        let now = self.fleet_clock.now();
        let outcome = self.store.record_facts(now, enrollment.device, facts).await?;
        if outcome.is_other_full {
            tracing::warn!(device.id = %enrollment.device, "a device tells more than is kept");
        }
        if outcome.changed {
            self.reconcile_now(enrollment.device, "status report").await;
        }
        Ok(())
    }

    /// What the device says about its enforcement declaration. A report about a revision that the
    /// device was not given last changes nothing.
    async fn declaration_fact(
        &self,
        enrollment: &RecognizedEnrollment,
        report: &StatusReport,
    ) -> Result<Option<Fact>, StoreError> {
        let Some(served) = &enrollment.served_set else { return Ok(None) };
        let Some(statuses) = &report.declarations else { return Ok(None) };
        let current = self.store.declarations_of_set(served).await?;
        let enforcement = current.iter().find(|declaration| is_enforcement(declaration));
        let Some(enforcement) = enforcement else {
            return Ok(Some(Fact::DeclarationProblem(None)));
        };
        let status = statuses.reported.iter().find(|status| {
            status.identifier == enforcement.identifier
                && status.server_token.as_ref().map(ddm::ServerToken::as_str)
                    == Some(enforcement.server_token.as_str())
        });
        Ok(status.and_then(|status| match status.validity {
            Validity::Unknown => None,
            Validity::Valid => Some(Fact::DeclarationProblem(None)),
            Validity::Invalid => {
                let reason = status.reasons.first();
                let words = reason.map(|reason| {
                    reason.description.clone().unwrap_or_else(|| reason.code.clone())
                });
                let words = words.unwrap_or_else(|| "the device calls it invalid".into());
                Some(Fact::DeclarationProblem(Some(words)))
            }
        }))
    }
}

/// The manifest for a device that nothing was compiled for, because it has not told enough.
fn no_declarations() -> DeclarationItems {
    DeclarationItems {
        declarations: Declarations::default(),
        declarations_token: "none".parse().expect("the token is within its bounds"),
    }
}

fn is_enforcement(declaration: &Declaration) -> bool {
    ddm::decode_declaration(declaration.body.as_bytes()).is_ok_and(|declaration| {
        declaration.declaration_type == declaration_type::SOFTWARE_UPDATE_ENFORCEMENT
    })
}

/// The store's word for a kind of declaration.
pub(crate) fn stored_kind(kind: DeclarationKind) -> macadam_store::DeclarationKind {
    match kind {
        DeclarationKind::Activation => macadam_store::DeclarationKind::Activation,
        DeclarationKind::Asset => macadam_store::DeclarationKind::Asset,
        DeclarationKind::Configuration => macadam_store::DeclarationKind::Configuration,
        DeclarationKind::Management => macadam_store::DeclarationKind::Management,
    }
}
