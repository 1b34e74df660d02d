//! The guide for people who import files says what the code does.

use shared::import::{Kind, fields, template};

const GUIDE: &str = include_str!("../../docs/imports.md");

const KINDS: [(Kind, &str); 4] =
    [(Kind::Orders, "## Orders"), (Kind::Customers, "## Customers"), (Kind::Events, "## Events"), (Kind::Rates, "## Rates")];

/// Empty where the guide has no such section, and then nothing asked of it holds.
fn section(heading: &str) -> &'static str {
    let rest = GUIDE.split_once(&format!("\n{heading}\n")).map_or("", |(_, rest)| rest);
    rest.split("\n## ").next().unwrap_or(rest)
}

#[test]
fn the_guide_shows_each_kind_s_template() {
    for (kind, heading) in KINDS {
        let shown = format!("```csv\n{}```", template(kind).replace("\r\n", "\n"));
        assert!(section(heading).contains(&shown), "{heading} does not show\n{shown}");
    }
}

#[test]
fn the_guide_names_every_field_and_says_which_are_required() {
    for (kind, heading) in KINDS {
        let table: Vec<&str> = section(heading).lines().filter(|line| line.starts_with("| `")).collect();
        for field in fields(kind) {
            let name = format!("`{}`", field.name);
            let row = table.iter().find(|row| row.split('|').nth(1).is_some_and(|names| names.contains(&name)));
            let row = row.unwrap_or_else(|| panic!("{heading} does not name {name}"));
            let required = row.split('|').nth(2).is_some_and(|cell| cell.trim() == "yes");
            assert_eq!(required, field.required, "{row}");
        }
    }
}
