use std::collections::BTreeMap;

use shared::api::{BulkChange, Named, NewSetAside, SetAsideReason};
use shared::id::Id;

use crate::list::selection::{Known, Selection};

/// What shall be done to the chosen customers.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Deed {
    /// Nobody where it is none.
    Give(Option<Named>),
    AddTag(String),
    RemoveTag(String),
    SetAside(NewSetAside),
    /// Ends what was said of them.
    AtRiskAgain,
}

/// Ids of one request at most: the API's limit.
const IDS: usize = 1_000;

impl Deed {
    /// What the API is asked, one after the other; `filters` is the list's query string.
    pub(super) fn requests(&self, selection: &Selection, filters: &str) -> Vec<BulkChange> {
        let change = self.change();
        match selection {
            Selection::These(ids) => by_ids(ids.keys(), &change),
            Selection::AllBut(but) => {
                vec![BulkChange { query: Some(filters.to_owned()), except: but.keys().cloned().collect(), ..change }]
            }
        }
    }

    /// What takes it back: for those only whom it changes, as they were when they were chosen. All that match have no names that
    /// this page knows, and no way back.
    pub(super) fn reverse(&self, selection: &Selection) -> Vec<BulkChange> {
        let Selection::These(chosen) = selection else { return Vec::new() };
        match self {
            Self::Give(to) => {
                let to = to.as_ref().map(|person| &person.id);
                let before = grouped(chosen, |known| (known.owner.as_ref() != to).then(|| known.owner.clone()));
                before
                    .into_iter()
                    .flat_map(|(owner, ids)| by_ids(ids, &BulkChange { owner: Some(owner), ..BulkChange::default() }))
                    .collect()
            }
            Self::AddTag(tag) => {
                let had_none = chosen.iter().filter(|(_, known)| !known.tags.iter().any(|known| same(known, tag)));
                by_ids(had_none.map(|(id, _)| id), &Self::RemoveTag(tag.clone()).change())
            }
            // Each gets the tag back as it was written there.
            Self::RemoveTag(tag) => grouped(chosen, |known| known.tags.iter().find(|known| same(known, tag)).cloned())
                .into_iter()
                .flat_map(|(written, ids)| by_ids(ids, &Self::AddTag(written).change()))
                .collect(),
            Self::SetAside(_) | Self::AtRiskAgain => {
                let to = self.aside();
                let before = grouped(chosen, |known| (known.aside.as_ref() != to).then(|| known.aside.as_ref().map(parts)));
                before
                    .into_iter()
                    .flat_map(|(aside, ids)| {
                        let set_aside = Some(aside.map(|(reason, until, note)| whole(reason, until, note)));
                        by_ids(ids, &BulkChange { set_aside, ..BulkChange::default() })
                    })
                    .collect()
            }
        }
    }

    /// The words before "12 customers".
    pub(super) fn done(&self) -> String {
        match self {
            Self::Give(Some(person)) => format!("{} now looks after", person.name),
            Self::Give(None) => "Nobody looks after".to_owned(),
            Self::AddTag(tag) => format!("Tag “{tag}” added to"),
            Self::RemoveTag(tag) => format!("Tag “{tag}” removed from"),
            Self::SetAside(aside) => format!("Not at risk until {}:", aside.until),
            Self::AtRiskAgain => "No longer set aside:".to_owned(),
        }
    }

    /// What a customer is like afterwards.
    pub(super) fn apply(&self, known: &mut Known) {
        match self {
            Self::Give(to) => known.owner = to.as_ref().map(|person| person.id.clone()),
            Self::AddTag(tag) if known.tags.iter().any(|known| same(known, tag)) => {}
            Self::AddTag(tag) => known.tags.push(tag.clone()),
            Self::RemoveTag(tag) => known.tags.retain(|known| !same(known, tag)),
            Self::SetAside(_) | Self::AtRiskAgain => known.aside = self.aside().cloned(),
        }
    }

    fn change(&self) -> BulkChange {
        let none = BulkChange::default();
        match self {
            Self::Give(to) => BulkChange { owner: Some(to.as_ref().map(|person| person.id.clone())), ..none },
            Self::AddTag(tag) => BulkChange { add_tags: vec![tag.clone()], ..none },
            Self::RemoveTag(tag) => BulkChange { remove_tags: vec![tag.clone()], ..none },
            Self::SetAside(_) | Self::AtRiskAgain => BulkChange { set_aside: Some(self.aside().cloned()), ..none },
        }
    }

    /// What is said of them afterwards.
    fn aside(&self) -> Option<&NewSetAside> {
        match self {
            Self::SetAside(aside) => Some(aside),
            _ => None,
        }
    }
}

/// The chosen under what `key` gives of them; those without are left out.
fn grouped<K: Ord>(chosen: &BTreeMap<Id, Known>, key: impl Fn(&Known) -> Option<K>) -> BTreeMap<K, Vec<&Id>> {
    let mut groups: BTreeMap<K, Vec<&Id>> = BTreeMap::new();
    for (id, known) in chosen {
        if let Some(key) = key(known) {
            groups.entry(key).or_default().push(id);
        }
    }
    groups
}

/// What was said, in an order: those of whom the same was said go back together.
fn parts(aside: &NewSetAside) -> (&'static str, String, Option<String>) {
    (aside.reason.as_str(), aside.until.clone(), aside.note.clone())
}

fn whole(reason: &str, until: String, note: Option<String>) -> NewSetAside {
    // Written by `as_str`, which it reads.
    NewSetAside { reason: SetAsideReason::parse(reason).unwrap_or(SetAsideReason::Wrong), until, note }
}

