//! How the shop sends: caps, quiet hours, costs, ceilings, brakes. What is left empty is the default, never without a limit.

mod rules;

use std::collections::BTreeMap;

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::{Value, json};
use shared::api::{Permission, Sending as Known, SendingResponse};
use shared::campaign::Rules;
use shared::money::Currency;

use self::rules::{
    Rule, all, brake, caps, ceilings, costs, countries, defaults, error_of, general, hours, placeholder, ramp, shown, typed,
};
use super::frame::{Answer, loaded};
use super::zones;
use crate::client::{self, Failure};
use crate::components::{
    Button, ButtonKind, Checkbox, Choice, Clash, ConflictDialog, Difference, FailureNotice, Notice, Select, announce, standing,
    unique_id,
};
use crate::session::use_session;

#[component]
pub fn Sending() -> impl IntoView {
    let answer: Answer<Known> = RwSignal::new(None);
    let load = Callback::new(move |()| {
        answer.set(None);
        spawn_local(async move {
            let got = client::get::<SendingResponse>("/api/sending").await.map(|answer| answer.sending);
            answer.try_set(Some(got));
        });
    });
    load.run(());
    loaded(answer, load, move |known| {
        view! { <Form known on_saved=Callback::new(move |known| answer.set(Some(Ok(known)))) /> }.into_any()
    })
}

/// The form: a text for each rule by its path.
#[derive(Clone, Copy)]
struct Desk {
    texts: StoredValue<BTreeMap<String, RwSignal<String>>>,
    defaults: StoredValue<Value>,
    misread: RwSignal<Vec<(String, String)>>,
    failure: RwSignal<Option<Failure>>,
}

#[component]
fn Form(known: Known, on_saved: Callback<Known>) -> impl IntoView {
    let session = use_session();
    let may = Memo::new(move |_| session.may(Permission::Admin));
    let home = untrack(|| session.get()).map_or(Currency::USD, |session| session.shop.home_currency);
    let zone_now = untrack(|| session.zone());
    let base = StoredValue::new(json_of(&known.rules));
    let standards = defaults(home);
    let texts = base.with_value(|json| {
        all()
            .into_iter()
            .map(|rule| (rule.path.clone(), RwSignal::new(shown(&rule, json, &standards))))
            .collect::<BTreeMap<_, _>>()
    });
    let desk = Desk {
        texts: StoredValue::new(texts),
        defaults: StoredValue::new(standards),
        misread: RwSignal::new(Vec::new()),
        failure: RwSignal::new(None),
    };
    provide_context(desk);
    let two_person = RwSignal::new(known.rules.two_person);
    let zone = RwSignal::new(known.rules.fallback_zone.clone().unwrap_or_default());
    let version = RwSignal::new(known.version);
    let busy = RwSignal::new(false);
    let clash = RwSignal::new(None::<Clash>);
    let theirs = StoredValue::new(None::<Known>);
    let send = Callback::new(move |from: u32| {
        let pairs: Vec<(Rule, String)> = all().into_iter().map(|rule| (rule.clone(), desk.text(&rule))).collect();
        desk.failure.set(None);
        let read = desk.defaults.with_value(|defaults| typed(base.get_value(), defaults, &pairs));
        let mut json = match read {
            Ok(json) => json,
            Err(wrong) => {
                announce(format!("{} fields to mend.", wrong.len()));
                return desk.misread.set(wrong);
            }
        };
        desk.misread.set(Vec::new());
        if let Some(fields) = json.as_object_mut() {
            fields.insert("two_person".to_owned(), json!(two_person.get_untracked()));
            fields.insert("fallback_zone".to_owned(), json!(Some(zone.get_untracked()).filter(|zone| !zone.is_empty())));
        }
        let Ok(rules) = serde_json::from_value::<Rules>(json) else { return };
        busy.set(true);
        spawn_local(async move {
            let answer = client::put::<_, SendingResponse>("/api/sending", from, &rules).await;
            busy.try_set(false);
            match answer {
                Ok(answer) => {
                    announce("The rules are saved.");
                    on_saved.run(answer.sending);
                }
                Err(refused) => match standing::<Known>(&refused) {
                    Some((stands, other)) => {
                        let told = differences(desk, &base.get_value(), &json_of(&other.rules));
                        clash.try_set(Some(Clash {
                            version: stands,
                            differences: told,
                            told_by: "action=sending_rules_changed".to_owned(),
                        }));
                        theirs.set_value(Some(other));
                    }
                    None => drop(desk.failure.try_set(Some(refused))),
                },
            }
        });
    });
    let choose = Callback::new(move |choice: Choice| {
        let Some(other) = theirs.get_value() else { return };
        let stands = json_of(&other.rules);
        for rule in all() {
            if !choice.keeps(&rule.path) {
                let text = desk.defaults.with_value(|defaults| shown(&rule, &stands, defaults));
                if let Some(field) = desk.field(&rule) {
                    field.set(text);
                }
            }
        }
        base.set_value(stands);
        version.set(choice.version);
        send.run(choice.version);
    });
    let save = move |event: SubmitEvent| {
        event.prevent_default();
        if !busy.get_untracked() {
            send.run(version.get_untracked());
        }
    };
    let general_failure = move || {
        desk.failure.get().filter(|failure| {
            let fields = failure.fields().cloned().unwrap_or_default();
            all().iter().all(|rule| error_of(rule, fields.iter()).is_none())
        })
    };
    let zone_error =
        Signal::derive(move || desk.failure.with(|failure| failure.as_ref().and_then(|failure| failure.field("fallback_zone"))));
    let zone_choices = std::iter::once((String::new(), format!("The default (UTC); your shop is in {zone_now}")))
        .chain(zones::choices(&zone_now))
        .collect::<Vec<_>>();
    let many = |rules: Vec<Rule>| rules.into_iter().map(|rule| view! { <RuleField rule /> }).collect_view();
    let pairs = |rules: Vec<[Rule; 2]>, word: &'static str| {
        rules
            .into_iter()
            .map(|[one, other]| view! { <div class="pair"><RuleField rule=one /> <span class="s">{word}</span> <RuleField rule=other /></div> })
            .collect_view()
    };
    view! {
        {move || (!may.get()).then(|| view! { <Notice title="You may look, but not change this">"Only an owner of this shop changes how it sends."</Notice> })}
        <form novalidate on:submit=save>
            <fieldset class="stack" disabled=move || !may.get()>
                <p class="lead-in">"One set of rules for all campaigns. A grey figure is the default, which holds while the field is empty; nothing is ever without a limit."</p>
                <section class="panel pad stack">
                    <h2>"How often somebody is reached"</h2>
                    <div class="rule-grid">{pairs(caps(), "in")}</div>
                </section>
                <section class="panel pad stack">
                    <h2>"At which hours"</h2>
                    <p class="s">"Hours on the clock where the person is, within what the law of their country allows. Post and messages in the app have none."</p>
                    <div class="rule-grid">{pairs(hours(), "to")}</div>
                    <Select label="Zone of people whose own is not known" value=zone options=Signal::stored(zone_choices) error=zone_error />
                </section>
                <section class="panel pad stack">
                    <h2>"Launching and holding"</h2>
                    <Checkbox label="Two people: whoever wrote a campaign cannot be the one who approves it" value=two_person />
                    <div class="rule-grid">{many(general())}</div>
                </section>
                <section class="panel pad stack">
                    <h2>{format!("What things cost, in {home}")}</h2>
                    <p class="s">"No channel is free because its field is empty. Where one really is, type 0."</p>
                    <div class="rule-grid">{many(costs())}</div>
                    <h2>{format!("At most a day, in {home}")}</h2>
                    <div class="rule-grid">{many(ceilings())}</div>
                    <h2>"Countries that may be reached"</h2>
                    <div class="rule-grid">{many(countries())}</div>
                </section>
                <section class="panel pad stack">
                    <h2>"When a campaign pauses itself"</h2>
                    <p class="s">"Counted in all and for each mailbox provider. Providers close their doors at 0.3 % of complaints."</p>
                    <div class="rule-grid">{many(brake())}</div>
                </section>
                <section class="panel pad stack">
                    <h2>"Warming up a new sender"</h2>
                    <p class="s">"Those who engaged last come first; long silent addresses are tried with a small share."</p>
                    <div class="rule-grid">{many(ramp())}</div>
                </section>
                {move || general_failure().map(|failure| view! { <FailureNotice failure /> })}
                <Show when=move || may.get()>
                    <div class="row"><Button kind=ButtonKind::Primary submit=true busy>"Save the rules"</Button></div>
                </Show>
            </fieldset>
        </form>
        <ConflictDialog clash on_choice=choose />
    }
}

