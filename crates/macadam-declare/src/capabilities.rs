//! What a device advertised: nothing else is ever sent to it.

use std::collections::BTreeSet;

use macadam_protocol::ddm::ClientCapabilities;

/// The declaration types and status items that a class of devices supports.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Capabilities {
    declaration_types: BTreeSet<String>,
    status_items: BTreeSet<String>,
}

impl Capabilities {
    /// Whether a declaration of this type may be sent.
    pub fn has_declaration(&self, declaration_type: &str) -> bool {
        self.declaration_types.contains(declaration_type)
    }

    /// The status items that may be subscribed to.
    pub fn status_items(&self) -> impl Iterator<Item = &str> {
        self.status_items.iter().map(String::as_str)
    }
}

impl From<&ClientCapabilities> for Capabilities {
    fn from(reported: &ClientCapabilities) -> Self {
        let payloads = &reported.supported_payloads;
        let declarations = &payloads.declarations;
        let declaration_types = [
            &declarations.activations,
            &declarations.assets,
            &declarations.configurations,
            &declarations.management,
        ];
        Self {
            declaration_types: declaration_types.into_iter().flatten().cloned().collect(),
            status_items: payloads.status_items.clone(),
        }
    }
}
