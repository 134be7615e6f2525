//! What tests share: a server that does what a test tells it, a Mac, and releases.

pub(crate) mod mdm;

use std::collections::VecDeque;
use std::sync::{Arc, LazyLock};

use jiff::Timestamp;
use macadam_protocol::check_in::{self, BootstrapTokenAnswer, DeclarativeEndpoint, Message};
use macadam_protocol::feed::{self, Expiry, FeedList, OfferSet, Span};
use macadam_protocol::{Data, Limits, property_list};
use plist::Dictionary;
use serde_json::{Value, json};

use crate::device::{
    Answer, Birth, Endpoint, Family, Habits, Hardware, Installed, Request, Temperament,
};
use crate::offers::Offers;

/// Apple's recorded feed, read once for all tests of a process.
pub(crate) fn offers() -> Arc<Offers> {
    static OFFERS: LazyLock<Arc<Offers>> =
        LazyLock::new(|| Arc::new(Offers::of_seed(&feed::seed())));
    Arc::clone(&OFFERS)
}

pub(crate) const ENFORCEMENT: &str = "com.apple.configuration.softwareupdate.enforcement.specific";
pub(crate) const SUBSCRIPTIONS: &str = "com.apple.configuration.management.status-subscriptions";

/// A server that knows one device and does what a test tells it.
#[derive(Default)]
pub(crate) struct Server {
    pub(crate) declarations: Vec<Value>,
    pub(crate) commands: VecDeque<Dictionary>,
    pub(crate) bootstrap_token: Option<Data>,
    pub(crate) loses_bootstrap_token: bool,
    pub(crate) reports: Vec<Value>,
    pub(crate) results: Vec<Dictionary>,
    pub(crate) fetched: usize,
}

impl Server {
    pub(crate) fn declaring(declarations: impl IntoIterator<Item = Value>) -> Self {
        let mut server = Self::default();
        server.declare(declarations);
        server
    }

    /// Replaces the set of declarations; everything is activated.
    pub(crate) fn declare(&mut self, declarations: impl IntoIterator<Item = Value>) {
        self.declarations = vec![subscriptions()];
        self.declarations.extend(declarations);
        let identifiers: Vec<_> =
            self.declarations.iter().map(|declaration| declaration["Identifier"].clone()).collect();
        self.declarations.push(json!({
            "Type": "com.apple.activation.simple",
            "Identifier": "activation",
            "ServerToken": format!("{identifiers:?}"),
            "Payload": { "StandardConfigurations": identifiers },
        }));
        self.command("DeclarativeManagement", Dictionary::new());
    }

    pub(crate) fn command(&mut self, request_type: &str, mut keys: Dictionary) {
        keys.insert("RequestType".into(), request_type.into());
        self.commands.push_back(keys);
    }

    fn token(&self) -> String {
        format!(
            "{:x}",
            self.declarations.iter().fold(7_u64, |hash, declaration| {
                declaration.to_string().bytes().fold(hash, |h, b| h.wrapping_mul(31) ^ u64::from(b))
            })
        )
    }

    pub(crate) fn answer(&mut self, request: &Request) -> Answer {
        let body = match request.endpoint {
            Endpoint::Command => self.take_report(&request.body),
            Endpoint::CheckIn => match self.check_in(&request.body) {
                Some(body) => body,
                None => return Answer::Replied { status: 404, body: Vec::new() },
            },
        };
        Answer::Replied { status: 200, body }
    }

    fn take_report(&mut self, body: &[u8]) -> Vec<u8> {
        let report: Dictionary = property_list::decode(body, &Limits::MESSAGE).unwrap();
        let status = report["Status"].as_string().unwrap().to_owned();
        if status != "Idle" {
            self.results.push(report);
        }
        if matches!(status.as_str(), "Acknowledged" | "Error" | "CommandFormatError") {
            self.commands.pop_front();
        }
        if status == "NotNow" {
            return Vec::new();
        }
        self.commands.front().map_or_else(Vec::new, |command| {
            let answer = Dictionary::from_iter([
                ("CommandUUID", plist::Value::from("command")),
                ("Command", command.clone().into()),
            ]);
            property_list::encode(&plist::Value::Dictionary(answer))
        })
    }

    fn check_in(&mut self, body: &[u8]) -> Option<Vec<u8>> {
        let message = match check_in::decode(body).unwrap().message {
            Message::DeclarativeManagement(message) => message,
            Message::SetBootstrapToken(message) => {
                self.bootstrap_token = message.bootstrap_token.map(|token| token.into_inner());
                return Some(Vec::new());
            }
            Message::GetBootstrapToken(_) => {
                let token = self.bootstrap_token.clone().filter(|_| !self.loses_bootstrap_token);
                let answer = BootstrapTokenAnswer { bootstrap_token: token.map(Into::into) };
                return Some(check_in::encode_answer(&answer));
            }
            Message::Authenticate(_)
            | Message::TokenUpdate(_)
            | Message::CheckOut(_)
            | Message::UserAuthenticate(_)
            | Message::GetToken(_)
            | Message::ReturnToService => return Some(Vec::new()),
        };
        let answer = match message.endpoint {
            DeclarativeEndpoint::Tokens => json!({
                "SyncTokens": {
                    "DeclarationsToken": self.token(),
                    "Timestamp": "2026-01-01T00:00:00Z",
                }
            }),
            DeclarativeEndpoint::DeclarationItems => self.manifest(),
            DeclarativeEndpoint::Declaration { identifier, .. } => {
                self.fetched += 1;
                let mut declarations = self.declarations.iter();
                declarations.find(|d| d["Identifier"] == identifier.as_str())?.clone()
            }
            DeclarativeEndpoint::Status => {
                let report = message.data.unwrap().0;
                self.reports.push(serde_json::from_slice(&report).unwrap());
                return Some(Vec::new());
            }
        };
        Some(answer.to_string().into_bytes())
    }

