//! Tests.

use proptest::prelude::*;
use serde_json::Value;

use super::*;

#[test]
fn sixteen_thousand_nested_arrays_are_too_deep() {
    assert_eq!(code("[".repeat(16_000).as_bytes()), "json_too_deep");
    assert_eq!(code("{\"a\":".repeat(16_000).as_bytes()), "json_too_deep");
}

#[test]
fn a_hundred_thousand_values_are_too_many() {
    assert_eq!(code(format!("[{}1]", "1,".repeat(100_000)).as_bytes()), "json_too_many_values");
    assert_eq!(code("[]".repeat(100_000).as_bytes()), "json_too_many_values");
}

#[test]
fn brackets_and_commas_in_strings_do_not_count() {
    let text = format!("[\"{}\\\"{}\\\\\"]", "[{".repeat(1000), ",".repeat(60_000));
    assert!(decode::<Value>(text.as_bytes(), &Limits::MESSAGE).is_ok());
}

#[test]
fn escaped_nul_is_refused_and_escaped_backslashes_are_not() {
    assert_eq!(code(br#"{"a":"b\u0000"}"#), "json_forbidden_character");
    assert_eq!(code(br#"{"a\u0000":1}"#), "json_forbidden_character");
    assert_eq!(code(b"[\"\0\"]"), "json_malformed");
    let fine = decode::<Vec<String>>(br#"["\\u0000"]"#, &Limits::MESSAGE).unwrap();
    assert_eq!(fine, ["\\u0000"]);
}

#[test]
fn what_is_no_json_is_malformed() {
    for text in ["", "{", "[1,]", "nul", "\"a", "\"\\", "{\"a\" 1}", "1e999", "[1]]", "\u{feff}[]"]
    {
        assert_eq!(code(text.as_bytes()), "json_malformed", "{text}");
    }
}

proptest! {
    #[test]
    fn no_octets_make_the_decoder_panic(octets in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = decode::<Value>(&octets, &Limits::MESSAGE);
    }

    #[test]
    fn counts_are_those_of_the_parsed_value(
        parts in proptest::collection::vec(
            proptest::sample::select(PARTS),
            0..30,
        ),
    ) {
        let text = parts.concat();
        if let Ok(value) = serde_json::from_str::<Value>(&text) {
            let (depth, nodes) = size(&value);
            let exact = Limits { octets: text.len(), depth, nodes };
            // A closing bracket ends no value, so the scan may count a few more than there are.
            let generous = Limits { nodes: 2 * nodes + 1, ..exact };
            prop_assert!(decode::<Value>(text.as_bytes(), &generous).is_ok());
            if depth > 0 {
                let shallow = Limits { depth: depth - 1, ..generous };
                prop_assert!(decode::<Value>(text.as_bytes(), &shallow).is_err());
            }
            let few = Limits { nodes: nodes.saturating_sub(1), ..exact };
            prop_assert!(decode::<Value>(text.as_bytes(), &few).is_err());
        }
    }
}

const PARTS: &[&str] = &["[", "]", "{", "}", ",", ":", "1", "\"a\"", "\"\\\"[\""];

fn code(octets: &[u8]) -> &'static str {
    decode::<Value>(octets, &Limits::MESSAGE).unwrap_err().code()
}

/// The depth of a value, and how many values and keys it has.
fn size(value: &Value) -> (usize, usize) {
    let inner: Vec<(usize, usize)> = match value {
        Value::Array(values) => values.iter().map(size).collect(),
        Value::Object(entries) => {
            entries.values().map(size).map(|(depth, nodes)| (depth, nodes + 1)).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return (0, 1),
    };
    let depth = inner.iter().map(|(depth, _)| depth + 1).max().unwrap_or(1);
    (depth, 1 + inner.iter().map(|(_, nodes)| nodes).sum::<usize>())
}
