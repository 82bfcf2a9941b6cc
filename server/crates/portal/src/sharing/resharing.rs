//! What was had by sharing is not opened or shared again unless its provider consents (SHR-22; guangdong 16 and 21,
//! anshan 22, aba 27).

use kaishu_domain::entry::EntryFault;
use kaishu_domain::sharing::reshared;
use kaishu_store::{cases, datasets, grants, shares};
use kaishu_types::DatasetCode;
use kaishu_types::draft::DraftDocument;
use kaishu_types::vocabulary::{OpenClass, ShareClass};

use crate::{Portal, Result};

impl Portal {
    /// Lists the sources of an entry that its agency has, or had, by sharing and may not pass on. What anyone may have
    /// is nobody's to consent to.
    pub(crate) async fn reshared(&self, document: &DraftDocument) -> Result<Vec<EntryFault>> {
        let fields = &document.fields;
        let mut faults = Vec::new();
        if fields.open.class == OpenClass::None && fields.share.class == ShareClass::None {
            return Ok(faults);
        }
        for source in &fields.provenance.sources {
            let Ok(code) = source.parse::<DatasetCode>() else { continue };
            let found = datasets::find(&self.inner.store, &code).await?;
            let Some(dataset) = found else { continue };
            let is_own = dataset.organization.code == document.organization;
            let is_open = dataset.fields.open.class == OpenClass::Unconditional;
            if !is_own && !is_open && self.is_bound(&code, &document.organization).await? {
                faults.push(reshared(self.policy(), &dataset.fields.title));
            }
        }
        Ok(faults)
    }

    /// Whether an agency has a dataset by sharing without the consent to publish it: what was consented to for one
    /// matter frees nothing that was had for another one.
    async fn is_bound(&self, code: &DatasetCode, organization: &str) -> Result<bool> {
        let store = &self.inner.store;
        for stored in shares::between(store, code.as_str(), organization).await? {
            if grants::find(store, stored.case).await?.is_none() {
                continue;
            }
            let case = cases::find(store, stored.case).await?;
            if case.is_none_or(|it| !it.file.facts.contains_key("may_publish")) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
