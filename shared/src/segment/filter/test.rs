//! A condition whose parts are known: what is compiled.

use super::field::{CHANNELS, Field, Kind, options};
use super::{Condition, Context, MOST_CHARS, MOST_VALUES, Operator};
use crate::id::Id;
use crate::money::Money;
use crate::segment::{DeclaredKind, Segment};
use crate::time::Day;

/// What is asked of one customer.
#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    /// A facet is one of these numbers, or none of them; `words` are their names.
    OneOf {
        column: Column,
        numbers: Vec<i64>,
        is: bool,
        words: Vec<String>,
    },
    /// `low` and `high` are included.
    Between {
        column: Column,
        low: Option<i64>,
        high: Option<i64>,
        words: String,
    },
    Known {
        column: Column,
        is: bool,
    },
    Country {
        codes: Vec<String>,
        is: bool,
    },
    Tagged {
        tags: Vec<String>,
        is: bool,
    },
    /// Public ids of people of the team.
    Owned {
        people: Vec<String>,
        nobody: bool,
        is: bool,
    },
    From {
        sources: Vec<String>,
        is: bool,
    },
    /// They leave or left over what one of these improvements answers, or asked for it.
    Answered {
        improvements: Vec<String>,
        is: bool,
    },
    /// To marketing on any of these channels.
    Agreed {
        channels: Vec<String>,
        is: bool,
        now: i64,
    },
}

/// A column of facets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Column {
    Of(Field),
    /// By its place, from 1 on, with its name.
    Trait(usize, String),
}

