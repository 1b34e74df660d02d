//! Shopify: discount codes by GraphQL.
//!
//! A code of somebody whom the store knows is a discount of its own, which only they can use. Codes of people whom it does not know are
//! made in lots: one discount holds the terms, and up to 250 codes are added to it at once. Shopify adds them later than it answers, so
//! that a code of a lot counts only once the poll names it imported. The title is our mark on what we made: neither metadata nor an
//! idempotency key exists for discounts.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{Answer, Benefit, Found, Grant, Issued, Request, Trouble, code, error_code, status};

/// What answers are read by: an older one falls forward without a word, which `X-Shopify-API-Version` tells.
pub const VERSION: &str = "2026-10";

/// Codes that are added to a discount at once.
pub const LOT: usize = 250;

const NAME: &str = "Shopify";

const FIELDS: &str = "id codeDiscount { __typename ... on DiscountCodeBasic { title status startsAt endsAt usageLimit appliesOncePerCustomer asyncUsageCount \
     codes(first: 1) { nodes { id code } } customerGets { value { __typename ... on DiscountPercentage { percentage } ... on DiscountAmount { amount { amount currencyCode } } } } } }";

/// What a lot's poll said of one code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    pub code: String,
    /// The store's name of it, or the store's error code.
    pub result: Result<String, String>,
}

/// How far a lot is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lot {
    pub is_done: bool,
    /// Named so far: what is not among them is not in the store yet.
    pub codes: Vec<Imported>,
    /// Where the next page begins.
    pub next: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Envelope {
    data: Option<Value>,
    #[serde(default)]
    errors: Value,
    #[serde(default)]
    extensions: Extensions,
}

