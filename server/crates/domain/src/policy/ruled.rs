//! A value together with why it is so.

use kaishu_types::rules::{RuleGround, RuleView};
use kaishu_types::{Lang, RuleRef};

use super::value::RuleValue;
use crate::regulation::Citation;

/// Why a value is so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ground {
    /// The regulation says so.
    Source(Citation),
    /// The regulation is silent or gives no number; we propose a value.
    Proposed {
        /// Why, in Chinese.
        reason: String,
        /// Why, in English.
        reason_en: String,
    },
}

impl Ground {
    /// Names the article, or says that the value is proposed and why.
    pub fn words(&self, lang: Lang) -> String {
        match self {
            Self::Source(citation) => citation.as_str().to_owned(),
            Self::Proposed { reason, reason_en } => {
                lang.pick(format!("建议值：{reason}"), format!("proposed: {reason_en}"))
            }
        }
    }

    fn view(&self) -> RuleGround {
        match self {
            Self::Source(citation) => RuleGround::Article {
                citation: citation.as_str().to_owned(),
                link: citation.link(),
            },
            Self::Proposed { reason, reason_en } => {
                RuleGround::Proposed { reason: reason.clone(), reason_en: reason_en.clone() }
            }
        }
    }
}

/// A value of a profile with its ground.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ruled<T> {
    /// The value.
    pub value: T,
    /// Why it is so.
    pub ground: Ground,
}

impl<T> Ruled<T> {
    /// Returns the reference that a refusal or a deadline shows beside itself.
    pub fn reference(&self, key: &str, lang: Lang) -> RuleRef {
        RuleRef { id: key.to_owned(), article: self.ground.words(lang) }
    }
}

impl<T: RuleValue> Ruled<T> {
    /// Returns the rule as people read it.
    pub fn view(&self, key: &str, label: &str, label_en: &str) -> RuleView {
        RuleView {
            key: key.to_owned(),
            label: label.to_owned(),
            label_en: label_en.to_owned(),
            value: self.value.words(Lang::Zh),
            value_en: self.value.words(Lang::En),
            raw: self.value.raw(),
            ground: self.ground.view(),
        }
    }
}
