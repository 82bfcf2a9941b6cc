//! What is wrong with a value or a row.

use kaishu_types::Lang;
use serde::{Deserialize, Serialize};

macro_rules! faults {
    ($($(#[$meta:meta])* $variant:ident = $code:literal, $zh:literal, $en:literal;)+) => {
        /// What is wrong with a value or a row.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum Fault {
            $($(#[$meta])* #[serde(rename = $code)] $variant,)+
        }

        impl Fault {
            /// Returns the code used in the API.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            /// Says it.
            pub fn words(self, lang: Lang) -> &'static str {
                match self { $(Self::$variant => lang.pick($zh, $en),)+ }
            }
        }
    };
}

faults! {
    /// There is no value.
    Blank = "blank", "没有值", "no value";
    /// Fewer values than the header has names.
    Fewer = "fewer", "值比表头少", "fewer values than the header has names";
    /// More values than the header has names.
    More = "more", "值比表头多", "more values than the header has names";
    /// Another type.
    Type = "type", "类型不符", "another type";
    /// Too many or too few characters.
    Length = "length", "位数或长度不对", "wrong length";
    /// A character that must not be there.
    Character = "character", "有不该出现的字符", "a character that must not be there";
    /// The check character does not fit.
    CheckCharacter = "check_character", "校验码不对", "the check character does not fit";
    /// The date of birth in it is none.
    BirthDate = "birth_date", "其中的出生日期不存在", "the date of birth in it does not exist";
    /// It begins with no province.
    Province = "province", "开头不是省级代码", "it begins with no province";
    /// In no list of codes.
    Unlisted = "unlisted", "不在 2002 年至 2023 年的区划代码表中", "in no list of division codes from 2002 to 2023";
    /// Given up before the years that the data is of.
    GivenUp = "given_up", "在数据所属的年份已经停用", "no longer in use in the years that the data is of";
    /// In use only after the years that the data is of.
    NotYet = "not_yet", "在数据所属的年份尚未启用", "not yet in use in the years that the data is of";
    /// Not written as it should be.
    Form = "form", "写法不规范", "not written in the standard way";
    /// Spaces around it.
    Spaces = "spaces", "首尾有空格", "spaces around it";
    /// Broken or invisible characters.
    Broken = "broken", "有乱码或控制字符", "broken or control characters";
    /// Out of range.
    Range = "range", "超出范围", "out of range";
    /// One of two is missing.
    Pair = "pair", "只有其中一个值", "one of the two is missing";
    /// In each other's place.
    Swapped = "swapped", "经度和纬度可能填反", "longitude and latitude may be in each other’s place";
    /// Outside the country.
    Outside = "outside", "在我国范围以外", "outside China";
    /// The end before the start.
    Order = "order", "结束早于开始", "the end is before the start";
    /// There before.
    Repeated = "repeated", "前面已经出现过", "there before";
}
