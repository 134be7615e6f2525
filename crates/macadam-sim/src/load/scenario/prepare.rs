//! Everything that a device sends during a run, signed before it begins.

use macadam_pki::{Identity, KeyKind};
use macadam_protocol::Udid;
use macadam_protocol::check_in::DeclarativeEndpoint;
use serde_json::Value;

use super::{Run, RunError, Scenario};
use crate::device::{Answer, Device, Request};
use crate::identity::DeviceAuthority;
use crate::load::enroll::{ROUND, ROUNDS, enroll};
use crate::load::requests::{declarative, idle, token_update};
use crate::load::{Fixture, Fixtures, Target, Wire, wait};
use crate::offers::Offers;
use crate::random::Random;

/// Push tokens that a device takes turns with, so that each update changes something.
const TOKENS: usize = 4;

/// What one device sends.
pub(in crate::load) struct Prepared {
    pub(super) serial: String,
    pub(super) udid: String,
    /// The bytes of its requests, to be sent in turn.
    pub(in crate::load) requests: Vec<Vec<u8>>,
    /// The tokens that the requests tell, if they do.
    pub(super) tokens: Vec<(Vec<u8>, String)>,
    /// Requests that must be refused, to be sent in turn.
    pub(in crate::load) wrong: Vec<Vec<u8>>,
    /// Signs what cannot be known beforehand.
    pub(super) identity: Identity,
    /// What is sent before each request, so that there are commands: a new enrollment.
    pub(super) enrolls: Vec<Vec<u8>>,
}

pub(in crate::load) fn prepare(
    fixtures: &Fixtures,
    run: &Run<'_>,
) -> Result<Vec<Prepared>, RunError> {
    let target = &run.target;
    let mut authority = DeviceAuthority::create(KeyKind::P256, target.signed_at, 0)?;
    let stranger = authority.issue(fixtures.some_key()?, "stranger")?;
    let devices = fixtures.devices();
    let others = devices.iter().cycle().skip(1);
    let pairs = devices.iter().zip(others).enumerate().take(run.devices);
    let pairs = pairs.filter(|(index, _)| {
        let device = fixtures.simulated(*index);
        !run.scenario.is_declarative() || device.is_some_and(Device::has_declarative_management)
    });
    let mut wire = Wire::new(target.address);
    let prepared = pairs.map(|(index, (device, other))| {
        let identity = fixtures.identity(device)?;
        let mut prepared = Prepared {
            serial: device.serial.clone(),
            udid: device.udid.clone(),
            requests: Vec::new(),
            tokens: Vec::new(),
            wrong: Vec::new(),
            identity,
            enrolls: Vec::new(),
        };
        let Some(simulated) = fixtures.simulated(index) else { return Ok(prepared) };
        let requests = requests(&mut prepared, simulated, fixtures.topic(), run, &mut wire)?;
        let bytes = |request: &Request| target.bytes(request, &prepared.identity);
        prepared.requests = requests.iter().map(bytes).collect();
        let other = (other.udid != device.udid).then_some(other);
        prepared.wrong = requests.first().map_or_else(Vec::new, |request| {
            wrong_requests(target, request, other, (&prepared.identity, &stranger))
        });
        Ok(prepared)
    });
    prepared.collect()
}

/// The device's own request with another body's signature and with an unknown authority's
/// certificate, and a request in another device's name.
fn wrong_requests(
    target: &Target,
    request: &Request,
    other: Option<&Fixture>,
    (identity, stranger): (&Identity, &Identity),
) -> Vec<Vec<u8>> {
    let mut wrong = vec![target.wrongly_signed(request, identity), target.bytes(request, stranger)];
    wrong.extend(other.map(|other| target.bytes(&idle(&other.udid), identity)));
    wrong
}

/// What the device asks in turn, and what else of it the scenario needs.
fn requests(
    prepared: &mut Prepared,
    device: &Device,
    topic: &str,
    run: &Run<'_>,
    wire: &mut Wire,
) -> Result<Vec<Request>, RunError> {
    let Ok(udid) = prepared.udid.parse::<Udid>() else { return Ok(Vec::new()) };
    Ok(match run.scenario {
        Scenario::Idle => vec![idle(&prepared.udid)],
        Scenario::Command => {
            prepared.enrolls = enrollment(device, topic, &run.target, &prepared.identity);
            vec![idle(&prepared.udid)]
        }
        Scenario::TokenUpdate => {
            let mut random = Random::new(prepared.serial.len() as u64, &prepared.serial);
            let token = |_| (random.octets::<32>().to_vec(), random.uuid());
            prepared.tokens = (0..TOKENS).map(token).collect();
            let tokens = prepared.tokens.iter();
            tokens.map(|(token, magic)| token_update(&udid, topic, token, magic)).collect()
        }
        Scenario::DdmTokens => {
            declaration(prepared, device, topic, run, wire)?;
            vec![declarative(&udid, DeclarativeEndpoint::Tokens)]
        }
        Scenario::DdmItems => {
            declaration(prepared, device, topic, run, wire)?;
            vec![declarative(&udid, DeclarativeEndpoint::DeclarationItems)]
        }
        Scenario::DdmDeclaration => {
            vec![declarative(&udid, declaration(prepared, device, topic, run, wire)?)]
        }
    })
}

/// The messages with which a device enrolls.
fn enrollment(device: &Device, topic: &str, target: &Target, identity: &Identity) -> Vec<Vec<u8>> {
    let mut device = device.clone();
    device.enroll(topic);
    let mut messages = Vec::new();
    while !device.is_enrolled()
        && let Some(request) = device.next_request()
    {
        messages.push(target.bytes(&request, identity));
        let accepted = Answer::Replied { status: 200, body: Vec::new() };
        device.receive(accepted, &Offers::default());
    }
    messages
}

/// A configuration out of the device's manifest.
///
/// A run of commands enrolls devices and stops before they synchronize; such a one does it now.
fn declaration(
    prepared: &Prepared,
    device: &Device,
    topic: &str,
    run: &Run<'_>,
    wire: &mut Wire,
) -> Result<DeclarativeEndpoint, RunError> {
    if let Ok(declaration) = first_configuration(prepared, &run.target, wire) {
        return Ok(declaration);
    }
    let mut device = device.clone();
    device.enroll(topic);
    enroll(&mut device, &prepared.identity, topic, &run.target, wire)?;
    let mut found = first_configuration(prepared, &run.target, wire);
    for _ in 0..ROUNDS {
        if found.is_ok() {
            break;
        }
        // The server compiles a set once it has read what the device can do.
        wait(ROUND);
        found = first_configuration(prepared, &run.target, wire);
    }
    found.map_err(|problem| RunError::NoDeclaration { serial: prepared.serial.clone(), problem })
}

fn first_configuration(
    prepared: &Prepared,
    target: &Target,
    wire: &mut Wire,
) -> Result<DeclarativeEndpoint, String> {
    let udid = prepared.udid.parse().map_err(|_| "its UDID is none".to_owned())?;
    let request = declarative(&udid, DeclarativeEndpoint::DeclarationItems);
    let reply = wire
        .call(&target.bytes(&request, &prepared.identity))
        .map_err(|error| error.to_string())?;
    let manifest: Value = serde_json::from_slice(&reply.body)
        .map_err(|error| format!("status {}, {error}", reply.status))?;
    let identifier = manifest.pointer("/Declarations/Configurations/0/Identifier");
    let identifier = identifier.and_then(Value::as_str).unwrap_or_default();
    let endpoint = format!("declaration/configuration/{identifier}");
    endpoint.parse().map_err(|_| "its manifest has no configuration".to_owned())
}
