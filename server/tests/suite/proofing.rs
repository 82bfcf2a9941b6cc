//! Proving who the person behind an account is: at a counter, or by a login at a provider that proves it.

use kaishu_portal::accounts::{Caller, NewStaff};
use kaishu_server::Limits;
use kaishu_server::assets::Assets;
use kaishu_store::accounts::{NewProof, ProofDocument, add_proof};
use kaishu_store::log::Search;
use kaishu_testkit::portal::now;
use kaishu_testkit::{Setup, TestPortal};
use kaishu_types::account::{AccountKind, Role};
use kaishu_types::proofing::{IdDocumentKind, ProofMethod};
use kaishu_types::{ErrorCode, Lang};
use serde_json::json;

use crate::browser::{Browser, PASSWORD, add, assert_goes_to, entries, login, staff};
use crate::sign_on;
use crate::support::{Answer, TestSite};

/// The example of GB 11643.
const NUMBER: &str = "11010519491231002X";
const COUNTER: &str = "/authority/proofs";

/// What staff write down of a document.
fn shown<'a>(document: &'a str, number: &'a str) -> [(&'static str, &'a str); 4] {
    [
        ("document", document),
        ("number", number),
        ("valid_until", "2036-01-01"),
        ("is_theirs", "yes"),
    ]
}

/// Somebody who uses data, and somebody at a counter.
async fn people(site: &TestSite) -> (Browser<'_>, Browser<'_>) {
    let portal = site.test_portal.portal();
    add(portal, "li.na", &[Role::DataUser]).await;
    add(portal, "zhou.jie", &[Role::Authority]).await;
    let mut owner = Browser::new(site);
    owner.log_in("li.na", PASSWORD).await;
    (owner, Browser::of_staff(site, "zhou.jie").await)
}

/// Who comes with what a browser holds.
async fn caller(site: &TestSite, browser: &Browser<'_>) -> Caller {
    let name = app::cookie_name(&site.test_portal.portal().site());
    let cookies = browser.cookie();
    let held = cookies.split("; ").find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    site.test_portal.portal().caller_of_session(held.unwrap()).await.unwrap()
}

/// Nothing that can be filled in, chosen or pressed is a part of a body.
#[track_caller]
fn assert_asks_for_no_body(page: &Answer, path: &str) {
    page.assert_well_formed_page(path);
    for selector in ["label", "legend", "option", "button", ".hint", "main li b", "h2"] {
        for text in page.texts(selector) {
            let text = text.to_lowercase();
            for word in ["指纹", "虹膜", "人脸", "fingerprint", "iris", "face"] {
                assert!(!text.contains(word), "{path}: {text}");
            }
        }
    }
    assert!(page.attributes("input[type=file]", "type").is_empty(), "{path}");
    assert!(page.attributes("main form input", "capture").is_empty(), "{path}");
}

/// A demonstration, and where its database is.
async fn kept() -> (TestSite, String) {
    let mut database = String::new();
    let setup = Setup { with_demo: true, ..Setup::default() };
    let test_portal =
        TestPortal::open_with(setup, |settings| database = settings.database_url.clone()).await;
    let file = database.strip_prefix("sqlite://").unwrap().split('?').next().unwrap();
    (TestSite::of(test_portal, Assets::none(), Limits::default()), file.to_owned())
}

/// The number is neither in the log nor anywhere in the bytes of the database.
async fn assert_nowhere(site: &TestSite, file: &str) {
    let store = site.test_portal.store();
    for entry in kaishu_store::log::search(store, &Search::default(), 1000).await.unwrap() {
        let text = serde_json::to_string(&entry.event).unwrap();
        assert!(!text.contains("002X") && !text.contains("19491231"), "{text}");
    }
    let mut bytes = std::fs::read(file).unwrap();
    bytes.extend(std::fs::read(format!("{file}-wal")).unwrap_or_default());
    let holds = |text: &str| bytes.windows(text.len()).any(|part| part == text.as_bytes());
    assert!(holds("resident_card"), "the database was read");
    assert!(!holds(NUMBER) && !holds("110105 19491231 002x") && !holds("110105194912310021"));
}

