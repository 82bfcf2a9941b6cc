//! The usual measures of ranked results.

use std::collections::BTreeMap;
use std::error::Error;

use crate::DEPTH;
use crate::collection::Collection;

/// Means over some queries.
#[derive(Debug, Default, Clone)]
pub(crate) struct Mean {
    /// Normalised discounted cumulative gain.
    pub(crate) ndcg: f64,
    /// The share of relevant documents that was found.
    pub(crate) recall: f64,
    /// One divided by the rank of the first relevant document.
    pub(crate) reciprocal_rank: f64,
    n_queries: f64,
}

/// Means over both halves of the queries.
#[derive(Debug, Default, Clone)]
pub(crate) struct Scores {
    /// Queries 0, 2, 4 …
    pub(crate) even: Mean,
    /// Queries 1, 3, 5 …
    pub(crate) odd: Mean,
}

/// Runs all queries of a collection.
pub(crate) fn scores(
    collection: &Collection,
    mut search: impl FnMut(&str) -> Result<Vec<usize>, Box<dyn Error>>,
) -> Result<Scores, Box<dyn Error>> {
    let mut scores = Scores::default();
    for (number, query) in collection.queries.iter().enumerate() {
        let found = search(&query.text)?;
        let half = if number % 2 == 0 { &mut scores.even } else { &mut scores.odd };
        half.add(&found, &query.grades);
    }
    scores.even.divide();
    scores.odd.divide();
    Ok(scores)
}

impl Mean {
    fn add(&mut self, found: &[usize], grades: &BTreeMap<usize, f64>) {
        let discount = |rank: usize| 1.0 / (rank as f64 + 2.0).log2();
        let gain = |grade: f64| grade.exp2() - 1.0;
        let grade = |document: &usize| grades.get(document).copied().unwrap_or(0.0);
        let reached: f64 = found
            .iter()
            .take(DEPTH)
            .enumerate()
            .map(|(rank, document)| gain(grade(document)) * discount(rank))
            .sum();
        let mut best: Vec<f64> = grades.values().copied().collect();
        best.sort_by(|left, right| right.total_cmp(left));
        let ideal: f64 = best
            .iter()
            .take(DEPTH)
            .enumerate()
            .map(|(rank, grade)| gain(*grade) * discount(rank))
            .sum();
        let n_found = found.iter().take(DEPTH).filter(|document| grade(document) > 0.0).count();
        let first = found.iter().take(DEPTH).position(|document| grade(document) > 0.0);
        self.ndcg += if ideal > 0.0 { reached / ideal } else { 0.0 };
        self.recall += n_found as f64 / grades.len().max(1) as f64;
        self.reciprocal_rank += first.map_or(0.0, |rank| 1.0 / (rank as f64 + 1.0));
        self.n_queries += 1.0;
    }

    fn divide(&mut self) {
        let n = self.n_queries.max(1.0);
        self.ndcg /= n;
        self.recall /= n;
        self.reciprocal_rank /= n;
    }
}