    fn manifest(&self) -> Value {
        let of_kind = |kind: &str| -> Vec<Value> {
            let is_kind =
                |d: &&Value| d["Type"].as_str().unwrap().starts_with(&format!("com.apple.{kind}."));
            let item = |d: &Value| {
                let (identifier, token) = (&d["Identifier"], &d["ServerToken"]);
                json!({ "Identifier": identifier, "ServerToken": token })
            };
            self.declarations.iter().filter(is_kind).map(item).collect()
        };
        json!({
            "Declarations": {
                "Activations": of_kind("activation"),
                "Assets": of_kind("asset"),
                "Configurations": of_kind("configuration"),
                "Management": of_kind("management"),
            },
            "DeclarationsToken": self.token(),
        })
    }

    /// The last reported value of a status item.
    pub(crate) fn reported(&self, item: &str) -> Value {
        let pointer = format!("/StatusItems/{}", item.replace('.', "/"));
        self.reports.iter().rev().find_map(|r| r.pointer(&pointer)).cloned().unwrap_or_default()
    }

    /// The last reported state of a configuration.
    pub(crate) fn configuration(&self, identifier: &str) -> Value {
        let entries = self.reports.iter().rev().filter_map(|report| {
            report.pointer("/StatusItems/management/declarations/configurations")
        });
        let mut entries = entries.flat_map(|entries| entries.as_array().unwrap());
        entries.find(|entry| entry["identifier"] == identifier).cloned().unwrap_or_default()
    }
}

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A release in Apple's feed: `26.1 25B78 2025-11-03 for J413AP J313AP`.
pub(crate) fn span(set: OfferSet, text: &str) -> Span {
    let (head, ids) = text.split_once(" for ").unwrap();
    let [version, build, day] = head.split(' ').collect::<Vec<_>>()[..] else { panic!("{text}") };
    let from = at(&format!("{day}T17:00:00Z"));
    Span {
        set,
        list: FeedList::MacOs,
        version: version.to_owned(),
        extra: None,
        build: build.to_owned(),
        prerequisite_build: None,
        device_ids: ids.split(' ').map(Arc::from).collect(),
        from,
        until: None,
        posted: Vec::new(),
        expires: vec![(from, Expiry::Moving)],
    }
}

pub(crate) fn public(text: &str) -> Span {
    span(OfferSet::Public, text)
}

pub(crate) fn improvement(text: &str, letter: &str, prerequisite: &str) -> Span {
    Span {
        extra: Some(format!("({letter})")),
        prerequisite_build: Some(prerequisite.to_owned()),
        ..span(OfferSet::BackgroundSecurity, text)
    }
}

/// A Mac in UTC that runs 26.0, always on, ignoring, with its bootstrap token escrowed.
pub(crate) fn mac() -> Birth {
    Birth {
        seed: 1,
        at: at("2026-03-01T08:00:00Z"),
        hardware: Hardware {
            family: Family::AppleSiliconMac,
            product: "Mac14,2".into(),
            model_name: "MacBook Air (M2, 2022)".into(),
            update_id: "J413AP".into(),
            serial: "C02SIM000001".into(),
            udid: "00008112-000000000000001E".into(),
            name: "Mac".into(),
            supervised: true,
            time_zone: "UTC".into(),
            capacity_gb: 256,
            has_battery: false,
            failure: None,
        },
        installed: Installed {
            version: "26.0".parse().unwrap(),
            build: "25A354".into(),
            supplement: None,
        },
        temperament: Temperament::Ignoring,
        habits: Habits::AlwaysOn,
        free_gb: 100,
        escrows_bootstrap_token: true,
        is_sturdy: true,
        polls_every: None,
    }
}

pub(crate) fn enforce(identifier: &str, version: &str, local: &str) -> Value {
    declaration(identifier, json!({ "TargetOSVersion": version, "TargetLocalDateTime": local }))
}

pub(crate) fn enforce_build(identifier: &str, version: &str, build: &str, local: &str) -> Value {
    declaration(
        identifier,
        json!({
            "TargetOSVersion": version, "TargetBuildVersion": build, "TargetLocalDateTime": local
        }),
    )
}

pub(crate) fn declaration(identifier: &str, payload: Value) -> Value {
    json!({
        "Type": ENFORCEMENT,
        "Identifier": identifier,
        "ServerToken": payload.to_string(),
        "Payload": payload,
    })
}

pub(crate) fn subscriptions() -> Value {
    let items = [
        "device.operating-system.version",
        "softwareupdate.device-id",
        "softwareupdate.failure-reason",
        "softwareupdate.install-reason",
        "softwareupdate.install-state",
        "softwareupdate.pending-version",
        "nobody.knows-this",
    ];
    let items: Vec<_> = items.iter().map(|name| json!({ "Name": name })).collect();
    json!({
        "Type": SUBSCRIPTIONS,
        "Identifier": "subscriptions",
        "ServerToken": "1",
        "Payload": { "StatusItems": items },
    })
}
