//! Themes.

use super::{THEMES, last_segment, words};

/// Words that name a theme by themselves, folded as [`words`] folds them.
const EXACT: &[(&str, &[&str])] = &[
    ("credit", &["credit", "信用", "社会信用", "企业信用"]),
    (
        "health",
        &[
            "heal",
            "healthcare life sciences data",
            "health",
            "healthcare",
            "health care",
            "public health",
            "medicine",
            "medical",
            "医療 福祉",
            "医療",
            "福祉",
            "医疗",
            "卫生",
            "卫生健康",
            "公共卫生",
            "健康",
            "epidemiology",
            "pharmaceuticals",
            "genomics",
            "genetics",
        ],
    ),
    (
        "employment",
        &[
            "employment",
            "labor",
            "labour",
            "産業雇用創出",
            "雇用",
            "就业",
            "社保",
            "社会保障",
            "人力资源",
            "劳动就业",
            "jobs",
        ],
    ),
    (
        "public_safety",
        &[
            "public safety",
            "safety",
            "治安",
            "防災 災害計画",
            "防災",
            "公共安全",
            "应急",
            "应急管理",
            "消防",
            "crime",
            "disaster",
            "justice legal system and public safety",
            "intelligence military",
            "emergency",
        ],
    ),
    (
        "housing",
        &[
            "housing",
            "まちづくり",
            "住房",
            "城乡建设",
            "城建",
            "城市管理",
            "城市治理",
            "构造物",
            "planning cadastre",
            "real estate",
            "construction",
            "urban development",
            "urban planning",
            "structure",
            "infrastructure",
            "utilities communication",
            "utilitiescommunication",
            "utilities and communication",
            "land use",
            "landuse",
        ],
    ),
    (
        "transport",
        &[
            "tran",
            "transport",
            "transportation",
            "traffic",
            "交通情報",
            "交通",
            "道路",
            "道路交通",
            "logistics",
            "mobility",
        ],
    ),
    (
        "education",
        &[
            "educ",
            "education",
            "culture",
            "education culture and sport",
            "sport",
            "芸術文化",
            "文化",
            "教育",
            "科教文化",
            "体育",
            "文旅",
            "オリンピック パラリンピック",
            "libraries",
        ],
    ),
    (
        "science",
        &[
            "tech",
            "science",
            "technology",
            "science and technology",
            "research",
            "innovation",
            "科技",
            "科学",
            "engineering",
            "artificial intelligence",
            "machine learning",
            "digital economy",
            "telecommunications",
            "research data",
            "生物",
            "biology",
            "bioinformatics",
            "life sciences",
            "信息技术",
        ],
    ),
    (
        "energy",
        &[
            "ener",
            "resources data",
            "energy",
            "renewable energy",
            "electricity",
            "资源",
            "能源",
            "自然资源",
            "エネルギー",
            "resources",
            "mining",
            "oil",
        ],
    ),
    (
        "environment",
        &[
            "envi",
            "environmental data",
            "environment",
            "environmental",
            "環境",
            "环境",
            "生态",
            "环保",
            "ecology",
            "biodiversity",
            "biota",
            "water",
            "inland waters",
            "inlandwaters",
            "ocean",
            "oceans",
            "climate change",
            "水利",
            "生态环境保护",
            "sustainability",
            "conservation",
            "air quality",
            "geoscientific information",
            "earth science",
            "geology",
        ],
    ),
    (
        "industry",
        &[
            "agri",
            "agriculture",
            "agriculture fisheries forestry and food",
            "farming",
            "industry",
            "manufacturing",
            "工业",
            "农业",
            "农业农村",
            "農林水産",
            "food",
            "food security",
            "forestry",
            "fisheries",
            "electronics",
        ],
    ),
    (
        "commerce",
        &[
            "trade",
            "commerce",
            "international trade",
            "商贸",
            "商务",
            "business",
            "観光",
            "旅游",
            "tourism",
            "commodities",
        ],
    ),
    (
        "finance",
        &[
            "econ",
            "economy",
            "economy and finance",
            "economics",
            "finance",
            "banking",
            "税金",
            "财税",
            "财政",
            "金融",
            "経済",
            "经济",
            "capital markets",
            "monetary policy",
            "securities",
            "insurance",
            "budget",
            "taxes",
            "tax",
            "investment",
            "prices",
            "inflation",
            "exchange rates",
            "interest rates",
            "financial markets",
            "derivatives",
            "balance of payments",
            "财政金融",
        ],
    ),
    ("work_safety", &["work safety", "occupational safety", "安全生产监管"]),
    (
        "market",
        &[
            "market supervision",
            "市场监督",
            "质量监督",
            "consumer",
            "consumer protection",
            "standards",
            "intellectual property",
        ],
    ),
    (
        "assistance",
        &[
            "assistance",
            "social assistance",
            "救助",
            "民政",
            "social protection",
            "welfare",
            "人口減少 少子高齢化",
        ],
    ),
    (
        "law",
        &["just", "law", "justice", "legal", "司法", "法律", "法制", "regulation", "regulatory"],
    ),
    (
        "life",
        &[
            "生活",
            "民生服务",
            "life",
            "society",
            "social",
            "population and society",
            "soci",
            "demographics",
            "population",
            "人口",
            "social development",
        ],
    ),
    (
        "weather",
        &[
            "weather",
            "meteorology",
            "climate",
            "気象",
            "气象",
            "climatology meteorology atmosphere",
            "atmosphere",
            "climatology meteorology",
        ],
    ),
    (
        "geospatial",
        &[
            "geospatial",
            "geography",
            "location",
            "boundaries",
            "imagery base maps earth cover",
            "imagery",
            "maps",
            "elevation",
            "地理",
            "测绘",
            "地理信息",
            "earth observation",
            "remote sensing",
            "satellite imagery",
            "mapping",
            "imagerybasemapsearthcover",
            "geographic",
            "land cover",
            "cadastre",
            "regions and cities",
            "regi",
        ],
    ),
    (
        "organisation",
        &[
            "gove",
            "public sector data",
            "government",
            "government and public sector",
            "governance",
            "機関",
            "机构",
            "政府机构",
            "statistics",
            "统计",
            "elections",
            "politics",
        ],
    ),
    ("other", &["その他", "其它", "intr", "op datpro", "provisional data", "international issues"]),
];

