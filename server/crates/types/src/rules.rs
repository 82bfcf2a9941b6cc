//! The active policy profile, as people read it (ORG-12).

use serde::{Deserialize, Serialize};

/// Whether a value rests on an article or on our proposal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum RuleGround {
    /// The regulation says so.
    Article {
        /// The citation as written, as in `佳木斯市公共数据管理办法（试行）第十七条`.
        citation: String,
        /// Anchor in the text of the regulation: a path of this site, as in `/rules/jiamusi#a17`.
        link: Option<String>,
    },
    /// The regulation is silent; we propose a value, for a reason.
    Proposed {
        /// Why, in Chinese.
        reason: String,
        /// Why, in English.
        reason_en: String,
    },
}

/// One value of a profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RuleView {
    /// The key, as in `open_app.reply_wd`.
    pub key: String,
    /// What the key decides, in Chinese.
    pub label: String,
    /// What the key decides, in English.
    pub label_en: String,
    /// The value in words, in Chinese, as in `10 个工作日`.
    pub value: String,
    /// The value in words, in English.
    pub value_en: String,
    /// The value for programs.
    pub raw: String,
    /// Why it is so.
    pub ground: RuleGround,
}

/// A group of values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RuleGroup {
    /// Code of the group, as in `open_app`.
    pub code: String,
    /// Its heading in Chinese.
    pub title: String,
    /// Its heading in English.
    pub title_en: String,
    /// Its values.
    pub rules: Vec<RuleView>,
}

/// A whole profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PolicyView {
    /// Code of the profile, as in `aba`.
    pub code: String,
    /// Name in Chinese.
    pub name: String,
    /// Name in English.
    pub name_en: String,
    /// The issuing document, as in `阿府发〔2024〕13号`.
    pub document: Option<String>,
    /// The body that interprets it.
    pub interpreter: Option<String>,
    /// In force from and to, ISO dates.
    pub effective: Option<String>,
    /// See `effective`.
    pub expires: Option<String>,
    /// Its values in groups.
    pub groups: Vec<RuleGroup>,
}

/// A regulation whose text the portal shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RegulationView {
    /// Code, as in `aba`.
    pub code: String,
    /// Title in Chinese.
    pub title: String,
    /// Title in English.
    pub title_en: String,
    /// Number and date, as in `阿府发〔2024〕13号，2024年12月31日`.
    pub number: String,
    /// Its chapters and articles in order.
    pub articles: Vec<ArticleView>,
}

/// An article of a regulation, or the heading of a chapter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ArticleView {
    /// Number of the article; 0 for a chapter heading.
    pub number: u32,
    /// `第十七条`, or the heading of a chapter.
    pub heading: String,
    /// Its paragraphs.
    pub paragraphs: Vec<String>,
}
