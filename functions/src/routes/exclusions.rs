//! Who is left out of offers, and which of the shop's own columns segments may use.

use std::collections::BTreeSet;

use shared::api::{DeclaredChange, DeclaredMeta, DeclaredResponse, ExclusionsMeta, ExclusionsResponse, FoundTrait};
use shared::audit::Action;
use shared::segment::{Declared, Exclusions, MOST_DECLARED};
use shared::traits::is_personal;

use crate::ctx::Ctx;
use crate::db::audit::{self, Entry};
use crate::db::segments::{self, Settings};
use crate::extract::{IfMatch, JsonBody};
use crate::jobs;
use crate::problem::Problem;
use crate::routes::segments::rows;
use crate::versioned::Versioned;

const MOST_WORDS: usize = 50;
const MOST_CHARS: usize = 100;

/// What leaves people out of offers, and how many it leaves out.
#[utoipa::path(get, path = "/api/exclusions", tag = "segments", responses((status = 200, body = ExclusionsResponse)))]
#[worker::send]
pub async fn show(ctx: Ctx) -> Result<Versioned<ExclusionsResponse>, Problem> {
    let Settings { exclusions, version, figures, .. } = segments::settings(&ctx.db).await?;
    let figures = match figures {
        Some(figures) => figures,
        None => segments::figures(&ctx.db, ctx.now.day()).await?,
    };
    let meta = ExclusionsMeta { left_out: rows::left_out(&figures.left_out), version };
    Ok(Versioned(version, ExclusionsResponse { exclusions, meta }))
}

/// Set what leaves people out of offers; everybody is placed anew.
#[utoipa::path(put, path = "/api/exclusions", tag = "segments", request_body = Exclusions,
    responses((status = 200, body = ExclusionsResponse), (status = 412, body = shared::api::Problem)))]
#[worker::send]
pub async fn replace(
    ctx: Ctx,
    IfMatch(version): IfMatch,
    JsonBody(asked): JsonBody<Exclusions>,
) -> Result<Versioned<ExclusionsResponse>, Problem> {
    let after = tidied(asked)?;
    let Settings { exclusions: before, declared, .. } = segments::settings(&ctx.db).await?;
    if before == after {
        return show(ctx).await;
    }
    let log = audit::append(&ctx, changes(&before, &after));
    match segments::set_settings(&ctx.db, &after, &declared, version, ctx.now, log).await {
        Err(error) if error.is_stale("segmentation") => {
            let Versioned(current, answer) = show(ctx).await?;
            return Err(Problem::stale(version, current, &answer));
        }
        done => done?,
    }
    jobs::ring(&ctx.env, &ctx.db).await;
    show(ctx).await
}

/// The shop's own columns on which segments may be built, and those that customers have.
#[utoipa::path(get, path = "/api/declared-traits", tag = "segments", responses((status = 200, body = DeclaredResponse)))]
#[worker::send]
pub async fn traits(ctx: Ctx) -> Result<Versioned<DeclaredResponse>, Problem> {
    let Settings { declared, version, .. } = segments::settings(&ctx.db).await?;
    let found = segments::traits(&ctx.db).await?.into_iter().filter(|found| !is_personal(&found.name));
    let found = found.map(|found| FoundTrait { name: found.name, customers: found.customers.into(), example: found.example });
    Ok(Versioned(version, DeclaredResponse { declared, meta: DeclaredMeta { found: found.collect(), version } }))
}

/// Declare the columns on which segments may be built; everybody is placed anew.
///
/// A column keeps its place while it is declared. A segment whose column is declared no longer says so, and finds nobody anew.
#[utoipa::path(put, path = "/api/declared-traits", tag = "segments", request_body = DeclaredChange,
    responses((status = 200, body = DeclaredResponse), (status = 412, body = shared::api::Problem)))]
#[worker::send]
pub async fn declare(
    ctx: Ctx,
    IfMatch(version): IfMatch,
    JsonBody(asked): JsonBody<DeclaredChange>,
) -> Result<Versioned<DeclaredResponse>, Problem> {
    let after = named(asked.declared)?;
    let Settings { exclusions, declared: before, .. } = segments::settings(&ctx.db).await?;
    if before == after {
        return traits(ctx).await;
    }
    let words = |declared: &[Declared]| declared.iter().map(|declared| declared.name.as_str()).collect::<Vec<_>>().join(", ");
    let entry = Entry::new(Action::TraitsDeclared).value("columns", Some(words(&before)), Some(words(&after)));
    match segments::set_settings(&ctx.db, &exclusions, &after, version, ctx.now, audit::append(&ctx, entry)).await {
        Err(error) if error.is_stale("segmentation") => {
            let Versioned(current, answer) = traits(ctx).await?;
            return Err(Problem::stale(version, current, &answer));
        }
        done => done?,
    }
    jobs::ring(&ctx.env, &ctx.db).await;
    traits(ctx).await
}

