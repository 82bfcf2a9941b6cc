//! All rules of a profile, in one table: key, type and words. The structures, the reader, the list
//! of keys and the view all come from it (section 3 of the requirements).

use kaishu_types::register::{Connection, DeliveryPart};
use kaishu_types::rules::RuleView;
use kaishu_types::vocabulary::{Frequency, OpenClass, OrganizationKind, RegionLevel, ShareClass};

use super::extension::{AnyNumber, LongerClock};
use super::read::{Reader, full_key};
use super::ruled::Ruled;
use super::structure::{
    AttributionRule, ClassBasis, DisputeChain, KindCreators, QualityMonitor, ReviewStep, Sentence,
    Validity,
};
use super::value::{Days, Months, WorkingDays, Years};
use super::vocabulary::*;

macro_rules! rules {
    ($(
        $(#[$meta:meta])*
        $group:ident $field:ident ($table:literal) {
            $($key:ident: $kind:ty = $zh:literal, $en:literal;)+
        }
    )+) => {
        $(
            $(#[$meta])*
            #[derive(Debug, Clone, PartialEq, Eq)]
            pub struct $group {
                $(#[doc = $en] pub $key: Ruled<$kind>,)+
            }

            impl $group {
                fn read(reader: &mut Reader<'_, '_>, parent: Option<&Self>) -> Option<Self> {
                    // All are read before any is missed, so that every fault is reported.
                    $(let $key = reader.rule($table, stringify!($key), parent.map(|p| &p.$key));)+
                    Some(Self { $($key: $key?,)+ })
                }

                fn views(&self) -> Vec<RuleView> {
                    vec![$(self.$key.view(&full_key($table, stringify!($key)), $zh, $en),)+]
                }
            }
        )+

        /// The rules of a profile, a structure for each table of the file.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct Rules {
            $($(#[$meta])* pub $field: $group,)+
        }

        impl Rules {
            /// Every key as (table, name); the table is empty for keys at the top of the file.
            pub const KEYS: &'static [(&'static str, &'static str)] =
                &[$($(($table, stringify!($key)),)+)+];

            pub(crate) fn read(reader: &mut Reader<'_, '_>, parent: Option<&Self>) -> Option<Self> {
                $(let $field = $group::read(reader, parent.map(|p| &p.$field));)+
                Some(Self { $($field: $field?,)+ })
            }

            /// Lists every rule as people read it, with the table it stands in.
            pub(crate) fn views(&self) -> Vec<(&'static str, Vec<RuleView>)> {
                vec![$(($table, self.$field.views()),)+]
            }
        }
    };
}

rules! {
    /// Rules that stand at the top of the file.
    General general ("") {
        modules: Vec<Module> = "启用的模块", "Modules in use";
        base_dbs: Vec<BaseDatabase> = "基础数据库", "Base databases";
        emergency: Vec<EmergencyDuty> = "突发事件中的数据", "Data in emergencies";
        fees: Fees = "收费", "Fees";
        priority: Sentence = "重点和优先开放的数据", "What is opened first";
        priority_topics: AnyNumber<PriorityTopic> = "重点领域清单", "Priority topics";
        assessment: Sentence = "考核评估", "Assessment";
        zones: Vec<RegionLevel> = "设置专区的层级", "Levels with a zone";
        organization_kinds: Vec<OrganizationKind> = "适用的单位", "Bodies it covers";
        validity: Validity = "施行与有效期", "Validity";
    }
    /// Logging in.
    Login login ("login") {
        unconditional: bool = "获取无条件开放数据是否须登录", "Whether open data needs a login";
    }
    /// Applications for conditionally open data.
    OpenApplication open_app ("open_app") {
        reply_wd: WorkingDays = "开放申请答复期限", "Time to answer an application";
        clock_start: ClockStart = "开放申请期限起算", "The time to answer runs from";
        approvers: Vec<Party> = "开放申请审核方", "Who approves an application";
        order: ApprovalOrder = "开放申请审核次序", "Order of approvals";
        filing: Filing = "开放备案", "Filing";
        fields: Vec<ApplicationField> = "开放申请须写明", "What an application says";
        complete_wd: WorkingDays = "申请补正期限", "Time to complete an application";
    }
    /// Applications for conditionally shared data.
    ShareApplication share_app ("share_app") {
        reply_wd: WorkingDays = "共享申请答复期限", "Time to answer an application";
        clock_start: ClockStart = "共享申请期限起算", "The time to answer runs from";
        approvers: Vec<Party> = "共享申请审核方", "Who approves an application";
        fields: Vec<ApplicationField> = "共享申请须写明", "What an application says";
        refusal: Vec<RefusalContent> = "不同意共享时须说明", "What a refusal says";
        offline: bool = "是否允许线下共享", "Whether sharing offline is allowed";
        verify_service: bool = "不符合条件时是否提供核实比对", "Whether data is verified for those who may not have it";
        no_resubmission: bool = "可以通过共享取得的电子文件是否不得再要求申请人提供", "Whether applicants may not be asked for what can be had by sharing";
        paper_effect: bool = "通过共享取得的文书、证照、合同是否与纸质原件具有同等效力", "Whether a document that was had by sharing counts as its paper original";
    }
    /// Corrections (校核).
    Correction correction ("correction") {
        reply_wd: WorkingDays = "校核期限", "Time to verify";
        extended_total_wd: WorkingDays = "校核延长后合计期限", "Time to verify in all when extended";
        referral_wd: WorkingDays = "主管部门转交校核期限", "Time for the authority to pass a correction on";
        who: Party = "谁可以申请校核", "Who may ask for a correction";
        addressee: Vec<Party> = "校核向谁提出", "Whom to ask for a correction";
        via_authority: bool = "校核是否可向主管部门提出", "Whether the authority may be asked for a correction";
    }
    /// Upkeep of the catalogue.
    Catalogue catalogue ("catalogue") {
        update_wd: WorkingDays = "目录更新期限", "Time to update an entry";
        report_wd: WorkingDays = "更新后报送期限", "Time to report the update";
        triggers: Vec<CatalogueTrigger> = "须更新目录的情形", "What makes an update due";
        approver: Vec<Party> = "目录审核发布", "Who reviews and publishes";
        mandatory: Vec<CatalogueField> = "目录必填内容", "Mandatory fields";
        acquisition: Vec<AcquisitionStatement> = "数据获取须写明", "What is said of how data was acquired";
        list_none: bool = "是否公开列出不予开放的目录", "Whether entries that are not open are listed";
        creators: KindCreators = "各类目录由谁编制", "Who compiles which kind of entry";
        one_source: bool = "已经可以共享的数据项是否不得重复采集", "Whether what can be shared already may not be collected again";
        source_dispute: Vec<DisputeStep> = "不同单位的同类数据不一致时", "When data of two providers differs";
        stationed_authorisation: bool = "派驻机构的数据是否须附书面授权", "Whether data of a stationed agency comes with its authorisation";
        county_consent: bool = "县级个性化目录是否须经上级主管部门同意", "Whether an entry of a county authority needs the consent of the authority above";
        missing_entries: bool = "目录外开放的资源是否登记补编", "Whether what is open without an entry is registered";
        missing_wd: WorkingDays = "补编目录期限", "Time to compile a missing entry";
    }
    /// What agencies bring together on the platform, and how their systems are joined to it.
    Aggregation aggregation ("aggregation") {
        parts: Vec<DeliveryPart> = "须归集的内容", "What agencies deliver";
        refusal: Vec<NormLevel> = "可以不归集的依据", "Norms by which a delivery can be refused";
        connection: Vec<Connection> = "信息系统的接入方式", "How systems are joined to the platform";
        upper_system: bool = "使用上级统建系统的是否免予另行报送", "Whether users of an upper unit’s system are exempt from delivering again";
        new_channels: bool = "可否在平台以外新建共享交换通道", "Whether channels of exchange beside the platform may be added";
        base: Vec<Frequency> = "基础数据库目录的更新频率", "How often entries of base databases are updated";
    }
    /// Projects that build systems.
    Project project ("project") {
        before: Vec<ProjectDemand> = "信息化项目立项前", "Before an IT project is approved";
        acceptance: Vec<AcceptanceDemand> = "信息化项目验收", "Acceptance of an IT project";
    }
    /// Classes of opening and sharing.
    Class class ("class") {
        open_basis: ClassBasis = "开放类型的理由和依据", "Grounds of open classes";
        share_basis: ClassBasis = "共享类型的理由和依据", "Grounds of share classes";
        open_default: OpenClass = "默认开放类型", "Open class by default";
        share_default: ShareClass = "默认共享类型", "Share class by default";
        dispute: DisputeChain = "类型争议的处理", "Disputes on a class";
        dispute_wd: WorkingDays = "类型争议每一环节期限", "Time for each step of a dispute on a class";
        share_ties: bool = "行政许可、并联审批和办公协同数据是否限定共享类型", "Whether data tied to licences or office work has its share class given";
        reassess_months: Months = "非无条件开放数据重新评估的间隔", "Time between re-assessments of what is not unconditional";
        reassess_wd: WorkingDays = "重新评估期限", "Time for a re-assessment";
    }
    /// Review before opening.
    Review review ("review") {
        steps: Vec<ReviewStep> = "审查环节", "Steps of the review";
        reply_wd: WorkingDays = "每一环节期限", "Time for each step";
        consultation_days: Days = "公开听取意见的最短期间", "Shortest time of a public consultation";
    }
    /// Agreements.
    Agreement agreement ("agreement") {
        docs: Vec<AgreementDocument> = "获取有条件开放数据须签署", "Documents to sign for conditional data";
        offer_wd: WorkingDays = "申请人签署期限", "Time for the applicant to sign";
        countersign_wd: WorkingDays = "提供单位签署期限", "Time for the provider to sign";
    }
    /// Objections to opened data.
    Objection objection ("objection") {
        order: ObjectionOrder = "收到异议后中止与核实的次序", "Suspending and verifying on an objection";
        evidence: Evidence = "异议的证据材料", "Evidence of an objection";
        grounds: Vec<ObjectionGround> = "异议理由", "Grounds of an objection";
        suspend_wd: WorkingDays = "收到异议后决定是否中止的期限", "Time to decide on suspension";
        reply_wd: WorkingDays = "异议结果反馈期限", "Time to answer an objection";
        outcomes: Vec<ObjectionOutcome> = "异议处理结果", "Outcomes of an objection";
    }
    /// Risks that a publisher finds.
    Risk risk ("risk") {
        self_suspend: SelfSuspension = "自行发现安全风险时", "When a publisher finds a risk";
    }
    /// Reconsideration of an objection.
    Appeal appeal ("appeal") {
        body: Party = "复核机关", "Who decides an appeal";
        reply_wd: WorkingDays = "复核答复期限", "Time to decide an appeal";
        filing_wd: WorkingDays = "申请复核的期限", "Time to file an appeal";
    }
    /// Demands for data outside the catalogue.
    Demand demand ("demand") {
        reply_wd: WorkingDays = "目录外需求答复期限", "Time to answer a demand";
    }
    /// Accounts: of agencies, and of the people who use data.
    Account account ("account") {
        reply_wd: WorkingDays = "账户申请答复期限", "Time to answer an account request";
        proofing: Proofing = "身份核验方式", "Proof of identity";
        biometrics: Biometrics = "生物识别信息", "Biometrics";
    }
    /// Naming the source.
    Attribution attribution ("attribution") {
        rule: AttributionRule = "注明来源", "Attribution";
    }
    /// Rating by users.
    Rating rating ("rating") {
        dims: Vec<QualityDimension> = "用户评价维度", "Dimensions of ratings";
    }
    /// Quality of data.
    Quality quality ("quality") {
        dims: Vec<QualityDimension> = "质量维度", "Dimensions of quality";
        monitor: QualityMonitor = "质量检查", "Monitoring of quality";
    }
    /// Reports on use.
    UsageReport usage_report ("usage_report") {
        interval: Months = "使用情况报告间隔", "Interval of usage reports";
        reply_wd: WorkingDays = "提交使用情况报告、答复询问的期限", "Time to report on use, or to answer a question";
    }
    /// Violations.
    Violation violation ("violation") {
        closure: Closure = "违规使用时的权限", "Access after a violation";
        types: Vec<ViolationType> = "违规情形", "Types of violations";
        statement_wd: WorkingDays = "使用者陈述申辩的期限", "Time for the user's statement";
        correct_wd: WorkingDays = "改正期限", "Time to correct a violation";
    }
    /// Reports of unlawful use.
    Report report ("report") {
        channel: ReportChannel = "谁可以举报违规使用", "Who may report unlawful use";
    }
    /// Contractors.
    Outsourcing outsourcing ("outsourcing") {
        end: Vec<OutsourcingDuty> = "委托终止时", "When a contract ends";
    }
    /// Security incidents.
    Incident incident ("incident") {
        notify: Vec<Party> = "安全事件告知", "Who is told of an incident";
    }
    /// More time for those who have to do something.
    Extension extension ("extension") {
        clocks: AnyNumber<LongerClock> = "经批准可以延长一次的期限", "Deadlines that may be longer once";
    }
    /// Orders to correct.
    Rectify rectify ("rectify") {
        issuer: Vec<Party> = "谁责令改正", "Who orders correction";
    }
    /// How long records are kept.
    Retention retention ("retention") {
        audit: Years = "审计记录保存", "Audit records are kept";
        data: Years = "停止发布后数据版本保存", "Versions are kept after they are withdrawn";
        cases: Years = "结案后案卷保存", "Cases are kept after closing";
    }
}
