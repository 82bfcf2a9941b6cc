//! Inspections: what the authority finds wrong with the data of a dataset, the day until which its provider mends
//! it, and the version that did (PUB-06, aba 20¶4).

use std::collections::{BTreeMap, HashMap};

use chrono::{Days, NaiveDate};
use kaishu_domain::cases::Actor;
use kaishu_domain::permission::Action;
use kaishu_store::cases::{Recipients, Telling};
use kaishu_store::inspections;
use kaishu_types::account::Role;
use kaishu_types::dataset::DatasetView;
use kaishu_types::{DatasetCode, Lang, OrganizationCode};

use crate::accounts::Caller;
use crate::cases::LogAct;
use crate::supervision::Urged;
use crate::{Error, Portal, Result};

pub use kaishu_store::inspections::Inspection;

/// Longest finding, in characters.
const MAX_FINDING_CHARS: usize = 2_000;
/// Longest time to mend something, in days (*proposed*).
const MAX_DAYS: u64 = 366;

/// The inspections of a dataset, as those read them who look after it or over it.
#[derive(Debug, Clone, PartialEq)]
pub struct Inspected {
    /// The dataset.
    pub dataset: DatasetView,
    /// What was found, the newest first.
    pub found: Vec<Inspection>,
    /// How often the provider was urged to mend it, by the number of what was found.
    pub urged: HashMap<i64, Urged>,
    /// Whether the reader inspects it.
    pub may_inspect: bool,
}

impl Portal {
    /// Lists what inspections found in a dataset.
    ///
    /// # Errors
    ///
    /// `NotFound` where there is none that a role of the caller covers.
    pub async fn inspections(&self, caller: &Caller, code: &DatasetCode) -> Result<Inspected> {
        let dataset = self.overseen_dataset(caller, code).await?;
        let (organization, region) = (&dataset.organization.code, &dataset.region.code);
        let subject = self.subject(Some(organization), Some(region), false);
        Ok(Inspected {
            found: inspections::of_dataset(&self.inner.store, code).await?,
            urged: self.urged_to_mend(Some(code)).await?,
            may_inspect: caller.role_for(Action::InspectQuality, &subject).is_some(),
            dataset,
        })
    }

    /// Keeps what an inspection found, tells the provider, and gives it until a day to mend it.
    ///
    /// # Errors
    ///
    /// `NotFound` as [`inspections`](Self::inspections); refused for who does not inspect there; invalid without a
    /// finding, or with a last day that is not within the next 366 days.
    pub async fn inspect(
        &self,
        caller: &Caller,
        code: &DatasetCode,
        (finding, due): (&str, &str),
        lang: Lang,
    ) -> Result<i64> {
        let dataset = self.overseen_dataset(caller, code).await?;
        let by = self.actor_on(caller, Action::InspectQuality, &dataset, lang).await?;
        let finding = finding.trim();
        if finding.is_empty() || finding.chars().count() > MAX_FINDING_CHARS {
            let message =
                lang.pick("写明问题，不超过 2000 字", "say what is wrong, in 2000 characters");
            return Err(Error::field("finding", message));
        }
        let today = self.today();
        let last = today.checked_add_days(Days::new(MAX_DAYS)).unwrap_or(today);
        let due = due.trim().parse::<NaiveDate>().ok().filter(|due| *due > today && *due <= last);
        let due = due.ok_or_else(|| {
            let message = lang.pick(
                "整改期限写成 2026-12-31，在今天以后、一年以内",
                "the last day is written as 2026-12-31, after today and within a year",
            );
            Error::field("due", message)
        })?;
        let owner = dataset.organization.code.parse::<OrganizationCode>();
        let new = Inspection {
            id: 0,
            dataset: code.clone(),
            finding: finding.to_owned(),
            found_in: dataset.version,
            found_on: today,
            due,
            owner: owner.map_err(|error| Error::Internal(error.to_string()))?,
            inspected_by: by.name.clone(),
            fixed_in: None,
            closed_on: None,
        };
        let transaction = self.inner.store.begin().await?;
        let id = inspections::add(&transaction, &new).await?;
        let new = Inspection { id, ..new };
        let facts = facts_of(&new, &dataset.fields.title);
        let (kind, subject, event) = ("dataset", code.as_str(), "inspected");
        let act = LogAct { kind, subject, event, by, reason: finding, facts };
        let (seq, event) = self.log_event(&transaction, act).await?;
        let tells = [provider_of(&new)];
        kaishu_store::cases::tell(&transaction, seq, None, &event, &tells).await?;
        transaction.commit().await?;
        Ok(id)
    }

