//! Profiles: complete, cited, and refused with file, key and line when they are wrong.
//! The profile of ORG-12 with its document, dates, warning and overrides, and as it was kept for the requests that were
//! filed under it.
#![expect(clippy::unwrap_used, reason = "a missing fixture is a failed test")]

use chrono::NaiveDate;
use kaishu_domain::policy::{
    CatalogueField, EXPIRY_WARNING_DAYS, Expiry, Ground, Module, Party, PolicyProfile, Rules,
};
use kaishu_domain::regulation::{Citation, article_text};
use kaishu_types::rules::RuleGround;

/// The keys of section 3 of the requirements.
const SPEC_KEYS: &str = "
    modules login.unconditional open_app.reply_wd open_app.clock_start open_app.approvers
    open_app.order open_app.filing open_app.fields share_app.reply_wd share_app.clock_start
    share_app.approvers share_app.fields share_app.refusal share_app.offline
    share_app.verify_service correction.reply_wd correction.extended_total_wd
    correction.referral_wd correction.who correction.addressee correction.via_authority
    catalogue.update_wd catalogue.report_wd catalogue.triggers catalogue.approver
    catalogue.mandatory catalogue.list_none base_dbs class.open_basis class.share_basis
    class.open_default class.share_default class.dispute review.steps review.reply_wd
    agreement.docs objection.order objection.evidence objection.grounds objection.reply_wd
    objection.outcomes risk.self_suspend appeal.body appeal.reply_wd demand.reply_wd
    account.reply_wd emergency attribution.rule rating.dims quality.dims quality.monitor fees
    usage_report.interval violation.closure report.channel outsourcing.end incident.notify
    rectify.issuer assessment zones retention.audit retention.data retention.cases validity
";

const ABA: &str = include_str!("../policies/aba.toml");

fn rules_of(profile: &PolicyProfile) -> Vec<kaishu_types::rules::RuleView> {
    profile.view().groups.into_iter().flat_map(|group| group.rules).collect()
}

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

#[test]
fn all_profiles_load_and_hold_every_key_once() {
    assert_eq!(PolicyProfile::codes().count(), 6);
    for code in PolicyProfile::codes() {
        let profile = PolicyProfile::load(code).unwrap_or_else(|error| panic!("{error}"));

        let keys: Vec<String> = rules_of(&profile).into_iter().map(|rule| rule.key).collect();

        assert_eq!(profile.header.code, code);
        assert_eq!(keys.len(), Rules::KEYS.len(), "{code}: every key is shown in one group");
        for key in SPEC_KEYS.split_whitespace() {
            assert_eq!(keys.iter().filter(|known| *known == key).count(), 1, "{code}: {key}");
        }
    }
}

