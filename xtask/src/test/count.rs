//! How many tests passed, failed and were skipped, read off what the test runners print.

use std::fmt;
use std::ops::AddAssign;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    pub passed: u32,
    pub failed: u32,
    pub skipped: u32,
}

impl fmt::Display for Count {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped)
    }
}

impl AddAssign for Count {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

/// `cargo test`: one line `test result: ok. 12 passed; 0 failed; 1 ignored; …` a binary.
pub fn cargo(text: &str) -> Count {
    let mut count = Count::default();
    for line in text.lines().filter_map(|line| line.split_once("test result: ")).map(|(_, rest)| rest) {
        for part in line.split(['.', ';']) {
            let mut words = part.split_whitespace();
            let (Some(Ok(number)), Some(what)) = (words.next().map(str::parse::<u32>), words.next()) else { continue };
            match what {
                "passed" => count.passed += number,
                "failed" => count.failed += number,
                "ignored" => count.skipped += number,
                _ => {}
            }
        }
    }
    count
}

/// `node --test`: lines `ℹ pass 12`, `ℹ fail 0`, `ℹ cancelled 0`, `ℹ skipped 1` at the end.
pub fn node(text: &str) -> Count {
    let number = |what: &str| {
        text.lines()
            .rev()
            .find_map(|line| line.trim_start_matches(['ℹ', '#', ' ']).strip_prefix(what)?.trim().parse::<u32>().ok())
            .unwrap_or(0)
    };
    Count { passed: number("pass "), failed: number("fail ") + number("cancelled "), skipped: number("skipped ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_binaries_of_cargo_test_are_added_up() {
        let text = "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out; finished in 0.01s\n\
                    test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.50s\n";
        assert_eq!(cargo(text), Count { passed: 14, failed: 1, skipped: 1 });
    }

    #[test]
    fn the_summary_of_node_is_read_from_its_end() {
        let text = "ℹ pass 900\n✔ a test\nℹ tests 5\nℹ suites 0\nℹ pass 3\nℹ fail 1\nℹ cancelled 0\nℹ skipped 1\nℹ todo 0\nℹ duration_ms 9\n";
        assert_eq!(node(text), Count { passed: 3, failed: 1, skipped: 1 });
    }

    #[test]
    fn the_closing_line_is_plain() {
        assert_eq!(Count { passed: 3, failed: 0, skipped: 1 }.to_string(), "3 passed, 0 failed, 1 skipped");
    }
}
