//! Reads binary property lists within a budget of expanded values.
//!
//! A binary list refers to its objects by number, and may refer to one object many times; so a
//! hundred octets can stand for billions of values. Values are counted as they are expanded.

use plist::Value;

use super::DecodePropertyListError as Error;
use super::builder::{Builder, Inside};
use super::date_at;
use crate::Limits;

pub(super) const MAGIC: &[u8] = b"bplist00";

const HEADER_SIZE: usize = 8;
const TRAILER_SIZE: usize = 32;

pub(super) fn decode(bytes: &[u8], limits: &Limits) -> Result<Value, Error> {
    let table = ObjectTable::read(bytes, limits)?;
    let mut builder = Builder::new(limits);
    let mut open: Vec<OpenCollection> = Vec::new();
    let mut next = Some(table.top);
    // Each round expands one value or closes one collection; the builder's budget ends the loop.
    loop {
        if let Some(number) = next.take() {
            if open.iter().any(|collection| collection.number == number) {
                return Err(Error::Cycle { at: table.offset(number)? });
            }
            if let Some(collection) = expand(&table, number, &mut builder)? {
                open.push(collection);
            }
        }
        let Some(collection) = open.last_mut() else {
            return builder.finish(bytes.len());
        };
        match collection.next_reference(builder.inside()) {
            Some(position) => {
                let number = table.reference(position)?;
                if builder.inside() == Inside::DictionaryKey {
                    let (key, at) = key(&table, number, &mut builder)?;
                    builder.key(key, at)?;
                } else {
                    next = Some(number);
                }
            }
            None => {
                builder.close(collection.first)?;
                open.pop();
            }
        }
    }
}

/// A collection whose references are being followed.
struct OpenCollection {
    /// Its own object number.
    number: u64,
    /// The index of its first reference, counted in octets from the start.
    first: usize,
    /// How many values it has; a dictionary has as many keys before them.
    count: usize,
    is_dictionary: bool,
    taken: usize,
    reference_size: usize,
}

impl OpenCollection {
    /// Where the next reference stands: a key, its value, the next key, and so on.
    fn next_reference(&mut self, inside: Inside) -> Option<usize> {
        if self.taken == self.count {
            return None;
        }
        let index = match inside {
            Inside::DictionaryKey => self.taken,
            Inside::DictionaryValue => self.count + self.taken,
            Inside::Array | Inside::Document => self.taken,
        };
        // A pair is taken with its value.
        if !(self.is_dictionary && inside == Inside::DictionaryKey) {
            self.taken += 1;
        }
        Some(self.first + index * self.reference_size)
    }
}

/// The trailer, and where each object starts.
struct ObjectTable<'a> {
    bytes: &'a [u8],
    offset_size: usize,
    reference_size: usize,
    count: u64,
    top: u64,
    table_start: usize,
}

/// A marker octet with the octets that belong to it.
struct Object<'a> {
    at: usize,
    kind: u8,
    /// The low half of the marker.
    low: u8,
    /// Everything after the marker, up to the offset table.
    rest: &'a [u8],
}

impl<'a> ObjectTable<'a> {
    fn read(bytes: &'a [u8], limits: &Limits) -> Result<Self, Error> {
        let malformed = |expected| Error::Malformed { at: bytes.len(), expected };
        let trailer_start = bytes
            .len()
            .checked_sub(TRAILER_SIZE)
            .filter(|start| *start >= HEADER_SIZE)
            .ok_or(malformed("a trailer"))?;
        let trailer = bytes.get(trailer_start..).unwrap_or_default();
        let field = |from: usize, size: usize| {
            big_endian(trailer.get(from..from + size).unwrap_or_default())
        };
        let (offset_size, reference_size) = (field(6, 1), field(7, 1));
        let (count, top, table_start) = (field(8, 8), field(16, 8), field(24, 8));
        if !(1..=8).contains(&offset_size) || !(1..=8).contains(&reference_size) {
            return Err(malformed("offsets and references of 1 to 8 octets"));
        }
        if count > limits.nodes as u64 {
            return Err(Error::TooManyValues { limit: limits.nodes });
        }
        // The count is bounded, so this product cannot overflow.
        let table_end = table_start.checked_add(count * offset_size);
        let is_inside = table_start >= HEADER_SIZE as u64
            && table_end.is_some_and(|end| end <= trailer_start as u64);
        if !is_inside {
            return Err(malformed("an offset table between the objects and the trailer"));
        }
        Ok(Self {
            bytes,
            offset_size: offset_size as usize,
            reference_size: reference_size as usize,
            count,
            top,
            table_start: table_start as usize,
        })
    }

    fn offset(&self, number: u64) -> Result<usize, Error> {
        let malformed = Error::Malformed { at: self.table_start, expected: "a known object" };
        if number >= self.count {
            return Err(malformed);
        }
        let start = self.table_start + number as usize * self.offset_size;
        let entry = self.bytes.get(start..start + self.offset_size).unwrap_or_default();
        usize::try_from(big_endian(entry))
            .ok()
            .filter(|offset| (HEADER_SIZE..self.table_start).contains(offset))
            .ok_or(malformed)
    }

    fn object(&self, number: u64) -> Result<Object<'a>, Error> {
        let at = self.offset(number)?;
        let malformed = Error::Malformed { at, expected: "an object" };
        let octets = self.bytes.get(at..self.table_start).ok_or(malformed)?;
        match octets {
            [marker, rest @ ..] => Ok(Object { at, kind: marker >> 4, low: marker & 0x0f, rest }),
            [] => Err(Error::Malformed { at, expected: "an object" }),
        }
    }

    fn reference(&self, position: usize) -> Result<u64, Error> {
        let octets = self.bytes.get(position..position + self.reference_size);
        octets.map(big_endian).ok_or(Error::Malformed { at: position, expected: "a reference" })
    }
}

