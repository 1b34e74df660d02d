//! What the composer writes and what the lint reads, together.

use proptest::prelude::*;

use super::*;
use crate::message::compose::tests::{any_facts, any_promise, brand, with};
use crate::message::lint::is_clean;
use crate::message::{Brand, Brief, Tone};
use crate::offer::DAYS;
use crate::reason::Reason;
use crate::segment::{Engagement, ValueTier};

const ALL: [Channel; 6] = [Channel::Email, Channel::Sms, Channel::InApp, Channel::Post, Channel::Call, Channel::Video];

fn whole() -> Brand {
    Brand {
        postal_address: Some("Northwind Ltd\n12 Quay Road\nBristol BS1 4QA".to_owned()),
        sms_sender: Some("Northwind".to_owned()),
        ..brand()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn whatever_the_composer_writes_the_lint_lets_pass_in_every_form_and_layout(
        facts in any_facts(),
        promise in any_promise(),
        reason in proptest::sample::select(Reason::ALL.to_vec()),
        value in proptest::sample::select(vec![ValueTier::Low, ValueTier::Mid, ValueTier::High]),
        tone in proptest::sample::select(vec![Tone::Warm, Tone::Plain, Tone::Formal]),
        language in proptest::sample::select(vec!["en", "en-US", "de"]),
    ) {
        let locale = Some(language.to_owned());
        let recipient = Recipient { id: "p".to_owned(), locale, value, reason, engagement: Engagement::Cooling, facts };
        let rungs: Vec<(Step, Promise)> = promise.into_iter().flat_map(|promise| DAYS.map(|(step, _)| (step, promise.clone()))).collect();
        let brand = whole();
        with(Brief { reason, value, tone, ..Brief::default() }, |campaign| {
            let mut draft = campaign.draft.clone();
            draft.steps.iter_mut().for_each(|step| step.channels = ALL.to_vec());
            let campaign = Campaign { draft: &draft, brand: &brand, ..*campaign };
            let desk = Desk { campaign, recipient: &recipient, rungs: &rungs, limits: Limits { greatest_depth: 800, most_expiry_days: 60 }, class: Class::Marketing };
            let all: Vec<Written> = desk.sequence().into_iter().flatten().collect();
            prop_assert_eq!(all.len(), 5 * ALL.len());
            let how = How { unsubscribe: Some("https://rekindle.example/u/1"), ..How::plain("https://rekindle.example") };
            for written in &all {
                let Written { message, findings, .. } = written;
                prop_assert!(is_clean(findings), "{:#?}\n{:#?}", findings, message);
                let (rendered, findings) = desk.lay_out(written, &how);
                prop_assert!(rendered.is_some() && is_clean(&findings), "{:#?}\n{:#?}", findings, message);
            }
            Ok(())
        })?;
    }
}

#[test]
fn a_step_alone_is_written_as_in_its_sequence_and_a_dismissed_hint_stays_away() {
    let facts = Vec::new();
    let recipient = Recipient {
        id: "p".to_owned(),
        locale: None,
        value: ValueTier::Mid,
        reason: Reason::Price,
        engagement: Engagement::Cooling,
        facts,
    };
    let brand = whole();
    with(Brief::default(), |campaign| {
        let mut draft = campaign.draft.clone();
        draft.steps[3].channels = vec![Channel::Email, Channel::Sms];
        let long = "A subject that goes on for longer than any telephone would ever show".to_owned();
        draft.steps[3].subjects[0] = crate::message::Choice::Own { text: long };
        let hints = |draft: &crate::message::Draft| {
            let campaign = Campaign { draft, brand: &brand, ..*campaign };
            let desk = Desk { campaign, recipient: &recipient, rungs: &[], limits: Limits::default(), class: Class::Marketing };
            assert_eq!(desk.step(Step::FullIncentive), desk.sequence()[3]);
            let found = desk.step(Step::FullIncentive)[0].findings.clone();
            found.into_iter().filter(|one| one.code == lint::Code::LongSubject).collect::<Vec<_>>()
        };
        let found = hints(&draft);
        assert_eq!(found.len(), 1);
        draft.dismissed.insert(found[0].digest.clone(), "long_subject".to_owned());
        assert_eq!(hints(&draft), []);
    });
}
