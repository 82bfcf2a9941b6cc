//! Materials that an entry demands of applicants.

use std::path::Path;

use bytes::Bytes;
use futures::stream;
use kaishu_portal::access::NewMaterial;
use kaishu_portal::accounts::Caller;
use kaishu_portal::{Error, Portal};
use kaishu_store::log::{Search, search};
use kaishu_testkit::catalogue::Catalogue;
use kaishu_testkit::granted::{CODE, everybody};
use kaishu_testkit::people::{LANG, at_browser};
use kaishu_testkit::{Setup, TestPortal};
use kaishu_types::ErrorCode;
use kaishu_types::account::Role;
use kaishu_types::material::{Material, MaterialKind};

use super::{act, event, whole, written};

const RULES: &str = "本单位数据安全管理制度全文";

/// A portal with a table for which two kinds of materials are demanded.
async fn demanding() -> TestPortal {
    let site = TestPortal::open(Setup { policy: "aba", with_demo: false }).await;
    let catalogue = Catalogue::default()
        .dataset(CODE, "用电", "conditional")
        .on_conditions("有安全保障能力", "download")
        .demanding("security_rules;processing_capacity")
        .item(CODE, "name", "unconditional")
        .item(CODE, "power", "conditional")
        .file(CODE, "power.csv", "name,power\n一厂,10\n二厂,20\n".as_bytes());
    site.import(catalogue.folder()).await;
    site
}

/// Gives a file that is a PDF of some text.
async fn give(
    portal: &Portal,
    caller: &Caller,
    case: i64,
    (kind, file_name, text): (MaterialKind, &str, &str),
    valid_until: Option<&str>,
) -> Result<(), Error> {
    let bytes = Bytes::from(text.to_owned());
    let new =
        NewMaterial { kind, file_name, valid_until: valid_until.map(|day| day.parse().unwrap()) };
    portal.give_material(caller, case, new, stream::iter([Ok(bytes)]), LANG).await
}

async fn materials(portal: &Portal, caller: &Caller, case: i64) -> Vec<Material> {
    portal.application(caller, case, LANG).await.unwrap().document.materials
}

/// Whether any file below a folder holds some bytes.
fn holds(folder: &Path, part: &[u8]) -> bool {
    folder.read_dir().unwrap().any(|entry| {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => holds(&path, part),
            false => std::fs::read(&path).unwrap().windows(part.len()).any(|it| it == part),
        }
    })
}

async fn n_logged(site: &TestPortal, event: &str) -> usize {
    let wanted = Search { events: vec![event.to_owned()], ..Search::default() };
    search(site.store(), &wanted, 100).await.unwrap().len()
}

