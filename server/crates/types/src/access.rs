//! Access to data that is open on conditions: what an applicant asks for, and what comes of it.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::material::Material;
use crate::row_scope::RowCondition;
use crate::vocabulary::vocabulary;

vocabulary! {
    /// Who applies (APP-01, anshan 27, aba 30, yulin 2).
    ApplicantKind("applicant_kind") {
        /// 自然人.
        Person = "person", "自然人", "Natural person";
        /// 法人.
        LegalPerson = "legal_person", "法人", "Legal person";
        /// 非法人组织.
        Unincorporated = "unincorporated", "非法人组织", "Unincorporated organization";
    }
}

vocabulary! {
    /// What data is wanted for, as a code that conditions can name (APP-07).
    UsePurpose("use_purpose") {
        /// 科学研究.
        Research = "research", "科学研究", "Research";
        /// 产品开发.
        Product = "product", "产品和服务开发", "Products and services";
        /// 公益服务.
        PublicInterest = "public_interest", "公益服务", "Public interest";
        /// 统计分析.
        Analysis = "analysis", "统计分析", "Analysis";
        /// 新闻报道.
        Journalism = "journalism", "新闻报道", "Journalism";
        /// 教育教学.
        Education = "education", "教育教学", "Education";
        /// 内部管理.
        Internal = "internal", "内部管理", "Internal management";
        /// 其他.
        Other = "other", "其他", "Other";
    }
}

vocabulary! {
    /// 申请类型 (jiamusi 17).
    ApplicationType("application_type") {
        /// 首次申请.
        New = "new", "首次申请", "First application";
        /// 续期.
        Renewal = "renewal", "续期", "Renewal";
        /// 变更.
        Change = "change", "变更范围或者用途", "Change of scope or purpose";
    }
}

vocabulary! {
    /// 成果形式 (jiamusi 17).
    ResultForm("result_form") {
        /// 研究报告或者论文.
        Publication = "publication", "研究报告或者论文", "Report or paper";
        /// 产品或者应用.
        Product = "product", "产品或者应用", "Product or application";
        /// 服务.
        Service = "service", "服务", "Service";
        /// 内部使用，不形成公开成果.
        Internal = "internal", "内部使用，不公开", "Internal, nothing is published";
    }
}

vocabulary! {
    /// How data is delivered under a grant.
    DeliveryMode("delivery_mode") {
        /// 下载.
        Download = "download", "在线查看和下载", "View and download";
        /// 接口.
        Api = "api", "接口调用", "API";
        /// 核验: an answer whether something is so, no rows.
        QueryVerify = "query_verify", "可用不可见核验", "Query and verify";
    }
}

vocabulary! {
    /// How a document is signed.
    SigningMethod("signing_method") {
        /// 平台账号和一次性口令.
        AccountCode = "account_code", "平台账号和一次性验证码", "Account with one-time code";
    }
}

/// Who applies, as they write it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Applicant {
    /// What they are.
    pub kind: Option<ApplicantKind>,
    /// 姓名或者名称.
    pub name: String,
    /// 统一社会信用代码, for organizations.
    pub credit_code: String,
    /// Whom to call.
    pub contact: String,
    /// The telephone.
    pub phone: String,
}

/// An application as it is written: kept while it is incomplete, so that every field may be missing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct ApplicationDocument {
    /// Who applies.
    pub applicant: Applicant,
    /// 申请标题.
    pub title: String,
    /// 事由.
    pub reason: String,
    /// 用途, as a code.
    pub purpose: Option<UsePurpose>,
    /// 用途, in words.
    pub purpose_text: String,
    /// 申请类型.
    pub application_type: Option<ApplicationType>,
    /// 数据项: names of data items.
    pub items: BTreeSet<String>,
    /// 数据行: conditions that all rows meet; none for all rows.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<RowCondition>,
    /// 使用方式.
    pub mode: Option<DeliveryMode>,
    /// The first day of use; the day of activation where there is none.
    pub first_day: Option<NaiveDate>,
    /// 使用期限: the last day of use.
    pub last_day: Option<NaiveDate>,
    /// 成果形式.
    pub result_form: Option<ResultForm>,
    /// 安全保障措施 that the applicant takes.
    pub safeguards: String,
    /// Whether data leaves the mainland (APP-13, anshan 45); none while nothing was said.
    pub leaves_mainland: Option<bool>,
    /// 材料 that the entry demands, as they were given (APP-03).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub materials: Vec<Material>,
    /// The application whose grant is to be renewed (APP-12).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub renews: Option<i64>,
}

/// What an application was approved for: no more than was asked (APP-09).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct GrantScope {
    /// Names of the data items.
    pub items: BTreeSet<String>,
    /// Conditions that all rows meet; none for all rows.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<RowCondition>,
    /// How it is delivered.
    pub mode: Option<DeliveryMode>,
    /// The first day of use; the day of activation where there is none.
    pub first_day: Option<NaiveDate>,
    /// The last day of use.
    pub last_day: Option<NaiveDate>,
}

impl ApplicationDocument {
    /// What is asked for.
    pub fn scope(&self) -> GrantScope {
        let Self { items, rows, mode, first_day, last_day, .. } = self.clone();
        GrantScope { items, rows, mode, first_day, last_day }
    }
}

impl GrantScope {
    /// Whether it reaches no farther than another one.
    pub fn is_within(&self, asked: &Self) -> bool {
        let ends = match (self.last_day, asked.last_day) {
            (Some(own), Some(asked)) => own <= asked,
            // Without a day it is a year, which nobody makes longer.
            (own, asked) => own.is_none() && asked.is_none(),
        };
        let begins = asked.first_day.is_none_or(|asked| self.first_day >= Some(asked));
        let is_same_mode = self.mode == asked.mode || asked.mode.is_none();
        // Each condition leaves fewer rows, so what is asked under some is granted under those and others.
        let has_fewer_rows = asked.rows.iter().all(|condition| self.rows.contains(condition));
        self.items.is_subset(&asked.items) && has_fewer_rows && is_same_mode && begins && ends
    }
}
