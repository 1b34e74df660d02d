//! Messages to one person as they go out: what the shop writes with, read once, and the desk over it.

use shared::api::{PreviewPerson, ProofItem, ShopBlock};
use shared::message::compose::Campaign;
use shared::message::desk::Desk;
use shared::message::lint::{Class, Limits};
use shared::message::{Block, Brand, Draft, Library, Promise, Proof, Recipient, brief};
use shared::offer::Step;
use shared::time::{Day, Millis};

use crate::db::shop::Shop;
use crate::db::{Db, DbError};
use crate::db::{blocks, brand, proofs};
use crate::routes::proofs as of_proofs;

/// What all messages of the shop are written with.
#[derive(Debug, Clone)]
pub struct Kit {
    pub brand: Brand,
    pub library: Library,
    pub proofs: Vec<Proof>,
    pub industry: Option<String>,
    /// Our own address, without a slash at its end.
    pub origin: String,
    pub today: Day,
}

impl Kit {
    pub async fn read(db: &Db, shop: &Shop, origin: &str, now: Millis) -> Result<Self, DbError> {
        let today = now.day();
        let blocks: Vec<Block> =
            blocks::list(db).await?.into_iter().filter_map(blocks::Row::wire).map(ShopBlock::block).collect();
        let proofs = proofs::list(db).await?.into_iter().filter_map(|row| of_proofs::wire(row, today));
        Ok(Self {
            brand: brand::read(db).await?.brand(&shop.name),
            library: Library::with(&blocks),
            proofs: proofs.filter(|proof| proof.unusable.is_none()).map(ProofItem::proof).collect(),
            industry: shop.industry.clone(),
            origin: origin.to_owned(),
            today,
        })
    }

    pub fn campaign<'a>(&'a self, draft: &'a Draft, segment: Option<&'a str>) -> Campaign<'a> {
        let Self { brand, library, proofs, industry, today, .. } = self;
        Campaign { draft, brand, library, proofs, industry: industry.as_deref(), segment, day: *today }
    }
}

/// For whom a message is written: somebody of the audience, or nobody of whom more is known than the brief says.
#[derive(Debug, Clone, PartialEq)]
pub struct Reader {
    pub recipient: Recipient,
    pub rungs: Vec<(Step, Promise)>,
    pub limits: Limits,
}

impl Reader {
    pub fn of(person: Option<PreviewPerson>, draft: &Draft) -> Self {
        match person {
            Some(person) => Self { rungs: person.rungs(), limits: person.limits, recipient: person.recipient },
            None => Self { recipient: brief::nobody(&draft.brief), rungs: Vec::new(), limits: Limits::default() },
        }
    }

    pub fn desk<'a>(&'a self, campaign: Campaign<'a>) -> Desk<'a> {
        Desk { campaign, recipient: &self.recipient, rungs: &self.rungs, limits: self.limits, class: Class::Marketing }
    }
}
