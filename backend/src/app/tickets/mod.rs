//! Use cases over tickets.
