//! The outdoor and home shop.
//!
//! A shopper joins, buys with a rhythm of their own, and after any order may stop for good: at once, or fading first, with
//! longer gaps and colder signals. That is the world of the buy-till-you-die models, with the signals that real shops see.

use serde_json::json;

use crate::calendar::{DAYS, Moment, time_of_year};
use crate::draw::Draw;
use crate::money::Amount;
use crate::names::{self, Person, Taken};
use crate::tables::{Actor, Consent, Customer, Order, Tables};
use crate::tickets::{self, Topic, ticket};

use catalogue::{Category, Season};

mod catalogue;
mod leaving;

pub(crate) const TRAITS: [&str; 2] = ["found_through", "likes"];

pub(crate) fn customers(seed: u64, count: usize, taken: &mut Taken, tables: &mut Tables) {
    let season = Season::new();
    for index in 0..count {
        let mut draw = Draw::new(seed, 1, index as u64);
        let person = names::customer(&mut draw, index, taken);
        let shopper = Shopper::new(&mut draw, index, person, &season);
        shopper.buy(&mut draw, tables);
        shopper.look_around(&mut draw, tables);
        shopper.read_mail(&mut draw, tables);
        // Of its own randomness, so that nothing else of the shopper depends on it.
        shopper.leave(&mut Draw::new(seed, 5, index as u64), tables);
        shopper.register(&mut draw, tables);
    }
}

/// What shoppers leave for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reason {
    Price,
    Product,
    Delivery,
    LessNeed,
    Payment,
    Unknown,
}

/// How the end of a relation came about.
#[derive(Debug, Clone, Copy)]
struct Leaving {
    reason: Reason,
    /// From here on signals cool down; `gone` is the day of the last order or some time after it.
    fades_from: i32,
    gone: i32,
}

struct Shopper {
    id: String,
    person: Person,
    joined: Moment,
    order_days: Vec<i32>,
    leaving: Option<Leaving>,
    likes: Vec<&'static Category>,
    /// 0..1: how much they read and look around in good times.
    openness: f64,
    /// 0..1: how often they use a code where there is one.
    thrift: f64,
    reads_mail: Option<Consent>,
}

impl Shopper {
    fn new(draw: &mut Draw, index: usize, person: Person, season: &Season) -> Self {
        let joined_day = joining_day(draw);
        let joined = Moment::awake(draw, joined_day, person.place.utc_offset);
        let only_subscribed = draw.chance(0.03);
        let (order_days, leaving) = if only_subscribed { (Vec::new(), None) } else { order_days(draw, season, joined_day) };
        let first_like = draw.below(catalogue::CATEGORIES.len() as u32) as usize;
        let likes = catalogue::CATEGORIES.iter().cycle().skip(first_like).step_by(3).take(2).collect();
        let openness = draw.beta(2.0, 2.0);
        let reads_mail = draw.chance(if only_subscribed { 1.0 } else { 0.74 }).then_some(Consent { granted: true, at: joined });
        let mut shopper = Self {
            id: format!("C-{:05}", index + 1),
            person,
            joined,
            order_days,
            leaving,
            likes,
            openness,
            thrift: draw.beta(1.0, 2.5),
            reads_mail,
        };
        shopper.opt_out(draw);
        shopper
    }

