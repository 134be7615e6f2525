//! Reads XML property lists: Apple's dozen elements, and nothing else of XML.

use std::time::UNIX_EPOCH;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use plist::Value;

use super::DecodePropertyListError as Error;
use super::builder::{Builder, Inside};
use super::{DATE_RANGE_SECONDS, EPOCH};
use crate::Limits;

const BYTE_ORDER_MARK: &str = "\u{feff}";

/// The longest entity there is: `&#x10ffff;` with a few leading zeros.
const ENTITY_LIMIT: usize = 16;

pub(super) fn decode(bytes: &[u8], limits: &Limits) -> Result<Value, Error> {
    if bytes.starts_with(&[0xfe, 0xff]) || bytes.starts_with(&[0xff, 0xfe]) {
        return Err(Error::NotUtf8);
    }
    let text = str::from_utf8(bytes).map_err(|_| {
        let is_xml = bytes.trim_ascii_start().starts_with(b"<");
        if is_xml { Error::NotUtf8 } else { Error::NotAPropertyList }
    })?;
    let text_start = if text.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
    let mut reader = Reader { text, at: text_start };
    reader.skip_space();
    if !reader.rest().starts_with('<') {
        return Err(Error::NotAPropertyList);
    }
    reader.skip_declaration()?;
    reader.document(Builder::new(limits))
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

/// A tag: its name, and which of the three kinds it is.
struct Tag<'a> {
    name: &'a str,
    kind: TagKind,
    at: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum TagKind {
    Start,
    End,
    Empty,
}

impl<'a> Reader<'a> {
    fn document(&mut self, mut builder: Builder) -> Result<Value, Error> {
        let mut is_document_type_seen = false;
        let mut in_plist = false;
        // Each round consumes at least one octet, so the size limit bounds the loop.
        loop {
            self.skip_space();
            if self.rest().is_empty() {
                if in_plist {
                    return Err(self.malformed("</plist>"));
                }
                return builder.finish(self.at);
            }
            if self.skip_comment()? {
                continue;
            }
            if !is_document_type_seen && self.skip_document_type()? {
                is_document_type_seen = true;
                continue;
            }
            let tag = self.tag()?;
            match (tag.name, tag.kind) {
                ("plist", TagKind::Start) if !in_plist && !builder.is_complete() => in_plist = true,
                ("plist", TagKind::End) if in_plist && builder.inside() == Inside::Document => {
                    in_plist = false;
                }
                _ => self.element(&tag, &mut builder)?,
            }
        }
    }

    fn element(&mut self, tag: &Tag<'a>, builder: &mut Builder) -> Result<(), Error> {
        match (tag.name, tag.kind) {
            ("array", TagKind::Start) => builder.open_array(tag.at),
            ("dict", TagKind::Start) => builder.open_dictionary(tag.at),
            ("array", TagKind::Empty) => {
                builder.open_array(tag.at)?;
                builder.close(tag.at)
            }
            ("dict", TagKind::Empty) => {
                builder.open_dictionary(tag.at)?;
                builder.close(tag.at)
            }
            ("array", TagKind::End) if builder.inside() == Inside::Array => builder.close(tag.at),
            ("dict", TagKind::End) if builder.inside() == Inside::DictionaryKey => {
                builder.close(tag.at)
            }
            ("key", TagKind::Start | TagKind::Empty) => {
                let name = self.content(tag)?;
                builder.key(name, tag.at)
            }
            (_, TagKind::Start | TagKind::Empty) => {
                let value = self.scalar(tag)?;
                builder.scalar(value, tag.at)
            }
            (_, TagKind::End) => Err(malformed(tag.at, "a matching end tag")),
        }
    }

    fn scalar(&mut self, tag: &Tag<'a>) -> Result<Value, Error> {
        match tag.name {
            "string" => Ok(Value::String(self.content(tag)?)),
            "data" => data(&self.content(tag)?, tag.at),
            "date" => date(&self.content(tag)?, tag.at),
            "integer" => integer(&self.content(tag)?, tag.at),
            "real" => real(&self.content(tag)?, tag.at),
            "true" | "false" => {
                if !self.content(tag)?.trim().is_empty() {
                    return Err(malformed(tag.at, "an empty boolean"));
                }
                Ok(Value::Boolean(tag.name == "true"))
            }
            _ => Err(malformed(tag.at, "an element of a property list")),
        }
    }

    /// Reads the text up to the end tag that matches `tag`.
    fn content(&mut self, tag: &Tag<'a>) -> Result<String, Error> {
        if tag.kind == TagKind::Empty {
            return Ok(String::new());
        }
        let start = self.at;
        let length = self.rest().find('<').ok_or_else(|| malformed(tag.at, "an end tag"))?;
        let raw = self.rest().get(..length).unwrap_or_default();
        self.at += length;
        let end = self.tag()?;
        if end.kind != TagKind::End || end.name != tag.name {
            return Err(malformed(end.at, "the end tag of this element"));
        }
        unescape(raw, start)
    }

    fn tag(&mut self) -> Result<Tag<'a>, Error> {
        let at = self.at;
        self.refuse_markup()?;
        let rest = self.rest().strip_prefix('<').ok_or_else(|| self.malformed("an element"))?;
        let length = rest.find('>').ok_or_else(|| self.malformed("a closed tag"))?;
        let inner = rest.get(..length).unwrap_or_default();
        self.at += length + 2;
        let (kind, inner) = match (inner.strip_prefix('/'), inner.strip_suffix('/')) {
            (Some(inner), _) => (TagKind::End, inner),
            (None, Some(inner)) => (TagKind::Empty, inner),
            (None, None) => (TagKind::Start, inner),
        };
        let name = inner.trim_ascii_end();
        if kind == TagKind::Start && is_plist_with_version(name) {
            return Ok(Tag { name: "plist", kind, at });
        }
        Ok(Tag { name, kind, at })
    }

    /// Refuses the parts of XML that other readers treat in different ways.
    fn refuse_markup(&self) -> Result<(), Error> {
        let (rest, at) = (self.rest(), self.at);
        if rest.starts_with("<![CDATA[") {
            return Err(Error::CharacterData { at });
        }
        if rest.starts_with("<?") {
            return Err(Error::ProcessingInstruction { at });
        }
        if rest.starts_with("<!") {
            return Err(malformed(at, "an element"));
        }
        Ok(())
    }

    /// Skips `<?xml …?>`, which may stand only at the very start.
    fn skip_declaration(&mut self) -> Result<(), Error> {
        let Some(rest) = self.rest().strip_prefix("<?xml") else {
            return Ok(());
        };
        let at = self.at;
        let length = rest.find("?>").ok_or(malformed(at, "a closed XML declaration"))?;
        let attributes = rest.get(..length).unwrap_or_default();
        if !attributes.starts_with(|c: char| c.is_ascii_whitespace()) {
            return Err(Error::ProcessingInstruction { at });
        }
        if let Some((_, encoding)) = attributes.split_once("encoding") {
            let encoding = encoding.trim_start_matches([' ', '=', '"', '\'']);
            let is_utf8 = encoding.get(..5).is_some_and(|name| name.eq_ignore_ascii_case("utf-8"));
            if !is_utf8 {
                return Err(Error::NotUtf8);
            }
        }
        self.at += "<?xml".len() + length + "?>".len();
        Ok(())
    }

    /// Skips a comment, if one stands here.
    fn skip_comment(&mut self) -> Result<bool, Error> {
        let Some(rest) = self.rest().strip_prefix("<!--") else {
            return Ok(false);
        };
        let length = rest.find("-->").ok_or_else(|| self.malformed("a closed comment"))?;
        self.at += "<!--".len() + length + "-->".len();
        Ok(true)
    }

    /// Skips a document type, if one stands here; its internal subset is refused.
    fn skip_document_type(&mut self) -> Result<bool, Error> {
        let Some(rest) = self.rest().strip_prefix("<!DOCTYPE") else {
            return Ok(false);
        };
        let mut quote = None;
        for (length, octet) in rest.bytes().enumerate() {
            match (quote, octet) {
                (None, b'[') => return Err(Error::DocumentTypeSubset { at: self.at }),
                (None, b'<') => return Err(self.malformed("a closed document type")),
                (None, b'"' | b'\'') => quote = Some(octet),
                (Some(open), _) if open == octet => quote = None,
                (None, b'>') => {
                    self.at += "<!DOCTYPE".len() + length + 1;
                    return Ok(true);
                }
                _ => {}
            }
        }
        Err(self.malformed("a closed document type"))
    }

    fn skip_space(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_ascii_start().len();
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn malformed(&self, expected: &'static str) -> Error {
        malformed(self.at, expected)
    }
}

fn malformed(at: usize, expected: &'static str) -> Error {
    Error::Malformed { at, expected }
}

/// Tells `plist version="1.0"` from other tags, the only one that has an attribute.
fn is_plist_with_version(inner: &str) -> bool {
    let Some(attributes) = inner.strip_prefix("plist") else {
        return false;
    };
    let attributes = attributes.trim_ascii();
    ["version=\"1.0\"", "version='1.0'"].contains(&attributes)
}

/// Replaces XML's own entities and character references.
fn unescape(raw: &str, start: usize) -> Result<String, Error> {
    let Some(first) = raw.find('&') else {
        return Ok(raw.to_owned());
    };
    let mut text = String::with_capacity(raw.len());
    let (before, mut rest) = raw.split_at(first);
    text.push_str(before);
    while let Some(entity) = rest.strip_prefix('&') {
        let at = start + raw.len() - rest.len();
        let unknown = Error::UnknownEntity { at };
        let Some(length) = entity.bytes().take(ENTITY_LIMIT).position(|octet| octet == b';') else {
            return Err(unknown);
        };
        let name = entity.get(..length).unwrap_or_default();
        text.push(character(name).ok_or(unknown)?);
        rest = entity.get(length + 1..).unwrap_or_default();
        let next = rest.find('&').unwrap_or(rest.len());
        let (plain, after) = rest.split_at(next);
        text.push_str(plain);
        rest = after;
    }
    Ok(text)
}

fn character(entity: &str) -> Option<char> {
    match entity {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let number = entity.strip_prefix('#')?;
            let (digits, radix) = match number.strip_prefix('x') {
                Some(digits) => (digits, 16),
                None => (number, 10),
            };
            if !digits.bytes().all(|octet| octet.is_ascii_hexdigit()) {
                return None;
            }
            char::from_u32(u32::from_str_radix(digits, radix).ok()?)
        }
    }
}

