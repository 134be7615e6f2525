//! Messages made by OpenSSL and Python are read, ours by OpenSSL, and forgeries by nobody.

use std::process::Command;
use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use der::Decode;
use proptest::prelude::*;

use super::structures::{ContentInfo, SetRef, SignedData, set_of};
use super::*;
use crate::testing::{anchors, authority, issuance, now, read, read_text};
use crate::{Certificate, Expiry, Identity, KeyKind, PrivateKey};

#[test]
fn detached_messages_of_openssl_name_their_signer() {
    for (name, signer) in [
        ("rsa-sha256", "rsa"),
        ("rsa-sha1", "rsa"),
        ("rsa-sha512", "rsa"),
        ("p256-sha256", "p256"),
        ("p256-sha1", "p256"),
        ("p384-sha384", "p384"),
        ("without-attributes", "rsa"),
        ("p256-without-attributes", "p256"),
        ("by-key-identifier", "rsa"),
        ("streamed", "rsa"),
        ("attached", "rsa"),
        ("streamed-attached", "rsa"),
    ] {
        let verified = verify_detached(&message(name), &body());
        let verified = verified.unwrap_or_else(|error| panic!("{name}: {error:?}"));
        let common_name = verified.certificate.subject_common_name();
        assert_eq!(common_name.as_deref(), Some(signer), "{name}");
        assert!(verified.other_certificates.is_empty(), "{name}");
    }
}

#[test]
fn detached_messages_of_python_come_from_devices_of_its_authority() {
    let anchors = anchors(&["python-ca.pem"]);
    for name in ["python-rsa", "python-ec"] {
        let signer = verify_detached(&message(name), &body()).unwrap().certificate;
        signer.chains_to(&anchors, &[], now(), Expiry::Enforced).unwrap();
    }
}

#[test]
fn intermediates_in_the_message_complete_the_chain() {
    let signer = verify_detached(&message("with-intermediate"), &body()).unwrap();
    let anchors = anchors(&["root.pem"]);
    let chains = |intermediates| {
        signer.certificate.chains_to(&anchors, intermediates, now(), Expiry::Enforced)
    };
    chains(&signer.other_certificates).unwrap();
    assert!(chains(&[]).is_err());
}

#[test]
fn attached_content_is_returned() {
    for name in ["attached", "streamed-attached"] {
        assert_eq!(verify_attached(&message(name)).unwrap().content, body());
    }
}

#[test]
fn every_flipped_byte_of_the_content_is_noticed() {
    for name in ["rsa-sha256", "without-attributes", "attached"] {
        let message = message(name);
        for index in 0..body().len() {
            let mut content = body();
            content[index] ^= 1;
            assert!(verify_detached(&message, &content).is_err(), "{name} at {index}");
        }
    }
}

#[test]
fn a_flipped_byte_of_the_message_never_changes_the_signer() {
    for name in ["rsa-sha256", "p256-sha256", "streamed"] {
        let message = message(name);
        let genuine = verify_detached(&message, &body()).unwrap().certificate;
        for index in 0..message.len() {
            let mut forged = message.clone();
            forged[index] ^= 0x10;
            // This signature does not cover the certificate, whose own one is judged later.
            if let Ok(signer) = verify_detached(&forged, &body()) {
                let (found, signed) = (signer.certificate.public_key(), genuine.public_key());
                assert_eq!(found.bits(), signed.bits(), "{name} at {index}");
            }
        }
    }
}

#[test]
fn refused_messages_say_why() {
    let verify = |name| verify_detached(&message(name), &body()).unwrap_err();
    assert!(matches!(verify("two-signers"), VerifyCmsError::NotOneSigner));
    assert!(matches!(verify("without-certificate"), VerifyCmsError::CertificateMissing));
    assert!(matches!(verify("pss"), VerifyCmsError::UnsupportedAlgorithm));
    assert!(matches!(verify("enveloped-aes256"), VerifyCmsError::NotSigned));
    assert!(matches!(
        verify_detached(&message("rsa-sha256"), b"another body"),
        Err(VerifyCmsError::WrongContent)
    ));
    assert!(matches!(
        verify_detached(&message("without-attributes"), b"another body"),
        Err(VerifyCmsError::WrongSignature)
    ));
    assert!(matches!(verify_attached(&message("rsa-sha256")), Err(VerifyCmsError::ContentMissing)));
    assert!(matches!(verify_attached(&[0x30; 70_000]), Err(VerifyCmsError::TooLarge)));
    assert!(matches!(verify_attached(b"hello"), Err(VerifyCmsError::Malformed(_))));
}

