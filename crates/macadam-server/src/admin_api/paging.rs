//! Pages of lists; a cursor is opaque to clients.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use macadam_api::{ErrorCode, Page, PageQuery};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::ApiError;
use super::input::Json;
use crate::app::{Rows, Wanted};

/// The page that a query asks for.
pub(super) fn wanted<C: DeserializeOwned>(query: &PageQuery) -> Result<Wanted<C>, ApiError> {
    let after = query.cursor.as_deref().map(decode).transpose()?;
    Ok(Wanted { rows: query.rows(), after })
}

/// The answer with a page.
pub(super) fn page<T, C: Serialize>(rows: Rows<T, C>) -> Json<Page<T>> {
    Json(Page { items: rows.items, next_cursor: rows.next.as_ref().map(encode) })
}

fn encode(cursor: &impl Serialize) -> String {
    let json = serde_json::to_vec(cursor).expect("cursors are ids, numbers and texts");
    URL_SAFE_NO_PAD.encode(json)
}

fn decode<C: DeserializeOwned>(text: &str) -> Result<C, ApiError> {
    let json = URL_SAFE_NO_PAD.decode(text).ok();
    json.and_then(|json| serde_json::from_slice(&json).ok()).ok_or_else(bad_cursor)
}

/// The cursor is not one of this list.
pub(super) fn bad_cursor() -> ApiError {
    let message = "the cursor is not one that this list gave in this order";
    ApiError::new(ErrorCode::InvalidParameter, message)
}
