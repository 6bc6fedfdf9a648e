//! Use cases over places.
