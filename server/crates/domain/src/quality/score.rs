//! From what was measured to scores, reasons and what to mend first.
//!
//! A measure is a rule on a column, or on the columns it needs together. Its share is the part of what
//! was checked that holds. The score of a dimension is the mean of the shares of its measures times
//! 100, in which a blocking rule counts three times. Mending a measure wholly would give as many points
//! as its share lacks in that mean.

use serde::{Deserialize, Serialize};

use super::{Fault, Rule, Severity};
use crate::policy::QualityDimension;

/// A row that a rule does not hold for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FaultyRow {
    /// The row of the table, from 1.
    pub row: u64,
    /// What is wrong.
    pub fault: Fault,
    /// The value as it is written, cut; none where it is or may be personal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

/// How far a rule holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measure {
    /// The rule.
    pub rule: Rule,
    /// Names of the columns it was checked on; none for whole rows and the whole table.
    pub columns: Vec<String>,
    /// Cells, rows or columns that were checked.
    pub n_checked: u64,
    /// How many of them it does not hold for.
    pub n_failed: u64,
    /// The first rows it does not hold for.
    #[serde(default)]
    pub rows: Vec<FaultyRow>,
    /// Whether only the first rows of a very long table were compared.
    #[serde(default)]
    pub is_partial: bool,
}

impl Measure {
    /// The part that holds, 0 to 1.
    #[expect(clippy::cast_precision_loss, reason = "a share of counts")]
    pub fn share(&self) -> f64 {
        match self.n_checked {
            0 => 1.0,
            n => 1.0 - self.n_failed.min(n) as f64 / n as f64,
        }
    }

    fn weight(&self) -> f64 {
        self.rule.severity().weight()
    }
}

/// Why a score is what it is: one rule, on all columns it was checked on.
#[derive(Debug, Clone, PartialEq)]
pub struct Reason {
    /// The rule.
    pub rule: Rule,
    /// On how many columns, or sets of columns, it was checked.
    pub n_measures: usize,
    /// What was checked on them together.
    pub n_checked: u64,
    /// How many of it the rule does not hold for.
    pub n_failed: u64,
    /// The mean of the shares, 0 to 1.
    pub share: f64,
}

/// The score of a dimension.
#[derive(Debug, Clone, PartialEq)]
pub struct DimensionScore {
    /// The dimension.
    pub dimension: QualityDimension,
    /// 0 to 100; `None` where no rule measures it.
    pub score: Option<f64>,
    /// The rules behind it, the worst first.
    pub reasons: Vec<Reason>,
}

impl DimensionScore {
    /// The score cut to a tenth: 100 means that nothing is wrong.
    pub fn shown(&self) -> Option<f64> {
        let cut = |score: f64| (score * 10.0 + 1e-6).floor() / 10.0;
        self.score.map(|score| if score < 100.0 { cut(score).min(99.9) } else { 100.0 })
    }
}

/// What to mend, and what that would give.
#[derive(Debug, Clone, PartialEq)]
pub struct Fix {
    /// The rule that does not hold.
    pub rule: Rule,
    /// The dimension that gains.
    pub dimension: QualityDimension,
    /// Points that the score of the dimension gains.
    pub points: f64,
    /// Where it does not hold, the worst first.
    pub measures: Vec<Measure>,
}

/// Quality of a table, as far as somebody may know of it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Quality {
    /// The scores, in the order of the regulation.
    pub dimensions: Vec<DimensionScore>,
    /// What to mend: what blocks first, then what gives most.
    pub fixes: Vec<Fix>,
}

impl Quality {
    /// What stops a new version from being published (PUB-05).
    pub fn blocks(&self) -> impl Iterator<Item = &Fix> {
        self.fixes.iter().filter(|fix| fix.rule.severity() == Severity::Blocking)
    }
}

/// Scores what was measured, by the dimensions that a regulation names. A rule of another dimension
/// counts for the nearest one that is named.
pub fn assess(measures: &[Measure], named: &[QualityDimension]) -> Quality {
    let of = |dimension: QualityDimension| {
        measures.iter().filter(move |measure| {
            measure.n_checked > 0 && measure.rule.dimension_among(named) == Some(dimension)
        })
    };
    let mut quality = Quality::default();
    for dimension in named {
        let weights: f64 = of(*dimension).map(Measure::weight).sum();
        let held: f64 = of(*dimension).map(|it| it.weight() * it.share()).sum();
        for measure in of(*dimension).filter(|measure| measure.n_failed > 0) {
            let points = 100.0 * measure.weight() * (1.0 - measure.share()) / weights;
            match quality.fixes.iter_mut().find(|fix| fix.rule == measure.rule) {
                Some(fix) => {
                    fix.points += points;
                    fix.measures.push(measure.clone());
                }
                None => quality.fixes.push(Fix {
                    rule: measure.rule,
                    dimension: *dimension,
                    points,
                    measures: vec![measure.clone()],
                }),
            }
        }
        quality.dimensions.push(DimensionScore {
            dimension: *dimension,
            score: (weights > 0.0).then(|| 100.0 * held / weights),
            reasons: reasons(of(*dimension)),
        });
    }
    for fix in &mut quality.fixes {
        fix.measures.sort_by(|a, b| a.share().total_cmp(&b.share()));
    }
    quality.fixes.sort_by(|a, b| {
        let severity = |fix: &Fix| fix.rule.severity();
        severity(a).cmp(&severity(b)).then(b.points.total_cmp(&a.points))
    });
    quality
}

