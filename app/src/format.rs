//! Figures into words, where the browser's own formats do not reach.

use shared::api::{CustomerKind, Lifecycle, Role, SetAsideReason, Tier};
use shared::risk::shown_per_cent;

/// A probability as a whole per cent; never 0 % or 100 %, which would be a promise.
pub fn percent(p: f64) -> String {
    match shown_per_cent(p) {
        _ if !p.is_finite() => "unknown".to_owned(),
        0 => "under 1\u{a0}%".to_owned(),
        100.. => "over 99\u{a0}%".to_owned(),
        shown => format!("{shown}\u{a0}%"),
    }
}

/// The ends of a 90 % interval beside a probability, such as `51–76`: as whole per cents, and as careful at the ends.
pub fn interval(low: f64, high: f64) -> String {
    let end = |p: f64| match shown_per_cent(p) {
        0 => "<1".to_owned(),
        100.. => ">99".to_owned(),
        shown => shown.to_string(),
    };
    match (end(low), end(high)) {
        _ if !(low.is_finite() && high.is_finite()) => "unknown".to_owned(),
        (low, high) if low == high => low,
        (low, high) => format!("{low}–{high}"),
    }
}

/// One decimal, for small expected counts.
pub fn decimal(value: f64) -> String {
    if value.is_finite() { format!("{value:.1}") } else { "unknown".to_owned() }
}

/// `customer` or `customers`, by the count.
pub fn plural<'a>(count: u64, one: &'a str, many: &'a str) -> &'a str {
    if count == 1 { one } else { many }
}

/// How long ago, in the largest fitting unit. Both in milliseconds since 1970.
pub fn ago(now: f64, then: f64) -> String {
    let minutes = ((now - then) / 60_000.0).floor();
    let (count, one, many) = match minutes {
        m if !m.is_finite() => return "at an unknown time".to_owned(),
        m if m < 1.0 => return "just now".to_owned(),
        m if m < 60.0 => (m, "minute", "minutes"),
        m if m < 60.0 * 48.0 => ((m / 60.0).floor(), "hour", "hours"),
        m => ((m / 1440.0).floor(), "day", "days"),
    };
    format!("{count} {} ago", if count == 1.0 { one } else { many })
}

/// The word on a tier's badge.
pub fn tier(tier: Tier) -> &'static str {
    match tier {
        Tier::Immediate => "Immediate",
        Tier::Moderate => "Moderate",
        Tier::Early => "Early",
        Tier::Healthy => "Healthy",
        Tier::Lost => "Lost",
        Tier::SetAside => "Set aside",
        Tier::NotScored => "Not scored yet",
    }
}

/// What a tier means.
pub fn tier_meaning(tier: Tier) -> &'static str {
    match tier {
        Tier::Immediate => "likely to leave within 30 days",
        Tier::Moderate => "likely to leave within 60 days",
        Tier::Early => "likely to leave within 90 days",
        Tier::Healthy => "no sign of leaving",
        Tier::Lost => "silent for so long that they count as lost",
        Tier::SetAside => "not at risk, as somebody said",
        Tier::NotScored => "no score yet",
    }
}

/// A code such as `order_gap` as words, where nobody wrote better ones.
pub fn words(code: &str) -> String {
    let text = code.replace(['_', '-'], " ");
    let mut letters = text.chars();
    letters.next().map(|first| std::iter::once(first.to_ascii_uppercase()).chain(letters).collect()).unwrap_or_default()
}

/// The words of a trigger's code, for the cards; a row tells it with its figures.
pub fn trigger(code: &str) -> String {
    let known = match code {
        "order_gap" => "orders stopped",
        "order_value" => "smaller orders",
        "order_frequency" => "rarer orders",
        "deadline" => "the next order is due",
        "cancellation" => "asked to cancel",
        "renewal" => "renewal ahead",
        "payment_failed" => "a payment failed",
        "usage" => "less use",
        "seats" => "fewer seats",
        "active_seats" => "fewer active people",
        "email" => "mail no longer opened",
        "ticket" => "an open ticket",
        "nps" => "would not recommend you",
        other => match other.strip_prefix("trait:") {
            Some(own) => own,
            None => return words(other).to_ascii_lowercase(),
        },
    };
    known.to_owned()
}

