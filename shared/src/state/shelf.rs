//! What somebody looked at, and what lies in the cart.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::latest::Latest;
use crate::event::Item;
use crate::time::{Day, Millis};

/// How many things of a cart a state keeps: those put in or taken out last. Each is a register of which the latest wins, so cutting
/// early or late keeps the same ones.
const MAX_CART: usize = 12;

/// How many categories a state tells apart, first in the order of their names.
const MAX_CATEGORIES: usize = 16;

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Shelf {
    /// What was looked at last.
    #[serde(rename = "v", default, skip_serializing_if = "Option::is_none")]
    viewed: Option<Latest<Thing>>,
    /// By the product's id; the name of what lies in it, nothing for what was taken out.
    #[serde(rename = "c", default, skip_serializing_if = "BTreeMap::is_empty")]
    cart: BTreeMap<String, Latest<Option<String>>>,
    #[serde(rename = "e", default, skip_serializing_if = "Option::is_none")]
    emptied: Option<Millis>,
    /// How often something of a category was looked at or put into the cart.
    #[serde(rename = "k", default, skip_serializing_if = "BTreeMap::is_empty")]
    categories: BTreeMap<String, u32>,
}

/// In JSON (id, name).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "(String, Option<String>)", into = "(String, Option<String>)")]
pub struct Thing {
    pub id: String,
    pub name: Option<String>,
}

impl Shelf {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What was looked at last.
    pub fn last_viewed(&self) -> Option<&Thing> {
        self.viewed.as_ref().map(|latest| &latest.value)
    }

    /// The category looked at most, first by name among equals.
    pub fn favourite_category(&self) -> Option<&str> {
        self.categories.iter().rev().max_by_key(|(_, count)| **count).map(|(name, _)| name.as_str())
    }

    /// The same with when it was.
    pub fn viewed_at(&self) -> Option<(Millis, &Thing)> {
        self.viewed.as_ref().map(|latest| (latest.at, &latest.value))
    }

    /// What was put in by the end of `today` and not taken out, newest first: when, its number and its name.
    pub fn things_in_cart(&self, today: Day) -> impl Iterator<Item = (Millis, &str, &str)> {
        let mut things: Vec<(Millis, &str, &str)> = self
            .cart
            .iter()
            .filter(|(_, thing)| thing.at.day() <= today && self.emptied.is_none_or(|emptied| emptied < thing.at))
            .filter_map(|(id, thing)| Some((thing.at, id.as_str(), thing.value.as_deref()?)))
            .collect();
        things.sort_by(|a, b| (b.0, b.2, b.1).cmp(&(a.0, a.2, a.1)));
        things.into_iter()
    }

    pub(super) fn view(&mut self, at: Millis, item: Item) {
        self.count(item.category);
        Latest::set(&mut self.viewed, at, Thing { id: item.id, name: item.name });
    }

    pub(super) fn change_cart(&mut self, at: Millis, item: Item, is_in: bool) {
        if is_in {
            self.count(item.category);
        }
        let name = is_in.then(|| item.name.unwrap_or_else(|| item.id.clone()));
        self.put(item.id, Latest { at, value: name });
    }

    pub(super) fn empty_cart(&mut self, at: Millis) {
        self.emptied = self.emptied.max(Some(at));
    }

    pub(super) fn merge(&mut self, other: Self) {
        Latest::merge(&mut self.viewed, other.viewed);
        for (id, thing) in other.cart {
            self.put(id, thing);
        }
        self.emptied = self.emptied.max(other.emptied);
        for (name, count) in other.categories {
            self.count_many(name, count);
        }
    }

    fn put(&mut self, id: String, thing: Latest<Option<String>>) {
        match self.cart.get_mut(&id) {
            Some(known) => {
                if thing > *known {
                    *known = thing;
                }
            }
            None => {
                self.cart.insert(id, thing);
            }
        }
        while self.cart.len() > MAX_CART {
            let oldest = self.cart.iter().min_by(|one, other| (one.1, one.0).cmp(&(other.1, other.0))).map(|(id, _)| id.clone());
            let Some(oldest) = oldest else { return };
            self.cart.remove(&oldest);
        }
    }

    fn count(&mut self, category: Option<String>) {
        if let Some(category) = category {
            self.count_many(category, 1);
        }
    }

    fn count_many(&mut self, category: String, more: u32) {
        let count = self.categories.entry(category).or_insert(0);
        *count = count.saturating_add(more);
        while self.categories.len() > MAX_CATEGORIES {
            self.categories.pop_last();
        }
    }
}

impl From<(String, Option<String>)> for Thing {
    fn from((id, name): (String, Option<String>)) -> Self {
        Self { id, name }
    }
}

impl From<Thing> for (String, Option<String>) {
    fn from(thing: Thing) -> Self {
        (thing.id, thing.name)
    }
}
