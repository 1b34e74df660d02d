//! `/api/openapi.json`, made from the route table and the handlers' annotations.

use axum::Json;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::Type;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{Components, Info, Object, OpenApi, RefOr, Required, Response};
use utoipa::{PartialSchema, ToSchema};

use crate::auth::cookies;
use crate::auth::guard::{Access, Rule};
use crate::routes::{Route, TABLE};

/// What this API is, for programs.
#[utoipa::path(get, path = "/api/openapi.json", tag = "service", responses((status = 200, description = "This document")))]
pub async fn show() -> Json<OpenApi> {
    Json(document())
}

pub fn document() -> OpenApi {
    let mut document = OpenApi::new(Info::new("Rekindle", env!("CARGO_PKG_VERSION")), utoipa::openapi::Paths::new());
    let mut components = Components::new();
    let mut problem_parts = Vec::new();
    shared::api::Problem::schemas(&mut problem_parts);
    components.schemas.insert("Problem".to_owned(), shared::api::Problem::schema());
    components.schemas.extend(problem_parts);
    for Route { rule, handler } in TABLE {
        let (schemas, paths, _) = handler();
        components.schemas.extend(schemas);
        document.paths.merge(paths);
        describe_rule(&mut document, rule);
    }
    let token = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build());
    let session = SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(cookies::SESSION)));
    components.security_schemes.insert("token".to_owned(), RefOr::T(token));
    components.security_schemes.insert("session".to_owned(), RefOr::T(session));
    document.components = Some(components);
    document
}

/// Adds to one operation what the table knows: how to be recognised, the permission, the headers that the guard reads, and the shape
/// of every refusal.
fn describe_rule(document: &mut OpenApi, rule: &Rule) {
    let Rule { method, pattern, access, needs_version } = *rule;
    let Some(item) = document.paths.paths.get_mut(pattern) else { return };
    let slot = match method {
        "GET" => &mut item.get,
        "POST" => &mut item.post,
        "PUT" => &mut item.put,
        "PATCH" => &mut item.patch,
        _ => &mut item.delete,
    };
    let Some(operation) = slot else { return };
    operation.operation_id = Some(operation_id(method, pattern));
    let refusal = Response::builder().description("A problem document").content(
        "application/problem+json",
        utoipa::openapi::ContentBuilder::new().schema(Some(utoipa::openapi::Ref::from_schema_name("Problem"))).build(),
    );
    operation.responses.responses.insert("default".to_owned(), RefOr::T(refusal.build()));
    if needs_version {
        let text = "The version that the change was made from, in quotes: its `ETag`, or `version` of the resource";
        operation.parameters.get_or_insert_default().push(header("If-Match", text, Required::True));
    }
    if method == "POST" && !matches!(access, Access::Open | Access::OwnPage) {
        let text = "1 to 255 visible ASCII characters: for a day, the same request with the same key happens once and is answered as \
                    before, with the header `Idempotency-Replayed` and without secrets that are shown only once";
        operation.parameters.get_or_insert_default().push(header("Idempotency-Key", text, Required::False));
    }
    if let Access::SignedIn | Access::May(_) | Access::OwnCustomers = access {
        let schemes = ["token", "session"].map(|name| SecurityRequirement::new::<_, [&str; 0], &str>(name, []));
        operation.security = Some(schemes.into());
    }
    if let Access::Person(_) = access {
        operation.security = Some(vec![SecurityRequirement::new::<_, [&str; 0], &str>("session", [])]);
    }
    if let Access::May(permission) | Access::Person(permission) = access {
        let text = operation.description.take().unwrap_or_default();
        operation.description =
            Some(format!("{text}\n\nNeeds the permission `{}`.", format!("{permission:?}").to_lowercase()).trim().to_owned());
    }
}

fn header(name: &str, text: &str, required: Required) -> RefOr<Parameter> {
    let schema = Object::with_type(Type::String);
    let header = ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .description(Some(text))
        .required(required)
        .schema(Some(schema))
        .build();
    RefOr::T(header)
}

/// Handlers in different files share names, and generated clients need unique ones: `GET /api/customers/{id}` is
/// `get_customers_id`.
fn operation_id(method: &str, pattern: &str) -> String {
    let words = pattern.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty() && *word != "api");
    std::iter::once(method.to_lowercase()).chain(words.map(str::to_owned)).collect::<Vec<_>>().join("_")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_route_of_the_table_is_in_the_document_under_a_name_of_its_own() {
        let json = serde_json::to_value(document()).expect("json");
        let mut names = BTreeSet::new();
        for Route { rule, .. } in TABLE {
            let operation = json["paths"][rule.pattern][rule.method.to_lowercase()].clone();
            assert!(operation["summary"].is_string(), "{} {} has no words", rule.method, rule.pattern);
            assert!(operation["responses"]["default"].is_object());
            let has_header =
                |name| operation["parameters"].as_array().is_some_and(|all| all.iter().any(|one| one["name"] == name));
            assert_eq!(has_header("If-Match"), rule.needs_version, "{} {}", rule.method, rule.pattern);
            names.insert(operation["operationId"].as_str().expect("a name").to_owned());
        }
        assert_eq!(names.len(), TABLE.len());
    }

    #[test]
    fn the_document_names_every_schema_that_it_refers_to() {
        let text = serde_json::to_string(&document()).expect("json");
        let json: serde_json::Value = serde_json::from_str(&text).expect("json");
        for reference in text.split("#/components/schemas/").skip(1) {
            let name = reference.split('"').next().expect("name");
            assert!(json.pointer(&format!("/components/schemas/{name}")).is_some(), "no schema {name}");
        }
    }
}
