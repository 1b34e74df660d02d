//! Rows of people, and of the businesses that they belong to.

use super::customers;
use super::limits::{NAME_CHARS, TRAIT_CHARS};
use super::refusal::Refusal;
use super::row::{Context, Row};
use super::{CustomerRow, Who};

/// A person whose account has a number is one of its people; what else the row holds is the person's and no trait of the account. A
/// person without one is a customer by themselves.
pub(super) fn read(row: &Row<'_>, context: &mut Context<'_>) -> Result<CustomerRow, Refusal> {
    let mut person = customers::read(row, context)?;
    let account_name = context.short(row, "account_name", NAME_CHARS);
    let Some(account) = context.id(row, "account_id")? else {
        person.traits.extend(context.short(row, "account_name", TRAIT_CHARS).map(|name| ("account_name".to_owned(), name)));
        return Ok(person);
    };
    let contact_name = person.who.name.take();
    Ok(CustomerRow {
        who: Who { external_id: Some(account), email: person.who.email, name: account_name },
        kind: Some("account".to_owned()),
        contact_name,
        // When the person became a contact says nothing about since when the business is a customer.
        created_at: None,
        tags: Vec::new(),
        traits: Default::default(),
        ..person
    })
}

pub(super) fn read_account(row: &Row<'_>, context: &mut Context<'_>) -> Result<CustomerRow, Refusal> {
    let account = customers::read(row, context)?;
    Ok(CustomerRow { kind: Some("account".to_owned()), ..account })
}
