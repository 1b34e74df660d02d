//! What people write to support. Texts are made up.

use serde_json::{Value, json};

use crate::calendar::{DAYS, Moment};
use crate::draw::Draw;
use crate::tables::{Actor, Tables};

/// A kind of message.
#[derive(Debug)]
pub(crate) struct Topic {
    pub(crate) name: &'static str,
    /// From -1 (angry) to 1 (glad).
    tone: f64,
    texts: &'static [(&'static str, &'static str)],
}

/// Opens a ticket and, where it is solved before the end, solves it. `patience` of 1 is a good support team, 0 none at all.
pub(crate) fn ticket(
    draw: &mut Draw,
    tables: &mut Tables,
    id: &str,
    who: Actor<'_>,
    at: Moment,
    topic: &'static Topic,
    patience: f64,
) {
    let (subject, text) = *draw.pick(topic.texts);
    let tone = (topic.tone + 0.2 * draw.normal()).clamp(-1.0, 1.0);
    let properties: [(&str, Value); 5] = [
        ("id", json!(id)),
        ("subject", json!(subject)),
        ("text", json!(text)),
        ("tone", json!(hundredths(tone))),
        ("topic", json!(topic.name)),
    ];
    tables.event(format!("{id}-o"), who, at, "Ticket Opened", properties);
    if draw.chance(0.55 + 0.42 * patience) {
        let day = at.day + draw.exponential(1.0 + 5.0 * (1.0 - patience)) as i32;
        if day < DAYS {
            let solved = if day == at.day { at.later(draw.whole(1800, 9000)) } else { Moment::working(draw, day, 0) };
            tables.event(format!("{id}-s"), who, solved, "Ticket Solved", [("id", json!(id))]);
        }
    }
}

/// A number with two decimals, which prints the same everywhere.
pub(crate) fn hundredths(value: f64) -> f64 {
    libm::round(value * 100.0) / 100.0
}

pub(crate) mod store {
    use super::Topic;

    #[rustfmt::skip]
    pub(crate) const QUESTION: Topic = Topic { name: "question", tone: 0.15, texts: &[
        ("Size of the rain jacket", "Does it run large? I am between M and L."),
        ("Is the pan fine for induction?", "I could not find it on the page. Thank you!"),
        ("Change of address", "We are moving next week. Please send future parcels to the new address in my account."),
        ("Gift wrapping?", "Can you wrap just one of the two articles?"),
        ("Größe der Wanderschuhe", "Fallen die Schuhe eher klein aus? Danke für einen Rat."),
        ("Facture", "Bonjour, pourriez-vous m'envoyer la facture de ma dernière commande ?"),
        ("領収書について", "前回の注文の領収書をお願いします。"),
        ("Do you ship to an island?", "The ferry only goes on Fridays, would that be a problem?"),
    ] };
    #[rustfmt::skip]
    pub(crate) const LATE: Topic = Topic { name: "late delivery", tone: -0.55, texts: &[
        ("Where is my parcel?", "It was meant to be here last Tuesday. The tracking has not moved for a week."),
        ("Still nothing", "Second time in a row that it is late. The trip is over now."),
        ("Paket fehlt", "Laut Sendungsverfolgung zugestellt, hier ist aber nichts angekommen."),
        ("Delivered to the wrong house", "My neighbour three streets away had it. Not good enough."),
    ] };
    #[rustfmt::skip]
    pub(crate) const FAULTY: Topic = Topic { name: "poor product", tone: -0.7, texts: &[
        ("The zip broke on day two", "For this price I expected more. I want my money back."),
        ("Leaking tent", "Seams let water in during the first night. Photos attached."),
        ("Arrived broken", "Two of four bowls in pieces. The box was far too big for them."),
        ("Produit défectueux", "La lampe ne s'allume pas. Je suis très déçue."),
        ("Not what the photo shows", "The colour is nothing like it. Sending it back."),
    ] };
    #[rustfmt::skip]
    pub(crate) const PRICE: Topic = Topic { name: "price", tone: -0.35, texts: &[
        ("Cheaper elsewhere", "The same jacket is 40 less in another shop. Do you match prices?"),
        ("Code does not work", "My discount code is refused at the till. Without it I will not order."),
        ("Shipping cost", "Nearly 9 for two candles is a lot."),
    ] };
    #[rustfmt::skip]
    pub(crate) const PRAISE: Topic = Topic { name: "praise", tone: 0.8, texts: &[
        ("Thank you", "The blanket is lovely, and the note in the box made my day."),
        ("Great service", "The new poles came before I had sent the old ones back. Brilliant."),
        ("Danke!", "Super schnell geliefert, alles bestens."),
    ] };
    #[rustfmt::skip]
    pub(crate) const GONE_QUIET: Topic = Topic { name: "fewer messages", tone: -0.3, texts: &[
        ("Too many e-mails", "Please write less often, I do not need this much at the moment."),
        ("Close my account?", "We moved into a small flat and have no room for more things."),
    ] };
}

