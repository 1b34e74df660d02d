//! Who is learned from and who is judged.

use crate::random::Random;

/// Places of rows to learn from, and of rows to judge by that were not among them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Split {
    pub train: Vec<usize>,
    pub validation: Vec<usize>,
}

/// One split a fold: each fold is judged by what the others taught. A fold without rows gives none.
pub fn splits(fold_of: &[usize]) -> Vec<Split> {
    let mut folds = fold_of.to_vec();
    folds.sort_unstable();
    folds.dedup();
    let split = |fold: usize| {
        let (validation, train) = (0..fold_of.len()).partition(|row| fold_of.get(*row) == Some(&fold));
        Split { train, validation }
    };
    if folds.len() < 2 { Vec::new() } else { folds.into_iter().map(split).collect() }
}

/// A fold for each row, with about as many events in each. With `groups` (one number a row) no group is in two folds.
pub fn stratified(labels: &[f64], groups: Option<&[usize]>, folds: usize, seed: u64) -> Vec<usize> {
    let folds = folds.max(1);
    let mut random = Random::new(seed);
    match groups {
        None => deal(labels, folds, &mut random),
        Some(groups) => deal_groups(labels, groups, folds, &mut random),
    }
}

/// Round the table: first the events, shuffled, and then the others.
fn deal(labels: &[f64], folds: usize, random: &mut Random) -> Vec<usize> {
    let (mut order, mut others): (Vec<usize>, Vec<usize>) =
        (0..labels.len()).partition(|row| labels.get(*row).is_some_and(|label| *label > 0.5));
    random.shuffle(&mut order);
    random.shuffle(&mut others);
    order.extend(others);
    let mut dealt: Vec<(usize, usize)> = order.into_iter().enumerate().map(|(place, row)| (row, place % folds)).collect();
    dealt.sort_unstable();
    dealt.into_iter().map(|(_, fold)| fold).collect()
}

/// The largest groups first, each to the fold that it leaves least uneven.
fn deal_groups(labels: &[f64], groups: &[usize], folds: usize, random: &mut Random) -> Vec<usize> {
    let mut members: Vec<(usize, bool)> =
        groups.iter().copied().zip(labels.iter().map(|label| *label > 0.5).chain(std::iter::repeat(false))).collect();
    members.sort_unstable();
    let count = |members: &[(usize, bool)]| {
        let events = members.iter().filter(|(_, event)| *event).count();
        (events as f64, (members.len() - events) as f64)
    };
    let total = count(&members);
    let mut sizes: Vec<(usize, (f64, f64))> =
        members.chunk_by(|a, b| a.0 == b.0).map(|group| (group.first().map_or(0, |member| member.0), count(group))).collect();
    random.shuffle(&mut sizes);
    sizes.sort_by(|(_, a), (_, b)| (b.0 + b.1).total_cmp(&(a.0 + a.1)));
    let mut filled = vec![(0.0, 0.0); folds];
    let mut fold_of: Vec<(usize, usize)> = Vec::with_capacity(sizes.len());
    let share = |part: f64, whole: f64| if whole > 0.0 { part / whole } else { 0.0 };
    for (group, size) in sizes {
        // How much the squares of a fold's shares grow: least where the fold is emptiest of what the group has.
        let growth = |fold: &(f64, f64)| {
            let grown = |fold: f64, size: f64, total: f64| share(size, total) * (2.0 * share(fold, total) + share(size, total));
            grown(fold.0, size.0, total.0) + grown(fold.1, size.1, total.1)
        };
        let best = filled.iter_mut().enumerate().min_by(|(_, a), (_, b)| growth(a).total_cmp(&growth(b)));
        if let Some((place, fold)) = best {
            fold.0 += size.0;
            fold.1 += size.1;
            fold_of.push((group, place));
        }
    }
    fold_of.sort_unstable();
    let find = |group: &usize| fold_of.binary_search_by_key(group, |(group, _)| *group).ok();
    groups.iter().map(|group| find(group).and_then(|place| fold_of.get(place)).map_or(0, |(_, fold)| *fold)).collect()
}
