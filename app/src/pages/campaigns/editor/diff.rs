//! What changed between two texts, word by word.

/// A run of words that both have, or only one of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Run {
    Same(String),
    Gone(String),
    New(String),
}

/// Words looked at of each; beyond them a text is shown as replaced.
const MOST: usize = 1_200;

/// By the longest common run of words.
pub(super) fn diff(before: &str, after: &str) -> Vec<Run> {
    let (old, new) = (words(before), words(after));
    if old.len() > MOST || new.len() > MOST {
        return vec![Run::Gone(before.to_owned()), Run::New(after.to_owned())];
    }
    let table = lengths(&old, &new);
    let at = |i: usize, j: usize| table.get(i * (new.len() + 1) + j).copied().unwrap_or(0);
    let mut runs = Vec::new();
    let (mut i, mut j) = (0, 0);
    loop {
        match (old.get(i), new.get(j)) {
            (Some(one), Some(other)) if one == other => {
                add(&mut runs, Run::Same((*one).to_owned()));
                (i, j) = (i + 1, j + 1);
            }
            (Some(one), other) if other.is_none() || at(i + 1, j) >= at(i, j + 1) => {
                add(&mut runs, Run::Gone((*one).to_owned()));
                i += 1;
            }
            (_, Some(other)) => {
                add(&mut runs, Run::New((*other).to_owned()));
                j += 1;
            }
            _ => return runs,
        }
    }
}

/// Each with the blanks after it, so that they join to the text again.
fn words(text: &str) -> Vec<&str> {
    text.split_inclusive(char::is_whitespace).collect()
}

/// Longest common runs from each pair of places on, row by row.
fn lengths(old: &[&str], new: &[&str]) -> Vec<u32> {
    let width = new.len() + 1;
    let mut table = vec![0_u32; (old.len() + 1) * width];
    for (i, one) in old.iter().enumerate().rev() {
        for (j, other) in new.iter().enumerate().rev() {
            let of = |i: usize, j: usize| table.get(i * width + j).copied().unwrap_or(0);
            let length = if one == other { of(i + 1, j + 1) + 1 } else { of(i + 1, j).max(of(i, j + 1)) };
            if let Some(cell) = table.get_mut(i * width + j) {
                *cell = length;
            }
        }
    }
    table
}

/// Joins words of one kind.
fn add(runs: &mut Vec<Run>, run: Run) {
    match (runs.last_mut(), &run) {
        (Some(Run::Same(text)), Run::Same(more))
        | (Some(Run::Gone(text)), Run::Gone(more))
        | (Some(Run::New(text)), Run::New(more)) => {
            text.push_str(more);
        }
        _ => runs.push(run),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side(runs: &[Run], is_new: bool) -> String {
        let text = |run: &Run| match run {
            Run::Same(text) => Some(text.clone()),
            Run::Gone(text) => (!is_new).then(|| text.clone()),
            Run::New(text) => is_new.then(|| text.clone()),
        };
        runs.iter().filter_map(text).collect()
    }

    #[test]
    fn words_that_changed_are_told_apart_from_those_that_stayed() {
        let runs = diff("Your beans are roasted on Monday.", "Your beans were roasted on Tuesday.");
        let expected = [
            Run::Same("Your beans ".into()),
            Run::Gone("are ".into()),
            Run::New("were ".into()),
            Run::Same("roasted on ".into()),
            Run::Gone("Monday.".into()),
            Run::New("Tuesday.".into()),
        ];
        assert_eq!(runs, expected);
    }

    #[test]
    fn each_side_reads_as_it_was() {
        for (before, after) in [("", "a b"), ("a b", ""), ("a  b\n\nc", "c b a"), ("ä ö", "ä ö"), ("", "")] {
            let runs = diff(before, after);
            assert_eq!((side(&runs, false).as_str(), side(&runs, true).as_str()), (before, after));
        }
        let long = "word ".repeat(MOST + 1);
        assert_eq!(diff(&long, "x").len(), 2);
    }
}
