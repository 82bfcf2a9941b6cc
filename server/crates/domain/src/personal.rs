//! Personal data and secret markings in values (SEC-21): found by what a value is, and by what its
//! column is called.

use std::fmt;
use std::str::FromStr;

use kaishu_types::Lang;
use serde::{Deserialize, Serialize};

use crate::validate::check_resident_id;

/// A kind of content that stops a release until a person has looked at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sensitive {
    /// 公民身份号码, with its check character.
    ResidentId,
    /// 手机号码.
    Mobile,
    /// 银行卡号, with its check digit.
    BankCard,
    /// 机动车号牌.
    Plate,
    /// 电子邮箱.
    Email,
    /// 护照、通行证号码.
    TravelDocument,
    /// 姓名.
    Name,
    /// 住址, down to a door.
    Address,
    /// 出生日期.
    BirthDate,
    /// 国家秘密、工作秘密标志.
    SecretMark,
}

impl Sensitive {
    /// All kinds.
    pub const ALL: &'static [Self] = &[
        Self::ResidentId,
        Self::Mobile,
        Self::BankCard,
        Self::Plate,
        Self::Email,
        Self::TravelDocument,
        Self::Name,
        Self::Address,
        Self::BirthDate,
        Self::SecretMark,
    ];

    /// Its word in records.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ResidentId => "resident_id",
            Self::Mobile => "mobile",
            Self::BankCard => "bank_card",
            Self::Plate => "plate",
            Self::Email => "email",
            Self::TravelDocument => "travel_document",
            Self::Name => "name",
            Self::Address => "address",
            Self::BirthDate => "birth_date",
            Self::SecretMark => "secret_mark",
        }
    }

    /// What people call it.
    pub fn label(self, lang: Lang) -> &'static str {
        match self {
            Self::ResidentId => lang.pick("公民身份号码", "resident identity numbers"),
            Self::Mobile => lang.pick("手机号码", "mobile numbers"),
            Self::BankCard => lang.pick("银行卡号", "bank card numbers"),
            Self::Plate => lang.pick("机动车号牌", "number plates"),
            Self::Email => lang.pick("电子邮箱", "e-mail addresses"),
            Self::TravelDocument => lang.pick("护照或通行证号码", "travel document numbers"),
            Self::Name => lang.pick("姓名", "names of persons"),
            Self::Address => lang.pick("住址", "home addresses"),
            Self::BirthDate => lang.pick("出生日期", "dates of birth"),
            Self::SecretMark => lang.pick("密级标志", "secret markings"),
        }
    }

    /// What a heading says its values are, where it says so.
    pub fn named_by(heading: &str) -> Option<Self> {
        const HINTS: &[(Sensitive, &[&str])] = &[
            (
                Sensitive::ResidentId,
                &["身份证", "公民身份号码", "证件号", "idcard", "id_card", "sfzh"],
            ),
            (Sensitive::Mobile, &["手机", "移动电话", "mobile", "sjh", "联系方式"]),
            (Sensitive::BankCard, &["银行卡", "银行账号", "银行账户", "bankcard", "bank_card"]),
            (Sensitive::Plate, &["车牌", "号牌号码", "license_plate"]),
            (Sensitive::Email, &["邮箱", "email", "e-mail", "电子邮件"]),
            (Sensitive::TravelDocument, &["护照", "通行证", "passport"]),
            (
                Sensitive::BirthDate,
                &["出生日期", "出生年月日", "生日", "birthday", "birth_date", "dob"],
            ),
            (Sensitive::Address, &["住址", "家庭地址", "户籍地址", "居住地址", "home_address"]),
            (Sensitive::Name, &["姓名", "full_name", "申请人", "户主", "监护人", "患者", "当事人"]),
        ];
        let heading = heading.trim().to_lowercase();
        let is_named = |words: &&[&str]| words.iter().any(|word| heading.contains(word));
        HINTS.iter().find(|(_, words)| is_named(words)).map(|(kind, _)| *kind)
    }

    /// How large a share of a column must be of this kind before the column is: what has a check of
    /// its own is one by itself.
    pub fn least_share(self) -> f64 {
        match self {
            Self::ResidentId | Self::SecretMark => 0.0,
            Self::Mobile | Self::Email | Self::Plate | Self::Address => 0.01,
            Self::BankCard | Self::TravelDocument => 0.3,
            Self::Name | Self::BirthDate => 0.5,
        }
    }
}

