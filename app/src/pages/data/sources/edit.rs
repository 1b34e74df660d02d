//! A source's name and settings. Two people who change different fields at once both get their way.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{Source, SourceChange, SourceSettings};
use shared::source::{Family, Kind};

use super::connect::{HOURS, address_error};
use super::held::Held;
use super::{columns, origins};
use crate::client::Failure;
use crate::components::{
    Button, ButtonKind, Choice, Clash, ConflictDialog, Difference, FailureNotice, Field, Select, TextArea, announce, standing,
};
use crate::pages::data::kinds::KindSelect;

/// What the form holds, as texts.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Typed {
    name: String,
    daily: String,
    origins: String,
    url: String,
    file_kind: String,
    hours: String,
    columns: String,
    site: String,
}

/// Each field: its name in the API, its label, and where its text stands.
type Part = (&'static str, &'static str, fn(&mut Typed) -> &mut String);

const PARTS: [Part; 8] = [
    ("name", "Name", |typed| &mut typed.name),
    ("settings.daily_messages", "Messages a day", |typed| &mut typed.daily),
    ("settings.origins", "Pages that may send", |typed| &mut typed.origins),
    ("settings.url", "Address of the file", |typed| &mut typed.url),
    ("settings.file_kind", "What the file holds", |typed| &mut typed.file_kind),
    ("settings.every_hours", "How often", |typed| &mut typed.hours),
    ("settings.columns", "Columns", |typed| &mut typed.columns),
    ("settings.site", "The shop's own address", |typed| &mut typed.site),
];

#[component]
pub(super) fn Edit(held: Held, source: Source, may: bool) -> impl IntoView {
    let kind = source.kind;
    let first = Typed::of(&source);
    let field = |text: &String| RwSignal::new(text.clone());
    let (name, daily, sites) = (field(&first.name), field(&first.daily), field(&first.origins));
    let (url, file_kind, hours) = (field(&first.url), field(&first.file_kind), field(&first.hours));
    let (site, columns) = (field(&first.site), field(&first.columns));
    let typed = Memo::new(move |_| Typed {
        name: name.get(),
        daily: daily.get(),
        origins: sites.get(),
        url: url.get(),
        file_kind: file_kind.get(),
        hours: hours.get(),
        columns: columns.get(),
        site: site.get(),
    });
    let put = move |typed: Typed| {
        name.set(typed.name);
        daily.set(typed.daily);
        sites.set(typed.origins);
        url.set(typed.url);
        file_kind.set(typed.file_kind);
        hours.set(typed.hours);
        columns.set(typed.columns);
        site.set(typed.site);
    };
    let before = RwSignal::new(source);
    let tried = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let saved = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let clash = RwSignal::new(None::<Clash>);
    let standing_now = StoredValue::new(None::<Source>);
    let errors = Memo::new(move |_| typed.with(|typed| typed.errors(kind)));
    let error = move |field: &'static str| {
        Signal::derive(move || {
            let ours = tried
                .get()
                .then(|| errors.with(|errors| errors.iter().find(|(name, _)| *name == field).map(|(_, text)| text.clone())));
            ours.flatten().or_else(|| failure.with(|failure| failure.as_ref().and_then(|failure| failure.field(field))))
        })
    };
    // Takes what stands now, and keeps of the form what the choice says.
    let take = move |theirs: Source, choice: &Choice| {
        let mut next = Typed::of(&theirs);
        let mut mine = typed.get_untracked();
        for (name, _, part) in PARTS {
            if choice.keeps(name) {
                part(&mut next).clone_from(part(&mut mine));
            }
        }
        put(next);
        before.set(Source { version: choice.version, ..theirs });
    };
    let save = Callback::new(move |()| {
        tried.set(true);
        saved.set(false);
        if busy.get_untracked() || errors.with_untracked(|errors| !errors.is_empty()) {
            return;
        }
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            loop {
                let sent = typed.get_untracked();
                let (version, change) = before.with_untracked(|before| (before.version, sent.change(before)));
                let refused = match held.send(version, &change).await {
                    Ok(source) => {
                        // As it is stored, such as a number without its separators; what was typed meanwhile stays.
                        if typed.try_with_untracked(|typed| *typed == sent) == Some(true) {
                            put(Typed::of(&source));
                        }
                        before.try_set(source.clone());
                        held.take(source);
                        saved.try_set(true);
                        announce("The source is changed.");
                        break;
                    }
                    Err(refused) => refused,
                };
                let Some((version, theirs)) = standing::<Source>(&refused) else {
                    failure.try_set(Some(refused));
                    break;
                };
                let Some(met) = before.try_with_untracked(|before| versions(version, before, &theirs, &typed.get_untracked()))
                else {
                    break;
                };
                let Some(choice) = met.apart() else {
                    standing_now.set_value(Some(theirs));
                    clash.set(Some(met));
                    break;
                };
                take(theirs, &choice);
            }
            busy.try_set(false);
        });
    });
    let decided = Callback::new(move |choice: Choice| {
        if let Some(theirs) = standing_now.get_value() {
            take(theirs, &choice);
            save.run(());
        }
    });
    // Typing on is no longer what was saved.
    Effect::new(move || {
        if typed.with(|typed| before.with(|before| *typed != Typed::of(before))) {
            saved.set(false);
        }
    });
    let general = move || failure.get().filter(|failure| PARTS.iter().all(|(field, ..)| failure.field(field).is_none()));
    let more = match kind.family() {
        Family::Pull => {
            view! {
                <Field label="Address of the file" value=url error=error("settings.url") kind="url" hint="With an address at another host, a stored token is forgotten." />
                <KindSelect label="What the file holds" value=file_kind error=error("settings.file_kind") />
                <Select label="How often" value=hours options=HOURS.map(|(value, words)| (value.to_owned(), words.to_owned())).to_vec() error=error("settings.every_hours") />
                <TextArea
                    label="Columns, where the guess is wrong"
                    value=columns
                    error=error("settings.columns")
                    rows=3
                    hint="One a line: our field = column of the file, such as: date = Order date. Left empty, columns are found by their names, as with a file that you import."
                />
            }
            .into_any()
        }
        Family::Key | Family::Signature => view! {
            {matches!(kind, Kind::Shopify | Kind::Woocommerce)
                .then(|| {
                    view! {
                        <Field label="The shop's own address" value=site error=error("settings.site") kind="url" hint="Such as https://shop.example.com: links to products begin with it." />
                    }
                })}
            {(kind == Kind::Browser)
                .then(|| {
                    view! {
                        <TextArea label="Pages that may send" value=sites error=error("settings.origins") rows=3 hint="One address a line. Left empty, any page may send with this key." />
                    }
                })}
            <Field
                label="Messages a day"
                value=daily
                error=error("settings.daily_messages")
                hint="What comes beyond is asked to come again the next day, so that one sender cannot use up your plan. Left empty, the plan's share counts."
            />
        }
        .into_any(),
    };
    view! {
        <form
            class="panel pad"
            novalidate
            on:submit=move |event: SubmitEvent| {
                event.prevent_default();
                save.run(());
            }
        >
            <fieldset class="stack" disabled=!may>
                <legend><h2>"Name and settings"</h2></legend>
                <Field label="Name" value=name error=error("name") autocomplete="off" />
                {more}
                {move || general().map(|failure| view! { <FailureNotice failure /> })}
                {may
                    .then(|| {
                        view! {
                            <div class="row">
                                <Button submit=true kind=ButtonKind::Plain busy>"Save"</Button>
                                <span class="s gain" aria-live="polite">{move || saved.get().then_some("Saved.")}</span>
                            </div>
                        }
                    })}
            </fieldset>
        </form>
        <ConflictDialog clash on_choice=decided />
    }
}

