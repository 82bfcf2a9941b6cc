//! What must hold before something happens to an application, with what would satisfy it.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use kaishu_domain::application::items_to_apply_for;
use kaishu_domain::cases::Guard;
use kaishu_domain::permission::Action;
use kaishu_domain::policy::Filing;
use kaishu_domain::row_scope;
use kaishu_store::cases::Case;
use kaishu_types::Lang;
use kaishu_types::access::GrantScope;
use kaishu_types::vocabulary::{DatasetState, OpenClass};

use super::acting::{ApplicationAct, Desk};
use super::scope_of;
use super::terms::{are_unchanged, offer_hash};
use crate::accounts::Caller;
use crate::{Portal, Result};

/// How whoever acts stands to an application.
#[derive(Debug, Clone, Copy)]
pub(super) struct Acts {
    /// Whether they belong to an organization of the applicant.
    pub(super) is_of_applicant: bool,
    /// Whether they act for the authority of its region.
    pub(super) is_authority: bool,
}

impl Portal {
    pub(super) fn holds(
        &self,
        desk: &Desk,
        done: &ApplicationAct,
        (guard, acts): (Guard, Acts),
        scope: &GrantScope,
        lang: Lang,
    ) -> std::result::Result<(), String> {
        let rule = |is_met: bool, zh: &str, en: &str| match is_met {
            true => Ok(()),
            false => Err(lang.pick(zh, en).to_owned()),
        };
        let dataset = desk.dataset.as_ref();
        match guard {
            Guard::DatasetOpenOnConditions => rule(
                dataset.is_some_and(|it| {
                    it.state == DatasetState::Published
                        && it.fields.open.class == OpenClass::Conditional
                }),
                "数据集现在没有以有条件开放的方式发布，不能继续办理",
                "the dataset is not published as conditional now; this cannot go on",
            ),
            Guard::ApplicationComplete => {
                let lacks = dataset.map(|it| self.lacks(&desk.case, it, &desk.document, lang));
                match lacks.as_deref().unwrap_or_default() {
                    [] => Ok(()),
                    lacks => {
                        let texts: Vec<_> = lacks.iter().map(|it| it.message.as_str()).collect();
                        Err(texts.join(lang.pick("；", "; ")))
                    }
                }
            }
            Guard::NotOwnOrganization => rule(
                !acts.is_of_applicant,
                "申请人与您在同一单位，请由其他单位的人员或者主管部门办理",
                "the applicant belongs to your organization; somebody else must decide",
            ),
            Guard::StaysOnTheMainland => desk.check_stays(lang),
            Guard::TransferAssessed => desk.check_transfer(&done.transfer, lang),
            Guard::CommitteeChosen => desk.experts.as_ref().map(|_| ()).map_err(Clone::clone),
            Guard::WithinWhatIsAsked => {
                let asked = scope_of(&desk.case, &desk.document);
                let offered = dataset.map(|it| items_to_apply_for(&it.fields, &it.items));
                let offered = offered.unwrap_or_default();
                // Who may be granted fewer items must still see those by which the rows are told (APP-09).
                let items = dataset.map(|it| it.items.as_slice()).unwrap_or_default();
                let fault = row_scope::fault(&scope.rows, &scope.items, (&offered, items));
                if let Some((zh, en)) = fault {
                    return Err(lang.pick(zh, en));
                }
                let is_offered = scope.items.is_subset(&offered);
                let begins = scope.first_day.unwrap_or(self.today()).max(self.today());
                let is_time = scope.last_day.is_none_or(|last| last >= begins);
                rule(
                    scope.is_within(&asked) && is_offered && is_time && !scope.items.is_empty(),
                    "同意的范围不能超出申请的范围和目录现在公布的数据项，不能为空，也不能已经到期",
                    "what is approved is a part of what was asked for and is offered now, not nothing, and not over",
                )
            }
            Guard::SuspendedBySame => {
                let by_authority = desk.case.file.facts.get("suspended_by_authority");
                rule(
                    by_authority.is_none_or(|it| it != "true") || acts.is_authority,
                    "由数据主管部门中止的，由数据主管部门恢复",
                    "what the authority suspended, the authority restores",
                )
            }
            Guard::NoViolationOpen => {
                let violation = desk.case.file.facts.get("violation");
                rule(
                    violation.is_none_or(String::is_empty),
                    "权限因认定违规关闭，请在那件违规事项里办理：核实改正、撤销认定以后恢复，或者收回",
                    "a confirmed violation keeps it closed: there it opens when the correction is verified, or is revoked",
                )
            }
            Guard::PublishedCondition => {
                let published = dataset.map(|it| it.fields.open.conditions.as_slice());
                let named = done.condition.trim();
                rule(
                    published.unwrap_or_default().iter().any(|it| it.trim() == named),
                    "不同意的理由须从目录公布的开放条件中选择",
                    "a refusal rests on one of the conditions that the entry publishes",
                )
            }
            Guard::TermsAsOffered => rule(
                !desk.documents.is_empty()
                    && are_unchanged(&desk.documents)
                    && offer_hash(&desk.documents) == done.terms
                    && desk.case.file.facts.get("terms") == Some(&done.terms),
                "签署的文本与出具的文本不一致，请重新打开页面阅读后签署",
                "the text is not the one that was offered; open the page again, read it and sign",
            ),
            Guard::FirstComplaint => rule(
                self.may_complain(&desk.case),
                "已经申请过复核，或者申请复核的期限已过；不服的可以依法寻求其他途径",
                "a complaint was made before, or the time for it is over; what is left is the law",
            ),
            Guard::FiledAutomatically => rule(
                self.policy_of(&desk.case).rules.open_app.filing.value == Filing::Automatic,
                "获取数据以前须备案",
                "it is filed before data is obtained",
            ),
            _ => Ok(()),
        }
    }

    /// Whether the applicant may still complain of a refusal: once, in the time of the profile (APP-06).
    fn may_complain(&self, case: &Case) -> bool {
        let facts = &case.file.facts;
        let refused_on = facts.get("refused_on").and_then(|day| day.parse::<NaiveDate>().ok());
        let days = self.policy_of(case).rules.appeal.filing_wd.value.get();
        let last = refused_on.and_then(|day| self.inner.calendar.add_working_days(day, days).ok());
        !facts.contains_key("complained") && last.is_some_and(|last| self.today() <= last.last_day)
    }

    pub(crate) fn is_authority_over(&self, case: &Case, caller: &Caller) -> bool {
        let subject = self.subject(None, case.about.region.as_deref(), false);
        caller.role_for(Action::FileGrants, &subject).is_some()
    }

    /// Whether somebody who decides belongs to an organization that the applicant belongs to (ORG-03).
    pub(super) async fn is_of_applicant(&self, case: &Case, caller: &Caller) -> Result<bool> {
        let Some(applicant) = case.file.submitter else { return Ok(false) };
        if caller.account() == Some(applicant) {
            return Ok(false);
        }
        let account = kaishu_store::accounts::find_by_id(&self.inner.store, applicant).await?;
        let roles = account.map(|account| account.roles).unwrap_or_default();
        let own: BTreeSet<_> = roles.iter().filter_map(|it| it.organization.as_ref()).collect();
        let mut held = caller.roles().iter().filter_map(|it| it.organization.as_ref());
        Ok(held.any(|organization| own.contains(organization)))
    }
}
