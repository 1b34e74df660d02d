//! The fields that each kind of file may have, and a template of each.

use super::{Field, Kind};

/// What a column may be mapped to. Orders, customers and events also need one of `customer_id` and `email`.
pub fn fields(kind: Kind) -> &'static [Field] {
    match kind {
        Kind::Orders => ORDERS,
        Kind::Customers => CUSTOMERS,
        Kind::Events => EVENTS,
        Kind::Rates => RATES,
    }
}

/// A file to start from: a header and two example rows. It parses without a correction.
pub fn template(kind: Kind) -> &'static str {
    match kind {
        Kind::Orders => {
            "order_id,customer_id,email,name,date,amount,currency,refunded,discount,status,cancelled_at,item,code\r\n\
             1001,C-17,ada@example.com,Ada Example,2026-01-18 10:24,59.90,EUR,,5.00,paid,,Green tea 100 g,WELCOME5\r\n\
             1002,C-18,ben@example.net,Ben Example,2026-01-19 17:03,24.00,EUR,24.00,,refunded,,Tea pot,\r\n"
        }
        Kind::Customers => {
            "customer_id,email,name,kind,contact_name,contact_role,phone,country,time_zone,created_at,tags,email_consent,email_consent_at,sms_consent,sms_consent_at\r\n\
             C-17,ada@example.com,Ada Example,shopper,,,+49 30 1234567,DE,Europe/Berlin,2025-03-02,\"vip, tea\",yes,2025-03-02 09:15,no,\r\n\
             C-18,ben@example.net,Tea Rooms Ltd,account,Ben Example,billing,,US,America/New_York,2025-06-11,,no,,,\r\n"
        }
        Kind::Events => {
            "event_id,customer_id,email,event,time,properties\r\n\
             E-1,C-17,ada@example.com,ticket_opened,2026-01-20T08:00:00Z,\"{\"\"subject\"\": \"\"Late parcel\"\"}\"\r\n\
             E-2,C-18,ben@example.net,email_opened,2026-01-21T12:30:00Z,\r\n"
        }
        Kind::Rates => "currency,date,rate\r\nUSD,2026-01-01,0.8511\r\nGBP,2026-01-01,1.1462\r\n",
    }
}

const fn required(name: &'static str, label: &'static str) -> Field {
    Field { name, label, required: true }
}

const fn optional(name: &'static str, label: &'static str) -> Field {
    Field { name, label, required: false }
}

const ORDERS: &[Field] = &[
    optional("order_id", "Order number"),
    optional("customer_id", "Customer number"),
    optional("email", "E-mail address"),
    optional("name", "Name"),
    optional("first_name", "First name"),
    optional("last_name", "Last name"),
    required("date", "Order date"),
    required("amount", "Order total"),
    optional("currency", "Currency"),
    optional("refunded", "Refunded"),
    optional("discount", "Discount"),
    optional("status", "Status"),
    optional("cancelled_at", "Cancelled on"),
    optional("item", "Item"),
    optional("code", "Discount code"),
];

const CUSTOMERS: &[Field] = &[
    optional("customer_id", "Customer number"),
    optional("email", "E-mail address"),
    optional("name", "Name"),
    optional("first_name", "First name"),
    optional("last_name", "Last name"),
    optional("kind", "Shopper or account"),
    optional("contact_name", "Contact's name"),
    optional("contact_role", "Contact's role"),
    optional("phone", "Phone"),
    optional("country", "Country"),
    optional("time_zone", "Time zone"),
    optional("created_at", "Customer since"),
    optional("updated_at", "Row changed on"),
    optional("tags", "Tags"),
    optional("email_consent", "Agrees to e-mail"),
    optional("email_consent_at", "Agreed to e-mail on"),
    optional("sms_consent", "Agrees to SMS"),
    optional("sms_consent_at", "Agreed to SMS on"),
];

const EVENTS: &[Field] = &[
    optional("event_id", "Event number"),
    optional("customer_id", "Customer number"),
    optional("email", "E-mail address"),
    optional("name", "Name"),
    required("event", "What happened"),
    required("time", "When"),
    optional("properties", "Details as JSON"),
];

const RATES: &[Field] = &[required("currency", "Currency"), required("date", "Day"), required("rate", "Rate")];
