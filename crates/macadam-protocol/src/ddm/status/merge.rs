//! How a reported item changes what earlier reports told.

use serde_json::Value;

/// Combines what is stored of one item with what a partial report says about it.
///
/// Lists of objects with an `identifier` are incremental: an object replaces the one of the same
/// identifier, `_removed` deletes it. Everything else is replaced.
pub fn merge_status_item(stored: Option<&Value>, reported: &Value) -> Value {
    let Value::Array(reported_items) = reported else {
        return reported.clone();
    };
    if !reported_items.iter().all(|item| identifier(item).is_some()) {
        return reported.clone();
    }
    let mut items: Vec<Value> = match stored {
        Some(Value::Array(items)) => items.clone(),
        Some(_) | None => Vec::new(),
    };
    for reported in reported_items {
        let position = items.iter().position(|item| identifier(item) == identifier(reported));
        match (position, is_removed(reported)) {
            (Some(position), true) => {
                items.remove(position);
            }
            (Some(position), false) => {
                if let Some(item) = items.get_mut(position) {
                    *item = reported.clone();
                }
            }
            (None, false) => items.push(reported.clone()),
            (None, true) => {}
        }
    }
    Value::Array(items)
}

pub(super) fn identifier(item: &Value) -> Option<&str> {
    item.get("identifier")?.as_str()
}

pub(super) fn is_removed(item: &Value) -> bool {
    item.get("_removed").and_then(Value::as_bool).unwrap_or(false)
}
