//! An entry that is saved while somebody writes it.

use http::Method;
use kaishu_testkit::people::with_session;
use kaishu_types::account::Role;
use serde_json::Value;

use crate::drafting::site;
use crate::support::{Answer, TestSite};

/// Somebody with a browser who writes an entry.
struct Writer<'a> {
    site: &'a TestSite,
    cookie: String,
    path: String,
}

impl Writer<'_> {
    async fn send(&self, cookie: &str, form: &[(&str, &str)]) -> Answer {
        let headers = [
            ("cookie", cookie),
            ("origin", "http://127.0.0.1:3000"),
            ("accept", "application/json"),
            ("content-type", "application/x-www-form-urlencoded;charset=UTF-8"),
        ];
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        self.site.ask(Method::POST, &self.path, &headers, &body).await
    }

    async fn save(&self, revision: &str, summary: &str, more: &[(&str, &str)]) -> Answer {
        let mut form = vec![("revision", revision), ("title", "公交站点"), ("summary", summary)];
        form.extend([("then", "autosave")]);
        form.extend(more);
        self.send(&self.cookie, &form).await
    }

    async fn page(&self) -> Answer {
        self.site.get_with(&self.path, &[("cookie", &self.cookie)]).await
    }
}

/// What was typed is saved under the revision it was read at; whoever is late is told who was faster, and
/// nothing is overwritten.
#[tokio::test]
async fn an_entry_is_saved_while_somebody_writes() {
    let site = site().await;
    let portal = site.test_portal.portal();
    let session = with_session(portal, Role::Officer, ("browser", "YX-T")).await;
    let caller = portal.caller_of_session(&session).await.unwrap();
    let lang = kaishu_testkit::people::LANG;
    let case = portal.begin_draft(&caller, "YX-T", "公交站点", lang).await.unwrap();
    let writer = Writer {
        site: &site,
        cookie: format!("{}={session}", app::cookie_name(&portal.site())),
        path: format!("/workbench/drafts/{case}"),
    };

    let page = writer.page().await;
    page.assert_well_formed_page(&writer.path);
    assert_eq!(page.attributes("#entry-form [name=revision]", "value"), ["1"]);

    let saved = writer.save("1", "全市公交", &[]).await;
    assert_eq!(saved.status, 200, "{}", saved.text());
    assert_eq!(saved.header("cache-control"), "no-store");
    assert_eq!(saved.json(), serde_json::json!({ "revision": 2, "saved_at": "12:00" }));
    let saved = writer.save("2", "全市公交站点", &[]).await;
    assert_eq!(saved.json()["revision"], 3);

    let late = writer.save("2", "旧的", &[]).await;
    late.assert_problem(409, "browser 的名字");
    let stranger = writer.send("", &[("revision", "3"), ("then", "autosave")]).await;
    stranger.assert_problem(401, "登录");
    // What must not be here is refused as by the button, and said so.
    let secret = writer.save("3", "x", &[("sensitivity", "state_secret")]).await;
    secret.assert_problem(400, "国家秘密");
    let draft = portal.draft(&caller, case, lang).await.unwrap();
    assert_eq!((draft.revision, draft.document.fields.summary.as_str()), (3, "全市公交站点"));

    // The button still does what it did, with scripts and without.
    let form = [("revision", "3"), ("title", "公交站点"), ("summary", "按钮"), ("then", "save")];
    let pressed = writer.send(&writer.cookie, &form).await;
    assert_eq!(pressed.status, 303);
    assert!(pressed.header("location").ends_with("done=saved"), "{}", pressed.header("location"));
    assert!(writer.page().await.text().contains("按钮"));
    assert_eq!(Value::Null, saved.json()["missing"], "only what the island needs");
}
