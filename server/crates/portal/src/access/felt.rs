//! What becomes of the grants of a dataset when the dataset changes: ended where nothing of it is given out any more,
//! narrowed to what still is, and their holders told (section 5.1, CLS-06, APP-12).
//!
//! Each is an event of the case of the grant: that is what its holder may see. All is done in the transaction of what
//! happens to the dataset.

use std::collections::{BTreeMap, BTreeSet};

use kaishu_domain::cases::{Act, Actor, Audience, machine};
use kaishu_domain::holders::{self, Left};
use kaishu_domain::visibility::public_items;
use kaishu_store::Transaction;
use kaishu_store::cases::{self, Case};
use kaishu_store::grants::{self, Becomes, Grant};
use kaishu_store::looks;
use kaishu_types::access::GrantScope;
use kaishu_types::case::CaseKind;
use kaishu_types::dataset::{DataItemView, DatasetView};
use kaishu_types::draft::DraftDocument;
use kaishu_types::vocabulary::{DatasetState, ShareClass};
use kaishu_types::{DatasetCode, Lang};

use super::applying::written;
use crate::accounts::Caller;
use crate::cases::Wanted;
use crate::{Portal, Result};

impl Portal {
    /// Does to the grants of a dataset what the state does that it comes to, where the event tells whoever holds one.
    /// What is not given out any more ends for good: another review opens nothing to them.
    pub(crate) async fn follow_state(
        &self,
        transaction: &Transaction,
        code: &DatasetCode,
        (event, state, reason): (&str, DatasetState, &str),
    ) -> Result<()> {
        let mut transitions = machine(CaseKind::Life).transitions.iter();
        if !transitions.any(|it| it.event == event && it.tells.contains(&Audience::GrantHolders)) {
            return Ok(());
        }
        let left = match holders::event_of(state) {
            holders::ENDED => Left::Nothing,
            _ => Left::Whole,
        };
        for grant in grants::going_on(transaction, code).await? {
            self.let_feel(transaction, &grant, (holders::event_of(state), &left, reason)).await?;
        }
        if holders::event_of(state) != holders::REOPENED {
            looks::end(transaction, code).await?;
        }
        match left {
            Left::Nothing => self.let_approvals_lapse(transaction, code, &|_| Left::Nothing).await,
            _ => Ok(()),
        }
    }

    /// Does to the grants of a dataset what its new entry does: those that are not allowed any more end.
    pub(crate) async fn follow_entry(
        &self,
        transaction: &Transaction,
        code: &DatasetCode,
        (before, after): (&DatasetView, &DraftDocument),
    ) -> Result<()> {
        let (fields, items) = (&after.fields, &after.items);
        for grant in grants::going_on(transaction, code).await? {
            let left = match grant.holder {
                None => holders::left_open(fields, items, &grant.items),
                Some(_) => holders::left_shared(fields, items, &grant.items),
            };
            if left != Left::Whole || concerns_holder(&grant, before, after) {
                self.let_feel(transaction, &grant, (left.event(), &left, "")).await?;
            }
        }
        if !has_same_data(before, after) {
            looks::end(transaction, code).await?;
        }
        let left = |granted: &BTreeSet<String>| holders::left_open(fields, items, granted);
        self.let_approvals_lapse(transaction, code, &left).await
    }

    /// Lets approvals lapse that are no grants yet, where less is given out than was approved: a later entry that
    /// gives it out again is not what was decided on.
    async fn let_approvals_lapse(
        &self,
        transaction: &Transaction,
        code: &DatasetCode,
        left: &(dyn Fn(&BTreeSet<String>) -> Left + Sync),
    ) -> Result<()> {
        let kind = CaseKind::Application;
        for case in cases::of_subject(transaction, code.as_str(), kind).await? {
            let approved = known_scope(&case).map(|scope| scope.items).unwrap_or_default();
            if !is_felt(&case, holders::LAPSED) || left(&approved) == Left::Whole {
                continue;
            }
            let wanted = Wanted {
                caller: &Caller::visitor(),
                lang: Lang::Zh,
                act: Act {
                    event: holders::LAPSED.to_owned(),
                    by: Actor::system(),
                    ..Act::default()
                },
                holds: &|_| Ok(()),
                idempotency_key: None,
            };
            let decided = self.decide(kind, &case.about, Some(&case), wanted)?;
            let key = &self.inner.log_key;
            cases::add(transaction, key, &case, &decided.happening()).await?;
        }
        Ok(())
    }

    async fn let_feel(
        &self,
        transaction: &Transaction,
        grant: &Grant,
        (event, left, reason): (&str, &Left, &str),
    ) -> Result<()> {
        let case = cases::find(transaction, grant.case).await?;
        if let Some(case) = case.filter(|case| is_felt(case, event)) {
            let act = Act {
                event: event.to_owned(),
                by: Actor::system(),
                reason: reason.to_owned(),
                facts: scope_left(&case, left)?,
                ..Act::default()
            };
            let wanted = Wanted {
                caller: &Caller::visitor(),
                lang: Lang::Zh,
                act,
                holds: &|_| Ok(()),
                idempotency_key: None,
            };
            let decided = self.decide(case.file.kind, &case.about, Some(&case), wanted)?;
            let key = &self.inner.log_key;
            cases::add(transaction, key, &case, &decided.happening()).await?;
        }
        let now = self.instant();
        match left {
            Left::Whole => {}
            Left::Items(items) => grants::narrow(transaction, grant.case, items, now).await?,
            Left::Nothing => {
                grants::set(transaction, grant.case, Becomes::Over, now).await?;
            }
        }
        Ok(())
    }
}

fn is_felt(case: &Case, event: &str) -> bool {
    machine(case.file.kind).find(event, Some(&case.file.state)).is_some()
}

/// What was approved.
fn known_scope(case: &Case) -> Option<GrantScope> {
    serde_json::from_str(case.file.facts.get("scope")?).ok()
}

/// Whether a revision leaves data and items as they are: then figures that were shown still tell what was seen.
fn has_same_data(before: &DatasetView, after: &DraftDocument) -> bool {
    let old = before.resources.iter().map(|file| file.sha256.as_deref());
    let new = after.resources.iter().map(|file| file.sha256.as_deref());
    before.items == after.items && old.eq(new)
}

/// What is granted from now on, where it is less than before.
fn scope_left(case: &Case, left: &Left) -> Result<BTreeMap<String, String>> {
    let (Left::Items(items), Some(known)) = (left, known_scope(case)) else {
        return Ok(BTreeMap::new());
    };
    let scope = GrantScope { items: items.clone(), ..known };
    Ok(BTreeMap::from([("scope".to_owned(), written(&scope)?)]))
}

/// Whether a revision changes what a grant rests on, as its holder may know it: items, class or conditions (section
/// 5.1). A change of what is hidden from them tells nothing.
fn concerns_holder(grant: &Grant, before: &DatasetView, after: &DraftDocument) -> bool {
    let (old, new) = (&before.fields, &after.fields);
    let names = |all: &[String]| all.iter().cloned().collect::<BTreeSet<_>>();
    match grant.holder {
        None => {
            public_items(&before.items).ne(public_items(&after.items))
                || old.open.class != new.open.class
                || names(&old.open.conditions) != names(&new.open.conditions)
        }
        Some(_) => {
            let shared = |it: &&DataItemView| it.share_class != ShareClass::None;
            before.items.iter().filter(shared).ne(after.items.iter().filter(shared))
                || old.share.class != new.share.class
                || names(&old.share.conditions) != names(&new.share.conditions)
        }
    }
}
