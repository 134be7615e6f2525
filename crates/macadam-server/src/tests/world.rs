//! The server under test and the devices that speak to it.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use macadam_api::blueprints::Assignment;
use macadam_api::library_items::LibraryItemSettings;
use macadam_pki::cms::sign_detached;
use macadam_pki::{Identity, KeyKind, PrivateKey};
use macadam_policy::{BlueprintId, DeviceId, ItemId};
use macadam_protocol::check_in::{self, Authenticate, CheckIn, DeclarativeManagement, TokenUpdate};
use macadam_protocol::command::{self, IssuedCommand, Report, Status, encode_report};
use macadam_protocol::{Data, EnrollmentIdentity, Secret, Udid};
use macadam_store::{DeviceRow, NewBlueprint, NewItem, PolicyChange};
use secrecy::SecretString;
use tempfile::TempDir;

use crate::app::{App, BlueprintDocument, ItemDocument};
use crate::{ClockHand, Clocks, Config, FleetClock, Ids, Server, WallClock};

pub(super) const TOPIC: &str = "com.apple.mgmt.External.4b8e7a5c";

/// A server with hands on its clocks.
pub(super) struct World {
    pub(super) server: Option<Server>,
    pub(super) fleet: ClockHand,
    pub(super) wall: ClockHand,
    pub(super) http: reqwest::Client,
    directory: TempDir,
    settings: String,
    has_workers: bool,
}

/// A device that keeps Apple's protocol, one message at a time.
pub(super) struct Handset {
    pub(super) udid: Udid,
    pub(super) identity: Identity,
    pub(super) product: String,
    pub(super) os: (String, String),
}

/// An answer of the server.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Vec<u8>,
    pub(super) retry_after: Option<String>,
}

impl World {
    /// A new server on the last day of the year 2025.
    pub(super) async fn new() -> Self {
        Self::with("").await
    }

    /// The same with more settings.
    pub(super) async fn with(settings: &str) -> Self {
        Self::start_new(settings, true).await
    }

    /// The same whose workers never work: what they would do happens only when it is called for.
    pub(super) async fn without_workers(settings: &str) -> Self {
        Self::start_new(settings, false).await
    }

    async fn start_new(settings: &str, has_workers: bool) -> Self {
        let now: Timestamp = "2025-12-31T06:00:00Z".parse().unwrap();
        let mut world = Self {
            server: None,
            fleet: ClockHand::at(now),
            wall: ClockHand::at(now),
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
            directory: tempfile::tempdir().unwrap(),
            settings: settings.to_owned(),
            has_workers,
        };
        world.start().await;
        world
    }

