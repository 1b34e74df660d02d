//! Settings with which a model can be asked.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use shared::api::CopywriterChange;
use shared::message::model::Provider;
use shared::outbound::{self, Own};

use crate::problem::Problem;

const MODEL_CHARS: usize = 200;
const KEY_CHARS: usize = 500;
const SECONDS: RangeInclusive<u16> = 2..=120;

/// Each field for itself.
pub(super) fn form(change: &CopywriterChange, own: Own<'_>) -> Result<(), Problem> {
    let mut wrong = BTreeMap::new();
    let mut refuse = |field: &str, fix: &str| {
        wrong.insert(field.to_owned(), fix.to_owned());
    };
    let model = change.model.trim();
    if model.len() > MODEL_CHARS || !model.bytes().all(|byte| byte.is_ascii_graphic()) {
        refuse("model", "Copy the model's name as its provider writes it: at most 200 characters, no spaces");
    }
    match &change.base_url {
        Some(_) if change.provider == Provider::WorkersAi => {
            refuse(
                "base_url",
                "Workers AI is asked by its binding: leave the address out, or choose OpenAI or alike for its own address",
            );
        }
        Some(url) => match outbound::check(url, own) {
            Ok(address) if address.as_str().contains('?') => {
                refuse("base_url", "Write the address alone, without a question mark and what follows");
            }
            Ok(_) => {}
            Err(refused) => refuse("base_url", &refused.to_string()),
        },
        None => {}
    }
    if change.api_version.is_some() && change.provider != Provider::Anthropic {
        refuse("api_version", "Versions are of Anthropic only: leave it out");
    }
    if change.api_version.as_deref().is_some_and(|version| !is_day(version)) {
        refuse("api_version", "Write a version such as 2023-06-01");
    }
    if let Some(key) = &change.key
        && (key.is_empty() || key.len() > KEY_CHARS || !key.bytes().all(|byte| byte.is_ascii_graphic()))
    {
        refuse("key", "Copy the key alone: letters, digits and signs, no spaces");
    }
    if change.key.is_some() && change.provider == Provider::WorkersAi {
        refuse("key", "Workers AI needs no key: leave it out");
    }
    if !SECONDS.contains(&change.timeout_seconds) {
        refuse("timeout_seconds", "Use 2 to 120 seconds");
    }
    if wrong.is_empty() { Ok(()) } else { Err(Problem::Invalid(wrong)) }
}

/// What must be there before models are switched on.
pub(super) fn ready(change: &CopywriterChange, has_key: bool, has_workers_ai: bool) -> Result<(), Problem> {
    if !change.enabled {
        return Ok(());
    }
    let mut wrong = BTreeMap::new();
    let mut refuse = |field: &str, fix: &str| {
        wrong.insert(field.to_owned(), fix.to_owned());
    };
    if change.model.trim().is_empty() {
        refuse("model", "Name the model before you switch it on");
    }
    for (field, price) in [("input_price", change.input_price), ("output_price", change.output_price)] {
        if price.is_none() {
            refuse(field, "Say what a million tokens cost, so that the caps can be kept: 0 for a model of your own");
        }
    }
    if change.provider == Provider::WorkersAi && !has_workers_ai {
        refuse("provider", "This deployment has no binding of Workers AI: add one named AI to its configuration");
    }
    if !has_key && change.provider.needs_key(change.base_url.is_some()) {
        refuse("key", "Store the provider's key with this change");
    }
    if wrong.is_empty() { Ok(()) } else { Err(Problem::Invalid(wrong)) }
}

fn is_day(text: &str) -> bool {
    shared::time::Day::parse_iso(text).is_some_and(|day| day.iso() == text)
}

#[cfg(test)]
mod tests {
    use shared::message::model::Micros;
    use shared::money::Currency;

    use super::*;

    const OWN: Own<'_> = Own { host: "shop.example.com", local_port: None };

    fn change(provider: Provider, edit: impl FnOnce(&mut CopywriterChange)) -> CopywriterChange {
        let price = Some(Micros::new(1));
        let mut change = CopywriterChange {
            enabled: true,
            provider,
            model: "m-1".to_owned(),
            base_url: None,
            api_version: None,
            key: None,
            ticket_text: false,
            currency: Currency::USD,
            input_price: price,
            output_price: price,
            per_call: Micros::new(1),
            per_day: Micros::new(1),
            per_month: Micros::new(1),
            timeout_seconds: 30,
        };
        edit(&mut change);
        change
    }

    fn fields(result: Result<(), Problem>) -> Vec<String> {
        match result {
            Err(Problem::Invalid(fields)) => fields.into_keys().collect(),
            _ => Vec::new(),
        }
    }

    #[test]
    fn a_setting_that_means_nothing_is_named() {
        let wrong = |provider, edit: fn(&mut CopywriterChange)| fields(form(&change(provider, edit), OWN));
        assert_eq!(wrong(Provider::Openai, |_| {}), Vec::<String>::new());
        assert_eq!(
            wrong(Provider::Openai, |change| change.base_url = Some("https://169.254.169.254/v1".to_owned())),
            ["base_url"]
        );
        assert_eq!(wrong(Provider::Openai, |change| change.base_url = Some("https://m.example/v1?k=1".to_owned())), ["base_url"]);
        assert_eq!(wrong(Provider::WorkersAi, |change| change.base_url = Some("https://m.example/v1".to_owned())), ["base_url"]);
        assert_eq!(wrong(Provider::Openai, |change| change.api_version = Some("2023-06-01".to_owned())), ["api_version"]);
        assert_eq!(
            wrong(Provider::Anthropic, |change| change.api_version = Some("2023-6-1\r\nx: y".to_owned())),
            ["api_version"]
        );
        assert_eq!(wrong(Provider::Openai, |change| change.key = Some("sk 1".to_owned())), ["key"]);
        assert_eq!(wrong(Provider::Openai, |change| change.model = "a b".to_owned()), ["model"]);
        assert_eq!(wrong(Provider::Openai, |change| change.timeout_seconds = 0), ["timeout_seconds"]);
    }

    #[test]
    fn a_model_is_switched_on_only_where_it_can_be_asked_and_paid() {
        let missing = |provider, has_key, edit: fn(&mut CopywriterChange)| fields(ready(&change(provider, edit), has_key, false));
        assert_eq!(missing(Provider::Openai, true, |_| {}), Vec::<String>::new());
        assert_eq!(missing(Provider::Openai, false, |_| {}), ["key"]);
        let own_server = |change: &mut CopywriterChange| change.base_url = Some("https://m.example/v1".to_owned());
        assert_eq!(missing(Provider::Openai, false, own_server), Vec::<String>::new());
        assert_eq!(missing(Provider::Anthropic, false, own_server), ["key"]);
        assert_eq!(missing(Provider::WorkersAi, false, |_| {}), ["provider"]);
        assert_eq!(missing(Provider::Openai, true, |change| change.output_price = None), ["output_price"]);
        assert_eq!(missing(Provider::Openai, true, |change| change.model = " ".to_owned()), ["model"]);
        let off = |change: &mut CopywriterChange| (change.enabled, change.output_price) = (false, None);
        assert_eq!(missing(Provider::Anthropic, false, off), Vec::<String>::new());
    }
}
