//! Enrolling the devices of a load: each one wholly, with its first synchronization.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};

use macadam_pki::Identity;

use super::requests::Target;
use super::{Fixtures, Wire, steady_now};
use crate::device::{Answer, Device};
use crate::identity::LoadIdentityError;
use crate::offers::Offers;

/// More messages than any device needs to enroll.
const MESSAGE_LIMIT: usize = 200;

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

/// Enrolls every device that is not enrolled, over so many connections.
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
    let requests = AtomicUsize::new(0);
    let members = &mut fixtures.fleet_mut().members;
    let devices = members.len();
    let share = devices.div_ceil(connections.max(1)).max(1);
    std::thread::scope(|scope| {
        let shares = members.chunks_mut(share).zip(identities.chunks(share));
        let (topic, requests) = (&topic, &requests);
        let workers = shares.map(|(members, identities)| {
            scope.spawn(move || {
                let mut wire = Wire::new(target.address);
                for (member, identity) in members.iter_mut().zip(identities) {
                    let sent = enroll(&mut member.device, identity, topic, target, &mut wire)?;
                    requests.fetch_add(sent, Ordering::Relaxed);
                    progress();
                }
                Ok::<(), EnrollFleetError>(())
            })
        });
        let workers: Vec<_> = workers.collect();
        workers.into_iter().try_for_each(|worker| {
            worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    })?;
    let requests = requests.into_inner();
    Ok(Enrolled { devices, requests, seconds: began.elapsed().as_secs_f64() })
}

/// Enrolls one device and lets it connect once, as its first push would; gives the requests sent.
fn enroll(
    device: &mut Device,
    identity: &Identity,
    topic: &str,
    target: &Target,
    wire: &mut Wire,
) -> Result<usize, EnrollFleetError> {
    let offers = Offers::default();
    if !device.is_enrolled() {
        device.enroll(topic);
    }
    let (mut sent, mut is_pushed) = (0, false);
    let mut last = String::from("it had nothing to send");
    while sent < MESSAGE_LIMIT {
        let Some(request) = device.next_request() else {
            if !device.is_enrolled() || is_pushed {
                break;
            }
            is_pushed = true;
            let magic = device.push_magic().to_owned();
            device.push(&magic);
            continue;
        };
        sent += 1;
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
    if device.is_enrolled() {
        return Ok(sent);
    }
    let serial = device.hardware().serial.clone();
    Err(EnrollFleetError::NotEnrolled { serial, address: target.address, answer: last })
}
