//! Contacts, accounts, subscriptions, tickets, answers, mail, consent and suppressions.

use serde_json::{Value, json};
use shared::import::{ContactRole, CustomerRow, Key, Kind, Parsed, Rows};
use shared::time::Millis;

use super::{read, refused};

/// Name, ISO time to the minute and details of each event, without the subscription's number.
fn told(parsed: &Parsed) -> Vec<(String, String, Value)> {
    let Rows::Events(rows) = &parsed.rows else { panic!("{parsed:?}") };
    let details = |row: &shared::import::EventRow| {
        let mut details = row.properties.clone();
        details.remove("subscription_id");
        Value::Object(details)
    };
    rows.iter().map(|row| (row.name.clone(), row.occurred_at.rfc3339()[..10].to_owned(), details(row))).collect()
}

fn people(parsed: &Parsed) -> &[CustomerRow] {
    let Rows::Customers(rows) = &parsed.rows else { panic!("{parsed:?}") };
    rows
}

fn subscription(row: &str) -> Parsed {
    let header = "subscription_id,customer_id,plan,status,started_at,period_start,period_end,interval,interval_count,amount,currency,seats,cancelled_at,ended_at,paused_at,reason";
    read(format!("{header}\n{row}\n"), Kind::Subscriptions)
}

fn check_subscription(row: &str, expected: &[(&str, &str, Value)]) {
    let parsed = subscription(row);
    assert_eq!(parsed.rejected, [], "{row}");
    let expected: Vec<_> =
        expected.iter().map(|(name, day, said)| ((*name).to_owned(), (*day).to_owned(), said.clone())).collect();
    assert_eq!(told(&parsed), expected, "{row}");
}

#[test]
fn a_subscription_that_runs_is_started_and_its_present_term_renewed() {
    let term = json!({"plan": "Team", "amount": "1200.00", "currency": "EUR", "seats": "10", "term_end": "2027-05-02"});
    check_subscription(
        "S-1,A-7,Team,active,2024-05-02,2026-05-02,2027-05-02,year,,1200.00,EUR,10,,,,",
        &[
            ("Subscription Started", "2024-05-02", json!({"plan": "Team", "term_end": "2026-05-01"})),
            ("Subscription Renewed", "2026-05-02", term),
        ],
    );
    let first = json!({"amount": "19.00", "currency": "EUR", "term_end": "2026-06-18"});
    check_subscription(
        "S-1,A-7,,active,2026-05-18,2026-05-18,2026-06-18,,,19.00,EUR,,,,,",
        &[("Subscription Started", "2026-05-18", first)],
    );
}

#[test]
fn the_present_term_is_counted_from_the_start_where_no_column_says_it() {
    let said = json!({"amount": "30.00", "currency": "USD", "term_end": "2026-07-31"});
    check_subscription(
        "S-1,A-7,,active,2025-01-31,,,month,3,30.00,,,,,,",
        &[
            ("Subscription Started", "2025-01-31", json!({"term_end": "2026-04-29"})),
            ("Subscription Renewed", "2026-04-30", said),
        ],
    );
}

#[test]
fn a_subscription_s_end_is_told_as_it_came() {
    let started = |end: &str| ("Subscription Started", "2026-01-02", json!({ "term_end": end }));
    let cancelled = |day, ends: &str| ("Subscription Cancelled", day, json!({ "ends": ends, "reason": "Too expensive" }));
    check_subscription(
        "S-2,C-1,,cancelled,2026-01-02,,2026-02-02,,,,,,2026-01-20,2026-02-02,,Too expensive",
        &[started("2026-02-02"), cancelled("2026-01-20", "term_end")],
    );
    check_subscription(
        "S-2,C-1,,cancelled,2026-01-02,,2026-02-02,,,,,,2026-01-20,2026-01-20,,Too expensive",
        &[started("2026-01-20"), cancelled("2026-01-20", "now")],
    );
    check_subscription(
        "S-2,C-1,,wc-expired,2026-01-02,,2026-02-02,,,,,,,,,",
        &[started("2026-02-02"), ("Subscription Expired", "2026-02-02", json!({"ends": "now"}))],
    );
    check_subscription("S-2,C-1,Pro,trialing,2026-05-20,,,,,,,,,,,", &[("Trial Started", "2026-05-20", json!({"plan": "Pro"}))]);
    check_subscription(
        "S-2,C-1,,past_due,2026-01-02,2026-05-02,2026-06-02,,,,,,,,,",
        &[started("2026-05-01"), ("Payment Failed", "2026-05-02", json!({}))],
    );
    check_subscription(
        "S-2,C-1,,paused,2026-01-02,2026-05-02,2027-01-02,,,,,,,,2026-05-10,",
        &[
            started("2026-05-01"),
            ("Subscription Renewed", "2026-05-02", json!({"term_end": "2027-01-02"})),
            ("Subscription Paused", "2026-05-10", json!({})),
        ],
    );
}

