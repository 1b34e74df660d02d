//! The fields that each kind of file may have.

use super::{Field, Holds, Kind};

/// What a column may be mapped to. Rows about people also need one of `customer_id` and `email`.
pub fn fields(kind: Kind) -> &'static [Field] {
    match kind {
        Kind::Orders => ORDERS,
        Kind::Customers => CUSTOMERS,
        Kind::Events => EVENTS,
        Kind::Rates => RATES,
        Kind::Contacts => CONTACTS,
        Kind::Accounts => ACCOUNTS,
        Kind::Subscriptions => SUBSCRIPTIONS,
        Kind::Tickets => TICKETS,
        Kind::Nps => NPS,
        Kind::Engagement => ENGAGEMENT,
        Kind::Consent => CONSENT,
        Kind::Suppressions => SUPPRESSIONS,
        Kind::Products => PRODUCTS,
    }
}

/// Fields of which a file must have one, besides those that are required.
pub(super) fn one_of(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Rates | Kind::Products => &[],
        Kind::Suppressions => &["email", "phone"],
        _ => &["customer_id", "email"],
    }
}

/// Fields of which a file must have one to tell anything at all about whom it names.
pub(super) fn tells(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Engagement => &["time", "delivered_at", "opened_at", "clicked_at"],
        Kind::Consent => &["consent", "at", "withdrawn_at"],
        _ => &[],
    }
}

pub(super) fn names_people(kind: Kind) -> bool {
    one_of(kind).contains(&"customer_id")
}

const fn field(name: &'static str, label: &'static str, required: bool, holds: Holds) -> Field {
    Field { name, label, required, holds }
}

const fn required(name: &'static str, label: &'static str) -> Field {
    field(name, label, true, Holds::Text)
}

const fn optional(name: &'static str, label: &'static str) -> Field {
    field(name, label, false, Holds::Text)
}

const fn required_time(name: &'static str, label: &'static str) -> Field {
    field(name, label, true, Holds::Time)
}

const fn time(name: &'static str, label: &'static str) -> Field {
    field(name, label, false, Holds::Time)
}

const fn required_number(name: &'static str, label: &'static str) -> Field {
    field(name, label, true, Holds::Number)
}

const fn number(name: &'static str, label: &'static str) -> Field {
    field(name, label, false, Holds::Number)
}

const CUSTOMER_ID: Field = optional("customer_id", "Customer number");
const EMAIL: Field = optional("email", "E-mail address");
const NAME: Field = optional("name", "Name");
const FIRST_NAME: Field = optional("first_name", "First name");
const LAST_NAME: Field = optional("last_name", "Last name");
const PHONE: Field = optional("phone", "Phone");
const COUNTRY: Field = optional("country", "Country");
const TIME_ZONE: Field = optional("time_zone", "Time zone");
const UPDATED_AT: Field = time("updated_at", "Row changed on");
const TAGS: Field = optional("tags", "Tags");
const CURRENCY: Field = optional("currency", "Currency");
const EMAIL_CONSENT: Field = optional("email_consent", "Agrees to e-mail");
const EMAIL_CONSENT_AT: Field = time("email_consent_at", "Agreed to e-mail on");
const SMS_CONSENT: Field = optional("sms_consent", "Agrees to SMS");
const SMS_CONSENT_AT: Field = time("sms_consent_at", "Agreed to SMS on");

const ORDERS: &[Field] = &[
    optional("order_id", "Order number"),
    CUSTOMER_ID,
    EMAIL,
    NAME,
    FIRST_NAME,
    LAST_NAME,
    required_time("date", "Order date"),
    required_number("amount", "Order total"),
    CURRENCY,
    number("refunded", "Refunded"),
    number("discount", "Discount"),
    optional("status", "Status"),
    time("cancelled_at", "Cancelled on"),
    optional("item", "Item"),
    optional("code", "Discount code"),
];

const CUSTOMERS: &[Field] = &[
    CUSTOMER_ID,
    EMAIL,
    NAME,
    FIRST_NAME,
    LAST_NAME,
    optional("kind", "Shopper or account"),
    optional("contact_name", "Contact's name"),
    optional("contact_role", "Contact's role"),
    PHONE,
    COUNTRY,
    TIME_ZONE,
    time("created_at", "Customer since"),
    UPDATED_AT,
    TAGS,
    EMAIL_CONSENT,
    EMAIL_CONSENT_AT,
    SMS_CONSENT,
    SMS_CONSENT_AT,
];

