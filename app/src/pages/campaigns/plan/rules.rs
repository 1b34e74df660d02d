//! What kind of campaign it is, whether it runs once or always, who is held out, and what counts as a return.

use leptos::prelude::*;
use shared::campaign::{Again, Mode, Plan};
use shared::message::lint::Class;

use super::super::bound::{Number, Pick, Share};
use super::super::editor::use_editor;
use super::super::one::is_launched;
use super::super::words::{KINDS, class_name, kind_name};

/// Days before somebody may enter again, where nobody says otherwise.
const AGAIN_DAYS: u16 = 90;

#[component]
pub(super) fn RulesPanel() -> impl IntoView {
    let editor = use_editor();
    let launched = Memo::new(move |_| editor.campaign.with(|campaign| is_launched(campaign.row.state)));
    let mode = Memo::new(move |_| editor.now.with(|now| now.plan.mode));
    let kinds = KINDS.map(|(kind, code)| (code.to_owned(), kind_name(kind).to_owned())).to_vec();
    let classes = [(Class::Marketing, "marketing"), (Class::Service, "service")]
        .map(|(class, code)| (code.to_owned(), class_name(class).to_owned()))
        .to_vec();
    let modes = vec![
        ("once".to_owned(), "Once: whoever is in the audience at the launch".to_owned()),
        ("always".to_owned(), "Always on: whoever comes into the audience enters".to_owned()),
    ];
    let agains = vec![("never".to_owned(), "Never again".to_owned()), ("after".to_owned(), "Again, after a while".to_owned())];
    view! {
        <section class="panel pad">
            <fieldset class="form" disabled=move || !editor.may.get()>
                <h2>"Rules"</h2>
                <Pick
                    label="About"
                    path="kind"
                    options=kinds
                    hint="What different kinds bring is never added up."
                    read=|plan| KINDS.iter().find(|(kind, _)| *kind == plan.kind).map_or("", |(_, code)| code).to_owned()
                    write=|plan, typed| {
                        KINDS.iter().find(|(_, code)| *code == typed).inspect(|(kind, _)| plan.kind = *kind).is_some()
                    }
                />
                <Pick
                    label="By law"
                    path="class"
                    options=classes
                    read=|plan| if plan.class == Class::Service { "service" } else { "marketing" }.to_owned()
                    write=|plan, typed| {
                        plan.class = if typed == "service" { Class::Service } else { Class::Marketing };
                        true
                    }
                />
                <Pick
                    label="Runs"
                    path="mode"
                    options=modes
                    read=|plan| if plan.mode == Mode::Once { "once" } else { "always" }.to_owned()
                    write=|plan, typed| {
                        plan.mode = if typed == "always" { Mode::Always { again: Again::Never } } else { Mode::Once };
                        true
                    }
                />
                <Show when=move || mode.get() != Mode::Once>
                    <Pick
                        label="Who went through it"
                        path="mode.again"
                        options=agains.clone()
                        read=|plan| if matches!(plan.mode, Mode::Always { again: Again::After { .. } }) { "after" } else { "never" }.to_owned()
                        write=|plan, typed| {
                            let again = if typed == "after" { Again::After { days: AGAIN_DAYS } } else { Again::Never };
                            plan.mode = Mode::Always { again };
                            true
                        }
                    />
                </Show>
                <Show when=move || matches!(mode.get(), Mode::Always { again: Again::After { .. } })>
                    <Number
                        label="Days after the entry before ended"
                        path="mode.again.days"
                        read=|plan| match plan.mode {
                            Mode::Always { again: Again::After { days } } => u32::from(days),
                            _ => 0,
                        }
                        write=|plan, days| {
                            u16::try_from(days).is_ok_and(|days| {
                                plan.mode = Mode::Always { again: Again::After { days } };
                                true
                            })
                        }
                    />
                </Show>
                <Show
                    when=move || !launched.get()
                    fallback=move || {
                        let share = editor.now.with_untracked(|now| super::super::words::per_cent(now.plan.holdout));
                        view! { <p>{format!("Held out: {share} %. It does not change once the campaign runs, or nothing could be measured.")}</p> }
                    }
                >
                    <Share
                        label="Held out, in per cent"
                        path="holdout"
                        hint="Nobody contacts these people: what they do by themselves is what the campaign is measured against."
                        read=|plan| plan.holdout
                        write=|plan, share| plan.holdout = share
                    />
                </Show>
                <div class="options">
                    <Number label="Days in which a return counts" path="window_days" read=|plan| u32::from(plan.window_days) write=|plan, days| set(&mut plan.window_days, days) />
                    <Number label="Days after a click that count as the click's" path="click_days" read=|plan| u32::from(plan.click_days) write=|plan, days| set(&mut plan.click_days, days) />
                    <Number label="Priority" path="priority" hint="Where two campaigns want somebody, the higher one has them." read=|plan| u32::from(plan.priority) write=write_priority />
                </div>
            </fieldset>
        </section>
    }
}

fn set(field: &mut u16, days: u32) -> bool {
    u16::try_from(days).inspect(|days| *field = *days).is_ok()
}

fn write_priority(plan: &mut Plan, priority: u32) -> bool {
    u8::try_from(priority).inspect(|priority| plan.priority = *priority).is_ok()
}
