//! Apple's wire formats, bytes to types and back.
//!
//! Everything here is pure: no clock, no randomness, no I/O. Whatever a device sends is hostile,
//! so every decoder takes a byte slice, checks size, depth and count before it builds anything,
//! and answers with an error that has a stable code.

pub mod check_in;
pub mod command;
pub mod ddm;
pub mod feed;
mod identity;
mod json;
mod limits;
pub mod profile;
pub mod property_list;
pub mod push;
mod secret;
mod text;

pub use identity::{Channel, Enrollment, EnrollmentId, EnrollmentIdentity, IdentityError};
pub use identity::{Udid, User};
pub use json::DecodeJsonError;
pub use limits::Limits;
pub use property_list::Data;
pub use secret::Secret;
pub use text::InvalidTextError;
