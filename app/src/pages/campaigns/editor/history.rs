//! Undo and redo of what a person changes.

/// Steps that are kept.
const MOST: usize = 100;

/// Milliseconds between two strokes of one field that count as one step.
const PAUSE: f64 = 1_500.0;

#[derive(Debug, Clone, PartialEq)]
pub(in crate::pages::campaigns) struct History<T> {
    past: Vec<T>,
    future: Vec<T>,
    /// The field that was changed last, and when.
    last: Option<(String, f64)>,
}

impl<T> Default for History<T> {
    fn default() -> Self {
        Self { past: Vec::new(), future: Vec::new(), last: None }
    }
}

impl<T> History<T> {
    /// Remembers `before` unless the change goes on with the one before it. `field` names what is changed; `now` is in milliseconds.
    pub(in crate::pages::campaigns) fn note(&mut self, before: T, field: &str, now: f64) {
        let goes_on = self.last.as_ref().is_some_and(|(last, at)| last == field && now - at < PAUSE) && !self.past.is_empty();
        self.last = Some((field.to_owned(), now));
        self.future.clear();
        if goes_on {
            return;
        }
        if self.past.len() == MOST {
            self.past.remove(0);
        }
        self.past.push(before);
    }

    /// What stood before the last step, if there is one.
    pub(in crate::pages::campaigns) fn undo(&mut self, now: T) -> Option<T> {
        let before = self.past.pop()?;
        self.future.push(now);
        self.last = None;
        Some(before)
    }

    pub(in crate::pages::campaigns) fn redo(&mut self, now: T) -> Option<T> {
        let after = self.future.pop()?;
        self.past.push(now);
        self.last = None;
        Some(after)
    }

    /// After somebody else's changes came in: what was taken back or may be taken back gets them too, by `join`.
    pub(in crate::pages::campaigns) fn rebase(&mut self, join: impl Fn(&T) -> T) {
        for known in self.past.iter_mut().chain(&mut self.future) {
            *known = join(known);
        }
        self.last = None;
    }

    pub(in crate::pages::campaigns) fn can_undo(&self) -> bool {
        !self.past.is_empty()
    }

    pub(in crate::pages::campaigns) fn can_redo(&self) -> bool {
        !self.future.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use shared::message::merge::merge;
    use shared::message::{Brief, Draft};

    use super::*;

    fn draft(product: &str) -> Draft {
        Draft::new(Brief { product: Some(product.to_owned()), ..Brief::default() })
    }

    #[test]
    fn strokes_of_one_field_are_one_step_until_a_pause() {
        let mut history = History::default();
        history.note(draft("a"), "opening", 0.0);
        history.note(draft("ab"), "opening", 500.0);
        history.note(draft("abc"), "opening", 5_000.0);
        history.note(draft("abcd"), "closing", 5_100.0);
        assert_eq!(history.undo(draft("abcde")), Some(draft("abcd")));
        assert_eq!(history.undo(draft("abcd")), Some(draft("abc")));
        assert_eq!(history.undo(draft("abc")), Some(draft("a")));
        assert_eq!(history.undo(draft("a")), None);
        assert_eq!(history.redo(draft("a")), Some(draft("abc")));
        assert!(history.can_undo() && history.can_redo());
    }

    #[test]
    fn a_new_change_ends_what_could_be_done_again() {
        let mut history = History::default();
        history.note(draft("a"), "opening", 0.0);
        history.undo(draft("b"));
        history.note(draft("a"), "opening", 10.0);
        assert!(!history.can_redo());
        assert_eq!(history.undo(draft("c")), Some(draft("a")));
    }

    #[test]
    fn undoing_never_takes_back_what_somebody_else_did() {
        let base = Draft::new(Brief::default());
        let mut history = History::default();
        history.note(base.clone(), "same_thread", 0.0);
        let mut theirs = base.clone();
        theirs.steps[1].after_days = 3;
        history.rebase(|draft| merge(&base, draft, &theirs).draft);
        assert_eq!(history.undo(base), Some(theirs));
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let mut history = History::default();
        for at in 0..250 {
            history.note(draft(&at.to_string()), &at.to_string(), 0.0);
        }
        assert_eq!(history.past.len(), MOST);
        assert_eq!(history.undo(draft("now")), Some(draft("249")));
    }
}
