//! An entry of the catalogue before it is published, as its publisher writes it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::dataset::{DataItemView, EntryFields, OpenTerms, Provenance, ShareTerms};
use crate::vocabulary::{
    CatalogueKind, Format, Frequency, OpenClass, ResourceKind, ShareClass, vocabulary,
};

vocabulary! {
    /// What a publisher must choose: the form proposes nothing for these, or proposes and asks (CLS-05).
    Choice("choice") {
        /// 开放类型 (CLS-01).
        OpenClass = "open_class", "开放类型", "Open class";
        /// 共享类型 (CLS-02).
        ShareClass = "share_class", "共享类型", "Share class";
        /// 更新频率.
        Frequency = "update_frequency", "更新频率", "Update frequency";
        /// 安全级别.
        SecurityLevel = "security_level", "安全级别", "Security level";
        /// 目录类型.
        Kind = "kind", "目录类型", "Kind of entry";
    }
}

vocabulary! {
    /// What data may be too sensitive for (section 4, CLS-09).
    Sensitivity("sensitivity") {
        /// 国家秘密: never on this platform.
        StateSecret = "state_secret", "国家秘密", "State secret";
        /// 商业秘密.
        TradeSecret = "trade_secret", "商业秘密", "Trade secret";
        /// 个人隐私.
        PersonalPrivacy = "personal_privacy", "个人隐私", "Personal privacy";
        /// 个人信息.
        PersonalInfo = "personal_info", "个人信息", "Personal information";
        /// 保密商务信息.
        ConfidentialBusiness = "confidential_business", "保密商务信息", "Confidential business information";
        /// 重要数据.
        ImportantData = "important_data", "重要数据", "Important data";
        /// 可能危及国家安全、公共安全、经济安全和社会稳定.
        EndangersSecurity = "endangers_security", "可能危及安全和稳定", "May endanger security or stability";
        /// 法律、法规规定不得开放.
        LawForbids = "law_forbids", "法律、法规规定不得开放", "Forbidden by law";
    }
}

impl Sensitivity {
    /// Whether it forbids opening unless the data was processed or the rights holder agrees (CLS-09,
    /// CLS-10).
    pub fn forbids_opening(self) -> bool {
        matches!(
            self,
            Self::StateSecret
                | Self::TradeSecret
                | Self::PersonalPrivacy
                | Self::EndangersSecurity
                | Self::LawForbids
        )
    }
}

vocabulary! {
    /// A question whose answer adds a step to the review (REV-05).
    TriggerQuestion("trigger") {
        /// 涉及法律问题.
        LegalIssue = "legal_issue", "是否涉及法律问题？", "Does it raise legal issues?";
        /// 涉及专业性较强问题.
        SpecialisedIssue = "specialised_issue", "是否涉及专业性较强的问题？", "Does it raise specialised issues?";
        /// 涉及商业秘密或个人隐私.
        SecretOrPrivacy = "secret_or_privacy", "是否涉及商业秘密或者个人隐私？", "Does it concern trade secrets or privacy?";
        /// 涉及群体切身利益或公众普遍关注.
        PublicInterest = "public_interest", "是否涉及群体切身利益或者公众普遍关注？", "Does it concern groups or the public at large?";
    }
}

vocabulary! {
    /// What was done to data before it left its agency (PUB-02, yulin 22).
    Processing("processing") {
        /// 整理: sorted, put into one form.
        Sort = "sort", "整理", "Sorting";
        /// 清洗: faults taken out.
        Clean = "clean", "清洗", "Cleaning";
        /// 脱敏: what tells who somebody is taken out.
        Desensitise = "desensitise", "脱敏", "Desensitisation";
        /// 格式转换.
        Convert = "convert", "格式转换", "Format conversion";
        /// 未作处理: said, so that nobody is taken to have forgotten it.
        None = "none", "未作处理", "Nothing was done";
    }
}

vocabulary! {
    /// What a revision of a published entry follows (CAT-08, CAT-09).
    ChangeBasis("change_basis") {
        /// 法律、法规、规章变化.
        LawChanged = "law_changed", "依据的法律、法规、规章变化", "The law changed";
        /// 职能变化.
        FunctionChanged = "function_changed", "行政管理职能变化", "Functions changed";
        /// 系统更新.
        SystemUpdated = "system_updated", "信息系统更新", "A system was updated";
        /// 类型评估、争议处理.
        ClassDecided = "class_decided", "类型评估结论或者争议处理决定", "An assessment, or a decision on the class";
        /// 更正.
        Corrected = "corrected", "更正或者补充", "Correction or addition";
        /// 其他.
        Other = "other", "其他情形", "Other";
    }
}

