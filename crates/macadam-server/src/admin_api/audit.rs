//! `/api/v1/audit`: who did what, when, from where.

use axum::extract::State;
use macadam_api::audit::{AuditEntry, AuditFilter, AuditVerification};
use macadam_api::{Page, PageQuery, Problem};

use super::caller::{May, ReadAudit};
use super::error::ApiError;
use super::input::{Json, Query};
use super::paging::{page, wanted};
use crate::app::App;

/// Lists entries of the audit log, newest first.
#[utoipa::path(get, path = "/audit", tag = "audit", params(AuditFilter, PageQuery),
    responses((status = 200, body = Page<AuditEntry>), (status = 401, body = Problem),
        (status = 403, body = Problem)))]
pub(super) async fn list_audit(
    State(app): State<App>,
    _: May<ReadAudit>,
    Query(filter): Query<AuditFilter>,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<AuditEntry>>, ApiError> {
    Ok(page(app.audit_log(filter, wanted(&query)?).await?))
}

/// Recomputes the whole chain of the audit log.
#[utoipa::path(get, path = "/audit/verification", tag = "audit",
    responses((status = 200, body = AuditVerification), (status = 401, body = Problem),
        (status = 403, body = Problem)))]
pub(super) async fn verify_audit(
    State(app): State<App>,
    _: May<ReadAudit>,
) -> Result<Json<AuditVerification>, ApiError> {
    Ok(Json(app.verify_audit().await?))
}
