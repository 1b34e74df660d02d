//! Templates of words: `{{ first_name }}`, `{{ price_drop.item }}`, `{% if offer.code %}`.
//!
//! They are for sentences, so they know values, conditions and a few filters, and nothing that repeats, includes or keeps: what a person
//! wrote in the editor can be no bomb. A name that is not known is an error, never a hole.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use minijinja::value::{Enumerator, Object, ObjectRepr};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior, Value};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::locale::{self, Locale};
use super::say::clean;
use super::{Brand, Brief, Fact, FactKey, FactValue, Promise};
use crate::money::{Currency, Money};
use crate::offer::Kind;
use crate::time::Day;

/// Steps of the engine: a text of some sentences takes dozens.
const FUEL: u64 = 20_000;
/// Bytes of a template, and of what it makes.
pub const MOST_TEMPLATE: usize = 8_000;
const MOST_OUTPUT: usize = 16_000;
const MOST_DEPTH: usize = 40;

/// Days in which everybody knows which year's a day is.
const NEAR_DAYS: i32 = 180;

/// What is wrong with a template, where, and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, thiserror::Error)]
#[error("line {line}: {what}. {fix}.")]
pub struct TemplateError {
    /// From 1.
    pub line: u32,
    pub what: String,
    pub fix: String,
    /// The name that is not known of this person, where that is all: another person may have it.
    pub missing: Option<String>,
}

/// A text with the facts that stand in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    pub text: String,
    pub facts: Vec<FactKey>,
}

/// What templates may name besides facts.
#[derive(Debug, Clone, Copy)]
pub struct Around<'a> {
    pub brand: &'a Brand,
    pub brief: &'a Brief,
    pub promise: Option<&'a Promise>,
    /// Words of a proof and whose they are.
    pub proof: Option<(&'a str, Option<&'a str>)>,
    /// On which it is read.
    pub day: Day,
}

/// Renders texts to one person in one language.
#[derive(Debug)]
pub struct Writer {
    engine: Environment<'static>,
    values: Arc<BTreeMap<String, Value>>,
    known: Vec<FactKey>,
}

impl Writer {
    /// `facts`: as [`super::say::sayable_facts`] gives them.
    pub fn new(locale: &Locale, facts: &[Fact], around: &Around<'_>) -> Self {
        let mut values: BTreeMap<String, Value> = BTreeMap::new();
        for fact in facts {
            values.insert(fact.key.code().to_owned(), value_of(locale, fact));
        }
        values.extend(others(locale, around));
        Self { engine: engine(locale, around.day), values: Arc::new(values), known: facts.iter().map(|fact| fact.key).collect() }
    }

    /// # Errors
    /// With the line and the fix; a fact that this person lacks is named in `missing`.
    pub fn write(&self, template: &str) -> Result<Rendered, TemplateError> {
        allowed(template)?;
        let names = Arc::new(Names { values: self.values.clone(), asked: Mutex::default() });
        let asked = |names: &Names| names.asked.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut output = Limited::default();
        let outcome = self
            .engine
            .template_from_str(template)
            .and_then(|template| template.render_captured_to(Value::from_dyn_object(names.clone()), &mut output).map(drop));
        let asked = asked(&names);
        if let Err(error) = outcome {
            let missing =
                asked.last().filter(|name| !self.values.contains_key(*name) && error.kind() == ErrorKind::UndefinedError);
            return Err(explained(&error, missing.cloned(), output.is_full));
        }
        let text = String::from_utf8(output.bytes).unwrap_or_default();
        let facts = self.known.iter().copied().filter(|key| asked.iter().any(|name| name == key.code())).collect();
        Ok(Rendered { text, facts })
    }
}

/// What a template names, and whether it is one: without a person, for the editor.
///
/// # Errors
/// As [`Writer::write`].
pub fn check(template: &str) -> Result<BTreeSet<String>, TemplateError> {
    allowed(template)?;
    let engine = engine(&Locale::ENGLISH, Day::default());
    let template = engine.template_from_str(template).map_err(|error| explained(&error, None, false))?;
    let names: BTreeSet<String> = template.undeclared_variables(false).into_iter().collect();
    let is_known = |name: &&String| FactKey::of_code(name).is_some() || OTHERS.contains(&name.as_str());
    match names.iter().find(|name| !is_known(name)) {
        Some(name) => Err(TemplateError { missing: None, ..unknown(1, name) }),
        None => Ok(names),
    }
}

