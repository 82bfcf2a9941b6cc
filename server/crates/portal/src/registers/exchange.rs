//! The registers of exchange: channels beside the platform (SHR-16), upward requests (SHR-17), backflows (SHR-18), and
//! what is to be returned to lower levels (SHR-20). Agencies keep the records, their authority sees them; a return demand
//! is seen and answered above.

use std::collections::BTreeMap;

use kaishu_domain::cases::Actor;
use kaishu_domain::exchange::{keeping, status};
use kaishu_domain::permission::{Action, Subject};
use kaishu_store::exchange::{self, Exchange};
use kaishu_store::shares;
use kaishu_types::Lang;
use kaishu_types::exchange::{ExchangeAnswer, ExchangeRegister, ExchangeView};
use kaishu_types::organization::Named;

use super::ROWS;
use crate::accounts::Caller;
use crate::administration::Faults;
use crate::cases::{LogAct, moved_on};
use crate::sharing::RequestCard;
use crate::{Error, Portal, Result};

/// Longest text of several lines, in characters.
pub(super) const MAX_TEXT: usize = 2_000;
/// Local requests that are shown beside an upward one.
const REQUESTS: u64 = 100;

/// A record as somebody wrote it down. Each register reads some of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExchangeForm<'a> {
    /// Code of the agency; of a record that is there already it stays.
    pub organization: &'a str,
    /// What the data is called.
    pub title: &'a str,
    /// Which data, and how far.
    pub scope: &'a str,
    /// The other side.
    pub counterpart: &'a str,
    /// How a channel is going to be integrated.
    pub plan: &'a str,
    /// The level to which data is to be returned.
    pub level: &'a str,
    /// Code of the upper agency that answers; empty for the data authority.
    pub addressee: &'a str,
    /// The day on which a channel began, or data was delivered up.
    pub began_on: &'a str,
    /// The day on which it was asked for above.
    pub asked_on: &'a str,
    /// The day on which data arrived.
    pub arrived_on: &'a str,
    /// The day by which a channel closes.
    pub closes_on: &'a str,
    /// The day on which it was closed.
    pub closed_on: &'a str,
    /// How what arrived is shared.
    pub share: &'a str,
    /// How what arrived is opened.
    pub open: &'a str,
    /// What was answered.
    pub answer: &'a str,
    /// Why, or how.
    pub reason: &'a str,
    /// Code of the entry that it became.
    pub dataset: &'a str,
    /// The revision that was read; 0 for a new one.
    pub revision: i32,
}

/// A page of a register of exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExchangePage {
    /// The records, the oldest first.
    pub rows: Vec<ExchangeView>,
    /// Where the next page begins.
    pub next: Option<i64>,
}

