//! The address a request comes from, through the proxies that the settings name.

use std::net::IpAddr;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};

use crate::app::App;
use crate::config::Network;
use crate::listen::Peer;

/// The address of the client itself, or of what the first proxy we do not know says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Origin(pub(crate) IpAddr);

impl FromRequestParts<App> for Origin {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, StatusCode> {
        let peer = parts.extensions.get::<Peer>().ok_or(StatusCode::INTERNAL_SERVER_ERROR)?;
        Ok(Self::of(peer, &parts.headers, &app.config.trusted_proxies))
    }
}

impl Origin {
    pub(crate) fn of(peer: &Peer, headers: &HeaderMap, proxies: &[Network]) -> Self {
        let forwarded = headers.get_all("x-forwarded-for").iter();
        let forwarded: Vec<_> = forwarded.filter_map(|header| header.to_str().ok()).collect();
        Self(client_address(peer.address.ip(), &forwarded, proxies))
    }
}

/// Whether the peer is a proxy whose headers are believed.
pub(crate) fn is_trusted_proxy(address: IpAddr, proxies: &[Network]) -> bool {
    proxies.iter().any(|network| network.contains(address))
}

/// Each proxy appends the address it saw, so the list is read from its end, and only as long as
/// a proxy we trust wrote it.
fn client_address(peer: IpAddr, forwarded: &[&str], proxies: &[Network]) -> IpAddr {
    let mut address = peer;
    let hops = forwarded.iter().rev().flat_map(|header| header.rsplit(','));
    for hop in hops {
        if !is_trusted_proxy(address, proxies) {
            break;
        }
        let Ok(hop) = hop.trim().parse() else { break };
        address = hop;
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(peer: &str, forwarded: &[&str]) -> String {
        let proxies = ["10.0.0.0/8".parse().unwrap()];
        client_address(peer.parse().unwrap(), forwarded, &proxies).to_string()
    }

    #[test]
    fn forwarded_address_is_believed_from_a_trusted_proxy_only() {
        assert_eq!(client("10.0.0.1", &["203.0.113.9"]), "203.0.113.9");
        assert_eq!(client("192.0.2.1", &["203.0.113.9"]), "192.0.2.1");
        assert_eq!(client("10.0.0.1", &["198.51.100.1, 203.0.113.9, 10.0.0.2"]), "203.0.113.9");
        assert_eq!(client("10.0.0.1", &["198.51.100.1", "203.0.113.9"]), "203.0.113.9");
        assert_eq!(client("10.0.0.1", &["unknown"]), "10.0.0.1");
        assert_eq!(client("10.0.0.1", &[]), "10.0.0.1");
    }
}