impl fmt::Display for Sensitive {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl FromStr for Sensitive {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.iter().copied().find(|kind| kind.as_str() == text);
        found.ok_or_else(|| format!("`{text}` is no kind of personal data"))
    }
}

/// Whether a heading says that its values tell whom or what a row is about, so that rows of several
/// datasets can be put together by them (REV-09, yulin 34).
pub fn identifies(heading: &str) -> bool {
    const NAMES: &[&str] = &[
        "信用代码",
        "机构代码",
        "注册号",
        "企业名称",
        "单位名称",
        "法定代表人",
        "负责人",
        "主体名称",
        "credit_code",
        "uscc",
        "company_name",
    ];
    let folded = heading.trim().to_lowercase();
    Sensitive::named_by(heading).is_some() || NAMES.iter().any(|name| folded.contains(name))
}

/// Whether a text holds personal data or a secret marking.
pub fn is_in(text: &str) -> bool {
    let mut is_found = false;
    find_in(text, &mut |_| is_found = true);
    is_found
}

/// Digits of a mobile number; all others have more.
const SHORTEST_NUMBER: usize = 11;

/// Finds kinds of content in a value, wherever they stand in it, and calls `found` with each.
pub fn find_in(value: &str, found: &mut dyn FnMut(Sensitive)) {
    // One look at the bytes rules nearly everything out.
    let (mut n_digits, mut has_at, mut is_ascii) = (0_usize, false, true);
    for byte in value.bytes() {
        n_digits += usize::from(byte.is_ascii_digit());
        has_at |= byte == b'@';
        is_ascii &= byte.is_ascii();
    }
    if n_digits >= SHORTEST_NUMBER {
        in_numbers(value, found);
    }
    if has_at && value.split(|sign: char| !is_in_address(sign)).any(is_email) {
        found(Sensitive::Email);
    }
    if !is_ascii {
        in_chinese(value, found);
    }
    if is_travel_document(value) {
        found(Sensitive::TravelDocument);
    }
}

fn in_numbers(value: &str, found: &mut dyn FnMut(Sensitive)) {
    let is_digit = |sign: char| sign.is_ascii_digit() || matches!(sign, 'x' | 'X');
    // In figures and coordinates, what follows a point is part of a measured number.
    let has_fractions = value.is_ascii();
    let mut follows_point = false;
    for piece in value.split_inclusive(|sign: char| !is_digit(sign)) {
        let run = piece.trim_end_matches(|sign: char| !is_digit(sign));
        let is_fraction = follows_point && has_fractions;
        follows_point = !run.is_empty() && piece.ends_with('.');
        if is_fraction {
            continue;
        }
        match run.len() {
            18 if check_resident_id(run).is_ok() => found(Sensitive::ResidentId),
            11 | 13 if is_mobile(run) => found(Sensitive::Mobile),
            15..=19 if is_bank_card(run) => found(Sensitive::BankCard),
            _ => {}
        }
    }
    // A number in groups, as in 138-1234-5678 or 6222 0200 0000 0000.
    let is_grouped =
        value.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b' ' | b'-' | b'+'));
    if is_grouped && value.bytes().any(|byte| matches!(byte, b' ' | b'-' | b'+')) {
        let digits: String = value.chars().filter(char::is_ascii_digit).collect();
        if is_mobile(&digits) {
            found(Sensitive::Mobile);
        } else if is_bank_card(&digits) {
            found(Sensitive::BankCard);
        }
    }
}

fn is_mobile(digits: &str) -> bool {
    let local = digits.strip_prefix("86").filter(|rest| rest.len() == 11).unwrap_or(digits);
    local.len() == 11
        && local.starts_with('1')
        && local.as_bytes().get(1).is_some_and(|second| second.is_ascii_digit() && *second >= b'3')
        && local.bytes().all(|byte| byte.is_ascii_digit())
}