impl Portal {
    /// Lists the records of a register that the caller sees: of the own agencies or region, and those answered there.
    ///
    /// # Errors
    ///
    /// Refused for who sees no register.
    pub async fn exchanges(
        &self,
        caller: &Caller,
        register: ExchangeRegister,
        after: Option<i64>,
        lang: Lang,
    ) -> Result<ExchangePage> {
        let (organizations, regions) = self.seen_registers(caller, lang)?;
        let (places, part) =
            ((&organizations[..], &regions[..]), (after.unwrap_or_default(), ROWS + 1));
        let mut rows = exchange::list(&self.inner.store, register, places, part).await?;
        let limit = usize::try_from(ROWS).unwrap_or(usize::MAX);
        let has_more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| has_more).map(|row| row.id);
        let rows = rows.into_iter().map(|row| self.exchange_view(caller, row)).collect();
        Ok(ExchangePage { rows, next })
    }

    /// Shows a record to somebody who sees it.
    ///
    /// # Errors
    ///
    /// `NotFound` where there is none, or none that the caller sees.
    pub async fn exchange(
        &self,
        caller: &Caller,
        register: ExchangeRegister,
        id: i64,
    ) -> Result<ExchangeView> {
        let kept = self.seen_exchange(caller, register, id).await?;
        Ok(self.exchange_view(caller, kept))
    }

    async fn seen_exchange(
        &self,
        caller: &Caller,
        register: ExchangeRegister,
        id: i64,
    ) -> Result<Exchange> {
        let hidden = || Error::not_found("exchange", id.to_string());
        let kept = exchange::find(&self.inner.store, register, id).await?.ok_or_else(hidden)?;
        let sees = |(organization, region): &(String, String)| {
            self.may_on_records(caller, Action::SeeRegisters, (organization, region))
        };
        match sees(&kept.place) || kept.addressee.as_ref().is_some_and(sees) {
            true => Ok(kept),
            false => Err(hidden()),
        }
    }

    fn exchange_view(&self, caller: &Caller, kept: Exchange) -> ExchangeView {
        let (organization, region) = (kept.place.0.as_str(), kept.place.1.as_str());
        let keeps = |action: &Action| self.may_on_records(caller, *action, (organization, region));
        let may_answer = kept.register == ExchangeRegister::ReturnDemands
            && kept.dataset.is_none()
            && caller.role_for(Action::AnswerReturns, &self.answering(&kept)).is_some();
        ExchangeView {
            may_keep: keeping(kept.register).iter().any(keeps),
            may_answer,
            organization: self.organization_named(organization),
            addressee: kept.addressee.as_ref().map(|(code, _)| self.organization_named(code)),
            status: status(kept.register, &kept.fields, kept.dataset.is_some(), self.today()),
            id: kept.id,
            register: kept.register,
            title: kept.title,
            fields: kept.fields,
            entry: kept.dataset,
            revision: kept.revision,
        }
    }

    /// To whom a demand is put: the agency that is named, or the authority of the region above.
    fn answering(&self, kept: &Exchange) -> Subject {
        if let Some((organization, region)) = &kept.addressee {
            return self.subject(Some(organization), Some(region), false);
        }
        let directory = self.directory();
        let regions = directory.region_and_above(&kept.place.1);
        let region = regions.get(1).or(regions.first()).map(|it| it.named.code.as_str());
        self.subject(None, region, false)
    }

    fn exchange_keeper(
        &self,
        caller: &Caller,
        register: ExchangeRegister,
        (organization, region): (&str, &str),
        lang: Lang,
    ) -> Result<Actor> {
        let subject = self.subject(Some(organization), Some(region), false);
        let actions = keeping(register);
        let held = actions.iter().find(|action| caller.role_for(**action, &subject).is_some());
        let action = held.or(actions.first()).copied().unwrap_or(Action::KeepExchanges);
        self.permitted(caller, action, &subject, lang)
    }

    /// Keeps a record, or saves it over the revision that was read. Returns its number.
    ///
    /// # Errors
    ///
    /// `InvalidInput` naming each field; refused with the article for a channel that began under the rules, and for who
    /// does not keep the records of the agency; `NotFound` for a record that the caller does not see; `Conflict` where
    /// somebody saved it since.
    pub async fn save_exchange(
        &self,
        caller: &Caller,
        (register, id): (ExchangeRegister, Option<i64>),
        form: &ExchangeForm<'_>,
        lang: Lang,
    ) -> Result<i64> {
        let known = match id {
            Some(id) => Some(self.seen_exchange(caller, register, id).await?),
            None => None,
        };
        let code = known.as_ref().map_or(form.organization.trim(), |it| it.place.0.as_str());
        let directory = self.directory();
        let organization = directory.organization(code).ok_or_else(|| {
            Error::field("organization", lang.pick("请选择单位", "choose an organization"))
        })?;
        let region = known.as_ref().map_or(organization.region.code.as_str(), |it| &it.place.1);
        let by = self.exchange_keeper(caller, register, (code, region), lang)?;
        if known.as_ref().is_some_and(|known| known.revision != form.revision) {
            return Err(moved_on(lang));
        }
        let place = (register, organization);
        let reading = self.read_exchange(caller, place, known.as_ref(), form, lang);
        let read = Box::pin(reading).await?;
        let transaction = self.inner.store.begin().await?;
        let (id, event) = match id {
            None => (exchange::add(&transaction, &read, self.instant()).await?, "added"),
            Some(id) => {
                exchange::save(&transaction, &read, self.instant()).await?;
                (id, "changed")
            }
        };
        let act = LogAct {
            kind: "exchange",
            subject: code,
            event,
            by,
            reason: read.fields.reason.as_str(),
            facts: facts_of(id, &read),
        };
        self.log(&transaction, act).await?;
        transaction.commit().await?;
        Ok(id)
    }

    /// Answers what a lower agency wants returned.
    ///
    /// # Errors
    ///
    /// `NotFound` for a demand that the caller does not see; refused for who is not above; `InvalidInput` without an
    /// answer, or without a reason where it is no; `Conflict` where somebody saved it since.
    pub async fn answer_return(
        &self,
        caller: &Caller,
        id: i64,
        form: &ExchangeForm<'_>,
        lang: Lang,
    ) -> Result<()> {
        let mut kept = self.seen_exchange(caller, ExchangeRegister::ReturnDemands, id).await?;
        let subject = self.answering(&kept);
        let by = self.permitted(caller, Action::AnswerReturns, &subject, lang)?;
        if kept.revision != form.revision {
            return Err(moved_on(lang));
        }
        let mut faults = Faults::new(lang);
        let answer = faults.choice::<ExchangeAnswer>("answer", form.answer);
        let reason = faults.text("reason", form.reason, MAX_TEXT).unwrap_or_default();
        if answer == Some(ExchangeAnswer::Declined) && reason.is_empty() && !faults.has("reason") {
            faults.add("reason", "不同意返还的，写明理由", "Say why it is not returned");
        }
        if kept.dataset.is_some() {
            faults.add(
                "answer",
                "已经返还并编入目录，不再答复",
                "It was returned and is in the catalogue already",
            );
        }
        faults.into_result()?;
        kept.fields.answer = answer;
        kept.fields.reason = reason;
        let act = LogAct {
            kind: "exchange",
            subject: &kept.place.0,
            event: "answered",
            by,
            reason: &kept.fields.reason,
            facts: facts_of(id, &kept),
        };
        let transaction = self.inner.store.begin().await?;
        exchange::save(&transaction, &kept, self.instant()).await?;
        self.log(&transaction, act).await?;
        Ok(transaction.commit().await?)
    }

    /// The organizations for which somebody keeps records of a register, with their names.
    pub fn keeps_exchanges_for(&self, caller: &Caller, register: ExchangeRegister) -> Vec<Named> {
        let directory = self.directory();
        let mut named = Vec::new();
        for it in &directory.organizations {
            let place = (it.named.code.as_str(), it.region.code.as_str());
            if keeping(register).iter().any(|action| self.may_on_records(caller, *action, place)) {
                named.push(it.named.clone());
            }
        }
        named
    }

    /// The agencies above some others, which may be asked to return data.
    pub fn may_return_to(&self, lower: &[Named]) -> Vec<Named> {
        let directory = self.directory();
        let all = directory.organizations.iter();
        let above = all.filter(|it| {
            let upper = (it.named.code.as_str(), it.region.code.as_str());
            lower.iter().any(|lower| {
                let lower = directory.organization(&lower.code);
                lower.is_some_and(|lower| self.is_above(upper, lower))
            })
        });
        above.map(|it| it.named.clone()).collect()
    }

    /// Lists what agencies asked locally of the entry that an upward request became, as far as the caller sees it.
    ///
    /// # Errors
    ///
    /// Fails where the store does.
    pub async fn local_requests(
        &self,
        caller: &Caller,
        record: &ExchangeView,
        lang: Lang,
    ) -> Result<Vec<RequestCard>> {
        let Some(code) = &record.entry else { return Ok(Vec::new()) };
        let mut found = shares::of_dataset(&self.inner.store, code, REQUESTS).await?;
        let directory = self.directory();
        found.retain(|request| {
            let asks = directory.organization(&request.organization);
            asks.is_some_and(|asks| {
                let place = (asks.named.code.as_str(), asks.region.code.as_str());
                self.may_on_records(caller, Action::SeeShares, place)
            })
        });
        self.request_cards(found, lang).await
    }
}

fn facts_of(id: i64, kept: &Exchange) -> BTreeMap<String, String> {
    let Exchange { register, title, fields, dataset, .. } = kept;
    let facts = [
        ("exchange", Some(id.to_string())),
        ("register", Some(register.to_string())),
        ("title", Some(title.clone())),
        ("addressee", kept.addressee.as_ref().map(|(code, _)| code.clone())),
        ("began_on", fields.began_on.map(|day| day.to_string())),
        ("asked_on", fields.asked_on.map(|day| day.to_string())),
        ("answer", fields.answer.map(|answer| answer.to_string())),
        ("arrived_on", fields.arrived_on.map(|day| day.to_string())),
        ("closes_on", fields.closes_on.map(|day| day.to_string())),
        ("closed_on", fields.closed_on.map(|day| day.to_string())),
        ("share_class", fields.share.map(|class| class.to_string())),
        ("open_class", fields.open.map(|class| class.to_string())),
        ("dataset", dataset.as_ref().map(ToString::to_string)),
    ];
    facts.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}
