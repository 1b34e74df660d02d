//! What the shop sells, earns and pays: asked on the first run, and standing in Settings from then on. Every answer may be left out;
//! what is usual in the industry stands in, and the form shows it.

mod answers;

use std::collections::BTreeMap;

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{MarginBasis, Margins, MarginsResponse, Shop, ShopChange, ShopResponse};
use shared::industry::{self, GENERAL, INDUSTRIES};

use self::answers::{Answers, Typed, Wrong, basis_of, read};
use crate::client::{self, Failure};
use crate::components::{
    Button, ButtonKind, Choice, Clash, ConflictDialog, Difference, FailureNotice, Field, Select, TextArea, announce,
};
use crate::format::words;
use crate::pages::settings::zones;
use crate::session::use_session;

/// The form's fields as they are typed.
#[derive(Clone, Copy)]
struct Fields {
    industry: RwSignal<String>,
    model: RwSignal<String>,
    currency: RwSignal<String>,
    zone: RwSignal<String>,
    active: RwSignal<String>,
    basis: RwSignal<String>,
    margin: RwSignal<String>,
    categories: RwSignal<String>,
    products: RwSignal<String>,
    cost: RwSignal<String>,
    /// Whether it asks for currency and time zone too.
    places: bool,
}

/// `first`: also asks for the currency and the time zone, and offers to pass over all of it.
#[component]
pub fn ProfileForm(shop: Shop, may: bool, #[prop(optional)] first: bool) -> impl IntoView {
    let session = use_session();
    let stored_zone = shop.time_zone.clone();
    let fields = Fields::of(&Typed::of(&shop, &Margins::default(), first), first);
    if let Some(zone) = zones::guess().filter(|_| first && stored_zone == "UTC") {
        fields.zone.set(zone);
    }
    let margins = RwSignal::new(Margins::default());
    let shop = StoredValue::new(shop);
    let stored = move || session.get_untracked().map_or_else(|| shop.get_value(), |session| session.shop);
    spawn_local(async move {
        // Without an answer the boxes stay empty; saving them says what went wrong.
        if let Ok(answer) = client::get::<MarginsResponse>("/api/margins").await {
            margins.try_set(answer.margins.clone());
            fields.fill(&Typed::of(&stored(), &answer.margins, first), |name| name == "categories" || name == "products");
        }
    });
    let wrong = RwSignal::new(Wrong::new());
    let busy = RwSignal::new(false);
    let saved = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let clash = RwSignal::new(None::<Clash>);
    let before = StoredValue::new(fields.typed());
    let send = move |answers: Answers| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            let done = save(&stored(), answers, |shop| session.set_shop(shop)).await;
            let refused = match done {
                Ok(kept) => {
                    if let Some(kept) = kept {
                        margins.try_set(kept);
                    }
                    before.try_set_value(fields.typed());
                    saved.try_set(true);
                    announce("Answers saved.");
                    None
                }
                // Somebody was quicker: what stands now is read whole, since answers and margins are one version.
                Err(refused) if refused.conflict().is_some() => match stands_now().await {
                    Ok((shop, kept)) => {
                        let (version, theirs) = (shop.version, Typed::of(&shop, &kept, first));
                        session.set_shop(shop);
                        margins.try_set(kept);
                        let differences = before.with_value(|before| differences(before, &theirs, &fields.typed()));
                        clash.try_set(Some(Clash { version, differences, told_by: "action=shop_changed".to_owned() }));
                        None
                    }
                    Err(failure) => Some(failure),
                },
                Err(refused) => Some(refused),
            };
            failure.try_set(refused);
            busy.try_set(false);
        });
    };
    let submit = move || {
        saved.set(false);
        match read(&fields.typed(), &stored(), &margins.get_untracked()) {
            Ok(answers) => {
                wrong.set(Wrong::new());
                send(answers);
            }
            Err(found) => {
                announce(match found.len() {
                    1 => "One answer needs mending.".to_owned(),
                    wrong => format!("{wrong} answers need mending."),
                });
                wrong.set(found);
            }
        }
    };
    let on_choice = Callback::new(move |choice: Choice| {
        let theirs = Typed::of(&stored(), &margins.get_untracked(), first);
        fields.fill(&theirs, |name| !choice.keeps(name));
        before.set_value(theirs);
        submit();
    });
    let error = move |field: &'static str| {
        Signal::derive(move || {
            wrong
                .with(|wrong| wrong.get(field).cloned())
                .or_else(|| failure.with(|failure| failure.as_ref().and_then(|failure| failure.field(field))))
        })
    };
    let pass_over = move |_| send(Answers { shop: ShopChange { set_up: Some(true), ..ShopChange::default() }, margins: None });
    view! {
        <form novalidate on:submit=move |event: SubmitEvent| {
            event.prevent_default();
            submit();
        }>
            <fieldset disabled=!may class="stack">
                <Select label="Industry" value=fields.industry options=industries() error=error("industry") />
                <Select label="How you sell" value=fields.model options=models() error=error("business_model") />
                {first
                    .then(|| {
                        view! {
                            <Field label="Home currency" value=fields.currency error=error("home_currency") hint="Three letters, such as EUR. Totals and worth are shown in it." />
                            <Select label="Time zone" value=fields.zone options=zones::choices(&stored_zone) error=error("time_zone") />
                        }
                    })}
                <Field
                    label="Active customers, about"
                    value=fields.active
                    error=error("active_customers")
                    hint="Who paid within the last year. If your data show another number, Rekindle tells you."
                />
                <Select label="Gross margin is told" value=fields.basis options=bases() error=error("margin_basis") />
                {move || match basis_of(&fields.basis.get()) {
                    MarginBasis::One => {
                        view! { <Field label="Gross margin in per cent" value=fields.margin error=error("margin") hint="What is left of a sale after the cost of what was sold." /> }
                            .into_any()
                    }
                    MarginBasis::Category => {
                        view! {
                            <TextArea
                                label="Categories"
                                value=fields.categories
                                error=error("categories")
                                hint="One a line: name; its share of sales; its margin, both in per cent. Such as: Shoes; 60; 45. Lines of a spreadsheet can be pasted."
                            />
                        }
                            .into_any()
                    }
                    MarginBasis::Product => {
                        view! {
                            <TextArea
                                label="Cost of products"
                                value=fields.products
                                error=error("products")
                                hint="One a line: name as your orders have it; what one costs you. Such as: Blue mug; 3.20. The margin is then taken from orders of the last year whose items are all listed."
                            />
                        }
                            .into_any()
                    }
                }}
                <p class="s">{move || usual_margin(&fields.industry.get())}</p>
                <Field label="Cost of winning a new customer" value=fields.cost error=error("acquisition_cost") hint="In your home currency: what you spend on advertising and first-order discounts for each." />
                <p class="s">{move || usual_cost(&fields.industry.get())}</p>
                {move || failure.get().filter(|failure| failure.fields().is_none_or(BTreeMap::is_empty)).map(|failure| view! { <FailureNotice failure /> })}
                <div class="row">
                    <Button kind=ButtonKind::Primary submit=true busy>"Save answers"</Button>
                    {first.then(|| view! { <Button busy on_press=pass_over>"Skip: use what is usual"</Button> })}
                    {move || saved.get().then(|| view! { <span class="gain">"Saved"</span> })}
                </div>
            </fieldset>
        </form>
        <ConflictDialog clash on_choice />
    }
}

