//! Apple's push service.
//!
//! All pushes share one HTTP/2 connection. The HTTP client opens it, replaces it when Apple says
//! goodbye, and sends again what Apple did not take. Sending a push twice does no harm: Apple keeps
//! only the last one for a device.

use std::time::Duration;

use jiff::Timestamp;
use macadam_pki::PushCertificate;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue, InvalidHeaderValue, RETRY_AFTER};
use reqwest::{Identity, Response, StatusCode, redirect};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use tokio::sync::Semaphore;

use crate::config::PushSettings;

/// Apple explains a refusal in some fifty bytes.
const MAX_ANSWER_BYTES: usize = 4096;
/// How often a quiet connection with pushes in flight is asked whether it lives.
const KEEP_ALIVE: Duration = Duration::from_secs(30);

/// A client of the push service for one push certificate.
pub(crate) struct ApnsClient {
    http: reqwest::Client,
    url: String,
    topic: HeaderValue,
    in_flight: Semaphore,
}

/// What the client may take up.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ApnsLimits {
    /// Pushes that wait for their answer at once; Apple allows 1000 on a connection.
    pub(crate) in_flight: usize,
    /// How long opening a connection may take.
    pub(crate) connect: Duration,
    /// How long one push may take, the connection included.
    pub(crate) answer: Duration,
}

/// A push that makes one enrollment ask for its commands.
#[derive(Clone, Copy)]
pub(crate) struct Push<'a> {
    pub(crate) token: &'a [u8],
    pub(crate) magic: &'a SecretString,
    /// Until when Apple keeps it for a device that is off.
    pub(crate) expires_at: Timestamp,
}

/// What Apple answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PushAnswer {
    /// Apple took it; whether the device is on is another matter.
    Sent,
    /// The token is not valid, or not any more, or is for another topic; pushing waits for the one
    /// that the device sends next.
    Unregistered,
    /// Apple is busy, or this device was pushed too often; try later.
    Busy { retry_after: Option<Duration> },
    /// Apple refuses for a reason that an administrator must look at, such as an expired
    /// certificate.
    Refused { status: u16, reason: String },
}

/// The client could not be made from its settings.
#[derive(Debug, Error)]
pub(crate) enum OpenApnsError {
    #[error("the topic of the push certificate cannot be sent")]
    Topic(#[source] InvalidHeaderValue),
    #[error("the push certificate or the authorities of the push service cannot be used")]
    Tls(#[source] reqwest::Error),
}

/// A push did not get through.
#[derive(Debug, Error)]
pub(crate) enum SendPushError {
    #[error("the push service did not answer in time")]
    TimedOut,
    #[error("the push service cannot be reached")]
    Unreachable(#[source] reqwest::Error),
}

impl ApnsClient {
    /// Makes a client; it connects with the first push.
    pub(crate) fn new(
        settings: &PushSettings,
        certificate: &PushCertificate,
        limits: ApnsLimits,
    ) -> Result<Self, OpenApnsError> {
        let topic = HeaderValue::from_str(certificate.topic()).map_err(OpenApnsError::Topic)?;
        let mut http = reqwest::Client::builder()
            .identity(identity(certificate).map_err(OpenApnsError::Tls)?)
            .http2_prior_knowledge()
            .http2_keep_alive_interval(KEEP_ALIVE)
            .http2_keep_alive_timeout(limits.answer)
            .pool_idle_timeout(None)
            .redirect(redirect::Policy::none())
            .connect_timeout(limits.connect)
            .timeout(limits.answer);
        if let Some(roots) = &settings.roots {
            let roots = roots.iter().map(|root| reqwest::Certificate::from_der(root.der()));
            let roots = roots.collect::<Result<Vec<_>, _>>().map_err(OpenApnsError::Tls)?;
            http = http.tls_certs_only(roots);
        }
        Ok(Self {
            http: http.build().map_err(OpenApnsError::Tls)?,
            url: format!("{}/3/device/", settings.url),
            topic,
            in_flight: Semaphore::new(limits.in_flight),
        })
    }

    /// Sends one push and waits for its answer. Many may be sent at the same time.
    pub(crate) async fn send(&self, push: Push<'_>) -> Result<PushAnswer, SendPushError> {
        let _in_flight = self.in_flight.acquire().await.expect("the semaphore is never closed");
        let request = self
            .http
            .post(format!("{}{}", self.url, hex(push.token)))
            .headers(self.headers(push.expires_at))
            .json(&Payload { mdm: push.magic.expose_secret() });
        answer(request.send().await.map_err(send_error)?).await
    }

    fn headers(&self, expires_at: Timestamp) -> HeaderMap {
        let headers = [
            ("apns-topic", self.topic.clone()),
            ("apns-push-type", HeaderValue::from_static("mdm")),
            ("apns-priority", HeaderValue::from_static("10")),
            ("apns-expiration", HeaderValue::from(expires_at.as_second())),
        ];
        headers.into_iter().map(|(name, value)| (HeaderName::from_static(name), value)).collect()
    }
}

/// The whole payload: a device-management push has no `aps` dictionary.
#[derive(Serialize)]
struct Payload<'a> {
    mdm: &'a str,
}

/// The body of a refusal.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Refusal {
    reason: String,
}

fn identity(certificate: &PushCertificate) -> reqwest::Result<Identity> {
    let identity = certificate.identity();
    let pem = [identity.certificate().to_pem().as_str(), &identity.key().to_pem()].concat();
    Identity::from_pem(SecretString::from(pem).expose_secret().as_bytes())
}

async fn answer(response: Response) -> Result<PushAnswer, SendPushError> {
    let status = response.status();
    let retry_after = retry_after(&response);
    match status {
        StatusCode::OK => return Ok(PushAnswer::Sent),
        StatusCode::GONE => return Ok(PushAnswer::Unregistered),
        StatusCode::TOO_MANY_REQUESTS => return Ok(PushAnswer::Busy { retry_after }),
        _ if status.is_server_error() => return Ok(PushAnswer::Busy { retry_after }),
        _ => {}
    }
    let reason = refusal(response).await?.reason;
    match (status, reason.as_str()) {
        // What Apple says of one token is no trouble of the others.
        (
            StatusCode::BAD_REQUEST,
            "BadDeviceToken" | "DeviceTokenNotForTopic" | "MissingDeviceToken",
        ) => Ok(PushAnswer::Unregistered),
        _ => Ok(PushAnswer::Refused { status: status.as_u16(), reason }),
    }
}

/// Reads why a push was refused; a body that is too long or no JSON says nothing.
async fn refusal(mut response: Response) -> Result<Refusal, SendPushError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(send_error)? {
        if body.len() + chunk.len() > MAX_ANSWER_BYTES {
            return Ok(Refusal::default());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(serde_json::from_slice(&body).unwrap_or_default())
}

fn retry_after(response: &Response) -> Option<Duration> {
    let seconds = response.headers().get(RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// The URL is left out of errors, because it names the device by its token.
fn send_error(error: reqwest::Error) -> SendPushError {
    if error.is_timeout() {
        return SendPushError::TimedOut;
    }
    SendPushError::Unreachable(error.without_url())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests;
