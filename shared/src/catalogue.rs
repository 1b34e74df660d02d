//! What a customer bought, looked at and left behind, as the shop's catalogue has it today.
//!
//! Orders and events name things in their own words: by number, stock keeping unit, or title with or without the variant. What the
//! catalogue does not hold keeps the name that it came under, and nothing is said about its stock.

use std::collections::{BTreeMap, BTreeSet};

use crate::api::{PriceFall, ShopItem, Shopping};
use crate::money::Money;
use crate::state::State;
use crate::time::{Day, Millis};

/// Things of a cart, and things that are back, that are told.
const MOST: usize = 5;

/// What stands between a title and its variant in the name of a line of an order.
const BEFORE_VARIANT: &str = " - ";

/// A variant of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    pub id: String,
    pub product_id: String,
    pub title: String,
    pub variant: Option<String>,
    pub sku: Option<String>,
    pub category: Option<String>,
    pub price: Option<Money>,
    /// Nothing where nobody counts.
    pub stock: Option<i64>,
    pub image: Option<String>,
    pub link: Option<String>,
    /// No longer sold.
    pub is_gone: bool,
    /// Since when there is some again, after there was none.
    pub restocked_at: Option<Millis>,
    /// What it cost before its price last fell, and when that was.
    pub fell: Option<(Money, Millis)>,
}

/// Things of an order that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bought {
    pub at: Millis,
    pub items: Vec<String>,
}

/// A thing that somebody named: by a number, a name, or both.
#[derive(Debug, Clone, Copy)]
struct Named<'a> {
    id: &'a str,
    name: Option<&'a str>,
}

/// Under which numbers, stock keeping units and titles the catalogue is to be asked, once each.
pub fn wanted(state: Option<&State>, bought: &[Bought], today: Day) -> Vec<String> {
    let mut keys = BTreeSet::new();
    let things = seen(state, today).map(|(_, thing)| thing);
    let sold = bought.iter().flat_map(|order| &order.items).map(|item| Named { id: item, name: None });
    for thing in things.chain(sold) {
        for key in [Some(thing.id), thing.name].into_iter().flatten() {
            keys.insert(key.to_owned());
            keys.extend(key.rsplit_once(BEFORE_VARIANT).map(|(title, _)| title.to_owned()));
        }
    }
    keys.into_iter().collect()
}

/// `bought`: newest first. `products`: what the catalogue holds under the keys of [`wanted`].
pub fn shopping(state: Option<&State>, bought: &[Bought], products: &[Product], today: Day) -> Shopping {
    let last = bought.first().and_then(|order| order.items.first());
    let (left_since, left_behind) = match state.and_then(|state| state.left_behind(today)) {
        Some((since, _)) => (Some(since.iso()), left_behind(state, products, today)),
        None => (None, Vec::new()),
    };
    Shopping {
        favourite_category: favourite_category(state, bought, products),
        last_item: last.map(|name| item(Named { id: name, name: None }, products)),
        last_viewed: state.and_then(|state| state.shelf.last_viewed()).map(|thing| {
            let named = Named { id: &thing.id, name: thing.name.as_deref() };
            item(named, products)
        }),
        left_behind,
        left_since,
        back_in_stock: back_in_stock(state, bought, products, today),
    }
}

/// Of what was bought, where the catalogue knows it; else of what was looked at. First by name among equals.
fn favourite_category(state: Option<&State>, bought: &[Bought], products: &[Product]) -> Option<String> {
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    for name in bought.iter().flat_map(|order| &order.items) {
        let of = variants(Named { id: name, name: None }, products);
        if let Some(category) = of.iter().find_map(|product| product.category.as_deref()) {
            *counts.entry(category).or_default() += 1;
        }
    }
    let most = counts.into_iter().rev().max_by_key(|(_, count)| *count).map(|(category, _)| category.to_owned());
    most.or_else(|| state?.shelf.favourite_category().map(str::to_owned))
}

fn left_behind(state: Option<&State>, products: &[Product], today: Day) -> Vec<ShopItem> {
    let left = state.into_iter().flat_map(|state| state.left_in_cart(today));
    left.take(MOST).map(|(_, id, name)| item(Named { id, name: Some(name) }, products)).collect()
}

/// What somebody wanted while there was none: looked at or put into the cart before it came back, and not bought since.
fn back_in_stock(state: Option<&State>, bought: &[Bought], products: &[Product], today: Day) -> Vec<ShopItem> {
    let mut told: Vec<ShopItem> = Vec::new();
    for (at, thing) in seen(state, today) {
        let of = variants(thing, products);
        let is_back = of.iter().any(|product| {
            let back = product.restocked_at.filter(|back| *back > at && back.day() <= today);
            back.is_some() && is_there(product)
        });
        let is_bought = bought.iter().filter(|order| order.at > at).flat_map(|order| &order.items).any(|name| {
            let sold = variants(Named { id: name, name: None }, products);
            sold.iter().any(|sold| of.iter().any(|product| product.product_id == sold.product_id))
        });
        let shown = item(thing, products);
        if is_back && !is_bought && told.len() < MOST && !told.contains(&shown) {
            told.push(shown);
        }
    }
    told
}

