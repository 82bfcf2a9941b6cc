//! A profile: the facet values of a dataset. Many datasets share one, so filters are judged and
//! counted once a profile instead of once a dataset.

use kaishu_types::search::SearchDocument;
use kaishu_types::vocabulary::{Format, Frequency, OpenClass, RegionLevel};

const BETWEEN_PARTS: char = '\u{1f}';
const BETWEEN_VALUES: char = '\u{1e}';

/// The facet values of a dataset.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Profile {
    pub(crate) theme: String,
    pub(crate) org: String,
    /// The region and all above it.
    pub(crate) regions: Vec<String>,
    pub(crate) level: RegionLevel,
    pub(crate) open: OpenClass,
    pub(crate) formats: Vec<Format>,
    pub(crate) frequency: Frequency,
    pub(crate) priority: Vec<String>,
}

impl Profile {
    /// Reads the facet values of a dataset.
    pub(crate) fn of(document: &SearchDocument) -> Self {
        let card = &document.card;
        let mut regions = document.regions.clone();
        regions.push(card.region.code.clone());
        let mut formats = card.formats.clone();
        let mut priority = document.priority.clone();
        formats.sort_unstable();
        formats.dedup();
        for list in [&mut regions, &mut priority] {
            list.iter_mut().for_each(|value| *value = clean(value));
            list.sort_unstable();
            list.dedup();
        }
        Self {
            theme: clean(&card.theme),
            org: clean(&card.organization.code),
            regions,
            level: document.level,
            open: card.open_class,
            formats,
            frequency: card.frequency,
            priority,
        }
    }

    /// Writes the profile as one line; equal profiles give equal lines.
    pub(crate) fn to_line(&self) -> String {
        let separator = BETWEEN_VALUES.to_string();
        let formats: Vec<&str> = self.formats.iter().map(|format| format.as_str()).collect();
        let parts = [
            self.theme.clone(),
            self.org.clone(),
            self.regions.join(&separator),
            self.level.as_str().to_owned(),
            self.open.as_str().to_owned(),
            formats.join(&separator),
            self.frequency.as_str().to_owned(),
            self.priority.join(&separator),
        ];
        parts.join(&BETWEEN_PARTS.to_string())
    }

    /// Reads a line that [`Profile::to_line`] wrote.
    pub(crate) fn parse(line: &str) -> Option<Self> {
        let mut parts = line.split(BETWEEN_PARTS);
        let mut next = || parts.next();
        let values = |part: &str| -> Vec<String> {
            part.split(BETWEEN_VALUES)
                .filter(|value| !value.is_empty())
                .map(str::to_owned)
                .collect()
        };
        Some(Self {
            theme: next()?.to_owned(),
            org: next()?.to_owned(),
            regions: values(next()?),
            level: next()?.parse().ok()?,
            open: next()?.parse().ok()?,
            formats: values(next()?)
                .iter()
                .map(|value| value.parse().ok())
                .collect::<Option<_>>()?,
            frequency: next()?.parse().ok()?,
            priority: values(next()?),
        })
    }
}

fn clean(value: &str) -> String {
    value.replace([BETWEEN_PARTS, BETWEEN_VALUES], " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_leads_back_to_the_profile() {
        let profile = Profile {
            theme: "transport".to_owned(),
            org: "YX-JTJ".to_owned(),
            regions: vec!["YX".to_owned(), "YX-LC".to_owned()],
            level: RegionLevel::County,
            open: OpenClass::Conditional,
            formats: vec![Format::Csv, Format::Json],
            frequency: Frequency::Daily,
            priority: Vec::new(),
        };

        assert_eq!(Profile::parse(&profile.to_line()), Some(profile));
        assert_eq!(Profile::parse("a"), None);
    }
}
