//! Templates of agreements: a closed list of blanks, and every clause that must be there.

#![expect(clippy::unwrap_used, reason = "profiles of tests are there")]

use kaishu_domain::PolicyProfile;
use kaishu_domain::policy::AgreementDocument;
use kaishu_domain::templates::{
    LineChange, MAX_LINES, Place, TemplateFault, blanks, built_in, check, clauses, compared,
    filled, normalised, of_profile,
};
use kaishu_domain::terms;
use kaishu_types::Lang;
use kaishu_types::agreement::Blank;
use proptest::prelude::*;

const AGREEMENT: AgreementDocument = AgreementDocument::UsageAgreement;
const WITH_TEXTS: [AgreementDocument; 4] = [
    AgreementDocument::CommitmentLetter,
    AgreementDocument::UsageAgreement,
    AgreementDocument::OpenLicence,
    AgreementDocument::PlatformAgreement,
];

// Proves AGR-04: a usage agreement without one of the twelve clauses is refused, and the clause is named; with all of
// them it passes, and none of them is empty in the text.
#[test]
fn every_clause_must_be_in_an_agreement() {
    let clauses = clauses(AGREEMENT);
    assert_eq!(clauses.len(), 12);
    let whole: String = clauses.iter().map(|blank| format!("{{{blank}}}\n")).collect();
    assert_eq!(check(AGREEMENT, &whole), []);
    for left_out in clauses {
        let template = whole.replace(&format!("{{{left_out}}}"), "");
        assert_eq!(check(AGREEMENT, &template), [TemplateFault::Missing(*left_out)]);
        let told = TemplateFault::Missing(*left_out).shown(Lang::Zh);
        assert!(told.contains(left_out.label(Lang::Zh)), "{told}");
    }
    let none = check(AGREEMENT, "没有条款");
    assert_eq!(none.len(), 12, "all of them at once");
    let today = "2026-11-21".parse().unwrap();
    for code in PolicyProfile::codes() {
        let profile = PolicyProfile::load(code).unwrap();
        for clause in clauses {
            let only = format!("{{{clause}}}");
            let text = terms::example(AGREEMENT, &only, &profile, ("市交通局", today));
            assert!(!text.trim().is_empty() && !text.contains('{'), "{code}: {clause}");
        }
    }
}

// Part of AGR-02: what is not in the list of blanks is refused with its line and its character, and so is a brace that
// belongs to none, of either width.
#[test]
fn an_unknown_blank_is_refused_with_its_place() {
    let text = built_in(AGREEMENT).replace("第六条", "第六条{ 价格 }");
    let at = check(AGREEMENT, &text);
    let line = text.lines().position(|line| line.contains("价格")).unwrap() + 1;
    let name = " 价格 ".to_owned();
    assert_eq!(at, [TemplateFault::Unknown { name, at: Place { line, column: 4 } }]);
    let told = at[0].shown(Lang::Zh);
    assert!(told.contains("价格") && told.contains(&format!("第 {line} 行第 4 个字")), "{told}");
    for (text, line, column) in [
        ("一{parties", 1, 2),
        ("一\n二三}", 2, 3),
        ("｛parties｝", 1, 1),
        ("{par\nties}", 1, 1),
        ("{a{parties}", 1, 1),
    ] {
        let faults = check(AgreementDocument::PlatformAgreement, text);
        let place = Place { line, column };
        assert_eq!(faults.first(), Some(&TemplateFault::Brace { at: place }), "{text}");
    }
    // What nobody knows when a document is written is no blank of it.
    let of_licence = check(AgreementDocument::OpenLicence, "{provider}{attribution}{applicant}");
    assert!(matches!(of_licence[..], [TemplateFault::Unknown { .. }]), "{of_licence:?}");
}

#[test]
fn what_is_proposed_can_be_published() {
    for document in WITH_TEXTS {
        let text = built_in(document);
        assert_eq!(check(document, text), [], "{document:?}");
        assert_eq!(normalised(&text.replace('\n', "\r\n")), text, "{document:?}");
        assert!(clauses(document).iter().all(|clause| blanks(document).contains(clause)));
    }
}

#[test]
fn a_template_has_an_end() {
    assert_eq!(check(AGREEMENT, " \n"), [TemplateFault::Length]);
    let long = "一\n".repeat(MAX_LINES + 1);
    assert_eq!(check(AGREEMENT, &long), [TemplateFault::Length]);
}

// Part of AGR-02: which documents have templates is the profile's; a licence of its own for each class under Yulin.
#[test]
fn profiles_say_what_has_a_template() {
    let of = |code: &str| of_profile(&PolicyProfile::load(code).unwrap());
    assert_eq!(of("aba"), [AgreementDocument::CommitmentLetter, AGREEMENT]);
    assert_eq!(of("yulin"), [AGREEMENT, AgreementDocument::OpenLicence]);
    assert_eq!(of("jiamusi"), [AGREEMENT]);
    assert_eq!(of("guangdong"), []);
}

#[test]
fn a_comparison_tells_what_came_and_what_went() {
    let changes = compared("一\n二\n三\n", "一\n二改\n三\n四\n");
    let (same, gone) = (
        |line: &str| LineChange::Same(line.to_owned()),
        |line: &str| LineChange::Removed(line.to_owned()),
    );
    let new = |line: &str| LineChange::Added(line.to_owned());
    assert_eq!(changes, [same("一"), gone("二"), new("二改"), same("三"), new("四")]);
    assert_eq!(compared("", ""), []);
}

proptest! {
    /// Whatever a template says, it is read to its end, and whatever a value says comes through as it is.
    #[test]
    fn templates_and_values_stay_what_they_are(text in "[a-z{}｛｝\n一二]{0,60}", value in ".{0,20}") {
        let _faults = check(AGREEMENT, &text);
        let (before, after) = text.split_at(text.find(['{', '}', '｛', '｝']).unwrap_or(text.len()));
        let written = filled(AGREEMENT, &text, |_: Blank| value.clone());
        prop_assert!(written.starts_with(before));
        if after.is_empty() {
            prop_assert_eq!(written, text);
        }
        prop_assert_eq!(filled(AGREEMENT, "{items}。", |_| "{mode}".to_owned()), "{mode}。");
    }

    /// A comparison holds both texts.
    #[test]
    fn a_comparison_loses_no_line(before in "[一二三\n]{0,30}", after in "[一二三\n]{0,30}") {
        let changes = compared(&before, &after);
        let side = |is_old: bool| -> Vec<String> {
            changes.iter().filter_map(|change| match change {
                LineChange::Same(line) => Some(line.clone()),
                LineChange::Removed(line) if is_old => Some(line.clone()),
                LineChange::Added(line) if !is_old => Some(line.clone()),
                _ => None,
            }).collect()
        };
        prop_assert_eq!(side(true), before.lines().map(str::to_owned).collect::<Vec<_>>());
        prop_assert_eq!(side(false), after.lines().map(str::to_owned).collect::<Vec<_>>());
    }
}
