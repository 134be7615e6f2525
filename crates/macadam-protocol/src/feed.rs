//! Release feeds: what Apple offers, what the community knows about it, and the recorded past.
//!
//! Apple's own answer ([`gdmf`]) is the only authority on which device may install which build.
//! The community feed ([`sofa`]) says why one should: vulnerabilities, exploited marks, links.
//! The [`seed`] is the history a fresh install starts with.

pub mod gdmf;
mod seed;
mod sets;
pub mod sofa;
#[cfg(test)]
mod testing;
mod words;

pub use seed::{
    DecodeSeedError, DeviceKind, Expiry, HistoricBuild, HistoricRelease, Seed, SeedChange,
    SeedDevice, SeedEvent, Span, seed,
};
pub use sets::{DeviceSet, FeedList, OfferSet};