/// Finds the theme that a code, a word or a URI means.
pub fn theme(raw: &str) -> Option<&'static str> {
    let segment = last_segment(raw);
    let key = words(segment);
    if key.is_empty() {
        return None;
    }
    let code = key.replace(' ', "_");
    let own = THEMES
        .iter()
        .find(|term| term.code == code || term.label_zh == key || words(term.label_en) == key);
    if let Some(term) = own {
        return Some(term.code);
    }
    EXACT.iter().find(|(_, names)| names.contains(&key.as_str())).map(|(code, _)| *code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(raw: &str, expected: Option<&str>) {
        assert_eq!(theme(raw), expected, "{raw}");
    }

    #[test]
    fn themes() {
        check("transport", Some("transport"));
        check("public_safety", Some("public_safety"));
        check("交通运输", Some("transport"));
        check("http://publications.europa.eu/resource/authority/data-theme/ECON", Some("finance"));
        check(
            "http://publications.europa.eu/resource/authority/data-theme/ENVI/",
            Some("environment"),
        );
        check("Education, culture and sport", Some("education"));
        check("医療・福祉", Some("health"));
        check("防災・災害計画", Some("public_safety"));
        check("その他", Some("other"));
        check("Climatology / Meteorology / Atmosphere", Some("weather"));
        check("earth-science", Some("environment"));
        check("manufacturing", Some("industry"));
        check("xyzzy", None);
        check("", None);
    }
}
