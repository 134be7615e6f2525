//! Enrolling as a person does it: open the link, install the profile, get an identity.

use jiff::{SignedDuration, Timestamp};
use macadam_pki::cms::{VerifyCmsError, verify_attached};
use macadam_pki::scep::{
    EncodeRequestError, EnrollmentRequest, PKI_MESSAGE_TYPE, ReadResponseError, RequestKind,
};
use macadam_pki::{
    Certificate, DecodeCertificateError, Identity, Issuance, IssueCertificateError, SerialNumber,
    Validity,
};
use macadam_protocol::profile::{self, EnrollmentProfile};

use super::{ConnectError, Connection, Credentials, Proof, identity};
use crate::identity::KeyPool;
use crate::random::Random;

/// Enrolls devices with a server, one after another.
pub struct Enroller {
    http: reqwest::Client,
    roots: Vec<reqwest::Certificate>,
    keys: KeyPool,
    random: Random,
    proof: Proof,
    reached_at: Option<Reroute>,
}

/// Where a server is really to be found, as a name service would tell.
#[derive(Clone, Debug)]
pub struct Reroute {
    /// The address that links and profiles name.
    pub named: String,
    /// The address that is used instead.
    pub reached: String,
}

/// An identity and where to use it.
pub struct Enrollee {
    /// The device's way to its server.
    pub connection: Connection,
    /// The push topic, with which the device begins to enroll.
    pub topic: String,
}

