//! What somebody may have of a dataset by grants: asked by the one place where views are made (DL-02, DL-08).

use std::collections::BTreeSet;

use chrono::NaiveDate;
use kaishu_domain::policy::Module;
use kaishu_store::grants::{self, Grant};
use kaishu_types::DatasetCode;
use kaishu_types::access::DeliveryMode;
use kaishu_types::account::{Role, TokenScope};
use kaishu_types::row_scope::RowCondition;
use kaishu_types::table::Filter;

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
                granted.parts.push(Part::of(&grant));
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
    /// What each grant opens.
    pub(crate) parts: Vec<Part>,
    /// The case of the newest grant: what copies lead back to.
    pub(crate) case: Option<i64>,
    /// What an agency shares with the one that they act for, besides (SHR-01, SHR-06).
    pub(crate) shared: Option<Grant>,
    /// Whether grants open nothing before the terms of the platform are accepted (AGR-03).
    pub(crate) waits_for_terms: bool,
}

/// What one of several grants opens.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    first_day: NaiveDate,
    items: BTreeSet<String>,
    rows: Vec<RowCondition>,
}

impl Part {
    fn of(grant: &Grant) -> Self {
        let Grant { first_day, items, rows, .. } = grant.clone();
        Self { first_day, items, rows }
    }
}

impl Granted {
    /// What of it had begun on a day (DL-09).
    pub(crate) fn begun_on(&self, day: NaiveDate) -> Self {
        let begun = self.parts.iter().filter(|part| part.first_day <= day);
        let parts: Vec<Part> = begun.cloned().collect();
        Self {
            items: parts.iter().flat_map(|part| part.items.iter().cloned()).collect(),
            parts,
            case: self.case,
            shared: self.shared.clone(),
            waits_for_terms: self.waits_for_terms,
        }
    }

    /// What one grant opens.
    pub(super) fn by(grant: &Grant) -> Self {
        let parts = vec![Part::of(grant)];
        Self { items: grant.items.clone(), parts, case: Some(grant.case), ..Self::default() }
    }

    /// Which rows it opens of a table that shows these data items by grants; all of them where there is no filter
    /// (APP-09). A row is there only where each of the items is opened in it by some grant, so that no two grants together
    /// open what neither of them does.
    pub(crate) fn rows(
        &self,
        shown: &BTreeSet<String>,
        filter: impl Fn(&[RowCondition]) -> Filter,
    ) -> Option<Filter> {
        let mut demanded: Vec<Filter> = Vec::new();
        for item in shown {
            let opening = self.parts.iter().filter(|part| part.items.contains(item));
            let ways: Vec<&Part> = opening.collect();
            let wanted: Vec<Filter> = match ways.as_slice() {
                // Nobody knows by which grant it is there: then the limits of all of them hold.
                [] => {
                    let limited = self.parts.iter().filter(|part| !part.rows.is_empty());
                    limited.map(|part| filter(&part.rows)).collect()
                }
                ways if ways.iter().any(|part| part.rows.is_empty()) => Vec::new(),
                [only] => vec![filter(&only.rows)],
                ways => vec![Filter::Or(ways.iter().map(|part| filter(&part.rows)).collect())],
            };
            for one in wanted {
                if !demanded.contains(&one) {
                    demanded.push(one);
                }
            }
        }
        (!demanded.is_empty()).then_some(Filter::And(demanded))
    }
}

#[cfg(test)]
mod tests {
    use kaishu_types::row_scope::{RowOperator, no_rows};

    use super::*;

    /// A grant of data items, in all rows or in those of an area.
    fn part(items: &str, area: &str) -> Part {
        let values = vec![area.to_owned()];
        let column = "area".to_owned();
        let limit = RowCondition { column, operator: RowOperator::Equals, values };
        Part {
            first_day: NaiveDate::default(),
            items: set(items),
            rows: if area.is_empty() { Vec::new() } else { vec![limit] },
        }
    }

    fn set(items: &str) -> BTreeSet<String> {
        items.split(' ').map(str::to_owned).collect()
    }

    // Part of APP-09, DL-02: of several grants each opens its items in its rows, and none those of another.
    #[test]
    fn no_two_grants_open_together_what_neither_does() {
        // What each grant names and where, what is shown, and the rows.
        type Case<'a> = (&'a [(&'a str, &'a str)], &'a str, &'a str);
        let cases: [Case<'_>; 7] = [
            (&[("a", "")], "a", ""),
            (&[("a", "甲")], "a", "area = '甲'"),
            (&[("a", "甲"), ("a", "乙")], "a", "(area = '甲' OR area = '乙')"),
            (&[("a", "甲"), ("a b", "")], "a", ""),
            (&[("a", "甲"), ("b", "")], "a b", "area = '甲'"),
            (&[("a", "甲"), ("b", "乙")], "a b", "area = '甲' AND area = '乙'"),
            // Nobody knows by which of them it is there.
            (&[("a", "甲")], "c", "area = '甲'"),
        ];
        for (grants, shown, expected) in cases {
            let parts = grants.iter().map(|(items, area)| part(items, area)).collect();
            let granted = Granted { parts, ..Granted::default() };
            let rows = granted.rows(&set(shown), |conditions| {
                conditions.first().map_or_else(no_rows, |it| it.filter("area"))
            });
            let rows = rows.map(|rows| rows.to_string()).unwrap_or_default();
            assert_eq!(rows, expected, "{grants:?}");
        }
    }
}