fn same(a: &str, b: &str) -> bool {
    a.to_lowercase() == b.to_lowercase()
}

fn by_ids<'a>(ids: impl IntoIterator<Item = &'a Id>, change: &BulkChange) -> Vec<BulkChange> {
    let ids: Vec<_> = ids.into_iter().cloned().collect();
    ids.chunks(IDS).map(|ids| BulkChange { ids: Some(ids.to_vec()), ..change.clone() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u32) -> Id {
        Id::from_parts(i64::from(number), &[1; 10])
    }

    fn chosen(known: &[(u32, Option<u32>, &[&str])]) -> Selection {
        let known = known.iter().map(|(number, owner, tags)| {
            (id(*number), Known { owner: owner.map(id), tags: tags.iter().map(|tag| (*tag).to_owned()).collect(), aside: None })
        });
        Selection::These(known.collect())
    }

    #[test]
    fn customers_by_name_are_asked_for_a_thousand_at_a_time() {
        let many = Selection::These((0..2_500).map(|number| (id(number), Known::default())).collect());
        let asked = Deed::AddTag("vip".to_owned()).requests(&many, "q=x");
        let sizes: Vec<_> = asked.iter().map(|change| change.ids.as_ref().map_or(0, Vec::len)).collect();
        assert_eq!(sizes, [1_000, 1_000, 500]);
        assert!(asked.iter().all(|change| change.query.is_none() && change.add_tags == ["vip"]));
    }

    #[test]
    fn all_that_match_are_asked_for_by_their_filters() {
        let but = Selection::AllBut(BTreeMap::from([(id(3), Known::default())]));
        let asked = Deed::Give(None).requests(&but, "tier=early&tag=vip");
        let wanted = BulkChange {
            query: Some("tier=early&tag=vip".to_owned()),
            except: vec![id(3)],
            owner: Some(None),
            ..BulkChange::default()
        };
        assert_eq!(asked, [wanted]);
        assert!(Deed::Give(None).reverse(&but).is_empty());
    }

    #[test]
    fn a_tag_is_taken_back_only_from_those_who_did_not_have_it() {
        let selection = chosen(&[(1, None, &["VIP"]), (2, None, &["other"]), (3, None, &[])]);
        let back = Deed::AddTag("vip".to_owned()).reverse(&selection);
        assert_eq!(
            back,
            [BulkChange { ids: Some(vec![id(2), id(3)]), remove_tags: vec!["vip".to_owned()], ..BulkChange::default() }]
        );
    }

    #[test]
    fn a_removed_tag_comes_back_as_it_was_written() {
        let selection = chosen(&[(1, None, &["VIP"]), (2, None, &["vip"]), (3, None, &["x"])]);
        let back = Deed::RemoveTag("vip".to_owned()).reverse(&selection);
        let tagged = |number, tag: &str| BulkChange {
            ids: Some(vec![id(number)]),
            add_tags: vec![tag.to_owned()],
            ..BulkChange::default()
        };
        assert_eq!(back, [tagged(1, "VIP"), tagged(2, "vip")]);
    }

    #[test]
    fn a_customer_is_known_as_the_change_left_them() {
        let mut known = Known { owner: None, tags: vec!["VIP".to_owned()], aside: None };
        Deed::AddTag("vip".to_owned()).apply(&mut known);
        Deed::AddTag("new".to_owned()).apply(&mut known);
        Deed::Give(Some(Named { id: id(9), name: "Mia".to_owned() })).apply(&mut known);
        assert_eq!(known, Known { owner: Some(id(9)), tags: vec!["VIP".to_owned(), "new".to_owned()], aside: None });
        Deed::RemoveTag("vip".to_owned()).apply(&mut known);
        assert_eq!(known.tags, ["new"]);
    }

    #[test]
    fn what_was_said_of_each_is_said_again() {
        let aside = |until: &str, note: Option<&str>| NewSetAside {
            reason: SetAsideReason::Seasonal,
            until: until.to_owned(),
            note: note.map(str::to_owned),
        };
        let was = aside("2026-05-01", Some("ski shop"));
        let known = [(1, Some(was.clone())), (2, None), (3, Some(aside("2026-09-01", None)))];
        let known = known.map(|(number, aside)| (id(number), Known { aside, ..Known::default() }));
        let selection = Selection::These(known.into());
        let back = Deed::SetAside(aside("2026-09-01", None)).reverse(&selection);
        let said =
            |number, set_aside| BulkChange { ids: Some(vec![id(number)]), set_aside: Some(set_aside), ..BulkChange::default() };
        assert_eq!(back, [said(2, None), said(1, Some(was))]);
        let asked = Deed::AtRiskAgain.requests(&selection, "");
        assert_eq!(asked.iter().map(|change| change.set_aside.clone()).collect::<Vec<_>>(), [Some(None)]);
    }

    #[test]
    fn customers_go_back_to_each_ones_owner() {
        let selection = chosen(&[(1, Some(8), &[]), (2, None, &[]), (3, Some(9), &[]), (4, Some(8), &[])]);
        let back = Deed::Give(Some(Named { id: id(9), name: "Mia".to_owned() })).reverse(&selection);
        let given = |ids: &[u32], owner: Option<u32>| BulkChange {
            ids: Some(ids.iter().map(|number| id(*number)).collect()),
            owner: Some(owner.map(id)),
            ..BulkChange::default()
        };
        assert_eq!(back, [given(&[2], None), given(&[1, 4], Some(8))]);
    }
}
