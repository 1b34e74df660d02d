//! Which rules there are, and each as text: what stands in a form and what is sent.
//!
//! Rules go through JSON by their paths, so that the form is a table: what is left empty is the default.

use serde_json::{Map, Value, json};
use shared::campaign::{Channel, CostBook, Rules};
use shared::money::Currency;

/// How a rule is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A whole number.
    Count,
    /// Per mille inside, per cent for people.
    Share,
    /// Parts in 100 000 inside, per cent for people.
    Rate,
    /// Millionths of the home currency inside.
    Amount,
    /// Countries as two letters each.
    Countries,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rule {
    /// A JSON pointer.
    pub path: String,
    pub label: String,
    pub kind: Kind,
}

pub(super) fn name(channel: Channel) -> &'static str {
    match channel {
        Channel::Email => "E-mail",
        Channel::Sms => "SMS",
        Channel::InApp => "In the app",
        Channel::Post => "Postcard",
        Channel::Call => "Call",
        Channel::Video => "Video",
        Channel::Retargeting => "Ad audience",
    }
}

fn rule(path: impl Into<String>, label: impl Into<String>, kind: Kind) -> Rule {
    Rule { path: path.into(), label: label.into(), kind }
}

/// At most so many within so many days.
pub(super) fn caps() -> Vec<[Rule; 2]> {
    let all = [("/total".to_owned(), "All channels".to_owned())];
    let each = Channel::ALL.into_iter().map(|channel| (format!("/caps/{}", channel.code()), name(channel).to_owned()));
    each.chain(all)
        .map(|(path, name)| {
            let least = format!("{name}: at most");
            [
                rule(format!("{path}/most"), least, Kind::Count),
                rule(format!("{path}/days"), format!("{name}: in days"), Kind::Count),
            ]
        })
        .collect()
}

/// From one hour until another.
pub(super) fn hours() -> Vec<[Rule; 2]> {
    let pair = |path: String, name: &str| {
        [
            rule(format!("{path}/from"), format!("{name}: from hour"), Kind::Count),
            rule(format!("{path}/to"), format!("{name}: until hour"), Kind::Count),
        ]
    };
    let each =
        [Channel::Email, Channel::Sms, Channel::Call].map(|channel| pair(format!("/hours/{}", channel.code()), name(channel)));
    each.into_iter().chain([pair("/fallback_hours".to_owned(), "Where the zone is not known")]).collect()
}

pub(super) fn general() -> Vec<Rule> {
    vec![
        rule("/quiet_after_order", "Hours of quiet after an order", Kind::Count),
        rule("/hold_days", "Days after which a held message is given up", Kind::Count),
        rule("/holdout", "Held out of all campaigns, per cent", Kind::Share),
        rule("/canary", "First share of a campaign, per cent", Kind::Share),
        rule("/canary_least", "First share, at least so many", Kind::Count),
        rule("/undo_minutes", "Minutes in which a launch can be undone", Kind::Count),
        rule("/tries", "Times that a provider is asked for one message", Kind::Count),
    ]
}

pub(super) fn ramp() -> Vec<Rule> {
    vec![
        rule("/ramp/start", "Messages on the first day", Kind::Count),
        rule("/ramp/growth", "Each day, in per cent of the day before", Kind::Share),
        rule("/ramp/days", "Days that it takes", Kind::Count),
        rule("/ramp/probe", "To long silent addresses at most, per cent", Kind::Share),
        rule("/ramp/silent_months", "Months after which an address is long silent", Kind::Count),
    ]
}

pub(super) fn brake() -> Vec<Rule> {
    vec![
        rule("/brake/warn_complaints", "Warn at complaints, per cent", Kind::Rate),
        rule("/brake/complaints", "Pause at proved complaints, per cent", Kind::Rate),
        rule("/brake/complaints_at_once", "Pause at once at complaints, per cent", Kind::Rate),
        rule("/brake/fewest_complaints", "From so many complaints", Kind::Count),
        rule("/brake/warn_bounces", "Warn at bounces, per cent", Kind::Rate),
        rule("/brake/bounces", "Pause at bounces, per cent", Kind::Rate),
        rule("/brake/fewest_bounces", "From so many bounces", Kind::Count),
    ]
}

