//! Who disputes a class, with which grounds, and by which chain it goes.

use std::collections::BTreeMap;

use kaishu_domain::cases::{Act, Side};
use kaishu_domain::permission::{Action, Reach};
use kaishu_types::account::RoleGrant;
use kaishu_types::case::CaseKind;
use kaishu_types::dataset::DatasetView;
use kaishu_types::organization::Named;
use kaishu_types::oversight::DisputedClass;
use kaishu_types::vocabulary::{DatasetState, OpenClass, ShareClass};
use kaishu_types::{DatasetCode, ErrorCode, Lang, RuleRef};

use super::super::transfer::in_the_way;
use super::{class_of, word_of};
use crate::accounts::Caller;
use crate::administration::Faults;
use crate::cases::{Wanted, not_covered};
use crate::{Error, Portal, Result};

/// A dispute as somebody wrote it down.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewDispute<'a> {
    /// Which class: `share` or `open`.
    pub class: &'a str,
    /// What it should be.
    pub wanted: &'a str,
    /// Why.
    pub grounds: &'a str,
    /// Code of the organization for which; empty for the authority, or the only one there is.
    pub claimant: &'a str,
}

/// What is needed to dispute the class of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisputeForm {
    /// Code of the entry.
    pub code: DatasetCode,
    /// Its title.
    pub title: String,
    /// Its provider.
    pub provider: Named,
    /// Its share class.
    pub share: ShareClass,
    /// Its open class.
    pub open: OpenClass,
    /// Whether the reader may dispute it as the authority.
    pub is_authority: bool,
    /// The organizations for which the reader may.
    pub claimants: Vec<Named>,
    /// The rule of the chain.
    pub rule: RuleRef,
}

impl Portal {
    /// Shows what is needed to dispute the class of an entry.
    ///
    /// # Errors
    ///
    /// `NotFound` where the caller may not know of the entry; refused for who may dispute nothing.
    pub async fn dispute_form(
        &self,
        caller: &Caller,
        code: &DatasetCode,
        lang: Lang,
    ) -> Result<DisputeForm> {
        let dataset = self.known_dataset(caller, code).await?;
        let (is_authority, claimants) = self.claimants(caller, &dataset);
        if !is_authority && claimants.is_empty() {
            return Err(self.may_not_dispute(caller, &dataset, lang));
        }
        let directory = self.directory();
        let named = |code: &String| {
            let known = directory.organization(code).map(|it| it.named.clone());
            known.unwrap_or_else(|| Named { code: code.clone(), name: code.clone(), name_en: None })
        };
        Ok(DisputeForm {
            code: code.clone(),
            title: dataset.fields.title.clone(),
            provider: dataset.organization.clone(),
            share: dataset.fields.share.class,
            open: dataset.fields.open.class,
            is_authority,
            claimants: claimants.iter().map(named).collect(),
            rule: self.dispute_rule(None, lang),
        })
    }

    async fn known_dataset(&self, caller: &Caller, code: &DatasetCode) -> Result<DatasetView> {
        let hidden = || Error::not_found("dataset", code.to_string());
        let found = kaishu_store::datasets::find(&self.inner.store, code).await?;
        let dataset = found.ok_or_else(hidden)?;
        match self.knows(caller, &dataset).await? {
            true => Ok(dataset),
            false => Err(hidden()),
        }
    }

    /// For whom somebody may dispute a class: for the authority of its region, and for organizations other than
    /// its provider.
    fn claimants(&self, caller: &Caller, dataset: &DatasetView) -> (bool, Vec<String>) {
        let region = dataset.region.code.as_str();
        let subject = self.subject(None, Some(region), false);
        let provider = dataset.organization.code.as_str();
        let belongs =
            |held: &RoleGrant| held.organization.as_ref().is_some_and(|it| it.as_str() == provider);
        // Nobody stands on both sides (ORG-03).
        let is_authority = caller.role_for(Action::SettleDisputes, &subject).is_some()
            && !caller.roles().iter().any(belongs);
        let mut claimants: Vec<String> = Vec::new();
        let may = |held: &&RoleGrant| {
            let needed = (held.role, Reach::Organization);
            Action::DisputeClasses.roles().contains(&needed)
        };
        for held in caller.held_for(Action::DisputeClasses).filter(may) {
            let Some(organization) = held.organization.as_ref().map(ToString::to_string) else {
                continue;
            };
            let is_new = !claimants.contains(&organization);
            if is_new && held.region.is_none() && organization != dataset.organization.code {
                claimants.push(organization);
            }
        }
        (is_authority, claimants)
    }

    fn may_not_dispute(&self, caller: &Caller, dataset: &DatasetView, lang: Lang) -> Error {
        let (organization, region) = (&dataset.organization.code, &dataset.region.code);
        let subject = self.subject(Some(organization), Some(region), false);
        if caller.role_for(Action::DisputeClasses, &subject).is_none() {
            return not_covered(caller, Action::DisputeClasses, lang);
        }
        Error::Refused {
            code: ErrorCode::Forbidden,
            message: lang
                .pick(
                    "本单位的目录不用提出争议，直接修订",
                    "it is an entry of your own organization: revise it",
                )
                .to_owned(),
            rule: Some(self.dispute_rule(None, lang)),
            remedy: None,
        }
    }

