//! Choosing what to connect, and what has to be known before: then the source exists and has an address.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{NewSource, Permission, SourceAnswer, SourceSettings};
use shared::source::Kind;

use super::secret::secret_error;
use super::{origins, shared as pages, words};
use crate::client::{self, Failure};
use crate::components::{
    Button, ButtonKind, ButtonLink, FailureNotice, Field, Notice, PageHead, Select, Skeleton, TextArea, announce, unique_id,
};
use crate::pages::data::kinds::KindSelect;
use crate::query;
use crate::router::{Step, go, use_location};
use crate::session::use_session;

pub(super) const HOURS: [(&str, &str); 6] = [
    ("1", "Every hour"),
    ("3", "Every 3 hours"),
    ("6", "Every 6 hours"),
    ("12", "Every 12 hours"),
    ("24", "Once a day"),
    ("168", "Once a week"),
];
const USUAL_HOURS: &str = "24";

#[component]
pub fn NewSourcePage() -> impl IntoView {
    let session = use_session();
    let known = Memo::new(move |_| session.get().is_some());
    let may = Memo::new(move |_| session.may(Permission::Admin));
    let search = use_location().search;
    let kind = Memo::new(move |_| {
        search.with(|search| query::pairs(search).iter().find(|(name, _)| name == "kind").and_then(|(_, kind)| Kind::parse(kind)))
    });
    view! {
        <p class="back s"><a href="/data/sources">"All sources"</a></p>
        <PageHead title="Connect a source" lead=|| "Choose what sends. The next page has its address and each step, in the sender's own words." />
        {move || match (known.get(), may.get()) {
            (false, _) => view! { <Skeleton lines=6 /> }.into_any(),
            (true, false) => {
                view! { <Notice title="You may look, but not connect">"Ask an owner of this shop to connect a source."</Notice> }.into_any()
            }
            (true, true) => view! { <Choose kind /> }.into_any(),
        }}
    }
}

#[component]
fn Choose(kind: Memo<Option<Kind>>) -> impl IntoView {
    let name = unique_id();
    let cards = words::OFFERED
        .into_iter()
        .map(|offered| {
            let id = unique_id();
            let hint = format!("{id}-hint");
            view! {
                <div class="kind panel">
                    <input
                        type="radio"
                        id=id.clone()
                        name=name.clone()
                        aria-describedby=hint.clone()
                        prop:checked=move || kind.get() == Some(offered)
                        on:change=move |_| go(&format!("/data/sources/new?kind={}", offered.as_str()), Step::Replace)
                    />
                    <label for=id>{words::kind_title(offered)}</label>
                    <p class="s" id=hint>{words::kind_brings(offered)}</p>
                </div>
            }
        })
        .collect_view();
    view! {
        <fieldset>
            <legend class="unseen">"What sends"</legend>
            <div class="kinds">{cards}</div>
        </fieldset>
        {move || kind.get().map(|kind| view! { <Make kind /> })}
    }
}

