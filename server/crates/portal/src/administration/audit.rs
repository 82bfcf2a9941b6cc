//! The log, for whoever reads it: filtered, and cut to the regions of the reader (ORG-11, SEC-01).

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use kaishu_domain::cases::machine;
use kaishu_domain::permission::{Action, Subject};
use kaishu_store::log::{self, Logged, Search};
use kaishu_types::Lang;
use kaishu_types::account::Login;
use kaishu_types::case::{CaseKind, Worded};
use kaishu_types::china::end_of_day_in_china;

use crate::accounts::{Caller, Came};
use crate::cases::not_covered;
use crate::{Portal, Result};

/// Most entries that are read at once.
const MAX_ENTRIES: u64 = 1_000;

/// What the log is searched by; all that is given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// What it is about: a code, a login.
    pub subject: Option<String>,
    /// The kind of the case or of the subject.
    pub kind: Option<String>,
    /// What happened.
    pub event: Option<String>,
    /// Who did it.
    pub account: Option<String>,
    /// The first day.
    pub from: Option<NaiveDate>,
    /// The last day.
    pub to: Option<NaiveDate>,
    /// Only what is older than this entry.
    pub before: Option<i64>,
}

impl AuditFilter {
    /// Writes what is asked for, for the log and for addresses; what is not asked for is left out.
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let Self { subject, kind, event, account, from, to, before } = self;
        let pairs = [
            ("subject", subject.clone()),
            ("kind", kind.clone()),
            ("event", event.clone()),
            ("account", account.clone()),
            ("from", from.map(|day| day.to_string())),
            ("to", to.map(|day| day.to_string())),
            ("before", before.map(|seq| seq.to_string())),
        ];
        pairs.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }
}

/// An entry of the log as people read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// Its place, from 1, without gaps.
    pub seq: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// What kind of thing it is about.
    pub kind: Worded,
    /// What happened.
    pub event: Worded,
    /// What it is about.
    pub subject: String,
    /// The case, where it belongs to one.
    pub case: Option<i64>,
    /// What who did it is called.
    pub login: String,
    /// The name of the person.
    pub name: String,
    /// As what, for whom, and in whose place.
    pub acting: Option<String>,
    /// Why.
    pub reason: String,
    /// What came with it.
    pub facts: BTreeMap<String, String>,
    /// Its hash, SM3 in hex.
    pub hash: String,
}

impl Portal {
    /// Lists entries of the log that somebody may read, the newest first; `limit` is 1,000 at most.
    ///
    /// # Errors
    ///
    /// Refused for who may not read the log.
    pub async fn search_audit(
        &self,
        caller: &Caller,
        filter: &AuditFilter,
        limit: u64,
        lang: Lang,
    ) -> Result<Vec<AuditEntry>> {
        let Some(search) = self.audit_search(caller, filter, lang).await? else {
            return Ok(Vec::new());
        };
        let found = log::search(&self.inner.store, &search, limit.min(MAX_ENTRIES)).await?;
        Ok(found.into_iter().map(|entry| self.audit_entry(entry, lang)).collect())
    }

    /// Turns a filter into a question that the reader may ask; none where no entry can answer it.
    pub(super) async fn audit_search(
        &self,
        caller: &Caller,
        filter: &AuditFilter,
        lang: Lang,
    ) -> Result<Option<Search>> {
        let regions = self.audit_regions(caller, lang)?;
        let account = match &filter.account {
            None => None,
            Some(login) => {
                let Ok(login) = login.parse::<Login>() else { return Ok(None) };
                let found = kaishu_store::accounts::find(&self.inner.store, &login).await?;
                // Whether there is such an account is told to nobody here.
                let Some(found) = found else { return Ok(None) };
                Some(found.id)
            }
        };
        let (kind, subject) = (filter.kind.clone(), filter.subject.clone());
        let holds_nul = |text: &Option<String>| text.as_ref().is_some_and(|it| it.contains('\0'));
        if [&kind, &subject, &filter.event].into_iter().any(holds_nul) {
            return Ok(None);
        }
        let began = |day: NaiveDate| end_of_day_in_china(day) - TimeDelta::days(1);
        Ok(Some(Search {
            kind,
            events: filter.event.iter().cloned().collect(),
            subjects: subject.into_iter().collect(),
            account,
            from: filter.from.map(began),
            until: filter.to.map(end_of_day_in_china),
            before: filter.before,
            regions,
            organizations: Vec::new(),
        }))
    }