impl Desk {
    fn field(self, rule: &Rule) -> Option<RwSignal<String>> {
        self.texts.with_value(|texts| texts.get(&rule.path).copied())
    }

    fn text(self, rule: &Rule) -> String {
        self.field(rule).map(|text| text.get_untracked()).unwrap_or_default()
    }
}

/// One rule, with its default in grey and its error beside it.
#[component]
fn RuleField(rule: Rule) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let Some(value) = desk.field(&rule) else { return ().into_any() };
    let id = unique_id();
    let error_id = format!("{id}-error");
    let described = error_id.clone();
    let default = desk.defaults.with_value(|defaults| placeholder(&rule, defaults));
    let label = rule.label.clone();
    let error = Memo::new(move |_| {
        let ours = desk.misread.with(|wrong| wrong.iter().find(|(path, _)| *path == rule.path).map(|(_, fix)| fix.clone()));
        ours.or_else(|| desk.failure.with(|failure| failure.as_ref()?.fields().and_then(|fields| error_of(&rule, fields.iter()))))
    });
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <input
                id=id
                type="text"
                inputmode="decimal"
                autocomplete="off"
                placeholder=default
                prop:value=move || value.get()
                on:input=move |event| value.set(event_target_value(&event))
                aria-invalid=move || error.with(Option::is_some).then_some("true")
                aria-describedby=move || error.with(Option::is_some).then(|| described.clone())
            />
            {move || error.get().map(|fix| view! { <p class="error" id=error_id.clone()>{fix}</p> })}
        </div>
    }
    .into_any()
}

fn json_of(rules: &Rules) -> Value {
    serde_json::to_value(rules).unwrap_or_default()
}

fn differences(desk: Desk, before: &Value, stands: &Value) -> Vec<Difference> {
    let told = |rule: &Rule, json: &Value| {
        let text = desk.defaults.with_value(|defaults| shown(rule, json, defaults));
        if text.is_empty() { "the default".to_owned() } else { text }
    };
    all()
        .iter()
        .filter_map(|rule| {
            let yours = Some(desk.text(rule)).filter(|text| !text.is_empty()).unwrap_or_else(|| "the default".to_owned());
            Difference::between(rule.path.clone(), &rule.label, told(rule, before), told(rule, stands), yours)
        })
        .collect()
}
