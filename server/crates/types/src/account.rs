//! Who uses the portal: accounts, roles and what they reach.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::vocabulary::vocabulary;
use crate::{OrganizationCode, RegionCode};

vocabulary! {
    /// What a person does on the portal. Who is not logged in is a visitor and has no role.
    Role("role") {
        /// 数据使用者: a natural or legal person that uses open data (yulin 2).
        DataUser = "data_user", "数据使用者", "Data user";
        /// 数据专员: the full-time officer of an agency (anshan 9, aba 7).
        Officer = "officer", "数据专员", "Data officer";
        /// 第一责任人: the head who answers for the data of an agency (anshan 9, aba 7).
        Head = "head", "第一责任人", "Responsible head";
        /// 审核员: reviews for the agency before anything leaves it (anshan 30, yulin 32).
        Reviewer = "reviewer", "单位审核员", "Reviewer of the agency";
        /// 专家: a member of the expert committee (yulin 9).
        Expert = "expert", "专家委员", "Expert";
        /// 数据主管部门 of a region and of those below it.
        Authority = "authority", "数据主管部门", "Data authority";
        /// 县级数据主管部门: the same, of one county or zone.
        CountyAuthority = "county_authority", "县级数据主管部门", "County data authority";
        /// 行业主管部门: looks after a sector, reading only (anshan 9, yulin 7).
        SectorLead = "sector_lead", "行业主管部门", "Sector lead";
        /// 网信部门 (anshan 28).
        CyberspaceOffice = "cyberspace_office", "网信部门", "Cyberspace office";
        /// 公安部门 (anshan 48).
        PublicSecurity = "public_security", "公安部门", "Public security";
        /// 保密部门 (guangdong 28).
        SecrecyDept = "secrecy_dept", "保密部门", "Secrecy department";
        /// 通信管理部门 (aba 38).
        CommsAdministration = "comms_administration", "通信管理部门", "Communications administration";
        /// 第三方审计: a commissioned third party that reads, for a time (guangdong 28, 31).
        Auditor = "auditor", "第三方审计", "Auditor";
        /// 系统管理员: runs the system (安全运营, guangdong 28).
        SystemAdmin = "system_admin", "系统管理员", "System administrator";
        /// 安全管理员: says who may do what (安全监管, guangdong 28).
        SecurityAdmin = "security_admin", "安全管理员", "Security administrator";
        /// 审计管理员: reads what was done (安全管理, guangdong 28).
        AuditAdmin = "audit_admin", "审计管理员", "Audit administrator";
    }
}

impl Role {
    /// Whether it is one of those that look after security from outside (ORG-11).
    pub fn is_watchdog(self) -> bool {
        matches!(
            self,
            Self::CyberspaceOffice
                | Self::PublicSecurity
                | Self::SecrecyDept
                | Self::CommsAdministration
        )
    }

    /// Whether it is one of the three that nobody holds two of (SEC-19).
    pub fn is_admin(self) -> bool {
        matches!(self, Self::SystemAdmin | Self::SecurityAdmin | Self::AuditAdmin)
    }

    /// Whether it belongs to staff, who log in with a second factor.
    pub fn is_staff(self) -> bool {
        self != Self::DataUser
    }

    /// Whether it is held for an organization.
    pub fn is_of_organization(self) -> bool {
        matches!(self, Self::Officer | Self::Head | Self::Reviewer | Self::SectorLead)
    }

    /// Whether it is held for a region.
    pub fn is_of_region(self) -> bool {
        matches!(self, Self::Authority | Self::CountyAuthority | Self::Expert) || self.is_watchdog()
    }
}

vocabulary! {
    /// Whose account it is.
    AccountKind("account_kind") {
        /// 自然人.
        Person = "person", "个人", "Person";
        /// 法人或非法人组织.
        Organization = "organization", "单位", "Organization";
        /// 受托方: somebody who works under a contract until it ends (ORG-08).
        Contractor = "contractor", "受托方", "Contractor";
    }
}

vocabulary! {
    /// Whether an account can be used.
    AccountState("account_state") {
        /// 待确认: its address is not confirmed yet.
        Pending = "pending", "待确认邮箱", "Waiting for confirmation";
        /// 正常.
        Active = "active", "正常", "Active";
        /// 停用.
        Disabled = "disabled", "已停用", "Disabled";
    }
}

