//! What a run cost: latencies, and the CPU time and memory of processes from `/proc`.

use std::fmt;
use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use serde::Serialize;

use super::steady_now;

/// The unit of CPU times in `/proc`; Linux shows it as 100 per second on every machine.
const TICKS_PER_SECOND: f64 = 100.0;

/// Processes whose cost is measured, by name.
#[derive(Clone, Debug, Default)]
pub struct Processes(pub Vec<(String, u32)>);

/// The cost of one process during a run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cost {
    name: String,
    cores: f64,
    cpu_ms_per_request: f64,
    rss_mib: f64,
}

/// What a run showed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// What was asked.
    pub scenario: String,
    /// How many sockets.
    pub connections: usize,
    /// How many devices.
    pub devices: usize,
    /// How long it was measured.
    pub seconds: f64,
    /// Answered requests that were right.
    pub requests: usize,
    /// Wrong requests that were refused.
    pub refused: usize,
    /// Wrong requests that were accepted; there must be none.
    pub wrongly_accepted: usize,
    /// Right requests without the right answer.
    pub failed: usize,
    /// What the first failure was.
    pub first_failure: Option<String>,
    /// Requests per second.
    pub per_second: f64,
    /// Latencies in milliseconds.
    pub p50_ms: f64,
    /// The 90th percentile.
    pub p90_ms: f64,
    /// The 99th percentile.
    pub p99_ms: f64,
    /// The slowest.
    pub max_ms: f64,
    /// What it cost.
    pub costs: Vec<Cost>,
    /// How long the machine takes to make 4 KiB durable, in microseconds.
    pub data_sync_us: f64,
}

/// CPU seconds of processes at a moment.
pub(super) struct Sample(Vec<f64>);

impl Processes {
    pub(super) fn sample(&self) -> Sample {
        Sample(self.0.iter().map(|(_, id)| cpu_seconds(*id)).collect())
    }

    /// What they used between two samples.
    pub(super) fn costs_between(
        &self,
        before: &Sample,
        after: &Sample,
        seconds: f64,
        requests: usize,
    ) -> Vec<Cost> {
        let used = after.0.iter().zip(&before.0).map(|(after, before)| after - before);
        let costs = self.0.iter().zip(used).map(|((name, id), used)| Cost {
            name: name.clone(),
            cores: used / seconds,
            cpu_ms_per_request: used * 1000.0 / ratio(requests.max(1)),
            rss_mib: rss_mib(*id),
        });
        costs.collect()
    }
}

/// The value that `share` of the sorted latencies are not above.
pub(super) fn percentile_ms(sorted: &[Duration], share: f64) -> f64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of a length is an index"
    )]
    let index = (ratio(sorted.len().saturating_sub(1)) * share) as usize;
    sorted.get(index).map_or(0.0, |latency| latency.as_secs_f64() * 1000.0)
}

#[expect(clippy::cast_precision_loss, reason = "counts of a run are far below 2^52")]
pub(super) fn ratio(count: usize) -> f64 {
    count as f64
}

/// How long it takes to make 4 KiB durable in a directory, on average.
pub fn data_sync_time(directory: &Path) -> io::Result<Duration> {
    const TIMES: u32 = 200;
    let path = directory.join("sync-probe");
    let mut file = std::fs::File::create(&path)?;
    let began = steady_now();
    for _ in 0..TIMES {
        file.write_all(&[7; 4096])?;
        file.sync_data()?;
    }
    let time = began.elapsed() / TIMES;
    std::fs::remove_file(path)?;
    Ok(time)
}

/// User and system time of a process and of its children that have ended; 0 when it is gone.
fn cpu_seconds(id: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    // The name in parentheses may hold anything; what follows it is numbers.
    let numbers = stat.rsplit_once(')').map_or("", |(_, numbers)| numbers);
    let ticks = numbers.split_whitespace().skip(11).take(2);
    ticks.filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / TICKS_PER_SECOND
}

fn rss_mib(id: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kib.unwrap_or(0.0) / 1024.0
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{}: {:.0} requests/s ({} in {:.1} s, {} connections, {} devices)",
            self.scenario,
            self.per_second,
            self.requests,
            self.seconds,
            self.connections,
            self.devices
        )?;
        writeln!(
            f,
            "  latency  p50 {:.2} ms  p90 {:.2} ms  p99 {:.2} ms  max {:.2} ms",
            self.p50_ms, self.p90_ms, self.p99_ms, self.max_ms
        )?;
        writeln!(
            f,
            "  wrong requests  {} refused, {} accepted; failed requests {}{}",
            self.refused,
            self.wrongly_accepted,
            self.failed,
            self.first_failure.as_ref().map(|first| format!(" ({first})")).unwrap_or_default()
        )?;
        for cost in &self.costs {
            writeln!(
                f,
                "  {:<10} {:.2} cores, {:.3} ms CPU a request, {:.0} MiB resident",
                cost.name, cost.cores, cost.cpu_ms_per_request, cost.rss_mib
            )?;
        }
        writeln!(f, "  4 KiB made durable in {:.0} µs on average", self.data_sync_us)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_taken_from_the_sorted_latencies() {
        let latencies: Vec<_> = (1..=1000).map(Duration::from_millis).collect();
        assert!((percentile_ms(&latencies, 0.5) - 500.0).abs() < 0.5);
        assert!((percentile_ms(&latencies, 0.99) - 990.0).abs() < 0.5);
        assert!((percentile_ms(&latencies, 1.0) - 1000.0).abs() < 0.5);
        assert!(percentile_ms(&[], 0.5).abs() < 0.5);
    }

    #[test]
    fn own_process_has_a_cost() {
        let own = Processes(vec![("self".into(), std::process::id())]);
        let before = own.sample();
        let costs = || own.costs_between(&before, &own.sample(), 1.0, 1);
        let mut sum = 0_u64;
        while costs()[0].cores <= 0.0 {
            sum = (0..1_000_000_u64).fold(sum, u64::wrapping_add);
        }
        assert!(costs()[0].rss_mib > 1.0, "{sum}");
    }
}
