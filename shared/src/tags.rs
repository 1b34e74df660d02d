//! Tags of a customer: short words that the team, or an import, put on them.
//!
//! A customer never has two that differ in upper and lower case only; the first to come keeps its spelling.

/// A customer has at most so many.
pub const MOST: usize = 50;

/// One has at most so many characters.
pub const CHARS: usize = 50;

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TagError {
    #[error("A tag has 1 to {CHARS} characters")]
    Length,
    #[error("A tag is one line of plain text")]
    Control,
    #[error("A customer has at most {MOST} tags")]
    TooMany,
}

/// Trimmed, blanks collapsed, each once whatever its case.
///
/// ```
/// let given = [" VIP ".to_owned(), "vip".to_owned(), "two  words".to_owned()];
/// assert_eq!(shared::tags::tidy(&given), Ok(vec!["VIP".to_owned(), "two words".to_owned()]));
/// ```
///
/// # Errors
/// When there are more than [`MOST`], or one of them is empty, too long, or holds control characters.
pub fn tidy(given: &[String]) -> Result<Vec<String>, TagError> {
    replaced(&[], given)
}

/// What a person made of the tags `before`: all of them anew. What was there stays as an import brought it, longer tags too.
///
/// # Errors
/// As [`tidy`], and when there are too many: more than [`MOST`], where an import had not brought as many before.
pub fn replaced(before: &[String], given: &[String]) -> Result<Vec<String>, TagError> {
    let mut tags = Vec::new();
    for tag in given {
        add(&mut tags, if before.contains(tag) { tag.clone() } else { tidied(tag)? });
    }
    if tags.len() > MOST.max(before.len()) { Err(TagError::TooMany) } else { Ok(tags) }
}

/// Those of `before` with all of `more` and without all of `less`; none where that were too many.
pub fn changed(before: &[String], more: &[String], less: &[String]) -> Option<Vec<String>> {
    let mut tags: Vec<String> = before.iter().filter(|tag| !less.iter().any(|gone| is_same(gone, tag))).cloned().collect();
    for tag in more {
        add(&mut tags, tag.clone());
    }
    (tags.len() <= MOST.max(before.len())).then_some(tags)
}

/// Adds the tag unless it is there in some spelling.
pub fn add(tags: &mut Vec<String>, tag: String) {
    if !tags.iter().any(|other| is_same(other, &tag)) {
        tags.push(tag);
    }
}

pub fn is_same(one: &str, other: &str) -> bool {
    one == other || one.to_lowercase() == other.to_lowercase()
}

fn tidied(tag: &str) -> Result<String, TagError> {
    if tag.trim().chars().any(char::is_control) {
        return Err(TagError::Control);
    }
    let tag = tag.split_whitespace().collect::<Vec<_>>().join(" ");
    if tag.is_empty() || tag.chars().count() > CHARS { Err(TagError::Length) } else { Ok(tag) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(words: &str) -> Vec<String> {
        words.split(',').filter(|word| !word.is_empty()).map(str::to_owned).collect()
    }

    #[test]
    fn tags_are_trimmed_and_stand_once_whatever_their_case() {
        for (given, expected) in [("a, b ,A", "a,b"), ("Été,ÉTÉ", "Été"), ("מבצע,=cmd|x", "מבצע,=cmd|x"), ("", "")]
        {
            assert_eq!(tidy(&list(given)), Ok(list(expected)));
        }
    }

    #[test]
    fn what_is_no_tag_is_refused() {
        assert_eq!(tidy(&[" ".to_owned()]), Err(TagError::Length));
        assert_eq!(tidy(&["é".repeat(CHARS + 1)]), Err(TagError::Length));
        assert_eq!(tidy(&["é".repeat(CHARS)]), Ok(vec!["é".repeat(CHARS)]));
        for text in ["a\u{0}b", "a\nb", "a\tb"] {
            assert_eq!(tidy(&[text.to_owned()]), Err(TagError::Control));
        }
    }

    #[test]
    fn who_has_more_or_longer_tags_from_an_import_may_keep_them() {
        let long = vec!["x".repeat(60)];
        assert_eq!(replaced(&long, &long), Ok(long.clone()));
        assert_eq!(replaced(&[], &long), Err(TagError::Length));
        let many: Vec<String> = (0..60).map(|n| n.to_string()).collect();
        assert_eq!(replaced(&many, &many), Ok(many.clone()));
        assert_eq!(replaced(&[], &many), Err(TagError::TooMany));
        assert_eq!(replaced(&list("vip"), &list(" new ,vip,NEW")), Ok(list("new,vip")));
    }

    #[test]
    fn a_change_adds_and_takes_away_whatever_the_case() {
        assert_eq!(changed(&list("vip,tea"), &list("VIP,late"), &list("TEA")), Some(list("vip,late")));
        let full: Vec<String> = (0..MOST).map(|n| n.to_string()).collect();
        assert_eq!(changed(&full, &list("one more"), &[]), None);
        assert_eq!(changed(&full, &list("one more"), &list("0")).map(|tags| tags.len()), Some(MOST));
    }
}
