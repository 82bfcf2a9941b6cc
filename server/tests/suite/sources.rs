//! Data of two providers that differs on the same item: talks, mediation, decision, and what stands beside both entries.

use kaishu_portal::accounts::Caller;
use kaishu_portal::administration::AuditFilter;
use kaishu_testkit::Setup;
use kaishu_testkit::catalogue::Catalogue;
use kaishu_testkit::people::{LANG, with_session};
use kaishu_types::account::Role;

use crate::browser::Browser;
use crate::support::{Answer, TestSite};

/// Entries of YX-T and of YX-U; the third one is shared with nobody.
const ONE: &str = "YX-T-0001";
const OTHER: &str = "YX-U-0001";
const UNSHARED: &str = "YX-T-0009";
const LIST: &str = "/workbench/sources";
const NEW: &str = "/workbench/sources/new";
const FIRST: &str = "/workbench/sources/1";

async fn site(policy: &'static str) -> TestSite {
    let site = TestSite::open(Setup { policy, with_demo: false }).await;
    let catalogue = Catalogue::default()
        .organization("YX-V", "使用局")
        .organization("YX-W", "旁观局")
        .dataset(ONE, "户籍核对", "none")
        .shared("conditional", "用于履行法定职责")
        .shared_item(ONE, "name", ("none", "unconditional"))
        .shared_item(ONE, "address", ("none", "conditional"))
        .file(ONE, "people.csv", "name,address\n甲某,东街\n".as_bytes())
        .dataset("YX-T-0002", "本单位的另一项", "none")
        .dataset(OTHER, "参保登记", "none")
        .under("open-licence", "YX-U")
        .dataset(UNSHARED, "内部数据", "none")
        .shared("none", "");
    site.test_portal.import(catalogue.folder()).await;
    site
}

async fn browser<'a>(site: &'a TestSite, role: Role, place: (&str, &str)) -> Browser<'a> {
    let token = with_session(site.test_portal.portal(), role, place).await;
    Browser::with_session(site, &token)
}

fn opening<'a>(other: &'a str, item: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![("one", ONE), ("other", other), ("item", item), ("difference", "同一个人的住址两处不同")]
}

fn step<'a>(act: &'a str, revision: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![("act", act), ("revision", revision), ("reason", "与原始登记核对")]
}

#[track_caller]
fn assert_says(answer: &Answer, words: &[&str]) {
    for word in words {
        assert!(answer.text().contains(word), "{word}: {}", answer.text());
    }
}

#[track_caller]
fn assert_saved(answer: &Answer) {
    assert_eq!(answer.status, 303, "{}", answer.text());
}

/// What stands beside both entries, for whoever sees the share catalogue and for those who look after them.
async fn assert_beside_both(site: &TestSite, words: &[&str], login: &str) {
    let mut stranger = browser(site, Role::Officer, (&format!("stranger.{login}"), "YX-V")).await;
    for code in [ONE, OTHER] {
        let path = format!("/share/{code}");
        let page = stranger.get(&path).await;
        page.assert_well_formed_page(&path);
        assert_says(&page, words);
        assert!(!page.text().contains(FIRST), "who takes no part is not led to it");
    }
    for (place, code) in [("YX-T", ONE), ("YX-U", OTHER)] {
        let name = format!("{login}.{}", place.to_lowercase());
        let mut officer = browser(site, Role::Officer, (&name, place)).await;
        let path = format!("/workbench/datasets/{code}");
        let page = officer.get(&path).await;
        page.assert_well_formed_page(&path);
        assert_says(&page, words);
        assert_says(&page, &[&format!("href=\"{FIRST}\"")]);
    }
}

