//! The registers of exchange at the door: channels, return demands, upward requests, backflows.

use kaishu_portal::accounts::Caller;
use kaishu_portal::administration::AuditFilter;
use kaishu_store::organizations::{self, NewOrganization};
use kaishu_testkit::Setup;
use kaishu_testkit::catalogue::Catalogue;
use kaishu_testkit::people::{LANG, with_session};
use kaishu_types::account::Role;
use kaishu_types::vocabulary::{OrganizationKind, RegionLevel};

use crate::browser::Browser;
use crate::support::{Answer, TestSite};

/// An entry of YX-T that is shared: its names at once, the rest on conditions.
const CODE: &str = "YX-T-0001";
const CHANNELS: &str = "/workbench/exchange/channels";
const DEMANDS: &str = "/workbench/exchange/return-demands";
const UPWARD: &str = "/workbench/exchange/upward-requests";
const BACKFLOWS: &str = "/workbench/exchange/backflows";

/// `YX-T` has a shared entry; above it stands `YX-P`, beside it `YX-U`.
async fn site(policy: &'static str) -> TestSite {
    let site = TestSite::open(Setup { policy, with_demo: false }).await;
    let catalogue = Catalogue::default()
        .dataset(CODE, "户籍核对", "none")
        .shared("conditional", "用于履行法定职责")
        .shared_item(CODE, "name", ("none", "unconditional"))
        .shared_item(CODE, "number", ("none", "conditional"))
        .file(CODE, "people.csv", "name,number\n甲某,007\n".as_bytes())
        .dataset("YX-U-0001", "别的", "unconditional")
        .under("open-licence", "YX-U");
    site.test_portal.import(catalogue.folder()).await;
    let body = |code: &str, name: &str, parent: Option<&str>| NewOrganization {
        code: code.parse().unwrap(),
        name: name.to_owned(),
        name_en: None,
        kind: OrganizationKind::StateOrgan,
        level: RegionLevel::Prefecture,
        region: "YX".parse().unwrap(),
        parent: parent.map(|code| code.parse().unwrap()),
        description: None,
        responsible_head: None,
        contact: None,
        homepage: None,
        is_imported: false,
    };
    let bodies = [body("YX-P", "上级局", None), body("YX-T", "测试局", Some("YX-P"))];
    organizations::upsert(site.test_portal.store(), &bodies).await.unwrap();
    site.test_portal.portal().reload_directory().await.unwrap();
    site
}

async fn browser<'a>(site: &'a TestSite, role: Role, place: (&str, &str)) -> Browser<'a> {
    let token = with_session(site.test_portal.portal(), role, place).await;
    Browser::with_session(site, &token)
}

