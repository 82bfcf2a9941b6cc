//! Rules by which data gets its security level (CLS-12, anshan 39, yulin 14): the highest level of all rules that
//! apply to an entry is the least it may carry.

use kaishu_types::dataset::{DataItemView, EntryFields};
use kaishu_types::draft::DraftDocument;
use kaishu_types::oversight::GradedBy;
use kaishu_types::vocabulary::{CatalogueKind, OpenClass};
use kaishu_types::{Lang, RuleRef};

use crate::entry::EntryFault;

/// The lowest and the highest level.
pub const LEVELS: std::ops::RangeInclusive<u8> = 1..=4;

/// A rule of grading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GradingRule {
    /// Its number; 0 before it is kept.
    pub id: i64,
    /// The level of what it applies to, 1 to 4.
    pub level: u8,
    /// To which entries it applies.
    pub applies: GradedBy,
    /// Only to those of a domain: a code of the vocabulary `theme`.
    pub theme: Option<String>,
    /// What it says, in the words of the authority.
    pub text: String,
    /// The document and the article it comes from.
    pub basis: String,
    /// The version of the rules with which it came.
    pub since: u32,
    /// The version with which it went; none while it is in force.
    pub until: Option<u32>,
}

impl GradingRule {
    /// Whether it applies to an entry.
    pub fn covers(&self, fields: &EntryFields, items: &[DataItemView]) -> bool {
        let is_of_theme = self.theme.as_ref().is_none_or(|theme| *theme == fields.theme);
        is_of_theme
            && match self.applies {
                GradedBy::Always => true,
                GradedBy::SensitiveItems => items.iter().any(|item| item.sensitive),
                GradedBy::NotUnconditional => fields.open.class != OpenClass::Unconditional,
                GradedBy::NotOpen => fields.open.class == OpenClass::None,
                GradedBy::BaseRegister => fields.kind == CatalogueKind::Base,
            }
    }
}

/// Finds the rule that gives an entry its level: the highest of those in force that apply. `None` where no rule
/// speaks of it.
pub fn grade<'a>(
    rules: &'a [GradingRule],
    fields: &EntryFields,
    items: &[DataItemView],
) -> Option<&'a GradingRule> {
    let in_force = rules.iter().filter(|rule| rule.until.is_none());
    // Of two of the same level the older one is named.
    in_force
        .filter(|rule| rule.covers(fields, items))
        .max_by_key(|rule| (rule.level, std::cmp::Reverse(rule.id)))
}

/// Says that an entry carries a lower level than the rules give it.
pub fn fault(rules: &[GradingRule], entry: &DraftDocument) -> Option<EntryFault> {
    let rule = grade(rules, &entry.fields, &entry.items)?;
    if entry.fields.security_level >= rule.level {
        return None;
    }
    let reference = |lang: Lang| RuleRef {
        id: "CLS-12".to_owned(),
        article: lang.pick(
            format!("分级规则 {} 号，{}", rule.id, rule.basis),
            format!("grading rule {}, {}", rule.id, rule.basis),
        ),
    };
    Some(EntryFault {
        link: None,
        field: "security_level",
        zh: format!("按分级规则至少为第 {} 级：{}", rule.level, rule.text),
        en: format!("the grading rules give it level {} at least: {}", rule.level, rule.text),
        rule: (reference(Lang::Zh), reference(Lang::En)),
    })
}
