//! Who may do what: one table for pages, commands, the HTTP API and the guides (SEC-05).
//!
//! What is not in the table is forbidden. Rules of a case, as in who decides which step, come on top:
//! they can refuse what the table allows, never the other way round.

use kaishu_types::account::{DelegatedFunction, Role, RoleGrant};
use kaishu_types::{Lang, OrganizationCode, RegionCode};

/// How far a permission reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// What belongs to the account itself.
    Own,
    /// What belongs to the organization that the role is held for.
    Organization,
    /// The same, and what belongs to the organizations marked under its sector (ORG-07).
    Sector,
    /// What belongs to the region that the role is held for, and to those below it.
    Region,
    /// The same, as far as it was assigned to the account (ORG-10).
    Assigned,
    /// Everything.
    Portal,
}

impl Reach {
    /// Returns the words people read.
    pub fn label(self, lang: Lang) -> &'static str {
        match self {
            Self::Own => lang.pick("本人", "their own"),
            Self::Organization => lang.pick("本单位", "of their organization"),
            Self::Sector => lang.pick("本单位及本行业", "of their organization and its sector"),
            Self::Region => lang.pick("本地区及下级", "of their region and below"),
            Self::Assigned => lang.pick("本地区指派给本人", "of their region, assigned to them"),
            Self::Portal => lang.pick("全平台", "all"),
        }
    }
}

macro_rules! actions {
    ($($(#[$meta:meta])* $action:ident = $code:literal, $zh:literal, $en:literal
        => [$($role:ident: $reach:ident),* $(,)?];)+) => {
        /// What an account can do.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Action {
            $($(#[$meta])* $action,)+
        }

        impl Action {
            /// All actions, in the order of the work.
            pub const ALL: &'static [Self] = &[$(Self::$action),+];

            /// Returns the code of the action, as in `dataset.edit`.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$action => $code,)+
                }
            }

            /// Returns the words people read.
            pub fn label(self, lang: Lang) -> &'static str {
                match self {
                    $(Self::$action => lang.pick($zh, $en),)+
                }
            }

            /// Lists the roles that may do it, and how far each reaches.
            pub fn roles(self) -> &'static [(Role, Reach)] {
                match self {
                    $(Self::$action => &[$((Role::$role, Reach::$reach)),*],)+
                }
            }
        }
    };
}

