//! Asks the community's feed why releases matter.

use std::time::Duration;

use anyhow::Context;
use axum::http::HeaderValue;
use macadam_api::releases::FeedList;
use macadam_protocol::feed::sofa::Sofa;
use tokio::sync::Mutex;

use super::Worker;
use crate::app::App;
use crate::outbound::community_feed::{CommunityAnswer, CommunityFeed};
use crate::outbound::fetch::FetchLimits;

/// Of wall time, whatever clock the fleet lives by: it is somebody else's server.
const PERIOD: Duration = Duration::from_hours(6);
/// The larger of the two files has some 2 MB.
const LIMITS: FetchLimits = FetchLimits {
    connect: Duration::from_secs(10),
    answer: Duration::from_secs(60),
    bytes: 32 * 1024 * 1024,
};
const FILES: [(FeedList, &str); 2] =
    [(FeedList::Macos, "macos_data_feed.json"), (FeedList::Ios, "ios_data_feed.json")];

pub(super) struct RefreshReleaseNotes {
    app: App,
    /// Where the feed is, without the name of a file.
    url: String,
    feed: CommunityFeed,
    /// The last answer for each file.
    known: [Mutex<Option<Known>>; FILES.len()],
}

/// An answer and the tag it came with.
type Known = (Box<Sofa>, Option<HeaderValue>);

impl RefreshReleaseNotes {
    pub(super) fn new(app: App, url: String) -> anyhow::Result<Self> {
        let feed = CommunityFeed::new(LIMITS).context("making a client of the community's feed")?;
        Ok(Self { app, url, feed, known: Default::default() })
    }
}

impl Worker for RefreshReleaseNotes {
    const NAME: &'static str = "refresh_release_notes";

    async fn run(&self) -> anyhow::Result<()> {
        for ((list, file), known) in FILES.into_iter().zip(&self.known) {
            let mut known = known.lock().await;
            let tag = known.as_ref().and_then(|(_, tag)| tag.as_ref());
            let url = format!("{}/{file}", self.url);
            let answer = self.feed.fetch(&url, tag).await;
            match answer.with_context(|| format!("asking for {file}"))? {
                CommunityAnswer::Unchanged => {}
                CommunityAnswer::Changed { feed, tag } => {
                    if let Some((former, _)) = known.as_ref() {
                        feed.check_after(former).context("comparing with the former answer")?;
                    }
                    self.app.save_release_notes(list, &feed).await?;
                    *known = Some((feed, tag));
                }
            }
        }
        Ok(())
    }

    async fn rest(&self) {
        self.app.wall_clock.sleep(PERIOD).await;
    }
}
