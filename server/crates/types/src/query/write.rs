//! Changing what is chosen in a request, and writing it as a query string.

use std::fmt::Display;
use std::str::FromStr;

use crate::search::{Facet, SearchRequest, Sort};

/// Writes a query string, without a question mark.
pub fn encode(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

impl SearchRequest {
    /// Returns the values chosen in a facet, as they stand in addresses.
    pub fn values(&self, facet: Facet) -> Vec<String> {
        fn texts<T: Display>(values: &[T]) -> Vec<String> {
            values.iter().map(ToString::to_string).collect()
        }
        match facet {
            Facet::Open => texts(&self.open),
            Facet::Org => self.org.clone(),
            Facet::Theme => self.theme.clone(),
            Facet::Updated => self.updated.iter().map(ToString::to_string).collect(),
            Facet::Region => self.region.clone(),
            Facet::Level => texts(&self.level),
            Facet::Format => texts(&self.format),
            Facet::Frequency => texts(&self.frequency),
        }
    }

    /// Returns the request without one facet.
    #[must_use]
    pub fn without(&self, facet: Facet) -> Self {
        let mut request = self.clone();
        match facet {
            Facet::Open => request.open.clear(),
            Facet::Org => request.org.clear(),
            Facet::Theme => request.theme.clear(),
            Facet::Updated => request.updated = None,
            Facet::Region => request.region.clear(),
            Facet::Level => request.level.clear(),
            Facet::Format => request.format.clear(),
            Facet::Frequency => request.frequency.clear(),
        }
        request
    }

    /// Returns the request without one value of a facet.
    #[must_use]
    pub fn without_value(&self, facet: Facet, value: &str) -> Self {
        let mut request = self.clone();
        match facet {
            Facet::Open => request.open.retain(|it| it.as_str() != value),
            Facet::Org => request.org.retain(|it| it != value),
            Facet::Theme => request.theme.retain(|it| it != value),
            Facet::Updated => request.updated = None,
            Facet::Region => request.region.retain(|it| it != value),
            Facet::Level => request.level.retain(|it| it.as_str() != value),
            Facet::Format => request.format.retain(|it| it.as_str() != value),
            Facet::Frequency => request.frequency.retain(|it| it.as_str() != value),
        }
        request
    }

    /// Returns the request with one more value of a facet; a value that is none changes nothing.
    #[must_use]
    pub fn with_value(&self, facet: Facet, value: &str) -> Self {
        fn add<T: FromStr + PartialEq>(values: &mut Vec<T>, value: &str) {
            if let Ok(value) = value.parse()
                && !values.contains(&value)
            {
                values.push(value);
            }
        }
        let mut request = self.clone();
        match facet {
            Facet::Open => add(&mut request.open, value),
            Facet::Org => add(&mut request.org, value),
            Facet::Theme => add(&mut request.theme, value),
            Facet::Updated => request.updated = value.parse().ok().or(request.updated),
            Facet::Region => add(&mut request.region, value),
            Facet::Level => add(&mut request.level, value),
            Facet::Format => add(&mut request.format, value),
            Facet::Frequency => add(&mut request.frequency, value),
        }
        request
    }

    /// Returns the parameters of this request, as they stand in addresses.
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = Vec::new();
        if !self.q.is_empty() {
            pairs.push(("q", self.q.clone()));
        }
        for facet in Facet::ALL {
            pairs.extend(self.values(*facet).into_iter().map(|value| (facet.as_str(), value)));
        }
        pairs.extend(self.priority.iter().map(|value| ("priority", value.clone())));
        pairs.extend(self.item.iter().map(|value| ("item", value.clone())));
        if self.sort != Sort::default() {
            pairs.push(("sort", self.sort.as_str().to_owned()));
        }
        if self.exact {
            pairs.push(("exact", "1".to_owned()));
        }
        pairs
    }

    /// Writes the query string of this request, without a question mark.
    pub fn to_query(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(self.pairs()).finish()
    }
}
