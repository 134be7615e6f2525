//! What decisions depend on besides the devices: catalog, library, capabilities. Kept in memory,
//! replaced as a whole, and brought up to date when this or another server changed the store.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use macadam_declare::{Capabilities, Compiler, DeclarationSet, Subject};
use macadam_policy::{Catalog, CatalogPolicy, ItemId, Review, RingHalt};
use macadam_protocol::feed::Seed;
use macadam_store::{PolicyStamp, Sha256, StoreError};

use super::catalog::{APPROVAL, historic};
use super::library::Library;
use super::{App, situations};

/// One consistent state of what decisions depend on.
pub(crate) struct Knowledge {
    stamp: PolicyStamp,
    pub(crate) catalog: Arc<Catalog>,
    /// How far the catalog's log has been read.
    pub(super) catalog_end: i64,
    pub(super) reviews: Vec<Review>,
    pub(super) approval: CatalogPolicy,
    pub(crate) library: Arc<Library>,
    /// Releases that are, or were, stopped for the later rings of items.
    pub(crate) halts: Arc<BTreeMap<ItemId, Vec<RingHalt>>>,
    capabilities: BTreeMap<Sha256, Arc<Capabilities>>,
    compiler: Mutex<Compiler>,
}

impl Knowledge {
    /// What a server knows before it has read anything: the past from before the record.
    pub(crate) fn of_the_past(seed: &Seed) -> Self {
        let mut catalog = Catalog::new(CatalogPolicy::default());
        catalog.add_historic(historic(seed));
        Self {
            stamp: PolicyStamp::default(),
            catalog: Arc::new(catalog),
            catalog_end: 0,
            reviews: Vec::new(),
            approval: CatalogPolicy::default(),
            library: Arc::default(),
            halts: Arc::default(),
            capabilities: BTreeMap::new(),
            compiler: Mutex::default(),
        }
    }

    /// The capabilities that a device reported last.
    pub(crate) fn capabilities(&self, hash: Option<Sha256>) -> Option<&Arc<Capabilities>> {
        self.capabilities.get(&hash?)
    }

    /// The declarations for one device; compiled once for all devices of its class.
    pub(crate) fn compile(&self, subject: Subject<'_>) -> Arc<DeclarationSet> {
        self.compiler.lock().unwrap_or_else(PoisonError::into_inner).compile(subject)
    }
}

impl Knowledge {
    /// The same catalog and capabilities with another library, and other reviews if given: what
    /// a change would make of it.
    pub(super) fn with(&self, library: Library, reviews: Option<Vec<Review>>) -> Self {
        let mut catalog = Arc::clone(&self.catalog);
        let reviews = match reviews {
            Some(reviews) => {
                Arc::make_mut(&mut catalog).set_reviews(reviews.clone());
                reviews
            }
            None => self.reviews.clone(),
        };
        let compiler = Compiler::new(library.settings_items.clone(), None);
        Self {
            stamp: PolicyStamp::default(),
            catalog,
            catalog_end: self.catalog_end,
            reviews,
            approval: self.approval,
            library: Arc::new(library),
            halts: Arc::clone(&self.halts),
            capabilities: self.capabilities.clone(),
            compiler: Mutex::new(compiler),
        }
    }
}

impl App {
    /// Brings what is known up to date; one cheap query when nothing changed.
    pub(crate) async fn refresh_knowledge(&self) -> Result<Arc<Knowledge>, StoreError> {
        let stamp = self.store.policy_stamp(APPROVAL).await?;
        let known = self.knowledge.load_full();
        if known.stamp == stamp {
            return Ok(known);
        }
        let _one_at_a_time = self.reconciler.refreshing.lock().await;
        let known = self.knowledge.load_full();
        if known.stamp == stamp {
            return Ok(known);
        }
        // The stamp is older than what is read now: at worst, the same is read once more.
        let knowledge = Arc::new(self.read_knowledge(&known, stamp).await?);
        self.knowledge.store(Arc::clone(&knowledge));
        Ok(knowledge)
    }

    async fn read_knowledge(
        &self,
        known: &Knowledge,
        stamp: PolicyStamp,
    ) -> Result<Knowledge, StoreError> {
        let library = self.load_library(&known.library).await?;
        let (approval, reviews) = self.load_reviews().await?;
        let events = self.catalog_events_after(known.catalog_end).await?;
        let catalog_end = events.last().map_or(known.catalog_end, |(seq, _)| *seq);
        let mut catalog = Arc::clone(&known.catalog);
        if !events.is_empty() {
            Arc::make_mut(&mut catalog).apply(events.into_iter().filter_map(|(_, event)| event));
        }
        if approval != known.approval || reviews != known.reviews {
            let catalog = Arc::make_mut(&mut catalog);
            catalog.set_policy(approval);
            catalog.set_reviews(reviews.clone());
        }
        let stored = self.store.capabilities().await?;
        let capabilities = stored
            .iter()
            .filter_map(|(hash, json)| Some((*hash, situations::capabilities(json)?)))
            .collect();
        let compiler = Mutex::new(Compiler::new(library.settings_items.clone(), None));
        Ok(Knowledge {
            stamp,
            catalog,
            catalog_end,
            reviews,
            approval,
            library,
            halts: Arc::new(self.load_halts().await?),
            capabilities,
            compiler,
        })
    }
}
