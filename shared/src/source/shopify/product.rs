//! `products/*`.

use super::need_id;
use crate::source::value::Node;
use crate::source::words::told_at;
use crate::source::{Delivery, Fact, Product, Refusal};

/// One fact a variant.
pub(super) fn read(body: &Node<'_>, delivery: &Delivery<'_>) -> Result<Vec<Fact>, Refusal> {
    let product_id = need_id(body, "id", "admin_graphql_api_id")?;
    let title = body.text("title").ok_or_else(|| body.missing("title"))?;
    let at = body.first_time(&["updated_at", "created_at"])?.unwrap_or(told_at(delivery));
    let is_gone = body.word("status").is_some_and(|status| status != "active");
    let cover = body.link("image.src").or_else(|| body.list("images").first()?.link("src"));
    let page = body.text("handle").and_then(|handle| page(delivery.site?, &handle));
    let variants = body.list("variants");
    let mut facts = Vec::new();
    for variant in &variants {
        let image = variant.id("image_id")?.and_then(|id| image(body, &id)).or_else(|| cover.clone());
        facts.push(Fact::Product(Product {
            id: need_id(variant, "id", "admin_graphql_api_id")?,
            product_id: product_id.clone(),
            title: title.clone(),
            // What Shopify calls the only variant of a product without any.
            variant: variant.text("title").filter(|name| name != "Default Title"),
            sku: variant.text("sku"),
            category: body.text("product_type").or_else(|| body.text("category.name")),
            price: variant.money("price", delivery.currency)?,
            currency: delivery.currency,
            stock: variant.integer("inventory_quantity").filter(|_| variant.is_there("inventory_management")),
            image,
            link: page.clone(),
            is_gone,
            at,
        }));
    }
    Ok(facts)
}

pub(super) fn deleted(body: &Node<'_>, delivery: &Delivery<'_>) -> Result<Vec<Fact>, Refusal> {
    let product_id = need_id(body, "id", "admin_graphql_api_id")?;
    Ok(vec![Fact::Product(Product::gone(product_id, delivery.currency, told_at(delivery)))])
}

fn image(body: &Node<'_>, id: &str) -> Option<String> {
    body.list("images").iter().find(|image| matches!(image.id("id"), Ok(Some(known)) if known == id))?.link("src")
}

fn page(site: &str, handle: &str) -> Option<String> {
    let is_plain = handle.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
    is_plain.then(|| format!("{}/products/{handle}", site.trim_end_matches('/')))
}
