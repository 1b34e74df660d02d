//! What one touch says: written for its person from what is known now, read by the lint, laid out, and frozen.
//!
//! The inputs are frozen, not the bytes: a repeat writes again from them, and goes out only where the same comes of it (its digest).

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use shared::api::PreviewPerson;
use shared::campaign::in_app::{Action, InAppMessage};
use shared::campaign::person::Contact;
use shared::campaign::{Channel, Reason};
use shared::message::compose::Campaign;
use shared::message::desk::{Desk, Written};
use shared::message::layout::{How, Look, Mark, Rendered, Tracking};
use shared::message::lint::{Class, Severity};
use shared::message::locale::Locale;
use shared::message::{self, Angle, Draft};
use shared::offer::Step;
use shared::provider::{Item, Mail, Mailbox, Text};
use shared::time::{Day, Millis};

use crate::db::reach::ContactRow;
use crate::db::touches::Row;
use crate::public_links::{Links, Sent};
use crate::rendering::{Kit, Reader};

/// Where opens are counted only with the person's consent: the European Economic Area, Switzerland and the United Kingdom.
const CONSENT_TO_TRACK: &str = "AT BE BG CH CY CZ DE DK EE ES FI FR GB GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK";

/// What a message is written from, as it was when it was first asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Inputs {
    pub person: PreviewPerson,
    pub day: Day,
    pub message: Step,
    /// From another side than the draft says.
    pub angle: Option<Angle>,
    pub variant: u8,
    /// The first mail's subject.
    pub thread: Option<String>,
    pub is_tracked: bool,
    /// Addresses that the message's links lead to, by their place.
    pub links: Vec<String>,
    pub subject: String,
    pub at: Millis,
}

/// What stays once it was sent: where clicks lead, and what a further mail answers to.
#[derive(Debug, Serialize)]
struct Kept<'a> {
    links: &'a [String],
    subject: &'a str,
}

/// A message that is ready to be handed over.
#[derive(Debug, Clone, PartialEq)]
pub struct Ready {
    pub inputs: Inputs,
    pub digest: String,
    pub key: String,
    pub what: What,
}

#[derive(Debug, Clone, PartialEq)]
pub enum What {
    Item(Item),
    InApp(Box<InAppMessage>),
    /// A task's title and script.
    Script {
        title: String,
        text: String,
    },
}

/// What is the same for a page's messages.
#[derive(Debug)]
pub struct Desks<'a> {
    pub kit: &'a Kit,
    pub links: &'a Links,
    pub class: Class,
    pub draft: &'a Draft,
    pub segment: Option<&'a str>,
    /// What the shop's own web statistics know the campaign by.
    pub mark: &'a str,
}

/// Whom it goes to.
#[derive(Debug, Clone, Copy)]
pub struct Addressee<'a> {
    pub contact: &'a Contact,
    pub row: &'a ContactRow,
    /// What the sender's connection says it comes from; the brand's where there is none.
    pub from: Option<&'a str>,
}

/// Why it cannot be sent to this person, with its evidence.
pub type Unsendable = (Reason, String);

/// From what is known now.
pub fn inputs(
    person: PreviewPerson,
    contact: &Contact,
    touch: &Row,
    message: Step,
    angle: Option<Angle>,
    thread: Option<String>,
    now: Millis,
) -> Inputs {
    Inputs {
        person,
        day: now.day(),
        message,
        angle,
        variant: touch.variant,
        thread,
        is_tracked: is_tracked(contact, now),
        links: Vec::new(),
        subject: String::new(),
        at: now,
    }
}

