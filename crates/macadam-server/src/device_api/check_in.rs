//! The check-in URL. Every message type has an answer.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use macadam_protocol::check_in::{
    self, Answer, BootstrapTokenAnswer, CheckIn, DeclarativeEndpoint, DeclarativeManagement,
    DecodeCheckInError, ReturnToServiceAnswer, encode_answer,
};
use macadam_protocol::{Data, Secret};
use macadam_store::RecognizedEnrollment;
use secrecy::{ExposeSecret, SecretSlice};

use super::error::DeviceError;
use super::sender::Message;
use crate::app::{App, RecordStatusError};

pub(super) async fn check_in(
    State(app): State<App>,
    message: Message,
) -> Result<Response, DeviceError> {
    let decoded = check_in::decode(&message.body).map_err(refusal)?;
    let CheckIn { identity, message: said } = decoded;
    let (certificate, origin) = (&message.certificate, message.origin);
    if let check_in::Message::Authenticate(said) = said {
        if !identity.is_device_channel() {
            return Err(DeviceError::NotManaged);
        }
        app.begin_enrollment(certificate, &identity, said, origin).await?;
        return Ok(StatusCode::OK.into_response());
    }
    let enrollment = app.recognize(certificate, &identity, origin).await?;
    if identity.is_device_channel() {
        answer(&app, &enrollment, said).await
    } else {
        answer_user(&said)
    }
}

fn refusal(error: DecodeCheckInError) -> DeviceError {
    match error {
        // A newer OS asks for what we do not have; for the device that is "not there".
        DecodeCheckInError::Endpoint(_) => DeviceError::NotFound,
        DecodeCheckInError::PropertyList(_)
        | DecodeCheckInError::Identity(_)
        | DecodeCheckInError::NoMessageType
        | DecodeCheckInError::UnknownMessageType { .. }
        | DecodeCheckInError::Message { .. }
        | DecodeCheckInError::Text(_)
        | DecodeCheckInError::PushToken => DeviceError::Malformed(error.code()),
    }
}

async fn answer(
    app: &App,
    enrollment: &RecognizedEnrollment,
    said: check_in::Message,
) -> Result<Response, DeviceError> {
    use check_in::Message as Said;
    match said {
        // Answered before anybody was recognized: it is what makes a sender known.
        Said::Authenticate(_) => {}
        Said::TokenUpdate(said) => app.finish_enrollment(enrollment, said).await?,
        Said::CheckOut(_) => app.end_enrollment(enrollment).await?,
        Said::SetBootstrapToken(said) => {
            let token = said.bootstrap_token.map(|token| token.into_inner().0);
            let token = token.filter(|token| !token.is_empty()).map(SecretSlice::from);
            app.store.set_bootstrap_token(enrollment.enrollment, token).await?;
        }
        Said::GetBootstrapToken(_) => {
            let token = app.store.bootstrap_token(enrollment.enrollment).await?;
            let bootstrap_token =
                token.map(|token| Secret::new(Data(token.expose_secret().to_vec())));
            return Ok(property_list(&BootstrapTokenAnswer { bootstrap_token }));
        }
        Said::DeclarativeManagement(said) => return declare(app, enrollment, said).await,
        // No return to service was promised to this device.
        Said::ReturnToService => return Ok(property_list(&ReturnToServiceAnswer::default())),
        Said::GetToken(_) => return Err(DeviceError::UnknownTokenService),
        Said::UserAuthenticate(_) => return Err(DeviceError::NotManaged),
    }
    Ok(StatusCode::OK.into_response())
}

/// Users of a device are not managed on their own: nothing is stored for them, and nothing about
/// them may disturb the device's own channel.
fn answer_user(said: &check_in::Message) -> Result<Response, DeviceError> {
    use check_in::Message as Said;
    match said {
        Said::TokenUpdate(_) | Said::CheckOut(_) => Ok(StatusCode::OK.into_response()),
        Said::UserAuthenticate(_) => Err(DeviceError::NotManaged),
        Said::GetToken(_) => Err(DeviceError::UnknownTokenService),
        Said::DeclarativeManagement(_)
        | Said::Authenticate(_)
        | Said::SetBootstrapToken(_)
        | Said::GetBootstrapToken(_)
        | Said::ReturnToService => Err(DeviceError::NotFound),
    }
}

async fn declare(
    app: &App,
    enrollment: &RecognizedEnrollment,
    said: DeclarativeManagement,
) -> Result<Response, DeviceError> {
    let found = match said.endpoint {
        DeclarativeEndpoint::Tokens => Some(app.tokens(enrollment).await?),
        DeclarativeEndpoint::DeclarationItems => Some(app.declaration_items(enrollment).await?),
        DeclarativeEndpoint::Declaration { kind, identifier } => {
            app.declaration(enrollment, kind, identifier.as_str()).await?
        }
        DeclarativeEndpoint::Status => {
            let report = said.data.unwrap_or_default().0;
            app.record_status(enrollment, &report).await.map_err(|error| match error {
                RecordStatusError::Decode(error) => DeviceError::Malformed(error.code()),
                RecordStatusError::Store(error) => DeviceError::Store(error),
            })?;
            return Ok(StatusCode::OK.into_response());
        }
    };
    let body = found.ok_or(DeviceError::NotFound)?;
    Ok(([(header::CONTENT_TYPE, "application/json")], body).into_response())
}

fn property_list<T: Answer>(answer: &T) -> Response {
    ([(header::CONTENT_TYPE, "application/xml")], encode_answer(answer)).into_response()
}
