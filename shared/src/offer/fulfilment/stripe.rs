//! Stripe: coupons, promotion codes, time and credit, in the form of the API since 2025-09-30.
//!
//! A coupon holds the terms and is shared by everybody who has them; a promotion code is one person's. Both are made under an
//! `Idempotency-Key` of ours, and the coupon under an id of ours too, so that a repeat makes nothing twice. Terms of a promotion code
//! never change: a deeper rung is the same text with another coupon, once the one before is switched off.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::{Answer, Benefit, Found, Grant, Issued, Request, Trouble, code, error_code, status};
use crate::money::Money;
use crate::time::Millis;

/// What answers are read by.
pub const VERSION: &str = "2026-10-28.endive";

pub const BASE: &str = "https://api.stripe.com";

const NAME: &str = "Stripe";

/// Our mark on what we made.
const MARK: &str = "rekindle_key";

#[derive(Debug, Deserialize)]
struct Refusal {
    error: RefusalBody,
}

#[derive(Debug, Deserialize)]
struct RefusalBody {
    #[serde(default)]
    code: String,
    #[serde(default, rename = "type")]
    kind: String,
    #[serde(default)]
    param: String,
}

#[derive(Debug, Deserialize)]
struct Coupon {
    id: String,
    percent_off: Option<f64>,
    amount_off: Option<i64>,
    currency: Option<String>,
    duration: String,
    duration_in_months: Option<u32>,
    valid: bool,
}

#[derive(Debug, Deserialize)]
struct PromotionCode {
    id: String,
    active: bool,
    code: String,
    customer: Option<String>,
    expires_at: Option<i64>,
    max_redemptions: Option<u32>,
    #[serde(default)]
    metadata: serde_json::Map<String, serde_json::Value>,
    promotion: Option<Promotion>,
    #[serde(default)]
    restrictions: Restrictions,
    times_redeemed: u32,
}

