//! The fleet, and everything known about one device.

use clap::{Args, Subcommand};
use jiff::Timestamp;
use jiff::civil::Date;
use macadam_api::Os;
use macadam_api::client::Client;
use macadam_api::decisions::{Explanation, Status};
use macadam_api::devices::{
    Device, DeviceCommand, DeviceFilter, DeviceRecord, DeviceSort, TimelineEntry, UpdateDevice,
};
use macadam_api::facts::EnrollmentKind;
use macadam_api::notes::{CreateNote, Note};
use macadam_api::releases::FeedList;
use macadam_api::summary::Standing;
use uuid::Uuid;

use super::device_actions::Act;
use super::{decide, find};
use crate::connection::Connection;
use crate::error::CliError;
use crate::shell::Shell;
use crate::{show, words};

/// The fleet, and everything known about one device
#[derive(Debug, Args)]
pub struct Devices {
    #[command(subcommand)]
    command: DevicesCommand,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Debug, Subcommand)]
enum DevicesCommand {
    /// List devices
    List(Filter),
    /// Count devices by status
    Count(Filter),
    /// Show one device
    Show(One),
    /// Say why a device has its target and deadline, or why not
    Explain(One),
    /// Show how a device's status, target and deadline changed
    Timeline(History),
    /// Show the declarations a device is given, exactly as sent
    Declarations(One),
    /// Show a device's commands and what became of them
    Commands(History),
    /// Show the notes about a device
    Notes(One),
    /// Write a note about a device
    Note {
        /// Id, serial number or name
        device: String,
        /// What it says
        text: String,
    },
    /// Delete a note about a device
    DeleteNote {
        /// Id, serial number or name
        device: String,
        /// As `devices notes` shows it
        #[arg(value_parser = words::id)]
        note: Uuid,
    },
    /// Change a device's tags
    Tag(Tag),
    /// Ask a device to connect
    Sync(One),
    /// Do one thing to every device that the filters let through
    Act(Box<Act>),
    /// Print the facts that decisions are made from, for `macadam decide --devices`
    Facts,
    /// Print every device's decision, as `macadam decide --json` does
    Decisions,
}

/// Which devices
#[derive(Debug, Args)]
pub(super) struct Filter {
    /// Part of the name, serial number, model or product
    #[arg(long)]
    search: Option<String>,
    /// macos, ios, ipados, tvos or visionos
    #[arg(long, value_parser = words::platform)]
    platform: Option<Os>,
    /// Such as pending, pass or error
    #[arg(long, value_parser = words::word::<Status>)]
    status: Option<Status>,
    /// Only devices past their deadline
    #[arg(long)]
    overdue: bool,
    /// Only devices below a floor, due or not
    #[arg(long)]
    below_floor: bool,
    /// Blueprint, by name or id
    #[arg(long, value_name = "BLUEPRINT")]
    blueprint: Option<String>,
    /// Library item that reaches them, by label or id
    #[arg(long, value_name = "ITEM")]
    item: Option<String>,
    /// Only devices with this tag
    #[arg(long)]
    tag: Option<String>,
    /// The version they must install
    #[arg(long, value_name = "VERSION")]
    target: Option<String>,
    /// The version they run
    #[arg(long, value_name = "VERSION")]
    os: Option<String>,
    /// Only devices that run something older
    #[arg(long, value_name = "VERSION")]
    os_below: Option<String>,
    /// Only devices whose deadline is before this moment
    #[arg(long, value_name = "TIME", value_parser = words::instant)]
    due_before: Option<Timestamp>,
    /// Only devices not seen since this moment
    #[arg(long, value_name = "TIME", value_parser = words::instant)]
    not_seen_since: Option<Timestamp>,
    /// on_time, due_soon, overdue, cannot_update or not_enforced
    #[arg(long, value_parser = words::word::<Standing>)]
    standing: Option<Standing>,
    /// Why they cannot update, or why nothing is enforced, such as held or not_in_feed
    #[arg(long)]
    reason: Option<String>,
    /// The day they are due on, on their own clocks
    #[arg(long, value_name = "DAY")]
    due_on: Option<Date>,
    /// Only devices that are due on a later day than this, on their own clocks
    #[arg(long, value_name = "DAY")]
    due_after: Option<Date>,
    /// Only devices that run this version or something newer
    #[arg(long, value_name = "VERSION")]
    os_from: Option<String>,
    /// What will keep them from their targets, such as disk_space or no_bootstrap_token
    #[arg(long)]
    blocker: Option<String>,
    /// Only the platforms of a list of Apple's feed: macos, ios or visionos
    #[arg(long, value_parser = words::word::<FeedList>)]
    list: Option<FeedList>,
    /// Only supervised devices, or with `false` only others
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    supervised: Option<bool>,
    /// How they are enrolled: device or user
    #[arg(long, value_parser = words::word::<EnrollmentKind>)]
    enrollment: Option<EnrollmentKind>,
    /// The model's name or product identifier, such as Mac15,6
    #[arg(long)]
    model: Option<String>,
    /// The build they run
    #[arg(long)]
    build: Option<String>,
    /// Only devices enrolled before this moment
    #[arg(long, value_name = "TIME", value_parser = words::instant)]
    enrolled_before: Option<Timestamp>,
    /// Only devices enrolled at this moment or later
    #[arg(long, value_name = "TIME", value_parser = words::instant)]
    enrolled_since: Option<Timestamp>,
    /// name, serial_number, os_version, deadline or last_seen
    #[arg(long, value_parser = words::word::<DeviceSort>)]
    sort: Option<DeviceSort>,
    /// At most this many rows
    #[arg(long, default_value_t = u64::MAX, hide_default_value = true)]
    pub(super) limit: u64,
}

