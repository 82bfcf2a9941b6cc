//! What a use case refuses, with the rule and the remedy.

use std::hash::{BuildHasher, RandomState};

use kaishu_store::StoreError;
use kaishu_types::{ErrorCode, FieldError, Lang, Remedy, RuleRef};
use thiserror::Error;

/// The result of every use case.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A refusal or a failure.
#[derive(Debug, Error)]
pub enum Error {
    /// Values that are wrong, each with what would be right.
    #[error("{}", fields_text(.0))]
    InvalidInput(Vec<FieldError>),
    /// There is no such thing.
    #[error("there is no {what} `{name}`")]
    NotFound {
        /// `dataset`, `resource`, …
        what: &'static str,
        /// What was asked for.
        name: String,
    },
    /// A rule stands against it.
    #[error("{message}")]
    Refused {
        /// What kind of refusal it is.
        code: ErrorCode,
        /// A sentence for the reader.
        message: String,
        /// The rule.
        rule: Option<RuleRef>,
        /// What can be done.
        remedy: Option<Remedy>,
    },
    /// It was tried too often.
    #[error("{message}")]
    TryLater {
        /// A sentence for the reader.
        message: String,
        /// Seconds after which it can be tried again.
        seconds: u64,
    },
    /// The portal is set up wrongly.
    #[error("{0}")]
    Configuration(String),
    /// The store failed.
    #[error("the store failed: {0}")]
    Store(#[source] StoreError),
    /// The index failed.
    #[error("the index failed: {0}")]
    Search(#[source] kaishu_search::Error),
    /// A file could not be read or written.
    #[error("{path}: {source}")]
    Io {
        /// Which file.
        path: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A file of another catalogue could not be read.
    #[error(transparent)]
    Import(#[from] kaishu_interop::ImportError),
    /// A table could not be read or asked.
    #[error("{0}")]
    Table(#[source] kaishu_tables::TableError),
    /// Something that must not happen.
    #[error("{0}")]
    Internal(String),
}

/// What an error carries besides its sentence.
#[derive(Debug, Default)]
pub struct Detail {
    /// Fields that are wrong.
    pub fields: Vec<FieldError>,
    /// The rule behind a refusal.
    pub rule: Option<RuleRef>,
    /// What can be done.
    pub remedy: Option<Remedy>,
    /// Seconds after which it can be tried again.
    pub retry_after: Option<u64>,
}

impl Error {
    /// Makes the error of something that is not there.
    pub fn not_found(what: &'static str, name: impl Into<String>) -> Self {
        Self::NotFound { what, name: name.into() }
    }

    /// Makes the refusal of something that no rule of the profile forbids.
    pub(crate) fn refused(code: ErrorCode, message: impl Into<String>) -> Self {
        Self::Refused { code, message: message.into(), rule: None, remedy: None }
    }

    /// Says what is wrong, in a language. Wrong fields and refusals have theirs already.
    pub fn message(&self, lang: Lang) -> String {
        match (self, lang) {
            (Self::NotFound { what, name }, Lang::Zh) => {
                let name = match name.split_once(" of ") {
                    Some((part, whole)) => format!("{whole} 的 {part}"),
                    None => name.clone(),
                };
                format!("没有这个{}：{name}", chinese_name(what))
            }
            (Self::Store(StoreError::Unavailable { .. }), Lang::Zh) => {
                "系统的一部分现在连接不上。过一会儿再试".to_owned()
            }
            (Self::Store(StoreError::Full(_)), _) => lang
                .pick(
                    "平台的存储空间已满，没有保存。请联系平台管理员，腾出空间后继续",
                    "there is no room left where files are kept; nothing was saved, tell whoever runs the portal",
                )
                .to_owned(),
            (Self::Table(error), _) => error.message(lang),
            _ => self.to_string(),
        }
    }

    /// Makes the error of one wrong field.
    pub fn field(field: &str, message: impl Into<String>) -> Self {
        Self::InvalidInput(vec![FieldError { field: field.to_owned(), message: message.into() }])
    }

    /// Returns the code that the outside may know.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::InvalidInput(_) | Self::Import(_) => ErrorCode::InvalidInput,
            Self::NotFound { .. } | Self::Store(StoreError::NotFound { .. }) => ErrorCode::NotFound,
            Self::Refused { code, .. } => *code,
            Self::TryLater { .. } => ErrorCode::TooManyRequests,
            Self::Store(StoreError::Conflict { .. }) => ErrorCode::Conflict,
            Self::Store(StoreError::Invalid { .. }) => ErrorCode::InvalidInput,
            Self::Store(StoreError::Unavailable { .. } | StoreError::Full(_)) => {
                ErrorCode::Unavailable
            }
            Self::Table(error) if error.is_of_question() => ErrorCode::InvalidInput,
            Self::Table(
                kaishu_tables::TableError::TooLong { .. }
                | kaishu_tables::TableError::TooMuchMemory,
            ) => ErrorCode::Unavailable,
            Self::Store(_)
            | Self::Table(_)
            | Self::Search(_)
            | Self::Configuration(_)
            | Self::Io { .. }
            | Self::Internal(_) => ErrorCode::Internal,
        }
    }

    /// Returns fields, rule and remedy.
    pub fn into_detail(self) -> Detail {
        match self {
            Self::InvalidInput(fields) => Detail { fields, ..Detail::default() },
            Self::Refused { rule, remedy, .. } => Detail { rule, remedy, ..Detail::default() },
            Self::TryLater { seconds, .. } => {
                Detail { retry_after: Some(seconds), ..Detail::default() }
            }
            _ => Detail::default(),
        }
    }

    /// Makes up a short number to find an internal error in the log by.
    pub fn reference(&self) -> String {
        let number = RandomState::new().hash_one(self.to_string());
        format!("{:04X}-{:02X}", (number >> 16) & 0xFFFF, number & 0xFF)
    }
}

/// Names a kind of thing that was not found.
fn chinese_name(what: &str) -> &str {
    match what {
        "dataset" => "数据集",
        "version" => "版本",
        "resource" => "文件",
        "organization" => "机构",
        "region" => "地区",
        "topic" => "重点领域",
        "vocabulary" => "词表",
        "regulation" => "办法",
        "receipt" => "回执",
        "account" => "账号",
        "session" => "登录记录",
        "token" => "访问令牌",
        "link" => "链接",
        "upload" => "上传",
        "sitemap" => "站点地图",
        "function" => "功能",
        "delegation" => "委托",
        "compiler" => "编制分工",
        "expert" => "专家",
        "term" => "词条",
        "system" => "信息系统",
        "exchange" => "登记内容",
        "order" => "责令改正通知",
        "source" => "数据不一致事项",
        "application" => "申请",
        "grant" => "使用权限",
        "result" => "成果",
        "webhook" => "推送地址",
        _ => "内容",
    }
}

fn fields_text(fields: &[FieldError]) -> String {
    let parts: Vec<String> =
        fields.iter().map(|fault| format!("`{}` {}", fault.field, fault.message)).collect();
    parts.join("; ")
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<kaishu_search::Error> for Error {
    fn from(error: kaishu_search::Error) -> Self {
        if let kaishu_search::Error::Cursor(_) = error {
            return Self::field("cursor", "is none of this order; begin again without it");
        }
        Self::Search(error)
    }
}
