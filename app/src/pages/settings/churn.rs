//! When a customer counts as lost: each by their own rhythm, or after a number of days, beside what each would have said.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{ChurnDefinition, ModelResponse, Shop, ShopChange, ShopResponse};
use shared::risk::CHURN_DAYS;

use crate::client::{self, Failure};
use crate::components::{
    Button, ButtonKind, Choice, Clash, ConflictDialog, Difference, FailureNotice, Field, Skeleton, Table, announce, standing,
    unique_id,
};
use crate::format::percent;
use crate::locale;
use crate::session::use_session;

/// What the field holds until the shop has a rule of its own.
const FIRST_DAYS: u32 = 90;

#[component]
pub fn ChurnForm(shop: Shop, may: bool) -> impl IntoView {
    let session = use_session();
    let by_rule = RwSignal::new(shop.churn_days.is_some());
    let days = RwSignal::new(shop.churn_days.unwrap_or(FIRST_DAYS).to_string());
    let stored = RwSignal::new(shop.churn_days);
    let tried = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let saved = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let chosen = Memo::new(move |_| chosen(by_rule.get(), &days.get()));
    let error = Signal::derive(move || {
        let ours = tried.get().then(|| chosen.with(|chosen| chosen.as_ref().err().cloned()));
        ours.flatten().or_else(|| failure.with(|failure| failure.as_ref().and_then(|failure| failure.field("churn_days"))))
    });
    let version = RwSignal::new(shop.version);
    let clash = RwSignal::new(None::<Clash>);
    let standing_now = StoredValue::new(None::<Shop>);
    let save = Callback::new(move |()| {
        tried.set(true);
        saved.set(false);
        let Ok(churn_days) = chosen.get_untracked() else { return };
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            let change = ShopChange { churn_days: Some(churn_days), ..ShopChange::default() };
            let mut from = version.get_untracked();
            let answer = loop {
                let answer = client::patch::<_, ShopResponse>("/api/shop", from, &change).await;
                let Some((current, theirs)) = answer.as_ref().err().and_then(standing::<Shop>) else {
                    break answer.map_err(Some);
                };
                let now = versions(current, stored.get_untracked(), theirs.churn_days, churn_days);
                standing_now.set_value(Some(theirs));
                // Other settings of the shop changed meanwhile: they stay as they are.
                if now.apart().is_none() {
                    clash.set(Some(now));
                    break Err(None);
                }
                from = current;
            };
            match answer {
                Ok(answer) => {
                    stored.set(answer.shop.churn_days);
                    version.set(answer.shop.version);
                    session.set_shop(answer.shop);
                    saved.set(true);
                    announce("Saved. Deadlines and risks follow with the next scoring.");
                }
                Err(refused) => failure.set(refused),
            }
            busy.set(false);
        });
    });
    let decided = Callback::new(move |choice: Choice| {
        let Some(theirs) = standing_now.get_value() else { return };
        stored.set(theirs.churn_days);
        version.set(choice.version);
        if choice.keeps("churn_days") {
            save.run(());
        } else {
            by_rule.set(theirs.churn_days.is_some());
            days.set(theirs.churn_days.unwrap_or(FIRST_DAYS).to_string());
            session.set_shop(theirs);
        }
    });
    // Choosing on is no longer what was saved.
    Effect::new(move || {
        if chosen.with(|chosen| chosen.as_ref().is_ok_and(|chosen| *chosen != stored.get())) {
            saved.set(false);
        }
    });
    let name = unique_id();
    let radio = move |rule: bool, words: &'static str| {
        let id = unique_id();
        view! {
            <div class="field check">
                <input
                    id=id.clone()
                    type="radio"
                    name=name.clone()
                    prop:checked=move || by_rule.get() == rule
                    on:change=move |_| by_rule.set(rule)
                />
                <label for=id>{words}</label>
            </div>
        }
    };
    view! {
        <div class="two">
            <form
                class="panel pad"
                novalidate
                on:submit=move |event: SubmitEvent| {
                    event.prevent_default();
                    save.run(());
                }
            >
                <fieldset disabled=!may class="stack">
                    <legend><h2>"When a customer counts as lost"</h2></legend>
                    <p class="m">"Risk is the chance of reaching this point. A subscription always counts as lost with the end of its paid term."</p>
                    {radio(false, "Each by their own rhythm (recommended)")}
                    {radio(true, "After a number of days without an order")}
                    <Show when=move || by_rule.get()>
                        <Field label="Days without an order" value=days error kind="number" hint="The same for everybody, from 7 to 730." />
                    </Show>
                    {move || failure.get().filter(|failure| failure.field("churn_days").is_none()).map(|failure| view! { <FailureNotice failure /> })}
                    <div class="row">
                        <Button kind=ButtonKind::Primary submit=true busy>"Save"</Button>
                        {move || saved.get().then(|| view! { <span class="gain">"Saved. Deadlines follow with the next scoring."</span> })}
                    </div>
                </fieldset>
            </form>
            <Definitions />
        </div>
        <ConflictDialog clash on_choice=decided />
    }
}

