//! How long the server takes to answer what people's pages ask about a large fleet: the calls of
//! the web app, one after another.

use std::time::Duration;

use anyhow::{Context, ensure};
use serde_json::{Value, json};

use super::kept::{Fleet, Reuse};
use super::rig::Rig;
use super::{Engine, build};

/// How often each call is made.
const TIMES: usize = 100;
/// Rows that the web app asks for at once.
const PAGE: u32 = 200;

/// A page of the web app, what it must keep to, and its calls.
struct Page {
    name: &'static str,
    goal: Duration,
    calls: Vec<Value>,
}

pub(super) fn api(engines: &[Engine], devices: u32, reuse: Reuse) -> anyhow::Result<()> {
    build()?;
    println!("| database | devices | page | call | p50 ms | p95 ms | max ms | answer kB | goal |");
    println!("|---|---|---|---|---|---|---|---|---|");
    for engine in engines {
        measure(*engine, devices, reuse).with_context(|| format!("measuring on {engine:?}"))?;
    }
    Ok(())
}

fn measure(engine: Engine, devices: u32, reuse: Reuse) -> anyhow::Result<()> {
    let fleet = Fleet::start(engine, devices, reuse)?;
    for mut page in pages(&fleet.rig)? {
        // A small fleet has no second page of everything.
        page.calls.retain(|call| devices >= 10 * PAGE || call["is_next_page"] != true);
        let timings = fleet.rig.measure_calls(&Value::Array(page.calls), TIMES)?;
        for timing in timings {
            let number = |name: &str| timing[name].as_f64().unwrap_or_default();
            println!(
                "| {engine:?} | {devices} | {} | {} | {:.1} | {:.1} | {:.1} | {:.0} | \
                p95 < {} ms |",
                page.name,
                timing["name"].as_str().unwrap_or_default(),
                number("p50_ms"),
                number("p95_ms"),
                number("max_ms"),
                number("bytes") / 1000.0,
                page.goal.as_millis(),
            );
        }
    }
    Ok(())
}

/// What is needed to ask as the pages do.
struct Known {
    /// A Managed OS item for Macs, as the API gives it.
    item: Value,
    blueprint: String,
    /// Some device's name.
    device: String,
}

fn pages(rig: &Rig) -> anyhow::Result<Vec<Page>> {
    let asked = json!([
        get("items", "/api/v1/library-items?limit=1000"),
        get("blueprints", "/api/v1/blueprints?limit=1000"),
        get("devices", &format!("/api/v1/devices?limit={PAGE}")),
    ]);
    let answers = rig.measure_calls(&asked, 1)?;
    let items = |index: usize| answers.get(index).map(|it| &it["answer"]["items"]);
    let item = items(0).and_then(Value::as_array).into_iter().flatten().find(|item| {
        item["settings"]["type"] == "managed_os" && item["settings"]["platform"] == "macos"
    });
    let text = |index: usize, row: usize, name: &str| {
        let value = items(index).and_then(|items| items.get(row)?.get(name)?.as_str());
        value.map(str::to_owned).with_context(|| format!("there is no {name}"))
    };
    let known = Known {
        item: item.context("there is no item for Macs")?.clone(),
        blueprint: text(1, 0, "id")?,
        device: text(2, 0, "name")?,
    };
    ensure!(known.item["id"].is_string(), "an item has no id");
    let page = |name, milliseconds, calls| {
        let goal = Duration::from_millis(milliseconds);
        Page { name, goal, calls }
    };
    Ok(vec![
        page("Devices", 100, device_list(&known)),
        page("Home", 100, home()),
        page("Item status", 100, item_status(&known)),
        page("Live preview", 300, preview(&known)),
    ])
}

