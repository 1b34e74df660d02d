//! What the pages about imports say, as sentences. Numbers and days are written by the caller's functions, so that tests need no
//! browser.

use shared::api::worker::{Check, Progress, Reading, Waiting};
use shared::api::{Import, ImportStatus, Way};
use shared::import::{DateOrder, Encoding, Kind, Shape};
use shared::money::Money;
use shared::time::Day;

/// How figures are written for the reader.
#[derive(Clone, Copy)]
pub struct Pens {
    pub count: fn(u64) -> String,
    /// Of an ISO date.
    pub day: fn(&str) -> String,
    pub money: fn(Money) -> String,
    /// Of an RFC 3339 time, in the shop's zone.
    pub moment: fn(&str, &str) -> String,
}

pub fn kind_title(kind: Kind) -> &'static str {
    match kind {
        Kind::Orders => "Orders",
        Kind::Customers => "Customers",
        Kind::Events => "Events",
        Kind::Rates => "Exchange rates",
        Kind::Contacts => "Contacts",
        Kind::Accounts => "Accounts",
        Kind::Subscriptions => "Subscriptions",
        Kind::Tickets => "Support tickets",
        Kind::Nps => "NPS answers",
        Kind::Engagement => "E-mail engagement",
        Kind::Consent => "Consent",
        Kind::Suppressions => "Suppressed addresses",
        Kind::Products => "Products",
    }
}

/// "6,919 orders", "1 customer".
pub fn things(kind: Kind, count: u64, pens: Pens) -> String {
    let (one, many) = match kind {
        Kind::Orders => ("order", "orders"),
        Kind::Customers => ("customer", "customers"),
        Kind::Events => ("event", "events"),
        Kind::Rates => ("exchange rate", "exchange rates"),
        Kind::Contacts => ("contact", "contacts"),
        Kind::Accounts => ("account", "accounts"),
        Kind::Subscriptions => ("subscription", "subscriptions"),
        Kind::Tickets => ("ticket", "tickets"),
        Kind::Nps => ("answer", "answers"),
        Kind::Engagement => ("row of mail", "rows of mail"),
        Kind::Consent => ("consent", "consents"),
        Kind::Suppressions => ("suppressed address", "suppressed addresses"),
        Kind::Products => ("product", "products"),
    };
    format!("{} {}", (pens.count)(count), if count == 1 { one } else { many })
}

/// What an import would do: "6,919 orders of 2,357 customers from 1 Jan 1997 to 30 Jun 1998, 0 rows rejected".
pub fn verdict(check: &Check, kind: Kind, pens: Pens) -> String {
    let mut text = things(kind, check.rows_accepted, pens);
    if matches!(kind.shape(), Shape::Orders | Shape::Events) {
        text.push_str(&format!(" of {}", things(Kind::Customers, check.customers, pens)));
    }
    if let (Some(first), Some(last)) = (check.first, check.last) {
        let (first, last) = (first.day(), last.day());
        if first == last {
            text.push_str(&format!(" on {}", written(first, pens)));
        } else {
            text.push_str(&format!(" from {} to {}", written(first, pens), written(last, pens)));
        }
    }
    format!("{text}, {} rejected", rows(check.rows_rejected, pens))
}

/// Where everybody stands after scoring.
pub fn found(immediate: u64, moderate: u64, early: u64, lost: u64, pens: Pens) -> String {
    let count = pens.count;
    format!(
        "{} at risk: {} immediate, {} moderate, {} early. {} lost.",
        things(Kind::Customers, immediate + moderate + early, pens),
        count(immediate),
        count(moderate),
        count(early),
        count(lost),
    )
}

/// What else a check found, a sentence each.
pub fn remarks(check: &Check, kind: Kind, pens: Pens) -> Vec<String> {
    let mut remarks = Vec::new();
    if check.rows_repeated > 0 {
        let what = match kind {
            Kind::Orders => "an order number",
            Kind::Products => "a product's number",
            _ => "a number",
        };
        remarks.push(format!(
            "{} {what} that came before in the file: the later row replaces the earlier.",
            if check.rows_repeated == 1 {
                "1 row repeats".to_owned()
            } else {
                format!("{} rows repeat", (pens.count)(check.rows_repeated))
            },
        ));
    }
    if check.moved_to_now > 0 {
        remarks.push(format!(
            "{} dated up to two days ahead: taken as happening now.",
            if check.moved_to_now == 1 {
                "1 row is".to_owned()
            } else {
                format!("{} rows are", (pens.count)(check.moved_to_now))
            },
        ));
    }
    if check.opt_outs > 0 {
        remarks.push(format!(
            "{} to be contacted on at least one channel. An import never turns a no back into a yes.",
            if check.opt_outs == 1 {
                "1 customer asks not".to_owned()
            } else {
                format!("{} customers ask not", (pens.count)(check.opt_outs))
            },
        ));
    }
    remarks
}

