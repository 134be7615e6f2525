//! Reading a long list page by page.

use std::borrow::Cow;
use std::marker::PhantomData;

use reqwest::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Answer, Ask, Client, ClientError};
use crate::{MAX_PAGE, Page};

/// A list, read one page at a time, up to a number of rows.
pub struct Pages<'a, T> {
    client: &'a Client,
    path: Cow<'static, str>,
    query: Value,
    cursor: Option<String>,
    /// Rows that may still be read.
    left: u64,
    is_done: bool,
    rows: PhantomData<T>,
}

impl<'a, T: DeserializeOwned> Pages<'a, T> {
    pub(super) fn new(
        client: &'a Client,
        path: impl Into<Cow<'static, str>>,
        filter: &impl Serialize,
    ) -> Self {
        let path = path.into();
        let query = serde_json::to_value(filter).expect("filters are flat structs");
        let (cursor, is_done, rows) = (None, false, PhantomData);
        Self { client, path, query, cursor, left: u64::MAX, is_done, rows }
    }

    /// Reads no more than this many rows.
    #[must_use]
    pub fn at_most(self, rows: u64) -> Self {
        Self { left: rows, ..self }
    }

    /// The next page, as long as there is one.
    pub async fn next(&mut self) -> Result<Option<Answer<Page<T>>>, ClientError> {
        if self.is_done || self.left == 0 {
            return Ok(None);
        }
        let rows = self.left.min(u64::from(MAX_PAGE));
        if let Value::Object(fields) = &mut self.query {
            fields.insert("limit".into(), rows.into());
            fields.insert("cursor".into(), self.cursor.clone().into());
        }
        let ask = Ask { query: Some(self.query.clone()), ..Ask::default() };
        let page: Answer<Page<T>> = self.client.call(Method::GET, &self.path, ask).await?;
        let read = u64::try_from(page.value.items.len()).unwrap_or(u64::MAX);
        self.left = self.left.saturating_sub(read);
        // Every page but the last brings rows, so the list ends.
        if page.value.next_cursor.is_some() && (read == 0 || page.value.next_cursor == self.cursor)
        {
            return Err(ClientError::PageRepeats);
        }
        self.cursor.clone_from(&page.value.next_cursor);
        self.is_done = self.cursor.is_none();
        Ok(Some(page))
    }

    /// All rows that are left.
    pub async fn all(mut self) -> Result<Vec<T>, ClientError> {
        let mut rows = Vec::new();
        while let Some(page) = self.next().await? {
            rows.extend(page.value.items);
        }
        Ok(rows)
    }
}
