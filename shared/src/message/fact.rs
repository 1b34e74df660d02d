//! What is true of one person and may be said to them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::money::{Money, WireMoney};
use crate::reason::Reason;
use crate::segment::{Engagement, ValueTier};

/// One thing that a record of the shop says of this person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Fact {
    pub key: FactKey,
    pub value: FactValue,
    /// ISO date: when it was so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day: Option<String>,
    /// An https address of the thing itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// The record that it comes from, in words: "Order 1001 of 2 March 2026".
    pub source: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum FactValue {
    Text {
        text: String,
    },
    Count {
        count: u32,
    },
    /// ISO date.
    Day {
        day: String,
    },
    Money {
        #[schema(value_type = WireMoney)]
        money: Money,
    },
    /// Per mille.
    Share {
        share: u16,
    },
    /// The price of a thing went down.
    Drop {
        item: String,
        #[schema(value_type = WireMoney)]
        from: Money,
        #[schema(value_type = WireMoney)]
        to: Money,
    },
}

macro_rules! keys {
    ($($(#[doc = $about:literal])+ $key:ident $code:literal;)+) => {
        /// What may be known of a person; each at most once.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum FactKey {
            $($(#[doc = $about])+ $key,)+
        }

        impl FactKey {
            pub const ALL: &[Self] = &[$(Self::$key),+];

            /// As the API, templates and stored drafts name it.
            pub fn code(self) -> &'static str {
                match self {
                    $(Self::$key => $code,)+
                }
            }
        }
    };
}

keys! {
    /// Text. Alone it makes nothing personal.
    FirstName "first_name";
    /// Text: the account's name, of a customer that is a firm.
    Company "company";
    /// Day of the first order or term.
    CustomerSince "customer_since";
    /// Day of the newest order.
    LastOrder "last_order";
    /// Count of orders.
    Orders "orders";
    /// Text: of the newest order, still sold, not returned, not complained about.
    LastItem "last_item";
    /// Text.
    FavouriteCategory "favourite_category";
    /// Text: looked at last, still sold and in stock.
    LastViewed "last_viewed";
    /// Text: in the cart, still sold and in stock.
    LeftBehind "left_behind";
    /// Text: wanted while there was none; there is some now.
    BackInStock "back_in_stock";
    /// Drop: of something viewed, left behind or bought.
    PriceDrop "price_drop";
    /// Text: of a subscription.
    Plan "plan";
    /// Count of paid seats.
    Seats "seats";
    /// Day on which the paid term ends or ended.
    PaidUntil "paid_until";
    /// Text: the feature used most, in the shop's words.
    FeatureUsed "feature_used";
    /// Text: what they asked for, in their words.
    WishedFeature "wished_feature";
    /// Text: title of an improvement that answers what they asked for or left over.
    Improvement "improvement";
    /// Text: the subject of a ticket that was solved.
    TicketSolved "ticket_solved";
    /// Day of a refund or a return.
    Refunded "refunded";
    /// Day on which something came late.
    CameLate "came_late";
    /// Day on which a payment failed, with nothing paid since.
    PaymentFailed "payment_failed";
    /// Share by which their price went up; its day is the rise's.
    PriceRise "price_rise";
}

impl FactKey {
    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|key| key.code() == code)
    }

    /// Whether it makes a message more personal than a name does.
    pub fn counts(self) -> bool {
        !matches!(self, Self::FirstName | Self::Company)
    }

    /// Whether few share it: a day, a number or a thing, where many have the same plan, category or news.
    pub fn tells_apart(self) -> bool {
        self.counts() && !matches!(self, Self::Plan | Self::FeatureUsed | Self::FavouriteCategory | Self::Improvement)
    }
}

/// Who is written to, with all that may be said to them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Recipient {
    /// The customer's public id; a made-up one where a sequence is written from a brief alone.
    pub id: String,
    /// BCP 47, where it is known.
    pub locale: Option<String>,
    pub value: ValueTier,
    pub reason: Reason,
    pub engagement: Engagement,
    pub facts: Vec<Fact>,
}

impl Recipient {
    pub fn fact(&self, key: FactKey) -> Option<&Fact> {
        self.facts.iter().find(|fact| fact.key == key)
    }
}
