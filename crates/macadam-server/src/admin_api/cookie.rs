//! The cookie that carries a browser's session.

use std::convert::Infallible;
use std::net::{Ipv4Addr, Ipv6Addr};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header, uri::Authority};

use crate::app::App;

const SESSION_COOKIE: &str = "macadam_session";

/// Writes the cookie for the browser that asks.
pub(super) struct SessionCookie {
    /// Only browsers that reach this very machine by plain HTTP get a cookie that HTTP carries.
    is_secure: bool,
}

impl FromRequestParts<App> for SessionCookie {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        let is_public_plain = app.config.public_url.starts_with("http:");
        let is_loopback = host(parts).is_some_and(|host| is_loopback(&host));
        Ok(Self { is_secure: !is_public_plain && !is_loopback })
    }
}

impl SessionCookie {
    /// Keeps this token for so many seconds.
    pub(super) fn keep(&self, token: &str, seconds: i64) -> [(HeaderName, HeaderValue); 1] {
        let secure = if self.is_secure { "; Secure" } else { "" };
        let text = format!(
            "{SESSION_COOKIE}={token}; Path=/; HttpOnly; SameSite=Strict; \
             Max-Age={seconds}{secure}"
        );
        [(header::SET_COOKIE, HeaderValue::from_str(&text).expect("tokens are base64 text"))]
    }

    /// Takes the cookie away.
    pub(super) fn forget(&self) -> [(HeaderName, HeaderValue); 1] {
        self.keep("", 0)
    }
}

/// The token in the cookie of a request.
pub(super) fn token(headers: &HeaderMap) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|value| value.split(';'));
    pairs.find_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        (name == SESSION_COOKIE).then(|| value.to_owned())
    })
}

/// The host and port that the client meant.
pub(super) fn host(parts: &Parts) -> Option<Authority> {
    let named = parts.headers.get(header::HOST).and_then(|value| value.to_str().ok()?.parse().ok());
    parts.uri.authority().cloned().or(named)
}

/// Whether the host can be nothing but the client's own machine.
fn is_loopback(host: &Authority) -> bool {
    let name = host.host().trim_start_matches('[').trim_end_matches(']');
    name == "localhost"
        || name.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
        || name.parse::<Ipv6Addr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_loopback() {
        let is_loopback = |host: &str| is_loopback(&host.parse().unwrap());
        for host in ["localhost", "localhost:8080", "127.0.0.1:80", "[::1]:443"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in ["localhost.example.com", "mdm.example.com", "192.0.2.1:80", "127.example"] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