/// Proves ORG-09: one valid identity document, shown once at a counter, proves who somebody is; the account page says so
/// and what one may bring before; a second proof is refused with the article; nothing asks for a part of a body; the
/// act is in the log; and the number of the document is nowhere.
#[tokio::test]
async fn one_document_at_a_counter_is_enough() {
    let (site, database) = kept().await;
    let (mut owner, mut counter) = people(&site).await;
    let me = owner.get("/me").await;
    for said in ["还没有核验身份", "一次就够", "居民身份证", "护照", "第十八条第二款", "不采集指纹"]
    {
        assert!(me.text().contains(said), "{said}");
    }
    assert!(!me.text().contains("登录一次"), "no provider proves anything here");
    assert!(!caller(&site, &owner).await.is_proven());

    let found = counter.get("/authority/proofs?login=li.na%40example.cn").await;
    assert_goes_to(&found, "/authority/proofs/li.na");
    let unknown = counter.get("/authority/proofs?login=nobody").await;
    assert_eq!(unknown.status, 400);
    assert_eq!(counter.get("/authority/proofs/nobody").await.status, 404);
    let path = format!("{COUNTER}/li.na");
    let faults = [
        ("document", "resident_card"),
        ("number", "110105194912310021"),
        ("valid_until", "2026-11-20"),
    ];
    let wrong = counter.post(&path, &faults).await;
    assert_eq!(wrong.status, 400);
    for said in ["最后一位和前面的对不上", "证件已经过期", "确认证件是本人的"]
    {
        assert!(wrong.text().contains(said), "{said}");
    }
    assert_eq!(wrong.attributes("#number", "value"), ["110105194912310021"], "typed stays");
    let done = counter.post(&path, &shown("resident_card", "110105 19491231 002x")).await;
    assert_goes_to(&done, "/authority/proofs/li.na?done=recorded");

    assert!(caller(&site, &owner).await.is_proven());
    let me = owner.get("/me").await;
    for said in ["身份已经核验", "尾号 002X", "zhou.jie 的名字", "2036年1月1日"] {
        assert!(me.text().contains(said), "{said}");
    }
    assert!(!me.text().contains("还没有核验"));
    let page = counter.get(&path).await;
    assert!(page.attributes("#number, #document", "id").is_empty(), "nothing asks once more");
    let second = counter.post(&path, &shown("passport", "E12345678")).await;
    assert_eq!(second.status, 409);
    assert!(second.text().contains("一种方式就够") && second.text().contains("第十八条第二款"));
    for path in ["/me", COUNTER, &path] {
        for prefix in ["", "/en"] {
            let path = format!("{prefix}{path}");
            assert_asks_for_no_body(&counter.get(&path).await, &path);
            assert_asks_for_no_body(&owner.get(&format!("{prefix}/me")).await, "/me");
        }
    }

    let logged = entries(&site.test_portal, "li.na").await;
    let proven = logged.iter().find(|it| it.event.name == "proven").unwrap();
    assert_eq!(proven.event.by.login, "zhou.jie");
    assert_eq!(proven.event.by.role, Some(Role::Authority));
    assert_eq!(proven.event.body.facts["document"], "resident_card");
    assert_nowhere(&site, &database).await;
    assert_eq!(site.test_portal.portal().verify_log().await.unwrap().faults, []);
}

