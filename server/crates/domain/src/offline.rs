//! Shared data that is handed over on a medium where online delivery is truly hard (SHR-10, aba 25).
//!
//! The provider says why, on what and which items; the agency that received them confirms it, and what it confirmed is a
//! retrieval like any other. One delivery waits at a time, so that each confirmation is of one.

use std::collections::{BTreeMap, BTreeSet};

/// The fact that says where the last delivery of a case is.
pub const STANDING: &str = "delivery";
/// The fact that names its medium.
pub const MEDIUM: &str = "delivery.medium";
/// The fact that names its data items: a JSON list.
pub const ITEMS: &str = "delivery.items";
/// The fact that names the version of the dataset it was made of.
pub const VERSION: &str = "delivery.version";
/// The fact that names the receipt of what was received.
pub const RECEIPT: &str = "delivery.receipt";

/// It was handed over, says the provider.
pub const WAITING: &str = "waiting";
/// It was received, says the agency.
pub const RECEIVED: &str = "received";
/// It was not received, says the agency.
pub const NOT_RECEIVED: &str = "not_received";

/// Longest name of a medium, in characters.
const MAX_MEDIUM: usize = 200;

/// What a provider hands over.
#[derive(Debug, Clone, Copy)]
pub struct Delivery<'a> {
    /// On what, as in 光盘.
    pub medium: &'a str,
    /// Names of the data items.
    pub items: &'a BTreeSet<String>,
}

/// Whether a delivery waits for the agency to confirm it.
pub fn waits(facts: &BTreeMap<String, String>) -> bool {
    facts.get(STANDING).is_some_and(|standing| standing == WAITING)
}

/// Whether a delivery may be recorded: on a medium that is named, of what the grant opens today. `opened` is none where
/// nothing is shared now, and empty where an entry without data items is shared as a whole.
///
/// # Errors
///
/// Says in both languages what is missing.
pub fn check(
    opened: Option<&BTreeSet<String>>,
    delivery: Delivery<'_>,
) -> Result<(), (&'static str, &'static str)> {
    let Delivery { medium, items } = delivery;
    let Some(opened) = opened else {
        return Err((
            "权限现在没有生效，或者数据现在不能共享，不能交付",
            "the grant opens nothing now; nothing is handed over",
        ));
    };
    if medium.trim().is_empty() || medium.chars().any(char::is_control) {
        return Err((
            "请在一行里写明交付的介质，如光盘、移动硬盘、纸质材料",
            "name the medium in one line: a disc, a drive, paper",
        ));
    }
    if medium.chars().count() > MAX_MEDIUM {
        return Err(("交付的介质不能超过 200 字", "the medium has 200 characters at most"));
    }
    if !items.is_subset(opened) || (items.is_empty() && !opened.is_empty()) {
        return Err((
            "请选择交付的数据项，不能超出权限现在开通的数据项",
            "choose the data items, none but those that the grant opens now",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    // Part of SHR-10: what is handed over is named, with its medium, and is a part of what the grant opens.
    #[test]
    fn what_is_handed_over_is_named_and_granted() {
        let opened = names(&["kind", "number"]);
        let may = |opened: Option<&BTreeSet<String>>, medium: &str, items: &[&str]| {
            check(opened, Delivery { medium, items: &names(items) }).is_ok()
        };
        assert!(may(Some(&opened), "光盘", &["kind"]));
        assert!(may(Some(&opened), "光盘", &["kind", "number"]));
        assert!(may(Some(&names(&[])), "光盘", &[]), "a whole without data items");
        assert!(!may(Some(&opened), "光盘", &[]));
        assert!(!may(Some(&opened), "光盘", &["kind", "secret"]));
        assert!(!may(Some(&names(&[])), "光盘", &["kind"]));
        assert!(!may(None, "光盘", &["kind"]));
        for medium in ["", " ", "光盘\n硬盘", &"光".repeat(201)] {
            assert!(!may(Some(&opened), medium, &["kind"]), "{medium}");
        }
    }

    #[test]
    fn one_delivery_waits_until_it_is_answered() {
        let said = |standing: &str| BTreeMap::from([(STANDING.to_owned(), standing.to_owned())]);
        assert!(waits(&said(WAITING)));
        for facts in [said(RECEIVED), said(NOT_RECEIVED), BTreeMap::new()] {
            assert!(!waits(&facts));
        }
    }
}
