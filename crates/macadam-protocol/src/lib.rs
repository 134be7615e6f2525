//! Apple's wire formats, bytes to types and back.

pub mod feed;
