//! (filled by the slice that owns it)

crate::step!(_manager => {});
