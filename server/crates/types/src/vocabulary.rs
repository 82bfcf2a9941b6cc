//! Closed vocabularies: the values that rules speak of. Lists that an authority edits (themes,
//! licences) are terms in the store instead.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::Lang;

/// A text that is no value of a vocabulary.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{value}` is not a value of `{vocabulary}`; known are {known}")]
pub struct UnknownValue {
    /// The vocabulary that was asked.
    pub vocabulary: &'static str,
    /// What was given, cut to 60 characters.
    pub value: String,
    /// The values there are, separated by commas.
    pub known: String,
}

macro_rules! vocabulary {
    (
        $(#[$meta:meta])*
        $name:ident($vocabulary:literal) {
            $($(#[$value_meta:meta])* $variant:ident = $code:literal, $zh:literal, $en:literal;)+
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub enum $name {
            $($(#[$value_meta])* #[serde(rename = $code)] $variant,)+
        }

        impl $name {
            /// All values, in the order people expect.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Returns the code used in addresses, files and the API.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $code,)+
                }
            }

            /// Returns the word people read.
            pub fn label(self, lang: $crate::Lang) -> &'static str {
                match self {
                    $(Self::$variant => lang.pick($zh, $en),)+
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::vocabulary::UnknownValue;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($code => Ok(Self::$variant),)+
                    _ => Err($crate::vocabulary::UnknownValue {
                        vocabulary: $vocabulary,
                        value: text.chars().take(60).collect(),
                        known: [$($code),+].join(", "),
                    }),
                }
            }
        }
    };
}

pub(crate) use vocabulary;

vocabulary! {
    /// 开放类型 (anshan 27, aba 30, yulin 11, jiamusi 16).
    OpenClass("open_class") {
        /// 无条件开放: served at once to everyone.
        Unconditional = "unconditional", "无条件开放", "Open";
        /// 有条件开放: served under a grant.
        Conditional = "conditional", "有条件开放", "Conditional";
        /// 不予开放: absent from the public portal.
        None = "none", "不予开放", "Not open";
    }
}

vocabulary! {
    /// 共享类型 (anshan 20, guangdong 18, aba 24, jiamusi 14).
    ShareClass("share_class") {
        /// 无条件共享.
        Unconditional = "unconditional", "无条件共享", "Shared";
        /// 有条件共享.
        Conditional = "conditional", "有条件共享", "Conditionally shared";
        /// 不予共享.
        None = "none", "不予共享", "Not shared";
    }
}

vocabulary! {
    /// 更新频率.
    Frequency("frequency") {
        /// 实时.
        Realtime = "realtime", "实时", "Real time";
        /// 每日.
        Daily = "daily", "每日", "Daily";
        /// 每周.
        Weekly = "weekly", "每周", "Weekly";
        /// 每月.
        Monthly = "monthly", "每月", "Monthly";
        /// 每季度.
        Quarterly = "quarterly", "每季度", "Quarterly";
        /// 每半年.
        HalfYearly = "half_yearly", "每半年", "Every six months";
        /// 每年.
        Yearly = "yearly", "每年", "Yearly";
        /// 不定期.
        Irregular = "irregular", "不定期", "Irregular";
        /// 静态，不再更新.
        Static = "static", "不更新", "Not updated";
    }
}

impl Frequency {
    /// Returns the length of a cycle in days; `None` where there is no cycle to keep.
    pub fn period_days(self) -> Option<u32> {
        match self {
            Self::Realtime | Self::Daily => Some(1),
            Self::Weekly => Some(7),
            Self::Monthly => Some(31),
            Self::Quarterly => Some(92),
            Self::HalfYearly => Some(184),
            Self::Yearly => Some(366),
            Self::Irregular | Self::Static => None,
        }
    }
}

vocabulary! {
    /// 基础/主题/业务 and the kinds of entry that only some regulations know (CAT-04).
    CatalogueKind("catalogue_kind") {
        /// 基础目录.
        Base = "base", "基础目录", "Base register";
        /// 主题目录.
        Topic = "topic", "主题目录", "Topic";
        /// 业务目录.
        Business = "business", "业务目录", "Business";
        /// 项目目录.
        Project = "project", "项目目录", "Project";
        /// 个性化目录.
        Individual = "individual", "个性化目录", "Individual";
    }
}

vocabulary! {
    /// 层级 (yulin 19).
    RegionLevel("level") {
        /// 省.
        Province = "province", "省级", "Province";
        /// 市（州）.
        Prefecture = "prefecture", "市（州）级", "Prefecture";
        /// 县（市、区）.
        County = "county", "县（市、区）级", "County";
        /// 乡镇（街道）.
        Township = "township", "乡镇（街道）级", "Township";
        /// 村（社区）.
        Village = "village", "村（社区）级", "Village";
    }
}

vocabulary! {
    /// The kinds of organization that hold public data (ORG-01).
    OrganizationKind("organization_kind") {
        /// 国家机关.
        StateOrgan = "state_organ", "国家机关", "State organ";
        /// 事业单位.
        PublicInstitution = "public_institution", "事业单位", "Public institution";
        /// 法律法规授权的组织.
        AuthorisedBody = "authorised_body", "授权的组织", "Authorised body";
        /// 公用事业企业.
        PublicServiceOperator = "public_service_operator", "公用事业企业", "Public service operator";
        /// 国家派驻机构.
        StationedAgency = "stationed_agency", "派驻机构", "Stationed agency";
    }
}

vocabulary! {
    /// The type of a data item.
    ItemType("item_type") {
        /// 文本.
        Text = "text", "文本", "Text";
        /// 整数.
        Integer = "integer", "整数", "Integer";
        /// 小数.
        Decimal = "decimal", "数值", "Number";
        /// 是/否.
        Boolean = "boolean", "是/否", "Yes or no";
        /// 日期.
        Date = "date", "日期", "Date";
        /// 日期时间.
        Datetime = "datetime", "日期时间", "Date and time";
        /// 代码: digits that are a name, never a quantity.
        Code = "code", "代码", "Code";
        /// 空间位置.
        Geometry = "geometry", "空间位置", "Geometry";
    }
}

vocabulary! {
    /// The life of a dataset (state machine 5.1).
    DatasetState("dataset_state") {
        /// 草稿.
        Draft = "draft", "草稿", "Draft";
        /// 审核中.
        InReview = "in_review", "审核中", "In review";
        /// 已批准.
        Approved = "approved", "已批准", "Approved";
        /// 已发布.
        Published = "published", "已发布", "Published";
        /// 中止开放.
        Suspended = "suspended", "中止开放", "Suspended";
        /// 已撤回.
        Withdrawn = "withdrawn", "已撤回", "Withdrawn";
        /// 已下线.
        Retired = "retired", "已下线", "Retired";
        /// 已销毁.
        Destroyed = "destroyed", "已销毁", "Destroyed";
    }
}

vocabulary! {
    /// What a resource is.
    ResourceKind("resource_kind") {
        /// Bytes kept here.
        File = "file", "文件", "File";
        /// An interface to call.
        Api = "api", "接口", "API";
        /// Something kept elsewhere.
        Link = "link", "外部链接", "External link";
    }
}

vocabulary! {
    /// The format of a resource.
    Format("format") {
        /// Comma-separated values.
        Csv = "csv", "CSV", "CSV";
        /// Tab-separated values.
        Tsv = "tsv", "TSV", "TSV";
        /// Office Open XML workbook.
        Xlsx = "xlsx", "XLSX", "XLSX";
        /// Old Excel workbook.
        Xls = "xls", "XLS", "XLS";
        /// OpenDocument spreadsheet.
        Ods = "ods", "ODS", "ODS";
        /// JSON.
        Json = "json", "JSON", "JSON";
        /// Newline-delimited JSON.
        Ndjson = "ndjson", "NDJSON", "NDJSON";
        /// XML.
        Xml = "xml", "XML", "XML";
        /// RDF in any syntax.
        Rdf = "rdf", "RDF", "RDF";
        /// GeoJSON.
        Geojson = "geojson", "GeoJSON", "GeoJSON";
        /// Shapefile.
        Shp = "shp", "SHP", "SHP";
        /// Keyhole markup.
        Kml = "kml", "KML", "KML";
        /// Parquet.
        Parquet = "parquet", "Parquet", "Parquet";
        /// Archive.
        Zip = "zip", "ZIP", "ZIP";
        /// Plain text.
        Txt = "txt", "TXT", "TXT";
        /// PDF.
        Pdf = "pdf", "PDF", "PDF";
        /// Word document.
        Doc = "doc", "文档", "Document";
        /// Web page.
        Html = "html", "网页", "Web page";
        /// Picture.
        Image = "image", "图像", "Image";
        /// Interface.
        Api = "api", "接口", "API";
        /// Anything else.
        Other = "other", "其他", "Other";
    }
}

impl Format {
    /// Whether programs read data out of it (可机器读取, PUB-03): tables, records, geometries and interfaces
    /// are, prose and pictures are not. An archive may hold either and counts.
    pub fn is_machine_readable(self) -> bool {
        !matches!(self, Self::Txt | Self::Pdf | Self::Doc | Self::Html | Self::Image | Self::Other)
    }
}

vocabulary! {
    /// How long ago a dataset was updated.
    UpdatedWithin("updated") {
        /// In the last 7 days.
        Week = "week", "一周内", "Past week";
        /// In the last 31 days.
        Month = "month", "一个月内", "Past month";
        /// In the last 92 days.
        Quarter = "quarter", "三个月内", "Past three months";
        /// In the last 366 days.
        Year = "year", "一年内", "Past year";
    }
}

impl UpdatedWithin {
    /// Returns the length of the span in days.
    pub fn days(self) -> u32 {
        match self {
            Self::Week => 7,
            Self::Month => 31,
            Self::Quarter => 92,
            Self::Year => 366,
        }
    }
}

/// A term of a vocabulary that an authority edits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Term {
    /// The vocabulary: `theme`, `licence`, `priority`.
    pub vocabulary: String,
    /// The code used in addresses, files and the API.
    pub code: String,
    /// The Chinese word.
    pub label_zh: String,
    /// The English word.
    pub label_en: String,
    /// The identifier of the same term elsewhere, as a URI.
    pub uri: Option<String>,
    /// The place in the list, from 0.
    pub position: i32,
}

impl Term {
    /// Returns the word people read.
    pub fn label(&self, lang: Lang) -> &str {
        lang.pick(&self.label_zh, &self.label_en)
    }
}
