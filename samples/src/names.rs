//! Made-up people: names in the alphabets that real customer lists hold, with a country, a time zone and a currency that fit.

use std::collections::BTreeSet;

use crate::draw::Draw;

mod latin;
mod other;

/// A made-up person.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) name: String,
    /// ASCII, at example.com or example.net, and nobody else's.
    pub(crate) email: String,
    /// In a range that the country keeps free for fiction, and nobody else's.
    pub(crate) phone: Option<String>,
    pub(crate) place: &'static Place,
}

/// Where somebody lives.
#[derive(Debug, PartialEq)]
pub(crate) struct Place {
    /// ISO 3166 alpha-2.
    pub(crate) country: &'static str,
    pub(crate) time_zone: &'static str,
    /// Standard time, whole hours: enough to put an order into somebody's evening.
    pub(crate) utc_offset: i32,
    /// What the shop charges there.
    pub(crate) currency: &'static str,
    weight: f64,
}

/// A made-up business.
#[derive(Debug)]
pub(crate) struct Company {
    pub(crate) name: String,
    /// ASCII, for addresses.
    key: String,
    pub(crate) place: &'static Place,
    culture: &'static Culture,
}

/// Addresses and phone numbers that are taken: an import takes two customers with the same one for the same person.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    emails: BTreeSet<String>,
    phones: BTreeSet<String>,
}

#[derive(Debug)]
struct Culture {
    weight: f64,
    order: Order,
    places: &'static [Place],
    women: &'static [&'static str],
    men: &'static [&'static str],
    /// Empty where women and men share them.
    families_of_women: &'static [&'static str],
    families: &'static [&'static str],
    /// What a business is called there; `{}` is a family name.
    companies: &'static [&'static str],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    GivenFirst,
    FamilyFirst,
    /// Without a space.
    FamilyFirstJoined,
    /// People with one name.
    GivenOnly,
}

impl Place {
    const fn new(country: &'static str, time_zone: &'static str, utc_offset: i32, currency: &'static str, weight: f64) -> Self {
        Self { country, time_zone, utc_offset, currency, weight }
    }
}

/// Customer number `index`. Some have a name that is legal and breaks careless software.
pub(crate) fn customer(draw: &mut Draw, index: usize, taken: &mut Taken) -> Person {
    let culture = culture(draw);
    let place = draw.pick_by(culture.places, |place| place.weight);
    let odd = if index % ODD_EVERY == ODD_AT { ODD_NAMES.get(index / ODD_EVERY) } else { None };
    let (name, address) = match odd {
        Some(&name) => (name.to_owned(), ascii(name)),
        None => drawn_name(draw, culture),
    };
    person(draw, name, &address, "", place, taken)
}

/// Business number `index`, and where it is. Some have a name that is legal and breaks careless software.
pub(crate) fn company(draw: &mut Draw, index: usize) -> Company {
    let culture = culture(draw);
    let place = draw.pick_by(culture.places, |place| place.weight);
    let (family, family_ascii) = both(draw.pick::<&'static str>(culture.families));
    let odd = if index % ODD_EVERY == ODD_AT { ODD_COMPANIES.get(index / ODD_EVERY) } else { None };
    match odd {
        Some(&name) => Company { name: name.to_owned(), key: ascii(name), place, culture },
        None => Company { name: draw.pick(culture.companies).replace("{}", family), key: family_ascii, place, culture },
    }
}

/// Somebody who works there.
pub(crate) fn colleague(draw: &mut Draw, company: &Company, taken: &mut Taken) -> Person {
    let (name, address) = drawn_name(draw, company.culture);
    person(draw, name, &address, &company.key, company.place, taken)
}

/// Lower-case ASCII for an address or a key: Latin letters lose their marks, everything else that is no letter or digit becomes
/// one dot between words.
pub(crate) fn ascii(text: &str) -> String {
    let mut out = String::new();
    for letter in text.chars().flat_map(char::to_lowercase) {
        match plain(letter) {
            Some(plain) => out.push_str(plain),
            None if letter.is_ascii_alphanumeric() => out.push(letter),
            None if matches!(letter, '\'' | '’') || !letter.is_ascii() => {}
            None if !out.is_empty() && !out.ends_with('.') => out.push('.'),
            None => {}
        }
    }
    let kept: String = out.trim_matches('.').chars().take(34).collect();
    kept.trim_end_matches('.').to_owned()
}

fn culture(draw: &mut Draw) -> &'static Culture {
    let total = |table: &[Culture]| table.iter().map(|culture| culture.weight).sum::<f64>();
    let (latin, other) = (total(latin::CULTURES), total(other::CULTURES));
    let table = if draw.unit() * (latin + other) < latin { latin::CULTURES } else { other::CULTURES };
    draw.pick_by(table, |culture| culture.weight)
}

