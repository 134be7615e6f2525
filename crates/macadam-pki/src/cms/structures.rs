//! The ASN.1 structures of CMS (RFC 5652), borrowed from the message.
//!
//! One set of types reads and writes. Sets stay as they were sent: a signature covers the bytes,
//! and not every encoder sorts as DER wants it.

use const_oid::ObjectIdentifier;
use const_oid::db::rfc5911;
use der::asn1::{AnyRef, OctetStringRef};
use der::{
    Decode, DecodeValue, Encode, EncodeValue, ErrorKind, FixedTag, Header, Length, Reader,
    Sequence, SliceReader, Tag, TagNumber, Writer,
};
use x509_cert::spki::AlgorithmIdentifierRef;

use crate::certificate::Certificate;

/// `[0] IMPLICIT SubjectKeyIdentifier`
const KEY_IDENTIFIER_TAG: Tag = Tag::ContextSpecific { constructed: false, number: TagNumber(0) };

/// The elements of a `SET OF`, one after the other.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SetRef<'a>(pub(crate) &'a [u8]);

#[derive(Sequence)]
pub(crate) struct ContentInfo<'a> {
    pub(crate) content_type: ObjectIdentifier,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    pub(crate) content: AnyRef<'a>,
}

#[derive(Sequence)]
pub(crate) struct SignedData<'a> {
    pub(crate) version: u8,
    pub(crate) digest_algorithms: SetRef<'a>,
    pub(crate) encapsulated: EncapsulatedContent<'a>,
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT", constructed = "true", optional = "true")]
    pub(crate) certificates: Option<SetRef<'a>>,
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", constructed = "true", optional = "true")]
    pub(crate) revocations: Option<SetRef<'a>>,
    pub(crate) signers: SetRef<'a>,
}

#[derive(Sequence)]
pub(crate) struct EncapsulatedContent<'a> {
    pub(crate) content_type: ObjectIdentifier,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    pub(crate) content: Option<&'a OctetStringRef>,
}

#[derive(Sequence)]
pub(crate) struct SignerInfo<'a> {
    pub(crate) version: u8,
    /// An [`IssuerAndSerialNumber`], or with the tag `[0]` a subject key identifier.
    pub(crate) signer: AnyRef<'a>,
    pub(crate) digest_algorithm: AlgorithmIdentifierRef<'a>,
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT", constructed = "true", optional = "true")]
    pub(crate) signed_attributes: Option<SetRef<'a>>,
    pub(crate) signature_algorithm: AlgorithmIdentifierRef<'a>,
    pub(crate) signature: &'a OctetStringRef,
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", constructed = "true", optional = "true")]
    pub(crate) unsigned_attributes: Option<SetRef<'a>>,
}

#[derive(Sequence)]
pub(crate) struct IssuerAndSerialNumber<'a> {
    pub(crate) issuer: AnyRef<'a>,
    pub(crate) serial_number: AnyRef<'a>,
}

#[derive(Sequence)]
pub(crate) struct Attribute<'a> {
    pub(crate) oid: ObjectIdentifier,
    pub(crate) values: SetRef<'a>,
}

#[derive(Sequence)]
pub(crate) struct EnvelopedData<'a> {
    pub(crate) version: u8,
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT", constructed = "true", optional = "true")]
    pub(crate) originator: Option<SetRef<'a>>,
    pub(crate) recipients: SetRef<'a>,
    pub(crate) encrypted: EncryptedContent<'a>,
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", constructed = "true", optional = "true")]
    pub(crate) unprotected_attributes: Option<SetRef<'a>>,
}

#[derive(Sequence)]
pub(crate) struct EncryptedContent<'a> {
    pub(crate) content_type: ObjectIdentifier,
    pub(crate) algorithm: AlgorithmIdentifierRef<'a>,
    /// `[0] IMPLICIT OCTET STRING`, in BER perhaps in pieces, so that its tag is open.
    pub(crate) content: Option<AnyRef<'a>>,
}

#[derive(Sequence)]
pub(crate) struct KeyTransport<'a> {
    pub(crate) version: u8,
    /// As in [`SignerInfo`].
    pub(crate) recipient: AnyRef<'a>,
    pub(crate) algorithm: AlgorithmIdentifierRef<'a>,
    pub(crate) encrypted_key: &'a OctetStringRef,
}

