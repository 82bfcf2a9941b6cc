//! What came of the use of granted data: registered by its holder, followed by the offices, shown by consent.

use kaishu_domain::permission::{Action, Reach};
use kaishu_portal::access::ApplicationAct;
use kaishu_server::Limits;
use kaishu_server::assets::Assets;
use kaishu_testkit::granted::{CODE, Everybody, everybody, granted};
use kaishu_testkit::people::LANG;
use kaishu_types::DatasetCode;
use kaishu_types::access::DeliveryMode;
use kaishu_types::account::Role;
use kaishu_types::vocabulary::DatasetState;

use crate::browser::Browser;
use crate::overreach::{browser, placed};
use crate::support::TestSite;

const PATH: &str = "/me/results";

/// A site whose table somebody holds a grant of, and the case of that.
async fn site() -> (TestSite, Everybody, i64) {
    let portal = kaishu_testkit::granted::site("aba").await;
    let people = everybody(portal.portal()).await;
    let case = Box::pin(granted(portal.portal(), &people, DeliveryMode::Download)).await;
    (TestSite::of(portal, Assets::none(), Limits::default()), people, case)
}

/// The fields of a result that says everything.
fn fields<'a>(
    grant: &'a str,
    title: &'a str,
    more: &[(&'a str, &'a str)],
) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![
        ("act", "register"),
        ("grant", grant),
        ("kind", "product"),
        ("title", title),
        ("source", "测试局《用电》"),
        ("retrieved_on", "2026-11-20"),
        ("shown_as", "王敏工作室"),
    ];
    fields.extend_from_slice(more);
    fields
}

async fn catch_up(site: &TestSite) {
    site.test_portal.portal().catch_up(|_| ()).await.unwrap();
}

// Proves USE-02: without source and day of retrieval a result is refused with the article, and nothing that was typed is
// lost; a receipt fills both in; then it is registered, and the provider is told.
#[tokio::test]
async fn a_result_names_its_source_or_is_not_registered() {
    let (site, people, case) = site().await;
    let number = case.to_string();
    let grant = number.as_str();
    let mut holder = Browser::with_session(&site, &people.holder_session);
    let bare = [("act", "register"), ("grant", grant), ("kind", "paper"), ("title", "用电的分布")];
    let refused = holder.post(PATH, &bare).await;
    assert_eq!(refused.status, 400);
    refused.assert_well_formed_page(PATH);
    assert!(refused.text().contains("第三十六条"));
    assert_eq!(refused.attributes("main input[name=title]", "value"), ["用电的分布"]);
    for field in ["source", "retrieved_on"] {
        let link = format!("main [role=alert] a[href='#{field}']");
        assert_eq!(refused.texts(&link).len(), 1, "{field}");
    }

    let code: DatasetCode = CODE.parse().unwrap();
    let store = site.test_portal.store();
    let entry = kaishu_store::datasets::find(store, &code).await.unwrap().unwrap();
    let taken = format!("/api/v1/datasets/{CODE}/resources/{}/export.csv", entry.resources[0].id);
    let answer = site.get(&taken).await;
    let receipt = answer.header("x-receipt");
    assert!(receipt.starts_with("R-"), "{receipt}");
    let fill = [("act", "fill"), ("grant", grant), ("receipt", receipt), ("title", "用电的分布")];
    let filled = holder.post(PATH, &fill).await;
    assert_eq!(filled.status, 200);
    let source = filled.attributes("main input[name=source]", "value").concat();
    assert!(
        source.contains("测试局") && source.contains("用电") && source.contains(receipt),
        "{source}"
    );
    assert_eq!(filled.attributes("main input[name=retrieved_on]", "value"), ["2026-11-21"]);
    assert_eq!(filled.attributes("main input[name=title]", "value"), ["用电的分布"]);
    let unknown = [("act", "fill"), ("grant", grant), ("receipt", "R-20261121-000000000000")];
    assert_eq!(holder.post(PATH, &unknown).await.status, 400);

    let registered = fields(grant, "用电的分布", &[("receipt", receipt)]);
    assert_eq!(holder.post(PATH, &registered).await.status, 303);
    assert!(holder.get(PATH).await.text().contains("用电的分布"));
    let mut officer = Browser::with_session(&site, &people.officer_session);
    assert!(officer.get("/me/inbox").await.text().contains("使用者登记了成果"));
    assert_eq!(site.test_portal.portal().verify_log().await.unwrap().faults, []);
}

