//! What the shop is called, counts in and may use.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{Plan, Shop, ShopChange, ShopResponse};
use shared::money::Currency;

use super::zones;
use crate::client::{self, Failure};
use crate::components::{
    Button, ButtonKind, Choice, Clash, ConflictDialog, Difference, FailureNotice, Field, Notice, NoticeKind, Select, announce,
    standing,
};
use crate::pages::profile::ProfileForm;
use crate::session::use_session;

#[component]
pub fn ShopForm(shop: Shop, may: bool) -> impl IntoView {
    let session = use_session();
    let name = RwSignal::new(shop.name.clone());
    let currency = RwSignal::new(shop.home_currency.to_string());
    let time_zone = RwSignal::new(shop.time_zone.clone());
    let plan = RwSignal::new(plan_name(shop.plan).to_owned());
    let zones = zones::choices(&shop.time_zone);
    let stored = RwSignal::new(shop);
    let tried = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let saved = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let change = Memo::new(move |_| change(&stored.get(), &name.get(), &currency.get(), &time_zone.get(), &plan.get()));
    let error = move |field: &'static str| {
        Signal::derive(move || {
            let ours = tried.get().then(|| {
                change.with(|change| change.as_ref().err().filter(|(name, _)| *name == field).map(|(_, text)| text.clone()))
            });
            ours.flatten().or_else(|| failure.with(|failure| failure.as_ref().and_then(|failure| failure.field(field))))
        })
    };
    let clash = RwSignal::new(None::<Clash>);
    let standing_now = StoredValue::new(None::<Shop>);
    // Fields that the person keeps stay as typed; the rest becomes what stands in the store.
    let take = move |theirs: Shop, choice: &Choice| {
        if !choice.keeps("name") {
            name.set(theirs.name.clone());
        }
        if !choice.keeps("home_currency") {
            currency.set(theirs.home_currency.to_string());
        }
        if !choice.keeps("time_zone") {
            time_zone.set(theirs.time_zone.clone());
        }
        if !choice.keeps("plan") {
            plan.set(plan_name(theirs.plan).to_owned());
        }
        session.set_shop(theirs.clone());
        stored.set(theirs);
    };
    let save =
        Callback::new(move |()| {
            tried.set(true);
            saved.set(false);
            if change.with_untracked(Result::is_err) || busy.get_untracked() {
                return;
            }
            busy.set(true);
            failure.set(None);
            spawn_local(async move {
                while let Ok(change) = change.get_untracked() {
                    let refused =
                        match client::patch::<_, ShopResponse>("/api/shop", stored.with_untracked(|shop| shop.version), &change)
                            .await
                        {
                            Ok(answer) => {
                                stored.set(answer.shop.clone());
                                session.set_shop(answer.shop);
                                saved.set(true);
                                announce("Settings saved.");
                                break;
                            }
                            Err(refused) => refused,
                        };
                    let Some((version, theirs)) = standing::<Shop>(&refused) else {
                        failure.set(Some(refused));
                        break;
                    };
                    let yours = [name, currency, time_zone, plan].map(|field| field.get_untracked());
                    let met = stored.with_untracked(|before| versions(version, before, &theirs, &yours));
                    let Some(choice) = met.apart() else {
                        standing_now.set_value(Some(theirs));
                        clash.set(Some(met));
                        break;
                    };
                    take(theirs, &choice);
                }
                busy.set(false);
            });
        });
    let decided = Callback::new(move |choice: Choice| {
        if let Some(theirs) = standing_now.get_value() {
            take(theirs, &choice);
            save.run(());
        }
    });
    // Typing on is no longer what was saved.
    Effect::new(move || {
        if change.with(|change| change.as_ref().is_ok_and(|change| *change != ShopChange::default())) {
            saved.set(false);
        }
    });
    let new_currency = move || {
        let typed = Currency::parse(&currency.get()).ok()?;
        let old = stored.with(|shop| shop.home_currency);
        (typed != old).then(|| currency_change(old, typed))
    };
    let profile = stored.get_untracked();
    view! {
        <form
            class="panel pad narrow"
            novalidate
            on:submit=move |event: SubmitEvent| {
                event.prevent_default();
                save.run(());
            }
        >
            <fieldset disabled=!may class="stack">
                <Field label="Name" value=name error=error("name") autocomplete="organization" hint="Shown in the interface, and later as the sender's name." />
                <Field
                    label="Home currency"
                    value=currency
                    error=error("home_currency")
                    hint="Three letters, such as EUR. Totals and worth are shown in it; orders keep their own currency."
                />
                {move || new_currency().map(|text| view! { <Notice kind=NoticeKind::Warning title="What this changes">{text}</Notice> })}
                <Select
                    label="Time zone"
                    value=time_zone
                    options=zones
                    error=error("time_zone")
                    hint="Times are shown in it, and a date without a time in a file is noon there. Risk counts days in UTC and does not change."
                />
                <Select
                    label="Cloudflare plan"
                    value=plan
                    options=vec![
                        (plan_name(Plan::Free).to_owned(), "Workers Free".to_owned()),
                        (plan_name(Plan::Paid).to_owned(), "Workers Paid".to_owned()),
                    ]
                    error=error("plan")
                    hint="Sets how much is stored and scored at a time. On the free plan a large import takes several days."
                />
                {move || failure.get().filter(|failure| failure.fields().is_none_or(|fields| fields.is_empty())).map(|failure| view! { <FailureNotice failure /> })}
                <div class="row">
                    <Button kind=ButtonKind::Primary submit=true busy>"Save"</Button>
                    {move || saved.get().then(|| view! { <span class="gain">"Saved"</span> })}
                </div>
            </fieldset>
        </form>
        <ConflictDialog clash on_choice=decided />
        <section class="panel pad narrow stack">
            <h2>"What you sell and earn"</h2>
            <p class="m">"What you leave out is taken from what is usual in your industry, and every figure that rests on it says so."</p>
            <ProfileForm shop=profile may />
        </section>
    }
}

