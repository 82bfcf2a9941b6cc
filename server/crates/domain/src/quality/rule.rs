//! The rules of quality that are checked by machine.

use kaishu_types::Lang;
use serde::{Deserialize, Serialize};

use crate::policy::QualityDimension;

/// What follows where a rule does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// A new version is rejected; the one before serves on.
    Blocking,
    /// It lowers the score and stands in the list of what to mend.
    Advisory,
}

impl Severity {
    /// Returns the code used in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Blocking => "blocking",
            Self::Advisory => "advisory",
        }
    }

    /// Returns the word people read.
    pub fn label(self, lang: Lang) -> &'static str {
        match self {
            Self::Blocking => lang.pick("强制", "Blocking"),
            Self::Advisory => lang.pick("提示", "Advisory"),
        }
    }

    /// How much a rule counts in the score of its dimension.
    pub fn weight(self) -> f64 {
        match self {
            Self::Blocking => 3.0,
            Self::Advisory => 1.0,
        }
    }
}

macro_rules! rules {
    ($(
        $(#[$meta:meta])*
        $variant:ident = $code:literal, $dimension:ident, $severity:ident {
            checks: $zh:literal, $en:literal;
            remedy: $fix_zh:literal, $fix_en:literal;
        }
    )+) => {
        /// A rule of quality.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum Rule {
            $($(#[$meta])* #[serde(rename = $code)] $variant,)+
        }

        impl Rule {
            /// All rules.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Returns the code used in the API and in stored facts.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            /// The dimension it belongs to.
            pub fn dimension(self) -> QualityDimension {
                match self { $(Self::$variant => QualityDimension::$dimension,)+ }
            }

            /// What follows where it does not hold.
            pub fn severity(self) -> Severity {
                match self { $(Self::$variant => Severity::$severity,)+ }
            }

            /// What it checks.
            pub fn checks(self, lang: Lang) -> &'static str {
                match self { $(Self::$variant => lang.pick($zh, $en),)+ }
            }

            /// What would satisfy it.
            pub fn remedy(self, lang: Lang) -> &'static str {
                match self { $(Self::$variant => lang.pick($fix_zh, $fix_en),)+ }
            }
        }
    };
}

