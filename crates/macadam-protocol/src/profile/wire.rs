//! The profile as it stands in a property list.

use plist::{Dictionary, Value};
use serde::{Deserialize, Serialize};

use super::{
    AccessRights, DecodeProfileError, EnrollmentProfile, MdmPayload, ScepPayload,
    TrustedCertificate,
};
use crate::property_list::{self, Data};
use crate::{Limits, Secret};

const PROFILE_TYPE: &str = "Configuration";
const CERTIFICATE_TYPE: &str = "com.apple.security.root";
const SCEP_TYPE: &str = "com.apple.security.scep";
const MDM_TYPE: &str = "com.apple.mdm";

/// The version of every payload; Apple has only one.
const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Profile {
    payload_type: String,
    payload_version: u32,
    payload_identifier: String,
    #[serde(rename = "PayloadUUID")]
    payload_uuid: String,
    payload_display_name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    payload_description: Option<String>,
    #[serde(default)]
    payload_organization: String,
    payload_content: Vec<Dictionary>,
}

/// What every payload begins with.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Header {
    payload_type: String,
    payload_version: u32,
    payload_identifier: String,
    #[serde(rename = "PayloadUUID")]
    payload_uuid: String,
    #[serde(default)]
    payload_display_name: String,
}

/// A payload whose own keys are one value.
#[derive(Serialize, Deserialize)]
struct Content<T> {
    #[serde(rename = "PayloadContent")]
    content: T,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ScepContent {
    #[serde(rename = "URL")]
    url: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(default)]
    subject: Vec<Vec<(String, String)>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    challenge: Option<Secret<String>>,
    #[serde(rename = "Keysize", default = "default_key_size")]
    key_size: u32,
    #[serde(rename = "Key Type", default = "default_key_type")]
    key_type: String,
    #[serde(rename = "Key Usage", default)]
    key_usage: u32,
    #[serde(rename = "CAFingerprint", default, skip_serializing_if = "Option::is_none")]
    ca_fingerprint: Option<Data>,
    #[serde(default = "default_retries")]
    retries: u32,
    #[serde(default = "default_retry_delay")]
    retry_delay: u32,
    #[serde(default = "default_extractable")]
    key_is_extractable: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct MdmContent {
    #[serde(rename = "IdentityCertificateUUID")]
    identity_certificate_uuid: String,
    topic: String,
    #[serde(rename = "ServerURL")]
    server_url: String,
    #[serde(rename = "CheckInURL", default, skip_serializing_if = "Option::is_none")]
    check_in_url: Option<String>,
    #[serde(default)]
    sign_message: bool,
    #[serde(default)]
    access_rights: u32,
    #[serde(default)]
    check_out_when_removed: bool,
    #[serde(default)]
    server_capabilities: Vec<String>,
    #[serde(rename = "UseDevelopmentAPNS", default)]
    use_development_apns: bool,
    #[serde(rename = "ServerURLPinningCertificateUUIDs", default)]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    server_url_pinning_certificate_uuids: Vec<String>,
    #[serde(rename = "CheckInURLPinningCertificateUUIDs", default)]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    check_in_url_pinning_certificate_uuids: Vec<String>,
    #[serde(default)]
    pinning_revocation_check_required: bool,
    #[serde(default)]
    prompt_user_to_allow_bootstrap_token_for_authentication: bool,
}

fn default_key_size() -> u32 {
    1024
}

fn default_key_type() -> String {
    "RSA".to_owned()
}

fn default_retries() -> u32 {
    3
}

fn default_retry_delay() -> u32 {
    10
}

fn default_extractable() -> bool {
    true
}

/// Encodes an enrollment profile, ready to be signed.
pub fn encode(profile: &EnrollmentProfile) -> Vec<u8> {
    let mut payloads: Vec<Dictionary> = Vec::new();
    for certificate in &profile.trusted_certificates {
        let header = Header {
            payload_display_name: certificate.display_name.clone(),
            ..header(profile, CERTIFICATE_TYPE, &certificate.uuid)
        };
        payloads.push(payload(&header, &Content { content: &certificate.certificate }));
    }
    let scep = &profile.scep;
    let content = Content { content: scep_content(scep) };
    payloads.push(payload(&header(profile, SCEP_TYPE, &scep.uuid), &content));
    let mdm = &profile.mdm;
    let content = mdm_content(mdm, &scep.uuid);
    payloads.push(payload(&header(profile, MDM_TYPE, &mdm.uuid), &content));
    property_list::encode(&Profile {
        payload_type: PROFILE_TYPE.to_owned(),
        payload_version: VERSION,
        payload_identifier: profile.identifier.clone(),
        payload_uuid: profile.uuid.clone(),
        payload_display_name: profile.display_name.clone(),
        payload_description: profile.description.clone(),
        payload_organization: profile.organization.clone(),
        payload_content: payloads,
    })
}

/// Decodes an enrollment profile, as a device reads it after it checked the signature.
pub fn decode(bytes: &[u8]) -> Result<EnrollmentProfile, DecodeProfileError> {
    let profile: Profile = property_list::decode(bytes, &Limits::MESSAGE)?;
    let mut trusted_certificates = Vec::new();
    let (mut scep, mut mdm) = (None, None);
    for payload in profile.payload_content {
        let payload = Value::Dictionary(payload);
        let header: Header = property_list::from_value(&payload)?;
        match header.payload_type.as_str() {
            CERTIFICATE_TYPE => {
                let Content { content } = property_list::from_value(&payload)?;
                trusted_certificates.push(TrustedCertificate {
                    uuid: header.payload_uuid,
                    display_name: header.payload_display_name,
                    certificate: content,
                });
            }
            SCEP_TYPE => {
                let Content { content } = property_list::from_value(&payload)?;
                scep = Some(scep_payload(header.payload_uuid, content));
            }
            MDM_TYPE => {
                let content = property_list::from_value(&payload)?;
                mdm = Some(mdm_payload(header.payload_uuid, content));
            }
            _ => {}
        }
    }
    let scep = scep.ok_or(DecodeProfileError::NoPayload { payload_type: SCEP_TYPE })?;
    let (mdm, identity_uuid) =
        mdm.ok_or(DecodeProfileError::NoPayload { payload_type: MDM_TYPE })?;
    if identity_uuid != scep.uuid {
        return Err(DecodeProfileError::UnknownIdentity);
    }
    Ok(EnrollmentProfile {
        identifier: profile.payload_identifier,
        uuid: profile.payload_uuid,
        display_name: profile.payload_display_name,
        description: profile.payload_description,
        organization: profile.payload_organization,
        trusted_certificates,
        scep,
        mdm,
    })
}

fn payload<T: Serialize>(header: &Header, content: &T) -> Dictionary {
    let mut payload = property_list::dictionary(header);
    payload.extend(property_list::dictionary(content));
    payload
}

fn header(profile: &EnrollmentProfile, payload_type: &str, uuid: &str) -> Header {
    Header {
        payload_type: payload_type.to_owned(),
        payload_version: VERSION,
        payload_identifier: format!("{}.{uuid}", profile.identifier),
        payload_uuid: uuid.to_owned(),
        payload_display_name: profile.display_name.clone(),
    }
}

fn scep_content(scep: &ScepPayload) -> ScepContent {
    ScepContent {
        url: scep.url.clone(),
        name: scep.name.clone(),
        subject: scep.subject.clone(),
        challenge: scep.challenge.clone(),
        key_size: scep.key_size,
        key_type: default_key_type(),
        key_usage: scep.key_usage,
        ca_fingerprint: scep.ca_fingerprint.clone(),
        retries: scep.retries,
        retry_delay: scep.retry_delay_seconds,
        key_is_extractable: scep.is_key_extractable,
    }
}

fn scep_payload(uuid: String, content: ScepContent) -> ScepPayload {
    ScepPayload {
        uuid,
        url: content.url,
        name: content.name,
        subject: content.subject,
        challenge: content.challenge,
        key_size: content.key_size,
        key_usage: content.key_usage,
        ca_fingerprint: content.ca_fingerprint,
        retries: content.retries,
        retry_delay_seconds: content.retry_delay,
        is_key_extractable: content.key_is_extractable,
    }
}

fn mdm_content(mdm: &MdmPayload, identity_uuid: &str) -> MdmContent {
    MdmContent {
        identity_certificate_uuid: identity_uuid.to_owned(),
        topic: mdm.topic.clone(),
        server_url: mdm.server_url.clone(),
        check_in_url: mdm.check_in_url.clone(),
        sign_message: mdm.sign_message,
        access_rights: mdm.access_rights.bits(),
        check_out_when_removed: mdm.check_out_when_removed,
        server_capabilities: mdm.server_capabilities.clone(),
        use_development_apns: mdm.use_development_apns,
        server_url_pinning_certificate_uuids: mdm.server_url_pinning_certificate_uuids.clone(),
        check_in_url_pinning_certificate_uuids: mdm.check_in_url_pinning_certificate_uuids.clone(),
        pinning_revocation_check_required: mdm.pinning_revocation_check_required,
        prompt_user_to_allow_bootstrap_token_for_authentication: mdm
            .prompt_user_to_allow_bootstrap_token_for_authentication,
    }
}

/// The management, and the payload that it takes its identity from.
fn mdm_payload(uuid: String, content: MdmContent) -> (MdmPayload, String) {
    let payload = MdmPayload {
        uuid,
        topic: content.topic,
        server_url: content.server_url,
        check_in_url: content.check_in_url,
        sign_message: content.sign_message,
        access_rights: AccessRights(content.access_rights),
        check_out_when_removed: content.check_out_when_removed,
        server_capabilities: content.server_capabilities,
        use_development_apns: content.use_development_apns,
        server_url_pinning_certificate_uuids: content.server_url_pinning_certificate_uuids,
        check_in_url_pinning_certificate_uuids: content.check_in_url_pinning_certificate_uuids,
        pinning_revocation_check_required: content.pinning_revocation_check_required,
        prompt_user_to_allow_bootstrap_token_for_authentication: content
            .prompt_user_to_allow_bootstrap_token_for_authentication,
    };
    (payload, content.identity_certificate_uuid)
}