    /// The data authority of a region, or of the nearest one above that has one (ORG-04).
    fn authority_of(&self, region: &str) -> Option<String> {
        let directory = self.directory();
        let above = directory.region_and_above(region);
        above.iter().find_map(|it| it.authority.as_ref().map(|it| it.code.clone()))
    }

    /// Opens a dispute on the class of a published entry, and returns the case. The chain depends on whether the
    /// authority is a side of it.
    ///
    /// # Errors
    ///
    /// `NotFound` where the caller may not know of the entry; refused for who may not dispute it;
    /// `InvalidInput` naming each field; `Conflict` where it is not published, or disputed already.
    pub async fn open_dispute(
        &self,
        caller: &Caller,
        code: &DatasetCode,
        new: &NewDispute<'_>,
        lang: Lang,
    ) -> Result<i64> {
        let dataset = self.known_dataset(caller, code).await?;
        let (is_authority, claimants) = self.claimants(caller, &dataset);
        let claimant = match new.claimant {
            "" if is_authority => None,
            "" => Some(claimants.first()),
            chosen => Some(claimants.iter().find(|it| *it == chosen)),
        };
        let claimant = match claimant {
            None => None,
            Some(Some(claimant)) => Some(claimant.as_str()),
            Some(None) => return Err(self.may_not_dispute(caller, &dataset, lang)),
        };
        let facts = self.dispute_facts(&dataset, claimant, new, lang)?;
        if dataset.state != DatasetState::Published {
            let message = lang.pick("只有正在开放的数据集可以提出争议", "it is not published now");
            return Err(in_the_way(message));
        }
        let event = match facts.contains_key("authority_side") {
            true => "dispute_with_authority",
            false => "dispute",
        };
        let about = self.life_subject(&dataset);
        let reason = new.grounds.to_owned();
        let wanted = Wanted {
            caller,
            lang,
            act: Act { event: event.to_owned(), reason, facts, ..Act::default() },
            holds: &|_| Ok(()),
            idempotency_key: None,
        };
        let decided = self.decide(CaseKind::Dispute, &about, None, wanted)?;
        let transaction = self.inner.store.begin_catalogue().await?;
        if kaishu_store::cases::has_open(&transaction, code.as_str(), CaseKind::Dispute).await? {
            return Err(in_the_way(lang.pick(
                "这个数据集已经有一件类型争议在办理",
                "a dispute on this entry is under way already",
            )));
        }
        let key = &self.inner.log_key;
        let happening = decided.happening();
        let (id, _) = kaishu_store::cases::open(&transaction, key, &about, &happening).await?;
        transaction.commit().await?;
        Ok(id)
    }

    fn dispute_facts(
        &self,
        dataset: &DatasetView,
        claimant: Option<&str>,
        new: &NewDispute<'_>,
        lang: Lang,
    ) -> Result<BTreeMap<String, String>> {
        let mut faults = Faults::new(lang);
        let class: Option<DisputedClass> = faults.choice("class", new.class);
        let from = class
            .map(|class| class_of(class, &dataset.fields.share.class, &dataset.fields.open.class));
        let is_known = class.is_some_and(|class| word_of(class, new.wanted, lang).is_some());
        if !is_known {
            faults.add("wanted", "请选择应当是哪一类", "Choose what it should be");
        } else if from.as_deref() == Some(new.wanted) {
            faults.add("wanted", "现在就是这一类", "It is in this class already");
        }
        if new.grounds.trim().is_empty() {
            faults.add("grounds", "请写明理由", "Say why");
        }
        faults.into_result()?;
        let (provider, authority) =
            (dataset.organization.code.as_str(), self.authority_of(&dataset.region.code));
        let is_authority = |code: &str| authority.as_deref() == Some(code);
        let authority_side = match claimant {
            None => Some(Side::Claimant),
            Some(claimant) if is_authority(claimant) => Some(Side::Claimant),
            Some(_) if is_authority(provider) => Some(Side::Provider),
            Some(_) => None,
        };
        let chain = &self.policy().rules.class.dispute.value;
        let chain = match authority_side {
            Some(_) => &chain.with_authority,
            None => &chain.between_agencies,
        };
        let chain: Vec<&str> = chain.iter().map(|step| step.as_str()).collect();
        let facts = [
            ("class", class.map(|class| class.to_string())),
            ("from", from),
            ("wanted", Some(new.wanted.to_owned())),
            ("chain", Some(chain.join(" "))),
            ("party", claimant.map(str::to_owned)),
            ("authority_side", authority_side.map(|side| side.as_str().to_owned())),
        ];
        let facts = facts.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
        Ok(facts.collect())
    }
}
