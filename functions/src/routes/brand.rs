//! The shop's brand: how messages look and speak, and who signs.

use shared::api::{BrandMeta, BrandResponse, Missing};
use shared::audit::Action;
use shared::message::Brand;
use shared::time::Millis;

use crate::ctx::Ctx;
use crate::db::audit::{self, Entry};
use crate::db::{brand, images, shop};
use crate::extract::{IfMatch, JsonBody};
use crate::pages;
use crate::problem::Problem;
use crate::versioned::Versioned;

/// The brand, and what a marketing message still lacks of it.
#[utoipa::path(get, path = "/api/brand", tag = "messages", responses((status = 200, body = BrandResponse)))]
#[worker::send]
pub async fn show(ctx: Ctx) -> Result<Versioned<BrandResponse>, Problem> {
    let shop = shop::read(&ctx.db).await?;
    let row = brand::read(&ctx.db).await?;
    let brand = row.brand(&shop.name);
    let missing = brand.missing().into_iter().map(|(field, fix)| Missing { field: field.to_owned(), fix: fix.to_owned() });
    let meta = BrandMeta {
        version: row.version,
        missing: missing.collect(),
        updated_at: (row.updated_at > 0).then(|| Millis(row.updated_at).rfc3339()),
        updated_by: row.updated_by,
    };
    Ok(Versioned(row.version, BrandResponse { brand, meta }))
}

/// Replace the brand. With status 412 `conflict.resource` is the brand as it stands.
#[utoipa::path(put, path = "/api/brand", tag = "messages", request_body = Brand,
    responses((status = 200, body = BrandResponse), (status = 422, body = shared::api::Problem)))]
#[worker::send]
pub async fn replace(
    ctx: Ctx,
    IfMatch(version): IfMatch,
    JsonBody(after): JsonBody<Brand>,
) -> Result<Versioned<BrandResponse>, Problem> {
    let wrong = after.check();
    if !wrong.is_empty() {
        return Err(Problem::Invalid(wrong));
    }
    if let Some(hash) = after.logo.as_deref().and_then(|path| path.strip_prefix("/images/"))
        && images::find(&ctx.db, hash).await?.is_none()
    {
        return Err(Problem::field("logo", "There is no such picture any more: upload it again"));
    }
    let shop = shop::read(&ctx.db).await?;
    let before = brand::read(&ctx.db).await?.brand(&shop.name);
    let log = audit::append_if_changed(&ctx, entry(&before, &after));
    match brand::replace(&ctx.db, &after, version, ctx.who.user_id(), ctx.now, log).await {
        Err(error) if error.is_stale("brand") => {
            let row = brand::read(&ctx.db).await?;
            return Err(Problem::stale(version, row.version, &row.brand(&shop.name)));
        }
        done => done?,
    }
    pages::forget();
    show(ctx).await
}

fn entry(before: &Brand, after: &Brand) -> Entry {
    let text = |text: &str| Some(text.to_owned());
    let named = Entry::new(Action::BrandChanged)
        .value("name", text(&before.name), text(&after.name))
        .value("site", before.site.clone(), after.site.clone())
        .value("sender", before.sender.clone(), after.sender.clone())
        .value("from", before.from.clone(), after.from.clone())
        .value("reply_to", before.reply_to.clone(), after.reply_to.clone())
        .value("sms_sender", before.sms_sender.clone(), after.sms_sender.clone())
        .value("locale", text(&before.locale), text(&after.locale));
    let rest = [
        ("colours", before.colours == after.colours),
        ("logo", before.logo == after.logo),
        ("sender_role", before.sender_role == after.sender_role),
        ("postal_address", before.postal_address == after.postal_address),
        ("tone", before.tone == after.tone),
        ("link_hosts", before.link_hosts == after.link_hosts),
    ];
    rest.into_iter().filter(|(_, is_same)| !is_same).fold(named, |entry, (field, _)| entry.field(field))
}
