//! DCAT and schema.org in RDF: Turtle, RDF/XML and JSON-LD.

mod agent;
mod context;
mod dataset;
mod distribution;
mod graph;
mod syntax;

use kaishu_types::import::Rejection;

pub use self::syntax::Syntax;
use crate::{Import, ImportError, Limits, Seen, guard};

/// Reads the datasets of an RDF file, with the usual limits.
///
/// # Errors
///
/// Fails when the text breaks the rules of its syntax, names a JSON-LD context that is not built
/// in, or describes no dataset.
pub fn parse(bytes: &[u8], syntax: Syntax) -> Result<Import, ImportError> {
    parse_within(bytes, syntax, &Limits::default())
}

/// Reads the datasets of an RDF file.
///
/// # Errors
///
/// As [`parse`]; also when the file is larger than the limits say.
pub fn parse_within(bytes: &[u8], syntax: Syntax, limits: &Limits) -> Result<Import, ImportError> {
    if bytes.len() as u64 > limits.document_bytes {
        return Err(ImportError::TooLarge { limit: limits.document_bytes });
    }
    if bytes.trim_ascii().is_empty() {
        return Err(ImportError::Shape("the file is empty".to_owned()));
    }
    let graph = syntax::load(bytes, syntax)?;
    let datasets = graph.datasets();
    if datasets.is_empty() {
        return Err(ImportError::Shape(
            "the file describes no dataset: nothing in it is a dcat:Dataset or schema:Dataset"
                .to_owned(),
        ));
    }
    let mut import = Import::default();
    let mut seen = Seen::default();
    for subject in datasets {
        let outcome = dataset::record(&graph, subject, limits)
            .and_then(guard::foreign)
            .map_err(|reason| Rejection { record: subject.to_owned(), reason })
            .and_then(|record| seen.check(record, subject));
        import.push(outcome);
    }
    Ok(import)
}
