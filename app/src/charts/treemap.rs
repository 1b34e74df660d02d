use leptos::prelude::*;

use super::Behind;

/// Of the drawing, in its own units.
const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 300.0;

/// Below so wide and high a tile has no room for words.
const WORDS: (f64, f64) = (104.0, 40.0);

/// A tile: how large it is, how dark, its words, and where it leads.
#[derive(Debug, Clone, PartialEq)]
pub struct Tile {
    pub weight: f64,
    /// 0 to 4.
    pub heat: u8,
    pub name: String,
    pub figure: String,
    pub href: String,
}

/// Tiles whose areas are their weights, and the same as a table.
#[component]
pub fn Treemap(tiles: Vec<Tile>, #[prop(into)] label: String, #[prop(into)] table: ViewFn, children: Children) -> impl IntoView {
    let tiles = StoredValue::new(tiles);
    let told = label.clone();
    let chart = move || {
        let tiles = tiles.get_value();
        let weights: Vec<f64> = tiles.iter().map(|tile| tile.weight).collect();
        let drawn =
            squarified(&weights, WIDTH, HEIGHT).into_iter().zip(tiles).map(|(place, tile)| draw(place, tile)).collect_view();
        view! {
            <svg class="treemap" viewBox="0 0 720 300" role="group" aria-label=told.clone()>
                {drawn}
            </svg>
        }
        .into_any()
    };
    view! { <Behind label chart table>{children()}</Behind> }
}

fn draw(Place { x, y, width, height }: Place, tile: Tile) -> impl IntoView {
    let fits = width >= WORDS.0 && height >= WORDS.1;
    // About seven units a letter at the size of the words.
    let letters = ((width - 16.0) / 6.6).max(0.0) as usize;
    let short = match tile.name.char_indices().nth(letters) {
        Some((end, _)) => format!("{}…", tile.name.get(..end).unwrap_or_default().trim_end_matches([' ', ','])),
        None => tile.name.clone(),
    };
    let title = format!("{}: {}", tile.name, tile.figure);
    let label = (!fits).then(|| title.clone());
    let text = |down: f64, class: &'static str, words: String| {
        view! { <text class=class x=format!("{:.1}", x + 8.0) y=format!("{:.1}", y + down)>{words}</text> }
    };
    // Within a group, links and titles are elements of SVG; alone they would be taken for those of HTML, and nothing would be drawn.
    view! {
        <g>
        <a href=tile.href aria-label=label>
            <title>{title}</title>
            <rect
                class=format!("heat-{}", tile.heat.min(4))
                x=format!("{:.1}", x + 1.0)
                y=format!("{:.1}", y + 1.0)
                width=format!("{:.1}", (width - 2.0).max(0.5))
                height=format!("{:.1}", (height - 2.0).max(0.5))
                rx="3"
            />
            {fits.then(|| (text(18.0, "name", short), text(34.0, "figure", tile.figure)))}
        </a>
        </g>
    }
}

/// Where a tile stands.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Place {
    x: f64,
    y: f64,
    width: f64,
    height: f64,
}

/// Squarified treemap (Bruls, Huizing & van Wijk 2000): rows along the shorter side of what is left, each as long as its tiles do not
/// grow longer than they were. Weights come in falling order; one of nothing has no area.
fn squarified(weights: &[f64], width: f64, height: f64) -> Vec<Place> {
    let whole: f64 = weights.iter().sum();
    let scale = if whole > 0.0 { width * height / whole } else { 0.0 };
    let areas: Vec<f64> = weights.iter().map(|weight| weight.max(0.0) * scale).collect();
    let mut free = Place { x: 0.0, y: 0.0, width, height };
    let mut places = Vec::with_capacity(areas.len());
    let mut rest = areas.as_slice();
    while !rest.is_empty() {
        let side = free.width.min(free.height).max(1e-9);
        let mut taken = 1;
        while taken < rest.len()
            && worst(rest.get(..=taken).unwrap_or_default(), side) <= worst(rest.get(..taken).unwrap_or_default(), side)
        {
            taken += 1;
        }
        let (row, others) = rest.split_at(taken);
        let sum: f64 = row.iter().sum();
        let depth = sum / side;
        let mut along = 0.0;
        for area in row {
            let length = if depth > 0.0 { area / depth } else { 0.0 };
            places.push(if free.width >= free.height {
                Place { x: free.x, y: free.y + along, width: depth, height: length }
            } else {
                Place { x: free.x + along, y: free.y, width: length, height: depth }
            });
            along += length;
        }
        free = if free.width >= free.height {
            Place { x: free.x + depth, width: (free.width - depth).max(0.0), ..free }
        } else {
            Place { y: free.y + depth, height: (free.height - depth).max(0.0), ..free }
        };
        rest = others;
    }
    places
}

/// The longest side over the shortest of the row's tiles.
fn worst(row: &[f64], side: f64) -> f64 {
    let sum: f64 = row.iter().sum();
    let (least, most) = row.iter().fold((f64::MAX, 0.0_f64), |(least, most), area| (least.min(*area), most.max(*area)));
    if sum <= 0.0 || least <= 0.0 {
        return f64::MAX;
    }
    (side * side * most / (sum * sum)).max(sum * sum / (side * side * least))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn areas_are_the_weights_and_no_tile_leaves_the_box_or_covers_another() {
        let weights = [6.0, 6.0, 4.0, 3.0, 2.0, 2.0, 1.0];
        let places = squarified(&weights, 600.0, 400.0);
        for (weight, place) in weights.iter().zip(&places) {
            assert!((place.width * place.height - weight * 10_000.0).abs() < 1e-6, "{place:?}");
            assert!(
                place.x >= 0.0
                    && place.y >= 0.0
                    && place.x + place.width <= 600.0 + 1e-6
                    && place.y + place.height <= 400.0 + 1e-6
            );
            assert!(place.width.max(place.height) / place.width.min(place.height) < 3.5, "{place:?}");
        }
        for (at, one) in places.iter().enumerate() {
            for other in &places[at + 1..] {
                let apart = |a: f64, length: f64, b: f64, other: f64| a + length <= b + 1e-6 || b + other <= a + 1e-6;
                assert!(apart(one.x, one.width, other.x, other.width) || apart(one.y, one.height, other.y, other.height));
            }
        }
    }

    #[test]
    fn nothing_has_no_area_and_breaks_nothing() {
        assert!(squarified(&[], 10.0, 10.0).is_empty());
        assert!(squarified(&[0.0, 0.0], 10.0, 10.0).iter().all(|place| place.width * place.height == 0.0));
        assert!(squarified(&[5.0, 0.0], 10.0, 10.0).iter().all(|place| place.width.is_finite() && place.height.is_finite()));
    }
}
