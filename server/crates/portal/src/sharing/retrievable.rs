//! What a clerk need not ask an applicant for, because it can be had by sharing (SHR-21, anshan 33¶2, guangdong 23).

use std::collections::BTreeSet;

use kaishu_domain::permission::Action;
use kaishu_domain::sharing::is_taken_directly;
use kaishu_store::shares;
use kaishu_types::{DatasetCode, Lang, RuleRef};

use super::{ShareCard, read};
use crate::accounts::Caller;
use crate::{Portal, Result};

/// How the agency of the reader comes by something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retrievable {
    /// It is its own.
    Own,
    /// It has it already, for some matter.
    Granted,
    /// It is taken without approval.
    AtOnce,
    /// It is asked for, and had once that is approved.
    OnRequest,
}

/// Something that can be had by sharing.
pub struct RetrievableCard {
    /// The entry.
    pub card: ShareCard,
    /// How it is had.
    pub how: Retrievable,
    /// The matters for which the agency of the reader has it today, each with the case of its request.
    pub matters: Vec<(i64, String)>,
}

/// What was found of a document.
pub struct RetrievableList {
    /// The entries, the newest first: 20 at most.
    pub cards: Vec<RetrievableCard>,
    /// Whether there are more.
    pub has_more: bool,
    /// The rule by which applicants may not be asked for it; none where the rules in force do not say so.
    pub rule: Option<RuleRef>,
}

impl Portal {
    /// Looks for a document, as in `结婚证`, among what is shared, and says how the agency of the reader comes by it. Of
    /// the matters only its own are told.
    ///
    /// # Errors
    ///
    /// As [`Self::share_catalogue`].
    pub async fn retrievable(
        &self,
        caller: &Caller,
        typed: &str,
        lang: Lang,
    ) -> Result<RetrievableList> {
        self.permit_sharing(caller, lang)?;
        let no_resubmission = &self.policy().rules.share_app.no_resubmission;
        let rule = no_resubmission.reference("share_app.no_resubmission", lang);
        let rule = no_resubmission.value.then_some(rule);
        if typed.trim().is_empty() {
            return Ok(RetrievableList { cards: Vec::new(), has_more: false, rule });
        }
        let found = self.share_catalogue(caller, (typed, None), lang).await?;
        let has_more = found.next.is_some();
        let mut cards = Vec::with_capacity(found.cards.len());
        for card in found.cards {
            let matters = self.matters_of(caller, &card.code).await?;
            let how = match (card.is_own, matters.is_empty()) {
                (true, _) => Retrievable::Own,
                (false, false) => Retrievable::Granted,
                (false, true) => self.retrieved_by(&card.code).await?,
            };
            cards.push(RetrievableCard { card, how, matters });
        }
        Ok(RetrievableList { cards, has_more, rule })
    }

    /// How an agency comes by an entry that it has not yet.
    async fn retrieved_by(&self, code: &DatasetCode) -> Result<Retrievable> {
        let entry = self.find_shared(code).await?;
        let is_direct = entry.is_some_and(|it| is_taken_directly(&it.fields, &it.items));
        Ok(if is_direct { Retrievable::AtOnce } else { Retrievable::OnRequest })
    }

    /// The matters for which the agencies of the reader have an entry today.
    async fn matters_of(&self, caller: &Caller, code: &DatasetCode) -> Result<Vec<(i64, String)>> {
        let (store, today) = (&self.inner.store, self.today());
        let mut matters = Vec::new();
        let held = caller.held_for(Action::SeeShares);
        let agencies: BTreeSet<String> =
            held.filter_map(|held| Some(held.organization.as_ref()?.to_string())).collect();
        for agency in agencies {
            for asked in shares::between(store, code.as_str(), &agency).await? {
                let grant = kaishu_store::grants::find(store, asked.case).await?;
                if grant.is_some_and(|grant| grant.is_in_force(today)) {
                    matters.push((asked.case, read(&asked)?.matter));
                }
            }
        }
        Ok(matters)
    }
}