#[test]
fn attributes_must_name_the_content_once() {
    type Edit = fn(Vec<Vec<u8>>) -> Vec<Vec<u8>>;
    let edits: [(&str, Edit); 3] = [
        ("no message digest", |attributes| without(attributes, &MESSAGE_DIGEST)),
        ("no content type", |attributes| without(attributes, &CONTENT_TYPE)),
        ("two message digests", |attributes| {
            let digest = attributes.iter().find(|one| contains(one, &MESSAGE_DIGEST)).unwrap();
            let digest = digest.clone();
            [attributes, vec![digest]].concat()
        }),
    ];
    for (what, edit) in edits {
        let forged = with_attributes("rsa-sha256", edit);
        let error = verify_detached(&forged, &body()).unwrap_err();
        assert!(matches!(error, VerifyCmsError::AttributeMissing), "{what}: {error:?}");
    }
    let same = with_attributes("rsa-sha256", |attributes| attributes);
    verify_detached(&same, &body()).unwrap();
}

#[test]
fn our_signatures_verify() {
    for kind in [KeyKind::Rsa2048, KeyKind::P256] {
        let signer = identity(kind);
        let detached = sign_detached(b"profile", &signer, now());
        let verified = verify_detached(&detached, b"profile").unwrap();
        assert_eq!(verified.certificate, *signer.certificate());
        assert!(verify_attached(&detached).is_err());

        let chain = [Certificate::from_pem(&read_text("root.pem")).unwrap()];
        let attached = verify_attached(&sign_attached(b"profile", &signer, &chain, now())).unwrap();
        assert_eq!(attached.content, b"profile");
        assert_eq!(attached.signer.other_certificates, chain);
    }
}

#[test]
fn enveloped_messages_of_openssl_are_decrypted() {
    for name in ["enveloped-aes128", "enveloped-aes256", "enveloped-des3", "enveloped-streamed"] {
        let content = decrypt_enveloped(&message(name), recipient());
        assert_eq!(content.unwrap().as_slice(), body(), "{name}");
    }
}

#[test]
fn our_enveloped_messages_are_decrypted() {
    let recipient = recipient();
    for cipher in [ContentCipher::Aes128Cbc, ContentCipher::Aes256Cbc, ContentCipher::TripleDesCbc]
    {
        for length in [0, 1, 15, 16, 17, 3000] {
            let content = vec![7; length];
            let message = encrypt_enveloped(&content, recipient.certificate(), cipher).unwrap();
            assert_eq!(*decrypt_enveloped(&message, recipient).unwrap(), content);
            assert_eq!(content_cipher(&message).unwrap(), cipher);
        }
    }
}

#[test]
fn enveloped_messages_for_others_are_refused() {
    let message = message("enveloped-aes256");
    let other = identity(KeyKind::Rsa2048);
    assert!(matches!(
        decrypt_enveloped(&message, &other),
        Err(DecryptEnvelopedError::OtherRecipient)
    ));
    let elliptic = identity(KeyKind::P256);
    let refused = encrypt_enveloped(b"", elliptic.certificate(), ContentCipher::Aes256Cbc);
    assert!(matches!(refused, Err(EncryptEnvelopedError::NotRsa)));
}

