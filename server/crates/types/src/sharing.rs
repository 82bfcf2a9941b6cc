//! Sharing between agencies: what an agency writes that asks for data of another one.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::DatasetCode;
use crate::access::{DeliveryMode, GrantScope};
use crate::vocabulary::vocabulary;

/// A share request as it is written (SHR-02). What is taken without approval says the same, as far as it is asked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct ShareDocument {
    /// Code of the agency that asks.
    pub organization: String,
    /// 业务事项: what the data is needed for, and what a grant is bound to (SHR-07).
    pub matter: String,
    /// 使用依据: what the duty rests on.
    pub basis: String,
    /// 用途.
    pub purpose: String,
    /// 使用范围: who in the agency, where, for whom.
    pub scope: String,
    /// 数据项: names of data items.
    pub items: BTreeSet<String>,
    /// 使用方式.
    pub mode: Option<DeliveryMode>,
    /// 相关需求.
    pub related_needs: String,
    /// The first day of use; the day of approval where there is none.
    pub first_day: Option<NaiveDate>,
    /// The last day of use.
    pub last_day: Option<NaiveDate>,
    /// Logins of the accounts that use the data for the matter; nobody else does (SHR-07).
    pub accounts: BTreeSet<String>,
    /// 定期推送: where the data is sent, and how often (SHR-23).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub push: Option<PushAsk>,
}

/// How shared data is sent to the agency that asks for it (SHR-23).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PushAsk {
    /// 推送周期.
    pub cycle: PushCycle,
    /// 接收地址.
    pub url: String,
}

vocabulary! {
    /// How often shared data is sent (SHR-23).
    PushCycle("push_cycle") {
        /// 每天.
        Daily = "daily", "每天", "Daily";
        /// 每周.
        Weekly = "weekly", "每周", "Weekly";
        /// 每月.
        Monthly = "monthly", "每月", "Monthly";
        /// 有更新时.
        OnChange = "on_change", "有更新时", "On change";
    }
}

impl ShareDocument {
    /// What is asked for.
    pub fn scope_asked(&self) -> GrantScope {
        let Self { items, mode, first_day, last_day, .. } = self.clone();
        GrantScope { items, mode, first_day, last_day, ..GrantScope::default() }
    }
}

/// 核实、比对需求: what an agency asks the provider of data that it may not have (SHR-09).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct VerifyAsk {
    /// Code of the agency that asks.
    pub organization: String,
    /// Code of the provider.
    pub provider: String,
    /// The dataset, where it is one of the share catalogue; of what is not shared nobody knows the code.
    pub dataset: Option<DatasetCode>,
    /// Which data is asked about, in words.
    pub data: String,
    /// 业务事项.
    pub matter: String,
    /// 使用依据.
    pub basis: String,
    /// What is to be checked, one thing each.
    pub values: Vec<String>,
}

vocabulary! {
    /// What a provider answers about a value: nothing of the data itself.
    VerifyAnswer("verify_answer") {
        /// What it holds is the same.
        Match = "match", "一致", "Match";
        /// What it holds is something else.
        NoMatch = "no_match", "不一致", "No match";
        /// It holds nothing about it.
        NotHeld = "not_held", "本单位没有", "Not held";
    }
}