/// Part of ORG-09: one document proves one account, also as the card that stands for it; a proof is withdrawn with a
/// reason that its owner reads and that holds no number; after that the document may prove the other account.
#[tokio::test]
async fn a_document_of_two_accounts_is_noticed() {
    let site = TestSite::demo().await;
    let (mut owner, mut counter) = people(&site).await;
    add(site.test_portal.portal(), "li.na.2", &[Role::DataUser]).await;
    let (one, other) = (format!("{COUNTER}/li.na"), format!("{COUNTER}/li.na.2"));
    assert_eq!(counter.post(&one, &shown("resident_card", NUMBER)).await.status, 303);
    for (document, number) in [("resident_card", NUMBER), ("temporary_card", "11010519491231002x")]
    {
        let refused = counter.post(&other, &shown(document, number)).await;
        assert_eq!(refused.status, 400, "{document}");
        assert!(refused.text().contains("已经核验了另一个账号 li.na"), "{}", refused.text());
    }
    let n_before = site.test_portal.portal().verify_log().await.unwrap().n_entries;
    let withdraw = format!("{one}/withdraw");
    for (reason, said) in
        [("", "写明撤销的理由"), (&format!("证件 {NUMBER} 登记错了"), "不要写证件号码")]
    {
        let refused = counter.post(&withdraw, &[("reason", reason)]).await;
        assert_eq!(refused.status, 400, "{reason}");
        assert!(refused.text().contains(said), "{reason}");
    }
    assert_eq!(site.test_portal.portal().verify_log().await.unwrap().n_entries, n_before);
    let done = counter.post(&withdraw, &[("reason", "登记错了账号")]).await;
    assert_goes_to(&done, "/authority/proofs/li.na?done=withdrawn");
    assert_eq!(counter.post(&withdraw, &[("reason", "再一次")]).await.status, 409);
    assert!(!caller(&site, &owner).await.is_proven());
    let me = owner.get("/me").await;
    assert!(me.text().contains("已经撤销") && me.text().contains("登记错了账号"));
    let logged = entries(&site.test_portal, "li.na").await;
    let last = logged.last().unwrap();
    assert_eq!(last.event.name, "proof_withdrawn");
    assert_eq!(last.event.body.reason, "登记错了账号");
    assert_eq!(counter.post(&other, &shown("resident_card", NUMBER)).await.status, 303);
}

/// Part of ORG-09: a proof holds as long as its document; then one valid document proves the account anew.
#[tokio::test]
async fn a_proof_ends_with_its_document() {
    let site = TestSite::demo().await;
    let (mut owner, mut counter) = people(&site).await;
    let store = site.test_portal.store();
    let account = kaishu_store::accounts::find(store, &login("li.na")).await.unwrap().unwrap();
    let document = ProofDocument { kind: IdDocumentKind::Passport, last_four: "5678".to_owned() };
    let ran_out = NewProof {
        account_id: account.id,
        method: ProofMethod::IdDocument,
        document: Some(document),
        hash: "of a passport".to_owned(),
        valid_until: Some("2026-11-20".parse().unwrap()),
        by: (account.id, "王敏".to_owned()),
    };
    let transaction = store.begin().await.unwrap();
    add_proof(&transaction, &ran_out, now()).await.unwrap();
    transaction.commit().await.unwrap();
    assert!(!caller(&site, &owner).await.is_proven());
    assert!(owner.get("/me").await.text().contains("核验时的证件已经过期"));
    let path = format!("{COUNTER}/li.na");
    assert!(counter.get(&path).await.text().contains("证件已经过期"));
    assert_eq!(counter.post(&path, &shown("resident_card", NUMBER)).await.status, 303);
    assert!(caller(&site, &owner).await.is_proven());
    assert!(counter.get(&path).await.text().contains("到期后已重新核验"));
}

/// Part of ORG-09: nobody records who they are themselves, nobody else records it, and only accounts of persons are
/// proven.
#[tokio::test]
async fn who_records_a_proof_is_somebody_else_with_the_right() {
    let site = TestSite::demo().await;
    let (mut owner, mut counter) = people(&site).await;
    let portal = site.test_portal.portal();
    add(portal, "zhang.wei", &[Role::Officer]).await;
    let mut officer = Browser::of_staff(&site, "zhang.wei").await;
    let firm = NewStaff { kind: AccountKind::Organization, ..staff("firm", &[Role::DataUser]) };
    portal.add_account(&Caller::command(), firm, Lang::En).await.unwrap();
    let mut unit = Browser::new(&site);
    unit.log_in("firm", PASSWORD).await;
    let n_before = portal.verify_log().await.unwrap().n_entries;
    let fields = shown("passport", "E12345678");
    for browser in [&mut owner, &mut officer] {
        for path in [COUNTER, "/authority/proofs/li.na", "/authority/proofs/nobody"] {
            assert_eq!(browser.get(path).await.status, 403, "{path}");
        }
        assert_eq!(browser.post("/authority/proofs/li.na", &fields).await.status, 403);
        let withdrawn = browser.post("/authority/proofs/li.na/withdraw", &[("reason", "x")]).await;
        assert_eq!(withdrawn.status, 403);
    }
    let own = counter.get("/authority/proofs/zhou.jie").await;
    assert!(own.text().contains("由另一位同事核验"));
    assert_eq!(counter.post("/authority/proofs/zhou.jie", &fields).await.status, 403);
    let firm = counter.post("/authority/proofs/firm", &fields).await;
    assert_eq!(firm.status, 409);
    assert!(firm.text().contains("只核验个人账号"));
    assert!(unit.get("/me").await.attributes("#proof", "id").is_empty(), "no person, no proof");
    let by_command =
        portal.proving(&Caller::command(), &login("li.na"), Lang::En).await.unwrap_err();
    assert_ne!(by_command.code(), ErrorCode::Internal);
    assert_eq!(portal.verify_log().await.unwrap().n_entries, n_before);
}

