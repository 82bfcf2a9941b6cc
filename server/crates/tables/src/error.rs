//! What stops the reading of a table.

use kaishu_types::Lang;
use thiserror::Error;

/// A table that cannot be read.
#[derive(Debug, Error)]
pub enum TableError {
    /// The bytes could not be had.
    #[error("the file could not be read: {0}")]
    Read(#[from] std::io::Error),
    /// The bytes are not text in the encoding that the rest of the file is in.
    #[error("{place}: the bytes are not {encoding}; save the file as UTF-8")]
    Encoding {
        /// The file and the line.
        place: String,
        /// Name of the encoding.
        encoding: &'static str,
    },
    /// The table has no header.
    #[error("{file} is empty; its first line must name the columns")]
    Empty {
        /// Name of the file.
        file: String,
    },
    /// Two columns have one name, or one has none.
    #[error("{file} line 1: {message}")]
    Header {
        /// Name of the file.
        file: String,
        /// What is wrong with which column.
        message: String,
    },
    /// A line does not fit the header.
    #[error(
        "{file} line {line} has {found} values, but the header names {expected} columns; put \
         values with a delimiter or a line break into double quotes"
    )]
    Ragged {
        /// Name of the file.
        file: String,
        /// Line in it, from 1.
        line: u64,
        /// Values found.
        found: usize,
        /// Columns of the header.
        expected: usize,
    },
    /// A row is longer than any table has rows.
    #[error(
        "the row that begins in line {line} has more than {} MiB; a double quote is probably never \
         closed",
        crate::source::MAX_ROW_BYTES >> 20
    )]
    LongRow {
        /// The line where it begins.
        line: u64,
    },
    /// A row has too many values.
    #[error(
        "line {line} has more than {} values; a table has no more columns than that",
        crate::source::MAX_COLUMNS
    )]
    TooManyColumns {
        /// The line where it begins.
        line: u64,
    },
    /// The file is not what its format promises.
    #[error("{0}")]
    Unreadable(String),
    /// A question names a column that is not there for the asker.
    #[error("there is no column `{0}`")]
    NoColumn(String),
    /// A question compares a column with something it cannot be compared with.
    #[error("column `{column}` is of type {item_type}: {wanted}")]
    WrongValue {
        /// The column.
        column: String,
        /// Its type.
        item_type: kaishu_types::vocabulary::ItemType,
        /// What would be right.
        wanted: &'static str,
    },
    /// Rows cannot be told by these columns.
    #[error(
        "{n_repeated} rows have the same values in {} as another row; name columns that tell rows apart, \
         or compare whole rows",
        columns.join(", ")
    )]
    KeyRepeats {
        /// The columns.
        columns: Vec<String>,
        /// How many rows have a key that is there before.
        n_repeated: u64,
    },
    /// A question asks for more than is answered.
    #[error("{0}")]
    Limit(String),
    /// The answer took too long.
    #[error("the answer took longer than {} s; ask for fewer rows, or filter by a number or a date", .time.as_secs())]
    TooLong {
        /// The bound.
        time: std::time::Duration,
    },
    /// The answer needed too much memory.
    #[error(
        "the answer needs more memory than one may have; ask for fewer rows or columns, group by fewer \
         values, or filter first"
    )]
    TooMuchMemory,
    /// The plan of a question failed.
    #[error("the question could not be answered: {0}")]
    Query(String),
    /// Somebody asked the work to stop.
    #[error("the work was cancelled")]
    Cancelled,
}

impl From<datafusion::parquet::errors::ParquetError> for TableError {
    fn from(error: datafusion::parquet::errors::ParquetError) -> Self {
        Self::Unreadable(error.to_string())
    }
}

impl From<datafusion::arrow::error::ArrowError> for TableError {
    fn from(error: datafusion::arrow::error::ArrowError) -> Self {
        datafusion::common::DataFusionError::from(error).into()
    }
}

impl TableError {
    /// Whether a question is at fault, not the table nor the machine.
    pub fn is_of_question(&self) -> bool {
        matches!(
            self,
            Self::NoColumn(_) | Self::WrongValue { .. } | Self::Limit(_) | Self::KeyRepeats { .. }
        )
    }

    /// Says what is wrong, in a language; what only programmers meet is in English.
    pub fn message(&self, lang: Lang) -> String {
        if lang == Lang::En {
            return self.to_string();
        }
        match self {
            Self::NoColumn(name) => format!("没有名为 `{name}` 的列"),
            Self::WrongValue { column, item_type, wanted } => {
                let label = item_type.label(lang);
                format!("列 `{column}` 的类型是{label}：{}", wanted_in_chinese(wanted))
            }
            Self::KeyRepeats { columns, n_repeated } => format!(
                "有 {n_repeated} 行的{}与别的行相同。请指定能区分各行的列，或者按整行比较",
                columns.join("、")
            ),
            Self::Limit(_) => "超出了一次查询的范围，或者游标属于另一个查询".to_owned(),
            Self::TooLong { time } => {
                format!("这个查询超过了 {} 秒。请缩小范围，或者按数字、日期筛选", time.as_secs())
            }
            Self::TooMuchMemory => {
                "这个查询占用的内存太多。请少取一些行或列，先筛选，或者按取值较少的列分组"
                    .to_owned()
            }
            Self::LongRow { line } => {
                format!("第 {line} 行开始的记录太长，可能有双引号没有关上")
            }
            Self::TooManyColumns { line } => format!("第 {line} 行的列太多"),
            Self::Empty { .. } => "文件是空的".to_owned(),
            Self::Encoding { place, encoding } => {
                format!("{place}：有些字节不是 {encoding} 编码，请另存为 UTF-8")
            }
            _ => self.to_string(),
        }
    }

    /// Turns an error of the csv reader, which can only be one of reading here: rows may be of any
    /// length and the bytes are decoded before.
    pub(crate) fn from_csv(error: csv::Error, place: &str) -> Self {
        let message = error.to_string();
        match error.into_kind() {
            csv::ErrorKind::Io(source) => match crate::decode::encoding_of(&source) {
                Some((encoding, line)) => {
                    Self::Encoding { place: format!("{place} line {line}"), encoding }
                }
                None => Self::Read(source),
            },
            _ => Self::Read(std::io::Error::other(message)),
        }
    }
}

fn wanted_in_chinese(wanted: &str) -> &str {
    match wanted {
        crate::plan::A_NUMBER => "请与数字比较，例如 12.5",
        crate::plan::A_DATE => "请与日期比较，例如 2020-02-06",
        crate::plan::A_MOMENT => "请与时间比较，例如 2020-02-06 12:00",
        crate::plan::YES_OR_NO => "请与“是”或“否”比较",
        crate::plan::OF_NUMBERS => "只有数字才能求和、求平均、求分位数或分段",
        crate::plan::OF_DATES => "只有日期才能按年、月、日分组",
        other => other,
    }
}
