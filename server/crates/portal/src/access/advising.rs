//! What others say before an application is decided: experts on the risks of the use (APP-11, yulin 9), the authority on
//! the steps that a transfer abroad needs (APP-13, SEC-16; anshan 45). Neither holds a clock.

use std::collections::{BTreeMap, BTreeSet};

use kaishu_domain::cases::EXPERTS;
use kaishu_domain::permission::Action;
use kaishu_store::cases::Case;
use kaishu_types::Lang;
use sha2::{Digest, Sha256};

use super::acting::{ApplicationAct, Desk};
use super::terms::hex;
use crate::accounts::Caller;
use crate::publishing::Assignable;
use crate::{Portal, Result};

/// Most experts who are asked about one application (*proposed*).
const MAX_EXPERTS: usize = 15;
/// The fact that names them for people.
const NAMED: &str = "experts_named";
/// Longest number of a document, in characters.
const MAX_DOCUMENT: usize = 200;
/// The fact that says which content a transfer was recorded for.
const TRANSFERRED: &str = "transfer.content";

/// The documents that a transfer abroad needs (SEC-16).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Transfer {
    /// The result of the security assessment, by its document.
    pub assessment: String,
    /// The state security review, by its document.
    pub review: String,
    /// The report to the cyberspace office, by its document.
    pub report: String,
}

impl Transfer {
    fn parts(&self) -> [(&'static str, &str); 3] {
        [
            ("transfer.assessment", self.assessment.trim()),
            ("transfer.review", self.review.trim()),
            ("transfer.report", self.report.trim()),
        ]
    }

    fn is_whole(&self) -> bool {
        self.parts().iter().all(|(_, text)| (1..=MAX_DOCUMENT).contains(&text.chars().count()))
    }
}

/// Experts as they were chosen: account and name of each, or what stands against them.
pub(super) type Asked = std::result::Result<Vec<(i64, String)>, String>;

impl Portal {
    /// Lists whom the caller may ask for an opinion on an application; none where it is not the caller's to ask.
    pub(super) async fn askable_experts(
        &self,
        caller: &Caller,
        case: &Case,
        lang: Lang,
    ) -> Result<Vec<Assignable>> {
        let subject = self.subject_of_case(caller, case);
        let decides = caller.role_for(Action::DecideApplications, &subject).is_some();
        match decides && case.file.state == "in_review" {
            true => self.committee(case, lang).await,
            false => Ok(Vec::new()),
        }
    }

    /// Whether somebody sees an application for no other reason than to give an opinion on it.
    pub(super) fn is_only_expert(&self, caller: &Caller, case: &Case) -> bool {
        let subject = self.subject_of_case(caller, case);
        caller.role_for(Action::SeeApplications, &subject).is_none()
    }

    /// Finds the experts that an act asks, by their logins.
    pub(super) async fn asked_experts(
        &self,
        case: &Case,
        done: &ApplicationAct,
        lang: Lang,
    ) -> Result<Asked> {
        if done.event != "ask_experts" {
            return Ok(Ok(Vec::new()));
        }
        let committee = self.committee(case, lang).await?;
        let mut chosen = Vec::new();
        for login in &done.experts {
            let Some(expert) = committee.iter().find(|it| it.login == *login) else {
                return Ok(Err(lang.pick(
                    format!("{login} 没有聘任为本地区的专家委员"),
                    format!("`{login}` is no expert of this region"),
                )));
            };
            if let Some(why) = &expert.barred {
                let name = &expert.name;
                return Ok(Err(lang.pick(format!("{name}：{why}"), format!("{name}: {why}"))));
            }
            chosen.push((expert.account, expert.name.clone()));
        }
        match (1..=MAX_EXPERTS).contains(&chosen.len()) {
            true => Ok(Ok(chosen)),
            false => Ok(Err(lang.pick(
                format!("请选择 1 至 {MAX_EXPERTS} 位专家"),
                format!("choose 1 to {MAX_EXPERTS} experts"),
            ))),
        }
    }
}

impl Desk {
    /// The hash of what is decided about.
    pub(super) fn content(&self) -> String {
        let text = self.stored.submitted.as_ref().unwrap_or(&self.stored.document);
        hex(&Sha256::digest(text.as_bytes()))
    }

    /// The experts who are asked from now on: those before, too.
    pub(super) fn expert_accounts(&self) -> Vec<i64> {
        let new = self.experts.as_deref().unwrap_or_default().iter().map(|(account, _)| *account);
        let all: BTreeSet<i64> = self.case.file.experts().chain(new).collect();
        all.into_iter().collect()
    }

    /// The facts that name the experts who are asked.
    pub(super) fn expert_facts(&self) -> BTreeMap<String, String> {
        let accounts: Vec<String> = self.expert_accounts().iter().map(i64::to_string).collect();
        let before = self.case.file.facts.get(NAMED).map(String::as_str).unwrap_or_default();
        let mut names: Vec<&str> = before.split('、').filter(|name| !name.is_empty()).collect();
        for (_, name) in self.experts.as_deref().unwrap_or_default() {
            if !names.contains(&name.as_str()) {
                names.push(name);
            }
        }
        let facts = [(EXPERTS, accounts.join(",")), (NAMED, names.join("、"))];
        facts.map(|(name, value)| (name.to_owned(), value)).into()
    }

    /// The facts of a transfer abroad, for the content that is decided about.
    pub(super) fn transfer_facts(&self, transfer: &Transfer) -> BTreeMap<String, String> {
        let parts = transfer.parts().map(|(name, text)| (name.to_owned(), text.to_owned()));
        parts.into_iter().chain([(TRANSFERRED.to_owned(), self.content())]).collect()
    }

    /// Whether a transfer abroad can be recorded.
    pub(super) fn check_transfer(
        &self,
        transfer: &Transfer,
        lang: Lang,
    ) -> std::result::Result<(), String> {
        if self.document.leaves_mainland != Some(true) {
            let message = lang.pick(
                "申请人没有说要提供到境外，不用登记",
                "the applicant does not say that data leaves the mainland",
            );
            return Err(message.to_owned());
        }
        match transfer.is_whole() {
            true => Ok(()),
            false => Err(lang.pick(
                format!("安全评估、国家安全审查和向网信部门报备三项都要写明文号，每项不超过 {MAX_DOCUMENT} 字"),
                format!("name the documents of all three: assessment, review, report; {MAX_DOCUMENT} characters each"),
            )),
        }
    }

    /// Whether data stays on the mainland, or its transfer was assessed, reviewed and reported as it is asked for now.
    pub(super) fn check_stays(&self, lang: Lang) -> std::result::Result<(), String> {
        let is_recorded = self.case.file.facts.get(TRANSFERRED) == Some(&self.content());
        match self.document.leaves_mainland {
            Some(false) => Ok(()),
            Some(true) if is_recorded => Ok(()),
            Some(true) => Err(lang
                .pick(
                    "数据要提供到境外：主管部门登记安全评估结果、国家安全审查和向网信部门报备以前，不能同意",
                    "data is to leave the mainland: it cannot be approved before the authority has recorded the security assessment, the state security review and the report to the cyberspace office",
                )
                .to_owned()),
            None => Err(lang
                .pick(
                    "申请人没有说明数据会不会提供到境外，不能同意",
                    "the applicant does not say whether data leaves the mainland",
                )
                .to_owned()),
        }
    }
}
