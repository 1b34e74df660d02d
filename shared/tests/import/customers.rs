use std::collections::BTreeMap;

use shared::import::{ConsentRow, ContactRole, CustomerRow, Kind, Parsed, Rows, validate};

use super::{now, read, refused};

fn customers(parsed: &Parsed) -> &[CustomerRow] {
    match &parsed.rows {
        Rows::Customers(rows) => rows,
        other => panic!("{other:?}"),
    }
}

fn one(header: &str, row: &str) -> CustomerRow {
    let parsed = read(format!("{header}\n{row}\n"), Kind::Customers);
    match customers(&parsed) {
        [row] => row.clone(),
        _ => panic!("{parsed:?}"),
    }
}

#[test]
fn a_row_becomes_a_customer() {
    let row = one(
        "customer_id,email,first_name,last_name,kind,contact_name,contact_role,phone,country,time_zone,created_at,tags,Favourite colour",
        "C-17,Ada@example.com,Ada,Example,account,Ben Example,Accounting,'+49 30 1234567,Deutschland,Europe/Berlin,2025-03-02,\"vip, tea,vip\",green",
    );
    assert_eq!((row.who.external_id.as_deref(), row.who.email.as_deref()), (Some("C-17"), Some("ada@example.com")));
    assert_eq!(row.who.name.as_deref(), Some("Ada Example"));
    assert_eq!(
        (row.kind.as_deref(), row.contact_name.as_deref(), row.contact_role),
        (Some("account"), Some("Ben Example"), Some(ContactRole::Billing))
    );
    assert_eq!((row.phone.as_deref(), row.country.as_deref()), (Some("+49301234567"), Some("DE")));
    assert_eq!(row.time_zone.as_deref(), Some("Europe/Berlin"));
    assert_eq!(row.created_at.map(|at| at.rfc3339()).as_deref(), Some("2025-03-02T12:00:00Z"));
    assert_eq!(row.tags, ["vip", "tea"]);
    assert_eq!(row.traits, BTreeMap::from([("Favourite colour".to_owned(), "green".to_owned())]));
}

#[test]
fn consent_is_read_in_the_words_of_many_exports_and_a_blank_says_nothing() {
    let granted = |text: &str| {
        let row = one("email,accepts_email_marketing", &format!("a@example.com,{text}"));
        row.consents.first().map(|consent| consent.granted)
    };
    for text in ["yes", "TRUE", "1", "subscribed", "Opted-in", "double_opt_in", "ja", "oui", "sí"] {
        assert_eq!(granted(text), Some(true), "{text}");
    }
    for text in
        ["no", "FALSE", "0", "unsubscribed", "never subscribed", "NOT_SUBSCRIBED", "opted out", "nein", "cleaned", "complained"]
    {
        assert_eq!(granted(text), Some(false), "{text}");
    }
    for text in ["", "pending", "NULL"] {
        assert_eq!(granted(text), None, "{text}");
    }
}

#[test]
fn consent_keeps_its_channel_and_date() {
    let row = one("email,email_consent,email_consent_at,sms_consent", "a@example.com,yes,2025-03-02 09:15,no");
    let at = shared::time::Millis::parse_rfc3339("2025-03-02T09:15:00Z").ok();
    assert_eq!(
        row.consents,
        [
            ConsentRow { channel: "email".into(), granted: true, at, source: None, wording: None },
            ConsentRow { channel: "sms".into(), granted: false, at: None, source: None, wording: None }
        ]
    );
}

#[test]
fn consent_that_is_not_understood_refuses_the_row() {
    let parsed = read("email,email_consent\na@example.com,yes\nb@example.com,perhaps\nc@example.com,no\n", Kind::Customers);
    assert_eq!((customers(&parsed).len(), refused(&parsed)), (2, vec![(3, Some("email_consent"))]));
}

#[test]
fn what_is_not_understood_of_the_rest_is_kept_as_a_trait() {
    let row = one("email,phone,country,time_zone", "a@example.com,ask Ben,Atlantis,Sea/Deep");
    assert_eq!((row.phone, row.country, row.time_zone), (None, None, None));
    let expected = [("country", "Atlantis"), ("phone", "ask Ben"), ("time_zone", "Sea/Deep")];
    assert_eq!(row.traits, expected.map(|(name, text)| (name.to_owned(), text.to_owned())).into());
}

#[test]
fn traits_are_bounded_in_number_and_length() {
    let header: Vec<String> = (0..80).map(|n| format!("{n} {}", "x".repeat(100))).collect();
    let row = one(&format!("email,{}", header.join(",")), &format!("a@example.com,{}", vec!["y".repeat(2_000); 80].join(",")));
    assert_eq!(row.traits.len(), 50);
    assert!(row.traits.iter().all(|(name, text)| name.len() <= 60 && text.len() <= 500));
}

#[test]
fn a_row_that_names_nobody_is_refused_and_a_name_is_nobody() {
    let parsed = read("customer_id,email,name\n,,Ada\n1,,Ben\n,c@example.com,\n", Kind::Customers);
    assert_eq!((customers(&parsed).len(), refused(&parsed)), (2, vec![(2, Some("customer_id"))]));
}

#[test]
fn a_hostile_customer_is_tidied_and_passes_the_worker_s_own_check() {
    let hostile = [
        "=cmd|' /C calc'!A0",
        "<script>alert(1)</script>",
        "Robert'); drop table customers;--",
        "\u{202e}evil",
        "a\u{0}b",
        "line\r\nbreak",
        "\t\u{7}bell",
        "{{7*7}}",
        "😀😀😀",
        "x\u{300}\u{301}",
        "../../etc/passwd",
    ];
    let rows: String = hostile
        .iter()
        .enumerate()
        .map(|(n, text)| format!("{n},\"{}\",\"{text}\",\"{text}\"\n", text.replace('"', "\"\"")))
        .collect();
    let parsed = read(format!("customer_id,name,tags,note\n{rows}"), Kind::Customers);
    assert_eq!((customers(&parsed).len(), refused(&parsed)), (hostile.len(), vec![]));
    let (kept, errors) = validate(parsed.rows.clone(), now());
    assert_eq!((kept, errors), (parsed.rows, vec![]));
}