rules! {
    /// A table has rows.
    TableRows = "table.rows", Completeness, Blocking {
        checks: "表中有数据行", "The table has rows";
        remedy: "重新导出文件：现在只有表头", "Export the file again: it has nothing but a header";
    }
    /// A row has as many values as the header has names.
    RowShape = "row.shape", Standardisation, Blocking {
        checks: "每行的值数与表头一致", "Every row has as many values as the header has names";
        remedy: "补齐或删去多余的分隔符；含分隔符或换行的值用双引号括起", "Add or remove delimiters; put values with a delimiter or a line break into double quotes";
    }
    /// Every declared data item is a column.
    ItemPresent = "item.present", Completeness, Blocking {
        checks: "目录中的数据项在表中都有对应的列", "Every data item of the entry is a column of the table";
        remedy: "在文件中补上这一列，或者修改目录中的数据项", "Add the column to the file, or change the data items of the entry";
    }
    /// A value is of the type that was declared.
    TypeDeclared = "type.declared", Standardisation, Blocking {
        checks: "值符合目录中声明的类型", "Values are of the type that the entry declares";
        remedy: "改正这些值，或者修改数据项的类型", "Correct the values, or change the type of the data item";
    }
    /// A value is no longer than was declared.
    LengthDeclared = "length.declared", Standardisation, Blocking {
        checks: "值不超过目录中声明的长度", "Values are no longer than the entry declares";
        remedy: "改正这些值，或者放宽数据项的长度", "Correct the values, or allow a greater length";
    }
    /// A few values are not of the type of all others.
    TypeUniform = "type.uniform", Standardisation, Advisory {
        checks: "同一列的值类型一致", "The values of a column are of one type";
        remedy: "改正少数不同类型的值；没有值时留空", "Correct the few values of another type; leave a cell empty where there is none";
    }
    /// A date is written as the standard says.
    DateForm = "date.form", Standardisation, Advisory {
        checks: "日期写作 2026-01-31（GB/T 7408.1）", "Dates are written 2026-01-31 (GB/T 7408.1, ISO 8601)";
        remedy: "导出时把日期格式设为“年-月-日”", "Export dates as year-month-day";
    }
    /// A text has no stray spaces and no broken characters.
    TextClean = "text.clean", Standardisation, Advisory {
        checks: "值的首尾没有空格，也没有乱码", "Values have no spaces around them and no broken characters";
        remedy: "去掉首尾空格，按正确的编码重新导出", "Remove the spaces, and export in the right encoding";
    }
    /// A cell has a value.
    ValuePresent = "value.present", Completeness, Advisory {
        checks: "单元格有值", "Cells have a value";
        remedy: "补上缺少的值，或者在数据项说明中写明为何可以没有", "Fill in what is missing, or say in the description why it may be";
    }
    /// 统一社会信用代码, with its check character.
    CreditCode = "code.credit", Accuracy, Advisory {
        checks: "统一社会信用代码的位数、字符和校验码正确（GB 32100）", "Unified social credit codes have the right length, characters and check character (GB 32100)";
        remedy: "按登记机关的记录改正代码", "Correct the codes by the register";
    }
    /// 公民身份号码, with its check character.
    ResidentId = "code.resident", Accuracy, Advisory {
        checks: "公民身份号码的位数、出生日期和校验码正确（GB 11643）", "Resident identity numbers have the right length, date and check character (GB 11643)";
        remedy: "按证件改正号码", "Correct the numbers by the documents";
    }
    /// 行政区划代码.
    DivisionCode = "code.division", Accuracy, Advisory {
        checks: "行政区划代码为 6、9 或 12 位，县级及以上部分在数据所属年份的代码表中（GB/T 2260）", "Division codes have 6, 9 or 12 digits, and the lists of the years that the data is of have their county (GB/T 2260)";
        remedy: "按当年的代码表改正代码；数据属于别的年份时，在目录中写明数据的时间范围", "Correct the codes by the list of the year; where the data is of other years, say in the catalogue which time it covers";
    }
    /// 电话号码.
    Phone = "phone.form", Accuracy, Advisory {
        checks: "电话号码可以拨打：区号和号码位数正确", "Telephone numbers can be dialled: area code and length are right";
        remedy: "改正号码，固定电话写上区号", "Correct the numbers, with area codes";
    }
    /// A date is of a time that data speaks of.
    DateRange = "date.range", Accuracy, Advisory {
        checks: "日期在 1800 年至 2100 年之间", "Dates are between the years 1800 and 2100";
        remedy: "改正年份；没有日期时留空，不用 1753、9999 等代替", "Correct the years; leave a cell empty where there is no date";
    }
    /// A pair of coordinates is on the earth.
    CoordinateRange = "coordinate.range", Accuracy, Advisory {
        checks: "经度和纬度成对，都在范围以内，不是 (0, 0)", "Longitude and latitude come in pairs, are in range and not (0, 0)";
        remedy: "改正坐标，检查经度和纬度是否填反", "Correct the coordinates; look whether longitude and latitude are in each other’s place";
    }
    /// A pair of coordinates is in China, where all others are.
    CoordinateCountry = "coordinate.country", Accuracy, Advisory {
        checks: "坐标在我国范围以内（东经 73–136 度、北纬 3–54 度）", "Coordinates are in China (73 to 136° E, 3 to 54° N)";
        remedy: "改正坐标，检查经度和纬度是否填反", "Correct the coordinates; look whether longitude and latitude are in each other’s place";
    }
    /// It is said which datum coordinates are of.
    CoordinateDatum = "coordinate.datum", Usability, Advisory {
        checks: "说明了坐标系（CGCS2000、WGS84、GCJ-02、BD-09 等）", "The datum of coordinates is named (CGCS2000, WGS84, GCJ-02, BD-09 …)";
        remedy: "在列名、单位或数据项说明中写明坐标系：从坐标值看不出来", "Name the datum in heading, unit or description: values do not tell it";
    }
    /// Every column is described.
    ColumnDescribed = "column.described", Usability, Advisory {
        checks: "每一列都有数据项说明", "Every column is described by a data item";
        remedy: "在目录中为这一列写明名称、类型和含义", "Write a data item with label, type and meaning into the entry";
    }
    /// What begins does not end before.
    DateOrder = "date.order", Consistency, Advisory {
        checks: "开始不晚于结束", "What begins does not end before";
        remedy: "改正其中一个日期", "Correct one of the two dates";
    }
    /// No row is there twice.
    RowRepeated = "row.repeated", Consistency, Advisory {
        checks: "没有完全相同的行", "No row is there twice";
        remedy: "删去重复的行", "Remove the repeated rows";
    }
    /// No number of a thing is there twice.
    KeyRepeated = "key.repeated", Consistency, Advisory {
        checks: "编号不重复", "No identifier is there twice";
        remedy: "删去重复的记录，或者改正编号", "Remove the repeated records, or correct the identifiers";
    }
    /// The dataset is updated as promised.
    UpdatedInTime = "update.in_time", Timeliness, Advisory {
        checks: "按承诺的频率更新", "The dataset is updated as promised";
        remedy: "发布新版本，或者修改更新频率", "Publish a new version, or promise another frequency";
    }
}

impl Rule {
    /// Whether it speaks of values that are personal: those are never repeated.
    pub fn is_personal(self) -> bool {
        matches!(self, Self::ResidentId | Self::Phone)
    }

    /// The dimension it counts for where a regulation names only these: its own, or the nearest one.
    pub fn dimension_among(self, named: &[QualityDimension]) -> Option<QualityDimension> {
        use QualityDimension::{Accuracy, Consistency, Standardisation, Usability};
        let nearest: &[QualityDimension] = match self.dimension() {
            Standardisation => &[Standardisation, Usability, Accuracy],
            Consistency => &[Consistency, Accuracy],
            Usability => &[Usability, Standardisation, Accuracy],
            other => return named.contains(&other).then_some(other),
        };
        nearest.iter().copied().find(|dimension| named.contains(dimension))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_counts_under_every_regulation() {
        use QualityDimension::{Accuracy, Completeness, Timeliness, Truthfulness, Usability};
        let guangdong = [Completeness, Accuracy, Timeliness, Usability];
        let aba = [Truthfulness, Accuracy, Completeness, Timeliness];
        for rule in Rule::ALL {
            assert!(rule.dimension_among(&guangdong).is_some(), "{rule:?}");
            assert!(rule.dimension_among(&aba).is_some(), "{rule:?}");
        }
        assert_eq!(Rule::DateForm.dimension_among(&guangdong), Some(Usability));
        assert_eq!(Rule::DateForm.dimension_among(&aba), Some(Accuracy));
        assert_eq!(Rule::DateForm.dimension_among(&[Completeness]), None);
    }

    #[test]
    fn codes_are_told_apart() {
        let mut codes: Vec<&str> = Rule::ALL.iter().map(|rule| rule.as_str()).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), Rule::ALL.len());
    }
}