/// The part of the condition that is wrong, and how to mend it.
type Wrong = (&'static str, String);

impl Test {
    /// # Errors
    /// What is wrong with the condition.
    pub fn of(condition: &Condition, context: &Context) -> Result<Self, Wrong> {
        let Condition { field, operator, values } = condition;
        if values.len() > MOST_VALUES {
            return Err(("values", format!("Use at most {MOST_VALUES} values")));
        }
        if values.iter().any(|value| value.chars().nth(MOST_CHARS).is_some() || value.chars().any(char::is_control)) {
            return Err(("values", format!("A value is plain text of at most {MOST_CHARS} characters")));
        }
        if let Some(name) = field.strip_prefix("trait:") {
            return of_trait(name, *operator, values, context);
        }
        let field = Field::of_code(field).ok_or_else(|| ("field", "There is no such field: take one of the list".to_owned()))?;
        if !field.kind().operators().contains(operator) {
            return Err(("operator", format!("{} cannot be compared in this way: take another comparison", field.name())));
        }
        let column = Column::Of(field);
        let is = *operator == Operator::OneOf;
        match (field, field.kind()) {
            (_, _) if matches!(operator, Operator::Known | Operator::Unknown) => {
                Ok(Self::Known { column, is: *operator == Operator::Known })
            }
            (Field::Consent, _) => {
                let is_channel = |value: &String| CHANNELS.contains(&value.as_str());
                let channels = several(values, |value| Some(value).filter(|value| is_channel(value)).cloned(), "email or sms")?;
                Ok(Self::Agreed { channels, is, now: context.now.0 })
            }
            (_, Kind::Choice) => {
                let known = options(field);
                let listed: Vec<&str> = known.iter().map(|option| option.code).collect();
                let found = several(values, |value| known.iter().find(|option| option.code == value), &listed.join(", "))?;
                let words = found.iter().map(|option| option.name.to_lowercase()).collect();
                Ok(Self::OneOf { column, numbers: found.iter().map(|option| option.number).collect(), is, words })
            }
            (Field::Segment, _) => {
                let segments = several(values, |code| Segment::of_code(code), "codes of micro-segments, such as high-price")?;
                let words = segments.iter().map(|segment| segment.name()).collect();
                Ok(Self::OneOf { column, numbers: segments.iter().map(|segment| segment.number().into()).collect(), is, words })
            }
            (Field::Country, _) => {
                let is_code = |code: &&String| code.len() == 2 && code.bytes().all(|letter| letter.is_ascii_alphabetic());
                let codes = several(
                    values,
                    |code| Some(code).filter(is_code).map(|code| code.to_ascii_uppercase()),
                    "two letters such as DE",
                )?;
                Ok(Self::Country { codes, is })
            }
            (Field::Owner, _) => {
                let people = several(
                    values,
                    |id| Some(id).filter(|id| *id == "none" || Id::parse(id).is_ok()).cloned(),
                    "ids of people, or none",
                )?;
                let nobody = people.iter().any(|id| id == "none");
                Ok(Self::Owned { people: people.into_iter().filter(|id| id != "none").collect(), nobody, is })
            }
            (Field::Source, _) => {
                let sources = several(values, |id| Some(id).filter(|id| Id::parse(id).is_ok()).cloned(), "ids of sources")?;
                Ok(Self::From { sources, is })
            }
            (Field::Improvement, _) => {
                let read = |id: &String| Id::parse(id).ok().map(|id| id.to_string());
                Ok(Self::Answered { improvements: several(values, read, "ids of improvements")?, is })
            }
            (_, Kind::Text) => {
                let tags = several(values, |tag| Some(tag.trim()).filter(|tag| !tag.is_empty()).map(str::to_owned), "tags")?;
                Ok(Self::Tagged { tags, is })
            }
            (_, Kind::Money) => {
                let value = one(values)?;
                let money = Money::parse(value, context.home)
                    .map_err(|_| ("values", format!("Use an amount in {}, such as 50.00", context.home)))?;
                // A day's waiting is stored in hundredths.
                let scale = if field == Field::Waiting { 100 } else { 1 };
                Ok(bound(column, *operator, money.minor.saturating_mul(scale), format!("{} {}", value.trim(), context.home)))
            }
            (_, Kind::PerCent) => {
                let value = one(values)?;
                let share: f64 = value
                    .trim()
                    .parse()
                    .ok()
                    .filter(|share| (0.0..=100.0).contains(share))
                    .ok_or_else(|| ("values", "Use per cent from 0 to 100".to_owned()))?;
                let scale = if field == Field::Risk { 100.0 } else { 10.0 };
                Ok(bound(column, *operator, libm::round(share * scale) as i64, format!("{} %", value.trim())))
            }
            (_, Kind::Count | Kind::Number) => {
                let count = whole(one(values)?)?;
                Ok(bound(column, *operator, count, count.to_string()))
            }
            (_, Kind::Date) => of_date(column, *operator, one(values)?, context.today()),
        }
    }
}

fn of_trait(name: &str, operator: Operator, values: &[String], context: &Context) -> Result<Test, Wrong> {
    let found = (1..).zip(context.declared).find(|(_, declared)| declared.name == name);
    let (place, declared) =
        found.ok_or_else(|| ("field", format!("{name} is no declared column: declare it under Segments, or leave it out")))?;
    let column = Column::Trait(place, name.to_owned());
    let kind = match declared.kind {
        DeclaredKind::Number => Kind::Number,
        DeclaredKind::Text => Kind::Text,
    };
    let is_known = matches!(operator, Operator::Known | Operator::Unknown);
    if !kind.operators().contains(&operator) && !is_known {
        return Err(("operator", format!("{name} cannot be compared in this way: take another comparison")));
    }
    if is_known {
        return Ok(Test::Known { column, is: operator == Operator::Known });
    }
    match declared.kind {
        DeclaredKind::Text => {
            let numbers = several(values, |value| declared.kind.stored(value), "values of the column")?;
            let words = values.iter().map(|value| value.trim().to_owned()).collect();
            Ok(Test::OneOf { column, numbers, is: operator == Operator::OneOf, words })
        }
        DeclaredKind::Number => {
            let value = one(values)?;
            let number = declared.kind.stored(value).ok_or_else(|| ("values", "Use a number, such as 12.5".to_owned()))?;
            Ok(bound(column, operator, number, value.trim().to_owned()))
        }
    }
}

fn of_date(column: Column, operator: Operator, value: &str, today: Day) -> Result<Test, Wrong> {
    let between = |low: Option<Day>, high: Option<Day>, words: String| {
        let [low, high] = [low, high].map(|day| day.map(|day| i64::from(day.0)));
        Ok(Test::Between { column: column.clone(), low, high, words })
    };
    if matches!(operator, Operator::Before | Operator::After) {
        let day = Day::parse_iso(value.trim()).ok_or_else(|| ("values", "Use a date such as 2026-03-31".to_owned()))?;
        return match operator {
            Operator::Before => between(None, Some(day.plus(-1)), format!("before {}", day.iso())),
            _ => between(Some(day.plus(1)), None, format!("after {}", day.iso())),
        };
    }
    let days = whole(value)?;
    let days =
        i32::try_from(days).ok().filter(|days| *days <= 36_500).ok_or_else(|| ("values", "Use at most 36500 days".to_owned()))?;
    let in_words = if days == 1 { "1 day".to_owned() } else { format!("{days} days") };
    match operator {
        Operator::WithinLast => between(Some(today.plus(-days)), Some(today), format!("within the last {in_words}")),
        Operator::WithinNext => between(Some(today), Some(today.plus(days)), format!("within the next {in_words}")),
        _ => between(None, Some(today.plus(-days - 1)), format!("more than {in_words} ago")),
    }
}

fn bound(column: Column, operator: Operator, number: i64, value: String) -> Test {
    match operator {
        Operator::AtMost => Test::Between { column, low: None, high: Some(number), words: format!("at most {value}") },
        _ => Test::Between { column, low: Some(number), high: None, words: format!("at least {value}") },
    }
}

fn several<'a, T>(values: &'a [String], read: impl Fn(&'a String) -> Option<T>, listed: &str) -> Result<Vec<T>, Wrong> {
    if values.is_empty() {
        return Err(("values", format!("Choose at least one: {listed}")));
    }
    values.iter().map(read).collect::<Option<Vec<_>>>().ok_or_else(|| ("values", format!("Use {listed}")))
}

fn one(values: &[String]) -> Result<&str, Wrong> {
    match values {
        [value] => Ok(value),
        _ => Err(("values", "Use one value".to_owned())),
    }
}

fn whole(value: &str) -> Result<i64, Wrong> {
    let number = value.trim().parse().ok().filter(|number| (0..=1_000_000_000).contains(number));
    number.ok_or_else(|| ("values", "Use a whole number of 0 or more".to_owned()))
}
