//! On which hours of the week and days of the year a channel is open, by law and by custom, as data.
//!
//! The bounds here are the outermost: what a shop chooses lies within them. Sources: the TCPA's rules (47 CFR 64.1200(c)(1), 8 to 21 in
//! the called person's zone) and Canada's (CRTC Telemarketing Rules, part III); France's Code de la consommation (D223-9 for calls) and
//! its operators' charter of SMS marketing; Spain's and Italy's codes of conduct for calls; Australia's Telecommunications
//! (Telemarketing) Standard 2017; India's TRAI; custom (no Sundays) in the countries of German. No legal advice: a shop may narrow all.

mod holidays;

use chrono::{Datelike as _, NaiveDate, NaiveDateTime, Timelike as _, Weekday};

use super::Channel;
use holidays::Calendar;

/// Whole hours of a day, each from and until.
type Spans = &'static [(u8, u8)];

struct Week {
    weekday: Spans,
    saturday: Spans,
    sunday: Spans,
    /// Its days are as [`Week::holiday`] says.
    calendar: Calendar,
    holiday: Spans,
}

/// Open at a local time, as far as the law of a country goes. Where no country is known, as strict as most are.
pub(super) fn is_open(channel: Channel, country: Option<&str>, local: NaiveDateTime) -> bool {
    let Some(week) = week(channel, country) else { return true };
    let spans = if week.calendar.has(local.date()) {
        week.holiday
    } else {
        match local.weekday() {
            Weekday::Sat => week.saturday,
            Weekday::Sun => week.sunday,
            _ => week.weekday,
        }
    };
    let hour = u8::try_from(local.hour()).unwrap_or(0);
    spans.iter().any(|(from, to)| (*from..*to).contains(&hour))
}

/// Whether a day is a holiday on which a channel is closed.
pub fn is_holiday(channel: Channel, country: Option<&str>, day: NaiveDate) -> bool {
    week(channel, country).is_some_and(|week| week.calendar.has(day) && week.holiday.is_empty())
}

fn week(channel: Channel, country: Option<&str>) -> Option<&'static Week> {
    match channel {
        Channel::Sms => Some(match country {
            Some("US") => &ANY_DAY_8_21,
            Some("FR") => &SMS_FRANCE,
            Some("DE") => &SMS_GERMANY,
            Some("AT") => &SMS_AUSTRIA,
            Some("CH") => &NO_SUNDAY_8_20,
            Some("GB" | "IE") => &ANY_DAY_8_21,
            Some("IN") => &ANY_DAY_10_19,
            _ => &ANY_DAY_9_20,
        }),
        Channel::Call => Some(match country {
            Some("US") => &ANY_DAY_8_21,
            Some("CA") => &CALL_CANADA,
            Some("FR") => &CALL_FRANCE,
            Some("DE") => &SMS_GERMANY,
            Some("AT") => &SMS_AUSTRIA,
            Some("CH") => &NO_SUNDAY_8_20,
            Some("ES") => &CALL_SPAIN,
            Some("IT") => &CALL_ITALY,
            Some("GB" | "IE") => &CALL_BRITAIN,
            Some("AU") => &CALL_AUSTRALIA,
            Some("IN") => &ANY_DAY_10_19,
            _ => &NO_SUNDAY_9_20,
        }),
        // No law sets hours for mail, and nobody hears post or a page.
        Channel::Email | Channel::Video | Channel::InApp | Channel::Post | Channel::Retargeting => None,
    }
}

const fn same(spans: Spans) -> Week {
    Week { weekday: spans, saturday: spans, sunday: spans, calendar: Calendar::None, holiday: spans }
}

const fn no_sunday(spans: Spans, calendar: Calendar) -> Week {
    Week { weekday: spans, saturday: spans, sunday: &[], calendar, holiday: &[] }
}

static ANY_DAY_8_21: Week = same(&[(8, 21)]);
static ANY_DAY_9_20: Week = same(&[(9, 20)]);
static ANY_DAY_10_19: Week = same(&[(10, 19)]);
static NO_SUNDAY_8_20: Week = no_sunday(&[(8, 20)], Calendar::None);
static NO_SUNDAY_9_20: Week = no_sunday(&[(9, 20)], Calendar::None);
static SMS_FRANCE: Week = no_sunday(&[(8, 20)], Calendar::France);
static SMS_GERMANY: Week = no_sunday(&[(8, 20)], Calendar::Germany);
static SMS_AUSTRIA: Week = no_sunday(&[(8, 20)], Calendar::Austria);
static CALL_FRANCE: Week =
    Week { weekday: &[(10, 13), (14, 20)], saturday: &[], sunday: &[], calendar: Calendar::France, holiday: &[] };
static CALL_CANADA: Week =
    Week { weekday: &[(9, 21)], saturday: &[(10, 18)], sunday: &[(10, 18)], calendar: Calendar::None, holiday: &[] };
static CALL_SPAIN: Week = Week { weekday: &[(9, 21)], saturday: &[], sunday: &[], calendar: Calendar::Spain, holiday: &[] };
static CALL_ITALY: Week =
    Week { weekday: &[(9, 20)], saturday: &[(10, 19)], sunday: &[], calendar: Calendar::Italy, holiday: &[] };
static CALL_BRITAIN: Week =
    Week { weekday: &[(8, 21)], saturday: &[(9, 20)], sunday: &[], calendar: Calendar::Britain, holiday: &[] };
static CALL_AUSTRALIA: Week =
    Week { weekday: &[(9, 20)], saturday: &[(9, 17)], sunday: &[], calendar: Calendar::Australia, holiday: &[] };

#[cfg(test)]
mod tests {
    use super::*;

    fn check(channel: Channel, country: &str, local: &str, expected: bool) {
        let at = NaiveDateTime::parse_from_str(local, "%Y-%m-%d %H:%M").unwrap();
        assert_eq!(is_open(channel, Some(country), at), expected, "{channel:?} {country} {local}");
    }

    #[test]
    fn hours_and_days_are_those_of_the_law() {
        use Channel::{Call, Email, Sms};
        check(Sms, "US", "2026-07-05 08:00", true);
        check(Sms, "US", "2026-07-05 07:59", false);
        check(Sms, "US", "2026-07-05 20:59", true);
        check(Sms, "US", "2026-07-05 21:00", false);
        check(Sms, "FR", "2026-07-12 12:00", false);
        check(Sms, "FR", "2026-07-14 12:00", false);
        check(Sms, "FR", "2026-07-13 12:00", true);
        check(Sms, "FR", "2026-04-06 12:00", false);
        check(Call, "FR", "2026-07-13 13:30", false);
        check(Call, "FR", "2026-07-11 12:00", false);
        check(Sms, "DE", "2026-10-03 12:00", false);
        check(Call, "CA", "2026-07-11 18:30", false);
        check(Email, "FR", "2026-07-14 03:00", true);
    }
}
