//! `/api/v1/events`: what changes, as it changes; and noting what this API itself changed.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method};
use axum::middleware::Next;
use axum::response::sse::{self, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{Stream, unfold};
use macadam_api::events::{Changed, Event, EventsQuery, Noun};
use macadam_api::{ErrorCode, Problem};
use uuid::Uuid;

use super::PREFIX;
use super::caller::{May, Read};
use super::error::ApiError;
use super::input::Query;
use crate::app::{App, Watch};

/// A line that means nothing is sent this often, so that proxies and readers know of each other.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// A stream ends after this; whoever goes on shows again who they are.
const LIFE: Duration = Duration::from_mins(5);

/// A browser comes back after this, so that the end of a stream is not seen as a gap.
const RETRY: Duration = Duration::from_millis(100);

/// Tells what changes, as it changes, as server-sent events.
#[utoipa::path(get, path = "/events", tag = "events",
    params(EventsQuery, ("Last-Event-ID" = Option<i64>, Header)),
    responses((status = 200, body = Changed, content_type = "text/event-stream"),
        (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 429, body = Problem)))]
pub(super) async fn watch_events(
    State(app): State<App>,
    may: May<Read>,
    headers: HeaderMap,
    Query(query): Query<EventsQuery>,
) -> Result<Response, ApiError> {
    let after = last_event(&headers)?.or(query.after);
    let Some(watch) = app.watch(&may.caller, after).await? else {
        let message = "too many streams of events are open; close some";
        return Err(ApiError::new(ErrorCode::TooManyRequests, message));
    };
    let heartbeat = KeepAlive::new().interval(HEARTBEAT);
    Ok(Sse::new(stream(app, watch)).keep_alive(heartbeat).into_response())
}

/// Notes what a request changed, once it did.
pub(super) async fn note_changes(State(app): State<App>, request: Request, next: Next) -> Response {
    let is_write = !matches!(*request.method(), Method::GET | Method::HEAD);
    let path = is_write.then(|| request.uri().path().to_owned());
    let response = next.run(request).await;
    if let Some(path) = path.filter(|_| response.status().is_success()) {
        for (noun, id) in changed_by(&path) {
            app.changed(noun, id);
        }
    }
    response
}

/// What a successful write to a path changes.
fn changed_by(path: &str) -> Vec<(Noun, Option<Uuid>)> {
    let mut parts = path.strip_prefix(PREFIX).unwrap_or_default().trim_matches('/').split('/');
    let noun = parts.next().unwrap_or_default();
    let id = parts.next().and_then(|id| id.parse().ok());
    match (noun, parts.next()) {
        ("devices", _) => vec![(Noun::Devices, id)],
        ("bulk-actions", _) => vec![(Noun::BulkActions, id)],
        ("library-items", _) => vec![(Noun::LibraryItems, id)],
        ("blueprints", Some("devices")) => vec![(Noun::Blueprints, id), (Noun::Devices, None)],
        ("blueprints", _) => vec![(Noun::Blueprints, id)],
        ("policy", _) => vec![
            (Noun::LibraryItems, None),
            (Noun::Blueprints, None),
            (Noun::Releases, None),
            (Noun::Settings, None),
        ],
        ("releases", _) => vec![(Noun::Releases, None)],
        ("approval", _) => vec![(Noun::Releases, None), (Noun::Settings, None)],
        ("feeds", _) => vec![(Noun::Feeds, None)],
        ("exceptions", _) => vec![(Noun::Exceptions, id)],
        ("self-service-requests", _) => vec![(Noun::SelfServiceRequests, None)],
        ("enrollments", _) => vec![(Noun::Enrollments, id)],
        ("push-certificate", _) => vec![(Noun::PushCertificate, None)],
        ("people" | "setup", _) => vec![(Noun::People, id)],
        // Who has a second factor is seen by others.
        ("account", _) => vec![(Noun::People, None)],
        ("ring-halts", _) => vec![(Noun::RingHalts, id)],
        ("sign-in-policy", _) => vec![(Noun::Settings, None)],
        ("views", _) => vec![(Noun::Views, id)],
        ("tokens", _) => vec![(Noun::Tokens, id)],
        _ => Vec::new(),
    }
}

fn stream(app: App, watch: Watch) -> impl Stream<Item = Result<sse::Event, Infallible>> {
    let end = {
        let app = app.clone();
        Box::pin(async move {
            tokio::select! {
                () = app.wall_clock.sleep(LIFE) => {}
                () = app.stopping.cancelled() => {}
            }
        })
    };
    let first = Some(RETRY);
    unfold((watch, end, first), |(mut watch, mut end, retry)| async move {
        let (at, event) = tokio::select! {
            () = &mut end => return None,
            next = watch.next() => next?,
        };
        let data = match &event {
            Event::Ready | Event::Resync => "{}".to_owned(),
            Event::Changed(changed) => serde_json::to_string(changed).unwrap_or_default(),
        };
        let line = sse::Event::default().id(at.to_string()).event(event.name()).data(data);
        let line = retry.into_iter().fold(line, sse::Event::retry);
        Some((Ok(line), (watch, end, None)))
    })
}

/// The place that a browser says it has seen last.
fn last_event(headers: &HeaderMap) -> Result<Option<i64>, ApiError> {
    let Some(value) = headers.get("last-event-id").filter(|value| !value.is_empty()) else {
        return Ok(None);
    };
    let place = value.to_str().ok().and_then(|text| text.parse().ok());
    let message = "Last-Event-ID is none that this stream gave";
    place.map(Some).ok_or_else(|| ApiError::new(ErrorCode::InvalidParameter, message))
}

#[cfg(test)]
mod tests {
    use super::super::document;
    use super::*;

    /// Writes that change nothing another person sees.
    const UNSEEN: [&str; 5] = [
        "/api/v1/backtests",
        "/api/v1/session",
        "/api/v1/previews",
        "/api/v1/session/passkey",
        "/api/v1/session/passkey-challenges",
    ];

    #[test]
    fn every_write_of_the_api_says_what_it_changes() {
        let document = serde_json::to_value(document()).unwrap();
        for (path, item) in document["paths"].as_object().unwrap() {
            let is_write = item.as_object().unwrap().keys().any(|method| method != "get");
            let is_unseen = UNSEEN.contains(&path.as_str());
            assert!(!is_write || changed_by(path).is_empty() == is_unseen, "{path}");
        }
    }
}
