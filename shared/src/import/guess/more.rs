//! What exports call the fields of people's accounts, their subscriptions, tickets, answers, mail and consent, and of products: HubSpot,
//! Salesforce, Stripe, WooCommerce, Recurly, Chargebee, Zendesk, Freshdesk, Intercom, Delighted, Klaviyo, Mailchimp, SendGrid, Shopify,
//! Google's and Meta's feeds.

/// `(field, names)`, folded, the surest first.
type Table = &'static [(&'static str, &'static str)];

pub(super) const CONTACTS: Table = &[
    ("customer_id", "contact number|contact id|record id|record id contact|person id|subscriber id|user id|leid|euid|id"),
    (
        "account_id",
        "account number|company id|associated company id|associated company ids|primary associated company id|organization id\
         |organisation id|organization external id|account external id|customer id|customer number|group id",
    ),
    (
        "account_name",
        "account|company|company name|associated company|primary associated company|organization|organisation|organization name\
         |organisation name|firma|firmenname|entreprise|empresa|azienda",
    ),
    ("name", "full name|contact name|contact|display name|nom complet|nombre completo"),
];

pub(super) const ACCOUNTS: Table = &[
    (
        "customer_id",
        "account number|account id|company id|record id|record id company|organization id|organisation id|customer number|external id|id",
    ),
    (
        "name",
        "account name|company name|company|organization name|organisation name|organization|organisation|account|firma|firmenname\
         |entreprise|empresa|azienda",
    ),
    ("email", "billing email|company email|account email|contact email|e mail|email address"),
    ("contact_name", "primary contact|primary contact name|billing contact|contact"),
    (
        "created_at",
        "customer since|create date|created date|created at|became a customer date|close date|date created|created|signed up at",
    ),
];

pub(super) const SUBSCRIPTIONS: Table = &[
    ("subscription_id", "subscription number|subscription uuid|subscription|contract id|id"),
    (
        "plan",
        "plan name|plan id|product name|product|price id|price name|tier|package|line item|line items|item|plan code|tarif|formule\
         |membership",
    ),
    ("status", "subscription status|state|subscription state"),
    (
        "started_at",
        "start date|started|start|started on|subscription start|subscription start date|activated at|activated on|current start\
         |created at|created|created on|date created|begins at|member since|beginn|start datum|date de debut",
    ),
    (
        "period_start",
        "current period start|current period started at|current term start|term start|current billing period start|last order date|last payment date\
         |last order date created|renewed at|paid since",
    ),
    (
        "period_end",
        "current period end|current period ends at|current term end|term end|next payment date|next payment|next billing at|next renewal\
         |renewal date|renews at|renews on|paid until|paid through|current billing period end|expires at|expiry date|laufzeitende",
    ),
    (
        "interval",
        "billing period|billing interval unit|period unit|billing period unit|frequency|billing frequency|billing cycle|term|plan interval",
    ),
    ("interval_count", "billing interval|interval length|billing period count|plan interval count"),
    ("amount", "plan amount|total|order total|recurring amount|mrr amount|term price|betrag|montant|subscription total"),
    ("price", "unit price|unit amount|seat price|price per seat|unit amount in cents|plan unit price"),
    ("seats", "quantity|plan quantity|licenses|licences|users|number of seats|anzahl"),
    (
        "cancelled_at",
        "canceled at|cancelled on|canceled on|cancelled date|canceled date|cancellation date|cancelled|canceled|date cancelled|gekundigt am",
    ),
    ("ended_at", "ended|ended on|end date|expired at|expired on|cancelled effective|terminated at|endet am|date de fin"),
    ("paused_at", "paused on|pause date|paused"),
    ("reason", "cancellation reason|cancel reason|churn reason|cancel reason code|cancellation feedback"),
];

pub(super) const TICKETS: Table = &[
    ("ticket_id", "ticket number|ticket|case number|case id|conversation id|id"),
    (
        "customer_id",
        "requester external id|customer number|requester id|external id|customer external id|user id|contact id|account id|organization id",
    ),
    (
        "email",
        "requester email|user email|contact email|customer email|from email|sender email|e mail|email address|requester e mail",
    ),
    ("name", "requester|requester name|customer name|contact name|full name|user name|customer"),
    (
        "opened_at",
        "created at|created time|created|created date|date created|opened|opened on|date opened|created on|conversation started at\
         |started at|date time opened|request date|erstellt am",
    ),
    (
        "solved_at",
        "resolved time|resolved at|closed at|solved|closed time|closed date|date closed|date time closed|last closed at|resolution date\
         |resolved on|closed on|gelost am",
    ),
    ("status", "ticket status|state|ticket state|case status"),
    ("subject", "ticket subject|title|ticket name|summary|betreff|sujet|asunto|oggetto"),
    ("text", "description|first comment|body|message|comment|content|details"),
    ("tone", "sentiment|mood"),
];