#[expect(clippy::cast_precision_loss, reason = "a count of columns")]
fn reasons<'a>(measures: impl Iterator<Item = &'a Measure>) -> Vec<Reason> {
    let mut reasons: Vec<Reason> = Vec::new();
    for measure in measures {
        let known = reasons.iter_mut().find(|reason| reason.rule == measure.rule);
        let (n_checked, n_failed) = (measure.n_checked, measure.n_failed.min(measure.n_checked));
        match known {
            Some(reason) => {
                let n = reason.n_measures as f64;
                reason.share = (reason.share * n + measure.share()) / (n + 1.0);
                reason.n_measures += 1;
                reason.n_checked += n_checked;
                reason.n_failed += n_failed;
            }
            None => reasons.push(Reason {
                rule: measure.rule,
                n_measures: 1,
                n_checked,
                n_failed,
                share: measure.share(),
            }),
        }
    }
    reasons.sort_by(|a, b| a.share.total_cmp(&b.share).then(a.rule.cmp(&b.rule)));
    reasons
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measure(rule: Rule, column: &str, n_checked: u64, n_failed: u64) -> Measure {
        let columns = vec![column.to_owned()];
        Measure { rule, columns, n_checked, n_failed, rows: Vec::new(), is_partial: false }
    }

    const SIX: &[QualityDimension] = &[
        QualityDimension::Standardisation,
        QualityDimension::Completeness,
        QualityDimension::Accuracy,
        QualityDimension::Consistency,
        QualityDimension::Timeliness,
        QualityDimension::Truthfulness,
    ];

    /// Proves PUB-05 (scores).
    #[test]
    fn scores_are_means_of_shares() {
        let quality = assess(
            &[
                measure(Rule::ValuePresent, "a", 10, 0),
                measure(Rule::ValuePresent, "b", 10, 5),
                measure(Rule::TypeDeclared, "a", 100, 20),
                measure(Rule::DateForm, "b", 100, 50),
                measure(Rule::Phone, "c", 0, 0),
            ],
            SIX,
        );
        let scores: Vec<_> = quality.dimensions.iter().map(DimensionScore::shown).collect();
        // (3 × 0.8 + 1 × 0.5) / 4; what was not checked has no score.
        assert_eq!(scores, [Some(72.5), Some(75.0), None, None, None, None]);
        let fixes: Vec<_> =
            quality.fixes.iter().map(|fix| (fix.rule, fix.points.round())).collect();
        assert_eq!(
            fixes,
            [(Rule::TypeDeclared, 15.0), (Rule::ValuePresent, 25.0), (Rule::DateForm, 13.0)]
        );
        let blocks: Vec<_> = quality.blocks().map(|fix| fix.rule).collect();
        assert_eq!(blocks, [Rule::TypeDeclared]);
    }

    #[test]
    fn one_fault_in_many_is_not_rounded_away() {
        let quality = assess(&[measure(Rule::Phone, "c", 1_000_000, 1)], SIX);
        let shown: Vec<_> = quality.dimensions.iter().filter_map(DimensionScore::shown).collect();
        assert_eq!(shown, [99.9]);
    }

    #[test]
    fn points_are_what_a_score_gains() {
        let mut measures = [
            measure(Rule::CreditCode, "a", 7, 3),
            measure(Rule::DateRange, "b", 9, 1),
            measure(Rule::Phone, "c", 5, 5),
        ];
        let score = |measures: &[Measure]| {
            let accuracy = QualityDimension::Accuracy;
            let quality = assess(measures, &[accuracy]);
            (quality.dimensions.first().and_then(|it| it.score), quality.fixes)
        };
        let (before, fixes) = score(&measures);
        let best = fixes.first().map(|fix| fix.rule);
        assert_eq!(best, Some(Rule::Phone));
        measures[2].n_failed = 0;
        let (after, _) = score(&measures);
        let gained = after.zip(before).map(|(after, before)| after - before);
        let promised = fixes.first().map(|fix| fix.points);
        let differs = gained.zip(promised).is_none_or(|(a, b)| (a - b).abs() > 1e-9);
        assert!(!differs, "{gained:?} {promised:?}");
    }
}