pub(super) fn costs() -> Vec<Rule> {
    vec![
        rule("/costs/email", "An e-mail", Kind::Amount),
        rule("/costs/sms", "A segment of SMS, where its country has no price", Kind::Amount),
        rule("/costs/in_app", "A message in the app", Kind::Amount),
        rule("/costs/postcard", "A postcard", Kind::Amount),
        rule("/costs/call_minute", "A minute of a call", Kind::Amount),
        rule("/costs/call_minutes", "Minutes of a call", Kind::Count),
        rule("/costs/video", "A personal video", Kind::Amount),
        rule("/costs/manager_hour", "An hour of an account manager", Kind::Amount),
        rule("/costs/retargeting", "A person in an ad audience", Kind::Amount),
    ]
}

/// The most that a channel may cost a day.
pub(super) fn ceilings() -> Vec<Rule> {
    let channels = [Channel::Sms, Channel::Post, Channel::Call, Channel::Video, Channel::Retargeting];
    channels.map(|channel| rule(format!("/money_a_day/{}", channel.code()), name(channel), Kind::Amount)).to_vec()
}

pub(super) fn countries() -> Vec<Rule> {
    let channels = [Channel::Sms, Channel::Call, Channel::Post];
    channels.map(|channel| rule(format!("/countries/{}", channel.code()), name(channel), Kind::Countries)).to_vec()
}

/// All that are a text; the rest are a box and a choice.
pub(super) fn all() -> Vec<Rule> {
    let pairs = caps().into_iter().chain(hours()).flatten();
    pairs.chain(general()).chain(ramp()).chain(brake()).chain(costs()).chain(ceilings()).chain(countries()).collect()
}

/// What holds where nothing is typed, as JSON.
pub(super) fn defaults(home: Currency) -> Value {
    let rules = Rules::default();
    let mut json = serde_json::to_value(&rules).unwrap_or_default();
    for channel in Channel::ALL {
        put(&mut json, &format!("/caps/{}", channel.code()), serde_json::to_value(rules.cap(channel)).ok());
        let most = rules.money_a_day(channel, home).map(|amount| json!(amount));
        put(&mut json, &format!("/money_a_day/{}", channel.code()), most);
    }
    let book = CostBook::default();
    for (field, channel) in [
        ("email", Channel::Email),
        ("sms", Channel::Sms),
        ("in_app", Channel::InApp),
        ("postcard", Channel::Post),
        ("call_minute", Channel::Call),
        ("video", Channel::Video),
        ("retargeting", Channel::Retargeting),
    ] {
        put(&mut json, &format!("/costs/{field}"), Some(json!(book.of(channel, None, 1, home))));
    }
    // What a call usually takes is in the price of one.
    let call = |minutes| book.of(Channel::Call, None, minutes, home).0;
    put(&mut json, "/costs/call_minutes", Some(json!(call(0) / call(1).max(1))));
    put(&mut json, "/costs/manager_hour", Some(json!(book.manager_hour(home))));
    json
}

/// A rule as the form shows it: nothing where it is the default.
pub(super) fn shown(rule: &Rule, json: &Value, defaults: &Value) -> String {
    let value = json.pointer(&rule.path);
    if value == defaults.pointer(&rule.path) { String::new() } else { text(rule.kind, value) }
}

/// What stands in an empty field.
pub(super) fn placeholder(rule: &Rule, defaults: &Value) -> String {
    match (defaults.pointer(&rule.path), rule.kind) {
        (None | Some(Value::Null), Kind::Countries) => "Europe, North America, Australia and New Zealand".to_owned(),
        (None | Some(Value::Null), _) if rule.path.starts_with("/hours/") => "by law".to_owned(),
        (None | Some(Value::Null), _) => String::new(),
        (value, kind) => text(kind, value),
    }
}

