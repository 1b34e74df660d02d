//! Answers of lists that customers chose from.

use super::Reason;
use crate::event::canonical;

/// The reason that an answer names: the codes of Stripe, Shopify and WooCommerce, our own, and what shops call the same.
/// `other` names unknown: none of those that were offered. Nothing for what is no answer that is known.
pub fn of_answer(answer: &str) -> Option<Reason> {
    let answer = canonical(answer);
    ANSWERS.iter().find(|(_, answers)| answers.contains(&answer.as_str())).map(|(reason, _)| *reason)
}

const ANSWERS: [(Reason, &[&str]); 8] = [
    (
        Reason::Price,
        &[
            "price",
            "pricing",
            "too expensive",
            "expensive",
            "cost",
            "costs",
            "budget",
            "too costly",
            "price increase",
            "no budget",
        ],
    ),
    (
        Reason::MissingFeature,
        &[
            "missing feature",
            "missing features",
            "feature",
            "features",
            "missing functionality",
            "lacks features",
            "feature request",
            "missing integration",
            "lack of features",
        ],
    ),
    (
        Reason::Service,
        &[
            "service",
            "customer service",
            "support",
            "bad support",
            "poor support",
            "poor service",
            "customer support",
            "unhappy with support",
        ],
    ),
    (
        Reason::Competitor,
        &[
            "competitor",
            "switched service",
            "switched",
            "competition",
            "moved to another product",
            "found alternative",
            "found an alternative",
            "switched to competitor",
            "better alternative",
            "different provider",
            "switching",
        ],
    ),
    (
        Reason::ReducedNeed,
        &[
            "reduced need",
            "unused",
            "not needed",
            "no longer needed",
            "less work",
            "nobody uses it",
            "not using it",
            "not used enough",
            "low usage",
            "temporary",
            "project ended",
            "seasonal",
            "out of business",
            "closed business",
            "business closed",
            "too much product",
            "fewer messages",
            "champion left",
        ],
    ),
    (
        Reason::PoorExperience,
        &[
            "poor experience",
            "low quality",
            "too complex",
            "bugs",
            "quality",
            "poor quality",
            "poor product",
            "unreliable",
            "too complicated",
            "hard to use",
            "technical issues",
            "late delivery",
            "delivery",
            "damaged",
            "defective",
            "inventory",
            "out of stock",
            "wrong item",
            "not as described",
            "performance",
        ],
    ),
    (
        Reason::FailedPayment,
        &[
            "failed payment",
            "payment failed",
            "payment failure",
            "payment",
            "declined",
            "card declined",
            "card expired",
            "insufficient funds",
            "non payment",
            "unpaid",
            "expired card",
            "involuntary",
            "payment disputed",
        ],
    ),
    (Reason::Unknown, &["other", "unknown", "none of these", "something else", "no reason"]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_stripe_and_shops_name_their_reason() {
        let named = [
            ("too_expensive", Some(Reason::Price)),
            ("missing_features", Some(Reason::MissingFeature)),
            ("switched_service", Some(Reason::Competitor)),
            ("unused", Some(Reason::ReducedNeed)),
            ("customer_service", Some(Reason::Service)),
            ("too_complex", Some(Reason::PoorExperience)),
            ("low_quality", Some(Reason::PoorExperience)),
            ("payment_failed", Some(Reason::FailedPayment)),
            ("DECLINED", Some(Reason::FailedPayment)),
            ("inventory", Some(Reason::PoorExperience)),
            ("Nobody uses it", Some(Reason::ReducedNeed)),
            ("other", Some(Reason::Unknown)),
            ("cancellation_requested", None),
            ("customer", None),
            ("", None),
        ];
        for (answer, reason) in named {
            assert_eq!(of_answer(answer), reason, "{answer}");
        }
        for reason in Reason::ALL {
            assert_eq!(of_answer(reason.code()), Some(reason));
        }
    }
}
