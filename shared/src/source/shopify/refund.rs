//! Money given back: `refunds/create`, and `refunds[]` of an order.

use super::need_id;
use crate::money::Currency;
use crate::source::value::Node;
use crate::source::words::told_at;
use crate::source::{Delivery, Fact, OrderChange, OrderPart, Refusal, Who};
use crate::time::Millis;

#[derive(Debug)]
pub(super) struct Refund {
    pub(super) id: String,
    pub(super) at: Option<Millis>,
    /// Positive.
    pub(super) minor: i64,
    pub(super) currency: Currency,
}

pub(super) fn read(body: &Node<'_>, delivery: &Delivery<'_>) -> Result<Vec<Fact>, Refusal> {
    let order_id = body.need_id("order_id")?;
    let currency = shop_currency(body, delivery.currency)?;
    let part = refund(body, currency)?.map(|refund| OrderPart {
        id: refund.id,
        order_id,
        who: Who::default(),
        at: refund.at.unwrap_or(told_at(delivery)),
        change: OrderChange::Refunded { amount: Some(refund.minor), currency: refund.currency },
    });
    Ok(part.into_iter().map(Fact::OrderPart).collect())
}

pub(super) fn of_order(order: &Node<'_>, currency: Currency) -> Result<Vec<Refund>, Refusal> {
    let refunds: Result<Vec<Option<Refund>>, Refusal> =
        order.list("refunds").iter().map(|record| refund(record, currency)).collect();
    Ok(refunds?.into_iter().flatten().collect())
}

/// None where nothing was given back, as when goods were only put back on the shelf or the payment failed.
fn refund(record: &Node<'_>, currency: Currency) -> Result<Option<Refund>, Refusal> {
    let id = need_id(record, "id", "admin_graphql_api_id")?;
    let at = record.first_time(&["processed_at", "created_at"])?;
    let transactions = record.list("transactions");
    let is_paid_abroad =
        transactions.iter().any(|paid| paid.text("currency").is_some_and(|code| Currency::parse(&code) != Ok(currency)));
    let minor =
        if transactions.is_empty() || is_paid_abroad { of_lines(record, currency)? } else { paid(&transactions, currency)? };
    Ok((minor > 0).then_some(Refund { id, at, minor, currency }))
}

fn paid(transactions: &[Node<'_>], currency: Currency) -> Result<i64, Refusal> {
    let mut sum = 0_i64;
    for transaction in transactions {
        let is_refund = transaction.word("kind").is_none_or(|kind| kind == "refund");
        let is_lost = matches!(transaction.word("status").as_deref(), Some("failure" | "error"));
        if is_refund && !is_lost {
            sum = sum.saturating_add(transaction.need_money("amount", currency)?);
        }
    }
    Ok(sum)
}

/// In the shop's currency, where no payment says it: goods with their tax, less what the adjustments took off (an adjustment in the
/// customer's favour, such as shipping, is negative).
fn of_lines(record: &Node<'_>, currency: Currency) -> Result<i64, Refusal> {
    let mut sum = 0_i64;
    for line in record.list("refund_line_items") {
        let tax = line.money("total_tax", currency)?.unwrap_or(0);
        sum = sum.saturating_add(line.money("subtotal", currency)?.unwrap_or(0)).saturating_add(tax);
    }
    for adjustment in record.list("order_adjustments") {
        let tax = adjustment.money("tax_amount", currency)?.unwrap_or(0);
        sum = sum.saturating_sub(adjustment.money("amount", currency)?.unwrap_or(0)).saturating_sub(tax);
    }
    Ok(sum)
}

/// A refund on its own names no currency at its top.
fn shop_currency(refund: &Node<'_>, default: Currency) -> Result<Currency, Refusal> {
    let code = "shop_money.currency_code";
    if let Some(set) = refund.node("total_duties_set").filter(|set| set.is_there(code)) {
        return set.currency(code, default);
    }
    let lines = refund.list("refund_line_items").into_iter().filter_map(|line| line.node("subtotal_set"));
    let adjustments = refund.list("order_adjustments").into_iter().filter_map(|line| line.node("amount_set"));
    match lines.chain(adjustments).find(|set| set.is_there(code)) {
        Some(set) => set.currency(code, default),
        None => match refund.list("transactions").first() {
            Some(transaction) => transaction.currency("currency", default),
            None => Ok(default),
        },
    }
}
