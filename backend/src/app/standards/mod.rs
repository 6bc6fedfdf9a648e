//! Use cases over standards.