fn device_list(known: &Known) -> Vec<Value> {
    let list = format!("/api/v1/devices?limit={PAGE}");
    let mut calls = vec![get("first page", &list)];
    let mut next = get("second page", &list);
    next["is_next_page"] = true.into();
    calls.push(next);
    let name = encoded(&known.device);
    let filters = [
        ("search, many", "search=mac".to_owned()),
        ("search, one", format!("search={name}")),
        ("search, none", "search=no-such-device".into()),
        ("status error", "status=error".into()),
        ("status installing", "status=installing".into()),
        ("platform tvOS", "platform=tvos".into()),
        ("standing overdue", "standing=overdue".into()),
        ("reason undecided", "reason=undecided".into()),
        ("due on a day", "due_on=2026-03-10".into()),
        ("OS version", "os_version=26.3".into()),
        ("below an OS version", "os_version_below=14".into()),
        ("target version", "target_version=14.8".into()),
        ("tag", "tag=nobody".into()),
        ("blueprint", format!("blueprint_id={}", known.blueprint)),
        ("below the floor", "meets_floor=false".into()),
        ("not seen since", "not_seen_since=2026-01-01T00:00:00Z".into()),
    ];
    for (name, filter) in &filters {
        calls.push(get(name, &format!("{list}&{filter}")));
    }
    for sort in ["serial_number", "os_version", "deadline", "last_seen"] {
        calls.push(get(&format!("by {sort}"), &format!("{list}&sort={sort}")));
    }
    calls.push(get("counts", "/api/v1/device-counts"));
    for (name, filter) in &filters {
        calls.push(get(&format!("counts, {name}"), &format!("/api/v1/device-counts?{filter}")));
    }
    calls.push(get("names of items", "/api/v1/library-items?limit=1000"));
    calls.push(get("names of blueprints", "/api/v1/blueprints?limit=1000"));
    calls
}

fn home() -> Vec<Value> {
    vec![
        get("summary", "/api/v1/summary"),
        get("summary since a visit", "/api/v1/summary?since=2026-02-01T00:00:00Z"),
        get("version shares", "/api/v1/version-shares?platform=macos"),
    ]
}

fn item_status(known: &Known) -> Vec<Value> {
    let of_item =
        format!("item_id={}&platform=macos", known.item["id"].as_str().unwrap_or_default());
    let list = format!("/api/v1/devices?{of_item}&limit={PAGE}");
    let mut calls =
        vec![get("counts", &format!("/api/v1/device-counts?{of_item}")), get("devices", &list)];
    for status in ["pending", "pass", "error", "installing"] {
        calls.push(get(&format!("devices, {status}"), &format!("{list}&status={status}")));
    }
    let mut next = get("second page", &list);
    next["is_next_page"] = true.into();
    calls.push(next);
    calls
}

/// What the form asks while somebody types.
fn preview(known: &Known) -> Vec<Value> {
    let settings = &known.item["settings"];
    let request = |name: &str, body: Value| {
        let method = "POST";
        json!({ "name": name, "method": method, "path": "/api/v1/previews", "body": body })
    };
    let mut later = settings.clone();
    later["enforcement"] = json!({ "mode": "rolling", "within": "3w", "at": "10:15:00" });
    let mut minimum = settings.clone();
    minimum["enforcement"] = json!({
        "mode": "minimum", "version": "26.2", "on": "2026-03-02", "at": "12:30:00",
    });
    let item = |settings: &Value| {
        let id = &known.item["id"];
        json!({ "kind": "library_item", "id": id, "settings": settings })
    };
    vec![
        request("item as it is", item(settings)),
        request("other delay", item(&later)),
        request("a minimum version", item(&minimum)),
        request(
            "new item",
            json!({
                "kind": "new_library_item",
                "settings": renamed(&minimum),
                "blueprint_ids": [known.blueprint],
            }),
        ),
    ]
}

fn renamed(settings: &Value) -> Value {
    let mut settings = settings.clone();
    settings["label"] = "Figures".into();
    settings
}

fn get(name: &str, path: &str) -> Value {
    json!({ "name": name, "method": "GET", "path": path })
}

/// Text in a query.
fn encoded(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => {
            char::from(byte).to_string()
        }
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}