/// A number of a bank card begins with 3 to 6 and has the check digit of Luhn (ISO/IEC 7812-1).
fn is_bank_card(digits: &str) -> bool {
    if !(15..=19).contains(&digits.len()) || !digits.starts_with(['3', '4', '5', '6']) {
        return false;
    }
    let mut sum = 0_u32;
    for (place, byte) in digits.bytes().rev().enumerate() {
        if !byte.is_ascii_digit() {
            return false;
        }
        let digit = u32::from(byte - b'0');
        let weighed = if place % 2 == 1 { digit * 2 } else { digit };
        sum += if weighed > 9 { weighed - 9 } else { weighed };
    }
    sum.is_multiple_of(10)
}

fn is_in_address(sign: char) -> bool {
    sign.is_ascii_alphanumeric() || matches!(sign, '.' | '_' | '-' | '+' | '@')
}

fn is_email(word: &str) -> bool {
    let Some((name, host)) = word.split_once('@') else { return false };
    let Some((before, ending)) = host.rsplit_once('.') else { return false };
    !name.is_empty()
        && !before.is_empty()
        && ending.len() >= 2
        && ending.bytes().all(|byte| byte.is_ascii_alphabetic())
}

fn is_travel_document(value: &str) -> bool {
    if value.len() < 9 {
        return false;
    }
    let value = value.trim();
    let (Some(first), Some(rest)) = (value.chars().next(), value.get(1..)) else { return false };
    let is_number =
        |text: &str, n: usize| text.len() == n && text.bytes().all(|it| it.is_ascii_digit());
    match first {
        'E' | 'G' | 'D' | 'S' | 'P' | 'C' | 'W' => is_number(rest, 8),
        'H' | 'M' => is_number(rest, 8) || is_number(rest, 10),
        _ => false,
    }
}

const PROVINCES: &str = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼";

/// Every value of every table comes by here, so each look begins with what is quickly ruled out.
fn in_chinese(value: &str, found: &mut dyn FnMut(Sensitive)) {
    let trimmed = value.trim();
    if trimmed.len() <= LONGEST_NAME {
        let signs: Vec<char> = trimmed.chars().collect();
        if is_name(&signs) {
            found(Sensitive::Name);
        }
    }
    if value.bytes().any(|byte| byte.is_ascii_uppercase()) {
        let signs: Vec<char> = trimmed.chars().take(200).collect();
        if has_plate(&signs) {
            found(Sensitive::Plate);
        }
    }
    if has_numbered_parts(value) && is_door(value) {
        found(Sensitive::Address);
    }
    if value.contains('密') && SECRET_MARKS.iter().any(|mark| value.contains(mark)) {
        found(Sensitive::SecretMark);
    }
}

/// All of them have 密.
const SECRET_MARKS: &[&str] =
    &["绝密★", "机密★", "秘密★", "绝密☆", "机密☆", "秘密☆", "内部资料，注意保密", "工作秘密"];

/// Bytes of four Chinese characters.
const LONGEST_NAME: usize = 16;

/// Whether two numbers are followed by something else than ASCII, as in 12号501室.
fn has_numbered_parts(value: &str) -> bool {
    let pairs = value.as_bytes().windows(2);
    let is_end = |pair: &&[u8]| matches!(pair, [b'0'..=b'9', next] if !next.is_ascii());
    pairs.filter(is_end).take(2).count() == 2
}

