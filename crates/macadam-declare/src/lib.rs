//! Compiles a device's decision and library items into one set of declarations.
//!
//! Pure: the same decision, items and capabilities give the same bytes, so devices of one class
//! share one set, and a set's token changes exactly when its content does.

mod capabilities;
mod check;
mod compile;
mod set;
mod settings;

pub use capabilities::Capabilities;
pub use check::{SetProblem, check};
pub use compile::{Compiler, Properties, Subject};
pub use set::{CompiledDeclaration, DeclarationSet};

#[cfg(test)]
mod tests;
