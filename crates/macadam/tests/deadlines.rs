//! Deadlines worked out a second time, by code that knows nothing of the decision's: a table made
//! by hand, and brute force over the answers of Apple's feed.
//!
//! Only the program is asked. `macadam-policy` is not linked here.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "all of it is test"
)]

mod deadlines {
    pub(crate) mod naive;
    pub(crate) mod program;
}

use deadlines::naive::Record;
use deadlines::program::{Asked, decide};

#[test]
fn decisions_are_those_worked_out_by_hand() {
    let table = include_str!("deadlines/table.txt");
    let rows: Vec<&str> =
        table.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    assert!(rows.len() >= 30, "the table has {} rows", rows.len());
    let mut wrong = Vec::new();
    for row in rows {
        let mut parts = row.split('|').map(str::trim);
        let mut part = || parts.next().expect("a row has four parts");
        let (device, item, moment, expected) = (part(), part(), part(), part());
        let asked = Asked::from_words(device, item);
        let decided = decide(moment, &asked.policy(), &[asked.facts()]);
        if decided != [expected] {
            wrong.push(format!("{row}\n    came out as {decided:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} rows differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn rolling_decisions_are_those_of_brute_force() {
    let record = Record::read();
    let asked = Asked::fleet(&record);
    assert!(asked.len() >= 100, "the fleet has {} devices", asked.len());
    let (mut compared, mut wrong) = (0, Vec::new());
    for moment in record.sample_of_moments() {
        let facts: Vec<String> = asked.iter().map(Asked::facts).collect();
        let decided = decide(&moment.to_string(), &Asked::fleet_policy(), &facts);
        assert_eq!(decided.len(), asked.len());
        for (asked, decided) in asked.iter().zip(&decided) {
            let Some(expected) = record.expect(asked, moment) else { continue };
            compared += 1;
            if expected != *decided {
                wrong.push(format!("{asked:?} at {moment}: {decided}, not {expected}"));
            }
        }
    }
    wrong.truncate(20);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(compared >= 1500, "only {compared} decisions were compared");
}
