//! Simulated devices, fleets and doubles of Apple's services.
//!
//! The devices know nothing of what the product expects of them: they read what a server sends
//! with the eyes of a device, ask Apple's feed what is offered to their model, and do as Apple's
//! devices do. [`device`] is a pure state machine; everything around it moves bytes and time.

pub mod apns;
pub mod apple_feed;
pub mod clock;
pub mod connection;
pub mod device;
pub mod doubles;
pub mod driver;
pub mod event;
pub mod fleet;
pub mod identity;
pub mod load;
pub mod offers;
pub mod random;
#[cfg(test)]
mod testing;
pub mod version;