#[test]
fn a_damaged_key_looks_like_a_damaged_content() {
    let genuine = message("enveloped-aes256");
    let encrypted_key =
        genuine.windows(4).position(|bytes| bytes == [0x04, 0x82, 1, 0]).unwrap() + 4;
    let last = genuine.len() - 20;
    for index in [encrypted_key, encrypted_key + 128, last] {
        let mut damaged = genuine.clone();
        damaged[index] ^= 1;
        // One random content in 256 has a valid padding by chance, so the outcome may be garbage.
        match decrypt_enveloped(&damaged, recipient()) {
            Ok(content) => assert_ne!(content.as_slice(), body()),
            Err(error) => assert!(matches!(error, DecryptEnvelopedError::Decrypt)),
        }
    }
}

#[test]
fn signature_headers_are_bounded_base64() {
    let signature = message("rsa-sha256");
    let header = format!(" {} ", STANDARD.encode(&signature));
    assert_eq!(decode_signature_header(header.as_bytes()).unwrap(), signature);
    assert!(matches!(
        decode_signature_header(b"not base64!"),
        Err(DecodeSignatureHeaderError::NotBase64)
    ));
    assert!(matches!(
        decode_signature_header(&vec![b'A'; 100_000]),
        Err(DecodeSignatureHeaderError::TooLarge)
    ));
}

#[test]
fn openssl_verifies_our_signatures() {
    let Some(openssl) = OpenSsl::find() else { return };
    let ca = authority(KeyKind::Rsa2048);
    openssl.write("ca.pem", ca.certificate().to_pem().as_bytes());
    openssl.write("body", &body());
    for kind in [KeyKind::Rsa2048, KeyKind::P256] {
        let key = PrivateKey::generate(kind);
        let certificate =
            ca.issue_device_identity(key.public_key(), "device", &issuance(2)).unwrap();
        let signer = Identity::new(certificate, key).unwrap();
        openssl.write("detached", &sign_detached(&body(), &signer, now()));
        openssl.write("attached", &sign_attached(&body(), &signer, &[], now()));
        let common = "-verify -binary -inform DER -CAfile ca.pem -purpose any -attime 1803902400";
        openssl.run(&format!("cms {common} -in detached -content body"));
        openssl.run(&format!("smime {common} -in detached -content body"));
        assert_eq!(openssl.run(&format!("cms {common} -in attached")), body());
    }
}

#[test]
fn openssl_decrypts_our_enveloped_messages() {
    let Some(openssl) = OpenSsl::find() else { return };
    let recipient = recipient();
    openssl.write("key.pem", recipient.key().to_pem().as_bytes());
    openssl.write("certificate.pem", recipient.certificate().to_pem().as_bytes());
    for cipher in [ContentCipher::Aes128Cbc, ContentCipher::Aes256Cbc, ContentCipher::TripleDesCbc]
    {
        let message = encrypt_enveloped(&body(), recipient.certificate(), cipher).unwrap();
        openssl.write("enveloped", &message);
        let command = "-decrypt -inform DER -in enveloped -recip certificate.pem -inkey key.pem";
        assert_eq!(openssl.run(&format!("cms {command}")), body());
        assert_eq!(openssl.run(&format!("smime {command}")), body());
    }
}

#[test]
fn messages_that_openssl_makes_now_are_read() {
    let Some(openssl) = OpenSsl::find() else { return };
    let signer = recipient();
    openssl.write("key.pem", signer.key().to_pem().as_bytes());
    openssl.write("certificate.pem", signer.certificate().to_pem().as_bytes());
    openssl.write("body", &body());
    let sign = "-sign -binary -in body -outform DER -signer certificate.pem -inkey key.pem";
    for options in ["-md sha256", "-md sha1 -stream", "-md sha384 -noattr", "-md sha512 -keyid"] {
        let message = openssl.run(&format!("cms {sign} {options}"));
        let verified = verify_detached(&message, &body()).unwrap();
        assert_eq!(verified.certificate, *signer.certificate(), "{options}");
    }
    for options in ["-aes256", "-des3 -stream", "-aes128 -keyid"] {
        let message = openssl
            .run(&format!("cms -encrypt -binary -in body -outform DER {options} certificate.pem"));
        let content = decrypt_enveloped(&message, signer).unwrap();
        assert_eq!(content.as_slice(), body(), "{options}");
    }
}

