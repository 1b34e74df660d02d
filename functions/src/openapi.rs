//! `/api/openapi.json`, made from the route table and the handlers' annotations.

use axum::Json;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{Components, Info, OpenApi, RefOr, Response};
use utoipa::{PartialSchema, ToSchema};

use crate::auth::cookies;
use crate::auth::guard::Access;
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
        describe_access(&mut document, rule.pattern, rule.method, rule.access);
    }
    let token = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build());
    let session = SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(cookies::SESSION)));
    components.security_schemes.insert("token".to_owned(), RefOr::T(token));
    components.security_schemes.insert("session".to_owned(), RefOr::T(session));
    document.components = Some(components);
    document
}

/// Adds to one operation what the table knows: how to be recognised, the permission, and the shape of every refusal.
fn describe_access(document: &mut OpenApi, pattern: &str, method: &str, access: Access) {
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
    if let Access::SignedIn | Access::May(_) = access {
        let schemes = ["token", "session"].map(|name| SecurityRequirement::new::<_, [&str; 0], &str>(name, []));
        operation.security = Some(schemes.into());
    }
    if let Access::May(permission) = access {
        let text = operation.description.take().unwrap_or_default();
        operation.description =
            Some(format!("{text}\n\nNeeds the permission `{}`.", format!("{permission:?}").to_lowercase()).trim().to_owned());
    }
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