    fn actor(&self) -> Actor<'_> {
        Actor::customer(&self.id)
    }

    /// From 1 (as ever) to near 0 (gone).
    fn warmth(&self, day: i32) -> f64 {
        let Some(Leaving { fades_from, gone, .. }) = self.leaving else { return 1.0 };
        if day <= fades_from {
            return 1.0;
        }
        let length = f64::from((gone - fades_from).max(20));
        (1.0 - f64::from(day - fades_from) / length).max(0.06)
    }

    /// Some who cool down take back their consent.
    fn opt_out(&mut self, draw: &mut Draw) {
        let Some(given) = self.reads_mail else { return };
        let day = match self.leaving {
            Some(leaving) if draw.chance(0.22) => leaving.fades_from + draw.whole(5, 60),
            None if draw.chance(0.04) => draw.whole(given.at.day, DAYS),
            _ => return,
        };
        if day > given.at.day && day < DAYS {
            let at = Moment::awake(draw, day, self.person.place.utc_offset);
            self.reads_mail = Some(Consent { granted: false, at });
        }
    }

    fn buy(&self, draw: &mut Draw, tables: &mut Tables) {
        let last = self.order_days.len();
        for (number, &day) in self.order_days.iter().enumerate() {
            let at = Moment::awake(draw, day, self.person.place.utc_offset).max(self.joined);
            let id = format!("{}-{:03}", self.id.replace("C-", "N"), number + 1);
            self.order(draw, tables, id, at, number, number + 1 == last);
        }
        if let Some(Leaving { reason: Reason::Payment, gone, .. }) = self.leaving {
            let day = gone + draw.whole(8, 40);
            if day < DAYS {
                let at = Moment::awake(draw, day, self.person.place.utc_offset);
                let reason = *draw.pick(&["card expired", "card declined", "insufficient funds"]);
                tables.event(format!("{}-pf", self.id), self.actor(), at, "Payment Failed", [("reason", json!(reason))]);
            }
        }
    }

    fn order(&self, draw: &mut Draw, tables: &mut Tables, id: String, at: Moment, number: usize, last: bool) {
        let currency = self.person.place.currency;
        let basket = catalogue::basket(draw, &self.likes, at.day);
        let full = Amount::list_price(basket.iter().map(|&(_, price)| price).sum(), currency);
        let code = if number == 0 && draw.chance(0.3) {
            Some(catalogue::WELCOME)
        } else {
            catalogue::code_of(at.day).filter(|_| draw.chance(self.thrift))
        };
        let leaves_over = self.leaving.filter(|_| last).map(|leaving| leaving.reason);
        let code = match leaves_over {
            None if code.is_none() && draw.chance(0.01) => Some(catalogue::SORRY),
            _ => code,
        };
        let discount = code.map_or(0, |code| full.share(code.per_cent));
        let amount = full.with(full.minor - discount);

        if draw.chance(0.012) {
            tables.event(format!("{id}-pf"), self.actor(), at, "Payment Failed", [("reason", json!("card declined"))]);
            let again = at.later(draw.whole(120, 1200));
            tables.event(format!("{id}-ps"), self.actor(), again, "Payment Succeeded", []);
        }
        let (status, refunded) = match draw.unit() {
            _ if leaves_over == Some(Reason::Product) => ("refunded", amount.minor),
            luck if luck < 0.012 => ("cancelled", 0),
            luck if luck < 0.03 => ("refunded", amount.minor),
            luck if luck < 0.07 && basket.len() > 1 => ("paid", amount.share(draw.pick(&[25, 40, 50]).to_owned())),
            _ if at.day == DAYS - 1 && draw.chance(0.3) => ("pending", 0),
            _ => ("paid", 0),
        };
        let cancelled_at = (status == "cancelled").then(|| at.later(draw.whole(600, 7200)));
        self.after_order(draw, tables, &id, at.day, leaves_over);
        tables.order(Order {
            id,
            customer: self.id.clone(),
            at,
            amount,
            refunded,
            discount,
            status,
            cancelled_at,
            items: basket.into_iter().map(|(name, _)| name.to_owned()).collect(),
            code: code.map_or("", |code| code.text),
        });
    }

    /// Tickets and the question how likely they are to recommend the shop.
    fn after_order(&self, draw: &mut Draw, tables: &mut Tables, order: &str, day: i32, leaves_over: Option<Reason>) {
        let (topic, patience): (Option<&'static Topic>, f64) = match leaves_over {
            Some(Reason::Product) => (Some(&tickets::store::FAULTY), 0.3),
            Some(Reason::Delivery) => (Some(&tickets::store::LATE), 0.2),
            Some(Reason::Price) if draw.chance(0.4) => (Some(&tickets::store::PRICE), 0.7),
            Some(Reason::LessNeed) if draw.chance(0.3) => (Some(&tickets::store::GONE_QUIET), 0.9),
            _ => match draw.unit() {
                luck if luck < 0.035 => (Some(&tickets::store::QUESTION), 1.0),
                luck if luck < 0.05 => (Some(&tickets::store::LATE), 0.9),
                luck if luck < 0.06 => (Some(&tickets::store::FAULTY), 0.9),
                luck if luck < 0.07 => (Some(&tickets::store::PRAISE), 1.0),
                _ => (None, 1.0),
            },
        };
        let ticket_day = day + draw.whole(1, 9);
        if let Some(topic) = topic.filter(|_| ticket_day < DAYS) {
            let at = Moment::awake(draw, ticket_day, self.person.place.utc_offset);
            ticket(draw, tables, &format!("T{order}"), self.actor(), at, topic, patience);
        }
        let nps_day = day + 20 + draw.whole(0, 6);
        if draw.chance(0.12 * (0.5 + self.openness)) && nps_day < DAYS {
            let unhappy = topic.is_some_and(|topic| topic.name != "praise" && topic.name != "question");
            let mean = if unhappy { 3.5 } else { 5.5 + 3.2 * self.warmth(nps_day) };
            let score = libm::round(mean + 1.4 * draw.normal()).clamp(0.0, 10.0) as u8;
            let at = Moment::awake(draw, nps_day, self.person.place.utc_offset);
            tables.event(format!("{order}-nps"), self.actor(), at, "NPS Answered", [("score", json!(score))]);
        }
    }

    /// Visits between orders.
    fn look_around(&self, draw: &mut Draw, tables: &mut Tables) {
        let mut day = self.joined.day;
        let mut number = 0;
        while number < 60 {
            day += 1 + draw.exponential(60.0 - 35.0 * self.openness) as i32;
            if day >= DAYS {
                return;
            }
            if !draw.chance(self.warmth(day)) {
                continue;
            }
            number += 1;
            let category = *draw.pick(&self.likes);
            let (product, _) = *draw.pick(category.articles);
            let at = Moment::awake(draw, day, self.person.place.utc_offset);
            let properties = [("product", json!(product)), ("category", json!(category.name))];
            tables.event(format!("{}-v{number}", self.id), self.actor(), at, "Product Viewed", properties);
        }
    }

    /// A newsletter every other week; the provider that sends it keeps three quarters of a year.
    fn read_mail(&self, draw: &mut Draw, tables: &mut Tables) {
        let Some(consent) = self.reads_mail else { return };
        let machine = draw.chance(0.25);
        let ends = if consent.granted { DAYS } else { consent.at.day };
        let newsletters = (DAYS - 38 * 7..ends).step_by(14).skip_while(|&day| day <= self.joined.day);
        for day in newsletters {
            let id = format!("{}-m{:02}", self.id, day / 14);
            let campaign = NEWSLETTERS.iter().cycle().nth((day / 14) as usize).copied().unwrap_or_default();
            let sent = Moment::awake(draw, day, 0);
            tables.event(format!("{id}-d"), self.actor(), sent, "Email Delivered", [("campaign", json!(campaign))]);
            let warmth = self.warmth(day);
            let read = draw.chance(0.1 + 0.6 * self.openness * warmth);
            if read || machine {
                let opened = sent.later(draw.whole(60, 40_000));
                let properties = [("campaign", json!(campaign)), ("machine", json!(!read))];
                tables.event(format!("{id}-o"), self.actor(), opened, "Email Opened", properties);
                if read && draw.chance(0.06 + 0.55 * self.openness * warmth) {
                    let clicked = opened.later(draw.whole(5, 300));
                    tables.event(format!("{id}-c"), self.actor(), clicked, "Email Link Clicked", [("campaign", json!(campaign))]);
                }
            }
        }
    }

    fn register(self, draw: &mut Draw, tables: &mut Tables) {
        let orders = self.order_days.len();
        let mut tags = Vec::new();
        if orders >= 8 {
            tags.push("vip");
        }
        if self.thrift > 0.6 {
            tags.push("bargain hunter");
        }
        if orders == 0 {
            tags.push("newsletter only");
        }
        let likes = self.likes.first().map_or("", |category| category.name);
        let sms = self.person.phone.is_some() && draw.chance(0.25);
        tables.customer(Customer {
            id: self.id,
            email: self.person.email,
            name: self.person.name,
            kind: "shopper",
            contact_name: String::new(),
            contact_role: "",
            phone: self.person.phone,
            country: self.person.place.country,
            time_zone: self.person.place.time_zone,
            created_at: Some(self.joined),
            tags,
            traits: [draw.pick_by(FOUND_THROUGH, |&(_, weight)| weight).0, likes],
            email_consent: self.reads_mail,
            sms_consent: sms.then_some(Consent { granted: draw.chance(0.9), at: self.joined }),
        });
    }
}