actions! {
    /// Look after one's own account: password, sessions, tokens, second factor.
    ManageOwnAccount = "account.own", "管理本人账号", "Look after one's own account" => [
        DataUser: Own, Officer: Own, Head: Own, Reviewer: Own, Expert: Own, Authority: Own,
        CountyAuthority: Own, SectorLead: Own, CyberspaceOffice: Own, PublicSecurity: Own,
        SecrecyDept: Own, CommsAdministration: Own, Auditor: Own, SystemAdmin: Own,
        SecurityAdmin: Own, AuditAdmin: Own,
    ];
    /// See drafts and hidden parts of datasets.
    SeeDrafts = "dataset.see", "查看未公开目录", "See what is not public" => [
        Officer: Organization, Head: Organization, Reviewer: Organization, Authority: Region,
        CountyAuthority: Region, SectorLead: Sector, CyberspaceOffice: Region,
        SecrecyDept: Region, Expert: Assigned,
    ];
    /// Create and edit entries of the catalogue, upload files, publish data versions.
    EditDatasets = "dataset.edit", "编制目录、上传数据", "Edit datasets" => [
        Officer: Organization, Head: Organization,
    ];
    /// Note a change that an entry has to follow (anshan 12, aba 16, guangdong 9).
    NoteChanges = "dataset.note_change", "登记目录变更事项", "Note changes of datasets" => [
        Officer: Organization, Head: Organization, Authority: Region, CountyAuthority: Region,
    ];
    /// Submit an entry to review.
    SubmitDatasets = "dataset.submit", "提交审核", "Submit to review" => [
        Officer: Organization, Head: Organization,
    ];
    /// Decide what becomes of personal data that was found (SEC-21).
    DecideFindings = "finding.decide", "处置检出的敏感内容", "Decide about findings" => [
        Officer: Organization, Head: Organization, Reviewer: Organization,
    ];
    /// Take a step of the review that is the agency's own (anshan 30, yulin 32).
    ReviewForProvider = "review.provider", "办理单位审查环节", "Review for the provider" => [
        Reviewer: Organization, Head: Organization,
    ];
    /// Take a step of the review that is the authority's (anshan 12, aba 31, jiamusi 13).
    ReviewForAuthority = "review.authority", "办理主管部门审核环节", "Review for the authority" => [
        Authority: Region, CountyAuthority: Region,
    ];
    /// Check the catalogue where the regulation names the information centre or the county's authority (yulin 6, 8).
    CheckCatalogue = "review.catalogue", "办理目录审核环节", "Check the catalogue" => [
        Authority: Region, CountyAuthority: Region,
    ];
    /// Agree that a county authority compiles an entry of its own (aba 15).
    ConsentToCounty = "review.county", "同意县级编制个性化目录", "Consent to an entry of a county" => [
        Authority: Region,
    ];
    /// Take a step of the review with the cyberspace office (anshan 28).
    ReviewForCyberspace = "review.cyberspace", "办理网信会同审查", "Review for the cyberspace office" => [
        CyberspaceOffice: Region,
    ];
    /// Take a step of the review with public security (anshan 8, yulin 33).
    ReviewForPublicSecurity = "review.public_security", "办理公安会同审查", "Review for public security" => [
        PublicSecurity: Region,
    ];
    /// Take a step of the review with the secrecy department (aba 38, guangdong 28).
    ReviewForSecrecy = "review.secrecy", "办理保密部门审查", "Review for the secrecy department" => [
        SecrecyDept: Region,
    ];
    /// Give an opinion as an expert (yulin 9, 15).
    GiveOpinion = "review.expert", "出具专家意见", "Give an expert opinion" => [Expert: Assigned];
    /// Publish what was approved.
    PublishDatasets = "dataset.publish", "发布目录", "Publish datasets" => [
        Authority: Region, CountyAuthority: Region,
    ];
    /// Suspend what is public, for a risk or an objection (aba 33, yulin 17).
    SuspendDatasets = "dataset.suspend", "中止开放", "Suspend datasets" => [
        Officer: Organization, Head: Organization, Authority: Region, CountyAuthority: Region,
        CyberspaceOffice: Region, PublicSecurity: Region, SecrecyDept: Region,
        CommsAdministration: Region,
    ];
    /// Restore, withdraw, retire what was public.
    WithdrawDatasets = "dataset.withdraw", "恢复、撤回、下线", "Restore, withdraw, retire" => [
        Head: Organization, Officer: Organization, Authority: Region, CountyAuthority: Region,
    ];
    /// Agree that data is retired or destroyed; nobody takes this over.
    EndDatasets = "dataset.end", "同意下线和销毁", "Agree to an end" => [
        Authority: Region, CountyAuthority: Region,
    ];
    /// Give a dataset to another organization.
    TransferDatasets = "dataset.transfer", "移交目录", "Transfer datasets" => [
        Head: Organization, Authority: Region,
    ];
    /// Dispute the class of a published entry, and consult with the authority about it (aba 24).
    DisputeClasses = "dispute.open", "提出类型争议、协商", "Dispute a class" => [
        Officer: Organization, Head: Organization, Authority: Region, CountyAuthority: Region,
    ];
    /// Consult with another agency about a class (aba 24).
    ConsultAgencies = "dispute.consult", "与争议机构协商", "Consult about a dispute" => [
        Officer: Organization, Head: Organization,
    ];
    /// Mediate a dispute on a class, and record what was decided above (aba 24, jiamusi 5).
    SettleDisputes = "dispute.settle", "处理类型争议", "Settle disputes" => [
        Authority: Region, CountyAuthority: Region,
    ];
    /// Apply for data that is open on conditions, sign its terms, give it back (anshan 27, aba 32, yulin 23,
    /// jiamusi 17).
    ApplyForData = "application.file", "申请使用有条件开放数据", "Apply for conditional data" => [
        DataUser: Own,
    ];
    /// See applications and what came of them.
    SeeApplications = "application.see", "查看开放申请", "See applications" => [
        DataUser: Own, Officer: Organization, Head: Organization, Reviewer: Organization,
        Authority: Region, CountyAuthority: Region, Auditor: Region,
    ];
    /// Decide on an application, for whichever side has not yet (jiamusi 13, yulin 23).
    DecideApplications = "application.decide", "审核开放申请", "Decide on applications" => [
        Reviewer: Organization, Head: Organization, Authority: Region, CountyAuthority: Region,
    ];
    /// Decide on an application for the provider (aba 32).
    DecideForProvider = "application.provider", "办理提供单位审核", "Decide for the provider" => [
        Reviewer: Organization, Head: Organization,
    ];
    /// Decide on an application for the authority (yulin 23, jiamusi 13).
    DecideForAuthority = "application.authority", "办理主管部门审核", "Decide for the authority" => [
        Authority: Region, CountyAuthority: Region,
    ];
    /// Sign an agreement for the provider (aba 32, yulin 29).
    SignForProvider = "agreement.sign", "代表提供单位签署协议", "Sign for the provider" => [
        Head: Organization,
    ];
    /// Write the provider's own templates of agreements (yulin 30).
    KeepTemplates = "agreement.template", "制定本单位协议文本", "Keep templates of agreements" => [
        Officer: Organization, Head: Organization,
    ];
    /// Write the templates of providers that have none, and the terms of the platform (yulin 29, 30).
    KeepDefaultTemplates = "agreement.default", "制定通用协议文本、平台协议", "Keep default templates and the terms of the platform" => [
        Authority: Region, CountyAuthority: Region,
    ];
    /// Take the evidence of a grant away (yulin 37).
    ExportEvidence = "grant.evidence", "导出履职证据", "Export the evidence of a grant" => [
        Officer: Organization, Head: Organization, Authority: Region, CountyAuthority: Region,
    ];
    /// File a grant before data is obtained (jiamusi 13).
    FileGrants = "grant.file", "备案数据获取", "File grants" => [
        Authority: Region, CountyAuthority: Region,
    ];
    /// Suspend, restore or revoke a grant (yulin 30, aba 42).
    SuspendGrants = "grant.suspend", "中止、恢复、收回使用权限", "Suspend grants" => [
        Officer: Organization, Head: Organization, Authority: Region, CountyAuthority: Region,
    ];
    /// Report on the use of what was granted, answer questions and accusations (yulin 29, aba 42).
    ReportUse = "usage.report", "报告使用情况、答复询问、陈述申辩", "Report on one's use" => [
        DataUser: Own,
    ];
    /// Read reports on use and ask about it (yulin 29).
    FollowUse = "usage.follow", "查阅使用情况报告、询问使用者", "Follow the use of data" => [
        Officer: Organization, Head: Organization, Authority: Region, CountyAuthority: Region,
    ];
    /// Open, confirm and settle violations under a grant (aba 42, yulin 30).
    HandleViolations = "violation.handle", "处理违规使用", "Handle violations" => [
        Officer: Organization, Head: Organization, Authority: Region, CountyAuthority: Region,
    ];
    /// See what may be shared, and requests for it on either side (anshan 21, aba 25, guangdong 19, jiamusi 15).
    SeeShares = "share.see", "查看共享目录和共享申请", "See the share catalogue and share requests" => [
        Officer: Organization, Head: Organization, Reviewer: Organization, Authority: Region,
        CountyAuthority: Region,
    ];
    /// Take shared data, ask for it, say who uses it, give it back (anshan 22, guangdong 19, jiamusi 15).
    RequestShares = "share.request", "获取、申请共享数据", "Take and request shared data" => [
        Officer: Organization, Head: Organization,
    ];
    /// Mediate between agencies after a refusal, and record what was decided above (gd-F3 22, jiamusi 5).
    MediateShares = "share.mediate", "调解共享争议", "Mediate about sharing" => [
        Authority: Region, CountyAuthority: Region,
    ];
    /// Ask for an account to be made, changed or ended (yulin 21).
    RequestAccounts = "account.request", "申请开立、变更、注销账号", "Request accounts" => [
        Officer: Organization, Head: Organization,
    ];
    /// Answer such a request (yulin 21).
    DecideAccounts = "account.decide", "办理账号申请", "Decide account requests" => [
        Authority: Region, CountyAuthority: Region,
    ];
    /// Record who the person behind an account is, from an identity document (aba 18).
    ProveIdentity = "account.prove", "核验账号身份", "Record who somebody is" => [
        Authority: Region, CountyAuthority: Region,
    ];
    /// Keep the records of organizations: head, officers, contracts (ORG-01, ORG-02).
    KeepOrganizations = "organization.keep", "维护机构信息", "Keep organizations" => [
        Head: Organization, Authority: Region, CountyAuthority: Region,
    ];
    /// Keep the records of regions: what their zones say, their data authorities, new ones (ORG-04, ZON-01).
    KeepRegions = "region.keep", "维护地区", "Keep regions" => [
        Authority: Region, CountyAuthority: Region,
    ];
    /// Hand functions of the authority to another organization (yulin 6, guangdong 7).
    Delegate = "authority.delegate", "委托职能", "Delegate functions" => [Authority: Region];
    /// Appoint experts (yulin 9).
    AppointExperts = "expert.appoint", "聘任专家", "Appoint experts" => [Authority: Region];
    /// Assign experts to a review (yulin 15).
    AssignExperts = "expert.assign", "指派专家", "Assign experts" => [Authority: Region];
    /// Record what the cyberspace office approved for a whole category (anshan 28).
    KeepApprovals = "approval.keep", "登记常设同意", "Record standing approvals" => [
        Authority: Region, CyberspaceOffice: Region,
    ];
    /// Name the body that compiles a base register or a topic (anshan 11, guangdong 10, aba 19).
    NameCompilers = "compiler.name", "确定目录编制部门", "Name who compiles which entries" => [
        Authority: Region,
    ];
    /// Register what is open without an entry (yulin 15).
    ReportMissing = "missing.report", "登记目录外开放的资源", "Register what is open without an entry" => [
        Officer: Organization, Head: Organization, Authority: Region, CountyAuthority: Region,
        CyberspaceOffice: Region, Auditor: Region,
    ];
    /// Keep vocabularies and compiling guides (CAT-03).
    KeepVocabularies = "vocabulary.keep", "维护词表和编制规范", "Keep vocabularies" => [Authority: Region];
    /// Keep the rules by which data gets its security level (anshan 39, yulin 14).
    KeepGrading = "grading.keep", "维护分级规则", "Keep grading rules" => [Authority: Region];
    /// See what is overdue, and who is late (guangdong 30).
    Supervise = "supervision.see", "督办监测", "Supervise" => [
        Authority: Region, CountyAuthority: Region, SectorLead: Sector,
        CyberspaceOffice: Region, PublicSecurity: Region, SecrecyDept: Region,
        CommsAdministration: Region, Auditor: Region,
    ];
    /// Urge whoever is late (aba 20, guangdong 30).
    Urge = "supervision.urge", "催办", "Urge" => [Authority: Region, CountyAuthority: Region];
    /// See orders to put something right, and what was answered (SUP-05).
    SeeOrders = "order.see", "查看责令改正通知", "See rectification orders" => [
        Officer: Organization, Head: Organization, Authority: Region, CountyAuthority: Region,
        SectorLead: Sector, CyberspaceOffice: Region, Auditor: Region,
    ];
    /// Record an order in the name of who issues it, and verify what was answered (anshan 49, guangdong 29, aba 41,
    /// yulin 35, jiamusi 24).
    IssueOrders = "order.issue", "下达责令改正通知、核验整改", "Issue rectification orders" => [
        Authority: Region, CountyAuthority: Region,
    ];
    /// Answer what one's agency was ordered to put right.
    AnswerOrders = "order.answer", "答复责令改正通知", "Answer rectification orders" => [
        Officer: Organization, Head: Organization,
    ];
    /// Give more time to those of one's agency (aba 20).
    GrantExtensions = "extension.grant", "批准延期", "Grant more time" => [Head: Organization];
    /// Post guidance to the organizations of a sector (anshan 9, 11, yulin 7).
    GuideSector = "sector.guide", "行业指导", "Guide a sector" => [SectorLead: Sector];
    /// See what was found to be risky, and what was done about it (anshan 8, aba 38, yulin 34).
    SeeRisks = "risk.see", "查看风险", "See risks" => [
        Authority: Region, CountyAuthority: Region, CyberspaceOffice: Region, PublicSecurity: Region,
        SecrecyDept: Region, CommsAdministration: Region,
    ];
    /// Read the audit trail (ORG-11, SEC-19): all of it the audit administrator, the others what concerns their region.
    ReadAudit = "audit.read", "查阅审计日志", "Read the audit trail" => [
        AuditAdmin: Portal, Authority: Region, CountyAuthority: Region, CyberspaceOffice: Region, PublicSecurity: Region, SecrecyDept: Region,
        CommsAdministration: Region, Auditor: Region,
    ];
    /// Follow a delivered copy back to its source and its approval, and forth (SEC-02).
    TraceCopies = "trail.read", "追溯数据副本", "Trace copies" => [
        Authority: Region, CountyAuthority: Region, CyberspaceOffice: Region, PublicSecurity: Region,
        SecrecyDept: Region, CommsAdministration: Region, Auditor: Region, AuditAdmin: Portal,
    ];
    /// Inspect the quality of data, set a deadline for its provider and say what mended it (aba 20).
    InspectQuality = "quality.inspect", "检查数据质量", "Inspect the quality of data" => [
        Authority: Region, CountyAuthority: Region,
    ];
    /// File a signed assessment of quality (PUB-07).
    FileAssessments = "assessment.file", "登记质量评估报告", "File assessments of quality" => [
        Authority: Region, CountyAuthority: Region,
    ];
    /// See the registers of systems, deliveries and projects.
    SeeRegisters = "register.see", "查看信息系统、归集和项目登记簿", "See the registers" => [
        Officer: Organization, Head: Organization, Reviewer: Organization, Authority: Region,
        CountyAuthority: Region, SectorLead: Organization, CyberspaceOffice: Region, Auditor: Region,
    ];
    /// Keep the record of an agency's systems, and of what it delivers (anshan 13, jiamusi 7, guangdong 15).
    KeepSystems = "system.keep", "维护信息系统和归集情况", "Keep systems and deliveries" => [
        Officer: Organization, Head: Organization,
    ];
    /// Keep an agency's channels beside the platform, what it wants returned, what came back (guangdong 20, anshan 18,
    /// 24, jiamusi 10).
    KeepExchanges = "exchange.keep", "维护共享通道、返还需求和回流登记", "Keep channels, return demands and backflows" => [
        Officer: Organization, Head: Organization,
    ];
    /// Answer what lower agencies want returned (anshan 24).
    AnswerReturns = "return.answer", "答复数据返还需求", "Answer return demands" => [
        Officer: Organization, Head: Organization, Authority: Region, CountyAuthority: Region,
    ];
    /// Ask the province for data, and say what came of it (anshan 19, guangdong 15, jiamusi 10).
    RequestUpward = "upward.keep", "向上申请数据、登记回流", "Request data from above" => [
        Authority: Region,
    ];
    /// Say that the data of two providers differs on an item: as one of them, as who uses one of them, as the authority
    /// (guangdong 13, aba 26).
    DisputeSources = "source.dispute", "提出数据不一致", "Say that data of two providers differs" => [
        Officer: Organization, Head: Organization, Authority: Region, CountyAuthority: Region,
    ];
    /// Talk with the other provider about which data counts (guangdong 13, aba 26).
    ConsultSources = "source.consult", "协商数据不一致", "Talk about data that differs" => [
        Officer: Organization, Head: Organization,
    ];
    /// Mediate between two providers, and record what was decided above (guangdong 13, aba 26).
    SettleSources = "source.settle", "协调数据不一致", "Mediate about data that differs" => [
        Authority: Region, CountyAuthority: Region,
    ];
    /// Record an IT project and what it plans (aba 12, 13, guangdong 11, jiamusi 7).
    KeepProjects = "project.keep", "登记信息化项目", "Keep IT projects" => [
        Officer: Organization, Head: Organization,
    ];
    /// Review an IT project, or give written advice (aba 12, jiamusi 7).
    ReviewProjects = "project.review", "初审信息化项目、备案验收报告", "Review IT projects" => [
        Authority: Region, CountyAuthority: Region,
    ];
    /// See who has an account, and what it may do (guangdong 28).
    SeeAccounts = "account.see", "查看账号和角色", "See accounts and roles" => [
        SystemAdmin: Portal, SecurityAdmin: Portal, AuditAdmin: Portal,
    ];
    /// Make, disable and unlock accounts.
    ManageAccounts = "account.manage", "开立和停用账号", "Manage accounts" => [SystemAdmin: Portal];
    /// Give and take away roles (guangdong 28).
    AssignRoles = "role.assign", "分配角色", "Assign roles" => [SecurityAdmin: Portal];
    /// See how the system is: jobs, mail, storage.
    RunSystem = "system.run", "系统运行维护", "Run the system" => [SystemAdmin: Portal];
}

