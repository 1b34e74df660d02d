//! What a customer buys and wants, in the catalogue's words.

use shared::api::Shopping;
use shared::catalogue::{self, Bought};

use crate::ctx::Ctx;
use crate::db::products;
use crate::db::profile::{Belongings, OrderRow};
use crate::problem::Problem;

pub async fn read(ctx: &Ctx, belongings: &Belongings) -> Result<Shopping, Problem> {
    let today = ctx.now.day();
    let state = belongings.made_of.as_ref().map(|(state, _)| state);
    let bought: Vec<Bought> = belongings.orders.iter().filter(|order| order.status == "paid").map(OrderRow::bought).collect();
    let wanted = catalogue::wanted(state, &bought, today);
    let products = products::find(&ctx.db, &wanted).await?;
    Ok(catalogue::shopping(state, &bought, &products, today))
}