#[test]
fn the_keys_are_those_of_the_requirements() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../../shared/spec/requirements.md");
    let Ok(text) = std::fs::read_to_string(path) else {
        eprintln!("skipped: the requirements are not here");
        return;
    };
    let table = text.split("## 3. Policy profile").nth(1).unwrap().split("\n## ").next().unwrap();
    let keys: Vec<&str> = table
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`'))
        .map(|(key, _)| key)
        .collect();

    assert!(keys.len() > 50);
    let mut known: Vec<&str> = SPEC_KEYS.split_whitespace().collect();
    let mut wanted = keys;
    known.sort_unstable();
    wanted.sort_unstable();
    assert_eq!(known, wanted);
}

#[test]
fn every_citation_is_of_an_article_that_exists() {
    let mut n_citations = 0;
    for code in PolicyProfile::codes() {
        let profile = PolicyProfile::load(code).unwrap();
        for rule in rules_of(&profile) {
            let RuleGround::Article { citation, link } = rule.ground else {
                continue;
            };
            let cited = Citation::new(&citation);
            assert_eq!(cited.regulation_code(), Some(code), "{}: {citation}", rule.key);
            assert!(!cited.articles().is_empty(), "{citation}");
            for number in cited.articles() {
                assert!(article_text(code, number).is_some(), "{}: {citation}", rule.key);
            }
            let first = cited.articles()[0];
            assert_eq!(link, Some(format!("/rules/{code}#a{first}")));
            n_citations += 1;
        }
    }
    assert!(n_citations > 130, "{n_citations}");
}

#[test]
fn views_speak_both_languages_everywhere() {
    let is_chinese = |text: &str| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
    for code in PolicyProfile::codes() {
        let view = PolicyProfile::load(code).unwrap().view();
        assert!(is_chinese(&view.name) && !is_chinese(&view.name_en), "{code}");
        for group in view.groups {
            assert!(!group.rules.is_empty(), "{}", group.code);
            assert!(is_chinese(&group.title) && !is_chinese(&group.title_en), "{}", group.code);
            for rule in group.rules {
                let key = format!("{code}: {}", rule.key);
                assert!(is_chinese(&rule.label) && is_chinese(&rule.value), "{key}");
                assert!(!rule.label_en.is_empty() && !is_chinese(&rule.label_en), "{key}");
                assert!(!rule.value_en.is_empty() && !is_chinese(&rule.value_en), "{key}");
                assert!(!rule.raw.is_empty(), "{key}");
                if let RuleGround::Proposed { reason, reason_en } = rule.ground {
                    assert!(is_chinese(&reason) && !is_chinese(&reason_en), "{key}");
                }
            }
        }
    }
}

#[test]
fn values_are_in_words() {
    let rules = rules_of(&PolicyProfile::load("jiamusi").unwrap());
    let find = |key: &str| rules.iter().find(|rule| rule.key == key).unwrap();

    assert_eq!(find("open_app.reply_wd").value, "10 个工作日");
    assert_eq!(find("open_app.reply_wd").value_en, "10 working days");
    assert_eq!(find("open_app.reply_wd").raw, "10");
    assert_eq!(find("open_app.approvers").value, "数据主管部门、数据提供部门");
    assert_eq!(find("open_app.approvers").raw, "authority,provider");
    assert_eq!(find("objection.suspend_wd").value_en, "1 working day");
    let triggers =
        "依据的法律、法规、规章变化；行政管理职能变化；信息系统更新完成；其他涉及数据变化的情形";
    assert_eq!(find("catalogue.triggers").value, triggers);
    assert_eq!(find("validity").value_en, "the date is blank");
}

/// The values of SUP-01, which come from the profile: the numbers of the requirements' table.
#[test]
fn deadlines_are_those_of_the_regulations() {
    let table = [
        // code, open answer, share answer, correction, extended, referral, catalogue, report
        ("anshan", [10, 10, 5, 10, 2, 10, 3]),
        ("guangdong", [10, 10, 5, 10, 2, 15, 3]),
        ("aba", [10, 7, 5, 10, 2, 10, 3]),
        ("yulin", [10, 10, 5, 10, 2, 10, 3]),
        ("jiamusi", [10, 5, 5, 10, 2, 10, 3]),
        ("default", [10, 10, 5, 10, 2, 10, 3]),
    ];
    for (code, expected) in table {
        let rules = PolicyProfile::load(code).unwrap().rules;
        let found = [
            rules.open_app.reply_wd.value,
            rules.share_app.reply_wd.value,
            rules.correction.reply_wd.value,
            rules.correction.extended_total_wd.value,
            rules.correction.referral_wd.value,
            rules.catalogue.update_wd.value,
            rules.catalogue.report_wd.value,
        ];
        assert_eq!(found.map(|days| days.get()), expected, "{code}");
    }
}

/// The values of SUP-01: a duty without a number is marked as proposed and names its article.
#[test]
fn a_number_the_regulation_does_not_give_is_marked_as_proposed() {
    let rules = PolicyProfile::load("anshan").unwrap().rules;

    let Ground::Proposed { reason, reason_en } = rules.share_app.reply_wd.ground else {
        panic!("anshan gives no number");
    };

    assert!(reason.contains("第二十一条"), "{reason}");
    assert!(reason_en.contains("21"), "{reason_en}");
}

#[test]
fn regulations_differ_where_they_should() {
    let load = |code: &str| PolicyProfile::load(code).unwrap();

    assert!(load("jiamusi").rules.login.unconditional.value);
    assert!(!load("yulin").rules.login.unconditional.value);
    assert_eq!(load("aba").rules.open_app.approvers.value, [Party::Provider]);
    assert_eq!(load("yulin").rules.open_app.approvers.value, [Party::Authority, Party::Provider]);
    assert!(!load("guangdong").has_module(Module::Open));
    assert!(!load("yulin").has_module(Module::Share));
    assert!(load("aba").has_module(Module::Operation));
    assert_eq!(load("yulin").rules.review.steps.value.len(), 6);
    assert!(
        load("default").rules.general.modules.ground != load("aba").rules.general.modules.ground
    );
    let fields = load("jiamusi").mandatory_fields();
    assert!(fields.contains(&CatalogueField::Title) && fields.contains(&CatalogueField::Source));
    assert!(!fields.contains(&CatalogueField::Certifier));
}

#[test]
fn the_authority_is_warned_before_a_profile_expires() {
    let aba = PolicyProfile::load("aba").unwrap().header;

    assert_eq!(EXPIRY_WARNING_DAYS, 60);
    assert_eq!(aba.expiry(date("2026-10-31")), Expiry::None);
    assert_eq!(aba.expiry(date("2026-11-01")), Expiry::Soon { days_left: 61 });
    assert_eq!(aba.expiry(date("2026-12-31")), Expiry::Soon { days_left: 1 });
    assert_eq!(aba.expiry(date("2027-01-01")), Expiry::Expired);
    let anshan = PolicyProfile::load("anshan").unwrap().header;
    assert_eq!(anshan.expiry(date("2099-01-01")), Expiry::None);
}

#[test]
fn an_unknown_profile_is_refused_with_the_known_ones() {
    let error = PolicyProfile::load("beijing").unwrap_err();

    assert!(error.to_string().contains("default, anshan, guangdong, aba, yulin, jiamusi"));
}

/// The line of a text in a file, from 1.
fn line_with(text: &str, start: &str) -> usize {
    text.lines().position(|line| line.starts_with(start)).unwrap() + 1
}

/// Puts other text in place of one rule of aba.toml, and tells the line it stood on.
fn replaced(table: &str, key: &str, replacement: &str) -> (String, usize) {
    let head = if table.is_empty() { String::new() } else { format!("[{table}]") };
    let mut current = "";
    let mut line_number = 0;
    let mut in_rule = false;
    let mut lines = Vec::new();
    for (place, line) in ABA.lines().enumerate() {
        if line.starts_with('[') {
            current = line;
        }
        // Rules that span lines go on with a space or end with a bracket.
        let goes_on = line.starts_with(' ') || line.starts_with(']');
        in_rule = if goes_on {
            in_rule
        } else {
            current == head && line.starts_with(&format!("{key} = "))
        };
        if !in_rule {
            lines.push(line);
        } else if !goes_on {
            line_number = place + 1;
            lines.push(replacement);
        }
    }
    assert!(line_number > 0, "aba.toml has no `{key}` in [{table}]");
    (lines.join("\n"), line_number)
}

/// Replaces one rule of aba.toml and expects one fault.
#[track_caller]
fn check(table: &str, key: &str, replacement: &str, expected: &str) {
    let (text, line_number) = replaced(table, key, replacement);

    let error = PolicyProfile::parse("policies/aba.toml", &text).unwrap_err();

    let expected = expected.replace("LINE", &line_number.to_string());
    let found = error.to_string();
    assert!(found.contains(&expected), "expected `{expected}` in:\n{found}");
    assert_eq!(error.problems().len(), 1, "{found}");
}

#[test]
fn broken_values_are_named_with_file_key_and_line() {
    let app = "open_app";
    let rule = |value: &str| {
        format!("reply_wd = {{ value = {value}, proposed = \"理由\", proposed_en = \"why\" }}")
    };
    let place = "policies/aba.toml:LINE: open_app.reply_wd: ";
    let cases = [
        (rule("0"), "0 working days is impossible: 1 to 250"),
        (rule("251"), "251 working days is impossible"),
        (rule("-3"), "-3 working days is impossible"),
        (rule("99999999999999999999"), "expected a whole number of working days"),
        (rule("\"10\""), "expected a whole number of working days, found `10`"),
        (rule("1.5"), "expected a whole number of working days, found a value of type float"),
        ("reply_wd = 10".to_owned(), "expected { value"),
        ("reply_wd = { value = 10 }".to_owned(), "no ground"),
        ("reply_wd = { value = 10, source = \"\" }".to_owned(), "`source` must be a text"),
        ("reply_wd = { value = 10, source = \"某办法\" }".to_owned(), "`某办法` names no article"),
        (
            "reply_wd = { value = 10, source = \"阿坝州公共数据管理办法（试行）第九十九条\" }"
                .to_owned(),
            "`阿坝州公共数据管理办法（试行）第九十九条`: that regulation has no article 99",
        ),
        (
            "reply_wd = { value = 10, proposed = \"理由\" }".to_owned(),
            "`proposed` and `proposed_en` go together",
        ),
        (
            "reply_wd = { value = 10, source = \"某办法第一条\", proposed = \"理由\" }".to_owned(),
            "both `source` and `proposed`",
        ),
        ("reply_wd = { source = \"某办法第一条\" }".to_owned(), "`value` is missing"),
        (
            "reply_wd = { value = 10, sauce = \"x\", source = \"某办法第一条\" }".to_owned(),
            "unknown field `sauce`",
        ),
    ];
    for (line, message) in cases {
        check(app, "reply_wd", &line, &format!("{place}{message}"));
    }
}

#[test]
fn broken_lists_and_structures_are_named() {
    let source = "source = \"某办法第一条\"";
    let list = |key: &str, value: &str| format!("{key} = {{ value = {value}, {source} }}");
    let cases = [
        ("open_app", "approvers", "[\"mayor\"]", "open_app.approvers: unknown value `mayor`"),
        ("open_app", "approvers", "[]", "open_app.approvers: the list is empty"),
        ("open_app", "approvers", "\"provider\"", "open_app.approvers: expected a list"),
        ("class", "open_default", "\"open\"", "known are unconditional, conditional, none"),
        ("review", "steps", "[{ step = \"secrecy\" }]", "review.steps: `by` is missing"),
        (
            "review",
            "steps",
            "[{ step = \"secrecy\", by = \"provider\", who = 1 }]",
            "review.steps: unknown field `who`; known are step, by, when",
        ),
        ("attribution", "rule", "{ fields = [\"source\"] }", "attribution.rule: `on` is missing"),
        ("login", "unconditional", "\"no\"", "login.unconditional: expected true or false"),
        ("correction", "extended_total_wd", "4", "correction.extended_total_wd: 4 in all is less"),
        ("", "fees", "\"cheap\"", "LINE: fees: unknown value `cheap`"),
        ("", "zones", "[\"county\", \"county\"]", "LINE: zones: `county` is in the list twice"),
        ("", "assessment", "{ zh = \"每年\" }", "LINE: assessment: `en` is missing"),
        ("", "validity", "{ start = \"fixed_date\", years = 3 }", "profile.expires: a term of 3"),
    ];
    for (table, key, value, message) in cases {
        check(table, key, &list(key, value), message);
    }
}

#[test]
fn a_broken_head_is_named() {
    let cases = [
        ("revision", "revision = 0", "profile.revision: expected a number from 1"),
        ("revision", "revision = \"1\"", "profile.revision: expected a number from 1"),
        ("name", "name = \" \"", "profile.name: expected a text"),
        ("status", "status = \"old\"", "profile.status: unknown value `old`"),
        ("effective", "effective = \"2024-12-31\"", "profile.effective: expected a date"),
        ("effective", "effective = 2024-12-31T10:00:00", "profile.effective: expected a date"),
        ("effective", "effective = 2025-12-31", "profile.expires: a term of 2 years"),
        ("code", "", "profile.code: missing"),
    ];
    for (key, line, message) in cases {
        check("profile", key, line, message);
    }
}

#[test]
fn unknown_and_missing_keys_are_all_reported_in_order() {
    let text = ABA
        .replace("[login]\nunconditional", "[login]\nunconditionall")
        .replace("[share_app]", "[share_apps]")
        .replace("name = \"阿坝州\"\n", "colour = \"red\"\n");

    let error = PolicyProfile::parse("policies/aba.toml", &text).unwrap_err();

    let found: Vec<(usize, &str)> =
        error.problems().iter().map(|problem| (problem.line, problem.key.as_str())).collect();
    let login = line_with(&text, "unconditionall");
    assert!(found.contains(&(login, "login.unconditionall")), "{error}");
    assert!(found.contains(&(login - 1, "login.unconditional")), "{error}");
    assert!(found.contains(&(line_with(&text, "[share_apps]"), "share_apps")), "{error}");
    assert!(found.contains(&(line_with(&text, "colour"), "profile.colour")), "{error}");
    assert!(found.contains(&(line_with(&text, "[profile]"), "profile.name")), "{error}");
    assert_eq!(found.iter().filter(|(_, key)| key.starts_with("share_app.")).count(), 9);
    assert!(found.is_sorted_by_key(|(line, _)| *line), "{error}");
}

#[test]
fn every_missing_key_is_found() {
    for (table, name) in Rules::KEYS {
        let (text, _) = replaced(table, name, "");

        let error = PolicyProfile::parse("aba.toml", &text).unwrap_err();

        let key = if table.is_empty() { (*name).to_owned() } else { format!("{table}.{name}") };
        assert_eq!(error.problems().len(), 1, "{key}:\n{error}");
        assert_eq!(error.problems()[0].key, key);
        assert!(error.problems()[0].message.starts_with("missing"), "{error}");
    }
}

#[test]
fn text_that_is_no_toml_is_refused_with_its_line() {
    let error =
        PolicyProfile::parse("policies/x.toml", "modules = {\n\n[profile\ncode = 1").unwrap_err();
    assert!(error.to_string().starts_with("policies/x.toml:"), "{error}");

    let twice = ABA.replace("[login]", "[login]\nunconditional = 1");
    let error = PolicyProfile::parse("aba.toml", &twice).unwrap_err();
    let line = line_with(&twice, "[login]") + 2;
    assert!(error.to_string().starts_with(&format!("aba.toml:{line}: ")), "{error}");
}

#[test]
fn a_region_overrides_some_rules_of_its_parent() {
    let parent = PolicyProfile::load("aba").unwrap();
    let text = "
[profile]
code = \"jiuzhaigou\"
parent = \"aba\"
revision = 2
name = \"九寨沟县\"
name_en = \"Jiuzhaigou\"
title = \"九寨沟县公共数据管理细则\"
title_en = \"Rules of Jiuzhaigou County\"
status = \"in_force\"

[open_app]
reply_wd = { value = 6, source = \"九寨沟县公共数据管理细则第三条\" }
";

    let child = PolicyProfile::parse_override(&parent, "jiuzhaigou.toml", text).unwrap();

    assert_eq!(child.rules.open_app.reply_wd.value.get(), 6);
    assert_eq!(child.rules.open_app.approvers, parent.rules.open_app.approvers);
    assert_eq!(child.rules.share_app, parent.rules.share_app);
    assert_eq!(child.header.revision, 2);
    let alone = PolicyProfile::parse("jiuzhaigou.toml", text).unwrap_err().to_string();
    assert!(alone.contains("jiuzhaigou.toml:4: profile.parent: a whole profile"), "{alone}");
    let wrong =
        text.replace("parent = \"aba\"", "parent = \"yulin\"").replace("value = 6", "value = 0");
    let error = PolicyProfile::parse_override(&parent, "j.toml", &wrong).unwrap_err().to_string();
    assert!(error.contains("j.toml:4: profile.parent: this file overrides `aba`"), "{error}");
    assert!(error.contains("j.toml:13: open_app.reply_wd: 0 working days"), "{error}");
}

// Part of ORG-09: every profile asks for one method and for no part of a body; that of Aba cites article 18 paragraph 2,
// whose text is there; nothing else can be written.
#[test]
fn one_method_proves_who_somebody_is() {
    for code in PolicyProfile::codes() {
        let account = PolicyProfile::load(code).unwrap().rules.account;
        assert_eq!(account.proofing.value.as_str(), "one_method", "{code}");
        assert_eq!(account.biometrics.value.as_str(), "never", "{code}");
        for ground in [&account.proofing.ground, &account.biometrics.ground] {
            assert_eq!(matches!(ground, Ground::Source(_)), code == "aba", "{code}");
        }
    }
    let aba = rules_of(&PolicyProfile::load("aba").unwrap());
    let rule = aba.iter().find(|rule| rule.key == "account.proofing").unwrap();
    let RuleGround::Article { citation, .. } = &rule.ground else { panic!("{:?}", rule.ground) };
    assert!(citation.ends_with("第十八条第二款"), "{citation}");
    assert!(article_text("aba", 18).unwrap().paragraphs[1].contains("虹膜"));
    for (from, to) in [("\"one_method\"", "\"two_methods\""), ("\"never\"", "\"when_useful\"")] {
        assert!(PolicyProfile::parse("aba.toml", &ABA.replace(from, to)).is_err(), "{to}");
    }
}

// Part of ORG-12: rules that were kept are read by a later release; what it knows besides is as it is now, and what it
// does not know any more is left out.
#[test]
fn kept_rules_are_read_later() {
    let present = PolicyProfile::load("aba").unwrap();
    let text = PolicyProfile::text_of("aba").unwrap();
    let reply = text.lines().find(|line| line.starts_with("reassess_wd = ")).unwrap();
    let older = text.replace(reply, "reassess_days = { value = 1, source = \"旧办法第一条\" }");
    assert!(PolicyProfile::parse("older.toml", &older).is_err());
    let older = older.replace("revision = 1", "revision = 7");
    let prevailing = "[profile]\ncode = \"aba\"\nparent = \"aba\"\nrevision = 8\nname = \"阿坝\"\n\
        name_en = \"Aba\"\ntitle = \"细则\"\ntitle_en = \"Rules\"\nstatus = \"in_force\"\n\
        [open_app]\nreply_wd = { value = 6, source = \"细则第三条\" }\n";

    let kept = PolicyProfile::parse_kept(&present, ("older.toml", &older), None).unwrap();
    let above = PolicyProfile::parse_kept(&present, ("older.toml", &older), Some(prevailing));

    assert_eq!(kept.header.revision, 7);
    assert_eq!(kept.rules, present.rules);
    let above = above.unwrap();
    assert_eq!((above.header.revision, above.rules.open_app.reply_wd.value.get()), (8, 6));
    assert_eq!(above.rules.review, present.rules.review);
    assert!(PolicyProfile::parse_kept(&present, ("older.toml", "not = toml ["), None).is_err());
}
