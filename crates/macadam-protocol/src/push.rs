//! The body of a push notification that makes a device connect.

use serde::{Deserialize, Serialize};

use crate::json::{self, DecodeJsonError};
use crate::{Limits, Secret};

/// The largest body APNs accepts is larger; this one holds a single UUID.
const LIMITS: Limits = Limits { octets: 4096, depth: 2, nodes: 16 };

#[derive(Serialize, Deserialize)]
struct Wire {
    mdm: Secret<String>,
}

/// Encodes the body: exactly `{"mdm":"<PushMagic>"}`.
pub fn encode(push_magic: &Secret<String>) -> Vec<u8> {
    json::encode(&Wire { mdm: push_magic.clone() })
}

/// Decodes the body, as a device reads it.
pub fn decode(bytes: &[u8]) -> Result<Secret<String>, DecodeJsonError> {
    Ok(json::decode::<Wire>(bytes, &LIMITS)?.mdm)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn body_holds_the_push_magic_and_nothing_else() {
        let magic = Secret::new("7BB0F58A-3CBF-4A0B-8E6A-0E6B4E6E3A11".to_owned());
        let body = encode(&magic);
        assert_eq!(body, br#"{"mdm":"7BB0F58A-3CBF-4A0B-8E6A-0E6B4E6E3A11"}"#);
        assert_eq!(decode(&body).unwrap(), magic);
    }
}