/// What lies in the cart or was looked at last, with when.
fn seen<'a>(state: Option<&'a State>, today: Day) -> impl Iterator<Item = (Millis, Named<'a>)> {
    let in_cart = state.into_iter().flat_map(move |state| state.shelf.things_in_cart(today));
    let viewed = state.and_then(|state| state.shelf.viewed_at().filter(|(at, _)| at.day() <= today));
    in_cart
        .map(|(at, id, name)| (at, Named { id, name: Some(name) }))
        .chain(viewed.map(|(at, thing)| (at, Named { id: &thing.id, name: thing.name.as_deref() })))
}

fn item(thing: Named<'_>, products: &[Product]) -> ShopItem {
    let of = variants(thing, products);
    let sold: Vec<&&Product> = of.iter().filter(|product| !product.is_gone).collect();
    let best = sold.iter().find(|product| is_there(product)).copied().or(sold.first().copied()).or(of.first());
    let name = match (best, thing.name) {
        (Some(product), _) if of.len() == 1 => product
            .variant
            .as_ref()
            .map_or_else(|| product.title.clone(), |variant| format!("{}{BEFORE_VARIANT}{variant}", product.title)),
        (Some(product), _) => product.title.clone(),
        (None, name) => name.unwrap_or(thing.id).to_owned(),
    };
    ShopItem {
        name,
        category: best.and_then(|product| product.category.clone()),
        price: best.and_then(|product| product.price),
        image: best.and_then(|product| product.image.clone()),
        link: best.and_then(|product| product.link.clone()).filter(|_| !sold.is_empty()),
        in_stock: best.map(|_| sold.iter().any(|product| is_there(product))),
        fell: best.and_then(|product| product.fell).map(|(from, at)| PriceFall { from, on: at.day().iso() }),
    }
}

/// The variants that the thing may be: of one number or stock keeping unit that one, of a product all of its.
fn variants<'a>(thing: Named<'_>, products: &'a [Product]) -> Vec<&'a Product> {
    let all = |fits: &dyn Fn(&Product) -> bool| products.iter().filter(|product| fits(product)).collect::<Vec<_>>();
    let same = |text: &str, name: &str| text.eq_ignore_ascii_case(name);
    let names = || [Some(thing.id), thing.name].into_iter().flatten();
    let whole = |product: &Product, name: &str| {
        let parts = product.variant.as_deref().and_then(|variant| name.strip_suffix(variant)?.strip_suffix(BEFORE_VARIANT));
        parts.is_some_and(|title| same(title, &product.title))
    };
    let ways: [&dyn Fn(&Product) -> bool; 5] = [
        &|product| product.id == thing.id,
        &|product| product.sku.as_deref() == Some(thing.id),
        &|product| product.product_id == thing.id,
        &|product| names().any(|name| whole(product, name)),
        &|product| names().any(|name| same(&product.title, name)),
    ];
    ways.into_iter().map(all).find(|found| !found.is_empty()).unwrap_or_default()
}

