//! Whether a column of a table may leave: what was found in it stops it until a person has masked,
//! restricted or justified it (SEC-21, PUB-02).

use kaishu_types::dataset::DataItemView;
use kaishu_types::table::Mask;

use crate::personal::Sensitive;

/// What a person decided about a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Its values leave only through this mask.
    Mask(Mask),
    /// It does not leave.
    Restrict,
    /// It leaves as it is although these were found in it; what is found later stops it again.
    Justify(Vec<Sensitive>),
}

/// Whether a column may leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Release {
    /// As it is.
    Open,
    /// Through a mask.
    Masked(Mask),
    /// Not at all: a person decided so.
    Restricted,
    /// Not before a person has decided about what was found in it.
    Held,
}

/// Whether a data item keeps its column from leaving as it is.
pub fn is_guard(item: &DataItemView) -> bool {
    item.mask.is_some() || (item.sensitive && item.release_reason.is_none())
}

impl Release {
    /// What holds where two versions of an entry say different things of one file: the stricter. Two
    /// masks are stricter than either; together they let nothing through.
    #[must_use]
    pub fn stricter(self, other: Self) -> Self {
        match (self, other) {
            (one, other) if one == other => one,
            (Self::Open, other) | (other, Self::Open) => other,
            (Self::Restricted, _) | (_, Self::Restricted) => Self::Restricted,
            (Self::Held, _) | (_, Self::Held) => Self::Held,
            (Self::Masked(_), Self::Masked(_)) => Self::Restricted,
        }
    }

    /// Decides by what was found, what the catalogue declares of the data item, and the last decision.
    ///
    /// A reason that the catalogue gives holds for personal data; of a secret marking only a decision
    /// about this very finding says that it is none (CLS-09).
    pub fn of(
        found: &[Sensitive],
        item: Option<&DataItemView>,
        decided: Option<&Decision>,
    ) -> Self {
        match decided {
            Some(Decision::Mask(mask)) => return Self::Masked(mask.clone()),
            Some(Decision::Restrict) => return Self::Restricted,
            Some(Decision::Justify(kinds)) if found.iter().all(|kind| kinds.contains(kind)) => {
                return Self::Open;
            }
            Some(Decision::Justify(_)) | None => {}
        }
        if let Some(mask) = item.and_then(|item| item.mask.clone()) {
            return Self::Masked(mask);
        }
        let is_marked_secret = found.contains(&Sensitive::SecretMark);
        let is_sensitive = !found.is_empty() || item.is_some_and(|item| item.sensitive);
        let has_reason = item.is_some_and(|item| item.release_reason.is_some());
        match is_sensitive && (is_marked_secret || !has_reason) {
            true => Self::Held,
            false => Self::Open,
        }
    }
}

#[cfg(test)]
mod tests {
    use kaishu_types::vocabulary::{ItemType, OpenClass, ShareClass};

    use super::*;

    fn item(mask: Option<Mask>, reason: Option<&str>, sensitive: bool) -> DataItemView {
        DataItemView {
            name: "phone".to_owned(),
            label: "电话".to_owned(),
            item_type: ItemType::Text,
            unit: None,
            length: None,
            description: None,
            open_class: OpenClass::Unconditional,
            share_class: ShareClass::Unconditional,
            sensitive,
            mask,
            release_reason: reason.map(str::to_owned),
        }
    }

    // Proves SEC-21: a finding stops a column until a person has decided about it.
    #[test]
    fn what_was_found_stops_a_column_until_it_is_decided() {
        use Sensitive::{Mobile, ResidentId, SecretMark};
        let plain = item(None, None, false);
        let of = |found: &[Sensitive], item, decided| Release::of(found, item, decided);
        assert_eq!(of(&[], None, None), Release::Open);
        assert_eq!(of(&[Mobile], None, None), Release::Held);
        assert_eq!(of(&[Mobile], Some(&plain), None), Release::Held);

        let hidden = Decision::Mask(Mask::Partial { start: 3, end: 4 });
        let masked = Release::Masked(Mask::Partial { start: 3, end: 4 });
        assert_eq!(of(&[Mobile], None, Some(&hidden)), masked);
        assert_eq!(of(&[Mobile, SecretMark], None, Some(&Decision::Restrict)), Release::Restricted);

        // A justification is of what was there when it was given.
        let justified = Decision::Justify(vec![Mobile]);
        assert_eq!(of(&[Mobile], None, Some(&justified)), Release::Open);
        assert_eq!(of(&[Mobile, ResidentId], None, Some(&justified)), Release::Held);
        assert_eq!(of(&[], None, Some(&justified)), Release::Open);
    }

    #[test]
    fn of_two_versions_the_stricter_holds() {
        let mask = |mask| Release::Masked(mask);
        for (one, other, expected) in [
            (Release::Open, Release::Open, Release::Open),
            (Release::Open, mask(Mask::Hash), mask(Mask::Hash)),
            (mask(Mask::Hash), mask(Mask::Hash), mask(Mask::Hash)),
            (mask(Mask::Hash), mask(Mask::Redact), Release::Restricted),
            (mask(Mask::Hash), Release::Held, Release::Held),
            (Release::Restricted, Release::Held, Release::Restricted),
        ] {
            assert_eq!(one.clone().stricter(other.clone()), expected);
            assert_eq!(other.stricter(one), expected);
        }
    }

    // Proves PUB-02: what is flagged as sensitive waits for a mask or a reason.
    #[test]
    fn the_catalogue_masks_and_gives_reasons() {
        use Sensitive::{Mobile, SecretMark};
        let of = |found: &[Sensitive], item: DataItemView| Release::of(found, Some(&item), None);
        assert_eq!(of(&[], item(None, None, true)), Release::Held);
        assert_eq!(of(&[], item(Some(Mask::Hash), None, true)), Release::Masked(Mask::Hash));
        assert_eq!(of(&[Mobile], item(None, Some("办公电话"), true)), Release::Open);
        assert_eq!(of(&[Mobile, SecretMark], item(None, Some("办公电话"), false)), Release::Held);
    }
}
