//! Who is asking, and whether they may: a handler's signature says what it needs.

use std::marker::PhantomData;
use std::net::IpAddr;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, header};
use macadam_api::ErrorCode;
use macadam_api::people::Permission;

use super::cookie;
use super::error::ApiError;
use crate::app::{App, Caller};
use crate::origin::Origin;

/// Proof that the caller has the permission `P`.
pub(crate) struct May<P> {
    pub(crate) caller: Caller,
    permission: PhantomData<P>,
}

/// A permission as a type, so that it can stand in a signature.
pub(crate) trait Permit {
    const PERMISSION: Permission;
}

macro_rules! permits {
    ($($name:ident),+ $(,)?) => {
        $(
            /// Stands for the permission of the same name.
            pub(crate) struct $name;

            impl Permit for $name {
                const PERMISSION: Permission = Permission::$name;
            }
        )+
    };
}

permits!(
    Read,
    EditDevices,
    EditExceptions,
    EditEnrollments,
    EditLibrary,
    EditBlueprints,
    ReviewReleases,
    RefreshCatalog,
    EditPushCertificate,
    EditTokens,
    EditPeople,
    ReadAudit,
);

/// Somebody who is signed in, whatever their role: only for what concerns themselves.
pub(crate) struct SignedInCaller(pub(crate) Caller);

/// Somebody who is not signed in: only for signing in and for the first set-up.
pub(crate) struct Anybody {
    pub(crate) address: IpAddr,
}

impl<P: Permit> FromRequestParts<App> for May<P> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let caller = identify(parts, app).await?;
        if caller.lacks_second_factor {
            let message = "the organization asks for a second factor; set one up first";
            return Err(ApiError::new(ErrorCode::SecondFactorRequired, message));
        }
        if !caller.may(P::PERMISSION) {
            let message = format!("{} has no permission to do this", caller.name);
            return Err(ApiError::new(ErrorCode::Forbidden, message));
        }
        Ok(Self { caller, permission: PhantomData })
    }
}

impl FromRequestParts<App> for SignedInCaller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        identify(parts, app).await.map(Self)
    }
}

impl FromRequestParts<App> for Anybody {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        address(parts, app).await.map(|address| Self { address })
    }
}

async fn identify(parts: &mut Parts, app: &App) -> Result<Caller, ApiError> {
    let address = address(parts, app).await?;
    let not_signed_in = || ApiError::new(ErrorCode::NotSignedIn, "nobody is signed in");
    let (secret, is_cookie) = credential(&parts.headers).ok_or_else(not_signed_in)?;
    if is_cookie && !is_from_our_pages(parts, app) {
        let message = "a browser sent this from a page of somebody else";
        return Err(ApiError::new(ErrorCode::Forbidden, message));
    }
    app.caller(&secret, address).await?.ok_or_else(not_signed_in)
}

async fn address(parts: &mut Parts, app: &App) -> Result<IpAddr, ApiError> {
    match Origin::from_request_parts(parts, app).await {
        Ok(Origin(address)) => Ok(address),
        Err(_) => Err(ApiError::new(ErrorCode::InvalidParameter, "the sender has no address")),
    }
}

/// The bearer token, or the cookie's; and whether it was the cookie's.
pub(super) fn credential(headers: &HeaderMap) -> Option<(String, bool)> {
    if let Some(value) = headers.get(header::AUTHORIZATION) {
        let token = value.to_str().ok()?.strip_prefix("Bearer ")?;
        return Some((token.trim().to_owned(), false));
    }
    cookie::token(headers).map(|token| (token, true))
}

/// Cookies travel by themselves, so what changes something must come from a page of this server.
fn is_from_our_pages(parts: &Parts, app: &App) -> bool {
    if matches!(parts.method, Method::GET | Method::HEAD) {
        return true;
    }
    if let Some(site) = parts.headers.get("sec-fetch-site") {
        return site == "same-origin";
    }
    // Browsers say from where on every secure page; what is left is plain HTTP by name.
    parts.headers.get(header::ORIGIN).is_some_and(|origin| {
        let ours = app.config.public_url.trim_end_matches('/');
        origin == ours || cookie::host(parts).is_some_and(|host| is_page_of(origin, host.as_str()))
    })
}

fn is_page_of(origin: &HeaderValue, host: &str) -> bool {
    let origin = origin.to_str().unwrap_or_default();
    origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://")) == Some(host)
}
