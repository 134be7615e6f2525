//! The next step towards a release by commands, as a pure function.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// How old the list of what a device is offered may get.
const LIST_AGE: SignedDuration = SignedDuration::from_hours(24);
/// A download or an installation that came to nothing is asked for again after this.
const RETRY: SignedDuration = SignedDuration::from_hours(6);
/// A Mac that does not install by itself is told to again, and its user asked to, after this.
const ASK_AGAIN: SignedDuration = SignedDuration::from_hours(24);
/// An installation takes about this long; then the device can tell what it runs.
const INSTALLATION: SignedDuration = SignedDuration::from_hours(1);
/// The first and the longest pause between two questions how far a download is.
const POLL: (SignedDuration, SignedDuration) =
    (SignedDuration::from_mins(15), SignedDuration::from_hours(4));

/// What to do now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Wait,
    /// Ask what the device is offered.
    Ask,
    Download,
    /// Ask how far the download is.
    Poll,
    Install,
    /// Let the device ask its user to install the update in its settings.
    AskUser,
    /// Ask what the device runs now.
    Look,
}

/// What is known of one device and its target.
pub(super) struct Situation<'a> {
    pub(super) now: Timestamp,
    /// The deadline has passed.
    pub(super) is_due: bool,
    /// The device's own list has the target.
    pub(super) is_offered: bool,
    /// It can be downloaded ahead of its installation: not the next major of a Mac (managed-os 4).
    pub(super) is_cacheable: bool,
    pub(super) is_downloaded: bool,
    /// The device was told to install often enough, and does not begin.
    pub(super) needs_its_user: bool,
    /// Newest first.
    pub(super) history: &'a [Past],
}

