//! What agencies exchange beside and above the platform: channels that were there before it (SHR-16), upward requests
//! (SHR-17), what flowed back (SHR-18), and what is to be returned to lower levels (SHR-20).

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::DatasetCode;
use crate::organization::Named;
use crate::vocabulary::{OpenClass, RegionLevel, ShareClass, vocabulary};

vocabulary! {
    /// A register of exchange.
    ExchangeRegister("exchange_register") {
        /// 平台以外的共享交换通道 (anshan 9, guangdong 20).
        Channels = "channels", "既有共享通道", "Channels beside the platform";
        /// 数据返还需求目录 (anshan 24).
        ReturnDemands = "return-demands", "数据返还需求", "Return demands";
        /// 向省级主管部门的申请 (anshan 19, guangdong 15).
        UpwardRequests = "upward-requests", "向上申请", "Upward requests";
        /// 数据回流 (anshan 18, jiamusi 10).
        Backflows = "backflows", "数据回流", "Backflows";
    }
}

vocabulary! {
    /// What an answer says.
    ExchangeAnswer("exchange_answer") {
        /// 同意.
        Granted = "granted", "同意", "Granted";
        /// 不同意.
        Declined = "declined", "不同意", "Declined";
    }
}

vocabulary! {
    /// How far something in a register of exchange is; it follows from what is recorded.
    ExchangeStatus("exchange_status") {
        /// 使用中.
        InUse = "in_use", "使用中", "In use";
        /// 逾期未整合.
        Late = "late", "逾期未关闭", "Closing overdue";
        /// 已关闭.
        Closed = "closed", "已关闭", "Closed";
        /// 待答复.
        Open = "open", "待答复", "Waits for an answer";
        /// 已上报.
        Delivered = "delivered", "已上报", "Delivered up";
        /// 已申请.
        Asked = "asked", "已申请", "Asked for";
        /// 已同意.
        Granted = "granted", "已同意", "Granted";
        /// 不同意.
        Declined = "declined", "不同意", "Declined";
        /// 已到达.
        Arrived = "arrived", "数据已到", "Arrived";
        /// 已编目.
        Catalogued = "catalogued", "已编入目录", "In the catalogue";
    }
}

/// What is recorded of an exchange. Each register uses some of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExchangeFields {
    /// Which data, and how far.
    #[serde(default)]
    pub scope: String,
    /// The other side: who is at the other end of a channel, to whom data was delivered, whom a request goes to.
    #[serde(default)]
    pub counterpart: String,
    /// How a channel is going to be integrated into the platform.
    #[serde(default)]
    pub plan: String,
    /// The level to which data is to be returned.
    #[serde(default)]
    pub level: Option<RegionLevel>,
    /// The day on which a channel began, or data was delivered up.
    #[serde(default)]
    pub began_on: Option<NaiveDate>,
    /// The day on which it was asked for above.
    #[serde(default)]
    pub asked_on: Option<NaiveDate>,
    /// The day on which data arrived, or was distributed to the local node.
    #[serde(default)]
    pub arrived_on: Option<NaiveDate>,
    /// The day by which a channel closes.
    #[serde(default)]
    pub closes_on: Option<NaiveDate>,
    /// The day on which it was closed.
    #[serde(default)]
    pub closed_on: Option<NaiveDate>,
    /// 共享类型 of what arrived.
    #[serde(default)]
    pub share: Option<ShareClass>,
    /// 开放类型 of what arrived.
    #[serde(default)]
    pub open: Option<OpenClass>,
    /// What was answered.
    #[serde(default)]
    pub answer: Option<ExchangeAnswer>,
    /// Why, or how.
    #[serde(default)]
    pub reason: String,
}

/// A record of a register of exchange as staff read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExchangeView {
    /// Its number.
    pub id: i64,
    /// The register it is in.
    pub register: ExchangeRegister,
    /// The agency it belongs to.
    pub organization: Named,
    /// Who answers it: an upper agency; the data authority where none is named.
    pub addressee: Option<Named>,
    /// What the data is called.
    pub title: String,
    /// What is recorded of it.
    pub fields: ExchangeFields,
    /// The entry it became.
    pub entry: Option<DatasetCode>,
    /// How far it is.
    pub status: ExchangeStatus,
    /// How often it was saved; the next save names it.
    pub revision: i32,
    /// Whether the reader keeps it.
    pub may_keep: bool,
    /// Whether the reader answers it.
    pub may_answer: bool,
}
