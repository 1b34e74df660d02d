//! Names of columns that point at a person, or say of one what no model may weigh.

/// Words of a name, in the languages that imports understand. What belongs to special categories (GDPR article 9) is among them.
const WORDS: [&str; 63] = [
    "name",
    "names",
    "mail",
    "email",
    "emails",
    "phone",
    "telephone",
    "telefon",
    "mobile",
    "handy",
    "fax",
    "whatsapp",
    "address",
    "addresses",
    "adresse",
    "direccion",
    "indirizzo",
    "adres",
    "street",
    "strasse",
    "straße",
    "rue",
    "calle",
    "house",
    "zip",
    "zipcode",
    "postcode",
    "postal",
    "plz",
    "nom",
    "prenom",
    "vorname",
    "nachname",
    "nombre",
    "apellido",
    "cognome",
    "naam",
    "iban",
    "card",
    "ssn",
    "passport",
    "license",
    "vat",
    "password",
    "secret",
    "token",
    "ip",
    "url",
    "website",
    "birth",
    "birthday",
    "birthdate",
    "dob",
    "geburtsdatum",
    "religion",
    "ethnicity",
    "race",
    "health",
    "disability",
    "political",
    "union",
    "sexuality",
    "orientation",
];

/// Anywhere in a name without its blanks, for those written as one word.
const PARTS: [&str; 8] = ["email", "phone", "address", "firstname", "lastname", "fullname", "surname", "username"];

/// Whether a column of this name is left out of what models learn from.
pub fn is_personal(name: &str) -> bool {
    let lower = name.to_lowercase();
    let joined: String = lower.chars().filter(|c| c.is_alphanumeric()).collect();
    PARTS.iter().any(|part| joined.contains(part))
        || words(name).iter().any(|word| WORDS.contains(&word.as_str()))
        || matches!(words(name).join(" ").as_str(), "e mail")
}

/// `plan_name`, `planName` and `Plan name` are two words each.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = vec![String::new()];
    let mut lower_before = false;
    for c in name.chars() {
        if !c.is_alphanumeric() || (c.is_uppercase() && lower_before) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| c.is_alphanumeric()) {
            word.extend(c.to_lowercase());
        }
        lower_before = c.is_lowercase();
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_that_point_at_a_person_are_known_in_each_spelling() {
        for name in
            ["E-Mail", "email", "workEmail", "EmailAddress", "phone", "Phone 2", "firstName", "firstname", "Billing Address"]
        {
            assert!(is_personal(name), "{name}");
        }
        for name in ["Zip code", "Straße", "Vorname", "date of birth", "Religion", "IP"] {
            assert!(is_personal(name), "{name}");
        }
        for name in ["plan", "seats", "Favourite colour", "found_through", "shipping", "trade", "region", "surface"] {
            assert!(!is_personal(name), "{name}");
        }
    }
}
