//! Requests that must not take effect twice: their answers are remembered under the caller's key.

use jiff::Timestamp;

use crate::db::{Conn, params, queries, row};
use crate::{Sha256, Store, StoreError};

queries! {
    TAKE = { "insert into request (actor, key, content, expires_at) values ($1, $2, $3, $4)
        on conflict (actor, key) do update set content = excluded.content, answer = null,
            expires_at = excluded.expires_at
        where request.expires_at <= $5" }
    KNOWN = { "select content, answer from request where actor = $1 and key = $2" }
    ANSWER = { "update request set answer = $3 where actor = $1 and key = $2" }
    FORGET = { "delete from request where actor = $1 and key = $2 and answer is null" }
}

/// A request with an idempotency key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    pub at: Timestamp,
    pub actor: String,
    pub key: String,
    /// What was asked; the same key for something else is a mistake.
    pub content: Sha256,
    pub expires_at: Timestamp,
}

/// What is known of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remembered {
    /// Nothing: the key is now taken, and the caller must do the work.
    New,
    /// The answer that was given.
    Answered(String),
    /// The work is being done, or its doer died.
    InProgress,
    /// The key was used for another request.
    OtherRequest,
}

impl Store {
    /// Takes a key, or says what came of it before.
    pub async fn begin_request(&self, request: Request) -> Result<Remembered, StoreError> {
        self.write(request, |conn, request| Box::pin(begin(conn, request))).await
    }

    /// Remembers the answer (`None`: the work failed, and the key is free again).
    pub async fn finish_request(
        &self,
        actor: &str,
        key: &str,
        answer: Option<String>,
    ) -> Result<(), StoreError> {
        let input = (actor.to_owned(), key.to_owned(), answer);
        self.write(input, |conn, (actor, key, answer)| {
            Box::pin(async move {
                match answer {
                    Some(answer) => conn.run(&ANSWER, params![actor, key, answer]).await,
                    None => conn.run(&FORGET, params![actor, key]).await,
                }
                .map(drop)
            })
        })
        .await
    }
}

row! {
    struct Known {
        content: Sha256,
        answer: Option<String>,
    }
}

async fn begin(conn: &mut Conn, request: &Request) -> Result<Remembered, StoreError> {
    let Request { at, actor, key, content, expires_at } = request;
    if conn.run(&TAKE, params![actor, key, content, expires_at, at]).await? == 1 {
        return Ok(Remembered::New);
    }
    let known: Known = conn.one(&KNOWN, params![actor, key]).await?;
    Ok(match known.answer {
        _ if known.content != *content => Remembered::OtherRequest,
        Some(answer) => Remembered::Answered(answer),
        None => Remembered::InProgress,
    })
}