/// How many days the plan makes this take, and whether the page is needed as long; none where today is enough.
pub fn days(days: u32, way: Way, longest: u64, pens: Pens) -> Option<String> {
    let needs = format!("This import needs {} days on your plan", (pens.count)(u64::from(days)));
    (days > 1).then(|| match way {
        Way::Whole => format!(
            "{needs}: Rekindle takes the file whole, stops at each day's limit and goes on by itself after midnight UTC. You can close \
             this tab once the file is sent."
        ),
        Way::Batches => format!(
            "{needs}, and the file is larger than the {} that Rekindle takes whole: keep this tab open. The import stops at each day's \
             limit and goes on after midnight UTC while the tab is open; should it close, choose the same file again and it goes on \
             where it stopped.",
            size(longest),
        ),
    })
}

/// What the page is still needed for while an import is under way.
pub fn advice(way: Way, stored: bool) -> &'static str {
    match (stored, way) {
        (true, _) => {
            "Rekindle has the whole file: you can close this tab. The import goes on by itself, and History shows how far it is."
        }
        (false, Way::Whole) => "Keep this tab open until the file is sent; from then on the import goes on by itself.",
        (false, Way::Batches) => {
            "You can look at other pages meanwhile; keep this tab open. Should it close, choose the same file again and the import goes \
             on where it stopped."
        }
    }
}

/// Neither done, failed nor cancelled.
pub fn is_open(import: &Import) -> bool {
    !matches!(import.status, ImportStatus::Done | ImportStatus::Failed | ImportStatus::Cancelled)
}

/// What makes an unfinished import go on.
pub fn goes_on(import: &Import) -> Option<&'static str> {
    match (import.stored, import.status) {
        (true, ImportStatus::Queued | ImportStatus::Running | ImportStatus::Paused) => Some("Goes on by itself"),
        (false, ImportStatus::Receiving | ImportStatus::Paused) => Some("Choose the same file again to go on"),
        _ => None,
    }
}

/// What is left of an import that this page stopped at; none where there is nothing to go on with.
pub fn after_a_stop(import: &Import) -> Option<&'static str> {
    is_open(import).then_some(if import.stored {
        "Rekindle has the whole file: the import goes on by itself, and History shows how far it is."
    } else {
        "What is stored stays. Start again with the same file and options, and it goes on from there."
    })
}

/// How far a file is read, in 0..=1.
pub fn share(reading: &Reading) -> Option<f64> {
    let total = reading.bytes_total.filter(|&total| total > 0)?;
    Some((reading.bytes_read as f64 / total as f64).min(1.0))
}

pub fn reading(reading: &Reading, pens: Pens) -> String {
    match reading.bytes_total {
        Some(total) => format!("{}, {} of {}", rows(reading.rows_read, pens), size(reading.bytes_read), size(total)),
        None => format!("{}, {} unpacked", rows(reading.rows_read, pens), size(reading.bytes_read)),
    }
}

/// How far an import is, in 0..=1: by the rows of a file that was checked before, else by whole files.
pub fn sent(progress: &Progress, checked: Option<&Check>) -> Option<f64> {
    let done = |import: &Import| import.rows_accepted + import.rows_duplicate + import.rows_rejected;
    match checked.map(|check| check.rows_accepted + check.rows_rejected) {
        Some(rows) if rows > 0 && progress.files == 1 => Some((done(&progress.import) as f64 / rows as f64).min(1.0)),
        _ if progress.files > 1 => Some(f64::from(progress.file.saturating_sub(1)) / f64::from(progress.files)),
        _ => share(&progress.reading),
    }
}

/// A reason as it stands in a table: with a capital letter first.
pub fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| std::iter::once(first.to_ascii_uppercase()).chain(letters).collect()).unwrap_or_default()
}

/// "12,000 rows stored: 11,990 new or changed, 10 known already, 0 rejected".
pub fn stored(import: &Import, pens: Pens) -> String {
    format!(
        "{} stored: {} new or changed, {} known already, {} rejected",
        rows(import.rows_read, pens),
        (pens.count)(import.rows_accepted),
        (pens.count)(import.rows_duplicate),
        (pens.count)(import.rows_rejected),
    )
}