impl Typed {
    fn of(source: &Source) -> Self {
        let SourceSettings { url, file_kind, every_hours, columns, origins, daily_messages, site } = source.settings.clone();
        Self {
            name: source.name.clone(),
            daily: daily_messages.map(|count| count.to_string()).unwrap_or_default(),
            origins: origins::write(&origins),
            url: url.unwrap_or_default(),
            file_kind: file_kind.map(|kind| kind.as_str().to_owned()).unwrap_or_default(),
            hours: every_hours.map(|hours| hours.to_string()).unwrap_or_default(),
            columns: columns::write(&columns),
            site: site.unwrap_or_default(),
        }
    }

    /// What is wrong, by field.
    fn errors(&self, kind: Kind) -> Vec<(&'static str, String)> {
        let name = self.name.trim().is_empty().then(|| ("name", "Give it a name that the team knows it by.".to_owned()));
        let url = (kind == Kind::Pull).then(|| address_error(&self.url)).flatten().map(|text| ("settings.url", text));
        let origins = origins::read(&self.origins).err().map(|text| ("settings.origins", text));
        let site = origins::read(&self.site).err().map(|text| ("settings.site", text));
        let daily = daily(&self.daily).err().map(|text| ("settings.daily_messages", text));
        let columns = columns::read(&self.columns).err().map(|text| ("settings.columns", text));
        [name, url, columns, origins, site, daily].into_iter().flatten().collect()
    }

    /// What differs from the stored source. Settings go as a whole, so that those this form does not know stay.
    fn change(&self, before: &Source) -> SourceChange {
        let filled = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let settings = SourceSettings {
            url: filled(&self.url),
            file_kind: shared::import::Kind::parse(&self.file_kind),
            every_hours: self.hours.parse().ok(),
            columns: columns::read(&self.columns).unwrap_or_default(),
            origins: origins::read(&self.origins).unwrap_or_default(),
            daily_messages: daily(&self.daily).unwrap_or_default(),
            site: origins::read(&self.site).unwrap_or_default().into_iter().next(),
        };
        let name = self.name.trim();
        SourceChange {
            name: (name != before.name).then(|| name.to_owned()),
            settings: (settings != before.settings).then_some(settings),
            ..SourceChange::default()
        }
    }
}

