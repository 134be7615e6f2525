//! Declarative management: a device asks for its set.
//!
//! Tokens, manifest and declarations come from one stored set. Nothing is decided here, so nothing
//! that cannot be decided can break a device's channel.

use jiff::Timestamp;
use macadam_protocol::ddm::{
    self, DeclarationItems, DeclarationKind, Declarations, SyncTokens, TokensResponse,
};
use macadam_store::{Fact, RecognizedEnrollment, SetOfDevice, StoreError};

use super::App;

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
}

/// The manifest for a device that nothing was compiled for, because it has not told enough.
fn no_declarations() -> DeclarationItems {
    DeclarationItems {
        declarations: Declarations::default(),
        declarations_token: "none".parse().expect("the token is within its bounds"),
    }
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