const EVENTS: &[Field] = &[
    optional("event_id", "Event number"),
    CUSTOMER_ID,
    EMAIL,
    NAME,
    required("event", "What happened"),
    required_time("time", "When"),
    optional("properties", "Details as JSON"),
];

const RATES: &[Field] = &[required("currency", "Currency"), required_time("date", "Day"), required_number("rate", "Rate")];

const CONTACTS: &[Field] = &[
    optional("customer_id", "Contact number"),
    EMAIL,
    NAME,
    FIRST_NAME,
    LAST_NAME,
    optional("account_id", "Account number"),
    optional("account_name", "Account name"),
    optional("contact_role", "Role in the account"),
    PHONE,
    COUNTRY,
    TIME_ZONE,
    time("created_at", "Contact since"),
    UPDATED_AT,
    TAGS,
    EMAIL_CONSENT,
    EMAIL_CONSENT_AT,
    SMS_CONSENT,
    SMS_CONSENT_AT,
];

const ACCOUNTS: &[Field] = &[
    optional("customer_id", "Account number"),
    optional("name", "Account name"),
    EMAIL,
    optional("contact_name", "Contact's name"),
    optional("contact_role", "Contact's role"),
    PHONE,
    COUNTRY,
    TIME_ZONE,
    time("created_at", "Customer since"),
    UPDATED_AT,
    TAGS,
];

const SUBSCRIPTIONS: &[Field] = &[
    optional("subscription_id", "Subscription number"),
    CUSTOMER_ID,
    EMAIL,
    NAME,
    optional("plan", "Plan"),
    optional("status", "Status"),
    required_time("started_at", "Started on"),
    time("period_start", "Paid since"),
    time("period_end", "Paid until"),
    optional("interval", "Billed every"),
    optional("interval_count", "Intervals in a term"),
    number("amount", "Price of a term"),
    number("price", "Price of a seat"),
    CURRENCY,
    optional("seats", "Seats"),
    time("cancelled_at", "Cancelled on"),
    time("ended_at", "Ended on"),
    time("paused_at", "Paused on"),
    optional("reason", "Reason for leaving"),
];

const TICKETS: &[Field] = &[
    optional("ticket_id", "Ticket number"),
    CUSTOMER_ID,
    EMAIL,
    NAME,
    required_time("opened_at", "Opened on"),
    time("solved_at", "Solved on"),
    UPDATED_AT,
    optional("status", "Status"),
    optional("subject", "Subject"),
    optional("text", "Text"),
    optional("tone", "Tone"),
];

const NPS: &[Field] = &[
    optional("response_id", "Response number"),
    CUSTOMER_ID,
    EMAIL,
    NAME,
    required("score", "Score from 0 to 10"),
    required_time("answered_at", "Answered on"),
    optional("comment", "Comment"),
];

const ENGAGEMENT: &[Field] = &[
    optional("message_id", "Message number"),
    CUSTOMER_ID,
    EMAIL,
    NAME,
    optional("campaign", "Campaign"),
    optional("event", "What happened"),
    time("time", "When"),
    time("delivered_at", "Delivered on"),
    time("opened_at", "Opened on"),
    time("clicked_at", "Clicked on"),
    optional("machine", "Opened by a machine"),
];

const CONSENT: &[Field] = &[
    CUSTOMER_ID,
    EMAIL,
    NAME,
    FIRST_NAME,
    LAST_NAME,
    PHONE,
    optional("channel", "E-mail or SMS"),
    optional("consent", "Agrees"),
    time("at", "Said so on"),
    time("withdrawn_at", "Withdrawn on"),
    optional("source", "Where they said so"),
    optional("wording", "What they agreed to"),
];

const SUPPRESSIONS: &[Field] = &[EMAIL, PHONE, optional("reason", "Reason"), time("at", "Since")];

const PRODUCTS: &[Field] = &[
    optional("variant_id", "Variant number"),
    optional("product_id", "Product number"),
    required("title", "Title"),
    optional("variant", "Variant"),
    optional("sku", "SKU"),
    optional("category", "Category"),
    number("price", "Price"),
    CURRENCY,
    optional("stock", "In stock"),
    optional("availability", "Availability"),
    optional("status", "Status"),
    optional("image", "Image address"),
    optional("link", "Page address"),
];
