//! What was acknowledged is there after the process was killed.
//!
//! The test starts itself again as a child that writes and tells what was acknowledged, kills it
//! in the middle of that, and reads the database.

use std::io::{BufRead, BufReader};
use std::process::{Command as Process, Stdio};

use super::*;

const URL: &str = "MACADAM_STORE_CRASH_URL";
const ACKNOWLEDGED: &str = "acknowledged ";
const ENOUGH: usize = 200;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn acknowledged_writes_outlive_a_kill_on_sqlite() {
    let directory = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", directory.path().join("macadam.db").display());
    kill_and_look(url).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn acknowledged_writes_outlive_a_kill_on_postgres() {
    kill_and_look(Postgres::shared().await.new_database().await).await;
}

async fn kill_and_look(url: String) {
    let told = write_until_killed(&url);
    let store = open(url).await;
    for number in told {
        let device = store.device(device_id(number)).await.unwrap();
        let state = device.map(|device| device.state);
        assert_eq!(state, Some(DeviceState::Enrolled), "device {number} was acknowledged");
    }
    // Nothing is half there either: every device has its enrollment and its facts.
    let counts = store.count_devices(&DeviceFilter::default(), at(0)).await.unwrap();
    assert!(counts[0].devices >= ENOUGH as i64);
    assert_eq!(store.find_damage().await.unwrap(), None);
}

/// The numbers of the devices whose enrollment a killed process had acknowledged.
fn write_until_killed(url: &str) -> Vec<u32> {
    let mut child = Process::new(std::env::current_exe().unwrap())
        .args(["--exact", "tests::crash::writes_until_it_is_killed", "--nocapture"])
        .env(URL, url)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let mut told = lines.filter_map(|line| line.strip_prefix(ACKNOWLEDGED)?.parse().ok());
    let mut numbers: Vec<u32> = told.by_ref().take(ENOUGH).collect();
    child.kill().unwrap();
    numbers.extend(told);
    child.wait().unwrap();
    assert!(numbers.len() >= ENOUGH, "the child told of {} writes", numbers.len());
    numbers
}

/// The child; as an ordinary test it has nothing to do.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writes_until_it_is_killed() {
    let Ok(url) = std::env::var(URL) else { return };
    let store = open(url).await;
    let writers = (0..16).map(|writer| {
        let store = store.clone();
        tokio::spawn(async move {
            for number in (writer..1_000_000).step_by(16) {
                enroll(&store, number).await;
                println!("\n{ACKNOWLEDGED}{number}");
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
}