#[derive(Debug, Deserialize)]
struct Promotion {
    coupon: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
struct Restrictions {
    #[serde(default)]
    first_time_transaction: bool,
    minimum_amount: Option<i64>,
    minimum_amount_currency: Option<String>,
}

#[derive(Debug, Deserialize)]
struct List<T> {
    data: Vec<T>,
}

#[derive(Debug, Deserialize)]
struct Subscription {
    id: String,
    status: String,
    trial_end: Option<i64>,
    #[serde(default)]
    metadata: serde_json::Map<String, serde_json::Value>,
}

#[derive(Debug, Deserialize)]
struct Transaction {
    id: String,
    amount: i64,
    currency: String,
    #[serde(default)]
    metadata: serde_json::Map<String, serde_json::Value>,
}

/// The coupon of these terms: everybody with the same terms has the same one.
pub fn coupon_id(grant: &Grant) -> String {
    let benefit = match grant.benefit {
        Benefit::Share { per_mille } => format!("{per_mille}"),
        Benefit::Amount { money } => format!("{} {}", money.minor, money.currency),
    };
    let months = grant.months.map_or_else(|| "once".to_owned(), |months| months.to_string());
    let only = grant.only.join(" ");
    format!("rk-{}", code::digest(&[&benefit, &months, &only]))
}

/// Asks for the coupon; a second time it answers that it exists: [`read_coupon`] of [`find_coupon`] tells whether it is the one.
pub fn create_coupon(grant: &Grant) -> Request {
    let id = coupon_id(grant);
    let mut form = vec![("id", id.clone())];
    match grant.benefit {
        Benefit::Share { per_mille } => form.push(("percent_off", Benefit::percent(per_mille))),
        Benefit::Amount { money } => {
            form.extend([("amount_off", money.minor.to_string()), ("currency", money.currency.as_str().to_lowercase())]);
        }
    }
    match grant.months {
        Some(months) => form.extend([("duration", "repeating".to_owned()), ("duration_in_months", months.to_string())]),
        None => form.push(("duration", "once".to_owned())),
    }
    form.push(("name", "Welcome back".to_owned()));
    form.extend(grant.only.iter().map(|product| ("applies_to[products][]", product.clone())));
    post("/v1/coupons", &form, &format!("coupon-{id}"))
}

pub fn find_coupon(grant: &Grant) -> Request {
    get(format!("/v1/coupons/{}", coupon_id(grant)))
}

/// # Errors
/// [`Trouble::Exists`] where it was made before; and where the coupon of this id has other terms or is not valid any more.
pub fn read_coupon(grant: &Grant, answer: &Answer<'_>) -> Result<(), Trouble> {
    let coupon: Coupon = read(answer)?;
    let is_benefit = match grant.benefit {
        Benefit::Share { per_mille } => {
            coupon.amount_off.is_none() && coupon.percent_off.is_some_and(|off| (off * 10.0 - f64::from(per_mille)).abs() < 1e-6)
        }
        Benefit::Amount { money } => {
            coupon.percent_off.is_none() && coupon.amount_off == Some(money.minor) && is_in(coupon.currency.as_deref(), money)
        }
    };
    let is_long = match grant.months {
        Some(months) => coupon.duration == "repeating" && coupon.duration_in_months == Some(months),
        None => coupon.duration == "once",
    };
    if coupon.id != coupon_id(grant) || !is_benefit || !is_long {
        return Err(Trouble::Wrong {
            external_id: coupon.id,
            text: "Stripe made a coupon with other terms than were asked for".to_owned(),
        });
    }
    if !coupon.valid {
        return Err(Trouble::Refused(
            "The coupon of these terms was ended in Stripe: change the terms a little, or restore it".to_owned(),
        ));
    }
    Ok(())
}

/// `rung` tells a raised code from the one before, which had the same text.
pub fn create(grant: &Grant, rung: u32) -> Request {
    let mut form = vec![
        ("promotion[type]", "coupon".to_owned()),
        ("promotion[coupon]", coupon_id(grant)),
        ("code", grant.code.clone()),
        ("max_redemptions", "1".to_owned()),
        ("expires_at", seconds(grant.expires).to_string()),
        ("metadata[rekindle_key]", grant.key.clone()),
    ];
    form.extend(grant.person.clone().map(|customer| ("customer", customer)));
    if let Some(minimum) = grant.minimum {
        form.push(("restrictions[minimum_amount]", minimum.minor.to_string()));
        form.push(("restrictions[minimum_amount_currency]", minimum.currency.as_str().to_lowercase()));
    }
    post("/v1/promotion_codes", &form, &format!("code-{}-{rung}-{}", grant.key, grant.code))
}

/// # Errors
/// Where it was not made, or is another than was asked for.
pub fn read_created(grant: &Grant, answer: &Answer<'_>) -> Result<Issued, Trouble> {
    issued(grant, read(answer)?)
}

/// Promotion codes of this text; those that were switched off as well.
pub fn look_up(grant: &Grant) -> Request {
    get(format!("/v1/promotion_codes?code={}&limit=100", escape(&grant.code)))
}

/// # Errors
/// Where nobody can tell; and where ours is another than was asked for.
pub fn read_look_up(grant: &Grant, answer: &Answer<'_>) -> Result<Found, Trouble> {
    let List { data } = read::<List<PromotionCode>>(answer)?;
    let (ours, others): (Vec<_>, Vec<_>) =
        data.into_iter().filter(|found| grant.is_code(&found.code)).partition(|found| is_marked(&found.metadata, &grant.key));
    // Of those that a raise switched off, none has these terms.
    let ours = ours.into_iter().find(|found| {
        found.active || found.promotion.as_ref().and_then(|promotion| promotion.coupon.as_deref()) == Some(&coupon_id(grant))
    });
    match ours {
        Some(found) => issued(grant, found).map(Found::Ours),
        // One that is switched off holds no text.
        None if others.iter().any(|found| found.active) => Ok(Found::Foreign),
        None => Ok(Found::Absent),
    }
}

/// Switches a code off: it cannot be deleted.
pub fn revoke(external_id: &str) -> Request {
    post(
        &format!("/v1/promotion_codes/{}", escape(external_id)),
        &[("active", "false".to_owned())],
        &format!("off-{external_id}"),
    )
}

/// # Errors
/// Where the code may still be good.
pub fn read_revoked(answer: &Answer<'_>) -> Result<(), Trouble> {
    let found: PromotionCode = read(answer)?;
    if found.active { Err(Trouble::Unknown("still active".to_owned())) } else { Ok(()) }
}

/// The subscriptions of a customer, of which one gets time.
pub fn subscriptions(customer: &str) -> Request {
    get(format!("/v1/subscriptions?customer={}&limit=100", escape(customer)))
}

/// The one that runs; those that ended are not listed by Stripe.
///
/// # Errors
/// Where there is none, or there are several and nobody knows which is meant.
pub fn read_subscription(answer: &Answer<'_>) -> Result<String, Trouble> {
    let List { data } = read::<List<Subscription>>(answer)?;
    let mut running =
        data.into_iter().filter(|found| matches!(found.status.as_str(), "active" | "trialing" | "past_due" | "paused"));
    match (running.next(), running.next()) {
        (Some(one), None) => Ok(one.id),
        (None, _) => {
            Err(Trouble::Refused("Stripe has no running subscription of this customer: offer a code instead".to_owned()))
        }
        (Some(_), Some(_)) => Err(Trouble::Refused(
            "Stripe has several running subscriptions of this customer: give the time there by hand".to_owned(),
        )),
    }
}

/// Time without paying until the grant's end; nothing is billed in between.
pub fn extend(grant: &Grant, subscription: &str) -> Request {
    let form = [
        ("trial_end", seconds(grant.expires).to_string()),
        ("proration_behavior", "none".to_owned()),
        ("metadata[rekindle_key]", grant.key.clone()),
    ];
    post(&format!("/v1/subscriptions/{}", escape(subscription)), &form, &format!("trial-{}", grant.key))
}

/// # Errors
/// Where the time was not given, or another than was asked for.
pub fn read_extended(grant: &Grant, answer: &Answer<'_>) -> Result<Issued, Trouble> {
    let Subscription { id, trial_end, metadata, .. } = read(answer)?;
    if trial_end == Some(seconds(grant.expires)) && is_marked(&metadata, &grant.key) {
        return Ok(Issued { external_id: id, uses: 0, is_active: true });
    }
    Err(Trouble::Wrong {
        external_id: id,
        text: "Stripe set another end of the free time than was asked for: look there".to_owned(),
    })
}

/// Whether the time was given already: setting the same end again does the same, so that nothing is looked up.
///
/// # Errors
/// Where the benefit is no amount, or the customer is not known to Stripe.
pub fn credit(grant: &Grant) -> Result<Request, Trouble> {
    let (Benefit::Amount { money }, Some(customer)) = (grant.benefit, &grant.person) else {
        return Err(Trouble::Refused("Credit needs an amount, and a customer that Stripe knows".to_owned()));
    };
    let form = [
        // Below zero: we owe it to them.
        ("amount", (-money.minor).to_string()),
        ("currency", money.currency.as_str().to_lowercase()),
        ("description", "Win-back credit".to_owned()),
        ("metadata[rekindle_key]", grant.key.clone()),
    ];
    Ok(post(&transactions(customer), &form, &format!("credit-{}", grant.key)))
}

/// # Errors
/// Where it was not given, or another amount than was asked for.
pub fn read_credit(grant: &Grant, answer: &Answer<'_>) -> Result<Issued, Trouble> {
    credited(grant, read(answer)?)
}

/// The newest credits of the customer.
pub fn look_up_credit(grant: &Grant) -> Request {
    get(format!("{}?limit=100", transactions(grant.person.as_deref().unwrap_or_default())))
}

/// # Errors
/// Where nobody can tell.
pub fn read_credits(grant: &Grant, answer: &Answer<'_>) -> Result<Found, Trouble> {
    let List { data } = read::<List<Transaction>>(answer)?;
    match data.into_iter().find(|found| is_marked(&found.metadata, &grant.key)) {
        Some(found) => credited(grant, found).map(Found::Ours),
        None => Ok(Found::Absent),
    }
}

/// Asks for nothing but whether the key may read codes.
pub fn test() -> Request {
    get("/v1/promotion_codes?limit=1".to_owned())
}

/// # Errors
/// What a person must mend.
pub fn read_test(answer: &Answer<'_>) -> Result<(), Trouble> {
    read::<List<serde_json::Value>>(answer).map(drop)
}

fn issued(grant: &Grant, found: PromotionCode) -> Result<Issued, Trouble> {
    let PromotionCode {
        id,
        active,
        code,
        customer,
        expires_at,
        max_redemptions,
        metadata,
        promotion,
        restrictions,
        times_redeemed,
    } = found;
    let minimum = grant.minimum;
    let is_minimum = restrictions.minimum_amount == minimum.map(|minimum| minimum.minor)
        && minimum.is_none_or(|minimum| is_in(restrictions.minimum_amount_currency.as_deref(), minimum));
    let is_right = grant.is_code(&code)
        && promotion.and_then(|promotion| promotion.coupon).as_deref() == Some(&coupon_id(grant))
        && customer == grant.person
        && expires_at == Some(seconds(grant.expires))
        && max_redemptions == Some(1)
        && is_marked(&metadata, &grant.key)
        && !restrictions.first_time_transaction
        && is_minimum;
    if !is_right {
        return Err(Trouble::Wrong {
            external_id: id,
            text: "Stripe made a code with other terms than were asked for".to_owned(),
        });
    }
    Ok(Issued { external_id: id, uses: times_redeemed, is_active: active })
}

fn credited(grant: &Grant, found: Transaction) -> Result<Issued, Trouble> {
    let is_right =
        matches!(grant.benefit, Benefit::Amount { money } if found.amount == -money.minor && is_in(Some(&found.currency), money));
    if is_right {
        return Ok(Issued { external_id: found.id, uses: 0, is_active: true });
    }
    Err(Trouble::Wrong { external_id: found.id, text: "Stripe gave another credit than was asked for: look there".to_owned() })
}

fn transactions(customer: &str) -> String {
    format!("/v1/customers/{}/balance_transactions", escape(customer))
}

/// The answer's object, or why there is none.
fn read<T: DeserializeOwned>(answer: &Answer<'_>) -> Result<T, Trouble> {
    let refusal: Option<RefusalBody> = serde_json::from_slice::<Refusal>(answer.body).ok().map(|refusal| refusal.error);
    let code = refusal.as_ref().map_or("", |refusal| refusal.code.as_str());
    match (answer.status, code, &refusal) {
        (_, "resource_already_exists", _) => return Err(Trouble::Exists),
        (_, "rate_limit", _) => return Err(status(&Answer { status: 429, ..*answer }, NAME).unwrap_or(Trouble::Later(30))),
        // The same key came with other terms: what the first one made is looked up.
        (_, _, Some(refusal)) if refusal.kind == "idempotency_error" => return Err(Trouble::Exists),
        // A promotion code's text is taken by an active one; the parameter is named, and the code is not always.
        (400, _, Some(refusal)) if refusal.param == "code" => return Err(Trouble::Exists),
        (400 | 404, code, Some(refusal)) => {
            let at = if refusal.param.is_empty() { String::new() } else { format!(" at {}", error_code(&refusal.param)) };
            let code = error_code(if code.is_empty() { &refusal.kind } else { code });
            return Err(Trouble::Refused(format!("Stripe refuses these terms ({code}{at})")));
        }
        _ => {}
    }
    if let Some(trouble) = status(answer, NAME) {
        return Err(trouble);
    }
    serde_json::from_slice(answer.body).map_err(|_| Trouble::Unknown("an answer that is none of Stripe's".to_owned()))
}

fn is_marked(metadata: &serde_json::Map<String, serde_json::Value>, key: &str) -> bool {
    metadata.get(MARK).and_then(serde_json::Value::as_str) == Some(key)
}

fn is_in(currency: Option<&str>, money: Money) -> bool {
    currency.is_some_and(|currency| currency.eq_ignore_ascii_case(money.currency.as_str()))
}

fn seconds(at: Millis) -> i64 {
    at.0.div_euclid(1_000)
}

fn get(path: String) -> Request {
    Request { method: "GET", path, headers: vec![("stripe-version", VERSION.to_owned())], body: None }
}

fn post(path: &str, form: &[(&str, String)], key: &str) -> Request {
    let body: Vec<String> = form.iter().map(|(name, value)| format!("{name}={}", escape(value))).collect();
    Request {
        method: "POST",
        path: path.to_owned(),
        headers: vec![
            ("stripe-version", VERSION.to_owned()),
            ("idempotency-key", format!("rk-{key}")),
            ("content-type", "application/x-www-form-urlencoded".to_owned()),
        ],
        body: Some(body.join("&")),
    }
}

/// Everything but unreserved letters as `%XX` (RFC 3986, 2.3).
fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            escaped.push(char::from(byte));
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::tests::{answer, grant, usd};
    use super::*;

