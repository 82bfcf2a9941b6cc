//! The addresses of what agencies share: how it is taken and asked for in a browser, and that nobody else learns of it
//! by any address.

use kaishu_testkit::Setup;
use kaishu_testkit::catalogue::Catalogue;
use kaishu_testkit::people::{LANG, with_session};
use kaishu_types::account::{Role, TokenScope};

use crate::browser::Browser;
use crate::support::{Answer, TestSite};

/// Not open at all, shared in part at once and in part on conditions.
const CODE: &str = "YX-T-0001";
const NEVER: &str = "YX-T-0999";
const WORD: &str = "户籍核对";

async fn site() -> TestSite {
    let site = TestSite::open(Setup { policy: "aba", with_demo: false }).await;
    let catalogue = Catalogue::default()
        .organization("YX-V", "旁观局")
        .dataset(CODE, WORD, "none")
        .shared("conditional", "用于履行法定职责")
        .shared_item(CODE, "name", ("none", "unconditional"))
        .shared_item(CODE, "number", ("none", "conditional"))
        .shared_item(CODE, "secret", ("none", "none"))
        .file(CODE, "people.csv", "name,number,secret\n甲某,007,chixiao\n".as_bytes())
        .dataset("YX-T-0002", "公开数据", "unconditional")
        .item("YX-T-0002", "name", "unconditional")
        .file("YX-T-0002", "open.csv", "name\n丁\n".as_bytes());
    site.test_portal.import(catalogue.folder()).await;
    site
}

async fn browser<'a>(site: &'a TestSite, role: Role, place: (&str, &str)) -> Browser<'a> {
    let token = with_session(site.test_portal.portal(), role, place).await;
    Browser::with_session(site, &token)
}

async fn file(site: &TestSite) -> i64 {
    let code = CODE.parse().unwrap();
    let found = kaishu_store::datasets::find(site.test_portal.store(), &code).await.unwrap();
    found.unwrap().resources[0].id
}

/// Every address at which something of an entry could be.
fn doors(code: &str, id: i64) -> Vec<String> {
    let mut all = Vec::new();
    for path in ["", ".jsonld", ".json", "/quality", "/versions/1", "/apply"] {
        all.push(format!("/datasets/{code}{path}"));
    }
    for path in ["", "/items", "/resources", "/versions", "/quality-issues", "/export.zip"] {
        all.push(format!("/api/v1/datasets/{code}{path}"));
    }
    for path in ["", "/download", "/quality", "/changes"] {
        all.push(format!("/datasets/{code}/resources/{id}{path}"));
    }
    for path in ["/rows", "/export.csv", "/export.parquet", "/original", "/quality"] {
        all.push(format!("/api/v1/datasets/{code}/resources/{id}{path}"));
    }
    all
}

/// Where entries are listed.
fn lists() -> Vec<String> {
    let word = "%E6%88%B7%E7%B1%8D%E6%A0%B8%E5%AF%B9";
    let mut all: Vec<String> =
        ["/", "/datasets", "/sitemap/0.xml", "/organizations/YX-T", "/api/v1/datasets", "/stats"]
            .iter()
            .map(|path| (*path).to_owned())
            .collect();
    for path in ["/datasets", "/api/v1/datasets", "/api/v1/suggestions"] {
        all.push(format!("{path}?q={word}"));
    }
    all
}

async fn sees_nothing(browser: &mut Browser<'_>, id: i64, who: &str) {
    for (door, never) in doors(CODE, id).iter().zip(doors(NEVER, id)) {
        let (there, nowhere) = (browser.get(door).await, browser.get(&never).await);
        assert_eq!(there.status, nowhere.status, "{who}: {door}");
        assert_ne!(there.status, 200, "{who}: {door}");
        assert!(!told(&there), "{who}: {door}");
    }
    for path in lists() {
        let answer = browser.get(&path).await;
        let text = String::from_utf8_lossy(&answer.bytes).replace(&format!("q={WORD}"), "");
        assert!(!text.contains(CODE), "{who}: {path}");
    }
}

/// Whether an answer holds a word of what is shared.
fn told(answer: &Answer) -> bool {
    let text = String::from_utf8_lossy(&answer.bytes);
    [WORD, "甲某", "007", "chixiao"].iter().any(|word| text.contains(word))
}