vocabulary! {
    /// What an agency asks for an account (ORG-06, yulin 21).
    AccountWish("account_wish") {
        /// 开立: a new one.
        Make = "make", "开立账号", "Make an account";
        /// 变更: other roles for the agency.
        Change = "change", "变更账号", "Change an account";
        /// 注销: one that the agency needs no more.
        Cancel = "cancel", "注销账号", "Cancel an account";
    }
}

vocabulary! {
    /// What a token of the API is good for.
    TokenScope("token_scope") {
        /// 读取 what its owner may read.
        Read = "read", "读取", "Read";
        /// 编目与发布: what an officer does in the workbench.
        Publish = "publish", "编目与发布", "Publish";
        /// 办理: decides what its owner may decide.
        Decide = "decide", "办理", "Decide";
        /// 申请: applies for data that is open on conditions.
        Apply = "apply", "申请使用数据", "Apply for data";
        /// 密钥: opens what one grant opens, and nothing else of its owner (DL-06).
        Key = "key", "一项使用权限的密钥", "Key of one grant";
    }
}

vocabulary! {
    /// A function of the authority that another organization may take over (yulin 6, 21; guangdong 7).
    DelegatedFunction("delegated_function") {
        /// 编制开放目录 (yulin 6).
        Catalogue = "catalogue", "编制公共数据开放目录", "Compiling the open catalogue";
        /// 用户账户申请的答复 (yulin 21).
        Accounts = "accounts", "办理账户申请", "Answering account requests";
        /// 制定标准规范 (yulin 6).
        Standards = "standards", "制定标准规范", "Setting standards";
        /// 评估考核指标 (yulin 6).
        Indicators = "indicators", "建立评估考核指标", "Setting assessment indicators";
    }
}

vocabulary! {
    /// Where an expert comes from (yulin 9).
    AffiliationKind("affiliation_kind") {
        /// 高校.
        University = "university", "高校", "University";
        /// 科研机构.
        Institute = "institute", "科研机构", "Research institute";
        /// 企业.
        Enterprise = "enterprise", "企业", "Enterprise";
        /// 相关部门.
        Department = "department", "相关部门", "Department";
    }
}

/// A role, and for whom or where it is held.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RoleGrant {
    /// The role.
    pub role: Role,
    /// The organization it is held for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization: Option<OrganizationCode>,
    /// The region it is held for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<RegionCode>,
}

/// A text that is no login name.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "`{0}` is no login name: 2 to 40 lower-case letters, digits, dots, hyphens and underscores are, \
     beginning with a letter"
)]
pub struct InvalidLogin(String);

/// The name by which somebody logs in.
///
/// Invariant: 2 to 40 lower-case ASCII letters, digits, `.`, `-` and `_`, a letter first. Upper case is
/// accepted and folded.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String))]
#[serde(try_from = "String", into = "String")]
pub struct Login(String);

impl Login {
    /// Returns the name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Login {
    type Err = InvalidLogin;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let folded = text.trim().to_ascii_lowercase();
        let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
        let is_well_formed = (2..=40).contains(&folded.len())
            && folded.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase())
            && folded.bytes().all(is_part);
        if !is_well_formed {
            return Err(InvalidLogin(text.chars().take(60).collect()));
        }
        Ok(Self(folded))
    }
}

impl TryFrom<String> for Login {
    type Error = InvalidLogin;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Login> for String {
    fn from(login: Login) -> Self {
        login.0
    }
}

impl fmt::Display for Login {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn login_names_are_folded_and_checked() {
        assert_eq!("Li.Na".parse::<Login>().map(String::from), Ok("li.na".to_owned()));
        for wrong in ["", "a", "1a", "李娜", "a b", "a\u{0}b", &"a".repeat(41)] {
            assert!(wrong.parse::<Login>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_three_administrators_are_apart_from_all_others() {
        let admins: Vec<_> = Role::ALL.iter().filter(|role| role.is_admin()).collect();
        assert_eq!(admins.len(), 3);
        assert!(admins.iter().all(|role| role.is_staff() && !role.is_of_organization()));
    }
}