impl<'a> SetRef<'a> {
    /// Returns the elements with their headers; at most `limit`, more is an error.
    pub(crate) fn elements(self, limit: usize) -> der::Result<Vec<&'a [u8]>> {
        let mut reader = SliceReader::new(self.0)?;
        let mut elements = Vec::new();
        while !reader.is_finished() {
            if elements.len() == limit {
                return Err(ErrorKind::Overlength.into());
            }
            elements.push(reader.tlv_bytes()?);
        }
        Ok(elements)
    }

    /// Returns the value of the attribute of this type, if there is exactly one with one value.
    pub(crate) fn attribute(self, oid: ObjectIdentifier) -> Option<AnyRef<'a>> {
        const MAX_ATTRIBUTES: usize = 32;
        let attributes = self.elements(MAX_ATTRIBUTES).ok()?;
        let mut found = attributes
            .into_iter()
            .filter_map(|element| Attribute::from_der(element).ok())
            .filter(|attribute| attribute.oid == oid);
        let attribute = found.next()?;
        match (found.next(), attribute.values.elements(1).ok()?.first()) {
            (None, Some(value)) => AnyRef::from_der(value).ok(),
            _ => None,
        }
    }
}

impl<'a> DecodeValue<'a> for SetRef<'a> {
    type Error = der::Error;

    fn decode_value<R: Reader<'a>>(reader: &mut R, header: Header) -> der::Result<Self> {
        reader.read_slice(header.length()).map(Self)
    }
}

impl EncodeValue for SetRef<'_> {
    fn value_len(&self) -> der::Result<Length> {
        self.0.len().try_into()
    }

    fn encode_value(&self, writer: &mut impl Writer) -> der::Result<()> {
        writer.write(self.0)
    }
}

impl FixedTag for SetRef<'_> {
    const TAG: Tag = Tag::Set;
}

/// Names a certificate the way signers and recipients are named.
pub(crate) fn issuer_and_serial_number(certificate: &Certificate) -> Vec<u8> {
    let encode = || {
        IssuerAndSerialNumber {
            issuer: AnyRef::from_der(certificate.issuer())?,
            serial_number: AnyRef::new(Tag::Integer, certificate.serial_number())?,
        }
        .to_der()
    };
    encode().expect("the parts of a parsed certificate can be encoded")
}

/// Tells whether `name`, of a signer or recipient, names this certificate.
pub(crate) fn names(name: AnyRef<'_>, certificate: &Certificate) -> bool {
    if name.header().tag() == KEY_IDENTIFIER_TAG {
        return certificate.subject_key_identifier().is_some_and(|id| id == name.value());
    }
    name.to_der().is_ok_and(|name| name == issuer_and_serial_number(certificate))
}

/// Sorts and joins encoded elements, as DER wants sets.
pub(crate) fn set_of(mut elements: Vec<Vec<u8>>) -> Vec<u8> {
    elements.sort();
    elements.concat()
}

/// Encodes an attribute with one value.
pub(crate) fn attribute(oid: ObjectIdentifier, value: &impl Encode) -> Vec<u8> {
    encoded(&Attribute { oid, values: SetRef(&encoded(value)) })
}

/// Wraps bytes of our own as an octet string.
pub(crate) fn octets(bytes: &[u8]) -> &OctetStringRef {
    OctetStringRef::new(bytes).expect("what we send is below 256 MB")
}

/// Encodes a structure that we made ourselves.
pub(crate) fn encoded(structure: &impl Encode) -> Vec<u8> {
    structure.to_der().expect("structures of our own can be encoded")
}

/// Wraps a structure as a message.
pub(crate) fn content_info(content_type: ObjectIdentifier, content: &impl Encode) -> Vec<u8> {
    let content = encoded(content);
    let content = AnyRef::from_der(&content).expect("it was just encoded");
    encoded(&ContentInfo { content_type, content })
}

/// Wraps certificates as a message without signers, as SCEP answers hold them.
pub(crate) fn encode_certificates(certificates: &[&Certificate]) -> Vec<u8> {
    let certificates = set_of(certificates.iter().map(|one| one.der().to_vec()).collect());
    content_info(
        rfc5911::ID_SIGNED_DATA,
        &SignedData {
            version: 1,
            digest_algorithms: SetRef(&[]),
            encapsulated: EncapsulatedContent { content_type: rfc5911::ID_DATA, content: None },
            certificates: Some(SetRef(&certificates)),
            revocations: None,
            signers: SetRef(&[]),
        },
    )
}
