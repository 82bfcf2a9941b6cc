//! Values that an agency has verified by the provider of data that it may not have: asked, and answered by a person with
//! a match, no match, or nothing held (SHR-09, aba 25). Nothing of the data is told.

use chrono::NaiveDate;
use kaishu_domain::cases::{Act, Guard};
use kaishu_domain::comparing;
use kaishu_domain::sharing::items_to_ask_for;
use kaishu_store::cases::{self, Case, CaseSubject};
use kaishu_store::share_verifications::{self, ShareVerification};
use kaishu_types::case::{CaseKind, CaseView};
use kaishu_types::china::day_in_china;
use kaishu_types::organization::Named;
use kaishu_types::sharing::{VerifyAnswer, VerifyAsk};
use kaishu_types::{ErrorCode, Lang};

use super::catalogue::faulty;
use super::guarding::{Holds, rule};
use super::requesting::written;
use crate::accounts::Caller;
use crate::cases::{Wanted, moved_on};
use crate::{Error, Portal, Result};

/// The event by which a request is answered.
const ANSWER: &str = "answer_verification";
/// Requests that are erased together.
const ERASED_AT_ONCE: u64 = 100;

/// Whom somebody may ask, and for whom.
pub struct VerifyForm {
    /// The agencies for which the reader may ask.
    pub agencies: Vec<Named>,
    /// The providers there are, by name.
    pub providers: Vec<Named>,
}

/// A verification request in a list.
pub struct VerifyCard {
    /// Its case.
    pub case: i64,
    /// Which data is asked about.
    pub data: String,
    /// The business matter.
    pub matter: String,
    /// The provider.
    pub provider: Named,
    /// Where it is, in words.
    pub state: String,
}

/// A verification request as somebody reads it.
pub struct VerifyView {
    /// Its number.
    pub number: String,
    /// Its case, with its whole timeline.
    pub case: CaseView,
    /// The provider.
    pub provider: Named,
    /// The agency that asks.
    pub user: Named,
    /// What is asked; without the values for whoever is of neither side.
    pub asked: VerifyAsk,
    /// What was answered, in the order of the values; none before, and none for whoever is of neither side.
    pub answers: Vec<VerifyAnswer>,
    /// How many values there are, or were.
    pub n_values: usize,
    /// The day on which values and answers were erased; none while they are there.
    pub erased_on: Option<NaiveDate>,
}

/// What somebody does to a verification request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VerifyAct {
    /// The event, as in `answer_verification`.
    pub event: String,
    /// How many events there were when it was decided on.
    pub version: u32,
    /// What is said besides.
    pub reason: String,
    /// The answers, in the order of the values; none where nothing was chosen.
    pub answers: Vec<Option<VerifyAnswer>>,
}

/// Whether a case is a verification request.
pub(crate) fn is_verification(case: &Case) -> bool {
    case.file.facts.contains_key(comparing::VALUES)
}

impl Portal {
    /// Says whom somebody may ask, and for whom.
    ///
    /// # Errors
    ///
    /// Refused for who is no agency.
    pub fn verify_form(&self, caller: &Caller, lang: Lang) -> Result<VerifyForm> {
        self.permit_sharing(caller, lang)?;
        let codes = self.asks_for(caller);
        let directory = self.directory();
        let mut providers: Vec<Named> =
            directory.organizations.iter().map(|it| it.named.clone()).collect();
        providers.retain(|it| !codes.contains(&it.code));
        providers.sort_by(|one, other| one.label(lang).cmp(other.label(lang)));
        let agencies = codes.iter().map(|code| self.organization_named(code)).collect();
        Ok(VerifyForm { agencies, providers })
    }

    /// Sends values to a provider to be verified. Returns the case.
    ///
    /// # Errors
    ///
    /// `InvalidInput` naming what is missing, or that the data is had at once; `NotFound` for a dataset that is not in
    /// the share catalogue; refused for who does not ask for the agency.
    pub async fn ask_verification(
        &self,
        caller: &Caller,
        asked: &VerifyAsk,
        lang: Lang,
    ) -> Result<i64> {
        self.permit_sharing(caller, lang)?;
        self.permit_asking(caller, &asked.organization, lang)?;
        let asked = self.about_dataset(asked, lang).await?;
        let faults = comparing::check(self.policy(), &asked);
        faulty(faults.iter().map(|fault| fault.shown(lang)).collect())?;
        let about = self.subject_to_verify(&asked, lang)?;
        let text = written(&asked)?;
        let mut act = Act { event: "ask_verification".to_owned(), ..Act::default() };
        for (name, value) in [
            // Keyed: who knows the business could try what was asked.
            ("content", self.account_secrets().comment_hash(0, &text)),
            ("party", asked.organization.clone()),
            ("matter", asked.matter.trim().to_owned()),
            ("basis", asked.basis.trim().to_owned()),
            (comparing::VALUES, asked.values.len().to_string()),
        ] {
            act.facts.insert(name.to_owned(), value);
        }
        let is_offered = self.policy().rules.share_app.verify_service.value;
        let holds = |guard: Guard| holds((guard, is_offered), true, (true, lang));
        let wanted = Wanted { caller, lang, act, holds: &holds, idempotency_key: None };
        let decided = self.decide(CaseKind::ShareRequest, &about, None, wanted)?;
        let transaction = self.inner.store.begin().await?;
        let (key, happening) = (&self.inner.log_key, decided.happening());
        let (case, _) = cases::open(&transaction, key, &about, &happening).await?;
        let (organization, updated_at) = (asked.organization.clone(), self.instant());
        let (asked, answers, erased_at) = (text, None, None);
        let new = ShareVerification { case, organization, asked, answers, updated_at, erased_at };
        share_verifications::create(&transaction, &new).await?;
        transaction.commit().await?;
        Ok(case)
    }

