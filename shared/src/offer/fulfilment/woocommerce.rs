//! WooCommerce: coupons over the shop's own REST interface.
//!
//! A shop's server is whatever its host made of it: a firewall answers with pages, a byte order mark stands before the JSON, codes come
//! back in lower case, and a share above 100 is stored as nothing with status 201. So what it says it made is compared field by field.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{Answer, Benefit, Found, Grant, Issued, Request, Trouble, error_code, status};
use crate::money::{Currency, Money};
use crate::time::Millis;

/// Coupons that one request may make.
pub const BATCH: usize = 100;

const PATH: &str = "/wp-json/wc/v3/coupons";
const NAME: &str = "WooCommerce";

/// Our mark on what we made.
const MARK: &str = "_rekindle_key";

#[derive(Debug, Deserialize)]
struct Refusal {
    code: String,
}

#[derive(Debug, Deserialize)]
struct Coupon {
    id: u64,
    #[serde(default)]
    code: String,
    #[serde(default)]
    amount: String,
    #[serde(default)]
    discount_type: String,
    date_expires_gmt: Option<String>,
    #[serde(default)]
    usage_count: u32,
    #[serde(default)]
    individual_use: bool,
    usage_limit: Option<u32>,
    #[serde(default)]
    minimum_amount: String,
    #[serde(default)]
    email_restrictions: Vec<String>,
    #[serde(default)]
    meta_data: Vec<Meta>,
}

#[derive(Debug, Deserialize)]
struct Meta {
    key: String,
    value: Value,
}

#[derive(Debug, Deserialize)]
struct Made {
    create: Vec<Value>,
}

/// One coupon.
pub fn create(grant: &Grant) -> Request {
    write("POST", PATH.to_owned(), &coupon(grant))
}

/// # Errors
/// Where it was not made, or is another than was asked for.
pub fn read_created(grant: &Grant, answer: &Answer<'_>) -> Result<Issued, Trouble> {
    issued(grant, read(answer)?)
}

/// Up to [`BATCH`] coupons.
pub fn create_all(grants: &[&Grant]) -> Request {
    let coupons: Vec<Value> = grants.iter().map(|grant| coupon(grant)).collect();
    write("POST", format!("{PATH}/batch"), &json!({ "create": coupons }))
}

/// What became of each, in their order: the answer as a whole is a success also where none was made.
///
/// # Errors
/// Where nothing is known of any of them.
pub fn read_all_created(grants: &[&Grant], answer: &Answer<'_>) -> Result<Vec<Result<Issued, Trouble>>, Trouble> {
    let Made { create } = read(answer)?;
    if create.len() != grants.len() {
        return Err(Trouble::Unknown("another number of coupons than was asked for".to_owned()));
    }
    let each = |grant: &Grant, item: Value| {
        if let Some(code) = item.pointer("/error/code").and_then(Value::as_str) {
            return Err(refused(code));
        }
        issued(grant, serde_json::from_value(item).map_err(|_| lost())?)
    };
    Ok(grants.iter().zip(create).map(|(grant, item)| each(grant, item)).collect())
}

/// The same coupon, deeper.
pub fn raise(grant: &Grant, external_id: &str) -> Request {
    write("PUT", format!("{PATH}/{}", number(external_id)), &coupon(grant))
}

pub fn look_up(grant: &Grant) -> Request {
    let code: String = grant.code.chars().filter(|letter| letter.is_ascii_alphanumeric() || *letter == '-').collect();
    Request { method: "GET", path: format!("{PATH}?code={}&per_page=100", code.to_lowercase()), headers: Vec::new(), body: None }
}

/// # Errors
/// Where nobody can tell; and where ours is another than was asked for.
pub fn read_look_up(grant: &Grant, answer: &Answer<'_>) -> Result<Found, Trouble> {
    let found: Vec<Coupon> = read(answer)?;
    match found.into_iter().find(|coupon| grant.is_code(&coupon.code)) {
        None => Ok(Found::Absent),
        Some(coupon) if !is_marked(&coupon, grant) => Ok(Found::Foreign),
        Some(coupon) => issued(grant, coupon).map(Found::Ours),
    }
}

