//! Blocks: the pieces of words that messages are made from, each with what it answers and which facts it needs.
//!
//! Those that come with the product lie in `blocks/*.json`, one file for each language and slot. A shop's own are of the same form; one that
//! replaces a built-in block takes its place, and any of them goes before what is built in.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::locale::{Language, Locale};
use super::{Angle, Channel, Fact, FactKey, Promise, Slot, Tone};
use crate::offer::{Kind, Step};
use crate::reason::Reason;
use crate::segment::ValueTier;

/// A piece of words. An empty list fits all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Block {
    pub id: String,
    /// 0 is built in.
    #[serde(default)]
    pub version: u32,
    /// The built-in block in whose place it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<String>,
    pub slot: Slot,
    #[serde(default)]
    pub place: Place,
    #[serde(default)]
    pub steps: Vec<Step>,
    #[serde(default)]
    pub reasons: Vec<Reason>,
    #[serde(default)]
    pub angles: Vec<Angle>,
    #[serde(default)]
    pub values: Vec<ValueTier>,
    #[serde(default)]
    pub tones: Vec<Tone>,
    #[serde(default)]
    pub trades: Vec<Trade>,
    /// Of words about an offer: the kinds that they tell.
    #[serde(default)]
    pub kinds: Vec<Kind>,
    /// Empty for mail alone.
    #[serde(default)]
    pub channels: Vec<Channel>,
    /// BCP 47.
    pub locale: String,
    /// Facts without which it is not taken; all that its text names are among them.
    #[serde(default)]
    pub needs: Vec<FactKey>,
    /// What else it needs.
    #[serde(default)]
    pub with: Vec<With>,
    pub text: String,
}

/// Where in its slot a block stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// The paragraph that the slot cannot do without.
    #[default]
    Lead,
    /// After an opening: what the shop remembers of them.
    Memory,
    /// After the body: another thought, where there is room.
    More,
}

/// What the shop is to this person, as far as their facts tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Trade {
    /// They order things.
    Goods,
    /// They pay for terms.
    Terms,
}

/// What a block needs besides facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum With {
    /// The name of who writes.
    Sender,
    /// What the shop sells, in the brief's words.
    Product,
    /// What changed, in the brief's words.
    Change,
    /// Somebody's words that fit this person.
    Proof,
    Offer,
    NoOffer,
    /// An offer with a code.
    Code,
}

/// What a block may rest on here.
#[derive(Debug, Clone, Copy)]
pub(super) struct Setting<'a> {
    pub step: Step,
    pub channel: Channel,
    pub reason: Reason,
    pub value: ValueTier,
    pub tone: Tone,
    pub trade: Option<Trade>,
    pub locale: &'a Locale,
    pub facts: &'a [Fact],
    pub promise: Option<&'a Promise>,
    pub has: &'a [With],
}

/// All blocks that one may take: the built-in ones and a shop's own.
#[derive(Debug, Clone)]
pub struct Library {
    blocks: Vec<Block>,
}

/// A file of blocks: what they have in common stands once.
#[derive(Debug, Deserialize)]
struct File {
    common: serde_json::Map<String, serde_json::Value>,
    blocks: Vec<serde_json::Map<String, serde_json::Value>>,
}

const FILES: [&str; 15] = [
    include_str!("blocks/en_subject.json"),
    include_str!("blocks/en_preheader.json"),
    include_str!("blocks/en_opening_1.json"),
    include_str!("blocks/en_opening_2.json"),
    include_str!("blocks/en_opening_3.json"),
    include_str!("blocks/en_opening_4.json"),
    include_str!("blocks/en_opening_5.json"),
    include_str!("blocks/en_memory.json"),
    include_str!("blocks/en_value.json"),
    include_str!("blocks/en_body.json"),
    include_str!("blocks/en_more.json"),
    include_str!("blocks/en_offer.json"),
    include_str!("blocks/en_closing.json"),
    include_str!("blocks/en_forms.json"),
    include_str!("blocks/de.json"),
];

static BUILT_IN: LazyLock<Library> = LazyLock::new(|| Library { blocks: FILES.into_iter().flat_map(read).collect() });

/// What cannot be read is left out; a test reads all.
fn read(file: &str) -> Vec<Block> {
    let Ok(File { common, blocks }) = serde_json::from_str::<File>(file) else { return Vec::new() };
    let whole = |block: serde_json::Map<String, serde_json::Value>| {
        let mut all = common.clone();
        all.extend(block);
        serde_json::from_value(serde_json::Value::Object(all)).ok()
    };
    blocks.into_iter().filter_map(whole).collect()
}

impl Library {
    pub fn built_in() -> &'static Self {
        &BUILT_IN
    }

    /// With a shop's blocks, the current version of each.
    pub fn with(shop: &[Block]) -> Self {
        let is_replaced =
            |block: &&Block| shop.iter().any(|own| own.replaces.as_deref() == Some(&block.id) || own.id == block.id);
        let kept = BUILT_IN.blocks.iter().filter(|block| !is_replaced(block)).cloned();
        // Whatever a shop writes is a version of its own.
        let own = shop.iter().map(|block| Block { version: block.version.max(1), ..block.clone() });
        Self { blocks: own.chain(kept).collect() }
    }

    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    pub fn find(&self, id: &str) -> Option<&Block> {
        self.blocks.iter().find(|block| block.id == id)
    }

    /// Whether a whole mail can be written in the language to whoever this is, with no fact at all.
    pub(super) fn speaks(&self, language: Language, setting: &Setting<'_>) -> bool {
        let locale = Locale::first_of([language.code()]);
        let bare =
            Setting { locale: &locale, facts: &[], has: &[], promise: None, channel: Channel::Email, trade: None, ..*setting };
        [Slot::Subject, Slot::Opening, Slot::Value, Slot::Body, Slot::Closing]
            .into_iter()
            .all(|slot| self.blocks.iter().any(|block| block.slot == slot && block.place == Place::Lead && block.fits(&bare)))
    }
}

impl Block {
    pub(super) fn fits(&self, at: &Setting<'_>) -> bool {
        fn has<T: PartialEq>(list: &[T], one: &T) -> bool {
            list.is_empty() || list.contains(one)
        }
        let speaks = Locale::parse(&self.locale).is_some_and(|own| own.language() == at.locale.language());
        let in_channel =
            if self.channels.is_empty() { at.channel == Channel::Email } else { self.channels.contains(&at.channel) };
        speaks
            && in_channel
            && has(&self.steps, &at.step)
            && has(&self.reasons, &at.reason)
            && has(&self.values, &at.value)
            && has(&self.tones, &at.tone)
            && (self.trades.is_empty() || at.trade.is_some_and(|trade| self.trades.contains(&trade)))
            && (self.kinds.is_empty() || at.promise.is_some_and(|promise| self.kinds.contains(&promise.kind)))
            && self.has_what_it_needs(at)
    }

    pub(super) fn has_what_it_needs(&self, at: &Setting<'_>) -> bool {
        self.needs.iter().all(|key| at.facts.iter().any(|fact| fact.key == *key))
            && self.with.iter().all(|with| match with {
                With::NoOffer => at.promise.is_none(),
                With::Offer => at.promise.is_some(),
                With::Code => at.promise.is_some_and(|promise| promise.code.is_some()),
                other => at.has.contains(other),
            })
    }
}

#[cfg(test)]
mod tests;
