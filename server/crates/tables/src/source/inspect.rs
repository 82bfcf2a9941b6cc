//! What tables are in a file.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use super::{Dialect, Layout, Origin, Row, TableSource};
use crate::TableError;
use crate::shape;

/// Finds the tables of a file.
///
/// # Errors
///
/// Says why there is none.
pub fn inspect(path: &Path) -> Result<Vec<TableSource>, TableError> {
    let mut file = File::open(path)?;
    let (encoding, has_bom) = shape::detect(&mut file)?;
    file.seek(SeekFrom::Start(0))?;
    let mut head = Vec::new();
    file.take(shape::HEAD as u64).read_to_end(&mut head)?;
    let delimiter = char::from(shape::delimiter_of(&head, encoding));
    let dialect = Dialect {
        encoding: shape::name_of(encoding),
        has_bom,
        delimiter,
        quote: Some('"'),
        escape: None,
    };
    let origin = Origin::Text(dialect);
    let mut source = super::open(path, &origin)?;
    let mut row = Row::default();
    if !source.read_row(&mut row)? {
        return Err(TableError::Empty { file: "the file".to_owned() });
    }
    let layout = Layout { preamble: Vec::new(), n_header_rows: 1, columns: names(&row) };
    Ok(vec![TableSource { name: String::new(), path: path.to_owned(), origin, layout }])
}

/// Names columns by a row: trimmed, never empty, no two alike.
pub(crate) fn names(row: &Row) -> Vec<String> {
    let mut names: Vec<String> = Vec::with_capacity(row.len());
    for (index, name) in row.iter().enumerate() {
        let name = name.unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
        let name = if name.is_empty() { format!("column_{}", index + 1) } else { name };
        let mut unique = name.clone();
        let mut n = 2;
        while names.contains(&unique) {
            unique = format!("{name}_{n}");
            n += 1;
        }
        names.push(unique);
    }
    names
}
