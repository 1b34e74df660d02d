//! A message to one person as it goes out.

use shared::api::PreviewPerson;
use shared::message::compose::{self, Campaign};
use shared::message::{Channel, Message, Promise, brief};
use shared::offer::Step;

/// What leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    pub subject: String,
    pub text: String,
}

/// One step in one channel, to a person or from the brief alone; none where the draft has no such step.
///
/// The one place where a message becomes what a mail client gets: the layouts of `shared::message` take over in [`plain`].
pub fn letter(
    campaign: &Campaign<'_>,
    person: Option<&PreviewPerson>,
    step: Step,
    channel: Channel,
    variant: usize,
) -> Option<Letter> {
    let message = match person {
        Some(person) => {
            let promises = person.promises.iter().filter_map(|known| Some((known.step, known.promise.clone()?)));
            let rungs: Vec<(Step, Promise)> = promises.collect();
            compose::message(campaign, &person.recipient, &rungs, step, channel)
        }
        None => compose::message(campaign, &brief::nobody(&campaign.draft.brief), &[], step, channel),
    }?;
    let subject = message.subjects.get(variant).or_else(|| message.subjects.first()).map(|part| line(&part.text));
    Some(Letter { subject: subject.unwrap_or_default(), text: plain(&message) })
}

/// Words alone, in the order in which they are read.
fn plain(message: &Message) -> String {
    let call = message.call.as_ref().map(|call| format!("{}: {}", call.text, call.link));
    let parts = message.parts.iter().map(|part| part.text.clone());
    let all = std::iter::once(message.greeting.clone()).chain(parts).chain(call).chain([message.signature.clone()]);
    all.filter(|text| !text.trim().is_empty()).collect::<Vec<_>>().join("\n\n")
}

/// A subject goes into a header: one line.
fn line(text: &str) -> String {
    text.split(|letter: char| letter.is_control()).map(str::trim).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use shared::message::{Brand, Brief, Choice, Draft, Library};
    use shared::time::Day;

    use super::*;

    #[test]
    fn a_subject_is_one_line_whatever_was_written_and_a_brief_alone_gives_words() {
        let mut draft = Draft::new(Brief::default());
        if let Some(step) = draft.steps.first_mut() {
            step.subjects[1] = Choice::Own { text: "Hello\r\nBcc: everybody@example.com".to_owned() };
        }
        let brand = Brand { name: "Ada's".to_owned(), site: Some("https://ada.example".to_owned()), ..Brand::default() };
        let campaign = Campaign {
            draft: &draft,
            brand: &brand,
            library: Library::built_in(),
            proofs: &[],
            industry: None,
            segment: None,
            day: Day(20_000),
        };
        let letter = letter(&campaign, None, Step::Help, Channel::Email, 1).unwrap();
        assert!(!letter.subject.is_empty() && !letter.subject.contains(['\r', '\n']), "{}", letter.subject);
        assert!(letter.text.split_whitespace().count() > 100, "{}", letter.text);
    }
}
