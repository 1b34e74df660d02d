//! What to do at each sender so that its messages come, in its own words: the app shows it step by step.

use super::Kind;

/// What a step wants copied or pasted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    Nothing,
    /// Our address, to paste there.
    Address,
    /// The same without its path, which clients for servers add themselves.
    Host,
    /// A secret of the sender's, to paste here. With its name there.
    TheirSecret(&'static str),
    /// A secret of ours, to paste there.
    OurSecret,
    /// The write key.
    Key,
    /// The line that loads our snippet, with the key in it.
    Tag,
    /// Names to choose there.
    Topics(&'static [&'static str]),
    /// A text to paste there, with what it is called.
    Text(&'static str, &'static str),
}

/// What to do, and what is handed over with it.
pub type Step = (&'static str, Needs);

/// In the order in which they are done; none for a kind where nothing is left to do.
pub fn steps(kind: Kind) -> &'static [Step] {
    match kind {
        Kind::Shopify => &[
            (
                "In the Shopify admin open Settings, then Notifications, then Webhooks, and press “Create webhook”.",
                Needs::Nothing,
            ),
            ("Choose JSON as the format and the newest API version, and paste this as the URL.", Needs::Address),
            (
                "Make one webhook for each of these events, all with the same URL.",
                Needs::Topics(&[
                    "Customer creation",
                    "Customer update",
                    "Customer deletion",
                    "Customer email marketing consent update",
                    "Customer marketing consent update",
                    "Order creation",
                    "Order update",
                    "Order payment",
                    "Order cancellation",
                    "Order fulfillment",
                    "Order deletion",
                    "Refund create",
                    "Checkout creation",
                    "Checkout update",
                    "Product creation",
                    "Product update",
                    "Product deletion",
                ]),
            ),
            (
                "Below the list Shopify says “Your webhooks will be signed with” and a long word. Paste that word here. If you use an app of your own instead, paste its client secret.",
                Needs::TheirSecret("Signing secret"),
            ),
            (
                "An app of your own can tell more: subscribe it to these topics too, with the same URL. Without them customers' totals, subscriptions, an app that was taken out and people's requests for their data are not told.",
                Needs::Topics(SHOPIFY_APP_TOPICS),
            ),
            ("Open a webhook's menu and press “Send test notification”.", Needs::Nothing),
        ],
        Kind::Woocommerce => &[
            (
                "In WordPress open WooCommerce, then Settings, then Advanced, then Webhooks, and press “Add webhook”.",
                Needs::Nothing,
            ),
            ("Set the status to Active, and paste this as the Delivery URL.", Needs::Address),
            ("Paste this as the Secret. All webhooks of this source use the same one.", Needs::OurSecret),
            (
                "Save one webhook for each of these topics; those of subscriptions are there where the shop has WooCommerce Subscriptions. WooCommerce says at once if the address does not answer.",
                Needs::Topics(&[
                    "Customer created",
                    "Customer updated",
                    "Customer deleted",
                    "Order created",
                    "Order updated",
                    "Order restored",
                    "Order deleted",
                    "Product created",
                    "Product updated",
                    "Product deleted",
                    "Subscription created",
                    "Subscription updated",
                ]),
            ),
            (
                "Change an order's status or place a test order. WooCommerce switches a webhook off after five failures in a row: look there if nothing comes.",
                Needs::Nothing,
            ),
        ],
        Kind::Stripe => &[
            (
                "In the Stripe Dashboard open Developers, then Webhooks, and press “Add destination”. Choose events from your account.",
                Needs::Nothing,
            ),
            (
                "Choose these events.",
                Needs::Topics(&[
                    "customer.created",
                    "customer.updated",
                    "customer.deleted",
                    "customer.subscription.created",
                    "customer.subscription.updated",
                    "customer.subscription.deleted",
                    "customer.subscription.trial_will_end",
                    "customer.subscription.paused",
                    "customer.subscription.resumed",
                    "invoice.paid",
                    "invoice.payment_failed",
                    "charge.refunded",
                ]),
            ),
            ("Choose Webhook endpoint as the type, and paste this as the Endpoint URL.", Needs::Address),
            (
                "Open the new destination, press “Reveal” beside its signing secret (it begins with whsec_), and paste it here.",
                Needs::TheirSecret("Signing secret"),
            ),
            ("Press “Send test events”, or wait for the next invoice.", Needs::Nothing),
        ],
        Kind::Zendesk => &[
            (
                "In the Admin Center open Apps and integrations, then Actions and webhooks, and press “Create webhook”. Choose “Trigger or automation”.",
                Needs::Nothing,
            ),
            ("Paste this as the Endpoint URL, with the method POST, the format JSON and no authentication.", Needs::Address),
            (
                "After “Create” press “Reveal secret” on the webhook's page, and paste the signing secret here.",
                Needs::TheirSecret("Signing secret"),
            ),
            (
                "Open Objects and rules, then Business rules, then Triggers, and create a trigger: with any of the conditions “Ticket is Created”, “Ticket status Changed” and “Satisfaction Changed”, and the action “Notify active webhook” with this body.",
                Needs::Text("JSON body", ZENDESK_BODY),
            ),
            ("Create a ticket, or solve one.", Needs::Nothing),
        ],
        Kind::Intercom => &[
            (
                "In the Intercom Developer Hub open your app, or make one for your workspace, then Configure, then Webhooks.",
                Needs::Nothing,
            ),
            ("Paste this as the Endpoint URL.", Needs::Address),
            (
                "Choose these topics.",
                Needs::Topics(&[
                    "conversation.user.created",
                    "conversation.admin.opened",
                    "conversation.admin.closed",
                    "conversation.rating.added",
                    "contact.user.created",
                    "contact.user.updated",
                    "contact.lead.created",
                    "contact.email.updated",
                    "contact.unsubscribed",
                    "contact.deleted",
                ]),
            ),
            ("Open Basic information, copy the client secret, and paste it here.", Needs::TheirSecret("Client secret")),
            ("Press “Send a test request”.", Needs::Nothing),
        ],
        Kind::Segment => &[
            (
                "Take any client of Segment or RudderStack for your server, such as @segment/analytics-node. Set this as its host (dataPlaneUrl at RudderStack).",
                Needs::Host,
            ),
            (
                "Set this as its write key, where your secrets are kept. Never in a page or an app that people can open.",
                Needs::Key,
            ),
            (
                "Call identify with the user's id and e-mail address, track for what they do, and group for the company they belong to. “Order Completed” and the other names of Segment's e-commerce spec are understood; any other name counts as the use of a feature.",
                Needs::Nothing,
            ),
            ("Send an event.", Needs::Nothing),
        ],
        Kind::Browser => &[
            (
                "Put this line into the head of every page. It tells of visits, and of the product that a page is about.",
                Needs::Tag,
            ),
            (
                "It stores and sends nothing before somebody agrees to being measured. The banners of Shopify and of WordPress are heard by themselves. With any other, call this when somebody agrees, and the same with false when they take it back.",
                Needs::Text("When somebody agrees", "rekindle.consent(true)"),
            ),
            (
                "If people sign in on your pages, keep this secret on your server and put the hexadecimal HMAC-SHA256 of the user id under it into the page, for rekindle.identify(userId, hash). Without it a page cannot say who somebody is.",
                Needs::OurSecret,
            ),
            (
                "If you would rather use Segment's browser client, analytics-next, set this as its API host (apiHost), load it only after somebody has agreed, and send the hash as context.user_hash.",
                Needs::Address,
            ),
            (
                "This is the write key of both. It is no secret, since every visitor can read it: so orders, consent and another person's data do not count from it.",
                Needs::Key,
            ),
            ("Open a page of yours.", Needs::Nothing),
        ],
        Kind::Pull => &[
            (
                "Nothing is left to do: the file is fetched within minutes, and from then on as often as you chose.",
                Needs::Nothing,
            ),
            (
                "Each time only what is new or changed is stored. A row that cannot be read waits among the rejected rows of its import, and the others count.",
                Needs::Nothing,
            ),
        ],
    }
}

/// Those that only an app may have, as `shopify.app.toml` names them.
const SHOPIFY_APP_TOPICS: &[&str] = &[
    "customers/purchasing_summary",
    "customers/merge",
    "subscription_contracts/create",
    "subscription_contracts/update",
    "subscription_billing_attempts/failure",
    "subscription_billing_attempts/success",
    "app/uninstalled",
    "customers/data_request",
    "customers/redact",
    "shop/redact",
];

const ZENDESK_BODY: &str = r#"{
  "ticket_id": "{{ticket.id}}",
  "external_id": "{{ticket.external_id}}",
  "status": "{{ticket.status}}",
  "priority": "{{ticket.priority}}",
  "subject": "{{ticket.title}}",
  "description": "{{ticket.description}}",
  "requester_id": "{{ticket.requester.id}}",
  "requester_name": "{{ticket.requester.name}}",
  "requester_email": "{{ticket.requester.email}}",
  "requester_external_id": "{{ticket.requester.external_id}}",
  "satisfaction": "{{satisfaction.current_rating}}",
  "created_at": "{{ticket.created_at_with_timestamp}}",
  "updated_at": "{{ticket.updated_at_with_timestamp}}"
}"#;
