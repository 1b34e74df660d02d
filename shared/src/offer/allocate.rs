//! Who gets what under a budget.
//!
//! Each customer, or group of like customers, gets one of several choices or nothing; expected costs may not pass the budget, and the
//! expected margin is to be greatest: a multiple-choice knapsack. For groups its linear relaxation is exact, since a group can be
//! split: the choices that lie on a group's upper hull are taken in the order of margin for each unit of cost until the budget is
//! spent, and the last is given to a share of its group (Sinha & Zoltners 1979, The multiple-choice knapsack problem). The margin of
//! the next unit of cost is the shadow price, Lagrange's multiplier of the budget. A few single customers, who cannot be split, are
//! solved exactly by branch and bound.

/// What one choice costs and brings, per customer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Choice {
    pub cost: f64,
    pub gain: f64,
}

/// Customers of one kind with what they may get.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    pub customers: f64,
    pub choices: Vec<Choice>,
}

/// What an item gets: `to` for a `share` of it, `from` for the rest; none is nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Taken {
    pub from: Option<usize>,
    pub to: Option<usize>,
    pub share: f64,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Allocation {
    /// Of each item.
    pub taken: Vec<Taken>,
    pub spend: f64,
    pub gain: f64,
    /// Margin that the next unit of cost brings; 0 where the budget binds nobody.
    pub price: f64,
}

/// All steps from nothing to the best for everybody, the most profitable first.
#[derive(Debug, Clone)]
pub struct Frontier {
    items: usize,
    steps: Vec<Step>,
}

/// From one choice of an item to its next dearer one.
#[derive(Debug, Clone, Copy)]
struct Step {
    item: usize,
    from: Option<usize>,
    to: usize,
    cost: f64,
    gain: f64,
    /// `gain` for each unit of `cost`.
    slope: f64,
}

impl Frontier {
    /// Choices whose numbers are not finite, or cost less than nothing, are left out.
    pub fn new(items: &[Item]) -> Self {
        let mut steps = Vec::new();
        let mut hull = Vec::new();
        for (item, Item { customers, choices }) in items.iter().enumerate() {
            if *customers > 0.0 {
                climb(choices, &mut hull);
                steps.extend(hull.iter().map(|(from, to, cost, gain)| Step {
                    item,
                    from: *from,
                    to: *to,
                    cost: cost * customers,
                    gain: gain * customers,
                    slope: if *cost > 0.0 { gain / cost } else { f64::INFINITY },
                }));
            }
        }
        // Stable, and steps of one item fall: each comes before its next.
        steps.sort_by(|one, other| other.slope.total_cmp(&one.slope));
        Self { items: items.len(), steps }
    }

    /// The best allocation whose expected cost is at most `budget`.
    pub fn at(&self, budget: f64) -> Allocation {
        let mut taken = vec![Taken::default(); self.items];
        let (mut spend, mut gain, mut price) = (0.0, 0.0, 0.0);
        let budget = if budget.is_nan() { 0.0 } else { budget.max(0.0) };
        for step in &self.steps {
            let left = budget - spend;
            let share = if step.cost <= left { 1.0 } else { (left / step.cost).max(0.0) };
            if share < 1.0 {
                price = step.slope;
            }
            if share > 0.0 {
                let place = Taken { from: step.from, to: Some(step.to), share };
                taken.get_mut(step.item).into_iter().for_each(|taken| *taken = place);
                // The last step spends what is left to the last bit and no more.
                spend = if share < 1.0 { budget } else { spend + step.cost };
                gain += share * step.gain;
            }
            if share < 1.0 {
                break;
            }
        }
        Allocation { taken, spend, gain, price }
    }
}

/// The steps of the upper hull from nothing on, with falling slopes: from, to, cost, gain.
fn climb(choices: &[Choice], steps: &mut Vec<(Option<usize>, usize, f64, f64)>) {
    steps.clear();
    let (mut at, mut cost, mut gain) = (None, 0.0, 0.0);
    loop {
        // The steepest step up from here; of equals the longest, so that there is no step of the same slope after it.
        let mut best: Option<(usize, f64, f64, f64)> = None;
        for (place, choice) in choices.iter().enumerate() {
            let (more, better) = (choice.cost - cost, choice.gain - gain);
            if !(choice.cost >= 0.0 && choice.cost.is_finite() && choice.gain.is_finite() && more >= 0.0 && better > 0.0) {
                continue;
            }
            let slope = if more > 0.0 { better / more } else { f64::INFINITY };
            if best.is_none_or(|(_, _, gained, steepest)| slope > steepest || (slope == steepest && better > gained)) {
                best = Some((place, more, better, slope));
            }
        }
        let Some((place, more, better, _)) = best else { return };
        steps.push((at, place, more, better));
        (at, cost, gain) = (Some(place), cost + more, gain + better);
        // Back to the choice's own numbers, so that sums of differences cannot drift.
        if let Some(choice) = choices.get(place) {
            (cost, gain) = (choice.cost, choice.gain);
        }
    }
}

/// More nodes than this and [`exact`] gives up.
const NODES: usize = 200_000;

/// The best choice for each of a few customers who cannot be split (their numbers of `customers` are taken as one each): `None` where
/// there are too many to be sure.
pub fn exact(people: &[Item], budget: f64) -> Option<Vec<Option<usize>>> {
    let budget = if budget.is_nan() { 0.0 } else { budget.max(0.0) };
    let singles: Vec<Item> = people.iter().map(|person| Item { customers: 1.0, choices: person.choices.clone() }).collect();
    // What the customers from each place on could bring at most, for each of which a hull is made once.
    let frontiers: Vec<Frontier> =
        (0..=singles.len()).map(|from| Frontier::new(singles.get(from..).unwrap_or_default())).collect();
    let mut search = Search { people: &singles, frontiers, best: (0.0, vec![None; singles.len()]), nodes: 0 };
    let mut chosen = Vec::with_capacity(singles.len());
    search.descend(&mut chosen, budget, 0.0);
    (search.nodes < NODES).then_some(search.best.1)
}

struct Search<'a> {
    people: &'a [Item],
    frontiers: Vec<Frontier>,
    best: (f64, Vec<Option<usize>>),
    nodes: usize,
}

impl Search<'_> {
    fn descend(&mut self, chosen: &mut Vec<Option<usize>>, left: f64, gain: f64) {
        self.nodes += 1;
        if gain > self.best.0 {
            let mut all = chosen.clone();
            all.resize(self.people.len(), None);
            self.best = (gain, all);
        }
        let bound = self.frontiers.get(chosen.len()).map_or(0.0, |frontier| frontier.at(left).gain);
        // A hair above, since the bound is added up in another order.
        if self.nodes >= NODES || gain + bound <= self.best.0 * (1.0 + 1e-12) {
            return;
        }
        let Some(person) = self.people.get(chosen.len()) else { return };
        let fits = |choice: &Choice| choice.cost >= 0.0 && choice.cost <= left && choice.gain.is_finite() && choice.gain > 0.0;
        let mut order: Vec<(usize, Choice)> =
            person.choices.iter().copied().enumerate().filter(|(_, choice)| fits(choice)).collect();
        order.sort_by(|(_, one), (_, other)| other.gain.total_cmp(&one.gain));
        for (place, choice) in order {
            chosen.push(Some(place));
            self.descend(chosen, left - choice.cost, gain + choice.gain);
            chosen.pop();
        }
        chosen.push(None);
        self.descend(chosen, left, gain);
        chosen.pop();
    }
}