    /// `promotion_code.response.json` of the contract, with our mark and coupon in the place of its own.
    fn promotion_code(change: impl FnOnce(&mut Value)) -> String {
        let mut body = json!({
            "id": "promo_1Pgc79B7WZ01zgkWNy4mn5NX", "object": "promotion_code", "active": true, "code": "BACK-7F3K9Q",
            "created": 1793491200, "customer": "cus_123", "customer_account": null, "expires_at": 1798761600, "livemode": false,
            "max_redemptions": 1, "metadata": { "rekindle_key": "snd_1" },
            "promotion": { "coupon": coupon_id(&grant()), "type": "coupon" },
            "restrictions": { "first_time_transaction": false, "minimum_amount": null, "minimum_amount_currency": null },
            "times_redeemed": 0
        });
        change(&mut body);
        body.to_string()
    }

    #[test]
    fn a_code_is_asked_for_in_the_form_since_september_2025() {
        let request = create(&grant(), 0);
        assert_eq!((request.method, request.path.as_str()), ("POST", "/v1/promotion_codes"));
        let coupon = coupon_id(&grant());
        assert_eq!(
            request.body.as_deref(),
            Some(&*format!(
                "promotion[type]=coupon&promotion[coupon]={coupon}&code=BACK-7F3K9Q&max_redemptions=1&expires_at=1798761600&metadata[rekindle_key]=snd_1&customer=cus_123"
            ))
        );
        let header = |name: &str| request.headers.iter().find(|(other, _)| *other == name).map(|(_, value)| value.as_str());
        assert_eq!(header("idempotency-key"), Some("rk-code-snd_1-0-BACK-7F3K9Q"));
        assert_eq!(header("stripe-version"), Some("2026-10-28.endive"));
        assert_ne!(create(&grant(), 1).headers, request.headers, "a raised code has a key of its own");
    }

