//! The root of the sixth module: campaigns, the editor of their messages, and what messages are made of.

use leptos::prelude::*;
use web_sys::HtmlElement;

use crate::module;
use crate::pages::campaigns::{BlocksPage, BrandPage, CampaignPage, CampaignsPage, ProofsPage, WritingPage};
use crate::places::{Module, Sheet, sheet_of};

pub fn start() {
    module::start('p', |root| view! { <Press root /> }.into_any());
}

#[component]
fn Press(root: HtmlElement) -> impl IntoView {
    let (_, location) = module::provide(Module::Press, root);
    let sheet = Memo::new(move |_| location.pathname.with(|path| sheet_of(path)));
    move || match sheet.get() {
        Some(Sheet::Campaigns) => view! { <CampaignsPage /> }.into_any(),
        Some(Sheet::Campaign(id)) => view! { <CampaignPage id /> }.into_any(),
        Some(Sheet::Proofs) => view! { <ProofsPage /> }.into_any(),
        Some(Sheet::Blocks) => view! { <BlocksPage /> }.into_any(),
        Some(Sheet::Brand) => view! { <BrandPage /> }.into_any(),
        Some(Sheet::Writing) => view! { <WritingPage /> }.into_any(),
        // Somebody looks at a page of another module.
        None => ().into_any(),
    }
}