/// The names that are no facts.
const OTHERS: [&str; 5] = ["brand", "offer", "product", "change", "proof"];

fn engine(locale: &Locale, today: Day) -> Environment<'static> {
    let mut engine = Environment::empty();
    // A condition may ask for what is not there; writing it out is an error.
    engine.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    engine.set_fuel(Some(FUEL));
    engine.set_recursion_limit(MOST_DEPTH);
    engine.set_auto_escape_callback(|_| AutoEscape::None);
    let of = locale.clone();
    engine.add_filter("date", move |value: Value, style: Option<String>| filter_date(&of, today, &value, style.as_deref()));
    let of = locale.clone();
    engine.add_filter("money", move |value: Value, currency: Option<String>| filter_money(&of, &value, currency.as_deref()));
    engine.add_filter("lower", |text: String| text.to_lowercase());
    engine.add_filter("capital", |text: String| capital(&text));
    engine.add_filter("sentence", |text: String| sentence(&text));
    engine.add_test("defined", |value: Value| !value.is_undefined());
    engine
}

/// With a capital first letter: of a value at the beginning of a sentence.
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// As a sentence of its own: with a capital first letter and a mark at its end.
fn sentence(text: &str) -> String {
    let text = capital(text.trim());
    if text.ends_with(['.', '!', '?', '…', '。']) { text } else { format!("{text}.") }
}

fn filter_date(locale: &Locale, today: Day, value: &Value, style: Option<&str>) -> Result<String, Error> {
    let said = value.downcast_object_ref::<Said>().and_then(|said| said.day.clone());
    let iso = said.or_else(|| value.as_str().map(str::to_owned)).unwrap_or_default();
    let Some(day) = Day::parse_iso(&iso) else {
        return Err(Error::new(ErrorKind::InvalidOperation, "the filter `date` is for days"));
    };
    match style {
        // A day without its year is one of about now.
        Some("day") if today.since(day).abs() > NEAR_DAYS => Ok(locale::long_date(locale, &iso)),
        None => Ok(locale::long_date(locale, &iso)),
        Some("month") => Ok(locale::month(locale, &iso)),
        Some("day") => Ok(locale::day_of_year(locale, &iso)),
        Some(_) => Err(Error::new(ErrorKind::InvalidOperation, "the filter `date` knows \"month\" and \"day\"")),
    }
}

fn filter_money(locale: &Locale, value: &Value, currency: Option<&str>) -> Result<String, Error> {
    let said = value.downcast_object_ref::<Said>().and_then(|said| said.money);
    let told = || Money::parse(&value.to_string(), Currency::parse(currency?).ok()?).ok();
    let amount = said.or_else(told);
    let amount =
        amount.ok_or_else(|| Error::new(ErrorKind::InvalidOperation, "the filter `money` is for amounts with a currency"))?;
    Ok(locale::money(locale, amount))
}

fn value_of(locale: &Locale, fact: &Fact) -> Value {
    match &fact.value {
        FactValue::Text { text } => Value::from(text.as_str()),
        FactValue::Count { count } => Value::from(*count),
        FactValue::Day { day } => day_value(locale, day),
        FactValue::Money { money } => money_value(locale, *money),
        FactValue::Share { share } => {
            let fields = fact.day.iter().map(|day| ("day", day_value(locale, day))).collect();
            Value::from_object(Said { shown: locale::share(locale, *share), fields, ..Said::default() })
        }
        FactValue::Drop { item, from, to } => {
            let fields =
                [("item", Value::from(item.as_str())), ("from", money_value(locale, *from)), ("to", money_value(locale, *to))];
            Value::from_object(Said { shown: item.clone(), fields: fields.into(), ..Said::default() })
        }
    }
}