    #[test]
    fn people_with_the_same_terms_share_a_coupon_and_others_do_not() {
        let other = Grant { key: "snd_2".to_owned(), code: "BACK-2M8T4X".to_owned(), ..grant() };
        assert_eq!(coupon_id(&grant()), coupon_id(&other));
        for changed in [
            Grant { benefit: Benefit::Share { per_mille: 201 }, ..grant() },
            Grant { benefit: Benefit::Amount { money: usd(200) }, ..grant() },
            Grant { months: Some(3), ..grant() },
            Grant { only: vec!["prod_1".to_owned()], ..grant() },
        ] {
            assert_ne!(coupon_id(&grant()), coupon_id(&changed));
        }
        let body = create_coupon(&grant()).body.unwrap();
        assert!(body.contains("percent_off=20&duration=once&name=Welcome%20back"), "{body}");
        let body =
            create_coupon(&Grant { benefit: Benefit::Amount { money: usd(500) }, months: Some(3), ..grant() }).body.unwrap();
        assert!(body.contains("amount_off=500&currency=usd&duration=repeating&duration_in_months=3"), "{body}");
    }

    #[test]
    fn a_code_counts_only_as_it_was_asked_for() {
        let said = |body: &str| read_created(&grant(), &answer(200, body));
        assert_eq!(
            said(&promotion_code(|_| ())).map(|issued| issued.external_id).as_deref(),
            Ok("promo_1Pgc79B7WZ01zgkWNy4mn5NX")
        );
        let wrong: [fn(&mut Value); 8] = [
            |body| body["code"] = json!("BACK-OTHER"),
            |body| body["customer"] = json!("cus_999"),
            |body| body["customer"] = Value::Null,
            |body| body["expires_at"] = json!(1_798_761_601),
            |body| body["max_redemptions"] = Value::Null,
            |body| body["promotion"]["coupon"] = json!("another"),
            |body| body["metadata"] = json!({}),
            |body| body["restrictions"]["first_time_transaction"] = json!(true),
        ];
        for (at, change) in wrong.into_iter().enumerate() {
            assert!(matches!(said(&promotion_code(change)), Err(Trouble::Wrong { .. })), "{at}");
        }
    }

