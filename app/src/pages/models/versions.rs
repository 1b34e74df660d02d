use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{ModelVersion, ModelVersionResponse};

use crate::client::{self, Failure};
use crate::components::{Button, Confirm, DateText, Table, announce, open_while};
use crate::format::plural;
use crate::locale;

/// Models that are or were in use, and those that were refused with the reason; an earlier one can be used again.
#[component]
pub(super) fn Versions(versions: Vec<ModelVersion>, may: Memo<bool>, on_change: Callback<()>) -> impl IntoView {
    let asked = RwSignal::new(None::<ModelVersion>);
    let open = open_while(asked);
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let ask = Callback::new(move |version| {
        failure.set(None);
        asked.set(Some(version));
    });
    let use_it = Callback::new(move |()| {
        let Some(version) = asked.get_untracked().filter(|_| !busy.get_untracked()) else { return };
        busy.set(true);
        spawn_local(async move {
            let path = format!("/api/models/{}/use", version.id);
            let answer = client::post::<_, ModelVersionResponse>(&path, &serde_json::Value::Object(Default::default())).await;
            if busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(_) => {
                    asked.set(None);
                    announce("This model is in use again. Everybody is scored anew.");
                    on_change.run(());
                }
                Err(refused) => failure.set(Some(refused)),
            }
        });
    });
    let is_empty = versions.is_empty();
    let rows = versions.into_iter().map(|version| view! { <Version version may ask /> }).collect_view();
    let what = move || {
        asked.get().map(|version| {
            let basis = if version.card.basis == "fitted" { "fitted to your shop" } else { "from general experience" };
            view! {
                <p>"The model of " <DateText at=version.created_at /> ", " {basis} ", takes the place of the one in use until a later fit is not worse."</p>
                <p>"Everybody is scored again, which may move customers between tiers. Nobody is contacted."</p>
            }
        })
    };
    view! {
        <section class="panel">
            <div class="section-head"><h2>"Versions"</h2></div>
            {if is_empty {
                view! { <p class="pad m">"None is stored yet: the first scoring stores one."</p> }.into_any()
            } else {
                view! {
                    <Table caption="Models, the newest first" unseen_caption=true>
                        <thead>
                            <tr>
                                <th scope="col">"Made"</th>
                                <th scope="col">"State"</th>
                                <th scope="col">"Rests on"</th>
                                <th scope="col">"Compared with the one before"</th>
                                <th scope="col"><span class="unseen">"Act"</span></th>
                            </tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </Table>
                }
                    .into_any()
            }}
        </section>
        <Confirm open title="Use this version again" action="Use this version" busy failure on_confirm=use_it>{what}</Confirm>
    }
}

#[component]
fn Version(version: ModelVersion, may: Memo<bool>, ask: Callback<ModelVersion>) -> impl IntoView {
    let state = state(&version);
    let source = if version.source == "browser" { "fitted in a browser" } else { "by Rekindle itself" };
    let rests = match version.card.basis.as_str() {
        "fitted" => {
            format!("{} {}", locale::count(version.card.customers), plural(version.card.customers, "customer", "customers"))
        }
        _ => "general experience".to_owned(),
    };
    let compared =
        version.comparison.as_ref().map_or_else(|| "nothing to compare with".to_owned(), |comparison| comparison.text.clone());
    let scores = version.scores;
    let at = version.created_at.clone();
    let can_return = state == State::Earlier;
    let known = StoredValue::new(version);
    view! {
        <tr>
            <th scope="row"><DateText at /> <div class="s">{source}</div></th>
            <td>
                <span class=format!("state {}", state.class())>{state.words()}</span>
                {(scores > 0).then(|| view! { <div class="s">{locale::count(scores)} " " {plural(scores, "score", "scores")}</div> })}
            </td>
            <td>{rests}</td>
            <td class="m wide">{compared}</td>
            <td class="acts">
                <Show when=move || can_return && may.get()>
                    <Button small=true on_press=move |_| ask.run(known.get_value())>"Use this version again"</Button>
                </Show>
            </td>
        </tr>
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    InUse,
    Earlier,
    Refused,
}

impl State {
    fn words(self) -> &'static str {
        match self {
            Self::InUse => "In use",
            Self::Earlier => "Earlier",
            Self::Refused => "Refused",
        }
    }

    fn class(self) -> &'static str {
        match self {
            Self::InUse => "gain",
            Self::Earlier => "m",
            Self::Refused => "loss",
        }
    }
}

fn state(version: &ModelVersion) -> State {
    match &version.comparison {
        _ if version.live => State::InUse,
        Some(comparison) if !comparison.accepted => State::Refused,
        _ => State::Earlier,
    }
}

#[cfg(test)]
mod tests {
    use shared::api::Comparison;
    use shared::id::Id;
    use shared::money::Currency;
    use shared::risk::{self, Prior};

    use super::*;

    #[test]
    fn only_a_model_that_was_once_in_use_is_an_earlier_one() {
        let version = |live, accepted: Option<bool>| ModelVersion {
            id: Id::from_parts(1, &[1; 10]),
            live,
            source: "worker".to_owned(),
            created_at: "2026-03-01T10:00:00Z".to_owned(),
            comparison: accepted.map(|accepted| Comparison {
                customers: 40,
                difference: 0.1,
                low: 0.0,
                high: 0.2,
                accepted,
                text: String::new(),
            }),
            card: risk::prior(Currency::USD, Prior::default()).1,
            scores: 0,
        };
        let states = [(true, None), (false, None), (false, Some(true)), (false, Some(false))]
            .map(|(live, accepted)| state(&version(live, accepted)));
        assert_eq!(states, [State::InUse, State::Earlier, State::Earlier, State::Refused]);
    }
}
