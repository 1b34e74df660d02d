//! What one row may hold: the parser cuts or refuses by these, and the worker checks them again.

/// Bytes of one row. Longer ones are refused, skipped to their end and never held.
pub const ROW_BYTES: usize = 1_000_000;
/// Characters of a refused row that are kept for the download.
pub const RAW_CHARS: usize = 2_000;
/// Columns whose names are remembered, and characters of a name.
pub const COLUMNS: usize = 1_000;
pub const COLUMN_NAME_CHARS: usize = 100;

/// Ids of customers, orders and events.
pub const ID_CHARS: usize = 200;
/// Of an event that a row of another kind tells: the row's id, what it is of and which of its events.
pub const EVENT_KEY_CHARS: usize = ID_CHARS + 40;
/// RFC 5321: 64 before the @, 254 in all.
pub const EMAIL_CHARS: usize = 254;
pub const NAME_CHARS: usize = 200;
/// Minor units. A thousand such orders still fit into an `i64` 9 times over, and each into a JSON number exactly.
pub const AMOUNT: i64 = 1_000_000_000_000_000;
pub const ITEMS: usize = 100;
pub const ITEM_CHARS: usize = 200;
pub const CODES: usize = 20;
pub const CODE_CHARS: usize = 60;
pub const TAGS: usize = 50;
pub const TAG_CHARS: usize = 60;
pub const TRAITS: usize = 50;
pub const TRAIT_NAME_CHARS: usize = 60;
pub const TRAIT_CHARS: usize = 500;
pub const CONSENTS: usize = 10;
pub const EVENT_NAME_CHARS: usize = 100;
pub const PROPERTIES: usize = 100;
pub const PROPERTIES_BYTES: usize = 16_384;
pub const PROPERTIES_DEPTH: usize = 32;
pub const RATE: f64 = 1e9;
/// Texts of tickets, comments and what somebody agreed to.
pub const TEXT_CHARS: usize = 2_000;
/// Addresses of pages and images.
pub const LINK_CHARS: usize = 2_000;
/// Of a product, either way: nobody holds more, and a JSON number is exact.
pub const STOCK: i64 = 1_000_000_000_000;

/// A time up to this far ahead of now becomes now (time zones, clocks that are off); a later one is a mistake in the date order.
pub const AHEAD_MILLIS: i64 = 48 * 3_600_000;
/// What is paid for may end so far ahead: twenty years.
pub const TERM_MILLIS: i64 = 20 * 366 * 86_400_000;