/// For good: without `force` it would only move to the bin, and hold the text there.
pub fn revoke(external_id: &str) -> Request {
    Request { method: "DELETE", path: format!("{PATH}/{}?force=true", number(external_id)), headers: Vec::new(), body: None }
}

/// # Errors
/// Where the code may still be good. One that is gone already is revoked.
pub fn read_revoked(answer: &Answer<'_>) -> Result<(), Trouble> {
    if matches!(answer.status, 404 | 410) && refusal(answer).is_some() {
        return Ok(());
    }
    read::<Coupon>(answer).map(drop)
}

pub fn test() -> Request {
    Request { method: "GET", path: format!("{PATH}?per_page=1"), headers: Vec::new(), body: None }
}

/// # Errors
/// What a person must mend.
pub fn read_test(answer: &Answer<'_>) -> Result<(), Trouble> {
    read::<Vec<Value>>(answer).map(drop)
}

fn coupon(grant: &Grant) -> Value {
    let (discount_type, amount) = match grant.benefit {
        Benefit::Share { per_mille } => ("percent", Benefit::percent(per_mille)),
        Benefit::Amount { money } => ("fixed_cart", money.amount()),
    };
    json!({
        "code": grant.code, "discount_type": discount_type, "amount": amount, "individual_use": true, "usage_limit": 1,
        "usage_limit_per_user": 1, "date_expires_gmt": gmt(grant.expires),
        "minimum_amount": grant.minimum.map_or_else(|| "0".to_owned(), Money::amount),
        "email_restrictions": grant.email.iter().collect::<Vec<_>>(),
        "product_categories": numbers(&grant.only), "excluded_product_categories": numbers(&grant.except),
        "description": format!("Rekindle {}", grant.key), "meta_data": [{ "key": MARK, "value": grant.key }]
    })
}

fn issued(grant: &Grant, coupon: Coupon) -> Result<Issued, Trouble> {
    let cents = |text: &str, money: Option<Money>| Money::parse(text, money.map_or(Currency::USD, |money| money.currency)).ok();
    let is_amount = match grant.benefit {
        // Two decimals of per cent: thousandths of the price times ten.
        Benefit::Share { per_mille } => {
            coupon.discount_type == "percent"
                && cents(&coupon.amount, None).is_some_and(|amount| amount.minor == i64::from(per_mille) * 10)
        }
        Benefit::Amount { money } => coupon.discount_type == "fixed_cart" && cents(&coupon.amount, Some(money)) == Some(money),
    };
    let minimum = cents(if coupon.minimum_amount.is_empty() { "0" } else { &coupon.minimum_amount }, grant.minimum);
    let emails: Vec<String> = coupon.email_restrictions.iter().map(|email| email.to_lowercase()).collect();
    let is_right = grant.is_code(&coupon.code)
        && is_amount
        && is_marked(&coupon, grant)
        && coupon.individual_use
        && coupon.usage_limit == Some(1)
        && coupon.date_expires_gmt.as_deref() == Some(&*gmt(grant.expires))
        && minimum.map(|minimum| minimum.minor) == Some(grant.minimum.map_or(0, |minimum| minimum.minor))
        && emails == grant.email.iter().map(|email| email.to_lowercase()).collect::<Vec<_>>();
    if !is_right {
        let text = "WooCommerce made a coupon with other terms than were asked for".to_owned();
        return Err(Trouble::Wrong { external_id: coupon.id.to_string(), text });
    }
    Ok(Issued { external_id: coupon.id.to_string(), uses: coupon.usage_count, is_active: true })
}

fn is_marked(coupon: &Coupon, grant: &Grant) -> bool {
    coupon.meta_data.iter().any(|meta| meta.key == MARK && meta.value.as_str() == Some(&grant.key))
}

fn refused(code: &str) -> Trouble {
    match code {
        "woocommerce_rest_coupon_code_already_exists" => Trouble::Exists,
        "woocommerce_rest_cannot_create"
        | "woocommerce_rest_cannot_view"
        | "woocommerce_rest_cannot_edit"
        | "woocommerce_rest_cannot_delete" => {
            Trouble::Account("WooCommerce does not let the key do this: make one with read and write access".to_owned())
        }
        "woocommerce_rest_authentication_error" => {
            Trouble::Account("WooCommerce does not take the key: make a new one there and store it here".to_owned())
        }
        "rest_no_route" => {
            Trouble::Account("The shop has no such interface: switch on pretty permalinks and WooCommerce".to_owned())
        }
        code => Trouble::Refused(format!("WooCommerce refuses these terms ({})", error_code(code))),
    }
}

