//! Orders to put something right (SUP-05).

use chrono::{DateTime, Utc};
use kaishu_domain::policy::Party;
use kaishu_portal::Portal;
use kaishu_portal::accounts::Caller;
use kaishu_portal::supervision::{OrderForm, OrderView};
use kaishu_store::inspections::{self, Inspection};
use kaishu_testkit::Setup;
use kaishu_testkit::catalogue::Catalogue;
use kaishu_testkit::people::{LANG, at_browser, with_session};
use kaishu_types::ErrorCode;
use kaishu_types::account::Role;

use crate::browser::Browser;
use crate::support::TestSite;

const CODE: &str = "YX-T-0001";
const FACTS: &str = "目录长期不更新";
const FORM: &str = "/authority/orders";
const LIST: &str = "/workbench/orders";

/// By regulation: who orders correction, by which article, and what the first of them is called.
const ISSUERS: &[(&str, &[&str], &str, &str)] = &[
    ("anshan", &["superior_authority", "relevant_department"], "第四十九条", "上级主管部门"),
    ("guangdong", &["local_government", "superior_authority"], "第二十九条", "本级人民政府"),
    ("aba", &["authority"], "第四十一条", "数据主管部门"),
    ("yulin", &["local_government"], "第三十五条", "本级人民政府"),
    ("jiamusi", &["local_government", "superior_authority"], "第二十四条", "本级人民政府"),
];

async fn site(policy: &'static str) -> TestSite {
    let site = TestSite::open(Setup { policy, with_demo: false }).await;
    let catalogue = Catalogue::default()
        .dataset(CODE, "公交站点", "unconditional")
        .dataset("YX-U-0001", "别的", "unconditional")
        .under("open-licence", "YX-U");
    site.test_portal.import(catalogue.folder()).await;
    site
}

fn noon(day: &str) -> DateTime<Utc> {
    format!("{day}T04:00:00Z").parse().unwrap()
}

fn form(issuer: &'static str, due: &'static str) -> OrderForm<'static> {
    OrderForm { organization: "YX-T", issuer, facts: FACTS, due, ..OrderForm::default() }
}

async fn told(portal: &Portal, caller: &Caller, text: &str) -> usize {
    let inbox = portal.inbox(caller, None, LANG).await.unwrap();
    inbox.notices.iter().filter(|it| it.text.contains(text)).count()
}

async fn open(portal: &Portal, caller: &Caller) -> Vec<OrderView> {
    portal.orders(caller, LANG).await.unwrap().open
}

// Proves SUP-05 for who orders: each regulation names its own, the form offers these and no other, and the order says
// in whose name it is and by which article.
#[tokio::test]
async fn the_rules_say_in_whose_name_an_order_is() {
    for &(policy, issuers, article, words) in ISSUERS {
        let site = site(policy).await;
        let portal = site.test_portal.portal();
        let session = with_session(portal, Role::Authority, ("orders", "YX")).await;
        let mut authority = Browser::with_session(&site, &session);
        let page = authority.get(FORM).await;
        page.assert_well_formed_page(FORM);
        assert!(page.text().contains(article), "{policy}: {}", page.text());
        let offered = page.attributes("select[name=issuer] option", "value");
        assert_eq!(offered[1..], *issuers, "{policy}");
        let send = |issuer: &'static str, due: &'static str| {
            [("organization", "YX-T"), ("issuer", issuer), ("facts", FACTS), ("due", due)]
        };
        for (issuer, due) in [("leading_group", "2026-12-31"), (issuers[0], "昨天")] {
            let refused = authority.post(FORM, &send(issuer, due)).await;
            assert_eq!(refused.status, 400, "{policy}: {issuer}, {due}");
            refused.assert_well_formed_page(FORM);
            assert!(refused.text().contains(FACTS), "what was typed stays");
        }
        let issued = authority.post(FORM, &send(issuers[0], "2026-12-31")).await;
        assert_eq!(issued.status, 303, "{policy}: {}", issued.text());
        let list = authority.get(LIST).await;
        list.assert_well_formed_page(LIST);
        let mut paths = list.attributes("main li a", "href");
        paths.retain(|path| path.starts_with("/workbench/orders/"));
        assert_eq!(paths.len(), 1, "{policy}");
        let order = authority.get(&paths[0]).await;
        order.assert_well_formed_page(&paths[0]);
        for text in [FACTS, words, article] {
            assert!(order.text().contains(text), "{policy}: {text}");
        }
    }
}