/// Fields with some of them in the place of what they were.
fn with<'a>(
    fields: &[(&'a str, &'a str)],
    others: &[(&'a str, &'a str)],
) -> Vec<(&'a str, &'a str)> {
    let is_other = |name: &str| others.iter().any(|(other, _)| *other == name);
    let kept = fields.iter().copied().filter(|(name, _)| !is_other(name));
    kept.chain(others.iter().copied()).collect()
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

// Proves SHR-16: a channel has its owner, data, plan and closing day; one that began under the rules is refused with
// their article. Its agency keeps it, the authority sees it, nobody else does.
#[tokio::test]
async fn a_channel_that_began_under_the_rules_is_refused() {
    for (policy, day, article) in
        [("guangdong", "2019-01-01", "第二十条"), ("anshan", "2026-11-01", "第九条第二项")]
    {
        let site = site(policy).await;
        let mut officer = browser(&site, Role::Officer, ("officer", "YX-T")).await;
        let mut authority = browser(&site, Role::Authority, ("authority", "YX")).await;
        let mut stranger = browser(&site, Role::Officer, ("stranger", "YX-U")).await;
        let whole = [
            ("organization", "YX-T"),
            ("title", "婚姻登记直连"),
            ("scope", "姓名、登记日期"),
            ("counterpart", "公安局"),
            ("plan", "改由平台接口提供"),
            ("began_on", "2018-12-31"),
            ("closes_on", "2026-12-31"),
        ];
        let new = format!("{CHANNELS}/new");
        officer.get(&new).await.assert_well_formed_page(&new);
        let refused = officer.post(&new, &with(&whole, &[("began_on", day)])).await;
        assert_eq!(refused.status, 400, "{policy}");
        refused.assert_well_formed_page(&new);
        assert_says(&refused, &[article, "婚姻登记直连"]);
        for field in ["title", "scope", "counterpart", "plan", "began_on", "closes_on"] {
            let bare = officer.post(&new, &with(&whole, &[(field, "")])).await;
            assert_eq!(bare.status, 400, "{policy} {field}");
        }
        assert!(!officer.get(CHANNELS).await.text().contains("婚姻登记直连"), "{policy}");
        assert_saved(&officer.post(&new, &whole).await);

        for path in [CHANNELS, "/en/workbench/exchange/channels"] {
            let list = officer.get(path).await;
            list.assert_well_formed_page(path);
            assert_says(&list, &["婚姻登记直连", "姓名、登记日期"]);
        }
        let seen = authority.get("/authority/exchange/channels").await;
        seen.assert_well_formed_page("/authority/exchange/channels");
        assert_says(&seen, &["婚姻登记直连", "使用中"]);
        assert!(!stranger.get(CHANNELS).await.text().contains("婚姻登记直连"));
        let record = format!("{CHANNELS}/1");
        let page = authority.get(&record).await;
        page.assert_well_formed_page(&record);
        assert_says(&page, &["改由平台接口提供"]);
        assert_eq!(stranger.get(&record).await.status, 404);
        let closed = with(&whole, &[("closed_on", "2026-11-20"), ("revision", "1")]);
        assert_eq!(authority.post(&record, &closed).await.status, 403);
        assert_eq!(stranger.post(&record, &closed).await.status, 404);
        assert_saved(&officer.post(&record, &closed).await);
        assert_says(&officer.get(CHANNELS).await, &["已关闭"]);
        // Of two editors the second one is told.
        assert_ne!(officer.post(&record, &closed).await.status, 303);
        assert_eq!(officer.get("/workbench/exchange/others").await.status, 404);

        let portal = site.test_portal.portal();
        let filter = AuditFilter { kind: Some("exchange".to_owned()), ..AuditFilter::default() };
        let log = portal.search_audit(&Caller::command(), &filter, 10, LANG).await.unwrap();
        let events: Vec<&str> = log.iter().map(|it| it.event.code.as_str()).collect();
        assert_eq!(events, ["changed", "added"]);
        assert_eq!(log[0].facts["closed_on"], "2026-11-20");
    }
}

// Proves SHR-20: an agency says what it wants returned, how far and to which level; the agency above sees it and answers,
// and what was granted is linked to an entry of its own.
#[tokio::test]
async fn an_upper_agency_answers_what_is_to_be_returned() {
    let site = site("anshan").await;
    let mut officer = browser(&site, Role::Officer, ("officer", "YX-T")).await;
    let mut upper = browser(&site, Role::Head, ("upper", "YX-P")).await;
    let mut stranger = browser(&site, Role::Officer, ("stranger", "YX-U")).await;
    let whole = [
        ("organization", "YX-T"),
        ("title", "企业登记返还"),
        ("scope", "本地区企业的登记信息"),
        ("level", "county"),
        ("addressee", "YX-P"),
    ];
    let new = format!("{DEMANDS}/new");
    assert_says(&officer.get(&new).await, &["上级局"]);
    for (field, value) in [("scope", ""), ("level", "moon"), ("addressee", "YX-U")] {
        let refused = officer.post(&new, &with(&whole, &[(field, value)])).await;
        assert_eq!(refused.status, 400, "{field}");
        refused.assert_well_formed_page(&new);
    }
    assert_saved(&officer.post(&new, &whole).await);
    let record = format!("{DEMANDS}/1");
    assert_says(&upper.get(DEMANDS).await, &["企业登记返还", "待答复"]);
    let page = upper.get(&record).await;
    page.assert_well_formed_page(&record);
    assert_says(&page, &["本地区企业的登记信息"]);
    assert!(!stranger.get(DEMANDS).await.text().contains("企业登记返还"));
    assert_eq!(stranger.get(&record).await.status, 404);

    let linked = with(&whole, &[("dataset", CODE), ("revision", "1")]);
    assert_eq!(officer.post(&record, &linked).await.status, 400, "nothing was granted yet");
    let answer = [("act", "answer"), ("revision", "1"), ("answer", "granted")];
    assert_eq!(officer.post(&record, &answer).await.status, 403, "nobody answers for above");
    let declined = with(&answer, &[("answer", "declined")]);
    assert_eq!(upper.post(&record, &declined).await.status, 400, "a refusal has its reason");
    assert_saved(&upper.post(&record, &answer).await);

    let foreign = with(&linked, &[("dataset", "YX-U-0001"), ("revision", "2")]);
    assert_eq!(officer.post(&record, &foreign).await.status, 400, "an entry of its own");
    // What was answered stays as it was asked.
    let other = with(&linked, &[("title", "全部数据"), ("revision", "2")]);
    assert_saved(&officer.post(&record, &other).await);
    let page = upper.get(&record).await;
    page.assert_well_formed_page(&record);
    assert_says(&page, &["企业登记返还", "已编入目录", &format!("href=\"/share/{CODE}\"")]);
    assert!(!page.text().contains("全部数据"));
}

/// Takes what YX-T shares at once, and returns the page of the request.
async fn take(asks: &mut Browser<'_>) -> String {
    let fields = [
        ("organization", "YX-U"),
        ("matter", "低保资格复核"),
        ("basis", "社会救助暂行办法第十三条"),
        ("purpose", "核对家庭成员"),
        ("scope", "救助科"),
        ("mode", "download"),
        ("related_needs", "无"),
        ("accounts", "asks"),
    ];
    let taken = asks.post(&format!("/share/{CODE}/take"), &fields).await;
    assert_saved(&taken);
    taken.header("location").to_owned()
}

// Proves SHR-17: the authority asks the province for an agency; what was granted above is distributed to the local node,
// and what agencies then asked for locally is linked to it.
#[tokio::test]
async fn an_upward_request_leads_to_local_ones() {
    let site = site("aba").await;
    let mut authority = browser(&site, Role::Authority, ("authority", "YX")).await;
    let mut officer = browser(&site, Role::Officer, ("officer", "YX-T")).await;
    let mut asks = browser(&site, Role::Officer, ("asks", "YX-U")).await;
    let whole = [
        ("organization", "YX-T"),
        ("title", "省级人口库"),
        ("scope", "本州户籍人口"),
        ("counterpart", "省政务数据主管部门"),
        ("asked_on", "2026-11-02"),
    ];
    let new = format!("{UPWARD}/new");
    assert_eq!(officer.post(&new, &whole).await.status, 403, "the authority asks for agencies");
    authority.get(&new).await.assert_well_formed_page(&new);
    let later = with(&whole, &[("asked_on", "2026-11-22")]);
    assert_eq!(authority.post(&new, &later).await.status, 400);
    assert_saved(&authority.post(&new, &whole).await);
    let record = format!("{UPWARD}/1");
    assert_says(&officer.get(UPWARD).await, &["省级人口库", "已申请"]);
    assert_eq!(asks.get(&record).await.status, 404);
    let arrived = [("arrived_on", "2026-11-20"), ("revision", "1")];
    let early = authority.post(&record, &with(&whole, &arrived)).await;
    assert_eq!(early.status, 400, "nothing is distributed before it is granted");
    let granted = with(&with(&whole, &arrived), &[("answer", "granted"), ("dataset", CODE)]);
    assert_saved(&authority.post(&record, &granted).await);
    let page = authority.get(&record).await;
    page.assert_well_formed_page(&record);
    assert_says(&page, &["还没有申请", &format!("href=\"/share/{CODE}\"")]);
    let request = take(&mut asks).await;
    let page = authority.get(&record).await;
    page.assert_well_formed_page(&record);
    let path = request.split('?').next().unwrap();
    assert_says(&page, &[&format!("href=\"{path}\"")]);
}

// Proves SHR-18, SHR-19: what was delivered up, asked back and arrived is recorded with its classes and becomes an entry;
// from the record an entitled agency comes to the screen on which it queries the data, and no other agency does.
#[tokio::test]
async fn what_flowed_back_is_queried_by_who_is_entitled() {
    let site = site("jiamusi").await;
    let mut officer = browser(&site, Role::Officer, ("officer", "YX-T")).await;
    let mut authority = browser(&site, Role::Authority, ("authority", "YX")).await;
    let mut asks = browser(&site, Role::Officer, ("asks", "YX-U")).await;
    let whole = [
        ("organization", "YX-T"),
        ("title", "户籍回流"),
        ("scope", "本市户籍"),
        ("counterpart", "国家人口库"),
        ("began_on", "2026-10-01"),
    ];
    let new = format!("{BACKFLOWS}/new");
    assert_saved(&officer.post(&new, &whole).await);
    assert_says(&officer.get(BACKFLOWS).await, &["户籍回流", "已上报"]);
    let record = format!("{BACKFLOWS}/1");
    // The authority asks for it back, too.
    let asked = with(&whole, &[("asked_on", "2026-10-08"), ("revision", "1")]);
    assert_saved(&authority.post(&record, &asked).await);
    let arrived = with(&asked, &[("arrived_on", "2026-11-01"), ("revision", "2")]);
    let bare = officer.post(&record, &arrived).await;
    assert_eq!(bare.status, 400, "what arrived has its classes");
    bare.assert_well_formed_page(&record);
    let became = with(&arrived, &[("open", "none"), ("dataset", CODE)]);
    let wrong = with(&became, &[("share", "unconditional")]);
    assert_eq!(officer.post(&record, &wrong).await.status, 400, "its entry says otherwise");
    let whole = with(&became, &[("share", "conditional")]);
    assert_saved(&officer.post(&record, &whole).await);
    let page = officer.get(&record).await;
    page.assert_well_formed_page(&record);
    let screen = format!("/share/{CODE}");
    assert_says(&page, &["有条件共享", "不予开放", &format!("href=\"{screen}\"")]);

    assert_eq!(asks.get(&record).await.status, 404);
    let code = CODE.parse().unwrap();
    let found = kaishu_store::datasets::find(site.test_portal.store(), &code).await.unwrap();
    let table = format!("/datasets/{CODE}/resources/{}", found.unwrap().resources[0].id);
    assert_ne!(asks.get(&table).await.status, 200, "nobody granted it");
    assert_eq!(asks.get(&screen).await.status, 200);
    take(&mut asks).await;
    let answer = asks.get(&table).await;
    assert_eq!(answer.status, 200);
    assert_says(&answer, &["甲某"]);
    assert!(!answer.text().contains("007"), "what is shared on conditions was not asked for");
}
