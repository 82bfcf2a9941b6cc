//! One row as text.

/// The values of a row, in one text. It is used again for the next row.
#[derive(Debug, Default, Clone)]
pub(crate) struct Row {
    text: String,
    ends: Vec<usize>,
    /// Which values are missing, as `null` in JSON; an empty text is no missing one.
    missing: Vec<bool>,
    /// Where the row begins: a line of text, a row of a sheet, the number of a record; from 1.
    pub(crate) place: u64,
}

impl Row {
    /// An empty row at a place.
    pub(crate) fn at(place: u64) -> Self {
        Self { place, ..Self::default() }
    }

    /// Empties the row.
    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
        self.missing.clear();
    }

    /// Adds a value.
    pub(crate) fn push(&mut self, value: &str) {
        self.text.push_str(value);
        self.ends.push(self.text.len());
    }

    /// Adds a value that is not there.
    pub(crate) fn push_missing(&mut self) {
        self.missing.resize(self.ends.len(), false);
        self.missing.push(true);
        self.ends.push(self.text.len());
    }

    /// Takes over a text with the ends of its values.
    pub(crate) fn fill(&mut self, text: String, ends: &[usize]) {
        self.text = text;
        self.missing.clear();
        self.ends.clear();
        self.ends.extend_from_slice(ends);
    }

    /// Gives the text back, to be written into again.
    pub(crate) fn take_text(&mut self) -> String {
        self.ends.clear();
        std::mem::take(&mut self.text)
    }

    /// Takes away missing values behind the last one that is there.
    pub(crate) fn trim_end(&mut self) {
        while !self.ends.is_empty() && self.get(self.ends.len() - 1).is_none() {
            self.ends.pop();
            self.missing.truncate(self.ends.len());
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Returns a value; `None` where it is missing.
    pub(crate) fn get(&self, index: usize) -> Option<&str> {
        if self.missing.get(index) == Some(&true) {
            return None;
        }
        let end = *self.ends.get(index)?;
        let start = match index.checked_sub(1) {
            Some(before) => *self.ends.get(before)?,
            None => 0,
        };
        self.text.get(start..end)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Option<&str>> {
        (0..self.len()).map(|index| self.get(index))
    }

    /// Size of all values in bytes.
    pub(crate) fn n_bytes(&self) -> usize {
        self.text.len()
    }

    /// Whether no value says anything.
    pub(crate) fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }
}