/// The hundred and some most frequent family names, and those of two characters.
const FAMILIES: &str = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤";
const DOUBLE_FAMILIES: &[&str] =
    &["欧阳", "上官", "司马", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容"];

/// Words that begin like names and are none: places, bodies, roles.
const NO_NAME_ENDINGS: &str =
    "市县区镇乡村街路局院校园店厂站部科室办委会社司组队馆所处州省号楼桥河山湖岛港庄屯寨堡集营沟";

/// Words that begin with a family name and are in many tables.
const NO_NAMES: &[&str] = &[
    "万元", "万人", "万户", "万吨", "万亩", "白色", "黄色", "金色", "石油", "石材", "高中", "高等",
    "高级", "高压", "高速", "金属", "金融", "金额", "黄金", "江西", "江苏", "方法", "方向", "方案",
    "任务", "任意", "范围", "程度", "安全", "马铃", "白银", "严重", "严格", "史前", "侯鸟", "于今",
    "向阳", "夏季", "雷电", "雷暴", "石灰", "金牌", "龙头", "田间", "林地", "林业", "余额", "戴帽",
];

fn is_name(signs: &[char]) -> bool {
    let is_han = |sign: &char| ('\u{4E00}'..='\u{9FFF}').contains(sign);
    if !(2..=4).contains(&signs.len()) || !signs.iter().all(is_han) {
        return false;
    }
    let (Some(first), Some(last)) = (signs.first(), signs.last()) else { return false };
    let two: String = signs.iter().take(2).collect();
    if NO_NAME_ENDINGS.contains(*last) || NO_NAMES.contains(&two.as_str()) {
        return false;
    }
    DOUBLE_FAMILIES.contains(&two.as_str()) || (signs.len() <= 3 && FAMILIES.contains(*first))
}

/// A plate is a province, a letter and five or six signs, alone or in a text.
fn has_plate(signs: &[char]) -> bool {
    signs.windows(2).enumerate().any(|(start, pair)| {
        let [province, letter] = pair else { return false };
        if !letter.is_ascii_uppercase() || !PROVINCES.contains(*province) {
            return false;
        }
        let rest = signs.iter().skip(start + 2).filter(|sign| !matches!(sign, '·' | ' ' | '-'));
        let n = rest.take_while(|it| it.is_ascii_uppercase() || it.is_ascii_digit()).count();
        n == 5 || n == 6
    })
}

/// An address that leads to a door: a house with its unit, or a room of a building.
fn is_door(value: &str) -> bool {
    let after_digit = |word: &str| {
        value.match_indices(word).any(|(place, _)| {
            value
                .get(..place)
                .is_some_and(|before| before.ends_with(|sign: char| sign.is_ascii_digit()))
        })
    };
    let has_house =
        after_digit("号") || after_digit("栋") || after_digit("幢") || after_digit("号楼");
    let has_door = after_digit("室") || after_digit("单元") || after_digit("户");
    has_house && has_door
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: &str, expected: &[Sensitive]) {
        let mut kinds = Vec::new();
        find_in(value, &mut |kind| kinds.push(kind));
        assert_eq!(kinds, expected, "{value}");
    }

    #[test]
    fn what_is_personal_is_found() {
        check("11010519491231002X", &[Sensitive::ResidentId]);
        check("身份证号：440524188001010014。", &[Sensitive::ResidentId]);
        check("13812345678", &[Sensitive::Mobile]);
        check("+86 138-1234-5678", &[Sensitive::Mobile]);
        check("请拨打13812345678联系", &[Sensitive::Mobile]);
        check("6222021234567890128", &[Sensitive::BankCard]);
        check("川A12345", &[Sensitive::Plate]);
        check("川A·D12345", &[Sensitive::Plate]);
        check("someone@example.gov.cn", &[Sensitive::Email]);
        check("E12345678", &[Sensitive::TravelDocument]);
        check("1.13812345678、2.无", &[Sensitive::Mobile]);
        check("tel.13812345678", &[Sensitive::Mobile]);
        check("王小明", &[Sensitive::Name]);
        check("欧阳修", &[Sensitive::Name]);
        check("青羊区人民路12号3单元501室", &[Sensitive::Address]);
        check("机密★10年", &[Sensitive::SecretMark]);
    }

    #[test]
    fn what_is_not_personal_is_left_alone() {
        for value in [
            "",
            "110105194912310021",
            "0899-12345678",
            "12345678901",
            "2020-01-01 12:00:00",
            "110101001001",
            "91350100M000100Y43",
            "6222021234567890121",
            "马尔康市",
            "金川县",
            "人民路12号",
            "2,189.5",
            "@home",
            "113.76872384718394",
            "[113.4000000000000012,22.6222021234567890128]",
            "万元",
            "白色",
        ] {
            check(value, &[]);
        }
    }

    #[test]
    fn headings_say_what_they_are() {
        assert_eq!(Sensitive::named_by("申请人姓名"), Some(Sensitive::Name));
        assert_eq!(Sensitive::named_by("身份证号码"), Some(Sensitive::ResidentId));
        assert_eq!(Sensitive::named_by("站点名称"), None);
    }
}
