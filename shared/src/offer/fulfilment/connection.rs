//! What can be given through what: providers, forms, and which offers a shop can keep.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::Fulfilment;

/// Through whom something is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = FulfilmentProvider)]
pub enum Provider {
    Stripe,
    Shopify,
    Woocommerce,
    /// Codes that the shop made somewhere else and uploaded.
    Pool,
    /// A signed message to a program of the shop, which switches a feature on.
    Webhook,
    /// A page where an appointment is made.
    Booking,
    /// A person of the team.
    Task,
}

/// What one promise is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = FulfilmentForm)]
pub enum Form {
    /// A single-use code that the person types.
    Code,
    /// Time of a subscription without paying.
    Trial,
    /// An amount on the next invoice.
    Credit,
    /// A feature or a plan, switched on by the shop's own program.
    Flag,
    /// A link to make an appointment.
    Booking,
    /// Something that a person does by a day.
    Task,
}

/// A way of giving that a shop has set up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    pub provider: Provider,
    pub state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = FulfilmentState)]
pub enum State {
    /// Set up, and not tried yet.
    Untested,
    Live,
    /// By a person.
    Paused,
    /// The other side refuses: a person must mend it.
    Failing,
}

impl State {
    pub const ALL: [Self; 4] = [Self::Untested, Self::Live, Self::Paused, Self::Failing];

    /// As the API names it, and as it is stored.
    pub fn code(self) -> &'static str {
        match self {
            Self::Untested => "untested",
            Self::Live => "live",
            Self::Paused => "paused",
            Self::Failing => "failing",
        }
    }

    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }
}

impl Provider {
    pub const ALL: [Self; 7] =
        [Self::Stripe, Self::Shopify, Self::Woocommerce, Self::Pool, Self::Webhook, Self::Booking, Self::Task];

    /// As the API names it, and as it is stored.
    pub fn code(self) -> &'static str {
        match self {
            Self::Stripe => "stripe",
            Self::Shopify => "shopify",
            Self::Woocommerce => "woocommerce",
            Self::Pool => "pool",
            Self::Webhook => "webhook",
            Self::Booking => "booking",
            Self::Task => "task",
        }
    }

    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|provider| provider.code() == code)
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Stripe => "Stripe",
            Self::Shopify => "Shopify",
            Self::Woocommerce => "WooCommerce",
            Self::Pool => "Uploaded codes",
            Self::Webhook => "Feature switch",
            Self::Booking => "Booking page",
            Self::Task => "Task for a person",
        }
    }

    /// What it can give, the usual first.
    pub fn gives(self) -> &'static [Form] {
        match self {
            Self::Stripe => &[Form::Code, Form::Trial, Form::Credit],
            Self::Shopify | Self::Woocommerce | Self::Pool => &[Form::Code],
            Self::Webhook => &[Form::Flag],
            Self::Booking => &[Form::Booking],
            Self::Task => &[Form::Task],
        }
    }

    /// As what it gives an offer that reaches people so; none where it cannot.
    pub fn form_of(self, fulfilment: Fulfilment) -> Option<Form> {
        forms(fulfilment).iter().copied().find(|form| self.gives().contains(form))
    }

    /// Codes are made and known there, and not here.
    pub fn is_store(self) -> bool {
        matches!(self, Self::Stripe | Self::Shopify | Self::Woocommerce)
    }

    /// Something is sent over the network to give it.
    pub fn is_asked(self) -> bool {
        self.is_store() || self == Self::Webhook
    }

    /// A deeper rung of the ladder can be put into the code that the person has already.
    pub fn raises(self) -> bool {
        self.is_store()
    }
}

impl Form {
    pub fn code(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Trial => "trial",
            Self::Credit => "credit",
            Self::Flag => "flag",
            Self::Booking => "booking",
            Self::Task => "task",
        }
    }

    pub fn of_code(code: &str) -> Option<Self> {
        [Self::Code, Self::Trial, Self::Credit, Self::Flag, Self::Booking, Self::Task]
            .into_iter()
            .find(|form| form.code() == code)
    }
}

/// What an offer that reaches people so can be given as, the best first.
pub fn forms(fulfilment: Fulfilment) -> &'static [Form] {
    match fulfilment {
        Fulfilment::Code => &[Form::Code],
        Fulfilment::Plan => &[Form::Trial, Form::Flag, Form::Task],
        Fulfilment::Flag => &[Form::Flag, Form::Task],
        Fulfilment::Booking => &[Form::Booking, Form::Task],
        Fulfilment::Task => &[Form::Task],
    }
}