#[derive(Debug, Args)]
struct One {
    /// Id, serial number or name
    device: String,
}

#[derive(Debug, Args)]
struct History {
    /// Id, serial number or name
    device: String,
    /// Show no more than this many, the newest
    #[arg(long, value_name = "ROWS", default_value_t = 500)]
    limit: u64,
}

#[derive(Debug, Args)]
struct Tag {
    /// Id, serial number or name
    device: String,
    /// The tags it has from now on; none to remove all
    tags: Vec<String>,
}

const TIMELINE: [&str; 6] = ["at", "status", "runs", "target", "source", "what happened"];
const COMMANDS: [&str; 5] = ["command", "state", "queued", "ended", "errors"];

impl Devices {
    pub(crate) async fn run(self, shell: &mut Shell) -> Result<(), CliError> {
        let (json, client) = (self.connection.json, self.connection.client(shell)?);
        match self.command {
            DevicesCommand::List(filter) => list(&client, filter, json, shell).await,
            DevicesCommand::Count(filter) => count(&client, filter, json, shell).await,
            DevicesCommand::Show(one) => {
                let answer = client.device(find::device(&client, &one.device).await?).await?;
                show::answer(shell, json, &answer.bytes, || record(&answer.value))
            }
            DevicesCommand::Explain(one) => {
                let answer = client.explanation(find::device(&client, &one.device).await?).await?;
                show::answer(shell, json, &answer.bytes, || explanation(&answer.value))
            }
            DevicesCommand::Timeline(some) => {
                let pages = client.timeline(find::device(&client, &some.device).await?);
                show::list(shell, json, pages.at_most(some.limit), &TIMELINE, timeline_row).await
            }
            DevicesCommand::Declarations(one) => {
                let pages = client.declarations(find::device(&client, &one.device).await?);
                if json {
                    return show::list(shell, json, pages, &[], |_| Vec::new()).await;
                }
                let pretty = serde_json::to_string_pretty(&pages.all().await?);
                shell.print(&pretty.expect("declarations have text keys"))
            }
            DevicesCommand::Commands(some) => {
                let pages = client.commands(find::device(&client, &some.device).await?);
                show::list(shell, json, pages.at_most(some.limit), &COMMANDS, command_row).await
            }
            DevicesCommand::Notes(one) => {
                let answer = client.notes(find::device(&client, &one.device).await?).await?;
                show::answer(shell, json, &answer.bytes, || notes(&answer.value))
            }
            DevicesCommand::Note { device, text } => {
                let id = find::device(&client, &device).await?;
                let answer = client.create_note(id, &CreateNote { text }).await?;
                let note = std::slice::from_ref(&answer.value);
                show::answer(shell, json, &answer.bytes, || notes(note))
            }
            DevicesCommand::DeleteNote { device, note } => {
                client.delete_note(find::device(&client, &device).await?, note).await?;
                shell.note("deleted");
                Ok(())
            }
            DevicesCommand::Tag(tag) => {
                let id = find::device(&client, &tag.device).await?;
                let update = UpdateDevice { tags: Some(tag.tags), ..UpdateDevice::default() };
                let answer = client.update_device(id, &update).await?;
                show::answer(shell, json, &answer.bytes, || record(&answer.value))
            }
            DevicesCommand::Sync(one) => {
                client.sync_device(find::device(&client, &one.device).await?).await?;
                shell.note("the device is asked to connect");
                Ok(())
            }
            DevicesCommand::Act(act) => act.run(&client, json, shell).await,
            DevicesCommand::Facts => show::lines(shell, "devices read", client.facts()).await,
            DevicesCommand::Decisions => {
                show::lines(shell, "devices read", client.decisions()).await
            }
        }
    }
}

