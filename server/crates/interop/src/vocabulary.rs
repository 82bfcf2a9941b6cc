//! What other catalogues call licences, formats, frequencies and themes, in our words.
//!
//! Every function returns `None` for a value it does not know, so that the caller can list it.

mod format;
mod frequency;
mod licence;
mod theme;

pub use self::format::{format, format_of_word};
pub use self::frequency::frequency;
pub use self::licence::licence;
pub use self::theme::theme;

/// A term of a vocabulary that every portal starts with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownTerm {
    /// The code used in addresses, files and the API.
    pub code: &'static str,
    /// The Chinese word.
    pub label_zh: &'static str,
    /// The English word.
    pub label_en: &'static str,
    /// The identifier of the same term elsewhere, as a URI.
    pub uri: Option<&'static str>,
}

const fn term(
    code: &'static str,
    label_zh: &'static str,
    label_en: &'static str,
    uri: Option<&'static str>,
) -> KnownTerm {
    KnownTerm { code, label_zh, label_en, uri }
}

/// The themes (数据领域) of the national list.
pub const THEMES: &[KnownTerm] = &[
    term("credit", "信用服务", "Credit", None),
    term(
        "health",
        "医疗卫生",
        "Health",
        Some("http://publications.europa.eu/resource/authority/data-theme/HEAL"),
    ),
    term("employment", "社保就业", "Employment and social security", None),
    term("public_safety", "公共安全", "Public safety", None),
    term(
        "housing",
        "城建住房",
        "Housing and construction",
        Some("http://publications.europa.eu/resource/authority/data-theme/REGI"),
    ),
    term(
        "transport",
        "交通运输",
        "Transport",
        Some("http://publications.europa.eu/resource/authority/data-theme/TRAN"),
    ),
    term(
        "education",
        "教育文化",
        "Education and culture",
        Some("http://publications.europa.eu/resource/authority/data-theme/EDUC"),
    ),
    term(
        "science",
        "科技创新",
        "Science and technology",
        Some("http://publications.europa.eu/resource/authority/data-theme/TECH"),
    ),
    term(
        "energy",
        "资源能源",
        "Resources and energy",
        Some("http://publications.europa.eu/resource/authority/data-theme/ENER"),
    ),
    term(
        "environment",
        "生态环境",
        "Environment",
        Some("http://publications.europa.eu/resource/authority/data-theme/ENVI"),
    ),
    term(
        "industry",
        "工业农业",
        "Industry and agriculture",
        Some("http://publications.europa.eu/resource/authority/data-theme/AGRI"),
    ),
    term("commerce", "商贸流通", "Commerce", None),
    term(
        "finance",
        "财税金融",
        "Finance and taxes",
        Some("http://publications.europa.eu/resource/authority/data-theme/ECON"),
    ),
    term("work_safety", "安全生产", "Work safety", None),
    term("market", "市场监管", "Market supervision", None),
    term("assistance", "社会救助", "Social assistance", None),
    term(
        "law",
        "法律服务",
        "Law",
        Some("http://publications.europa.eu/resource/authority/data-theme/JUST"),
    ),
    term("life", "生活服务", "Everyday life", None),
    term("weather", "气象服务", "Weather", None),
    term("geospatial", "地理空间", "Geospatial", None),
    term(
        "organisation",
        "机构团体",
        "Organizations",
        Some("http://publications.europa.eu/resource/authority/data-theme/GOVE"),
    ),
    term("other", "其他", "Other", None),
];

/// The licences that a portal starts with.
pub const LICENCES: &[KnownTerm] = &[
    term("open-licence", "开放授权协议", "Open licence of this portal", None),
    term("conditional-licence", "有条件开放协议", "Conditional licence of this portal", None),
    term(
        "cc0-1.0",
        "CC0 1.0",
        "CC0 1.0",
        Some("https://creativecommons.org/publicdomain/zero/1.0/"),
    ),
    term(
        "cc-by-4.0",
        "署名 4.0 (CC BY 4.0)",
        "CC BY 4.0",
        Some("https://creativecommons.org/licenses/by/4.0/"),
    ),
    term(
        "cc-by-3.0",
        "署名 3.0 (CC BY 3.0)",
        "CC BY 3.0",
        Some("https://creativecommons.org/licenses/by/3.0/"),
    ),
    term(
        "cc-by-sa-4.0",
        "署名-相同方式共享 4.0 (CC BY-SA 4.0)",
        "CC BY-SA 4.0",
        Some("https://creativecommons.org/licenses/by-sa/4.0/"),
    ),
    term(
        "cc-by-nc-4.0",
        "署名-非商业性使用 4.0 (CC BY-NC 4.0)",
        "CC BY-NC 4.0",
        Some("https://creativecommons.org/licenses/by-nc/4.0/"),
    ),
    term(
        "odc-pddl-1.0",
        "ODC PDDL 1.0",
        "ODC PDDL 1.0",
        Some("https://opendatacommons.org/licenses/pddl/1-0/"),
    ),
    term(
        "odc-by-1.0",
        "ODC-By 1.0",
        "ODC-By 1.0",
        Some("https://opendatacommons.org/licenses/by/1-0/"),
    ),
    term(
        "odbl-1.0",
        "ODbL 1.0",
        "ODbL 1.0",
        Some("https://opendatacommons.org/licenses/odbl/1-0/"),
    ),
    term(
        "ogl-uk-3.0",
        "英国开放政府许可 3.0",
        "Open Government Licence 3.0 (UK)",
        Some("https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"),
    ),
    term(
        "us-pd",
        "美国政府作品（公有领域）",
        "United States government work",
        Some("https://www.usa.gov/government-works"),
    ),
    term("mit", "MIT", "MIT", Some("https://opensource.org/license/mit")),
    term(
        "apache-2.0",
        "Apache 2.0",
        "Apache 2.0",
        Some("https://www.apache.org/licenses/LICENSE-2.0"),
    ),
    term("other-open", "其他开放许可", "Other open licence", None),
    term("other-restricted", "其他限制性许可", "Other licence with restrictions", None),
    term("not-specified", "未说明", "Not specified", None),
];

/// Lower-cases, folds widths, and makes every run of other signs one space.
pub(crate) fn words(text: &str) -> String {
    let folded = crate::text::fold_width(text).to_lowercase();
    let spaced: String =
        folded.chars().map(|sign| if sign.is_alphanumeric() { sign } else { ' ' }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The last part of an address, or the whole of what is none.
pub(crate) fn last_segment(text: &str) -> &str {
    let is_address = text.contains("://");
    let trimmed = text.trim().trim_end_matches('/');
    if is_address { trimmed.rsplit(['/', '#']).next().unwrap_or(trimmed) } else { trimmed }
}
