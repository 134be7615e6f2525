//! `/api/v1/tokens`: credentials of machines.

use axum::extract::State;
use axum::http::StatusCode;
use macadam_api::tokens::{CreateToken, CreatedToken, Token};
use macadam_api::{ErrorCode, Page, PageQuery, Problem};
use macadam_store::ApiTokenId;
use uuid::Uuid;

use super::caller::{EditTokens, May, Read};
use super::error::ApiError;
use super::input::{Json, Path, Query};
use super::paging::{page, wanted};
use crate::app::{App, TokenError};

/// Lists the tokens that are worth something, newest first.
#[utoipa::path(get, path = "/tokens", tag = "tokens", params(PageQuery),
    responses((status = 200, body = Page<Token>), (status = 401, body = Problem)))]
pub(super) async fn list_tokens(
    State(app): State<App>,
    _: May<Read>,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<Token>>, ApiError> {
    // Ids begin with the time they were made at, so the newest has the highest.
    let newest_first = |token: &Token| std::cmp::Reverse(token.id);
    let wanted = wanted::<Uuid>(&query)?.map(std::cmp::Reverse);
    let mut tokens = app.machine_tokens().await?;
    tokens.sort_by_key(newest_first);
    Ok(page(wanted.page_of(tokens, newest_first).map_next(|id| id.0)))
}

/// Creates a token; its secret is told only here.
#[utoipa::path(post, path = "/tokens", tag = "tokens", request_body = CreateToken,
    responses((status = 201, body = CreatedToken), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn create_token(
    State(app): State<App>,
    may: May<EditTokens>,
    Json(body): Json<CreateToken>,
) -> Result<(StatusCode, Json<CreatedToken>), ApiError> {
    Ok((StatusCode::CREATED, Json(app.create_token(&may.caller, body).await?)))
}

/// Makes a token worthless.
#[utoipa::path(delete, path = "/tokens/{id}", tag = "tokens", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(super) async fn revoke_token(
    State(app): State<App>,
    may: May<EditTokens>,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, ApiError> {
    app.revoke_token(&may.caller, ApiTokenId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl From<TokenError> for ApiError {
    fn from(error: TokenError) -> Self {
        match error {
            TokenError::Unknown => Self::not_found("token"),
            TokenError::MoreThanCreator => Self::new(ErrorCode::Forbidden, error.to_string()),
            TokenError::Settings(details) => Self::settings(details),
            TokenError::Store(error) => Self::internal(error),
        }
    }
}
