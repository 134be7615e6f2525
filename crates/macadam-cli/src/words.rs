//! Values of the API as words on the command line.

use jiff::Timestamp;
use macadam_api::Os;
use macadam_api::decisions::Status;
use macadam_api::devices::Device;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;

/// Reads a value by the word it has in the API; the error lists all of them.
pub(crate) fn word<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_value(Value::String(text.to_owned())).map_err(|error| error.to_string())
}

/// The word a value has in the API.
pub(crate) fn shown(value: impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(text)) => text.replace('_', " "),
        Ok(_) | Err(_) => String::new(),
    }
}

/// How a device stands; one that nothing can be decided for yet is undecided.
pub(crate) fn status(status: Option<Status>) -> String {
    status.map_or_else(|| "undecided".to_owned(), shown)
}

/// What a device runs.
pub(crate) fn system(device: &Device) -> String {
    let platform = device.platform.map(|platform| platform.to_string());
    let words = [platform.as_deref().unwrap_or_default(), &device.os_version];
    words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Reads a platform in whatever case people write it.
pub(crate) fn platform(text: &str) -> Result<Os, String> {
    let platform: Result<macadam_policy::Platform, _> = text.parse();
    platform.map(Os::from).map_err(|error| error.to_string())
}

/// Reads an id.
pub(crate) fn id(text: &str) -> Result<Uuid, String> {
    text.parse().map_err(|_| format!("'{text}' is not an id, as lists show them"))
}

/// Reads an instant.
pub(crate) fn instant(text: &str) -> Result<Timestamp, String> {
    text.parse()
        .map_err(|_| format!("'{text}' is not a time; one like 2026-03-10T09:30:00Z is expected"))
}
