//! The shop's own blocks of words, and its edits of built-in ones, with every version kept.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::id::Id;
use crate::message::{Angle, Block, FactKey, Library, Slot, Tone};
use crate::offer::Step;
use crate::reason::Reason;
use crate::segment::ValueTier;

/// What a block says and where it fits. An empty list fits all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BlockContent {
    pub slot: Slot,
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
    /// BCP 47.
    pub locale: String,
    /// Facts without which it is not taken; those that its text names are among them.
    #[serde(default)]
    pub needs: Vec<FactKey>,
    /// A template that may name facts by their codes.
    pub text: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ShopBlock {
    pub id: Id,
    /// For people.
    pub name: String,
    /// By which drafts pin it and messages say where words came from: the built-in block's name where it takes the place of one, else
    /// its own id.
    pub block: String,
    /// The built-in block in whose place it stands.
    pub replaces: Option<String>,
    /// Of the words that are in use.
    pub current: u32,
    pub content: BlockContent,
    pub version: u32,
    /// RFC 3339.
    pub updated_at: String,
    pub updated_by: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BlocksResponse {
    /// By slot and name.
    pub blocks: Vec<ShopBlock>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BlockResponse {
    pub block: ShopBlock,
}

/// One wording that a block had or has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BlockWords {
    /// 1 is the first.
    pub number: u32,
    pub content: BlockContent,
    pub is_current: bool,
    pub created_at: String,
    pub created_by: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BlockVersionsResponse {
    /// The newest first.
    pub versions: Vec<BlockWords>,
}

/// `POST /api/blocks`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewBlock {
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<String>,
    pub content: BlockContent,
}

/// `PATCH /api/blocks/{id}`: what is left out stays. New content is a version more; `current` takes an earlier one up again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BlockChange {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<BlockContent>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current: Option<u32>,
}

impl ShopBlock {
    /// As the composer takes it: one that stands for a built-in block keeps that one's place and conditions beside its own.
    pub fn block(self) -> Block {
        let built_in = self.replaces.as_deref().and_then(|id| Library::built_in().find(id)).cloned();
        let BlockContent { slot, steps, reasons, angles, values, tones, locale, needs, text } = self.content;
        let own = |place, trades, kinds, channels, with| Block {
            id: self.block,
            version: self.current,
            replaces: self.replaces,
            slot,
            place,
            steps,
            reasons,
            angles,
            values,
            tones,
            trades,
            kinds,
            channels,
            locale,
            needs,
            with,
            text,
        };
        match built_in {
            Some(Block { place, trades, kinds, channels, with, .. }) => own(place, trades, kinds, channels, with),
            None => own(Default::default(), Vec::new(), Vec::new(), Vec::new(), Vec::new()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_of_the_shop_takes_the_place_of_the_built_in_one_and_keeps_its_conditions() {
        let built_in = Library::built_in().blocks().iter().find(|block| !block.with.is_empty()).expect("a block with conditions");
        let content = BlockContent {
            slot: built_in.slot,
            steps: Vec::new(),
            reasons: Vec::new(),
            angles: Vec::new(),
            values: Vec::new(),
            tones: Vec::new(),
            locale: "en".to_owned(),
            needs: Vec::new(),
            text: "Ours.".to_owned(),
        };
        let shop = ShopBlock {
            id: Id::from_parts(0, &[0; 10]),
            name: "Ours".to_owned(),
            block: built_in.id.clone(),
            replaces: Some(built_in.id.clone()),
            current: 3,
            content,
            version: 5,
            updated_at: String::new(),
            updated_by: None,
        };
        let library = Library::with(&[shop.block()]);
        let found = library.find(&built_in.id).expect("the block");
        assert_eq!((found.text.as_str(), found.version, &found.with), ("Ours.", 3, &built_in.with));
        assert_eq!(library.blocks().len(), Library::built_in().blocks().len());
    }
}
