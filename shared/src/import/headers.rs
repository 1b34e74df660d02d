//! Column names brought into a form that can be compared.

/// Lower case, accents folded, `camelCase` cut, everything but letters and digits a space: `Order #` is `order number`,
/// `createdAt (UTC)` is `created at utc`.
pub(super) fn fold(name: &str) -> String {
    let mut folded = String::with_capacity(name.len());
    let mut lower_before = false;
    for c in name.chars() {
        if c.is_uppercase() && lower_before {
            folded.push(' ');
        }
        lower_before = c.is_lowercase() || c.is_ascii_digit();
        match c {
            '#' => folded.push_str(" number "),
            c if c.is_alphanumeric() => c.to_lowercase().for_each(|c| push_plain(c, &mut folded)),
            _ => folded.push(' '),
        }
    }
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether the name says that the column's times are UTC.
pub(super) fn says_utc(name: &str) -> bool {
    let worth_folding =
        name.as_bytes().windows(3).any(|three| three.eq_ignore_ascii_case(b"utc") || three.eq_ignore_ascii_case(b"gmt"));
    worth_folding && fold(name).split(' ').any(|word| word == "utc" || word == "gmt")
}

fn push_plain(c: char, out: &mut String) {
    match c {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ą' => out.push('a'),
        'ç' | 'ć' | 'č' => out.push('c'),
        'è' | 'é' | 'ê' | 'ë' | 'ę' | 'ě' => out.push('e'),
        'ì' | 'í' | 'î' | 'ï' => out.push('i'),
        'ł' => out.push('l'),
        'ñ' | 'ń' => out.push('n'),
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' => out.push('o'),
        'ř' => out.push('r'),
        'ś' | 'š' => out.push('s'),
        'ß' => out.push_str("ss"),
        'ù' | 'ú' | 'û' | 'ü' | 'ů' => out.push('u'),
        'ý' | 'ÿ' => out.push('y'),
        'ź' | 'ż' | 'ž' => out.push('z'),
        'æ' => out.push_str("ae"),
        'œ' => out.push_str("oe"),
        c if ('\u{300}'..='\u{36f}').contains(&c) => {}
        c => out.push(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_folded() {
        for (name, folded) in [
            ("Order #", "order number"),
            ("createdAt (UTC)", "created at utc"),
            ("customerID", "customer id"),
            ("Käufer-E-Mail", "kaufer e mail"),
            ("  date_created_gmt ", "date created gmt"),
            ("Straße", "strasse"),
        ] {
            assert_eq!(fold(name), folded);
        }
        assert!(says_utc("Created date (UTC)") && !says_utc("Created date"));
    }
}
