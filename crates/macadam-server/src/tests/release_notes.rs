//! Why releases matter, as the community's feed tells.

use std::sync::Arc;
use std::time::Duration;

use macadam_api::ErrorCode;
use macadam_api::client::{Client, ClientError};
use macadam_api::feeds::{FeedName, FeedStatus};
use macadam_api::people::Role;
use macadam_pki::Validity;
use macadam_sim::apple_feed::{AppleFeedDouble, throw_away_identity};
use tokio::net::TcpListener;

use super::admin::client;
use super::world::World;

const MACOS: &str = "macos_data_feed.json";
const IOS: &str = "ios_data_feed.json";
/// The first form of the feed: a vulnerability is marked by a truth.
const FIRST_FORM: &str = r#"{"OSVersions": [{"OSVersion": "Tahoe 26",
    "Latest": {"ProductVersion": "26.2", "Build": "25C56"}, "SecurityReleases": [
        {"ProductVersion": "26.2", "SecurityInfo": "https://support.apple.com/en-us/125886",
         "CVEs": {"CVE-2025-11111": true, "CVE-2025-22222": false}},
        {"ProductVersion": "26.1", "CVEs": {}}]}]}"#;
/// The second: by an object, and by a list.
const SECOND_FORM: &str = r#"{"OSVersions": [{"OSVersion": "26",
    "Latest": {"ProductVersion": "26.2", "Build": "23C55"}, "SecurityReleases": [
        {"ProductVersion": "26.2", "CVEs": {"CVE-2025-33333": {"ActivelyExploited": true}},
         "ActivelyExploitedCVEs": ["CVE-2025-44444"]}]}]}"#;

struct Community {
    double: AppleFeedDouble,
    world: World,
    operator: Client,
    _roots: tempfile::TempDir,
}

async fn community() -> Community {
    let validity = Validity {
        not_before: "2020-01-01T00:00:00Z".parse().unwrap(),
        not_after: "2120-01-01T00:00:00Z".parse().unwrap(),
    };
    let names = ["127.0.0.1".to_owned()];
    let (root, identity) = throw_away_identity(&names, validity, 1).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let history = Arc::new(macadam_protocol::feed::seed());
    let clock = Arc::new(|| Some(jiff::Timestamp::UNIX_EPOCH));
    let double = AppleFeedDouble::start(listener, &identity, history, clock, 1).unwrap();
    double.put_community_file(MACOS, FIRST_FORM);
    double.put_community_file(IOS, SECOND_FORM);
    let roots = tempfile::tempdir().unwrap();
    let file = roots.path().join("roots.pem");
    std::fs::write(&file, root.to_pem()).unwrap();
    let settings = format!(
        "feed.community_url = \"https://{}/sofa/\"\nfeed.community_roots_file = {file:?}",
        double.address()
    );
    let world = World::without_workers(&settings).await;
    let operator = client(&world, Role::Operator).await;
    Community { double, world, operator, _roots: roots }
}

impl Community {
    async fn refresh(&self) -> Result<u64, ErrorCode> {
        match self.operator.refresh_feed(FeedName::Sofa).await {
            Ok(answer) => Ok(answer.value.changes),
            Err(ClientError::Refused(problem)) => Err(problem.code),
            Err(error) => panic!("{error}"),
        }
    }

    async fn status(&self) -> FeedStatus {
        let feeds = self.operator.feeds().await.unwrap().value;
        assert_eq!(
            feeds.iter().map(|feed| feed.name).collect::<Vec<_>>(),
            [FeedName::Gdmf, FeedName::Sofa]
        );
        feeds.into_iter().next_back().unwrap()
    }

    /// The exploited vulnerabilities that a release mends.
    async fn exploited(&self, release: &str) -> Vec<String> {
        let release = self.operator.release(release).await.unwrap().value;
        let exploited = release.cves.into_iter().filter(|cve| cve.exploited);
        exploited.map(|cve| cve.id).collect()
    }
}

#[tokio::test]
async fn both_forms_of_the_feed_tell_which_vulnerabilities_a_release_mends() {
    let community = community().await;
    assert!(community.status().await.stale, "it was never asked");
    assert!(community.refresh().await.unwrap() > 0);
    assert_eq!(community.exploited("macos-26.2").await, ["CVE-2025-11111"]);
    assert_eq!(community.exploited("ios-26.2").await, ["CVE-2025-33333", "CVE-2025-44444"]);
    let status = community.status().await;
    let now = community.world.fleet.now();
    assert_eq!((status.accepted_at, status.changed_at), (Some(now), Some(now)));
    assert_eq!((status.problem, status.stale), (None, false));
    community.world.advance(Duration::from_hours(6));
    assert_eq!(community.refresh().await, Ok(0), "nothing is new");
    let again = community.status().await;
    assert_eq!(again.accepted_at, Some(community.world.fleet.now()));
    assert_eq!(again.changed_at, Some(now));
}

#[tokio::test]
async fn file_that_cannot_be_believed_changes_nothing_and_costs_the_other_nothing() {
    let community = community().await;
    community.refresh().await.unwrap();
    let accepted_at = community.status().await.accepted_at;
    community.world.advance(Duration::from_hours(6));
    community.double.put_community_file(MACOS, &FIRST_FORM.replace("Tahoe 26", "Tahoe 27"));
    let news = SECOND_FORM.replace("CVE-2025-44444", "CVE-2025-55555");
    community.double.put_community_file(IOS, &news);
    assert_eq!(community.refresh().await, Err(ErrorCode::FeedNotBelieved));
    assert_eq!(community.exploited("macos-26.2").await, ["CVE-2025-11111"]);
    assert_eq!(community.exploited("ios-26.2").await, ["CVE-2025-33333", "CVE-2025-55555"]);
    let status = community.status().await;
    assert_eq!(status.accepted_at, accepted_at);
    assert!(status.problem.unwrap().contains("macos_data_feed.json is not believed"));
    community.double.put_community_file(MACOS, "{}");
    assert_eq!(community.refresh().await, Err(ErrorCode::FeedUnreachable));
}

#[tokio::test]
async fn major_that_is_gone_for_a_week_has_ended() {
    let community = community().await;
    community.refresh().await.unwrap();
    let without = FIRST_FORM.replace("Tahoe 26", "Tahoe 27").replace("11111", "66666");
    community.double.put_community_file(MACOS, &without);
    for _ in 0..7 {
        assert_eq!(community.refresh().await, Err(ErrorCode::FeedNotBelieved));
        community.world.fleet.advance(Duration::from_hours(24));
    }
    assert_eq!(community.refresh().await, Ok(1));
    assert_eq!(community.exploited("macos-26.2").await, ["CVE-2025-66666"]);
    assert_eq!(community.status().await.problem, None);
}
