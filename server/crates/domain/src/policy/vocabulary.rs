//! Closed vocabularies of policy profiles: every value a rule may take, with its words.

use kaishu_types::Lang;

macro_rules! choices {
    ($(
        $(#[$meta:meta])*
        $name:ident { $($variant:ident = $code:literal, $zh:literal, $en:literal;)+ }
    )+) => {
        $(
            $(#[$meta])*
            #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
            pub enum $name {
                $(#[doc = $zh] $variant,)+
            }

            impl $name {
                /// All values.
                pub const ALL: &'static [Self] = &[$(Self::$variant),+];

                /// Returns the code used in profiles.
                pub fn as_str(self) -> &'static str {
                    match self {
                        $(Self::$variant => $code,)+
                    }
                }

                /// Returns the words people read.
                pub fn label(self, lang: Lang) -> &'static str {
                    match self {
                        $(Self::$variant => lang.pick($zh, $en),)+
                    }
                }
            }
        )+
    };
}

choices! {
    /// How far a regulation is in force.
    ProfileStatus {
        InForce = "in_force", "现行有效", "in force";
        Amended = "amended", "已被修订", "since amended";
        Draft = "draft", "征求意见稿", "draft for comment";
        Neutral = "neutral", "通用规则", "neutral profile";
    }
    /// A part of the system that a profile switches on (ORG-12).
    Module {
        Share = "share", "共享", "sharing";
        Open = "open", "开放", "opening";
        Operation = "operation", "授权运营", "authorised operation";
    }
    /// A register that several agencies rely on (CAT-05).
    BaseDatabase {
        Population = "population", "人口", "population";
        LegalPerson = "legal_person", "法人", "legal persons";
        NaturalGeo = "natural_geo", "自然资源和空间地理", "natural resources and geospatial";
        ECertificate = "e_certificate", "电子证照", "electronic certificates";
        Credit = "credit", "公共信用", "public credit";
        CityComponent = "city_component", "城市部件", "city components";
    }
    /// What is done about data in an emergency.
    EmergencyDuty {
        AfterDeclaration = "after_declaration", "主管部门依法宣布后启用", "starts when the authority declares an event under law";
        ShareTimely = "share_timely", "依法及时共享", "share in time";
        OpenTimely = "open_timely", "依法及时开放", "open in time";
        UpdateDynamically = "update_dynamically", "按公众需要动态更新", "update as the public needs";
        CollectOffCatalogue = "collect_off_catalogue", "可临时采集目录外数据", "data outside the catalogue may be collected";
        UrgentCollection = "urgent_collection", "可紧急收集", "urgent collection is allowed";
        ClassifyAfterwards = "classify_afterwards", "结束后分类评估", "classify afterwards";
        SealOrDestroy = "seal_or_destroy", "封存或销毁", "seal or destroy";
        StopUses = "stop_uses", "关停相关应用", "stop the uses";
    }
    /// A topic that is opened first (CLS-11); its codes are those of the vocabulary `priority`.
    PriorityTopic {
        PublicSafety = "public_safety", "公共安全", "Public safety";
        PublicHealth = "public_health", "公共卫生", "Public health";
        CityGovernance = "city_governance", "城市治理", "City governance";
        SocialGovernance = "social_governance", "社会治理", "Social governance";
        Livelihood = "livelihood", "民生保障", "Livelihood";
        NaturalResources = "natural_resources", "自然资源", "Natural resources";
        Ecology = "ecology", "生态环境", "Ecology";
        Transport = "transport", "交通出行", "Transport";
        Weather = "weather", "气象", "Weather";
        AdministrativeLicence = "administrative_licence", "行政许可", "Administrative licences";
        EnterpriseCredit = "enterprise_credit", "企业公共信用", "Enterprise public credit";
        UrgentNeed = "urgent_need", "社会迫切需要", "Urgent social need";
        GrowthPotential = "growth_potential", "行业增值潜力显著", "Growth potential";
        StrategicIndustry = "strategic_industry", "产业战略意义重大", "Strategic industry";
        Other = "other", "其他重点和优先开放的数据", "Other data to be opened first";
    }
    /// A deadline that a profile may let be longer (SUP-01).
    ExtendableClock {
        ReviewStep = "review.reply_wd", "审查每一环节", "each step of a review";
        CatalogueUpdate = "catalogue.update_wd", "目录更新", "an update of an entry";
        MissingEntry = "catalogue.missing_wd", "补编目录", "a missing entry";
        Reassessment = "class.reassess_wd", "开放类型评估", "a re-assessment of a class";
        AccountReply = "account.reply_wd", "账号申请答复", "the answer to an account request";
    }
    /// What opening and sharing cost.
    Fees {
        Free = "free", "免费", "free";
        PaidUseMayBeExplored = "paid_use_may_be_explored", "可依法探索有条件有偿使用", "paid use may be explored";
        FreeWithOperationProceeds = "free_with_operation_proceeds", "共享免费；授权运营按收益分配办法", "sharing is free; operation follows its rules on proceeds";
    }
    /// The day from which a regulation is valid.
    ValidityStart {
        Promulgation = "promulgation", "自公布之日起施行", "from promulgation";
        FixedDate = "fixed_date", "自规定日期起施行", "from a fixed date";
        Blank = "blank", "施行日期空缺", "the date is blank";
    }
    /// The event from which the time to answer runs.
    ClockStart {
        Receipt = "receipt", "答复单位收到申请", "receipt by the body that answers";
        PlatformReceipt = "platform_receipt", "平台收到申请", "receipt by the platform";
    }
    /// Somebody who acts.
    Party {
        Authority = "authority", "数据主管部门", "data authority";
        CountyAuthority = "county_authority", "县级数据主管部门", "county data authority";
        Provider = "provider", "数据提供部门", "provider";
        Collector = "collector", "数据采集部门", "collector";
        InformationCentre = "information_centre", "信息中心", "information centre";
        LocalGovernment = "local_government", "本级人民政府", "government of the level";
        SuperiorAuthority = "superior_authority", "上级主管部门", "superior department";
        RelevantDepartment = "relevant_department", "有关主管部门", "relevant department";
        LeadingGroup = "leading_group", "领导小组", "leading group";
        CyberspaceOffice = "cyberspace_office", "网信部门", "cyberspace office";
        PublicSecurity = "public_security", "公安部门", "public security";
        SecrecyDepartment = "secrecy_department", "保密部门", "secrecy department";
        SectorLead = "sector_lead", "行业主管部门", "sector department";
        ExpertCommittee = "expert_committee", "专家委员会", "expert committee";
        ThirdParty = "third_party", "第三方机构", "third party";
        RightsHolder = "rights_holder", "相关权利人", "rights holders";
        UsingAgency = "using_agency", "数据使用部门", "using agency";
        DataUser = "data_user", "数据使用主体", "user of the data";
        Anyone = "anyone", "任何单位和个人", "any person or organisation";
    }
    /// By how many methods it is proven who somebody is (ORG-09); no profile asks for more than one.
    Proofing {
        OneMethod = "one_method", "任选一种方式，一种就够", "any one method, and one is enough";
    }
    /// Whether parts of a body are taken to prove who somebody is (ORG-09); no profile does.
    Biometrics {
        Never = "never", "不采集指纹、虹膜、人脸", "no fingerprint, iris or face is ever asked for";
    }
    /// How several approvals follow each other.
    ApprovalOrder {
        Single = "single", "一方审核", "one approval";
        Parallel = "parallel", "并行审核，均须同意", "in parallel, all must approve";
        Sequential = "sequential", "依次审核，均须同意", "one after the other, all must approve";
    }
    /// What is filed before data is obtained.
    Filing {
        Automatic = "automatic", "自动登记编号", "a number is given automatically";
        BeforeAccess = "before_access", "获取前备案", "filed before access";
    }
    /// What an application must say.
    ApplicationField {
        Title = "title", "申请标题", "title";
        Reason = "reason", "事由", "reason";
        Purpose = "purpose", "用途", "purpose";
        ApplicationType = "application_type", "申请类型", "type of application";
        DataItems = "data_items", "数据项", "data items";
        Period = "period", "使用期限", "period of use";
        ResultForm = "result_form", "成果形式", "form of the result";
        Basis = "basis", "使用依据", "legal basis";
        Scope = "scope", "使用范围", "scope of use";
        Mode = "mode", "使用方式", "mode of use";
        RelatedNeeds = "related_needs", "相关需求", "related needs";
        BusinessMatter = "business_matter", "具体业务", "business matter";
    }
    /// What a refusal must say.
    RefusalContent {
        Reason = "reason", "理由", "the reason";
        BasisLawRegulation = "basis_law_regulation", "法律、法规依据", "the law or regulation";
        BasisLawRegulationRule = "basis_law_regulation_rule", "法律、法规、规章依据", "the law, regulation or rule";
    }
    /// Who compiles entries of a kind (CAT-04).
    EntryCreator {
        Agency = "agency", "提供单位", "the agency itself";
        NamedBody = "named_body", "主管部门登记的编制部门", "the body that the authority named";
        UpperAuthority = "upper_authority", "最上级数据主管部门", "the data authority of the highest level";
    }
    /// An event after which a catalogue entry must be updated.
    CatalogueTrigger {
        LawChanged = "law_changed", "依据的法律、法规、规章变化", "the law changed";
        FunctionChanged = "function_changed", "行政管理职能变化", "functions changed";
        SystemUpdated = "system_updated", "信息系统更新完成", "a system was updated";
        Other = "other", "其他涉及数据变化的情形", "other changes";
    }
    /// What an entry says of how its data was acquired (CAT-14).
    AcquisitionStatement {
        Mode = "mode", "获取方式", "the mode";
        Duty = "duty", "收集数据的法定职责", "the duty, where data is collected";
        Necessity = "necessity", "收集数据的必要性", "the necessity, where data is collected";
    }
    /// A mandatory field of the catalogue (section 4 of the requirements).
    CatalogueField {
        Title = "title", "名称", "title";
        Code = "code", "目录编码", "code";
        Summary = "summary", "数据摘要", "summary";
        Domain = "domain", "数据领域", "domain";
        Classification = "classification", "分类", "classification";
        Source = "source", "数据来源", "source";
        MgmtResponsibility = "mgmt_responsibility", "管理职责", "management duty";
        ResponsibleParty = "responsible_party", "责任方", "responsible party";
        Collector = "collector", "采集部门", "collector";
        Certifier = "certifier", "核准部门", "certifier";
        Provider = "provider", "提供部门", "provider";
        DataForm = "data_form", "数据形式", "form";
        Format = "format", "格式", "format";
        Items = "items", "数据项", "data items";
        Metadata = "metadata", "元数据", "metadata";
        Attributes = "attributes", "属性", "attributes";
        UpdateFrequency = "update_frequency", "更新频率", "update frequency";
        ShareClass = "share_class", "共享类型", "share class";
        ShareContent = "share_content", "共享内容", "share content";
        ShareConditions = "share_conditions", "共享条件", "share conditions";
        ShareScope = "share_scope", "共享范围", "share scope";
        ShareMode = "share_mode", "共享方式", "share mode";
        OpenClass = "open_class", "开放类型", "open class";
        OpenConditions = "open_conditions", "开放条件", "open conditions";
        UsageRequirements = "usage_requirements", "使用要求", "usage requirements";
        SecurityLevel = "security_level", "安全级别", "security level";
    }
    /// What a project needs before it is approved (CAT-13).
    ProjectDemand {
        Catalogue = "catalogue", "预编项目数据资源目录", "a catalogue of the entries it plans";
        InitialReview = "initial_review", "政府投资项目报数据主管部门初审", "the authority’s initial review, where the government pays";
        SecurityPlan = "security_plan", "提交数据安全建设方案，未提供的由主管部门出具书面建议", "a data-security construction plan, else written advice of the authority";
        Voluntary = "voluntary", "不作要求，可以自愿登记", "nothing; projects may be recorded";
    }
    /// What a project needs at its acceptance (CAT-13).
    AcceptanceDemand {
        Entries = "entries", "项目目录全部纳入平台目录", "every planned entry is in the catalogue";
        Goals = "goals", "报告建设目标和任务", "a report on goals and tasks";
        Functions = "functions", "报告系统功能", "a report on functions";
        SharingOpening = "sharing_opening", "报告数据共享开放", "a report on sharing and opening";
        SecurityLevel = "security_level", "报告安全等级保护", "a report on graded protection";
        Standards = "standards", "报告标准化建设", "a report on standards";
        Voluntary = "voluntary", "不作要求，可以自愿登记", "nothing; projects may be recorded";
    }
    /// What must be stated when a class is not unconditional.
    ClassStatement {
        Ground = "ground", "说明理由", "state the ground";
        Basis = "basis", "提供依据", "give the legal basis";
        GroundOrBasis = "ground_or_basis", "具有所列理由或依据之一", "have a listed ground or a legal basis";
        Conditions = "conditions", "明确条件", "state the conditions";
    }
    /// The level of a norm that can justify a class.
    NormLevel {
        Law = "law", "法律", "law";
        AdministrativeRegulation = "administrative_regulation", "行政法规", "administrative regulation";
        LocalRegulation = "local_regulation", "地方性法规", "local regulation";
        Rule = "rule", "规章", "rule";
        NationalPolicy = "national_policy", "国家政策规定", "national policy";
        ProvincialPolicy = "provincial_policy", "省级政策规定", "provincial policy";
        Other = "other", "其他依据", "other basis";
    }
    /// A ground on which data is not open, or open on conditions (CLS-06, CLS-07).
    ClassGround {
        StateSecret = "state_secret", "国家秘密", "state secret";
        LegalSecrecy = "legal_secrecy", "应当依法保密", "must be kept secret by law";
        EndangersSecurity = "endangers_security", "可能危及国家安全、公共安全等", "may endanger state or public security";
        TradeSecret = "trade_secret", "商业秘密", "trade secret";
        PersonalPrivacy = "personal_privacy", "个人隐私", "personal privacy";
        PersonalInfo = "personal_info", "个人信息", "personal information";
        ConfidentialBusiness = "confidential_business", "保密商务信息", "confidential business information";
        AcquisitionAgreement = "acquisition_agreement", "数据获取协议约定不得开放", "the acquisition agreement forbids it";
        LawForbids = "law_forbids", "法律、法规等规定不得开放", "the law forbids it";
        HighDemands = "high_demands", "对数据安全和处理能力要求较高", "high demands on security and capacity";
        SpecificLicence = "specific_licence", "需依法授权特定对象", "licensed to specific persons";
        Timeliness = "timeliness", "时效性较强", "strong timeliness";
        Continuity = "continuity", "需要持续获取", "continuous acquisition";
        LimitedUse = "limited_use", "限定对象、用途、使用范围等", "limited users, uses or scope";
    }
    /// A step by which a dispute on a class is settled (CLS-16).
    DisputeStep {
        Consultation = "consultation", "双方协商", "consultation";
        Authority = "authority", "数据主管部门协商", "data authority";
        LocalGovernment = "local_government", "本级人民政府决定", "decision of the government";
        LeadingGroup = "leading_group", "领导小组协调", "leading group";
    }
    /// A step of the review before opening (REV-02).
    ReviewStepKind {
        SecuritySecrecy = "security_secrecy", "安全保密审查", "security and secrecy review";
        Secrecy = "secrecy", "保密审查", "secrecy review";
        CyberspaceReview = "cyberspace_review", "网信会同审查", "joint review with the cyberspace office";
        CatalogueCheck = "catalogue_check", "目录审核", "catalogue check";
        AuthorityReview = "authority_review", "主管部门审核", "review by the authority";
        GradingAssessment = "grading_assessment", "分类分级评估", "grading assessment";
        Legality = "legality", "合法性审查", "legality review";
        ExpertHearing = "expert_hearing", "专家论证会", "expert hearing";
        ExpertCommittee = "expert_committee", "专家委员会审查", "expert committee review";
        PublicConsultation = "public_consultation", "公开听取意见", "public consultation";
        ProviderConsent = "provider_consent", "提供部门同意", "consent of the provider";
        AuthorityConsent = "authority_consent", "主管部门同意", "consent of the authority";
        Filing = "filing", "备案", "filing";
        Application = "application", "申请审核", "decision on an application";
    }
    /// When a step of the review is needed (REV-05).
    ReviewTrigger {
        Always = "always", "每次", "always";
        LegalIssue = "legal_issue", "涉及法律问题", "on legal issues";
        SpecialisedIssue = "specialised_issue", "涉及专业性较强问题", "on specialised issues";
        SecretOrPrivacy = "secret_or_privacy", "涉及商业秘密或个人隐私", "on trade secrets or privacy";
        PublicInterest = "public_interest", "涉及群体切身利益或公众普遍关注", "on matters of public interest";
    }
    /// A document that is signed before access (AGR-01).
    AgreementDocument {
        CommitmentLetter = "commitment_letter", "安全承诺书", "security commitment";
        UsageAgreement = "usage_agreement", "使用协议", "usage agreement";
        PlatformAgreement = "platform_agreement", "平台协议", "platform agreement";
        OpenLicence = "open_licence", "开放授权协议", "open licence";
        OperationAgreement = "operation_agreement", "授权运行协议", "operation agreement";
    }
    /// Whether opening stops before or after an objection is verified (FBK-11).
    ObjectionOrder {
        VerifyThenSuspend = "verify_then_suspend", "立即核实，必要时即刻中止开放", "verify at once, suspend at once if necessary";
        SuspendThenVerify = "suspend_then_verify", "必要时立即中止开放，同时核实", "suspend at once if necessary, verify meanwhile";
        SuspendOnSeriousEvidence = "suspend_on_serious_evidence", "有证据涉及个人信息、秘密或安全的先中止，同时核实", "suspend on evidence about personal data, secrets or safety, verify meanwhile";
    }
    /// Whether evidence comes with an objection.
    Evidence {
        Required = "required", "须提交证据", "required";
        Optional = "optional", "可不提交证据", "optional";
    }
    /// Why somebody objects to opened data (FBK-10).
    ObjectionGround {
        Unlawful = "unlawful", "不符合法律、法规", "unlawful";
        Error = "error", "存在错误", "error";
        Omission = "omission", "存在遗漏", "omission";
        InfringesRights = "infringes_rights", "侵犯合法权益", "infringes rights";
    }
    /// How an objection ends (FBK-12).
    ObjectionOutcome {
        Withdraw = "withdraw", "撤回数据", "withdraw";
        Restore = "restore", "恢复开放", "restore";
        ProcessAndReopen = "process_and_reopen", "处理后再开放", "process and reopen";
    }
    /// What a publisher does about a risk it finds itself (FBK-14).
    SelfSuspension {
        Mandatory = "mandatory", "立即中止，消除风险后开放", "suspend at once, reopen after removal";
        MonitorAndWarn = "monitor_and_warn", "监测预警", "monitor and warn";
    }
    /// What a result says of its data.
    AttributionField {
        Source = "source", "数据来源", "source";
        RetrievedAt = "retrieved_at", "获取日期", "date of retrieval";
    }
    /// What is made from data.
    Work {
        Product = "product", "数据产品", "product";
        Service = "service", "服务", "service";
        Report = "report", "研究报告", "report";
        Paper = "paper", "学术论文", "paper";
    }
    /// A dimension of quality.
    QualityDimension {
        Standardisation = "standardisation", "规范性", "standardisation";
        Completeness = "completeness", "完整性", "completeness";
        Accuracy = "accuracy", "准确性", "accuracy";
        Consistency = "consistency", "一致性", "consistency";
        Timeliness = "timeliness", "时效性", "timeliness";
        Usability = "usability", "可用性", "usability";
        Truthfulness = "truthfulness", "真实性", "truthfulness";
    }
    /// How often quality is looked at.
    MonitorRhythm {
        Quarterly = "quarterly", "每季度", "quarterly";
        RealtimeAndPeriodic = "realtime_and_periodic", "实时监测与定期评估", "in real time and periodically";
    }
    /// What a violation does to access (USE-04).
    Closure {
        CloseUntilCorrected = "close_until_corrected", "督促改正并暂时关闭，改正后恢复", "closed until corrected";
        CloseInTime = "close_in_time", "及时关闭使用权限", "closed in time";
    }
    /// What a violation is (USE-03).
    ViolationType {
        Breach = "breach", "未履行数据使用协议规定的义务", "breach of the agreement";
        Unauthorised = "unauthorised", "未授权使用", "unauthorised use";
        Abuse = "abuse", "非法滥用", "unlawful abuse";
        Spreading = "spreading", "未经许可扩散", "spreading without permission";
        Leak = "leak", "泄露", "leak";
        Infringement = "infringement", "侵犯商业秘密、个人隐私等他人合法权益", "infringement of secrets or privacy";
        UnlawfulGain = "unlawful_gain", "利用公共数据获取非法收益", "unlawful gain";
        NoSafeguards = "no_safeguards", "未按照规定采取安全保障措施", "no safeguards";
        Harm = "harm", "损害国家利益、社会公共利益和他人合法权益", "harm to the state, the public or others";
        PlatformSecurity = "platform_security", "严重违反平台安全管理要求", "grave breach of the security of the portal";
        NoAttribution = "no_attribution", "成果未注明数据来源和获取日期", "results without source and date";
        Grave = "grave", "其他严重违反开放和利用要求", "another grave breach";
        Other = "other", "其他违反规定的行为", "other";
    }
    /// Who may report unlawful use.
    ReportChannel {
        Anonymous = "anonymous", "任何单位和个人，可匿名", "anyone, also anonymously";
        Anyone = "anyone", "任何单位和个人", "anyone";
    }
    /// What ends an outsourcing contract.
    OutsourcingDuty {
        Destroy = "destroy", "销毁存储的数据", "destroy the data";
        Supervised = "supervised", "在监督下进行", "under supervision";
        ReclaimAccounts = "reclaim_accounts", "收回账号和密码", "take back accounts";
        RevokeOrResetAccounts = "revoke_or_reset_accounts", "撤销账号或重置密码", "revoke or reset accounts";
        OverwriteOrDestroy = "overwrite_or_destroy", "数据覆写、物理销毁等不可逆删除", "overwrite or destroy for good";
    }
}