    #[test]
    fn each_error_of_the_contract_is_what_it_means() {
        let said = |status: u16, body: Value| read_created(&grant(), &answer(status, &body.to_string())).unwrap_err();
        let error = |code: &str, kind: &str| json!({ "error": { "code": code, "message": "m", "type": kind } });
        assert_eq!(said(429, error("rate_limit", "invalid_request_error")), Trouble::Later(30));
        assert_eq!(said(400, error("resource_already_exists", "invalid_request_error")), Trouble::Exists);
        assert_eq!(said(400, json!({ "error": { "message": "m", "type": "idempotency_error" } })), Trouble::Exists);
        assert_eq!(
            said(400, json!({ "error": { "message": "m", "type": "invalid_request_error", "param": "code" } })),
            Trouble::Exists
        );
        assert_eq!(
            said(
                400,
                json!({ "error": { "code": "resource_missing", "message": "No such customer: 'cus_123'", "param": "customer" } })
            ),
            Trouble::Refused("Stripe refuses these terms (resource_missing at customer)".to_owned())
        );
        assert!(matches!(said(401, error("", "invalid_request_error")), Trouble::Account(_)));
        assert!(matches!(said(500, json!({})), Trouble::Unknown(_)));
        assert!(matches!(read_created(&grant(), &answer(200, "<html>")), Err(Trouble::Unknown(_))));
    }

