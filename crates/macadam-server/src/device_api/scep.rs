//! SCEP, by which devices get and renew their identities.

use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use macadam_pki::scep::{self, CA_CERTIFICATE_TYPE, CAPABILITIES, PKI_MESSAGE_TYPE};
use serde::Deserialize;

use super::error::DeviceError;
use super::sender::Admitted;
use crate::app::{AnswerScepError, App};

#[derive(Deserialize)]
pub(super) struct Operation {
    operation: String,
    message: Option<String>,
}

pub(super) async fn get_operation(
    State(app): State<App>,
    _admitted: Admitted,
    Query(query): Query<Operation>,
) -> Result<Response, DeviceError> {
    match query.operation.as_str() {
        "GetCACaps" => Ok(([(header::CONTENT_TYPE, "text/plain")], CAPABILITIES).into_response()),
        "GetCACert" => {
            let certificate = scep::ca_certificate(app.authority.certificate());
            Ok(([(header::CONTENT_TYPE, CA_CERTIFICATE_TYPE)], certificate).into_response())
        }
        "PKIOperation" => {
            let message = query.message.ok_or(DeviceError::Malformed("scep_message_missing"))?;
            let message = scep::decode_get_message(&message)
                .map_err(|_| DeviceError::Malformed("scep_message"))?;
            answer(&app, &message).await
        }
        _ => Err(DeviceError::NotFound),
    }
}

pub(super) async fn post_operation(
    State(app): State<App>,
    _admitted: Admitted,
    Query(query): Query<Operation>,
    message: Bytes,
) -> Result<Response, DeviceError> {
    match query.operation.as_str() {
        "PKIOperation" => answer(&app, &message).await,
        _ => Err(DeviceError::NotFound),
    }
}

async fn answer(app: &App, message: &[u8]) -> Result<Response, DeviceError> {
    let answer = app.answer_scep(message).await.map_err(|error| match error {
        AnswerScepError::Decode(_) => DeviceError::Malformed("scep_message"),
        AnswerScepError::Issue(_) | AnswerScepError::Stored(_) | AnswerScepError::Answer(_) => {
            tracing::error!(error = &error as &dyn std::error::Error, "no identity was issued");
            DeviceError::NotSetUp
        }
        AnswerScepError::Store(error) => DeviceError::Store(error),
    })?;
    Ok(([(header::CONTENT_TYPE, PKI_MESSAGE_TYPE)], answer).into_response())
}