/// What the source is called, and of some kinds a little more.
#[component]
fn Make(kind: Kind) -> impl IntoView {
    let pages = pages();
    let name = RwSignal::new(words::first_name(kind).to_owned());
    let sites = RwSignal::new(String::new());
    let site = RwSignal::new(String::new());
    let token = RwSignal::new(String::new());
    let url = RwSignal::new(String::new());
    let file_kind = RwSignal::new(shared::import::Kind::Orders.as_str().to_owned());
    let hours = RwSignal::new(USUAL_HOURS.to_owned());
    let tried = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let theirs = move |field: &'static str| failure.with(|failure| failure.as_ref().and_then(|failure| failure.field(field)));
    let name_error = Signal::derive(move || {
        let empty = tried.get() && name.with(|name| name.trim().is_empty());
        empty.then(|| "Give it a name that the team knows it by.".to_owned()).or_else(|| theirs("name"))
    });
    let sites_error = Signal::derive(move || {
        let ours = tried.get().then(|| sites.with(|sites| origins::read(sites).err())).flatten();
        ours.or_else(|| theirs("settings.origins"))
    });
    let site_error = Signal::derive(move || {
        let ours = tried.get().then(|| site.with(|site| origins::read(site).err())).flatten();
        ours.or_else(|| theirs("settings.site"))
    });
    let token_error = Signal::derive(move || {
        let ours = tried.get().then(|| token.with(|token| wrong_token(token))).flatten();
        ours.or_else(|| theirs("secrets"))
    });
    let url_error = Signal::derive(move || {
        let ours = tried.get().then(|| url.with(|url| address_error(url))).flatten();
        ours.or_else(|| theirs("settings.url"))
    });
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        tried.set(true);
        failure.set(None);
        let named = name.with_untracked(|name| name.trim().to_owned());
        let settings = match kind {
            Kind::Pull if url.with_untracked(|url| address_error(url)).is_none() => SourceSettings {
                url: Some(url.with_untracked(|url| url.trim().to_owned())),
                file_kind: file_kind.with_untracked(|kind| shared::import::Kind::parse(kind)),
                every_hours: hours.with_untracked(|hours| hours.parse().ok()),
                ..SourceSettings::default()
            },
            Kind::Pull => return,
            Kind::Shopify | Kind::Woocommerce => match site.with_untracked(|site| origins::read(site)) {
                Ok(sites) => SourceSettings { site: sites.into_iter().next(), ..SourceSettings::default() },
                Err(_) => return,
            },
            Kind::Browser => match sites.with_untracked(|sites| origins::read(sites)) {
                Ok(origins) => SourceSettings { origins, ..SourceSettings::default() },
                Err(_) => return,
            },
            _ => SourceSettings::default(),
        };
        let given = token.with_untracked(|token| token.trim().to_owned());
        if named.is_empty() || busy.get_untracked() || wrong_token(&given).is_some() {
            return;
        }
        let secrets = if given.is_empty() { Vec::new() } else { vec![given] };
        busy.set(true);
        let new = NewSource { kind, name: named, secrets, settings };
        spawn_local(async move {
            let answer = client::post::<_, SourceAnswer>("/api/sources", &new).await;
            busy.try_set(false);
            match answer {
                Ok(SourceAnswer { source }) => {
                    let (next, told) = match source.kind {
                        Kind::Pull => ("", "The file is fetched within minutes."),
                        _ => ("/setup", "Follow the steps."),
                    };
                    announce(format!("{} is made. {told}", source.name));
                    let path = format!("/data/sources/{}{next}", source.id);
                    pages.fresh.set(Some(source));
                    go(&path, Step::Page);
                }
                Err(refused) => drop(failure.try_set(Some(refused))),
            }
        });
    };
    let known = ["name", "settings.origins", "settings.site", "settings.url", "secrets"];
    let general = move || failure.get().filter(|failure| known.iter().all(|field| failure.field(field).is_none()));
    let more = match kind {
        Kind::Browser => view! {
            <TextArea
                label="Pages that may send, if you like"
                value=sites
                error=sites_error
                rows=3
                hint="One address a line, such as https://shop.example.com. Left empty, any page may send with this key."
            />
        }
        .into_any(),
        Kind::Shopify | Kind::Woocommerce => view! {
            <Field
                label="The shop's own address, if you like"
                value=site
                error=site_error
                kind="url"
                hint="Such as https://shop.example.com: links to products begin with it. It can be filled in later."
            />
        }
        .into_any(),
        Kind::Pull => {
            view! {
                <Field label="Address of the file" value=url error=url_error kind="url" hint="It begins with https:// and needs no sign-in by hand. Addresses inside a private network are refused." />
                <KindSelect label="What the file holds" value=file_kind hint="With the columns of the template on the tab Import." />
                <Select label="How often" value=hours options=HOURS.map(|(value, words)| (value.to_owned(), words.to_owned())).to_vec() />
                <Field label="Token, if the address asks for one" value=token error=token_error autocomplete="off" hint="Sent as “Authorization: Bearer …”, to this address only. Stored encrypted, and never shown again." />
            }
            .into_any()
        }
        _ => ().into_any(),
    };
    view! {
        <form class="panel pad narrow after" novalidate on:submit=send>
            <h2>{words::kind_title(kind)}</h2>
            <Field label="Name" value=name error=name_error autocomplete="off" hint="As it stands in lists and beside what it brought." />
            {more}
            {move || general().map(|failure| view! { <FailureNotice failure /> })}
            <div class="dialog-actions">
                <ButtonLink href="/data/sources">"Leave it"</ButtonLink>
                <Button kind=ButtonKind::Primary submit=true busy>"Continue"</Button>
            </div>
        </form>
    }
}

/// What is wrong with the address of a file. Which hosts may be asked is the worker's to say.
pub(super) fn address_error(url: &str) -> Option<String> {
    let rest = url.trim().strip_prefix("https://");
    let has_host = rest
        .is_some_and(|rest| rest.split('/').next().is_some_and(|host| host.contains('.')) && !rest.contains(char::is_whitespace));
    (!has_host).then(|| "Give the whole address, such as https://files.example.com/orders.csv.".to_owned())
}

/// What is wrong with a token; leaving it out is not.
fn wrong_token(token: &str) -> Option<String> {
    (!token.trim().is_empty()).then(|| secret_error(token)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_a_whole_https_address() {
        for good in ["https://files.example.com/orders.csv", " https://a.b/c?d=e "] {
            assert_eq!(address_error(good), None, "{good}");
        }
        for bad in ["", "http://a.b/c", "files.example.com/x", "https://", "https://intranet/x", "https://a.b/c d"] {
            assert!(address_error(bad).is_some_and(|text| text.contains("https://files.example.com")), "{bad}");
        }
    }

    #[test]
    fn what_is_chosen_at_first_is_offered() {
        assert!(HOURS.iter().any(|(hours, _)| *hours == USUAL_HOURS));
        for (hours, _) in HOURS {
            assert!(hours.parse::<u32>().is_ok_and(|hours| (1..=168).contains(&hours)), "{hours}");
        }
    }
}
