use leptos::prelude::*;
use shared::api::Peers;

use crate::components::Table;
use crate::format::plural;
use crate::locale;

/// The customer beside healthy ones of the same worth and tenure.
#[component]
pub(super) fn PeersPanel(peers: Peers) -> impl IntoView {
    let rows = peers
        .figures
        .into_iter()
        .map(|figure| {
            view! {
                <tr>
                    <th scope="row">{figure.name}</th>
                    <td class="num">{figure.theirs}</td>
                    <td class="num">{figure.peers}</td>
                    <td>{figure.behind.then(|| view! { <span class="behind">"behind"</span> })}</td>
                </tr>
            }
        })
        .collect_view();
    let count = u64::from(peers.customers);
    view! {
        <section class="panel">
            <div class="section-head"><h2>"Beside healthy customers like this one"</h2></div>
            <Table caption="This customer and the middle one of the healthy" unseen_caption=true>
                <thead>
                    <tr>
                        <th scope="col">"Figure"</th>
                        <th scope="col" class="num">"Theirs"</th>
                        <th scope="col" class="num">"Healthy"</th>
                        <th scope="col"><span class="unseen">"Behind"</span></th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </Table>
            <p class="pad s">
                <span dir="auto">{peers.group}</span> ": " {locale::count(count)} " " {plural(count, "customer", "customers")}
                ". Behind means worse than three quarters of them."
            </p>
        </section>
    }
}
