//! An entry as an agency may have it that data is shared with: what anyone may have, and what is shared besides.

use std::collections::{BTreeSet, HashMap};

use kaishu_domain::sharing::{is_listed, items_opened};
use kaishu_domain::visibility::OpenColumns;
use kaishu_store::receipts::Under;
use kaishu_types::dataset::DatasetView;
use kaishu_types::vocabulary::{OpenClass, ShareClass};

use crate::Portal;
use crate::access::Grant;
use crate::rules::{FileAccess, PublicView};

/// What is in a view because it is shared.
#[derive(Debug, Clone)]
pub(crate) struct Shared {
    /// The case of the grant.
    case: i64,
    /// The agency that it is shared with.
    holder: String,
    /// Columns that whoever asks may have anyway.
    pub(crate) open: OpenColumns,
}

impl Shared {
    /// What somebody takes it under (SHR-01, SHR-08).
    pub(crate) fn under(&self, account: i64) -> Under {
        Under {
            grant: Some(self.case),
            account: Some(account),
            organization: Some(self.holder.clone()),
        }
    }
}

impl Portal {
    /// Makes the view of an entry for an agency by a shared grant.
    ///
    /// It is the view of anyone with the shared data items in it as conditional ones that are granted, made by the
    /// same code: what is shared is decided here, what leaves is not. What is shared today counts, not what was when
    /// the grant began; files never leave whole.
    pub(crate) fn shared_view(
        &self,
        dataset: DatasetView,
        granted: &BTreeSet<String>,
        grant: &Grant,
    ) -> Option<PublicView> {
        let public = self.granted_view(dataset.clone(), granted);
        let items = items_opened(&dataset.fields, &dataset.items, &grant.items);
        let is_all = grant.items.is_empty()
            && dataset.items.is_empty()
            && dataset.fields.share.class == ShareClass::Unconditional;
        let adds = is_listed(dataset.state, dataset.fields.share.class)
            && (is_all || !items.is_empty())
            && public.as_ref().is_none_or(|view| view.files != FileAccess::Free);
        if !adds {
            return public;
        }
        let nothing = || OpenColumns::Named(Vec::new());
        let open = public.as_ref().map_or_else(nothing, |view| view.open_columns.clone());
        let mut opened = dataset.clone();
        opened.fields.open.class = OpenClass::Conditional;
        for item in &mut opened.items {
            let is_known = public
                .as_ref()
                .is_some_and(|view| view.dataset.items.iter().any(|known| known.name == item.name));
            item.open_class = match (items.contains(&item.name), item.open_class, is_known) {
                (true, OpenClass::None, _) => OpenClass::Conditional,
                (false, _, false) => OpenClass::None,
                (_, class, _) => class,
            };
        }
        let columns = match is_all {
            true => OpenColumns::All,
            false => open.clone().and(&items, &opened.items),
        };
        let mut view = self.view_of(opened, columns, true)?;
        // Classes and numbers are told as they are.
        view.dataset.fields.open = dataset.fields.open.clone();
        let classes: HashMap<&str, OpenClass> =
            dataset.items.iter().map(|item| (item.name.as_str(), item.open_class)).collect();
        for item in &mut view.dataset.items {
            item.open_class = classes.get(item.name.as_str()).copied().unwrap_or(item.open_class);
        }
        view.dataset.version = dataset.version;
        for resource in &mut view.dataset.resources {
            let as_it_is = dataset.resources.iter().find(|it| it.id == resource.id);
            if let Some(as_it_is) = as_it_is {
                resource.version = as_it_is.version;
                resource.updated_at = as_it_is.updated_at;
            }
        }
        view.files = FileAccess::NeedsGrant;
        let holder = grant.holder.clone().unwrap_or_default();
        view.shared = Some(Shared { case: grant.case, holder, open });
        Some(view)
    }
}