fn day_value(locale: &Locale, iso: &str) -> Value {
    Value::from_object(Said { shown: locale::long_date(locale, iso), day: Some(iso.to_owned()), ..Said::default() })
}

fn money_value(locale: &Locale, money: Money) -> Value {
    Value::from_object(Said { shown: locale::money(locale, money), money: Some(money), ..Said::default() })
}

fn others(locale: &Locale, around: &Around<'_>) -> BTreeMap<String, Value> {
    let text = |text: &str| Some(clean(text)).filter(|text| !text.is_empty()).map(Value::from);
    let told = |name: Option<&String>| name.and_then(|name| text(name));
    let mut values = BTreeMap::new();
    let brand = around.brand;
    let fields =
        [("name", text(&brand.name)), ("sender", told(brand.sender.as_ref())), ("role", told(brand.sender_role.as_ref()))];
    values.insert("brand".to_owned(), record(&clean(&brand.name), fields));
    values.extend(told(around.brief.product.as_ref()).map(|product| ("product".to_owned(), product)));
    values.extend(told(around.brief.change.as_ref()).map(|change| ("change".to_owned(), change)));
    if let Some((words, who)) = around.proof {
        let fields = [("text", text(words)), ("who", who.and_then(text))];
        values.insert("proof".to_owned(), record(&clean(words), fields));
    }
    if let Some(promise) = around.promise {
        let share = (promise.depth > 0).then(|| Value::from(locale::share(locale, promise.depth)));
        let amount = promise.amount.filter(|amount| amount.minor > 0).map(|amount| money_value(locale, amount));
        let fields = [
            ("name", text(&promise.name)),
            // What is taken off, in either form.
            ("value", share.clone().or_else(|| amount.clone())),
            ("share", share),
            ("amount", amount),
            ("minimum", promise.minimum.filter(|minimum| minimum.minor > 0).map(|minimum| money_value(locale, minimum))),
            ("code", told(promise.code.as_ref())),
            ("expires", Some(day_value(locale, &promise.expires))),
            ("is_discount", Some(Value::from(promise.kind == Kind::Discount))),
        ];
        values.insert("offer".to_owned(), record(&clean(&promise.name), fields));
    }
    values
}

