//! Data of another agency that is in no catalogue: asked for, answered like a share request, and entered by whoever
//! has it (SHR-13; gd-F3 21). What came of it is taken or asked for by its entry.

use kaishu_domain::cases::{Act, Guard};
use kaishu_domain::outside::{OutsideDocument, check, check_refusal, demanded};
use kaishu_domain::sharing::{self, Refusing};
use kaishu_store::cases::{self, Case, CaseSubject};
use kaishu_types::case::{CaseCard, CaseKind};
use kaishu_types::organization::Named;
use kaishu_types::{DatasetCode, Lang, RuleRef};
use sha2::{Digest, Sha256};

use super::catalogue::faulty;
use super::guarding::{Holds, rule};
use crate::accounts::Caller;
use crate::cases::{Decided, DeskFilter, Wanted, moved_on, request_key};
use crate::{Error, Portal, Result};

const KIND: CaseKind = CaseKind::OutsideRequest;

/// What is asked for outside the catalogue, and by whom more can be.
pub struct OutsideRequests {
    /// What waits for an answer or for its entry: 50 at most.
    pub open: Vec<CaseCard>,
    /// What was answered, the newest first: 50 at most.
    pub closed: Vec<CaseCard>,
    /// The agencies for which the reader may ask.
    pub agencies: Vec<Named>,
    /// The fields that the rules in force demand.
    pub demanded: Vec<&'static str>,
    /// The rule of who answers.
    pub approvers: RuleRef,
    /// The rule of how soon.
    pub reply: RuleRef,
}

/// What somebody does to a request for data outside the catalogue.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OutsideAct {
    /// The event, as in `approve`.
    pub event: String,
    /// How many events there were when it was decided on.
    pub version: u32,
    /// Why.
    pub reason: String,
    /// Level of the norm that a refusal rests on, as in `law` (SHR-05).
    pub level: String,
    /// Title of the norm.
    pub norm: String,
    /// Its article.
    pub article: String,
    /// Code of the entry that is there already.
    pub entry: String,
    /// Who took part in a mediation (SHR-15).
    pub participants: String,
    /// The document of a decision from above (SHR-15).
    pub document: String,
    /// What makes a repeated request one.
    pub idempotency_key: Option<String>,
}

impl Portal {
    /// Lists what is asked for outside the catalogue, as far as the caller sees it.
    ///
    /// # Errors
    ///
    /// Refused for who is no agency, and where the rules in force know no sharing.
    pub async fn outside_requests(&self, caller: &Caller, lang: Lang) -> Result<OutsideRequests> {
        self.permit_sharing(caller, lang)?;
        let rules = &self.policy().rules.share_app;
        let agencies = self.asks_for(caller);
        Ok(OutsideRequests {
            open: self.desk(caller, DeskFilter::Open, &[KIND], lang).await?,
            closed: self.desk(caller, DeskFilter::Closed, &[KIND], lang).await?,
            agencies: agencies.iter().map(|code| self.organization_named(code)).collect(),
            demanded: demanded(self.policy()),
            approvers: rules.approvers.reference("share_app.approvers", lang),
            reply: rules.reply_wd.reference("share_app.reply_wd", lang),
        })
    }

    /// Asks another agency for data that is in no catalogue. Returns the case.
    ///
    /// # Errors
    ///
    /// Refused for who does not ask for the agency, and where the rules in force know no sharing; `InvalidInput` naming
    /// each field, and where the same was asked for and is not answered yet.
    pub async fn request_outside(
        &self,
        caller: &Caller,
        document: &OutsideDocument,
        lang: Lang,
    ) -> Result<i64> {
        self.permit_sharing(caller, lang)?;
        self.permit_asking(caller, &document.organization, lang)?;
        let about = self.outside_subject(document, lang)?;
        let faults = check(self.policy(), document);
        faulty(faults.iter().map(|fault| fault.shown(lang)).collect())?;
        let store = &self.inner.store;
        let before = cases::of_subject(store, &about.subject, KIND).await?;
        if before.iter().any(|case| case.file.closed_at.is_none()) {
            let message = lang.pick(
                "本单位已经向这个单位申请这项数据，还没有办结",
                "your agency asked this one for the data already, and that is not finished",
            );
            return Err(Error::field("title", message));
        }
        let mut facts = document.facts();
        facts.insert("asking".to_owned(), self.organization_named(&document.organization).name);
        let act = Act {
            event: "request".to_owned(),
            steps: Some(sharing::steps(self.policy())),
            facts,
            ..Act::default()
        };
        let key = format!("outside/{}/{}", about.subject, before.len());
        let wanted = Wanted { caller, lang, act, holds: &|_| Ok(()), idempotency_key: Some(key) };
        let decided = self.decide(KIND, &about, None, wanted)?;
        let transaction = store.begin().await?;
        let (key, happening) = (&self.inner.log_key, decided.happening());
        let (case, _) = cases::open(&transaction, key, &about, &happening).await?;
        transaction.commit().await?;
        Ok(case)
    }