#[test]
fn a_subscription_that_cannot_be_placed_is_refused_with_its_field() {
    for (field, row) in [
        ("status", "S,C,,incomplete,2026-01-02,,,,,,,,,,,"),
        ("started_at", "S,C,,active,,,,,,,,,,,,"),
        ("cancelled_at", "S,C,,cancelled,2026-01-02,,,,,,,,,,,"),
        ("ended_at", "S,C,,expired,2026-01-02,,,,,,,,,,,"),
        ("ended_at", "S,C,,active,2026-01-02,,,,,,,,2025-12-01,,,"),
        ("paused_at", "S,C,,paused,2026-01-02,,,,,,,,,,,"),
        ("period_end", "S,C,,active,2026-01-02,,2025-01-02,,,,,,,,,"),
        ("interval", "S,C,,active,2026-01-02,,,fortnight,,,,,,,,"),
        ("interval_count", "S,C,,active,2026-01-02,,,month,0,,,,,,,"),
        ("seats", "S,C,,active,2026-01-02,,,month,,,,many,,,,"),
        ("amount", "S,C,,active,2026-01-02,,,month,,-5.00,,,,,,"),
    ] {
        let example = "S,C,Pro,active,2026-01-02,2026-01-02,2026-02-02,month,1,5.00,EUR,1,2026-01-03,2026-01-04,2026-01-05,x";
        let parsed = subscription(&format!("{example}\n{row}"));
        assert_eq!(refused(&parsed), [(3, Some(field))], "{row}");
    }
}

#[test]
fn the_same_subscription_and_ticket_numbers_are_different_things_and_stay_the_same_again() {
    let keys = |parsed: Parsed| {
        let Rows::Events(rows) = parsed.rows else { panic!("events") };
        rows.into_iter().map(|row| row.key).collect::<Vec<_>>()
    };
    let own = |text: &str| Key::Own(text.to_owned());
    let tickets = read("ticket_id,email,opened_at,solved_at\n1,a@example.com,2026-01-02,2026-01-03\n", Kind::Tickets);
    assert_eq!(keys(tickets), [own("ticket:1:opened"), own("ticket:1:solved")]);
    let later = subscription("1,C,,active,2026-01-02,2026-05-02,2026-06-02,,,,,,,,,");
    assert_eq!(keys(later), [own("subscription:1:Subscription Started"), own("subscription:1:Subscription Renewed 2026-05-02")]);
}

#[test]
fn a_ticket_is_opened_and_solved_as_its_status_says() {
    let header = "ticket_id,email,opened_at,solved_at,updated_at,status,subject,text,tone";
    let check = |row: &str, solved: Option<&str>| {
        let parsed = read(format!("{header}\n{row}\n"), Kind::Tickets);
        assert_eq!(parsed.rejected, [], "{row}");
        let told = told(&parsed);
        assert_eq!(told[0].0, "Ticket Opened");
        assert_eq!(
            told.get(1).map(|(name, day, _)| (name.as_str(), day.as_str())),
            solved.map(|day| ("Ticket Solved", day)),
            "{row}"
        );
    };
    check("1,a@example.com,2026-01-02,2026-01-05,,Solved,,,", Some("2026-01-05"));
    check("1,a@example.com,2026-01-02,,2026-01-04,closed,,,", Some("2026-01-04"));
    check("1,a@example.com,2026-01-02,,,Closed,,,", Some("2026-01-02"));
    check("1,a@example.com,2026-01-02,2026-01-05,,open,,,", None);
    check("1,a@example.com,2026-01-02,2026-01-05,,,,,", Some("2026-01-05"));
    check("1,a@example.com,2026-01-02,,,,,,", None);
    let parsed = read(format!("{header}\n1,a@example.com,2026-01-02,,,open,Late,Where is it?,negative\n"), Kind::Tickets);
    assert_eq!(told(&parsed)[0].2, json!({"id": "1", "subject": "Late", "text": "Where is it?", "tone": "negative"}));
    let parsed = read(
        "email,opened_at,tone\na@example.com,2026-01-02,0.5\na@example.com,2026-01-02,furious\na@example.com,,1\n",
        Kind::Tickets,
    );
    assert_eq!(refused(&parsed), [(3, Some("tone")), (4, Some("opened_at"))]);
}

