use leptos::prelude::*;

/// Of the drawing, in its own units.
const WIDTH: f64 = 600.0;
const HEIGHT: f64 = 90.0;
const FOOT: f64 = 98.0;

/// A day's bar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayBar {
    /// What was taken below, and what was refused above it.
    pub taken: u64,
    pub refused: u64,
    /// The same in words, with the day.
    pub told: String,
}

/// A bar a day on a common foot, and the same as a table, which the children are. The newest day stands at the right, however few
/// there are.
#[component]
pub fn DayBars(
    #[prop(into)] bars: Signal<Vec<DayBar>>,
    /// What the bars show, with the most that one holds.
    #[prop(into)]
    label: Signal<String>,
    /// Days that the chart has room for.
    room: usize,
    children: Children,
) -> impl IntoView {
    let drawn = move || {
        let bars = bars.get();
        let most = bars.iter().map(|bar| bar.taken.saturating_add(bar.refused)).max().unwrap_or(0);
        let slot = WIDTH / room.max(bars.len()).max(1) as f64;
        let first = room.saturating_sub(bars.len());
        let bar = |(place, bar): (usize, DayBar)| {
            let (taken, refused) = (height(bar.taken, most), height(bar.refused, most));
            let x = format!("{:.1}", ((first + place) as f64 + 0.15) * slot);
            let width = format!("{:.1}", 0.7 * slot);
            view! {
                <g>
                    <title>{bar.told}</title>
                    <rect x=x.clone() y=format!("{:.1}", FOOT - taken) width=width.clone() height=format!("{taken:.1}") rx="1" />
                    <rect class="refused" x=x y=format!("{:.1}", FOOT - taken - refused) width=width height=format!("{refused:.1}") rx="1" />
                </g>
            }
        };
        bars.into_iter().enumerate().map(bar).collect_view()
    };
    view! {
        <figure class="bars">
            <svg viewBox="0 0 600 100" role="img" aria-label=move || label.get()>
                <line x1="0" x2="600" y1="98.5" y2="98.5" />
                {drawn}
            </svg>
            <figcaption class="s">{move || label.get()}</figcaption>
        </figure>
        <details>
            <summary>"As a table"</summary>
            {children()}
        </details>
    }
}

/// The height of `count` where the highest bar has `most`; what is there is seen, however little.
fn height(count: u64, most: u64) -> f64 {
    match count {
        0 => 0.0,
        count => (count as f64 / most.max(1) as f64 * HEIGHT).max(2.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_as_high_as_its_share_and_never_unseen() {
        assert_eq!([height(0, 10), height(5, 10), height(10, 10), height(1, 1_000_000)], [0.0, 45.0, 90.0, 2.0]);
        assert_eq!(height(0, 0), 0.0);
    }
}
