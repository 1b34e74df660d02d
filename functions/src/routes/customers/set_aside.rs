//! Not at risk, as somebody of the team says: what is asked for, what it changes, and how the log tells it.

use shared::api::{NewSetAside, SetAside};
use shared::risk::MOST_SET_ASIDE_DAYS;
use shared::time::Day;

use crate::ctx::Ctx;
use crate::db::audit::Entry;
use crate::db::edits::NewAside;
use crate::problem::Problem;

const NOTE_CHARS: usize = 500;

/// What is asked for, checked: left out, ended, or said anew.
pub fn asked(ctx: &Ctx, asked: &Option<Option<NewSetAside>>) -> Result<Option<Option<NewAside>>, Problem> {
    let Some(Some(NewSetAside { reason, until, note })) = asked else { return Ok(asked.as_ref().map(|_| None)) };
    let until = until_day(until, ctx.now.day())?;
    let note = note.as_deref().map(str::trim).filter(|note| !note.is_empty()).map(str::to_owned);
    if note.as_ref().is_some_and(|note| note.chars().nth(NOTE_CHARS).is_some()) {
        return Err(Problem::field("set_aside.note", format!("Use at most {NOTE_CHARS} characters")));
    }
    Ok(Some(Some(NewAside { reason: *reason, until, note, user: ctx.who.user_id() })))
}

fn until_day(text: &str, today: Day) -> Result<Day, Problem> {
    let last = today.plus(MOST_SET_ASIDE_DAYS);
    let until = Day::parse_iso(text).filter(|until| (today..=last).contains(until));
    until.ok_or_else(|| Problem::field("set_aside.until", format!("Use a day from {} to {}", today.iso(), last.iso())))
}

/// Whether what is asked for differs from what stands.
pub fn changes(before: Option<&SetAside>, asked: &Option<Option<NewAside>>) -> bool {
    match (before, asked) {
        (_, None) | (None, Some(None)) => false,
        (None, Some(Some(_))) | (Some(_), Some(None)) => true,
        (Some(before), Some(Some(asked))) => !asked.is(before),
    }
}

/// The reason and the day; what the note says is about a customer and stays out of the log.
pub fn told(entry: Entry, before: Option<&SetAside>, asked: Option<&NewAside>) -> Entry {
    let before = before.map(|aside| format!("{} until {}", aside.reason.as_str().replace('_', " "), aside.until));
    let entry = match asked {
        Some(asked) => {
            let now = format!("{} until {}", asked.reason.as_str().replace('_', " "), asked.until.iso());
            entry.value("set_aside", before, Some(now))
        }
        None => entry.value("set_aside", Some(before.unwrap_or_else(|| "yes".to_owned())), None),
    };
    if asked.is_some_and(|asked| asked.note.is_some()) { entry.field("note") } else { entry }
}

#[cfg(test)]
mod tests {
    use shared::api::SetAsideReason;

    use super::*;

    fn standing(until: &str) -> SetAside {
        let from = "2026-03-01".to_owned();
        SetAside { reason: SetAsideReason::Paused, from, until: until.to_owned(), note: None, by: None }
    }

    fn new(until: &str) -> NewAside {
        let until = Day::parse_iso(until).expect("day");
        NewAside { reason: SetAsideReason::Paused, until, note: None, user: Some(1) }
    }

    #[test]
    fn the_last_day_lies_between_today_and_four_hundred_days_ahead() {
        let today = Day::parse_iso("2026-03-02").expect("day");
        assert!(until_day("2026-03-02", today).is_ok() && until_day("2027-04-06", today).is_ok());
        for wrong in ["2026-03-01", "2027-04-07", "soon", ""] {
            assert!(matches!(until_day(wrong, today), Err(Problem::Invalid(_))), "{wrong}");
        }
    }

    #[test]
    fn what_is_so_already_changes_nothing() {
        let standing = standing("2026-04-01");
        assert!(!changes(Some(&standing), &None) && !changes(None, &Some(None)));
        assert!(!changes(Some(&standing), &Some(Some(new("2026-04-01")))));
        assert!(changes(Some(&standing), &Some(Some(new("2026-04-02")))));
        assert!(changes(Some(&standing), &Some(None)) && changes(None, &Some(Some(new("2026-04-01")))));
    }
}