    /// Shows a verification request: to both sides what is asked and answered, to the authority that it is.
    ///
    /// # Errors
    ///
    /// `NotFound` where there is none, or none that the caller may see.
    pub async fn verification(&self, caller: &Caller, id: i64, lang: Lang) -> Result<VerifyView> {
        let case = self.share_case(caller, id).await?;
        let (stored, mut asked) = self.stored_verification(id).await?;
        let provider = case.about.organization.as_deref().unwrap_or_default();
        let n_values = case.file.facts.get(comparing::VALUES).and_then(|n| n.parse().ok());
        let n_values = n_values.unwrap_or(asked.values.len());
        let is_told = self.is_of(caller, provider) || self.is_of(caller, &stored.organization);
        if !is_told {
            asked.values.clear();
        }
        let answers = stored.answers.as_deref().filter(|_| is_told);
        Ok(VerifyView {
            number: super::number_of(&case),
            case: self.case_view(caller, id, lang).await?,
            provider: self.organization_named(provider),
            user: self.organization_named(&stored.organization),
            answers: answers.map(|text| read(id, text)).transpose()?.unwrap_or_default(),
            erased_on: stored.erased_at.map(day_in_china),
            asked,
            n_values,
        })
    }

    /// Lists what the agencies of somebody have asked to be verified, the newest first: 100 at most.
    ///
    /// # Errors
    ///
    /// Refused for who is no agency.
    pub async fn own_verifications(&self, caller: &Caller, lang: Lang) -> Result<Vec<VerifyCard>> {
        self.permit_sharing(caller, lang)?;
        let (own, _) = self.reach(caller, kaishu_domain::permission::Action::SeeShares);
        let store = &self.inner.store;
        let found = share_verifications::of_organizations(store, &own, super::LISTED).await?;
        let mut cards = Vec::with_capacity(found.len());
        for stored in found {
            let Some(case) = cases::find(store, stored.case).await? else { continue };
            let asked: VerifyAsk = read(stored.case, &stored.asked)?;
            let provider = case.about.organization.as_deref().unwrap_or_default();
            cards.push(VerifyCard {
                case: case.id,
                provider: self.organization_named(provider),
                state: self.card(&case, lang).state.label,
                data: asked.data,
                matter: asked.matter,
            });
        }
        Ok(cards)
    }

    /// Answers a verification request, or takes it back.
    ///
    /// # Errors
    ///
    /// `NotFound` where the caller may not see it; `Conflict` where something else happened since; refused with the
    /// rule where one stands against it.
    pub async fn act_on_verification(
        &self,
        caller: &Caller,
        id: i64,
        done: VerifyAct,
        lang: Lang,
    ) -> Result<()> {
        let case = self.share_case(caller, id).await?;
        let (stored, asked) = self.stored_verification(id).await?;
        if case.file.n_events != done.version {
            return Err(moved_on(lang));
        }
        let is_answer = done.event == ANSWER;
        let VerifyAct { event, reason, answers, .. } = done;
        let is_whole = comparing::is_answered(asked.values.len(), &answers);
        let is_other = !self.is_of(caller, &stored.organization);
        let text = written(&answers.into_iter().flatten().collect::<Vec<VerifyAnswer>>())?;
        let mut act = Act { event, reason, ..Act::default() };
        if is_answer {
            // Keyed, with the question: so few answers would be found out by trying.
            let whole = format!("{} {text}", stored.asked);
            let told = self.account_secrets().comment_hash(id, &whole);
            act.facts.insert(comparing::ANSWERS.to_owned(), told);
        }
        let is_offered = self.policy_of(&case).rules.share_app.verify_service.value;
        let holds = |guard: Guard| holds((guard, is_offered), is_other, (is_whole, lang));
        let wanted = Wanted { caller, lang, act, holds: &holds, idempotency_key: None };
        let decided = self.decide(CaseKind::ShareRequest, &case.about, Some(&case), wanted)?;
        let transaction = self.inner.store.begin().await?;
        cases::add(&transaction, &self.inner.log_key, &case, &decided.happening()).await?;
        if is_answer {
            share_verifications::answer(&transaction, (id, &text), self.instant()).await?;
        }
        Ok(transaction.commit().await?)
    }

