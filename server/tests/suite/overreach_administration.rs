//! The same for requests for accounts and for what the authority administers; and that every route of both, and
//! of the workbench, is driven.

mod files;
mod forged;
mod forms;
mod sent;
mod uploads;

use std::collections::BTreeSet;

use kaishu_domain::permission::{Action, Reach, Subject, may_ever, role_for};
use kaishu_portal::Portal;
use kaishu_portal::accounts::{Caller, RequestForm};
use kaishu_portal::administration::{
    ApprovalForm, CompilerForm, DelegationForm, ExpertForm, GradingForm,
};
use kaishu_portal::registers::{ExchangeForm, ProjectForm, SystemForm};
use kaishu_portal::sharing::{SourceForm, SourceStep};
use kaishu_portal::supervision::OrderForm;
use kaishu_store::regions::{self, NewRegion};
use kaishu_testkit::catalogue::Catalogue;
use kaishu_testkit::people::{LANG, account, at_browser};
use kaishu_types::account::{Role, RoleGrant};
use kaishu_types::exchange::ExchangeRegister::{Channels, ReturnDemands};
use kaishu_types::vocabulary::RegionLevel;

use crate::browser::Browser;
use crate::overreach::{self, browser, placed};
use crate::recorded_acts;
use crate::support::TestSite;

use sent::forms;

/// The routes as they are written.
const ROUTERS: [(&str, &str); 2] = [
    ("", include_str!("../../../app/src/pages/workbench/mod.rs")),
    ("/authority", include_str!("../../../app/src/pages/authority/mod.rs")),
];

/// Routes that are not driven here, and why.
const ELSEWHERE: &[&str] = &[
    // For whoever is logged in: each sees the own cases, datasets and ways, and the rules in force.
    "GET /workbench",
    "GET /workbench/datasets",
    "GET /workbench/datasets/edit",
    "GET /workbench/new",
    "GET /workbench/guidance",
    // The guide is for whoever is logged in, too.
    "GET /workbench/guide",
    "GET /authority",
    "GET /authority/profile",
    // Needs a case in the step that it belongs to: `consultations` asks for it.
    "GET /workbench/consultations/{id}",
    // Anybody who is logged in may ask whose class it is; `disputing` sends these.
    "GET /workbench/disputes",
    "POST /workbench/disputes",
    // Shows the file of an assessment that was filed: `monitoring` asks for it with and without the right.
    "GET /authority/quality/{id}/file",
    // Needs rules that let the deadline of the case be longer: `extending` sends it.
    "POST /workbench/cases/{id}/extension",
    // Need an entry that is open on conditions: `look` sends these with every role.
    "GET /workbench/datasets/{code}/look",
    "POST /workbench/datasets/{code}/look",
    // `catalogued` and `review_questions` ask for these.
    "GET /workbench/drafts/{id}/authorisation",
    "GET /workbench/cases/{id}/attachments/{number}",
    // Need a draft that two people wrote: `writing_together` sends these.
    "GET /workbench/drafts/{id}/copies/{revision}",
    "POST /workbench/drafts/{id}/copies/{revision}",
    // Is a draft without an interface: `item_forms` sends it.
    "POST /workbench/drafts/{id}/interfaces",
    // Needs rules and hosts that admit it: `in_place` sends these.
    "GET /workbench/drafts/{id}/sources",
    "POST /workbench/drafts/{id}/sources",
];

/// Several datasets are changed at once: what may not be is said of each, on a page that is no refusal itself.
const SEVERAL: &str = "/workbench/datasets/edit";

/// A dataset of YX-T that was not updated in time.
const OVERDUE: &str = "YX-T-0002";

/// What is administered: all of it belongs to YX-T in YX.
struct Things {
    request: i64,
    delegation: i64,
    compiler: i64,
    approval: i64,
    rule: i64,
    system: i64,
    /// A channel, and a return demand that its authority answers.
    exchanges: [i64; 2],
    /// One for what its agency does, one for what the authority does.
    projects: [i64; 2],
    /// One that is to be answered, one that is answered.
    orders: [i64; 2],
    /// A dispute between sources of which the providers talk, and one that the authority mediates.
    sources: [i64; 2],
}