// Proves SRCH-05, SHR-01, SHR-08: by no address does anybody but the accounts that are named learn of what is shared;
// those use it in a browser and with a program, and its provider reads who did.
#[tokio::test]
async fn what_agencies_share_is_at_no_address_of_anybody_else() {
    let site = site().await;
    let id = file(&site).await;
    let mut asks = browser(&site, Role::Officer, ("asks", "YX-U")).await;
    let mut provider = browser(&site, Role::Officer, ("gives", "YX-T")).await;
    let mut third = browser(&site, Role::Officer, ("third", "YX-V")).await;
    let mut user = browser(&site, Role::DataUser, ("public", "")).await;
    let mut visitor = Browser::new(&site);
    let list = asks.get("/share").await;
    assert_eq!(list.status, 200);
    list.assert_well_formed_page("/share");
    assert!(list.text().contains(WORD));
    for path in ["/share", "/share/requests", &format!("/share/{CODE}"), "/share/YX-T-0999"] {
        assert_eq!(user.get(path).await.status, 403, "{path}");
        assert_eq!(visitor.get(path).await.status, 303, "{path}");
    }
    let entry = asks.get(&format!("/share/{CODE}")).await;
    entry.assert_well_formed_page("/share/CODE");
    assert!(entry.text().contains("number标签") && !entry.text().contains("secret"));
    assert_eq!(asks.get(&format!("/share/{NEVER}")).await.status, 404);
    sees_nothing(&mut asks, id, "whoever has not taken it").await;
    // What was typed stays where something is missing.
    let take = format!("/share/{CODE}/take");
    let whole = [
        ("organization", "YX-U"),
        ("matter", "低保资格复核"),
        ("mode", "download"),
        ("accounts", "asks"),
    ];
    let missing = asks.post(&take, &whole[..3]).await;
    assert_eq!(missing.status, 400);
    assert!(missing.text().contains("低保资格复核"));
    let taken = asks.post(&take, &whole).await;
    assert_eq!(taken.status, 303, "{}", taken.text());
    let page = asks.get(taken.header("location")).await;
    page.assert_well_formed_page("/share/requests/{id}");
    assert!(page.text().contains("低保资格复核"));
    let table = asks.get(&format!("/datasets/{CODE}/resources/{id}")).await;
    assert_eq!(table.status, 200);
    let text = table.text();
    assert!(text.contains("甲某") && !text.contains("007") && !text.contains("chixiao"));
    assert_eq!(asks.get(&format!("/datasets/{CODE}")).await.status, 200);
    let path = format!("/api/v1/datasets/{CODE}/resources/{id}");
    let portal = site.test_portal.portal();
    let (command, login) = (kaishu_portal::accounts::Caller::command(), "asks".parse().unwrap());
    let scope = TokenScope::Read;
    let token = portal.make_token_for(&command, &login, ("x", scope, 1), LANG).await.unwrap();
    let bearer = format!("Bearer {token}");
    let by_program = [("authorization", bearer.as_str())];
    for door in ["/rows", "/export.csv"] {
        let answer = site.get_with(&format!("{path}{door}"), &by_program).await;
        assert_eq!(answer.status, 200, "{door}");
        let text = answer.text();
        assert!(text.contains("甲某") && !text.contains("007"), "{door}: {text}");
        // What is shared is kept by nobody on the way.
        assert!(!answer.header("cache-control").contains("public"), "{door}");
    }
    for (browser, who) in
        [(&mut third, "a third agency"), (&mut user, "a data user"), (&mut visitor, "a visitor")]
    {
        sees_nothing(browser, id, who).await;
    }
    assert_eq!(third.get(taken.header("location")).await.status, 404);
    let uses = provider.get(&format!("/share/{CODE}/uses")).await;
    assert_eq!(uses.status, 200);
    uses.assert_well_formed_page("/share/CODE/uses");
    assert!(uses.text().contains("低保资格复核") && uses.text().contains("asks 的名字"));
    assert_eq!(third.get(&format!("/share/{CODE}/uses")).await.status, 404);
}