    /// Says which version mended what an inspection found.
    ///
    /// # Errors
    ///
    /// `NotFound` where there is no such finding; refused for who does not inspect there; invalid where the version
    /// is not one that came after the one inspected; `Conflict` where that was said before.
    pub async fn close_inspection(
        &self,
        caller: &Caller,
        code: &DatasetCode,
        (id, version): (i64, &str),
        lang: Lang,
    ) -> Result<()> {
        let dataset = self.overseen_dataset(caller, code).await?;
        let by = self.actor_on(caller, Action::InspectQuality, &dataset, lang).await?;
        let found = inspections::of_dataset(&self.inner.store, code).await?;
        let found = found.into_iter().find(|it| it.id == id);
        let found = found.ok_or_else(|| Error::not_found("resource", id.to_string()))?;
        let is_later = |version: &u32| *version > found.found_in && *version <= dataset.version;
        let version = version.trim().parse::<u32>().ok().filter(is_later).ok_or_else(|| {
            let (first, last) = (found.found_in + 1, dataset.version);
            let message = match first > last {
                true => lang.pick(
                    "检查以后还没有发布新的版本".to_owned(),
                    "no version was published since the inspection".to_owned(),
                ),
                false => lang.pick(
                    format!("写明改正问题的版本：{first} 至 {last}"),
                    format!("name the version that mended it: {first} to {last}"),
                ),
            };
            Error::field("version", message)
        })?;
        let mut facts = facts_of(&found, &dataset.fields.title);
        facts.insert("fixed_in".to_owned(), version.to_string());
        let transaction = self.inner.store.begin().await?;
        inspections::close(&transaction, id, (version, self.today())).await?;
        let (kind, subject, event) = ("dataset", code.as_str(), "inspection_closed");
        let act = LogAct { kind, subject, event, by, facts, ..LogAct::default() };
        let (seq, event) = self.log_event(&transaction, act).await?;
        kaishu_store::cases::tell(&transaction, seq, None, &event, &[provider_of(&found)]).await?;
        Ok(transaction.commit().await?)
    }

    /// Tells the provider that what an inspection found is to be mended, and, where that was not done in time, the
    /// authority, too (SUP-02), unless another node has. Returns whether this one did.
    pub(crate) async fn tell_of_inspection(
        &self,
        found: &Inspection,
        telling: Telling,
    ) -> Result<bool> {
        let transaction = self.inner.store.begin().await?;
        if !inspections::mark_told(&transaction, found.id, telling).await? {
            return Ok(false);
        }
        let event = match telling {
            Telling::Soon => "inspection_soon",
            Telling::Today => "inspection_due",
            Telling::Over => "inspection_overdue",
        };
        let dataset = kaishu_store::datasets::find(&self.inner.store, &found.dataset).await?;
        let title = dataset.as_ref().map_or("", |it| it.fields.title.as_str());
        let facts = facts_of(found, title);
        let (kind, subject, by) = ("dataset", found.dataset.as_str(), Actor::system());
        let act = LogAct { kind, subject, event, by, reason: &found.finding, facts };
        let (seq, event) = self.log_event(&transaction, act).await?;
        let mut tells = vec![provider_of(found)];
        if telling == Telling::Over {
            let directory = self.directory();
            let regions = dataset.map(|it| directory.region_and_above(&it.region.code));
            let regions = regions.unwrap_or_default();
            let regions = regions.iter().map(|region| region.named.code.clone()).collect();
            let authority = vec![Role::Authority, Role::CountyAuthority];
            tells.push(Recipients::OfRegions(authority, regions));
        }
        kaishu_store::cases::tell(&transaction, seq, None, &event, &tells).await?;
        transaction.commit().await?;
        Ok(true)
    }
}

pub(crate) fn provider_of(found: &Inspection) -> Recipients {
    Recipients::OfOrganization(vec![Role::Officer, Role::Head], found.owner.to_string())
}

pub(crate) fn facts_of(found: &Inspection, title: &str) -> BTreeMap<String, String> {
    let facts = [
        ("title", title.to_owned()),
        ("inspection", found.id.to_string()),
        ("found_in", found.found_in.to_string()),
        ("due", found.due.to_string()),
    ];
    facts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