pub fn aside_reason(reason: SetAsideReason) -> &'static str {
    match reason {
        SetAsideReason::Seasonal => "Buys in a season",
        SetAsideReason::Paused => "Said that they pause",
        SetAsideReason::OnLeave => "Is on leave",
        SetAsideReason::Wrong => "The prediction is wrong",
    }
}

pub fn customer_kind(kind: CustomerKind) -> &'static str {
    match kind {
        CustomerKind::Shopper => "shopper",
        CustomerKind::Account => "account",
    }
}

pub fn lifecycle(lifecycle: Lifecycle) -> &'static str {
    match lifecycle {
        Lifecycle::New => "new",
        Lifecycle::Active => "active",
        Lifecycle::AtRisk => "at risk",
        Lifecycle::Lost => "lost",
        Lifecycle::InWinBack => "in win-back",
        Lifecycle::WonBack => "won back",
        Lifecycle::GivenUp => "given up",
    }
}

/// What a state of consent lets a marketer do.
pub fn consent(state: &str) -> &'static str {
    match state {
        "granted" => "May be contacted",
        "denied" => "Opted out",
        "complained" => "Complained: never contact",
        "expired" => "Consent ran out",
        _ => "Not known: may not be contacted",
    }
}

pub fn channel(code: &str) -> String {
    match code {
        "email" => "E-mail".to_owned(),
        "sms" => "SMS".to_owned(),
        other => words(other),
    }
}

pub fn role(role: Role) -> &'static str {
    match role {
        Role::Owner => "Owner",
        Role::Manager => "Manager",
        Role::Marketer => "Marketer",
        Role::Success => "Customer success",
        Role::Viewer => "Viewer",
    }
}

/// With one decimal; a thousand megabytes as gigabytes.
pub fn megabytes(bytes: f64) -> String {
    let mega = bytes / 1e6;
    if mega.abs() >= 1_000.0 { format!("{:.1}\u{a0}GB", mega / 1_000.0) } else { format!("{mega:.1}\u{a0}MB") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_probability_is_never_shown_as_certain() {
        let shown = [
            (0.0, "under 1\u{a0}%"),
            (0.004, "under 1\u{a0}%"),
            (0.784, "78\u{a0}%"),
            (0.999, "over 99\u{a0}%"),
            (f64::NAN, "unknown"),
        ];
        for (p, text) in shown {
            assert_eq!(percent(p), text);
        }
    }

    #[test]
    fn an_interval_promises_nothing_at_its_ends() {
        for ((low, high), text) in [
            ((0.51, 0.76), "51–76"),
            ((0.0, 0.02), "<1–2"),
            ((0.98, 1.0), "98–>99"),
            ((0.3, 0.302), "30"),
            ((f64::NAN, 1.0), "unknown"),
        ] {
            assert_eq!(interval(low, high), text);
        }
    }

    #[test]
    fn time_past_is_told_in_the_largest_fitting_unit() {
        let minute = 60_000.0;
        let cases = [
            (0.5, "just now"),
            (-3.0, "just now"),
            (1.0, "1 minute ago"),
            (9.9, "9 minutes ago"),
            (60.0, "1 hour ago"),
            (2880.0, "2 days ago"),
        ];
        for (minutes, text) in cases {
            assert_eq!(ago(minutes * minute, 0.0), text);
        }
    }

    #[test]
    fn codes_read_as_words() {
        assert_eq!(words("order_gap"), "Order gap");
        assert_eq!(words(""), "");
    }

    #[test]
    fn bytes_are_told_in_the_unit_that_the_plan_is_told_in() {
        for (bytes, text) in
            [(0.0, "0.0\u{a0}MB"), (500e6, "500.0\u{a0}MB"), (10e9, "10.0\u{a0}GB"), (-250_000.0, "-0.2\u{a0}MB")]
        {
            assert_eq!(megabytes(bytes), text);
        }
    }
}
