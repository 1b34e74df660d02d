//! Rows of orders, and exports that write an order on several lines.
//!
//! Lines that stand together and carry the same order number are one order. What each of them may say:
//!
//! | the line's total | outcome |
//! |---|---|
//! | empty, or 0 on a later line | another item of the order |
//! | the order's total again | another item of the order |
//! | negative | a refund of the order, before or after it |
//! | negative, no order beside it | refused, with what to do |
//! | another total, or another currency | the whole order is refused: these may be prices of items, and a wrong total is worse than none |
//!
//! A line that cannot be read is refused alone. Items past a limit are left out, the order stays.

use serde::{Deserialize, Serialize};

use super::amounts;
use super::limits::{CODE_CHARS, CODES, ITEM_CHARS, ITEMS, RAW_CHARS};
use super::refusal::{Refusal, cut, shown, tidy};
use super::row::{Context, Row};
use super::{Key, OrderRow, RowError, Who};
use crate::money::{Currency, Money};
use crate::time::Millis;

/// Errors wait until the order before them is complete, so that all output is in the file's order; with this many the order is closed.
const HELD: usize = 50;

/// The order whose lines may not all have been read yet.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Gathering {
    draft: Option<Draft>,
    held: Vec<RowError>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Draft {
    line: u64,
    raw: String,
    key: Key,
    who: Who,
    ordered_at: Millis,
    currency: Option<Currency>,
    amount: Option<i64>,
    /// By lines with a negative total.
    returned: i64,
    /// By a column.
    refunded: i64,
    discount: i64,
    status: Option<String>,
    cancelled_at: Option<Millis>,
    items: Vec<String>,
    codes: Vec<String>,
    contradiction: Option<String>,
}

/// A line's money. Discounts and refunds count as positive whichever sign the export gives them.
struct Figures {
    currency: Option<Currency>,
    amount: Option<i64>,
    refunded: i64,
    discount: i64,
}

impl Gathering {
    pub(super) fn take(
        &mut self,
        row: &Row<'_>,
        context: &mut Context<'_>,
        out: &mut Vec<OrderRow>,
        rejected: &mut Vec<RowError>,
    ) {
        let id = context.id(row, "order_id");
        if let (Some(draft), Ok(Some(id))) = (&mut self.draft, &id)
            && matches!(&draft.key, Key::Own(own) if own == id)
        {
            if let Err(refusal) = draft.add(row, context) {
                self.reject(refusal.on(row.line, row.raw), context.currency, out, rejected);
            }
            return;
        }
        self.close(context.currency, out, rejected);
        let single = matches!(id, Ok(None));
        match id.and_then(|id| Draft::begin(id, row, context)) {
            Ok(draft) => self.draft = Some(draft),
            Err(refusal) => rejected.push(refusal.on(row.line, row.raw)),
        }
        if single {
            self.close(context.currency, out, rejected);
        }
    }

    /// A line that is refused, perhaps between two lines of one order.
    pub(super) fn reject(&mut self, error: RowError, default: Currency, out: &mut Vec<OrderRow>, rejected: &mut Vec<RowError>) {
        self.held.push(error);
        if self.draft.is_none() || self.held.len() >= HELD {
            self.close(default, out, rejected);
        }
    }

    /// No further line of the order follows.
    pub(super) fn close(&mut self, default: Currency, out: &mut Vec<OrderRow>, rejected: &mut Vec<RowError>) {
        match self.draft.take().map(|draft| draft.finish(default)) {
            Some(Ok(order)) => out.push(order),
            Some(Err(error)) => rejected.push(error),
            None => {}
        }
        rejected.append(&mut self.held);
    }
}

impl Draft {
    fn begin(id: Option<String>, row: &Row<'_>, context: &mut Context<'_>) -> Result<Self, Refusal> {
        let who = context.who(row)?;
        let ordered_at = context.time(row, "date")?.ok_or_else(|| {
            let fix = "Fill in when the order was placed: nothing can be said about a customer without it.";
            Refusal::of("date", "the order has no date", fix)
        })?;
        let mut draft = Self {
            line: row.line,
            raw: cut(row.raw, RAW_CHARS).to_owned(),
            key: context.key(row, id),
            who,
            ordered_at,
            currency: None,
            amount: None,
            returned: 0,
            refunded: 0,
            discount: 0,
            status: None,
            cancelled_at: None,
            items: Vec::new(),
            codes: Vec::new(),
            contradiction: None,
        };
        draft.add_figures(&figures(row, context, None)?)?;
        draft.add_words(row, context)?;
        Ok(draft)
    }

