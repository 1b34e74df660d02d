//! The people of an account and their roles.

use super::Account;
use crate::draw::Draw;
use crate::names::{self, Person, Taken};

/// Somebody of an account.
pub(super) struct Member {
    pub(super) role: Role,
    pub(super) person: Person,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Champion,
    Billing,
    Admin,
    User,
}

impl Role {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Champion => "champion",
            Self::Billing => "billing",
            Self::Admin => "admin",
            Self::User => "user",
        }
    }
}

/// The more seats, the more people; one more where the champion left.
pub(super) fn people(draw: &mut Draw, account: &Account, taken: &mut Taken) -> Vec<Member> {
    let more = match account.first_seats {
        1 => 0,
        2..=4 => draw.poisson(0.6),
        5..=20 => 1 + draw.poisson(1.0),
        _ => 2 + draw.poisson(1.6),
    };
    let heirs = u32::from(account.champion_left.is_some());
    let roles = [Role::Champion, Role::Admin, Role::Billing, Role::User, Role::User, Role::User];
    let count = 1 + more.max(heirs) as usize;
    roles.into_iter().take(count).map(|role| Member { role, person: names::colleague(draw, &account.company, taken) }).collect()
}
