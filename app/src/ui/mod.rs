//! Components that pages are made of.

pub(crate) mod class_mark;
pub(crate) mod crumbs;
pub(crate) mod dates;
pub(crate) mod facets;
pub(crate) mod freshness;
pub(crate) mod icon;
pub(crate) mod numbers;
pub(crate) mod search_form;
pub(crate) mod spans;
