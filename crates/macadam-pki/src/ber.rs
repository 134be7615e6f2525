//! BER to DER, as far as CMS needs it.
//!
//! Apple's encoders stream: elements of indefinite length, octet strings in pieces. Everything
//! after this module may rely on definite, minimal lengths and octet strings in one piece. The
//! order of sets is kept, because signatures were made over it.

use std::borrow::Cow;

use der::ErrorKind;

/// CMS with certificates nests about a dozen levels.
const MAX_DEPTH: u8 = 32;

const OCTET_STRING: u8 = 0x04;
const CONSTRUCTED: u8 = 0x20;
const END_OF_CONTENTS: [u8; 2] = [0, 0];

/// Rewrites one element with definite lengths, if it has others.
pub(crate) fn to_der(ber: &[u8]) -> der::Result<Cow<'_, [u8]>> {
    if is_definite(ber, MAX_DEPTH) {
        return Ok(Cow::Borrowed(ber));
    }
    let mut der = Vec::with_capacity(ber.len());
    let mut input = ber;
    match copy_element(&mut input, &mut der, MAX_DEPTH) {
        Some(()) if input.is_empty() => Ok(Cow::Owned(der)),
        Some(()) | None => Err(ErrorKind::Failed.into()),
    }
}

struct Header {
    tag: u8,
    /// `None` is an indefinite length.
    length: Option<usize>,
    /// Whether DER would write the length with the same bytes.
    is_minimal: bool,
}

impl Header {
    fn is_constructed(&self) -> bool {
        self.tag & CONSTRUCTED != 0
    }
}

/// Tells whether nothing needs to be rewritten. This is on the path of each request, where most
/// messages are fine, and looking costs far less than copying.
fn is_definite(mut input: &[u8], depth: u8) -> bool {
    while !input.is_empty() {
        let header = read_header(&mut input).filter(|header| header.is_minimal);
        let Some(header) = header else { return false };
        let content = header.length.and_then(|length| input.split_off(..length));
        let Some(content) = content else { return false };
        if header.is_constructed() {
            let is_in_pieces = header.tag == OCTET_STRING | CONSTRUCTED;
            let inside = depth.checked_sub(1);
            if is_in_pieces || !inside.is_some_and(|depth| is_definite(content, depth)) {
                return false;
            }
        }
    }
    true
}

fn copy_element(input: &mut &[u8], output: &mut Vec<u8>, depth: u8) -> Option<()> {
    let header = read_header(input)?;
    let start = output.len();
    if header.tag == OCTET_STRING | CONSTRUCTED {
        each_child(input, &header, |child| copy_octets(child, output, depth.checked_sub(1)?))?;
        insert_header(output, start, OCTET_STRING);
    } else if header.is_constructed() {
        each_child(input, &header, |child| copy_element(child, output, depth.checked_sub(1)?))?;
        insert_header(output, start, header.tag);
    } else {
        output.extend_from_slice(input.split_off(..header.length?)?);
        insert_header(output, start, header.tag);
    }
    Some(())
}

/// Appends the octets of one piece of an octet string, which may itself be in pieces.
fn copy_octets(input: &mut &[u8], output: &mut Vec<u8>, depth: u8) -> Option<()> {
    let header = read_header(input)?;
    if header.tag == OCTET_STRING {
        output.extend_from_slice(input.split_off(..header.length?)?);
        return Some(());
    }
    if header.tag != OCTET_STRING | CONSTRUCTED {
        return None;
    }
    each_child(input, &header, |child| copy_octets(child, output, depth.checked_sub(1)?))
}

/// Calls `child` at the start of each element inside a constructed one, and steps over its end.
fn each_child(
    input: &mut &[u8],
    header: &Header,
    mut child: impl FnMut(&mut &[u8]) -> Option<()>,
) -> Option<()> {
    if let Some(length) = header.length {
        let mut content = input.split_off(..length)?;
        while !content.is_empty() {
            child(&mut content)?;
        }
        return Some(());
    }
    loop {
        if let Some(rest) = input.strip_prefix(&END_OF_CONTENTS) {
            *input = rest;
            return Some(());
        }
        child(input)?;
    }
}

