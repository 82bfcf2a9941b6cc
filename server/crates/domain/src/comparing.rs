//! Requests to verify values that an agency may not have itself (SHR-09, aba 25): what is not shared, or is shared on
//! conditions that it does not meet. The provider says of each value that it matches, that it does not, or that it holds
//! nothing about it, and gives nothing of the data away.

use kaishu_types::sharing::{VerifyAnswer, VerifyAsk};

use crate::entry::EntryFault;
use crate::policy::PolicyProfile;

/// The fact that marks the case of such a request: how many values it asks about.
pub const VALUES: &str = "verification.values";
/// The fact that holds the hash of question and answers.
pub const ANSWERS: &str = "verification.answers";

/// Most values of a request: a person answers each.
pub const MAX_VALUES: usize = 50;
/// Longest value, in characters.
const MAX_VALUE: usize = 500;
/// Longest text that stands in one line of every list.
const MAX_NAME: usize = 200;
/// Longest text of a field.
const MAX_CHARS: usize = 2_000;

/// Lists everything that stands against a request, each with its rule.
pub fn check(profile: &PolicyProfile, asked: &VerifyAsk) -> Vec<EntryFault> {
    let mut faults = Vec::new();
    let mut fault = |field: &'static str, zh: String, en: String| {
        let rule = &profile.rules.share_app.verify_service;
        faults.push(EntryFault::new(field, (zh, en), ("share_app.verify_service", rule)));
    };
    for (field, text, most, (zh, en)) in [
        ("provider", &asked.provider, MAX_NAME, ("请选择提供单位", "choose the provider")),
        ("data", &asked.data, MAX_NAME, ("请写明核实哪些数据", "say which data is asked about")),
        ("matter", &asked.matter, MAX_NAME, ("请填写业务事项", "fill in the business matter")),
        ("basis", &asked.basis, MAX_CHARS, ("请填写使用依据", "fill in the legal basis")),
    ] {
        if text.trim().is_empty() {
            fault(field, zh.to_owned(), en.to_owned());
        } else if text.chars().count() > most {
            fault(field, format!("不能超过 {most} 字"), format!("{most} characters at most"));
        } else if field != "basis" && text.chars().any(char::is_control) {
            let (zh, en) = ("不能换行或者含有控制字符", "no line breaks or control characters");
            fault(field, zh.to_owned(), en.to_owned());
        }
    }
    if !asked.provider.is_empty() && asked.provider == asked.organization {
        let zh = "这是本单位的数据，不用核实".to_owned();
        fault("provider", zh, "your own agency has this data".to_owned());
    }
    let n = asked.values.len();
    if n == 0 || n > MAX_VALUES {
        fault(
            "values",
            format!("每行写一项要核实、比对的内容，一次最多 {MAX_VALUES} 项"),
            format!("one value to check a line, {MAX_VALUES} at most"),
        );
    } else if asked.values.iter().any(|it| it.trim().is_empty() || it.chars().count() > MAX_VALUE) {
        fault(
            "values",
            format!("每项不能是空的，不能超过 {MAX_VALUE} 字"),
            format!("no value is empty or longer than {MAX_VALUE} characters"),
        );
    }
    faults
}

/// Whether every value is answered, and nothing besides.
pub fn is_answered(n_values: usize, answers: &[Option<VerifyAnswer>]) -> bool {
    n_values == answers.len() && answers.iter().all(Option::is_some)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at anything unexpected")]
    use super::*;

    fn whole() -> VerifyAsk {
        VerifyAsk {
            organization: "YX-U".to_owned(),
            provider: "YX-T".to_owned(),
            dataset: None,
            data: "户籍登记".to_owned(),
            matter: "低保资格复核".to_owned(),
            basis: "社会救助暂行办法第十三条".to_owned(),
            values: vec!["甲某，户主".to_owned()],
        }
    }

    // Part of SHR-09: a request says whom it asks about what, for which matter and on which basis, under every profile.
    #[test]
    fn a_request_says_what_is_to_be_checked() {
        for code in PolicyProfile::codes() {
            let profile = PolicyProfile::load(code).unwrap();
            assert_eq!(check(&profile, &whole()), [], "{code}");
            let fields = |asked: &VerifyAsk| -> Vec<&'static str> {
                check(&profile, asked).iter().map(|fault| fault.field).collect()
            };
            let nothing = fields(&VerifyAsk::default());
            assert_eq!(nothing, ["provider", "data", "matter", "basis", "values"], "{code}");
            let own = VerifyAsk { organization: "YX-T".to_owned(), ..whole() };
            assert_eq!(fields(&own), ["provider"], "{code}");
            for values in [vec![String::new()], vec!["甲".repeat(501)], vec!["甲".to_owned(); 51]]
            {
                assert_eq!(fields(&VerifyAsk { values, ..whole() }), ["values"], "{code}");
            }
            let lines = VerifyAsk { data: "一\n二".to_owned(), ..whole() };
            assert_eq!(fields(&lines), ["data"], "{code}");
        }
    }

    #[test]
    fn every_value_is_answered_once() {
        let (yes, no) = (Some(VerifyAnswer::Match), Some(VerifyAnswer::NotHeld));
        assert!(is_answered(2, &[yes, no]));
        for answers in [&[yes][..], &[yes, None], &[yes, no, yes]] {
            assert!(!is_answered(2, answers), "{answers:?}");
        }
    }
}
