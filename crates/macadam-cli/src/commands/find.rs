//! Finding what people name: by id, or by the name that only one thing has.

use macadam_api::Detail;
use macadam_api::blueprints::{Blueprint, BlueprintFilter};
use macadam_api::client::{Client, Pages};
use macadam_api::devices::{Device, DeviceFilter};
use macadam_api::library_items::{LibraryItem, LibraryItemFilter};
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::error::CliError;

/// Things whose names contain a name, read to find the one that has exactly it.
const CANDIDATES: u64 = 1_000;

/// A device by id, serial number or name.
pub(super) async fn device(client: &Client, name: &str) -> Result<Uuid, CliError> {
    let filter = DeviceFilter { search: Some(name.to_owned()), ..DeviceFilter::default() };
    one("device", name, client.devices(&filter), |device: &Device| {
        (device.id, vec![&device.serial_number, &device.name])
    })
    .await
}

/// A library item by id or label.
pub(super) async fn item(client: &Client, name: &str) -> Result<Uuid, CliError> {
    let search = Some(name.to_owned());
    let filter = LibraryItemFilter { search, ..LibraryItemFilter::default() };
    one("item", name, client.library_items(&filter), |item: &LibraryItem| {
        (item.id, vec![item.settings.label()])
    })
    .await
}

/// A blueprint by id or name.
pub(super) async fn blueprint(client: &Client, name: &str) -> Result<Uuid, CliError> {
    let filter = BlueprintFilter { search: Some(name.to_owned()), ..BlueprintFilter::default() };
    one("blueprint", name, client.blueprints(&filter), |blueprint: &Blueprint| {
        (blueprint.id, vec![&blueprint.name])
    })
    .await
}

/// Blueprints by id or name.
pub(super) async fn blueprints(client: &Client, names: &[String]) -> Result<Vec<Uuid>, CliError> {
    let mut ids = Vec::new();
    for name in names {
        ids.push(blueprint(client, name).await?);
    }
    Ok(ids)
}

/// The same for an option that may be left out.
pub(super) async fn maybe<'a, F>(
    name: Option<&'a str>,
    find: impl FnOnce(&'a str) -> F,
) -> Result<Option<Uuid>, CliError>
where
    F: Future<Output = Result<Uuid, CliError>>,
{
    match name {
        Some(name) => find(name).await.map(Some),
        None => Ok(None),
    }
}

async fn one<T: DeserializeOwned>(
    what: &'static str,
    name: &str,
    pages: Pages<'_, T>,
    names: impl Fn(&T) -> (Uuid, Vec<&str>),
) -> Result<Uuid, CliError> {
    if let Ok(id) = name.parse() {
        return Ok(id);
    }
    let candidates = pages.at_most(CANDIDATES).all().await?;
    let found: Vec<Uuid> = candidates
        .iter()
        .map(&names)
        .filter(|(_, names)| names.iter().any(|known| known.eq_ignore_ascii_case(name)))
        .map(|(id, _)| id)
        .collect();
    match found.as_slice() {
        [] => Err(CliError::NotFound { what, name: name.to_owned() }),
        [id] => Ok(*id),
        several => {
            let details = several.iter().map(|id| Detail::new("", id)).collect();
            Err(CliError::Ambiguous { what, name: name.to_owned(), details })
        }
    }
}