fn drawn_name(draw: &mut Draw, culture: &'static Culture) -> (String, String) {
    let woman = draw.chance(0.5);
    let families = if woman && !culture.families_of_women.is_empty() { culture.families_of_women } else { culture.families };
    let (given, given_ascii) = both(draw.pick::<&'static str>(if woman { culture.women } else { culture.men }));
    let (family, family_ascii) = both(draw.pick::<&'static str>(families));
    let name = match culture.order {
        Order::GivenFirst => format!("{given} {family}"),
        Order::FamilyFirst => format!("{family} {given}"),
        Order::FamilyFirstJoined => format!("{family}{given}"),
        Order::GivenOnly => return (given.to_owned(), given_ascii),
    };
    (name, format!("{given_ascii}.{family_ascii}"))
}

/// The name as written, and in ASCII.
fn both(entry: &'static str) -> (&'static str, String) {
    match entry.split_once('|') {
        Some((native, latin)) => (native, latin.to_owned()),
        None => (entry, ascii(entry)),
    }
}

fn person(draw: &mut Draw, name: String, address: &str, company: &str, place: &'static Place, taken: &mut Taken) -> Person {
    let host = if draw.chance(0.7) { "example.com" } else { "example.net" };
    let start = if address.is_empty() { "customer" } else { address };
    let start =
        if company.is_empty() { start.to_owned() } else { format!("{start}+{}", company.chars().take(20).collect::<String>()) };
    let mut email = format!("{start}@{host}");
    let mut number = draw.whole(2, 99);
    while !taken.emails.insert(email.clone()) {
        email = format!("{start}{number}@{host}");
        number += 1;
    }
    let phone = fictional_phone(draw, place.country).filter(|phone| taken.phones.insert(phone.clone()));
    Person { name, email, phone, place }
}

/// Numbers that regulators keep for films: NANPA 555-01xx, Ofcom 07700 900xxx, ACMA 0491 570 xxx, Bundesnetzagentur
/// (0)30 23125 xxx, ARCEP 06 39 98 xx xx, PTS 070-174 06 xx. Elsewhere none.
fn fictional_phone(draw: &mut Draw, country: &str) -> Option<String> {
    if draw.chance(0.3) {
        return None;
    }
    let phone = match country {
        "US" => format!("+1{}55501{:02}", draw.pick(US_AREA_CODES), draw.below(100)),
        "CA" => format!("+1{}55501{:02}", draw.pick(&[416, 604, 613, 514, 403, 902]), draw.below(100)),
        "GB" => format!("+447700900{:03}", draw.below(1000)),
        "AU" => format!("+61491570{}", draw.pick(&["006", "156", "157", "158", "159", "110", "313", "737", "266"])),
        "DE" => format!("+493023125{:03}", draw.below(1000)),
        "FR" => format!("+33639980{:03}", draw.below(1000)),
        "SE" => format!("+467017406{:02}", draw.whole(5, 99)),
        _ => return None,
    };
    Some(phone)
}

const US_AREA_CODES: &[u16] = &[
    201, 202, 203, 205, 206, 207, 208, 212, 213, 214, 216, 303, 304, 305, 307, 312, 313, 314, 315, 404, 405, 406, 407, 410, 412,
    413, 414, 415, 501, 502, 503, 504, 505, 507, 512, 513, 515, 602, 603, 605, 608, 612, 614, 615, 617, 619, 701, 702, 704, 713,
];

/// Registered companies have such names, too.
const ODD_COMPANIES: &[&str] = &[
    "; DROP TABLE \"COMPANIES\";-- LTD",
    "O'Hara, O'Hara & Sons",
    "+Aid Ramps Ltd",
    "=Equal Lifts GmbH",
    "-40° Kältetechnik AG",
    "@Home Repairs",
    "🔧 Fixit Felix",
    "Null & Void Locksmiths",
    "The Worshipful Company of Chimney Sweeps, Stove Fitters, Flue Liners and Associated Trades of the Greater Upper Valley and Surroundings, Incorporated",
    "<script>alert('hello')</script> Web Electricians",
    "A",
    "Fitz\tTab Plumbing",
    "1e10 Meters",
    "Dot. Com, Inc., LLC",
];

const ODD_EVERY: usize = 19;
const ODD_AT: usize = 7;

/// Names that people really have, and that break software which splits, escapes or trusts them.
const ODD_NAMES: &[&str] = &[
    "Sinéad O'Neil",
    "Reed, Thomas (Tom)",
    "Zoë 🌻 Sunshine",
    "Hubert Blaine Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh-Cholmondeley de la Rochefoucauld y Fernández de Córdoba, Junior",
    "Jennifer Null",
    "Ng",
    "Martin \"Marty\" King",
    "-Ann Leigh",
    "True Faulkner",
    "d’Arcy O’Flaherty",
    "=Adaeze Equal",
    "+Mercy Plusquellic",
    "@lex Atkins",
    "E",
    "Robert'); Tables",
    "<b>Bo</b> Derrick",
    "Anne-Marie\u{a0}Du\u{2011}Pont",
    "Nguye\u{302}\u{303}n Thi\u{323} Ho\u{302}\u{300}ng",
    "X Æ A-12 Holm",
    "محمد O'Brien",
    "Test Testerman",
    "Jean; Pierre",
    "{{ first_name }} Curley",
    "100% Wool Wooler",
    "undefined Void",
    "Dr. Dr. h.c. Ilse Freifrau von und zu der Tann",
];

#[rustfmt::skip]
fn plain(letter: char) -> Option<&'static str> {
    Some(match letter {
        'à' | 'á' | 'â' | 'ã' | 'ă' | 'ą' | 'ạ' | 'å' => "a",
        'ä' | 'æ' => "ae",
        'ç' | 'ć' | 'č' => "c",
        'ď' | 'đ' | 'ð' => "d",
        'è' | 'é' | 'ê' | 'ë' | 'ę' | 'ě' | 'ẹ' | 'ế' | 'ễ' | 'ề' => "e",
        'ğ' => "g",
        'ì' | 'í' | 'î' | 'ï' | 'ı' | 'ị' => "i",
        'ł' | 'ľ' => "l",
        'ñ' | 'ń' | 'ň' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ọ' | 'ơ' | 'ố' | 'ồ' => "o",
        'ö' | 'ø' => "oe",
        'ř' => "r",
        'ś' | 'š' | 'ş' | 'ṣ' => "s",
        'ß' => "ss",
        'ť' => "t",
        'þ' => "th",
        'ù' | 'ú' | 'û' | 'ů' | 'ư' | 'ỳ' => "u",
        'ü' => "ue",
        'ý' => "y",
        'ź' | 'ż' | 'ž' => "z",
        _ => return None,
    })
}
