//! Templates of words, the good and the hostile.

use super::*;
use crate::message::Tone;

fn fact(key: FactKey, value: FactValue) -> Fact {
    Fact { key, value, day: Some("2026-02-01".to_owned()), link: None, image: None, source: "Order 1".to_owned() }
}

fn writer(tag: &str) -> Writer {
    let eur = |minor| Money::new(minor, Currency::parse("EUR").unwrap());
    let facts = [
        fact(FactKey::LastItem, FactValue::Text { text: "Tea {{ orders }}".to_owned() }),
        fact(FactKey::Orders, FactValue::Count { count: 3 }),
        fact(FactKey::LastOrder, FactValue::Day { day: "2026-03-03".to_owned() }),
        fact(FactKey::PriceDrop, FactValue::Drop { item: "Pot".to_owned(), from: eur(2_000), to: eur(1_550) }),
        fact(FactKey::PriceRise, FactValue::Share { share: 125 }),
    ];
    let brand = Brand { name: "Northwind".to_owned(), sender: Some("Maya".to_owned()), tone: Tone::Plain, ..Brand::default() };
    let promise = Promise {
        kind: Kind::Discount,
        name: "Welcome back".to_owned(),
        depth: 150,
        amount: None,
        minimum: None,
        code: Some("BACK15".to_owned()),
        expires: "2026-04-01".to_owned(),
        link: None,
    };
    let around = Around {
        brand: &brand,
        brief: &Brief::default(),
        promise: Some(&promise),
        proof: None,
        day: Day::parse_iso("2026-03-10").unwrap(),
    };
    Writer::new(&Locale::parse(tag).unwrap(), &facts, &around)
}

fn text(template: &str) -> Result<String, TemplateError> {
    writer("en").write(template).map(|rendered| rendered.text)
}

#[test]
fn facts_brand_and_offer_are_named_and_told_as_the_language_does() {
    let all = "{{ last_item }}, {{ orders }}, {{ last_order }}, {{ last_order | date(\"month\") }}, {{ last_order | date(\"day\") }}, \
        {{ price_drop.item }} {{ price_drop.from }} {{ price_drop.to | money }}, {{ price_rise }} {{ price_rise.day }}, \
        {{ brand.sender }}, {{ offer.value }} {{ offer.code }} {{ offer.expires }}";
    assert_eq!(
        text(all).unwrap(),
        "Tea {{ orders }}, 3, 3 March 2026, March 2026, 3 March, Pot €20.00 €15.50, 12.5% 1 February 2026, Maya, 15% BACK15 1 April 2026"
    );
    let german = writer("de").write("{{ price_drop.to }} bis {{ offer.expires }}").unwrap();
    assert_eq!(german.text.replace('\u{a0}', " "), "15,50 € bis 1. April 2026");
    assert_eq!(german.facts, [FactKey::PriceDrop]);
    assert_eq!(text("{{ \"29.33\" | money(\"USD\") }}{% if offer.minimum is defined %}!{% endif %}").unwrap(), "$29.33");
}

#[test]
fn a_name_that_is_not_known_is_an_error_with_line_and_fix() {
    let missing = text("Hello\n{{ left_behind }}").unwrap_err();
    assert_eq!((missing.line, missing.missing.as_deref()), (2, Some("left_behind")));
    let wrong = text("{{ last_itm }}").unwrap_err();
    assert!(wrong.to_string().contains("“last_itm” is no fact. Did you mean {{ last_item }}"), "{wrong}");
    assert!(text("{{ offer.minimum }}").is_err());
    assert!(text("{{ product }}").is_err());
    assert_eq!(text("{% if left_behind is defined %}x{% else %}y{% endif %}").unwrap(), "y");
    assert_eq!(text("{% if left_behind or offer.minimum %}x{% else %}y{% endif %}").unwrap(), "y");
}

#[test]
fn what_could_run_on_or_grow_is_refused() {
    for template in [
        "{% for x in range(100000) %}{% for y in range(100000) %}x{% endfor %}{% endfor %}",
        "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
        "{% include 'x' %}",
        "{% extends 'x' %}",
        "{% import 'x' as y %}",
        "{% set x = 'y' %}",
        "{{ 'x' * 1000000000 }}",
        "{{ last_item ~ last_item }}",
        "{{ [1, 2] }}",
        "{{ last_item",
        "{% if orders %}",
        "{{ range(3) }}",
        "{{ last_item | upper }}",
        "{{ last_item.x.y }}",
        "{{ orders | date }}",
        "{%- raw %}{{ x }}{% endraw %}",
    ] {
        let error = text(template).unwrap_err();
        assert!(!error.what.is_empty() && !error.fix.is_empty(), "{template}");
    }
    assert!(text(&"x".repeat(MOST_TEMPLATE + 1)).is_err());
    assert!(text(&"(".repeat(4_000)).is_ok());
    assert!(text(&format!("{{{{ {} }}}}", "(".repeat(3_000))).is_err());
    assert!(text(&"{{ last_item }} {{ last_item }}".repeat(200)).is_ok());
}

#[test]
fn the_editor_learns_what_a_template_names() {
    let names: Vec<String> =
        check("{{ last_item }} {% if offer.code %}{{ brand.name }}{% endif %}").unwrap().into_iter().collect();
    assert_eq!(names, ["brand", "last_item", "offer"]);
    assert!(check("{{ nothing }}").is_err());
    assert!(check("{% for x in y %}{% endfor %}").is_err());
}

#[test]
fn a_day_without_its_year_is_one_of_about_now() {
    assert_eq!(text("{{ last_order | date(\"day\") }}").unwrap(), "3 March");
    let long_ago = [fact(FactKey::LastOrder, FactValue::Day { day: "2024-03-03".to_owned() })];
    let brand = Brand::default();
    let around = Around {
        brand: &brand,
        brief: &Brief::default(),
        promise: None,
        proof: None,
        day: Day::parse_iso("2026-03-10").unwrap(),
    };
    let written = Writer::new(&Locale::ENGLISH, &long_ago, &around).write("{{ last_order | date(\"day\") }}").unwrap();
    assert_eq!(written.text, "3 March 2024");
}
