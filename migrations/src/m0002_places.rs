//! Divisions with their polygons, and the sites that lie in them (decisions.md 3).

use crate::table::{
    Index::{Plain, Unique},
    prelude::*,
};

crate::step!(manager => {
    create(manager, "division", vec![
        pk_uuid("id"), uuid("county_id"), string_len("code", 12), string_len("name", 128), word("kind"), uuid_null("parent_id"),
        text_null("boundary"), string_len_null("honour", 32), time("valid_from"), time_null("valid_to"), uuid_null("merged_into"),
        integer("version"), text("search"),
    ], &[], &[Unique(&["county_id", "code"]), Plain(&["county_id", "kind"])]).await?;
    create(manager, "site", vec![
        pk_uuid("id"), uuid("county_id"), string_len("code", 64), string_len("kind", 64), string_len("name", 256),
        uuid("township_id"), uuid("village_id"), double("lon"), double("lat"), word("datum"), word("coord_source"),
        word("status"), integer("version"), text("search"),
    ], &[], &[
        Unique(&["county_id", "code"]), Plain(&["county_id", "township_id", "code"]), Plain(&["county_id", "village_id", "code"]),
    ]).await?;
});
