//! Use cases over people, posts, sessions and devices.
