//! Profiles as people read them: tables of the file gathered under headings.

use chrono::NaiveDate;
use kaishu_types::rules::{PolicyView, RuleGroup};

use super::PolicyProfile;

struct Section {
    code: &'static str,
    title: &'static str,
    title_en: &'static str,
    /// The tables of the file it shows, in order; "" is the top of the file.
    tables: &'static [&'static str],
}

const SECTIONS: [Section; 10] = [
    section("general", "总则", "General", &[""]),
    section(
        "open_app",
        "开放与申请",
        "Opening and applications",
        &["login", "open_app", "agreement", "demand", "account"],
    ),
    section("share_app", "共享申请", "Sharing", &["share_app"]),
    section("catalogue", "目录", "Catalogue", &["catalogue"]),
    section(
        "aggregation",
        "归集与信息化项目",
        "Aggregation and IT projects",
        &["aggregation", "project"],
    ),
    section("class", "开放和共享类型", "Open and share classes", &["class"]),
    section("review", "开放审查", "Review", &["review"]),
    section(
        "correction",
        "校核与异议",
        "Corrections and objections",
        &["correction", "objection", "risk", "appeal"],
    ),
    section(
        "use",
        "利用与质量",
        "Use and quality",
        &["attribution", "rating", "quality", "usage_report", "violation", "report"],
    ),
    section(
        "supervision",
        "监督与保存",
        "Supervision and retention",
        &["extension", "outsourcing", "incident", "rectify", "retention"],
    ),
];

const fn section(
    code: &'static str,
    title: &'static str,
    title_en: &'static str,
    tables: &'static [&'static str],
) -> Section {
    Section { code, title, title_en, tables }
}

pub(crate) fn policy_view(profile: &PolicyProfile) -> PolicyView {
    let header = &profile.header;
    let iso = |date: Option<NaiveDate>| date.map(|date| date.to_string());
    PolicyView {
        code: header.code.clone(),
        name: header.title.clone(),
        name_en: header.title_en.clone(),
        document: header.document.clone(),
        interpreter: header.interpreter.clone(),
        effective: iso(header.effective),
        expires: iso(header.expires),
        groups: groups(profile),
    }
}

fn groups(profile: &PolicyProfile) -> Vec<RuleGroup> {
    let views = profile.rules.views();
    SECTIONS
        .iter()
        .map(|section| RuleGroup {
            code: section.code.to_owned(),
            title: section.title.to_owned(),
            title_en: section.title_en.to_owned(),
            rules: section
                .tables
                .iter()
                .flat_map(|wanted| views.iter().filter(move |(table, _)| table == wanted))
                .flat_map(|(_, rules)| rules.iter().cloned())
                .collect(),
        })
        .collect()
}
