//! What to do at each sender, in its own words.

pub(super) use shared::source::setup::{Needs, steps};

#[cfg(test)]
mod tests {
    use super::super::secret::{Maker, maker};
    use super::*;
    use shared::source::Kind;

    #[test]
    fn every_kind_has_steps_that_hand_over_what_it_needs() {
        for kind in Kind::ALL {
            let steps = steps(kind);
            let has = |wanted: fn(&Needs) -> bool| steps.iter().any(|(_, needs)| wanted(needs));
            assert!(steps.iter().all(|(text, _)| text.ends_with('.')), "{}", kind.as_str());
            assert_eq!(has(|needs| matches!(needs, Needs::TheirSecret(_))), maker(kind) == Maker::Sender, "{}", kind.as_str());
            assert_eq!(has(|needs| *needs == Needs::OurSecret), maker(kind) == Maker::Us, "{}", kind.as_str());
            assert_eq!(has(|needs| matches!(needs, Needs::Address | Needs::Host)), kind != Kind::Pull, "{}", kind.as_str());
            assert_eq!(has(|needs| *needs == Needs::Key), matches!(kind, Kind::Segment | Kind::Browser), "{}", kind.as_str());
        }
    }
}
