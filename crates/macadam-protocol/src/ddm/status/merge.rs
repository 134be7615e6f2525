//! How a reported item changes what earlier reports told.

use std::collections::BTreeMap;

use serde_json::Value;

/// The most objects of one item that are kept, however many reports add to it.
const MERGED_LIMIT: usize = 10_000;

/// Combines what is stored of one item with what a partial report says about it.
///
/// Lists of objects with an `identifier` are incremental: an object replaces the one of the same
/// identifier, `_removed` deletes it, and the result is sorted. Everything else is replaced.
pub fn merge_status_item(stored: Option<&Value>, reported: &Value) -> Value {
    let Value::Array(reported_items) = reported else {
        return reported.clone();
    };
    if !reported_items.iter().all(|item| identifier(item).is_some()) {
        return reported.clone();
    }
    let stored: &[Value] = match stored {
        Some(Value::Array(items)) => items,
        Some(_) | None => &[],
    };
    let mut items: BTreeMap<&str, &Value> =
        stored.iter().filter_map(|item| Some((identifier(item)?, item))).collect();
    for item in reported_items {
        let Some(identifier) = identifier(item) else {
            continue;
        };
        if is_removed(item) {
            items.remove(identifier);
        } else if items.len() < MERGED_LIMIT || items.contains_key(identifier) {
            items.insert(identifier, item);
        }
    }
    Value::Array(items.into_values().cloned().collect())
}

pub(super) fn identifier(item: &Value) -> Option<&str> {
    item.get("identifier")?.as_str()
}

pub(super) fn is_removed(item: &Value) -> bool {
    item.get("_removed").and_then(Value::as_bool).unwrap_or(false)
}
