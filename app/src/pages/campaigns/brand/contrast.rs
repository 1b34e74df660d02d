//! Whether words in the brand's colours can be read: the contrast ratio of the Web Content Accessibility Guidelines 2.2.

/// For text of usual size (guideline 1.4.3, level AA).
pub(super) const LEAST: f64 = 4.5;

/// From 1 to 21; none where either is no `#rrggbb`.
pub(super) fn contrast(one: &str, other: &str) -> Option<f64> {
    let (one, other) = (luminance(one)?, luminance(other)?);
    Some((one.max(other) + 0.05) / (one.min(other) + 0.05))
}

/// As the guidelines define it.
fn luminance(colour: &str) -> Option<f64> {
    let digits = colour
        .trim()
        .strip_prefix('#')
        .filter(|digits| digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_hexdigit()))?;
    let number = u32::from_str_radix(digits, 16).ok()?;
    let [_, red, green, blue] = number.to_be_bytes();
    let [red, green, blue] = [red, green, blue].map(|part| {
        let part = f64::from(part) / 255.0;
        if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    });
    Some(0.2126 * red + 0.7152 * green + 0.0722 * blue)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The ratio of #777777 on white is the well-known near miss.
    #[test]
    fn ratios_are_those_of_the_guidelines() {
        let ratio = |one, other| contrast(one, other).expect("two colours");
        assert!((ratio("#000000", "#ffffff") - 21.0).abs() < 1e-9);
        assert!((ratio("#777777", "#FFFFFF") - 4.48).abs() < 0.005);
        for wrong in ["777777", "#777", "#77777é", "#gggggg", ""] {
            assert_eq!(contrast(wrong, "#ffffff"), None, "{wrong}");
        }
    }
}
