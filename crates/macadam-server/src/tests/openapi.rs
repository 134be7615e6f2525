//! The OpenAPI document: as committed, and whole-truth about who may call what.

use std::path::Path;

use macadam_api::people::Role;
use reqwest::Method;
use serde_json::{Value, json};

use super::admin::token;
use super::world::World;
use crate::admin_api;

/// Operations for somebody who is not signed in.
const PUBLIC: [&str; 5] = [
    "post /api/v1/session",
    "post /api/v1/session/passkey",
    "post /api/v1/session/passkey-challenges",
    "get /api/v1/setup",
    "post /api/v1/setup",
];
/// Operations with a body that change nothing, or only what is the caller's own.
const HARMLESS: [&str; 16] = [
    "post /api/v1/backtests",
    "post /api/v1/account/totp",
    "put /api/v1/account/totp",
    "post /api/v1/account/totp/removal",
    "post /api/v1/account/recovery-codes",
    "put /api/v1/account/password",
    "post /api/v1/account/passkey-challenges",
    "post /api/v1/account/passkeys",
    "put /api/v1/account/passkeys/{id}",
    "post /api/v1/account/passkeys/{id}/removal",
    "delete /api/v1/account/sessions/{id}",
    "post /api/v1/previews",
    "delete /api/v1/session",
    "post /api/v1/views",
    "put /api/v1/views/{id}",
    "delete /api/v1/views/{id}",
];

/// Every operation of the document, with something in place of its parameters.
fn operations() -> Vec<(String, Method, String)> {
    let document = serde_json::to_value(admin_api::document()).unwrap();
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            let concrete = path
                .replace("{id}", "01980000-0000-7000-8000-000000000001")
                .replace("{note_id}", "01980000-0000-7000-8000-000000000002")
                .replace("{name}", "gdmf");
            assert!(!concrete.contains('{'), "{path} has a parameter this test does not know");
            let verb = method.to_uppercase().parse().unwrap();
            operations.push((format!("{method} {path}"), verb, concrete));
        }
    }
    assert!(operations.len() > 50, "{}", operations.len());
    operations
}

/// Asks with a body and revision, so that nothing but the permission is missing.
async fn status(world: &World, (method, path): (Method, &str), token: Option<&str>) -> u16 {
    let mut request = world.http.request(method, world.url(path)).json(&json!({}));
    request = request.header("if-match", "\"1\"");
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    request.send().await.unwrap().status().as_u16()
}

#[test]
fn openapi_document_is_the_committed_one() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    let now = admin_api::document().to_pretty_json().unwrap() + "\n";
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        std::fs::write(&path, &now).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == now, "run UPDATE_OPENAPI=1 cargo test -p macadam-server openapi");
}

#[test]
fn every_operation_has_a_name_of_its_own_and_a_summary() {
    let document = serde_json::to_value(admin_api::document()).unwrap();
    let mut names = std::collections::BTreeSet::new();
    for item in document["paths"].as_object().unwrap().values() {
        for operation in item.as_object().unwrap().values() {
            let name = operation["operationId"].as_str().unwrap();
            assert!(names.insert(name.to_owned()), "{name} is there twice");
            assert!(operation["summary"].is_string(), "{name}");
        }
    }
    assert_eq!(document["openapi"], "3.1.0");
}

#[test]
fn every_reference_of_the_document_resolves() {
    let text = admin_api::document().to_pretty_json().unwrap();
    let document: Value = serde_json::from_str(&text).unwrap();
    let named = text.split("\"#").skip(1).map(|rest| rest.split('"').next().unwrap());
    let lost: Vec<&str> = named.filter(|name| document.pointer(name).is_none()).collect();
    assert!(lost.is_empty(), "{lost:?}");
}

#[tokio::test]
async fn document_is_served_as_it_is_committed() {
    let world = World::new().await;
    let url = world.url("/api/v1/openapi.json");
    let served: Value = world.http.get(url).send().await.unwrap().json().await.unwrap();
    assert_eq!(served, serde_json::to_value(admin_api::document()).unwrap());
}

#[tokio::test]
async fn every_operation_but_the_public_ones_needs_somebody() {
    let world = World::new().await;
    for (name, method, path) in operations() {
        let status = status(&world, (method, &path), None).await;
        assert_eq!(status != 401, PUBLIC.contains(&name.as_str()), "{name}: {status}");
    }
}

#[tokio::test]
async fn auditor_changes_nothing() {
    let world = World::new().await;
    let auditor = token(&world, Role::Auditor).await;
    for (name, method, path) in operations() {
        let is_change = !matches!(method, Method::GET) && !PUBLIC.contains(&name.as_str());
        if is_change && !HARMLESS.contains(&name.as_str()) {
            assert_eq!(status(&world, (method, &path), Some(&auditor)).await, 403, "{name}");
        }
    }
}

#[tokio::test]
async fn every_list_is_there_for_who_may_read() {
    let world = World::new().await;
    let owner = token(&world, Role::Owner).await;
    for (name, method, path) in operations() {
        if method == Method::GET {
            let status = status(&world, (method, &path), Some(&owner)).await;
            let is_one = name.contains('{') || name.contains("push-certificate");
            // A machine has no account.
            let is_personal = name.starts_with("get /api/v1/account");
            let expected = if is_personal {
                403
            } else if is_one {
                404
            } else {
                200
            };
            assert_eq!(status, expected, "{name}");
        }
    }
}
