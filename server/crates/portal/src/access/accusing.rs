//! Opening a violation under a grant: what it is, where it shows, whether access is closed at once (USE-03, USE-04).

use kaishu_domain::cases::Act;
use kaishu_domain::permission::Action;
use kaishu_domain::policy::ViolationType;
use kaishu_store::cases::{self, Case, CaseSubject};
use kaishu_store::{duties, receipts};
use kaishu_types::case::CaseKind;
use kaishu_types::{ErrorCode, Lang, ReceiptCode};

use super::reporting::{duty, facts_of, not_own};
use crate::accounts::Caller;
use crate::cases::Wanted;
use crate::{Error, Portal, Result};

/// Most receipts that are named as evidence.
const MAX_RECEIPTS: usize = 50;
/// Violations under one grant that are looked through.
const LISTED: u64 = 1_000;

/// A violation that somebody opens.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewViolation {
    /// `open` on a suspicion; `confirm` where access must be closed at once.
    pub event: String,
    /// What it is, as a code of the profile's list (`violation.types`).
    pub kind: String,
    /// What was found, and where it shows.
    pub evidence: String,
    /// Receipts of copies that belong to it, by blanks or commas.
    pub receipts: String,
}

impl Portal {
    /// Lists the types of violations of the profile: code and words.
    pub fn violation_types(&self, lang: Lang) -> Vec<(String, String)> {
        let types = &self.policy().rules.violation.types.value;
        types.iter().map(|it| (it.as_str().to_owned(), it.label(lang).to_owned())).collect()
    }

    /// Opens a violation under a grant; a confirmed one closes the grant at once (USE-04). Returns its case.
    ///
    /// # Errors
    ///
    /// `NotFound` where the caller may not see the application; `Conflict` where nothing was granted, or one is open
    /// already; `InvalidInput` naming each field; refused for who may not.
    pub async fn open_violation(
        &self,
        caller: &Caller,
        application: i64,
        new: NewViolation,
        lang: Lang,
    ) -> Result<i64> {
        let (application, grant) = self.granted_application(caller, application, lang).await?;
        let subject = self.subject_of(&application.about, false);
        self.permitted(caller, Action::HandleViolations, &subject, lang)?;
        let n_before = self.no_violation_open(&application, lang).await?;
        let mut facts = facts_of(&grant, None);
        facts.insert("type".to_owned(), self.known_type(&new.kind, lang)?.as_str().to_owned());
        let codes = self.known_receipts(application.id, &new.receipts, lang).await?;
        facts.insert("receipts".to_owned(), codes.join(","));
        let is_authority = self.is_authority_over(&application, caller);
        if new.event == "confirm" {
            facts.extend(self.confirmed_facts(caller, is_authority));
        }
        let is_of_holder = self.is_of_applicant(&application, caller).await?;
        let act = Act { event: new.event.clone(), reason: new.evidence, facts, ..Act::default() };
        // Found today, it is a case of its own: by the rules in force, whatever the grant came of.
        let header = &self.policy().header;
        let about = CaseSubject {
            policy: header.code.clone(),
            policy_revision: header.revision,
            ..application.about.clone()
        };
        // Of two that are opened at the same time one is.
        let key = format!("violation/{}/{n_before}", application.id);
        let wanted = Wanted {
            caller,
            lang,
            act,
            holds: &|guard| not_own(guard, is_of_holder, lang),
            idempotency_key: Some(key),
        };
        let decided = self.decide(CaseKind::Violation, &about, None, wanted)?;
        let transaction = self.inner.store.begin().await?;
        let (case, _) =
            cases::open(&transaction, &self.inner.log_key, &about, &decided.happening()).await?;
        duties::create(&transaction, &duty(case, &grant)).await?;
        if new.event == "confirm" {
            self.close_grant(&transaction, &application, case).await?;
        }
        transaction.commit().await?;
        Ok(case)
    }

    /// Counts the violations under a grant; refused where one of them is open.
    async fn no_violation_open(&self, application: &Case, lang: Lang) -> Result<usize> {
        let store = &self.inner.store;
        let mut n_before = 0;
        for owed in duties::of_grant(store, application.id, LISTED).await? {
            let found = cases::find(store, owed.case).await?;
            let Some(case) = found.filter(|case| case.file.kind == CaseKind::Violation) else {
                continue;
            };
            if case.file.closed_at.is_none() {
                let message = lang.pick(
                    "这项权限已有一件违规事项正在办理，请在那里补充",
                    "a violation under this grant is open already; go on there",
                );
                return Err(Error::refused(ErrorCode::Conflict, message));
            }
            n_before += 1;
        }
        Ok(n_before)
    }

    fn known_type(&self, code: &str, lang: Lang) -> Result<ViolationType> {
        let types = &self.policy().rules.violation.types.value;
        let found = types.iter().find(|it| it.as_str() == code.trim());
        found.copied().ok_or_else(|| {
            Error::field("type", lang.pick("请选择违规情形", "choose what the violation is"))
        })
    }

    /// Reads the receipts that are named as evidence; each is of the grant: what others took is no evidence, and whether
    /// they did is not found out here.
    async fn known_receipts(&self, grant: i64, text: &str, lang: Lang) -> Result<Vec<String>> {
        let parts = text.split(|sign: char| sign.is_whitespace() || ",，、;；".contains(sign));
        let mut codes = Vec::new();
        for part in parts.filter(|part| !part.is_empty()) {
            let shown: String = part.chars().take(60).collect();
            let unknown = || {
                Error::field(
                    "receipts",
                    lang.pick(
                        format!("这项权限下没有编号为 {shown} 的回执"),
                        format!("there is no receipt {shown} under this grant"),
                    ),
                )
            };
            let code: ReceiptCode = part.parse().map_err(|_| unknown())?;
            let under = receipts::grants(&self.inner.store, std::slice::from_ref(&code)).await?;
            if !under.contains(&grant) {
                return Err(unknown());
            }
            codes.push(code.to_string());
            if codes.len() > MAX_RECEIPTS {
                let message = lang.pick("最多写 50 份回执", "50 receipts at most");
                return Err(Error::field("receipts", message));
            }
        }
        Ok(codes)
    }
}