/// Through which of the connections an offer is given: by the best form, and there by the first live one, so that their order is the
/// shop's choice.
///
/// # Errors
/// Why it cannot be given at all, and what to do.
pub fn connected(fulfilment: Fulfilment, connections: &[Connection]) -> Result<(usize, Form), String> {
    let able =
        |form: Form| connections.iter().enumerate().filter(move |(_, connection)| connection.provider.gives().contains(&form));
    for form in forms(fulfilment) {
        if let Some((at, _)) = able(*form).find(|(_, connection)| connection.state == State::Live) {
            return Ok((at, *form));
        }
    }
    let has = |state: State| forms(fulfilment).iter().any(|form| able(*form).any(|(_, connection)| connection.state == state));
    Err(if has(State::Failing) {
        "What gives it has stopped working: see Offers › Fulfilment for what to mend".to_owned()
    } else if has(State::Paused) {
        "What gives it is paused: let it go on under Offers › Fulfilment".to_owned()
    } else if has(State::Untested) {
        "What gives it was never tried: test it under Offers › Fulfilment".to_owned()
    } else {
        format!("Nothing is connected that gives it: connect {} under Offers › Fulfilment", ways(fulfilment))
    })
}

/// Providers of a kind, as the end of a sentence.
fn ways(fulfilment: Fulfilment) -> String {
    let able = Provider::ALL.into_iter().filter(|provider| provider.form_of(fulfilment).is_some());
    let names: Vec<&str> = able
        .map(|provider| match provider {
            Provider::Pool => "a list of codes",
            Provider::Webhook => "a feature switch",
            Provider::Booking => "a booking page",
            Provider::Task => "a person's tasks",
            store => store.name(),
        })
        .collect();
    match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        Some((last, _)) => (*last).to_owned(),
        None => "something".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connection(provider: Provider, state: State) -> Connection {
        Connection { provider, state }
    }

    const ALL: [Fulfilment; 5] = [Fulfilment::Code, Fulfilment::Plan, Fulfilment::Flag, Fulfilment::Booking, Fulfilment::Task];

    #[test]
    fn everything_can_be_given_by_somebody() {
        for fulfilment in ALL {
            assert!(Provider::ALL.into_iter().any(|provider| provider.form_of(fulfilment).is_some()), "{fulfilment:?}");
        }
    }

    #[test]
    fn the_best_form_goes_before_the_first_connection_and_that_before_the_next() {
        let all = [
            connection(Provider::Task, State::Live),
            connection(Provider::Shopify, State::Paused),
            connection(Provider::Booking, State::Live),
            connection(Provider::Pool, State::Live),
            connection(Provider::Stripe, State::Live),
        ];
        assert_eq!(connected(Fulfilment::Code, &all), Ok((3, Form::Code)));
        assert_eq!(connected(Fulfilment::Plan, &all), Ok((4, Form::Trial)));
        assert_eq!(connected(Fulfilment::Booking, &all), Ok((2, Form::Booking)));
        assert_eq!(connected(Fulfilment::Flag, &all), Ok((0, Form::Task)), "a person switches it on where no program does");
    }

    #[test]
    fn what_is_not_connected_says_what_to_connect() {
        let text = |connections: &[Connection]| connected(Fulfilment::Code, connections).unwrap_err();
        assert_eq!(
            text(&[]),
            "Nothing is connected that gives it: connect Stripe, Shopify, WooCommerce or a list of codes under Offers › Fulfilment"
        );
        assert!(text(&[connection(Provider::Shopify, State::Untested)]).contains("never tried"));
        assert!(text(&[connection(Provider::Shopify, State::Paused)]).contains("paused"));
        let failing = [connection(Provider::Shopify, State::Paused), connection(Provider::Pool, State::Failing)];
        assert!(text(&failing).contains("stopped working"));
        assert!(text(&[connection(Provider::Task, State::Live)]).contains("Nothing is connected"));
    }

    #[test]
    fn codes_lead_back() {
        for provider in Provider::ALL {
            assert_eq!(Provider::of_code(provider.code()), Some(provider));
            assert_eq!(serde_json::to_string(&provider).unwrap(), format!("\"{}\"", provider.code()));
            assert!(provider.gives().iter().all(|form| Form::of_code(form.code()) == Some(*form)));
        }
    }
}