    /// What a request belongs to: the agency that is thought to have the data.
    fn outside_subject(&self, document: &OutsideDocument, lang: Lang) -> Result<CaseSubject> {
        let directory = self.directory();
        let other = document.provider.trim();
        let provider = directory.organization(other).filter(|_| other != document.organization);
        let provider = provider.ok_or_else(|| {
            let message = lang.pick(
                "请选择可能掌握这项数据的其他单位",
                "choose the other agency that is thought to have the data",
            );
            Error::field("provider", message)
        })?;
        let named = format!("{}\n{other}\n{}", document.organization, document.title.trim());
        let digest = Sha256::digest(named.as_bytes());
        let digest: String = digest.iter().take(5).map(|byte| format!("{byte:02x}")).collect();
        let header = &self.policy().header;
        Ok(CaseSubject {
            subject: format!("outside-{digest}"),
            title: document.title.trim().to_owned(),
            organization: Some(provider.named.code.clone()),
            region: Some(provider.region.code.clone()),
            policy: header.code.clone(),
            policy_revision: header.revision,
        })
    }

    /// Does something to a request for data outside the catalogue. Returns the case of the entry that was begun.
    ///
    /// # Errors
    ///
    /// `NotFound` where the caller may not see it; `Conflict` where something else happened since; refused with the
    /// rule where one stands against it.
    pub async fn act_on_outside(
        &self,
        caller: &Caller,
        id: i64,
        done: OutsideAct,
        lang: Lang,
    ) -> Result<Option<i64>> {
        let case = self.visible_case(caller, id).await?;
        if case.file.kind != KIND {
            return Err(Error::not_found("case", id.to_string()));
        }
        if case.file.n_events != done.version {
            return Err(moved_on(lang));
        }
        let texts = [
            ("level", done.level.as_str()),
            ("norm", done.norm.as_str()),
            ("article", done.article.as_str()),
            ("participants", done.participants.as_str()),
            ("document", done.document.as_str()),
        ];
        Self::check_lengths(&texts, lang)?;
        let is_there = match done.event.as_str() {
            "name" => self.is_entry_shared(&case, done.entry.trim()).await?,
            _ => false,
        };
        if done.event == "compile" {
            return self.compile_outside(caller, &case, &done, lang).await.map(Some);
        }
        let act = self.outside_event(&case, &done);
        let decided = self.decide_outside(caller, &case, (act, &done, is_there), lang)?;
        let transaction = self.inner.store.begin().await?;
        cases::add(&transaction, &self.inner.log_key, &case, &decided.happening()).await?;
        transaction.commit().await?;
        Ok(None)
    }

    fn outside_event(&self, case: &Case, done: &OutsideAct) -> Act {
        let (event, reason) = (done.event.clone(), done.reason.clone());
        let mut act = Act { event, reason, ..Act::default() };
        let mut fact = |name: &str, value: &str| {
            let value = value.trim();
            if !value.is_empty() {
                act.facts.insert(name.to_owned(), value.to_owned());
            }
        };
        match done.event.as_str() {
            "return" => fact("returned", &self.today().to_string()),
            "refuse" => {
                fact("norm.level", &done.level);
                fact("norm", &done.norm);
                fact("norm.article", &done.article);
            }
            "name" => fact("entry", &done.entry),
            "settle_grant" | "settle_refuse" | "pass_up" => {
                fact("participants", &done.participants);
            }
            "decide_grant" | "decide_refuse" => fact("document", &done.document),
            "resubmit" => act.steps = Some(sharing::steps(self.policy_of(case))),
            _ => {}
        }
        act
    }