#[derive(Debug, Default, Deserialize)]
struct Extensions {
    cost: Option<Cost>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Cost {
    #[serde(default)]
    requested_query_cost: f64,
    throttle_status: ThrottleStatus,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ThrottleStatus {
    currently_available: f64,
    restore_rate: f64,
}

#[derive(Debug, Deserialize)]
struct UserError {
    #[serde(default)]
    code: Option<String>,
    #[serde(default)]
    field: Option<Vec<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Written {
    code_discount_node: Option<Node>,
    #[serde(default)]
    user_errors: Vec<UserError>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Node {
    id: String,
    code_discount: Discount,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
struct Discount {
    title: String,
    status: String,
    ends_at: Option<String>,
    usage_limit: Option<u32>,
    async_usage_count: u32,
    codes: Option<Codes>,
    customer_gets: Option<CustomerGets>,
}

#[derive(Debug, Deserialize)]
struct Codes {
    nodes: Vec<RedeemCode>,
}

#[derive(Debug, Deserialize)]
struct RedeemCode {
    #[serde(default)]
    id: String,
    code: String,
}

#[derive(Debug, Deserialize)]
struct CustomerGets {
    value: Gets,
}

#[derive(Debug, Deserialize)]
struct Gets {
    percentage: Option<f64>,
    amount: Option<MoneyText>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct MoneyText {
    amount: String,
    currency_code: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Added {
    bulk_creation: Option<BulkCreation>,
    #[serde(default)]
    user_errors: Vec<UserError>,
}

#[derive(Debug, Deserialize)]
struct BulkCreation {
    id: String,
}

#[derive(Debug, Deserialize)]
struct Poll {
    done: bool,
    codes: PollCodes,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PollCodes {
    page_info: PageInfo,
    nodes: Vec<PollCode>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PageInfo {
    has_next_page: bool,
    end_cursor: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PollCode {
    code: String,
    discount_redeem_code: Option<RedeemCode>,
    #[serde(default)]
    errors: Vec<UserError>,
}

/// Our mark: the discount of one person's code.
pub fn title(grant: &Grant) -> String {
    format!("Rekindle {}", grant.key)
}

/// The discount that a lot's codes are added to: the same for the same terms and days.
pub fn lot_title(grant: &Grant) -> String {
    let terms = Grant { key: String::new(), code: String::new(), person: None, email: None, ..grant.clone() };
    let text = serde_json::to_string(&terms).unwrap_or_default();
    format!("Rekindle lot {}", code::digest(&[&text]))
}

/// A discount with one code: the person's own where the store knows them, else the beginning of a lot, whose first code nobody gets.
pub fn create(grant: &Grant, title: &str) -> Request {
    let query = format!(
        "mutation Create($input: DiscountCodeBasicInput!) {{ discountCodeBasicCreate(basicCodeDiscount: $input) {{ codeDiscountNode {{ {FIELDS} }} userErrors {{ field code message extraInfo }} }} }}"
    );
    ask(&query, &json!({ "input": input(grant, title) }))
}

/// # Errors
/// Where it was not made, or is another than was asked for.
pub fn read_created(grant: &Grant, title: &str, answer: &Answer<'_>) -> Result<Issued, Trouble> {
    written(grant, title, read(answer, "discountCodeBasicCreate")?)
}

/// The same code, deeper.
pub fn raise(grant: &Grant, external_id: &str) -> Request {
    let query = format!(
        "mutation Raise($id: ID!, $input: DiscountCodeBasicInput!) {{ discountCodeBasicUpdate(id: $id, basicCodeDiscount: $input) {{ codeDiscountNode {{ {FIELDS} }} userErrors {{ field code message extraInfo }} }} }}"
    );
    ask(&query, &json!({ "id": external_id, "input": input(grant, &title(grant)) }))
}

/// # Errors
/// As [`read_created`].
pub fn read_raised(grant: &Grant, answer: &Answer<'_>) -> Result<Issued, Trouble> {
    written(grant, &title(grant), read(answer, "discountCodeBasicUpdate")?)
}

/// Finds a code of a discount as well as one of a lot.
pub fn look_up(text: &str) -> Request {
    let query = format!("query Look($code: String!) {{ codeDiscountNodeByCode(code: $code) {{ {FIELDS} }} }}");
    ask(&query, &json!({ "code": text }))
}

/// # Errors
/// Where nobody can tell; and where ours is another than was asked for.
pub fn read_look_up(grant: &Grant, title: &str, answer: &Answer<'_>) -> Result<Found, Trouble> {
    match read::<Option<Node>>(answer, "codeDiscountNodeByCode")? {
        None => Ok(Found::Absent),
        Some(node) if node.code_discount.title != title => Ok(Found::Foreign),
        // A lot names its first code only.
        Some(node) => issued(grant, node, title == self::title(grant)).map(Found::Ours),
    }
}

/// Adds up to [`LOT`] codes to a discount; they are there once [`read_poll`] names them.
pub fn add(discount: &str, codes: &[&str]) -> Request {
    let query = "mutation Bulk($id: ID!, $codes: [DiscountRedeemCodeInput!]!) { discountRedeemCodeBulkAdd(discountId: $id, codes: $codes) { bulkCreation { id codesCount done } userErrors { field code message } } }";
    let codes: Vec<Value> = codes.iter().map(|code| json!({ "code": code })).collect();
    ask(query, &json!({ "id": discount, "codes": codes }))
}

/// What to poll.
///
/// # Errors
/// Where the lot was not taken.
pub fn read_added(answer: &Answer<'_>) -> Result<String, Trouble> {
    let Added { bulk_creation, user_errors } = read(answer, "discountRedeemCodeBulkAdd")?;
    refused(&user_errors)?;
    bulk_creation.map(|creation| creation.id).ok_or_else(|| Trouble::Unknown("no lot was named".to_owned()))
}

pub fn poll(lot: &str, after: Option<&str>) -> Request {
    let query = "query Poll($id: ID!, $after: String) { discountRedeemCodeBulkCreation(id: $id) { id done codesCount importedCount failedCount codes(first: 250, after: $after) { pageInfo { hasNextPage endCursor } nodes { code discountRedeemCode { id code asyncUsageCount } errors { code field message } } } } }";
    ask(query, &json!({ "id": lot, "after": after }))
}

/// # Errors
/// Where nobody can tell.
pub fn read_poll(answer: &Answer<'_>) -> Result<Lot, Trouble> {
    let Some(Poll { done, codes }) = read::<Option<Poll>>(answer, "discountRedeemCodeBulkCreation")? else {
        return Err(Trouble::Unknown("the lot is not known there".to_owned()));
    };
    let imported = codes.nodes.into_iter().filter_map(|PollCode { code, discount_redeem_code, errors }| {
        let result = match (discount_redeem_code, errors.first()) {
            (Some(there), None) if there.code.eq_ignore_ascii_case(&code) => Ok(there.id),
            (_, Some(error)) => Err(error.code.clone().unwrap_or_default()),
            // Not yet.
            _ => return None,
        };
        Some(Imported { code, result })
    });
    let next = codes.page_info.end_cursor.filter(|_| codes.page_info.has_next_page);
    Ok(Lot { is_done: done, codes: imported.collect(), next })
}

/// Ends a discount of one code.
pub fn revoke(external_id: &str) -> Request {
    let query = "mutation Off($id: ID!) { discountCodeDeactivate(id: $id) { codeDiscountNode { id codeDiscount { __typename ... on DiscountCodeBasic { title status } } } userErrors { field code message extraInfo } } }";
    ask(query, &json!({ "id": external_id }))
}

/// # Errors
/// Where the code may still be good.
pub fn read_revoked(answer: &Answer<'_>) -> Result<(), Trouble> {
    let Written { code_discount_node, user_errors } = read(answer, "discountCodeDeactivate")?;
    refused(&user_errors)?;
    match code_discount_node {
        Some(node) if node.code_discount.status != "ACTIVE" => Ok(()),
        _ => Err(Trouble::Unknown("still active".to_owned())),
    }
}

/// Takes codes out of a lot; Shopify does so later than it answers.
pub fn remove(discount: &str, codes: &[&str]) -> Request {
    let query = "mutation Remove($id: ID!, $ids: [ID!]) { discountCodeRedeemCodeBulkDelete(discountId: $id, ids: $ids) { job { id done } userErrors { field code message extraInfo } } }";
    ask(query, &json!({ "id": discount, "ids": codes }))
}

/// # Errors
/// Where they may stay.
pub fn read_removed(answer: &Answer<'_>) -> Result<(), Trouble> {
    let body: Value = read(answer, "discountCodeRedeemCodeBulkDelete")?;
    let errors: Vec<UserError> = serde_json::from_value(body.get("userErrors").cloned().unwrap_or_default()).unwrap_or_default();
    refused(&errors)
}

/// The token of a client of the shop's own organisation: good for a day.
pub fn token(client_id: &str, secret: &str) -> Request {
    let clean = |text: &str| {
        text.chars().filter(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-')).collect::<String>()
    };
    Request {
        method: "POST",
        path: "/admin/oauth/access_token".to_owned(),
        headers: vec![("content-type", "application/x-www-form-urlencoded".to_owned())],
        body: Some(format!("grant_type=client_credentials&client_id={}&client_secret={}", clean(client_id), clean(secret))),
    }
}

/// # Errors
/// Where the client is not known, or may not write discounts.
pub fn read_token(answer: &Answer<'_>) -> Result<String, Trouble> {
    #[derive(Deserialize)]
    struct Token {
        access_token: String,
        scope: String,
    }
    if let Some(trouble) = status(answer, NAME) {
        return Err(trouble);
    }
    let Token { access_token, scope } = serde_json::from_slice(answer.body)
        .map_err(|_| Trouble::Account("Shopify does not know this client: check its id and secret".to_owned()))?;
    if !scope.split(',').any(|one| one.trim() == "write_discounts") {
        return Err(Trouble::Account("The app lacks the scope write_discounts: add it and install the app again".to_owned()));
    }
    Ok(access_token)
}

/// Asks what the key may do.
pub fn test() -> Request {
    ask("query Test { currentAppInstallation { accessScopes { handle } } }", &json!({}))
}

/// # Errors
/// What a person must mend.
pub fn read_test(answer: &Answer<'_>) -> Result<(), Trouble> {
    let installation: Value = read(answer, "currentAppInstallation")?;
    let scopes = installation.get("accessScopes").and_then(Value::as_array).cloned().unwrap_or_default();
    if scopes.iter().any(|scope| scope.get("handle").and_then(Value::as_str) == Some("write_discounts")) {
        return Ok(());
    }
    Err(Trouble::Account("The key lacks the scope write_discounts: add it and install the app again".to_owned()))
}

/// Where requests go, behind the shop's address.
pub fn path(version: &str) -> String {
    format!("/admin/api/{version}/graphql.json")
}

fn input(grant: &Grant, title: &str) -> Value {
    let is_subscription = grant.months.is_some();
    let value = match grant.benefit {
        // Of 1, not of 100.
        Benefit::Share { per_mille } => json!({ "percentage": f64::from(per_mille) / 1_000.0 }),
        Benefit::Amount { money } => json!({ "discountAmount": { "amount": money.amount(), "appliesOnEachItem": false } }),
    };
    let items = if grant.only.is_empty() { json!({ "all": true }) } else { json!({ "collections": { "add": grant.only } }) };
    let mut gets = json!({ "value": value, "items": items, "appliesOnOneTimePurchase": true });
    if is_subscription && let Some(gets) = gets.as_object_mut() {
        gets.insert("appliesOnSubscription".to_owned(), Value::Bool(true));
    }
    let context = match &grant.person {
        Some(person) if title == self::title(grant) => json!({ "customers": { "add": [person] } }),
        _ => json!({ "all": "ALL" }),
    };
    let mut input = json!({
        "title": title, "code": grant.code, "startsAt": grant.starts.rfc3339(), "endsAt": grant.expires.rfc3339(), "context": context,
        "customerGets": gets, "appliesOncePerCustomer": true, "usageLimit": 1,
        "combinesWith": { "orderDiscounts": false, "productDiscounts": false, "shippingDiscounts": true }
    });
    if let Some(object) = input.as_object_mut() {
        if let Some(minimum) = grant.minimum {
            object.insert(
                "minimumRequirement".to_owned(),
                json!({ "subtotal": { "greaterThanOrEqualToSubtotal": minimum.amount() } }),
            );
        }
        if let Some(months) = grant.months {
            object.insert("recurringCycleLimit".to_owned(), json!(months));
        }
    }
    input
}

fn written(grant: &Grant, title: &str, Written { code_discount_node, user_errors }: Written) -> Result<Issued, Trouble> {
    refused(&user_errors)?;
    let node = code_discount_node.ok_or_else(|| Trouble::Unknown("no discount was named".to_owned()))?;
    if node.code_discount.title != title {
        return Err(wrong(node.id));
    }
    issued(grant, node, true)
}

fn issued(grant: &Grant, Node { id, code_discount }: Node, is_own: bool) -> Result<Issued, Trouble> {
    let Discount { status, ends_at, usage_limit, async_usage_count, codes, customer_gets, .. } = code_discount;
    let has_code = codes.is_none_or(|codes| codes.nodes.iter().any(|there| grant.is_code(&there.code)));
    let ends = ends_at.and_then(|text| crate::time::Millis::parse_rfc3339(&text).ok());
    let is_value = customer_gets.is_none_or(|gets| match (grant.benefit, gets.value) {
        (Benefit::Share { per_mille }, Gets { percentage: Some(share), .. }) => {
            (share * 1_000.0 - f64::from(per_mille)).abs() < 1e-6
        }
        (Benefit::Amount { money }, Gets { amount: Some(MoneyText { amount, currency_code }), .. }) => {
            currency_code.eq_ignore_ascii_case(money.currency.as_str())
                && crate::money::Money::parse(&amount, money.currency).is_ok_and(|there| there == money)
        }
        _ => false,
    });
    let is_end = ends.is_some_and(|ends| ends.0.div_euclid(1_000) == grant.expires.0.div_euclid(1_000));
    if (is_own && !has_code) || usage_limit != Some(1) || !is_end || !is_value {
        return Err(wrong(id));
    }
    let uses = if is_own { async_usage_count } else { 0 };
    Ok(Issued { external_id: id, uses, is_active: status != "EXPIRED" })
}

fn wrong(external_id: String) -> Trouble {
    Trouble::Wrong { external_id, text: "Shopify made a discount with other terms than were asked for".to_owned() }
}

fn refused(errors: &[UserError]) -> Result<(), Trouble> {
    let Some(error) = errors.first() else { return Ok(()) };
    let code = error.code.as_deref().unwrap_or_default();
    if code == "TAKEN" {
        return Err(Trouble::Exists);
    }
    let at =
        error.field.as_ref().and_then(|path| path.last()).map(|field| format!(" at {}", error_code(field))).unwrap_or_default();
    Err(Trouble::Refused(format!("Shopify refuses these terms ({}{at})", error_code(code))))
}

/// What stands under `name` in the answer's data, or why nothing does: an error comes with status 200.
fn read<T: DeserializeOwned>(answer: &Answer<'_>, name: &str) -> Result<T, Trouble> {
    if let Some(trouble) = status(answer, NAME) {
        return Err(trouble);
    }
    let lost = || Trouble::Unknown("an answer that is none of Shopify's".to_owned());
    let Envelope { data, errors, extensions } = serde_json::from_slice(answer.body).map_err(|_| lost())?;
    let error = errors.as_array().and_then(|errors| errors.first());
    if let Some(error) = error.or_else(|| errors.as_str().map(|_| &errors)) {
        let code = error.pointer("/extensions/code").and_then(Value::as_str).unwrap_or_default();
        return Err(match code {
            "THROTTLED" => Trouble::Later(wait(extensions.cost.as_ref())),
            "ACCESS_DENIED" => Trouble::Account(
                "Shopify does not let the key do this: add the scope write_discounts and install the app again".to_owned(),
            ),
            "SHOP_INACTIVE" => Trouble::Account("Shopify has closed the shop: settle it there".to_owned()),
            "INTERNAL_SERVER_ERROR" | "TIMEOUT" => Trouble::Unknown(error_code(code)),
            code => Trouble::Account(format!(
                "Shopify does not understand the question ({}): its version of the API has moved on",
                error_code(code)
            )),
        });
    }
    let value = data.and_then(|mut data| data.get_mut(name).map(Value::take)).ok_or_else(lost)?;
    serde_json::from_value(value).map_err(|_| lost())
}

/// Until the bucket holds what the question costs.
fn wait(cost: Option<&Cost>) -> u32 {
    let Some(Cost { requested_query_cost, throttle_status }) = cost else { return 2 };
    let missing = requested_query_cost - throttle_status.currently_available;
    let seconds = libm::ceil(missing / throttle_status.restore_rate.max(1.0)).clamp(1.0, 600.0);
    if seconds.is_finite() { seconds as u32 } else { 2 }
}

fn ask(query: &str, variables: &Value) -> Request {
    Request {
        method: "POST",
        // The version stands in it, which the connection knows.
        path: String::new(),
        headers: vec![("content-type", "application/json".to_owned())],
        body: Some(json!({ "query": query, "variables": variables }).to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{answer, grant, usd};
    use super::*;

    fn bound() -> Grant {
        Grant { person: Some("gid://shopify/Customer/7".to_owned()), ..grant() }
    }

    /// `discountCodeBasicCreate.response.json` of the contract, with our title, days and what the discount gives.
    fn node(change: impl FnOnce(&mut Value)) -> Value {
        let mut node = json!({ "id": "gid://shopify/DiscountCodeNode/1057371185", "codeDiscount": { "__typename": "DiscountCodeBasic",
            "title": title(&grant()), "status": "ACTIVE", "startsAt": "2026-11-01T00:00:00Z", "endsAt": "2027-01-01T00:00:00Z", "usageLimit": 1,
            "appliesOncePerCustomer": true, "asyncUsageCount": 0,
            "codes": { "nodes": [{ "id": "gid://shopify/DiscountRedeemCode/18007683825", "code": "BACK-7F3K9Q" }] },
            "customerGets": { "value": { "__typename": "DiscountPercentage", "percentage": 0.2 } } } });
        change(&mut node);
        node
    }

    fn created(node: &Value) -> String {
        json!({ "data": { "discountCodeBasicCreate": { "codeDiscountNode": node, "userErrors": [] } },
            "extensions": { "cost": { "requestedQueryCost": 13, "actualQueryCost": 13,
                "throttleStatus": { "maximumAvailable": 2000.0, "currentlyAvailable": 1987.0, "restoreRate": 100.0 } } } })
        .to_string()
    }

    #[test]
    fn a_code_of_a_known_customer_is_theirs_alone() {
        let request = create(&bound(), &title(&bound()));
        let body: Value = serde_json::from_str(&request.body.unwrap()).unwrap();
        let input = &body["variables"]["input"];
        assert_eq!(input["context"], json!({ "customers": { "add": ["gid://shopify/Customer/7"] } }));
        assert_eq!(input["customerGets"]["value"], json!({ "percentage": 0.2 }));
        assert_eq!((input["usageLimit"].as_u64(), input["appliesOncePerCustomer"].as_bool()), (Some(1), Some(true)));
        assert_eq!(input["combinesWith"]["orderDiscounts"], json!(false));
        let lot: Value = serde_json::from_str(&create(&bound(), &lot_title(&bound())).body.unwrap()).unwrap();
        assert_eq!(lot["variables"]["input"]["context"], json!({ "all": "ALL" }));
        let five = Grant { benefit: Benefit::Amount { money: usd(500) }, minimum: Some(usd(2_000)), ..grant() };
        let input = input_of(&five);
        assert_eq!(input["customerGets"]["value"]["discountAmount"]["amount"], json!("5.00"));
        assert_eq!(input["minimumRequirement"]["subtotal"]["greaterThanOrEqualToSubtotal"], json!("20.00"));
    }

    fn input_of(grant: &Grant) -> Value {
        input(grant, &title(grant))
    }

    #[test]
    fn a_code_counts_only_as_it_was_asked_for() {
        let said = |node: &Value| read_created(&grant(), &title(&grant()), &answer(200, &created(node)));
        assert!(said(&node(|_| ())).is_ok());
        let wrong: [fn(&mut Value); 5] = [
            |node| node["codeDiscount"]["title"] = json!("Summer sale"),
            |node| node["codeDiscount"]["usageLimit"] = Value::Null,
            |node| node["codeDiscount"]["endsAt"] = Value::Null,
            |node| node["codeDiscount"]["codes"]["nodes"][0]["code"] = json!("BACK-OTHER"),
            |node| node["codeDiscount"]["customerGets"]["value"]["percentage"] = json!(0.25),
        ];
        for (at, change) in wrong.into_iter().enumerate() {
            assert!(matches!(said(&node(change)), Err(Trouble::Wrong { .. })), "{at}");
        }
    }

    #[test]
    fn an_error_inside_a_success_is_an_error() {
        let said = |body: &str| read_created(&grant(), &title(&grant()), &answer(200, body)).unwrap_err();
        let taken = r#"{"data":{"discountCodeBasicCreate":{"codeDiscountNode":null,"userErrors":[{"field":["basicCodeDiscount","code"],"code":"TAKEN","message":"Code must be unique. Please try a different code.","extraInfo":null}]}}}"#;
        assert_eq!(said(taken), Trouble::Exists);
        let throttled = r#"{"errors":[{"message":"Throttled","extensions":{"code":"THROTTLED","documentation":"https://shopify.dev/api/usage/rate-limits"}}],"extensions":{"cost":{"requestedQueryCost":252,"actualQueryCost":null,"throttleStatus":{"maximumAvailable":2000.0,"currentlyAvailable":40.0,"restoreRate":100.0}}}}"#;
        assert_eq!(said(throttled), Trouble::Later(3));
        let refused = r#"{"data":{"discountCodeBasicCreate":{"codeDiscountNode":null,"userErrors":[{"field":["basicCodeDiscount","endsAt"],"code":"INVALID","message":"m"}]}}}"#;
        assert_eq!(said(refused), Trouble::Refused("Shopify refuses these terms (INVALID at endsAt)".to_owned()));
        assert!(matches!(
            said(r#"{"errors":[{"message":"m","extensions":{"code":"ACCESS_DENIED"}}],"data":null}"#),
            Trouble::Account(_)
        ));
        assert!(matches!(said(r#"{"errors":"[API] Invalid API key or access token"}"#), Trouble::Account(_)));
        assert!(matches!(
            said(r#"{"errors":[{"message":"m","extensions":{"code":"INTERNAL_SERVER_ERROR"}}]}"#),
            Trouble::Unknown(_)
        ));
        assert!(matches!(said("<html>"), Trouble::Unknown(_)) && matches!(said(r#"{"data":null}"#), Trouble::Unknown(_)));
    }

    #[test]
    fn a_look_up_tells_ours_from_others_and_from_none() {
        let found = |node: Value| {
            let body = json!({ "data": { "codeDiscountNodeByCode": node } }).to_string();
            read_look_up(&grant(), &title(&grant()), &answer(200, &body))
        };
        assert_eq!(found(Value::Null), Ok(Found::Absent));
        assert_eq!(found(node(|node| node["codeDiscount"]["title"] = json!("Summer sale"))), Ok(Found::Foreign));
        // Shopify compares without case, and so do we.
        assert!(matches!(
            found(node(|node| node["codeDiscount"]["codes"]["nodes"][0]["code"] = json!("back-7f3k9q"))),
            Ok(Found::Ours(_))
        ));
        // Its own kind of discount, such as free shipping, has none of the fields.
        assert_eq!(
            found(json!({ "id": "gid://1", "codeDiscount": { "__typename": "DiscountCodeFreeShipping" } })),
            Ok(Found::Foreign)
        );
    }

    #[test]
    fn a_code_of_a_lot_is_found_behind_the_lots_first_one() {
        let node = node(|node| {
            node["codeDiscount"]["title"] = json!(lot_title(&grant()));
            node["codeDiscount"]["codes"]["nodes"][0]["code"] = json!("RK-FIRST");
            node["codeDiscount"]["asyncUsageCount"] = json!(9);
        });
        let body = json!({ "data": { "codeDiscountNodeByCode": node } }).to_string();
        let found = read_look_up(&grant(), &lot_title(&grant()), &answer(200, &body));
        assert!(matches!(found, Ok(Found::Ours(Issued { uses: 0, .. }))), "the count is that of the whole lot: {found:?}");
    }

    #[test]
    fn a_lot_names_what_is_imported_and_what_is_not() {
        let added = r#"{"data":{"discountRedeemCodeBulkAdd":{"bulkCreation":{"id":"gid://shopify/DiscountRedeemCodeBulkCreation/989355119","codesCount":2,"done":false},"userErrors":[]}}}"#;
        assert_eq!(read_added(&answer(200, added)).as_deref(), Ok("gid://shopify/DiscountRedeemCodeBulkCreation/989355119"));
        let body = r#"{"data":{"discountRedeemCodeBulkCreation":{"id":"gid://shopify/DiscountRedeemCodeBulkCreation/989355119","done":true,"codesCount":2,"importedCount":1,"failedCount":1,"codes":{"pageInfo":{"hasNextPage":false,"endCursor":"eyJsYXN0X2lkIjoyfQ=="},"nodes":[{"code":"BACK-7F3K9Q","discountRedeemCode":{"id":"gid://shopify/DiscountRedeemCode/18007683826","code":"BACK-7F3K9Q","asyncUsageCount":0},"errors":[]},{"code":"BACK-2M8T4X","discountRedeemCode":null,"errors":[{"code":"TAKEN","field":["code"],"message":"must be unique. Please try a different code."}]}]}}}}"#;
        let lot = read_poll(&answer(200, body)).unwrap();
        assert!(lot.is_done && lot.next.is_none());
        let results: Vec<_> = lot.codes.iter().map(|code| (code.code.as_str(), code.result.as_deref())).collect();
        assert_eq!(
            results,
            [("BACK-7F3K9Q", Ok("gid://shopify/DiscountRedeemCode/18007683826")), ("BACK-2M8T4X", Err(&"TAKEN".to_owned()))]
        );
        let running = body
            .replace("\"done\":true", "\"done\":false")
            .replace(r#"{"id":"gid://shopify/DiscountRedeemCode/18007683826","code":"BACK-7F3K9Q","asyncUsageCount":0}"#, "null");
        let lot = read_poll(&answer(200, &running)).unwrap();
        assert_eq!((lot.is_done, lot.codes.len()), (false, 1), "what is not named imported is not there");
    }

    #[test]
    fn a_client_without_the_scope_is_told_so() {
        let body = r#"{"access_token":"shpat_xxx","scope":"write_discounts,read_customers","expires_in":86399}"#;
        assert_eq!(read_token(&answer(200, body)).as_deref(), Ok("shpat_xxx"));
        assert!(matches!(read_token(&answer(200, &body.replace("write_discounts", "read_orders"))), Err(Trouble::Account(_))));
        let scopes =
            |handle: &str| format!(r#"{{"data":{{"currentAppInstallation":{{"accessScopes":[{{"handle":"{handle}"}}]}}}}}}"#);
        assert!(
            read_test(&answer(200, &scopes("write_discounts"))).is_ok()
                && read_test(&answer(200, &scopes("read_discounts"))).is_err()
        );
    }
}