/// Why a device has no enrollment profile or no identity.
#[derive(Debug, thiserror::Error)]
pub enum EnrollError {
    /// A request failed.
    #[error("{url} cannot be reached")]
    Reach {
        /// Which.
        url: String,
        #[source]
        source: reqwest::Error,
    },
    /// A request was refused.
    #[error("{url} answered with status {status}: {message}")]
    Refused {
        /// Which.
        url: String,
        /// The HTTP status.
        status: u16,
        /// The beginning of what it said.
        message: String,
    },
    /// The profile is not signed.
    #[error("enrollment profile is not validly signed")]
    Signature(#[from] VerifyCmsError),
    /// The profile is none.
    #[error("enrollment profile cannot be read")]
    Profile(#[from] profile::DecodeProfileError),
    /// The SCEP authority's certificate is broken.
    #[error("certificate of the SCEP authority cannot be read")]
    Authority(#[from] DecodeCertificateError),
    /// The first, self-signed certificate could not be made.
    #[error("certificate request cannot be prepared")]
    Prepare(#[from] IssueCertificateError),
    /// The request could not be written.
    #[error("certificate request cannot be written")]
    Request(#[from] EncodeRequestError),
    /// No identity came back.
    #[error("no identity was issued")]
    Response(#[from] ReadResponseError),
    /// The identity is of no use.
    #[error(transparent)]
    Connect(#[from] ConnectError),
}

impl Enroller {
    /// Makes an enroller. `roots` are the authorities of the server's TLS certificate; without any
    /// the machine's are used.
    pub fn new(
        roots: Vec<reqwest::Certificate>,
        keys: KeyPool,
        proof: Proof,
        seed: u64,
    ) -> Result<Self, ConnectError> {
        let http = super::client(&roots, None)?;
        Ok(Self {
            http,
            roots,
            keys,
            random: Random::new(seed, "enroller"),
            proof,
            reached_at: None,
        })
    }

    /// Finds the server at another address than the one it names itself by.
    #[must_use]
    pub fn rerouted(self, reroute: Reroute) -> Self {
        Self { reached_at: Some(reroute), ..self }
    }

    /// Opens a one-time link, presses its button, reads the profile and gets the identity that it
    /// names.
    pub async fn by_link(&mut self, link: &str, now: Timestamp) -> Result<Enrollee, EnrollError> {
        let link = self.reach(link);
        self.get(&link).await?;
        let signed = self.body_of(&link, self.http.post(&link)).await?;
        let profile = profile::decode(&verify_attached(&signed)?.content)?;
        let identity = self.identity_from_scep(&profile, now).await?;
        let mdm = &profile.mdm;
        let check_in_url = mdm.check_in_url.as_ref().unwrap_or(&mdm.server_url);
        let credentials = Credentials {
            certificate: identity.certificate().to_pem(),
            key: identity.key().to_pem().to_string(),
            topic: mdm.topic.clone(),
            check_in_url: self.reach(check_in_url),
            server_url: self.reach(&mdm.server_url),
            proof: self.proof,
        };
        self.by_credentials(credentials)
    }

    /// Uses an identity that another authority issued.
    pub fn by_credentials(&self, credentials: Credentials) -> Result<Enrollee, EnrollError> {
        let topic = credentials.topic.clone();
        Ok(Enrollee { connection: Connection::new(credentials, &self.http, &self.roots)?, topic })
    }

    /// Renews an identity before it expires, proving it with the old one.
    pub async fn renew(
        &mut self,
        connection: &Connection,
        scep_url: &str,
        now: Timestamp,
    ) -> Result<Connection, EnrollError> {
        let old = &connection.identity;
        let common_name = old.certificate().subject_common_name().unwrap_or_default();
        let authority = self.authority(scep_url).await?;
        let key = self.keys.next_key();
        let request = EnrollmentRequest {
            kind: RequestKind::RenewalReq,
            authority: &authority,
            requester: old,
            key: &key,
            common_name: &common_name,
            challenge: None,
            transaction_id: &self.random.uuid(),
            nonce: self.random.octets(),
        };
        let certificate = self.certify(scep_url, &request, now).await?;
        let renewed = identity(certificate, key).ok_or(ReadResponseError::NoCertificate)?;
        let credentials = Credentials {
            certificate: renewed.certificate().to_pem(),
            key: renewed.key().to_pem().to_string(),
            ..connection.credentials.clone()
        };
        Ok(Connection::new(credentials, &self.http, &self.roots)?)
    }

    async fn identity_from_scep(
        &mut self,
        profile: &EnrollmentProfile,
        now: Timestamp,
    ) -> Result<Identity, EnrollError> {
        let scep = &profile.scep;
        let url = self.reach(&scep.url);
        let authority = self.authority(&url).await?;
        let common_name = scep.subject.iter().flatten().find(|(name, _)| name == "CN");
        let common_name = common_name.map_or("device", |(_, value)| value.as_str());
        let requester =
            Identity::self_signed(self.keys.next_key(), common_name, &self.requester_life(now))?;
        let request = EnrollmentRequest {
            kind: RequestKind::PkcsReq,
            authority: &authority,
            requester: &requester,
            key: requester.key(),
            common_name,
            challenge: scep.challenge.as_ref().map(|challenge| challenge.expose().as_str()),
            transaction_id: &self.random.uuid(),
            nonce: self.random.octets(),
        };
        let certificate = self.certify(&url, &request, now).await?;
        let (_, key) = requester.into_parts();
        Ok(identity(certificate, key).ok_or(ReadResponseError::NoCertificate)?)
    }

    /// How long the certificate that signs the first request is valid.
    fn requester_life(&mut self, now: Timestamp) -> Issuance {
        let day = SignedDuration::from_hours(24);
        let validity = Validity { not_before: now - day, not_after: now + day };
        Issuance { serial_number: SerialNumber::from_random(self.random.octets()), validity }
    }

    async fn authority(&self, url: &str) -> Result<Certificate, EnrollError> {
        let der = self.get(&format!("{url}?operation=GetCACert")).await?;
        Ok(Certificate::from_der(&der)?)
    }

    async fn certify(
        &self,
        url: &str,
        request: &EnrollmentRequest<'_>,
        now: Timestamp,
    ) -> Result<Certificate, EnrollError> {
        let url = format!("{url}?operation=PKIOperation");
        let sent = self.http.post(&url).header(http::header::CONTENT_TYPE, PKI_MESSAGE_TYPE);
        let answer = self.body_of(&url, sent.body(request.encode(now)?)).await?;
        Ok(request.read_response(&answer)?)
    }

    fn reach(&self, url: &str) -> String {
        let rest = self.reached_at.as_ref().and_then(|reroute| {
            Some(format!("{}{}", reroute.reached, url.strip_prefix(&reroute.named)?))
        });
        rest.unwrap_or_else(|| url.to_owned())
    }

    async fn get(&self, url: &str) -> Result<Vec<u8>, EnrollError> {
        self.body_of(url, self.http.get(url)).await
    }

    async fn body_of(
        &self,
        url: &str,
        request: reqwest::RequestBuilder,
    ) -> Result<Vec<u8>, EnrollError> {
        let reach = |source| EnrollError::Reach { url: url.to_owned(), source };
        let response = request.send().await.map_err(reach)?;
        let status = response.status();
        let body = response.bytes().await.map_err(reach)?;
        if !status.is_success() {
            return Err(EnrollError::Refused {
                url: url.to_owned(),
                status: status.as_u16(),
                message: String::from_utf8_lossy(&body).chars().take(200).collect(),
            });
        }
        Ok(body.to_vec())
    }
}