// Proves SHR-12: a dispute goes from the providers' talks to the authority and the government, each doing its own step and
// no other; both entries say so until it is closed, and name the source that counts afterwards. Each step is in the log.
#[tokio::test]
async fn two_sources_come_to_one() {
    let site = site("aba").await;
    let mut one = browser(&site, Role::Officer, ("one", "YX-T")).await;
    let mut other = browser(&site, Role::Officer, ("other", "YX-U")).await;
    let mut authority = browser(&site, Role::Authority, ("authority", "YX")).await;
    let mut stranger = browser(&site, Role::Officer, ("stranger", "YX-V")).await;
    let form = format!("{NEW}?one={ONE}");
    assert_says(&one.get(&format!("/share/{ONE}")).await, &[&form]);
    let page = one.get(&form).await;
    page.assert_well_formed_page(&form);
    assert_says(&page, &["第二十六条", ONE]);
    for (code, item) in [(UNSHARED, "住址"), ("YX-X-1", "住址"), ("YX-T-0002", "住址"), (OTHER, "")]
    {
        let refused = one.post(NEW, &opening(code, item)).await;
        assert_eq!(refused.status, 400, "{code} {item}");
        refused.assert_well_formed_page(NEW);
    }
    assert_eq!(stranger.post(NEW, &opening(OTHER, "住址")).await.status, 403, "no grant");
    assert_saved(&one.post(NEW, &opening(OTHER, "住址")).await);
    let twice = authority.post(NEW, &opening(OTHER, "住址")).await;
    assert_eq!(twice.status, 400, "one dispute about an item at a time");
    assert_eq!(stranger.get(FIRST).await.status, 404);
    assert!(!stranger.get(LIST).await.text().contains(FIRST));
    assert_beside_both(&site, &["住址", "提供单位协商中"], "early").await;

    // The providers talk. Nobody accepts what they proposed themselves, and the authority waits.
    for (act, status) in [("accept", 403), ("settle", 403), ("decide", 403), ("nothing", 400)] {
        assert_eq!(one.post(FIRST, &step(act, "1")).await.status, status, "{act}");
    }
    assert_eq!(authority.post(FIRST, &step("fail", "1")).await.status, 403);
    let mut early = step("settle", "1");
    early.extend([("source", ONE), ("basis", "公安局")]);
    assert_eq!(authority.post(FIRST, &early).await.status, 400, "they talk first");
    assert_eq!(one.post(FIRST, &step("propose", "1")).await.status, 400, "which one counts?");
    let mut proposed = step("propose", "1");
    proposed.push(("source", ONE));
    assert_saved(&one.post(FIRST, &proposed).await);
    assert_eq!(one.post(FIRST, &step("accept", "2")).await.status, 403, "their own proposal");
    let stale = other.post(FIRST, &step("fail", "1")).await;
    assert_ne!(stale.status, 303, "of two the second one is told");
    let page = other.get(FIRST).await;
    page.assert_well_formed_page(FIRST);
    assert_says(&page, &["同意对方意见", "同一个人的住址两处不同"]);
    assert_saved(&other.post(FIRST, &step("fail", "2")).await);

    // The authority mediates, and refers it above.
    assert_eq!(other.post(FIRST, &proposed).await.status, 400, "the talks are over");
    let list = authority.get("/authority/sources").await;
    list.assert_well_formed_page("/authority/sources");
    assert_says(&list, &["住址", "主管部门协调中"]);
    assert_saved(&authority.post(FIRST, &step("refer", "3")).await);
    let mut decided = step("decide", "4");
    decided.push(("source", OTHER));
    assert_eq!(authority.post(FIRST, &decided).await.status, 400, "by which document?");
    decided.push(("basis", "云政办〔2026〕7号"));
    assert_saved(&authority.post(FIRST, &decided).await);

    let page = one.get(FIRST).await;
    page.assert_well_formed_page(FIRST);
    assert_says(&page, &["已确定", "云政办〔2026〕7号", &format!("以目录 {OTHER} 的数据为准")]);
    assert_eq!(authority.post(FIRST, &decided).await.status, 400, "it is closed");
    let counts = format!("以目录 {OTHER} 的数据为准");
    assert_beside_both(&site, &["住址", &counts], "late").await;
    // What is closed may come up again.
    assert_saved(&other.post(NEW, &opening(OTHER, "住址")).await);

    let portal = site.test_portal.portal();
    let filter = AuditFilter { kind: Some("source".to_owned()), ..AuditFilter::default() };
    let log = portal.search_audit(&Caller::command(), &filter, 10, LANG).await.unwrap();
    let events: Vec<&str> = log.iter().map(|it| it.event.code.as_str()).collect();
    assert_eq!(events, ["open", "decide", "refer", "fail", "propose", "open"]);
    assert_eq!(log[1].facts["source"], OTHER);
}

