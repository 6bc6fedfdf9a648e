//! Queries over people, posts, sessions and devices.
