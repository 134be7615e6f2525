//! Tests. The `plist` crate's own reader and writers serve as an independent second opinion.

mod hostile;

use std::io::Cursor;

use plist::{Dictionary, Value};
use proptest::prelude::*;

use self::hostile::binary;
use super::*;

// What must be understood.

#[test]
fn xml_as_apple_writes_it_is_read() {
    let value =
        xml("<dict>\n\t<key>Name</key>\n\t<string>Anna &amp; Ben&#x2019;s &lt;Mac&gt;</string>\n\
         \t<key>Count</key>\n\t<integer>-3</integer>\n\t<key>Ratio</key>\n\t<real>0.5</real>\n\
         \t<key>When</key>\n\t<date>2026-08-17T09:30:00Z</date>\n\t<key>On</key>\n\t<true/>\n\
         \t<key>Token</key>\n\t<data>\n\tAAEC\n\tAw==\n\t</data>\n\
         \t<key>List</key>\n\t<array>\n\t\t<false/>\n\t\t<dict/>\n\
         \t\t<string></string>\n\t</array>\n\
         </dict>");
    let value = value.unwrap();
    let dictionary = value.as_dictionary().unwrap();
    assert_eq!(dictionary["Name"].as_string(), Some("Anna & Ben’s <Mac>"));
    assert_eq!(dictionary["Count"].as_signed_integer(), Some(-3));
    assert_eq!(dictionary["Ratio"].as_real(), Some(0.5));
    let date = dictionary["When"].as_date().unwrap();
    assert_eq!(date.to_xml_format(), "2026-08-17T09:30:00Z");
    assert_eq!(dictionary["On"].as_boolean(), Some(true));
    assert_eq!(dictionary["Token"].as_data(), Some(&[0, 1, 2, 3][..]));
    let list = dictionary["List"].as_array().unwrap();
    assert_eq!(list[1], Value::Dictionary(Dictionary::new()));
    assert_eq!(list[2].as_string(), Some(""));
}

#[test]
fn byte_order_mark_and_comments_between_elements_are_skipped() {
    let text = format!(
        "\u{feff}{HEAD}<plist version='1.0'><!-- a --><array><!-- b --></array></plist>\n<!-- c -->"
    );
    assert_eq!(value(text.as_bytes()).unwrap(), Value::Array(Vec::new()));
}

#[test]
fn binary_as_python_writes_it_is_read() {
    // Made by plistlib.dumps(…, fmt=FMT_BINARY) of these values.
    let octets = include_bytes!("../../testdata/property_list/python.bplist");
    let value = value(octets).unwrap();
    let dictionary = value.as_dictionary().unwrap();
    assert_eq!(dictionary["UDID"].as_string(), Some("ü"));
    assert_eq!(dictionary["Big"].as_unsigned_integer(), Some(1 << 63));
    assert_eq!(dictionary["Neg"].as_signed_integer(), Some(-1));
    assert_eq!(dictionary["D"].as_data(), Some(&[1, 2][..]));
    let date = dictionary["When"].as_date().unwrap();
    assert_eq!(date.to_xml_format(), "2026-08-17T09:30:00Z");
}

// What must be refused, by name.

#[test]
fn sixteen_thousand_nested_arrays_are_too_deep() {
    let body = format!("{}{}", "<array>".repeat(16_000), "</array>".repeat(16_000));
    assert_eq!(code(xml(&body)), "property_list_too_deep");
}

#[test]
fn sixteen_thousand_unclosed_dictionaries_are_too_deep() {
    let body = "<dict><key>k</key>".repeat(16_000);
    assert_eq!(code(xml(&body)), "property_list_too_deep");
}

#[test]
fn forty_thousand_nested_binary_arrays_are_too_deep() {
    assert_eq!(code(value(&hostile::nested_binary_arrays())), "property_list_too_deep");
}

#[test]
fn billion_laughs_in_138_octets_has_too_many_values() {
    let octets = hostile::billion_laughs();
    assert!(octets.len() <= 142, "{}", octets.len());
    assert_eq!(code(value(&octets)), "property_list_too_many_values");
}

#[test]
fn long_string_that_is_referred_to_often_has_too_much_text() {
    assert_eq!(code(value(&hostile::repeated_string())), "property_list_too_much_text");
}

