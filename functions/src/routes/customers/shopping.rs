//! What a customer buys and wants, in the catalogue's words.

use shared::api::Shopping;
use shared::catalogue::{self, Bought};
use shared::time::Millis;

use crate::ctx::Ctx;
use crate::db::products;
use crate::db::profile::{Belongings, OrderRow};
use crate::problem::Problem;

pub async fn read(ctx: &Ctx, belongings: &Belongings) -> Result<Shopping, Problem> {
    let today = ctx.now.day();
    let state = belongings.made_of.as_ref().map(|(state, _)| state);
    let bought: Vec<Bought> = belongings.orders.iter().filter(|order| order.status == "paid").map(bought).collect();
    let wanted = catalogue::wanted(state, &bought, today);
    let products = products::find(&ctx.db, &wanted).await?;
    Ok(catalogue::shopping(state, &bought, &products, today))
}

fn bought(order: &OrderRow) -> Bought {
    let items = order.items.as_deref().and_then(|items| serde_json::from_str(items).ok()).unwrap_or_default();
    Bought { at: Millis(order.ordered_at), items }
}
