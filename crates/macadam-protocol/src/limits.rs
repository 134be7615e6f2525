//! What a decoder accepts before it looks at any meaning.

/// The bounds of one document, checked before anything is built from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The largest document, and the largest sum of strings and data it may expand to.
    pub octets: usize,
    /// The deepest nesting of collections.
    pub depth: usize,
    /// The most values and keys, after shared references are expanded.
    pub nodes: usize,
}

impl Limits {
    /// The bounds of everything a device sends, equal to the body limit of the device endpoints.
    pub const MESSAGE: Limits = Limits { octets: 1024 * 1024, depth: 64, nodes: 50_000 };
}
