//! `/api/v1/push-certificate`: what Apple's push service knows this server by.

use axum::extract::State;
use macadam_api::push_certificates::{
    CreateSigningRequest, PushCertificate, SigningRequest, UploadPushCertificate,
};
use macadam_api::{Detail, Problem};

use super::caller::{EditPushCertificate, May, Read};
use super::error::ApiError;
use super::input::Json;
use crate::app::{App, PushCertificateError, SetPushCertificateError, SigningRequestError};

/// Shows the public part of the push certificate.
#[utoipa::path(get, path = "/push-certificate", tag = "push_certificate",
    responses((status = 200, body = PushCertificate), (status = 401, body = Problem),
        (status = 404, body = Problem)))]
pub(super) async fn show_push_certificate(
    State(app): State<App>,
    _: May<Read>,
) -> Result<Json<PushCertificate>, ApiError> {
    let certificate = app.show_push_certificate().await?;
    certificate.map(Json).ok_or_else(|| ApiError::not_found("push certificate yet"))
}

/// Replaces the push certificate.
#[utoipa::path(put, path = "/push-certificate", tag = "push_certificate",
    request_body = UploadPushCertificate,
    responses((status = 200, body = PushCertificate), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn upload_push_certificate(
    State(app): State<App>,
    may: May<EditPushCertificate>,
    Json(body): Json<UploadPushCertificate>,
) -> Result<Json<PushCertificate>, ApiError> {
    Ok(Json(app.upload_push_certificate(&may.caller, body).await?))
}

/// Shows the signing request that waits for its certificate.
#[utoipa::path(get, path = "/push-certificate/signing-request", tag = "push_certificate",
    responses((status = 200, body = SigningRequest), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(super) async fn show_push_signing_request(
    State(app): State<App>,
    _: May<EditPushCertificate>,
) -> Result<Json<SigningRequest>, ApiError> {
    let request = app.push_signing_request().await?;
    request.map(Json).ok_or_else(|| ApiError::not_found("signing request"))
}

/// Makes the request for the next push certificate, with a key that stays on the server.
#[utoipa::path(post, path = "/push-certificate/signing-request", tag = "push_certificate",
    request_body = CreateSigningRequest,
    responses((status = 200, body = SigningRequest), (status = 401, body = Problem),
        (status = 403, body = Problem)))]
pub(super) async fn create_push_signing_request(
    State(app): State<App>,
    may: May<EditPushCertificate>,
    Json(body): Json<CreateSigningRequest>,
) -> Result<Json<SigningRequest>, ApiError> {
    Ok(Json(app.create_push_signing_request(&may.caller, body).await?))
}

impl From<PushCertificateError> for ApiError {
    fn from(error: PushCertificateError) -> Self {
        Self::internal(error)
    }
}

impl From<SigningRequestError> for ApiError {
    fn from(error: SigningRequestError) -> Self {
        Self::internal(error)
    }
}

impl From<SetPushCertificateError> for ApiError {
    fn from(error: SetPushCertificateError) -> Self {
        match &error {
            SetPushCertificateError::Read(_) => {
                let detail = Detail::new("certificate_pem", &error);
                Self::settings(vec![detail.named("push_certificate", Vec::new())])
            }
            SetPushCertificateError::Expired(at) => {
                let facts = vec![("day", at.strftime("%F").to_string())];
                let detail = Detail::new("certificate_pem", &error);
                Self::settings(vec![detail.named("push_certificate_expired", facts)])
            }
            SetPushCertificateError::NoKey => {
                let detail = Detail::new("private_key_pem", &error);
                Self::settings(vec![detail.named("push_key_missing", Vec::new())])
            }
            SetPushCertificateError::OtherTopic { current, new } => {
                let facts = vec![("current", current.clone()), ("new", new.clone())];
                let detail = Detail::new("replace_topic", &error);
                Self::settings(vec![detail.named("other_topic", facts)])
            }
            SetPushCertificateError::Current(_) | SetPushCertificateError::Store(_) => {
                Self::internal(error)
            }
        }
    }
}