// Part of SHR-12: an agency that uses one of the entries by a grant may open a dispute and follows it; the providers agree,
// and a value that counts is told to those who take part only.
#[tokio::test]
async fn who_uses_an_entry_opens_a_dispute() {
    let site = site("guangdong").await;
    let mut user = browser(&site, Role::Officer, ("user", "YX-V")).await;
    let mut one = browser(&site, Role::Head, ("one", "YX-T")).await;
    let mut other = browser(&site, Role::Head, ("other", "YX-U")).await;
    let mut authority = browser(&site, Role::Authority, ("authority", "YX")).await;
    let mut stranger = browser(&site, Role::Officer, ("stranger", "YX-U")).await;
    let take = [
        ("organization", "YX-V"),
        ("matter", "低保资格复核"),
        ("basis", "社会救助暂行办法第十三条"),
        ("purpose", "核对家庭成员"),
        ("scope", "救助科"),
        ("mode", "download"),
        ("related_needs", "无"),
        ("accounts", "user"),
    ];
    assert_eq!(user.post(NEW, &opening(OTHER, "住址")).await.status, 403, "no grant yet");
    assert_saved(&user.post(&format!("/share/{ONE}/take"), &take).await);
    assert_saved(&user.post(NEW, &opening(OTHER, "住址")).await);
    let page = user.get(FIRST).await;
    page.assert_well_formed_page(FIRST);
    assert_says(&page, &["使用局", "提供单位协商中", "第十三条"]);
    assert_eq!(user.post(FIRST, &step("fail", "1")).await.status, 403, "the providers talk");

    let mut proposed = step("propose", "1");
    proposed.push(("value", "南街九号"));
    assert_saved(&one.post(FIRST, &proposed).await);
    assert_saved(&other.post(FIRST, &[("act", "accept"), ("revision", "2")]).await);
    assert_says(&user.get(FIRST).await, &["已确定", "南街九号"]);
    assert_says(&stranger.get(&format!("/share/{ONE}")).await, &["南街九号"]);
    let mut bystander = browser(&site, Role::Officer, ("bystander", "YX-W")).await;
    let beside = bystander.get(&format!("/share/{ONE}")).await;
    assert_says(&beside, &["两项都不作为准"]);
    assert!(!beside.text().contains("南街九号"), "a value is for those who take part");

    // In Guangdong the authority is the last step.
    assert_saved(&authority.post(NEW, &opening(OTHER, "姓名")).await);
    let second = "/workbench/sources/2";
    assert_saved(&one.post(second, &step("fail", "1")).await);
    assert_eq!(authority.post(second, &step("refer", "2")).await.status, 400);
    let mut settled = step("settle", "2");
    settled.extend([("source", ONE), ("basis", "公安局、人社局")]);
    assert_saved(&authority.post(second, &settled).await);
    assert_says(&one.get(second).await, &["公安局、人社局", &format!("以目录 {ONE} 的数据为准")]);
}

// Part of SHR-12: where the rules know no sharing there are no disputes either, and no way leads to them.
#[tokio::test]
async fn there_are_none_where_nothing_is_shared() {
    let site = site("yulin").await;
    let mut officer = browser(&site, Role::Officer, ("officer", "YX-T")).await;
    assert_eq!(officer.get(LIST).await.status, 403);
    assert_eq!(officer.post(NEW, &opening(OTHER, "住址")).await.status, 403);
    assert!(!officer.get("/workbench").await.text().contains(LIST));
}
