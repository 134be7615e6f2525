//! What devices report over the status channel.

use macadam_protocol::ddm::{
    self, DecodeStatusReportError, StatusReport, Validity, declaration_type,
};
use macadam_store::{Declaration, Fact, RecognizedEnrollment, StoreError};
use thiserror::Error;

use super::App;
use super::facts::{self, Known};

/// A status report was not recorded.
#[derive(Debug, Error)]
pub(crate) enum RecordStatusError {
    #[error(transparent)]
    Decode(#[from] DecodeStatusReportError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl App {
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
        let known = self.store.facts_of(enrollment.device).await?.unwrap_or_default();
        let known = Known::read(&known.other);
        let mut facts = facts::of_status(&report, &known);
        facts.extend(self.declaration_fact(enrollment, &report).await?);
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
        let none = Fact::DeclarationProblem(None);
        let Some(statuses) = &report.declarations else {
            return Ok(report.is_full.then_some(none));
        };
        let current = self.store.declarations_of_set(served).await?;
        let enforcement = current.iter().find(|declaration| is_enforcement(declaration));
        let Some(enforcement) = enforcement else {
            return Ok(Some(none));
        };
        let status = statuses.reported.iter().find(|status| {
            status.identifier == enforcement.identifier
                && status.server_token.as_ref().map(ddm::ServerToken::as_str)
                    == Some(enforcement.server_token.as_str())
        });
        let Some(status) = status else { return Ok(report.is_full.then_some(none)) };
        Ok(match status.validity {
            Validity::Unknown => None,
            Validity::Valid => Some(none),
            Validity::Invalid => {
                let reason = status.reasons.first();
                let words = reason.map(|reason| {
                    reason.description.clone().unwrap_or_else(|| reason.code.clone())
                });
                let words = words.unwrap_or_else(|| "the device calls it invalid".into());
                Some(Fact::DeclarationProblem(Some(words)))
            }
        })
    }
}

fn is_enforcement(declaration: &Declaration) -> bool {
    ddm::decode_declaration(declaration.body.as_bytes()).is_ok_and(|declaration| {
        declaration.declaration_type == declaration_type::SOFTWARE_UPDATE_ENFORCEMENT
    })
}