fn is_there(product: &Product) -> bool {
    !product.is_gone && product.stock.is_none_or(|stock| stock > 0)
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value, json};

    use super::*;
    use crate::money::{Currency, Rates};
    use crate::state::{EventFact, fold};

    const TODAY: Day = Day(20_000);

    fn product(id: &str, title: &str, variant: Option<&str>, stock: Option<i64>) -> Product {
        Product {
            id: id.to_owned(),
            product_id: format!("P-{title}"),
            title: title.to_owned(),
            variant: variant.map(str::to_owned),
            sku: Some(format!("SKU-{id}")),
            category: Some(format!("{title}s")),
            price: None,
            stock,
            image: None,
            link: Some(format!("https://shop.example/{id}")),
            is_gone: false,
            restocked_at: None,
            fell: None,
        }
    }

    fn events(rows: &[(i32, &str, Value)]) -> State {
        let facts: Vec<EventFact> = rows
            .iter()
            .map(|(ago, name, properties)| {
                let properties: Map<String, Value> = properties.as_object().cloned().unwrap_or_default();
                EventFact { at: TODAY.plus(-ago).start(), name: (*name).to_owned(), properties }
            })
            .collect();
        fold(&[], &facts, &Rates::new(Currency::USD))
    }

    fn bought(ago: i32, items: &[&str]) -> Bought {
        Bought { at: TODAY.plus(-ago).start(), items: items.iter().map(|item| (*item).to_owned()).collect() }
    }

    /// Name, whether there is any, and link.
    fn told(item: &ShopItem) -> (&str, Option<bool>, Option<&str>) {
        (&item.name, item.in_stock, item.link.as_deref())
    }

    #[test]
    fn a_thing_is_found_by_number_sku_or_title_with_its_variant() {
        let products = [product("1", "Tea", Some("100 g"), Some(0)), product("2", "Tea", Some("200 g"), Some(4))];
        let check = |id: &str, name: Option<&str>, expected: (&str, Option<bool>, Option<&str>)| {
            assert_eq!(told(&item(Named { id, name }, &products)), expected, "{id} {name:?}");
        };
        check("1", None, ("Tea - 100 g", Some(false), Some("https://shop.example/1")));
        check("SKU-2", None, ("Tea - 200 g", Some(true), Some("https://shop.example/2")));
        check("P-Tea", Some("Green"), ("Tea", Some(true), Some("https://shop.example/2")));
        check("tea - 100 g", None, ("Tea - 100 g", Some(false), Some("https://shop.example/1")));
        check("9", Some("TEA"), ("Tea", Some(true), Some("https://shop.example/2")));
        check("9", Some("Pot"), ("Pot", None, None));
    }

    #[test]
    fn what_is_no_longer_sold_has_no_link_and_is_not_there() {
        let gone = [Product { is_gone: true, ..product("1", "Tea", None, None) }];
        assert_eq!(told(&item(Named { id: "1", name: None }, &gone)), ("Tea", Some(false), None));
    }

    #[test]
    fn the_favourite_category_is_what_is_bought_and_else_what_is_looked_at() {
        let looked = events(&[(3, "Product Viewed", json!({"product_id": "7", "category": "Pots"}))]);
        let products = [product("1", "Tea", None, None), product("2", "Cup", None, None)];
        let favourite = |orders: &[Bought]| shopping(Some(&looked), orders, &products, TODAY).favourite_category;
        assert_eq!(favourite(&[bought(1, &["Cup"]), bought(9, &["Tea", "SKU-1"])]).as_deref(), Some("Teas"));
        assert_eq!(favourite(&[bought(1, &["Something else"])]).as_deref(), Some("Pots"));
    }

    #[test]
    fn a_cart_that_was_left_is_told_in_the_catalogue_s_words_and_ends_with_an_order() {
        let added = |ago| events(&[(ago, "Product Added", json!({"product_id": "1", "name": "tea!"}))]);
        let shopping = |state: &State| shopping(Some(state), &[], &[product("1", "Tea", None, Some(2))], TODAY);
        let left = shopping(&added(3));
        assert_eq!(left.left_behind.iter().map(told).collect::<Vec<_>>(), [("Tea", Some(true), Some("https://shop.example/1"))]);
        assert_eq!(left.left_since, Some(TODAY.plus(-3).iso()));
        assert_eq!(left.last_viewed, None);
        let removed =
            events(&[(3, "Product Added", json!({"product_id": "1"})), (2, "Product Removed", json!({"product_id": "1"}))]);
        assert_eq!(shopping(&removed).left_behind, []);
    }

    #[test]
    fn what_was_wanted_while_there_was_none_is_back_until_it_is_bought() {
        let state = events(&[(9, "Product Viewed", json!({"product_id": "1", "name": "Tea"}))]);
        let back = |ago: i32, stock: i64, orders: &[Bought]| {
            let tea = Product { restocked_at: Some(TODAY.plus(-ago).start()), ..product("1", "Tea", None, Some(stock)) };
            shopping(Some(&state), orders, &[tea], TODAY).back_in_stock.len()
        };
        assert_eq!(back(2, 5, &[]), 1);
        assert_eq!(back(12, 5, &[]), 0, "it was back before they looked");
        assert_eq!(back(2, 0, &[]), 0, "and is sold out again");
        assert_eq!(back(2, 5, &[bought(1, &["Tea"])]), 0);
        assert_eq!(back(2, 5, &[bought(20, &["Tea"])]), 1, "what they bought before counts for nothing");
    }

    #[test]
    fn the_catalogue_is_asked_for_all_that_is_named() {
        let state = events(&[
            (3, "Product Added", json!({"product_id": "1", "name": "Tea - 100 g"})),
            (2, "Product Viewed", json!({"sku": "S", "name": "Pot"})),
        ]);
        assert_eq!(wanted(Some(&state), &[bought(1, &["Cup"])], TODAY), ["1", "Cup", "Pot", "S", "Tea", "Tea - 100 g"]);
        assert_eq!(wanted(None, &[], TODAY), Vec::<String>::new());
    }
}