#[test]
fn long_key_that_is_referred_to_often_has_too_much_text() {
    assert_eq!(code(value(&hostile::repeated_key())), "property_list_too_much_text");
}

#[test]
fn binary_array_that_contains_itself_is_a_cycle() {
    assert_eq!(code(value(&hostile::cycle())), "property_list_cycle");
    let two = [vec![0xa1, 1], vec![0xd1, 2, 0], b"\x51k".to_vec()];
    assert_eq!(code(value(&binary(&two, 1))), "property_list_cycle");
}

#[test]
fn object_that_two_collections_share_is_no_cycle() {
    let objects = [vec![0xa2, 1, 1], vec![0xa1, 2], vec![0x09]];
    let inner = Value::Array(vec![Value::Boolean(true)]);
    assert_eq!(value(&binary(&objects, 1)).unwrap(), Value::Array(vec![inner.clone(), inner]));
}

#[test]
fn binary_trailers_that_lie_are_malformed() {
    let good = binary(&[vec![0x09]], 1);
    let trailer = good.len() - 32;
    let lies: [(usize, &[u8]); 8] = [
        (6, &[0]),
        (6, &[9]),
        (7, &[0]),
        (8, &u64::MAX.to_be_bytes()),
        (16, &7_u64.to_be_bytes()),
        (24, &0_u64.to_be_bytes()),
        (24, &u64::MAX.to_be_bytes()),
        (24, &(trailer as u64).to_be_bytes()),
    ];
    for (at, lie) in lies {
        let mut octets = good.clone();
        octets[trailer + at..trailer + at + lie.len()].copy_from_slice(lie);
        let code = code(value(&octets));
        let is_refused =
            ["property_list_malformed", "property_list_too_many_values"].contains(&code);
        assert!(is_refused, "{at} {lie:?}: {code}");
    }
}

#[test]
fn binary_objects_that_lie_are_malformed() {
    let lies: [&[u8]; 15] = [
        b"\x00",                                     // null
        b"\x0f",                                     // fill
        b"\x15",                                     // an integer of 32 octets
        b"\x13\x00",                                 // an integer cut short
        b"\x22\x7f\x80\x00\x00",                     // infinity
        b"\x33\x7f\xf0\0\0\0\0\0\0",                 // a date at infinity
        b"\x33\x43\x70\0\0\0\0\0\0",                 // a date beyond the year 9999
        b"\x4f\x13\xff\xff\xff\xff\xff\xff\xff\xff", // data of 2^64 octets
        b"\x51\xc3",                                 // ASCII that is none
        b"\x61\xd8\x00",                             // half a surrogate pair
        b"\xa2\x00",                                 // an array cut short
        b"\xaf\x13\x40\0\0\0\0\0\0\0",               // an array of 2^62 references
        b"\x80\x01",     // a reference of an archiver, which XML cannot hold
        b"\xc0",         // a set
        b"\xd1\x00\x00", // a dictionary that is its own key
    ];
    for lie in lies {
        let code = code(value(&binary(&[lie.to_vec()], 1)));
        assert_eq!(code, "property_list_malformed", "{lie:x?}");
    }
}

#[test]
fn references_and_offsets_out_of_range_are_malformed() {
    assert_eq!(code(value(&binary(&[vec![0xa1, 9]], 1))), "property_list_malformed");
    let mut octets = binary(&[vec![0x09]], 1);
    let offset = octets.len() - 33;
    for lie in [0, 7, 200] {
        octets[offset] = lie;
        assert_eq!(code(value(&octets)), "property_list_malformed", "{lie}");
    }
}

#[test]
fn cdata_is_refused_rather_than_dropped() {
    assert_eq!(code(xml("<string><![CDATA[a]]></string>")), "property_list_cdata");
    assert_eq!(code(xml("<dict><![CDATA[a]]></dict>")), "property_list_cdata");
}

#[test]
fn entities_cannot_be_declared_and_unknown_ones_are_refused() {
    let declared = "<?xml version=\"1.0\"?><!DOCTYPE plist [<!ENTITY a \"aaaa\">]>\
                    <plist version=\"1.0\"><string>&a;</string></plist>";
    assert_eq!(code(value(declared.as_bytes())), "property_list_document_type_subset");
    for entity in ["&a;", "&nbsp;", "&;", "&amp", "&#;", "&#xd800;", "&#-1;", "&#+1;", "&#x110000;"]
    {
        let body = format!("<string>{entity}</string>");
        assert_eq!(code(xml(&body)), "property_list_unknown_entity", "{entity}");
    }
}