/// Names of the fields, as the API calls them, with their labels.
const LABELS: [(&str, &str); 10] = [
    ("industry", "Industry"),
    ("business_model", "How you sell"),
    ("home_currency", "Home currency"),
    ("time_zone", "Time zone"),
    ("active_customers", "Active customers"),
    ("margin_basis", "Gross margin is told"),
    ("margin", "Gross margin in per cent"),
    ("categories", "Categories"),
    ("products", "Cost of products"),
    ("acquisition_cost", "Cost of winning a new customer"),
];

impl Fields {
    fn of(typed: &Typed, places: bool) -> Self {
        let empty = || RwSignal::new(String::new());
        let fields = Self {
            industry: empty(),
            model: empty(),
            currency: empty(),
            zone: empty(),
            active: empty(),
            basis: empty(),
            margin: empty(),
            categories: empty(),
            products: empty(),
            cost: empty(),
            places,
        };
        fields.fill(typed, |_| true);
        fields
    }

    fn all(self) -> [(&'static str, RwSignal<String>); 10] {
        let signals = [
            self.industry,
            self.model,
            self.currency,
            self.zone,
            self.active,
            self.basis,
            self.margin,
            self.categories,
            self.products,
            self.cost,
        ];
        let mut signals = signals.into_iter();
        LABELS.map(|(name, _)| (name, signals.next().unwrap_or(self.industry)))
    }

    fn typed(self) -> Typed {
        let text = |signal: RwSignal<String>| signal.get_untracked();
        Typed {
            industry: text(self.industry),
            model: text(self.model),
            currency: self.places.then(|| text(self.currency)),
            zone: self.places.then(|| text(self.zone)),
            active: text(self.active),
            basis: text(self.basis),
            margin: text(self.margin),
            categories: text(self.categories),
            products: text(self.products),
            cost: text(self.cost),
        }
    }

    /// Puts what `typed` holds into those fields that `wanted` names.
    fn fill(self, typed: &Typed, wanted: impl Fn(&str) -> bool) {
        for ((_, signal), text) in self.all().into_iter().zip(typed.texts()).filter(|((name, _), _)| wanted(name)) {
            signal.try_set(text.to_owned());
        }
    }
}

/// The answers first, then the margins with the version that follows; `on_shop` hears of the shop once it stands.
async fn save(stored: &Shop, answers: Answers, on_shop: impl Fn(Shop)) -> Result<Option<Margins>, Failure> {
    let mut shop = stored.clone();
    if answers.shop != ShopChange::default() {
        shop = client::patch::<_, ShopResponse>("/api/shop", shop.version, &answers.shop).await?.shop;
        on_shop(shop.clone());
    }
    let Some(change) = answers.margins else { return Ok(None) };
    let kept: MarginsResponse = client::put("/api/margins", shop.version, &change).await?;
    on_shop(Shop { version: kept.meta.version, ..shop });
    Ok(Some(kept.margins))
}

async fn stands_now() -> Result<(Shop, Margins), Failure> {
    let shop = client::get::<ShopResponse>("/api/shop").await?.shop;
    let margins: MarginsResponse = client::get("/api/margins").await?;
    Ok((Shop { version: margins.meta.version, ..shop }, margins.margins))
}

fn differences(before: &Typed, theirs: &Typed, yours: &Typed) -> Vec<Difference> {
    let texts = before.texts().into_iter().zip(theirs.texts()).zip(yours.texts());
    let all = LABELS.into_iter().zip(texts);
    all.filter_map(|((name, label), ((before, theirs), yours))| Difference::between(name, label, before, theirs, yours)).collect()
}

fn industries() -> Vec<(String, String)> {
    let none = (String::new(), "Not answered".to_owned());
    let name = |code: &str, name: &str| if code == GENERAL.code { "Another one".to_owned() } else { words(name) };
    std::iter::once(none).chain(INDUSTRIES.iter().map(|found| (found.code.to_owned(), name(found.code, found.name)))).collect()
}

fn models() -> Vec<(String, String)> {
    let all =
        [("", "Not answered"), ("store", "Single orders: a store"), ("subscription", "Subscriptions alone"), ("both", "Both")];
    all.map(|(code, words)| (code.to_owned(), words.to_owned())).to_vec()
}

fn bases() -> Vec<(String, String)> {
    let all = [("one", "As one figure"), ("category", "By category"), ("product", "By the cost of each product")];
    all.map(|(code, words)| (code.to_owned(), words.to_owned())).to_vec()
}

fn usual_margin(code: &str) -> String {
    let industry = industry::find(code).unwrap_or(&GENERAL);
    format!("Left empty, what is usual in {} stands in: {:.0} %.", industry.name, industry.margin * 100.0)
}

fn usual_cost(code: &str) -> String {
    let industry = industry::find(code).unwrap_or(&GENERAL);
    let share = if industry.acquisition > 1.0 {
        format!("{} times what one payment brings", industry.acquisition)
    } else {
        format!("{:.0} % of what one payment brings", industry.acquisition * 100.0)
    };
    format!("Left empty, what is usual in {} stands in: {share}.", industry.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_versions_are_told_apart_field_by_field() {
        let before = Typed { margin: "40".into(), industry: "pets".into(), ..Typed::default() };
        let theirs = Typed { margin: "45".into(), industry: "pets".into(), ..Typed::default() };
        let yours = Typed { margin: "40".into(), industry: "toys_kids".into(), ..Typed::default() };
        let differences = differences(&before, &theirs, &yours);
        let told: Vec<_> = differences.iter().map(|found| (found.name.as_str(), found.touched)).collect();
        assert_eq!(told, [("industry", true), ("margin", false)]);
    }

    #[test]
    fn what_stands_in_is_shown_for_every_industry() {
        assert_eq!(usual_margin("beauty"), "Left empty, what is usual in beauty stands in: 60 %.");
        assert!(usual_margin("").contains("trade in general stands in: 40 %"));
        assert!(usual_cost("saas").contains("12 times") && usual_cost("electronics").contains("12 %"));
    }
}