impl<'a> Object<'a> {
    fn malformed(&self, expected: &'static str) -> Error {
        Error::Malformed { at: self.at, expected }
    }

    /// Splits the count off a variable-size object: in the marker, or in an integer after it.
    fn counted(&self) -> Result<(usize, &'a [u8]), Error> {
        if self.low != 0x0f {
            return Ok((usize::from(self.low), self.rest));
        }
        let (marker, rest) = self.rest.split_first().ok_or(self.malformed("a count"))?;
        let size = 1_usize << (marker & 0x0f).min(4);
        if marker >> 4 != 0x1 || size > 8 {
            return Err(self.malformed("a count"));
        }
        let (count, rest) = rest.split_at_checked(size).ok_or(self.malformed("a count"))?;
        let count = usize::try_from(big_endian(count)).map_err(|_| self.malformed("a count"))?;
        Ok((count, rest))
    }

    /// The octets of a string or of data whose units have `unit` octets each.
    fn octets(&self, unit: usize) -> Result<&'a [u8], Error> {
        let (count, rest) = self.counted()?;
        let length = count.checked_mul(unit).ok_or(self.malformed("a count"))?;
        rest.get(..length).ok_or(self.malformed("all of its octets"))
    }

    /// The octets of a number, as many as a power of two says.
    fn number(&self) -> Result<&'a [u8], Error> {
        let size = 1_usize << self.low.min(5);
        self.rest.get(..size).ok_or(self.malformed("all of its octets"))
    }
}

/// Hands one object to the builder, or opens it if it is a collection.
fn expand(
    table: &ObjectTable,
    number: u64,
    builder: &mut Builder,
) -> Result<Option<OpenCollection>, Error> {
    let object = table.object(number)?;
    let is_dictionary = object.kind == 0xd;
    if !is_dictionary && object.kind != 0xa {
        let value = scalar(&object, builder)?;
        builder.scalar(value, object.at)?;
        return Ok(None);
    }
    let (count, rest) = object.counted()?;
    let references = if is_dictionary { 2 } else { 1 };
    let is_whole = count
        .checked_mul(references * table.reference_size)
        .is_some_and(|length| length <= rest.len());
    if !is_whole {
        return Err(object.malformed("all of its references"));
    }
    if is_dictionary {
        builder.open_dictionary(object.at)?;
    } else {
        builder.open_array(object.at)?;
    }
    Ok(Some(OpenCollection {
        number,
        first: table.table_start - rest.len(),
        count,
        is_dictionary,
        taken: 0,
        reference_size: table.reference_size,
    }))
}

fn key(table: &ObjectTable, number: u64, builder: &mut Builder) -> Result<(String, usize), Error> {
    let object = table.object(number)?;
    match object.kind {
        0x5 | 0x6 => Ok((string(&object, builder)?, object.at)),
        _ => Err(object.malformed("a string as the key")),
    }
}

fn scalar(object: &Object, builder: &mut Builder) -> Result<Value, Error> {
    match (object.kind, object.low) {
        (0x0, 0x8) => Ok(Value::Boolean(false)),
        (0x0, 0x9) => Ok(Value::Boolean(true)),
        (0x1, 0..=4) => integer(object).map(Value::Integer),
        (0x2, 2 | 3) => real(object),
        (0x3, 3) => date(object),
        (0x4, _) => {
            let octets = object.octets(1)?;
            builder.charge_octets(octets.len())?;
            Ok(Value::Data(octets.to_vec()))
        }
        (0x5 | 0x6, _) => string(object, builder).map(Value::String),
        _ => Err(object.malformed("an object of a property list")),
    }
}

fn string(object: &Object, builder: &mut Builder) -> Result<String, Error> {
    if object.kind == 0x5 {
        let octets = object.octets(1)?;
        builder.charge_octets(octets.len())?;
        return match str::from_utf8(octets) {
            Ok(text) if octets.is_ascii() => Ok(text.to_owned()),
            Ok(_) | Err(_) => Err(object.malformed("ASCII")),
        };
    }
    let octets = object.octets(2)?;
    builder.charge_octets(octets.len())?;
    let units = octets.chunks_exact(2).map(|unit| big_endian(unit) as u16);
    char::decode_utf16(units).collect::<Result<_, _>>().map_err(|_| object.malformed("UTF-16"))
}

/// One, two and four octets are unsigned, eight are signed, sixteen hold what eight cannot.
fn integer(object: &Object) -> Result<plist::Integer, Error> {
    let octets = object.number()?;
    let unsigned = big_endian(octets);
    match octets.len() {
        8 => Ok((unsigned as i64).into()),
        16 if octets.iter().take(8).any(|octet| *octet != 0) => {
            Err(object.malformed("an integer of 64 bits"))
        }
        _ => Ok(unsigned.into()),
    }
}

fn real(object: &Object) -> Result<Value, Error> {
    let real = float(object)?;
    if !real.is_finite() {
        return Err(object.malformed("a finite number"));
    }
    Ok(Value::Real(real))
}

fn date(object: &Object) -> Result<Value, Error> {
    date_at(float(object)?)
        .map(Value::Date)
        .ok_or(object.malformed("a date in the years 1 to 9999"))
}

fn float(object: &Object) -> Result<f64, Error> {
    let octets = object.number()?;
    let bits = big_endian(octets);
    if octets.len() == 4 {
        Ok(f32::from_bits(bits as u32).into())
    } else {
        Ok(f64::from_bits(bits))
    }
}

/// Reads the last eight octets, or all if there are fewer.
fn big_endian(octets: &[u8]) -> u64 {
    octets.iter().fold(0, |number, octet| number << 8 | u64::from(*octet))
}
