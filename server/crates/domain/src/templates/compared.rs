//! What differs between two texts, line by line.

/// A line of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LineChange {
    /// It stands in both.
    Same(String),
    /// It is new.
    Added(String),
    /// It is gone.
    Removed(String),
}

/// Compares two texts by their lines: the longest row of lines that both have stays. Costs the product of their lines,
/// which [`MAX_LINES`](super::MAX_LINES) bounds.
pub fn compared(before: &str, after: &str) -> Vec<LineChange> {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let width = new.len() + 1;
    // How many lines are in common from a pair of lines on.
    let mut common = vec![0_usize; (old.len() + 1) * width];
    let at = |one: usize, other: usize| one * width + other;
    for (one, line) in old.iter().enumerate().rev() {
        for (other, candidate) in new.iter().enumerate().rev() {
            common[at(one, other)] = match line == candidate {
                true => common[at(one + 1, other + 1)] + 1,
                false => common[at(one + 1, other)].max(common[at(one, other + 1)]),
            };
        }
    }
    let (mut one, mut other, mut changes) = (0, 0, Vec::new());
    loop {
        match (old.get(one), new.get(other)) {
            (Some(line), Some(candidate)) if line == candidate => {
                changes.push(LineChange::Same((*line).to_owned()));
                (one, other) = (one + 1, other + 1);
            }
            (Some(line), candidate)
                if candidate.is_none()
                    || common[at(one + 1, other)] >= common[at(one, other + 1)] =>
            {
                changes.push(LineChange::Removed((*line).to_owned()));
                one += 1;
            }
            (_, Some(line)) => {
                changes.push(LineChange::Added((*line).to_owned()));
                other += 1;
            }
            _ => return changes,
        }
    }
}
