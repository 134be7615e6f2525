//! The workers of a server that work only when they are told to, for tests in which every byte
//! repeats.

use super::{
    AskSilentDevices, FlushSeen, HaltRings, NoteVersions, Prune, PublishChanges, ReconcileFleet,
    RefreshCatalog, RenewIdentities, RunBulkActions, RunLegacyUpdates, SendPushes, WatchChanges,
    Worker,
};
use crate::app::App;

/// Every worker that changes the store.
pub(crate) struct Crew {
    refresh_catalog: RefreshCatalog,
    watch_changes: WatchChanges,
    reconcile_fleet: ReconcileFleet,
    ask_silent_devices: AskSilentDevices,
    run_legacy_updates: RunLegacyUpdates,
    renew_identities: RenewIdentities,
    run_bulk_actions: RunBulkActions,
    send_pushes: SendPushes,
    flush_seen: FlushSeen,
    prune: Prune,
    note_versions: NoteVersions,
    publish_changes: PublishChanges,
    halt_rings: HaltRings,
}

impl Crew {
    pub(crate) fn new(app: &App) -> Self {
        Self {
            refresh_catalog: RefreshCatalog::new(app.clone()),
            watch_changes: WatchChanges::new(app.clone()),
            reconcile_fleet: ReconcileFleet::new(app.clone()),
            ask_silent_devices: AskSilentDevices::new(app.clone()),
            run_legacy_updates: RunLegacyUpdates::new(app.clone()),
            renew_identities: RenewIdentities::new(app.clone()),
            run_bulk_actions: RunBulkActions::new(app.clone()),
            send_pushes: SendPushes::new(app.clone()),
            flush_seen: FlushSeen::new(app.clone()),
            prune: Prune::new(app.clone()),
            note_versions: NoteVersions::new(app.clone()),
            publish_changes: PublishChanges::new(app.clone()),
            halt_rings: HaltRings::new(app.clone()),
        }
    }

    /// Does all that is to be done by now. What one worker brings about, the next one sees.
    pub(crate) async fn work(&self) -> anyhow::Result<()> {
        self.refresh_catalog.run().await?;
        self.watch_changes.run().await?;
        self.run_bulk_actions.run().await?;
        self.halt_rings.run().await?;
        self.reconcile_fleet.run().await?;
        self.ask_silent_devices.run().await?;
        self.run_legacy_updates.run().await?;
        self.renew_identities.run().await?;
        self.send_pushes.run().await?;
        self.flush_seen.run().await?;
        self.prune.run().await?;
        self.note_versions.run().await?;
        self.publish_changes.run().await
    }
}
