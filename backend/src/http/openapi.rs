//! The OpenAPI 3.1 document: made from the route table, committed as `backend/openapi.json`, the source of the front
//! end's types.

use super::{Documented, problem, routes::Who};
use utoipa::{
    Modify, OpenApi,
    openapi::{
        Components, ContentBuilder, Info, OpenApi as Document, PathItem, Ref, RefOr, ResponseBuilder,
        path::Operation,
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
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
        let credential =
            ApiKeyValue::with_description("Authorization", "`Device <device_id>:<send_credential>`");
        components.add_security_scheme("send_credential", SecurityScheme::ApiKey(ApiKey::Header(credential)));
        for (path, item) in &mut document.paths.paths {
            for (method, operation) in operations(item) {
                name_by_noun(operation);
                operation.security = Some(admitted(method, path));
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

/// Who may come in, from the route table: the document cannot say anything else.
fn admitted(method: &str, path: &str) -> Vec<SecurityRequirement> {
    let proof = |name: &str| SecurityRequirement::new::<_, _, String>(name, []);
    let route = super::routes().iter().find(|route| route.method == method && route.path == path);
    match route.map(|route| route.who) {
        // A signed address is no header; the operation names its parameter.
        None | Some(Who::Anyone | Who::Address(_)) => Vec::new(),
        Some(Who::Sender) => vec![proof("access_token"), proof("send_credential")],
        Some(Who::Newcomer | Who::Person | Who::May(_)) => vec![proof("access_token")],
    }
}

/// Function names such as `list` stand in several modules; in the document an operation's name must be the only one.
fn name_by_noun(operation: &mut Operation) {
    let noun = operation.tags.as_ref().and_then(|tags| tags.first());
    if let (Some(noun), Some(id)) = (noun, operation.operation_id.as_mut()) {
        *id = format!("{}_{id}", noun.replace('-', "_"));
    }
}

fn schema_of<T: utoipa::ToSchema>() -> (String, RefOr<utoipa::openapi::Schema>) {
    (T::name().into_owned(), T::schema())
}

/// Every operation of an address, with its method.
fn operations(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    [
        ("GET", &mut item.get),
        ("PUT", &mut item.put),
        ("POST", &mut item.post),
        ("DELETE", &mut item.delete),
        ("HEAD", &mut item.head),
        ("PATCH", &mut item.patch),
        ("OPTIONS", &mut item.options),
    ]
    .into_iter()
    .filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
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
    fn the_document_names_the_proof_that_the_door_takes() {
        let json = serde_json::to_value(document()).unwrap();
        for route in super::super::routes() {
            let security = &json["paths"][route.path][route.method.to_lowercase()]["security"];
            let open = security.as_array().is_some_and(Vec::is_empty);
            // A signed address is a parameter of its own.
            let needs_none = matches!(route.who, Who::Anyone | Who::Address(_));
            assert_eq!(open, needs_none, "{} {}", route.method, route.path);
        }
    }

    #[test]
    fn the_committed_document_is_fresh() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
        let committed = std::fs::read_to_string(path).unwrap_or_default();
        assert!(committed == text().unwrap(), "run `cargo run -- openapi` and commit backend/openapi.json");
    }
}
