//! Both sample shops go through the ordinary import without a refused row.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test may fail loudly anywhere")]

use samples::{Files, REFERENCE_DAY, SEED, Shop, generate};
use shared::event::{self, Event};
use shared::import::{Defaults, Kind, Parsed, Parser, Rows, guess};
use shared::money::Currency;
use shared::time::{Day, Millis};

/// A day on which somebody tries the shop, and how far its dates move for that.
const TODAY: Day = Day(20_700);

fn reference() -> Day {
    Millis::parse_rfc3339(&format!("{REFERENCE_DAY}T00:00:00Z")).expect("a date").day()
}

/// As the browser does it: guessed from the start of the file, the kind known, dates moved up to today.
fn parsed(csv: &str, kind: Kind) -> Vec<Parsed> {
    let bytes = csv.as_bytes();
    let defaults = Defaults { currency: Currency::USD, time_zone: "America/New_York".to_owned() };
    let guess = guess(&bytes[..bytes.len().min(200_000)], Some(kind), &defaults);
    let mut options = guess.options;
    options.shift_days = TODAY.since(reference());
    let mut parser = Parser::new(options, TODAY.start()).expect("options that fit");
    let mut pieces: Vec<Parsed> = bytes.chunks(100_000).map(|piece| parser.push(piece)).collect();
    pieces.push(parser.finish());
    pieces
}

fn files(shop: Shop) -> Files {
    generate(shop, SEED, 500)
}

#[test]
fn every_row_is_taken() {
    for shop in Shop::ALL {
        let files = files(shop);
        for (csv, kind) in [
            (&files.rates, Kind::Rates),
            (&files.customers, Kind::Customers),
            (&files.orders, Kind::Orders),
            (&files.events, Kind::Events),
        ] {
            let pieces = parsed(csv, kind);
            let rejected: Vec<_> = pieces.iter().flat_map(|piece| &piece.rejected).take(3).collect();
            assert!(rejected.is_empty(), "{shop:?} {kind:?}: {rejected:?}");
            assert_eq!(pieces.iter().map(|piece| piece.rows.len()).sum::<usize>(), csv.lines().count() - 1, "{shop:?} {kind:?}");
            assert_eq!(pieces.iter().map(|piece| piece.moved_to_now).sum::<u32>(), 0, "{shop:?} {kind:?} lies in the future");
        }
    }
}

#[test]
fn phones_countries_zones_and_roles_are_understood_and_other_columns_kept() {
    for (shop, column) in [(Shop::Store, "found_through"), (Shop::Saas, "trade")] {
        for piece in parsed(&files(shop).customers, Kind::Customers) {
            let Rows::Customers(rows) = piece.rows else { panic!("customers") };
            for row in rows {
                assert!(row.traits.contains_key(column), "{row:?}");
                // What is not understood is kept as a trait of that name.
                let fields = ["phone", "country", "time_zone", "contact_role"];
                assert!(fields.iter().all(|&field| !row.traits.contains_key(field)), "{row:?}");
                assert_eq!(row.contact_role.is_some() && row.contact_name.is_some(), shop == Shop::Saas, "{row:?}");
                assert!(row.country.is_some() && row.time_zone.is_some() && row.created_at.is_some() && row.kind.is_some());
            }
        }
    }
}

#[test]
fn every_event_is_of_the_vocabulary_and_says_what_it_must() {
    for shop in Shop::ALL {
        for piece in parsed(&files(shop).events, Kind::Events) {
            let Rows::Events(rows) = piece.rows else { panic!("events") };
            for row in rows {
                match event::read(&row.name, row.occurred_at, &row.properties) {
                    Event::Unreadable => panic!("{row:?}"),
                    Event::FeatureUsed { feature, .. } => assert_ne!(feature, row.name, "not a name of the vocabulary"),
                    Event::TermPaid(terms) => {
                        assert!(terms.end.is_some_and(|end| end > row.occurred_at.day()), "{row:?}");
                        assert!(terms.plan.is_some() && terms.seats.is_some() && terms.price.is_some(), "{row:?}");
                    }
                    Event::TicketOpened { id, tone, .. } => assert!(id.is_some() && tone.is_some(), "{row:?}"),
                    _ => {}
                }
            }
        }
    }
}