// Part of SHR-02 and SHR-06: a request is written, approved and open in a browser.
#[tokio::test]
async fn a_request_is_answered_in_a_browser() {
    let site = site().await;
    let id = file(&site).await;
    let mut asks = browser(&site, Role::Officer, ("asks", "YX-U")).await;
    let mut reviewer = browser(&site, Role::Reviewer, ("reviews", "YX-T")).await;
    let path = format!("/share/{CODE}/request");
    let missing = asks.post(&path, &[("organization", "YX-U"), ("basis", "救助办法")]).await;
    assert_eq!(missing.status, 400);
    missing.assert_well_formed_page("/share/CODE/request");
    assert!(missing.text().contains("救助办法"));
    let whole = [
        ("organization", "YX-U"),
        ("matter", "低保资格复核"),
        ("basis", "社会救助暂行办法第十三条"),
        ("purpose", "核对家庭成员"),
        ("scope", "救助科"),
        ("items", "number"),
        ("mode", "download"),
        ("related_needs", "无"),
        ("accounts", "asks"),
    ];
    let asked = asks.post(&path, &whole).await;
    assert_eq!(asked.status, 303, "{}", asked.text());
    let request = asked.header("location").to_owned();
    let page = reviewer.get(&request).await;
    page.assert_well_formed_page("/share/requests/{id}");
    let act = format!("{request}/act");
    let decided = [("event", "approve"), ("version", "1"), ("narrow", "1"), ("granted", "number")];
    let nobody = reviewer.post(&act, &decided).await;
    assert_eq!(nobody.status, 400, "a contact is named");
    let mut named = decided.to_vec();
    named.push(("contact", "数据科 0837-0000000"));
    let approved = reviewer.post(&act, &named).await;
    assert_eq!(approved.status, 303, "{}", approved.text());
    assert!(asks.get(&request).await.text().contains("数据科 0837-0000000"));
    let table = asks.get(&format!("/datasets/{CODE}/resources/{id}")).await;
    assert!(table.text().contains("007") && !table.text().contains("甲某"));
    // Part of SHR-10: what is handed over is recorded, confirmed and told on the same page.
    assert!(!asks.get(&request).await.text().contains("确认收到线下交付"));
    let handed = [
        ("event", "deliver"),
        ("version", "2"),
        ("narrow", "1"),
        ("granted", "number"),
        ("medium", "加密光盘"),
        ("reason", "专线还没有接通"),
    ];
    let nothing = reviewer.post(&act, &handed[..4]).await;
    assert_eq!(nothing.status, 400, "medium and reason are named");
    let handed = reviewer.post(&act, &handed).await;
    assert_eq!(handed.status, 303, "{}", handed.text());
    let page = asks.get(&request).await;
    page.assert_well_formed_page("/share/requests/{id} with a delivery");
    assert!(page.text().contains("确认收到线下交付") && page.text().contains("加密光盘"));
    let received = asks.post(&act, &[("event", "receive"), ("version", "3")]).await;
    assert_eq!(received.status, 303, "{}", received.text());
    let uses = reviewer.get(&format!("/share/{CODE}/uses")).await;
    assert!(uses.text().contains("线下交付") && uses.text().contains("加密光盘"));
    // Part of SHR-11: what is doubted is said, seen and answered on the same page.
    let words = "甲某的编号与证件不符";
    let doubt = [("event", "doubt"), ("version", "4"), ("reason", words)];
    assert_eq!(asks.post(&act, &doubt[..2]).await.status, 400, "what is doubted is said");
    let doubted = asks.post(&act, &doubt).await;
    assert_eq!(doubted.status, 303, "{}", doubted.text());
    let page = reviewer.get(&request).await;
    page.assert_well_formed_page("/share/requests/{id} with a doubt");
    assert!(page.text().contains(words) && page.text().contains("核实无误"));
    let sound = [("event", "doubt_sound"), ("version", "5"), ("reason", "与原始登记一致")];
    let answered = reviewer.post(&act, &sound).await;
    assert_eq!(answered.status, 303, "{}", answered.text());
    assert!(asks.get(&request).await.text().contains("与原始登记一致"));
}

