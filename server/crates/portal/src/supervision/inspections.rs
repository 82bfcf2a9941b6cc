//! What inspections found and was not mended in time: on the board of what is overdue, urged by the authority
//! (SUP-02, aba 20¶3).

use std::collections::HashMap;

use kaishu_domain::permission::Action;
use kaishu_store::log::Search;
use kaishu_store::{cases, datasets, inspections};
use kaishu_types::{DatasetCode, Lang};

use super::Urged;
use super::overdue::{ROWS, checked, urged_today};
use crate::accounts::Caller;
use crate::cases::LogAct;
use crate::monitoring::{Inspection, facts_of, provider_of};
use crate::{Error, Portal, Result};

/// The event of an urging.
const URGED: &str = "inspection_urged";

/// Something that an inspection found and was not mended in time.
#[derive(Debug, Clone, PartialEq)]
pub struct OverdueInspection {
    /// What was found.
    pub found: Inspection,
    /// The title of the dataset.
    pub title: String,
    /// Who has to mend it.
    pub organization: String,
    /// Whether the reader may open the inspections of the dataset.
    pub may_open: bool,
    /// Whether the reader may urge.
    pub may_urge: bool,
    /// How often the provider was urged, and when last; none where it was not.
    pub urged: Option<Urged>,
}

impl Portal {
    /// Lists what was not mended in time where the caller supervises, what is late for longest first.
    pub(super) async fn overdue_inspections(
        &self,
        caller: &Caller,
        lang: Lang,
    ) -> Result<Vec<OverdueInspection>> {
        let (organizations, regions) = self.reach(caller, Action::Supervise);
        let (store, places) = (&self.inner.store, (&*organizations, &*regions));
        let overdue = inspections::overdue(store, places, self.today(), ROWS).await?;
        if overdue.is_empty() {
            return Ok(Vec::new());
        }
        let mut urged = self.urged_to_mend(None).await?;
        let directory = self.directory();
        let listed = overdue.into_iter().map(|it| {
            let subject = self.subject(Some(&it.organization), Some(&it.region), false);
            let may = |action| caller.role_for(action, &subject).is_some();
            let owner = it.found.owner.as_str();
            let named = directory.organization(owner);
            OverdueInspection {
                organization: named
                    .map_or_else(|| owner.to_owned(), |it| it.named.label(lang).to_owned()),
                may_open: may(Action::SeeDrafts),
                may_urge: may(Action::Urge),
                urged: urged.remove(&it.found.id),
                title: it.title,
                found: it.found,
            }
        });
        Ok(listed.collect())
    }

    /// How often providers were urged to mend what inspections found, by its number: of a dataset, or of all.
    pub(crate) async fn urged_to_mend(
        &self,
        code: Option<&DatasetCode>,
    ) -> Result<HashMap<i64, Urged>> {
        let search = Search {
            kind: Some("dataset".to_owned()),
            events: vec![URGED.to_owned()],
            subjects: code.map(ToString::to_string).into_iter().collect(),
            ..Search::default()
        };
        let urged = self.urgings(search).await?;
        let by_number = |(number, it): (String, Urged)| Some((number.parse::<i64>().ok()?, it));
        Ok(urged.into_iter().filter_map(by_number).collect())
    }

    /// Urges the provider to mend what an inspection found and was not mended in time; once a day.
    ///
    /// # Errors
    ///
    /// `NotFound` where there is no such finding that the caller may see; refused for who may not urge; `InvalidInput`
    /// without a text, or where it is not overdue; `Conflict` where it was urged today.
    pub async fn urge_inspection(
        &self,
        caller: &Caller,
        id: i64,
        notice: &str,
        lang: Lang,
    ) -> Result<()> {
        let store = &self.inner.store;
        let hidden = || Error::not_found("resource", id.to_string());
        let found = inspections::find(store, id).await?.ok_or_else(hidden)?;
        let dataset = datasets::find(store, &found.dataset).await?.ok_or_else(hidden)?;
        let (organization, region) = (&dataset.organization.code, &dataset.region.code);
        let subject = self.subject(Some(organization), Some(region), false);
        if caller.role_for(Action::SeeDrafts, &subject).is_none() {
            return Err(hidden());
        }
        let by = self.actor_on(caller, Action::Urge, &dataset, lang).await?;
        if found.closed_on.is_some() || found.due >= self.today() {
            let message = lang.pick("问题没有逾期，不能催办", "what was found is not overdue");
            return Err(Error::field("notice", message));
        }
        let notice = checked(notice, lang)?;
        let last = self.urged_to_mend(Some(&found.dataset)).await?.remove(&id);
        if last.is_some_and(|last| last.at >= self.day_began()) {
            return Err(urged_today(lang));
        }
        let facts = facts_of(&found, &dataset.fields.title);
        let transaction = store.begin().await?;
        let (kind, subject) = ("dataset", found.dataset.as_str());
        let act = LogAct { kind, subject, event: URGED, by, reason: notice, facts };
        let (seq, event) = self.log_event(&transaction, act).await?;
        cases::tell(&transaction, seq, None, &event, &[provider_of(&found)]).await?;
        Ok(transaction.commit().await?)
    }
}
