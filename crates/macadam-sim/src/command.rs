//! The commands of `macadam-sim`.

pub(crate) mod doubles;
pub(crate) mod fleet;
pub(crate) mod load;
