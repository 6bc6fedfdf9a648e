//! Places: positions, divisions and their outlines, sites. Which township a point belongs to is answered here and nowhere else.

pub mod areas;
pub mod bd09;
pub mod division;
pub mod gcj02;
pub mod geojson;
pub mod outline;
pub mod position;
pub mod simplify;
pub mod site;
