use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use crate::components::Button;

/// A chart and the table behind it: `t` in the chart, or the button, shows the one or the other. Children are the legend.
#[component]
pub fn Behind(
    /// What the chart shows, such as "Risk over time".
    #[prop(into)]
    label: String,
    #[prop(into)] chart: ViewFn,
    #[prop(into)] table: ViewFn,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let as_table = RwSignal::new(false);
    let on_key = move |event: KeyboardEvent| {
        if event.key() == "t" && !event.ctrl_key() && !event.meta_key() && !event.alt_key() {
            as_table.update(|shown| *shown = !*shown);
        }
    };
    view! {
        <figure class="chart" tabindex="0" on:keydown=on_key aria-label=format!("{label}; press t for the table")>
            {move || if as_table.get() { table.run() } else { chart.run() }}
        </figure>
        <div class="row chart-foot">
            <div class="legend">{children.map(|children| children())}</div>
            <Button small=true on_press=move |_| as_table.update(|shown| *shown = !*shown)>
                {move || if as_table.get() { "Show the chart" } else { "Show the table" }}
            </Button>
        </div>
    }
}
