//! Telling who watches what changed, whichever server on the database changed it.
//!
//! Changes are noted in memory, written down in order by one worker, and read back by another: the
//! log in the store is the only way, so that one server and several behave the same.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use macadam_api::events::{Changed, Event, Noun};
use macadam_store::{Change, ChangesAfter, NewChange, StoreError};
use tokio::sync::broadcast::{self, error::RecvError};
use uuid::Uuid;

use super::caller::{Caller, actor_text};
use super::{App, code_of, value_of};

/// Ids that are named in one event; beyond that, any may have changed.
const FEW: usize = 50;
/// Changes read at a time.
const PAGE: u32 = 500;
/// Events that a slow reader may fall behind before it has to look at everything again.
const BEHIND: usize = 1024;
/// Streams that one person or machine may have open.
const STREAMS: usize = 8;

/// What was noted and not yet written down, and who waits for what is written down.
pub(crate) struct Watchers {
    noted: Mutex<Noted>,
    told: broadcast::Sender<Arc<Change>>,
    /// How far the log has been read; `None` before the first time.
    read: tokio::sync::Mutex<Option<i64>>,
    streams: Arc<Mutex<BTreeMap<String, usize>>>,
}

/// What changed: these, or any when there are too many.
type Noted = BTreeMap<Noun, Option<BTreeSet<Uuid>>>;

/// One open stream of one caller.
pub(crate) struct Watch {
    app: App,
    told: broadcast::Receiver<Arc<Change>>,
    /// The place of the last event that was given.
    at: i64,
    /// What is still to be given before anything new.
    first: std::collections::VecDeque<(i64, Event)>,
    _place: Place,
}

/// A caller's right to one stream; given back when it ends.
struct Place {
    streams: Arc<Mutex<BTreeMap<String, usize>>>,
    caller: String,
}

impl Default for Watchers {
    fn default() -> Self {
        Self {
            noted: Mutex::default(),
            told: broadcast::Sender::new(BEHIND),
            read: tokio::sync::Mutex::default(),
            streams: Arc::default(),
        }
    }
}

impl App {
    /// Notes that something changed; to be called once it did.
    pub(crate) fn changed(&self, noun: Noun, id: Option<Uuid>) {
        self.all_changed(noun, id);
    }

    /// Notes that these changed; none means that any may have.
    pub(crate) fn all_changed(&self, noun: Noun, ids: impl IntoIterator<Item = Uuid>) {
        let ids: BTreeSet<Uuid> = ids.into_iter().take(FEW + 1).collect();
        {
            let mut noted = lock(&self.watchers.noted);
            let known = noted.entry(noun).or_insert_with(|| Some(BTreeSet::new()));
            match known {
                Some(known) if !ids.is_empty() && known.len() + ids.len() <= FEW => {
                    known.extend(ids);
                }
                Some(_) | None => *known = None,
            }
        }
        self.signals.publish_changes.notify_one();
    }

    /// Writes down what was noted.
    pub(crate) async fn publish_changes(&self) -> Result<(), StoreError> {
        let noted = std::mem::take(&mut *lock(&self.watchers.noted));
        if noted.is_empty() {
            return Ok(());
        }
        let change = |(noun, ids): (Noun, Option<BTreeSet<Uuid>>)| NewChange {
            noun: code_of(&noun),
            ids: ids.map(|ids| ids.into_iter().collect()),
        };
        let changes = noted.into_iter().map(change).collect();
        self.store.append_changes(self.wall_clock.now(), changes).await?;
        self.signals.follow_changes.notify_one();
        Ok(())
    }

    /// Tells who watches what was written down since the last time.
    pub(crate) async fn follow_changes(&self) -> Result<(), StoreError> {
        let mut read = self.watchers.read.lock().await;
        let mut at = match *read {
            Some(at) => at,
            None => self.store.change_end().await?,
        };
        loop {
            match self.store.changes_after(at, PAGE).await? {
                ChangesAfter::Known(changes) => {
                    let Some(last) = changes.last() else { break };
                    at = last.seq;
                    for change in changes {
                        // Nobody may be there to hear it.
                        drop(self.watchers.told.send(Arc::new(change)));
                    }
                }
                ChangesAfter::Forgotten { end } => {
                    // Whoever listens finds a place missing, and looks at everything again.
                    at = end;
                    break;
                }
            }
        }
        *read = Some(at);
        Ok(())
    }

    /// Begins to watch, after the place `after` if there is one; `None` when the caller has too
    /// many streams open.
    pub(crate) async fn watch(
        &self,
        caller: &Caller,
        after: Option<i64>,
    ) -> Result<Option<Watch>, StoreError> {
        let Some(place) = Place::take(&self.watchers.streams, actor_text(caller)) else {
            return Ok(None);
        };
        // First this, then the log: what comes in between is in both, and told once.
        let told = self.watchers.told.subscribe();
        let end = self.store.change_end().await?;
        let at = after.unwrap_or(end);
        let mut watch = Watch { app: self.clone(), told, at, first: [].into(), _place: place };
        if after.is_some() {
            watch.catch_up().await?;
        }
        if watch.first.is_empty() {
            watch.first.push_back((watch.at, Event::Ready));
        }
        Ok(Some(watch))
    }
}

impl Watch {
    /// The next event and its place; `None` when the server cannot tell any more.
    pub(crate) async fn next(&mut self) -> Option<(i64, Event)> {
        loop {
            if let Some((at, event)) = self.first.pop_front() {
                self.at = at;
                return Some((at, event));
            }
            match self.told.recv().await {
                Ok(change) if change.seq <= self.at => {}
                Ok(change) if change.seq == self.at + 1 => self.push(&change),
                Ok(_) | Err(RecvError::Lagged(_)) => {
                    if let Err(error) = self.catch_up().await {
                        let error = &error as &dyn std::error::Error;
                        tracing::warn!(error, "a stream of events ends early");
                        return None;
                    }
                }
                Err(RecvError::Closed) => return None,
            }
        }
    }

    /// Reads what the log has after the last place.
    async fn catch_up(&mut self) -> Result<(), StoreError> {
        match self.app.store.changes_after(self.at, PAGE).await? {
            ChangesAfter::Known(changes) if changes.len() < PAGE as usize => {
                changes.iter().for_each(|change| self.push(change));
            }
            ChangesAfter::Known(_) => {
                let end = self.app.store.change_end().await?;
                self.first.push_back((end, Event::Resync));
            }
            ChangesAfter::Forgotten { end } => self.first.push_back((end, Event::Resync)),
        }
        Ok(())
    }

    fn push(&mut self, change: &Change) {
        let event = match value_of(&change.noun) {
            Some(noun) => Event::Changed(Changed { noun, ids: change.ids.clone() }),
            // A newer server on this database knows more that can change.
            None => Event::Resync,
        };
        self.first.push_back((change.seq, event));
    }
}

impl Place {
    fn take(streams: &Arc<Mutex<BTreeMap<String, usize>>>, caller: String) -> Option<Self> {
        let mut open = lock(streams);
        let count = open.entry(caller.clone()).or_default();
        if *count >= STREAMS {
            return None;
        }
        *count += 1;
        Some(Self { streams: Arc::clone(streams), caller })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = lock(&self.streams);
        if let Some(count) = open.get_mut(&self.caller) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.caller);
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
