//! Data that is in no catalogue, asked for and answered in a browser.

use kaishu_testkit::Setup;
use kaishu_testkit::catalogue::Catalogue;
use kaishu_testkit::people::with_session;
use kaishu_types::account::Role;

use crate::browser::Browser;
use crate::support::TestSite;

const PATH: &str = "/share/outside";

async fn site(policy: &'static str) -> TestSite {
    let site = TestSite::open(Setup { policy, with_demo: false }).await;
    let catalogue = Catalogue::default().dataset("YX-T-0001", "户籍核对", "none");
    site.test_portal.import(catalogue.folder()).await;
    site
}

async fn browser<'a>(site: &'a TestSite, role: Role, place: (&str, &str)) -> Browser<'a> {
    let token = with_session(site.test_portal.portal(), role, place).await;
    Browser::with_session(site, &token)
}

// Part of SHR-13 at the door: what was typed stays where something is wrong, both sides read the same page, and each
// has the buttons of its own side only.
#[tokio::test]
async fn data_outside_the_catalogue_is_asked_for_with_a_form() {
    let site = site("aba").await;
    let mut asks = browser(&site, Role::Officer, ("asks", "YX-U")).await;
    let mut reviewer = browser(&site, Role::Reviewer, ("reviews", "YX-T")).await;
    let page = asks.get(PATH).await;
    page.assert_well_formed_page(PATH);
    assert!(page.text().contains("第二十五条"), "the rule of who answers, and how soon");
    let offered = page.attributes("select[name=provider] option", "value");
    assert!(offered.contains(&"YX-T".to_owned()) && !offered.contains(&"YX-U".to_owned()));
    let mut fields = vec![
        ("organization", "YX-U"),
        ("provider", "YX-T"),
        ("title", "公交站点停用记录"),
        ("items", "站名、停用日期"),
        ("matter", "低保资格复核"),
        ("purpose", "核对出行补贴"),
        ("scope", "救助科"),
        ("related_needs", "每月一次"),
    ];
    let wrong = asks.post(PATH, &fields).await;
    assert_eq!(wrong.status, 400, "it names no basis");
    assert_eq!(wrong.attributes("input[name=title]", "value"), ["公交站点停用记录"]);
    fields.push(("basis", "社会救助暂行办法第十三条"));
    let asked = asks.post(PATH, &fields).await;
    assert_eq!(asked.status, 303, "{}", asked.text());
    let case = asked.header("location").to_owned();
    assert!(asks.get(PATH).await.attributes("main li a", "href").contains(&case));

    let page = asks.get(&case).await;
    page.assert_well_formed_page(&case);
    assert!(page.text().contains("社会救助暂行办法第十三条"));
    assert_eq!(page.attributes("main button[name=event]", "value"), ["withdraw"]);
    let page = reviewer.get(&case).await;
    page.assert_well_formed_page(&case);
    assert!(page.text().contains("低保资格复核"));
    let buttons = page.attributes("main button[name=event]", "value");
    assert_eq!(buttons, ["return", "approve", "refuse", "lack"]);
    let version = page.attributes("main input[name=version]", "value").remove(0);
    let refusing = [
        ("version", version.as_str()),
        ("event", "refuse"),
        ("reason", "不宜"),
        ("norm", "某规定"),
    ];
    let refused = reviewer.post(&format!("{case}/act"), &refusing).await;
    assert_eq!(refused.status, 400);
    assert_eq!(refused.attributes("input[name=norm]", "value"), ["某规定"], "nothing is lost");
    let agreeing = [("version", version.as_str()), ("event", "approve")];
    let agreed = reviewer.post(&format!("{case}/act"), &agreeing).await;
    assert_eq!(agreed.status, 303, "{}", agreed.text());

    let mut officer = browser(&site, Role::Officer, ("enters", "YX-T")).await;
    let page = officer.get(&case).await;
    page.assert_well_formed_page(&case);
    assert_eq!(page.attributes("main button[name=event]", "value"), ["compile", "name"]);
    let version = page.attributes("main input[name=version]", "value").remove(0);
    let begun = [("version", version.as_str()), ("event", "compile")];
    let begun = officer.post(&format!("{case}/act"), &begun).await;
    assert!(begun.header("location").starts_with("/workbench/drafts/"), "{}", begun.text());

    // Rules that know no sharing say so.
    let other = self::site("yulin").await;
    let mut asks = browser(&other, Role::Officer, ("asks", "YX-U")).await;
    assert_eq!(asks.get(PATH).await.status, 403);
}
