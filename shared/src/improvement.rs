//! Improvements: what the shop shipped or changed, and whom that would bring back.
//!
//! Two things match a customer, however long ago they were: that they asked for the feature, and that they left over a reason that
//! the improvement answers, before it was there. What a customer did since, such as a purchase after the day, takes the second away:
//! they are no longer gone over it.

use crate::api::{Improvement, ImprovementKind, ImprovementMatch, Tier};
use crate::reason::Reason;
use crate::signal::date_in_words;
use crate::time::Day;

/// What a match reads of one customer.
#[derive(Debug, Clone, PartialEq)]
pub struct Leaver<'a> {
    pub tier: Tier,
    pub reason: Reason,
    /// The last purchase, or the last day that was paid for.
    pub last: Option<Day>,
    /// What they asked for and on which day.
    pub wishes: &'a [(String, Day)],
}

/// Of two spellings of one wish ("Calendar sync", "calendar-sync ") the key is the same: small letters and figures, one blank between.
pub fn key(feature: &str) -> String {
    let lower: String = feature.chars().flat_map(char::to_lowercase).map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    lower.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What a kind of improvement answers where the marketer has not said.
pub fn usual_reasons(kind: ImprovementKind) -> &'static [Reason] {
    match kind {
        ImprovementKind::Feature => &[Reason::MissingFeature],
        ImprovementKind::Price => &[Reason::Price],
        ImprovementKind::Service => &[Reason::Service],
        ImprovementKind::Policy => &[Reason::PoorExperience],
    }
}

/// Why this improvement is for this customer; none where it is not.
pub fn matched(improvement: &Improvement, leaver: &Leaver<'_>) -> Option<ImprovementMatch> {
    let shipped = Day::parse_iso(&improvement.shipped_on)?;
    let is_leaving = matches!(leaver.tier, Tier::Immediate | Tier::Moderate | Tier::Early);
    let is_lost = leaver.tier == Tier::Lost;
    if !is_leaving && !is_lost {
        return None;
    }
    let keys: Vec<String> = improvement.features.iter().map(|feature| key(feature)).collect();
    let asked = leaver.wishes.iter().filter(|(_, day)| *day <= shipped).find(|(wish, _)| keys.contains(&key(wish)));
    let text = match asked {
        Some((wish, day)) => format!("Asked for {wish} on {}", date_in_words(*day)),
        None if improvement.reasons.contains(&leaver.reason)
            && (is_leaving || leaver.last.is_some_and(|last| last < shipped)) =>
        {
            let verb = if is_lost { "Left" } else { "Is leaving" };
            format!("{verb} over {}", leaver.reason.name().to_lowercase())
        }
        None => return None,
    };
    Some(ImprovementMatch {
        id: improvement.id.clone(),
        title: improvement.title.clone(),
        shipped_on: improvement.shipped_on.clone(),
        asked: asked.is_some(),
        text,
    })
}

/// Those of a customer: what they asked for first, then the newest.
pub fn of_customer(improvements: &[Improvement], leaver: &Leaver<'_>) -> Vec<ImprovementMatch> {
    let mut found: Vec<ImprovementMatch> = improvements.iter().filter_map(|improvement| matched(improvement, leaver)).collect();
    found.sort_by(|one, other| other.asked.cmp(&one.asked).then_with(|| other.shipped_on.cmp(&one.shipped_on)));
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::Id;

    fn improvement(kind: ImprovementKind, features: &[&str]) -> Improvement {
        Improvement {
            id: Id::parse("01900000-0000-7000-8000-000000000001").unwrap(),
            kind,
            title: "Calendar sync".to_owned(),
            text: None,
            shipped_on: "2026-03-01".to_owned(),
            reasons: usual_reasons(kind).to_vec(),
            features: features.iter().map(|feature| (*feature).to_owned()).collect(),
            matches: None,
            announced_at: None,
            version: 1,
        }
    }

    fn day(text: &str) -> Day {
        Day::parse_iso(text).unwrap()
    }

    fn leaver(tier: Tier, reason: Reason, last: &str) -> Leaver<'static> {
        Leaver { tier, reason, last: Some(day(last)), wishes: &[] }
    }

    #[test]
    fn who_asked_is_matched_however_it_was_spelled_and_however_long_gone() {
        let wishes = [("calendar-Sync".to_owned(), day("2019-05-04"))];
        let known = Leaver { wishes: &wishes, ..leaver(Tier::Lost, Reason::Price, "2019-06-01") };
        let found = matched(&improvement(ImprovementKind::Feature, &["Calendar  sync"]), &known).unwrap();
        assert!(found.asked);
        assert_eq!(found.text, "Asked for calendar-Sync on 4 May 2019");
        let later = [("Calendar sync".to_owned(), day("2026-03-02"))];
        let too_late = Leaver { wishes: &later, ..known.clone() };
        assert_eq!(matched(&improvement(ImprovementKind::Feature, &["calendar sync"]), &too_late), None, "they saw it already");
        assert_eq!(matched(&improvement(ImprovementKind::Feature, &["calendar"]), &known), None);
    }

    #[test]
    fn who_left_over_it_before_it_came_is_matched_and_who_bought_since_is_not() {
        let shipped = improvement(ImprovementKind::Price, &[]);
        let text = |leaver: &Leaver<'_>| matched(&shipped, leaver).map(|found| found.text);
        assert_eq!(text(&leaver(Tier::Lost, Reason::Price, "2024-01-01")).as_deref(), Some("Left over price"));
        assert_eq!(text(&leaver(Tier::Lost, Reason::Price, "2026-03-01")), None);
        assert_eq!(text(&leaver(Tier::Early, Reason::Price, "2026-03-05")).as_deref(), Some("Is leaving over price"));
        for other in [leaver(Tier::Lost, Reason::Service, "2024-01-01"), leaver(Tier::Healthy, Reason::Price, "2024-01-01")] {
            assert_eq!(text(&other), None);
        }
    }

    #[test]
    fn of_several_what_they_asked_for_leads_and_then_the_newest() {
        let newer = Improvement { shipped_on: "2026-04-01".to_owned(), ..improvement(ImprovementKind::Price, &[]) };
        let wishes = [("Calendar sync".to_owned(), day("2025-05-04"))];
        let known = Leaver { wishes: &wishes, ..leaver(Tier::Lost, Reason::Price, "2025-06-01") };
        let all = [improvement(ImprovementKind::Price, &[]), newer, improvement(ImprovementKind::Feature, &["calendar sync"])];
        let order: Vec<(bool, String)> =
            of_customer(&all, &known).into_iter().map(|found| (found.asked, found.shipped_on)).collect();
        assert_eq!(order, [(true, "2026-03-01".to_owned()), (false, "2026-04-01".to_owned()), (false, "2026-03-01".to_owned())]);
    }
}
