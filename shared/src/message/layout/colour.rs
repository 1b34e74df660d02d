//! Colours as `#rrggbb`, and whether words on them can be read.

/// A colour of three parts from 0 to 255.
pub(crate) type Colour = [u8; 3];

pub(crate) fn parse(text: &str) -> Option<Colour> {
    let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6)?;
    let number = u32::from_str_radix(digits, 16).ok().filter(|_| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    let [_, red, green, blue] = number.to_be_bytes();
    Some([red, green, blue])
}

pub(crate) fn hex([red, green, blue]: Colour) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

/// `share` of the first, the rest of the second.
pub(crate) fn mix(one: Colour, other: Colour, share: f64) -> Colour {
    let [a, b, c] = one;
    let [d, e, f] = other;
    [(a, d), (b, e), (c, f)].map(|(one, other)| (f64::from(one) * share + f64::from(other) * (1.0 - share) + 0.5) as u8)
}

/// The contrast ratio, from 1 to 21 (Web Content Accessibility Guidelines 2.2, "contrast ratio" and "relative luminance").
pub(crate) fn contrast(one: Colour, other: Colour) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

fn luminance(colour: Colour) -> f64 {
    let [red, green, blue] = colour.map(|part| {
        let part = f64::from(part) / 255.0;
        if part <= 0.04045 { part / 12.92 } else { libm::pow((part + 0.055) / 1.055, 2.4) }
    });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_six_digits() {
        assert_eq!(parse("#1f5FbF"), Some([0x1f, 0x5f, 0xbf]));
        for text in ["1f5fbf", "#fff", "#+12345", "#12345é", "red", "#1f5fbf;}", ""] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(hex(mix([255, 255, 255], [0, 0, 0], 0.5)), "#808080");
    }

    /// The ratio of #777777 on white, 4.48, is the guidelines' known near miss.
    #[test]
    fn contrast_is_that_of_the_guidelines() {
        let ratio = |one, other| contrast(parse(one).expect("colour"), parse(other).expect("colour"));
        assert!((ratio("#000000", "#ffffff") - 21.0).abs() < 1e-9);
        assert!((ratio("#777777", "#ffffff") - 4.48).abs() < 0.005);
        assert!((ratio("#ffffff", "#1f5fbf") - ratio("#1f5fbf", "#ffffff")).abs() < 1e-12);
    }
}
