//! What a text finds by its place: sites by name, first sounds and code, divisions by name and first sounds. For lists of what happened there.

use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, QueryFilter, QuerySelect, QueryTrait,
    sea_query::{Expr, SelectStatement},
};
use uuid::Uuid;

use crate::store::{
    entity::{division, site},
    search,
};

/// The columns of a row that say where it is.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) struct Columns<C> {
    pub site: C,
    pub township: C,
    pub village: C,
}

/// Rows whose site or division is called so, in this county.
pub(in crate::store) fn at_place<C: ColumnTrait>(columns: Columns<C>, county: Uuid, text: &str) -> Condition {
    let by_site = Condition::any().add(columns.site.in_subquery(sites(county, text)));
    // Codes of divisions are long numbers: part of one is found in many, and nobody looks for a fault by it.
    if text.chars().any(|sign| sign.is_ascii_digit()) {
        return by_site;
    }
    by_site
        .add(columns.township.in_subquery(divisions(county, text)))
        .add(columns.village.in_subquery(divisions(county, text)))
}

fn sites(county: Uuid, text: &str) -> SelectStatement {
    use site::Column as C;
    let found: Expr = search::holds(C::Search, text);
    site::Entity::find().select_only().column(C::Id).filter(C::CountyId.eq(county).and(found)).into_query()
}

fn divisions(county: Uuid, text: &str) -> SelectStatement {
    use division::Column as C;
    let found: Expr = search::holds(C::Search, text);
    division::Entity::find()
        .select_only()
        .column(C::Id)
        .filter(C::CountyId.eq(county).and(found))
        .into_query()
}
