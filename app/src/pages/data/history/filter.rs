//! What History shows, as the address keeps it.

use shared::api::{Import, ImportStatus};
use shared::import::Kind;

use crate::query;

/// Empty parts narrow nothing. Each is in its usual order, so that one choice has one address.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Filter {
    pub(super) statuses: Vec<ImportStatus>,
    pub(super) kinds: Vec<Kind>,
}

impl Filter {
    /// Reads `status=…&kind=…`, several with commas; what it does not know is left out.
    pub(super) fn parse(search: &str) -> Self {
        let mut filter = Self::default();
        for (name, value) in query::pairs(search) {
            let has = |known: &str| value.split(',').any(|word| word == known);
            match name.as_str() {
                "status" => filter.statuses = ImportStatus::ALL.into_iter().filter(|status| has(status.as_str())).collect(),
                "kind" => filter.kinds = Kind::ALL.into_iter().filter(|kind| has(kind.as_str())).collect(),
                _ => {}
            }
        }
        filter
    }

    /// With the leading `?`, or empty.
    pub(super) fn address(&self) -> String {
        self.asked("")
    }

    pub(super) fn api(&self, cursor: Option<&str>) -> String {
        format!("/api/imports{}", self.asked(cursor.unwrap_or_default()))
    }

    pub(super) fn export(&self) -> String {
        format!("/api/imports/export.csv{}", self.asked(""))
    }

    pub(super) fn is_narrowed(&self) -> bool {
        !self.statuses.is_empty() || !self.kinds.is_empty()
    }

    pub(super) fn toggle_status(&mut self, status: ImportStatus) {
        self.statuses = toggled(&self.statuses, status, &ImportStatus::ALL);
    }

    pub(super) fn toggle_kind(&mut self, kind: Kind) {
        self.kinds = toggled(&self.kinds, kind, &Kind::ALL);
    }

    /// Whether the import, as it is now, belongs into the list.
    pub(super) fn fits(&self, import: &Import) -> bool {
        (self.statuses.is_empty() || self.statuses.contains(&import.status))
            && (self.kinds.is_empty() || self.kinds.iter().any(|kind| kind.as_str() == import.kind))
    }

    fn asked(&self, cursor: &str) -> String {
        let statuses = self.statuses.iter().map(|status| status.as_str()).collect::<Vec<_>>().join(",");
        let kinds = self.kinds.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(",");
        query::address(&[("status", &statuses), ("kind", &kinds), ("cursor", cursor)])
    }
}

fn toggled<T: Copy + PartialEq>(chosen: &[T], one: T, all: &[T]) -> Vec<T> {
    all.iter().copied().filter(|other| chosen.contains(other) != (*other == one)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_reads_back_as_the_same_filter() {
        let filter =
            Filter { statuses: vec![ImportStatus::Paused, ImportStatus::Failed], kinds: vec![Kind::Orders, Kind::Rates] };
        assert_eq!(filter.address(), "?status=paused,failed&kind=orders,rates");
        assert_eq!(Filter::parse(&filter.address()), filter);
        assert_eq!(Filter::parse("?kind=rates,orders&status=failed,paused,failed"), filter, "in whatever order");
        assert_eq!(Filter::default().address(), "");
    }

    #[test]
    fn what_an_address_says_wrongly_is_left_out() {
        assert_eq!(Filter::parse("?status=burnt,Done&kind=&cursor=7&who=max"), Filter::default());
        assert_eq!(Filter::parse("?status=burnt,done").statuses, [ImportStatus::Done]);
    }

    #[test]
    fn a_second_choice_of_the_same_gives_it_up() {
        let mut filter = Filter::parse("?status=failed");
        filter.toggle_status(ImportStatus::Receiving);
        assert_eq!(filter.address(), "?status=receiving,failed");
        filter.toggle_status(ImportStatus::Failed);
        filter.toggle_kind(Kind::Events);
        assert_eq!(filter.address(), "?status=receiving&kind=events");
        filter.toggle_kind(Kind::Events);
        filter.toggle_status(ImportStatus::Receiving);
        assert!(!filter.is_narrowed());
    }

    #[test]
    fn the_export_holds_what_the_list_is_narrowed_to_and_the_next_page_begins_at_the_cursor() {
        let filter = Filter::parse("?kind=orders");
        assert_eq!(filter.export(), "/api/imports/export.csv?kind=orders");
        assert_eq!(filter.api(Some("42")), "/api/imports?kind=orders&cursor=42");
        assert_eq!(Filter::default().api(None), "/api/imports");
    }
}
