//! The catalogue of offers.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use shared::api::{CatalogueAnswer, CatalogueOffer, Done, NewOffer, OfferAnswer, OfferChange};
use shared::audit::Action;
use shared::offer::Offer;

use crate::ctx::Ctx;
use crate::db::audit::{self, Entry};
use crate::db::{DbError, fulfilments, offers, shop};
use crate::extract::{IfMatch, JsonBody};
use crate::problem::Problem;
use crate::random;
use crate::versioned::Versioned;

/// What can be offered: the seven kinds, and the shop's own.
#[utoipa::path(get, path = "/api/offers", tag = "offers", responses((status = 200, body = CatalogueAnswer)))]
#[worker::send]
pub async fn list(ctx: Ctx) -> Result<Json<CatalogueAnswer>, Problem> {
    let ways = fulfilments::find(&ctx.db, None, ctx.now).await?;
    let mut offers = all(&ctx).await?;
    for known in &mut offers {
        known.offer.unready = fulfilments::choose(&ways, known.offer.fulfilment).err();
    }
    Ok(Json(CatalogueAnswer { offers }))
}

/// Add an offer of the shop's own: it becomes a column of the matrix.
#[utoipa::path(post, path = "/api/offers", tag = "offers", request_body = NewOffer, responses((status = 201, body = OfferAnswer)))]
#[worker::send]
pub async fn create(ctx: Ctx, JsonBody(new): JsonBody<NewOffer>) -> Result<(StatusCode, Versioned<OfferAnswer>), Problem> {
    let NewOffer { name, kind, terms, fulfilment, answers, live } = new;
    let id = random::id(ctx.now)?.to_string();
    let offer = checked(Offer { id, kind, name, terms, fulfilment, answers, live, unready: None })?;
    let log = audit::append_if_changed(&ctx, Entry::new(Action::OfferAdded).to("offer", &offer.id, Some(&offer.name)));
    if !offers::add(&ctx.db, &offer, ctx.now, log).await? {
        let text = format!("There are {} offers of your own already: remove one first", offers::MOST);
        return Err(Problem::Conflict("too_many_offers", text));
    }
    Ok((StatusCode::CREATED, answer(find(&ctx, &offer.id).await?)))
}

/// Change an offer; what was promised keeps its terms.
#[utoipa::path(patch, path = "/api/offers/{id}", tag = "offers", request_body = OfferChange,
    params(("id" = String, Path, description = "A uuid, or the kind of one of the seven")),
    responses((status = 200, body = OfferAnswer), (status = 412, body = shared::api::Problem)))]
#[worker::send]
pub async fn change(
    ctx: Ctx,
    Path(id): Path<String>,
    IfMatch(version): IfMatch,
    JsonBody(change): JsonBody<OfferChange>,
) -> Result<Versioned<OfferAnswer>, Problem> {
    let before = find(&ctx, &id).await?.offer;
    let OfferChange { name, terms, fulfilment, answers, live } = change;
    let after = checked(Offer {
        name: name.unwrap_or_else(|| before.name.clone()),
        terms: terms.unwrap_or_else(|| before.terms.clone()),
        fulfilment: fulfilment.unwrap_or(before.fulfilment),
        answers: answers.unwrap_or_else(|| before.answers.clone()),
        live: live.unwrap_or(before.live),
        ..before.clone()
    })?;
    let log = audit::append_if_changed(&ctx, changes(&before, &after));
    settled(&ctx, &id, version, offers::change(&ctx.db, &before, &after, version, ctx.now, log).await).await?;
    Ok(answer(find(&ctx, &id).await?))
}

/// Remove an offer of the shop's own; the seven can be switched off.
#[utoipa::path(delete, path = "/api/offers/{id}", tag = "offers", params(("id" = String, Path)),
    responses((status = 200, body = Done), (status = 409, body = shared::api::Problem)))]
#[worker::send]
pub async fn remove(ctx: Ctx, Path(id): Path<String>, IfMatch(version): IfMatch) -> Result<Json<Done>, Problem> {
    let known = find(&ctx, &id).await?;
    if !known.own {
        return Err(Problem::Conflict("not_own", "This is a column of every matrix: switch it off instead".to_owned()));
    }
    let entry = Entry::new(Action::OfferRemoved).to("offer", &id, Some(&known.offer.name));
    let log = audit::append_if_changed(&ctx, entry);
    settled(&ctx, &id, version, offers::remove(&ctx.db, &id, version, log).await).await?;
    Ok(Json(Done { done: true }))
}

async fn all(ctx: &Ctx) -> Result<Vec<CatalogueOffer>, Problem> {
    let home = shop::read(&ctx.db).await?.home_currency;
    Ok(offers::catalogue(&ctx.db, home).await?.offers)
}

async fn find(ctx: &Ctx, id: &str) -> Result<CatalogueOffer, Problem> {
    all(ctx).await?.into_iter().find(|known| known.offer.id == id).ok_or(Problem::NotFound)
}

fn answer(offer: CatalogueOffer) -> Versioned<OfferAnswer> {
    Versioned(offer.version, OfferAnswer { offer })
}

fn checked(mut offer: Offer) -> Result<Offer, Problem> {
    offer.name = offer.name.split_whitespace().collect::<Vec<_>>().join(" ");
    offer.valid().map_err(Problem::Invalid)?;
    Ok(offer)
}

/// Says who was quicker where the offer was not changed.
async fn settled(ctx: &Ctx, id: &str, yours: u32, done: Result<(), DbError>) -> Result<(), Problem> {
    match done {
        Err(error) if error.is_stale("offers") => {
            let current = find(ctx, id).await?;
            Err(Problem::stale(yours, current.version, &current))
        }
        done => Ok(done?),
    }
}

fn changes(before: &Offer, after: &Offer) -> Entry {
    let on = |live: bool| Some(if live { "on" } else { "off" }.to_owned());
    let entry = Entry::new(Action::OfferChanged).value("name", Some(before.name.clone()), Some(after.name.clone())).value(
        "live",
        on(before.live),
        on(after.live),
    );
    let named = [
        ("terms", before.terms == after.terms),
        ("fulfilment", before.fulfilment == after.fulfilment),
        ("answers", before.answers == after.answers),
    ];
    named.into_iter().fold(entry, |entry, (name, same)| if same { entry } else { entry.field(name) })
}
