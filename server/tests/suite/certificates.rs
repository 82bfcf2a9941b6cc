//! Documents that agencies have by sharing: the certificate of where they come from, and the look-up that says what may
//! not be asked of applicants again.

use kaishu_testkit::Setup;
use kaishu_testkit::catalogue::Catalogue;
use kaishu_testkit::people::{LANG, with_session};
use kaishu_types::account::{Role, TokenScope};
use sha2::{Digest, Sha256};

use crate::browser::Browser;
use crate::support::TestSite;

/// Had at once in part, on conditions in part.
const CODE: &str = "YX-T-0001";
/// Had on conditions only.
const ON_REQUEST: &str = "YX-T-0002";
/// Not shared.
const HIDDEN: &str = "YX-T-0003";
const LOOKUP: &str = "/share/lookup";
const CERTIFICATES: &str = "/share/certificates";
/// 结婚证
const WORD: &str = "%E7%BB%93%E5%A9%9A%E8%AF%81";

async fn site(policy: &'static str) -> TestSite {
    let site = TestSite::open(Setup { policy, with_demo: false }).await;
    let catalogue = Catalogue::default()
        .organization("YX-V", "旁观局")
        .dataset(CODE, "结婚证登记", "none")
        .shared("conditional", "用于履行法定职责")
        .shared_item(CODE, "name", ("none", "unconditional"))
        .shared_item(CODE, "number", ("none", "conditional"))
        .file(CODE, "people.csv", "name,number\n甲某,007\n".as_bytes())
        .dataset(ON_REQUEST, "结婚证存根", "none")
        .shared("conditional", "用于履行法定职责")
        .shared_item(ON_REQUEST, "number", ("none", "conditional"))
        .dataset(HIDDEN, "结婚证核查", "none")
        .shared("none", "")
        .dataset("YX-T-0004", "公开数据", "unconditional")
        .item("YX-T-0004", "name", "unconditional")
        .file("YX-T-0004", "open.csv", "name\n丁\n".as_bytes());
    site.test_portal.import(catalogue.folder()).await;
    site
}

async fn browser<'a>(site: &'a TestSite, role: Role, place: (&str, &str)) -> Browser<'a> {
    let token = with_session(site.test_portal.portal(), role, place).await;
    Browser::with_session(site, &token)
}

async fn file(site: &TestSite, code: &str) -> i64 {
    let code = code.parse().unwrap();
    let found = kaishu_store::datasets::find(site.test_portal.store(), &code).await.unwrap();
    found.unwrap().resources[0].id
}

/// What a program of somebody sends along.
async fn bearer(site: &TestSite, login: &str) -> String {
    let portal = site.test_portal.portal();
    let (command, login) = (kaishu_portal::accounts::Caller::command(), login.parse().unwrap());
    let scope = TokenScope::Read;
    let token = portal.make_token_for(&command, &login, ("x", scope, 1), LANG).await.unwrap();
    format!("Bearer {token}")
}