pub(super) const NPS: Table = &[
    ("response_id", "response number|survey response id|respondent id|answer id|delighted id|id|token"),
    (
        "customer_id",
        "customer number|person external id|external id|user id|customer external id|contact id|account id|person id",
    ),
    ("email", "person email|respondent email|customer email|e mail|email address"),
    ("name", "person name|respondent name|full name|customer name"),
    ("score", "nps score|nps|rating|answer|how likely are you to recommend us|likelihood to recommend|bewertung|note"),
    (
        "answered_at",
        "response time|responded at|response date|submitted at|submit date|date submitted|survey date|completed at|created at|created\
         |date created|date|end date|time",
    ),
    ("comment", "comments|feedback|response|open answer|additional comments|reason|answer text|kommentar|commentaire"),
];

pub(super) const ENGAGEMENT: Table = &[
    ("message_id", "message number|email id|campaign message id|event id|send id|sg message id|transmission id|smtp id|id"),
    ("email", "recipient|recipient email|to|to email|email address|e mail|subscriber|profile email|contact email"),
    ("campaign", "campaign name|campaign title|subject|email name|message name|flow|template|newsletter|mailing"),
    ("event", "event name|event type|metric|metric name|action|activity|type|status"),
    ("time", "timestamp|event time|event date|event timestamp|occurred at|datetime|date time|date|created at|created"),
    (
        "delivered_at",
        "delivered|delivered on|delivery time|send time|sent at|sent|sent on|send date|date sent|received at|sent date",
    ),
    ("opened_at", "opened|open time|opened on|first opened|first open|last opened|open date|open|first open date|date opened"),
    (
        "clicked_at",
        "clicked|click time|clicked on|first clicked|first click|last clicked|click date|click|first click date|date clicked",
    ),
    (
        "machine",
        "apple privacy open|machine open|machine opened|is machine open|sg machine open|bot|is bot|filtered event|mpp|proxy open",
    ),
];

pub(super) const CONSENT: Table = &[
    ("channel", "consent channel|medium|list type|kanal"),
    (
        "consent",
        "status|state|consent status|subscription status|subscribed|accepts email marketing|accepts marketing|email marketing consent\
         |marketing consent|opt in|optin|opted in|permission|agrees|zustimmung|einwilligung|consentement|email marketing status",
    ),
    (
        "at",
        "confirm time|consent at|consent date|consent timestamp|email marketing consent timestamp|optin time|opt in time|opt in date\
         |opted in at|subscribed at|subscribed on|subscription date|timestamp|date|created at|date added|time|datum",
    ),
    (
        "withdrawn_at",
        "unsub time|unsubscribed at|unsubscribed on|unsubscribe date|unsubscribe time|opted out at|opt out date|opt out time|revoked at\
         |withdrawn on|abgemeldet am",
    ),
    (
        "source",
        "consent source|consent method|email marketing consent method|opt in source|signup source|signup method|form|form name|origin\
         |collected at|quelle|optin ip|confirm ip",
    ),
    ("wording", "consent text|consent wording|consent form version|text|disclosure|statement|wortlaut"),
];

pub(super) const SUPPRESSIONS: Table = &[
    ("email", "email address|e mail|e mail address|address|recipient|suppressed email|mail|profile email"),
    ("phone", "phone number|mobile|mobile number|sms number|telephone|telefon"),
    (
        "reason",
        "suppression reason|unsub reason|bounce reason|bounce type|unsubscribe reason|suppressed reason|suppression type|type|status\
         |clean reason|grund",
    ),
    (
        "at",
        "unsub time|clean time|created|created at|date|timestamp|time|suppressed at|suppressed on|suppression date|since|date added\
         |unsubscribed at|bounced at|datum",
    ),
];

pub(super) const PRODUCTS: Table = &[
    ("variant_id", "variant number|variant|variation id|variantid"),
    (
        "product_id",
        "product number|item group id|product|parent id|handle|id|item id|productid|url handle|artikelnummer|article number|parent",
    ),
    ("title", "product title|product name|name|item name|artikelname|bezeichnung|produktname|titre|titulo|nombre|titolo"),
    ("variant", "variant title|option1 value|option 1 value|variant name|size|attribute 1 value s|option value 1|auspragung"),
    ("sku", "variant sku|stock keeping unit|item sku|mpn|artikel nr"),
    (
        "category",
        "product category|product type|type category|categories|google product category|category name|collection|kategorie|kategorien\
         |categorie|categoria|warengruppe|type",
    ),
    ("price", "variant price|regular price|current price|sale price|unit price|preis|prix|precio|prezzo"),
    ("currency", "currency code|price currency|wahrung|devise|moneda"),
    (
        "stock",
        "inventory quantity|variant inventory qty|variant inventory quantity|inventory|stock quantity|quantity|qty|available quantity\
         |quantity to sell on facebook|inventory qty|in stock|lagerbestand|bestand|on hand|stock status",
    ),
    ("availability", "available|in stock|is in stock|stock status|verfugbarkeit|disponibilite|disponibilidad"),
    ("status", "product status|published|state|visibility|is active|active"),
    ("image", "image src|image link|image url|images|image address|featured image|variant image|picture|bild|bild url"),
    ("link", "product url|url|permalink|page address|product link|href|online store url|produkt url|lien"),
];