// Proves SUP-05 for the answer: the agency gives it with a form, the authority sends it back with a new day or accepts
// it, whoever read it before changes nothing, and nobody else answers, verifies or sees it.
#[tokio::test]
async fn an_order_is_answered_and_verified() {
    let site = site("aba").await;
    let portal = site.test_portal.portal();
    let authority = at_browser(portal, Role::Authority, ("issues", "YX")).await;
    let officer = at_browser(portal, Role::Officer, ("answers", "YX-T")).await;
    let stranger = at_browser(portal, Role::Officer, ("stranger", "YX-U")).await;
    let county = at_browser(portal, Role::CountyAuthority, ("county", "YX-QH")).await;
    for (caller, expected) in [
        (&officer, ErrorCode::Forbidden),
        (&stranger, ErrorCode::Forbidden),
        (&county, ErrorCode::Forbidden),
    ] {
        let refused = portal.issue_order(caller, &form("authority", "2026-12-01"), LANG).await;
        assert_eq!(refused.unwrap_err().code(), expected, "{:?}", caller.login());
    }
    let id = portal.issue_order(&authority, &form("authority", "2026-12-01"), LANG).await.unwrap();
    assert_eq!(told(portal, &officer, "责令改正").await, 1);
    assert_eq!(told(portal, &stranger, "责令改正").await, 0);
    let answer = async |caller: &Caller, round, text: &str| {
        let answered = portal.answer_order(caller, id, (round, text), LANG).await;
        answered.map_err(|error| error.code())
    };
    let verify = async |caller: &Caller, said: (u32, &str), why: (&str, &str)| {
        let verified = portal.verify_order(caller, id, said, why, LANG).await;
        verified.map_err(|error| error.code())
    };
    assert_eq!(answer(&authority, 0, "已更新").await, Err(ErrorCode::Forbidden));
    for caller in [&stranger, &county] {
        assert_eq!(answer(caller, 0, "已更新").await, Err(ErrorCode::NotFound));
        assert_eq!(portal.order(caller, id).await.unwrap_err().code(), ErrorCode::NotFound);
        assert!(open(portal, caller).await.is_empty());
    }
    assert_eq!(answer(&officer, 0, " ").await, Err(ErrorCode::InvalidInput));
    let early = verify(&authority, (0, "accept"), ("", "")).await;
    assert_eq!(early, Err(ErrorCode::Conflict), "there is no answer");
    answer(&officer, 0, "已更新").await.unwrap();
    assert_eq!(answer(&officer, 0, "再答").await, Err(ErrorCode::Conflict));
    assert_eq!(told(portal, &authority, "请核验").await, 1);
    for (verdict, why) in [
        ("perhaps", ("缺一半", "2026-12-20")),
        ("return", ("", "2026-12-20")),
        ("return", ("缺一半", "")),
        ("return", ("缺一半", "2026-11-20")),
    ] {
        let refused = verify(&authority, (0, verdict), why).await;
        assert_eq!(refused, Err(ErrorCode::InvalidInput), "{verdict} {why:?}");
    }
    let own = verify(&officer, (0, "accept"), ("", "")).await;
    assert_eq!(own, Err(ErrorCode::Forbidden));
    verify(&authority, (0, "return"), ("缺一半", "2026-12-20")).await.unwrap();
    let returned = open(portal, &officer).await.remove(0);
    assert_eq!((returned.order.n_returned, &*returned.order.returned), (1, "缺一半"));
    assert_eq!(returned.order.due, "2026-12-20".parse().unwrap());
    assert!(returned.may_answer && !returned.may_verify);
    assert_eq!(answer(&officer, 0, "已更新").await, Err(ErrorCode::Conflict), "it was sent back");

    // The rest with forms.
    let session = with_session(portal, Role::Head, ("head", "YX-T")).await;
    let mut head = Browser::with_session(&site, &session);
    let path = format!("{LIST}/{id}");
    let page = head.get(&path).await;
    page.assert_well_formed_page(&path);
    assert_eq!(page.attributes("main form", "action"), [format!("{path}/answer")]);
    let round = page.attributes("main input[name=round]", "value").concat();
    let empty = [("round", round.as_str()), ("answer", "")];
    let refused = head.post(&format!("{path}/answer"), &empty).await;
    assert_eq!(refused.status, 400);
    refused.assert_well_formed_page(&path);
    let full = [("round", round.as_str()), ("answer", "补齐了全部站点")];
    assert_eq!(head.post(&format!("{path}/answer"), &full).await.status, 303);
    let session = with_session(portal, Role::Authority, ("verifies", "YX")).await;
    let mut verifier = Browser::with_session(&site, &session);
    let page = verifier.get(&path).await;
    page.assert_well_formed_page(&path);
    assert!(page.text().contains("补齐了全部站点"), "{}", page.text());
    assert_eq!(page.attributes("main form", "action"), [format!("{path}/verify")]);
    let verdict = [("round", round.as_str()), ("verdict", "accept"), ("reason", "属实")];
    assert_eq!(verifier.post(&format!("{path}/verify"), &verdict).await.status, 303);
    let board = portal.orders(&officer, LANG).await.unwrap();
    assert!(board.open.is_empty() && board.closed[0].order.verified.is_some());
    assert_eq!(told(portal, &officer, "核验通过").await, 1);
    assert_eq!(verifier.get(&format!("{LIST}/999")).await.status, 404);
    assert_eq!(portal.verify_log().await.unwrap().faults, []);
}