/// Part of ORG-09: a login at a provider proves who somebody is only where its configuration says so and its name is
/// that of the account; what was withdrawn is not proven again by the next login, and what is proven is left alone.
#[tokio::test]
async fn a_login_proves_who_somebody_is_where_the_provider_does() {
    for proves in [false, true] {
        let (site, provider) = sign_on::open(|settings| settings.proves_identity = proves).await;
        let mut browser = Browser::new(&site);
        let claims = |sub: &str, login: &str| {
            // With an address in the token the provider is not asked for one.
            let email = format!("{login}@example.cn");
            json!({ "sub": sub, "preferred_username": login, "email": email })
        };
        let li_na = || {
            let mut claims = claims("1", "li.na");
            claims["name"] = "李娜".into();
            claims
        };
        sign_on::sign_on(&mut browser, &provider, "", li_na()).await;
        assert_eq!(caller(&site, &browser).await.is_proven(), proves);
        let me = browser.get("/me").await;
        assert_eq!(me.text().contains("身份已经核验"), proves);
        assert!(!me.text().contains("登录一次"), "nothing is offered in vain, or once more");
        let mut nameless = Browser::new(&site);
        sign_on::sign_on(&mut nameless, &provider, "", claims("2", "wang.wu")).await;
        assert!(!caller(&site, &nameless).await.is_proven(), "nobody is named");
        let offer = nameless.get("/me").await;
        assert_eq!(offer.text().contains("登录一次"), proves);
        assert_asks_for_no_body(&offer, "/me");
        if !proves {
            continue;
        }

        sign_on::sign_on(&mut Browser::new(&site), &provider, "", li_na()).await;
        let logged = entries(&site.test_portal, "li.na").await;
        let proven: Vec<_> = logged.iter().filter(|it| it.event.name == "proven").collect();
        assert_eq!(proven.len(), 1, "once");
        assert_eq!(proven[0].event.body.facts["method"], "sign_on");
        add(site.test_portal.portal(), "zhou.jie", &[Role::Authority]).await;
        let mut counter = Browser::of_staff(&site, "zhou.jie").await;
        let path = format!("{COUNTER}/li.na");
        assert_eq!(counter.post(&path, &shown("passport", "E12345678")).await.status, 409);
        let withdraw = [("reason", "账号借给了别人")];
        assert_eq!(counter.post(&format!("{path}/withdraw"), &withdraw).await.status, 303);
        let mut again = Browser::new(&site);
        sign_on::sign_on(&mut again, &provider, "", li_na()).await;
        assert!(!caller(&site, &again).await.is_proven(), "the counter decides now");
        assert_eq!(counter.post(&path, &shown("passport", "E12345678")).await.status, 303);
        assert!(caller(&site, &again).await.is_proven());
    }
}

/// Part of ORG-09: whoever joins an identity to an account of another name proves nothing by it.
#[tokio::test]
async fn an_identity_of_another_name_proves_nothing() {
    let (site, provider) = sign_on::open(|settings| settings.proves_identity = true).await;
    let portal = site.test_portal.portal();
    for (name, called) in [("li.na", "李娜"), ("wang.wu", "wang.wu 的名字")] {
        add(portal, name, &[Role::DataUser]).await;
        let mut browser = Browser::new(&site);
        let claims = json!({
            "sub": name,
            "name": called,
            "email": format!("{name}@example.cn"),
            "email_verified": true,
        });
        sign_on::sign_on(&mut browser, &provider, "", claims).await;
        let joined = browser.post("/login/provider/join", &[("password", PASSWORD)]).await;
        assert_goes_to(&joined, "/me");
        assert_eq!(caller(&site, &browser).await.is_proven(), name == "wang.wu", "{name}");
    }
}
