//! What somebody may have of a dataset by grants: asked by the one place where views are made (DL-02, DL-08).

use std::collections::BTreeSet;

use chrono::NaiveDate;
use kaishu_domain::policy::Module;
use kaishu_store::grants::{self, Grant};
use kaishu_types::DatasetCode;
use kaishu_types::access::DeliveryMode;
use kaishu_types::account::{Role, TokenScope};

use crate::Portal;
use crate::Result;
use crate::accounts::{Caller, Came};

impl Portal {
    /// Lists what somebody holds of a dataset that is in force today.
    pub(crate) async fn grants_in_force(
        &self,
        caller: &Caller,
        code: &DatasetCode,
    ) -> Result<Vec<Grant>> {
        let Some(account) = caller.account() else { return Ok(Vec::new()) };
        // Whoever lost the role of a data user uses nothing any more.
        if !caller.roles().iter().any(|held| held.role == Role::DataUser) {
            return Ok(Vec::new());
        }
        let mut held = grants::in_force(&self.inner.store, account, code, self.today()).await?;
        if let Some(Came::Token(_, TokenScope::Key)) = caller.came() {
            held.retain(|grant| caller.key_of() == Some(grant.case));
        }
        Ok(held)
    }

    /// Finds the shared grant that somebody uses a dataset by today: that of the matter they chose last, and of no
    /// other matter besides (SHR-07). Whoever left the agency uses nothing.
    pub(crate) async fn share_in_force(
        &self,
        caller: &Caller,
        code: &DatasetCode,
    ) -> Result<Option<Grant>> {
        let Some(account) = caller.account() else { return Ok(None) };
        let is_of = |holder: &str| {
            let mut places = caller.roles().iter().filter_map(|held| held.organization.as_ref());
            places.any(|organization| organization.as_str() == holder)
        };
        // The key of a grant opens that one and nothing else.
        if !self.policy().has_module(Module::Share) || caller.key_of().is_some() {
            return Ok(None);
        }
        let found = grants::shared(&self.inner.store, account, code, self.today()).await?;
        let is_by_program = matches!(caller.came(), Some(Came::Token(..)));
        let mut used = found.into_iter().filter(|it| it.holder.as_deref().is_some_and(is_of));
        Ok(used.find(|grant| opens(grant.mode, is_by_program)))
    }

    /// Finds the data items of a dataset that somebody may have by grants that are in force now, in the way they
    /// came: an API grant opens nothing to a browser (USE-07).
    pub(crate) async fn granted(&self, caller: &Caller, code: &DatasetCode) -> Result<Granted> {
        let is_by_program = matches!(caller.came(), Some(Came::Token(..)));
        let mut granted = Granted::default();
        for grant in self.grants_in_force(caller, code).await? {
            if opens(grant.mode, is_by_program) {
                granted.case = Some(grant.case);
                granted.begun.push((grant.first_day, grant.items.clone()));
                granted.items.extend(grant.items);
            }
        }
        // What waits for the terms of the platform opens nothing, and takes nothing open away (AGR-03).
        if let Some(account) = caller.account().filter(|_| granted.case.is_some())
            && self.must_accept(account).await?
        {
            granted = Granted { waits_for_terms: true, ..Granted::default() };
        }
        granted.shared = self.share_in_force(caller, code).await?;
        Ok(granted)
    }

    /// Lists what of a dataset somebody may verify, the newest grant first. It opens nothing else: neither rows nor
    /// files nor figures (DL-03, DL-07).
    pub(super) async fn granted_to_verify(
        &self,
        caller: &Caller,
        code: &DatasetCode,
    ) -> Result<Vec<Grant>> {
        let mut grants = self.grants_in_force(caller, code).await?;
        grants.retain(|grant| grant.mode == DeliveryMode::QueryVerify);
        grants.reverse();
        Ok(grants)
    }
}

/// Whether a way of delivery opens data to a browser or a program.
fn opens(mode: DeliveryMode, is_by_program: bool) -> bool {
    match mode {
        DeliveryMode::Download => true,
        DeliveryMode::Api => is_by_program,
        DeliveryMode::QueryVerify => false,
    }
}

/// What grants open to somebody.
#[derive(Debug, Default)]
pub(crate) struct Granted {
    /// Names of the data items.
    pub(crate) items: BTreeSet<String>,
    /// The same by the first day of each grant.
    pub(crate) begun: Vec<(NaiveDate, BTreeSet<String>)>,
    /// The case of the newest grant: what copies lead back to.
    pub(crate) case: Option<i64>,
    /// What an agency shares with the one that they act for, besides (SHR-01, SHR-06).
    pub(crate) shared: Option<Grant>,
    /// Whether grants open nothing before the terms of the platform are accepted (AGR-03).
    pub(crate) waits_for_terms: bool,
}

impl Granted {
    /// Names the data items of the grants that had begun on a day (DL-09).
    pub(crate) fn items_on(&self, day: NaiveDate) -> BTreeSet<String> {
        let begun = self.begun.iter().filter(|(first_day, _)| *first_day <= day);
        begun.flat_map(|(_, items)| items.iter().cloned()).collect()
    }

    /// What one grant opens.
    pub(super) fn by(grant: &Grant) -> Self {
        Self { items: grant.items.clone(), case: Some(grant.case), ..Self::default() }
    }
}