    /// Another server with the same settings, clocks and keys, but a directory of its own.
    pub(super) async fn beside(&self) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let key = "sealing.key";
        std::fs::copy(self.directory.path().join(key), directory.path().join(key)).unwrap();
        let mut other = Self {
            server: None,
            fleet: self.fleet.clone(),
            wall: self.wall.clone(),
            http: self.http.clone(),
            directory,
            settings: self.settings.clone(),
            has_workers: self.has_workers,
        };
        other.start().await;
        other
    }

    /// Starts the server, on what an earlier one left.
    pub(super) async fn start(&mut self) {
        let data = self.directory.path();
        let toml = format!(
            "public_url = \"https://mdm.example.com\"\nlisten_http = [\"127.0.0.1:0\"]\n\
             data_dir = {data:?}\nfeed.is_enabled = false\n{}",
            self.settings
        );
        let clocks = Clocks {
            fleet: FleetClock::manual(&self.fleet),
            wall: WallClock::manual(&self.wall),
            ids: Ids::system(),
        };
        let config = Config::from_toml(&toml).unwrap();
        self.server = Some(if self.has_workers {
            Server::start_with(config, clocks).await.unwrap()
        } else {
            Server::start_with_crew(config, clocks).await.unwrap().0
        });
    }

    /// Stops the server in order and starts it again.
    pub(super) async fn restart(&mut self) {
        self.server.take().unwrap().stop().await;
        self.start().await;
    }

    pub(super) fn app(&self) -> &App {
        self.server.as_ref().unwrap().app()
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.server.as_ref().unwrap().addresses()[0])
    }

    pub(super) fn advance(&self, by: Duration) {
        self.fleet.advance(by);
        self.wall.advance(by);
    }

    /// A Mac on macOS 15.6 with an identity of the server's own authority.
    pub(super) fn mac(&self, number: u32) -> Handset {
        self.handset(number, "Mac14,2", ("15.6", "24G84"))
    }

    pub(super) fn handset(&self, number: u32, product: &str, os: (&str, &str)) -> Handset {
        let udid = format!("00008103-{number:016X}").parse().unwrap();
        let os = (os.0.to_owned(), os.1.to_owned());
        Handset { udid, identity: self.identity(), product: product.to_owned(), os }
    }

    /// An identity that no device has used yet.
    pub(super) fn identity(&self) -> Identity {
        let app = self.app();
        let key = PrivateKey::generate(KeyKind::P256);
        let issuance = app.issuance(app.wall_clock.now());
        let certificate =
            app.authority.issue_device_identity(key.public_key(), "device", &issuance).unwrap();
        Identity::new(certificate, key).unwrap()
    }

    /// Sends a signed message.
    pub(super) async fn send(&self, path: &str, identity: &Identity, body: Vec<u8>) -> Answer {
        let signature = STANDARD.encode(sign_detached(&body, identity, self.wall.now()));
        self.send_with(path, &[("mdm-signature", &signature)], body).await
    }

    pub(super) async fn send_with(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> Answer {
        let mut request = self.http.put(self.url(path)).body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await.unwrap();
        Answer {
            status: response.status().as_u16(),
            retry_after: response
                .headers()
                .get("retry-after")
                .map(|value| value.to_str().unwrap().to_owned()),
            body: response.bytes().await.unwrap().to_vec(),
        }
    }

    /// Enrolls a handset whole: Authenticate and TokenUpdate.
    pub(super) async fn enroll(&self, handset: &Handset) -> DeviceId {
        assert_eq!(self.check_in(handset, handset.authenticate()).await.status, 200);
        assert_eq!(self.check_in(handset, token_update()).await.status, 200);
        self.device(handset).await.id
    }

    pub(super) async fn check_in(&self, handset: &Handset, message: check_in::Message) -> Answer {
        self.send("/mdm/checkin", &handset.identity, handset.check_in(message)).await
    }

    pub(super) async fn report(&self, handset: &Handset, report: Report) -> Answer {
        self.send("/mdm/connect", &handset.identity, encode_report(&report)).await
    }

    /// Polls for the next command.
    pub(super) async fn idle(&self, handset: &Handset) -> Option<IssuedCommand> {
        self.report(handset, Report::idle(handset.id())).await.command()
    }

    /// Answers a command and gets the next one.
    pub(super) async fn answer(
        &self,
        handset: &Handset,
        command: &IssuedCommand,
        status: Status,
    ) -> Option<IssuedCommand> {
        let report = Report::about(handset.id(), command.command_uuid.clone(), status);
        self.report(handset, report).await.command()
    }

    /// Polls and acknowledges until nothing is left; the request types in the order they came.
    pub(super) async fn drain(&self, handset: &Handset) -> Vec<&'static str> {
        let mut commands = Vec::new();
        let mut next = self.idle(handset).await;
        while let Some(command) = next {
            commands.push(command.command.request_type());
            next = self.answer(handset, &command, Status::Acknowledged).await;
        }
        commands
    }

    /// One exchange of declarative management.
    pub(super) async fn declarative(&self, handset: &Handset, endpoint: &str) -> Answer {
        self.declarative_with(handset, endpoint, None).await
    }

    pub(super) async fn declarative_with(
        &self,
        handset: &Handset,
        endpoint: &str,
        data: Option<serde_json::Value>,
    ) -> Answer {
        let data = data.map(|data| Data(data.to_string().into_bytes()));
        let message = DeclarativeManagement { endpoint: endpoint.parse().unwrap(), data };
        self.check_in(handset, check_in::Message::DeclarativeManagement(message)).await
    }

    pub(super) async fn device(&self, handset: &Handset) -> DeviceRow {
        self.app().store.device_called(handset.udid.as_str()).await.unwrap().unwrap()
    }

    /// Stores an item, and a blueprint that assigns only it.
    pub(super) async fn assign(&self, settings: serde_json::Value) -> (ItemId, BlueprintId) {
        let app = self.app();
        let now = app.fleet_clock.now();
        let settings: LibraryItemSettings = serde_json::from_value(settings).unwrap();
        let (item, blueprint) = (ItemId(app.ids.id(now)), BlueprintId(app.ids.id(now)));
        let label = settings.label().to_owned();
        let document = serde_json::to_string(&ItemDocument { settings, pause: None }).unwrap();
        let new_item = NewItem {
            id: item,
            kind: "managed_os".into(),
            platform: None,
            major: None,
            label: label.clone(),
            document,
        };
        let assignment = Assignment::Classic(vec![item.to_string()]);
        let document =
            serde_json::to_string(&BlueprintDocument { description: String::new(), assignment });
        let new_blueprint = NewBlueprint {
            id: blueprint,
            name: label,
            kind: "classic".into(),
            document: document.unwrap(),
        };
        let change =
            PolicyChange { items: vec![(new_item, 0)], blueprints: vec![(new_blueprint, 0)] };
        app.store.save_policy(now, change).await.unwrap();
        (item, blueprint)
    }

    /// Stores a push certificate, without which nobody enrolls through a link.
    pub(super) async fn give_push_certificate(&self) {
        let app = self.app();
        let key = PrivateKey::generate(KeyKind::P256);
        let issuance = app.issuance(app.wall_clock.now());
        let certificate =
            app.authority.issue_push_certificate(key.public_key(), TOPIC, &issuance).unwrap();
        let key = SecretString::from(key.to_pem().to_string());
        app.set_push_certificate(&certificate.to_pem(), &key).await.unwrap();
    }
}

