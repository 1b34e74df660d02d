//! The guide for people who import files says what the code does.

use shared::import::{Kind, fields, template};

const GUIDE: &str = include_str!("../../docs/imports.md");

/// The heading over a kind's section.
fn heading(kind: Kind) -> String {
    let name = if kind == Kind::Nps { "NPS".to_owned() } else { kind.as_str()[..1].to_uppercase() + &kind.as_str()[1..] };
    format!("## {name}")
}

/// Empty where the guide has no such section, and then nothing asked of it holds.
fn section(heading: &str) -> &'static str {
    let rest = GUIDE.split_once(&format!("\n{heading}\n")).map_or("", |(_, rest)| rest);
    rest.split("\n## ").next().unwrap_or(rest)
}

#[test]
fn the_guide_shows_each_kind_s_template() {
    for kind in Kind::ALL {
        let heading = heading(kind);
        let shown = format!("```csv\n{}```", template(kind).replace("\r\n", "\n"));
        assert!(section(&heading).contains(&shown), "{heading} does not show\n{shown}");
    }
}

#[test]
fn the_guide_names_every_field_and_says_which_are_required() {
    for kind in Kind::ALL {
        let heading = heading(kind);
        let table: Vec<&str> = section(&heading).lines().filter(|line| line.starts_with("| `")).collect();
        for field in fields(kind) {
            let name = format!("`{}`", field.name);
            let row = table.iter().find(|row| row.split('|').nth(1).is_some_and(|names| names.contains(&name)));
            let row = row.unwrap_or_else(|| panic!("{heading} does not name {name}"));
            let required = row.split('|').nth(2).is_some_and(|cell| cell.trim() == "yes");
            assert_eq!(required, field.required, "{row}");
        }
    }
}
