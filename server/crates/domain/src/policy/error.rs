//! What is wrong with a profile, and where.

use std::fmt;
use std::ops::Range;

/// One fault of a profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyProblem {
    /// Name of the file, as in `policies/aba.toml`.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The key, as in `open_app.reply_wd`; empty where the file is no TOML.
    pub key: String,
    /// What is wrong and what would be right.
    pub message: String,
}

impl fmt::Display for PolicyProblem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, key, message } = self;
        if key.is_empty() {
            write!(formatter, "{file}:{line}: {message}")
        } else {
            write!(formatter, "{file}:{line}: {key}: {message}")
        }
    }
}

/// A profile that cannot be used, with all its faults in the order of their lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyError {
    problems: Vec<PolicyProblem>,
}

impl PolicyError {
    pub(crate) fn new(mut problems: Vec<PolicyProblem>) -> Self {
        problems.sort_by_key(|problem| problem.line);
        Self { problems }
    }

    /// Lists all faults.
    pub fn problems(&self) -> &[PolicyProblem] {
        &self.problems
    }
}

impl fmt::Display for PolicyError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, problem) in self.problems.iter().enumerate() {
            if place > 0 {
                writeln!(formatter)?;
            }
            write!(formatter, "{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for PolicyError {}

/// Returns the line of a place in a text, from 1.
pub(crate) fn line_of(text: &str, span: &Range<usize>) -> usize {
    let before = text.as_bytes().get(..span.start).unwrap_or(text.as_bytes());
    before.iter().filter(|byte| **byte == b'\n').count() + 1
}