impl Filter {
    pub(super) async fn resolve(self, client: &Client) -> Result<DeviceFilter, CliError> {
        let blueprint = |name| find::blueprint(client, name);
        let item = |name| find::item(client, name);
        Ok(DeviceFilter {
            search: self.search,
            platform: self.platform,
            status: self.status,
            overdue: self.overdue.then_some(true),
            meets_floor: self.below_floor.then_some(false),
            blueprint_id: find::maybe(self.blueprint.as_deref(), blueprint).await?,
            item_id: find::maybe(self.item.as_deref(), item).await?,
            tag: self.tag,
            target_version: self.target,
            os_version: self.os,
            os_version_below: self.os_below,
            due_before: self.due_before,
            not_seen_since: self.not_seen_since,
            standing: self.standing,
            reason: self.reason,
            due_on: self.due_on,
            due_after: self.due_after,
            os_version_from: self.os_from,
            blocker: self.blocker,
            list: self.list,
            supervised: self.supervised,
            enrollment: self.enrollment,
            model: self.model,
            build: self.build,
            enrolled_before: self.enrolled_before,
            enrolled_since: self.enrolled_since,
            sort: self.sort,
        })
    }
}

async fn list(
    client: &Client,
    filter: Filter,
    json: bool,
    shell: &mut Shell,
) -> Result<(), CliError> {
    const HEADER: [&str; 9] = [
        "name",
        "serial number",
        "model",
        "os",
        "blueprint",
        "status",
        "target",
        "deadline (device time)",
        "last seen",
    ];
    let limit = filter.limit;
    let filter = filter.resolve(client).await?;
    show::list(shell, json, client.devices(&filter).at_most(limit), &HEADER, row).await
}

fn row(device: &Device) -> Vec<String> {
    let overdue = if device.decision.is_overdue { " overdue" } else { "" };
    vec![
        device.name.clone(),
        device.serial_number.clone(),
        device.model.clone(),
        words::system(device),
        device.blueprint.as_ref().map(|blueprint| blueprint.name.clone()).unwrap_or_default(),
        format!("{}{overdue}", words::status(device.decision.status)),
        device.decision.target_version.clone().unwrap_or_default(),
        show::local(device.decision.deadline_local),
        show::maybe_instant(device.last_seen_at),
    ]
}

