//! What exports call the fields: Shopify, WooCommerce, Magento, Stripe, mail tools, research data, in several languages.
//!
//! Names are folded (see `headers::fold`); within a field the surest comes first.

use super::more;
use crate::import::headers::fold;
use crate::import::{Kind, amounts, fields};
use crate::money::Currency;

/// How well a folded column name fits a field, 0 best.
pub(in crate::import) fn rank(kind: Kind, field: &str, folded: &str) -> Option<usize> {
    let own = fold(field);
    let mut names = std::iter::once(own.as_str()).chain(synonyms(kind, field).split('|'));
    let bare = bare(folded);
    names.position(|name| name == folded || name == bare)
}

/// Of any kind and field.
pub(super) fn is_known(name: &str) -> bool {
    let folded = fold(name);
    Kind::ALL.into_iter().any(|kind| fields(kind).iter().any(|field| rank(kind, field.name, &folded).is_some()))
}

/// A name that may stand over a number, an address or a person's name.
pub(super) fn is_vague_customer(name: &str) -> bool {
    VAGUE_CUSTOMER.split('|').any(|vague| vague == fold(name))
}

/// "Total (EUR)"
pub(super) fn currency_in(name: &str) -> Option<Currency> {
    let folded = fold(name);
    let (_, last) = folded.rsplit_once(' ')?;
    amounts::currency("currency", last).ok()
}

/// Without a zone or a currency at its end.
fn bare(folded: &str) -> &str {
    match folded.rsplit_once(' ') {
        Some((before, "utc" | "gmt")) => before,
        Some((before, last)) if last.len() == 3 && amounts::currency("currency", last).is_ok() => before,
        _ => folded,
    }
}

fn synonyms(kind: Kind, field: &str) -> &'static str {
    let of_people = match field {
        "customer_id" => CUSTOMER_ID,
        "email" => EMAIL,
        "name" => NAME,
        "first_name" => FIRST_NAME,
        "last_name" => LAST_NAME,
        "currency" => CURRENCY,
        "phone" => PHONE,
        "country" => COUNTRY,
        "time_zone" => TIME_ZONE,
        "created_at" => CREATED_AT,
        "updated_at" => UPDATED_AT,
        "tags" => TAGS,
        "email_consent" => EMAIL_CONSENT,
        "email_consent_at" => EMAIL_CONSENT_AT,
        "sms_consent" => SMS_CONSENT,
        "sms_consent_at" => SMS_CONSENT_AT,
        "contact_role" => CONTACT_ROLE,
        _ => "",
    };
    let table = match kind {
        Kind::Orders => ORDERS,
        Kind::Customers => CUSTOMERS,
        Kind::Events => EVENTS,
        Kind::Rates => RATES,
        Kind::Contacts => more::CONTACTS,
        Kind::Accounts => more::ACCOUNTS,
        Kind::Subscriptions => more::SUBSCRIPTIONS,
        Kind::Tickets => more::TICKETS,
        Kind::Nps => more::NPS,
        Kind::Engagement => more::ENGAGEMENT,
        Kind::Consent => more::CONSENT,
        Kind::Suppressions => more::SUPPRESSIONS,
        Kind::Products => more::PRODUCTS,
    };
    table.iter().find(|(name, _)| *name == field).map_or(of_people, |(_, names)| names)
}

const VAGUE_CUSTOMER: &str = "customer|user|client|buyer|shopper|member|account|kunde|cliente|klant|klient";

const CUSTOMER_ID: &str = "customer number|customer no|customer nr|customer external id|external customer id|user id|client id|buyer id\
    |member id|shopper id|contact id|account id|account number|person id|subscriber id|customer user id|customer reference|customer ref\
    |cust id|custid|customer key|kundennummer|kunden nr|kundennr|kunden id|kdnr|id client|numero client|numero de client|code client\
    |id cliente|numero cliente|numero de cliente|codice cliente|klantnummer|klant id|id do cliente|codigo do cliente|numer klienta\
    |id klienta|distinct id|uid|customer|user|client|buyer|shopper|member|account|kunde|cliente|klant|klient";

const EMAIL: &str = "e mail|mail|email address|e mail address|customer email|buyer email|billing email|email billing|contact email\
    |user email|client email|payer email|from email address|recipient email|customer email address|kunden e mail|email adresse\
    |e mail adresse|mailadresse|adresse email|adresse e mail|courriel|correo|correo electronico|email del cliente|email cliente\
    |indirizzo email|e mailadres|emailadres|adres e mail|email do cliente";

