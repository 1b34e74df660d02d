//! What stands in the way of a launch, each with a link to where it is mended.

use std::collections::BTreeMap;

use leptos::prelude::*;

use super::super::editor::use_editor;
use crate::components::{Notice, NoticeKind};

#[component]
pub(super) fn Obstacles(obstacles: BTreeMap<String, String>) -> impl IntoView {
    let editor = use_editor();
    if obstacles.is_empty() {
        return ().into_any();
    }
    let id = editor.id.get_value();
    let lines = obstacles
        .into_iter()
        .map(|(field, text)| {
            let (address, words) = mended_at(&field, &id);
            view! { <li><span dir="auto">{text}</span> " " <a href=address>{words}</a></li> }
        })
        .collect_view();
    view! {
        <Notice kind=NoticeKind::Warning title="In the way of a launch">
            <ul class="dots">{lines}</ul>
        </Notice>
    }
    .into_any()
}

/// The address and the words of the link for a field, as the server names it.
fn mended_at(field: &str, id: &str) -> (String, &'static str) {
    let of = |leaf: &str| format!("/campaigns/{id}{leaf}");
    let field = field.strip_prefix("plan.").unwrap_or(field);
    let head = field.split(['.', '[']).next().unwrap_or(field);
    match head {
        "audience" | "segment" => (of("/audience"), "See the audience"),
        "draft" | "messages" | "message" | "texts" => (of(""), "See the messages"),
        "brand" => ("/campaigns/brand".to_owned(), "See the brand"),
        "offers" | "offer" | "guardrails" => ("/offers".to_owned(), "See the offers"),
        "fulfilment" | "codes" => ("/offers/fulfilment".to_owned(), "See how offers reach people"),
        "senders" | "sender" | "channels" | "channel" => ("/settings/senders".to_owned(), "See the senders"),
        "sending" | "rules" | "costs" => ("/settings/sending".to_owned(), "See how the shop sends"),
        _ => (of("/plan"), "See the plan"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_obstacle_leads_to_where_it_is_mended() {
        for (field, address) in [
            ("plan.steps[2].channel", "/campaigns/7/plan"),
            ("budget.most", "/campaigns/7/plan"),
            ("audience.filter", "/campaigns/7/audience"),
            ("draft.steps[0]", "/campaigns/7"),
            ("senders.email", "/settings/senders"),
            ("brand.address", "/campaigns/brand"),
            ("something new", "/campaigns/7/plan"),
        ] {
            assert_eq!(mended_at(field, "7").0, address, "{field}");
        }
    }
}