async fn count(
    client: &Client,
    filter: Filter,
    json: bool,
    shell: &mut Shell,
) -> Result<(), CliError> {
    let answer = client.device_counts(&filter.resolve(client).await?).await?;
    show::answer(shell, json, &answer.bytes, || {
        let counts = &answer.value;
        let by_status = counts.by_status.iter();
        let mut rows: Vec<Vec<String>> = by_status
            .map(|(status, count)| vec![words::shown(status), count.to_string()])
            .collect();
        if counts.undecided > 0 {
            rows.push(vec![words::status(None), counts.undecided.to_string()]);
        }
        rows.push(vec!["all".into(), counts.total.to_string()]);
        rows.push(vec!["overdue".into(), counts.overdue.to_string()]);
        rows.push(vec!["below a floor".into(), counts.below_floor.to_string()]);
        show::table(&["status", "devices"], rows)
    })
}

fn record(record: &DeviceRecord) -> String {
    let device = &record.device;
    let decision = &device.decision;
    let blockers = record.readiness.blockers.iter();
    let blockers: Vec<_> = blockers.map(|it| format!("{} ({})", it.sentence, it.remedy)).collect();
    let items: Vec<_> = record.items.iter().map(|item| item.label.as_str()).collect();
    show::record(&[
        ("Name", device.name.clone()),
        ("Id", device.id.to_string()),
        ("Serial number", device.serial_number.clone()),
        ("Model", format!("{} ({})", device.model, device.product)),
        ("Update id", record.update_id.clone().unwrap_or_default()),
        ("Runs", words::system(device)),
        ("Build", device.build.clone().unwrap_or_default()),
        ("Blueprint", device.blueprint.as_ref().map(|at| at.name.clone()).unwrap_or_default()),
        ("Items", items.join(", ")),
        ("Tags", device.tags.join(", ")),
        ("Supervised", show::yes_no(device.supervised)),
        ("Status", words::status(decision.status)),
        ("Target", decision.target_version.clone().unwrap_or_default()),
        ("Deadline", with_zone(show::local(decision.deadline_local))),
        ("Deadline in UTC", show::maybe_instant(decision.deadline_at)),
        ("Days left", decision.days_left.map(|days| days.to_string()).unwrap_or_default()),
        ("Meets the floor", show::yes_no(decision.meets_floor)),
        ("Because", decision.reason.clone()),
        ("Not ready because", blockers.join("; ")),
        ("Enrolled", show::instant(device.enrolled_at)),
        ("Last seen", show::maybe_instant(device.last_seen_at)),
    ])
}

fn notes(notes: &[Note]) -> String {
    let row = |note: &Note| {
        vec![
            note.id.to_string(),
            show::instant(note.created_at),
            note.author.clone(),
            note.text.clone(),
        ]
    };
    show::table(&["id", "written", "by", "note"], notes.iter().map(row))
}

fn with_zone(local: String) -> String {
    if local.is_empty() { local } else { format!("{local} device time") }
}

fn explanation(explanation: &Explanation) -> String {
    let releases = explanation.releases.iter().map(|release| {
        vec![
            release.version.clone(),
            release.build.clone(),
            release.released_on.to_string(),
            show::yes_no(release.installable),
        ]
    });
    let mut text = decide::for_people(&explanation.decision);
    text.push_str("\n\n");
    text.push_str(&show::table(&["release", "build", "released", "installable"], releases));
    for change in &explanation.would_change {
        text.push_str("\n\nThis would change it: ");
        text.push_str(&show::inert(&change.sentence));
    }
    text
}

fn timeline_row(entry: &TimelineEntry) -> Vec<String> {
    vec![
        show::instant(entry.at),
        words::shown(entry.status),
        entry.os_version.clone(),
        entry.target_version.clone().unwrap_or_default(),
        words::shown(entry.source),
        entry.device_words.clone().unwrap_or_else(|| entry.sentence.clone()),
    ]
}

fn command_row(command: &DeviceCommand) -> Vec<String> {
    vec![
        command.request_type.clone(),
        words::shown(command.state),
        show::instant(command.queued_at),
        show::maybe_instant(command.ended_at),
        command.errors.join("; "),
    ]
}
