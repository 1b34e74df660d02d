//! Improvements: what the shop shipped or changed, and whom that would bring back.

mod announce;
mod form;
mod list;
mod remove;
mod wishes;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{Improvement, ImprovementsAnswer, Permission};

use self::announce::AnnounceDialog;
use self::form::{Draft, FormDialog};
use self::list::List;
use self::remove::RemoveDialog;
use self::wishes::Wishes;
use crate::client;
use crate::components::{Button, ButtonKind, PageHead};
use crate::pages::settings::frame::{Answer, loaded};
use crate::session::use_session;

/// What its parts ask for.
#[derive(Clone, Copy)]
struct Asks {
    /// In the form: a new one, or one that stands.
    writing: RwSignal<Option<Draft>>,
    removing: RwSignal<Option<Improvement>>,
    announcing: RwSignal<Option<Improvement>>,
    /// Who may write.
    may: Memo<bool>,
}

#[component]
pub fn ImprovementsPage() -> impl IntoView {
    let session = use_session();
    let answer: Answer<ImprovementsAnswer> = RwSignal::new(None);
    let load = Callback::new(move |()| {
        spawn_local(async move {
            let got = client::get::<ImprovementsAnswer>("/api/improvements").await;
            answer.try_set(Some(got));
        });
    });
    load.run(());
    let may = Memo::new(move |_| session.may(Permission::Edit));
    let asks = Asks { writing: RwSignal::new(None), removing: RwSignal::new(None), announcing: RwSignal::new(None), may };
    view! {
        <PageHead
            title="Improvements"
            lead=|| "What you shipped or changed, and whom it would bring back. A message that leads with it says something new."
        >
            <Show when=move || may.get()>
                <Button kind=ButtonKind::Primary on_press=move |_| asks.writing.set(Some(Draft::default()))>"Add an improvement"</Button>
            </Show>
        </PageHead>
        {loaded(answer, load, move |ImprovementsAnswer { improvements, wishes }| {
            view! {
                <div class="stack">
                    <List improvements asks />
                    <Wishes wishes asks />
                </div>
            }
            .into_any()
        })}
        <FormDialog writing=asks.writing on_saved=load />
        <AnnounceDialog announcing=asks.announcing />
        <RemoveDialog removing=asks.removing on_removed=load />
    }
}
