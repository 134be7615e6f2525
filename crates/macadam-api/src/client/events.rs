//! The stream of events, line by line.

use std::time::Duration;

use reqwest::{Method, Response};

use super::{Ask, Client, ClientError};
use crate::events::{Event, EventsQuery};

/// Longer than the server lets a stream live.
const LONGEST: Duration = Duration::from_mins(15);
/// No event is longer: a few ids at most.
const MAX_EVENT: usize = 64 << 10;

/// An open stream of events.
pub struct Events {
    client: Client,
    response: Response,
    unread: Vec<u8>,
    last: Option<i64>,
}

impl Client {
    /// Opens the stream of what changes, after the event `after` if there is one.
    pub async fn events(&self, after: Option<i64>) -> Result<Events, ClientError> {
        let ask = Ask { timeout: Some(LONGEST), ..Ask::default() }.query(&EventsQuery { after });
        let response = self.ask(Method::GET, "/api/v1/events", ask).await?;
        if response.status().is_success() {
            let client = self.clone();
            return Ok(Events { client, response, unread: Vec::new(), last: after });
        }
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.bytes().await.map_err(|source| self.unreachable(source))?;
        Err(self.refusal(status, &headers, &bytes))
    }
}

impl Events {
    /// The next event; `None` when the server ended the stream.
    pub async fn next(&mut self) -> Result<Option<Event>, ClientError> {
        loop {
            while let Some(block) = self.block() {
                if let Some(event) = self.read(&block)? {
                    return Ok(Some(event));
                }
            }
            let chunk = self.response.chunk().await;
            match chunk.map_err(|source| self.client.unreachable(source))? {
                Some(chunk) if self.unread.len() + chunk.len() <= MAX_EVENT => {
                    self.unread.extend_from_slice(&chunk);
                }
                Some(_) => return Err(ClientError::TooLarge { limit: MAX_EVENT }),
                None => return Ok(None),
            }
        }
    }

    /// The id of the last event, where another stream goes on.
    pub fn last(&self) -> Option<i64> {
        self.last
    }

    /// The text up to the next empty line.
    fn block(&mut self) -> Option<String> {
        let end = self.unread.windows(2).position(|pair| pair == b"\n\n")?;
        let block: Vec<u8> = self.unread.drain(..end + 2).collect();
        Some(String::from_utf8_lossy(&block).into_owned())
    }

    /// An event out of its lines; `None` for a heartbeat.
    fn read(&mut self, block: &str) -> Result<Option<Event>, ClientError> {
        let field = |name: &str| {
            let mut lines = block.lines();
            lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(':').map(str::trim))
        };
        let Some(name) = field("event") else { return Ok(None) };
        if let Some(id) = field("id").and_then(|id| id.parse().ok()) {
            self.last = Some(id);
        }
        Ok(match name {
            "ready" => Some(Event::Ready),
            "changed" => {
                let data = field("data").unwrap_or_default();
                let changed = serde_json::from_str(data).map_err(ClientError::NotUnderstood)?;
                Some(Event::Changed(changed))
            }
            // What is not known may mean anything.
            _ => Some(Event::Resync),
        })
    }
}
