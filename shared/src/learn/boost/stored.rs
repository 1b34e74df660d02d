//! A model as it is written: short, and read back to the last bit.
//!
//! A tree is one list of whole numbers in the order of its nodes. A split takes two: one more than twice the column, one more
//! again where missing values go left, and which of the column's cuts. A leaf takes three: 0, its value in units, its cover.

use serde::{Deserialize, Serialize};

use super::tree::{Node, Tree};
use super::{Boosted, DEEPEST};

#[derive(Serialize, Deserialize)]
pub(super) struct Stored {
    base: f64,
    unit: f64,
    /// Of each column, those that some tree asks about.
    cuts: Vec<Vec<f64>>,
    trees: Vec<Vec<i64>>,
}

/// Why a stored model cannot be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("tree {tree} of the model is not whole")]
pub(super) struct Broken {
    tree: usize,
}

impl From<Boosted> for Stored {
    fn from(model: Boosted) -> Self {
        let mut cuts: Vec<Vec<f64>> = vec![Vec::new(); model.columns];
        let splits = model.trees.iter().flat_map(Tree::nodes);
        for node in splits {
            if let Node::Split { column, threshold, .. } = node
                && let Some(cuts) = cuts.get_mut(*column as usize)
            {
                cuts.push(*threshold);
            }
        }
        for cuts in &mut cuts {
            cuts.sort_unstable_by(f64::total_cmp);
            cuts.dedup();
        }
        let trees = model.trees.iter().map(|tree| write(tree, &cuts, model.unit)).collect();
        Self { base: model.base, unit: model.unit, cuts, trees }
    }
}

impl TryFrom<Stored> for Boosted {
    type Error = Broken;

    fn try_from(stored: Stored) -> Result<Self, Broken> {
        let read = |(place, numbers): (usize, &Vec<i64>)| {
            let mut reader = Reader { numbers: numbers.iter(), cuts: &stored.cuts, unit: stored.unit, nodes: Vec::new() };
            let whole = reader.node(0).is_some() && reader.numbers.next().is_none();
            if whole { Ok(Tree::new(reader.nodes)) } else { Err(Broken { tree: place }) }
        };
        let trees = stored.trees.iter().enumerate().map(read).collect::<Result<Vec<Tree>, Broken>>()?;
        Ok(Self::from_parts(stored.base, stored.unit, stored.cuts.len(), trees))
    }
}

fn write(tree: &Tree, cuts: &[Vec<f64>], unit: f64) -> Vec<i64> {
    let mut numbers = Vec::with_capacity(3 * tree.nodes().len());
    for node in tree.nodes() {
        match *node {
            Node::Leaf { value, cover } => numbers.extend([0, (value / unit) as i64, i64::from(cover)]),
            Node::Split { column, missing_left, threshold, .. } => {
                let cuts = cuts.get(column as usize).map_or(&[][..], Vec::as_slice);
                let cut = cuts.partition_point(|cut| *cut < threshold);
                numbers.extend([1 + 2 * i64::from(column) + i64::from(missing_left), cut as i64]);
            }
        }
    }
    numbers
}

struct Reader<'a> {
    numbers: std::slice::Iter<'a, i64>,
    cuts: &'a [Vec<f64>],
    unit: f64,
    nodes: Vec<Node>,
}

impl Reader<'_> {
    /// Reads a node and all below it; `None` if they cannot be.
    fn node(&mut self, depth: usize) -> Option<()> {
        let question = *self.numbers.next()?;
        if question == 0 {
            let steps = i32::try_from(*self.numbers.next()?).ok()?;
            let cover = u32::try_from(*self.numbers.next()?).ok().filter(|cover| *cover > 0)?;
            self.nodes.push(Node::Leaf { value: f64::from(steps) * self.unit, cover });
            return Some(());
        }
        if depth == DEEPEST {
            return None;
        }
        let question = u32::try_from(question - 1).ok()?;
        let (column, missing_left) = (question / 2, question % 2 == 1);
        let cut = usize::try_from(*self.numbers.next()?).ok()?;
        let threshold = *self.cuts.get(column as usize)?.get(cut)?;
        let place = self.nodes.len();
        self.nodes.push(Node::Split { column, right: 0, missing_left, threshold, left_share: 0.5 });
        self.node(depth + 1)?;
        let after = u32::try_from(self.nodes.len()).ok()?;
        if let Some(Node::Split { right, .. }) = self.nodes.get_mut(place) {
            *right = after;
        }
        self.node(depth + 1)
    }
}
