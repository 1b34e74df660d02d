//! Which customers of a list are chosen: some of them by name, or all that match but some.

use std::collections::BTreeMap;

use shared::api::{CustomerRow, NewSetAside, SetAside};
use shared::id::Id;

/// Customers of one list. Rows come and go as the list scrolls, so it holds ids and never rows.
#[derive(Debug, Clone, PartialEq)]
pub enum Selection {
    These(BTreeMap<Id, Known>),
    /// All that the list's filters find, but these.
    AllBut(BTreeMap<Id, Known>),
}

/// What a bulk change may alter, as it was when the customer was chosen: the way back of an undo.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Known {
    pub owner: Option<Id>,
    pub tags: Vec<String>,
    pub aside: Option<NewSetAside>,
}

/// What the box in the list's head shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Share {
    None,
    Some,
    All,
}

impl Default for Selection {
    fn default() -> Self {
        Self::These(BTreeMap::new())
    }
}

impl Selection {
    pub fn holds(&self, id: &Id) -> bool {
        match self {
            Self::These(ids) => ids.contains_key(id),
            Self::AllBut(ids) => !ids.contains_key(id),
        }
    }

    /// Chooses a customer or gives the choice up.
    pub fn set(&mut self, row: &CustomerRow, chosen: bool) {
        let (ids, listed) = match self {
            Self::These(ids) => (ids, chosen),
            Self::AllBut(ids) => (ids, !chosen),
        };
        if listed {
            ids.insert(row.id.clone(), Known::of(row));
        } else {
            ids.remove(&row.id);
        }
    }

    /// How many are chosen of a list of `total`.
    pub fn count(&self, total: u64) -> u64 {
        match self {
            Self::These(ids) => ids.len() as u64,
            Self::AllBut(ids) => total.saturating_sub(ids.len() as u64),
        }
    }

    /// What a customer chosen by name was like.
    pub fn known(&self, id: &Id) -> Option<&Known> {
        match self {
            Self::These(ids) | Self::AllBut(ids) => ids.get(id),
        }
    }

    /// After a change: what customers chosen by name are like now.
    pub fn learn(&mut self, apply: impl Fn(&Id, &mut Known)) {
        if let Self::These(ids) = self {
            ids.iter_mut().for_each(|(id, known)| apply(id, known));
        }
    }

    pub fn share(&self, total: u64) -> Share {
        match (self, self.count(total)) {
            (Self::AllBut(ids), _) if ids.is_empty() => Share::All,
            (_, 0) => Share::None,
            // The list may be longer than its count could tell: by name, nobody knows that these are all.
            _ => Share::Some,
        }
    }
}

impl Known {
    pub fn of(row: &CustomerRow) -> Self {
        let aside = row.set_aside.as_ref().map(|SetAside { reason, until, note, .. }| NewSetAside {
            reason: *reason,
            until: until.clone(),
            note: note.clone(),
        });
        Self { owner: row.owner.as_ref().map(|owner| owner.id.clone()), tags: row.tags.clone(), aside }
    }
}

#[cfg(test)]
mod tests {
    use shared::api::{CustomerKind, Lifecycle, Risk, Tier};

    use super::*;

    fn row(number: u8) -> CustomerRow {
        CustomerRow {
            id: Id::from_parts(1, &[number; 10]),
            external_id: number.to_string(),
            kind: CustomerKind::Shopper,
            name: String::new(),
            email: None,
            country: None,
            tier: Tier::Early,
            lifecycle: Lifecycle::Active,
            risk: Risk::default(),
            risk_interval: None,
            set_aside: None,
            triggers: Vec::new(),
            reason: None,
            waiting: None,
            regain: None,
            recommended: None,
            begun: None,
            segment: None,
            lifetime_value: None,
            lifetime_value_interval: None,
            last_order: None,
            deadline: None,
            orders: 1,
            trend: Vec::new(),
            sample: false,
            owner: None,
            tags: vec!["vip".to_owned()],
        }
    }

    #[test]
    fn customers_are_chosen_one_by_one() {
        let mut chosen = Selection::default();
        assert_eq!((chosen.count(9), chosen.share(9)), (0, Share::None));
        chosen.set(&row(1), true);
        chosen.set(&row(2), true);
        chosen.set(&row(1), true);
        assert_eq!((chosen.count(9), chosen.share(9)), (2, Share::Some));
        assert!(chosen.holds(&row(1).id) && !chosen.holds(&row(3).id));
        chosen.set(&row(1), false);
        chosen.set(&row(3), false);
        let left = BTreeMap::from([(row(2).id, Known { owner: None, tags: vec!["vip".to_owned()], aside: None })]);
        assert_eq!(chosen, Selection::These(left));
    }

    #[test]
    fn all_that_match_are_chosen_whether_or_not_they_were_ever_loaded() {
        let mut all = Selection::AllBut(BTreeMap::new());
        assert_eq!((all.count(100_000), all.share(100_000)), (100_000, Share::All));
        all.set(&row(1), false);
        assert_eq!((all.count(100_000), all.share(100_000)), (99_999, Share::Some));
        assert!(!all.holds(&row(1).id) && all.holds(&row(2).id));
        all.set(&row(1), true);
        assert_eq!(all.share(100_000), Share::All);
    }

    #[test]
    fn all_but_everybody_is_nobody() {
        let mut all = Selection::AllBut(BTreeMap::new());
        all.set(&row(1), false);
        assert_eq!((all.count(1), all.share(1)), (0, Share::None));
    }
}
