//! Sections of GB/T 4754-2017 in words. A division is named by its section.

use kaishu_types::Lang;

/// Letter, first and last division, in Chinese, in English.
const SECTIONS: &[(&str, u8, u8, &str, &str)] = &[
    ("A", 1, 5, "农、林、牧、渔业", "Agriculture, forestry, animal husbandry and fishery"),
    ("B", 6, 12, "采矿业", "Mining"),
    ("C", 13, 43, "制造业", "Manufacturing"),
    ("D", 44, 46, "电力、热力、燃气及水生产和供应业", "Electricity, heat, gas and water supply"),
    ("E", 47, 50, "建筑业", "Construction"),
    ("F", 51, 52, "批发和零售业", "Wholesale and retail trade"),
    ("G", 53, 60, "交通运输、仓储和邮政业", "Transport, storage and post"),
    ("H", 61, 62, "住宿和餐饮业", "Accommodation and catering"),
    (
        "I",
        63,
        65,
        "信息传输、软件和信息技术服务业",
        "Information transmission, software and IT services",
    ),
    ("J", 66, 69, "金融业", "Finance"),
    ("K", 70, 70, "房地产业", "Real estate"),
    ("L", 71, 72, "租赁和商务服务业", "Leasing and business services"),
    ("M", 73, 75, "科学研究和技术服务业", "Scientific research and technical services"),
    (
        "N",
        76,
        79,
        "水利、环境和公共设施管理业",
        "Water conservancy, environment and public facilities",
    ),
    ("O", 80, 82, "居民服务、修理和其他服务业", "Household services, repair and other services"),
    ("P", 83, 83, "教育", "Education"),
    ("Q", 84, 85, "卫生和社会工作", "Health and social work"),
    ("R", 86, 90, "文化、体育和娱乐业", "Culture, sports and entertainment"),
    (
        "S",
        91,
        96,
        "公共管理、社会保障和社会组织",
        "Public administration, social security and social organizations",
    ),
    ("T", 97, 97, "国际组织", "International organizations"),
];

/// Returns an industry in words with its code; what is no code of the standard is shown as written.
pub(crate) fn industry(lang: Lang, written: &str) -> String {
    let code = written.trim();
    let letter = code.get(..1).filter(|first| first.chars().all(char::is_alphabetic));
    let digits = code.trim_start_matches(|char: char| char.is_ascii_alphabetic());
    let division: Option<u8> = digits.get(..2).and_then(|digits| digits.parse().ok());
    let is_code = code.chars().all(|char| char.is_ascii_alphanumeric());
    let section = SECTIONS.iter().find(|(section, first, last, ..)| match (letter, division) {
        (Some(letter), _) => letter.eq_ignore_ascii_case(section) && code.len() - digits.len() == 1,
        (None, Some(division)) => (*first..=*last).contains(&division),
        (None, None) => false,
    });
    match section.filter(|_| is_code) {
        Some((.., zh, en)) => match lang {
            Lang::Zh => format!("{zh}（{code}）"),
            Lang::En => format!("{en} ({code})"),
        },
        None => written.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_the_standard_get_words() {
        assert_eq!(industry(Lang::Zh, "G"), "交通运输、仓储和邮政业（G）");
        assert_eq!(industry(Lang::En, "54"), "Transport, storage and post (54)");
        assert_eq!(industry(Lang::En, "P83"), "Education (P83)");
        assert_eq!(
            industry(Lang::En, "s"),
            "Public administration, social security and social organizations (s)"
        );
    }

    #[test]
    fn what_is_no_code_is_shown_as_written() {
        for written in ["", "98", "Z", "农业", "Gas", "5", "金融 J", "é"] {
            assert_eq!(industry(Lang::Zh, written), written);
        }
    }

    #[test]
    fn sections_follow_each_other_without_gaps() {
        let pairs = SECTIONS.windows(2);
        assert!(pairs.into_iter().all(|pair| pair[0].2 + 1 == pair[1].1));
    }
}