vocabulary! {
    /// A question of the security and secrecy review (REV-03, anshan 30).
    ReviewCheck("review_check") {
        /// 国家秘密.
        StateSecret = "state_secret", "是否含有国家秘密？", "Does it hold state secrets?";
        /// 个人信息.
        PersonalInformation = "personal_information", "是否含有未经处理的个人信息、个人隐私？", "Does it hold personal information that was not processed?";
        /// 商业秘密.
        TradeSecret = "trade_secret", "是否含有商业秘密、保密商务信息？", "Does it hold trade secrets?";
        /// 危害安全.
        HarmToSecurity = "harm_to_security", "开放后是否可能危及国家安全、公共安全、经济安全和社会稳定？", "Could it endanger security or stability once opened?";
    }
}

impl ReviewCheck {
    /// Whether nothing can make up for it: with yes, an entry does not pass.
    pub fn forbids(self) -> bool {
        matches!(self, Self::StateSecret | Self::HarmToSecurity)
    }
}

/// A file or an address of a draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftResource {
    /// What people call it.
    pub title: String,
    /// What is in it.
    #[serde(default)]
    pub description: Option<String>,
    /// File, interface or link.
    pub kind: ResourceKind,
    /// Its format.
    pub format: Format,
    /// Media type.
    #[serde(default)]
    pub media_type: Option<String>,
    /// Where it is, for links, interfaces and files that stand at their provider.
    #[serde(default)]
    pub url: Option<String>,
    /// Why a file stands at its provider and is fetched from there for whoever asks (PUB-11).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_place: Option<String>,
    /// Name of the file as uploaded.
    #[serde(default)]
    pub file_name: Option<String>,
    /// Size in bytes.
    #[serde(default)]
    pub size_bytes: Option<u64>,
    /// SHA-256 of the bytes, lower-case hex.
    #[serde(default)]
    pub sha256: Option<String>,
    /// SM3 of the bytes, lower-case hex.
    #[serde(default)]
    pub sm3: Option<String>,
    /// The key of its bytes.
    #[serde(default)]
    pub blob_key: Option<String>,
}

/// An entry before it is published.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DraftDocument {
    /// Code of the provider.
    pub organization: String,
    /// Code of the region.
    pub region: String,
    /// The catalogue fields.
    pub fields: EntryFields,
    /// The data items, in order.
    #[serde(default)]
    pub items: Vec<DataItemView>,
    /// The resources, in order.
    #[serde(default)]
    pub resources: Vec<DraftResource>,
    /// What the publisher chose or confirmed.
    #[serde(default)]
    pub chosen: BTreeSet<Choice>,
    /// What the publisher says of its content.
    #[serde(default)]
    pub sensitivity: BTreeSet<Sensitivity>,
    /// The record of desensitisation, or the rights holder's consent (CLS-10).
    #[serde(default)]
    pub relaxed_by: String,
    /// What was done to the data before it was uploaded (PUB-02).
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub processing: BTreeSet<Processing>,
    /// The questions answered with yes.
    #[serde(default)]
    pub triggers: BTreeSet<TriggerQuestion>,
    /// The law by which items are collected that can be had by sharing (PUB-15).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub collection_law: String,
    /// What the revision of a published entry follows (CAT-09).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change_basis: Option<ChangeBasis>,
    /// The document, decision or finding that it follows.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub change_reference: String,
    /// What is new, in the publisher's words.
    #[serde(default)]
    pub version_note: String,
}

impl DraftDocument {
    /// Begins an entry of an organization: nothing is chosen yet.
    pub fn new(organization: &str, region: &str, title: &str) -> Self {
        Self {
            organization: organization.to_owned(),
            region: region.to_owned(),
            fields: EntryFields {
                title: title.to_owned(),
                title_en: None,
                summary: String::new(),
                summary_en: None,
                keywords: Vec::new(),
                theme: String::new(),
                industry: None,
                kind: CatalogueKind::Business,
                base_db: None,
                record_key: Vec::new(),
                frequency: Frequency::Irregular,
                licence: String::new(),
                open: OpenTerms {
                    class: OpenClass::None,
                    grounds: Vec::new(),
                    reason: None,
                    basis: Vec::new(),
                    conditions: Vec::new(),
                    modes: Vec::new(),
                    security_measures: None,
                    agreement: None,
                    materials: Vec::new(),
                },
                share: ShareTerms {
                    class: ShareClass::None,
                    conditions: Vec::new(),
                    modes: Vec::new(),
                    scope: None,
                    basis: Vec::new(),
                },
                usage_requirements: None,
                security_level: 0,
                priority: Vec::new(),
                spatial: None,
                temporal_start: None,
                temporal_end: None,
                source: None,
                source_system: None,
                business_matter: None,
                mgmt_responsibility: None,
                collector: None,
                certifier: None,
                classification: None,
                data_form: Vec::new(),
                provenance: Provenance::default(),
                contact: None,
                homepage: None,
                extras: std::collections::BTreeMap::new(),
            },
            items: Vec::new(),
            resources: Vec::new(),
            chosen: BTreeSet::new(),
            sensitivity: BTreeSet::new(),
            relaxed_by: String::new(),
            processing: BTreeSet::new(),
            triggers: BTreeSet::new(),
            collection_law: String::new(),
            change_basis: None,
            change_reference: String::new(),
            version_note: String::new(),
        }
    }
}
