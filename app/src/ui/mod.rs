//! Components that pages are made of.

pub(crate) mod bars;
pub(crate) mod class_mark;
pub(crate) mod crumbs;
pub(crate) mod data;
pub(crate) mod data_table;
pub(crate) mod dataset_table;
pub(crate) mod dates;
pub(crate) mod differences;
pub(crate) mod facets;
pub(crate) mod fields;
pub(crate) mod form;
pub(crate) mod freshness;
pub(crate) mod heading;
pub(crate) mod icon;
pub(crate) mod law;
pub(crate) mod links;
pub(crate) mod meta;
pub(crate) mod numbers;
pub(crate) mod pagination;
pub(crate) mod search_form;
pub(crate) mod spans;
pub(crate) mod toc;