/// Takes the data for a matter; returns the address of the request.
async fn take(asks: &mut Browser<'_>) -> String {
    let fields = [
        ("organization", "YX-U"),
        ("matter", "低保资格复核"),
        ("basis", "社会救助暂行办法第十三条"),
        ("mode", "download"),
        ("accounts", "asks"),
    ];
    let taken = asks.post(&format!("/share/{CODE}/take"), &fields).await;
    assert_eq!(taken.status, 303, "{}", taken.text());
    taken.header("location").to_owned()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

// Proves SHR-21: what was had by sharing carries a certificate with source, time, matter, basis and hash; staff of any
// agency open it and check a file against it, and nobody learns from it who took what, or a value.
#[tokio::test]
async fn what_was_had_by_sharing_has_a_certificate_that_any_agency_verifies() {
    let site = site("anshan").await;
    let id = file(&site, CODE).await;
    let mut asks = browser(&site, Role::Officer, ("asks", "YX-U")).await;
    let mut provider = browser(&site, Role::Officer, ("gives", "YX-T")).await;
    let mut third = browser(&site, Role::Officer, ("third", "YX-V")).await;
    take(&mut asks).await;
    let bearer = bearer(&site, "asks").await;
    let by_program = [("authorization", bearer.as_str())];
    let table = format!("/api/v1/datasets/{CODE}/resources/{id}");
    let question = "export.csv?filter=name+%3D+%27%E7%94%B2%E6%9F%90%27";
    let taken = site.get_with(&format!("{table}/{question}"), &by_program).await;
    assert_eq!(taken.status, 200, "{}", taken.text());
    let number = taken.header("x-receipt").to_owned();
    let proof = format!("{CERTIFICATES}/{number}");
    assert_eq!(taken.header("link"), format!("<{proof}>; rel=\"describedby\""));
    let sum = hex(&Sha256::digest(&taken.bytes));

    let page = third.get(&proof).await;
    assert_eq!(page.status, 200);
    page.assert_well_formed_page(&proof);
    let text = page.text();
    let told = ["测试局", "结婚证登记", "低保资格复核", "社会救助暂行办法第十三条"];
    for word in told.into_iter().chain([number.as_str(), sum.as_str(), "第三十三条第二款"])
    {
        assert!(text.contains(word), "{word}");
    }
    for word in ["甲某", "asks 的名字", "试验局"] {
        assert!(!text.contains(word), "{word} is between the two sides");
    }
    let other = "0".repeat(64);
    for (typed, answer) in
        [(sum.as_str(), "摘要一致"), (other.as_str(), "摘要不一致"), ("abc", "填写的不是")]
    {
        let path = format!("{proof}?hash={typed}");
        let page = third.get(&path).await;
        page.assert_well_formed_page(&path);
        assert!(page.text().contains(answer), "{answer}");
    }
    let uses = provider.get(&format!("/share/{CODE}/uses")).await;
    assert!(uses.attributes("main a", "href").contains(&proof));

    let rows = site.get_with(&format!("{table}/rows"), &by_program).await;
    let rows = format!("{CERTIFICATES}/{}", rows.header("x-receipt"));
    assert!(third.get(&rows).await.text().contains("没有留下文件的摘要"));
    is_kept_from_the_public(&site, &proof, &number).await;
}

/// A certificate is for agencies; no public address tells of it, and a public receipt is none.
async fn is_kept_from_the_public(site: &TestSite, proof: &str, number: &str) {
    let mut user = browser(site, Role::DataUser, ("public", "")).await;
    let mut visitor = Browser::new(site);
    for path in [proof, CERTIFICATES, LOOKUP] {
        assert_eq!(user.get(path).await.status, 403, "{path}");
        assert_eq!(visitor.get(path).await.status, 303, "{path}");
    }
    assert_eq!(visitor.get(&format!("/verify/{number}")).await.status, 404);

    let mut staff = browser(site, Role::Reviewer, ("reviews", "YX-V")).await;
    let form = staff.get(CERTIFICATES).await;
    form.assert_well_formed_page(CERTIFICATES);
    let found = staff.get(&format!("{CERTIFICATES}?number=+{number}+")).await;
    assert_eq!((found.status.as_u16(), found.header("location")), (303, proof));
    let open = file(site, "YX-T-0004").await;
    let path = format!("/api/v1/datasets/YX-T-0004/resources/{open}/export.csv");
    let open = site.get(&path).await;
    assert!(open.header("link").starts_with("</verify/"), "{}", open.header("link"));
    for number in [open.header("x-receipt"), "R-20200101-000000000000", "xx"] {
        let path = format!("{CERTIFICATES}/{number}");
        assert_eq!(staff.get(&path).await.status, 404, "{path}");
    }
}

// Proves SHR-21: before a clerk asks an applicant for a document, they learn from whom it is had, how, for which matter
// of their agency, and the article under which it may not be asked for again.
#[tokio::test]
async fn a_clerk_learns_what_may_not_be_asked_of_applicants() {
    for (policy, article) in [("anshan", "第三十三条第二款"), ("guangdong", "第二十三条")]
    {
        let site = site(policy).await;
        let mut asks = browser(&site, Role::Officer, ("asks", "YX-U")).await;
        let looked = format!("{LOOKUP}?q={WORD}");
        let page = asks.get(&looked).await;
        page.assert_well_formed_page(&looked);
        let text = page.text();
        for word in [
            "测试局",
            article,
            "不用审批，写明事项就能取得，不得再要求申请人提供",
            "可以申请共享；同意以后不得再要求申请人提供",
        ] {
            assert!(text.contains(word), "{policy}: {word}");
        }
        assert!(!text.contains(HIDDEN) && !text.contains("本单位已经"), "{policy}");
        let entries = page.attributes("main a", "href");
        for code in [CODE, ON_REQUEST] {
            assert!(entries.contains(&format!("/share/{code}")), "{policy}: {code}");
        }

        let request = take(&mut asks).await;
        let page = asks.get(&looked).await;
        assert!(page.text().contains("本单位已经取得") && page.text().contains("低保资格复核"));
        assert!(page.attributes("main a", "href").contains(&request), "{policy}");
        let mut third = browser(&site, Role::Officer, ("third", "YX-V")).await;
        let text = third.get(&looked).await.text().to_owned();
        assert!(!text.contains("低保资格复核") && text.contains("不用审批"), "{policy}");
        let mut provider = browser(&site, Role::Officer, ("gives", "YX-T")).await;
        assert!(provider.get(&looked).await.text().contains("本单位自己提供的数据"), "{policy}");

        let empty = asks.get(LOOKUP).await;
        empty.assert_well_formed_page(LOOKUP);
        assert!(!empty.text().contains(CODE), "{policy}");
        let nothing = asks.get(&format!("{LOOKUP}?q=chixiao")).await;
        assert!(nothing.text().contains("共享目录里没有找到"), "{policy}");
    }
    // Rules that know no sharing say so.
    let site = site("yulin").await;
    let mut asks = browser(&site, Role::Officer, ("asks", "YX-U")).await;
    assert_eq!(asks.get(LOOKUP).await.status, 403);
}
