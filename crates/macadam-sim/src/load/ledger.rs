//! What the server acknowledged, to be asked for after it was killed.

use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead, Write};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// The time within which a server has to store when it saw a device.
const SEEN_WITHIN: SignedDuration = SignedDuration::from_secs(60);

/// Answers closer to each other than this count as one.
const MARK_EVERY: SignedDuration = SignedDuration::from_secs(1);

/// What the server acknowledged to one device.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledged {
    /// When it last answered the device.
    pub last_seen: Option<Timestamp>,
    /// An answer at least a minute before the last one: by then it must have been stored that the
    /// device was seen. Absent in runs that are shorter.
    pub seen_before: Option<Timestamp>,
    /// Answers of the last minute, one of each second.
    #[serde(skip)]
    recent: VecDeque<Timestamp>,
    /// The last push token and magic that it acknowledged.
    pub token: Option<(Vec<u8>, String)>,
    /// A later token that it may have stored, or not: its answer never came.
    pub token_in_flight: Option<(Vec<u8>, String)>,
    /// Commands whose results it acknowledged.
    pub results: Vec<String>,
}

/// The acknowledged writes of a run, by serial number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger(pub BTreeMap<String, Acknowledged>);

/// A ledger cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadLedgerError {
    /// The file.
    #[error("ledger cannot be read")]
    Read(#[from] std::io::Error),
    /// A line.
    #[error("line {line} of the ledger cannot be understood")]
    Line {
        /// Which, from 1.
        line: usize,
        #[source]
        source: serde_json::Error,
    },
}

impl Acknowledged {
    /// Notes that the server answered the device.
    pub(super) fn see(&mut self, now: Timestamp) {
        self.last_seen = Some(now);
        if self.recent.back().is_none_or(|last| now.duration_since(*last) >= MARK_EVERY) {
            self.recent.push_back(now);
        }
        while self.recent.front().is_some_and(|mark| now.duration_since(*mark) >= SEEN_WITHIN) {
            self.seen_before = self.recent.pop_front();
        }
    }
}

impl Ledger {
    /// Writes one line a device.
    pub fn write(&self, mut to: impl Write) -> std::io::Result<()> {
        for entry in &self.0 {
            serde_json::to_writer(&mut to, &entry)?;
            to.write_all(b"\n")?;
        }
        to.flush()
    }

    /// Reads what [`Ledger::write`] wrote.
    pub fn read(from: impl BufRead) -> Result<Self, ReadLedgerError> {
        let mut ledger = Self::default();
        for (index, line) in from.lines().enumerate() {
            let (serial, acknowledged) = serde_json::from_str(&line?)
                .map_err(|source| ReadLedgerError::Line { line: index + 1, source })?;
            ledger.0.insert(serial, acknowledged);
        }
        Ok(ledger)
    }

    pub(super) fn of(&mut self, serial: &str) -> &mut Acknowledged {
        self.0.entry(serial.to_owned()).or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contact_must_be_stored_once_it_is_a_minute_old() {
        let second = |second| Timestamp::from_second(second).unwrap();
        let mut acknowledged = Acknowledged::default();
        let mut seen = |at| {
            acknowledged.see(second(at));
            acknowledged.seen_before
        };
        assert_eq!([seen(0), seen(30), seen(59)], [None; 3]);
        assert_eq!([seen(61), seen(89)], [Some(second(0)); 2]);
        assert_eq!([seen(90), seen(121)], [Some(second(30)), Some(second(61))]);
    }

    #[test]
    fn ledger_comes_back_as_it_was_written() {
        let mut ledger = Ledger::default();
        ledger.of("A").token = Some((vec![1, 2], "magic".into()));
        ledger.of("B").results.push("command".into());
        let mut written = Vec::new();
        ledger.write(&mut written).unwrap();
        assert_eq!(Ledger::read(written.as_slice()).unwrap(), ledger);
        let error = Ledger::read(&b"[]\n"[..]).unwrap_err();
        assert_eq!(error.to_string(), "line 1 of the ledger cannot be understood");
    }
}
