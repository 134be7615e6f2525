//! Worked examples of the decision.
