//! What must hold before something happens to a share request, with what would satisfy it.

use kaishu_domain::cases::Guard;
use kaishu_domain::free_sharing::{FREE, names_a_price};
use kaishu_domain::sharing::{
    Refusing, check_refusal, is_listed, is_taken_directly, items_to_ask_for,
};
use kaishu_store::cases::Case;
use kaishu_types::access::GrantScope;
use kaishu_types::dataset::DatasetView;
use kaishu_types::{ErrorCode, Lang};

use super::acting::{Desk, ShareAct};
use super::doubting;
use crate::accounts::Caller;
use crate::{Error, Portal, Result};

pub(super) type Holds = std::result::Result<(), String>;

pub(super) fn rule(is_met: bool, lang: Lang, (zh, en): (&str, &str)) -> Holds {
    if is_met { Ok(()) } else { Err(lang.pick(zh, en).to_owned()) }
}

impl Portal {
    /// What the entry itself must be; what was written is looked at before, field by field.
    pub(super) fn may_be_asked(&self, dataset: &DatasetView, guard: Guard, lang: Lang) -> Holds {
        let (fields, items) = (&dataset.fields, &dataset.items);
        let is_shared = is_listed(dataset.state, fields.share.class);
        match guard {
            Guard::SharedDirectly => rule(
                is_shared && is_taken_directly(fields, items),
                lang,
                (
                    "这项数据没有可以直接获取的部分，请提交共享申请",
                    "nothing of it is shared without conditions; ask for it",
                ),
            ),
            Guard::SharedOnConditions => rule(
                is_shared && !items_to_ask_for(fields, items).is_empty(),
                lang,
                (
                    "这项数据现在不是有条件共享的，不用申请，或者不能申请",
                    "this is not shared on conditions now; it needs no request, or takes none",
                ),
            ),
            _ => Ok(()),
        }
    }

    pub(super) fn holds_for_share(
        &self,
        (caller, desk): (&Caller, &Desk),
        (guard, done): (Guard, &ShareAct),
        scope: &GrantScope,
        lang: Lang,
    ) -> Holds {
        let provider = desk.case.about.organization.as_deref().unwrap_or_default();
        let party = desk.document.organization.as_str();
        match guard {
            Guard::NotOwnOrganization => rule(
                !self.is_of(caller, party),
                lang,
                (
                    "您在申请单位任职，由其他人员办理",
                    "you belong to the agency that asks; somebody else must decide",
                ),
            ),
            Guard::NotAParty => rule(
                !self.is_of(caller, party) && !self.is_of(caller, provider),
                lang,
                (
                    "您在其中一方任职，由主管部门的其他人办理",
                    "you belong to one of the two sides; somebody else of the authority must do this",
                ),
            ),
            Guard::SharedOnConditions => match &desk.dataset {
                Some(dataset) => self.may_be_asked(dataset, guard, lang),
                None => rule(
                    false,
                    lang,
                    (
                        "数据现在不能共享，不能继续办理",
                        "the data is not shared now; this cannot go on",
                    ),
                ),
            },
            Guard::WithinWhatIsAsked => {
                let asked = super::scope_of(&desk.case, &desk.document);
                let offered = desk.dataset.as_ref();
                let offered = offered.map(|it| items_to_ask_for(&it.fields, &it.items));
                let begins = scope.first_day.unwrap_or(self.today()).max(self.today());
                let is_time = scope.last_day.is_none_or(|last| last >= begins);
                let is_offered = scope.items.is_subset(&offered.unwrap_or_default());
                rule(
                    scope.is_within(&asked) && is_offered && is_time && !scope.items.is_empty(),
                    lang,
                    (
                        "同意的范围不能超出申请的范围和目录现在共享的数据项，不能为空，也不能已经到期",
                        "what is approved is a part of what was asked for and is shared now, not nothing, not over",
                    ),
                )
            }
            Guard::ContactNamed => rule(
                !desk.contact(done).is_empty(),
                lang,
                (
                    "请写明提供单位的联系人和联系方式，由其指导使用、提供技术支持",
                    "name whom to ask at the provider for guidance and technical support",
                ),
            ),
            Guard::RefusalGrounded => {
                let conditions = desk.dataset.as_ref().map(|it| &it.fields.share.conditions);
                let conditions = conditions.map(Vec::as_slice).unwrap_or_default();
                let refusing = Refusing {
                    condition: &done.condition,
                    level: &done.level,
                    title: &done.norm,
                    article: &done.article,
                };
                check_refusal(self.policy_of(&desk.case), conditions, refusing)
                    .map_err(|(zh, en)| lang.pick(zh, en))
            }
            Guard::ParticipantsNamed => rule(
                !done.participants.trim().is_empty(),
                lang,
                (
                    "写明参加调解的法制、保密、监督等部门",
                    "name the departments that took part: legal, secrecy, supervision",
                ),
            ),
            Guard::DocumentNamed => rule(
                !done.document.trim().is_empty(),
                lang,
                (
                    "写明决定文件的名称、文号和日期",
                    "name the document of the decision, its number and its day",
                ),
            ),
            Guard::OfflineAllowed
            | Guard::DeliveryWhole
            | Guard::DeliveryWaits
            | Guard::DeliveryAnswered => self.holds_for_delivery(desk, (guard, done), lang),
            Guard::DoubtWaits | Guard::DoubtAnswered | Guard::CorrectedSince => {
                doubting::holds(desk, guard, lang)
            }
            Guard::SuspendedBySame => {
                let by_authority = desk.case.file.facts.get("suspended_by_authority");
                rule(
                    by_authority.is_none_or(|it| it != "true")
                        || self.is_authority_over(&desk.case, caller),
                    lang,
                    (
                        "由数据主管部门中止的，由数据主管部门恢复",
                        "what the authority suspended, the authority restores",
                    ),
                )
            }
            _ => Ok(()),
        }
    }

    /// What opens data has no field for a price, and names none in its sentences (SHR-14).
    pub(super) fn check_free(&self, case: &Case, done: &ShareAct, lang: Lang) -> Result<()> {
        if ![&done.reason, &done.contact].into_iter().any(|text| names_a_price(text)) {
            return Ok(());
        }
        Err(Error::Refused {
            code: ErrorCode::InvalidInput,
            message: lang.pick(FREE.0, FREE.1).to_owned(),
            rule: Some(self.policy_of(case).rules.general.fees.reference("fees", lang)),
            remedy: None,
        })
    }

    /// Longest texts of an act are bounded here: they stay in the log for ever.
    pub(super) fn check_share_act(done: &ShareAct, lang: Lang) -> Result<()> {
        let texts = [
            ("condition", done.condition.as_str()),
            ("norm", done.norm.as_str()),
            ("article", done.article.as_str()),
            ("contact", done.contact.as_str()),
            ("participants", done.participants.as_str()),
            ("document", done.document.as_str()),
        ];
        Self::check_lengths(&texts, lang)
    }

    /// Refuses texts of an act that are longer than is kept.
    pub(super) fn check_lengths(texts: &[(&str, &str)], lang: Lang) -> Result<()> {
        const MOST: usize = 500;
        for (field, text) in texts {
            if text.chars().count() > MOST {
                let message =
                    lang.pick(format!("不能超过 {MOST} 字"), format!("{MOST} characters at most"));
                return Err(Error::field(field, message));
            }
        }
        Ok(())
    }
}