/// Lists what whoever takes over a function of the authority may do in its place (ORG-05). What decides
/// about opening stays with the authority; indicators are set outside of the portal.
pub fn delegated(function: DelegatedFunction) -> &'static [Action] {
    match function {
        DelegatedFunction::Catalogue => {
            &[Action::SeeDrafts, Action::CheckCatalogue, Action::PublishDatasets]
        }
        DelegatedFunction::Accounts => &[Action::DecideAccounts],
        DelegatedFunction::Standards => &[Action::KeepVocabularies],
        DelegatedFunction::Indicators => &[],
    }
}

/// Lists the functions with which an action is taken over.
pub fn functions_of(action: Action) -> Vec<DelegatedFunction> {
    let covers = |function: &&DelegatedFunction| delegated(**function).contains(&action);
    DelegatedFunction::ALL.iter().filter(covers).copied().collect()
}

/// Whether a role acts for its organization in a function that was delegated to it: those that decide
/// for an agency do.
pub fn takes_over(role: Role) -> bool {
    matches!(role, Role::Head | Role::Reviewer)
}

/// What an action is done to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Subject {
    /// Whether it belongs to the account that acts.
    pub is_own: bool,
    /// Whether it was assigned to the account that acts (ORG-10).
    pub is_assigned: bool,
    /// The organization it belongs to.
    pub organization: Option<OrganizationCode>,
    /// The region it belongs to, then those above it.
    pub regions: Vec<RegionCode>,
    /// The organization that leads the sector of the one it belongs to (ORG-07).
    pub lead: Option<OrganizationCode>,
    /// The other organization it is between: who disputes a class (CLS-16).
    pub party: Option<OrganizationCode>,
}

