//! Columns counted together.
//!
//! Most columns of a table of people have two or three codes, and many exclude each other. Several of them side by side take few
//! enough combinations to be counted in one pass over the rows as if they were one column; the counts of each are sums of those.

use super::bins::BinnedColumn;
use super::sums::Sums;

/// The most combinations of a pack: splitting the counts up again must stay cheap beside a pass over the rows.
const MOST: usize = 64;

pub(super) struct Pack {
    /// Of each row its combination; `None` where the only member's own codes serve.
    pub codes: Option<Vec<u8>>,
    pub members: Vec<Member>,
}

pub(super) struct Member {
    /// Its place among the columns.
    pub column: usize,
    /// Its code in each combination.
    pub codes: Vec<u8>,
}

pub(super) fn packs(columns: &[BinnedColumn]) -> Vec<Pack> {
    let mut packs = Vec::new();
    let mut open: Option<Pack> = None;
    for (place, column) in columns.iter().enumerate() {
        let alone = Pack::of(place, column);
        if column.codes() > MOST {
            packs.push(alone);
            continue;
        }
        match open.take() {
            None => open = Some(alone),
            Some(pack) => match pack.with(columns, place) {
                Some(joined) => open = Some(joined),
                None => {
                    packs.push(pack);
                    open = Some(alone);
                }
            },
        }
    }
    packs.extend(open);
    packs
}

impl Pack {
    fn of(place: usize, column: &BinnedColumn) -> Self {
        let codes = (0..=u8::MAX).take(column.codes()).collect();
        Self { codes: None, members: vec![Member { column: place, codes }] }
    }

    /// The combination of each row.
    pub fn codes<'a>(&'a self, columns: &'a [BinnedColumn]) -> &'a [u8] {
        match (&self.codes, self.members.first()) {
            (Some(codes), _) => codes,
            (None, Some(only)) => columns.get(only.column).map_or(&[], |column| &column.codes),
            (None, None) => &[],
        }
    }

    /// How many combinations there are.
    pub fn combinations(&self) -> usize {
        self.members.first().map_or(0, |member| member.codes.len())
    }

    /// `None` where that makes too many combinations.
    fn with(&self, columns: &[BinnedColumn], place: usize) -> Option<Self> {
        let column = columns.get(place)?;
        // Which combination each pair of codes is, in the order in which they first occur.
        let mut known = [[u8::MAX; MOST]; MOST];
        let mut pairs: Vec<(u8, u8)> = Vec::new();
        let mut joint = Vec::with_capacity(column.codes.len());
        for (old, new) in self.codes(columns).iter().zip(&column.codes) {
            let slot = known.get_mut(usize::from(*old))?.get_mut(usize::from(*new))?;
            if *slot == u8::MAX {
                if pairs.len() == MOST {
                    return None;
                }
                *slot = pairs.len() as u8;
                pairs.push((*old, *new));
            }
            joint.push(*slot);
        }
        let widened = |member: &Member| {
            let codes = pairs.iter().map(|pair| member.codes.get(usize::from(pair.0)).copied().unwrap_or(0)).collect();
            Member { column: member.column, codes }
        };
        let mut members: Vec<Member> = self.members.iter().map(widened).collect();
        members.push(Member { column: place, codes: pairs.iter().map(|pair| pair.1).collect() });
        Some(Self { codes: Some(joint), members })
    }
}

/// The counts of one member from those of the combinations.
pub(super) fn split_up(combinations: &[Sums], member: &Member, out: &mut [Sums]) {
    out.fill(Sums::default());
    for (sums, code) in combinations.iter().zip(&member.codes) {
        if let Some(slot) = out.get_mut(usize::from(*code)) {
            slot.add(*sums);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::sums::Scale;
    use super::*;
    use crate::random::Random;

    #[test]
    fn counts_of_packs_split_up_are_those_of_the_columns() {
        let mut random = Random::new(5);
        let sizes = [2, 3, 2, 9, 2, 2, 200, 2, 40, 3];
        let columns: Vec<BinnedColumn> = sizes
            .iter()
            .map(|size| {
                let codes = (0..500).map(|_| random.below(size + 1) as u8).collect();
                BinnedColumn { codes, cuts: vec![0.0; size - 1] }
            })
            .collect();
        let scale = Scale::new(500, 1.0, 1.0);
        let sums: Vec<Sums> = (0..500).map(|_| scale.pack(random.unit() - 0.5, random.unit())).collect();
        let packs = packs(&columns);
        assert!(packs.len() < columns.len());
        let mut seen = vec![];
        for pack in &packs {
            let mut combinations = [Sums::default(); 256];
            for (code, sums) in pack.codes(&columns).iter().zip(&sums) {
                combinations[usize::from(*code)].add(*sums);
            }
            for member in &pack.members {
                seen.push(member.column);
                let column = &columns[member.column];
                let mut counted = vec![Sums::default(); column.codes()];
                for (code, sums) in column.codes.iter().zip(&sums) {
                    counted[usize::from(*code)].add(*sums);
                }
                let mut out = vec![Sums::default(); column.codes()];
                split_up(&combinations, member, &mut out);
                assert_eq!(out, counted);
            }
        }
        seen.sort_unstable();
        assert_eq!(seen, (0..10).collect::<Vec<_>>());
    }
}