const NAME: &str = "full name|customer name|billing name|bill to name|buyer name|shipping name|contact name|client name|company name\
    |company|account name|kundenname|kaufername|nom complet|nom du client|nombre completo|nombre del cliente|nome completo|nome cliente\
    |klantnaam|naam|nome|nombre|imie i nazwisko";

const FIRST_NAME: &str = "firstname|given name|forename|billing first name|first name billing|customer first name|fname|vorname|prenom\
    |voornaam|imie";

const LAST_NAME: &str = "lastname|surname|family name|billing last name|last name billing|customer last name|lname|nachname|nom de famille\
    |nom|apellido|apellidos|cognome|achternaam|sobrenome|nazwisko";

const CURRENCY: &str = "currency code|order currency|order currency code|currency iso|iso currency|ccy|waehrung|wahrung|devise|moneda\
    |divisa|valuta|moeda|waluta";

const ORDERS: &[(&str, &str)] = &[
    (
        "order_id",
        "order number|order no|order nr|order name|increment id|order increment id|order reference|order ref|transaction id|payment id\
         |invoice number|invoice no|invoice id|receipt number|receipt id|sale id|purchase id|checkout id|bestellnummer|bestell nr\
         |auftragsnummer|auftragsnr|auftrags nr|rechnungsnummer|numero de commande|numero commande|n de commande|numero de pedido\
         |numero pedido|id de pedido|numero ordine|id ordine|ordernummer|bestelnummer|numero do pedido|numer zamowienia|nr zamowienia\
         |order|commande|pedido|ordine|invoice|reference|id",
    ),
    (
        "date",
        "order date|ordered at|date ordered|order created at|created at|created date|date created|order created date|purchase date\
         |purchased at|transaction date|invoice date|sale date|placed at|processed at|paid at|payment date|order time|datetime|date time\
         |timestamp|created|time|day|bestelldatum|auftragsdatum|rechnungsdatum|kaufdatum|datum|date de commande|date commande\
         |date de la commande|fecha de pedido|fecha del pedido|fecha|data ordine|data dell ordine|orderdatum|besteldatum|data do pedido\
         |data zamowienia|data",
    ),
    (
        "amount",
        "order total|grand total|total|order amount|total price|total amount|order total amount|grand total purchased|grand total base\
         |base grand total|amount paid|paid amount|total paid|order value|n revenue|net revenue|revenue|net sales|sales|transaction amount\
         |payment amount|invoice total|price total|betrag|gesamtbetrag|gesamtsumme|gesamt|summe|bestellwert|bestellsumme|umsatz\
         |rechnungsbetrag|montant|montant total|total ttc|importe|importe total|total pedido|importo|importo totale|totale|totaal\
         |totaalbedrag|bedrag|valor|valor total|kwota|suma|sum|value|spend|subtotal",
    ),
    (
        "refunded",
        "refunded amount|amount refunded|refund amount|order refund amount|total refunded|refund total|refund|refunds|erstattet\
         |erstattung|erstatteter betrag|ruckerstattung|montant rembourse|rembourse|importe reembolsado|reembolso|reembolsado|rimborso\
         |importo rimborsato|terugbetaald",
    ),
    (
        "discount",
        "discount amount|discount total|total discount|total discounts|order discount|cart discount|cart discount amount|coupon amount\
         |discounts|rabatt|rabattbetrag|remise|montant de la remise|descuento|sconto|korting|desconto|rabat",
    ),
    ("status", "financial status|order status|payment status|bestellstatus|zahlungsstatus|statut|estado|stato|state"),
    (
        "cancelled_at",
        "canceled at|cancelled on|canceled on|cancellation date|cancelled date|date cancelled|storniert am|stornodatum|annule le\
         |date d annulation|fecha de cancelacion|data annullamento|cancelled|canceled",
    ),
    (
        "item",
        "items|product name|item name|lineitem name|line item name|line items|product|products|product s|product title|sku|lineitem sku\
         |article|artikel|artikelname|produkt|produktname|produit|producto|articulo|prodotto|articolo|produto|description",
    ),
    (
        "code",
        "discount code|coupon code|coupon|coupons|coupon s|promo code|promotion code|voucher code|voucher|gutscheincode|gutschein\
         |rabattcode|code promo|cupon|codigo de descuento|codice sconto|kortingscode|cupom",
    ),
];

