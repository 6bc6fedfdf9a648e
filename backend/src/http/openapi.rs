//! The OpenAPI 3.1 document: made from the route table, committed as `backend/openapi.json`, the source of the front
//! end's types.

use super::{Documented, problem};
use utoipa::{
    Modify, OpenApi,
    openapi::{
        Components, ContentBuilder, Info, OpenApi as Document, Ref, RefOr, ResponseBuilder,
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

/// The document, with what every operation shares.
pub fn document() -> Document {
    let mut document = Documented::openapi();
    Common.modify(&mut document);
    document
}

/// The document as it is committed: stable order, final newline.
pub fn text() -> Result<String, serde_json::Error> {
    serde_json::to_string_pretty(&document()).map(|json| json + "\n")
}

struct Common;

impl Modify for Common {
    fn modify(&self, document: &mut Document) {
        document.info = Info::builder()
            .title("Lalian 拉练通")
            .version(env!("CARGO_PKG_VERSION"))
            .description(Some(
                "County field review: operations, tickets, places, figures. Conventions: CONTRIBUTING.md.",
            ))
            .build();
        let components = document.components.get_or_insert_with(Components::new);
        let token = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
        components.add_security_scheme("access_token", SecurityScheme::Http(token));
        let schemas = [schema_of::<problem::Body>(), schema_of::<problem::Field>()];
        components.schemas.extend(schemas);
        for item in document.paths.paths.values_mut() {
            for operation in operations(item) {
                let problem = ResponseBuilder::new()
                    .description("A problem, in words for the person who asked")
                    .content(
                        "application/problem+json",
                        ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build(),
                    )
                    .build();
                operation.responses.responses.entry("default".to_owned()).or_insert(RefOr::T(problem));
            }
        }
    }
}

fn schema_of<T: utoipa::ToSchema>() -> (String, RefOr<utoipa::openapi::Schema>) {
    (T::name().into_owned(), T::schema())
}

/// Every operation of an address.
fn operations(
    item: &mut utoipa::openapi::PathItem,
) -> impl Iterator<Item = &mut utoipa::openapi::path::Operation> {
    [
        &mut item.get,
        &mut item.put,
        &mut item.post,
        &mut item.delete,
        &mut item.head,
        &mut item.patch,
        &mut item.options,
    ]
    .into_iter()
    .filter_map(Option::as_mut)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_document_and_the_route_table_say_the_same() {
        let table: BTreeSet<(String, String)> = super::super::routes()
            .iter()
            .map(|route| (route.method.to_lowercase(), route.path.to_owned()))
            .collect();
        let json = serde_json::to_value(document()).unwrap();
        let documented: BTreeSet<(String, String)> = json["paths"]
            .as_object()
            .unwrap()
            .iter()
            .flat_map(|(path, item)| {
                let methods = item.as_object().unwrap().keys();
                methods.map(move |method| (method.clone(), path.clone()))
            })
            .collect();
        assert_eq!(table, documented);
    }

    #[test]
    fn every_operation_documents_its_problems() {
        let json = serde_json::to_value(document()).unwrap();
        for (path, item) in json["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                assert!(operation["responses"]["default"].is_object(), "{method} {path}");
            }
        }
        assert!(json["components"]["schemas"]["Problem"]["properties"]["code"].is_object());
    }

    #[test]
    fn the_committed_document_is_fresh() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
        let committed = std::fs::read_to_string(path).unwrap_or_default();
        assert!(committed == text().unwrap(), "run `cargo run -- openapi` and commit backend/openapi.json");
    }
}
