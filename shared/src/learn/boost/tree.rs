//! One tree as it is asked.

/// Nodes with each parent before its children and the left child right behind it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tree {
    nodes: Vec<Node>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Node {
    /// Up to and with the threshold to the left, above it to the right.
    Split {
        column: u32,
        /// Place of the right child.
        right: u32,
        missing_left: bool,
        threshold: f64,
        /// The share of the rows learned from that went left.
        left_share: f64,
    },
    Leaf {
        value: f64,
        /// How many rows learned from came here: a count, or a rounded sum of weights.
        cover: u32,
    },
}

impl Node {
    /// Whether this row goes left at a split.
    pub fn goes_left(column: u32, threshold: f64, missing_left: bool, row: &[f64]) -> bool {
        let value = row.get(column as usize).copied().unwrap_or(f64::NAN);
        // The largest number stands for infinity, as it did when the cuts were made.
        if value.is_nan() { missing_left } else { value.min(f64::MAX) <= threshold }
    }
}

impl Tree {
    /// Fills in the shares; `nodes` must be in the order told at [`Tree`].
    pub fn new(mut nodes: Vec<Node>) -> Self {
        let mut covers = vec![0.0; nodes.len()];
        for place in (0..nodes.len()).rev() {
            let cover_at = |place: usize| covers.get(place).copied().unwrap_or(0.0);
            let cover = match nodes.get_mut(place) {
                Some(Node::Leaf { cover, .. }) => f64::from(*cover),
                Some(Node::Split { right, left_share, .. }) => {
                    let (left, right) = (cover_at(place + 1), cover_at(*right as usize));
                    *left_share = left / (left + right);
                    left + right
                }
                None => 0.0,
            };
            if let Some(slot) = covers.get_mut(place) {
                *slot = cover;
            }
        }
        Self { nodes }
    }

    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    pub fn node(&self, place: usize) -> Node {
        self.nodes.get(place).copied().unwrap_or(Node::Leaf { value: 0.0, cover: 1 })
    }

    pub fn value(&self, row: &[f64]) -> f64 {
        let mut place = 0;
        loop {
            match self.node(place) {
                Node::Leaf { value, .. } => return value,
                Node::Split { column, right, missing_left, threshold, .. } => {
                    place = if Node::goes_left(column, threshold, missing_left, row) { place + 1 } else { right as usize };
                }
            }
        }
    }

    /// Over the rows learned from.
    pub fn mean(&self) -> f64 {
        let covers = self.nodes.iter().map(|node| match node {
            Node::Leaf { value, cover } => (value * f64::from(*cover), f64::from(*cover)),
            Node::Split { .. } => (0.0, 0.0),
        });
        let (sum, cover) = covers.fold((0.0, 0.0), |sum, part| (sum.0 + part.0, sum.1 + part.1));
        sum / cover
    }
}
