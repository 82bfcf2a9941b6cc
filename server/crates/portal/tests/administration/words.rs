//! Vocabularies, the compiling guide, and what is in force.

use kaishu_domain::policy::{CatalogueField, Expiry};
use kaishu_portal::accounts::Caller;
use kaishu_portal::administration::{Demand, GuideForm, TermForm};
use kaishu_testkit::people::{act, at_browser, complete, person, whole_draft};
use kaishu_types::ErrorCode;
use kaishu_types::account::{Role, TokenScope};

use super::{LANG, logged, outsiders, site};

fn term<'a>(code: &'a str, label_zh: &'a str) -> TermForm<'a> {
    TermForm { vocabulary: "theme", code, label_zh, label_en: "Low-altitude economy" }
}

// Proves CAT-03 for vocabularies: terms are added, named anew, retired and offered again, by the authority of
// the portal; a retired one keeps its word.
#[tokio::test]
async fn terms_are_kept_and_never_lost() {
    let site = site("aba").await;
    let portal = site.portal();
    let authority = at_browser(portal, Role::Authority, ("authority", "YX")).await;
    let keeper = &authority;
    portal.add_term(keeper, &term("low-altitude", "低空经济"), LANG).await.unwrap();
    let twice = portal.add_term(keeper, &term("low-altitude", "别的"), LANG).await.unwrap_err();
    assert_eq!(twice.code(), ErrorCode::InvalidInput);
    portal.relabel_term(keeper, &term("low-altitude", "低空"), LANG).await.unwrap();
    // Nothing changed, so nothing is written.
    portal.relabel_term(keeper, &term("low-altitude", "低空"), LANG).await.unwrap();
    let kept = ("theme", "low-altitude");
    portal.set_term_offered(keeper, kept, false, LANG).await.unwrap();
    let known = portal.directory().term("theme", "low-altitude").cloned().unwrap();
    assert_eq!(known.label_zh, "低空");
    assert!(portal.directory().is_retired(&known));
    portal.set_term_offered(keeper, kept, true, LANG).await.unwrap();
    assert!(!portal.directory().is_retired(&known));

    for (form, field) in [
        (term("Low Altitude", "低空"), "code"),
        (term("", "低空"), "code"),
        (term("b", " "), "label_zh"),
        (TermForm { vocabulary: "made-up", ..term("b", "低空") }, "vocabulary"),
    ] {
        let error = portal.add_term(keeper, &form, LANG).await.unwrap_err();
        let kaishu_portal::Error::InvalidInput(faults) = error else { panic!("{error}") };
        assert_eq!(faults.iter().map(|it| it.field.as_str()).collect::<Vec<_>>(), [field]);
    }
    let missing = portal.relabel_term(keeper, &term("nothing", "没有"), LANG).await.unwrap_err();
    assert_eq!(missing.code(), ErrorCode::NotFound);

    let below = at_browser(portal, Role::Authority, ("below", "YX-LC")).await;
    let county = at_browser(portal, Role::CountyAuthority, ("county", "YX-LC")).await;
    for caller in outsiders(portal).await.into_iter().chain([below, county]) {
        let may_not = |code| {
            assert!(matches!(code, ErrorCode::Forbidden | ErrorCode::Unauthenticated));
        };
        may_not(portal.vocabularies(&caller, LANG).unwrap_err().code());
        may_not(portal.add_term(&caller, &term("x", "低空"), LANG).await.unwrap_err().code());
        let relabelled = portal.relabel_term(&caller, &term("low-altitude", "x"), LANG).await;
        may_not(relabelled.unwrap_err().code());
        may_not(portal.set_term_offered(&caller, kept, false, LANG).await.unwrap_err().code());
        may_not(portal.publish_guide(&caller, ("新", ""), LANG).await.unwrap_err().code());
    }
    let entries = logged(portal, "vocabulary").await;
    let events: Vec<&str> = entries.iter().rev().map(|it| it.event.code.as_str()).collect();
    assert_eq!(events, ["added", "relabelled", "retired", "offered"]);
    assert_eq!(entries[2].facts["label_zh"], "低空经济 → 低空");
}

