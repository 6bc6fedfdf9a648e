//! Use cases over field.
