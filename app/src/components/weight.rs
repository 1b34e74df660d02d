use leptos::prelude::*;

/// How much a reason weighs: bars that are filled, and words for those who do not see them. It says nothing where no learned model
/// weighed it.
#[component]
pub fn Weight(
    /// What it adds to the logit.
    effect: Option<f64>,
    /// Shows the words beside the bars.
    #[prop(optional)]
    spelled: bool,
) -> impl IntoView {
    let (filled, words) = weighed(effect?)?;
    let bars = (0_u8..3)
        .map(|at| {
            let height = 4.0 + 3.0 * f64::from(at);
            let class = if at < filled { "on" } else { "off" };
            view! { <rect class=class x=5.0 * f64::from(at) y=11.0 - height width="3.6" height=height /> }
        })
        .collect_view();
    Some(view! {
        <span class="weight" title=words>
            <svg viewBox="0 0 14 12" aria-hidden="true">{bars}</svg>
            <span class=if spelled { "s" } else { "unseen" }>{words}</span>
        </span>
    })
}

/// Bars of three, and the same in words. Odds of one and a half and of three and a half stand between the steps.
fn weighed(effect: f64) -> Option<(u8, &'static str)> {
    match effect {
        _ if !effect.is_finite() => None,
        1.25.. => Some((3, "weighs much")),
        0.4.. => Some((2, "weighs something")),
        0.0.. => Some((1, "weighs little")),
        _ => Some((0, "speaks against leaving")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_weighs_by_what_it_adds() {
        let filled = [2.0, 0.5, 0.1, -0.3].map(|effect| weighed(effect).map(|(filled, _)| filled));
        assert_eq!(filled, [Some(3), Some(2), Some(1), Some(0)]);
        assert_eq!(weighed(f64::NAN), None);
    }
}
