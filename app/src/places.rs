//! The places of the interface, in the order of the sidebar.

/// Where one can go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub path: &'static str,
    pub name: &'static str,
    /// Pressed after `g`.
    pub key: char,
    /// What the place answers, for those that are not built yet.
    pub plan: Option<Plan>,
}

/// What a place will do, in the marketer's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    pub answers: &'static str,
    pub will: &'static [&'static str],
    /// What can be done about it today: words and a path of ours.
    pub meanwhile: (&'static str, &'static str),
}

pub const PLACES: [Place; 12] = [
    Place { path: "/", name: "Overview", key: 'o', plan: None },
    Place { path: "/radar", name: "Radar", key: 'r', plan: None },
    Place { path: "/customers", name: "Customers", key: 'c', plan: None },
    Place { path: "/segments", name: "Segments", key: 's', plan: None },
    Place { path: "/offers", name: "Offers", key: 'f', plan: None },
    Place { path: "/improvements", name: "Improvements", key: 'm', plan: None },
    Place { path: "/campaigns", name: "Campaigns", key: 'p', plan: None },
    Place { path: "/inbox", name: "Inbox", key: 'i', plan: None },
    Place {
        path: "/results",
        name: "Results",
        key: 't',
        plan: Some(Plan {
            answers: "What win-back earned, measured against the people who were held out.",
            will: &[
                "Report win-backs, margin and cost with their intervals",
                "Follow the customers who came back: who stays, who leaves again",
                "Say which findings survive the check against chance",
            ],
            meanwhile: ("See the figures that exist today on Overview", "/"),
        }),
    },
    Place { path: "/models", name: "Models", key: 'l', plan: None },
    Place { path: "/data", name: "Data", key: 'd', plan: None },
    Place { path: "/settings", name: "Settings", key: 'e', plan: None },
];

/// What stands at an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Page {
    SignIn,
    Overview,
    Radar,
    Customers,
    /// A page of another module.
    Of(Module),
    Planned(&'static Place),
    None,
}

/// A module that the first one fetches, with the pages that it shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Module {
    /// Tells its own apart with [`desk_of`]; fetched ahead of time.
    Office,
    /// Tells its own apart with [`study_of`]; fetched when somebody goes there.
    Lab,
    /// Tells its own apart with [`post_of`]; fetched when somebody goes there.
    Gate,
    /// Tells its own apart with [`bench_of`]; fetched when somebody goes there.
    Studio,
    /// Tells its own apart with [`sheet_of`]; fetched when somebody goes there.
    Press,
}

pub fn page_of(path: &str) -> Page {
    match path {
        "/" => return Page::Overview,
        "/sign-in" => return Page::SignIn,
        "/radar" => return Page::Radar,
        "/customers" => return Page::Customers,
        _ => {}
    }
    match of_path(path) {
        _ if post_of(path).is_some() => Page::Of(Module::Gate),
        _ if bench_of(path).is_some() => Page::Of(Module::Studio),
        _ if sheet_of(path).is_some() => Page::Of(Module::Press),
        _ if study_of(path).is_some() => Page::Of(Module::Lab),
        _ if desk_of(path).is_some() => Page::Of(Module::Office),
        Some(place) if place.path == path && place.plan.is_some() => Page::Planned(place),
        _ => Page::None,
    }
}

/// What the fourth module shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Post {
    Sources,
    /// What can be connected, and how.
    NewSource,
    /// With the id, as the address has it.
    Source(String),
    /// How the sender is set up.
    Setup(String),
    DeadLetters,
    DeadLetter(String),
    /// What people asked for, and how long events stay.
    Privacy,
    /// What one customer may ask for, with their id.
    Rights(String),
}

/// Below the addresses of other places, whose tabs and menus lead there.
pub fn post_of(path: &str) -> Option<Post> {
    let mut parts = path.strip_prefix('/')?.split('/');
    let post = match (parts.next()?, parts.next()?, parts.next(), parts.next()) {
        ("data", "sources", None, None) => Post::Sources,
        ("data", "sources", Some("new"), None) => Post::NewSource,
        ("data", "sources", Some(id), None) => Post::Source(id.to_owned()),
        ("data", "sources", Some(id), Some("setup")) => Post::Setup(id.to_owned()),
        ("data", "dead-letters", None, None) => Post::DeadLetters,
        ("data", "dead-letters", Some(id), None) => Post::DeadLetter(id.to_owned()),
        ("settings", "privacy", None, None) => Post::Privacy,
        ("customers", id, Some("privacy"), None) => Post::Rights(id.to_owned()),
        _ => return None,
    };
    parts.next().is_none().then_some(post)
}

