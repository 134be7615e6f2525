//! `/api/v1/library-items`.

use axum::extract::State;
use axum::http::StatusCode;
use macadam_api::library_items::{LibraryItem, LibraryItemFilter, WriteLibraryItem, WritePause};
use macadam_api::{ErrorCode, Page, PageQuery, Problem};
use macadam_policy::ItemId;
use uuid::Uuid;

use super::caller::{EditLibrary, May, Read};
use super::error::ApiError;
use super::input::{Json, Path, Query, Revised, Revision};
use super::paging::{page, wanted};
use crate::app::{App, ChangeError};

/// Lists library items, oldest first.
#[utoipa::path(get, path = "/library-items", tag = "library_items",
    params(LibraryItemFilter, PageQuery),
    responses((status = 200, body = Page<LibraryItem>), (status = 400, body = Problem)))]
pub(super) async fn list_library_items(
    State(app): State<App>,
    _: May<Read>,
    Query(filter): Query<LibraryItemFilter>,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<LibraryItem>>, ApiError> {
    let by_age = |item: &LibraryItem| (item.created_at, item.id);
    Ok(page(wanted(&query)?.page_of(app.library_items(&filter).await?, by_age)))
}

/// Shows a library item.
#[utoipa::path(get, path = "/library-items/{id}", tag = "library_items",
    params(("id" = Uuid, Path)),
    responses((status = 200, body = LibraryItem), (status = 404, body = Problem)))]
pub(super) async fn show_library_item(
    State(app): State<App>,
    _: May<Read>,
    Path(id): Path<Uuid>,
) -> Result<Revised<LibraryItem>, ApiError> {
    Ok(Revised(app.library_item(ItemId(id)).await?))
}

/// Creates a library item.
#[utoipa::path(post, path = "/library-items", tag = "library_items",
    request_body = WriteLibraryItem,
    responses((status = 201, body = LibraryItem), (status = 422, body = Problem)))]
pub(super) async fn create_library_item(
    State(app): State<App>,
    may: May<EditLibrary>,
    Json(body): Json<WriteLibraryItem>,
) -> Result<(StatusCode, Revised<LibraryItem>), ApiError> {
    Ok((StatusCode::CREATED, Revised(app.create_library_item(&may.caller, body).await?)))
}

/// Replaces the settings of a library item.
#[utoipa::path(put, path = "/library-items/{id}", tag = "library_items",
    params(("id" = Uuid, Path), ("If-Match" = String, Header)),
    request_body = WriteLibraryItem,
    responses((status = 200, body = LibraryItem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 412, body = Problem),
        (status = 422, body = Problem), (status = 428, body = Problem)))]
pub(super) async fn update_library_item(
    State(app): State<App>,
    may: May<EditLibrary>,
    Path(id): Path<Uuid>,
    Revision(revision): Revision,
    Json(body): Json<WriteLibraryItem>,
) -> Result<Revised<LibraryItem>, ApiError> {
    let item = app.update_library_item(&may.caller, (ItemId(id), revision), body).await?;
    Ok(Revised(item))
}

/// Pauses a library item, or lets it go on.
#[utoipa::path(put, path = "/library-items/{id}/pause", tag = "library_items",
    params(("id" = Uuid, Path)), request_body = WritePause,
    responses((status = 200, body = LibraryItem), (status = 404, body = Problem)))]
pub(super) async fn pause_library_item(
    State(app): State<App>,
    may: May<EditLibrary>,
    Path(id): Path<Uuid>,
    Json(body): Json<WritePause>,
) -> Result<Revised<LibraryItem>, ApiError> {
    Ok(Revised(app.pause_library_item(&may.caller, ItemId(id), body).await?))
}

/// Deletes a library item that no blueprint assigns.
#[utoipa::path(delete, path = "/library-items/{id}", tag = "library_items",
    params(("id" = Uuid, Path), ("If-Match" = String, Header)),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 412, body = Problem), (status = 428, body = Problem)))]
pub(super) async fn delete_library_item(
    State(app): State<App>,
    may: May<EditLibrary>,
    Path(id): Path<Uuid>,
    Revision(revision): Revision,
) -> Result<StatusCode, ApiError> {
    app.delete_library_item(&may.caller, ItemId(id), revision).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl From<ChangeError> for ApiError {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::Unknown(what) => Self::not_found(what),
            ChangeError::Problems(details) => Self::settings(details),
            ChangeError::PreviewOutdated => {
                Self::new(ErrorCode::PreviewOutdated, error.to_string())
            }
            ChangeError::PreviewRequired(_) => {
                Self::new(ErrorCode::PreviewRequired, error.to_string())
            }
            ChangeError::Assigned(_) | ChangeError::HasDevices(_) | ChangeError::Awaited => {
                Self::new(ErrorCode::InUse, error.to_string())
            }
            ChangeError::NoAssigning => Self::new(ErrorCode::Forbidden, error.to_string()),
            ChangeError::Save(error) => error.into(),
            ChangeError::Store(error) => Self::internal(error),
        }
    }
}