#[test]
fn processing_instructions_are_refused() {
    assert_eq!(code(xml("<?php x ?><true/>")), "property_list_processing_instruction");
    let stylesheet = "<?xml-stylesheet href='x'?><plist version=\"1.0\"><true/></plist>";
    assert_eq!(code(value(stylesheet.as_bytes())), "property_list_processing_instruction");
}

#[test]
fn nul_is_refused_in_both_encodings() {
    assert_eq!(code(xml("<string>a&#0;</string>")), "property_list_forbidden_character");
    assert_eq!(code(xml("<dict><key>\0</key><true/></dict>")), "property_list_forbidden_character");
    assert_eq!(code(value(&binary(&[b"\x51\0".to_vec()], 1))), "property_list_forbidden_character");
    assert_eq!(
        code(xml("<dict><key>a&#1;</key><true/></dict>")),
        "property_list_forbidden_character"
    );
    assert_eq!(xml("<string>a&#1;</string>").unwrap(), Value::String("a\u{1}".to_owned()));
}

#[test]
fn key_that_stands_twice_is_refused() {
    let body = "<dict><key>a</key><true/><key>a</key><false/></dict>";
    assert_eq!(code(xml(body)), "property_list_repeated_key");
    let twice = [vec![0xd2, 1, 1, 2, 2], b"\x51a".to_vec(), vec![0x09]];
    assert_eq!(code(value(&binary(&twice, 1))), "property_list_repeated_key");
}

#[test]
fn other_encodings_and_other_formats_are_refused() {
    let utf16: Vec<u8> = "<plist/>".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(code(value(&[&[0xff, 0xfe][..], &utf16].concat())), "property_list_not_utf8");
    assert_eq!(code(value(b"<string>\xff</string>")), "property_list_not_utf8");
    let latin1 = b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><true/>";
    assert_eq!(code(value(latin1)), "property_list_not_utf8");
    for other in [&b""[..], b"{ a = b; }", b"{\"a\":1}", b"\x30\x82", b"\xff"] {
        assert_eq!(code(value(other)), "property_list_not_recognized", "{other:?}");
    }
}

#[test]
fn malformed_xml_is_refused() {
    let bodies = [
        "",
        "<true/><true/>",
        "<array>",
        "</array>",
        "<array></dict>",
        "<dict><true/></dict>",
        "<dict><key>a</key></dict>",
        "<dict><key>a</key><key>b</key><true/></dict>",
        "<key>a</key>",
        "<array><key>a</key></array>",
        "<string>a</integer>",
        "<string>a<!-- b --></string>",
        "<string>a",
        "<string",
        "<integer>1.5</integer>",
        "<integer></integer>",
        "<integer>18446744073709551616</integer>",
        "<real>nan</real>",
        "<real>1e999</real>",
        "<date>yesterday</date>",
        "<date>9999-12-31T23:59:59-23:00</date>",
        "<data>!</data>",
        "<true>yes</true>",
        "<set></set>",
        "<array foo='1'></array>",
        "text",
        "<!ELEMENT a>",
        "<plist version=\"1.0\"><true/></plist>",
    ];
    for body in bodies {
        assert_eq!(code(xml(body)), "property_list_malformed", "{body}");
    }
}

#[test]
fn limits_are_exact() {
    let limits = Limits { octets: 100, depth: 2, nodes: 3 };
    let accepted = "<array><array><true/></array></array>";
    assert!(decode_value(accepted.as_bytes(), &limits).is_ok());
    let refused = [
        ("<array><array><array/></array></array>", "property_list_too_deep"),
        ("<array><true/><true/><true/></array>", "property_list_too_many_values"),
        (&" ".repeat(101), "property_list_too_large"),
    ];
    for (body, expected) in refused {
        assert_eq!(code(decode_value(body.as_bytes(), &limits)), expected);
    }
}

