//! The checker that any set must pass before a device may see it.

use std::collections::BTreeSet;

use macadam_protocol::ddm::{
    Activation, Declaration, DeclarationKind, Payload, decode_declaration, decode_declaration_items,
};
use thiserror::Error;

use crate::{CompiledDeclaration, DeclarationSet};

/// What is wrong with a set of declarations.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SetProblem {
    #[error("the manifest cannot be read")]
    ManifestUnreadable,
    #[error("the manifest carries another token than the set")]
    ManifestToken,
    #[error("the manifest lists other declarations than the set holds")]
    ManifestMembers,
    #[error("declaration {0} cannot be read")]
    Unreadable(String),
    #[error("declaration {0} says another identifier or server token than the manifest")]
    Labels(String),
    #[error("declaration {0} is listed under another kind than its type has")]
    Kind(String),
    #[error("identifier {0} occurs twice")]
    Twice(String),
    #[error("activation {activation} refers to {configuration}, which is not in the set")]
    Dangling { activation: String, configuration: String },
    #[error("configuration {0} is not activated")]
    NotActivated(String),
    #[error("the token does not follow the content")]
    Token,
}

/// Every reference resolves, every token follows its content, and the manifest lists the set.
pub fn check(set: &DeclarationSet) -> Vec<SetProblem> {
    let mut problems = check_manifest(set);
    let mut identifiers = BTreeSet::new();
    let mut decoded = Vec::new();
    for one in &set.declarations {
        let name = one.identifier.as_str();
        if !identifiers.insert(name) {
            problems.push(SetProblem::Twice(name.to_owned()));
        }
        match decode_declaration(&one.body) {
            Ok(declaration) => {
                check_labels(one, &declaration, &mut problems);
                decoded.push((one.kind, declaration));
            }
            Err(_) => problems.push(SetProblem::Unreadable(name.to_owned())),
        }
    }
    check_references(&decoded, &mut problems);
    if DeclarationSet::new(set.declarations.clone()).token != set.token {
        problems.push(SetProblem::Token);
    }
    problems
}

fn check_manifest(set: &DeclarationSet) -> Vec<SetProblem> {
    let Ok(manifest) = decode_declaration_items(&set.manifest) else {
        return vec![SetProblem::ManifestUnreadable];
    };
    let mut problems = Vec::new();
    if manifest.declarations_token != set.token {
        problems.push(SetProblem::ManifestToken);
    }
    let listed: BTreeSet<_> = DeclarationKind::ALL
        .into_iter()
        .flat_map(|kind| manifest.declarations.of_kind(kind).iter().map(move |item| (kind, item)))
        .map(|(kind, item)| (kind, item.identifier.as_str(), item.server_token.as_str()))
        .collect();
    let held: BTreeSet<_> = set
        .declarations
        .iter()
        .map(|one| (one.kind, one.identifier.as_str(), one.server_token.as_str()))
        .collect();
    if listed != held {
        problems.push(SetProblem::ManifestMembers);
    }
    problems
}

fn check_labels(
    one: &CompiledDeclaration,
    declaration: &Declaration,
    problems: &mut Vec<SetProblem>,
) {
    let name = one.identifier.as_str();
    if declaration.identifier != one.identifier || declaration.server_token != one.server_token {
        problems.push(SetProblem::Labels(name.to_owned()));
    }
    if DeclarationKind::of_type(&declaration.declaration_type) != Some(one.kind) {
        problems.push(SetProblem::Kind(name.to_owned()));
    }
}

fn check_references(
    declarations: &[(DeclarationKind, Declaration)],
    problems: &mut Vec<SetProblem>,
) {
    let of_kind = |kind: DeclarationKind| {
        declarations.iter().filter(move |(one, _)| *one == kind).map(|(_, declaration)| declaration)
    };
    let configurations: BTreeSet<&str> = of_kind(DeclarationKind::Configuration)
        .map(|declaration| declaration.identifier.as_str())
        .collect();
    let mut activated = BTreeSet::new();
    for declaration in of_kind(DeclarationKind::Activation) {
        let activation = declaration.identifier.as_str().to_owned();
        let is_simple = declaration.declaration_type == Activation::DECLARATION_TYPE;
        let payload = serde_json::from_value::<Activation>(declaration.payload.clone());
        let (true, Ok(payload)) = (is_simple, payload) else {
            problems.push(SetProblem::Unreadable(activation));
            continue;
        };
        for configuration in payload.standard_configurations {
            if configurations.contains(configuration.as_str()) {
                activated.insert(configuration);
            } else {
                let activation = activation.clone();
                problems.push(SetProblem::Dangling { activation, configuration });
            }
        }
    }
    for name in configurations.iter().filter(|name| !activated.contains(**name)) {
        problems.push(SetProblem::NotActivated((*name).to_owned()));
    }
}
