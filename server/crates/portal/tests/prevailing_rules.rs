//! A file puts rules in the place of those of the profile.

#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use kaishu_testkit::{Setup, TestPortal};
use kaishu_types::rules::RuleGround;

const COUNTY: &str = r#"
[profile]
code = "jiuzhaigou"
parent = "aba"
revision = 2
name = "九寨沟县"
name_en = "Jiuzhaigou"
title = "九寨沟县公共数据管理细则"
title_en = "Rules of Jiuzhaigou County"
status = "in_force"

[open_app]
reply_wd = { value = 6, source = "九寨沟县公共数据管理细则第三条" }
"#;

/// Proves ORG-12 for the layer above the profile: its rules prevail and the others stay, each with
/// the source it comes from.
#[tokio::test]
async fn rules_of_a_file_prevail_and_the_others_stay() {
    let aba = TestPortal::open(Setup::default()).await;

    let county = TestPortal::with_rules(COUNTY).await.unwrap();

    let [before, after] = [aba.portal().policy(), county.portal().policy()];
    let days = [&aba, &county].map(|site| site.portal().reply_working_days());
    assert_eq!(days, [10, 6]);
    assert_eq!(after.rules.share_app, before.rules.share_app);
    let view = county.portal().policy_view();
    let source = |key: &str| {
        let mut rules = view.groups.iter().flat_map(|group| &group.rules);
        match &rules.find(|rule| rule.key == key).unwrap().ground {
            RuleGround::Article { citation, .. } => citation.clone(),
            RuleGround::Proposed { .. } => panic!("{key} has no source"),
        }
    };
    assert_eq!(source("open_app.reply_wd"), "九寨沟县公共数据管理细则第三条");
    assert!(source("catalogue.mandatory").starts_with("阿坝州"));
}

// Part of ORG-12: rules hold from their first day on, and not before.
#[tokio::test]
async fn rules_before_their_first_day_are_refused() {
    let from = |day: &str| COUNTY.replace("status = ", &format!("effective = {day}\nstatus = "));

    // It is 21 November 2026.
    let early = TestPortal::with_rules(&from("2026-11-22")).await.err().unwrap().to_string();

    assert!(early.contains("rules.toml: `effective` is 2026-11-22"), "{early}");
    let begun = TestPortal::with_rules(&from("2026-11-21")).await.unwrap();
    assert_eq!(begun.portal().reply_working_days(), 6);
}

#[tokio::test]
async fn a_wrong_file_of_rules_is_named_by_line_and_key() {
    let text = COUNTY.replace("value = 6", "value = 0");

    let error = TestPortal::with_rules(&text).await.err().unwrap().to_string();

    assert!(error.contains("rules.toml:13: open_app.reply_wd: 0 working days"), "{error}");
}