/// Heading of the progress: which file of how many, and what it holds.
pub fn sending(progress: &Progress) -> String {
    let what = Kind::parse(&progress.import.kind)
        .map_or_else(|| progress.import.kind.clone(), |kind| kind_title(kind).to_ascii_lowercase().replace("nps", "NPS"));
    match progress.files {
        0 | 1 => format!("Importing {what}"),
        files => format!("Importing {what}, file {} of {files}", progress.file),
    }
}

pub fn waiting(waiting: &Waiting, zone: &str, pens: Pens) -> String {
    match waiting {
        Waiting::Retry { attempt, seconds } => format!(
            "Rekindle did not take the last rows (try {attempt}). Trying again in {seconds} {}; nothing is lost.",
            if *seconds == 1 { "second" } else { "seconds" },
        ),
        Waiting::DailyLimit { resume_at } => {
            let when = resume_at
                .as_ref()
                .map_or_else(|| "after midnight UTC".to_owned(), |at| format!("at {}", (pens.moment)(at, zone)));
            format!("Today's limit of your plan is reached. Goes on by itself {when} while this page stays open.")
        }
        Waiting::NextDay { resume_at } => {
            let when = resume_at
                .as_ref()
                .map_or_else(|| "after midnight UTC".to_owned(), |at| format!("at {}", (pens.moment)(at, zone)));
            format!("Today's limit of your plan is reached. Goes on by itself {when}, also with this tab closed.")
        }
    }
}

pub fn status_title(status: ImportStatus) -> &'static str {
    match status {
        ImportStatus::Receiving => "Receiving",
        ImportStatus::Queued => "Queued",
        ImportStatus::Running => "Running",
        ImportStatus::Paused => "Paused",
        ImportStatus::Done => "Done",
        ImportStatus::Failed => "Failed",
        ImportStatus::Cancelled => "Cancelled",
    }
}

pub fn status(import: &Import, zone: &str, pens: Pens) -> String {
    let word = status_title(import.status);
    match &import.resume_at {
        Some(at) if import.status == ImportStatus::Paused => format!("{word} until {}", (pens.moment)(at, zone)),
        _ => word.to_owned(),
    }
}

/// "245 KB"
pub fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{} KB", bytes.div_ceil(1_000)),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}

pub const ENCODINGS: [(Encoding, &str, &str); 5] = [
    (Encoding::Utf8, "utf8", "UTF-8"),
    (Encoding::Windows1252, "windows1252", "Windows-1252 (older Excel)"),
    (Encoding::Utf16Le, "utf16_le", "UTF-16, little-endian"),
    (Encoding::Utf16Be, "utf16_be", "UTF-16, big-endian"),
    (Encoding::Json, "json", "JSON, a feed of products"),
];

pub const DATE_ORDERS: [(DateOrder, &str, &str); 3] = [
    (DateOrder::YearFirst, "year_first", "Year first, as 2026-12-31"),
    (DateOrder::DayFirst, "day_first", "Day first, as 31.12.2026"),
    (DateOrder::MonthFirst, "month_first", "Month first, as 12/31/2026"),
];

pub const DELIMITERS: [(char, &str); 4] = [(',', "Comma ,"), (';', "Semicolon ;"), ('\t', "Tab"), ('|', "Bar |")];

fn rows(count: u64, pens: Pens) -> String {
    format!("{} {}", (pens.count)(count), if count == 1 { "row" } else { "rows" })
}