/// What differs from the stored shop, or the first field that is wrong with what to do about it.
fn change(stored: &Shop, name: &str, currency: &str, time_zone: &str, plan: &str) -> Result<ShopChange, (&'static str, String)> {
    let name = name.trim();
    if name.is_empty() {
        return Err(("name", "Give your shop a name.".to_owned()));
    }
    let currency = Currency::parse(currency).map_err(|error| ("home_currency", format!("“{}” {error}.", currency.trim())))?;
    let plan = if plan == plan_name(Plan::Paid) { Plan::Paid } else { Plan::Free };
    Ok(ShopChange {
        name: (name != stored.name).then(|| name.to_owned()),
        home_currency: (currency != stored.home_currency).then_some(currency),
        time_zone: (time_zone != stored.time_zone).then(|| time_zone.to_owned()),
        plan: (plan != stored.plan).then_some(plan),
        ..ShopChange::default()
    })
}

/// `yours` are name, home currency, time zone and plan as the form holds them.
fn versions(version: u32, before: &Shop, theirs: &Shop, yours: &[String; 4]) -> Clash {
    let [name, currency, time_zone, plan] = yours;
    let currency = Currency::parse(currency).map_or_else(|_| currency.clone(), |currency| currency.to_string());
    let of = |shop: &Shop| shop.home_currency.to_string();
    let differences = [
        Difference::between("name", "Name", before.name.as_str(), theirs.name.as_str(), name.trim()),
        Difference::between("home_currency", "Home currency", of(before), of(theirs), currency),
        Difference::between("time_zone", "Time zone", before.time_zone.as_str(), theirs.time_zone.as_str(), time_zone.as_str()),
        Difference::between("plan", "Cloudflare plan", plan_name(before.plan), plan_name(theirs.plan), plan.as_str()),
    ];
    Clash { version, differences: differences.into_iter().flatten().collect(), told_by: "action=shop_changed".to_owned() }
}

fn currency_change(old: Currency, new: Currency) -> String {
    format!(
        "Totals and worth will be shown in {new}. Orders in other currencies, {old} among them, count in totals only where a rate into \
         {new} is stored: rates into {old} do not serve. No order is changed."
    )
}

fn plan_name(plan: Plan) -> &'static str {
    match plan {
        Plan::Free => "free",
        Plan::Paid => "paid",
    }
}

#[cfg(test)]
mod tests {
    use shared::api::ShopProfile;

    use super::*;

    fn shop() -> Shop {
        Shop {
            name: "Tea".into(),
            home_currency: Currency::USD,
            time_zone: "UTC".into(),
            plan: Plan::Free,
            sample: None,
            churn_days: None,
            local: false,
            profile: ShopProfile::default(),
            set_up: true,
            version: 1,
        }
    }

    #[test]
    fn only_what_differs_is_sent() {
        assert_eq!(change(&shop(), " Tea ", "usd", "UTC", "free"), Ok(ShopChange::default()));
        let all = change(&shop(), "Coffee", "eur", "Europe/Berlin", "paid").expect("valid");
        assert_eq!(
            serde_json::to_value(&all).expect("json"),
            serde_json::json!({
                "name": "Coffee", "home_currency": "EUR", "time_zone": "Europe/Berlin", "plan": "paid"
            })
        );
    }

    #[test]
    fn a_field_that_both_changed_is_a_choice_and_others_are_not() {
        let theirs = Shop { name: "Coffee".into(), version: 2, ..shop() };
        let yours = |name: &str, zone: &str| [name, "usd", zone, "free"].map(str::to_owned);
        let met = versions(2, &shop(), &theirs, &yours("Cocoa", "Europe/Berlin"));
        assert_eq!(met.differences.iter().map(|field| field.name.as_str()).collect::<Vec<_>>(), ["name", "time_zone"]);
        assert!(met.apart().is_none());
        let apart = versions(2, &shop(), &theirs, &yours("Tea", "Europe/Berlin")).apart().expect("the name is untouched");
        assert!(apart.keeps("time_zone") && !apart.keeps("name"));
    }

    #[test]
    fn a_wrong_field_is_named_with_what_to_do() {
        let wrong = |name, currency| change(&shop(), name, currency, "UTC", "free").expect_err("refused");
        assert_eq!(wrong("  ", "USD").0, "name");
        let (field, text) = wrong("Tea", "euro");
        assert_eq!(field, "home_currency");
        assert!(text.contains("three letters"), "{text}");
    }
}
