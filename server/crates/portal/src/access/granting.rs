//! What somebody may have of a dataset by grants: asked by the one place where views are made (DL-02, DL-08).

use std::collections::BTreeSet;

use kaishu_store::grants::{self, Grant};
use kaishu_types::DatasetCode;
use kaishu_types::access::DeliveryMode;
use kaishu_types::account::Role;

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
        Ok(grants::in_force(&self.inner.store, account, code, self.today()).await?)
    }

    /// Finds the data items of a dataset that somebody may have by grants that are in force now, in the way they
    /// came: an API grant opens nothing to a browser (USE-07).
    pub(crate) async fn granted(&self, caller: &Caller, code: &DatasetCode) -> Result<Granted> {
        let is_by_program = matches!(caller.came(), Some(Came::Token(..)));
        let opens = |grant: &Grant| match grant.mode {
            DeliveryMode::Download => true,
            DeliveryMode::Api => is_by_program,
            DeliveryMode::QueryVerify => false,
        };
        let mut granted = Granted::default();
        for grant in self.grants_in_force(caller, code).await?.into_iter().filter(opens) {
            granted.case = Some(grant.case);
            granted.items.extend(grant.items);
        }
        Ok(granted)
    }
}

/// What grants open to somebody.
#[derive(Debug, Default)]
pub(crate) struct Granted {
    /// Names of the data items.
    pub(crate) items: BTreeSet<String>,
    /// The case of the newest grant: what copies lead back to.
    pub(crate) case: Option<i64>,
}
