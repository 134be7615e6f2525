//! Simulated devices, fleets and doubles of Apple's services.