proptest! {
    #[test]
    fn arbitrary_bytes_are_no_message(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        prop_assert!(verify_detached(&bytes, b"").is_err());
        prop_assert!(verify_attached(&bytes).is_err());
        prop_assert!(content_cipher(&bytes).is_err());
        prop_assert!(decode_certificates(&bytes).is_err());
    }

    #[test]
    fn damaged_messages_are_refused_or_harmless(
        name in prop::sample::select(vec!["rsa-sha256", "streamed", "p384-sha384", "two-signers"]),
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut message = message(name);
        for (index, byte) in edits {
            let index = index.index(message.len());
            message[index] = byte;
        }
        let _ = verify_detached(&message, &body());
        message.truncate(cut.index(message.len()));
        prop_assert!(verify_detached(&message, &body()).is_err());
    }

    #[test]
    fn damaged_enveloped_messages_do_not_panic(
        edits in prop::collection::vec((0_usize..250, any::<u8>()), 1..4),
    ) {
        let mut message = message("enveloped-streamed");
        for (index, byte) in edits {
            message[index] = byte;
        }
        let _ = content_cipher(&message);
        let _ = decrypt_enveloped(&message, recipient());
    }
}

/// The type and content of an object identifier, as attributes begin with.
const CONTENT_TYPE: [u8; 11] = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x03];
const MESSAGE_DIGEST: [u8; 11] = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x04];

fn message(name: &str) -> Vec<u8> {
    read(&format!("{name}.der"))
}

fn body() -> Vec<u8> {
    read("body.plist")
}

fn identity(kind: KeyKind) -> Identity {
    Identity::self_signed(PrivateKey::generate(kind), "Example", &issuance(3)).unwrap()
}

fn recipient() -> &'static Identity {
    static RECIPIENT: LazyLock<Identity> = LazyLock::new(|| {
        let key = PrivateKey::from_pem(&read_text("recipient.key")).unwrap();
        Identity::new(Certificate::from_pem(&read_text("recipient.pem")).unwrap(), key).unwrap()
    });
    &RECIPIENT
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

fn without(attributes: Vec<Vec<u8>>, oid: &[u8]) -> Vec<Vec<u8>> {
    attributes.into_iter().filter(|attribute| !contains(attribute, oid)).collect()
}

/// Signs the body again with edited attributes, as a careless client would.
fn with_attributes(name: &str, edit: impl Fn(Vec<Vec<u8>>) -> Vec<Vec<u8>>) -> Vec<u8> {
    let signer = identity(KeyKind::P256);
    let genuine = message(name);
    let info = ContentInfo::from_der(&genuine).unwrap();
    let data: SignedData<'_> = info.content.decode_as().unwrap();
    let infos = data.signers.elements(1).unwrap();
    let info = structures::SignerInfo::from_der(infos[0]).unwrap();
    let attributes = info.signed_attributes.unwrap().elements(9).unwrap();
    let attributes = set_of(edit(attributes.into_iter().map(<[u8]>::to_vec).collect()));
    signed::seal(&signer, &[], SetRef(&attributes), None)
}

/// The `openssl` program and a directory for its files.
struct OpenSsl(tempfile::TempDir);

impl OpenSsl {
    fn find() -> Option<Self> {
        if Command::new("openssl").arg("version").output().is_err() {
            println!("did not run: openssl is not on PATH");
            return None;
        }
        Some(Self(tempfile::tempdir().unwrap()))
    }

    fn write(&self, name: &str, content: &[u8]) {
        std::fs::write(self.0.path().join(name), content).unwrap();
    }

    /// Runs it with arguments that hold no spaces, and returns its output.
    fn run(&self, arguments: &str) -> Vec<u8> {
        let output = Command::new("openssl")
            .args(arguments.split(' '))
            .current_dir(self.0.path())
            .output()
            .unwrap();
        let message = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "openssl {arguments}: {message}");
        output.stdout
    }
}
