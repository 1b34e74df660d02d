//! The one person of an account on whom its use rests: silent, or gone.

use super::{Feeds, Signal, date_in_words, is_alive};
use crate::state::{Person, State};
use crate::time::Day;

/// Of all uses a champion has at least this share, and at least so many.
const SHARE: f64 = 0.3;
const USES: u32 = 12;

/// A champion who has not been seen for so many days is silent.
const SILENT_DAYS: i32 = 28;

/// What happened so long ago is no news.
const NEWS_DAYS: i32 = 180;

/// Nothing where the account has one user only: that is the account's own silence.
pub(crate) fn champion(state: &State, feeds: &Feeds, today: Day) -> Option<Signal> {
    let known = || state.people.iter().filter(|(_, person)| person.uses > 0);
    let (name, person) = known().max_by_key(|(name, person)| (person.uses, std::cmp::Reverse(*name)))?;
    let all: u32 = known().map(|(_, person)| person.uses).fold(0, u32::saturating_add);
    let share = f64::from(person.uses) / f64::from(all.max(1));
    if known().count() < 2 || share < SHARE || person.uses < USES {
        return None;
    }
    let Person { last: Some(last), left, .. } = *person else { return None };
    let part = format!("{:.0} % of the use so far", share * 100.0);
    if let Some(left) = left.filter(|left| *left >= last && *left <= today && today.since(*left) <= NEWS_DAYS) {
        let text = format!("{name} left on {}: {part}", date_in_words(left));
        return Some(Signal { code: "champion", text, since: Some(left), weight: 1.6, logit: 1.0 });
    }
    let is_silent = (SILENT_DAYS..=NEWS_DAYS).contains(&today.since(last)) && is_alive(feeds.usage, today);
    is_silent.then(|| Signal {
        code: "champion",
        text: format!("{name} has not been seen since {}: {part}", date_in_words(last)),
        since: Some(last),
        weight: 1.3,
        logit: 0.7,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::money::{Currency, Rates};
    use crate::state::{EventFact, fold};

    const TODAY: Day = Day(20_000);

    /// (person, times, days ago of the last)
    fn account(people: &[(&str, u32, i32)], left: Option<(&str, i32)>) -> State {
        let event = |name: &str, days_ago: i32, properties: Value| {
            let Value::Object(properties) = properties else { panic!("not an object") };
            EventFact { at: TODAY.plus(-days_ago).start(), name: name.to_owned(), properties }
        };
        let mut events: Vec<EventFact> = people
            .iter()
            .map(|(user, count, ago)| event("Feature Used", *ago, json!({"feature": "export", "count": count, "user": user})))
            .collect();
        events.extend(left.map(|(user, ago)| event("User Removed", ago, json!({"user": user}))));
        fold(&[], &events, &Rates::new(Currency::USD))
    }

    fn check(state: &State, expected: Option<&str>) {
        let feeds = Feeds { usage: Some(TODAY.week()), ..Feeds::default() };
        assert_eq!(champion(state, &feeds, TODAY).map(|signal| signal.text).as_deref(), expected);
    }

    #[test]
    fn a_champion_who_falls_silent_or_leaves_is_told() {
        check(
            &account(&[("ana", 60, 40), ("ben", 40, 2)], None),
            Some("ana has not been seen since 25 August 2024: 60 % of the use so far"),
        );
        check(
            &account(&[("ana", 60, 10), ("ben", 40, 2)], Some(("ana", 5))),
            Some("ana left on 29 September 2024: 60 % of the use so far"),
        );
    }

    #[test]
    fn who_is_no_champion_or_was_seen_lately_is_no_news() {
        check(&account(&[("ana", 60, 10), ("ben", 40, 40)], None), None);
        check(&account(&[("ana", 60, 40)], None), None);
        check(&account(&[("ana", 6, 40), ("ben", 4, 2)], None), None);
        check(&account(&[("ana", 60, 5), ("ben", 40, 2)], Some(("ana", 9))), None);
        check(&account(&[("ana", 60, 400), ("ben", 40, 2)], None), None);
    }
}