/// The shop grows by half over the two years, and more people find it before Christmas.
fn joining_day(draw: &mut Draw) -> i32 {
    loop {
        let day = draw.whole(0, DAYS - 4);
        let growth = 1.0 + 0.5 * f64::from(day) / f64::from(DAYS);
        let gifts = if (0.87..0.97).contains(&time_of_year(day)) { 1.6 } else { 1.0 };
        if draw.chance(growth * gifts / 2.4) {
            return day;
        }
    }
}

/// Rates of buying are gamma over people, the chance to stop after an order is beta, as in BG/NBD (Fader, Hardie and Lee 2005);
/// gaps are more regular than there (a gamma of shape 1 to 4), since people who refill coffee or dog food are.
fn order_days(draw: &mut Draw, season: &Season, joined: i32) -> (Vec<i32>, Option<Leaving>) {
    let mean_gap = 1.0 / draw.gamma(2.2, 1.0 / (2.2 * 42.0)).clamp(1.0 / 240.0, 1.0 / 9.0);
    let shape = f64::from(draw.whole(1, 4));
    let stops = draw.beta(1.1, 1.7);
    let mut days = vec![joined];
    let mut day = joined;
    let mut stretch = 1.0;
    let mut leaving: Option<Leaving> = None;
    let mut left_to_go = u32::MAX;
    loop {
        if leaving.is_none() && draw.chance(stops) {
            let reason = *draw.pick_by(REASONS, |&(_, weight)| weight);
            let fades = days.len() > 1 && draw.chance(0.6);
            left_to_go = if fades { draw.whole(1, 3).unsigned_abs() } else { 0 };
            let fades_from = day + if fades { (0.5 * mean_gap) as i32 } else { 0 };
            leaving = Some(Leaving { reason: reason.0, fades_from, gone: day + (1.5 * mean_gap) as i32 });
        }
        if left_to_go == 0 {
            return (days, leaving);
        }
        day = season.after(day, stretch * draw.gamma(shape, mean_gap / shape));
        if day >= DAYS {
            return (days, leaving);
        }
        days.push(day);
        if let Some(leaving) = &mut leaving {
            left_to_go -= 1;
            stretch *= 1.5;
            leaving.gone = day + (0.5 * mean_gap) as i32;
        }
    }
}

const REASONS: &[(Reason, f64)] = &[
    (Reason::Price, 24.0),
    (Reason::Product, 10.0),
    (Reason::Delivery, 11.0),
    (Reason::LessNeed, 20.0),
    (Reason::Payment, 5.0),
    (Reason::Unknown, 30.0),
];

const FOUND_THROUGH: &[(&str, f64)] = &[
    ("search", 34.0),
    ("social media", 22.0),
    ("a friend", 16.0),
    ("newsletter", 9.0),
    ("magazine", 7.0),
    ("price comparison", 12.0),
];

const NEWSLETTERS: [&str; 6] =
    ["New on the shelf", "Field notes", "Weekend offers", "Repair, don't replace", "Guide to the season", "From our readers"];
