//! Refuses parameters that a request does not take: a misspelled filter must not answer the whole
//! list. What a request takes is what its OpenAPI operation says.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::extract::{MatchedPath, Query, Request, State};
use axum::http::{Method, Uri};
use axum::middleware::Next;
use axum::response::Response;
use macadam_api::ErrorCode;
use utoipa::openapi::path::{Operation, ParameterIn, PathItem};
use utoipa::openapi::{OpenApi, RefOr};

use super::error::ApiError;

/// The parameters of each request, by the path and the method of its route.
pub(super) struct Parameters(BTreeMap<(String, String), BTreeSet<String>>);

impl Parameters {
    pub(super) fn of(document: &OpenApi) -> Arc<Self> {
        let operations = document.paths.paths.iter().flat_map(|(path, item)| {
            let named = |(method, operation): (Method, &Operation)| {
                ((path.clone(), method.to_string()), query_parameters(operation))
            };
            operations(item).map(named).collect::<Vec<_>>()
        });
        Arc::new(Self(operations.collect()))
    }

    fn check(&self, path: &str, method: &Method, uri: &Uri) -> Result<(), ApiError> {
        // What answers HEAD is what answers GET.
        let method = if method == Method::HEAD { &Method::GET } else { method };
        let Some(known) = self.0.get(&(path.to_owned(), method.to_string())) else {
            return Ok(());
        };
        let sent = Query::<Vec<(String, String)>>::try_from_uri(uri);
        let Query(sent) = sent
            .map_err(|refusal| ApiError::new(ErrorCode::InvalidParameter, refusal.body_text()))?;
        match sent.iter().find(|(name, _)| !known.contains(name)) {
            None => Ok(()),
            Some((name, _)) => Err(unknown(name, known)),
        }
    }
}

pub(super) async fn refuse_unknown(
    State(parameters): State<Arc<Parameters>>,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    if let Some(path) = request.extensions().get::<MatchedPath>() {
        parameters.check(path.as_str(), request.method(), request.uri())?;
    }
    Ok(next.run(request).await)
}

fn unknown(name: &str, known: &BTreeSet<String>) -> ApiError {
    let known: Vec<_> = known.iter().map(String::as_str).collect();
    let takes = if known.is_empty() { "none".into() } else { known.join(", ") };
    let message = format!("this request takes no parameter '{name}'; it takes {takes}");
    ApiError::new(ErrorCode::UnknownParameter, message)
}

fn operations(item: &PathItem) -> impl Iterator<Item = (Method, &Operation)> {
    let operations = [
        (Method::GET, &item.get),
        (Method::PUT, &item.put),
        (Method::POST, &item.post),
        (Method::DELETE, &item.delete),
        (Method::PATCH, &item.patch),
    ];
    operations.into_iter().filter_map(|(method, operation)| Some((method, operation.as_ref()?)))
}

fn query_parameters(operation: &Operation) -> BTreeSet<String> {
    let parameters =
        operation.parameters.iter().flatten().filter_map(|parameter| match parameter {
            RefOr::T(parameter) => Some(parameter),
            RefOr::Ref(_) => None,
        });
    let of_query = parameters.filter(|parameter| parameter.parameter_in == ParameterIn::Query);
    of_query.map(|parameter| parameter.name.clone()).collect()
}
