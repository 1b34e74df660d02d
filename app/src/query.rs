//! What a list shows, as the address bar keeps it: a link to a filtered list opens the same list.

use shared::api::{Lifecycle, Tier};

/// Filters, search and order of a list of customers. The default has an empty query string.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListQuery {
    /// None is the list's own default.
    pub tiers: Vec<Tier>,
    /// Radar's tab.
    pub view: View,
    pub search: String,
    /// The id of a person, [`ME`] or [`NOBODY`]; none is anybody.
    pub owner: Option<String>,
    pub tag: Option<String>,
    /// A code or an id, as the API takes it.
    pub segment: Option<String>,
    /// None is all, here and below.
    pub lifecycle: Vec<Lifecycle>,
    /// Two capital letters each.
    pub country: Vec<String>,
    /// As the API takes it, such as `value` or `-name`; none is the list's own default.
    pub sort: Option<String>,
}

/// Whom a list is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum View {
    /// Those at risk on Radar, everybody among Customers.
    #[default]
    Own,
    Lost,
    /// Those of whom somebody said that they are not at risk.
    SetAside,
}

/// For an address that everybody can share: each sees their own.
pub const ME: &str = "me";
pub const NOBODY: &str = "none";

/// Orders that the API knows.
pub const SORTS: [(&str, &str); 7] = [
    ("risk", "Highest risk"),
    ("value", "Highest value"),
    ("deadline", "Earliest deadline"),
    ("last_order", "Latest order"),
    ("name", "Name"),
    ("waiting", "Costliest wait"),
    ("regain", "Most to win back"),
];

impl ListQuery {
    /// Reads `tier=…&view=lost&q=…&owner=…&tag=…&lifecycle=…&country=…&sort=…`; what it does not know is left out.
    pub fn parse(search: &str) -> Self {
        let mut query = Self::default();
        for (name, value) in pairs(search) {
            match name.as_str() {
                "tier" => query.tiers = value.split(',').filter_map(Tier::parse).collect(),
                "view" => query.view = View::parse(&value),
                "q" => query.search = value,
                "owner" if is_owner(&value) => query.owner = Some(value),
                "tag" if !value.trim().is_empty() => query.tag = Some(value),
                "segment" if !value.trim().is_empty() => query.segment = Some(value),
                "lifecycle" => query.lifecycle = value.split(',').filter_map(lifecycle).collect(),
                "country" => query.country = countries(&value),
                "sort" if is_sort(&value) => query.sort = Some(value),
                _ => {}
            }
        }
        query
    }

    /// With the leading `?`, or empty.
    pub fn address(&self) -> String {
        self.written(&[("view", self.view.as_str())], &self.tiers, &self.search, self.sort.as_deref().unwrap_or(""), &[])
    }

    /// Of `GET /api/customers` and its export; `defaults` are the tiers and the order where the reader chose none.
    pub fn api(&self, defaults: (&[Tier], &str), window: Option<(u64, u64)>) -> String {
        let tiers = if self.tiers.is_empty() { defaults.0 } else { &self.tiers };
        let (limit, offset) = window.map(|(limit, offset)| (limit.to_string(), offset.to_string())).unwrap_or_default();
        let offset = if offset == "0" { "" } else { &offset };
        let sort = self.sort.as_deref().unwrap_or(defaults.1);
        self.written(&[], tiers, self.search.trim(), sort, &[("limit", &limit), ("offset", offset)])
    }

    /// What narrows the list down, without its order.
    pub fn filters(&self) -> Self {
        Self { sort: None, ..self.clone() }
    }

    /// The same list as it stands where nothing was chosen: Radar's tab stays.
    pub fn cleared(&self) -> Self {
        Self { view: self.view, sort: self.sort.clone(), ..Self::default() }
    }

    fn written(&self, first: &[(&str, &str)], tiers: &[Tier], search: &str, sort: &str, last: &[(&str, &str)]) -> String {
        let lifecycle = self.lifecycle.iter().map(|lifecycle| lifecycle.as_str()).collect::<Vec<_>>().join(",");
        let middle = [
            ("tier", tier_list(tiers)),
            ("q", search.to_owned()),
            ("owner", self.owner.clone().unwrap_or_default()),
            ("tag", self.tag.clone().unwrap_or_default()),
            ("segment", self.segment.clone().unwrap_or_default()),
            ("lifecycle", lifecycle),
            ("country", self.country.join(",")),
            ("sort", sort.to_owned()),
        ];
        let middle = middle.iter().map(|(name, value)| (*name, value.as_str()));
        let pairs: Vec<_> = first.iter().copied().chain(middle).chain(last.iter().copied()).collect();
        address(&pairs)
    }

    /// Chooses one tier, or gives the choice up where it was the only one.
    pub fn toggle(&mut self, tier: Tier) {
        if self.tiers == [tier] {
            self.tiers.clear();
        } else {
            self.tiers = vec![tier];
        }
    }
}

impl View {
    fn as_str(self) -> &'static str {
        match self {
            Self::Own => "",
            Self::Lost => "lost",
            Self::SetAside => "set_aside",
        }
    }

    fn parse(text: &str) -> Self {
        [Self::Lost, Self::SetAside].into_iter().find(|view| view.as_str() == text).unwrap_or_default()
    }
}

