//! Compiles a device's decision into one set of declarations.