async fn site() -> (TestSite, overreach::Things, Things) {
    Box::pin(furnished()).await
}

/// Two disputes between sources: one of which the providers talk, one that waits for the authority.
async fn disputed(site: &TestSite, officer: &Caller) -> [i64; 2] {
    let portal = site.test_portal.portal();
    let mut disputes = [0; 2];
    for (dispute, item) in disputes.iter_mut().zip(["name", "number"]) {
        let form =
            SourceForm { one: OVERDUE, other: "YX-W-0001", item, difference: "两处的值不同" };
        *dispute = Box::pin(portal.open_source_dispute(officer, &form, LANG)).await.unwrap();
    }
    let failed =
        SourceStep { act: "fail", reason: "意见不一", revision: 1, ..SourceStep::default() };
    portal.step_source_dispute(officer, disputes[1], &failed, LANG).await.unwrap();
    disputes
}

async fn furnished() -> (TestSite, overreach::Things, Things) {
    let (site, others) = overreach::site().await;
    let overdue = Catalogue::default()
        .organization("YX-W", "第四局")
        .dataset(OVERDUE, "逾期的数据", "unconditional")
        .overdue()
        .dataset("YX-W-0001", "另一处的数据", "unconditional")
        .under("open-licence", "YX-W");
    site.test_portal.import(overdue.folder()).await;
    let portal = site.test_portal.portal();
    let region = NewRegion {
        code: "YX".parse().unwrap(),
        name: "云溪州".to_owned(),
        name_en: None,
        level: RegionLevel::Prefecture,
        parent: None,
        description: None,
        authority: Some("YX-T".to_owned()),
        position: 0,
    };
    regions::upsert(site.test_portal.store(), &[region]).await.unwrap();
    portal.reload_directory().await.unwrap();
    let officer = at_browser(portal, Role::Officer, ("asks", "YX-T")).await;
    let authority = at_browser(portal, Role::Authority, ("keeps", "YX")).await;
    for name in ["knows", "knows.too"] {
        account(portal, Role::Expert, (name, "YX")).await;
    }
    let request = RequestForm {
        wish: "make".to_owned(),
        organization: "YX-T".to_owned(),
        login: "newcomer".to_owned(),
        name: "新人".to_owned(),
        email: "newcomer@example.cn".to_owned(),
        roles: vec!["officer".to_owned()],
        reason: "新到岗".to_owned(),
    };
    let request = portal.request_account(&officer, &request, LANG).await.unwrap();
    let delegation = DelegationForm {
        function: "standards",
        region: "YX",
        organization: "YX-U",
        // Later, so that nobody of YX-U may do anything by it now.
        first_day: "2027-01-01",
        last_day: "",
        basis: "云数函〔2026〕1号",
    };
    portal.delegate(&authority, &delegation, LANG).await.unwrap();
    let delegation = portal.delegations(&authority, LANG).await.unwrap()[0].kept.id;
    let compiler = CompilerForm {
        subject: "topic:transport",
        region: "YX",
        organization: "YX-U",
        basis: "云政办〔2026〕1号",
    };
    portal.name_compiler(&authority, &compiler, LANG).await.unwrap();
    let compiler = portal.compilers(&authority, LANG).await.unwrap()[0].kept.id;
    let approval = ApprovalForm {
        region: "YX",
        theme: "transport",
        approved_by: "州网信办 王敏",
        evidence: "云网信〔2026〕12号",
        first_day: "2026-11-01",
        last_day: "2027-10-31",
    };
    portal.record_approval(&authority, &approval, LANG).await.unwrap();
    let approval = portal.approvals(&authority, LANG).await.unwrap()[0].kept.id;
    let expert = ExpertForm {
        login: "knows",
        affiliation_kind: "university",
        affiliation: "某大学",
        organization: "",
        field: "数据安全",
    };
    portal.appoint_expert(&authority, &expert, LANG).await.unwrap();
    let rule = GradingForm {
        level: "1",
        applies: "always",
        theme: "",
        text: "一般数据",
        basis: "分级细则第一条",
    };
    portal.add_grading_rule(&authority, &rule, LANG).await.unwrap();
    let rule = portal.grading_in_force(LANG)[0].rule.id;
    let system = SystemForm {
        organization: "YX-T",
        name: "公交调度系统",
        purpose: "调度",
        connection: "connected",
        ..SystemForm::default()
    };
    let system = portal.save_system(&officer, None, &system, LANG).await.unwrap();
    let exchange = ExchangeForm {
        organization: "YX-T",
        title: "婚姻登记",
        scope: "姓名",
        counterpart: "公安局",
        plan: "改由平台提供",
        level: "county",
        began_on: "2018-01-01",
        closes_on: "2027-06-30",
        ..ExchangeForm::default()
    };
    let mut exchanges = [0; 2];
    for (kept, register) in exchanges.iter_mut().zip([Channels, ReturnDemands]) {
        *kept = portal.save_exchange(&officer, (register, None), &exchange, LANG).await.unwrap();
    }
    let mut projects = [0; 2];
    for (project, code) in projects.iter_mut().zip(["p1", "p2"]) {
        let form =
            ProjectForm { organization: "YX-T", code, name: "项目", ..ProjectForm::default() };
        *project = portal.register_project(&officer, &form, LANG).await.unwrap();
    }
    let orders = ordered(portal, &authority, &officer).await;
    let sources = disputed(&site, &officer).await;
    let things = Things {
        request,
        delegation,
        compiler,
        approval,
        rule,
        system,
        exchanges,
        projects,
        orders,
        sources,
    };
    (site, others, things)
}