/// Written and laid out from the inputs, and nothing else of the person.
pub fn write(desks: &Desks<'_>, touch: &Row, addressee: &Addressee<'_>, inputs: Inputs) -> Result<Ready, Unsendable> {
    let channel = Channel::of_code(&touch.channel).ok_or((Reason::NotConnected, "Nobody knows this channel.".to_owned()))?;
    let form = channel.form().ok_or((Reason::NotConnected, "This channel has no words.".to_owned()))?;
    let Desks { kit, links, class, draft, segment, mark } = desks;
    // A form that the draft does not name is written all the same: the plan chose the channel.
    let draft = with_form(draft, inputs.message, form, inputs.angle);
    let reader = Reader::of(Some(inputs.person.clone()), &draft);
    // A campaign's day is its first message's: this one is written on the day on which it leaves.
    let before: i32 =
        draft.steps.iter().take_while(|step| step.step != inputs.message).map(|step| i32::from(step.after_days)).sum();
    let own = draft.steps.iter().find(|step| step.step == inputs.message).map_or(0, |step| i32::from(step.after_days));
    let campaign = Campaign { day: inputs.day.plus(-(before + own)), ..kit.campaign(&draft, *segment) };
    let desk = Desk { class: *class, ..reader.desk(campaign) };
    let written = desk
        .step(inputs.message)
        .into_iter()
        .find(|one| one.message.channel == form)
        .ok_or((Reason::Lint, "The draft has no such message.".to_owned()))?;
    let language = Locale::parse(&written.message.locale).unwrap_or(Locale::ENGLISH).language();
    let address = if channel == Channel::Sms { addressee.row.phone.as_deref() } else { addressee.row.email.as_deref() };
    let sent = Sent { touch: touch.id, contact: addressee.contact.id, channel, language, address };
    let (rendered, held_links) = lay_out(&desk, &written, links, &sent, &inputs, (kit, mark))?;
    let wrong = written.findings.iter().find(|one| one.severity == Severity::Error);
    if let Some(wrong) = wrong {
        return Err((Reason::Lint, format!("{} {}", wrong.reason, wrong.fix)));
    }
    let subject = rendered.subjects.get(usize::from(inputs.variant)).or_else(|| rendered.subjects.first()).cloned();
    let inputs = Inputs { links: held_links, subject: subject.unwrap_or_default(), ..inputs };
    let key = format!("rekindle-{}-{}", touch.id, touch.created_at);
    let what = what(channel, touch, &written, rendered, &inputs, addressee, kit, links, &sent, key.clone())?;
    let digest = digest(&what);
    Ok(Ready { inputs, digest, key, what })
}

impl Inputs {
    /// As JSON, of what is no longer needed once it was sent.
    pub fn kept(&self) -> Option<String> {
        serde_json::to_string(&Kept { links: &self.links, subject: &self.subject }).ok()
    }
}

fn with_form(draft: &Draft, step: Step, form: message::Channel, angle: Option<Angle>) -> Draft {
    let mut draft = draft.clone();
    for one in draft.steps.iter_mut().filter(|one| one.step == step) {
        if !one.channels.contains(&form) {
            one.channels.push(form);
        }
        one.angle = angle.unwrap_or(one.angle);
    }
    draft
}

fn lay_out(
    desk: &Desk<'_>,
    written: &Written,
    links: &Links,
    sent: &Sent<'_>,
    inputs: &Inputs,
    (kit, mark): (&Kit, &str),
) -> Result<(Rendered, Vec<String>), Unsendable> {
    let step = serde_json::to_value(inputs.message).ok().and_then(|step| step.as_str().map(str::to_owned)).unwrap_or_default();
    let unsubscribe = links.unsubscribe_url(sent);
    let pixel = links.pixel_url(sent);
    let held = std::cell::RefCell::new(Vec::<String>::new());
    let wrap = |link: &str| {
        let mut held = held.borrow_mut();
        let place = held.iter().position(|known| known == link).unwrap_or_else(|| {
            held.push(link.to_owned());
            held.len() - 1
        });
        links.click_url(sent, place)
    };
    let how = How {
        look: Look::Designed,
        class: desk.class,
        unsubscribe: Some(&unsubscribe),
        preferences: Some(&unsubscribe),
        mark: Some(Mark { campaign: mark, step: &step, medium: sent.channel.code(), variant: Some(usize::from(inputs.variant)) }),
        tracking: inputs.is_tracked.then_some(Tracking { wrap: &wrap, pixel: Some(&pixel) }),
        thread: inputs.thread.as_deref(),
        ..How::plain(&kit.origin)
    };
    let (rendered, findings) = desk.lay_out(written, &how);
    let errors = findings.iter().find(|one| one.severity == Severity::Error);
    match (rendered, errors) {
        (Some(rendered), None) => Ok((rendered, held.into_inner())),
        (_, Some(wrong)) => Err((Reason::Lint, format!("{} {}", wrong.reason, wrong.fix))),
        (None, None) => Err((Reason::Lint, "The message cannot be laid out.".to_owned())),
    }
}