fn data(text: &str, at: usize) -> Result<Value, Error> {
    let base64: Vec<u8> = text.bytes().filter(|octet| !octet.is_ascii_whitespace()).collect();
    let octets = STANDARD.decode(base64).map_err(|_| malformed(at, "base64"))?;
    Ok(Value::Data(octets))
}

fn date(text: &str, at: usize) -> Result<Value, Error> {
    let expected = malformed(at, "a date and time in the years 1 to 9999");
    let Ok(timestamp) = text.trim().parse::<jiff::Timestamp>() else {
        return Err(expected);
    };
    let since_epoch = timestamp.as_duration();
    if !DATE_RANGE_SECONDS.contains(&(since_epoch.as_secs_f64() - EPOCH.as_secs_f64())) {
        return Err(expected);
    }
    // Not by way of a floating-point number: what was written with a fraction is read as it was.
    let distance = since_epoch.unsigned_abs();
    let moment = if since_epoch.is_negative() {
        UNIX_EPOCH.checked_sub(distance)
    } else {
        UNIX_EPOCH.checked_add(distance)
    };
    moment.map(|moment| Value::Date(moment.into())).ok_or(expected)
}

fn integer(text: &str, at: usize) -> Result<Value, Error> {
    let text = text.trim();
    let signed = text.parse::<i64>().map(plist::Integer::from);
    let integer = signed.or_else(|_| text.parse::<u64>().map(plist::Integer::from));
    integer.map(Value::Integer).map_err(|_| malformed(at, "an integer"))
}

fn real(text: &str, at: usize) -> Result<Value, Error> {
    match text.trim().parse::<f64>() {
        Ok(real) if real.is_finite() => Ok(Value::Real(real)),
        Ok(_) | Err(_) => Err(malformed(at, "a finite number")),
    }
}
