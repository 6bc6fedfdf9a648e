//! Use cases over reports.