/// What the fifth module shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bench {
    Segments,
    /// A micro-segment or a marketer's own, as the address has it.
    Segment(String),
    /// A filter that a marketer writes.
    NewSegment,
    /// Words by which texts are told apart.
    Topics,
    Offers,
    /// What the shop itself can give.
    Catalogue,
    /// How what is offered reaches people: stores' codes, uploaded codes, tasks.
    Fulfilment,
    Improvements,
    /// Tasks of people.
    Inbox,
    /// Radar, on paper or as a file.
    Report,
}

pub fn bench_of(path: &str) -> Option<Bench> {
    let mut parts = path.strip_prefix('/')?.split('/');
    let bench = match (parts.next()?, parts.next()) {
        ("segments", None) => Bench::Segments,
        ("segments", Some("new")) => Bench::NewSegment,
        ("segments", Some("topics")) => Bench::Topics,
        ("segments", Some(id)) => Bench::Segment(id.to_owned()),
        ("offers", None) => Bench::Offers,
        ("offers", Some("catalogue")) => Bench::Catalogue,
        ("offers", Some("fulfilment")) => Bench::Fulfilment,
        ("improvements", None) => Bench::Improvements,
        ("inbox", None) => Bench::Inbox,
        ("radar", Some("report")) => Bench::Report,
        _ => return None,
    };
    parts.next().is_none().then_some(bench)
}

/// What the sixth module shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sheet {
    Campaigns,
    /// One campaign, with its id; [`leaf_of`] tells which part of it.
    Campaign(String),
    /// Case studies, reviews, quotes and figures that messages may repeat.
    Proofs,
    /// Texts of the shop's own.
    Blocks,
    Brand,
    /// Language models.
    Writing,
}

pub fn sheet_of(path: &str) -> Option<Sheet> {
    let rest = path.strip_prefix("/campaigns")?;
    let sheet = match rest.strip_prefix('/') {
        None if rest.is_empty() => Sheet::Campaigns,
        Some("proofs") => Sheet::Proofs,
        Some("blocks") => Sheet::Blocks,
        Some("brand") => Sheet::Brand,
        Some("writing") => Sheet::Writing,
        Some(rest) => match rest.split_once('/') {
            None if !rest.is_empty() => Sheet::Campaign(rest.to_owned()),
            Some((id, leaf)) if !id.is_empty() && Leaf::of_name(leaf).is_some() => Sheet::Campaign(id.to_owned()),
            _ => return None,
        },
        _ => return None,
    };
    Some(sheet)
}

/// The parts of one campaign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaf {
    Messages,
    Plan,
    Audience,
    /// The forecast, the approval and the launch.
    Launch,
    Live,
}

impl Leaf {
    const NAMED: [(Self, &'static str); 4] =
        [(Self::Plan, "/plan"), (Self::Audience, "/audience"), (Self::Launch, "/launch"), (Self::Live, "/live")];

    /// Below the campaign's own address.
    pub fn path(self) -> &'static str {
        Self::NAMED.into_iter().find(|(known, _)| *known == self).map_or("", |(_, path)| path)
    }

    fn of_name(name: &str) -> Option<Self> {
        Self::NAMED.into_iter().find(|(_, path)| path.strip_prefix('/') == Some(name)).map(|(leaf, _)| leaf)
    }
}

/// Which part of a campaign an address shows.
pub fn leaf_of(path: &str) -> Leaf {
    path.rsplit_once('/').and_then(|(_, name)| Leaf::of_name(name)).unwrap_or(Leaf::Messages)
}

/// What the second module shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Desk {
    /// With the customer's id, as the address has it.
    Customer(String),
    /// Within Overview.
    FirstRun,
    Data,
}

/// Addresses below them are theirs as well: their pages have tabs.
pub fn desk_of(path: &str) -> Option<Desk> {
    if post_of(path).is_some() {
        return None;
    }
    if let Some(id) = path.strip_prefix("/customers/").filter(|id| !id.contains('/')) {
        return Some(Desk::Customer(id.to_owned()));
    }
    match of_path(path)?.path {
        "/data" => Some(Desk::Data),
        _ => None,
    }
}

/// What the third module shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Study {
    Models,
    Settings,
}

/// Settings have tabs, all but one of which are theirs.
pub fn study_of(path: &str) -> Option<Study> {
    match of_path(path)?.path {
        "/models" if path == "/models" => Some(Study::Models),
        "/settings" if post_of(path).is_none() => Some(Study::Settings),
        _ => None,
    }
}

/// The place that a path belongs to: `/customers/…` is Customers.
pub fn of_path(path: &str) -> Option<&'static Place> {
    PLACES.iter().find(|place| match place.path {
        "/" => path == "/",
        start => path.strip_prefix(start).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')),
    })
}

/// Where `g` and then `key` goes.
pub fn of_key(key: char) -> Option<&'static Place> {
    PLACES.iter().find(|place| place.key == key)
}