/// An order that is to be answered, and one that is answered.
async fn ordered(portal: &Portal, authority: &Caller, officer: &Caller) -> [i64; 2] {
    let form = OrderForm {
        organization: "YX-T",
        issuer: portal.policy().rules.rectify.issuer.value[0].as_str(),
        facts: "目录长期不更新",
        due: "2026-12-31",
        ..OrderForm::default()
    };
    let mut orders = [0; 2];
    for order in &mut orders {
        *order = portal.issue_order(authority, &form, LANG).await.unwrap();
    }
    portal.answer_order(officer, orders[1], (0, "已更新"), LANG).await.unwrap();
    orders
}

/// What somebody must be allowed to do: one of these, somewhere.
#[derive(Clone, Copy)]
enum Need {
    /// To what belongs to YX-T in YX.
    Here(&'static [Action]),
    /// In YX, whatever it belongs to.
    InRegion(Action),
    /// To anything at all.
    Ever(Action),
    /// To whatever belongs to a region.
    Regionally(Action),
}

impl Need {
    fn is_met(self, held: &RoleGrant) -> bool {
        let roles = std::slice::from_ref(held);
        let region = Subject { regions: vec!["YX".parse().unwrap()], ..Subject::default() };
        match self {
            Self::Ever(action) => may_ever(roles, action),
            Self::Regionally(action) => action.roles().contains(&(held.role, Reach::Region)),
            Self::InRegion(action) => role_for(roles, action, &region).is_some(),
            Self::Here(actions) => {
                let organization = Some("YX-T".parse().unwrap());
                let here = Subject { organization, ..region };
                actions.iter().any(|action| role_for(roles, *action, &here).is_some())
            }
        }
    }
}

fn pages(things: &Things) -> Vec<(String, Need)> {
    let of_request = Need::Here(&[Action::RequestAccounts, Action::DecideAccounts]);
    let page = |path: &str, need: Need| (path.to_owned(), need);
    vec![
        (format!("/workbench/cases/{}", things.request), of_request),
        page("/workbench/accounts", Need::Ever(Action::RequestAccounts)),
        page("/workbench/accounts/new", Need::Ever(Action::RequestAccounts)),
        page("/workbench/agreements", Need::Ever(Action::KeepTemplates)),
        page("/workbench/agreements/YX-T/usage_agreement", Need::Here(&[Action::KeepTemplates])),
        page("/authority/agreements", Need::Ever(Action::KeepDefaultTemplates)),
        page(
            "/authority/agreements/YX/usage_agreement",
            Need::InRegion(Action::KeepDefaultTemplates),
        ),
        page("/workbench/systems", Need::Ever(Action::SeeRegisters)),
        page("/workbench/systems.csv", Need::Ever(Action::SeeRegisters)),
        page("/workbench/systems/new", Need::Ever(Action::SeeRegisters)),
        (format!("/workbench/systems/{}", things.system), Need::Here(&[Action::SeeRegisters])),
        page("/workbench/deliveries", Need::Ever(Action::SeeRegisters)),
        page("/workbench/deliveries/YX-T-0001", Need::Here(&[Action::SeeRegisters])),
        page("/workbench/projects", Need::Ever(Action::SeeRegisters)),
        page("/workbench/projects/new", Need::Ever(Action::SeeRegisters)),
        (
            format!("/workbench/projects/{}", things.projects[0]),
            Need::Here(&[Action::SeeRegisters]),
        ),
        page("/workbench/exchange/channels", Need::Ever(Action::SeeRegisters)),
        page("/workbench/exchange/channels/new", Need::Ever(Action::SeeRegisters)),
        (
            format!("/workbench/exchange/channels/{}", things.exchanges[0]),
            Need::Here(&[Action::SeeRegisters]),
        ),
        (
            format!("/workbench/exchange/return-demands/{}", things.exchanges[1]),
            Need::Here(&[Action::SeeRegisters]),
        ),
        page("/authority/exchange/channels", Need::Regionally(Action::SeeRegisters)),
        page("/workbench/sources", Need::Ever(Action::SeeShares)),
        page("/workbench/sources/new", Need::Ever(Action::DisputeSources)),
        (format!("/workbench/sources/{}", things.sources[0]), Need::Here(&[Action::SeeShares])),
        page("/authority/sources", Need::Regionally(Action::SettleSources)),
        page("/authority/systems", Need::Regionally(Action::SeeRegisters)),
        page("/authority/deliveries", Need::Regionally(Action::SeeRegisters)),
        page("/authority/projects", Need::Regionally(Action::SeeRegisters)),
        page("/authority/accounts", Need::Ever(Action::SeeAccounts)),
        page("/authority/accounts/new", Need::Ever(Action::ManageAccounts)),
        page("/authority/accounts/asks", Need::Ever(Action::SeeAccounts)),
        page("/authority/system", Need::Ever(Action::RunSystem)),
        page("/authority/audit", Need::Ever(Action::ReadAudit)),
        page("/authority/organizations", Need::Ever(Action::KeepOrganizations)),
        page("/authority/organizations/new", Need::Ever(Action::KeepOrganizations)),
        page("/authority/organizations/YX-T", Need::Here(&[Action::KeepOrganizations])),
        page("/authority/regions", Need::Ever(Action::KeepRegions)),
        page("/authority/regions/new", Need::Ever(Action::KeepRegions)),
        page("/authority/regions/YX", Need::InRegion(Action::KeepRegions)),
        page("/authority/delegations", Need::Ever(Action::Delegate)),
        page("/authority/approvals", Need::Ever(Action::KeepApprovals)),
        page("/authority/compilers", Need::Ever(Action::NameCompilers)),
        page("/workbench/missing", Need::Ever(Action::ReportMissing)),
        page("/authority/filings", Need::Ever(Action::PublishDatasets)),
        page("/authority/trail", Need::Ever(Action::TraceCopies)),
        page("/authority/quality", Need::Ever(Action::Supervise)),
        page("/authority/proofs", Need::Ever(Action::ProveIdentity)),
        page("/authority/proofs/asks", Need::Here(&[Action::ProveIdentity])),
        page("/authority/experts", Need::Ever(Action::AppointExperts)),
        page("/authority/supervision", Need::Ever(Action::Supervise)),
        page("/authority/orders", Need::Ever(Action::IssueOrders)),
        page("/workbench/orders", Need::Ever(Action::SeeOrders)),
        (format!("/workbench/orders/{}", things.orders[0]), Need::Here(&[Action::SeeOrders])),
        page("/authority/sectors", Need::Ever(Action::Supervise)),
        page("/authority/topics", Need::Ever(Action::Supervise)),
        page("/authority/topics.csv", Need::Ever(Action::Supervise)),
        page("/authority/risks", Need::Ever(Action::SeeRisks)),
        page("/authority/grading", Need::InRegion(Action::KeepGrading)),
        page("/authority/vocabularies", Need::InRegion(Action::KeepVocabularies)),
        page("/authority/vocabularies/theme/transport", Need::InRegion(Action::KeepVocabularies)),
        page("/authority/guide", Need::InRegion(Action::KeepVocabularies)),
    ]
}

// Proves SEC-05 for requests for accounts and the administration, and a part of ORG-04: every page and every form
// with every role, held for the place and for another: what the table does not allow shows nothing, changes nothing
// and leaves nothing in the log.
#[tokio::test]
async fn no_role_administers_farther_than_the_table() {
    let (site, _, things) = site().await;
    let portal = site.test_portal.portal();
    let (mut n_shown, mut n_refused) = (0, 0);
    for (n, role) in Role::ALL.iter().enumerate() {
        for (place, held) in placed(*role) {
            let mut browser = browser(&site, &format!("a{n}-{place}"), held.clone()).await;
            let before = portal.verify_log().await.unwrap().n_entries;
            for (path, need) in pages(&things) {
                let status = browser.get(&path).await.status;
                // An expert sees the own appointment.
                let is_own = *role == Role::Expert && path == "/authority/experts";
                if need.is_met(&held) || is_own {
                    assert_eq!(status, 200, "{role} ({place}): {path}");
                    n_shown += 1;
                } else {
                    assert!(status.is_client_error(), "{role} ({place}): {path} {status}");
                }
            }
            for (path, fields, need) in forms(&things) {
                if need.is_met(&held) {
                    continue;
                }
                let status = browser.post(&path, &fields).await.status;
                assert!(status.is_client_error(), "{role} ({place}): {path} {status}");
                n_refused += 1;
            }
            if !Need::Here(&[Action::EditDatasets]).is_met(&held) {
                let fields = [("code", "YX-T-0001"), ("frequency", "yearly"), ("note", "理由")];
                assert_ne!(browser.post(SEVERAL, &fields).await.status, 303, "{role} ({place})");
            }
            let after = portal.verify_log().await.unwrap();
            assert_eq!(after.faults, []);
            assert_eq!(after.n_entries, before, "{role} ({place}) left something in the log");
        }
    }
    assert!(n_shown > 40 && n_refused > 250, "{n_shown} pages shown, {n_refused} forms refused");
}

/// The same forms change something for who may, so that a refusal is no accident of the form. Proves SEC-01 for what is
/// administered: each leaves exactly one entry in the log, in the name of who sent it.
#[tokio::test]
async fn the_forms_are_good_for_who_may_send_them() {
    let (site, _, things) = site().await;
    let portal = site.test_portal.portal();
    let mut wrong = Vec::new();
    for (n, (path, fields, need)) in forms(&things).into_iter().enumerate() {
        // The newcomer is refused an account before it can be granted: without a server for mail it cannot be.
        if path.ends_with("/act") && fields.contains(&("event", "grant")) {
            continue;
        }
        let able = Role::ALL.iter().flat_map(|role| placed(*role)).find(|(place, held)| {
            *place == "own" && need.is_met(held) && held.role != Role::CountyAuthority
        });
        let (_, held) = able.unwrap();
        let login = format!("b{n}");
        let mut browser = browser(&site, &login, held).await;
        let mut fields: Vec<(&str, &str)> = fields;
        // Whoever changes a record has read it.
        let record = browser.get(&path).await;
        let revision = record.attributes("main input[name=revision]", "value").concat();
        if let Some(field) = fields.iter_mut().find(|(name, _)| *name == "revision") {
            field.1 = &revision;
        }
        let before = recorded_acts::newest(&site).await;
        let answer = browser.post(&path, &fields).await;
        let is_done = answer.status == 303 || !answer.header("content-disposition").is_empty();
        assert!(is_done, "{path}: {} {}", answer.status, answer.text());
        let left = recorded_acts::since(&site, before).await;
        let by: Vec<&str> = left.iter().map(|entry| entry.event.by.login.as_str()).collect();
        if by != [login.as_str()] {
            wrong.push(format!("{path}: {}", recorded_acts::told(&left)));
        }
    }
    assert_eq!(wrong, [""; 0], "not one entry of who sent it");
    assert_eq!(portal.verify_log().await.unwrap().faults, []);
}

/// Who is not logged in is told to log in, and nothing happens.
#[tokio::test]
async fn visitors_administer_nothing() {
    let (site, _, things) = site().await;
    let portal = site.test_portal.portal();
    let before = portal.verify_log().await.unwrap().n_entries;
    for (path, _) in pages(&things) {
        let answer = site.get(&path).await;
        assert_eq!(answer.status, 303, "{path}");
        assert!(answer.header("location").contains("/login"), "{path}");
    }
    for (path, fields, _) in forms(&things) {
        let answer = Browser::new(&site).post(&path, &fields).await;
        let is_led = answer.status == 303 && answer.header("location").contains("/login");
        assert!(is_led || answer.status == 401, "{path} {}", answer.status);
    }
    assert_eq!(portal.verify_log().await.unwrap().n_entries, before);
}

/// The routes of a file, as in `GET /workbench/cases/{id}`.
pub(crate) fn routes(prefix: &str, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for part in text.split("at(\"").skip(1) {
        let (path, rest) = part.split_once('"').unwrap();
        let rest = rest.split(".route(").next().unwrap().split("\n}").next().unwrap();
        for (call, method) in [("get(", "GET"), ("post(", "POST"), ("put(", "PUT"), ("any(", "ANY")]
        {
            if rest.contains(call) {
                found.push(format!("{method} {prefix}{path}"));
            }
        }
    }
    found
}

pub(crate) fn is_of(path: &str, pattern: &str) -> bool {
    let path = path.strip_prefix("/en").unwrap_or(path);
    let (parts, wanted): (Vec<_>, Vec<_>) =
        (path.split('/').collect(), pattern.split('/').collect());
    parts.len() == wanted.len()
        && parts.iter().zip(wanted).all(|(part, wanted)| *part == wanted || wanted.starts_with('{'))
}

/// A route that is added to the workbench or the administration is driven with every role, or named above.
#[tokio::test]
async fn every_route_is_driven_with_every_role() {
    let (_, others, things) = site().await;
    let shown: Vec<String> = pages(&things)
        .into_iter()
        .map(|(path, _)| path)
        .chain(overreach::pages(&others).into_iter().map(|(path, _)| path))
        .chain(files::files(&others).into_iter().map(|(path, _)| path))
        .collect();
    let sent: Vec<String> = forms(&things)
        .into_iter()
        .map(|(path, ..)| path)
        .chain(overreach::forms(&others).into_iter().map(|(path, ..)| path))
        .chain(uploads::uploads(&others).into_iter().map(|(path, ..)| path))
        .chain([SEVERAL.to_owned()])
        .collect();
    let mut left: BTreeSet<&str> = ELSEWHERE.iter().copied().collect();
    let all: Vec<String> = ROUTERS.iter().flat_map(|(prefix, text)| routes(prefix, text)).collect();
    assert!(all.len() > 40, "{all:?}");
    for route in &all {
        let (method, pattern) = route.split_once(' ').unwrap();
        let driven = if method == "GET" { &shown } else { &sent };
        let exact = driven.iter().any(|path| path == pattern);
        // A path with a name in its place is of the route with the name.
        let is_named = |path: &&String| {
            is_of(path, pattern) && !all.iter().any(|it| *it == format!("{method} {path}"))
        };
        let is_driven = exact || driven.iter().any(|path| is_named(&path));
        assert!(
            is_driven || left.remove(route.as_str()),
            "{route} is not driven with every role: name it in `pages` or `forms`"
        );
    }
    assert!(left.is_empty(), "no such routes: {left:?}");
}