// Proves APP-03: what the entry demands is named where it is missing, a file is checked and kept encrypted, only the
// applicant and those who decide open it, and each opening stands in the log.
#[tokio::test]
async fn demanded_materials_are_given_sealed_and_read_by_who_decides() {
    let site = demanding().await;
    let portal = site.portal();
    let people = everybody(portal).await;
    let holder = &people.holder.0;
    let case = written(portal, holder, &whole()).await;
    let refused = act(portal, holder, case, event("submit")).await.unwrap_err().message(LANG);
    for kind in [MaterialKind::SecurityRules, MaterialKind::ProcessingCapacity] {
        assert!(refused.contains(kind.label(LANG)), "{refused}");
    }
    let pdf = format!("%PDF-1.7 {RULES}");
    let rules = MaterialKind::SecurityRules;
    for (kind, name, text, day, said) in [
        (rules, "制度.docm", "PK", None, "宏"),
        (rules, "制度.pdf", "MZ", None, "文件名相符"),
        (rules, "../..", pdf.as_str(), None, "文件名"),
        (rules, "制度.pdf", "", None, "选择一个文件"),
        (rules, "制度.pdf", pdf.as_str(), Some("2026-11-20"), "有效期"),
        (MaterialKind::Qualification, "资质.pdf", pdf.as_str(), None, "没有要求"),
    ] {
        let refused = give(portal, holder, case, (kind, name, text), day).await.unwrap_err();
        assert_eq!(refused.code(), ErrorCode::InvalidInput, "{name}");
        assert!(refused.message(LANG).contains(said), "{}", refused.message(LANG));
    }
    let large = Bytes::from(vec![b'%'; 21 << 20]);
    let new = NewMaterial { kind: rules, file_name: "制度.pdf", valid_until: None };
    let too_large =
        portal.give_material(holder, case, new, stream::iter([Ok(large)]), LANG).await.unwrap_err();
    assert!(too_large.message(LANG).contains("20 MB"));

    let given = (rules, "../../制度.pdf", pdf.as_str());
    give(portal, holder, case, given, Some("2026-12-31")).await.unwrap();
    let capacity = (MaterialKind::ProcessingCapacity, "能力.pdf", "%PDF-1.7 能力");
    give(portal, holder, case, capacity, None).await.unwrap();
    let named = materials(portal, holder, case).await;
    assert_eq!(named[0].file_name, "制度.pdf");
    assert!(!holds(site.folder(), RULES.as_bytes()), "the text is nowhere on the disk");
    // Saving the form loses nothing that was given, and forges nothing.
    let revision = portal.application(holder, case, LANG).await.unwrap().revision;
    portal.save_application(holder, (case, revision), &whole(), LANG).await.unwrap();
    assert_eq!(materials(portal, holder, case).await, named);
    let place = (case, named[0].id);
    let early = portal.read_material(&people.reviewer, place).await;
    assert_eq!(early.err().map(|it| it.code()), Some(ErrorCode::NotFound), "not submitted yet");
    act(portal, holder, case, event("submit")).await.unwrap();
    let late = portal.drop_material(holder, place, LANG).await.unwrap_err();
    assert_eq!(late.code(), ErrorCode::Conflict);

    let readers = [holder, &people.reviewer, &people.head.0, &people.authority];
    for reader in readers {
        let (material, bytes) = portal.read_material(reader, place).await.unwrap();
        assert_eq!((material.file_name.as_str(), bytes.as_slice()), ("制度.pdf", pdf.as_bytes()));
    }
    let other = at_browser(portal, Role::DataUser, ("other", "")).await;
    let auditor = at_browser(portal, Role::Auditor, ("audits", "YX")).await;
    for person in [&other, &people.officer, &people.stranger, &auditor, &Caller::visitor()] {
        assert!(portal.read_material(person, place).await.is_err());
    }
    assert!(portal.read_material(&people.reviewer, (case, 999)).await.is_err());
    assert_eq!(n_logged(&site, "material_read").await, readers.len());
    assert_eq!(n_logged(&site, "material_given").await, 2);
    assert_eq!(portal.verify_log().await.unwrap().faults, []);
}

// Proves APP-03 for what is given once: it is offered with the next application, until it holds no more, and to nobody
// else.
#[tokio::test]
async fn a_material_is_given_again_until_it_expires() {
    let site = demanding().await;
    let portal = site.portal();
    let people = everybody(portal).await;
    let holder = &people.holder.0;
    let case = written(portal, holder, &whole()).await;
    let rules = (MaterialKind::SecurityRules, "制度.pdf", "%PDF-1.7 制度");
    give(portal, holder, case, rules, Some("2026-12-31")).await.unwrap();
    let capacity = (MaterialKind::ProcessingCapacity, "能力.pdf", "%PDF-1.7 能力");
    give(portal, holder, case, capacity, None).await.unwrap();
    act(portal, holder, case, event("submit")).await.unwrap();

    let next = written(portal, holder, &whole()).await;
    assert_ne!(next, case);
    let needs = portal.material_needs(holder, next, LANG).await.unwrap();
    let earlier: Vec<i64> = needs.iter().flat_map(|need| &need.earlier).map(|it| it.id).collect();
    assert_eq!(earlier.len(), 2);
    let other = at_browser(portal, Role::DataUser, ("other", "")).await;
    let others = written(portal, &other, &whole()).await;
    let stolen = portal.reuse_material(&other, (others, earlier[0]), LANG).await.unwrap_err();
    assert_eq!(stolen.code(), ErrorCode::NotFound);
    for id in &earlier {
        portal.reuse_material(holder, (next, *id), LANG).await.unwrap();
    }
    let january = site.open_at("2027-01-04T04:00:00Z".parse().unwrap()).await;
    let needs = january.material_needs(holder, next, LANG).await.unwrap();
    assert_eq!(needs.iter().map(|need| need.holds).collect::<Vec<_>>(), [false, true]);
    let expired = act(&january, holder, next, event("submit")).await.unwrap_err().message(LANG);
    assert!(expired.contains("数据安全管理制度（已过有效期）"), "{expired}");
    assert!(!expired.contains("数据处理能力"), "{expired}");
    let again = january.reuse_material(holder, (next, earlier[0]), LANG).await.unwrap_err();
    assert!(again.message(LANG).contains("有效期"));
    act(portal, holder, next, event("submit")).await.unwrap();
}