    fn add(&mut self, row: &Row<'_>, context: &mut Context<'_>) -> Result<(), Refusal> {
        let other = |mine: &Option<String>, theirs: Option<&str>| match (mine, theirs) {
            (Some(mine), Some(theirs)) => !mine.eq_ignore_ascii_case(theirs),
            _ => false,
        };
        for (field, mine) in [("customer_id", &self.who.external_id), ("email", &self.who.email)] {
            if other(mine, context.text(row, field).map(tidy).as_deref()) {
                let reason = format!("the order stands on line {} for another customer", self.line);
                return Err(Refusal::of(field, reason, "Give each order a number of its own."));
            }
        }
        let figures = figures(row, context, self.currency)?;
        // Where the refund stood first, the order's own line says when it was placed.
        if self.amount.is_none()
            && figures.amount.is_some_and(|amount| amount >= 0)
            && let Some(at) = context.time(row, "date")?
        {
            self.ordered_at = at;
        }
        self.add_figures(&figures)?;
        self.add_words(row, context)
    }

    fn add_figures(&mut self, figures: &Figures) -> Result<(), Refusal> {
        let differs = match (self.currency, figures.currency) {
            (Some(mine), Some(theirs)) if mine != theirs => Some((mine.to_string(), theirs.to_string())),
            _ => None,
        };
        self.currency = self.currency.or(figures.currency);
        let differs = differs.or_else(|| match (self.amount, figures.amount) {
            (Some(mine), Some(theirs)) if theirs > 0 && mine != theirs => {
                let text = |minor| Money::new(minor, self.currency.unwrap_or(Currency::USD)).amount();
                Some((text(mine), text(theirs)))
            }
            _ => None,
        });
        if let Some((mine, theirs)) = differs {
            let reason = format!("the same order has the total {mine} on line {} and {theirs} on another", self.line);
            self.contradiction = Some(reason.clone());
            return Err(contradiction(reason));
        }
        match figures.amount {
            Some(amount) if amount < 0 => self.returned = self.returned.saturating_sub(amount),
            Some(amount) => self.amount = self.amount.or(Some(amount)),
            None => {}
        }
        self.refunded = self.refunded.max(figures.refunded);
        self.discount = self.discount.max(figures.discount);
        Ok(())
    }

    fn add_words(&mut self, row: &Row<'_>, context: &mut Context<'_>) -> Result<(), Refusal> {
        if let Some(text) = context.text(row, "status")
            && self.status.is_none()
        {
            self.status = Some(status(text)?.to_owned());
        }
        if self.cancelled_at.is_none() {
            self.cancelled_at = context.time(row, "cancelled_at")?;
        }
        add_list(&mut self.items, context.text(row, "item"), &[';', '|', '\n'], ITEMS, ITEM_CHARS);
        add_list(&mut self.codes, context.text(row, "code"), &[';', '|', '\n', ','], CODES, CODE_CHARS);
        Ok(())
    }

    fn finish(self, default: Currency) -> Result<OrderRow, RowError> {
        let refunded = self.refunded.max(self.returned);
        let currency = self.currency.unwrap_or(default);
        let refusal = match (self.contradiction, self.amount) {
            (Some(reason), _) => Some(contradiction(reason)),
            (None, None) if self.returned > 0 => Some(Refusal::of(
                "amount",
                "the amount is negative and no order with this number stands beside it",
                "Put refunds in a refunded column, or let them follow their order under its number.",
            )),
            (None, None) => {
                Some(Refusal::of("amount", "the order has no total", "Fill in the order's total, 0 where it was free."))
            }
            (None, Some(amount)) if refunded > amount => Some(Refusal::of(
                "refunded",
                format!(
                    "{} is refunded of an order of {}",
                    Money::new(refunded, currency).amount(),
                    Money::new(amount, currency).amount()
                ),
                "Check both columns: the total must be what was paid before the refund.",
            )),
            (None, Some(_)) => None,
        };
        if let Some(refusal) = refusal {
            return Err(refusal.on(self.line, &self.raw));
        }
        let amount = self.amount.unwrap_or(0);
        let status = self.status.unwrap_or_else(|| String::from(if self.cancelled_at.is_some() { "cancelled" } else { "paid" }));
        let (status, refunded) = match status.as_str() {
            // An export that only says so means all of it.
            "refunded" if refunded == 0 => (status, amount),
            "paid" if refunded > 0 && refunded == amount => (String::from("refunded"), refunded),
            _ => (status, refunded),
        };
        Ok(OrderRow {
            line: self.line,
            key: self.key,
            who: self.who,
            ordered_at: self.ordered_at,
            amount,
            currency,
            refunded,
            discount: self.discount,
            status,
            cancelled_at: self.cancelled_at,
            items: self.items,
            codes: self.codes,
        })
    }
}

