//! Mean, deviation and quantiles of numbers.

use datasketches::tdigest::TDigestMut;

/// The quantiles that are told.
pub(crate) const RANKS: [f64; 5] = [0.05, 0.25, 0.5, 0.75, 0.95];

/// Gathers numbers.
pub(crate) struct Numbers {
    n: u64,
    mean: f64,
    squares: f64,
    pub(crate) min: f64,
    pub(crate) max: f64,
    digest: Option<TDigestMut>,
}

impl Numbers {
    pub(crate) fn new() -> Self {
        Self {
            n: 0,
            mean: 0.0,
            squares: 0.0,
            min: f64::INFINITY,
            max: f64::NEG_INFINITY,
            digest: None,
        }
    }

    /// Starts to estimate quantiles, when the numbers are too many to keep.
    pub(crate) fn estimate(&mut self) {
        self.digest = TDigestMut::new(200).ok();
    }

    /// Adds a number so many times (West's update of mean and squares).
    #[expect(clippy::cast_precision_loss, reason = "counts of rows")]
    pub(crate) fn add(&mut self, number: f64, count: u64) {
        self.n += count;
        let delta = number - self.mean;
        let weight = count as f64;
        self.mean += delta * weight / self.n as f64;
        self.squares += weight * delta * (number - self.mean);
        self.min = self.min.min(number);
        self.max = self.max.max(number);
        if let Some(digest) = &mut self.digest {
            for _ in 0..count {
                digest.update(number);
            }
        }
    }

    pub(crate) fn mean(&self) -> f64 {
        self.mean
    }

    #[expect(clippy::cast_precision_loss, reason = "a count of rows")]
    pub(crate) fn deviation(&self) -> f64 {
        if self.n == 0 { 0.0 } else { (self.squares / self.n as f64).max(0.0).sqrt() }
    }

    /// Quantiles that were estimated.
    pub(crate) fn quantiles(&mut self) -> Option<[f64; 5]> {
        let digest = self.digest.as_mut()?;
        Some(RANKS.map(|rank| digest.quantile(rank).unwrap_or(f64::NAN)))
    }

    /// Shares of the numbers below some of them, estimated.
    pub(crate) fn shares(&mut self, splits: &[f64]) -> Option<Vec<f64>> {
        self.digest.as_mut()?.cdf(splits)
    }
}

/// Quantiles of numbers in order, each with its count, counted: the least number with at least this
/// share of the values at or below it.
pub(crate) fn exact_quantiles(sorted: &[(f64, u64)]) -> [f64; 5] {
    let n: u64 = sorted.iter().map(|(_, count)| count).sum();
    RANKS.map(|rank| {
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a count of rows"
        )]
        let wanted = ((n as f64 * rank).ceil() as u64).max(1);
        let mut below = 0;
        let reached = sorted.iter().find(|(_, count)| {
            below += count;
            below >= wanted
        });
        reached.map_or(f64::NAN, |(number, _)| *number)
    })
}

/// Cuts a range into about `n` parts at round numbers.
pub(crate) fn round_splits(min: f64, max: f64, n: usize) -> Vec<f64> {
    if max.total_cmp(&min).is_le() || !(max - min).is_finite() {
        return Vec::new();
    }
    #[expect(clippy::cast_precision_loss, reason = "a handful")]
    let raw = (max - min) / n as f64;
    let magnitude = 10f64.powf(raw.log10().floor());
    let step = [1.0, 2.0, 2.5, 5.0, 10.0]
        .into_iter()
        .map(|factor| factor * magnitude)
        .find(|step| *step >= raw)
        .unwrap_or(10.0 * magnitude);
    let first = (min / step).floor();
    let mut splits = Vec::new();
    for i in 0..=n + 2 {
        #[expect(clippy::cast_precision_loss, reason = "a handful")]
        let split = (first + i as f64) * step;
        // Sums of steps end in …0001; numbers that people read do not.
        let split = format!("{split:.12e}").parse().unwrap_or(split);
        splits.push(split);
        if split > max || (split == max && i > 0) {
            break;
        }
    }
    splits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_values_of_the_column() {
        let sorted = [(1.0, 10), (2.0, 80), (9.0, 10)];
        assert_eq!(exact_quantiles(&sorted), [1.0, 2.0, 2.0, 2.0, 9.0]);
    }

    #[test]
    fn splits_are_round() {
        assert_eq!(round_splits(0.0, 10.0, 5), [0.0, 2.0, 4.0, 6.0, 8.0, 10.0]);
        assert_eq!(round_splits(0.13, 0.39, 4), [0.1, 0.2, 0.3, 0.4]);
        assert!(round_splits(3.0, 3.0, 4).is_empty());
        assert!(round_splits(f64::MIN, f64::MAX, 4).is_empty());
    }
}
