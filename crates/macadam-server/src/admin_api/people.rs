//! `/api/v1/people`: who may sign in, and with which role.

use axum::extract::State;
use axum::http::StatusCode;
use macadam_api::people::{CreatePerson, Person, UpdatePerson};
use macadam_api::{ErrorCode, Page, PageQuery, Problem};
use macadam_store::PersonId;
use uuid::Uuid;

use super::caller::{EditPeople, May, Read};
use super::error::ApiError;
use super::input::{Json, Path, Query, Revised, Revision};
use super::paging::{page, wanted};
use crate::app::{App, PersonError};

/// Lists the people.
#[utoipa::path(get, path = "/people", tag = "people", params(PageQuery),
    responses((status = 200, body = Page<Person>), (status = 401, body = Problem)))]
pub(super) async fn list_people(
    State(app): State<App>,
    _: May<Read>,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<Person>>, ApiError> {
    let by_email = |person: &Person| person.email.clone();
    Ok(page(wanted(&query)?.page_of(app.people().await?, by_email)))
}

/// Creates a person.
#[utoipa::path(post, path = "/people", tag = "people", request_body = CreatePerson,
    responses((status = 201, body = Person), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
pub(super) async fn create_person(
    State(app): State<App>,
    may: May<EditPeople>,
    Json(body): Json<CreatePerson>,
) -> Result<(StatusCode, Revised<Person>), ApiError> {
    let person = app.create_person(&may.caller, body).await?;
    Ok((StatusCode::CREATED, Revised(person)))
}

/// Changes a person's name, role or password.
#[utoipa::path(patch, path = "/people/{id}", tag = "people", request_body = UpdatePerson,
    params(("id" = Uuid, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = Person), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 412, body = Problem), (status = 422, body = Problem),
        (status = 428, body = Problem)))]
pub(super) async fn update_person(
    State(app): State<App>,
    may: May<EditPeople>,
    Path(id): Path<Uuid>,
    Revision(revision): Revision,
    Json(body): Json<UpdatePerson>,
) -> Result<Revised<Person>, ApiError> {
    let person = app.update_person(&may.caller, (PersonId(id), revision), body).await?;
    Ok(Revised(person))
}

/// Takes a person's access away; the audit log keeps the name.
#[utoipa::path(delete, path = "/people/{id}", tag = "people",
    params(("id" = Uuid, Path), ("If-Match" = String, Header)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 412, body = Problem),
        (status = 428, body = Problem)))]
pub(super) async fn delete_person(
    State(app): State<App>,
    may: May<EditPeople>,
    Path(id): Path<Uuid>,
    Revision(revision): Revision,
) -> Result<StatusCode, ApiError> {
    app.disable_person(&may.caller, (PersonId(id), revision)).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl From<PersonError> for ApiError {
    fn from(error: PersonError) -> Self {
        match error {
            PersonError::Unknown => Self::not_found("person"),
            PersonError::OnlyOwners => Self::new(ErrorCode::Forbidden, error.to_string()),
            PersonError::LastOwner => Self::new(ErrorCode::InUse, error.to_string()),
            PersonError::Settings(details) => Self::settings(details),
            PersonError::Hash(error) => Self::internal(error),
            PersonError::Save(error) => error.into(),
            PersonError::Store(error) => Self::internal(error),
        }
    }
}