/// `json` with what was typed, or which rule cannot be understood and how to mend it.
pub(super) fn typed(mut json: Value, defaults: &Value, texts: &[(Rule, String)]) -> Result<Value, Vec<(String, String)>> {
    let mut wrong = Vec::new();
    for (rule, text) in texts {
        let value = match text.trim() {
            "" => Ok(None),
            text => read(rule.kind, text).map(Some).ok_or_else(|| fix(rule.kind).to_owned()),
        };
        match value {
            Ok(value) => put(&mut json, &rule.path, value),
            Err(fix) => wrong.push((rule.path.clone(), fix)),
        }
    }
    if !wrong.is_empty() {
        return Err(wrong);
    }
    // Who types one of two has the default of the other.
    for [one, other] in caps().into_iter().chain(hours()) {
        for (typed, missing) in [(&one, &other), (&other, &one)] {
            if json.pointer(&typed.path).is_some() && json.pointer(&missing.path).is_none() {
                let value = defaults.pointer(&missing.path).cloned();
                put(&mut json, &missing.path, Some(value.unwrap_or_else(|| json!(usual_hour(&missing.path)))));
            }
        }
    }
    Ok(json)
}

/// The error of a rule among what the server says: by its own path, or by that of the pair that it begins.
pub(super) fn error_of<'a>(rule: &Rule, mut fields: impl Iterator<Item = (&'a String, &'a String)>) -> Option<String> {
    let own = rule.path.trim_start_matches('/').replace('/', ".");
    let pair = own.strip_suffix(".most").or_else(|| own.strip_suffix(".from"));
    let is_it = |field: &str| {
        let field = field.strip_prefix("rules.").unwrap_or(field);
        field == own || Some(field) == pair
    };
    fields.find(|(field, _)| is_it(field)).map(|(_, fix)| fix.clone())
}

fn usual_hour(path: &str) -> u8 {
    if path.ends_with("/from") { 9 } else { 20 }
}

fn fix(kind: Kind) -> &'static str {
    match kind {
        Kind::Count => "Use a whole number.",
        Kind::Share => "Use per cent with at most one decimal, such as 2.5.",
        Kind::Rate => "Use per cent with at most three decimals, such as 0.1.",
        Kind::Amount => "Use an amount such as 0.0125, with at most six decimals.",
        Kind::Countries => "Name countries by two letters each, with commas between: DE, AT.",
    }
}

/// Decimals that a kind has for people.
fn decimals(kind: Kind) -> usize {
    match kind {
        Kind::Share => 1,
        Kind::Rate => 3,
        Kind::Amount => 6,
        Kind::Count | Kind::Countries => 0,
    }
}

fn text(kind: Kind, value: Option<&Value>) -> String {
    match (kind, value) {
        (Kind::Countries, Some(Value::Array(codes))) => codes.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "),
        (_, Some(value)) => value.as_u64().map(|number| decimal(number, decimals(kind))).unwrap_or_default(),
        (_, None) => String::new(),
    }
}

fn read(kind: Kind, text: &str) -> Option<Value> {
    if kind == Kind::Countries {
        let codes: Vec<String> =
            text.split([',', ' ', ';']).filter(|code| !code.is_empty()).map(str::to_ascii_uppercase).collect();
        return codes.iter().all(|code| code.len() == 2).then(|| json!(codes));
    }
    of_decimal(text, decimals(kind)).map(|number| json!(number))
}

/// `12_500` with three decimals is `12.5`.
fn decimal(number: u64, places: usize) -> String {
    let digits = format!("{number:0>width$}", width = places + 1);
    let (whole, rest) = digits.split_at(digits.len() - places);
    let rest = rest.trim_end_matches('0');
    if rest.is_empty() { whole.to_owned() } else { format!("{whole}.{rest}") }
}

fn of_decimal(text: &str, places: usize) -> Option<u64> {
    let (whole, rest) = text.split_once(['.', ',']).unwrap_or((text, ""));
    let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !is_number(whole) || !is_number(rest) || rest.len() > places {
        return None;
    }
    format!("{whole}{rest:0<places$}").parse().ok()
}

