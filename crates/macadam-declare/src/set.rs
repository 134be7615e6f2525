//! A complete, immutable set of declarations, addressed by its content.

use aws_lc_rs::digest::{Context, SHA256};
use macadam_protocol::ddm::{
    Declaration, DeclarationId, DeclarationItem, DeclarationItems, DeclarationKind, Declarations,
    DeclarationsToken, Payload, ServerToken, encode_declaration, encode_declaration_items,
};
use serde_json::json;

/// One declaration of a set, with the bytes that a device receives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompiledDeclaration {
    pub kind: DeclarationKind,
    pub identifier: DeclarationId,
    /// A hash of type, identifier and payload.
    pub server_token: ServerToken,
    /// The answer to `declaration/<kind>/<identifier>`.
    pub body: Vec<u8>,
}

/// Everything one device is told; manifest and declarations come from one compilation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeclarationSet {
    /// A hash of all identifiers and server tokens.
    pub token: DeclarationsToken,
    /// The answer to `declaration-items`.
    pub manifest: Vec<u8>,
    /// Ordered by kind and identifier.
    pub declarations: Vec<CompiledDeclaration>,
}

impl CompiledDeclaration {
    /// Compiles one declaration; the same content gives the same bytes.
    pub(crate) fn new<P: Payload>(kind: DeclarationKind, identifier: String, payload: &P) -> Self {
        let identifier: DeclarationId =
            identifier.parse().expect("identifiers are a short prefix and an id");
        let payload = payload.to_value();
        let content = json!([P::DECLARATION_TYPE, identifier.as_str(), payload]).to_string();
        let server_token: ServerToken =
            hash([content.as_bytes()]).parse().expect("a hash is 64 characters");
        let declaration = Declaration {
            declaration_type: P::DECLARATION_TYPE.to_owned(),
            identifier: identifier.clone(),
            server_token: server_token.clone(),
            payload,
        };
        Self { kind, identifier, server_token, body: encode_declaration(&declaration) }
    }
}

impl DeclarationSet {
    /// Completes a set: order, manifest and token follow from the declarations alone.
    pub(crate) fn new(mut declarations: Vec<CompiledDeclaration>) -> Self {
        declarations.sort_by(|a, b| (a.kind, &a.identifier).cmp(&(b.kind, &b.identifier)));
        let parts = declarations
            .iter()
            .flat_map(|one| [one.identifier.as_str(), one.server_token.as_str()])
            .map(str::as_bytes);
        let token: DeclarationsToken = hash(parts).parse().expect("a hash is 64 characters");
        let mut lists = Declarations::default();
        for one in &declarations {
            lists.of_kind_mut(one.kind).push(DeclarationItem {
                identifier: one.identifier.clone(),
                server_token: one.server_token.clone(),
            });
        }
        let items = DeclarationItems { declarations: lists, declarations_token: token.clone() };
        Self { token, manifest: encode_declaration_items(&items), declarations }
    }
}

/// SHA-256 of the parts, each closed by a byte that no part contains, in hexadecimal.
fn hash<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(part);
        context.update(&[0]);
    }
    context.finish().as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