fn changes(before: &Exclusions, after: &Exclusions) -> Entry {
    let on = |is: bool| Some(if is { "on" } else { "off" }.to_owned());
    let number = |number: Option<u32>| Some(number.map_or_else(|| "off".to_owned(), |number| number.to_string()));
    let mut entry = Entry::new(Action::ExclusionsChanged);
    for (name, was, is) in [
        ("negative_margin", on(before.negative_margin), on(after.negative_margin)),
        ("chargebacks", on(before.chargebacks), on(after.chargebacks)),
        ("disputes", on(before.disputes), on(after.disputes)),
        ("refund_per_cent", number(before.refund_per_cent.map(u32::from)), number(after.refund_per_cent.map(u32::from))),
        ("orders_a_year", number(before.orders_a_year), number(after.orders_a_year)),
    ] {
        entry = entry.value(name, was, is);
    }
    for (name, was, is) in [
        ("staff_domains", &before.staff_domains, &after.staff_domains),
        ("abuse_tags", &before.abuse_tags, &after.abuse_tags),
        ("staff_tags", &before.staff_tags, &after.staff_tags),
        ("reseller_tags", &before.reseller_tags, &after.reseller_tags),
        ("other_tags", &before.other_tags, &after.other_tags),
    ] {
        entry = entry.value(name, Some(was.join(", ")), Some(is.join(", ")));
    }
    entry
}

fn tidied(asked: Exclusions) -> Result<Exclusions, Problem> {
    let words = |field: &str, words: Vec<String>| -> Result<Vec<String>, Problem> {
        let tidy: BTreeSet<String> =
            words.iter().map(|word| word.trim().to_lowercase()).filter(|word| !word.is_empty()).collect();
        let is_plain = |word: &String| word.chars().count() <= MOST_CHARS && !word.chars().any(char::is_control);
        if tidy.len() > MOST_WORDS || !tidy.iter().all(is_plain) {
            return Err(Problem::field(
                field,
                format!("Use at most {MOST_WORDS} entries of at most {MOST_CHARS} plain characters"),
            ));
        }
        Ok(tidy.into_iter().collect())
    };
    if asked.refund_per_cent.is_some_and(|share| !(1..=100).contains(&share)) {
        return Err(Problem::field("refund_per_cent", "Use 1 to 100, or null to leave nobody out for it"));
    }
    if asked.orders_a_year.is_some_and(|orders| !(2..=100_000).contains(&orders)) {
        return Err(Problem::field("orders_a_year", "Use 2 to 100000, or null to leave nobody out for it"));
    }
    let domains = words("staff_domains", asked.staff_domains)?;
    if domains.iter().any(|domain| domain.contains('@') || !domain.contains('.') || domain.contains(char::is_whitespace)) {
        return Err(Problem::field("staff_domains", "Use domains such as example.com, without names and @"));
    }
    Ok(Exclusions {
        staff_domains: domains,
        abuse_tags: words("abuse_tags", asked.abuse_tags)?,
        staff_tags: words("staff_tags", asked.staff_tags)?,
        reseller_tags: words("reseller_tags", asked.reseller_tags)?,
        other_tags: words("other_tags", asked.other_tags)?,
        ..asked
    })
}

fn named(declared: Vec<Declared>) -> Result<Vec<Declared>, Problem> {
    if declared.len() > MOST_DECLARED {
        return Err(Problem::field("declared", format!("Declare at most {MOST_DECLARED} columns")));
    }
    let mut names = BTreeSet::new();
    for (at, Declared { name, .. }) in declared.iter().enumerate() {
        let refuse = |fix: &str| Err(Problem::field(&format!("declared[{at}].name"), fix));
        if name.trim().is_empty() || name.chars().count() > MOST_CHARS || name.chars().any(char::is_control) {
            return refuse("Use the column's name, of at most 100 plain characters");
        }
        if is_personal(name) {
            return refuse("This column names or reaches a person: segments may not use it");
        }
        if !names.insert(name.clone()) {
            return refuse("This column stands twice: remove one");
        }
    }
    Ok(declared)
}