/// Countries as somebody types them: `pt, ES` is `PT` and `ES`; what is no pair of letters is left out.
pub fn countries(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for word in text.split([',', ' ', ';']).map(str::to_ascii_uppercase) {
        if word.len() == 2 && word.bytes().all(|byte| byte.is_ascii_uppercase()) && !found.contains(&word) {
            found.push(word);
        }
    }
    found
}

/// Percent-decoded pairs of a query string, with or without its `?`.
pub fn pairs(search: &str) -> Vec<(String, String)> {
    let search = search.strip_prefix('?').unwrap_or(search);
    search
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decode(name), decode(value)))
        .collect()
}

/// `?name=value&…` of the pairs that have a value, or nothing.
pub fn address(pairs: &[(&str, &str)]) -> String {
    let mut text = String::new();
    for (name, value) in pairs.iter().filter(|(_, value)| !value.is_empty()) {
        text.push(if text.is_empty() { '?' } else { '&' });
        text.push_str(name);
        text.push('=');
        encode(value, &mut text);
    }
    text
}

fn tier_list(tiers: &[Tier]) -> String {
    tiers.iter().map(|tier| tier.as_str()).collect::<Vec<_>>().join(",")
}

fn is_owner(value: &str) -> bool {
    value == ME || value == NOBODY || shared::id::Id::parse(value).is_ok()
}

fn lifecycle(value: &str) -> Option<Lifecycle> {
    Lifecycle::ALL.into_iter().find(|lifecycle| lifecycle.as_str() == value)
}

fn is_sort(value: &str) -> bool {
    let name = value.strip_prefix('-').unwrap_or(value);
    SORTS.iter().any(|(known, _)| *known == name)
}

fn encode(value: &str, into: &mut String) {
    for byte in value.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b',' => into.push(char::from(byte)),
            _ => into.push_str(&format!("%{byte:02X}")),
        }
    }
}

fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let mut ahead = rest.clone();
                let hex = [ahead.next(), ahead.next()].map(|digit| digit.and_then(|digit| char::from(digit).to_digit(16)));
                match hex {
                    [Some(high), Some(low)] => {
                        bytes.push((high * 16 + low) as u8);
                        rest = ahead;
                    }
                    _ => bytes.push(b'%'),
                }
            }
            _ => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_reads_back_as_the_same_list() {
        let lists = [
            ListQuery::default(),
            ListQuery {
                tiers: vec![Tier::Immediate, Tier::Early],
                search: "O’Neil & 田中 100% +1".to_owned(),
                ..ListQuery::default()
            },
            ListQuery { view: View::Lost, sort: Some("-value".to_owned()), ..ListQuery::default() },
            ListQuery { view: View::SetAside, ..ListQuery::default() },
            ListQuery {
                owner: Some(ME.to_owned()),
                tag: Some("VIP & friends, 50% =off".to_owned()),
                lifecycle: vec![Lifecycle::AtRisk, Lifecycle::WonBack],
                country: vec!["PT".to_owned(), "ES".to_owned()],
                ..ListQuery::default()
            },
        ];
        for list in lists {
            assert_eq!(ListQuery::parse(&list.address()), list);
        }
        assert_eq!(ListQuery::default().address(), "");
    }

    #[test]
    fn what_an_address_says_wrongly_is_left_out() {
        let list = ListQuery::parse(
            "?tier=immediate,nonsense&sort=drop table&view=x&q=%zz%4&other=1&owner=bob&lifecycle=x&country=P1,,PRT&tag=+",
        );
        assert_eq!(list, ListQuery { tiers: vec![Tier::Immediate], search: "%zz%4".to_owned(), ..ListQuery::default() });
    }

    #[test]
    fn the_api_gets_the_lists_defaults_where_nothing_is_chosen() {
        let list = ListQuery { search: " ana ".to_owned(), ..ListQuery::default() };
        assert_eq!(list.api((&[Tier::Lost], "value"), Some((100, 200))), "?tier=lost&q=ana&sort=value&limit=100&offset=200");
        assert_eq!(list.api((&[], "risk"), None), "?q=ana&sort=risk");
        let list = ListQuery { owner: Some(NOBODY.to_owned()), country: vec!["PT".to_owned()], ..ListQuery::default() };
        assert_eq!(list.api((&[], "risk"), None), "?owner=none&country=PT&sort=risk");
    }

    #[test]
    fn clearing_keeps_the_tab_and_the_order() {
        let list = ListQuery::parse("view=lost&q=ana&tag=vip&owner=me&sort=-value");
        assert_eq!(list.cleared().address(), "?view=lost&sort=-value");
        assert_eq!(list.filters().address(), "?view=lost&q=ana&owner=me&tag=vip");
    }

    #[test]
    fn countries_are_read_as_people_type_them() {
        assert_eq!(countries("pt, ES;es  de,Germany"), ["PT", "ES", "DE"]);
        assert!(countries(" ,").is_empty());
    }

    #[test]
    fn choosing_the_only_chosen_tier_gives_the_choice_up() {
        let mut list = ListQuery::default();
        list.toggle(Tier::Early);
        assert_eq!(list.tiers, [Tier::Early]);
        list.toggle(Tier::Moderate);
        assert_eq!(list.tiers, [Tier::Moderate]);
        list.toggle(Tier::Moderate);
        assert!(list.tiers.is_empty());
    }
}