fn record<const N: usize>(shown: &str, fields: [(&'static str, Option<Value>); N]) -> Value {
    // A field that is not there is nothing, so that a condition may ask for it; written out it is an error like any other hole.
    let fields = fields.into_iter().map(|(name, value)| (name, value.unwrap_or(Value::UNDEFINED))).collect();
    Value::from_object(Said { shown: shown.to_owned(), fields, ..Said::default() })
}

/// A value with the words for it.
#[derive(Debug, Default)]
struct Said {
    shown: String,
    day: Option<String>,
    money: Option<Money>,
    fields: BTreeMap<&'static str, Value>,
}

impl Object for Said {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.fields.get(key.as_str()?).cloned()
    }

    fn is_true(self: &Arc<Self>) -> bool {
        true
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

/// What a template may name, and what it did.
#[derive(Debug)]
struct Names {
    values: Arc<BTreeMap<String, Value>>,
    asked: Mutex<Vec<String>>,
}

impl Object for Names {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let name = key.as_str()?;
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).push(name.to_owned());
        self.values.get(name).cloned()
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::NonEnumerable
    }
}

/// Keeps no more than a message may hold.
#[derive(Debug, Default)]
struct Limited {
    bytes: Vec<u8>,
    is_full: bool,
}

impl std::io::Write for Limited {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.bytes.len() + bytes.len() > MOST_OUTPUT {
            self.is_full = true;
            return Err(std::io::Error::other("the text is too long"));
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Refuses what sentences do not need: tags other than conditions, and operators that multiply or join texts.
fn allowed(template: &str) -> Result<(), TemplateError> {
    let refuse =
        |line, what: &str, fix: &str| Err(TemplateError { line, what: what.to_owned(), fix: fix.to_owned(), missing: None });
    if template.len() > MOST_TEMPLATE {
        return refuse(1, "the text is too long", "Shorten it to some paragraphs");
    }
    let mut rest = template;
    while let Some(at) = rest.find('{') {
        let (_, tag) = rest.split_at(at);
        let line = line_at(template, template.len() - tag.len());
        let (open, close) = match tag.get(..2) {
            Some("{{") => ("{{", "}}"),
            Some("{%") => ("{%", "%}"),
            Some("{#") => ("{#", "#}"),
            _ => {
                rest = tag.get(1..).unwrap_or_default();
                continue;
            }
        };
        let Some((inside, after)) = tag.get(2..).and_then(|inside| inside.split_once(close)) else {
            return refuse(line, "a tag is not closed", "Close it with }} or %}");
        };
        let words = inside.trim_matches(['-', '+', ' ', '\n', '\t', '\r']);
        let word = words.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
        if open == "{%" && !matches!(word, "if" | "elif" | "else" | "endif") {
            return refuse(line, &format!("the tag “{word}” is not known"), "Use if, elif, else and endif");
        }
        if open != "{#" && words.contains(['*', '~', '[', '{']) {
            return refuse(line, "a tag may not calculate", "Name a fact, such as {{ last_item }}");
        }
        rest = after;
    }
    Ok(())
}

fn line_at(template: &str, at: usize) -> u32 {
    let before = template.get(..at).unwrap_or_default();
    u32::try_from(before.matches('\n').count() + 1).unwrap_or(u32::MAX)
}

fn explained(error: &Error, missing: Option<String>, is_full: bool) -> TemplateError {
    let line = error.line().and_then(|line| u32::try_from(line).ok()).unwrap_or(1);
    if let Some(name) = missing {
        return match FactKey::of_code(&name) {
            Some(_) => TemplateError {
                line,
                what: format!("“{name}” is not known of this person"),
                fix: "Put it between {% if … %} and {% endif %}, or let the composer choose another text".to_owned(),
                missing: Some(name),
            },
            None if OTHERS.contains(&name.as_str()) => TemplateError {
                line,
                what: format!("“{name}” is not there for this message"),
                fix: "Fill it in, or leave the sentence to the composer".to_owned(),
                missing: Some(name),
            },
            None => unknown(line, &name),
        };
    }
    let (what, fix) = match error.kind() {
        _ if is_full => ("the text became too long", "Shorten it"),
        ErrorKind::UndefinedError => ("a part of a value is not there", "Ask for it with {% if … %} first"),
        ErrorKind::UnknownFilter => ("a filter is not known", "Use date, money, lower, capital or sentence"),
        ErrorKind::UnknownFunction | ErrorKind::UnknownMethod => ("functions are not known", "Name a fact instead"),
        ErrorKind::UnknownTest => ("a test is not known", "Use “is defined”"),
        ErrorKind::OutOfFuel => ("the text takes too long", "Use fewer conditions"),
        ErrorKind::InvalidOperation => {
            (error.detail().unwrap_or("a value is used for what it is not"), "Use another filter or none")
        }
        _ => ("a tag cannot be read", "Write it as {{ last_item }} or {% if last_item %}…{% endif %}"),
    };
    TemplateError { line, what: what.to_owned(), fix: fix.to_owned(), missing: None }
}

fn unknown(line: u32, name: &str) -> TemplateError {
    let like = FactKey::ALL.iter().map(|key| key.code()).chain(OTHERS).min_by_key(|code| distance(code, name));
    let name: String = name.chars().take(40).collect();
    let fix = like.map_or_else(String::new, |code| format!("Did you mean {{{{ {code} }}}}?"));
    TemplateError {
        line, what: format!("“{name}” is no fact"), fix: fix.trim_end_matches('.').to_owned(), missing: Some(name)
    }
}

/// Letters that are not in common, roughly: enough to find the name that was meant.
fn distance(one: &str, other: &str) -> usize {
    let pairs = |text: &str| text.as_bytes().windows(2).map(<[u8]>::to_vec).collect::<BTreeSet<_>>();
    let (one, other) = (pairs(one), pairs(other));
    one.symmetric_difference(&other).count()
}

#[cfg(test)]
mod tests;
