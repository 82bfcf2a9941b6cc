//! Consent of both sides and the filing that precede publication (REV-08, jiamusi 13), and approvals that
//! stand for a step (REV-04, anshan 28).

use kaishu_domain::cases::{Act, Actor, CaseFile, StepResult, Verdict};
use kaishu_domain::policy::{Party, ReviewStepKind, ReviewTrigger};
use kaishu_store::Transaction;
use kaishu_store::approvals::{self, Approval};
use kaishu_store::cases::Case;
use kaishu_store::filings::{self, Filing, NewFiling};
use kaishu_types::account::Role;
use kaishu_types::draft::DraftDocument;
use kaishu_types::{DatasetCode, ErrorCode, Lang};

use crate::{Error, Portal, Result};

/// What has to be done before data leaves, where a profile has it among its steps.
const BEFORE_LEAVING: [ReviewStepKind; 3] =
    [ReviewStepKind::ProviderConsent, ReviewStepKind::AuthorityConsent, ReviewStepKind::Filing];

/// The fact that names the approval that stands for a step.
const APPROVAL: &str = "standing_approval";

impl Portal {
    /// Says what the profile that a review was filed under demands before data leaves and the review does not have yet.
    pub(super) fn check_filed(&self, case: &Case, lang: Lang) -> std::result::Result<(), String> {
        let file = &case.file;
        let steps = self.policy_of(case).rules.review.steps.value.iter();
        let demanded = steps.filter(|step| step.when == ReviewTrigger::Always);
        let demanded = demanded.filter(|step| BEFORE_LEAVING.contains(&step.step));
        let missing = demanded.filter(|step| !file.has_passed(step.step));
        let missing: Vec<&str> = missing.map(|step| step.step.label(lang)).collect();
        match missing.is_empty() {
            true => Ok(()),
            false => Err(lang.pick(
                format!("提供部门和主管部门同意并备案以后才能发布，还缺：{}", missing.join("、")),
                format!(
                    "nothing leaves before both sides consented and it was filed; missing: {}",
                    missing.join(", ")
                ),
            )),
        }
    }

    /// Refuses to publish during a review whose profile demands a filing, with the article that does.
    ///
    /// # Errors
    ///
    /// `Conflict` with what is missing.
    pub(super) fn refuse_unfiled(&self, case: &Case, lang: Lang) -> Result<()> {
        if case.file.state != "in_review" {
            return Ok(());
        }
        self.check_filed(case, lang).map_err(|message| Error::Refused {
            code: ErrorCode::Conflict,
            message,
            rule: Some(self.policy_of(case).rules.review.steps.reference("review.steps", lang)),
            remedy: None,
        })
    }

    /// Files what is about to pass the step of the filing, under the next number.
    pub(super) async fn file(
        &self,
        transaction: &Transaction,
        (case, code): (&Case, &DatasetCode),
        document: &DraftDocument,
    ) -> Result<Filing> {
        let new = NewFiling {
            case: case.id,
            dataset: code,
            title: &document.fields.title,
            organization: &document.organization,
            region: &document.region,
            day: self.today(),
        };
        Ok(filings::add(transaction, new).await?)
    }

    /// Finds the number under which what is published of a dataset was filed. A revision that was filed and
    /// is not published yet is none. There is a number where the rules of the review demanded one, whatever those in
    /// force demand now.
    pub(crate) async fn filing_of(&self, code: &DatasetCode) -> Result<Option<Filing>> {
        let store = &self.inner.store;
        for filed in filings::of_dataset(store, code).await? {
            let case = kaishu_store::cases::find(store, filed.case).await?;
            if case.is_some_and(|case| case.file.state == "published") {
                return Ok(Some(filed));
            }
        }
        Ok(None)
    }

    /// Takes the steps of the cyberspace office that a standing approval covers, as the entry is submitted.
    pub(super) async fn cover(
        &self,
        act: &mut Act,
        file: &CaseFile,
        document: &DraftDocument,
    ) -> Result<()> {
        let is_joint = |by: Party| by == Party::CyberspaceOffice;
        if file.facts.contains_key(APPROVAL) {
            // What stood for an earlier submission does not stand for this one.
            act.facts.insert(APPROVAL.to_owned(), String::new());
        }
        let Some(steps) = act.steps.as_mut().filter(|it| it.iter().any(|it| is_joint(it.by)))
        else {
            return Ok(());
        };
        let directory = self.directory();
        let above = directory.region_and_above(&document.region);
        let regions: Vec<String> = above.iter().map(|it| it.named.code.clone()).collect();
        let category = (document.fields.theme.as_str(), regions.as_slice());
        let found = approvals::covering(&self.inner.store, category, self.today()).await?;
        let Some(approval) = found else { return Ok(()) };
        act.facts.insert(APPROVAL.to_owned(), approval.id.to_string());
        for step in steps.iter_mut().filter(|step| is_joint(step.by)) {
            step.result = Some(StepResult {
                verdict: Verdict::Passed,
                opinion: covered_by(&approval),
                by: Actor {
                    login: "system".to_owned(),
                    name: approval.approved_by.clone(),
                    role: Some(Role::CyberspaceOffice),
                    region: Some(approval.region.clone()),
                    ..Actor::default()
                },
                at: self.instant(),
            });
        }
        Ok(())
    }

    /// The approval that stood for a step and was ended since.
    pub(super) async fn ended_approval(&self, file: &CaseFile) -> Result<Option<Approval>> {
        let number = file.facts.get(APPROVAL).and_then(|number| number.parse().ok());
        let Some(number) = number else { return Ok(None) };
        let found = approvals::find(&self.inner.store, number).await?;
        Ok(found.filter(|approval| approval.ended_at.is_some()))
    }
}

/// Says which approval stands for a step.
fn covered_by(approval: &Approval) -> String {
    let Approval { id, evidence, first_day, last_day, .. } = approval;
    format!("按第 {id} 号常设同意（{first_day} 至 {last_day}，依据：{evidence}）视为通过")
}

/// Says that the approval that stood for a step does so no more.
pub(super) fn approval_ended(approval: &Approval, lang: Lang) -> String {
    let id = approval.id;
    lang.pick(
        format!("第 {id} 号常设同意已经终止，请撤回后重新提交，由网信部门会同审查"),
        format!(
            "standing approval {id} was ended since; take the entry back and submit it again for the joint review"
        ),
    )
}

/// Whether an event is the one that files.
pub(super) fn files(case: &Case, event: &str) -> bool {
    let step = case.file.current_step().map(|(_, step)| step.kind);
    event == "pass" && step == Some(ReviewStepKind::Filing)
}
