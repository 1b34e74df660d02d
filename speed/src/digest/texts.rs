//! The sentiment of what people write.

use shared::signal::sentiment::{read, scores, tone};

use super::Told;

const TEXTS: [&str; 12] = [
    "",
    "I LOVE this shop!!! :) Best coffee ever",
    "The parcel was not good at all, but the support was kind of great.",
    "Still waiting for my refund. It has been three weeks and nobody answers.",
    "Why do I keep paying for something that never works???",
    "Delivered yesterday, as promised.",
    "Hardly the best, least of all at this price 😡😡",
    "The bag is the bomb, friggin amazing. Without doubt my favourite.",
    "Ich warte seit drei Wochen auf mein Geld.",
    "Order 1042 arrived broken; the replacement arrived broken too.",
    "Could you tell me whether the blue one is in stock?",
    "Thank you so much, everything arrived early and the note made me smile. I will order again. Only the box was a little dented, \
     and one of the four cups had a chip. Your support sent a new one the same day.",
];

pub(super) fn sentiment(told: &mut Told) -> Result<(), String> {
    for text in TEXTS {
        told.json(&(scores(text), tone(text)))?;
        if let Some(reading) = read(text) {
            told.json(&(reading.label, reading.tone))?;
            told.numbers(reading.complaint.as_ref());
        }
    }
    Ok(())
}
