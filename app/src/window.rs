//! Which rows of a long list stand in the page: 100,000 rows scroll like 100.

use std::ops::Range;

/// Rows drawn at most, whatever the height of the window.
pub const MOST_ROWS: u64 = 100;
/// Rows of one request.
pub const PAGE: u64 = 100;
/// Rows above and below the visible ones, so that a quick wheel meets no blank.
const MARGIN: u64 = 8;
/// Browsers cut elements near 17 million pixels (Firefox) or 33 million (Chromium): longer lists scroll at a larger step.
const TALLEST: f64 = 15_000_000.0;

/// A list as the reader sees it, in pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct View {
    pub total: u64,
    pub row: f64,
    /// Height of what is visible.
    pub viewport: f64,
    /// How far the list's top has moved above the viewport's top; negative before the list is reached.
    pub scrolled: f64,
}

/// The rows to draw and the blank above and below them.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawn {
    pub rows: Range<u64>,
    pub above: f64,
    pub below: f64,
}

pub fn drawn(view: View) -> Drawn {
    let View { total, row, viewport, .. } = view;
    let height = height(total, row);
    let first = first_visible(view);
    let visible = (viewport / row).ceil().max(1.0) as u64 + 1;
    let start = (first.floor() as u64).saturating_sub(MARGIN).min(total);
    let end = (start + (visible + 2 * MARGIN).min(MOST_ROWS)).min(total);
    // Where row `first` stands at the viewport's top, `start` stands `first - start` rows above it.
    let above =
        (view.scrolled.max(0.0) - (first - start as f64) * row).clamp(0.0, (height - (end - start) as f64 * row).max(0.0));
    let below = (height - above - (end - start) as f64 * row).max(0.0);
    Drawn { rows: start..end, above, below }
}

/// First and last visible row, the first from 0, the last from 1: as in "1–15 of 412".
pub fn visible(view: View) -> (u64, u64) {
    let first = first_visible(view);
    // The part of the viewport that the list has reached.
    let reached = view.viewport + view.scrolled.min(0.0);
    let last = (first + reached / view.row).floor().max(0.0) as u64;
    let first = (first.floor() as u64).min(view.total.saturating_sub(1));
    (first, last.clamp(first + 1, view.total.max(first + 1)).min(view.total))
}

/// The first row that is wholly visible: where the row keys start.
pub fn first_whole(view: View) -> u64 {
    (first_visible(view).ceil() as u64).min(view.total.saturating_sub(1))
}

/// How far to scroll the list so that row `index` is wholly visible; `None` where it is already.
pub fn reveal(view: View, index: u64, covered: f64) -> Option<f64> {
    let first = first_visible(view);
    let index = index as f64;
    let fully = (view.viewport - covered) / view.row;
    let head = covered / view.row;
    let wanted = if index < first + head {
        index - head
    } else if index + 1.0 > first + head + fully {
        index + 1.0 - fully - head
    } else {
        return None;
    };
    Some((wanted * view.row / scale(view)).max(0.0))
}

/// Numbers of the pages of [`PAGE`] rows that `rows` touches.
pub fn pages(rows: &Range<u64>) -> Range<u64> {
    rows.start / PAGE..rows.end.div_ceil(PAGE).max(rows.start / PAGE)
}

fn height(total: u64, row: f64) -> f64 {
    (total as f64 * row).min(TALLEST)
}

/// Pixels of rows that one pixel of scrolling passes: 1 but for lists taller than a browser can draw.
fn scale(view: View) -> f64 {
    let full = view.total as f64 * view.row;
    let room = height(view.total, view.row) - view.viewport;
    if full <= TALLEST || room <= 0.0 { 1.0 } else { (full - view.viewport) / room }
}

fn first_visible(view: View) -> f64 {
    (view.scrolled.max(0.0) * scale(view) / view.row).min(view.total as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(total: u64, scrolled: f64) -> View {
        View { total, row: 60.0, viewport: 900.0, scrolled }
    }

    #[test]
    fn a_short_list_is_drawn_whole() {
        assert_eq!(drawn(view(5, 0.0)), Drawn { rows: 0..5, above: 0.0, below: 0.0 });
        assert_eq!(drawn(view(0, 40.0)), Drawn { rows: 0..0, above: 0.0, below: 0.0 });
    }

    #[test]
    fn a_hundred_thousand_rows_draw_no_more_than_a_hundred_and_keep_their_height() {
        for scrolled in [-400.0, 0.0, 59.0, 3_000_000.0, 5_999_100.0, 7_000_000.0] {
            let drawn = drawn(view(100_000, scrolled));
            let rows = drawn.rows.end - drawn.rows.start;
            assert!(rows <= MOST_ROWS, "{rows} at {scrolled}");
            assert_eq!(drawn.above + drawn.below + rows as f64 * 60.0, 6_000_000.0, "at {scrolled}");
        }
        assert_eq!(drawn(view(100_000, 5_999_100.0)).rows.end, 100_000);
    }

    #[test]
    fn what_is_drawn_covers_what_is_visible() {
        for scrolled in [0.0, 61.0, 1234.5, 600_000.0] {
            let drawn = drawn(view(100_000, scrolled));
            let rows = (drawn.rows.end - drawn.rows.start) as f64;
            assert!(drawn.above <= scrolled && drawn.above + rows * 60.0 >= scrolled + 900.0, "{drawn:?} at {scrolled}");
        }
    }

    #[test]
    fn a_million_rows_reach_their_end_within_what_a_browser_can_draw() {
        let end = drawn(view(1_000_000, TALLEST - 900.0));
        assert_eq!(end.rows.end, 1_000_000);
        assert!((end.above + end.below + (end.rows.end - end.rows.start) as f64 * 60.0 - TALLEST).abs() < 1.0);
        assert_eq!(drawn(view(1_000_000, 0.0)).rows.start, 0);
    }

    #[test]
    fn a_row_out_of_sight_is_scrolled_to_and_a_visible_one_is_left() {
        assert_eq!(reveal(view(1000, 0.0), 3, 40.0), None);
        assert_eq!(reveal(view(1000, 6000.0), 10, 40.0), Some(560.0));
        let down = reveal(view(1000, 0.0), 50, 0.0);
        assert_eq!(down, Some(51.0 * 60.0 - 900.0));
    }

    #[test]
    fn the_count_names_the_rows_in_view() {
        assert_eq!(visible(view(100_000, 0.0)), (0, 15));
        assert_eq!(visible(view(100_000, 6_000.0)), (100, 115));
        assert_eq!(visible(view(100_000, -300.0)), (0, 10));
        assert_eq!(visible(view(100_000, -1_000.0)), (0, 1));
        assert_eq!(visible(view(7, 0.0)), (0, 7));
        assert_eq!(visible(view(100_000, 5_999_100.0)).1, 100_000);
    }

    #[test]
    fn the_row_keys_start_at_the_first_row_that_is_wholly_in_view() {
        assert_eq!(first_whole(view(1_000, 90.0)), 2);
        assert_eq!(first_whole(view(1_000, -90.0)), 0);
    }

    #[test]
    fn rows_lie_on_pages_of_a_hundred() {
        assert_eq!(pages(&(0..30)), 0..1);
        assert_eq!(pages(&(95..130)), 0..2);
        assert_eq!(pages(&(100..200)), 1..2);
        assert_eq!(pages(&(0..0)), 0..0);
    }
}
