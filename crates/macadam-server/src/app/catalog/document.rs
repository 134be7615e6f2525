//! A catalog event as it is stored. The log is append-only, so this format only ever grows.

use jiff::Timestamp;
use jiff::civil::Date;
use macadam_api::releases::FeedList;
use macadam_policy::{CatalogEvent, EventChange, OfferSet, UpdateId};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct Document {
    at: Timestamp,
    set: Set,
    list: FeedList,
    version: String,
    build: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    prerequisite_build: Option<String>,
    change: Change,
    device_ids: Vec<String>,
    /// Only of `expires`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    on: Option<Date>,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Set {
    Public,
    Installable,
    BackgroundSecurity,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Change {
    Listed,
    Unlisted,
    Expires,
}

pub(super) fn encode(event: &CatalogEvent) -> String {
    let (change, device_ids, on) = match &event.change {
        EventChange::Listed { device_ids } => (Change::Listed, device_ids, None),
        EventChange::Unlisted { device_ids } => (Change::Unlisted, device_ids, None),
        EventChange::Expires { device_ids, on } => (Change::Expires, device_ids, Some(*on)),
    };
    let document = Document {
        at: event.at,
        set: match event.set {
            OfferSet::Public => Set::Public,
            OfferSet::Installable => Set::Installable,
            OfferSet::BackgroundSecurity => Set::BackgroundSecurity,
        },
        list: event.list.into(),
        version: event.version.to_string(),
        build: event.build.to_string(),
        prerequisite_build: event.prerequisite_build.as_ref().map(ToString::to_string),
        change,
        device_ids: device_ids.iter().map(ToString::to_string).collect(),
        on,
    };
    serde_json::to_string(&document).expect("texts and moments are JSON")
}

pub(super) fn decode(document: &str) -> Option<CatalogEvent> {
    let document: Document = serde_json::from_str(document).ok()?;
    let device_ids: Vec<_> =
        document.device_ids.iter().map(|id| UpdateId::new(id)).collect::<Option<_>>()?;
    Some(CatalogEvent {
        at: document.at,
        set: match document.set {
            Set::Public => OfferSet::Public,
            Set::Installable => OfferSet::Installable,
            Set::BackgroundSecurity => OfferSet::BackgroundSecurity,
        },
        list: document.list.into(),
        version: document.version.parse().ok()?,
        build: document.build.parse().ok()?,
        prerequisite_build: match document.prerequisite_build {
            Some(build) => Some(build.parse().ok()?),
            None => None,
        },
        change: match document.change {
            Change::Listed => EventChange::Listed { device_ids },
            Change::Unlisted => EventChange::Unlisted { device_ids },
            Change::Expires => EventChange::Expires { device_ids, on: document.on? },
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(change: EventChange) -> CatalogEvent {
        CatalogEvent {
            at: "2026-03-17T18:00:00Z".parse().unwrap(),
            set: OfferSet::BackgroundSecurity,
            list: macadam_policy::FeedList::MacOs,
            version: "26.3.1 (a)".parse().unwrap(),
            build: "25D771280a".parse().unwrap(),
            prerequisite_build: Some("25D2128".parse().unwrap()),
            change,
        }
    }

    #[test]
    fn stored_event_reads_back_as_it_was() {
        let device_ids = vec![UpdateId::new("J413AP").unwrap(), UpdateId::new("Mac17,5").unwrap()];
        let on = "2026-06-01".parse().unwrap();
        for change in [
            EventChange::Listed { device_ids: device_ids.clone() },
            EventChange::Unlisted { device_ids: device_ids.clone() },
            EventChange::Expires { device_ids, on },
        ] {
            let event = event(change);
            assert_eq!(decode(&encode(&event)), Some(event));
        }
    }

    #[test]
    fn event_of_a_newer_server_is_not_misread() {
        let listed = event(EventChange::Listed { device_ids: Vec::new() });
        let stored = encode(&listed).replace("\"listed\"", "\"renamed\"");
        assert_eq!(decode(&stored), None);
    }
}
