//! Two people who write one entry, and one who reviews it again.

use http::Method;
use kaishu_portal::Portal;
use kaishu_portal::accounts::Caller;
use kaishu_testkit::people::{
    LANG, ORGANIZATION, act, complete, people, whole_draft, with_session,
};
use kaishu_types::account::Role;
use kaishu_types::draft::DraftDocument;

use crate::drafting::site;
use crate::support::{Answer, TestSite};

/// Somebody with a browser.
struct Writer<'a> {
    site: &'a TestSite,
    cookie: String,
    caller: Caller,
}

impl<'a> Writer<'a> {
    async fn of(site: &'a TestSite, role: Role, place: (&str, &str)) -> Self {
        let portal = site.test_portal.portal();
        let session = with_session(portal, role, place).await;
        let caller = portal.caller_of_session(&session).await.unwrap();
        let cookie = format!("{}={session}", app::cookie_name(&portal.site()));
        Self { site, cookie, caller }
    }

    async fn send(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        let headers = [
            ("cookie", self.cookie.as_str()),
            ("origin", "http://127.0.0.1:3000"),
            ("content-type", "application/x-www-form-urlencoded;charset=UTF-8"),
        ];
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        self.site.ask(Method::POST, path, &headers, &body).await
    }

    async fn see(&self, path: &str) -> Answer {
        let page = self.site.get_with(path, &[("cookie", &self.cookie)]).await;
        if page.status == 200 {
            page.assert_well_formed_page(path);
        }
        page
    }
}

async fn document(portal: &Portal, caller: &Caller, case: i64) -> (u32, DraftDocument) {
    let draft = portal.draft(caller, case, LANG).await.unwrap();
    (draft.revision, draft.document)
}