/// A command of this flow that was sent before.
#[derive(Clone, Copy, Debug)]
pub(super) struct Past {
    pub(super) kind: PastKind,
    /// It waits for its answer.
    pub(super) is_open: bool,
    pub(super) at: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PastKind {
    Scan,
    Asked,
    Polled,
    Downloaded,
    Installed,
    Looked,
}

/// Finds the next step. One command at a time: what waits for its answer is waited for.
pub(super) fn next(situation: &Situation<'_>) -> Step {
    let is_older = |kind, age: SignedDuration| {
        let last = situation.history.iter().find(|past| past.kind == kind);
        last.is_none_or(|past| situation.now.duration_since(past.at) >= age)
    };
    let is_ready = situation.is_downloaded || !situation.is_cacheable;
    let has_nothing_to_do = !situation.is_offered || (is_ready && !situation.is_due);
    let step = if situation.history.iter().any(|past| past.is_open) {
        None
    } else if has_installed_unseen(situation) {
        Some(Step::Look)
    } else if is_older(PastKind::Asked, LIST_AGE) {
        Some(Step::Ask)
    } else if has_nothing_to_do {
        None
    } else if situation.is_due && situation.needs_its_user {
        if is_older(PastKind::Downloaded, ASK_AGAIN) {
            Some(Step::AskUser)
        } else {
            is_older(PastKind::Installed, ASK_AGAIN).then_some(Step::Install)
        }
    } else if situation.is_due {
        is_older(PastKind::Installed, RETRY).then_some(Step::Install)
    } else if is_older(PastKind::Downloaded, RETRY) {
        Some(Step::Download)
    } else {
        is_older(PastKind::Polled, pause(situation.history)).then_some(Step::Poll)
    };
    step.unwrap_or(Step::Wait)
}

/// Whether an installation may be over that the device has not been asked about since.
fn has_installed_unseen(situation: &Situation<'_>) -> bool {
    let kinds = [PastKind::Installed, PastKind::Looked];
    let last = situation.history.iter().find(|past| kinds.contains(&past.kind));
    last.is_some_and(|past| {
        let age = situation.now.duration_since(past.at);
        past.kind == PastKind::Installed && age >= INSTALLATION
    })
}

/// Twice as long after each question since the download was asked for.
fn pause(history: &[Past]) -> SignedDuration {
    let since = history.iter().take_while(|past| past.kind != PastKind::Downloaded);
    let polls = since.filter(|past| past.kind == PastKind::Polled).count();
    let polls = u32::try_from(polls).unwrap_or(u32::MAX);
    let pause = Duration::try_from(POLL.0).unwrap_or_default();
    let pause = pause.saturating_mul(2_u32.saturating_pow(polls));
    SignedDuration::try_from(pause).map_or(POLL.1, |pause| pause.min(POLL.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The history as `hours ago: kind`, newest first, all answered.
    fn step(
        is_due: bool,
        is_offered: bool,
        is_downloaded: bool,
        history: &[(i64, PastKind)],
    ) -> Step {
        let now: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
        let at = |hours: i64| now.checked_sub(SignedDuration::from_hours(hours)).unwrap();
        let past =
            |(hours, kind): &(i64, PastKind)| Past { kind: *kind, is_open: false, at: at(*hours) };
        let history: Vec<_> = history.iter().map(past).collect();
        let needs_its_user = false;
        next(&Situation {
            now,
            is_due,
            is_offered,
            is_cacheable: true,
            is_downloaded,
            needs_its_user,
            history: &history,
        })
    }

    #[test]
    fn device_is_asked_once_a_day_what_it_is_offered() {
        assert_eq!(step(false, false, false, &[]), Step::Ask);
        assert_eq!(step(false, false, false, &[(23, PastKind::Asked)]), Step::Wait);
        assert_eq!(step(false, true, true, &[(24, PastKind::Asked)]), Step::Ask);
    }

    #[test]
    fn release_is_downloaded_as_soon_as_it_is_offered_and_followed() {
        let asked = (1, PastKind::Asked);
        assert_eq!(step(false, true, false, &[asked]), Step::Download);
        assert_eq!(step(false, true, false, &[(1, PastKind::Downloaded), asked]), Step::Poll);
        let polled = [(0, PastKind::Polled), (1, PastKind::Downloaded), asked];
        assert_eq!(step(false, true, false, &polled), Step::Wait);
        assert_eq!(step(false, true, false, &[(6, PastKind::Downloaded), asked]), Step::Download);
        assert_eq!(step(false, true, true, &[(1, PastKind::Downloaded), asked]), Step::Wait);
    }

    #[test]
    fn release_is_installed_at_the_deadline_and_tried_again_later() {
        let asked = (1, PastKind::Asked);
        assert_eq!(step(true, true, false, &[asked]), Step::Install);
        assert_eq!(step(true, true, true, &[asked]), Step::Install);
        let tried = |hours| [(0, PastKind::Looked), (hours, PastKind::Installed), asked];
        assert_eq!(step(true, true, true, &tried(2)), Step::Wait);
        assert_eq!(step(true, true, true, &tried(6)), Step::Install);
        assert_eq!(step(true, false, false, &[asked]), Step::Wait, "the device is not offered it");
    }

    #[test]
    fn device_is_asked_what_it_runs_an_hour_after_it_was_told_to_install() {
        let asked = (1, PastKind::Asked);
        assert_eq!(step(true, true, true, &[(0, PastKind::Installed), asked]), Step::Wait);
        assert_eq!(step(true, true, true, &[(1, PastKind::Installed), asked]), Step::Look);
        let looked = [(1, PastKind::Looked), (2, PastKind::Installed), asked];
        assert_eq!(step(true, true, true, &looked), Step::Wait, "once");
        let late = [(30, PastKind::Installed), (30, PastKind::Asked)];
        assert_eq!(step(true, true, true, &late), Step::Look, "before anything else");
    }

    #[test]
    fn command_without_an_answer_is_waited_for() {
        let now: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
        let history = [Past { kind: PastKind::Asked, is_open: true, at: Timestamp::UNIX_EPOCH }];
        let situation = Situation {
            now,
            is_due: true,
            is_offered: true,
            is_cacheable: true,
            is_downloaded: true,
            needs_its_user: false,
            history: &history,
        };
        assert_eq!(next(&situation), Step::Wait);
    }

    #[test]
    fn questions_come_less_and_less_often() {
        let now = Timestamp::UNIX_EPOCH;
        let polls = |count| vec![Past { kind: PastKind::Polled, is_open: false, at: now }; count];
        let minutes = |count| pause(&polls(count)).as_mins();
        assert_eq!([0, 1, 2, 4, 5, 40].map(minutes), [15, 30, 60, 240, 240, 240]);
    }
}