/// Puts a value where a path leads, making what is on the way; or takes it out, with what is empty then.
fn put(json: &mut Value, path: &str, value: Option<Value>) {
    let Some((parent, key)) = path.rsplit_once('/') else { return };
    if !parent.is_empty() && json.pointer(parent).is_none_or(Value::is_null) {
        if value.is_none() {
            return;
        }
        put(json, parent, Some(Value::Object(Map::new())));
    }
    let Some(fields) = json.pointer_mut(parent).and_then(Value::as_object_mut) else { return };
    match value {
        Some(value) => drop(fields.insert(key.to_owned(), value)),
        None => {
            fields.remove(key);
            if fields.is_empty() && !parent.is_empty() {
                put(json, parent, None);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn home() -> Currency {
        Currency::USD
    }

    #[test]
    fn rules_that_nobody_changed_show_nothing_and_have_a_placeholder() {
        let (json, defaults) = (serde_json::to_value(Rules::default()).unwrap(), defaults(home()));
        for rule in all() {
            let shown = shown(&rule, &json, &defaults);
            assert!(shown.is_empty() || json.pointer(&rule.path).is_none(), "{}: {shown}", rule.path);
        }
        let of = |path: &str| placeholder(all().iter().find(|rule| rule.path == path).unwrap(), &defaults);
        assert_eq!([of("/caps/email/most"), of("/caps/post/days"), of("/total/most")], ["2", "60", "8"]);
        assert_eq!([of("/brake/complaints"), of("/holdout"), of("/ramp/growth")], ["0.1", "5", "150"]);
        assert_eq!(
            [of("/costs/email"), of("/costs/call_minutes"), of("/money_a_day/sms"), of("/hours/sms/from")],
            ["0.001", "10", "50", "by law"]
        );
    }

    #[test]
    fn what_is_typed_becomes_rules_and_reads_back() {
        let defaults = defaults(home());
        let before = serde_json::to_value(Rules::default()).unwrap();
        let wanted = [
            ("/caps/sms/most", "3"),
            ("/hours/call/from", "10"),
            ("/costs/sms", "0,0125"),
            ("/brake/complaints", "0.08"),
            ("/holdout", "2.5"),
            ("/countries/sms", "de, AT"),
            ("/quiet_after_order", "24"),
        ];
        let texts: Vec<(Rule, String)> = all()
            .into_iter()
            .map(|rule| {
                let text = wanted.iter().find(|(path, _)| *path == rule.path).map_or("", |(_, text)| text);
                (rule, text.to_owned())
            })
            .collect();
        let json = typed(before, &defaults, &texts).unwrap();
        let rules: Rules = serde_json::from_value(json.clone()).unwrap();
        assert_eq!((rules.cap(Channel::Sms).most, rules.cap(Channel::Sms).days, rules.cap(Channel::Email).most), (3, 7, 2));
        assert_eq!((rules.holdout, rules.quiet_after_order, rules.brake.complaints), (25, 24, 80));
        assert_eq!(rules.hours.get(&Channel::Call).map(|hours| (hours.from, hours.to)), Some((10, 20)));
        assert_eq!(rules.costs.sms.map(|amount| amount.0), Some(12_500));
        assert_eq!(rules.countries.get(&Channel::Sms).unwrap(), &["DE", "AT"]);
        assert_eq!(rules.total, Rules::default().total, "what was left empty is the default");
        let read = |path: &str| shown(all().iter().find(|rule| rule.path == path).unwrap(), &json, &defaults);
        assert_eq!(
            [read("/costs/sms"), read("/countries/sms"), read("/holdout"), read("/tries")],
            ["0.0125", "DE, AT", "2.5", ""]
        );
    }

    #[test]
    fn what_cannot_be_understood_is_named() {
        let texts: Vec<_> = all().into_iter().map(|rule| (rule, "soon".to_owned())).collect();
        let wrong = typed(json!({}), &defaults(home()), &texts).unwrap_err();
        assert_eq!(wrong.len(), all().len());
    }

    #[test]
    fn an_error_of_a_pair_stands_once() {
        let said = [("caps.email".to_owned(), "Choose.".to_owned()), ("rules.costs.sms".to_owned(), "Type.".to_owned())];
        let of = |path: &str| {
            let rule = all().into_iter().find(|rule| rule.path == path).unwrap();
            error_of(&rule, said.iter().map(|(field, fix)| (field, fix)))
        };
        assert_eq!(
            [of("/caps/email/most"), of("/caps/email/days"), of("/costs/sms")],
            [Some("Choose.".to_owned()), None, Some("Type.".to_owned())]
        );
    }
}