#[test]
fn encoder_leaves_out_what_xml_cannot_hold() {
    let octets = encode(&Value::String("a\u{1}\0b".to_owned()));
    assert_eq!(value(&octets).unwrap(), Value::String("ab".to_owned()));
}

// What must hold for everything.

proptest! {
    #[test]
    fn no_octets_make_the_decoder_panic(octets in proptest::collection::vec(any::<u8>(), 0..600)) {
        let _ = value(&octets);
        let _ = value(&[b"bplist00".as_slice(), &octets].concat());
    }

    #[test]
    fn no_text_makes_the_decoder_panic(
        parts in proptest::collection::vec(proptest::sample::select(PARTS), 0..40),
    ) {
        let _ = xml(&parts.concat());
    }

    #[test]
    fn both_encodings_are_read_as_they_were_written(expected in any_value()) {
        let (mut as_xml, mut as_binary) = (Vec::new(), Vec::new());
        expected.to_writer_xml(&mut as_xml).unwrap();
        expected.to_writer_binary(&mut as_binary).unwrap();
        prop_assert_eq!(value(&as_xml).unwrap(), expected.clone());
        prop_assert_eq!(value(&as_binary).unwrap(), expected);
    }

    #[test]
    fn what_both_readers_accept_means_the_same(
        expected in any_value(),
        is_binary in any::<bool>(),
        changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 0..4),
    ) {
        let mut octets = Vec::new();
        if is_binary {
            expected.to_writer_binary(&mut octets).unwrap();
        } else {
            expected.to_writer_xml(&mut octets).unwrap();
        }
        for (index, octet) in changes {
            let index = index.index(octets.len());
            octets[index] = octet;
        }
        let theirs = if is_binary {
            Value::from_reader(Cursor::new(&octets))
        } else {
            Value::from_reader_xml(Cursor::new(&octets))
        };
        if let (Ok(ours), Ok(theirs)) = (value(&octets), theirs) {
            prop_assert_eq!(ours, theirs);
        }
    }
}

/// Pieces that put together give XML which is often nearly right.
const PARTS: &[&str] = &[
    "<dict>",
    "</dict>",
    "<dict/>",
    "<array>",
    "</array>",
    "<key>",
    "</key>",
    "<string>",
    "</string>",
    "<data>",
    "</data>",
    "<integer>",
    "</integer>",
    "<date>",
    "</date>",
    "<real>",
    "</real>",
    "<true/>",
    "<false/>",
    "<plist version=\"1.0\">",
    "</plist>",
    "<!--",
    "-->",
    "<!DOCTYPE",
    "<![CDATA[",
    "]]>",
    "<?xml",
    "?>",
    "&amp;",
    "&#x41;",
    "&",
    ";",
    "<",
    ">",
    "/",
    "ü",
    "1",
    "AA==",
    " ",
    "2026-08-17T09:30:00Z",
];

fn any_value() -> impl Strategy<Value = Value> {
    let text = "[ -~äß€\u{1f600}\n\t]{0,12}";
    let key = "[ -~äß€\u{1f600}]{0,12}";
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::Boolean),
        any::<i64>().prop_map(|number| Value::Integer(number.into())),
        any::<u64>().prop_map(|number| Value::Integer(number.into())),
        (-1e9..1e9).prop_map(Value::Real),
        proptest::collection::vec(any::<u8>(), 0..20).prop_map(Value::Data),
        (-5e10..2e11).prop_map(|seconds| Value::Date(date_at(seconds).unwrap())),
        text.prop_map(Value::String),
    ];
    leaf.prop_recursive(6, 40, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
            proptest::collection::btree_map(key, inner, 0..6)
                .prop_map(|entries| Value::Dictionary(entries.into_iter().collect())),
        ]
    })
}

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE plist PUBLIC \
    \"-//Apple//DTD PLIST 1.0//EN\" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n";

fn xml(body: &str) -> Result<Value, DecodePropertyListError> {
    value(format!("{HEAD}<plist version=\"1.0\">\n{body}\n</plist>\n").as_bytes())
}

fn value(octets: &[u8]) -> Result<Value, DecodePropertyListError> {
    decode_value(octets, &Limits::MESSAGE)
}

fn code(result: Result<Value, DecodePropertyListError>) -> &'static str {
    result.unwrap_err().code()
}