pub(crate) mod saas {
    use super::Topic;

    #[rustfmt::skip]
    pub(crate) const QUESTION: Topic = Topic { name: "question", tone: 0.1, texts: &[
        ("How do I move a job to another team?", "Dragging works on the board but not in the list."),
        ("Calendar feed", "Is there a way to see only my own jobs in the phone's calendar?"),
        ("Neuer Mitarbeiter", "Wie lege ich einen Techniker nur mit Leserechten an?"),
        ("VAT number on invoices", "We need ours on the invoice, where do I type it in?"),
        ("請求書の宛名", "請求書の宛名を変更したいです。"),
    ] };
    #[rustfmt::skip]
    pub(crate) const BUG: Topic = Topic { name: "poor experience", tone: -0.6, texts: &[
        ("App loses photos", "Third time this week that the photos of a finished job are gone. We bill from those."),
        ("Sync takes minutes", "My people stand in a cellar waiting for the app. This can't go on."),
        ("Down again this morning", "Dispatch was blind from 7 to 8. What are you doing about it?"),
        ("Doppelte Termine", "Seit dem letzten Update stehen Aufträge zweimal im Kalender."),
    ] };
    #[rustfmt::skip]
    pub(crate) const MISSING: Topic = Topic { name: "missing feature", tone: -0.25, texts: &[
        ("Recurring jobs", "Do you plan maintenance contracts with recurring visits? We keep a spreadsheet for those."),
        ("No export to our accounts", "Without a link to our accounting we type everything twice."),
        ("Offline mode", "Still no offline mode? Our lift shafts have no signal."),
        ("Stock on vans", "We need to see which van has which part. Others can do it."),
    ] };
    #[rustfmt::skip]
    pub(crate) const PRICE: Topic = Topic { name: "price", tone: -0.4, texts: &[
        ("Price per seat", "Seasonal workers cost us a full seat. Is there another way to pay for them?"),
        ("Renewal quote", "The quote is 12 % up on last year. We had an offer from someone else at half of it."),
        ("Do we need this plan?", "We use two of the features we pay for. What is the smallest plan we could take?"),
    ] };
    #[rustfmt::skip]
    pub(crate) const CHAMPION: Topic = Topic { name: "champion left", tone: -0.05, texts: &[
        ("Our admin has left", "The person who set this up has left the company. Who can hand us the owner's rights?"),
        ("New office manager", "I took over from my predecessor and have never used this. Is there a short introduction?"),
        ("Change of owner", "Please move the account to me, our operations lead is no longer with us."),
    ] };
    #[rustfmt::skip]
    pub(crate) const SERVICE: Topic = Topic { name: "service", tone: -0.65, texts: &[
        ("No answer for five days", "I wrote on Monday and nobody came back to me. Is anybody there?"),
        ("Promised call", "Your colleague wanted to call on Thursday. He did not."),
    ] };
    #[rustfmt::skip]
    pub(crate) const PRAISE: Topic = Topic { name: "praise", tone: 0.8, texts: &[
        ("Route planner is great", "Saved us two vans' worth of fuel this month. Thanks!"),
        ("Merci", "Réponse en dix minutes, parfait."),
    ] };
    #[rustfmt::skip]
    pub(crate) const LESS_WORK: Topic = Topic { name: "reduced need", tone: -0.1, texts: &[
        ("Closing a branch", "We close our second branch and need half of the seats from next month."),
        ("Export all data", "How do we get all our jobs and customers out as files?"),
    ] };
}
