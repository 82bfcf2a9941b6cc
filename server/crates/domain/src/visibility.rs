//! What the public sees of the catalogue, and whether it must log in (SRCH-04, SRCH-08, DL-01).

use std::collections::{BTreeMap, BTreeSet};

use kaishu_types::dataset::{DataItemView, EntryFields, OpenTerms, Provenance, ShareTerms};
use kaishu_types::vocabulary::{DatasetState, OpenClass};

use crate::policy::PolicyProfile;

/// Whether an entry is found by search, lists and feeds (SRCH-02, SRCH-04).
///
/// With `list_none` (the rule `catalogue.list_none`) entries that are not open are listed too.
pub fn is_publicly_listed(state: DatasetState, class: OpenClass, list_none: bool) -> bool {
    state == DatasetState::Published && is_shown(class, list_none)
}

/// Whether an entry has a page at its address; suspended and withdrawn ones keep it (SRCH-08).
pub fn has_public_page(state: DatasetState, class: OpenClass, list_none: bool) -> bool {
    let was_public = matches!(
        state,
        DatasetState::Published
            | DatasetState::Suspended
            | DatasetState::Withdrawn
            | DatasetState::Retired
            | DatasetState::Destroyed
    );
    was_public && is_shown(class, list_none)
}

/// Whether an entry in this state serves data at all (SRCH-08).
pub fn serves_data(state: DatasetState) -> bool {
    state == DatasetState::Published
}

fn is_shown(class: OpenClass, list_none: bool) -> bool {
    class != OpenClass::None || list_none
}

/// Returns the classes of data items, as the rules below take them.
pub fn classes(items: &[DataItemView]) -> impl Iterator<Item = OpenClass> + Clone {
    items.iter().map(|item| item.open_class)
}

/// Returns the data items that the public may know of, in order (SRCH-04).
pub fn public_items(items: &[DataItemView]) -> impl Iterator<Item = &DataItemView> {
    items.iter().filter(|item| item.open_class != OpenClass::None)
}

/// Returns the class a dataset is shown with: the stricter of its own and the strictest of its
/// public items.
///
/// Items never loosen what was declared of the whole, whose conditions have grounds of their own
/// (CLS-07). A dataset with items of which none is public is not open.
pub fn shown_class(class: OpenClass, items: impl IntoIterator<Item = OpenClass>) -> OpenClass {
    let mut items = items.into_iter().peekable();
    if items.peek().is_none() {
        return class;
    }
    let public = items.filter(|item| *item != OpenClass::None);
    let of_items = public.max_by_key(|it| strictness(*it)).unwrap_or(OpenClass::None);
    std::cmp::max_by_key(class, of_items, |it| strictness(*it))
}

/// Whether a file that holds every column holds nothing but unconditional ones: only then may its
/// bytes leave without a grant (DL-01, DL-02).
pub fn is_wholly_open(class: OpenClass, items: impl IntoIterator<Item = OpenClass>) -> bool {
    class == OpenClass::Unconditional
        && items.into_iter().all(|item| item == OpenClass::Unconditional)
}

/// Which columns of a table anyone may have without a grant (CLS-05, DL-01, DL-02).
///
/// A conditional dataset can hold open and restricted items side by side: the open ones are for
/// anyone. A condition on the whole, where no item has one of its own, opens nothing. A column that no
/// item describes is open only where nothing is described and everything is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OpenColumns {
    /// All, whatever they are called.
    All,
    /// Those of these data items.
    Named(Vec<String>),
}

impl OpenColumns {
    /// Finds the open columns of an entry with its declared class and all its items.
    pub fn of(class: OpenClass, items: &[DataItemView]) -> Self {
        if items.is_empty() && class == OpenClass::Unconditional {
            return Self::All;
        }
        let is_partly_conditional = class == OpenClass::Conditional
            && classes(items).any(|it| it == OpenClass::Conditional);
        let is_open = |item: &&DataItemView| item.open_class == OpenClass::Unconditional;
        if class != OpenClass::Unconditional && !is_partly_conditional {
            return Self::Named(Vec::new());
        }
        // A file may head a column with the label of its item; not where that is a closed one's word.
        let is_closed_word = |word: &str| {
            let mut closed = items.iter().filter(|item| !is_open(item));
            closed.any(|item| item.name.trim() == word || item.label.trim() == word)
        };
        let names = items.iter().filter(is_open).map(|item| item.name.trim());
        let labels = items.iter().filter(is_open).map(|item| item.label.trim());
        let labels = labels.filter(|label| !is_closed_word(label));
        Self::Named(names.chain(labels).map(str::to_owned).collect())
    }