/// What each definition would have said of this shop.
#[component]
fn Definitions() -> impl IntoView {
    let answer = RwSignal::new(None::<Result<Vec<ChurnDefinition>, Failure>>);
    let load = move || {
        spawn_local(async move {
            let definitions = client::get::<ModelResponse>("/api/models").await.map(|answer| answer.definitions);
            answer.try_set(Some(definitions));
        });
    };
    load();
    view! {
        <section class="panel">
            {move || match answer.get() {
                None => view! { <div class="pad"><Skeleton lines=6 /></div> }.into_any(),
                Some(Err(failure)) => {
                    view! { <div class="pad"><FailureNotice failure retry=Callback::new(move |()| load()) /></div> }.into_any()
                }
                Some(Ok(definitions)) if definitions.is_empty() => {
                    view! {
                        <div class="pad stack">
                            <h2>"What each would have said"</h2>
                            <p class="m">
                                "Shown here once a model has been fitted to your orders, which needs Cloudflare's paid plan: how many would count as lost, and how many of them came back by themselves."
                            </p>
                        </div>
                    }
                        .into_any()
                }
                Some(Ok(definitions)) => view! { <List definitions /> }.into_any(),
            }}
        </section>
    }
}

#[component]
fn List(definitions: Vec<ChurnDefinition>) -> impl IntoView {
    let rows = definitions
        .into_iter()
        .map(|ChurnDefinition { days, lost, came_back, .. }| {
            let words = days.map_or_else(|| "Own rhythm".to_owned(), |days| format!("{days} days"));
            view! {
                <tr>
                    <th scope="row">{words}</th>
                    <td class="num">{locale::count(lost)}</td>
                    <td class="num">{came_back.map_or_else(|| "too few to say".to_owned(), percent)}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <Table caption="What each rule would say">
            <thead>
                <tr>
                    <th scope="col">"Lost after"</th>
                    <th scope="col" class="num">"Lost today"</th>
                    <th scope="col" class="num">"Came back"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </Table>
        <p class="pad s">"By the last fit. Came back: of past silences of that length, the share that ended by itself within 90 days."</p>
    }
}

/// The rule that is chosen, `None` for each customer's own rhythm; or what is wrong with the days and how to mend it.
fn chosen(by_rule: bool, days: &str) -> Result<Option<u32>, String> {
    if !by_rule {
        return Ok(None);
    }
    let days = days.trim().parse().ok().filter(|days| CHURN_DAYS.contains(days));
    days.map(Some).ok_or_else(|| format!("Use a whole number of days from {} to {}.", CHURN_DAYS.start(), CHURN_DAYS.end()))
}

fn versions(version: u32, before: Option<u32>, theirs: Option<u32>, yours: Option<u32>) -> Clash {
    let words =
        |days: Option<u32>| days.map_or_else(|| "each by their own rhythm".to_owned(), |days| format!("after {days} days"));
    let difference = Difference::between("churn_days", "Counts as lost", words(before), words(theirs), words(yours));
    Clash { version, differences: difference.into_iter().collect(), told_by: "action=shop_changed".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_rule_is_a_choice_and_another_setting_is_none() {
        assert!(versions(2, None, Some(60), Some(90)).apart().is_none());
        let apart = versions(2, None, None, Some(90)).apart().expect("the rule is as it was");
        assert!(apart.keeps("churn_days"));
    }

    #[test]
    fn a_rule_needs_a_whole_number_of_days_within_its_limits() {
        assert_eq!(chosen(false, "what was typed before"), Ok(None));
        assert_eq!(chosen(true, " 90 "), Ok(Some(90)));
        for wrong in ["", "6", "731", "-30", "90.5", "three"] {
            assert!(chosen(true, wrong).is_err_and(|text| text.contains("from 7 to 730")), "{wrong}");
        }
    }
}
