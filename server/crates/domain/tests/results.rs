//! Results of the use of data, which name their source.

#![expect(clippy::unwrap_used, reason = "codes of tests are well formed")]

use kaishu_domain::PolicyProfile;
use kaishu_domain::results::{ResultForm, check};
use kaishu_types::Lang;

fn whole(kind: &str) -> ResultForm {
    ResultForm {
        kind: kind.to_owned(),
        title: "用电地图".to_owned(),
        source: "测试局《用电》".to_owned(),
        retrieved_on: "2026-11-01".to_owned(),
        ..ResultForm::default()
    }
}

/// Names the fields that stand against a result.
fn wrong(policy: &str, form: &ResultForm) -> Vec<String> {
    let profile = PolicyProfile::load(policy).unwrap();
    let today = "2026-11-21".parse().unwrap();
    check(&profile, form, today, Lang::Zh).into_iter().map(|it| it.field).collect()
}

// Part of USE-02: without the source and the day of retrieval no result is registered, where the profile demands them;
// the refusal names the article.
#[test]
fn a_result_names_its_source_and_the_day_of_retrieval() {
    for policy in ["default", "anshan", "guangdong", "aba", "yulin", "jiamusi"] {
        assert_eq!(wrong(policy, &whole("product")), Vec::<String>::new(), "{policy}");
        let bare =
            ResultForm { source: " ".to_owned(), retrieved_on: String::new(), ..whole("product") };
        assert_eq!(wrong(policy, &bare), ["source", "retrieved_on"], "{policy}");
    }
    // Anshan speaks of data products only.
    let bare = ResultForm { source: String::new(), retrieved_on: String::new(), ..whole("paper") };
    assert_eq!(wrong("anshan", &bare), Vec::<String>::new());
    assert_eq!(wrong("aba", &bare), ["source", "retrieved_on"]);
    let aba = PolicyProfile::load("aba").unwrap();
    let faults = check(&aba, &bare, "2026-11-21".parse().unwrap(), Lang::Zh);
    assert!(faults.iter().all(|it| it.message.contains("第三十六条")), "{faults:?}");
}

#[test]
fn what_is_wrong_is_said_of_each_field() {
    for day in ["2026-11-22", "昨天", "2026-02-30"] {
        let form = ResultForm { retrieved_on: day.to_owned(), ..whole("report") };
        assert_eq!(wrong("aba", &form), ["retrieved_on"], "{day}");
    }
    let form = ResultForm { url: "javascript:alert(1)".to_owned(), ..whole("service") };
    assert_eq!(wrong("yulin", &form), ["url"]);
    let form = ResultForm { is_public: true, ..whole("service") };
    assert_eq!(wrong("yulin", &form), ["shown_as"]);
    let form = ResultForm { on_dataset: true, ..whole("service") };
    assert_eq!(wrong("yulin", &form), ["on_dataset"]);
    assert_eq!(wrong("aba", &ResultForm::default()), ["kind", "title", "source", "retrieved_on"]);
    let long =
        ResultForm { title: "长".repeat(201), summary: "长".repeat(1_001), ..whole("paper") };
    assert_eq!(wrong("aba", &long), ["title", "summary"]);
}
