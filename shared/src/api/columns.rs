//! Columns of the lists of customers: what the app shows, a saved view names, and the export writes.

/// A column of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// As `columns=` and saved views name it.
    pub code: &'static str,
    /// Its head in the list.
    pub header: &'static str,
    /// Names of its columns in the CSV file: money takes a currency beside it, and a chart has none.
    pub fields: &'static [&'static str],
}

/// All columns; `customer` stands in every list, whatever else was chosen.
pub const COLUMNS: [Column; 13] = [
    Column { code: "customer", header: "Customer", fields: &["id", "external_id", "kind", "name", "email"] },
    Column {
        code: "risk",
        header: "Risk",
        fields: &["tier", "p30", "p60", "p90", "p90_low", "p90_high", "set_aside", "set_aside_until"],
    },
    Column { code: "weeks", header: "12 weeks", fields: &[] },
    Column { code: "why", header: "Why", fields: &["main_trigger"] },
    Column {
        code: "do",
        header: "Recommended",
        fields: &["recommended", "recommended_by", "recommended_channel", "recommended_due", "expected_margin"],
    },
    Column { code: "waiting", header: "Cost of waiting", fields: &["waiting_a_day", "regain"] },
    Column { code: "worth", header: "Value a year", fields: &["lifetime_value", "currency"] },
    Column { code: "due", header: "Deadline, last order", fields: &["deadline", "last_order"] },
    Column { code: "owner", header: "Owner", fields: &["owner"] },
    Column { code: "tags", header: "Tags", fields: &["tags"] },
    Column { code: "orders", header: "Orders", fields: &["orders"] },
    Column { code: "country", header: "Country", fields: &["country"] },
    Column { code: "lifecycle", header: "Lifecycle", fields: &["lifecycle"] },
];

impl Column {
    pub fn parse(code: &str) -> Option<Self> {
        COLUMNS.into_iter().find(|column| column.code == code)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_code_and_a_field_of_the_file_stand_for_one_column_only() {
        let codes: BTreeSet<_> = COLUMNS.iter().map(|column| column.code).collect();
        assert_eq!(codes.len(), COLUMNS.len());
        let fields: Vec<_> = COLUMNS.iter().flat_map(|column| column.fields).collect();
        assert_eq!(fields.iter().collect::<BTreeSet<_>>().len(), fields.len());
        assert_eq!(Column::parse("tags").map(|column| column.header), Some("Tags"));
        assert_eq!(Column::parse("drop table"), None);
    }
}