impl Handset {
    pub(super) fn id(&self) -> EnrollmentIdentity {
        EnrollmentIdentity::device(self.udid.clone())
    }

    pub(super) fn check_in(&self, message: check_in::Message) -> Vec<u8> {
        check_in::encode(&CheckIn { identity: self.id(), message })
    }

    pub(super) fn authenticate(&self) -> check_in::Message {
        check_in::Message::Authenticate(Authenticate {
            topic: TOPIC.into(),
            device_name: Some("Handset".into()),
            model_name: Some("MacBook Air".into()),
            os_version: Some(self.os.0.clone()),
            build_version: Some(self.os.1.clone()),
            product_name: Some(self.product.clone()),
            serial_number: Some(format!("C02{}", &self.udid.as_str()[17..])),
            ..Authenticate::default()
        })
    }
}

impl Answer {
    /// The command in it; none when the session is over.
    pub(super) fn command(&self) -> Option<IssuedCommand> {
        assert_eq!(self.status, 200, "{}", self.text());
        (!self.body.is_empty()).then(|| command::decode(&self.body).unwrap())
    }

    pub(super) fn json(&self) -> serde_json::Value {
        assert_eq!(self.status, 200, "{}", self.text());
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

pub(super) fn token_update() -> check_in::Message {
    check_in::Message::TokenUpdate(TokenUpdate {
        topic: TOPIC.into(),
        token: Secret::new(Data(vec![7; 32])),
        push_magic: Secret::new("push-magic".into()),
        unlock_token: None,
        awaiting_configuration: false,
        not_on_console: false,
    })
}
