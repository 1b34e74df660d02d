//! Categories and products as people type or paste them: one a line, its parts apart by tab, semicolon or comma.

use crate::api::{CategoryMargin, ProductCost};
use crate::money::{Currency, Money};

/// What is wrong with a line, counted from 1, and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("Line {line}: {fix}")]
pub struct LineError {
    pub line: usize,
    pub fix: String,
}

/// `Shoes; 60 %; 45 %`: name, share of sales, margin.
pub fn read_categories(text: &str) -> (Vec<CategoryMargin>, Vec<LineError>) {
    each(text, |parts| {
        let [name, share, margin] = parts else {
            return Err("Give a name, its share of sales and its margin, such as: Shoes; 60; 45".to_owned());
        };
        let share = read_number(share).filter(|share| *share >= 0.0);
        let share = share.ok_or("The share is no number of 0 or more, such as 60".to_owned())? / 100.0;
        let margin = read_share(margin).ok_or("The margin is no per cent between 0 and 100, such as 45".to_owned())?;
        Ok(CategoryMargin { name: (*name).to_owned(), share, margin })
    })
}

/// `Blue mug; 3.20`: name as orders have it, cost of one.
pub fn read_products(text: &str, home: Currency) -> (Vec<ProductCost>, Vec<LineError>) {
    each(text, |parts| {
        let [name, cost] = parts else { return Err("Give a name and what one costs you, such as: Blue mug; 3.20".to_owned()) };
        let cost = Money::parse(&cost.replace(',', "."), home).ok().filter(|cost| cost.minor >= 0);
        let cost = cost.ok_or_else(|| format!("The cost is no amount of 0 or more in {home}, such as 3.20"))?;
        Ok(ProductCost { name: (*name).to_owned(), cost })
    })
}

/// What [`read_categories`] reads back.
pub fn categories_text(categories: &[CategoryMargin]) -> String {
    let line =
        |category: &CategoryMargin| format!("{}; {}; {}\n", category.name, per_cent(category.share), per_cent(category.margin));
    categories.iter().map(line).collect()
}

/// What [`read_products`] reads back.
pub fn products_text(products: &[ProductCost]) -> String {
    products.iter().map(|product| format!("{}; {}\n", product.name, product.cost.amount())).collect()
}

/// `45`, `45 %` or `4,5` per cent as a share of 0 to 1.
pub fn read_share(text: &str) -> Option<f64> {
    read_number(text).map(|number| number / 100.0).filter(|share| (0.0..=1.0).contains(share))
}

fn read_number(text: &str) -> Option<f64> {
    let text = text.trim().trim_end_matches('%').trim().replace(',', ".");
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

/// Rounded, since a tenth of a per cent as a binary share has many digits.
fn per_cent(share: f64) -> f64 {
    libm::round(share * 1e6) / 1e4
}

/// Empty lines are passed over.
fn each<T>(text: &str, read: impl Fn(&[&str]) -> Result<T, String>) -> (Vec<T>, Vec<LineError>) {
    let (mut rows, mut errors) = (Vec::new(), Vec::new());
    for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let parts: Vec<&str> = line.split(separator(line)).map(str::trim).collect();
        let row = match parts.first() {
            Some(name) if !name.is_empty() => read(&parts),
            _ => Err("The name is missing".to_owned()),
        };
        match row {
            Ok(row) => rows.push(row),
            Err(fix) => errors.push(LineError { line: at + 1, fix }),
        }
    }
    (rows, errors)
}

/// A spreadsheet's tab before a semicolon before a comma, which may be in a number or a name.
fn separator(line: &str) -> char {
    ['\t', ';'].into_iter().find(|separator| line.contains(*separator)).unwrap_or(',')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn categories_are_read_as_pasted_from_a_sheet_or_typed() {
        let (rows, errors) = read_categories("Shoes\t60\t45 %\n\n Socks, and more ; 40 % ; 62,5\nHats,10,50\n");
        assert_eq!(errors, []);
        let read: Vec<_> = rows.iter().map(|row| (row.name.as_str(), row.share, row.margin)).collect();
        assert_eq!(read, [("Shoes", 0.6, 0.45), ("Socks, and more", 0.4, 0.625), ("Hats", 0.1, 0.5)]);
    }

    #[test]
    fn a_wrong_line_is_named_and_the_others_are_read() {
        let (rows, errors) = read_categories("Shoes; 60; 145\nSocks; 40; 50\n; 1; 2\nHats; many; 50\nCaps");
        assert_eq!(rows.len(), 1);
        let lines: Vec<_> = errors.iter().map(|error| error.line).collect();
        assert_eq!(lines, [1, 3, 4, 5]);
        assert!(errors.iter().all(|error| error.to_string().starts_with("Line ")));
    }

    #[test]
    fn costs_are_in_the_home_currency() {
        let (rows, errors) = read_products("Blue mug; 3,20\nPot\t12\nLid; -1\nCup; 1.5 EUR", Currency::USD);
        let read: Vec<_> = rows.iter().map(|row| (row.name.as_str(), row.cost.minor)).collect();
        assert_eq!(read, [("Blue mug", 320), ("Pot", 1_200)]);
        assert_eq!(errors.iter().map(|error| error.line).collect::<Vec<_>>(), [3, 4]);
    }

    #[test]
    fn what_is_written_reads_back() {
        let (categories, _) = read_categories("Shoes; 60; 45.5\nHats, caps; 33.3; 7");
        assert_eq!(read_categories(&categories_text(&categories)), (categories, vec![]));
        let (products, _) = read_products("Blue mug; 3.20\nPot, large; 12", Currency::USD);
        assert_eq!(read_products(&products_text(&products), Currency::USD), (products, vec![]));
    }
}