fn refusal(answer: &Answer<'_>) -> Option<Refusal> {
    serde_json::from_slice(plain(answer.body)).ok()
}

/// The answer's object, or why there is none.
fn read<T: DeserializeOwned>(answer: &Answer<'_>) -> Result<T, Trouble> {
    if let Some(trouble) =
        status(answer, NAME).filter(|trouble| !matches!(trouble, Trouble::Account(_)) || refusal(answer).is_none())
    {
        return Err(trouble);
    }
    if !(200..300).contains(&answer.status) {
        return Err(refusal(answer).map_or_else(lost, |refusal| refused(&refusal.code)));
    }
    serde_json::from_slice(plain(answer.body)).map_err(|_| lost())
}

/// A firewall's page, or what a plugin printed before the JSON.
fn lost() -> Trouble {
    Trouble::Unknown("an answer that is no JSON of WooCommerce's".to_owned())
}

/// Without the byte order mark that some plugins' files begin with.
fn plain(body: &[u8]) -> &[u8] {
    body.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(body)
}

/// UTC without a zone, as `_gmt` fields have it: the others are in the shop's own time.
fn gmt(at: Millis) -> String {
    Millis(at.0.div_euclid(1_000) * 1_000).rfc3339().chars().take(19).collect()
}

fn number(id: &str) -> u64 {
    id.parse().unwrap_or(0)
}

fn numbers(ids: &[String]) -> Vec<u64> {
    ids.iter().filter_map(|id| id.parse().ok()).collect()
}

