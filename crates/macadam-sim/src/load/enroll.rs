//! Enrolling the devices of a load: each one wholly, with its first synchronization.

use std::net::SocketAddr;
use std::time::Duration;

use macadam_pki::Identity;

use super::requests::Target;
use super::{Fixtures, Wire, steady_now, wait};
use crate::device::{Answer, Device};
use crate::fleet::Member;
use crate::identity::LoadIdentityError;
use crate::offers::Offers;

/// More messages than any device needs to enroll.
const MESSAGE_LIMIT: usize = 200;

/// How often, and after which pause, devices ask whether there is more for them.
pub(super) const ROUNDS: usize = 60;
pub(super) const ROUND: Duration = Duration::from_millis(500);

/// How an enrollment of many devices went.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Enrolled {
    /// The devices that are enrolled now.
    pub devices: usize,
    /// The requests that it took.
    pub requests: usize,
    /// How long it took.
    pub seconds: f64,
}

/// The devices could not be enrolled.
#[derive(Debug, thiserror::Error)]
pub enum EnrollFleetError {
    /// An identity is broken.
    #[error(transparent)]
    Identity(#[from] LoadIdentityError),
    /// The server refused a device, or could not be reached.
    #[error("{serial} was not enrolled by {address}: {answer}")]
    NotEnrolled {
        /// The device.
        serial: String,
        /// The server.
        address: SocketAddr,
        /// What came of its last request.
        answer: String,
    },
}

/// Enrolls every device that is not enrolled, over so many connections, and lets all of them
/// connect
/// until the server has nothing more for them.
///
/// The server only learns from the first reports what the devices can do, and then has more.
pub fn enroll_fleet(
    fixtures: &mut Fixtures,
    target: &Target,
    connections: usize,
    progress: &(impl Fn() + Sync),
) -> Result<Enrolled, EnrollFleetError> {
    let identities: Vec<Identity> = fixtures
        .devices()
        .iter()
        .map(|device| fixtures.identity(device))
        .collect::<Result<_, _>>()?;
    let topic = fixtures.topic().to_owned();
    let began = steady_now();
    let members = &mut fixtures.fleet_mut().members;
    let devices = members.len();
    let share = devices.div_ceil(connections.max(1)).max(1);
    let mut requests = each(members, &identities, share, target, &|device, identity, wire| {
        let sent = enroll(device, identity, &topic, target, wire);
        progress();
        sent
    })?;
    for _ in 0..ROUNDS {
        wait(ROUND);
        let sent = each(members, &identities, share, target, &|device, identity, wire| {
            Ok(connect(device, identity, target, wire).0)
        })?;
        requests += sent;
        // A device that is given nothing sends a single request.
        if sent <= devices {
            break;
        }
    }
    Ok(Enrolled { devices, requests, seconds: began.elapsed().as_secs_f64() })
}

/// Does something with each device, one thread for each share of them; gives the requests sent.
fn each(
    members: &mut [Member],
    identities: &[Identity],
    share: usize,
    target: &Target,
    work: &(impl Fn(&mut Device, &Identity, &mut Wire) -> Result<usize, EnrollFleetError> + Sync),
) -> Result<usize, EnrollFleetError> {
    std::thread::scope(|scope| {
        let shares = members.chunks_mut(share).zip(identities.chunks(share));
        let workers = shares.map(|(members, identities)| {
            scope.spawn(move || {
                let mut wire = Wire::new(target.address);
                let members = members.iter_mut().zip(identities);
                members
                    .map(|(member, identity)| work(&mut member.device, identity, &mut wire))
                    .sum::<Result<usize, EnrollFleetError>>()
            })
        });
        let workers: Vec<_> = workers.collect();
        let joined = workers
            .into_iter()
            .map(|worker| worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        joined.sum()
    })
}

/// Enrolls one device and lets it connect once, as its first push would; gives the requests sent.
pub(super) fn enroll(
    device: &mut Device,
    identity: &Identity,
    topic: &str,
    target: &Target,
    wire: &mut Wire,
) -> Result<usize, EnrollFleetError> {
    if !device.is_enrolled() {
        device.enroll(topic);
    }
    let (enrolling, answer) = talk(device, identity, target, wire);
    if !device.is_enrolled() {
        let serial = device.hardware().serial.clone();
        return Err(EnrollFleetError::NotEnrolled { serial, address: target.address, answer });
    }
    Ok(enrolling + connect(device, identity, target, wire).0)
}

/// Lets a device connect as a push would.
fn connect(
    device: &mut Device,
    identity: &Identity,
    target: &Target,
    wire: &mut Wire,
) -> (usize, String) {
    let magic = device.push_magic().to_owned();
    device.push(&magic);
    talk(device, identity, target, wire)
}

/// Sends what a device has to send; gives how many requests that were, and the last answer.
fn talk(
    device: &mut Device,
    identity: &Identity,
    target: &Target,
    wire: &mut Wire,
) -> (usize, String) {
    let offers = Offers::default();
    let mut last = String::from("it had nothing to send");
    for sent in 0..MESSAGE_LIMIT {
        let Some(request) = device.next_request() else { return (sent, last) };
        let answer = match wire.call(&target.bytes(&request, identity)) {
            Ok(reply) => {
                last = format!("status {}", reply.status);
                Answer::Replied { status: reply.status, body: reply.body }
            }
            Err(error) => {
                last = error.to_string();
                Answer::Lost
            }
        };
        device.receive(answer, &offers);
    }
    (MESSAGE_LIMIT, last)
}
