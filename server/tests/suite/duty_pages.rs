//! Reports on use and violations at the door: forms that lose nothing, pages in both languages.

use kaishu_server::Limits;
use kaishu_server::assets::Assets;
use kaishu_testkit::granted::{everybody, granted, site};
use kaishu_types::access::DeliveryMode;

use crate::browser::Browser;
use crate::support::TestSite;

// Part of USE-01 and USE-06 at the door: what is due stands above one's applications, the form keeps what was typed, and
// the provider reads it and asks on the page of the application.
#[tokio::test]
async fn a_report_is_written_read_and_asked_about_with_forms() {
    let test_portal = site("aba").await;
    let people = everybody(test_portal.portal()).await;
    let grant = granted(test_portal.portal(), &people, DeliveryMode::Download).await;
    let later = test_portal.open_at("2027-05-21T04:00:00Z".parse().unwrap()).await;
    assert_eq!(later.ask_for_reports().await.unwrap(), 1);
    let site = TestSite::of(test_portal, Assets::none(), Limits::default());
    let mut holder = Browser::with_session(&site, &people.holder_session);
    let mut officer = Browser::with_session(&site, &people.officer_session);

    let mine = holder.get("/me/applications").await;
    mine.assert_well_formed_page("/me/applications");
    let links = mine.attributes("main a", "href");
    let report = links.iter().find(|link| link.starts_with("/usage-reports/")).unwrap().clone();
    let page = holder.get(&report).await;
    page.assert_well_formed_page(&report);
    assert!(page.text().contains("第二十七条"), "the rule says where it comes from");
    let version = page.attributes("main input[name=version]", "value").remove(0);
    let mut fields = [
        ("event", "file"),
        ("version", version.as_str()),
        ("uses", "分析行业用电"),
        ("safeguards", ""),
        ("had_incident", "no"),
    ];
    let wrong = holder.post(&report, &fields).await;
    assert_eq!(wrong.status, 400);
    assert!(wrong.text().contains("分析行业用电"), "nothing is lost");
    fields[3].1 = "内网保存";
    let filed = holder.post(&report, &fields).await;
    assert_eq!(filed.status, 303, "{}", filed.text());

    let page = officer.get(&report).await;
    page.assert_well_formed_page(&report);
    assert!(page.text().contains("分析行业用电"));
    let events = page.attributes("main button[name=event]", "value");
    assert_eq!(events, ["question", "accept"]);
    let version = page.attributes("main input[name=version]", "value").remove(0);
    let accepted = [("event", "accept"), ("version", version.as_str())];
    assert_eq!(officer.post(&report, &accepted).await.status, 303);
    assert_eq!(officer.get(&format!("/en{report}")).await.status, 200);

    let application = format!("/applications/{grant}");
    let path = format!("{application}/question");
    assert_eq!(officer.post(&path, &[("question", " ")]).await.status, 400);
    let asked = officer.post(&path, &[("question", "成果发布在哪里？")]).await;
    assert_eq!(asked.status, 303, "{}", asked.text());
    let question = asked.header("location").to_owned();
    let page = holder.get(&question).await;
    page.assert_well_formed_page(&question);
    assert!(page.text().contains("成果发布在哪里？"));
    assert_eq!(page.attributes("main button[name=event]", "value"), ["answer"]);
    let refused = holder.post(&path, &[("question", "我可以问吗？")]).await;
    assert_eq!(refused.status, 400);
}

// Part of USE-04, USE-05 and USE-08 at the door: the form that opens a violation keeps what was typed, the user reads
// why access is closed, until when to correct it and how to object, and the file is taken by who handles it.
#[tokio::test]
async fn a_violation_is_opened_told_and_settled_with_forms() {
    let test_portal = site("aba").await;
    let people = everybody(test_portal.portal()).await;
    let grant = granted(test_portal.portal(), &people, DeliveryMode::Download).await;
    let site = TestSite::of(test_portal, Assets::none(), Limits::default());
    let mut holder = Browser::with_session(&site, &people.holder_session);
    let mut officer = Browser::with_session(&site, &people.officer_session);

    let path = format!("/applications/{grant}/violation");
    let page = officer.get(&path).await;
    page.assert_well_formed_page(&path);
    assert!(page.text().contains("第四十二条"));
    let mut fields = [("event", "confirm"), ("type", ""), ("reason", "数据出现在第三方网站")];
    let wrong = officer.post(&path, &fields).await;
    assert_eq!(wrong.status, 400);
    assert!(wrong.text().contains("数据出现在第三方网站"), "nothing is lost");
    fields[1].1 = "harm";
    assert_eq!(holder.post(&path, &fields).await.status, 400, "nobody opens one of their own");
    let opened = officer.post(&path, &fields).await;
    assert_eq!(opened.status, 303, "{}", opened.text());
    let violation = opened.header("location").to_owned();

    let told = holder.get(&violation).await;
    told.assert_well_formed_page(&violation);
    for part in ["您的使用权限已经关闭", "数据出现在第三方网站", "第四十二条", "申请复核"]
    {
        assert!(told.text().contains(part), "{part}");
    }
    let number = violation.rsplit('/').next().unwrap();
    let by_case = holder.get(&format!("/workbench/cases/{number}")).await;
    assert_eq!(by_case.header("location"), violation);
    let version = told.attributes("main input[name=version]", "value").remove(0);
    let correct = [("event", "correct"), ("version", version.as_str()), ("reason", "已经删除")];
    assert_eq!(holder.post(&violation, &correct).await.status, 303);

    let file = officer.post(&format!("{violation}/evidence"), &[]).await;
    assert_eq!(file.status, 200);
    assert!(file.header("content-disposition").starts_with("attachment"));
    assert!(file.text().contains("已经删除"));
    let page = officer.get(&violation).await;
    let version = page.attributes("main input[name=version]", "value").remove(0);
    let restore = [("event", "restore"), ("version", version.as_str()), ("reason", "已经核实")];
    assert_eq!(officer.post(&violation, &restore).await.status, 303);
    let english = format!("/en{violation}");
    let page = holder.get(&english).await;
    page.assert_well_formed_page(&english);
    assert!(page.text().contains("Access restored"));
}
