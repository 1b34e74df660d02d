//! A checked filter as an expression of SQL over `facets f`.

use super::Checked;
use super::field::Field;
use super::test::{Column, Test};

/// A value for a numbered place of a statement.
#[derive(Debug, Clone, PartialEq)]
pub enum Bound {
    Text(String),
    Int(i64),
}

/// An expression over a row `f` of `facets`, and what is bound to its places in their order.
#[derive(Debug, Clone, PartialEq)]
pub struct Compiled {
    pub expression: String,
    pub bound: Vec<Bound>,
    /// It looks beside facets, so that each customer costs more rows than one.
    pub looks_further: bool,
}

impl Checked {
    /// `first` is the number of the first place that is free.
    pub fn compile(&self, first: usize) -> Compiled {
        let mut compiled = Compiled { expression: String::new(), bound: Vec::new(), looks_further: false };
        write(self, first, &mut compiled);
        compiled
    }
}

fn write(checked: &Checked, first: usize, into: &mut Compiled) {
    let (parts, word) = match checked {
        Checked::Is(test) => return write_test(test, first, into),
        Checked::All(parts) => (parts, " and "),
        Checked::Any(parts) => (parts, " or "),
    };
    into.expression.push('(');
    // What stands in the row itself decides before anything else is looked at.
    let (near, far): (Vec<&Checked>, Vec<&Checked>) =
        parts.iter().partition(|part| part.tests().iter().all(|test| is_near(test)));
    for (at, part) in near.into_iter().chain(far).enumerate() {
        if at > 0 {
            into.expression.push_str(word);
        }
        write(part, first, into);
    }
    into.expression.push(')');
}

fn write_test(test: &Test, first: usize, into: &mut Compiled) {
    into.looks_further |= !is_near(test);
    let mut place = |bound: Bound| {
        into.bound.push(bound);
        format!("?{}", first + into.bound.len() - 1)
    };
    let mut list = |values: &[String]| place(Bound::Text(serde_json::to_string(values).unwrap_or_default()));
    let negated = |is: bool| if is { "" } else { "not " };
    let text = match test {
        Test::OneOf { column, numbers, is, .. } => {
            let numbers: Vec<String> = numbers.iter().map(i64::to_string).collect();
            let column = name(column);
            let values = place(Bound::Text(format!("[{}]", numbers.join(","))));
            // What is not known is none of them.
            format!("coalesce({column}, -1) {}in (select value from json_each({values}))", negated(*is))
        }
        Test::Between { column, low, high, .. } => {
            let column = name(column);
            match (low, high) {
                (Some(low), Some(high)) => {
                    let (low, high) = (place(Bound::Int(*low)), place(Bound::Int(*high)));
                    format!("{column} between {low} and {high}")
                }
                (Some(low), None) => format!("{column} >= {}", place(Bound::Int(*low))),
                (None, Some(high)) => format!("{column} <= {}", place(Bound::Int(*high))),
                (None, None) => format!("{column} is not null"),
            }
        }
        Test::Known { column, is } => format!("{} is {}null", name(column), if *is { "not " } else { "" }),
        Test::Country { codes, is } => {
            format!("coalesce(f.country, '') {}in (select value from json_each({}))", negated(*is), list(codes))
        }
        Test::Tagged { tags, is } => format!(
            "{}exists (select 1 from customers n cross join json_each(n.tags) t cross join json_each({}) w where n.id = f.customer_id and t.value = w.value collate nocase)",
            negated(*is),
            list(tags)
        ),
        Test::Owned { people, nobody, is } => {
            let people = list(people);
            let nobody = place(Bound::Int((*nobody).into()));
            format!(
                "{}exists (select 1 from customers n where n.id = f.customer_id and ((n.owner_id is null and {nobody}) or n.owner_id in (select u.id from users u where u.public_id in (select value from json_each({people})))))",
                negated(*is)
            )
        }
        Test::From { sources, is } => format!(
            "{}exists (select 1 from identities i where i.customer_id = f.customer_id and i.kind in ('external', 'account') and cast(substr(i.value, 1, instr(i.value, ':') - 1) as integer) in (select s.id from sources s where s.public_id in (select value from json_each({}))))",
            negated(*is),
            list(sources)
        ),
        // As crate::improvement::matched says it of one customer.
        Test::Answered { improvements, is } => {
            let ids = list(improvements);
            format!(
                "{}(f.tier between 1 and 4 and (f.customer_id in (select w.customer_id from improvements i cross join json_each(i.keys) k cross join wishes w where w.feature_key = k.value and w.day <= i.shipped_day and i.public_id in (select value from json_each({ids}))) or exists (select 1 from improvements i cross join json_each(i.numbers) r where i.public_id in (select value from json_each({ids})) and r.value = f.reason and (f.tier < 4 or f.last_day < i.shipped_day))))",
                negated(*is)
            )
        }
        Test::Agreed { channels, is, now } => {
            let channels = list(channels);
            let now = place(Bound::Int(*now));
            format!(
                "{}exists (select 1 from contacts k cross join json_each({channels}) w cross join json_each(k.consent) h where k.customer_id = f.customer_id and h.key = w.value || '/marketing' and h.value ->> '$.state' = 'granted' and coalesce(h.value ->> '$.expires_at', 9e15) > {now})",
                negated(*is)
            )
        }
    };
    into.expression.push_str(&text);
}

/// Whether the row of facets says it.
fn is_near(test: &Test) -> bool {
    matches!(test, Test::OneOf { .. } | Test::Between { .. } | Test::Known { .. } | Test::Country { .. })
}

fn name(column: &Column) -> String {
    match column {
        Column::Trait(place, _) => format!("f.t{place}"),
        Column::Of(field) => match field {
            Field::Tier => "f.tier",
            Field::Lifecycle => "f.lifecycle",
            Field::ValueTier => "f.value_tier",
            Field::Reason => "f.reason",
            Field::Engagement => "f.engagement",
            Field::WinBack => "f.win_back",
            Field::Value => "f.value",
            Field::Margin => "f.margin_back",
            Field::Regain => "f.regain",
            Field::Waiting => "f.waiting",
            Field::Risk => "f.p30",
            Field::Chance => "f.contact",
            Field::Orders => "f.orders",
            Field::FirstOrder => "f.first_day",
            Field::LastOrder => "f.last_day",
            Field::Deadline => "f.deadline_day",
            Field::Excluded => "f.excluded",
            Field::Segment => "f.segment",
            // Never a column: they are tests of their own.
            Field::Country | Field::Tag | Field::Owner | Field::Source | Field::Improvement | Field::Consent => "f.customer_id",
        }
        .to_owned(),
    }
}
