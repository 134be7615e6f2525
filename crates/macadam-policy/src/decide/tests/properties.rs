//! The invariants of the decision, on invented catalogs, items and devices.
