//! Addresses that are doubted before anything is sent to them. Each is held until a person looks at it; none is changed.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Why an address is doubted; a person may settle it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AddressDoubt {
    /// Its domain is a letter away from a common one.
    Mistyped,
    /// Of an office, not a person: `info@`.
    Role,
    /// Of a service that gives addresses for an hour.
    Disposable,
}

impl AddressDoubt {
    pub const ALL: [Self; 3] = [Self::Mistyped, Self::Role, Self::Disposable];

    /// As the API names it, and as it is stored.
    pub fn code(self) -> &'static str {
        match self {
            Self::Mistyped => "mistyped",
            Self::Role => "role",
            Self::Disposable => "disposable",
        }
    }

    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|doubt| doubt.code() == code)
    }

    pub fn words(self) -> &'static str {
        match self {
            Self::Mistyped => "The domain looks mistyped.",
            Self::Role => "The address is of an office, not of a person.",
            Self::Disposable => "The address is of a service that throws addresses away.",
        }
    }
}

/// What is doubtful about an address; none where nothing is.
pub fn doubt(address: &str) -> Option<AddressDoubt> {
    let address = address.trim().to_lowercase();
    let (local, domain) = address.rsplit_once('@')?;
    if contains(DISPOSABLE, domain) {
        return Some(AddressDoubt::Disposable);
    }
    if is_mistyped(domain) {
        return Some(AddressDoubt::Mistyped);
    }
    let name = local.split('+').next().unwrap_or(local);
    contains(ROLES, name).then_some(AddressDoubt::Role)
}

fn contains(list: &str, word: &str) -> bool {
    list.split_whitespace().any(|one| one == word)
}

fn is_mistyped(domain: &str) -> bool {
    if contains(COMMON, domain) || contains(REAL, domain) {
        return false;
    }
    COMMON.split_whitespace().any(|common| is_a_letter_away(domain.as_bytes(), common.as_bytes()))
}

/// One letter more, less or another, or two neighbours that changed places (the edit distance of Damerau 1964 is one).
fn is_a_letter_away(a: &[u8], b: &[u8]) -> bool {
    let same = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let (a, b) = (a.get(same..).unwrap_or_default(), b.get(same..).unwrap_or_default());
    let rest = |text: &[u8], from: usize| text.get(from..).unwrap_or_default().to_vec();
    match (a, b) {
        ([], []) => false,
        ([a1, a2, ..], [b1, b2, ..]) if a1 == b2 && a2 == b1 && rest(a, 2) == rest(b, 2) => true,
        _ => {
            (!a.is_empty() && rest(a, 1) == b)
                || (!b.is_empty() && a == rest(b, 1))
                || (!a.is_empty() && !b.is_empty() && rest(a, 1) == rest(b, 1))
        }
    }
}

/// What many people type. Short names are not among them: too much is a letter away from those.
const COMMON: &str = "gmail.com googlemail.com hotmail.com outlook.com yahoo.com icloud.com hotmail.co.uk yahoo.co.uk hotmail.fr yahoo.fr \
    hotmail.de outlook.de t-online.de freenet.de hotmail.it hotmail.es comcast.net verizon.net protonmail.com orange.fr wanadoo.fr";

/// Domains that are a letter away from a common one, and exist.
const REAL: &str = "ymail.com mail.com email.com fmail.com hotmail.be hotmail.no hotmail.se hotmail.dk hotmail.nl yahoo.de yahoo.it \
    yahoo.es yahoo.no yahoo.se yahoo.dk yahoo.ca yahoo.in outlook.dk outlook.be outlook.fr outlook.es outlook.it outlook.at gmail.co.uk";

const ROLES: &str = "abuse accounts admin administrator billing bookings careers contact customerservice enquiries feedback finance hello \
    help helpdesk hostmaster hr info inquiries invoice invoices it jobs mail marketing news newsletter no-reply noreply office orders \
    postmaster press privacy recruitment root sales security service shop spam staff subscribe support sysadmin team test unsubscribe \
    usenet uucp webmaster buchhaltung kontakt rechnung compta comptabilite administracion contacto amministrazione";

const DISPOSABLE: &str = "10minutemail.com 20minutemail.com 33mail.com anonbox.net byom.de discard.email dispostable.com emailondeck.com \
    fakeinbox.com getairmail.com getnada.com guerrillamail.com guerrillamail.de guerrillamail.info guerrillamail.net guerrillamail.org \
    harakirimail.com inboxbear.com jetable.org mail-temp.com mailcatch.com maildrop.cc mailexpire.com mailinator.com mailnesia.com \
    mailnull.com mintemail.com moakt.com mohmal.com mytemp.email nada.email sharklasers.com spam4.me spambox.us spamgourmet.com temp-mail.io \
    temp-mail.org tempail.com tempinbox.com tempmail.com tempmailo.com throwawaymail.com trash-mail.com trashmail.com trashmail.de \
    wegwerfmail.de yopmail.com yopmail.fr yopmail.net zeroe.ml";

#[cfg(test)]
mod tests {
    use super::*;

    fn check(address: &str, expected: Option<AddressDoubt>) {
        assert_eq!(doubt(address), expected, "{address}");
    }

    #[test]
    fn typos_offices_and_throw_aways_are_doubted_and_nobody_else() {
        for address in ["a@gmial.com", "a@gmail.con", "a@gmal.com", "a@gmaill.com", "A@Hotmai.com", "a@yaho.com", "a@outlok.com"]
        {
            check(address, Some(AddressDoubt::Mistyped));
        }
        for address in ["info@shop.example", "Sales+eu@shop.example", "noreply@gmail.com"] {
            check(address, Some(AddressDoubt::Role));
        }
        check("x@mailinator.com", Some(AddressDoubt::Disposable));
        for address in
            ["a@gmail.com", "a@ymail.com", "a@mail.com", "infos@shop.example", "a@gmx.de", "a@yahoo.de", "nothing", "", "@"]
        {
            check(address, None);
        }
    }
}