    #[test]
    fn a_look_up_tells_ours_from_others_and_from_none() {
        let found = |list: &[String]| read_look_up(&grant(), &answer(200, &format!("{{\"data\":[{}]}}", list.join(","))));
        assert_eq!(found(&[]), Ok(Found::Absent));
        let foreign = promotion_code(|body| body["metadata"] = json!({}));
        assert_eq!(found(std::slice::from_ref(&foreign)), Ok(Found::Foreign));
        let off = promotion_code(|body| (body["metadata"], body["active"]) = (json!({}), json!(false)));
        assert_eq!(found(&[off]), Ok(Found::Absent));
        assert!(matches!(found(&[foreign, promotion_code(|body| body["code"] = json!("back-7f3k9q"))]), Ok(Found::Ours(_))));
        // What a raise switched off is not the raised code.
        let before = promotion_code(|body| (body["promotion"]["coupon"], body["active"]) = (json!("rk-before"), json!(false)));
        assert_eq!(found(std::slice::from_ref(&before)), Ok(Found::Absent));
        assert!(matches!(found(&[before, promotion_code(|_| ())]), Ok(Found::Ours(_))));
    }

    #[test]
    fn a_coupon_of_our_id_with_other_terms_is_not_ours() {
        // `coupon.response.json` of the contract.
        let coupon = |off: f64, valid: bool| {
            json!({ "id": coupon_id(&grant()), "object": "coupon", "amount_off": null, "created": 1793491200, "currency": null,
                "duration": "once", "duration_in_months": null, "livemode": false, "max_redemptions": null, "metadata": {},
                "name": "Welcome back", "percent_off": off, "redeem_by": null, "times_redeemed": 0, "valid": valid })
            .to_string()
        };
        let said = |body: &str| read_coupon(&grant(), &answer(200, body));
        assert_eq!(said(&coupon(20.0, true)), Ok(()));
        assert!(matches!(said(&coupon(25.0, true)), Err(Trouble::Wrong { .. })));
        assert!(matches!(said(&coupon(20.0, false)), Err(Trouble::Refused(_))));
    }

    #[test]
    fn time_and_credit_are_given_once_and_checked() {
        let list = |statuses: &[&str]| {
            let data: Vec<Value> =
                statuses.iter().map(|status| json!({ "id": format!("sub_{status}"), "status": status })).collect();
            json!({ "data": data }).to_string()
        };
        let one = |statuses: &[&str]| read_subscription(&answer(200, &list(statuses)));
        assert_eq!(one(&["incomplete", "active"]).as_deref(), Ok("sub_active"));
        assert!(matches!(one(&[]), Err(Trouble::Refused(_))) && matches!(one(&["active", "trialing"]), Err(Trouble::Refused(_))));
        let extended =
            |end: i64| json!({ "id": "sub_1", "status": "trialing", "trial_end": end, "metadata": { "rekindle_key": "snd_1" } });
        assert!(read_extended(&grant(), &answer(200, &extended(1_798_761_600).to_string())).is_ok());
        assert!(matches!(read_extended(&grant(), &answer(200, &extended(1).to_string())), Err(Trouble::Wrong { .. })));
        let five = Grant { benefit: Benefit::Amount { money: usd(500) }, ..grant() };
        let request = credit(&five).unwrap();
        assert_eq!(request.path, "/v1/customers/cus_123/balance_transactions");
        assert!(request.body.unwrap().starts_with("amount=-500&currency=usd&description=Win-back%20credit"));
        assert!(credit(&grant()).is_err(), "a share is no credit");
        let given = |amount: i64, mark: &str| {
            json!({ "data": [{ "id": "cbtxn_1", "amount": amount, "currency": "usd", "metadata": { "rekindle_key": mark } }] })
                .to_string()
        };
        assert!(matches!(read_credits(&five, &answer(200, &given(-500, "snd_1"))), Ok(Found::Ours(_))));
        assert_eq!(read_credits(&five, &answer(200, &given(-500, "other"))), Ok(Found::Absent));
        assert!(matches!(read_credits(&five, &answer(200, &given(500, "snd_1"))), Err(Trouble::Wrong { .. })));
    }
}
