//! Pages that may send with a website's key, as lines of a text.

/// Each once, without a path. Blank lines are none.
///
/// # Errors
/// With the line that is no address of a page, and how to write it.
pub(super) fn read(text: &str) -> Result<Vec<String>, String> {
    let mut origins = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let origin = read_one(line)
            .ok_or_else(|| format!("{line} is no address of a site. Write it such as https://shop.example.com."))?;
        if !origins.contains(&origin) {
            origins.push(origin);
        }
    }
    Ok(origins)
}

pub(super) fn write(origins: &[String]) -> String {
    origins.join("\n")
}

/// Scheme and host, lower case: what a browser sends as `Origin`.
fn read_one(line: &str) -> Option<String> {
    let lower = line.to_ascii_lowercase();
    let (scheme, rest) = lower.split_once("://")?;
    let host = rest.split('/').next().unwrap_or_default();
    let is_host =
        !host.is_empty() && host.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | ':'));
    (matches!(scheme, "https" | "http") && is_host).then(|| format!("{scheme}://{host}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_become_origins_once_each() {
        let text = "https://Shop.example.com/cart\n\n  https://shop.example.com \nhttp://localhost:8080\n";
        assert_eq!(read(text), Ok(vec!["https://shop.example.com".to_owned(), "http://localhost:8080".to_owned()]));
        assert_eq!(read(" \n"), Ok(Vec::new()));
    }

    #[test]
    fn a_line_that_is_no_site_is_named() {
        for bad in ["shop.example.com", "ftp://a.b", "https://", "https://a b", "*"] {
            assert!(read(&format!("https://a.b\n{bad}")).is_err_and(|text| text.starts_with(bad)), "{bad}");
        }
    }

    #[test]
    fn what_is_written_reads_back() {
        let origins = vec!["https://a.b".to_owned(), "https://c.d".to_owned()];
        assert_eq!(read(&write(&origins)), Ok(origins));
    }
}