/// A count, or none for the plan's share. Separators between the digits do not matter.
fn daily(text: &str) -> Result<Option<u32>, String> {
    let digits: String = text.chars().filter(|letter| !letter.is_whitespace() && !matches!(letter, ',' | '.' | '\'')).collect();
    if digits.is_empty() {
        return Ok(None);
    }
    let count = digits.parse().ok().filter(|&count| count > 0);
    count.map(Some).ok_or_else(|| "Write a whole number, such as 10000, or leave it empty.".to_owned())
}

fn versions(version: u32, before: &Source, theirs: &Source, yours: &Typed) -> Clash {
    let (mut first, mut stands, mut typed) = (Typed::of(before), Typed::of(theirs), yours.clone());
    let differences = PARTS
        .iter()
        .filter_map(|(name, label, part)| {
            Difference::between(*name, label, part(&mut first).clone(), part(&mut stands).clone(), part(&mut typed).clone())
        })
        .collect();
    Clash { version, differences, told_by: format!("object=source:{}", theirs.id) }
}

#[cfg(test)]
mod tests {
    use shared::api::SourceStatus;
    use shared::id::Id;

    use super::*;

    fn source(kind: Kind, name: &str, settings: SourceSettings) -> Source {
        Source {
            id: Id::from_parts(1_000, &[7; 10]),
            kind,
            name: name.into(),
            status: SourceStatus::Live,
            address: "https://example.com".into(),
            settings,
            key_hints: Vec::new(),
            write_key: None,
            secret: None,
            secrets: Vec::new(),
            received_at: None,
            lag: None,
            error: None,
            next_pull_at: None,
            created_at: "2026-03-01T12:00:00Z".into(),
            version: 3,
        }
    }

    #[test]
    fn only_what_was_changed_is_sent() {
        let before = source(Kind::Browser, "Site", SourceSettings { daily_messages: Some(500), ..SourceSettings::default() });
        let same = Typed::of(&before);
        assert_eq!(same.change(&before), SourceChange::default());
        let named = Typed { name: " Our site ".into(), ..same.clone() };
        assert_eq!(named.change(&before), SourceChange { name: Some("Our site".into()), ..SourceChange::default() });
        let freed = Typed { daily: String::new(), origins: "https://a.b/".into(), ..same }.change(&before).settings;
        assert_eq!(freed, Some(SourceSettings { origins: vec!["https://a.b".into()], ..SourceSettings::default() }));
    }

    #[test]
    fn a_pull_keeps_its_file_when_its_hours_change() {
        let settings = SourceSettings {
            url: Some("https://a.b/c.csv".into()),
            file_kind: Some(shared::import::Kind::Orders),
            every_hours: Some(24),
            ..SourceSettings::default()
        };
        let before = source(Kind::Pull, "File", settings.clone());
        let change = Typed { hours: "6".into(), ..Typed::of(&before) }.change(&before);
        assert_eq!(change.settings, Some(SourceSettings { every_hours: Some(6), ..settings }));
    }

    #[test]
    fn mistakes_stand_beside_their_fields() {
        let typed = Typed {
            name: " ".into(),
            daily: "many".into(),
            origins: "x".into(),
            site: "y".into(),
            ..Typed::of(&source(Kind::Pull, "File", SourceSettings::default()))
        };
        let fields: Vec<_> = typed.errors(Kind::Pull).into_iter().map(|(field, _)| field).collect();
        assert_eq!(fields, ["name", "settings.url", "settings.origins", "settings.site", "settings.daily_messages"]);
    }

    #[test]
    fn a_number_of_messages_is_read_with_its_separators() {
        for (text, count) in [("", None), ("10,000", Some(10_000)), ("10 000", Some(10_000)), ("7", Some(7))] {
            assert_eq!(daily(text), Ok(count), "{text}");
        }
        for wrong in ["0", "-1", "ten"] {
            assert!(daily(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn two_who_change_different_fields_need_not_choose() {
        let before = source(Kind::Browser, "Site", SourceSettings::default());
        let theirs = Source { version: 4, name: "Shop".into(), ..before.clone() };
        let yours = Typed { daily: "9".into(), ..Typed::of(&before) };
        let choice = versions(4, &before, &theirs, &yours).apart().expect("no overlap");
        assert!(choice.keeps("settings.daily_messages") && !choice.keeps("name"));
        let both = Typed { name: "Store".into(), ..Typed::of(&before) };
        assert_eq!(versions(4, &before, &theirs, &both).apart(), None);
    }
}
