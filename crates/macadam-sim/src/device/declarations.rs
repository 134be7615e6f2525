//! The declarative-management engine: fetching a set of declarations, judging and applying it.
//!
//! It reads the server's JSON by itself instead of through the product's own types, so that both
//! sides cannot misread it in the same way.

mod judge;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(super) use judge::Verdict;
use judge::{Reason, refusal};

use super::session::Errand;
use super::{Device, World};
use crate::event::What;

/// More declarations than this are not fetched.
const DECLARATION_LIMIT: usize = 1_000;

/// The kinds of declarations, as they stand in paths and status reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    Activation,
    Asset,
    Configuration,
    Management,
}

/// What the device holds, and what it is fetching.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Declarations {
    token: Option<String>,
    held: BTreeMap<String, Held>,
    incoming: Option<Incoming>,
}

/// One applied declaration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Held {
    pub(super) kind: Kind,
    declaration: Declaration,
    /// Why it was refused when it arrived; it stays so until the server sends another revision.
    refusal: Option<Reason>,
    pub(super) verdict: Verdict,
}

/// A declaration as the server sends it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Declaration {
    #[serde(rename = "Type")]
    declaration_type: String,
    identifier: String,
    server_token: String,
    payload: Value,
}

/// A set that is being fetched.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Incoming {
    token: String,
    listed: BTreeMap<String, Kind>,
    missing: BTreeSet<String>,
    fetched: Vec<Declaration>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct TokensAnswer {
    sync_tokens: SyncTokens,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SyncTokens {
    declarations_token: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Manifest {
    declarations: ManifestLists,
    declarations_token: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ManifestLists {
    activations: Vec<ManifestItem>,
    assets: Vec<ManifestItem>,
    configurations: Vec<ManifestItem>,
    management: Vec<ManifestItem>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ManifestItem {
    identifier: String,
    server_token: String,
}

impl Kind {
    fn path(self) -> &'static str {
        match self {
            Self::Activation => "activation",
            Self::Asset => "asset",
            Self::Configuration => "configuration",
            Self::Management => "management",
        }
    }

    /// The name of its list in a status report.
    pub(super) fn list(self) -> &'static str {
        match self {
            Self::Activation => "activations",
            Self::Asset => "assets",
            Self::Configuration => "configurations",
            Self::Management => "management",
        }
    }
}

impl Held {
    pub(super) fn server_token(&self) -> &str {
        &self.declaration.server_token
    }
}

impl Declarations {
    /// Whether the device ever applied a set, so that it reports its status.
    pub(super) fn is_enabled(&self) -> bool {
        self.token.is_some()
    }

    pub(super) fn held(&self) -> impl Iterator<Item = (&str, &Held)> {
        self.held.iter().map(|(identifier, held)| (identifier.as_str(), held))
    }

    /// The payloads of the active declarations of a type, with their identifiers and tokens.
    pub(super) fn active<'a>(
        &'a self,
        declaration_type: &'a str,
    ) -> impl Iterator<Item = (&'a str, &'a str, &'a Value)> {
        let is_active = move |held: &&Held| {
            held.declaration.declaration_type == declaration_type && held.verdict.active
        };
        self.held.values().filter(is_active).map(|held| {
            let declaration = &held.declaration;
            (&*declaration.identifier, &*declaration.server_token, &declaration.payload)
        })
    }

    /// A value of `com.apple.management.properties`.
    fn property(&self, name: &str) -> Option<Value> {
        let properties =
            |held: &&Held| held.declaration.declaration_type == "com.apple.management.properties";
        let mut payloads = self.held.values().filter(properties).map(|h| &h.declaration.payload);
        payloads.find_map(|payload| payload.get(name)).cloned()
    }
}

impl Device {
    /// The token of the declarations that are applied.
    #[must_use]
    pub fn declarations_token(&self) -> Option<&str> {
        self.declarations.token.as_deref()
    }

    /// Begins to synchronize, as a DeclarativeManagement command asks for.
    ///
    /// The command may carry the answer that the tokens endpoint would give.
    pub(super) fn begin_sync(&mut self, tokens: Option<&[u8]>) {
        match tokens {
            Some(tokens) => self.take_tokens(tokens),
            None => self.queue(Errand::Tokens),
        }
    }

    pub(super) fn take_tokens(&mut self, body: &[u8]) {
        let Some(answer) = self.read::<TokensAnswer>("tokens", body) else { return };
        if self.declarations.token.as_ref() != Some(&answer.sync_tokens.declarations_token) {
            self.queue(Errand::Manifest);
        }
    }

    pub(super) fn take_manifest(&mut self, body: &[u8], world: World<'_>) {
        let Some(manifest) = self.read::<Manifest>("manifest", body) else { return };
        let lists = manifest.declarations;
        let mut incoming = Incoming {
            token: manifest.declarations_token,
            listed: BTreeMap::new(),
            missing: BTreeSet::new(),
            fetched: Vec::new(),
        };
        for (kind, items) in [
            (Kind::Asset, lists.assets),
            (Kind::Configuration, lists.configurations),
            (Kind::Activation, lists.activations),
            (Kind::Management, lists.management),
        ] {
            for item in items.into_iter().take(DECLARATION_LIMIT) {
                let held = self.declarations.held.get(&item.identifier);
                if held.is_none_or(|held| held.server_token() != item.server_token) {
                    incoming.missing.insert(item.identifier.clone());
                    let identifier = item.identifier.clone();
                    self.queue(Errand::Declaration { kind: kind.path().to_owned(), identifier });
                }
                incoming.listed.insert(item.identifier, kind);
            }
        }
        self.declarations.incoming = Some(incoming);
        self.finish_sync_if_complete(world);
    }

    pub(super) fn take_declaration(&mut self, body: &[u8], world: World<'_>) {
        if let Some(declaration) = self.read::<Declaration>("declaration", body)
            && let Some(incoming) = &mut self.declarations.incoming
            && incoming.missing.remove(&declaration.identifier)
        {
            incoming.fetched.push(declaration);
        }
        self.finish_sync_if_complete(world);
    }

    /// Applies the set once nothing of it is still to be fetched, all at once.
    pub(super) fn finish_sync_if_complete(&mut self, world: World<'_>) {
        if self.is_fetching_declarations() {
            return;
        }
        let Some(incoming) = self.declarations.incoming.take() else { return };
        let Incoming { token, mut listed, missing, fetched } = incoming;
        for identifier in missing {
            // The server does not have it any more, or answered with another one.
            listed.remove(&identifier);
        }
        for declaration in fetched {
            let Some(kind) = listed.get(&declaration.identifier).copied() else { continue };
            let refusal = refusal(self, &declaration.declaration_type, &declaration.payload);
            let identifier = declaration.identifier.clone();
            let held = Held { kind, declaration, refusal, verdict: Verdict::default() };
            self.declarations.held.insert(identifier, held);
        }
        self.declarations.held.retain(|identifier, _| listed.contains_key(identifier));
        self.declarations.token = Some(token.clone());
        self.log(What::DeclarationsApplied { token });
        self.put_declarations_into_effect(world);
    }

    /// Judges every declaration anew and acts on what is active.
    pub(super) fn put_declarations_into_effect(&mut self, world: World<'_>) {
        if !self.declarations.is_enabled() {
            return;
        }
        let verdicts = judge::judge(self);
        for (held, verdict) in self.declarations.held.values_mut().zip(verdicts) {
            held.verdict = verdict;
        }
        self.subscribe();
        self.adopt_update_declarations(world);
        self.queue_status_report();
    }

    pub(super) fn forget_declarations(&mut self) {
        self.declarations = Declarations::default();
        self.status.forget();
        self.forget_update_declarations();
    }

    fn read<T: serde::de::DeserializeOwned>(&mut self, what: &str, body: &[u8]) -> Option<T> {
        let read = serde_json::from_slice(body);
        read.map_err(|error| {
            self.log(What::BadAnswer { problem: format!("{what} cannot be read: {error}") });
        })
        .ok()
    }
}
