//! What the forms of the administration carry.

use kaishu_domain::policy::AgreementDocument;

pub(super) fn differed(act: &'static str) -> Vec<(&'static str, &'static str)> {
    vec![
        ("act", act),
        ("revision", "1"),
        ("value", "007"),
        ("basis", "公安局"),
        ("reason", "与原始登记核对"),
    ]
}

pub(super) fn exchanged(revision: Option<&'static str>) -> Vec<(&'static str, &'static str)> {
    let mut fields = vec![
        ("organization", "YX-T"),
        ("title", "婚姻登记"),
        ("scope", "姓名"),
        ("counterpart", "省数据局"),
        ("plan", "改由平台提供"),
        ("began_on", "2018-01-01"),
        ("asked_on", "2026-11-01"),
        ("closes_on", "2027-06-30"),
    ];
    fields.extend(revision.map(|revision| ("revision", revision)));
    fields
}

pub(super) fn system(
    organization: &'static str,
    revision: Option<&'static str>,
) -> Vec<(&'static str, &'static str)> {
    let mut fields = vec![
        ("organization", organization),
        ("name", "改过的系统"),
        ("purpose", "调度"),
        ("connection", "connected"),
    ];
    fields.extend(revision.map(|revision| ("revision", revision)));
    fields
}

pub(super) fn region(code: &'static str) -> Vec<(&'static str, &'static str)> {
    vec![
        ("revision", ""),
        ("code", code),
        ("name", "改过的地名"),
        ("level", "county"),
        ("parent", "YX"),
        ("authority", "YX-T"),
        ("description", "改过的说明"),
    ]
}

pub(super) fn asked() -> Vec<(&'static str, &'static str)> {
    vec![
        ("wish", "make"),
        ("organization", "YX-T"),
        ("login", "another"),
        ("name", "另一位"),
        ("email", "another@example.cn"),
        ("roles", "officer"),
        ("reason", "理由"),
    ]
}

pub(super) fn made() -> Vec<(&'static str, &'static str)> {
    vec![
        ("kind", "person"),
        ("login", "made.here"),
        ("name", "新开立"),
        ("email", ""),
        ("password", "correct horse battery"),
    ]
}

pub(super) fn delegated() -> Vec<(&'static str, &'static str)> {
    vec![
        ("function", "catalogue"),
        ("region", "YX"),
        ("organization", "YX-U"),
        ("first_day", "2026-11-21"),
        ("last_day", ""),
        ("basis", "函"),
    ]
}

pub(super) fn named() -> Vec<(&'static str, &'static str)> {
    vec![
        ("subject", "base:population"),
        ("organization", "YX-U"),
        ("region", "YX"),
        ("basis", "云政办〔2026〕3号"),
    ]
}

pub(super) fn approved() -> Vec<(&'static str, &'static str)> {
    vec![
        ("region", "YX"),
        ("theme", "transport"),
        ("approved_by", "州网信办 王敏"),
        ("evidence", "云网信〔2026〕13号"),
        ("first_day", "2026-11-21"),
        ("last_day", "2027-11-20"),
    ]
}

pub(super) fn found() -> Vec<(&'static str, &'static str)> {
    vec![
        ("title", "公交实时位置"),
        ("organization", "YX-T"),
        ("address", "https://jt.example.cn/bus"),
        ("reason", "局网站上可以下载"),
    ]
}

pub(super) fn ordered() -> Vec<(&'static str, &'static str)> {
    vec![
        ("organization", "YX-T"),
        ("issuer", "local_government"),
        ("facts", "目录长期不更新"),
        ("due", "2026-12-31"),
    ]
}

pub(super) fn shown() -> Vec<(&'static str, &'static str)> {
    vec![
        ("document", "passport"),
        ("number", "E12345678"),
        ("valid_until", ""),
        ("is_theirs", "yes"),
    ]
}

pub(super) fn appointed() -> Vec<(&'static str, &'static str)> {
    vec![
        ("login", "knows.too"),
        ("affiliation_kind", "university"),
        ("affiliation", "某大学"),
        ("organization", ""),
        ("field", "统计"),
    ]
}

pub(super) fn graded() -> Vec<(&'static str, &'static str)> {
    vec![
        ("level", "2"),
        ("applies", "always"),
        ("theme", "transport"),
        ("text", "交通数据"),
        ("basis", "分级细则第二条"),
    ]
}

pub(super) fn template() -> Vec<(&'static str, &'static str)> {
    let text = kaishu_domain::templates::built_in(AgreementDocument::UsageAgreement);
    vec![("text", text), ("note", "第一版"), ("read", "0"), ("act", "publish")]
}

pub(super) fn term(code: &'static str) -> Vec<(&'static str, &'static str)> {
    vec![("vocabulary", "theme"), ("code", code), ("label_zh", "低空经济"), ("label_en", "Low")]
}
