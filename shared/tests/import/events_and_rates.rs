use serde_json::json;
use shared::import::{EventRow, Key, Kind, Parsed, RateRow, Rows, template};

use super::{read, refused};

fn events(parsed: &Parsed) -> &[EventRow] {
    match &parsed.rows {
        Rows::Events(rows) => rows,
        other => panic!("{other:?}"),
    }
}

fn rates(parsed: &Parsed) -> &[RateRow] {
    match &parsed.rows {
        Rows::Rates(rows) => rows,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_row_becomes_an_event_with_its_other_columns_as_details() {
    let parsed = read(
        "event_id,user_id,event,time,properties,plan,seats\nE-1,17,login,2026-01-18T10:24:00Z,\"{\"\"plan\"\": \"\"pro\"\", \"\"n\"\": 3}\",free,12\n",
        Kind::Events,
    );
    let [event] = events(&parsed) else { panic!("{parsed:?}") };
    assert_eq!((&event.key, event.name.as_str()), (&Key::Own("E-1".into()), "login"));
    assert_eq!(serde_json::Value::Object(event.properties.clone()), json!({"plan": "pro", "n": 3, "seats": "12"}));
}

#[test]
fn details_that_are_no_object_or_too_deep_or_too_long_refuse_the_row() {
    let deep = format!("{}{}", "[".repeat(60), "]".repeat(60));
    let long = format!("{{\"\"a\"\": \"\"{}\"\"}}", "x".repeat(17_000));
    let rows: Vec<String> = ["[1]", "{oops", &format!("{{\"\"a\"\": {deep}}}"), &long, "{}"]
        .map(|json| format!("17,login,2026-01-18,\"{json}\""))
        .into();
    let parsed = read(
        format!(
            "user_id,event,time,properties\n17,login,2026-01-18,{{}}\n17,login,2026-01-18,{{}}\n17,login,2026-01-18,{{}}\n17,login,2026-01-18,{{}}\n{}\n",
            rows.join("\n")
        ),
        Kind::Events,
    );
    assert_eq!(refused(&parsed), [6, 7, 8, 9].map(|line| (line, Some("properties"))));
    assert_eq!(events(&parsed).len(), 5);
}

#[test]
fn an_event_without_name_or_time_is_refused() {
    let parsed = read("user_id,event,time\n17,,2026-01-18\n17,login,\n17,login,2026-01-18\n", Kind::Events);
    assert_eq!((events(&parsed).len(), refused(&parsed)), (1, vec![(2, Some("event")), (3, Some("time"))]));
}

#[test]
fn rates_are_read_with_either_decimal_sign_and_nonsense_is_refused() {
    let parsed = read("Währung;Datum;Kurs\nUSD;01.07.2025;0,8511\nGBP;31.12.2025;1,1462\n", Kind::Rates);
    let found: Vec<_> = rates(&parsed).iter().map(|rate| (rate.currency.to_string(), rate.day.iso(), rate.rate)).collect();
    assert_eq!(found, [("USD".into(), "2025-07-01".into(), 0.8511), ("GBP".into(), "2025-12-31".into(), 1.1462)]);
    let parsed = read(
        "currency,date,rate\nUSD,2025-07-01,0\nUSD,2025-07-01,-1\nUSD,2025-07-01,x\nZZZ,2025-07-01,1\nUSD,2030-01-01,1\nUSD,,1\n",
        Kind::Rates,
    );
    let fields = ["rate", "rate", "rate", "currency", "date", "date"];
    assert_eq!(refused(&parsed), (2..8).zip(fields.map(Some)).collect::<Vec<_>>());
}

#[test]
fn templates_parse_without_an_error() {
    for kind in Kind::ALL {
        let parsed = read(template(kind), kind);
        assert_eq!((parsed.rows.lines(), parsed.rejected), (2, vec![]), "{kind:?}");
    }
}
