//! The keys and certificates of simulated devices.

use jiff::{SignedDuration, Timestamp};
use macadam_pki::{
    Certificate, CertificateAuthority, Identity, Issuance, IssueCertificateError, KeyKind,
    LoadAuthorityError, LoadKeyError, PrivateKey, SerialNumber, Validity,
};

use crate::random::Random;

const YEAR: SignedDuration = SignedDuration::from_hours(24 * 366);

/// Keys that many devices share, because making an RSA key takes a good part of a second.
///
/// Certificates are never shared: each device has its own, for one of these keys.
#[derive(Debug)]
pub struct KeyPool {
    pems: Vec<String>,
    given: usize,
}

/// An authority outside of the server that issues identities, as an organization may run one.
#[derive(Debug)]
pub struct DeviceAuthority {
    authority: CertificateAuthority,
    validity: Validity,
    serial_numbers: Random,
}

impl KeyPool {
    /// Generates `size` keys, at least one.
    #[must_use]
    pub fn generate(kind: KeyKind, size: usize) -> Self {
        let generate = |_| PrivateKey::generate(kind).to_pem().to_string();
        Self { pems: (0..size.max(1)).map(generate).collect(), given: 0 }
    }

    /// Gives the keys in turn.
    pub fn next_key(&mut self) -> PrivateKey {
        let index = self.given % self.pems.len();
        self.given += 1;
        let pem = self.pems.get(index).expect("an index modulo a length that is not zero");
        PrivateKey::from_pem(pem).expect("the pool writes its keys as PEM itself")
    }
}

impl DeviceAuthority {
    /// Makes a new authority. Serial numbers come from the seed, keys do not.
    pub fn create(kind: KeyKind, now: Timestamp, seed: u64) -> Result<Self, IssueCertificateError> {
        let mut serial_numbers = Random::new(seed, "serial numbers of device identities");
        let validity = Validity {
            not_before: now - SignedDuration::from_hours(1),
            not_after: now + YEAR.saturating_mul(10),
        };
        let key = PrivateKey::generate(kind);
        let issuance = issuance(validity, &mut serial_numbers);
        let authority = CertificateAuthority::create("Simulated device CA", key, &issuance)?;
        Ok(Self { authority, validity, serial_numbers })
    }

    /// Goes on with an authority that was made before.
    pub fn load(
        certificate: &str,
        key: &str,
        now: Timestamp,
        seed: u64,
    ) -> Result<Self, LoadAuthorityError> {
        let authority = CertificateAuthority::from_pem(certificate, key)?;
        let validity =
            Validity { not_before: now - SignedDuration::from_hours(1), not_after: now + YEAR };
        let serial_numbers = Random::new(seed, "serial numbers of more device identities");
        Ok(Self { authority, validity, serial_numbers })
    }

    /// The certificate that a server has to be told to trust, and the key.
    #[must_use]
    pub fn to_pem(&self) -> (String, String) {
        let (certificate, key) = self.authority.to_pem();
        (certificate, key.to_string())
    }

    /// Issues the identity of a device.
    pub fn issue(
        &mut self,
        key: PrivateKey,
        common_name: &str,
    ) -> Result<Identity, IssueCertificateError> {
        let issuance = issuance(self.validity, &mut self.serial_numbers);
        let certificate =
            self.authority.issue_device_identity(key.public_key(), common_name, &issuance)?;
        Ok(Identity::new(certificate, key).expect("it was issued for the key"))
    }
}

fn issuance(validity: Validity, random: &mut Random) -> Issuance {
    Issuance { serial_number: SerialNumber::from_random(random.octets()), validity }
}

/// Reads an identity that was saved.
pub(crate) fn load_identity(certificate: &str, key: &str) -> Result<Identity, LoadIdentityError> {
    let certificate = Certificate::from_pem(certificate)?;
    Ok(Identity::new(certificate, PrivateKey::from_pem(key)?)?)
}

/// A saved identity cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum LoadIdentityError {
    /// The certificate cannot be read.
    #[error("certificate of an identity cannot be read")]
    Certificate(#[from] macadam_pki::DecodeCertificateError),
    /// The key cannot be read.
    #[error("key of an identity cannot be read")]
    Key(#[from] LoadKeyError),
    /// They do not belong together.
    #[error("certificate and key of an identity do not belong together")]
    Mismatch(#[from] macadam_pki::KeyMismatch),
}