    /// The regions to which a reader of the log is bound; none for who reads all of it.
    fn audit_regions(&self, caller: &Caller, lang: Lang) -> Result<Option<Vec<String>>> {
        let action = Action::ReadAudit;
        // Only a role that reaches everything covers what belongs nowhere.
        let reads_all = caller.role_for(action, &Subject::default()).is_some();
        if reads_all || caller.came() == Some(Came::Command) {
            return Ok(None);
        }
        if !caller.may_ever(action) {
            return Err(not_covered(caller, action, lang));
        }
        Ok(Some(self.regions_for(caller, action)))
    }

    pub(crate) fn audit_entry(&self, entry: Logged, lang: Lang) -> AuditEntry {
        let acting = self.acting(&entry.event.by, lang);
        let (kind, event) = (kind_word(&entry.kind, lang), event_word(&entry, lang));
        AuditEntry {
            seq: entry.seq,
            at: entry.event.at,
            kind: Worded { code: entry.kind, label: kind },
            event: Worded { code: entry.event.name, label: event },
            subject: entry.subject,
            case: entry.case.map(|(id, _)| id),
            login: entry.event.by.login,
            name: entry.event.by.name,
            acting,
            reason: entry.event.body.reason,
            facts: entry.event.body.facts,
            hash: entry.hash,
        }
    }

    /// Lists the kinds of entries there are, with their words.
    pub fn audit_kinds(&self, lang: Lang) -> Vec<(&'static str, String)> {
        let cases = CaseKind::ALL.iter().map(|kind| (kind.as_str(), kind.label(lang).to_owned()));
        let others = KINDS.iter().map(|(code, zh, en)| (*code, lang.pick(*zh, *en).to_owned()));
        cases.chain(others).collect()
    }
}

/// Kinds of acts that belong to no case.
const KINDS: &[(&str, &str, &str)] = &[
    ("dataset", "数据集", "Dataset"),
    ("import", "导入", "Import"),
    ("account", "账号", "Account"),
    ("region", "地区", "Region"),
    ("organization", "机构", "Organization"),
    ("delegation", "委托", "Delegation"),
    ("system", "信息系统", "Information system"),
    ("exchange", "共享通道、返还和回流", "Exchange with other levels"),
    ("order", "责令改正通知", "Rectification order"),
    ("source", "数据不一致", "Data that differs"),
    ("expert", "专家", "Expert"),
    ("vocabulary", "词表和编制规范", "Vocabulary and guide"),
    ("consultation", "公开听取意见", "Public consultation"),
    ("approval", "常设同意", "Standing approval"),
    ("grading", "分级规则", "Grading rules"),
    ("quality", "质量监测", "Monitoring of quality"),
    ("compiler", "编制分工", "Who compiles what"),
    ("agreement_template", "协议文本", "Template of agreements"),
    ("grant", "使用权限", "Grant"),
    ("log", "审计日志", "Audit trail"),
    ("receipt", "获取凭证", "Receipts"),
    ("result", "使用成果", "Results of use"),
    ("webhook", "事件推送", "Webhooks"),
    ("policy", "现行办法", "Regulation in force"),
];