fn figures(row: &Row<'_>, context: &Context<'_>, known: Option<Currency>) -> Result<Figures, Refusal> {
    let column = context.text(row, "currency").map(|text| amounts::currency("currency", text)).transpose()?;
    let default = known.unwrap_or(context.currency);
    let money = |field: &'static str, column: Option<Currency>| {
        context.text(row, field).map(|text| amounts::read(field, text, context.decimal_comma, column, default)).transpose()
    };
    let amount = money("amount", column)?;
    let currency = amount.map(|(_, currency)| currency).or(column);
    let beside = |field| money(field, currency).map(|read| read.map_or(0, |(minor, _)| minor.abs()));
    let (refunded, discount) = (beside("refunded")?, beside("discount")?);
    Ok(Figures { currency, amount: amount.map(|(minor, _)| minor), refunded, discount })
}

fn contradiction(reason: String) -> Refusal {
    let fix =
        "Map the column with the order's whole total rather than the price of an item, or give each order a number of its own.";
    Refusal::of("amount", reason, fix)
}

pub(super) fn is_status(text: &str) -> bool {
    status(text).is_ok()
}

fn status(text: &str) -> Result<&'static str, Refusal> {
    if let Some(known) = ["paid", "pending", "cancelled", "refunded"].into_iter().find(|known| *known == text) {
        return Ok(known);
    }
    let folded = super::headers::fold(text);
    let word = folded.strip_prefix("wc ").unwrap_or(&folded);
    STATUSES.iter().find(|(words, _)| words.split('|').any(|known| known == word)).map(|&(_, status)| status).ok_or_else(|| {
        let fix = "Use paid, pending, cancelled or refunded, or leave the status column out.";
        Refusal::of("status", format!("{} is not a known status", shown(text)), fix)
    })
}

const STATUSES: &[(&str, &str)] = &[
    (
        "paid|complete|completed|processing|fulfilled|unfulfilled|partially fulfilled|shipped|partially shipped|delivered|closed|archived\
         |success|successful|succeeded|captured|settled|invoiced|ready for pickup|picked up|partially refunded|partial refund|won\
         |bezahlt|abgeschlossen|versendet|versandt|geliefert|in bearbeitung|paye|payee|termine|terminee|livre|livree|expedie|expediee\
         |pagado|pagada|completado|completada|enviado|entregado|pagato|completato|spedito|betaald|voltooid|afgerond|verzonden|pago\
         |concluido|oplacone|zakonczone",
        "paid",
    ),
    (
        "pending|pending payment|payment pending|on hold|hold|holded|authorized|authorised|partially paid|unpaid|open|new|draft\
         |checkout draft|awaiting payment|awaiting fulfillment|payment review|incomplete|requires payment method|in progress|ausstehend|offen\
         |zahlung ausstehend|in wartestellung|en attente|en cours|pendiente|en espera|in attesa|in afwachting|pendente|oczekujace",
        "pending",
    ),
    (
        "cancelled|canceled|cancel|void|voided|failed|failure|expired|declined|abandoned|blocked|fraud|storniert|abgebrochen|fehlgeschlagen\
         |annule|annulee|echoue|cancelado|cancelada|fallido|annullato|annullata|fallito|geannuleerd|mislukt|anulowane",
        "cancelled",
    ),
    (
        "refunded|fully refunded|refund|returned|reversed|chargeback|charged back|disputed|erstattet|ruckerstattet|rembourse|remboursee\
         |reembolsado|reembolsada|rimborsato|rimborsata|terugbetaald|zwrocone",
        "refunded",
    ),
];

fn add_list(list: &mut Vec<String>, cell: Option<&str>, separators: &[char], most: usize, chars: usize) {
    let words = cell.unwrap_or("").split(separators).map(tidy).filter(|word| !word.is_empty());
    for word in words {
        let word = cut(&word, chars).to_owned();
        if list.len() < most && !list.contains(&word) {
            list.push(word);
        }
    }
}