/// Whoever saves second sees which parts differ, with both values, who saved and when, and chooses; what is
/// replaced is found again.
#[tokio::test]
async fn two_who_write_at_once_lose_nothing() {
    let site = site().await;
    let portal = site.test_portal.portal();
    let first = Writer::of(&site, Role::Officer, ("first", "YX-T")).await;
    let second = Writer::of(&site, Role::Officer, ("second", "YX-T")).await;
    let case = portal.begin_draft(&first.caller, "YX-T", "公交站点", LANG).await.unwrap();
    let path = format!("/workbench/drafts/{case}");

    // Both read revision 1.
    let of_first = [
        ("revision", "1"),
        ("title", "公交站点"),
        ("summary", "一号写的摘要"),
        ("source", "一号写的来源"),
        ("items.0.name", "stop"),
        ("items.0.label", "站名"),
    ];
    assert_eq!(first.send(&path, &of_first).await.status, 303);
    let of_second = [
        ("revision", "1"),
        ("title", "公交站点信息"),
        ("summary", "二号写的摘要"),
        ("items.0.name", "stop"),
        ("items.0.label", "车站名称"),
        ("then", "save"),
    ];
    let page = second.send(&path, &of_second).await;
    assert_eq!(page.status, 409);
    page.assert_well_formed_page(&path);
    let said = page.texts("main [role=status]").concat();
    let saved_at = portal.draft(&first.caller, case, LANG).await.unwrap().updated_at;
    let minute = kaishu_types::china::time_in_china(saved_at).format("%H:%M").to_string();
    for part in ["first 的名字", minute.as_str(), "4 处"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let parts = page.texts("fieldset:has([name^='keep.']) legend");
    assert_eq!(parts, ["数据项 stop", "数据来源", "数据摘要", "名称"]);
    let values = page.texts("fieldset:has([name='keep.summary']) label").concat();
    assert!(values.contains("一号写的摘要") && values.contains("二号写的摘要"), "{values}");
    let chosen = page.attributes("[name^='keep.'][checked]", "value");
    assert_eq!(chosen, ["typed", "typed", "typed", "typed"], "nobody knows what was read");
    // What was typed is in the form, and nothing is saved by itself before it was chosen.
    assert_eq!(page.attributes("#entry-form [name=title]", "value"), ["公交站点信息"]);
    assert_eq!(page.attributes("#entry-form [name=revision]", "value"), ["2"]);
    let saves_itself = |page: &Answer| {
        let islands = page.attributes("leptos-island", "data-component");
        islands.iter().any(|it| it.to_lowercase().contains("autosave"))
    };
    assert!(saves_itself(&second.see(&path).await) && !saves_itself(&page));
    assert_eq!(document(portal, &first.caller, case).await.1.fields.summary, "一号写的摘要");

    let mut again = of_second.to_vec();
    again[0] = ("revision", "2");
    again.extend([
        ("keep.items.stop", "stored"),
        ("keep.source", "stored"),
        ("keep.summary", "typed"),
        ("keep.title", "typed"),
    ]);
    assert_eq!(second.send(&path, &again).await.status, 303);
    let (revision, made) = document(portal, &first.caller, case).await;
    let fields = &made.fields;
    assert_eq!((fields.title.as_str(), fields.summary.as_str()), ("公交站点信息", "二号写的摘要"));
    assert_eq!(fields.source.as_deref(), Some("一号写的来源"));
    assert_eq!(made.items[0].label, "站名");

    // The text that was replaced is there, with what is different now, and can be put back.
    let list = second.see(&format!("{path}/copies")).await;
    let ways = list.attributes("main ul.divide-y a", "href");
    assert_eq!(ways, [format!("{path}/copies/2")]);
    let old = second.see(&ways[0]).await;
    let rows = old.texts("main tbody tr");
    let summary = rows.iter().find(|row| row.starts_with("数据摘要")).unwrap();
    assert!(summary.contains("一号写的摘要") && summary.contains("二号写的摘要"), "{summary}");
    let revision = revision.to_string();
    let back = second.send(&ways[0], &[("revision", &revision)]).await;
    assert_eq!(back.status, 303, "{}", back.text());
    let (_, restored) = document(portal, &first.caller, case).await;
    assert_eq!(restored.fields.summary, "一号写的摘要");
    let list = second.see(&format!("{path}/copies")).await;
    assert_eq!(
        list.attributes("main ul.divide-y a", "href").len(),
        2,
        "what was there before is kept, too"
    );

    // Whoever reviews entries of the agency reads what was submitted, and this was only saved.
    let reviewer = Writer::of(&site, Role::Reviewer, ("reads", "YX-T")).await;
    let list = reviewer.see(&format!("{path}/copies")).await;
    assert_eq!(list.status, 200);
    assert_eq!(list.attributes("main ul.divide-y a", "href"), [] as [String; 0]);
    assert_eq!(reviewer.see(&ways[0]).await.status, 404);

    // To others there is nothing.
    let stranger = Writer::of(&site, Role::Officer, ("stranger", "YX-U")).await;
    for path in [format!("{path}/copies"), ways[0].clone()] {
        assert_eq!(stranger.see(&path).await.status, 404, "{path}");
    }
    let sent = stranger.send(&ways[0], &[("revision", "4")]).await;
    assert_eq!(sent.status, 404);
}

// What only the other one changed is chosen already, where it is known what was read.
#[tokio::test]
async fn what_only_the_other_changed_is_taken() {
    let site = site().await;
    let portal = site.test_portal.portal();
    let first = Writer::of(&site, Role::Officer, ("first", "YX-T")).await;
    let second = Writer::of(&site, Role::Officer, ("second", "YX-T")).await;
    let case = portal.begin_draft(&second.caller, "YX-T", "公交站点", LANG).await.unwrap();
    let path = format!("/workbench/drafts/{case}");
    let of_first =
        [("revision", "1"), ("title", "公交站点"), ("summary", "一号写的"), ("source", "来源")];
    assert_eq!(first.send(&path, &of_first).await.status, 303);
    let of_second = [("revision", "1"), ("title", "公交站点"), ("summary", "二号写的")];
    let page = second.send(&path, &of_second).await;
    assert_eq!(page.status, 409);
    let chosen = |part: &str| page.attributes(&format!("[name='keep.{part}'][checked]"), "value");
    assert_eq!(
        (chosen("source"), chosen("summary")),
        (vec!["stored".to_owned()], vec!["typed".to_owned()])
    );
}

// Part of REV-10: a resubmission keeps the history; whoever reviews it sees each part that changed since the last
// submission, with the old and the new value.
#[tokio::test]
async fn a_reviewer_sees_what_changed_since_the_last_submission() {
    let site = crate::blocking::site().await;
    let portal = site.test_portal.portal();
    let people = people(portal).await;
    let reviewer = Writer::of(&site, Role::Reviewer, ("reads", ORGANIZATION)).await;
    let case = whole_draft(portal, &people.officer, ORGANIZATION).await;
    let path = format!("/workbench/cases/{case}");
    act(portal, &people.officer, case, "submit").await.unwrap();
    let page = reviewer.see(&path).await;
    assert_eq!(page.texts("#h-resubmitted"), [] as [String; 0]);

    act(portal, &people.reviewer, case, "return").await.unwrap();
    complete(portal, &people.officer, case, |document| {
        document.fields.summary = "改过的摘要".to_owned();
        document.items[1].description = Some("线路数".to_owned());
    })
    .await;
    act(portal, &people.officer, case, "submit").await.unwrap();
    let page = reviewer.see(&path).await;
    let rows = page.texts("section:has(#h-resubmitted) tbody tr");
    assert_eq!(rows.len(), 2, "{rows:?}");
    assert!(rows[0].contains("数据项 n") && rows[0].contains("线路数"), "{rows:?}");
    assert!(rows[1].contains("全市公交站点") && rows[1].contains("改过的摘要"), "{rows:?}");

    let copies = reviewer.see(&format!("/workbench/drafts/{case}/copies")).await;
    assert_eq!(copies.attributes("main ul.divide-y a", "href").len(), 2, "both submissions");

    // Returned and submitted as it was, nothing is said to be changed.
    act(portal, &people.reviewer, case, "return").await.unwrap();
    act(portal, &people.officer, case, "submit").await.unwrap();
    let page = reviewer.see(&path).await;
    assert!(page.texts("section:has(#h-resubmitted)").concat().contains("没有修改"));
}

// Proves CAT-07 for whoever writes: after a save, the editor lists the entries of other agencies that are alike.
#[tokio::test]
async fn the_editor_warns_of_entries_that_are_alike() {
    let site = site().await;
    let portal = site.test_portal.portal();
    let writer = Writer::of(&site, Role::Officer, ("writer", "YX-U")).await;
    let case = portal.begin_draft(&writer.caller, "YX-U", "旧数据", LANG).await.unwrap();
    portal.catch_up(|_| ()).await.unwrap();
    let path = format!("/workbench/drafts/{case}");
    assert!(writer.see(&path).await.texts("#h-alike").is_empty(), "only after a save");
    let page = writer.see(&format!("{path}?done=saved")).await;
    assert_eq!(page.attributes("section:has(#h-alike) li a", "href"), ["/datasets/YX-T-0001"]);
    let other = [("revision", "1"), ("title", "机场航班"), ("then", "save")];
    assert_eq!(writer.send(&path, &other).await.status, 303);
    let page = writer.see(&format!("{path}?done=saved")).await;
    assert!(page.texts("#h-alike").is_empty());
}