const CONTACT_ROLE: &str = "role|contact type|job role";

const PHONE: &str = "phone number|telephone|mobile|mobile phone|mobile number|cell phone|sms number|default address phone|billing phone|phone billing\
    |telefon|telefonnummer|handynummer|handy|mobil|telefono|telefoon|telefone|tel";

const COUNTRY: &str = "country code|default address country code|billing country code|country code billing|billing country|country billing\
    |default address country|country region|country iso|land|landercode|lander code|pays|code pays|pais|paese|nazione|kraj";

const TIME_ZONE: &str = "timezone|tz|zeitzone|fuseau horaire|zona horaria|fuso orario|tijdzone";

const CREATED_AT: &str = "customer since|created|date created|created date|sign up date|signup date|signed up at|registered at|registration date\
    |date registered|registered|sign up|joined at|joined|join date|member since|first seen|kunde seit|registriert am|erstellt am\
    |angelegt am|date de creation|cree le|date d inscription|fecha de creacion|fecha de registro|data di registrazione|creato il\
    |aangemaakt op|data de cadastro|since";

const UPDATED_AT: &str = "last updated|updated|updated on|update date|last update|last updated at|last updated on|date updated|last modified\
    |last modified at|last modified on|last modified date|modified|modified at|modified on|date modified|changed at|last changed\
    |system modstamp|geandert am|zuletzt geandert|aktualisiert am|letzte anderung|modifie le|mis a jour le|date de modification\
    |fecha de modificacion|actualizado el|data di modifica|gewijzigd op|atualizado em";

const TAGS: &str =
    "tag|labels|segments|groups|group|customer group|lists|schlagworte|schlagworter|etiquettes|etiquetas|etichette";

const EMAIL_CONSENT: &str = "accepts email marketing|accepts marketing|email marketing consent|marketing consent|email opt in|newsletter opt in\
    |email subscribed|email subscription status|subscription status|marketing opt in|newsletter|newsletter subscribed|subscribed\
    |opt in|optin|opted in|email marketing|consent|email status|marketing permission|newsletter abonniert|newsletter anmeldung\
    |abonne a la newsletter|suscrito|iscritto alla newsletter|nieuwsbrief";

const EMAIL_CONSENT_AT: &str = "email consent date|accepts marketing updated at|email marketing consent updated at|consent date|consent at|opt in date|opt in at\
    |opted in at|subscribed at|subscription date|email opt in at|newsletter since|confirm time|optin time";

const SMS_CONSENT: &str = "accepts sms marketing|sms marketing consent|sms opt in|sms subscribed|sms marketing|sms subscription status|text consent|sms";

const SMS_CONSENT_AT: &str = "sms consent date|sms marketing consent updated at|sms opt in date|sms opt in at|sms subscribed at";

const CUSTOMERS: &[(&str, &str)] = &[
    (
        "customer_id",
        "customer number|customer no|customer nr|customer external id|external customer id|user id|client id|buyer id|member id\
         |shopper id|contact id|account id|account number|person id|subscriber id|customer user id|customer reference|cust id|custid\
         |kundennummer|kunden nr|kundennr|kunden id|kdnr|id client|numero client|code client|id cliente|numero cliente|codice cliente\
         |klantnummer|klant id|id do cliente|codigo do cliente|numer klienta|id klienta|external id|distinct id|uid|id|number",
    ),
    ("kind", "customer kind|customer type|account type|type"),
];

const EVENTS: &[(&str, &str)] = &[
    ("event_id", "event number|event uuid|message id|insert id|uuid|id"),
    ("event", "event name|event type|action|activity|activity type|action name|ereignis|evenement|evento|gebeurtenis|type"),
    (
        "time",
        "timestamp|occurred at|event time|event date|event timestamp|datetime|date time|created at|created|date|sent at|received at|when\
         |ts|zeitpunkt|zeitstempel|zeit|datum|horodatage|fecha|data|tijdstip",
    ),
    ("properties", "event properties|props|attributes|payload|details|params|metadata|json|data"),
];

const RATES: &[(&str, &str)] = &[
    ("currency", "currency code|ccy|from currency|currency iso|code|wahrung|waehrung|devise|moneda|divisa|valuta|moeda|waluta"),
    ("date", "day|as of|valid from|time period|datum|fecha|data"),
    ("rate", "exchange rate|fx rate|kurs|wechselkurs|taux|taux de change|tipo de cambio|tasso|cambio|koers|obs value|value"),
];