// Proves SUP-05 for time: the agency is reminded, and what is not answered in time is escalated once, however many nodes
// look: to the government, or to its superior where it was the one that ordered.
#[tokio::test]
async fn an_order_that_is_not_answered_is_escalated() {
    for (policy, issuer, to) in [
        ("aba", "authority", Party::LocalGovernment),
        ("yulin", "local_government", Party::SuperiorAuthority),
    ] {
        let site = site(policy).await;
        let portal = site.test_portal.portal();
        let authority = at_browser(portal, Role::Authority, ("issues", "YX")).await;
        let officer = at_browser(portal, Role::Officer, ("answers", "YX-T")).await;
        // Until a Monday.
        let id = portal.issue_order(&authority, &form(issuer, "2026-12-07"), LANG).await.unwrap();
        for (day, [soon, today, over]) in [
            ("2026-12-03", [0, 0, 0]),
            ("2026-12-04", [1, 0, 0]),
            ("2026-12-07", [1, 1, 0]),
            ("2026-12-08", [1, 1, 1]),
        ] {
            let one = site.test_portal.open_at(noon(day)).await;
            let other = site.test_portal.open_at(noon(day)).await;
            let (first, second) = tokio::join!(one.look_at_clocks(), other.look_at_clocks());
            first.unwrap();
            second.unwrap();
            assert_eq!(told(&one, &officer, "责令改正即将到期").await, soon, "{policy} {day}");
            assert_eq!(told(&one, &officer, "责令改正今天到期").await, today, "{policy} {day}");
            for caller in [&officer, &authority] {
                assert_eq!(told(&one, caller, "已上报").await, over, "{policy} {day}");
            }
            let order = one.order(&officer, id).await.unwrap();
            assert_eq!(order.is_overdue, over == 1, "{policy} {day}");
            let escalated = (over == 1).then(|| (to, "2026-12-08".parse().unwrap()));
            assert_eq!(order.order.escalated, escalated, "{policy} {day}");
        }
        assert_eq!(portal.verify_log().await.unwrap().faults, []);
    }
}

/// Something that an inspection found and was not mended in time.
async fn late(site: &TestSite) -> String {
    let late = Inspection {
        id: 0,
        dataset: CODE.parse().unwrap(),
        finding: "站点缺失".to_owned(),
        found_in: 1,
        found_on: "2026-11-02".parse().unwrap(),
        due: "2026-11-13".parse().unwrap(),
        owner: "YX-T".parse().unwrap(),
        inspected_by: "检查人".to_owned(),
        fixed_in: None,
        closed_on: None,
    };
    let transaction = site.test_portal.store().begin().await.unwrap();
    let id = inspections::add(&transaction, &late).await.unwrap();
    transaction.commit().await.unwrap();
    format!("inspection:{id}")
}

// Part of SUP-02 and SUP-05: what is overdue and was urged becomes an order, which begins with the agency, what is late
// and how often it was urged; what was not urged does not.
#[tokio::test]
async fn what_was_urged_in_vain_becomes_an_order() {
    let site = site("aba").await;
    let portal = site.test_portal.portal();
    let about = late(&site).await;
    let session = with_session(portal, Role::Authority, ("orders", "YX")).await;
    let mut authority = Browser::with_session(&site, &session);
    let (board, path) = ("/authority/supervision", format!("{FORM}?about={about}"));
    let ways = authority.get(board).await.attributes("main a", "href");
    assert!(ways.contains(&FORM.to_owned()) && !ways.contains(&path), "{ways:?}");
    assert_eq!(authority.get(&path).await.status, 400, "it was not urged");
    let (_, number) = about.split_once(':').unwrap();
    let urged = [("inspection", number), ("notice", "请本周内补齐站点")];
    assert_eq!(authority.post(&format!("{board}/urge"), &urged).await.status, 303);
    let page = authority.get(board).await;
    page.assert_well_formed_page(board);
    assert!(page.attributes("main a", "href").contains(&path));

    let page = authority.get(&path).await;
    page.assert_well_formed_page(&path);
    assert_eq!(page.attributes("select[name=organization] option[selected]", "value"), ["YX-T"]);
    let facts = page.texts("textarea[name=facts]").concat();
    for text in ["公交站点", "站点缺失", "2026-11-13", "催办 1 次", "请本周内补齐站点"]
    {
        assert!(facts.contains(text), "{facts}");
    }
    let mut send = [
        ("about", "inspection:999"),
        ("organization", "YX-T"),
        ("issuer", "authority"),
        ("facts", facts.trim()),
        ("due", "2026-12-31"),
    ];
    assert_eq!(authority.post(FORM, &send).await.status, 400, "there is nothing such");
    send[0].1 = &about;
    assert_eq!(authority.post(FORM, &send).await.status, 303);
    let officer = at_browser(portal, Role::Officer, ("reads", "YX-T")).await;
    let order = open(portal, &officer).await.remove(0).order;
    assert_eq!((order.about, order.issuer), (about, Party::Authority));
}