/// Acts that belong to no case.
const EVENTS: &[(&str, &str, &str, &str)] = &[
    ("dataset", "version", "发布新数据", "New data published"),
    ("dataset", "processed", "数据处理", "Data processed"),
    ("dataset", "decided", "处置检出内容", "Finding decided"),
    ("dataset", "measured", "k-匿名检查", "k-anonymity measured"),
    ("dataset", "update_soon", "更新即将到期", "Update due soon"),
    ("dataset", "update_due", "更新今天到期", "Update due today"),
    ("dataset", "update_overdue", "更新逾期", "Update overdue"),
    ("dataset", "urged", "催办", "Urged"),
    ("dataset", "authorised", "附上书面授权", "Authorisation attached"),
    ("dataset", "relaxation_attached", "附上处理记录或者同意书", "Record or consent attached"),
    ("dataset", "material_given", "提交申请材料", "Material of an application given"),
    ("dataset", "material_read", "查阅申请材料", "Material of an application read"),
    ("dataset", "step_attached", "为审查环节附上文件", "File attached for a step"),
    ("dataset", "inspected", "检查发现质量问题", "Fault found by an inspection"),
    ("dataset", "inspection_soon", "质量问题即将到整改期限", "Fault to be mended soon"),
    ("dataset", "inspection_due", "质量问题今天到整改期限", "Fault to be mended today"),
    ("dataset", "inspection_urged", "催办整改质量问题", "Urged to mend a fault"),
    ("dataset", "inspection_overdue", "质量问题逾期未改", "Fault not mended in time"),
    ("dataset", "inspection_closed", "质量问题已改", "Fault mended"),
    ("dataset", "secret_refused", "拒收涉密内容", "Secret refused"),
    (
        "dataset",
        "refused_repeatedly",
        "多次超出授权范围获取被拒",
        "Asked repeatedly beyond a grant",
    ),
    ("dataset", "preview_made", "生成预览链接", "Preview link made"),
    ("dataset", "draft_file_read", "查看未发布的文件", "File of a draft read"),
    ("dataset", "preview_revoked", "撤销预览链接", "Preview link taken back"),
    ("dataset", "reconciled", "与源数据比对", "Compared with the source"),
    ("quality", "looked", "质量监测", "Quality monitored"),
    ("quality", "filed", "登记质量评估报告", "Assessment of quality filed"),
    ("dataset", "delivery_held", "写明持有数据的起始日期", "First day of data stated"),
    ("dataset", "delivery_refused", "依法不归集", "Delivery refused by law"),
    ("dataset", "delivery_exempted", "免予另行报送", "Delivery exempted"),
    ("dataset", "delivery_due", "恢复归集", "Delivery due again"),
    ("policy", "expires_soon", "即将到期", "Ends soon"),
    ("policy", "expired", "有效期已过", "Ended"),
    ("system", "added", "登记信息系统", "System recorded"),
    ("system", "changed", "变更信息系统", "System changed"),
    ("exchange", "added", "登记共享通道、返还或者回流", "Exchange recorded"),
    ("exchange", "changed", "变更共享通道、返还或者回流", "Exchange changed"),
    ("exchange", "answered", "答复返还需求", "Return demand answered"),
    ("order", "issued", "责令改正", "Order issued"),
    ("order", "due_soon", "即将到整改期限", "To be put right soon"),
    ("order", "due_today", "今天到整改期限", "To be put right today"),
    ("order", "escalated", "逾期未整改，已上报", "Overdue and escalated"),
    ("order", "answered", "报告整改情况", "Answered"),
    ("order", "returned", "退回重新整改", "Answer sent back"),
    ("order", "accepted", "核验通过", "Answer accepted"),
    ("source", "open", "提出数据不一致", "Difference recorded"),
    ("source", "propose", "提出协商意见", "Result proposed"),
    ("source", "accept", "协商一致", "Proposal accepted"),
    ("source", "fail", "协商不成，报请协调", "Talks failed"),
    ("source", "settle", "记录协调结果", "Settled by mediation"),
    ("source", "refer", "协调不成，报请决定", "Referred above"),
    ("source", "decide", "记录上级决定", "Decided above"),
    ("import", "imported", "导入目录", "Catalogue imported"),
    ("region", "added", "登记地区", "Region recorded"),
    ("region", "changed", "变更地区信息", "Region changed"),
    ("organization", "added", "登记机构", "Recorded"),
    ("organization", "changed", "变更机构信息", "Record changed"),
    ("organization", "sector_marked", "标注行业主管部门", "Sector marked"),
    ("organization", "guided", "行业指导", "Guidance"),
    ("delegation", "delegated", "委托职能", "Function delegated"),
    ("delegation", "ended", "终止委托", "Delegation ended"),
    ("expert", "appointed", "聘任", "Appointed"),
    ("expert", "ended", "解聘", "Appointment ended"),
    ("expert", "declared", "声明利益冲突", "Conflict of interest declared"),
    ("vocabulary", "added", "增加词条", "Term added"),
    ("vocabulary", "relabelled", "修改词条", "Term changed"),
    ("vocabulary", "retired", "停用词条", "Term retired"),
    ("vocabulary", "offered", "恢复词条", "Term offered again"),
    ("vocabulary", "guide_drafted", "拟定编制规范", "Guide drafted"),
    ("vocabulary", "guide", "发布编制规范", "Guide published"),
    ("consultation", "commented", "提交意见", "Comment"),
    ("consultation", "summarised", "告知意见采纳情况", "Commenters told of the summary"),
    ("consultation", "comments_erased", "意见保存期满删除", "Comments erased after their time"),
    ("grading", "added", "增加分级规则", "Grading rule added"),
    ("grading", "retired", "停用分级规则", "Grading rule retired"),
    ("approval", "recorded", "登记常设同意", "Standing approval recorded"),
    ("approval", "ended", "终止常设同意", "Standing approval ended"),
    ("compiler", "named", "登记编制部门", "Compiler named"),
    ("compiler", "ended", "终止编制分工", "Compiler ended"),
    ("agreement_template", "published", "发布协议文本", "Template published"),
    ("grant", "evidence_exported", "导出履职证据", "Evidence taken"),
    ("account", "platform_accepted", "接受平台协议", "Terms of the platform accepted"),
    ("log", "exported", "导出日志", "Log exported"),
    ("receipt", "sealed", "封存获取凭证", "Receipts sealed"),
    ("log", "begun_anew", "密钥遗失，重新开始日志", "Begun anew after the key was lost"),
    ("account", "made", "开立账号", "Account made"),
    ("account", "registered", "注册", "Registered"),
    ("account", "confirmed", "确认邮箱", "Address confirmed"),
    ("account", "forgotten", "注销未确认的账号", "Unconfirmed account removed"),
    ("account", "enabled", "启用账号", "Account enabled"),
    ("account", "disabled", "停用账号", "Account disabled"),
    ("account", "contract_ended", "合同到期停用", "Contract ended"),
    ("account", "roles_changed", "变更角色", "Roles changed"),
    ("account", "logged_in", "登录", "Logged in"),
    ("account", "identity_joined", "关联统一身份", "Identity joined"),
    ("account", "identity_ended", "解除统一身份关联", "Identity no longer joined"),
    ("account", "proven", "核验身份", "Identity proven"),
    ("account", "proof_withdrawn", "撤销身份核验", "Proof of identity withdrawn"),
    ("account", "locked", "登录锁定", "Login locked"),
    ("account", "session_ended", "结束一个登录", "Session ended"),
    ("account", "sessions_ended", "结束其他登录", "Other sessions ended"),
    ("account", "access_ended", "结束全部登录和令牌", "All sessions and tokens ended"),
    ("account", "password_changed", "修改密码", "Password changed"),
    ("account", "password_reset", "重设密码", "Password reset"),
    ("account", "codes_set_up", "启用验证码", "One-time codes set up"),
    ("account", "codes_given_up", "停用验证码", "One-time codes given up"),
    ("account", "codes_forgotten", "清除验证码", "One-time codes taken away"),
    ("account", "token_made", "新建令牌", "Token made"),
    ("account", "token_ended", "撤销令牌", "Token taken back"),
    ("dataset", "figures_shown", "公布申请前的统计", "Figures shown before applications"),
    ("dataset", "figures_hidden", "停止公布申请前的统计", "Figures shown no more"),
    ("result", "result_registered", "登记成果", "Result registered"),
    ("result", "result_shown", "公开展示成果", "Result shown"),
    ("result", "result_hidden", "不再展示成果", "Result shown no more"),
    ("result", "result_withdrawn", "撤回成果", "Result taken back"),
    ("share", "push_failed", "共享数据推送失败", "Shared data could not be sent"),
    ("webhook", "webhook_registered", "登记推送地址", "Webhook registered"),
    ("webhook", "webhook_rotated", "更换签名密钥", "Secret replaced"),
    ("webhook", "webhook_enabled", "重新启用推送", "Webhook enabled"),
    ("webhook", "webhook_disabled", "推送失败停用", "Webhook disabled"),
    ("webhook", "webhook_ended", "停止推送", "Webhook taken away"),
];

fn kind_word(kind: &str, lang: Lang) -> String {
    if let Ok(case) = kind.parse::<CaseKind>() {
        return case.label(lang).to_owned();
    }
    let known = KINDS.iter().find(|(code, _, _)| *code == kind);
    known.map_or(kind, |(_, zh, en)| lang.pick(*zh, *en)).to_owned()
}

pub(super) fn event_word(entry: &Logged, lang: Lang) -> String {
    let name = entry.event.name.as_str();
    if let Ok(case) = entry.kind.parse::<CaseKind>() {
        return machine(case).label(name, lang).unwrap_or(name).to_owned();
    }
    let known = EVENTS.iter().find(|(kind, event, _, _)| *kind == entry.kind && *event == name);
    known.map_or(name, |(_, _, zh, en)| lang.pick(*zh, *en)).to_owned()
}
