//! The right column: the message as a real person of the audience gets it.

use leptos::prelude::*;
use shared::api::composing::{LaidOut, SmsSize};
use shared::message::Channel;
use shared::message::layout::Look;

use super::super::words::channel_name;
use super::audience::Person;
use super::state::{Device, use_editor};
use super::test_send::TestSend;
use super::why::Why;
use crate::components::{Notice, NoticeKind, Skeleton};
use crate::format::plural;

#[component]
pub(super) fn Preview() -> impl IntoView {
    let editor = use_editor();
    let channel = Memo::new(move |_| editor.at.get().channel);
    let layout =
        Memo::new(move |_| editor.composed.with(|composed| composed.as_ref().and_then(|composed| composed.layout.clone())));
    let is_known = Memo::new(move |_| editor.composed.with(Option::is_some));
    let head = move || {
        let LaidOut { subject, preheader, .. } = layout.get()?;
        (channel.get() == Channel::Email).then(|| {
            view! {
                <dl class="press-inbox">
                    <div><dt class="unseen">"Subject"</dt><dd dir="auto"><b>{subject}</b></dd></div>
                    <div><dt class="unseen">"Preheader"</dt><dd class="s" dir="auto">{preheader}</dd></div>
                </dl>
            }
        })
    };
    let body = move || match (layout.get(), is_known.get()) {
        (Some(layout), _) => view! { <Sheets layout channel=channel.get() /> }.into_any(),
        (None, true) => {
            view! { <p class="m">"This message cannot be shown for this person: see what has to be mended."</p> }.into_any()
        }
        (None, false) => view! { <Skeleton lines=8 /> }.into_any(),
    };
    view! {
        <section class="press-preview" aria-label="Preview">
            <h2>"Preview"</h2>
            <Person />
            {move || editor.broken.get().map(|text| view! { <Notice kind=NoticeKind::Problem>{text}</Notice> })}
            <Ways channel />
            {head}
            {body}
            <TestSend />
            <Why />
        </section>
    }
}

/// How a mail is shown: the device, the layout and the subject.
#[component]
fn Ways(channel: Memo<Channel>) -> impl IntoView {
    let editor = use_editor();
    let devices = [(Device::Phone, "Phone"), (Device::Desktop, "Desktop"), (Device::Dark, "Dark")]
        .map(|(device, name)| {
            view! { <button type="button" aria-pressed=move || (editor.device.get() == device).to_string() on:click=move |_| editor.device.set(device)>{name}</button> }
        })
        .collect_view();
    let looks = [(Look::Designed, "Designed"), (Look::Letter, "Like a letter")]
        .map(|(look, name)| {
            view! { <button type="button" aria-pressed=move || (editor.look.get() == look).to_string() on:click=move |_| editor.look.set(look)>{name}</button> }
        })
        .collect_view();
    let variants = [(0, "Subject A"), (1, "Subject B")]
        .map(|(variant, name)| {
            view! { <button type="button" aria-pressed=move || (editor.variant.get() == variant).to_string() on:click=move |_| editor.variant.set(variant)>{name}</button> }
        })
        .collect_view();
    view! {
        <div class="press-ways" hidden=move || channel.get() != Channel::Email>
            <div class="segmented" role="group" aria-label="Device">{devices}</div>
            <div class="segmented" role="group" aria-label="Layout">{looks}</div>
            <div class="segmented" role="group" aria-label="Subject that is shown">{variants}</div>
        </div>
    }
}

/// Documents of the message, each in a frame that runs nothing, reaches nothing and belongs to nobody.
#[component]
fn Sheets(layout: LaidOut, channel: Channel) -> impl IntoView {
    let editor = use_editor();
    let class = move || match (channel, editor.device.get()) {
        (Channel::Email, Device::Phone) => "sheet phone".to_owned(),
        (Channel::Email, Device::Desktop) => "sheet desktop".to_owned(),
        (Channel::Email, Device::Dark) => "sheet desktop dark".to_owned(),
        (channel, _) => format!("sheet {}", channel.code()),
    };
    let is_dark = Memo::new(move |_| channel == Channel::Email && editor.device.get() == Device::Dark);
    let sms = layout.sms.map(|size| view! { <SmsLine size /> });
    let text = (channel == Channel::Email).then(|| {
        view! {
            <details>
                <summary>"The plain text beside it"</summary>
                <pre class="plain-text" tabindex="0" dir="auto">{layout.text}</pre>
            </details>
        }
    });
    let weight =
        (channel == Channel::Email).then(|| view! { <p class="s">{format!("{} KB of HTML", layout.size.div_ceil(1_000))}</p> });
    let sheets = layout
        .sheets
        .into_iter()
        .map(|sheet| {
            let title = match sheet.name.as_str() {
                "" => format!("{} as it is read", channel_name(channel)),
                name => format!("{}, {}", channel_name(channel), name.to_lowercase()),
            };
            view! {
                <figure>
                    {(!sheet.name.is_empty()).then(|| view! { <figcaption class="s">{sheet.name}</figcaption> })}
                    <div class=class>
                        <iframe title=title sandbox="" referrerpolicy="no-referrer" srcdoc=move || guarded(&sheet.html, &window().location().origin().unwrap_or_default(), is_dark.get())></iframe>
                    </div>
                </figure>
            }
        })
        .collect_view();
    view! { {sms} {sheets} {weight} {text} }
}

#[component]
fn SmsLine(size: SmsSize) -> impl IntoView {
    let SmsSize { encoding, characters, segments, left } = size;
    let line = format!(
        "{segments} {} of {encoding}, {characters} characters, {left} left in the last",
        plural(segments.into(), "segment", "segments")
    );
    view! { <p class="s" role="note">{line}</p> }
}

/// The document with a policy of its own before all else: no script, no foreign picture, nothing loaded but our own images; and links
/// that lead nowhere, as the frame may open nothing. Dark or light is the preview's choice, not that of the marketer's own system.
fn guarded(html: &str, origin: &str, is_dark: bool) -> String {
    let (asked, scheme) = if is_dark { ("(min-width: 0)", "dark") } else { ("(max-width: 0)", "light") };
    let html = html
        .replace("(prefers-color-scheme: dark)", asked)
        .replace("(prefers-color-scheme:dark)", asked)
        .replace("content=\"light dark\"", &format!("content=\"{scheme}\""));
    format!(
        "<meta http-equiv=\"content-security-policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src {origin}/images/ data:\">\
         <base target=\"_blank\">{html}"
    )
}

#[cfg(test)]
mod tests {
    use super::guarded;

    const MAIL: &str = "<meta name=\"color-scheme\" content=\"light dark\"><style>@media (prefers-color-scheme: dark) { p { color: #fff } }</style><p>Hi</p>";

    #[test]
    fn a_policy_stands_before_all_else() {
        let html = guarded(MAIL, "https://shop.example", false);
        let policy = "<meta http-equiv=\"content-security-policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src https://shop.example/images/ data:\">";
        assert!(html.starts_with(policy), "{html}");
    }

    #[test]
    fn dark_and_light_are_the_preview_s_choice() {
        let (dark, light) = (guarded(MAIL, "", true), guarded(MAIL, "", false));
        assert!(dark.contains("@media (min-width: 0) {") && dark.contains("content=\"dark\""));
        assert!(light.contains("@media (max-width: 0) {") && light.contains("content=\"light\""));
    }
}