#[expect(clippy::too_many_arguments, reason = "a message is made of all of them")]
fn what(
    channel: Channel,
    touch: &Row,
    written: &Written,
    rendered: Rendered,
    inputs: &Inputs,
    addressee: &Addressee<'_>,
    kit: &Kit,
    links: &Links,
    sent: &Sent<'_>,
    key: String,
) -> Result<What, Unsendable> {
    let brand = &kit.brand;
    let Addressee { row, from, .. } = addressee;
    match channel {
        Channel::Email => {
            let from = from.or(brand.from.as_deref()).and_then(Mailbox::parse);
            let from = from.ok_or((Reason::NotConnected, "Name the address that mail comes from, under Brand.".to_owned()))?;
            let name = from.name.clone().or_else(|| brand.sender.clone()).or_else(|| Some(brand.name.clone()));
            let to = row.email.clone().ok_or((Reason::NoAddress, "No address is known any more.".to_owned()))?;
            Ok(What::Item(Item::Mail(Box::new(Mail {
                touch: touch.id,
                key,
                from: Mailbox { name, ..from },
                reply_to: brand.reply_to.clone(),
                to: Mailbox { name: Some(row.name.clone()).filter(|name| !name.trim().is_empty()), email: to },
                subject: inputs.subject.clone(),
                html: rendered.html,
                text: rendered.text,
                unsubscribe: Some(links.unsubscribe_url(sent)),
                unsubscribe_mail: None,
                thread: None,
            }))))
        }
        Channel::Sms => {
            let to = row.phone.clone().ok_or((Reason::NoAddress, "No number is known any more.".to_owned()))?;
            let from = from.map(str::to_owned).or_else(|| brand.sms_sender.clone()).unwrap_or_default();
            Ok(What::Item(Item::Text(Text { touch: touch.id, key, from, to, body: rendered.text })))
        }
        Channel::InApp => {
            let message = &written.message;
            Ok(What::InApp(Box::new(
                InAppMessage {
                    look: shared::campaign::in_app::Look::Banner,
                    language: message.locale.clone(),
                    title: message.subjects.first().map(|part| part.text.clone()),
                    paragraphs: message.parts.iter().map(|part| part.text.clone()).collect(),
                    action: message.call.as_ref().map(|call| Action { text: call.text.clone(), link: call.link.clone() }),
                }
                .checked(),
            )))
        }
        Channel::Call | Channel::Video | Channel::Post => {
            let verb = match channel {
                Channel::Call => "Call",
                Channel::Video => "Record a video for",
                _ => "Send a card to",
            };
            Ok(What::Script { title: format!("{verb} {}", inputs.person.name), text: rendered.text })
        }
        Channel::Retargeting => Err((Reason::NotConnected, "This channel has no words.".to_owned())),
    }
}

/// Clicks and opens are counted where the law lets that be without asking, or the person agreed to it.
fn is_tracked(contact: &Contact, now: Millis) -> bool {
    let agreed = contact.consent.get("email/tracking").map(|record| shared::consent::is_live(record, now));
    let country = shared::campaign::zone::country(contact);
    agreed.unwrap_or_else(|| country.is_some_and(|country| CONSENT_TO_TRACK.split(' ').all(|one| one != country)))
}

/// Of all that a provider is handed, in its order.
fn digest(what: &What) -> String {
    let mut hash = Sha256::new();
    let mut add = |text: &str| {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text.as_bytes());
    };
    match what {
        What::Item(Item::Mail(mail)) => {
            add(&mail.from.email);
            add(mail.from.name.as_deref().unwrap_or_default());
            add(mail.reply_to.as_deref().unwrap_or_default());
            add(&mail.to.email);
            add(&mail.subject);
            add(&mail.html);
            add(&mail.text);
            add(mail.unsubscribe.as_deref().unwrap_or_default());
        }
        What::Item(Item::Text(text)) => [&text.from, &text.to, &text.body].into_iter().for_each(|part| add(part)),
        What::InApp(message) => add(&serde_json::to_string(message).unwrap_or_default()),
        What::Script { title, text } => [title, text].into_iter().for_each(|part| add(part)),
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
