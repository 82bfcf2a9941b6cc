//! The data items and the interfaces of an entry, written by the forms of the editor.

use http::Method;
use kaishu_testkit::people::{LANG, act, complete, with_session};
use kaishu_types::account::Role;
use kaishu_types::draft::DraftDocument;
use kaishu_types::vocabulary::ResourceKind;

use crate::drafting::site;
use crate::support::{Answer, TestSite};

async fn send(site: &TestSite, (cookie, path): (&str, &str), form: &[(&str, &str)]) -> Answer {
    let headers = [
        ("cookie", cookie),
        ("origin", "http://127.0.0.1:3000"),
        ("content-type", "application/x-www-form-urlencoded;charset=UTF-8"),
    ];
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    site.ask(Method::POST, path, &headers, &body).await
}

// Proves CAT-18: an entry lists its data items with name, meaning, type, sensitivity, share class and open class, as
// they are written into the form; length, mask and the reason of a release are written there, too. Part of PUB-02: a
// mask that cannot be read is told at its field, and nothing that was typed is lost.
#[tokio::test]
async fn all_that_an_item_says_is_written_in_the_form() {
    let site = site().await;
    let portal = site.test_portal.portal();
    let session = with_session(portal, Role::Officer, ("browser", "YX-T")).await;
    let caller = portal.caller_of_session(&session).await.unwrap();
    let case = portal.begin_draft(&caller, "YX-T", "公交站点", LANG).await.unwrap();
    let cookie = format!("{}={session}", app::cookie_name(&portal.site()));
    let path = format!("/workbench/drafts/{case}");
    let place = (cookie.as_str(), path.as_str());
    let document =
        async || -> DraftDocument { portal.draft(&caller, case, LANG).await.unwrap().document };

    let item = [
        ("title", "公交站点"),
        ("items.0.name", "phone"),
        ("items.0.label", "站务电话"),
        ("items.0.type", "text"),
        ("items.0.length", "18"),
        ("items.0.description", "车站值班室的电话"),
        ("items.0.release_reason", "单位电话，已经公开"),
        ("items.0.open", "conditional"),
        ("items.0.share", "none"),
        ("items.0.sensitive", "1"),
    ];
    let mut wrong = item.to_vec();
    wrong.extend([("revision", "1"), ("items.0.mask", "hsah"), ("items.1.name", "")]);
    let page = send(&site, place, &wrong).await;
    assert_eq!(page.status, 400);
    page.assert_well_formed_page(&path);
    assert_eq!(page.attributes("[role=alert] a", "href"), ["#items.0.mask"]);
    let mask = "select[name='items.0.mask']";
    assert_eq!(page.attributes(&format!("{mask} option[selected]"), "value"), ["hsah"]);
    assert_eq!(page.attributes(mask, "aria-invalid"), ["true"]);
    assert_eq!(page.attributes("[name='items.0.description']", "value"), ["车站值班室的电话"]);
    assert!(document().await.items.is_empty(), "what cannot be read is not saved without its mask");

    let mut right = item.to_vec();
    right.extend([("revision", "1"), ("items.0.mask", "hash")]);
    assert_eq!(send(&site, place, &right).await.status, 303);
    let saved = serde_json::to_value(&document().await.items[0]).unwrap();
    let expected = serde_json::json!({
        "name": "phone", "label": "站务电话", "type": "text", "unit": null, "length": 18,
        "description": "车站值班室的电话", "open_class": "conditional", "share_class": "none",
        "sensitive": true, "mask": "hash", "release_reason": "单位电话，已经公开",
    });
    assert_eq!(saved, expected);
    let page = site.get_with(&path, &[("cookie", &cookie)]).await;
    page.assert_well_formed_page(&path);
    for (name, value) in &item[1..3] {
        assert_eq!(page.attributes(&format!("[name='{name}']"), "value"), [*value]);
    }
    assert_eq!(page.attributes("[name='items.0.length']", "value"), ["18"]);
    assert_eq!(page.attributes("[name='items.0.release_reason']", "value"), ["单位电话，已经公开"]);

    // A mask that the list does not offer stays what it is.
    let mut draft = portal.draft(&caller, case, LANG).await.unwrap();
    draft.document.items[0].mask = Some("range:10".parse().unwrap());
    let revision = draft.revision;
    portal.save_draft(&caller, case, revision, draft.document, LANG).await.unwrap();
    let page = site.get_with(&path, &[("cookie", &cookie)]).await;
    assert_eq!(page.attributes(&format!("{mask} option[selected]"), "value"), ["range:10"]);
}

// Proves PUB-01 for what is submitted: an open entry without a resource is told so with everything else that is
// missing, and is not submitted; an interface that its form names is one, for whoever may edit the entry alone.
#[tokio::test]
async fn an_open_entry_is_submitted_with_a_resource() {
    let site = site().await;
    let portal = site.test_portal.portal();
    let session = with_session(portal, Role::Officer, ("browser", "YX-T")).await;
    let caller = portal.caller_of_session(&session).await.unwrap();
    let case = portal.begin_draft(&caller, "YX-T", "公交到站接口", LANG).await.unwrap();
    complete(portal, &caller, case, |document| {
        let item = serde_json::json!({
            "name": "stop", "label": "站名", "type": "text",
            "open_class": "unconditional", "share_class": "unconditional",
        });
        document.items = vec![serde_json::from_value(item).unwrap()];
    })
    .await;
    let cookie = format!("{}={session}", app::cookie_name(&portal.site()));
    let path = format!("/workbench/drafts/{case}");
    let page = site.get_with(&format!("{path}?done=checked"), &[("cookie", &cookie)]).await;
    page.assert_well_formed_page(&path);
    assert_eq!(page.attributes("[role=alert] li > a", "href"), ["#resources"]);
    assert!(page.text().contains("id=\"resources\""), "the fault leads to the files");
    assert!(act(portal, &caller, case, "submit").await.is_err());

    let way = format!("{path}/interfaces");
    assert!(page.attributes("main a", "href").contains(&way), "the editor leads there");
    let form = [("revision", "2"), ("title", "到站查询"), ("description", "见说明文档")];
    let with = |url| [form.to_vec(), vec![("url", url)]].concat();
    for wrong in ["ftp://example.cn/a", "https://a:b@example.cn/", "到站"] {
        let page = send(&site, (&cookie, &way), &with(wrong)).await;
        assert_eq!(page.status, 400, "{wrong}");
        assert_eq!(page.attributes("[name=url]", "value"), [wrong]);
        assert_eq!(page.attributes("[role=alert] a", "href"), ["#url"]);
    }
    let stranger = with_session(portal, Role::Officer, ("stranger", "YX-U")).await;
    let other = format!("{}={stranger}", app::cookie_name(&portal.site()));
    let sent = send(&site, (&other, &way), &with("https://example.cn/arrivals")).await;
    assert_eq!(sent.status, 404);
    let sent = send(&site, (&cookie, &way), &with("https://example.cn/arrivals")).await;
    assert_eq!(sent.status, 303, "{}", sent.text());
    let draft = portal.draft(&caller, case, LANG).await.unwrap();
    assert_eq!((draft.faults.len(), draft.document.resources.len()), (0, 1), "{:?}", draft.faults);
    assert_eq!(draft.document.resources[0].kind, ResourceKind::Api);
}
