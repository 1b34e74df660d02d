//! What cannot be a rule, by field, with what to do about it.

use std::collections::BTreeMap;

use super::{Cap, Hours, Rules};
use crate::campaign::Channel;

impl Rules {
    /// What cannot be, by field.
    ///
    /// # Errors
    /// Each field with what to do about it.
    pub fn check(&self) -> Result<(), BTreeMap<String, String>> {
        let mut wrong = BTreeMap::new();
        let mut refuse = |field: String, fix: &str| {
            wrong.insert(field, fix.to_owned());
        };
        for (channel, cap) in &self.caps {
            if !is_cap(*cap) {
                refuse(format!("caps.{}", channel.code()), CAP);
            }
        }
        if !is_cap(self.total) {
            refuse("total".to_owned(), CAP);
        }
        for (channel, hours) in &self.hours {
            let field = format!("hours.{}", channel.code());
            let strict = matches!(channel, Channel::Sms | Channel::Call);
            if !is_hours(*hours) {
                refuse(field, HOURS);
            } else if strict && (hours.from < 8 || hours.to > 21) {
                refuse(field, "Choose hours between 8 and 21: laws forbid messages and calls outside them.");
            }
        }
        if !is_hours(self.fallback_hours) {
            refuse("fallback_hours".to_owned(), HOURS);
        }
        if self.fallback_zone.as_deref().is_some_and(|zone| zone.parse::<chrono_tz::Tz>().is_err()) {
            refuse("fallback_zone".to_owned(), "Choose a time zone such as Europe/Berlin.");
        }
        for (field, value, least, most) in self.ranges() {
            if !(least..=most).contains(&value) {
                refuse(field.to_owned(), &format!("Choose a number from {least} to {most}."));
            }
        }
        for (channel, countries) in &self.countries {
            let is_code = |code: &String| code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase());
            if !countries.iter().all(is_code) {
                refuse(format!("countries.{}", channel.code()), "Name countries by two capital letters, such as DE.");
            }
        }
        for (channel, amount) in &self.money_a_day {
            if !(0..=MOST_MONEY).contains(&amount.0) {
                refuse(format!("money_a_day.{}", channel.code()), "Type an amount of 0 or more, below a billion.");
            }
        }
        for (field, amount) in self.costs.typed() {
            if !(0..=MOST_MONEY).contains(&amount.0) {
                refuse(format!("costs.{field}"), "Type an amount of 0 or more, below a billion.");
            }
        }
        let brake = &self.brake;
        if brake.warn_complaints > brake.complaints || brake.complaints > brake.complaints_at_once {
            refuse(
                "brake.complaints".to_owned(),
                "The warning comes first, then the proved rate, then the rate that stops at once.",
            );
        }
        if brake.warn_bounces > brake.bounces {
            refuse("brake.bounces".to_owned(), "The warning comes before the stop.");
        }
        if wrong.is_empty() { Ok(()) } else { Err(wrong) }
    }

    /// Numbers with their least and most.
    fn ranges(&self) -> [(&'static str, u32, u32, u32); 17] {
        let brake = &self.brake;
        [
            ("quiet_after_order", self.quiet_after_order.into(), 0, 720),
            ("hold_days", self.hold_days.into(), 1, 30),
            ("holdout", self.holdout.into(), 0, 500),
            ("canary", self.canary.into(), 10, 1_000),
            ("canary_least", self.canary_least, 20, 100_000),
            ("undo_minutes", self.undo_minutes.into(), 1, 1_440),
            ("tries", self.tries.into(), 1, 10),
            ("ramp.start", self.ramp.start, 1, 1_000_000),
            ("ramp.growth", self.ramp.growth.into(), 1_000, 3_000),
            ("ramp.days", self.ramp.days.into(), 0, 90),
            ("ramp.probe", self.ramp.probe.into(), 0, 500),
            ("ramp.silent_months", self.ramp.silent_months.into(), 1, 60),
            // Mailbox providers close their doors at 0.3 %, so that nobody may set these looser than that and a tenth.
            ("brake.complaints", brake.complaints, 10, 300),
            ("brake.complaints_at_once", brake.complaints_at_once, 10, 400),
            ("brake.bounces", brake.bounces, 100, 10_000),
            ("brake.fewest_complaints", brake.fewest_complaints, 1, 10),
            ("brake.fewest_bounces", brake.fewest_bounces, 1, 50),
        ]
    }
}

const CAP: &str = "Choose 1 to 100 within 1 to 365 days.";
const HOURS: &str = "Choose two hours of the day, the first before the second.";
/// A billion of the major unit.
const MOST_MONEY: i64 = 1_000_000_000_000_000;

fn is_cap(cap: Cap) -> bool {
    (1..=100).contains(&cap.most) && (1..=365).contains(&cap.days)
}

fn is_hours(hours: Hours) -> bool {
    hours.from < hours.to && hours.to <= 24
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::campaign::cost::Micros;

    #[test]
    fn the_defaults_pass_and_what_is_empty_is_the_default() {
        assert_eq!(Rules::default().check(), Ok(()));
        assert_eq!(Rules::read(None).unwrap(), Rules::default());
        assert_eq!(Rules::read(Some("{}")).unwrap(), Rules::default());
        let empty = r#"{"total":null,"hold_days":null,"fallback_zone":" ","caps":{"email":null},"ramp":{"start":null}}"#;
        assert_eq!(Rules::read(Some(empty)).unwrap(), Rules::default());
        assert_eq!(Rules::default().cap(Channel::Email), Cap { most: 2, days: 7 });
        assert!(Rules::read(Some(r#"{"hold_dayz":3}"#)).is_err());
    }

    #[test]
    fn each_wrong_field_says_how_to_right_it() {
        let rules = Rules {
            caps: [(Channel::Sms, Cap { most: 0, days: 7 })].into(),
            hours: [(Channel::Sms, Hours { from: 6, to: 20 }), (Channel::Email, Hours { from: 9, to: 9 })].into(),
            fallback_zone: Some("Mars/Olympus".to_owned()),
            countries: [(Channel::Call, vec!["Germany".to_owned()])].into(),
            money_a_day: [(Channel::Sms, Micros(-1))].into(),
            canary: 0,
            ..Rules::default()
        };
        let wrong = rules.check().unwrap_err();
        let fields: Vec<&str> = wrong.keys().map(String::as_str).collect();
        let expected = ["canary", "caps.sms", "countries.call", "fallback_zone", "hours.email", "hours.sms", "money_a_day.sms"];
        assert_eq!(fields, expected);
        assert!(wrong.values().all(|fix| fix.ends_with('.')));
    }

    #[test]
    fn paid_channels_go_to_known_countries_only() {
        let rules = Rules::default();
        assert!(rules.allows_country(Channel::Sms, Some("DE")) && rules.allows_country(Channel::Email, None));
        assert!(!rules.allows_country(Channel::Sms, Some("KP")) && !rules.allows_country(Channel::Post, None));
        let only = Rules { countries: [(Channel::Sms, vec!["FR".to_owned()])].into(), ..rules };
        assert!(only.allows_country(Channel::Sms, Some("FR")) && !only.allows_country(Channel::Sms, Some("DE")));
    }
}
