//! Site, mail, community and the breadth of use, against the customer's own past.

use super::sum::Sum;
use super::{Feeds, Signal, counted, date_in_words, is_alive};
use crate::state::State;
use crate::time::Day;

/// A feature used at least so often was part of somebody's work.
const FEATURE_USES: u32 = 6;

/// One that was not used for so many days is abandoned; what was so long ago is no news.
const ABANDONED_DAYS: std::ops::RangeInclusive<i32> = 28..=180;

/// Days with a visit.
pub(super) fn visits(state: &State, feeds: &Feeds, today: Day) -> Option<Signal> {
    let (recent, past) = (Sum::of(state, today, 1, 4), Sum::of(state, today, 5, 16));
    if past.visit_days < 9 || !is_alive(feeds.visits, today) {
        return None;
    }
    let usual = f64::from(past.visit_days) / 3.0;
    let fall = 1.0 - f64::from(recent.visit_days) / usual;
    (fall >= 0.6).then(|| Signal {
        code: "visits",
        text: format!(
            "On the site on {} since {}, usually {usual:.0} in as long",
            counted(recent.visit_days, "day", "days"),
            date_in_words(recent.from)
        ),
        since: Some(recent.from),
        weight: 0.2 + 0.4 * fall,
        logit: 0.0,
    })
}

/// Opened by a person, as far as senders tell. Nothing is concluded from it but a line to read: machines open mail and do not all
/// say so, and where no delivered mail is known nothing has declined.
pub(super) fn opens(state: &State, feeds: &Feeds, today: Day) -> Option<Signal> {
    let (recent, past) = (Sum::of(state, today, 1, 8), Sum::of(state, today, 9, 32));
    if !is_alive(feeds.email, today) || recent.delivered < 4 || past.delivered < 8 || past.opened < 4 {
        return None;
    }
    let (now, before) =
        (f64::from(recent.opened) / f64::from(recent.delivered), f64::from(past.opened) / f64::from(past.delivered));
    let fall = 1.0 - now / before;
    (fall >= 0.6).then(|| Signal {
        code: "email_opens",
        text: format!(
            "Opened {} of {} e-mails since {}, {} of {} before",
            recent.opened,
            recent.delivered,
            date_in_words(recent.from),
            past.opened,
            past.delivered
        ),
        since: Some(recent.from),
        weight: 0.1 + 0.1 * fall,
        logit: 0.0,
    })
}

pub(super) fn community(state: &State, feeds: &Feeds, today: Day) -> Option<Signal> {
    let (recent, past) = (Sum::of(state, today, 1, 8), Sum::of(state, today, 9, 32));
    if past.community < 6 || !is_alive(feeds.community, today) {
        return None;
    }
    let usual = f64::from(past.community) / 3.0;
    let fall = 1.0 - f64::from(recent.community) / usual;
    (fall >= 0.6).then(|| Signal {
        code: "community",
        text: format!(
            "{} in the community since {}, usually {usual:.0} in as long",
            counted(recent.community, "post", "posts"),
            date_in_words(recent.from)
        ),
        since: Some(recent.from),
        weight: 0.2 + 0.3 * fall,
        logit: 0.2 * fall,
    })
}

/// Features given up while others are used on, else fewer of them; where nothing is used any more, that is told instead.
pub(super) fn features(state: &State, today: Day) -> Option<Signal> {
    let recent = Sum::of(state, today, 1, 4);
    if recent.uses == 0 {
        return None;
    }
    let mut given_up: Vec<(u32, &str, Day)> = state
        .features
        .iter()
        .filter(|(_, feature)| feature.uses >= FEATURE_USES && ABANDONED_DAYS.contains(&today.since(feature.last)))
        .map(|(name, feature)| (feature.uses, name.as_str(), feature.last))
        .collect();
    given_up.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
    let text = match given_up.as_slice() {
        [] => return narrower(state, &recent, today),
        [(uses, name, last)] => format!("{name} not used since {}, {uses} times before", date_in_words(*last)),
        [(uses, name, last), ..] => format!(
            "{} features given up, among them {name}: not used since {}, {uses} times before",
            given_up.len(),
            date_in_words(*last)
        ),
    };
    let since = given_up.first().map(|(_, _, last)| *last);
    let many = f64::from(u32::try_from(given_up.len()).unwrap_or(u32::MAX)).min(3.0);
    Some(Signal { code: "features", text, since, weight: 0.5 + 0.1 * many, logit: 0.15 * many })
}

