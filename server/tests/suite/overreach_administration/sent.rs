//! The forms of the administration, and who may send them.

use kaishu_domain::permission::Action;

use super::forms::{
    appointed, approved, asked, delegated, differed, exchanged, found, graded, made, named,
    ordered, region, shown, system, template, term,
};
use super::{Need, OVERDUE, Things};

/// A form: where it goes, its fields, and what somebody must be allowed to do to send it.
pub(super) type Sent = (String, Vec<(&'static str, &'static str)>, Need);

pub(super) fn forms(things: &Things) -> Vec<Sent> {
    let decide = format!("/workbench/cases/{}/act", things.request);
    let deciding = Need::Here(&[Action::DecideAccounts]);
    let step = |event| vec![("event", event), ("version", "1"), ("reason", "理由")];
    let authority = |path: &str| format!("/authority/{path}");
    let in_region = Need::InRegion;
    let organization = |code| {
        vec![
            ("revision", "1"),
            ("code", code),
            ("name", "改过的名称"),
            ("kind", "state_organ"),
            ("level", "prefecture"),
            ("region", "YX"),
        ]
    };
    vec![
        ("/workbench/accounts/new".to_owned(), asked(), Need::Here(&[Action::RequestAccounts])),
        (decide.clone(), step("grant"), deciding),
        (decide, step("refuse"), deciding),
        (authority("accounts/new"), made(), Need::Ever(Action::ManageAccounts)),
        (
            authority("accounts/knows.too/state"),
            vec![("act", "end")],
            Need::Ever(Action::ManageAccounts),
        ),
        (
            authority("accounts/knows.too/roles"),
            vec![("act", "give"), ("role", "reviewer"), ("organization", "YX-T")],
            Need::Ever(Action::AssignRoles),
        ),
        (authority("audit/export"), vec![("format", "csv")], Need::Ever(Action::ReadAudit)),
        (
            authority("organizations/new"),
            organization("YX-V"),
            in_region(Action::KeepOrganizations),
        ),
        (
            authority("organizations/YX-T"),
            organization("YX-T"),
            Need::Here(&[Action::KeepOrganizations]),
        ),
        (authority("regions/new"), region("YX-LC"), in_region(Action::KeepRegions)),
        (authority("regions/YX"), region("YX"), in_region(Action::KeepRegions)),
        (
            "/workbench/systems/new".to_owned(),
            system("YX-T", None),
            Need::Here(&[Action::KeepSystems]),
        ),
        (
            format!("/workbench/systems/{}", things.system),
            system("YX-T", Some("1")),
            Need::Here(&[Action::KeepSystems]),
        ),
        (
            "/workbench/exchange/channels/new".to_owned(),
            exchanged(None),
            Need::Here(&[Action::KeepExchanges]),
        ),
        (
            format!("/workbench/exchange/channels/{}", things.exchanges[0]),
            exchanged(Some("1")),
            Need::Here(&[Action::KeepExchanges]),
        ),
        (
            format!("/workbench/exchange/return-demands/{}", things.exchanges[1]),
            vec![("act", "answer"), ("revision", "1"), ("answer", "granted")],
            Need::InRegion(Action::AnswerReturns),
        ),
        (
            "/workbench/exchange/upward-requests/new".to_owned(),
            exchanged(None),
            Need::Here(&[Action::RequestUpward]),
        ),
        (
            "/workbench/sources/new".to_owned(),
            vec![
                ("one", OVERDUE),
                ("other", "YX-W-0001"),
                ("item", "address"),
                ("difference", "两处的值不同"),
            ],
            Need::Here(&[Action::DisputeSources]),
        ),
        (
            format!("/workbench/sources/{}", things.sources[0]),
            differed("propose"),
            Need::Here(&[Action::ConsultSources]),
        ),
        (
            format!("/workbench/sources/{}", things.sources[0]),
            differed("fail"),
            Need::Here(&[Action::ConsultSources]),
        ),
        (
            format!("/workbench/sources/{}", things.sources[1]),
            differed("settle"),
            Need::InRegion(Action::SettleSources),
        ),
        (
            "/workbench/deliveries/YX-T-0001".to_owned(),
            vec![("act", "hold"), ("revision", "0"), ("held_since", "2020-01-01")],
            Need::Here(&[Action::KeepSystems]),
        ),
        (
            "/workbench/projects/new".to_owned(),
            vec![("organization", "YX-T"), ("code", "p3"), ("name", "项目")],
            Need::Here(&[Action::KeepProjects]),
        ),
        (
            format!("/workbench/projects/{}/act", things.projects[0]),
            vec![("event", "plan"), ("version", "1"), ("planned", "站点")],
            Need::Here(&[Action::KeepProjects]),
        ),
        (
            format!("/workbench/projects/{}/act", things.projects[1]),
            step("advise"),
            Need::Here(&[Action::ReviewProjects]),
        ),
        (authority("delegations"), delegated(), in_region(Action::Delegate)),
        (
            authority(&format!("delegations/{}/end", things.delegation)),
            vec![],
            in_region(Action::Delegate),
        ),
        (authority("compilers"), named(), in_region(Action::NameCompilers)),
        (
            authority(&format!("compilers/{}/end", things.compiler)),
            vec![],
            in_region(Action::NameCompilers),
        ),
        (authority("approvals"), approved(), in_region(Action::KeepApprovals)),
        (
            authority(&format!("approvals/{}/end", things.approval)),
            vec![],
            in_region(Action::KeepApprovals),
        ),
        (
            authority("supervision/urge"),
            vec![("dataset", OVERDUE), ("notice", "请尽快更新")],
            Need::Here(&[Action::Urge]),
        ),
        (authority("orders"), ordered(), Need::Here(&[Action::IssueOrders])),
        (
            format!("/workbench/orders/{}/answer", things.orders[0]),
            vec![("round", "0"), ("answer", "已更新")],
            Need::Here(&[Action::AnswerOrders]),
        ),
        (
            format!("/workbench/orders/{}/verify", things.orders[1]),
            vec![("round", "0"), ("verdict", "accept")],
            Need::Here(&[Action::IssueOrders]),
        ),
        ("/workbench/missing".to_owned(), found(), Need::Here(&[Action::ReportMissing])),
        (authority("proofs/asks"), shown(), Need::Here(&[Action::ProveIdentity])),
        (
            authority("proofs/asks/withdraw"),
            vec![("reason", "登记错了账号")],
            Need::Here(&[Action::ProveIdentity]),
        ),
        (authority("experts"), appointed(), in_region(Action::AppointExperts)),
        (
            authority("experts/1/conflict"),
            vec![("of", "1"), ("conflict-1", "YX-T"), ("reason-1", "理由")],
            in_region(Action::AppointExperts),
        ),
        (authority("experts/1/end"), vec![], in_region(Action::AppointExperts)),
        (
            "/workbench/agreements/YX-T/usage_agreement".to_owned(),
            template(),
            Need::Here(&[Action::KeepTemplates]),
        ),
        (
            authority("agreements/YX/usage_agreement"),
            template(),
            in_region(Action::KeepDefaultTemplates),
        ),
        (authority("grading"), graded(), in_region(Action::KeepGrading)),
        (
            authority(&format!("grading/{}/retire", things.rule)),
            vec![],
            in_region(Action::KeepGrading),
        ),
        (
            authority("sectors/mark"),
            vec![("marked", "YX-T"), ("lead", "YX-U")],
            in_region(Action::KeepOrganizations),
        ),
        (
            authority("sectors/guide"),
            vec![("organization", "YX-T"), ("notice", "请按月更新")],
            Need::Here(&[Action::GuideSector]),
        ),
        (authority("vocabularies"), term("a1"), in_region(Action::KeepVocabularies)),
        (
            authority("vocabularies/theme/transport"),
            vec![("label_zh", "交通出行"), ("label_en", "Transport and travel")],
            in_region(Action::KeepVocabularies),
        ),
        (
            authority("vocabularies/theme/transport/offer"),
            vec![("offered", "0")],
            in_region(Action::KeepVocabularies),
        ),
        (
            authority("guide/draft"),
            vec![("revision", "0"), ("note.title.zh", "写全称")],
            in_region(Action::KeepVocabularies),
        ),
        (
            authority("guide"),
            vec![("note", "说明"), ("link", "https://example.cn/guide")],
            in_region(Action::KeepVocabularies),
        ),
    ]
}
