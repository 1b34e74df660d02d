//! What the log shows, as the address keeps it.

use shared::audit::Group;

use crate::query;

/// Empty parts narrow nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Filter {
    /// The id of a person or a token, `system` or `stranger`.
    pub(super) who: String,
    /// A group's code.
    pub(super) what: String,
    /// ISO dates.
    pub(super) from: String,
    pub(super) to: String,
    /// `{kind}:{id}`.
    pub(super) object: String,
}

impl Filter {
    /// Reads `who=…&what=…&from=…&to=…&object=…`; what it does not know is left out.
    pub(super) fn parse(search: &str) -> Self {
        let mut filter = Self::default();
        for (name, value) in query::pairs(search) {
            match name.as_str() {
                "who" => filter.who = value,
                "what" if Group::parse(&value).is_some() => filter.what = value,
                "from" if is_day(&value) => filter.from = value,
                "to" if is_day(&value) => filter.to = value,
                "object" if value.contains(':') => filter.object = value,
                _ => {}
            }
        }
        filter
    }

    /// With the leading `?`, or empty.
    pub(super) fn address(&self) -> String {
        let Self { who, what, from, to, object } = self;
        query::address(&[("who", who), ("what", what), ("from", from), ("to", to), ("object", object)])
    }

    pub(super) fn api(&self, cursor: Option<&str>) -> String {
        format!("/api/audit{}", self.asked(cursor.unwrap_or("")))
    }

    pub(super) fn export(&self) -> String {
        format!("/api/audit/export.csv{}", self.asked(""))
    }

    fn asked(&self, cursor: &str) -> String {
        let Self { who, what, from, to, object } = self;
        query::address(&[("actor", who), ("action", what), ("from", from), ("to", to), ("object", object), ("cursor", cursor)])
    }
}

/// The words of a group in the list of choices.
pub(super) fn group(group: Group) -> &'static str {
    match group {
        Group::SignIns => "Signing in and out",
        Group::People => "People and tokens",
        Group::Settings => "Settings",
        Group::Data => "Imports and jobs",
        Group::Customers => "Customers",
        Group::Views => "Saved views",
        Group::Plans => "Segments, offers, improvements",
        Group::Exports => "Exports",
    }
}

fn is_day(text: &str) -> bool {
    text.len() == 10 && shared::time::Millis::parse_rfc3339(&format!("{text}T00:00:00Z")).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_reads_back_as_the_same_filter() {
        let filter = Filter {
            who: "system".into(),
            what: "exports".into(),
            from: "2026-11-01".into(),
            to: "2026-11-22".into(),
            object: "import:0193a1b2-0000-7000-8000-000000000000".into(),
        };
        assert_eq!(Filter::parse(&filter.address()), filter);
        assert_eq!(Filter::default().address(), "");
    }

    #[test]
    fn what_an_address_says_wrongly_is_left_out() {
        assert_eq!(Filter::parse("?what=secrets&from=yesterday&to=2026-02-31&object=shop"), Filter::default());
    }

    #[test]
    fn the_export_holds_what_the_page_is_narrowed_to() {
        let filter = Filter { what: "people".into(), ..Filter::default() };
        assert_eq!(filter.export(), "/api/audit/export.csv?action=people");
        assert_eq!(filter.api(Some("abc")), "/api/audit?action=people&cursor=abc");
    }
}