// Proves USE-09, and a part of USE-06: several results stand under one grant; everybody sees those whose maker lets them
// be seen, the page of the dataset leads to those that it may lead to, and provider and authority see all. What came of
// a grant that is suspended is not shown.
#[tokio::test]
async fn results_are_shown_by_consent_and_followed_by_the_offices() {
    let (site, people, case) = site().await;
    let number = case.to_string();
    let grant = number.as_str();
    let mut holder = Browser::with_session(&site, &people.holder_session);
    let public = [("is_public", "yes")];
    let both = [("is_public", "yes"), ("on_dataset", "yes")];
    for (title, more) in
        [("内部模型", &[][..]), ("用电地图", &public[..]), ("节电小程序", &both[..])]
    {
        assert_eq!(holder.post(PATH, &fields(grant, title, more)).await.status, 303, "{title}");
    }
    catch_up(&site).await;
    let listed = site.get("/results").await;
    listed.assert_well_formed_page("/results");
    let shown = |text: &str| ["内部模型", "用电地图", "节电小程序"].map(|it| text.contains(it));
    assert_eq!(shown(listed.text()), [false, true, true]);
    let maker = listed.attributes("main a[href^='/results/holders/']", "href")[0].clone();
    assert_eq!(shown(site.get(&maker).await.text()), [false, true, true]);
    assert_eq!(site.get("/results/holders/0000000000000000").await.status, 404);
    let of_dataset = format!("/results?dataset={CODE}");
    let page = site.get(&format!("/datasets/{CODE}")).await;
    assert_eq!(page.attributes(&format!("main a[href='{of_dataset}']"), "href").len(), 1);
    assert_eq!(shown(site.get(&of_dataset).await.text()), [false, false, true]);
    assert_eq!(site.get("/results?dataset=YX-T-9999").await.status, 404);

    // Provider and authority see all of it, another agency nothing.
    let portal = site.test_portal.portal();
    for caller in [&people.officer, &people.authority] {
        let found = portal.followed_results(caller, None, LANG).await.unwrap();
        assert_eq!(found.results.len(), 3);
    }
    assert_eq!(portal.followed_results(&people.stranger, None, LANG).await.unwrap().results, []);
    let mut officer = Browser::with_session(&site, &people.officer_session);
    assert_eq!(shown(officer.get("/workbench/results").await.text()), [true; 3]);
    assert_eq!(shown(officer.get(&format!("/applications/{case}")).await.text()), [true; 3]);

    // Consent is taken back, and so is a registration.
    let own = portal.own_results(&people.holder.0, LANG).await.unwrap().results;
    let of = |title: &str| own.iter().find(|it| it.title == title).unwrap().id;
    let path = |title: &str| format!("{PATH}/{}", of(title));
    assert_eq!(holder.post(&path("用电地图"), &[("act", "hide")]).await.status, 303);
    assert_eq!(holder.post(&path("内部模型"), &[("act", "withdraw")]).await.status, 303);
    assert_eq!(shown(site.get("/results").await.text()), [false, false, true]);
    assert_eq!(shown(officer.get("/workbench/results").await.text()), [false, true, true]);
    // Nobody changes what is somebody else's.
    let other = Browser::with_session(&site, &people.officer_session)
        .post(&path("节电小程序"), &[("act", "hide")])
        .await;
    assert!(other.status.is_client_error(), "{}", other.status);

    // Of a dataset that is not listed nothing is shown.
    site.test_portal.set_state(CODE, DatasetState::Suspended, "核对").await;
    assert_eq!(shown(site.get("/results").await.text()), [false; 3]);
    site.test_portal.set_state(CODE, DatasetState::Published, "核对完毕").await;
    assert_eq!(shown(site.get("/results").await.text()), [false, false, true]);

    let found = portal.application(&people.officer, case, LANG).await.unwrap();
    let suspend = ApplicationAct {
        event: "suspend".to_owned(),
        version: found.case.version,
        reason: "核查用途".to_owned(),
        ..ApplicationAct::default()
    };
    portal.act_on_application(&people.officer, case, suspend, LANG).await.unwrap();
    assert_eq!(shown(site.get("/results").await.text()), [false; 3]);
    assert_eq!(shown(officer.get("/workbench/results").await.text()), [false, true, true]);
}

// Part of SEC-05: who sees applications of others sees what came of them, and who holds grants registers results.
#[tokio::test]
async fn no_role_registers_or_follows_results_farther_than_the_table() {
    let (site, people, case) = site().await;
    let number = case.to_string();
    let grant = number.as_str();
    let mut holder = Browser::with_session(&site, &people.holder_session);
    assert_eq!(holder.post(PATH, &fields(grant, "内部模型", &[])).await.status, 303);
    for path in [PATH, "/workbench/results"] {
        let answer = site.get(path).await;
        assert!(answer.header("location").contains("/login"), "{path}");
    }
    for (n, role) in Role::ALL.iter().enumerate() {
        for (place, held) in placed(*role) {
            let mut browser = browser(&site, &format!("r{n}-{place}"), held.clone()).await;
            let reach = Action::SeeApplications.roles().iter().find(|(it, _)| it == role);
            let follows = reach.is_some_and(|(_, reach)| *reach != Reach::Own);
            let followed = browser.get("/workbench/results").await;
            assert_eq!(followed.status == 200, follows, "{role} ({place}): {}", followed.status);
            let sees = follows && place == "own";
            assert_eq!(followed.text().contains("内部模型"), sees, "{role} ({place})");
            let mine = browser.get(PATH).await;
            assert_eq!(mine.status == 200, *role == Role::DataUser, "{role} ({place})");
            let before = site.test_portal.portal().verify_log().await.unwrap().n_entries;
            let status = browser.post(PATH, &fields(grant, "别人的", &[])).await.status;
            assert!(status.is_client_error(), "{role} ({place}): {status}");
            let status = browser.post(&format!("{PATH}/1"), &[("act", "withdraw")]).await.status;
            assert!(status.is_client_error(), "{role} ({place}): {status}");
            assert_eq!(site.test_portal.portal().verify_log().await.unwrap().n_entries, before);
        }
    }
}
