//! How long a hostile property list keeps the decoder busy, and how much memory it takes.
//!
//! ```text
//! cargo bench -p macadam-protocol --bench hostile
//! ```
//!
//! Every document has to be refused (specification, safety 11) in under 10 ms and 10 MB. The
//! documents are the ones that the decoder's tests refuse by name, and the worst that fit into a
//! message: all that the limits allow, and a fault at the very end.

#![allow(clippy::print_stdout, reason = "a benchmark prints its result")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a benchmark may end where a test may"
)]

#[path = "../src/property_list/tests/hostile.rs"]
mod documents;

use macadam_protocol::{Limits, property_list};

const ROUNDS: usize = 20;
const LIMIT: usize = Limits::MESSAGE.octets;

fn main() {
    println!("| document | octets | refused as | CPU ms (worst of {ROUNDS}) | KB |");
    println!("|---|---|---|---|---|");
    for (name, octets) in documents() {
        let mut worst = 0.0_f64;
        let mut code = "";
        let before = take_memory("VmRSS:");
        for _ in 0..ROUNDS {
            let began = cpu_seconds();
            let refused = property_list::decode_value(&octets, &Limits::MESSAGE).unwrap_err();
            worst = worst.max((cpu_seconds() - began) * 1e3);
            code = refused.code();
        }
        let kilobytes = take_memory("VmHWM:").saturating_sub(before);
        println!("| {name} | {} | {code} | {worst:.2} | {kilobytes} |", octets.len());
    }
}

/// What this thread has used of its core: on a busy machine the clock on the wall would measure
/// the neighbors.
fn cpu_seconds() -> f64 {
    let statistics = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    let nanoseconds: u64 = statistics.split(' ').next().unwrap().parse().unwrap();
    nanoseconds as f64 / 1e9
}

/// What the kernel says of this process's memory, in kilobytes; its peak begins anew.
fn take_memory(line: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let text = status.lines().find_map(|found| found.strip_prefix(line)).unwrap();
    let kilobytes = text.trim().trim_end_matches(" kB").parse().unwrap();
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
    kilobytes
}

fn documents() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("nested arrays, XML", full("<array>", "")),
        ("unclosed dictionaries, XML", full("<dict><key>k</key>", "")),
        ("nested arrays, binary", documents::nested_binary_arrays()),
        ("billion laughs in 138 octets", documents::billion_laughs()),
        ("one long string, 4,096 times", documents::repeated_string()),
        ("one long key, 4,096 times", documents::repeated_key()),
        ("array that contains itself", documents::cycle()),
        ("as many values as fit, XML", full("<true/>", "")),
        ("as many values as are allowed, binary, then one more", wide_binary()),
        ("a megabyte of one string, then CDATA", long_string()),
        ("a megabyte of entities, then an unknown one", full("&amp;", "&a;</string>")),
        ("as many keys as fit, the last one twice", repeated_last_key()),
        ("a megabyte of comments", full("<!---->", "")),
        ("a megabyte of nothing", vec![b' '; LIMIT]),
        ("a byte more than a message", vec![b' '; LIMIT + 1]),
    ]
}

/// One piece as often as it fits into a message.
fn full(piece: &str, end: &str) -> Vec<u8> {
    let head = if end.is_empty() { "<plist version=\"1.0\"><array>" } else { "<string>" };
    let times = (LIMIT - head.len() - end.len()) / piece.len();
    format!("{head}{}{end}", piece.repeat(times)).into_bytes()
}

fn long_string() -> Vec<u8> {
    let (head, end) = ("<string>", "<![CDATA[a]]></string>");
    format!("{head}{}{end}", "a".repeat(LIMIT - head.len() - end.len())).into_bytes()
}

fn repeated_last_key() -> Vec<u8> {
    let entries: String = (0..24_000).map(|n| format!("<key>{n}</key><true/>")).collect();
    format!("<dict>{entries}<key>23999</key><true/></dict>").into_bytes()
}

/// An array of 50,000 references to one value.
fn wide_binary() -> Vec<u8> {
    let count = u32::try_from(Limits::MESSAGE.nodes).unwrap();
    let list = [&[0xaf, 0x12][..], &count.to_be_bytes(), &vec![1; Limits::MESSAGE.nodes]].concat();
    documents::binary(&[list, vec![0x09]], 1)
}