    /// The same with the columns of data items that a grant opens (DL-02); never those of class none.
    #[must_use]
    pub fn and(self, granted: &BTreeSet<String>, items: &[DataItemView]) -> Self {
        let Self::Named(mut names) = self else { return self };
        let is_granted = |item: &&DataItemView| {
            item.open_class != OpenClass::None && granted.contains(&item.name)
        };
        let is_closed_word = |word: &str| {
            let mut closed =
                items.iter().filter(|item| !is_granted(item) && !names.contains(&item.name));
            closed.any(|item| item.name.trim() == word || item.label.trim() == word)
        };
        let mut added = Vec::new();
        for item in items.iter().filter(is_granted) {
            added.push(item.name.trim().to_owned());
            let label = item.label.trim();
            added.extend((!is_closed_word(label)).then(|| label.to_owned()));
        }
        names.extend(added);
        Self::Named(names)
    }

    /// Those of them that are among others, too.
    #[must_use]
    pub fn within(self, others: &Self) -> Self {
        match self {
            Self::All => others.clone(),
            Self::Named(names) => {
                Self::Named(names.into_iter().filter(|name| others.has(name)).collect())
            }
        }
    }

    /// Whether a column is one of them.
    pub fn has(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Named(names) => names.iter().any(|open| open == name),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Named(names) if names.is_empty())
    }
}

/// Whether files stay back only for data items that the public may not know of. Then neither a
/// refusal nor even their formats may tell that there are some (SRCH-04).
pub fn closes_silently(
    class: OpenClass,
    items: impl IntoIterator<Item = OpenClass> + Clone,
) -> bool {
    shown_class(class, items.clone()) == OpenClass::Unconditional && !is_wholly_open(class, items)
}

fn strictness(class: OpenClass) -> u8 {
    match class {
        OpenClass::Unconditional => 0,
        OpenClass::Conditional => 1,
        OpenClass::None => 2,
    }
}

/// Returns what may be told of an entry of class none where it is listed (`catalogue.list_none`): its
/// name and the ground for the class. What every entry must have stays, as its theme.
pub fn name_only(fields: EntryFields) -> EntryFields {
    let EntryFields { title, title_en, theme, kind, frequency, licence, open, share, .. } = fields;
    EntryFields {
        title,
        title_en,
        theme,
        kind,
        frequency,
        licence,
        open: OpenTerms {
            class: open.class,
            grounds: open.grounds,
            reason: None,
            basis: open.basis,
            conditions: Vec::new(),
            modes: Vec::new(),
            security_measures: None,
            agreement: None,
            materials: Vec::new(),
        },
        share: ShareTerms {
            class: share.class,
            conditions: Vec::new(),
            modes: Vec::new(),
            scope: None,
            basis: Vec::new(),
        },
        security_level: fields.security_level,
        summary: String::new(),
        summary_en: None,
        keywords: Vec::new(),
        industry: None,
        base_db: None,
        record_key: Vec::new(),
        usage_requirements: None,
        priority: Vec::new(),
        spatial: None,
        temporal_start: None,
        temporal_end: None,
        source: None,
        source_system: None,
        business_matter: None,
        mgmt_responsibility: None,
        collector: None,
        certifier: None,
        classification: None,
        data_form: Vec::new(),
        provenance: Provenance::default(),
        contact: None,
        homepage: None,
        extras: BTreeMap::new(),
    }
}

/// Whether open data needs a login (the rule `login.unconditional`).
pub fn login_required_for_unconditional(profile: &PolicyProfile) -> bool {
    profile.rules.login.unconditional.value
}
