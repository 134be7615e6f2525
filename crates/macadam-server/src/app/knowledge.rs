//! What decisions depend on besides the devices: catalog, library, capabilities. Kept in memory,
//! replaced as a whole, and brought up to date when this or another server changed the store.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use macadam_declare::{Capabilities, Compiler, DeclarationSet, Subject};
use macadam_policy::{Catalog, CatalogPolicy, Review};
use macadam_protocol::feed::Seed;
use macadam_store::{Sha256, StoreError};

use super::catalog::historic;
use super::library::Library;
use super::{App, situations};

/// One consistent state of what decisions depend on.
pub(crate) struct Knowledge {
    pub(crate) catalog: Arc<Catalog>,
    /// How far the catalog's log has been read.
    pub(super) catalog_end: i64,
    pub(super) reviews: Vec<Review>,
    pub(super) approval: CatalogPolicy,
    pub(crate) library: Arc<Library>,
    capabilities: BTreeMap<Sha256, Arc<Capabilities>>,
    compiler: Mutex<Compiler>,
}

impl Knowledge {
    /// What a server knows before it has read anything: the past from before the record.
    pub(crate) fn of_the_past(seed: &Seed) -> Self {
        let mut catalog = Catalog::new(CatalogPolicy::default());
        catalog.add_historic(historic(seed));
        Self {
            catalog: Arc::new(catalog),
            catalog_end: 0,
            reviews: Vec::new(),
            approval: CatalogPolicy::default(),
            library: Arc::default(),
            capabilities: BTreeMap::new(),
            compiler: Mutex::default(),
        }
    }

    /// The capabilities that a device reported last.
    pub(crate) fn capabilities(&self, hash: Option<Sha256>) -> Option<&Arc<Capabilities>> {
        self.capabilities.get(&hash?)
    }

    pub(super) fn knows_capabilities(&self, hash: Option<Sha256>) -> bool {
        hash.is_none_or(|hash| self.capabilities.contains_key(&hash))
    }

    /// The declarations for one device; compiled once for all devices of its class.
    pub(crate) fn compile(&self, subject: Subject<'_>) -> Arc<DeclarationSet> {
        self.compiler.lock().unwrap_or_else(PoisonError::into_inner).compile(subject)
    }
}

impl App {
    /// Reads what changed since the last time, and gives what is known then.
    pub(crate) async fn refresh_knowledge(&self) -> Result<Arc<Knowledge>, StoreError> {
        let _one_at_a_time = self.reconciler.refreshing.lock().await;
        let known = self.knowledge.load_full();
        let library = self.load_library(&known.library).await?;
        let (approval, reviews) = self.load_reviews().await?;
        let events = self.catalog_events_after(known.catalog_end).await?;
        let has_new_reviews = approval != known.approval || reviews != known.reviews;
        let stored_capabilities = self.store.capabilities().await?;
        let is_same = Arc::ptr_eq(&library, &known.library)
            && events.is_empty()
            && !has_new_reviews
            && stored_capabilities.len() == known.capabilities.len();
        if is_same {
            return Ok(known);
        }
        let mut catalog = Arc::clone(&known.catalog);
        let mut catalog_end = known.catalog_end;
        if let Some((end, _)) = events.last() {
            catalog_end = *end;
            let events = events.into_iter().filter_map(|(_, event)| event);
            Arc::make_mut(&mut catalog).apply(events);
        }
        if has_new_reviews {
            let catalog = Arc::make_mut(&mut catalog);
            catalog.set_policy(approval);
            catalog.set_reviews(reviews.clone());
        }
        let understood = stored_capabilities.iter();
        let capabilities = understood
            .filter_map(|(hash, json)| Some((*hash, situations::capabilities(json)?)))
            .collect();
        let compiler = Compiler::new(library.settings_items.clone(), None);
        let knowledge = Arc::new(Knowledge {
            catalog,
            catalog_end,
            reviews,
            approval,
            library,
            capabilities,
            compiler: Mutex::new(compiler),
        });
        self.knowledge.store(Arc::clone(&knowledge));
        Ok(knowledge)
    }
}