    /// Erases the values and answers of requests that ended long enough ago; that they were asked, what about and how
    /// many there were stays, and so does the log. Returns how many requests that were.
    ///
    /// # Errors
    ///
    /// Fails where the store does.
    pub async fn erase_verified(&self) -> Result<usize> {
        let (store, now) = (&self.inner.store, self.instant());
        let Some(before) = now.checked_sub_signed(self.inner.verified_for) else { return Ok(0) };
        let mut n_erased = 0;
        loop {
            let found = share_verifications::to_erase(store, before, ERASED_AT_ONCE).await?;
            if found.is_empty() {
                return Ok(n_erased);
            }
            let transaction = store.begin().await?;
            for stored in &found {
                let mut asked: VerifyAsk = read(stored.case, &stored.asked)?;
                asked.values.clear();
                let left = written(&asked)?;
                share_verifications::erase(&transaction, (stored.case, &left), now).await?;
            }
            transaction.commit().await?;
            n_erased += found.len();
        }
    }

    /// Completes a request about an entry of the share catalogue: its provider is that of the entry, and what is had at
    /// once is not asked about.
    async fn about_dataset(&self, asked: &VerifyAsk, lang: Lang) -> Result<VerifyAsk> {
        let mut asked = asked.clone();
        asked.values.retain(|value| !value.trim().is_empty());
        let Some(code) = &asked.dataset else { return Ok(asked) };
        let dataset = self.find_shared(code).await?;
        let dataset = dataset.ok_or_else(|| Error::not_found("dataset", code.as_str()))?;
        if items_to_ask_for(&dataset.fields, &dataset.items).is_empty() {
            let message = lang.pick(
                "这项数据无条件共享，请直接获取，不用核实、比对",
                "this data is shared without conditions: take it, nothing is to be verified",
            );
            return Err(Error::refused(ErrorCode::InvalidInput, message));
        }
        // Values go to nobody whom the sender did not choose.
        if !asked.provider.is_empty() && asked.provider != dataset.organization.code {
            let named = dataset.organization.label(lang);
            let message = lang.pick(
                format!("这项数据的提供单位是{named}；向别的单位核实的，请重新填写"),
                format!("this data is provided by {named}; to ask another agency, begin anew"),
            );
            return Err(Error::field("provider", message));
        }
        asked.provider.clone_from(&dataset.organization.code);
        Ok(asked)
    }

    /// What a request belongs to: its provider. Of what is not shared no code is told, not even to the log.
    fn subject_to_verify(&self, asked: &VerifyAsk, lang: Lang) -> Result<CaseSubject> {
        let directory = self.directory();
        let provider = directory.organization(&asked.provider);
        let provider = provider.ok_or_else(|| {
            Error::field("provider", lang.pick("请选择提供单位", "choose the provider"))
        })?;
        let header = &self.policy().header;
        let code = asked.dataset.as_ref().map(ToString::to_string);
        Ok(CaseSubject {
            subject: code.unwrap_or_else(|| asked.provider.clone()),
            title: asked.data.trim().to_owned(),
            organization: Some(asked.provider.clone()),
            region: Some(provider.region.code.clone()),
            policy: header.code.clone(),
            policy_revision: header.revision,
        })
    }

    async fn stored_verification(&self, id: i64) -> Result<(ShareVerification, VerifyAsk)> {
        let found = share_verifications::find(&self.inner.store, id).await?;
        let stored = found.ok_or_else(|| Error::not_found("case", id.to_string()))?;
        let asked = read(id, &stored.asked)?;
        Ok((stored, asked))
    }
}

fn holds(
    (guard, is_offered): (Guard, bool),
    is_other: bool,
    (is_whole, lang): (bool, Lang),
) -> Holds {
    match guard {
        Guard::VerifyOffered => rule(
            is_offered,
            lang,
            (
                "按现行规则，不提供核实、比对",
                "by the rules in force nothing is verified for other agencies",
            ),
        ),
        Guard::NotOwnOrganization => rule(
            is_other,
            lang,
            (
                "您在申请单位任职，由其他人员办理",
                "you belong to the agency that asks; somebody else must answer",
            ),
        ),
        Guard::AnswersWhole => rule(
            is_whole,
            lang,
            (
                "请对每一项选择一致、不一致或者本单位没有",
                "answer each value: match, no match, or nothing held",
            ),
        ),
        _ => Ok(()),
    }
}

fn read<T: serde::de::DeserializeOwned>(id: i64, text: &str) -> Result<T> {
    serde_json::from_str(text)
        .map_err(|error| Error::Internal(format!("verification request {id}: {error}")))
}