fn written(day: Day, pens: Pens) -> String {
    (pens.day)(&day.iso())
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::id::Id;
    use shared::time::Millis;

    const PENS: Pens = Pens {
        count: |count| count.to_string(),
        day: |iso| iso.to_owned(),
        money: |money| money.amount(),
        moment: |at, zone| format!("{at} {zone}"),
    };

    fn import(status: ImportStatus) -> Import {
        Import {
            id: Id::from_parts(1, &[1; 10]),
            kind: "orders".into(),
            status,
            file_name: None,
            sample: false,
            dry_run: false,
            stored: false,
            rows_read: 100,
            rows_accepted: 90,
            rows_duplicate: 8,
            rows_rejected: 2,
            next_batch: 1,
            error: None,
            resume_at: Some("2026-01-02T00:00:00Z".into()),
            created_at: String::new(),
            finished_at: None,
        }
    }

    #[test]
    fn a_verdict_counts_things_people_days_and_rejected_rows() {
        let check = Check {
            rows_accepted: 6_919,
            customers: 2_357,
            first: Millis::parse_rfc3339("1997-01-01T12:00:00Z").ok(),
            last: Millis::parse_rfc3339("1998-06-30T12:00:00Z").ok(),
            ..Check::default()
        };
        assert_eq!(
            verdict(&check, Kind::Orders, PENS),
            "6919 orders of 2357 customers from 1997-01-01 to 1998-06-30, 0 rows rejected"
        );
        let one = Check { rows_accepted: 1, customers: 1, rows_rejected: 1, last: check.first, ..check };
        assert_eq!(verdict(&one, Kind::Events, PENS), "1 event of 1 customer on 1997-01-01, 1 row rejected");
        assert_eq!(verdict(&Check::default(), Kind::Customers, PENS), "0 customers, 0 rows rejected");
    }

    #[test]
    fn remarks_are_made_only_where_there_is_something_to_say() {
        assert!(remarks(&Check::default(), Kind::Orders, PENS).is_empty());
        let check = Check { rows_repeated: 2, opt_outs: 1, moved_to_now: 1, ..Check::default() };
        let said = remarks(&check, Kind::Orders, PENS);
        assert!(said[0].starts_with("2 rows repeat an order number"), "{said:?}");
        assert!(said[1].starts_with("1 row is dated"), "{said:?}");
        assert!(said[2].starts_with("1 customer asks not"), "{said:?}");
    }

    #[test]
    fn days_are_said_only_where_one_is_not_enough() {
        assert_eq!(days(1, Way::Whole, 30_000_000, PENS), None);
        assert_eq!(days(1, Way::Batches, 30_000_000, PENS), None);
        let whole = days(3, Way::Whole, 30_000_000, PENS).unwrap_or_default();
        assert!(whole.contains("needs 3 days") && whole.contains("You can close this tab"), "{whole}");
        let batches = days(3, Way::Batches, 30_000_000, PENS).unwrap_or_default();
        assert!(batches.contains("30.0 MB") && batches.contains("keep this tab open"), "{batches}");
    }

    #[test]
    fn only_an_import_whose_file_is_stored_goes_on_by_itself() {
        let of = |status, stored| Import { stored, ..import(status) };
        assert_eq!(goes_on(&of(ImportStatus::Paused, true)), Some("Goes on by itself"));
        assert_eq!(goes_on(&of(ImportStatus::Paused, false)), Some("Choose the same file again to go on"));
        assert_eq!(goes_on(&of(ImportStatus::Done, true)), None);
        assert!(after_a_stop(&of(ImportStatus::Running, true)).is_some_and(|text| text.contains("by itself")));
        assert_eq!(after_a_stop(&of(ImportStatus::Failed, true)), None);
        assert!(advice(Way::Whole, true).contains("you can close this tab"));
        assert!(advice(Way::Whole, false).contains("until the file is sent"));
        let resume_at = Some("2026-01-02T00:00:00Z".into());
        assert!(waiting(&Waiting::NextDay { resume_at }, "UTC", PENS).ends_with("with this tab closed."));
    }

    #[test]
    fn a_packed_file_has_no_share() {
        let of = |bytes_total| share(&Reading { bytes_read: 50, bytes_total, rows_read: 1 });
        assert_eq!((of(None), of(Some(0)), of(Some(200)), of(Some(10))), (None, None, Some(0.25), Some(1.0)));
    }

    #[test]
    fn progress_counts_the_rows_of_a_checked_file_and_the_files_of_a_sample_shop() {
        let at = |file, files| Progress {
            reading: Reading { bytes_read: 9, bytes_total: Some(10), rows_read: 400 },
            import: import(ImportStatus::Receiving),
            file,
            files,
            waiting: None,
        };
        let check = Check { rows_accepted: 390, rows_rejected: 10, ..Check::default() };
        assert_eq!(sent(&at(1, 1), Some(&check)), Some(0.25), "100 of 400 rows are stored, however much is read");
        assert_eq!(sent(&at(3, 4), None), Some(0.5));
        assert_eq!(sent(&at(1, 1), None), Some(0.9));
    }

    #[test]
    fn a_paused_import_says_until_when_and_a_done_one_does_not() {
        assert_eq!(status(&import(ImportStatus::Paused), "UTC", PENS), "Paused until 2026-01-02T00:00:00Z UTC");
        assert_eq!(status(&import(ImportStatus::Done), "UTC", PENS), "Done");
        assert_eq!(stored(&import(ImportStatus::Done), PENS), "100 rows stored: 90 new or changed, 8 known already, 2 rejected");
    }

    #[test]
    fn sizes_are_told_in_the_unit_that_fits() {
        let cases = [(999, "999 bytes"), (1_000, "1 KB"), (244_500, "245 KB"), (41_234_567, "41.2 MB")];
        for (bytes, text) in cases {
            assert_eq!(size(bytes), text);
        }
    }
}
