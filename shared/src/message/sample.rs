//! One sound message of each form, for tests: clean by the lint, so that a test plants the one fault that it is about.

use super::lint::{About, Class, Limits};
use super::{Brand, Call, Channel, Fact, FactKey, FactValue, Message, Part, Promise, Recipient, Slot};
use crate::money::{Currency, Money};
use crate::offer::{Kind, Step};
use crate::reason::Reason;
use crate::segment::{Engagement, ValueTier};

/// All that a lint needs, owned.
#[derive(Debug, Clone)]
pub struct Sample {
    pub message: Message,
    pub brand: Brand,
    pub recipient: Recipient,
    pub promise: Option<Promise>,
    pub limits: Limits,
    pub others: Vec<Message>,
    pub class: Class,
    pub proofs: Vec<String>,
    pub stated: Vec<String>,
    pub is_first: bool,
}

impl Sample {
    pub fn about(&self) -> About<'_> {
        About {
            recipient: &self.recipient,
            brand: &self.brand,
            promise: self.promise.as_ref(),
            limits: self.limits,
            others: &self.others,
            class: self.class,
            proofs: &self.proofs,
            stated: &self.stated,
            is_first: self.is_first,
        }
    }

    pub fn part(&mut self, slot: Slot) -> &mut Part {
        self.message.parts.iter_mut().find(|part| part.slot == slot).expect("the slot")
    }
}

pub fn brand() -> Brand {
    Brand {
        name: "Nordbean".to_owned(),
        site: Some("https://www.nordbean.example".to_owned()),
        logo: Some("/images/logo.png".to_owned()),
        sender: Some("Jonas Berg".to_owned()),
        sender_role: Some("Customer care".to_owned()),
        from: Some("jonas@nordbean.example".to_owned()),
        reply_to: Some("jonas@nordbean.example".to_owned()),
        postal_address: Some("Nordbean Ltd\n12 Quay Road\nBristol BS1 4QA".to_owned()),
        sms_sender: Some("Nordbean".to_owned()),
        locale: "en-GB".to_owned(),
        ..Brand::default()
    }
}

pub fn fact(key: FactKey, text: &str) -> Fact {
    let value = FactValue::Text { text: text.to_owned() };
    Fact { key, value, day: None, link: None, image: None, source: "Order 1001 of 2 March 2026".to_owned() }
}

pub fn recipient() -> Recipient {
    let of = |key, value| Fact { value, ..fact(key, "") };
    Recipient {
        id: "0190c1f0-0000-7000-8000-000000000001".to_owned(),
        locale: Some("en-GB".to_owned()),
        value: ValueTier::default(),
        reason: Reason::default(),
        engagement: Engagement::default(),
        facts: vec![
            fact(FactKey::FirstName, "Ada"),
            of(FactKey::CustomerSince, FactValue::Day { day: "2023-06-12".to_owned() }),
            of(FactKey::LastOrder, FactValue::Day { day: "2026-03-02".to_owned() }),
            of(FactKey::Orders, FactValue::Count { count: 14 }),
            fact(FactKey::LastItem, "Sidamo Filter Roast, 250 g"),
            fact(FactKey::FavouriteCategory, "Filter coffee"),
        ],
    }
}

pub fn promise() -> Promise {
    let gbp = Currency::parse("GBP").expect("code");
    Promise {
        kind: Kind::Discount,
        name: "A share off the next order".to_owned(),
        depth: 150,
        amount: None,
        minimum: Some(Money::new(2_000, gbp)),
        code: Some("BREW15ADA".to_owned()),
        expires: "2026-07-24".to_owned(),
        link: None,
    }
}

pub fn part(slot: Slot, text: &str, facts: &[FactKey]) -> Part {
    Part { slot, block: format!("test.{}", slot.code()), text: text.to_owned(), facts: facts.to_vec() }
}

/// The fourth mail of a sequence.
pub fn mail() -> Sample {
    let parts = vec![
        part(
            Slot::Opening,
            "your last order with us was on 2 March 2026: Sidamo Filter Roast, 250 g. Before that you ordered often, 14 times in all, and \
             then it went quiet. I wanted to ask what changed, and to tell you what we did in the meantime.",
            &[FactKey::LastOrder, FactKey::LastItem, FactKey::Orders],
        ),
        part(
            Slot::Value,
            "Several people told us that parcels took too long to reach them. They were right. So we moved the roasting to the morning, and \
             what is ordered before noon now leaves the house on the same day. The bags are also easier to open and to close again, and they \
             keep the beans fresh for longer.",
            &[],
        ),
        part(
            Slot::Body,
            "If you still brew filter coffee at home, the roasts of this summer may be to your taste: they are light, with more fruit than \
             before. I would try one bag first.",
            &[FactKey::FavouriteCategory],
        ),
        part(
            Slot::Offer,
            "To make that easy, there is 15 % off your next order from £20 on. The code is BREW15ADA, and it works until 24 July 2026.",
            &[],
        ),
        part(
            Slot::Closing,
            "If something else was wrong, answer this mail. I read every answer myself, and I will look into it.",
            &[],
        ),
    ];
    let message = Message {
        step: Step::FullIncentive,
        channel: Channel::Email,
        locale: "en-GB".to_owned(),
        subjects: vec![
            part(Slot::Subject, "Ada, parcels now leave the same day", &[]),
            part(Slot::Subject, "15 % off your next filter roast", &[]),
        ],
        preheader: Some(part(Slot::Preheader, "What we changed since your last order", &[])),
        greeting: "Hello Ada,".to_owned(),
        parts,
        call: Some(Call {
            text: "See the summer roasts".to_owned(),
            link: "https://www.nordbean.example/roasts?code=BREW15ADA".to_owned(),
        }),
        signature: "Jonas Berg\nCustomer care, Nordbean".to_owned(),
        promise: Some(promise()),
        day: "2026-07-10".to_owned(),
        facts: vec![FactKey::LastOrder, FactKey::LastItem, FactKey::Orders, FactKey::FavouriteCategory],
        is_fallback: false,
        same_thread: false,
    };
    Sample {
        message,
        brand: brand(),
        recipient: recipient(),
        promise: Some(promise()),
        limits: Limits::default(),
        others: Vec::new(),
        class: Class::Marketing,
        proofs: Vec::new(),
        stated: Vec::new(),
        is_first: false,
    }
}

/// The same step in another channel, with the same offer.
pub fn form(channel: Channel) -> Sample {
    let mut sample = mail();
    let message = &mut sample.message;
    message.channel = channel;
    message.facts = vec![FactKey::LastItem];
    match channel {
        Channel::Email => return mail(),
        Channel::Sms => {
            message.subjects.clear();
            message.preheader = None;
            message.greeting = String::new();
            message.parts = vec![part(
                Slot::Offer,
                "Nordbean: 15 % off your next order from £20 until 24 July 2026, code BREW15ADA. Reply STOP to end.",
                &[],
            )];
        }
        Channel::InApp => {
            message.subjects.truncate(1);
            message.parts.retain(|part| part.slot == Slot::Offer);
        }
        Channel::Post => {
            message.subjects.truncate(1);
            message.parts.retain(|part| matches!(part.slot, Slot::Body | Slot::Offer | Slot::Closing));
        }
        Channel::Call | Channel::Video => {
            message.subjects.clear();
            message.preheader = None;
            message.call = None;
        }
    }
    sample
}