// Proves CAT-03 for the guide: each publication is a version with its day, its note and what it holds, and an
// entry keeps the version that it was checked against.
#[tokio::test]
async fn an_entry_keeps_the_version_of_the_guide() {
    let site = site("aba").await;
    let portal = site.portal();
    let authority = at_browser(portal, Role::Authority, ("authority", "YX")).await;
    let publish = TokenScope::Publish;
    let officer = person(portal, Role::Officer, ("officer", "YX-T"), publish).await;
    person(portal, Role::Head, ("head", "YX-T"), publish).await;
    let guide_of = async |case: i64| {
        let facts = portal.case_view(&officer, case, LANG).await.unwrap().facts;
        facts.get("guide").cloned()
    };
    let before = whole_draft(portal, &officer, "YX-T").await;
    act(portal, &officer, before, "submit").await.unwrap();
    assert_eq!(guide_of(before).await.as_deref(), Some("0"));

    let empty = portal.publish_guide(&authority, (" ", "ftp://x"), LANG).await.unwrap_err();
    let kaishu_portal::Error::InvalidInput(faults) = empty else { panic!("{empty}") };
    assert_eq!(faults.len(), 2);
    let first = ("第一版", "https://example.cn/guide.pdf");
    assert_eq!(portal.publish_guide(&authority, first, LANG).await.unwrap(), 1);
    portal.add_term(&authority, &term("low-altitude", "低空经济"), LANG).await.unwrap();
    assert_eq!(portal.publish_guide(&authority, ("增加低空经济", ""), LANG).await.unwrap(), 2);
    let versions = portal.guide_versions().await.unwrap();
    assert_eq!(versions.iter().map(|it| it.number).collect::<Vec<_>>(), [2, 1]);
    assert!(versions[0].content.contains("low-altitude"));
    assert!(!versions[1].content.contains("low-altitude"), "a version stays what it was");
    assert!(versions[0].content.contains("\"mandatory\":[\"title\""), "{}", versions[0].content);
    assert_ne!(versions[0].hash, versions[1].hash);
    assert_eq!(versions[0].published_on.to_string(), "2026-11-21");

    let after = whole_draft(portal, &officer, "YX-T").await;
    act(portal, &officer, after, "submit").await.unwrap();
    assert_eq!(guide_of(after).await.as_deref(), Some("2"));
    assert_eq!(
        guide_of(before).await.as_deref(),
        Some("0"),
        "what was checked is not checked anew"
    );
    assert_eq!(portal.verify_log().await.unwrap().faults, []);
}

// Proves CAT-03 for what the authority edits: it makes fields mandatory above the profile and says how each is filled in;
// nothing is checked by that before it is published, and then every entry is, by a fault that names the version, which
// whoever compiles can read.
#[tokio::test]
async fn what_the_guide_demands_is_checked_once_it_is_published() {
    let site = site("aba").await;
    let portal = site.portal();
    let authority = at_browser(portal, Role::Authority, ("authority", "YX")).await;
    let publish = TokenScope::Publish;
    let officer = person(portal, Role::Officer, ("compiles", "YX-T"), publish).await;
    person(portal, Role::Head, ("head", "YX-T"), publish).await;
    let field = CatalogueField::Certifier;
    let case = whole_draft(portal, &officer, "YX-T").await;
    complete(portal, &officer, case, |document| document.fields.certifier = None).await;
    let faults = async || {
        let draft = portal.draft(&officer, case, LANG).await.unwrap();
        draft.faults.into_iter().map(|fault| (fault.field, fault.article)).collect::<Vec<_>>()
    };
    assert!(faults().await.is_empty());

    let desk = portal.guide_desk(&authority, LANG).await.unwrap();
    assert!(desk.choices.contains(&field) && desk.changed.is_none());
    let note = |zh: &str, en: &str| (field.as_str().to_owned(), zh.to_owned(), en.to_owned());
    let form = GuideForm {
        added: vec![field.as_str().to_owned()],
        notes: vec![note("填写核准目录的部门全称", "The whole name of who approved it")],
        revision: desk.revision,
    };
    for (wrong, named) in [
        (GuideForm { added: vec!["title".to_owned()], ..form.clone() }, "added"),
        (GuideForm { added: vec!["nothing".to_owned()], ..form.clone() }, "added"),
        (GuideForm { notes: vec![note("", "English only")], ..form.clone() }, "note.certifier.zh"),
        (
            GuideForm { notes: vec![note(&"长".repeat(501), "")], ..form.clone() },
            "note.certifier.zh",
        ),
    ] {
        let error = portal.save_guide(&authority, &wrong, LANG).await.unwrap_err();
        let kaishu_portal::Error::InvalidInput(faults) = error else { panic!("{error}") };
        assert_eq!(faults.iter().map(|it| it.field.as_str()).collect::<Vec<_>>(), [named]);
    }
    portal.save_guide(&authority, &form, LANG).await.unwrap();
    let late = portal.save_guide(&authority, &form, LANG).await.unwrap_err();
    assert_eq!(late.code(), ErrorCode::Conflict, "somebody saved since it was read");
    for caller in outsiders(portal).await {
        assert!(portal.guide_desk(&caller, LANG).await.is_err());
        assert!(portal.save_guide(&caller, &form, LANG).await.is_err());
    }
    assert!(faults().await.is_empty(), "it is a draft");
    let before = portal.guide(&officer, None, LANG).await.unwrap();
    assert!(before.version.is_none() && before.fields.iter().all(|it| it.demand != Demand::Guide));

    assert_eq!(portal.publish_guide(&authority, ("核准部门", ""), LANG).await.unwrap(), 1);
    assert_eq!(faults().await, [("certifier", "目录编制规范第 1 版".to_owned())]);
    let refused = act(portal, &officer, case, "submit").await.unwrap_err();
    assert!(refused.message(LANG).contains("目录编制规范第 1 版"), "{refused}");
    let read = portal.guide(&officer, None, LANG).await.unwrap();
    let of = |field: CatalogueField| read.fields.iter().find(|it| it.field == field).unwrap();
    assert_eq!(of(field).demand, Demand::Guide);
    assert_eq!(of(field).note.as_ref().unwrap().zh, "填写核准目录的部门全称");
    assert_eq!(of(CatalogueField::Title).demand, Demand::Profile);
    assert_eq!(of(CatalogueField::Source).demand, Demand::Nobody);
    complete(portal, &officer, case, |_| {}).await;
    act(portal, &officer, case, "submit").await.unwrap();

    // The next version begins with this one, and takes the demand back; this one stays what it was.
    let desk = portal.guide_desk(&authority, LANG).await.unwrap();
    assert!(desk.guide.demands(field) && desk.changed.is_none());
    let form = GuideForm { added: Vec::new(), revision: desk.revision, ..form };
    portal.save_guide(&authority, &form, LANG).await.unwrap();
    assert_eq!(portal.publish_guide(&authority, ("不再要求", ""), LANG).await.unwrap(), 2);
    let first = portal.guide(&officer, Some(1), LANG).await.unwrap();
    assert!(!first.is_in_force);
    assert!(first.fields.iter().any(|it| it.demand == Demand::Guide));
    let second = portal.guide(&officer, None, LANG).await.unwrap();
    assert!(second.is_in_force && second.fields.iter().all(|it| it.demand != Demand::Guide));
    let missing = portal.guide(&officer, Some(3), LANG).await.unwrap_err();
    assert_eq!(missing.code(), ErrorCode::NotFound);
    let events = logged(portal, "vocabulary").await;
    let events: Vec<&str> = events.iter().rev().map(|it| it.event.code.as_str()).collect();
    assert_eq!(events, ["guide_drafted", "guide", "guide_drafted", "guide"]);
    assert_eq!(portal.verify_log().await.unwrap().faults, []);
}

