//! All routes, in one table.
//!
//! A row is method, path, who may call it, and the handler; `#[versioned]` where a change must name the version that it was made from. The handler's own annotation documents it for
//! `/api/openapi.json`, and tests hold both equal. A path below a prefix of `run_worker_first` that no row names is a problem
//! document with status 404.

pub mod audit;
pub mod blocks;
pub mod brand;
pub mod campaigns;
pub mod channels;
pub mod codes;
pub mod copywriter;
pub mod customers;
pub mod dead_letters;
pub mod exclusions;
pub mod fulfilments;
pub mod guardrails;
pub mod health;
pub mod images;
pub mod imports;
pub mod improvements;
pub mod interventions;
pub mod limits;
pub mod links;
pub mod margins;
pub mod matrix;
pub mod merges;
pub mod models;
pub mod notes;
pub mod offers;
pub mod overview;
pub mod people;
pub mod preferences;
pub mod privacy_requests;
pub mod proofs;
pub mod rates;
pub mod reports;
pub mod retention;
pub mod runs;
pub mod sample;
pub mod segments;
pub mod sending;
pub mod session;
pub mod sessions;
pub mod shop;
pub mod sources;
pub mod tasks;
pub mod thresholds;
pub mod tokens;
pub mod topics;
pub mod touches;
pub mod views;
pub mod visits;

use std::convert::Infallible;
use std::sync::OnceLock;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::middleware::{Next, from_fn};
use utoipa_axum::router::UtoipaMethodRouter;
use worker::send::SendFuture;

use crate::auth::guard::{self, Access, Rule};
use crate::extract::BODY_BYTES;
use crate::openapi;
use crate::problem::Problem;

#[derive(Debug)]
pub struct Route {
    pub rule: Rule,
    /// Its documentation and its handler.
    pub handler: fn() -> UtoipaMethodRouter<(), Infallible>,
}

