//! The root of the fourth module: sources, dead letters, and what people may ask for, fetched when somebody goes there.

use leptos::prelude::*;
use web_sys::HtmlElement;

use crate::module;
use crate::pages::data::letters::{LetterPage, LettersPage};
use crate::pages::data::sources::{self, NewSourcePage, SetupPage, SourcePage, SourcesPage};
use crate::pages::privacy::PrivacyPage;
use crate::pages::rights::RightsPage;
use crate::places::{Module, Post, post_of};

pub fn start() {
    module::start('g', |root| view! { <Gate root /> }.into_any());
}

#[component]
fn Gate(root: HtmlElement) -> impl IntoView {
    let (_, location) = module::provide(Module::Gate, root);
    sources::provide();
    let post = Memo::new(move |_| location.pathname.with(|path| post_of(path)));
    move || match post.get() {
        Some(Post::Sources) => view! { <SourcesPage /> }.into_any(),
        Some(Post::NewSource) => view! { <NewSourcePage /> }.into_any(),
        Some(Post::Source(id)) => view! { <SourcePage id /> }.into_any(),
        Some(Post::Setup(id)) => view! { <SetupPage id /> }.into_any(),
        Some(Post::DeadLetters) => view! { <LettersPage /> }.into_any(),
        Some(Post::DeadLetter(id)) => view! { <LetterPage id /> }.into_any(),
        Some(Post::Privacy) => view! { <PrivacyPage /> }.into_any(),
        Some(Post::Rights(id)) => view! { <RightsPage id /> }.into_any(),
        // Somebody looks at a page of another module.
        None => ().into_any(),
    }
}
