//! A person's requests: one after another on one connection, each with the whole answer read.

use std::io;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

use super::measure::percentile_ms;
use super::{Wire, steady_now};

/// One kind of request.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Call {
    /// What it is called in the report.
    pub name: String,
    /// `GET` or `POST`.
    pub method: String,
    /// The path with its query.
    pub path: String,
    /// Sent as JSON.
    #[serde(default)]
    pub body: Option<Value>,
    /// Whether the page after the one at the path is meant.
    #[serde(default)]
    pub is_next_page: bool,
}

/// How long the server took for one kind of request.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Timing {
    /// Of the call.
    pub name: String,
    /// How often it was made.
    pub times: usize,
    /// Of the last answer.
    pub bytes: usize,
    /// Latencies in milliseconds.
    pub p50_ms: f64,
    /// The 95th percentile.
    pub p95_ms: f64,
    /// The slowest.
    pub max_ms: f64,
    /// The last answer.
    pub answer: Value,
}

/// A request was not answered as it should be.
#[derive(Debug, Error)]
pub enum CallError {
    /// The connection broke, or the server is too slow.
    #[error("the server did not answer")]
    Wire(#[from] io::Error),
    /// The server refused.
    #[error("the server answered {path} with status {status}: {body}")]
    Refused {
        /// What was asked for.
        path: String,
        /// The HTTP status.
        status: u16,
        /// The beginning of the answer.
        body: String,
    },
    /// The answer is not JSON.
    #[error("the answer cannot be read")]
    Answer(#[source] serde_json::Error),
    /// There is no page after this one.
    #[error("the answer to {0} has no next page")]
    NoNextPage(String),
}

/// Makes a call several times, one after another.
pub fn measure_calls(
    wire: &mut Wire,
    call: &Call,
    token: &str,
    times: usize,
) -> Result<Timing, CallError> {
    let mut path = call.path.clone();
    if call.is_next_page {
        let first = parsed(&send(wire, call, &path, token)?)?;
        let cursor = first.get("next_cursor").and_then(Value::as_str);
        let cursor = cursor.ok_or_else(|| CallError::NoNextPage(path.clone()))?;
        let joint = if path.contains('?') { '&' } else { '?' };
        path = format!("{path}{joint}cursor={cursor}");
    }
    let (mut latencies, mut body) = (Vec::<Duration>::with_capacity(times), Vec::new());
    for _ in 0..times {
        let began = steady_now();
        body = send(wire, call, &path, token)?;
        latencies.push(began.elapsed());
    }
    latencies.sort_unstable();
    Ok(Timing {
        name: call.name.clone(),
        times,
        bytes: body.len(),
        p50_ms: percentile_ms(&latencies, 0.5),
        p95_ms: percentile_ms(&latencies, 0.95),
        max_ms: percentile_ms(&latencies, 1.0),
        answer: parsed(&body)?,
    })
}

fn send(wire: &mut Wire, call: &Call, path: &str, token: &str) -> Result<Vec<u8>, CallError> {
    let body = call.body.as_ref().map(Value::to_string).unwrap_or_default();
    let request = format!(
        "{} {path} HTTP/1.1\r\nHost: figures.invalid\r\nAuthorization: Bearer {token}\r\n\
         Accept: application/json\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        call.method,
        body.len(),
    );
    let reply = wire.call(request.as_bytes())?;
    if reply.status != 200 {
        let body = String::from_utf8_lossy(&reply.body).chars().take(200).collect();
        return Err(CallError::Refused { path: path.to_owned(), status: reply.status, body });
    }
    Ok(reply.body)
}

fn parsed(body: &[u8]) -> Result<Value, CallError> {
    serde_json::from_slice(body).map_err(CallError::Answer)
}