/// Reads tag and length; tag numbers above 30 do not occur in CMS.
fn read_header(input: &mut &[u8]) -> Option<Header> {
    let tag = *input.split_off_first()?;
    let first = *input.split_off_first()?;
    if tag & 0x1f == 0x1f || tag == 0 {
        return None;
    }
    let long = match first {
        0..=0x7f => {
            return Some(Header { tag, length: Some(usize::from(first)), is_minimal: true });
        }
        0x80 => return Some(Header { tag, length: None, is_minimal: false }),
        0x81..=0x84 => input.split_off(..usize::from(first & 0x7f))?,
        0x85..=0xff => return None,
    };
    let length = long.iter().fold(0, |length, byte| length << 8 | usize::from(*byte));
    let is_minimal = length >= 0x80 && !long.starts_with(&[0]);
    Some(Header { tag, length: Some(length), is_minimal })
}

/// Puts tag and length in front of the content that begins at `start`.
fn insert_header(output: &mut Vec<u8>, start: usize, tag: u8) {
    let length = output.len().saturating_sub(start).to_be_bytes();
    let length: Vec<u8> = length.into_iter().skip_while(|byte| *byte == 0).collect();
    let mut header = vec![tag];
    match length.as_slice() {
        [] => header.push(0),
        [short] if *short < 0x80 => header.push(*short),
        long => {
            header.push(0x80 | long.len() as u8);
            header.extend_from_slice(long);
        }
    }
    output.splice(start..start, header);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definite_lengths_stay_as_they_are() {
        let der = [0x30, 0x05, 0x02, 0x01, 0x07, 0x05, 0x00];
        assert!(matches!(to_der(&der).unwrap(), Cow::Borrowed(same) if same == der));
    }

    #[test]
    fn indefinite_lengths_become_definite() {
        let ber = [0x30, 0x80, 0xa0, 0x80, 0x02, 0x01, 0x07, 0, 0, 0x05, 0x00, 0, 0];
        let der = [0x30, 0x07, 0xa0, 0x03, 0x02, 0x01, 0x07, 0x05, 0x00];
        assert_eq!(to_der(&ber).unwrap().as_ref(), der);
    }

    #[test]
    fn octet_strings_in_pieces_are_joined() {
        let ber = [0x24, 0x80, 0x04, 0x01, b'a', 0x24, 0x03, 0x04, 0x01, b'b', 0, 0];
        assert_eq!(to_der(&ber).unwrap().as_ref(), [0x04, 0x02, b'a', b'b']);
    }

    #[test]
    fn padded_lengths_become_minimal() {
        for ber in [&[0x30, 0x81, 0x02, 0x05, 0x00][..], &[0x30, 0x83, 0, 0, 0x02, 0x05, 0x00]] {
            assert_eq!(to_der(ber).unwrap().as_ref(), [0x30, 0x02, 0x05, 0x00]);
        }
    }

    #[test]
    fn long_contents_get_long_lengths() {
        let mut ber = vec![0x24, 0x80];
        for _ in 0..3 {
            ber.extend([0x04, 0x81, 200]);
            ber.extend([7; 200]);
        }
        ber.extend([0, 0]);
        let der = to_der(&ber).unwrap();
        assert_eq!(der[..4], [0x04, 0x82, 0x02, 0x58]);
        assert_eq!(der.len(), 604);
    }

    #[test]
    fn deep_nesting_is_refused() {
        assert!(to_der(&[0x30, 0x80].repeat(10_000)).is_err());
    }

    #[test]
    fn truncated_and_trailing_bytes_are_refused() {
        for bytes in [&[0x30][..], &[0x30, 0x02, 0x05], &[0x30, 0x80, 0x05, 0x00], &[5, 0, 0]] {
            assert!(to_der(bytes).is_err(), "{bytes:?}");
        }
    }
}
