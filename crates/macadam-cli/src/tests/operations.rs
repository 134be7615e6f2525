//! Whatever the API can do, a command can do.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// Method and path, with `{}` for each parameter.
type Operation = (String, String);

/// What only a browser can do, because only a browser reaches what holds passkeys. The commands
/// beside these list, rename and remove passkeys.
const OF_BROWSERS: [(&str, &str); 4] = [
    ("POST", "/api/v1/account/passkey-challenges"),
    ("POST", "/api/v1/account/passkeys"),
    ("POST", "/api/v1/session/passkey-challenges"),
    ("POST", "/api/v1/session/passkey"),
];

/// Every file of Rust below a directory.
fn sources(directory: &Path) -> Vec<String> {
    let mut texts = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path: PathBuf = entry.unwrap().path();
        if path.is_dir() {
            texts.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            texts.push(std::fs::read_to_string(&path).unwrap());
        }
    }
    texts
}

/// A path whose parameters have no names.
fn nameless(path: &str) -> String {
    let parts = path.split('/').map(|part| if part.contains('{') { "{}" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

/// The operations that the committed document has.
fn operations() -> Vec<Operation> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    let document = std::fs::read_to_string(path).unwrap();
    let document: Value = serde_json::from_str(&document).unwrap();
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            operations.push((method.to_uppercase(), nameless(path)));
        }
    }
    operations
}

/// The client's method for each operation, by what its source asks for.
fn methods() -> BTreeMap<Operation, String> {
    let client = Path::new(env!("CARGO_MANIFEST_DIR")).join("../macadam-api/src/client");
    let mut methods = BTreeMap::new();
    for source in sources(&client) {
        for function in source.split("\n    pub ").skip(1) {
            let function = function.trim_start_matches("async ");
            let Some(rest) = function.strip_prefix("fn ") else { continue };
            let name = rest.split(['(', '<']).next().unwrap().to_owned();
            let Some((_, path)) = rest.split_once("\"/api/v1/") else { continue };
            let path = nameless(&format!("/api/v1/{}", path.split('"').next().unwrap()));
            let method = rest.split_once("Method::").map_or("GET", |(_, method)| {
                method.split(|char: char| !char.is_ascii_uppercase()).next().unwrap()
            });
            methods.insert((method.to_owned(), path), name);
        }
    }
    methods
}

#[test]
fn every_operation_of_the_api_has_a_command() {
    let methods = methods();
    let commands = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/commands");
    let commands = sources(&commands).join("\n");
    let operations = operations();
    assert!(operations.len() > 80, "{}", operations.len());
    let mut missing = Vec::new();
    for (method, path) in OF_BROWSERS {
        let operation = (method.to_owned(), path.to_owned());
        assert!(operations.contains(&operation), "{path} is no operation any more");
    }
    let is_for_browsers =
        |(method, path): &Operation| OF_BROWSERS.contains(&(method.as_str(), path.as_str()));
    for operation in operations.into_iter().filter(|operation| !is_for_browsers(operation)) {
        let is_served = methods.get(&operation).is_some_and(|method| {
            // Rows of a list are asked for with what is put together in the line before.
            commands.contains(&format!(".{method}(")) || commands.contains(&format!("::{method}("))
        });
        if !is_served {
            missing.push(operation);
        }
    }
    assert_eq!(missing, [], "operations without a command");
}
