//! Why a release matters: its vulnerabilities, which of them were exploited, and Apple's page.
//! From the history that ships with the server, and from the community's feed.

use macadam_api::releases::{Cve, FeedList};
use macadam_protocol::feed::sofa::{Sofa, SofaRelease};
use macadam_protocol::feed::{self, Seed};
use macadam_store::{ReleaseFacts, StoreError};

use super::App;
use super::releases::ReleaseNotes;

/// Releases saved at a time.
const BATCH: usize = 1000;

impl App {
    /// Gives a new store what the shipped history knows.
    pub(crate) async fn seed_release_notes(&self, seed: &Seed) -> Result<(), StoreError> {
        if !self.store.release_facts().await?.is_empty() {
            return Ok(());
        }
        let releases = seed.releases.iter();
        let notes = releases.filter_map(|release| {
            let list = match release.list {
                feed::FeedList::MacOs => FeedList::Macos,
                feed::FeedList::Ios => FeedList::Ios,
                feed::FeedList::VisionOs => FeedList::Visionos,
            };
            let version = named(&release.version, release.extra.as_deref())?;
            let link = release.security_url.clone();
            Some(stored(list, version, link, &release.cves, &release.exploited))
        });
        self.save_notes(notes.collect()).await
    }

    /// Takes an answer of the community's feed over what was known.
    pub(crate) async fn save_release_notes(
        &self,
        list: FeedList,
        answer: &Sofa,
    ) -> Result<(), StoreError> {
        let notes = answer.releases.iter().filter_map(|release| {
            let SofaRelease { version, extra, security_url, cves, exploited, .. } = release;
            let version = named(version, extra.as_deref())?;
            Some(stored(list, version, security_url.clone(), cves, exploited))
        });
        self.save_notes(notes.collect()).await
    }

    async fn save_notes(&self, notes: Vec<ReleaseFacts>) -> Result<(), StoreError> {
        for batch in notes.chunks(BATCH) {
            self.store.save_release_facts(batch.to_vec()).await?;
        }
        Ok(())
    }
}

fn stored(
    list: FeedList,
    version: String,
    link: Option<String>,
    cves: &[String],
    exploited: &[String],
) -> ReleaseFacts {
    let cves = cves.iter().map(|id| Cve { id: id.clone(), exploited: exploited.contains(id) });
    let notes = ReleaseNotes { cves: cves.collect(), link };
    ReleaseFacts {
        list: list.as_str().to_owned(),
        version,
        document: serde_json::to_string(&notes).expect("texts are JSON"),
    }
}

/// The version as Apple writes it; none for text that is no version.
fn named(base: &str, extra: Option<&str>) -> Option<String> {
    let version: macadam_policy::OsVersion = match extra {
        Some(extra) => format!("{base} ({})", extra.trim_matches(['(', ')'])).parse().ok()?,
        None => base.parse().ok()?,
    };
    Some(version.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letter_is_written_as_apple_does_whichever_way_it_came() {
        assert_eq!(named("26.3.1", Some("(a)")).as_deref(), Some("26.3.1 (a)"));
        assert_eq!(named("26.3.1", Some("a")).as_deref(), Some("26.3.1 (a)"));
        assert_eq!(named("26.3", None).as_deref(), Some("26.3"));
        assert_eq!(named("newest", None), None);
    }
}