#[test]
fn tickets_without_a_number_are_tied_to_their_solution_all_the_same() {
    let parsed = read(
        "email,opened_at,solved_at\na@example.com,2026-01-02,2026-01-05\nb@example.com,2026-01-02,2026-01-06\n",
        Kind::Tickets,
    );
    let ids: Vec<Value> = told(&parsed).into_iter().map(|(_, _, said)| said["id"].clone()).collect();
    assert!(ids[0] == ids[1] && ids[2] == ids[3] && ids[0] != ids[2], "{ids:?}");
}

#[test]
fn an_answer_has_a_score_from_0_to_10() {
    let parsed = read(
        "Email,Score,Response Time,Comment\na@example.com,9,2026-01-25,Lovely\na@example.com,0,2026-01-26,\n\
         a@example.com,11,2026-01-25,\na@example.com,good,2026-01-25,\na@example.com,,2026-01-25,\na@example.com,7,,\n",
        Kind::Nps,
    );
    let said =
        |score: &str, comment: Option<&str>| comment.map_or(json!({"score": score}), |c| json!({"score": score, "comment": c}));
    let answered = |day: &str, said: Value| ("NPS Answered".to_owned(), day.to_owned(), said);
    assert_eq!(told(&parsed), [answered("2026-01-25", said("9", Some("Lovely"))), answered("2026-01-26", said("0", None))]);
    assert_eq!(refused(&parsed), [(4, Some("score")), (5, Some("score")), (6, Some("score")), (7, Some("answered_at"))]);
}

#[test]
fn mail_is_read_in_both_forms_and_a_machine_s_open_is_marked() {
    let wide = read(
        "email,campaign,delivered_at,opened_at,clicked_at,machine\na@example.com,May,2026-05-01,2026-05-02,2026-05-03,yes\n\
         b@example.com,May,2026-05-01,,,\nc@example.com,May,,,,\n",
        Kind::Engagement,
    );
    let said = json!({"campaign": "May"});
    let event = |name: &str, day: &str, said: &Value| (name.to_owned(), day.to_owned(), said.clone());
    assert_eq!(
        told(&wide),
        [
            event("Email Delivered", "2026-05-01", &said),
            event("Email Opened", "2026-05-02", &json!({"campaign": "May", "machine": "true"})),
            event("Email Link Clicked", "2026-05-03", &said),
            event("Email Delivered", "2026-05-01", &said),
        ]
    );
    assert_eq!(refused(&wide), [(4, None)]);
    let long = read(
        "email,event,time,message_id\na@example.com,Received Email,2026-05-01,M\na@example.com,Opened Email,2026-05-02,M\n\
         a@example.com,Opened Email,2026-05-03,M\nb@example.com,Opened Email,2026-05-03,M\na@example.com,Bounced Email,2026-05-03,M\n\
         a@example.com,Clicked Email,,M\n",
        Kind::Engagement,
    );
    assert_eq!(told(&long).len(), 4);
    let Rows::Events(rows) = &long.rows else { panic!("events") };
    let keys: std::collections::BTreeSet<String> = rows.iter().map(|row| format!("{:?}", row.key)).collect();
    assert_eq!(keys.len(), 4, "a campaign's number is no recipient's, and somebody may open a message twice");
    assert_eq!(refused(&long), [(6, Some("event")), (7, Some("time"))]);
}