macro_rules! table {
    ($($(#[$needs:ident])? $method:ident $path:literal, $access:expr, $handler:path;)*) => {
        &[$(Route {
            rule: Rule {
                method: stringify!($method),
                pattern: $path,
                access: $access,
                needs_version: false $(|| stringify!($needs).eq_ignore_ascii_case("versioned"))?,
            },
            handler: || utoipa_axum::routes!($handler),
        }),*]
    };
}

use Access::{May, Open, OwnCustomers, OwnPage, Person, SignedIn};
use shared::api::Permission::{Admin, Approve, Edit, Export, Send, View};

pub const TABLE: &[Route] = table![
    GET "/healthz", Open, health::show;
    GET "/api/openapi.json", Open, openapi::show;

    POST "/api/sign-in-links", OwnPage, links::create;
    POST "/api/session", OwnPage, session::create;
    GET "/api/session", SignedIn, session::show;
    DELETE "/api/session", SignedIn, session::remove;

    GET "/api/people", May(View), people::list;
    POST "/api/people", Person(Admin), people::create;
    #[versioned]
    PATCH "/api/people/{id}", Person(Admin), people::change;
    POST "/api/people/{id}/link", Person(Admin), links::make;
    GET "/api/sessions", Person(View), sessions::list;
    DELETE "/api/sessions", Person(View), sessions::end_others;
    DELETE "/api/sessions/{id}", Person(View), sessions::end;
    GET "/api/tokens", Person(Admin), tokens::list;
    POST "/api/tokens", Person(Admin), tokens::create;
    DELETE "/api/tokens/{id}", Person(Admin), tokens::revoke;

    GET "/api/shop", May(View), shop::show;
    #[versioned]
    PATCH "/api/shop", May(Admin), shop::change;
    GET "/api/rates", May(View), rates::list;
    #[versioned]
    PUT "/api/rates", May(Edit), rates::replace;
    GET "/api/margins", May(View), margins::list;
    #[versioned]
    PUT "/api/margins", May(Admin), margins::replace;
    GET "/api/economics", May(View), margins::economics;
    GET "/api/limits", May(View), limits::show;
    GET "/api/retention", May(View), retention::show;
    #[versioned]
    PUT "/api/retention", May(Admin), retention::replace;
    GET "/api/overview", May(View), overview::show;
    GET "/api/reports", May(View), reports::show;

    GET "/api/customers", May(View), customers::list::list;
    GET "/api/customers/export.csv", May(Export), customers::export::export;
    GET "/api/customers/{id}", May(View), customers::show::show;
    GET "/api/customers/{id}/timeline", May(View), customers::timeline::timeline;
    #[versioned]
    PATCH "/api/customers/{id}", OwnCustomers, customers::change::change;
    #[versioned]
    PUT "/api/customers/{id}/reason", OwnCustomers, customers::reason::replace;
    DELETE "/api/customers/{id}", Person(Admin), customers::erase::erase;
    GET "/api/customers/{id}/export", May(Export), customers::person::export;
    POST "/api/customers/{id}/merge", May(Edit), merges::create;
    GET "/api/merges", May(View), merges::list;
    POST "/api/merges/{id}/undo", May(Edit), merges::undo;
    POST "/api/customers/bulk", May(Edit), customers::bulk::change;
    GET "/api/tags", May(View), customers::tags::list;
    POST "/api/customers/{id}/notes", OwnCustomers, notes::create;
    #[versioned]
    PATCH "/api/notes/{id}", OwnCustomers, notes::change;
    #[versioned]
    DELETE "/api/notes/{id}", OwnCustomers, notes::remove;

    GET "/api/views", May(View), views::list;
    POST "/api/views", Person(View), views::create;
    #[versioned]
    PATCH "/api/views/{id}", Person(View), views::change;
    #[versioned]
    DELETE "/api/views/{id}", Person(View), views::remove;

    GET "/api/improvements", May(View), improvements::list;
    POST "/api/improvements", May(Edit), improvements::create;
    GET "/api/improvements/{id}", May(View), improvements::show;
    #[versioned]
    PATCH "/api/improvements/{id}", May(Edit), improvements::change;
    POST "/api/improvements/{id}/announce", May(Edit), improvements::announce;
    #[versioned]
    DELETE "/api/improvements/{id}", May(Edit), improvements::remove;
    GET "/api/segments", May(View), segments::list;
    POST "/api/segments", May(Edit), segments::own::create;
    POST "/api/segments/count", May(View), segments::count::ask;
    GET "/api/segments/aggregates", May(View), segments::aggregates;
    GET "/api/segments/{id}", May(View), segments::show;
    #[versioned]
    PATCH "/api/segments/{id}", May(Edit), segments::own::change;
    #[versioned]
    DELETE "/api/segments/{id}", May(Edit), segments::own::remove;
    GET "/api/exclusions", May(View), exclusions::show;
    #[versioned]
    PUT "/api/exclusions", May(Edit), exclusions::replace;
    GET "/api/declared-traits", May(View), exclusions::traits;
    #[versioned]
    PUT "/api/declared-traits", May(Edit), exclusions::declare;

    GET "/api/topics", May(View), topics::show;
    #[versioned]
    PUT "/api/topics", May(Edit), topics::replace;
    POST "/api/topics/read", May(View), topics::read;

    GET "/api/copywriter", May(View), copywriter::show;
    #[versioned]
    PUT "/api/copywriter", May(Admin), copywriter::replace;
    POST "/api/copywriter/test", May(Admin), copywriter::test;
    POST "/api/copywriter/write", May(Edit), copywriter::write::write;
    POST "/api/copywriter/read", May(Edit), copywriter::read::read;

    GET "/api/thresholds", May(View), thresholds::show;
    #[versioned]
    PUT "/api/thresholds", May(Edit), thresholds::replace;
    #[versioned]
    DELETE "/api/thresholds", May(Edit), thresholds::remove;
    GET "/api/offers", May(View), offers::list;
    POST "/api/offers", May(Edit), offers::create;
    #[versioned]
    PATCH "/api/offers/{id}", May(Edit), offers::change;
    #[versioned]
    DELETE "/api/offers/{id}", May(Edit), offers::remove;
    GET "/api/guardrails", May(View), guardrails::show;
    #[versioned]
    PUT "/api/guardrails", May(Admin), guardrails::replace;
    GET "/api/matrix", May(View), matrix::show;
    POST "/api/matrix/preview", May(View), matrix::preview;

    GET "/api/campaigns", May(View), campaigns::list;
    POST "/api/campaigns", May(Edit), campaigns::create;
    GET "/api/campaigns/{id}", May(View), campaigns::show;
    #[versioned]
    PATCH "/api/campaigns/{id}", May(Edit), campaigns::change;
    #[versioned]
    DELETE "/api/campaigns/{id}", May(Edit), campaigns::remove;
    GET "/api/campaigns/{id}/people", May(View), campaigns::people::list;
    GET "/api/campaigns/{id}/messages", May(View), campaigns::messages::list;
    POST "/api/campaigns/{id}/test", Person(Edit), campaigns::test::send;
    GET "/api/campaigns/{id}/forecast", May(View), campaigns::forecast::show;
    GET "/api/campaigns/{id}/progress", May(View), campaigns::progress::show;
    GET "/api/campaigns/{id}/entries", May(View), campaigns::progress::entries;
    POST "/api/campaigns/{id}/approve", Person(Approve), campaigns::acts::approve;
    POST "/api/campaigns/{id}/launch", May(Send), campaigns::acts::launch;
    POST "/api/campaigns/{id}/republish", May(Send), campaigns::acts::republish;
    POST "/api/campaigns/{id}/pause", May(Send), campaigns::acts::pause;
    POST "/api/campaigns/{id}/resume", May(Send), campaigns::acts::resume;
    POST "/api/campaigns/{id}/undo", May(Send), campaigns::acts::undo;
    POST "/api/campaigns/{id}/finish", May(Send), campaigns::acts::finish;
    POST "/api/campaigns/{id}/archive", May(Edit), campaigns::acts::archive;
    POST "/api/campaigns/{id}/duplicate", May(Edit), campaigns::copies::duplicate;
    POST "/api/campaigns/{id}/correction", May(Edit), campaigns::copies::correction;
    POST "/api/campaigns/{id}/save-plan", May(Edit), campaigns::copies::save;
    GET "/api/plans", May(View), campaigns::copies::plans;
    GET "/api/touches", May(View), touches::list;
    GET "/api/tasks", May(View), tasks::list;
    #[versioned]
    PATCH "/api/tasks/{id}", OwnCustomers, tasks::change;
    GET "/api/sending", May(View), sending::show;
    #[versioned]
    PUT "/api/sending", May(Admin), sending::replace;
    POST "/api/sending/stop", May(Send), sending::stop;
    POST "/api/sending/resume", May(Send), sending::resume;
    GET "/api/brand", May(View), brand::show;
    #[versioned]
    PUT "/api/brand", May(Admin), brand::replace;
    GET "/api/blocks", May(View), blocks::list;
    POST "/api/blocks", May(Edit), blocks::create;
    #[versioned]
    PATCH "/api/blocks/{id}", May(Edit), blocks::change;
    #[versioned]
    DELETE "/api/blocks/{id}", May(Edit), blocks::remove;
    GET "/api/blocks/{id}/versions", May(View), blocks::versions;
    GET "/api/proofs", May(View), proofs::list;
    POST "/api/proofs", May(Edit), proofs::create;
    #[versioned]
    PATCH "/api/proofs/{id}", May(Edit), proofs::change;
    #[versioned]
    DELETE "/api/proofs/{id}", May(Edit), proofs::remove;
    GET "/api/images", May(View), images::list;
    POST "/api/images", May(Edit), images::upload;
    DELETE "/api/images/{hash}", May(Edit), images::remove;
    GET "/images/{hash}", Open, images::show;

    GET "/u/{token}", Open, preferences::show;
    POST "/u/{token}", Open, preferences::act;
    GET "/o/{token}", Open, visits::open;
    GET "/c/{token}", Open, visits::click;
    GET "/v/{token}", Open, visits::video;

    GET "/api/models", May(View), models::show;
    POST "/api/models/{id}/use", May(Admin), models::use_again;
    GET "/api/models/{name}/training", May(Admin), models::training::show;
    PUT "/api/models/{name}", May(Admin), models::upload::upload;

    POST "/api/imports", May(Edit), imports::create::create;
    GET "/api/imports", May(View), imports::history::list;
    GET "/api/imports/export.csv", May(Export), imports::history::export;
    GET "/api/imports/{id}", May(View), imports::show;
    POST "/api/imports/{id}/batches", May(Edit), imports::batches::store;
    POST "/api/imports/{id}/cancel", May(Edit), imports::cancel;
    GET "/api/imports/{id}/rejected.csv", May(Edit), imports::rejected;
    DELETE "/api/sample", May(Edit), sample::remove;

    GET "/api/sources", May(View), sources::list;
    POST "/api/sources", May(Admin), sources::create;
    GET "/api/sources/{id}", May(View), sources::show;
    #[versioned]
    PATCH "/api/sources/{id}", May(Admin), sources::change;
    #[versioned]
    DELETE "/api/sources/{id}", May(Admin), sources::remove;
    POST "/api/sources/{id}/pull", May(Edit), sources::pull;
    GET "/api/sources/{id}/stats", May(View), sources::stats;
    GET "/api/sources/{id}/messages", May(View), sources::messages;

    GET "/api/channels", May(View), channels::list;
    POST "/api/channels", May(Admin), channels::create;
    GET "/api/channels/{id}", May(View), channels::show;
    #[versioned]
    PATCH "/api/channels/{id}", May(Admin), channels::change;
    #[versioned]
    DELETE "/api/channels/{id}", May(Admin), channels::remove;
    POST "/api/channels/{id}/test", May(Admin), channels::test;
    GET "/api/fulfilments", May(View), fulfilments::list;
    POST "/api/fulfilments", May(Admin), fulfilments::create;
    GET "/api/fulfilments/{id}", May(View), fulfilments::show;
    #[versioned]
    PATCH "/api/fulfilments/{id}", May(Admin), fulfilments::change;
    #[versioned]
    DELETE "/api/fulfilments/{id}", May(Admin), fulfilments::remove;
    POST "/api/fulfilments/{id}/test", May(Admin), fulfilments::test;
    POST "/api/code-pools", May(Edit), fulfilments::upload;
    GET "/api/codes", May(View), codes::list;
    GET "/api/interventions", May(View), interventions::list;
    POST "/api/interventions", OwnCustomers, interventions::create;
    GET "/api/interventions/{id}", May(View), interventions::show;
    #[versioned]
    PATCH "/api/interventions/{id}", OwnCustomers, interventions::change;

    GET "/api/dead-letters", May(View), dead_letters::list;
    GET "/api/dead-letters/{id}", May(View), dead_letters::show;
    #[versioned]
    PATCH "/api/dead-letters/{id}", May(Edit), dead_letters::change;
    POST "/api/dead-letters/replay", May(Edit), dead_letters::replay;

    GET "/api/privacy-requests", May(View), privacy_requests::list;
    POST "/api/privacy-requests", May(Edit), privacy_requests::create;
    GET "/api/privacy-requests/{id}", May(View), privacy_requests::show;
    #[versioned]
    PATCH "/api/privacy-requests/{id}", May(Admin), privacy_requests::change;

    GET "/api/audit", May(Admin), audit::list;
    GET "/api/audit/export.csv", May(Admin), audit::export::export;

    GET "/api/runs", May(View), runs::list;
    POST "/api/runs", May(Admin), runs::create;
];

/// The table as axum's router, built once an isolate.
pub fn router() -> Router {
    static ROUTER: OnceLock<Router> = OnceLock::new();
    ROUTER.get_or_init(build).clone()
}

/// Builds the router while the isolate starts, which no request's time pays for.
pub fn prepare() {
    drop(router());
}

fn build() -> Router {
    let mut router = Router::new();
    for Route { rule, handler } in TABLE {
        let (_, _, methods) = handler();
        let guarded = from_fn(move |request: Request, next: Next| SendFuture::new(guard::enforce(*rule, request, next)));
        router = router.route(rule.pattern, methods.route_layer(guarded));
    }
    #[cfg(feature = "seams")]
    let router = router.merge(crate::seams::router());
    router
        .fallback(async || Problem::NotFound)
        .method_not_allowed_fallback(async || Problem::MethodNotAllowed)
        .layer(DefaultBodyLimit::max(BODY_BYTES))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_table_and_the_documents_name_the_same_routes() {
        for Route { rule, handler } in TABLE {
            let (_, paths, _) = handler();
            let documented: Vec<_> = paths.paths.keys().map(String::as_str).collect();
            assert_eq!(documented, [rule.pattern], "{} {}", rule.method, rule.pattern);
            let item = paths.paths.get(rule.pattern).expect("item");
            let json = serde_json::to_value(item).expect("json");
            assert!(json.get(rule.method.to_lowercase()).is_some(), "{} {} is documented as {json}", rule.method, rule.pattern);
        }
    }

    #[test]
    fn no_route_stands_twice_and_the_router_takes_them_all() {
        let rows: BTreeSet<_> = TABLE.iter().map(|route| (route.rule.method, route.rule.pattern)).collect();
        assert_eq!(rows.len(), TABLE.len());
        prepare();
    }

    #[test]
    fn whatever_is_changed_or_replaced_names_its_version() {
        // It is compared with whatever is live when it comes, and goes beside it.
        let is_compared = |rule: &Rule| rule.pattern == "/api/models/{name}";
        for Route { rule, .. } in TABLE {
            if matches!(rule.method, "PATCH" | "PUT") && !is_compared(rule) {
                assert!(rule.needs_version, "{} {}", rule.method, rule.pattern);
            }
        }
    }

    #[test]
    fn nothing_but_these_is_open_to_strangers() {
        let open: Vec<_> =
            TABLE.iter().filter(|route| matches!(route.rule.access, Open | OwnPage)).map(|route| route.rule.pattern).collect();
        let ours = ["/healthz", "/api/openapi.json", "/api/sign-in-links", "/api/session", "/images/{hash}"];
        let readers = ["/u/{token}", "/u/{token}", "/o/{token}", "/c/{token}", "/v/{token}"];
        assert_eq!(open, [ours, readers].concat());
    }

    #[test]
    fn every_route_lies_below_a_prefix_that_reaches_the_worker() {
        let config = include_str!("../../../wrangler.toml");
        let list = config.lines().find_map(|line| line.strip_prefix("run_worker_first = ")).expect("run_worker_first");
        let prefixes: Vec<String> = serde_json::from_str(list).expect("a list");
        for Route { rule, .. } in TABLE {
            let reached = prefixes.iter().any(|prefix| match prefix.strip_suffix('*') {
                Some(start) => rule.pattern.starts_with(start),
                None => rule.pattern == prefix,
            });
            assert!(reached, "{} is not in run_worker_first", rule.pattern);
        }
    }
}
