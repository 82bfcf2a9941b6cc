//! The pages on which the administrators look after accounts.

use kaishu_portal::accounts::Caller;
use kaishu_types::Lang;
use kaishu_types::account::Role;

use crate::browser::{
    Browser, PASSWORD, add, assert_goes_to, demo_with_post_box, entries, staff, with_post_box,
};
use crate::support::{Answer, TestSite};

const LIST: &str = "/authority/accounts";

/// A portal with the three administrators and somebody whom they look after.
async fn site() -> TestSite {
    let site = TestSite::demo().await;
    let portal = site.test_portal.portal();
    add(portal, "runs", &[Role::SystemAdmin]).await;
    add(portal, "guards", &[Role::SecurityAdmin]).await;
    add(portal, "reads", &[Role::AuditAdmin]).await;
    add(portal, "li.na", &[Role::DataUser]).await;
    site
}

fn contractor(changed: &[(&'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
    let fields = [
        ("kind", "contractor"),
        ("login", "firm"),
        ("name", "云算科技有限公司"),
        ("email", ""),
        ("password", PASSWORD),
        ("security_review", "AQ-7"),
        ("contract", "HT-19"),
        ("until", "2099-12-31"),
    ];
    let field = |(name, value)| {
        let other = changed.iter().find(|(it, _)| *it == name);
        (name, other.map_or(value, |(_, other)| *other))
    };
    fields.into_iter().map(field).collect()
}

#[track_caller]
fn assert_corrected(answer: &Answer, part: &str) {
    assert_eq!(answer.status, 400, "{}", answer.text());
    let said = answer.texts("[role=alert]").concat();
    assert!(said.contains(part), "{said} says nothing of {part}");
}

// Proves ORG-08 at the door: the account of a contractor is made with review, contract and end, none of which may be
// missing or over, and with none of them for anybody else; what was typed stays, but for the password.
#[tokio::test]
async fn a_contractor_gets_an_account_with_its_papers() {
    let site = site().await;
    let mut runs = Browser::of_staff(&site, "runs").await;
    let new = format!("{LIST}/new");
    let wrong: [(&[(&str, &str)], &str); 6] = [
        (&[("security_review", "")], "请填写"),
        (&[("contract", " ")], "请填写"),
        (&[("until", "")], "终止日期"),
        (&[("until", "2020-01-01")], "到期"),
        (&[("kind", "person")], "受托方"),
        (&[("password", "short")], "10"),
    ];
    for (changed, said) in wrong {
        let answer = runs.post(&new, &contractor(changed)).await;
        assert_corrected(&answer, said);
        assert_eq!(answer.attributes("main input[name=login]", "value"), ["firm"]);
        assert!(!answer.text().contains(PASSWORD), "a password is not sent back");
        assert_eq!(entries(&site.test_portal, "firm").await, []);
    }
    let done = runs.post(&new, &contractor(&[])).await;
    assert_goes_to(&done, &format!("{LIST}/firm?done=made"));
    let page = runs.get(&format!("{LIST}/firm")).await;
    let facts = page.texts("main dl").concat();
    for part in ["AQ-7", "HT-19", "2099", "受托方", "还没有"] {
        assert!(page.text().contains(part), "{facts} says nothing of {part}");
    }
    assert_corrected(&runs.post(&new, &contractor(&[])).await, "firm");
    let made = &entries(&site.test_portal, "firm").await[0];
    assert_eq!((made.event.name.as_str(), made.event.by.login.as_str()), ("made", "runs"));
    assert_eq!(made.event.body.facts["contract"], "HT-19");
    let mut firm = Browser::new(&site);
    firm.log_in("firm", PASSWORD).await;
    assert!(firm.is_in().await);
}

// Proves SEC-19 at the door: who makes accounts gives no roles, who gives roles makes no accounts, who reads does
// neither; nobody changes their own, and nobody gets two of the three.
#[tokio::test]
async fn the_three_administrators_are_apart() {
    let site = site().await;
    let mut runs = Browser::of_staff(&site, "runs").await;
    let mut guards = Browser::of_staff(&site, "guards").await;
    let mut reads = Browser::of_staff(&site, "reads").await;
    let page = |login: &str| format!("{LIST}/{login}");
    let roles = |login: &str| format!("{LIST}/{login}/roles");
    let state = |login: &str| format!("{LIST}/{login}/state");
    let officer = [("act", "give"), ("role", "officer"), ("organization", "YX-FGW")];
    let disable = [("act", "disable")];

    let shown = reads.get(&page("li.na")).await;
    assert_eq!(shown.status, 200);
    assert_eq!(shown.texts("main button").len(), 0, "who reads has nothing to press");
    assert_eq!(runs.get(&page("li.na")).await.texts("#h-give").len(), 0);
    assert_eq!(guards.get(&page("li.na")).await.texts("#h-acts").len(), 0);
    for browser in [&mut runs, &mut reads] {
        assert_eq!(browser.post(&roles("li.na"), &officer).await.status, 403);
    }
    for browser in [&mut guards, &mut reads] {
        assert_eq!(browser.post(&state("li.na"), &disable).await.status, 403);
        assert_eq!(browser.post(&format!("{LIST}/new"), &contractor(&[])).await.status, 403);
    }

    assert_goes_to(
        &guards.post(&roles("li.na"), &officer).await,
        &format!("{LIST}/li.na?done=roles"),
    );
    assert!(guards.get(&page("li.na")).await.text().contains("数据专员（"));
    let second = [("act", "give"), ("role", "audit_admin")];
    for login in ["runs", "li.na"] {
        assert_corrected(&guards.post(&roles(login), &second).await, "第二十八条");
    }
    let own = [("act", "take"), ("role", "security_admin")];
    for fields in [&own[..], &officer[..]] {
        let answer = guards.post(&roles("guards"), fields).await;
        assert_eq!(answer.status, 403, "nobody changes their own roles");
    }
    for act in ["disable", "end", "forget"] {
        assert_eq!(runs.post(&state("runs"), &[("act", act)]).await.status, 403, "{act}");
    }
    let taken = [("act", "take"), ("role", "officer"), ("organization", "YX-FGW")];
    assert_goes_to(
        &guards.post(&roles("li.na"), &taken).await,
        &format!("{LIST}/li.na?done=roles"),
    );
    assert_corrected(&guards.post(&roles("li.na"), &taken).await, "已经没有");
    let names: Vec<_> = entries(&site.test_portal, "li.na")
        .await
        .iter()
        .map(|it| (it.event.name.clone(), it.event.by.login.clone()))
        .collect();
    let by = |name: &str, login: &str| (name.to_owned(), login.to_owned());
    let changed = || by("roles_changed", "guards");
    assert_eq!(names, [by("made", "command"), changed(), changed()]);
}

/// A role is given for a place that fits it, and the form says which is missing.
#[tokio::test]
async fn a_role_is_given_for_its_place() {
    let site = site().await;
    let mut guards = Browser::of_staff(&site, "guards").await;
    let path = format!("{LIST}/li.na/roles");
    let wrong: [(&[(&str, &str)], &str); 5] = [
        (&[("role", "")], "选一个"),
        (&[("role", "officer")], "选择单位"),
        (&[("role", "officer"), ("organization", "YX-NONE")], "YX-NONE"),
        (&[("role", "authority"), ("organization", "YX-FGW")], "不要选单位"),
        (&[("role", "data_user"), ("region", "YX")], "不要选地区"),
    ];
    for (fields, said) in wrong {
        assert_corrected(&guards.post(&path, fields).await, said);
    }
    let english = guards.post(&format!("/en{path}"), &[("role", "officer")]).await;
    assert_corrected(&english, "organization");
    // Without a region the role is of the portal's own.
    guards.post(&path, &[("act", "give"), ("role", "authority")]).await;
    assert!(guards.get(&format!("{LIST}/li.na")).await.text().contains("数据主管部门（云溪州）"));
}

/// Part of ORG-06: what is disabled or ended counts with the next request.
#[tokio::test]
async fn access_ends_at_once() {
    let site = site().await;
    let mut runs = Browser::of_staff(&site, "runs").await;
    let path = format!("{LIST}/li.na/state");
    let mut li_na = Browser::new(&site);
    li_na.log_in("li.na", PASSWORD).await;
    assert!(li_na.is_in().await);
    assert_corrected(&runs.post(&path, &[("act", "explode")]).await, "选择");
    assert_goes_to(&runs.post(&path, &[("act", "end")]).await, &format!("{LIST}/li.na?done=ended"));
    assert!(!li_na.is_in().await);
    li_na.log_in("li.na", PASSWORD).await;
    assert!(li_na.is_in().await, "the account itself can be used on");
    runs.post(&path, &[("act", "disable")]).await;
    assert!(!li_na.is_in().await);
    li_na.log_in("li.na", PASSWORD).await;
    assert!(!li_na.is_in().await);
    runs.post(&path, &[("act", "enable")]).await;
    li_na.log_in("li.na", PASSWORD).await;
    assert!(li_na.is_in().await);
    let names: Vec<_> = entries(&site.test_portal, "li.na").await;
    let names: Vec<_> = names.iter().map(|it| it.event.name.as_str()).collect();
    let wanted =
        ["made", "logged_in", "access_ended", "logged_in", "disabled", "enabled", "logged_in"];
    assert_eq!(names, wanted);
}

/// Accounts are found by a part of login or name, by state and by role, page by page.
#[tokio::test]
async fn accounts_are_found_page_by_page() {
    let site = site().await;
    let portal = site.test_portal.portal();
    for n in 0..33 {
        add(portal, &format!("many.{n:02}"), &[Role::DataUser]).await;
    }
    add(portal, "un_der", &[Role::DataUser]).await;
    let disabled = "many.07".parse().unwrap();
    portal.set_enabled(&Caller::command(), &disabled, false, Lang::En).await.unwrap();
    let mut reads = Browser::of_staff(&site, "reads").await;
    let mut found = async |query: &str| {
        let page = reads.get(&format!("{LIST}?{query}")).await;
        assert_eq!(page.status, 200, "{query}");
        let next = page.attributes("a[rel=next]", "href");
        (page.texts("tbody tr th").len(), next)
    };
    let (n, next) = found("q=many").await;
    assert_eq!((n, next.as_slice()), (30, [format!("{LIST}?q=many&page=2")].as_slice()));
    assert_eq!(found("q=many&page=2").await, (3, vec![]));
    assert_eq!(found("q=MANY.0").await.0, 10);
    assert_eq!(found("q=_").await.0, 1, "a sign of patterns is a letter like any other");
    assert_eq!(found("q=%25").await.0, 0);
    assert_eq!(found("state=disabled").await.0, 1);
    assert_eq!(found("role=security_admin").await.0, 1);
    assert_eq!(found("q=nobody.at.all").await.0, 0);
    assert_eq!(found("page=99").await.0, 0);
    for wrong in ["page=0", "page=x", "state=asleep", "role=king", "colour=red"] {
        assert_eq!(reads.get(&format!("{LIST}?{wrong}")).await.status, 400, "{wrong}");
    }
    assert_eq!(reads.get(&format!("{LIST}/nobody.here")).await.status, 404);
    assert_eq!(reads.get(&format!("{LIST}/李娜")).await.status, 404);
}

/// Whoever is to choose a password themselves gets a link by mail; without mail the form says what to do.
#[tokio::test]
async fn a_new_account_is_invited_by_mail() {
    let (site, post_box) = with_post_box().await;
    add(site.test_portal.portal(), "runs", &[Role::SystemAdmin]).await;
    let mut runs = Browser::of_staff(&site, "runs").await;
    let person = |email: &'static str| {
        [("kind", "person"), ("login", "zhang.wei"), ("name", "张伟"), ("email", email)]
    };
    let new = format!("{LIST}/new");
    assert_corrected(&runs.post(&new, &person("")).await, "邮箱");
    let done = runs.post(&new, &person("zhang.wei@example.cn")).await;
    assert_goes_to(&done, &format!("{LIST}/zhang.wei?done=made"));
    let letter = post_box.last().await;
    assert!(letter.to.contains("zhang.wei@example.cn"), "{}", letter.to);
    let link = letter.link("/reset/");
    let mut browser = Browser::new(&site);
    assert_eq!(browser.get(&link).await.status, 200);
    let shown = runs.get(&format!("{LIST}/zhang.wei")).await;
    assert!(!shown.text().contains("zhang.wei@example.cn"), "the address is for its owner");
}

/// The navigation leads each of the administrators to the accounts, and nobody else.
#[tokio::test]
async fn the_desk_leads_to_the_accounts() {
    let (site, _post_box) = demo_with_post_box().await;
    let portal = site.test_portal.portal();
    let officer = staff("zhang.wei", &[Role::Officer]);
    portal.add_account(&Caller::command(), officer, Lang::En).await.unwrap();
    add(portal, "reads", &[Role::AuditAdmin]).await;
    for (login, leads) in [("zhang.wei", false), ("reads", true)] {
        let mut browser = Browser::of_staff(&site, login).await;
        let links = browser.get("/authority").await.attributes("main a", "href");
        assert_eq!(links.iter().any(|it| it == LIST), leads, "{login}");
    }
}
