//! Agencies share with each other free of charge (SHR-14, guangdong 16, jiamusi 14).
//!
//! No grant has a place for a price. What is left are sentences: the conditions and the scope that an entry states, and
//! what a decider writes when they open the data. Those that say in plain words that the data is paid for are refused;
//! data about payments is shared like any other.

use kaishu_types::draft::DraftDocument;
use kaishu_types::vocabulary::ShareClass;

use crate::entry::EntryFault;
use crate::policy::PolicyProfile;

/// Words by which a sentence makes data cost something.
const PRICES: [&str; 35] = [
    "有偿共享",
    "有偿提供",
    "有偿使用",
    "有偿获取",
    "收费共享",
    "收费提供",
    "收费使用",
    "收费获取",
    "按次收费",
    "按条收费",
    "按量收费",
    "按年收费",
    "另行收费",
    "付费共享",
    "付费使用",
    "付费获取",
    "付费后",
    "缴费后",
    "交费后",
    "收取费用",
    "收取使用费",
    "收取服务费",
    "收取成本费",
    "收取工本费",
    "支付费用",
    "支付使用费",
    "支付服务费",
    "支付成本费",
    "缴纳费用",
    "缴纳使用费",
    "交纳费用",
    "承担费用",
    "元/条",
    "元/次",
    "元/年",
];

/// What turns such words around, before them in the same clause.
const DENIALS: [&str; 6] = ["不", "无需", "无须", "免", "禁止", "严禁"];

/// Whether a sentence says that the data is paid for.
pub fn names_a_price(text: &str) -> bool {
    let text: String = text.chars().filter(|it| !it.is_whitespace()).collect();
    let mut clauses = text.split(['，', '。', '；', '、', ',', ';', '！', '!']);
    clauses.any(|clause| PRICES.iter().any(|price| is_said(clause, price)))
}

/// Whether a clause says a word and does not deny it.
fn is_said(clause: &str, word: &str) -> bool {
    let Some((before, _)) = clause.split_once(word) else { return false };
    !DENIALS.iter().any(|denial| before.contains(denial))
}

/// Says in both languages that sharing is free.
pub const FREE: (&str, &str) = (
    "单位之间无偿共享数据，不能收费；请删去收费的内容",
    "agencies share free of charge; take out what is to be paid",
);

/// Lists what of an entry makes shared data cost something.
pub(crate) fn check(profile: &PolicyProfile, entry: &DraftDocument) -> Vec<EntryFault> {
    let share = &entry.fields.share;
    if share.class == ShareClass::None {
        return Vec::new();
    }
    let scope = share.scope.as_deref().unwrap_or_default();
    let said = [
        ("share_conditions", share.conditions.iter().any(|it| names_a_price(it))),
        ("share_scope", names_a_price(scope)),
    ];
    let priced = said.into_iter().filter(|(_, is_priced)| *is_priced);
    let words = || (FREE.0.to_owned(), FREE.1.to_owned());
    let rule = ("fees", &profile.rules.general.fees);
    priced.map(|(field, _)| EntryFault::new(field, words(), rule)).collect()
}

#[cfg(test)]
mod tests {
    use super::names_a_price;

    // Part of SHR-14: a sentence that makes the data cost something is known; one that says it is free, or that the
    // data is about payments, is not taken for one.
    #[test]
    fn a_price_is_known_in_a_sentence() {
        for text in [
            "有偿提供",
            "用于履行法定职责，按次收费",
            "每季度支付使用费后开通",
            "付费后开通",
            "0.1 元 / 条",
            "前一百条免费，超过的按条收费",
        ] {
            assert!(names_a_price(text), "{text}");
        }
        for text in [
            "",
            "用于履行法定职责",
            "无偿共享，不收取费用",
            "不得收取使用费",
            "无需支付费用",
            "用于核对社会保险缴费",
            "用于停车收费稽核",
            "年收入低于 10000 元的家庭",
        ] {
            assert!(!names_a_price(text), "{text}");
        }
    }
}
