//! `product.*`. A product with variations tells of each in a message of its own.

use super::{changed_at, text};
use crate::source::value::Node;
use crate::source::words::told_at;
use crate::source::{Delivery, Fact, Product, Refusal};

/// Nothing of the parent of variations: it cannot be bought.
pub(super) fn read(body: &Node<'_>, delivery: &Delivery<'_>) -> Result<Vec<Fact>, Refusal> {
    let id = body.need_id("id")?;
    let title = text(body, "name").ok_or_else(|| body.missing("name"))?;
    if matches!(body.word("type").as_deref(), Some("variable" | "variable-subscription" | "grouped")) {
        return Ok(Vec::new());
    }
    let parent = body.id("parent_id")?.filter(|parent| parent != "0");
    let options: Vec<String> = body.list("attributes").iter().filter_map(|attribute| text(attribute, "option")).collect();
    let price = match body.money("price", delivery.currency)? {
        Some(price) => Some(price),
        None => body.money("regular_price", delivery.currency)?,
    };
    Ok(vec![Fact::Product(Product {
        product_id: parent.clone().unwrap_or_else(|| id.clone()),
        id,
        title,
        variant: (parent.is_some() && !options.is_empty()).then(|| options.join(", ")),
        sku: body.text("sku"),
        category: body.list("categories").first().and_then(|category| text(category, "name")),
        price: price.map(|price| price.max(0)),
        currency: delivery.currency,
        stock: stock(body),
        image: body.list("images").first().and_then(|image| image.link("src")).or_else(|| body.link("image.src")),
        link: body.link("permalink"),
        is_gone: body.word("status").is_some_and(|status| status != "publish"),
        at: changed_at(body, told_at(delivery))?,
    })])
}

/// Told by its id alone, which may be a variation's: the rows of that id are gone either way.
pub(super) fn deleted(body: &Node<'_>, delivery: &Delivery<'_>) -> Result<Vec<Fact>, Refusal> {
    let id = body.need_id("id")?;
    Ok(vec![Fact::Product(Product::gone(id, delivery.currency, told_at(delivery)))])
}

/// The number where the shop counts; none left where it only says that it is out.
fn stock(body: &Node<'_>) -> Option<i64> {
    let is_out = body.word("stock_status").as_deref() == Some("outofstock");
    body.integer("stock_quantity").or(is_out.then_some(0))
}
