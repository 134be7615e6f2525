//! What this server is, and what needs a person.

use jiff::{SignedDuration, Timestamp};
use macadam_api::devices::DeviceFilter;
use macadam_api::feeds::FeedStatus;
use macadam_api::server::{Alert, Database, Server};
use macadam_policy::VersionEnforcement;
use macadam_store::StoreError;

use super::App;
use super::devices::DeviceError;
use super::push_certificates::PushCertificateError;
use super::rings::halt_alert;
use crate::config;

/// A push certificate is renewed by hand, which takes people some days.
const EXPIRES_SOON: SignedDuration = SignedDuration::from_hours(24 * 30);

/// How the push certificate stands.
enum Push {
    Missing,
    Unreadable,
    Until(Timestamp),
}

impl App {
    /// What this server is, and what needs a person.
    pub(crate) async fn server(&self) -> Result<Server, DeviceError> {
        let feeds = self.feeds().await?;
        let (alerts, push_certificate_expires_at) = self.attention(&feeds).await?;
        let (_, waiting) = self.store.waiting_pushes().await?;
        Ok(Server {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            public_url: self.config.public_url.clone(),
            database: match self.config.database {
                config::Database::Sqlite(_) => Database::Sqlite,
                config::Database::Postgres(_) => Database::Postgresql,
            },
            started_at: self.started_at,
            fleet_time: self.fleet_clock.now(),
            approval: self.approval().await?,
            devices: self.device_counts(DeviceFilter::default()).await?,
            feeds,
            push_certificate_expires_at,
            pushes_waiting: u64::try_from(waiting).unwrap_or_default(),
            alerts,
        })
    }

    /// What needs a person, and when the push certificate expires.
    pub(super) async fn attention(
        &self,
        feeds: &[FeedStatus],
    ) -> Result<(Vec<Alert>, Option<Timestamp>), StoreError> {
        let push = match self.push_certificate().await {
            Ok(Some(certificate)) => Push::Until(certificate.expires_at()),
            Ok(None) => Push::Missing,
            Err(PushCertificateError::Read(_)) => Push::Unreadable,
            Err(PushCertificateError::Store(error)) => return Err(error),
        };
        let mut alerts = Vec::new();
        alerts.extend(push_alert(&push, self.wall_clock.now()));
        if self.config.feed.is_enabled {
            alerts.extend(feeds.iter().filter_map(feed_alert));
        }
        alerts.extend(self.leaving_alerts().await?);
        let halts = self.ring_halts().await?;
        alerts.extend(halts.iter().filter_map(halt_alert));
        let expires_at = match push {
            Push::Until(expires_at) => Some(expires_at),
            Push::Missing | Push::Unreadable => None,
        };
        Ok((alerts, expires_at))
    }
}

impl App {
    /// The versions that items ask for exactly and that soon nobody can install any more.
    async fn leaving_alerts(&self) -> Result<Vec<Alert>, StoreError> {
        let now = self.fleet_clock.now();
        let knowledge = self.refresh_knowledge().await?;
        let items = knowledge.library.managed_os.values();
        let alerts = items.filter_map(|entry| {
            let settings = entry.item.settings();
            let VersionEnforcement::Specific { version, .. } = settings.enforcement else {
                return None;
            };
            let on = knowledge.catalog.leaves_feed(settings.platform, version, now)?;
            let label = &settings.label;
            let message = format!(
                "'{label}' asks for {version}, which leaves Apple's feed on {on}: from then on \
                 nobody can install it"
            );
            let values =
                [("item", label.clone()), ("version", version.to_string()), ("on", on.to_string())];
            Some(alert("leaves_feed", message, values, None))
        });
        Ok(alerts.collect())
    }
}

fn alert<const N: usize>(
    code: &str,
    message: String,
    values: [(&str, String); N],
    since: Option<Timestamp>,
) -> Alert {
    let values = values.into_iter().map(|(name, text)| (name.to_owned(), text)).collect();
    Alert { code: code.to_owned(), message, values, ring_halt: None, since }
}

fn push_alert(push: &Push, now: Timestamp) -> Option<Alert> {
    match push {
        Push::Missing => {
            let message = "there is no push certificate: no device can enroll or be woken";
            Some(alert("push_certificate_missing", message.into(), [], None))
        }
        Push::Unreadable => {
            let message = "the stored push certificate cannot be read: upload it again";
            Some(alert("push_certificate_unreadable", message.into(), [], None))
        }
        Push::Until(end) if *end <= now => {
            let message = "the push certificate has expired: no device can be woken";
            Some(alert("push_certificate_expired", message.into(), [], Some(*end)))
        }
        Push::Until(end) if end.duration_since(now) < EXPIRES_SOON => {
            let day = end.strftime("%F");
            let message = format!(
                "the push certificate expires on {day}: renew it with the same Apple Account"
            );
            let values = [("until", day.to_string())];
            Some(alert("push_certificate_expiring", message, values, None))
        }
        Push::Until(_) => None,
    }
}

fn feed_alert(feed: &FeedStatus) -> Option<Alert> {
    let name = feed.name.as_str();
    if feed.stale {
        let message = match &feed.problem {
            Some(problem) => format!("no answer of {name} was believed lately: {problem}"),
            None => format!("no answer of {name} was believed lately"),
        };
        let values = [("feed", name.to_owned()), ("problem", problem(feed))];
        return Some(alert("feed_stale", message, values, feed.accepted_at));
    }
    let message = format!("{name}: {}", feed.problem.as_ref()?);
    let values = [("feed", name.to_owned()), ("problem", problem(feed))];
    Some(alert("feed_problem", message, values, feed.tried_at))
}

fn problem(feed: &FeedStatus) -> String {
    feed.problem.clone().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn push_certificate_is_talked_about_in_time() {
        let now: Timestamp = "2026-03-01T00:00:00Z".parse().unwrap();
        let code = |push| push_alert(&push, now).map(|alert| alert.code);
        let until = |text: &str| Push::Until(text.parse().unwrap());
        assert_eq!(code(Push::Missing).as_deref(), Some("push_certificate_missing"));
        assert_eq!(code(until("2026-05-01T00:00:00Z")), None);
        let soon = code(until("2026-03-30T00:00:00Z"));
        assert_eq!(soon.as_deref(), Some("push_certificate_expiring"));
        let over = code(until("2026-03-01T00:00:00Z"));
        assert_eq!(over.as_deref(), Some("push_certificate_expired"));
    }
}
