use leptos::prelude::*;

use super::{Button, ButtonKind};
use crate::client::Failure;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NoticeKind {
    #[default]
    Info,
    Good,
    Warning,
    Problem,
}

/// Something the reader should know; a problem is read out at once.
#[component]
pub fn Notice(
    #[prop(optional)] kind: NoticeKind,
    #[prop(optional, into)] title: Option<String>,
    children: Children,
) -> impl IntoView {
    let (class, shape) = match kind {
        NoticeKind::Info => ("notice info", "M7 0h2v2H7zM7 5h2v9H7z"),
        NoticeKind::Good => ("notice good", "M1 8l2-2 3 3 7-7 2 2-9 9z"),
        NoticeKind::Warning => ("notice warning", "M7 1h2v9H7zM7 12h2v2H7z"),
        NoticeKind::Problem => ("notice problem", "M2 4l2-2 4 4 4-4 2 2-4 4 4 4-2 2-4-4-4 4-2-2 4-4z"),
    };
    view! {
        <div class=class role=if kind == NoticeKind::Problem { "alert" } else { "note" }>
            <svg viewBox="0 0 16 16" aria-hidden="true"><path d=shape /></svg>
            <div>{title.map(|title| view! { <strong>{title}</strong> })} {children()}</div>
        </div>
    }
}

/// A call that failed: what happened, the number to quote, and another try where one is offered.
#[component]
pub fn FailureNotice(failure: Failure, #[prop(optional, into)] retry: Option<Callback<()>>) -> impl IntoView {
    let number = failure.request_id().map(|id| format!("Request {id}"));
    view! {
        <Notice kind=NoticeKind::Problem>
            <p>{failure.text()}</p>
            {number.map(|number| view! { <p class="s">{number}</p> })}
            {retry
                .map(|retry| {
                    view! { <Button small=true kind=ButtonKind::Plain on_press=move |_| retry.run(())>"Try again"</Button> }
                })}
        </Notice>
    }
}

/// A list or a page with nothing in it yet: says what would stand here and how to get it.
#[component]
pub fn EmptyState(#[prop(into)] title: String, children: Children) -> impl IntoView {
    view! {
        <div class="empty">
            <svg viewBox="0 0 24 24" aria-hidden="true"><path d=super::FLAME /></svg>
            <h2>{title}</h2>
            {children()}
        </div>
    }
}