    fn decide_outside(
        &self,
        caller: &Caller,
        case: &Case,
        (act, done, is_there): (Act, &OutsideAct, bool),
        lang: Lang,
    ) -> Result<Decided> {
        let party = case.file.facts.get("party").map(String::as_str).unwrap_or_default();
        let holds = |guard| match guard {
            Guard::NotOwnOrganization if self.is_of(caller, party) => Err(lang
                .pick(
                    "您在申请单位任职，由其他人员办理",
                    "you belong to the agency that asks; somebody else must decide",
                )
                .to_owned()),
            Guard::NotAParty | Guard::ParticipantsNamed | Guard::DocumentNamed => {
                self.may_mediate(caller, case, (guard, done), lang)
            }
            Guard::RefusalGrounded => {
                let refusing = Refusing {
                    condition: "",
                    level: &done.level,
                    title: &done.norm,
                    article: &done.article,
                };
                check_refusal(self.policy_of(case), refusing).map_err(|(zh, en)| lang.pick(zh, en))
            }
            Guard::EntryThere if !is_there => Err(lang
                .pick(
                    "这个编码不是提供单位可以共享的已发布目录，请填写共享目录中的编码",
                    "this is no code of a published entry of the provider that is shared",
                )
                .to_owned()),
            _ => Ok(()),
        };
        let key = done.idempotency_key.as_deref();
        let key = key.map(|key| request_key(caller, case.id, &done.event, key));
        let wanted = Wanted { caller, lang, act, holds: &holds, idempotency_key: key };
        self.decide(KIND, &case.about, Some(case), wanted)
    }

    /// Whether somebody mediates who is of neither side, and says with whom, or what was decided above (SHR-15).
    fn may_mediate(
        &self,
        caller: &Caller,
        case: &Case,
        (guard, done): (Guard, &OutsideAct),
        lang: Lang,
    ) -> Holds {
        let party = case.file.facts.get("party").map(String::as_str).unwrap_or_default();
        let provider = case.about.organization.as_deref().unwrap_or_default();
        match guard {
            Guard::NotAParty => rule(
                !self.is_of(caller, party) && !self.is_of(caller, provider),
                lang,
                (
                    "您在其中一方任职，由主管部门的其他人办理",
                    "you belong to one of the two sides; somebody else of the authority must do this",
                ),
            ),
            Guard::ParticipantsNamed => rule(
                !done.participants.trim().is_empty(),
                lang,
                (
                    "写明参加调解的法制、保密、监督等部门",
                    "name the departments that took part: legal, secrecy, supervision",
                ),
            ),
            _ => rule(
                !done.document.trim().is_empty(),
                lang,
                (
                    "写明决定文件的名称、文号和日期",
                    "name the document of the decision, its number and its day",
                ),
            ),
        }
    }

    /// Begins the entry that was agreed to, or goes on with it: its publication ends the case, where it is shared.
    async fn compile_outside(
        &self,
        caller: &Caller,
        case: &Case,
        done: &OutsideAct,
        lang: Lang,
    ) -> Result<i64> {
        let mut act = self.outside_event(case, done);
        // Whoever may not is refused before anything is begun.
        self.decide_outside(caller, case, (act.clone(), done, false), lang)?;
        if let Some(draft) = self.draft_for(case).await? {
            return Ok(draft);
        }
        let transaction = self.inner.store.begin_catalogue().await?;
        let draft = self.begin_for(&transaction, caller, case, lang).await?;
        act.facts.insert("draft".to_owned(), draft.to_string());
        let decided = self.decide_outside(caller, case, (act, done, false), lang)?;
        cases::add(&transaction, &self.inner.log_key, case, &decided.happening()).await?;
        transaction.commit().await?;
        Ok(draft)
    }

    /// Whether an entry is in the share catalogue, of the provider that was asked.
    async fn is_entry_shared(&self, case: &Case, entry: &str) -> Result<bool> {
        let Ok(code) = entry.parse::<DatasetCode>() else { return Ok(false) };
        let found = self.find_shared(&code).await?;
        Ok(found.is_some_and(|it| case.about.organization.as_ref() == Some(&it.organization.code)))
    }
}