fn write(method: &'static str, path: String, body: &Value) -> Request {
    Request { method, path, headers: vec![("content-type", "application/json".to_owned())], body: Some(body.to_string()) }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{answer, grant, usd};
    use super::*;

    /// `coupon.response.json` of the contract, with our days and mark.
    fn echo(change: impl FnOnce(&mut Value)) -> String {
        let mut body = json!({ "id": 719, "code": "back-7f3k9q", "amount": "20.00", "date_created": "2026-11-01T12:00:00",
            "discount_type": "percent", "description": "Rekindle snd_1", "date_expires": "2026-12-31T21:00:00",
            "date_expires_gmt": "2027-01-01T00:00:00", "usage_count": 0, "individual_use": true, "product_ids": [],
            "usage_limit": 1, "usage_limit_per_user": 1, "limit_usage_to_x_items": null, "free_shipping": false,
            "minimum_amount": "0.00", "maximum_amount": "0.00", "email_restrictions": ["ana@example.com"], "used_by": [],
            "meta_data": [{ "id": 5001, "key": "_rekindle_key", "value": "snd_1" }] });
        change(&mut body);
        body.to_string()
    }

    #[test]
    fn a_coupon_is_asked_for_in_the_form_of_the_contract() {
        let request = create(&grant());
        assert_eq!((request.method, request.path.as_str()), ("POST", "/wp-json/wc/v3/coupons"));
        let body: Value = serde_json::from_str(&request.body.unwrap()).unwrap();
        assert_eq!(
            (body["amount"].as_str(), body["discount_type"].as_str()),
            (Some("20"), Some("percent")),
            "the amount is text"
        );
        assert_eq!(body["date_expires_gmt"], json!("2027-01-01T00:00:00"));
        assert_eq!((&body["email_restrictions"], &body["individual_use"]), (&json!(["ana@example.com"]), &json!(true)));
        let off = coupon(&Grant {
            benefit: Benefit::Share { per_mille: 125 },
            minimum: Some(usd(2_500)),
            except: vec!["15".to_owned()],
            ..grant()
        });
        assert_eq!(
            (&off["amount"], &off["minimum_amount"], &off["excluded_product_categories"]),
            (&json!("12.5"), &json!("25.00"), &json!([15]))
        );
    }

    #[test]
    fn a_coupon_counts_only_as_it_was_asked_for() {
        let said = |body: &str| read_created(&grant(), &answer(201, body));
        assert_eq!(
            said(&echo(|_| ())).map(|issued| issued.external_id).as_deref(),
            Ok("719"),
            "its code comes back in lower case"
        );
        let wrong: [fn(&mut Value); 7] = [
            // A share above 100 is stored as nothing, with status 201.
            |body| body["amount"] = json!("0.00"),
            |body| body["code"] = json!("back-other"),
            |body| body["usage_limit"] = Value::Null,
            |body| body["date_expires_gmt"] = Value::Null,
            |body| body["email_restrictions"] = json!([]),
            |body| body["meta_data"] = json!([]),
            |body| body["discount_type"] = json!("fixed_cart"),
        ];
        for (at, change) in wrong.into_iter().enumerate() {
            assert!(matches!(said(&echo(change)), Err(Trouble::Wrong { .. })), "{at}");
        }
    }

    #[test]
    fn a_byte_order_mark_is_read_over_and_a_page_is_no_answer() {
        assert!(read_created(&grant(), &answer(201, &format!("\u{feff}{}", echo(|_| ())))).is_ok());
        let page = "<!DOCTYPE html><title>Briefly unavailable for scheduled maintenance</title>";
        assert!(matches!(read_created(&grant(), &answer(200, page)), Err(Trouble::Unknown(_))));
        assert!(matches!(read_created(&grant(), &answer(503, page)), Err(Trouble::Unknown(_))));
        assert!(matches!(read_created(&grant(), &answer(403, page)), Err(Trouble::Account(_))));
    }

    #[test]
    fn each_item_of_a_batch_has_a_result_of_its_own() {
        let other = Grant { key: "snd_2".to_owned(), code: "BACK-2M8T4X".to_owned(), ..grant() };
        let failed = json!({ "id": 0, "error": { "code": "woocommerce_rest_coupon_code_already_exists",
            "message": "The coupon code already exists", "data": { "status": 400 } } });
        let made: Value = serde_json::from_str(&echo(|_| ())).unwrap();
        let body = json!({ "create": [made, failed] }).to_string();
        let results = read_all_created(&[&grant(), &other], &answer(200, &body)).unwrap();
        assert!(matches!(results.as_slice(), [Ok(_), Err(Trouble::Exists)]), "{results:?}");
        assert!(read_all_created(&[&grant()], &answer(200, &body)).is_err(), "an answer to something else");
    }

    #[test]
    fn a_look_up_tells_ours_from_others_and_from_none() {
        let found = |body: String| read_look_up(&grant(), &answer(200, &format!("[{body}]")));
        assert_eq!(found(String::new()), Ok(Found::Absent));
        assert_eq!(found(echo(|body| body["meta_data"] = json!([]))), Ok(Found::Foreign));
        assert!(matches!(found(echo(|_| ())), Ok(Found::Ours(_))));
        assert!(matches!(found(echo(|body| body["amount"] = json!("0.00"))), Err(Trouble::Wrong { .. })));
    }

    #[test]
    fn errors_say_whether_the_key_or_the_coupon_is_at_fault() {
        let said = |status: u16, code: &str| {
            read_created(&grant(), &answer(status, &format!(r#"{{"code":"{code}","message":"m","data":{{"status":{status}}}}}"#)))
                .unwrap_err()
        };
        assert_eq!(said(400, "woocommerce_rest_coupon_code_already_exists"), Trouble::Exists);
        assert!(matches!(said(401, "woocommerce_rest_cannot_create"), Trouble::Account(_)));
        assert!(matches!(said(404, "rest_no_route"), Trouble::Account(_)));
        assert_eq!(
            said(400, "rest_invalid_param"),
            Trouble::Refused("WooCommerce refuses these terms (rest_invalid_param)".to_owned())
        );
        assert_eq!(said(429, "x"), Trouble::Later(30));
        assert_eq!(read_revoked(&answer(404, r#"{"code":"woocommerce_rest_shop_coupon_invalid_id"}"#)), Ok(()));
        assert!(read_revoked(&answer(404, "<html>")).is_err());
    }
}
