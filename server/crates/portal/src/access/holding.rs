//! What somebody was granted, as they and those who watch over it read it.

use kaishu_store::grants::{self, Grant};
use kaishu_types::Lang;

use super::LISTED;
use crate::accounts::{Caller, log_in_first};
use crate::{Error, Portal, Result};

impl Portal {
    /// Lists what somebody was granted, the newest first: 100 at most, those that ended among them.
    ///
    /// # Errors
    ///
    /// `Unauthenticated` where nobody is logged in.
    pub async fn own_grants(&self, caller: &Caller, lang: Lang) -> Result<Vec<Grant>> {
        let account = caller.account().ok_or_else(|| log_in_first(lang))?;
        let mut held = grants::of_account(&self.inner.store, account, LISTED).await?;
        held.retain(|grant| caller.key_of().is_none_or(|case| case == grant.case));
        Ok(held)
    }

    /// Finds a grant by the case that it came from, for whoever may see that.
    ///
    /// # Errors
    ///
    /// `NotFound` where there is none, or none that the caller may see.
    pub async fn grant(&self, caller: &Caller, id: i64) -> Result<Grant> {
        let case = self.application_case(caller, id).await?;
        let found = grants::find(&self.inner.store, case.id).await?;
        found.ok_or_else(|| Error::not_found("grant", id.to_string()))
    }
}
