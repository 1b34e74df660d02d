//! Rows of what can be bought: a variant a row.

use serde::{Deserialize, Serialize};

use super::ProductRow;
use super::amounts;
use super::feed;
use super::headers::fold;
use super::limits::{ITEM_CHARS, LINK_CHARS, NAME_CHARS, STOCK};
use super::refusal::{Refusal, shown, tidy};
use super::row::{Context, Row};

/// The product of the row before: exports write its title and category on the first of its variants alone.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Above {
    product_id: String,
    title: String,
    category: Option<String>,
    image: Option<String>,
    link: Option<String>,
    is_gone: bool,
}

/// Nothing for a line that only adds a picture to the product above it.
pub(super) fn read(row: &Row<'_>, context: &mut Context<'_>, above: &mut Above) -> Result<Option<ProductRow>, Refusal> {
    if let Some((_, text)) = context.unmapped(row).find(|(name, _)| name == feed::UNREADABLE) {
        let fix = "Write one object with the product's number and title, all quotes and brackets closed.";
        return Err(Refusal::of_row(format!("{} is no product", shown(text)), fix));
    }
    let product_id = context.id(row, "product_id")?;
    let sku = context.short(row, "sku", ITEM_CHARS);
    let variant = context.short(row, "variant", ITEM_CHARS);
    let own_title = context.short(row, "title", NAME_CHARS);
    let price = price(row, context)?;
    let is_next = own_title.is_none() && product_id.as_ref().is_some_and(|id| *id == above.product_id);
    if is_next && sku.is_none() && variant.is_none() && price.is_none() {
        return Ok(None);
    }
    if !is_next {
        let title = own_title.ok_or_else(|| {
            Refusal::of("title", "the product has no title", "Fill in the title: orders and carts find their product by it.")
        })?;
        *above = Above {
            product_id: product_id.or_else(|| sku.clone()).unwrap_or_else(|| title.clone()),
            title,
            category: context.text(row, "category").map(category).filter(|name| !name.is_empty()),
            image: link(row, context, "image"),
            link: link(row, context, "link"),
            is_gone: context.text(row, "status").is_some_and(is_gone),
        };
    }
    let id = match (context.id(row, "variant_id")?, &sku, &variant) {
        (Some(id), _, _) => id,
        (None, Some(sku), _) => sku.clone(),
        (None, None, Some(variant)) => format!("{}:{variant}", above.product_id),
        (None, None, None) => above.product_id.clone(),
    };
    Ok(Some(ProductRow {
        line: row.line,
        id,
        product_id: above.product_id.clone(),
        title: above.title.clone(),
        variant: variant.filter(|name| !name.eq_ignore_ascii_case("default title")),
        sku,
        category: above.category.clone(),
        price: price.map(|(minor, _)| minor),
        currency: price.map_or(context.currency, |(_, currency)| currency),
        stock: stock(row, context)?,
        image: link(row, context, "image").or_else(|| above.image.clone()),
        link: link(row, context, "link").or_else(|| above.link.clone()),
        is_gone: above.is_gone || context.text(row, "status").is_some_and(is_gone),
    }))
}

/// Only what a browser may be sent to.
pub(super) fn is_link(text: &str) -> bool {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    host.is_some_and(|host| host.starts_with(char::is_alphanumeric))
        && text.len() <= LINK_CHARS
        && !text.contains(|c: char| c.is_whitespace() || c.is_control() || matches!(c, '"' | '<' | '>' | '\\'))
}

fn price(row: &Row<'_>, context: &Context<'_>) -> Result<Option<(i64, crate::money::Currency)>, Refusal> {
    let Some(text) = context.text(row, "price") else { return Ok(None) };
    let column = context.text(row, "currency").map(|text| amounts::currency("currency", text)).transpose()?;
    let read = amounts::read("price", text, context.decimal_comma, column, context.currency)?;
    if read.0 < 0 {
        return Err(Refusal::of(
            "price",
            format!("{} is less than nothing", shown(text)),
            "Write the price, or leave the cell empty.",
        ));
    }
    Ok(Some(read))
}

/// A number where somebody counts; else 0 where it says that none is left.
fn stock(row: &Row<'_>, context: &Context<'_>) -> Result<Option<i64>, Refusal> {
    let is_out = match context.text(row, "availability").map(is_available) {
        Some(Some(is_available)) => !is_available,
        Some(None) | None => false,
    };
    let Some(text) = context.text(row, "stock") else { return Ok(is_out.then_some(0)) };
    match is_available(text) {
        // A column of words stands in the place of the number.
        Some(available) if text.parse::<f64>().is_err() => return Ok((!available).then_some(0)),
        _ => {}
    }
    let written = amounts::decimal(text, context.decimal_comma).filter(|written| written.mark.is_empty());
    let number = written.and_then(|written| {
        let whole: i64 = written.digits.split('.').next()?.parse().ok()?;
        Some(if written.negative { -whole } else { whole })
    });
    let number = number.filter(|number| (-STOCK..=STOCK).contains(number)).ok_or_else(|| {
        let fix = "Write how many there are, or in stock or out of stock, or leave the cell empty where nobody counts.";
        Refusal::of("stock", format!("{} is not a number of pieces", shown(text)), fix)
    })?;
    Ok(Some(if is_out { number.min(0) } else { number }))
}

fn is_available(text: &str) -> Option<bool> {
    match fold(text).as_str() {
        "in stock"
        | "instock"
        | "available"
        | "yes"
        | "true"
        | "1"
        | "preorder"
        | "pre order"
        | "backorder"
        | "onbackorder"
        | "limited availability"
        | "auf lager"
        | "en stock" => Some(true),
        "out of stock" | "outofstock" | "sold out" | "unavailable" | "no" | "false" | "0" | "discontinued"
        | "nicht auf lager" | "ausverkauft" | "rupture de stock" => Some(false),
        _ => None,
    }
}

fn is_gone(text: &str) -> bool {
    let gone = [
        "archived",
        "draft",
        "deleted",
        "discontinued",
        "gone",
        "trash",
        "private",
        "unpublished",
        "inactive",
        "disabled",
        "false",
        "no",
        "0",
    ];
    gone.contains(&fold(text).as_str())
}

/// The first of several, and the narrowest name of a path.
fn category(text: &str) -> String {
    let first = text.split(['|', ';']).next().unwrap_or(text);
    let first = if first.contains('>') { first.split(',').next().unwrap_or(first) } else { first };
    let narrow = first.rsplit(['>', '/']).find(|name| !name.trim().is_empty()).unwrap_or(first);
    super::refusal::cut(&tidy(narrow), ITEM_CHARS).to_owned()
}

/// A link that is none does not cost the product.
fn link(row: &Row<'_>, context: &Context<'_>, field: &str) -> Option<String> {
    let first = context.text(row, field)?.split([',', '|']).next()?.trim();
    is_link(first).then(|| first.to_owned())
}
