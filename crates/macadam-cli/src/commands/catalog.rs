//! The release catalog, and the feeds it comes from.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use macadam_api::feeds::{FeedName, FeedOutcome, FeedStatus, ImportQuery};
use macadam_api::releases::{
    Availability, FeedList, Release, ReleaseFilter, ReleaseKind, ReleaseRecord, Review,
};

use crate::connection::Connection;
use crate::error::CliError;
use crate::shell::Shell;
use crate::{file, show, words};

/// The release catalog, and the feeds it comes from
#[derive(Debug, Args)]
pub struct Catalog {
    #[command(subcommand)]
    command: CatalogCommand,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Debug, Subcommand)]
enum CatalogCommand {
    /// List releases
    List(Filter),
    /// Show a release, its builds and what it mends
    Show {
        /// Id, such as macos-26.3.1
        release: String,
    },
    /// Bring an answer of Apple's feed by hand
    Import {
        /// The answer, as it was received; `-` for standard input
        file: PathBuf,
        /// Believe it although a major vanished or the list shrank
        #[arg(long)]
        confirm: bool,
    },
    /// Ask a feed again now
    Refresh {
        /// gdmf (Apple) or sofa (community)
        #[arg(default_value = "gdmf", value_parser = words::word::<FeedName>)]
        feed: FeedName,
    },
    /// Show how old the data of each feed is
    Feeds,
}

/// Which releases
#[derive(Debug, Args)]
pub(super) struct Filter {
    /// macos, ios (with iPadOS and tvOS) or visionos
    #[arg(long, value_parser = words::word::<FeedList>)]
    list: Option<FeedList>,
    /// Such as 26
    #[arg(long)]
    major: Option<u16>,
    /// major, minor or bsi
    #[arg(long, value_parser = words::word::<ReleaseKind>)]
    kind: Option<ReleaseKind>,
    /// public, management_only, withdrawn or expired
    #[arg(long, value_parser = words::word::<Availability>)]
    availability: Option<Availability>,
    /// Only releases on hold
    #[arg(long)]
    held: bool,
}

impl Catalog {
    pub(crate) async fn run(self, shell: &mut Shell) -> Result<(), CliError> {
        let json = self.connection.json;
        match self.command {
            CatalogCommand::List(filter) => filter.list(&self.connection, shell).await,
            CatalogCommand::Show { release } => {
                show_release(&release, &self.connection, shell).await
            }
            CatalogCommand::Import { file, confirm } => {
                let bytes = file::read(&file)?;
                let client = self.connection.client(shell)?;
                let answer = client.import_feed(bytes, &ImportQuery { confirm }).await?;
                show::answer(shell, json, &answer.bytes, || outcome(&answer.value))
            }
            CatalogCommand::Refresh { feed } => {
                let client = self.connection.client(shell)?;
                let waiting = shell.spinner("asking the feed");
                let answer = client.refresh_feed(feed).await?;
                waiting.finish_and_clear();
                show::answer(shell, json, &answer.bytes, || outcome(&answer.value))
            }
            CatalogCommand::Feeds => {
                let answer = self.connection.client(shell)?.feeds().await?;
                show::answer(shell, json, &answer.bytes, || feeds(&answer.value))
            }
        }
    }
}

impl Filter {
    pub(super) async fn list(
        self,
        connection: &Connection,
        shell: &mut Shell,
    ) -> Result<(), CliError> {
        let client = connection.client(shell)?;
        let filter = ReleaseFilter {
            list: self.list,
            major: self.major,
            kind: self.kind,
            availability: self.availability,
            held: self.held.then_some(true),
        };
        let header = ["release", "kind", "released", "availability", "use", "able", "done"];
        show::list(shell, connection.json, client.releases(&filter), &header, row).await
    }
}

pub(super) async fn show_release(
    id: &str,
    connection: &Connection,
    shell: &mut Shell,
) -> Result<(), CliError> {
    let answer = connection.client(shell)?.release(id).await?;
    show::answer(shell, connection.json, &answer.bytes, || record(&answer.value))
}

fn row(release: &Release) -> Vec<String> {
    vec![
        release.id.clone(),
        words::shown(release.kind),
        release.released_on.to_string(),
        words::shown(release.availability),
        use_of(release).to_owned(),
        release.devices_able.to_string(),
        release.devices_done.to_string(),
    ]
}

const fn use_of(release: &Release) -> &'static str {
    match (release.held, release.approved) {
        (true, _) => "on hold",
        (false, true) => "approved",
        (false, false) => "not approved",
    }
}

pub(super) fn record(record: &ReleaseRecord) -> String {
    let release = &record.release;
    let cves = record.cves.iter().map(|cve| match cve.exploited {
        true => format!("{} (exploited)", cve.id),
        false => cve.id.clone(),
    });
    let mut parts = vec![show::record(&[
        ("Release", release.id.clone()),
        ("Kind", words::shown(release.kind)),
        ("Released", release.released_on.to_string()),
        ("Availability", words::shown(release.availability)),
        ("Use", use_of(release).to_owned()),
        ("Devices able", release.devices_able.to_string()),
        ("Devices done", release.devices_done.to_string()),
        ("More", release.link.clone().unwrap_or_default()),
        ("Mends", cves.collect::<Vec<_>>().join(", ")),
    ])];
    let builds = record.builds.iter().map(|build| {
        vec![
            build.build.clone(),
            build.prerequisite_build.clone().unwrap_or_default(),
            build.update_ids.len().to_string(),
            show::maybe_instant(build.first_public_at),
            words::shown(build.availability),
            build.expires_on.map(|day| day.to_string()).unwrap_or_default(),
        ]
    });
    let header = ["build", "for build", "hardware", "first public", "availability", "expires"];
    parts.push(show::table(&header, builds));
    if !release.reviews.is_empty() {
        let header = ["for", "approved", "held since", "resumed", "by", "reason"];
        parts.push(show::table(&header, release.reviews.iter().map(review)));
    }
    parts.join("\n\n")
}

fn review(review: &Review) -> Vec<String> {
    vec![
        review.item.as_ref().map_or_else(|| "fleet".to_owned(), |item| item.name.clone()),
        show::maybe_instant(review.approved_at),
        show::maybe_instant(review.held_since),
        show::maybe_instant(review.resumed_at),
        review.by.clone(),
        review.reason.clone(),
    ]
}

fn outcome(outcome: &FeedOutcome) -> String {
    let mut lines = vec![format!("{} in the catalog", show::count(outcome.changes, "new fact"))];
    lines.extend(outcome.new_releases.iter().map(|release| format!("new: {release}")));
    lines.extend(outcome.problems.iter().map(|problem| format!("left out: {problem}")));
    lines.join("\n")
}

fn feeds(feeds: &[FeedStatus]) -> String {
    let rows = feeds.iter().map(|feed| {
        vec![
            words::shown(feed.name),
            show::maybe_instant(feed.accepted_at),
            show::maybe_instant(feed.changed_at),
            show::maybe_instant(feed.next_at),
            if feed.stale { "stale".into() } else { "fresh".into() },
            feed.problem.clone().unwrap_or_default(),
        ]
    });
    show::table(&["feed", "believed", "changed", "next", "age", "problem"], rows)
}
