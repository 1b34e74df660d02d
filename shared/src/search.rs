//! The key that names are found by.

use unicode_normalization::UnicodeNormalization;

/// Lower case, without diacritics, blanks collapsed: what stands in `customers.name_key`, and what a search is turned into.
///
/// Compatibility forms fold (full-width letters, ligatures), and so do the letters of Latin alphabets that have no
/// decomposition. Signs of other scripts (the vowels of Devanagari, say) are letters rather than diacritics and stay.
///
/// ```
/// assert_eq!(shared::search::key("  Łukasz  Brøndsted-Strauß "), "lukasz brondsted-strauss");
/// ```
pub fn key(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for letter in text.nfkd().flat_map(char::to_lowercase).nfkd().filter(|letter| !is_diacritic(*letter)) {
        match fold(letter) {
            Some(letters) => plain.push_str(letters),
            None => plain.push(letter),
        }
    }
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The block of combining marks that Latin, Greek and Cyrillic letters decompose into.
fn is_diacritic(letter: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&letter)
}

/// Lower-case letters of Latin alphabets that Unicode does not decompose.
fn fold(letter: char) -> Option<&'static str> {
    Some(match letter {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'ł' => "l",
        'đ' | 'ð' => "d",
        'þ' => "th",
        'ħ' => "h",
        'ı' => "i",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_of_several_alphabets_have_keys() {
        for (name, expected) in [
            ("Zoë Ångström", "zoe angstrom"),
            ("İbrahim Işık", "ibrahim isik"),
            ("Ｆｕｌｌ Ｗｉｄｔｈ", "full width"),
            ("Ελένη Παπαδοπούλου", "ελενη παπαδοπουλου"),
            ("Ёлкин Йозеф", "елкин иозеф"),
            ("王小明", "王小明"),
            ("हिन्दी", "हिन्दी"),
            ("\t\n", ""),
        ] {
            assert_eq!(key(name), expected);
        }
    }

    proptest! {
        #[test]
        fn a_key_is_its_own_key(text in any::<String>()) {
            prop_assert_eq!(key(&key(&text)), key(&text));
        }
    }
}
