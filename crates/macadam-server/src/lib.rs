//! HTTP surfaces, use cases, workers and outbound clients.
