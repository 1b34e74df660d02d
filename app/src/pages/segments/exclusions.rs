//! Who is left out of offers, and by which rules.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{ExclusionsResponse, LeftOutCount, Permission};
use shared::segment;

use crate::client::{self, Failure};
use crate::components::{Button, ButtonKind, Checkbox, Dialog, FailureNotice, Field, Table, announce};
use crate::locale;
use crate::session::use_session;

const PATH: &str = "/api/exclusions";

#[component]
pub fn Exclusions(left_out: Vec<LeftOutCount>, on_saved: Callback<()>) -> impl IntoView {
    let session = use_session();
    let may = Memo::new(move |_| session.may(Permission::Edit));
    let open = RwSignal::new(false);
    let answer = RwSignal::new(None::<Result<ExclusionsResponse, Failure>>);
    let edit = move |_| {
        open.set(true);
        answer.set(None);
        spawn_local(async move {
            let got = client::get::<ExclusionsResponse>(PATH).await;
            answer.try_set(Some(got));
        });
    };
    let sum: u64 = left_out.iter().map(|count| count.customers).sum();
    let rows = left_out
        .into_iter()
        .map(|count| view! { <tr><th scope="row">{count.name}</th><td class="num">{locale::count(count.customers)}</td></tr> })
        .collect_view();
    view! {
        <section class="panel">
            <div class="pad row between">
                <div>
                    <h2>"Left out of offers"</h2>
                    <p class="m">{if sum == 0 { "Nobody: no rule applies to anybody.".to_owned() } else { format!("{} customers, each counted under the weightiest reason.", locale::count(sum)) }}</p>
                </div>
                <Show when=move || may.get()>
                    <Button on_press=edit>"Change the rules"</Button>
                </Show>
            </div>
            {(sum > 0).then(|| view! {
                <Table caption="Left out of offers by reason" unseen_caption=true>
                    <thead><tr><th scope="col">"Why"</th><th scope="col" class="num">"Customers"</th></tr></thead>
                    <tbody>{rows}</tbody>
                </Table>
            })}
        </section>
        <Dialog open title="Who is left out of offers">
            {move || match answer.get() {
                None => ().into_any(),
                Some(Err(failure)) => view! { <FailureNotice failure /> }.into_any(),
                Some(Ok(found)) => view! { <Form found open on_saved /> }.into_any(),
            }}
        </Dialog>
    }
}

#[component]
fn Form(found: ExclusionsResponse, open: RwSignal<bool>, on_saved: Callback<()>) -> impl IntoView {
    let rules = found.exclusions;
    let version = found.meta.version;
    let text = |words: &[String]| RwSignal::new(words.join(", "));
    let number = |number: Option<u32>| RwSignal::new(number.map(|number| number.to_string()).unwrap_or_default());
    let (margin, chargebacks, disputes) =
        (RwSignal::new(rules.negative_margin), RwSignal::new(rules.chargebacks), RwSignal::new(rules.disputes));
    let (refunds, orders) = (number(rules.refund_per_cent.map(u32::from)), number(rules.orders_a_year));
    let domains = text(&rules.staff_domains);
    let tags = [&rules.abuse_tags, &rules.staff_tags, &rules.reseller_tags, &rules.other_tags].map(|words| text(words));
    let [abuse, staff, resellers, others] = tags;
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let error = move |field: &'static str| {
        Signal::derive(move || failure.with(|failure| failure.as_ref().and_then(|failure| failure.field(field))))
    };
    let save = move |event: SubmitEvent| {
        event.prevent_default();
        let words = |text: RwSignal<String>| -> Vec<String> {
            text.with_untracked(|text| {
                text.split(',').map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect()
            })
        };
        // What is no number is sent as one that is refused, with the words of the refusal beside the field.
        let number = |text: RwSignal<String>| {
            text.with_untracked(|text| Some(text.trim()).filter(|text| !text.is_empty()).map(|text| text.parse().unwrap_or(0)))
        };
        let asked = segment::Exclusions {
            negative_margin: margin.get_untracked(),
            chargebacks: chargebacks.get_untracked(),
            disputes: disputes.get_untracked(),
            refund_per_cent: number(refunds).map(|share: u32| u8::try_from(share).unwrap_or(0)),
            orders_a_year: number(orders),
            staff_domains: words(domains),
            abuse_tags: words(abuse),
            staff_tags: words(staff),
            reseller_tags: words(resellers),
            other_tags: words(others),
        };
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            let answer = client::put::<_, ExclusionsResponse>(PATH, version, &asked).await;
            busy.try_set(false);
            match answer {
                Ok(_) => {
                    announce("Saved. The next scoring leaves them out.");
                    open.set(false);
                    on_saved.run(());
                }
                Err(refused) => {
                    failure.try_set(Some(refused));
                }
            }
        });
    };
    view! {
        <form class="stack" novalidate on:submit=save>
            <Checkbox label="Who costs more than they bring" value=margin hint="Margin of what they kept, less a tenth of what came back for handling." />
            <Checkbox label="Who had a payment taken back by their bank" value=chargebacks />
            <Checkbox label="Who has a dispute open" value=disputes />
            <Field label="Refunded orders, per cent" value=refunds kind="number" error=error("refund_per_cent") hint="From this share on, of at least 4 orders, somebody is a serial returner. Empty: nobody is." />
            <Field label="Orders a year" value=orders kind="number" error=error("orders_a_year") hint="From so many on somebody is taken for a reseller. Empty: nobody is." />
            <Field label="Domains of your own people" value=domains error=error("staff_domains") hint="Such as example.com, with commas between." />
            <Field label="Tags of abuse" value=abuse error=error("abuse_tags") />
            <Field label="Tags of staff" value=staff error=error("staff_tags") />
            <Field label="Tags of resellers" value=resellers error=error("reseller_tags") />
            <Field label="Other tags that leave people out" value=others error=error("other_tags") />
            {move || failure.get().filter(|failure| failure.status() != Some(422)).map(|failure| view! { <FailureNotice failure /> })}
            <div class="row">
                <Button kind=ButtonKind::Primary submit=true busy>"Save"</Button>
                <Button on_press=move |_| open.set(false)>"Cancel"</Button>
            </div>
        </form>
    }
}