fn narrower(state: &State, recent: &Sum, today: Day) -> Option<Signal> {
    let windows = [Sum::of(state, today, 5, 8), Sum::of(state, today, 9, 12), Sum::of(state, today, 13, 16)];
    let used: Vec<f64> = windows.iter().filter(|window| window.uses > 0).map(|window| window.features.count()).collect();
    let before = used.iter().sum::<f64>() / used.len().max(1) as f64;
    let now = recent.features.count();
    let fall = 1.0 - now / before.max(1.0);
    (used.len() >= 2 && before >= 4.0 && fall >= 0.4).then(|| Signal {
        code: "features",
        text: format!("{now:.0} features used since {}, {before:.0} in as long before", date_in_words(recent.from)),
        since: Some(recent.from),
        weight: 0.4 + 0.4 * fall,
        logit: 0.3 * fall,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value, json};

    use super::*;
    use crate::money::{Currency, Rates};
    use crate::state::{EventFact, fold};

    /// A Sunday, so that the week before it is whole.
    const TODAY: Day = Day(20_000 - 20_000 % 7 + 3);

    fn events(rows: &[(&str, &[i32], Value)]) -> State {
        let row = |(name, days, properties): &(&str, &[i32], Value)| {
            let properties: Map<String, Value> = properties.as_object().cloned().unwrap_or_default();
            days.iter()
                .map(|ago| EventFact { at: TODAY.plus(-ago).start(), name: (*name).to_owned(), properties: properties.clone() })
                .collect::<Vec<_>>()
        };
        fold(&[], &rows.iter().flat_map(row).collect::<Vec<_>>(), &Rates::new(Currency::USD))
    }

    fn alive() -> Feeds {
        let week = Some(TODAY.week());
        Feeds { usage: week, email: week, visits: week, tickets: week, community: week }
    }

    fn days(from: usize, to: usize, step: usize) -> Vec<i32> {
        (from..to).step_by(step).map(|day| i32::try_from(day).expect("a day")).collect()
    }

    #[test]
    fn fewer_days_on_the_site_are_told_with_what_was_usual_while_the_site_still_tells() {
        let state = events(&[("Page Viewed", &days(40, 110, 5), Value::Null), ("Page Viewed", &[10], Value::Null)]);
        let signal = visits(&state, &alive(), TODAY).expect("a signal");
        assert!(
            signal.text.starts_with("On the site on 1 day since ") && signal.text.ends_with(", usually 5 in as long"),
            "{}",
            signal.text
        );
        assert_eq!(visits(&state, &Feeds { visits: Some(TODAY.week() - 9), ..alive() }, TODAY), None);
        let steady = events(&[("Page Viewed", &days(1, 110, 5), Value::Null)]);
        assert_eq!(visits(&steady, &alive(), TODAY), None);
    }

    #[test]
    fn opens_of_machines_count_for_nothing_and_without_delivered_mail_nothing_declines() {
        let mail = |opened: &[i32], by_machine: &[i32]| {
            events(&[
                ("Email Delivered", &days(3, 220, 7), Value::Null),
                ("Email Opened", opened, Value::Null),
                ("Email Opened", by_machine, json!({"machine": true})),
            ])
        };
        let stopped = mail(&days(80, 220, 14), &days(3, 220, 7));
        let signal = opens(&stopped, &alive(), TODAY).expect("a signal");
        assert!(signal.text.starts_with("Opened 0 of 8 e-mails since "), "{}", signal.text);
        assert_eq!(signal.logit.to_bits(), 0.0_f64.to_bits());
        // Never opened by a person: nothing declined.
        assert_eq!(opens(&mail(&[], &days(80, 220, 7)), &alive(), TODAY), None);
        // Opens without a delivered mail: not known.
        assert_eq!(opens(&events(&[("Email Opened", &days(80, 220, 7), Value::Null)]), &alive(), TODAY), None);
        assert_eq!(opens(&stopped, &Feeds { email: None, ..alive() }, TODAY), None);
    }

    #[test]
    fn a_feature_given_up_is_named_while_others_are_used() {
        let export = ("Report Exported", days(45, 110, 7));
        let state = events(&[(export.0, &export.1, Value::Null), ("Board Shared", &days(1, 110, 3), Value::Null)]);
        let signal = features(&state, TODAY).expect("a signal");
        let last = date_in_words(TODAY.plus(-45));
        assert_eq!(signal.text, format!("Report Exported not used since {last}, 10 times before"));
        assert_eq!(
            features(&events(&[(export.0, &export.1, Value::Null)]), TODAY),
            None,
            "all use stopped, which is told instead"
        );
        assert_eq!(features(&events(&[("Board Shared", &days(1, 110, 3), Value::Null)]), TODAY), None);
    }

    #[test]
    fn fewer_features_are_told_where_each_was_used_too_seldom_to_be_missed() {
        let names: Vec<String> = (0..8).map(|n| format!("Feature {n}")).collect();
        // Each four times, so that none is missed by itself.
        let mut rows: Vec<(&str, &[i32], Value)> = Vec::new();
        let once = [35, 60, 90, 100];
        rows.extend(names.iter().map(|name| (name.as_str(), once.as_slice(), Value::Null)));
        let recent = days(1, 110, 6);
        rows.push(("Board Shared", &recent, Value::Null));
        let signal = features(&events(&rows), TODAY).expect("a signal");
        assert!(
            signal.text.starts_with("1 features used since") || signal.text.contains(" in as long before"),
            "{}",
            signal.text
        );
    }

    #[test]
    fn silence_in_the_community_is_told() {
        let state = events(&[("Community Posted", &days(70, 220, 10), Value::Null)]);
        let signal = community(&state, &alive(), TODAY).expect("a signal");
        assert!(signal.text.starts_with("0 posts in the community since "), "{}", signal.text);
        assert_eq!(community(&state, &Feeds { community: None, ..alive() }, TODAY), None);
    }
}
