//! tickets: words and rules.

pub mod deadline;