// Part of ORG-12: 60 days before a regulation ends the authority is warned, and years without a notice are
// told as provisional.
#[tokio::test]
async fn the_end_of_the_profile_and_of_the_calendar_are_told() {
    let site = site("aba").await;
    let portal = site.portal();
    // Aba's measures end on 31 December 2026; it is 21 November.
    assert_eq!(portal.expiry(), Expiry::Soon { days_left: 41 });
    let earlier = site.open_at("2026-10-31T04:00:00Z".parse().unwrap()).await;
    assert_eq!(earlier.expiry(), Expiry::None);
    let later = site.open_at("2027-01-01T04:00:00Z".parse().unwrap()).await;
    assert_eq!(later.expiry(), Expiry::Expired);
    let years = portal.calendar_years();
    let last = years.last().unwrap();
    assert_eq!((last.year, &last.notice), (2027, &None));
    let this = years.iter().find(|it| it.year == 2026).unwrap();
    assert!(this.notice.is_some() && !this.links.is_empty());
}

// Proves ORG-12 for the warning: of a profile that ends within 60 days the authority is told once, however many nodes
// look, and once more when it has ended; before, under a profile without an end, and besides the authority nobody is.
#[tokio::test]
async fn the_authority_is_told_of_the_end_of_the_profile() {
    let site = site("aba").await;
    let portal = site.portal();
    let authority = at_browser(portal, Role::Authority, ("authority", "YX")).await;
    let officer = at_browser(portal, Role::Officer, ("officer", "YX-T")).await;
    let at = async |text: &str| site.open_at(format!("{text}T04:00:00Z").parse().unwrap()).await;
    let told = async |caller: &Caller| {
        let inbox = portal.inbox(caller, None, LANG).await.unwrap();
        let leads = |link: &Option<String>| link.as_deref() == Some("/authority/profile");
        let about = inbox.notices.into_iter().filter(|it| leads(&it.link));
        about.map(|it| it.text).collect::<Vec<_>>()
    };
    // Aba's measures end on 31 December 2026.
    assert!(!at("2026-10-31").await.warn_of_expiry().await.unwrap(), "61 days before");
    assert!(told(&authority).await.is_empty());
    let (one, other) = (at("2026-11-22").await, at("2026-11-22").await);
    let (first, second) = tokio::join!(one.warn_of_expiry(), other.warn_of_expiry());
    assert!(first.unwrap() != second.unwrap(), "once, however many nodes look");
    assert!(!at("2026-12-31").await.warn_of_expiry().await.unwrap(), "once");
    let heard = told(&authority).await;
    assert_eq!(heard.len(), 1);
    assert!(heard[0].contains("2026-12-31"), "{heard:?}");
    let later = at("2027-01-01").await;
    assert!(later.warn_of_expiry().await.unwrap() && !later.warn_of_expiry().await.unwrap());
    let heard = told(&authority).await;
    assert_eq!(heard.len(), 2);
    assert!(heard[0].contains("有效期已过"), "{heard:?}");
    assert!(told(&officer).await.is_empty());
    let events = logged(portal, "policy").await;
    let events: Vec<&str> = events.iter().map(|it| it.event.code.as_str()).collect();
    assert_eq!(events, ["expired", "expires_soon"]);
    assert_eq!(portal.verify_log().await.unwrap().faults, []);

    let without_end = self::site("anshan").await;
    assert!(!without_end.portal().warn_of_expiry().await.unwrap());
}