/// `next` after signing in, only where it is a path of this app: anything else would let a link send people elsewhere.
pub fn own_path(next: Option<&str>) -> &str {
    match next {
        Some(path)
            if path.starts_with('/')
                && !path.starts_with("//")
                && !path.starts_with("/sign-in")
                && !path.contains('\\')
                && !path.chars().any(char::is_control) =>
        {
            path
        }
        _ => "/",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_has_its_own_path_and_key() {
        for (at, place) in PLACES.iter().enumerate() {
            for other in &PLACES[at + 1..] {
                assert_ne!(place.path, other.path);
                assert_ne!(place.key, other.key, "{} and {}", place.name, other.name);
            }
        }
    }

    #[test]
    fn a_path_belongs_to_the_place_above_it() {
        assert_eq!(of_path("/customers/0193").map(|place| place.name), Some("Customers"));
        assert_eq!(of_path("/").map(|place| place.name), Some("Overview"));
        assert_eq!(of_path("/customersx"), None);
    }

    #[test]
    fn every_place_has_a_page_and_other_addresses_have_none() {
        for place in &PLACES {
            assert_ne!(page_of(place.path), Page::None, "{}", place.name);
        }
        assert_eq!(page_of("/customers/0193"), Page::Of(Module::Office));
        assert_eq!(desk_of("/customers/0193"), Some(Desk::Customer("0193".to_owned())));
        assert_eq!(page_of("/data/history"), Page::Of(Module::Office));
        assert_eq!(desk_of("/data/history"), Some(Desk::Data));
        assert_eq!((desk_of("/settings"), study_of("/settings/people")), (None, Some(Study::Settings)));
        assert_eq!(desk_of("/radar"), None);
        assert_eq!(page_of("/models"), Page::Of(Module::Lab));
        assert_eq!((desk_of("/models"), study_of("/models/7"), study_of("/settings/privacy")), (None, None, None));
        assert_eq!(page_of("/data/sources"), Page::Of(Module::Gate));
        assert_eq!(post_of("/data/sources/new"), Some(Post::NewSource));
        assert_eq!(post_of("/data/sources/0193/setup"), Some(Post::Setup("0193".to_owned())));
        assert_eq!(post_of("/data/dead-letters/0193"), Some(Post::DeadLetter("0193".to_owned())));
        assert_eq!(desk_of("/data/sources"), None);
        assert_eq!(post_of("/settings/privacy"), Some(Post::Privacy));
        assert_eq!(desk_of("/settings/privacy"), None);
        assert_eq!(page_of("/customers/0193/privacy"), Page::Of(Module::Gate));
        assert_eq!(post_of("/customers/0193/privacy"), Some(Post::Rights("0193".to_owned())));
        assert_eq!(page_of("/segments"), Page::Of(Module::Studio));
        assert_eq!(bench_of("/segments/7"), Some(Bench::Segment("7".to_owned())));
        assert_eq!(bench_of("/offers/fulfilment"), Some(Bench::Fulfilment));
        assert_eq!(page_of("/campaigns/brand"), Page::Of(Module::Press));
        assert_eq!((sheet_of("/campaigns"), sheet_of("/campaigns/proofs")), (Some(Sheet::Campaigns), Some(Sheet::Proofs)));
        assert_eq!(sheet_of("/campaigns/0193"), Some(Sheet::Campaign("0193".to_owned())));
        assert_eq!(sheet_of("/campaigns/0193/plan"), Some(Sheet::Campaign("0193".to_owned())));
        assert_eq!((leaf_of("/campaigns/0193/live"), leaf_of("/campaigns/0193")), (Leaf::Live, Leaf::Messages));
        for path in ["/data", "/data/history", "/data/sources/0193/more", "/data/sources/0193/setup/x", "/"] {
            assert_eq!(post_of(path), None, "{path}");
        }
        for path in [
            "/customers/0193/more",
            "/radar/x",
            "/segments/7/x",
            "/offers/x",
            "/campaigns/0193/x",
            "/campaigns/0193/plan/x",
            "/campaigns//plan",
            "/campaignsx",
            "/models/x",
            "/nothing",
            "/database",
            "",
        ] {
            assert_eq!(page_of(path), Page::None, "{path}");
        }
    }

    #[test]
    fn after_signing_in_only_our_own_paths_are_opened() {
        assert_eq!(own_path(Some("/radar?tier=lost")), "/radar?tier=lost");
        let foreign = [
            "//evil.example",
            "https://evil.example",
            "/\\evil.example",
            "\\/evil",
            "javascript:alert(1)",
            "/a\nb",
            "",
            "/sign-in",
        ];
        for next in foreign {
            assert_eq!(own_path(Some(next)), "/", "{next}");
        }
        assert_eq!(own_path(None), "/");
    }
}