// Part of SHR-09: values are sent to a provider and answered in a browser; what was typed stays where something is
// missing, and the agency reads answers and nothing else.
#[tokio::test]
async fn values_are_verified_in_a_browser() {
    let site = site().await;
    let mut asks = browser(&site, Role::Officer, ("asks", "YX-U")).await;
    let mut reviewer = browser(&site, Role::Reviewer, ("reviews", "YX-T")).await;
    let mut authority = browser(&site, Role::Authority, ("governs", "YX")).await;
    let write = "/share/verifications/new";
    let form = asks.get(&format!("{write}?dataset={CODE}")).await;
    form.assert_well_formed_page("/share/verifications/new");
    assert!(form.text().contains(WORD));
    assert_eq!(asks.get(&format!("{write}?dataset={NEVER}")).await.status, 404);
    let whole = [
        ("organization", "YX-U"),
        ("provider", "YX-T"),
        ("data", "户籍登记"),
        ("matter", "低保资格复核"),
        ("basis", "社会救助暂行办法第十三条"),
        ("values", "乙某，户主\r\n\r\n丙某，已迁出"),
    ];
    let missing = asks.post(write, &whole[..5]).await;
    assert_eq!(missing.status, 400);
    missing.assert_well_formed_page("/share/verifications/new with a fault");
    assert!(missing.text().contains("社会救助暂行办法第十三条"));
    let asked = asks.post(write, &whole).await;
    assert_eq!(asked.status, 303, "{}", asked.text());
    let path = asked.header("location").to_owned();
    let page = reviewer.get(&path).await;
    page.assert_well_formed_page("/share/verifications/{id}");
    assert!(page.text().contains("丙某，已迁出"));
    let act = format!("{path}/act");
    let answers = [
        ("event", "answer_verification"),
        ("version", "1"),
        ("answer-0", "match"),
        ("answer-1", "not_held"),
    ];
    let missing = reviewer.post(&act, &answers[..3]).await;
    assert_eq!(missing.status, 400, "each is answered");
    missing.assert_well_formed_page("/share/verifications/{id} with a fault");
    let held = "本单位没有";
    let before = asks.get(&path).await.text().matches(held).count();
    let done = reviewer.post(&act, &answers).await;
    assert_eq!(done.status, 303, "{}", done.text());
    let told = asks.get(&path).await.text().matches(held).count();
    assert_eq!(told, before + 1, "one of the two is not held");
    let above = authority.get(&path).await;
    assert_eq!(above.status, 200);
    assert!(!above.text().contains("丙某"), "what is verified is between the two sides");
    let list = asks.get("/share/verifications").await;
    list.assert_well_formed_page("/share/verifications");
    assert!(list.text().contains("户籍登记"));
}

// Part of SHR-23: a request names in a browser how often data is sent, and where to; an address that may not be called is
// refused beside what was typed, both sides read it, and the secret of its signatures only who asks, once it is granted.
#[tokio::test]
async fn data_is_asked_to_be_sent_in_a_browser() {
    let site = site().await;
    let mut asks = browser(&site, Role::Officer, ("asks", "YX-U")).await;
    let mut provider = browser(&site, Role::Reviewer, ("reviews", "YX-T")).await;
    let take = format!("/share/{CODE}/take");
    let asked = |url: &'static str| {
        [
            ("organization", "YX-U"),
            ("matter", "低保资格复核"),
            ("accounts", "asks"),
            ("mode", "push"),
            ("cycle", "weekly"),
            ("url", url),
        ]
    };
    let refused = asks.post(&take, &asked("https://10.0.0.1/inner")).await;
    assert_eq!(refused.status, 400);
    refused.assert_well_formed_page("/share/CODE with an address that is not called");
    assert!(refused.text().contains("https://10.0.0.1/inner"));
    let taken = asks.post(&take, &asked("https://hooks.example.cn/in")).await;
    assert_eq!(taken.status, 303, "{}", taken.text());
    let request = taken.header("location").to_owned();
    for (browser, knows) in [(&mut asks, true), (&mut provider, false)] {
        let page = browser.get(&request).await;
        page.assert_well_formed_page("/share/requests/{id} whose data is sent");
        let text = page.text();
        for word in ["定期推送", "每周", "https://hooks.example.cn/in", "还没有推送过"]
        {
            assert!(text.contains(word), "{word}");
        }
        assert_eq!(text.contains("whsec_"), knows);
    }
}