/// Finds the role by which somebody may do something to a subject; `None` where nobody of these may.
///
/// The narrowest reach is named first: who may as an officer of the agency acts as one, even where the
/// authority's role would do.
pub fn role_for<'a>(
    roles: &'a [RoleGrant],
    action: Action,
    subject: &Subject,
) -> Option<&'a RoleGrant> {
    let mut found: Option<(Reach, &RoleGrant)> = None;
    for held in roles {
        let reach = action.roles().iter().find(|(role, _)| *role == held.role);
        let Some((_, reach)) = reach else { continue };
        let is_narrower = found.is_none_or(|(narrowest, _)| *reach < narrowest);
        if is_narrower && reaches(*reach, held, subject) {
            found = Some((*reach, held));
        }
    }
    found.map(|(_, held)| held)
}

/// Whether somebody may do something to anything at all: what decides which desks are shown.
pub fn may_ever(roles: &[RoleGrant], action: Action) -> bool {
    roles.iter().any(|held| action.roles().iter().any(|(role, _)| *role == held.role))
}

fn reaches(reach: Reach, held: &RoleGrant, subject: &Subject) -> bool {
    match reach {
        Reach::Own => subject.is_own,
        Reach::Organization => {
            let sides = [&subject.organization, &subject.party];
            held.organization.is_some() && sides.contains(&&held.organization)
        }
        Reach::Sector => {
            let led = [&subject.organization, &subject.lead];
            held.organization.is_some() && led.contains(&&held.organization)
        }
        Reach::Region => held.region.as_ref().is_some_and(|it| subject.regions.contains(it)),
        Reach::Assigned => {
            let is_there = held.region.as_ref().is_some_and(|it| subject.regions.contains(it));
            is_there && subject.is_assigned
        }
        Reach::Portal => true,
    }
}

/// A pair of roles that one person may not hold, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conflict {
    /// The one.
    pub one: Role,
    /// The other.
    pub other: Role,
}

/// Finds two roles that nobody may hold together: two of the three administrators, or one of them and
/// any role that decides (SEC-19, guangdong 28).
pub fn conflict(roles: &[RoleGrant]) -> Option<Conflict> {
    let is_apart =
        |one: Role, other: Role| one.is_admin() && other != one && other != Role::DataUser;
    roles.iter().find_map(|one| {
        let other = roles.iter().find(|other| is_apart(one.role, other.role))?;
        Some(Conflict { one: one.role, other: other.role })
    })
}

/// Writes the table as people read it: an action a line, with who may and how far.
pub fn table(lang: Lang) -> String {
    let mut text = String::new();
    for action in Action::ALL {
        text += &format!("{:<20} {}\n", action.as_str(), action.label(lang));
        for (role, reach) in action.roles() {
            text += &format!("    {:<20} {}\n", role.as_str(), reach.label(lang));
        }
    }
    text
}