#[test]
fn a_consent_keeps_what_shows_it() {
    let parsed = read(
        "email,channel,consent,at,withdrawn_at,source,wording\na@example.com,,yes,2025-03-02,,Newsletter form,Send me offers\n\
         b@example.com,SMS,yes,2025-03-02,2025-04-01,,\nc@example.com,email,,2025-03-02,,,\nd@example.com,email,,,,,\n\
         e@example.com,pigeon,yes,2025-03-02,,,\nf@example.com,email,perhaps,,,,\n",
        Kind::Consent,
    );
    let day = |text: &str| Millis::parse_rfc3339(&format!("{text}T12:00:00Z")).ok();
    let seen: Vec<_> = people(&parsed)
        .iter()
        .flat_map(|row| &row.consents)
        .map(|c| (c.channel.as_str(), c.granted, c.at, c.source.as_deref(), c.wording.as_deref()))
        .collect();
    assert_eq!(
        seen,
        [
            ("email", true, day("2025-03-02"), Some("Newsletter form"), Some("Send me offers")),
            ("sms", false, day("2025-04-01"), None, None),
            ("email", true, day("2025-03-02"), None, None),
        ]
    );
    assert_eq!(refused(&parsed), [(5, Some("consent")), (6, Some("channel")), (7, Some("consent"))]);
}

#[test]
fn suppressions_are_read_in_the_words_of_mail_tools() {
    let parsed = read(
        "email,phone,reason,at\nOld@Example.com,,Unsubscribed,2025-11-02\ngone@example.com,+49 30 1234567,hard_bounce,\n\
         x@example.com,,spam report,\ny@example.com,,user request,\nno address,,bounced,\n,,bounced,\n,12,bounced,\n",
        Kind::Suppressions,
    );
    let Rows::Suppressions(rows) = &parsed.rows else { panic!("{parsed:?}") };
    let seen: Vec<_> =
        rows.iter().map(|row| (row.line, row.channel.as_str(), row.address.as_str(), row.reason.as_str())).collect();
    assert_eq!(
        seen,
        [
            (2, "email", "old@example.com", "unsubscribed"),
            (3, "email", "gone@example.com", "bounced"),
            (3, "sms", "+49301234567", "bounced"),
            (4, "email", "x@example.com", "complained"),
            (5, "email", "y@example.com", "imported"),
        ]
    );
    assert_eq!((parsed.rows.len(), parsed.rows.lines()), (5, 4));
    assert_eq!(refused(&parsed), [(6, Some("email")), (7, Some("email")), (8, Some("phone"))]);
}

#[test]
fn people_of_an_account_are_its_contacts_and_others_are_customers() {
    let parsed = read(
        "email,first_name,last_name,account_id,account_name,contact_role,job\n\
         grace@example.com,Grace,Example,A-7,Example Heating Ltd,champion,Engineer\nada@example.com,Ada,Example,,Tea club,,Painter\n",
        Kind::Contacts,
    );
    let [grace, ada] = people(&parsed) else { panic!("{parsed:?}") };
    assert_eq!((grace.who.external_id.as_deref(), grace.who.name.as_deref()), (Some("A-7"), Some("Example Heating Ltd")));
    assert_eq!((grace.kind.as_deref(), grace.contact_name.as_deref()), (Some("account"), Some("Grace Example")));
    assert_eq!((grace.contact_role, grace.traits.len()), (Some(ContactRole::Champion), 0));
    assert_eq!((ada.who.external_id.as_deref(), ada.who.name.as_deref(), ada.kind.as_deref()), (None, Some("Ada Example"), None));
    assert_eq!(ada.traits.keys().map(String::as_str).collect::<Vec<_>>(), ["account_name", "job"]);
    let accounts = read("Account ID,Account Name,Industry\nA-7,Example Heating Ltd,Construction\n", Kind::Accounts);
    let [account] = people(&accounts) else { panic!("{accounts:?}") };
    assert_eq!(
        (account.kind.as_deref(), account.traits.get("Industry").map(String::as_str)),
        (Some("account"), Some("Construction"))
    );
}
