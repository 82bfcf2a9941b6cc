//! Who compiles which entry, by profile.

#![expect(clippy::unwrap_used, reason = "profiles that come with the program load")]

use kaishu_domain::PolicyProfile;
use kaishu_domain::catalogued::{
    Body, Compilers, approver_step, check_authorisation, check_creator,
};
use kaishu_domain::permission::Action;
use kaishu_domain::policy::EntryCreator::{self, Agency, NamedBody, UpperAuthority};
use kaishu_domain::policy::{Party, ReviewStepKind};
use kaishu_types::draft::DraftDocument;
use kaishu_types::vocabulary::{CatalogueKind, OrganizationKind, RegionLevel};

const OWN: &str = "YX-JT";
const AUTHORITY: &str = "YX-SJ";

fn body(code: &str) -> Body {
    Body { code: code.to_owned(), name: (code.to_owned(), code.to_owned()) }
}

fn entry(kind: CatalogueKind, organization: &str) -> DraftDocument {
    let mut entry = DraftDocument::new(organization, "YX", "公交站点");
    entry.fields.kind = kind;
    entry
}

fn known(named: &[&str]) -> Compilers {
    Compilers {
        subject: Some(("人口".to_owned(), "population".to_owned())),
        named: named.iter().map(|code| body(code)).collect(),
        upper: Some(body(AUTHORITY)),
    }
}

// Part of CAT-04: the profiles say who compiles as their articles do.
#[test]
fn profiles_name_who_compiles() {
    let table: [(&str, &[EntryCreator], &[EntryCreator]); 6] = [
        ("anshan", &[NamedBody], &[NamedBody]),
        ("guangdong", &[UpperAuthority], &[NamedBody]),
        ("aba", &[UpperAuthority, NamedBody], &[NamedBody]),
        ("yulin", &[Agency], &[Agency]),
        ("jiamusi", &[Agency], &[Agency]),
        ("default", &[Agency], &[Agency]),
    ];
    for (code, base, topic) in table {
        let rule = PolicyProfile::load(code).unwrap().rules.catalogue.creators.value;
        assert_eq!(rule.of(CatalogueKind::Base), base, "{code}");
        assert_eq!(rule.of(CatalogueKind::Topic), topic, "{code}");
        assert_eq!(rule.of(CatalogueKind::Business), [Agency], "{code}");
        assert_eq!(rule.names_bodies(), topic == [NamedBody], "{code}");
    }
}

// Part of CAT-04: each profile with each provider of a base entry: nobody, the one that is named, the authority.
#[test]
fn a_base_entry_is_of_who_is_entitled() {
    let table = [
        // code, somebody else's, one's own by name, the authority's
        ("anshan", [false, true, false]),
        ("guangdong", [false, false, true]),
        ("aba", [false, true, true]),
        ("yulin", [true, true, true]),
    ];
    for (code, expected) in table {
        let profile = PolicyProfile::load(code).unwrap();
        let is_taken = |organization: &str, named: &[&str]| {
            let entry = entry(CatalogueKind::Base, organization);
            check_creator(&profile, &entry, &known(named)).is_none()
        };
        let taken = [is_taken(OWN, &["YX-GA"]), is_taken(OWN, &[OWN]), is_taken(AUTHORITY, &[])];
        assert_eq!(taken, expected, "{code}");
        let business = entry(CatalogueKind::Business, OWN);
        assert_eq!(check_creator(&profile, &business, &Compilers::default()), None, "{code}");
    }
}

/// A refusal says who compiles, what would satisfy the rule, and where to go.
#[test]
fn a_refusal_says_the_way() {
    let profile = PolicyProfile::load("anshan").unwrap();
    let entry = entry(CatalogueKind::Base, OWN);
    let fault = check_creator(&profile, &entry, &known(&["YX-GA", "YX-MZ"])).unwrap();
    assert_eq!(fault.field, "kind");
    assert_eq!(fault.link.as_deref(), Some("/organizations/YX-SJ"));
    for word in ["人口", "YX-GA、YX-MZ", "YX-SJ", "业务目录"] {
        assert!(fault.zh.contains(word), "{}", fault.zh);
    }
    assert!(fault.en.contains("YX-GA, YX-MZ"), "{}", fault.en);
    assert!(fault.rule.0.article.contains("第十一条第二款"), "{:?}", fault.rule);

    // Without a topic there is nothing to be named for.
    let nothing = Compilers { subject: None, ..known(&[]) };
    let topic = self::entry(CatalogueKind::Topic, OWN);
    assert_eq!(check_creator(&profile, &topic, &nothing).unwrap().field, "theme");
}

// Part of PUB-16: only where the rules say so, and of stationed agencies.
#[test]
fn an_authorisation_is_asked_of_stationed_agencies() {
    let aba = PolicyProfile::load("aba").unwrap();
    for kind in OrganizationKind::ALL {
        let is_stationed = *kind == OrganizationKind::StationedAgency;
        assert_eq!(check_authorisation(&aba, Some(*kind), false).is_some(), is_stationed, "{kind}");
        assert_eq!(check_authorisation(&aba, Some(*kind), true), None, "{kind}");
    }
    let yulin = PolicyProfile::load("yulin").unwrap();
    let stationed = Some(OrganizationKind::StationedAgency);
    assert_eq!(check_authorisation(&yulin, stationed, false), None);
}

/// A profile that names nobody for a kind, or somebody who cannot be named, is refused with its line.
#[test]
fn a_profile_says_who_compiles_each_kind() {
    const ABA: &str = include_str!("../policies/aba.toml");
    let given = r#"base = ["upper_authority", "named_body"], topic = ["named_body"], business = ["agency"]"#;
    assert!(ABA.contains(given));
    for (wrong, told) in [
        (r#"base = [], topic = ["named_body"], business = ["agency"]"#, "`base`"),
        (r#"base = ["agency"], topic = ["agency"], business = ["named_body"]"#, "`business`"),
        (r#"base = ["agency"], topic = ["agency"]"#, "business"),
        (r#"base = ["nobody"], topic = ["agency"], business = ["agency"]"#, "nobody"),
    ] {
        let error = PolicyProfile::parse("aba.toml", &ABA.replace(given, wrong)).unwrap_err();
        let text = error.to_string();
        assert!(text.contains("catalogue.creators") && text.contains(told), "{text}");
    }
}

// Proves CAT-06 for who checks: under each profile one step is the approver's. Only yulin has none among those of its
// review, so the check comes after them: by the information centre, of a county's entries by its authority (6, 8).
#[test]
fn the_approver_checks_under_each_profile() {
    for code in PolicyProfile::codes() {
        let profile = PolicyProfile::load(code).unwrap();
        let by = |level| approver_step(&profile, level).map(|step| (step.kind, step.by));
        let check = |by| (code == "yulin").then_some((ReviewStepKind::CatalogueCheck, by));
        for level in [None, Some(RegionLevel::Prefecture)] {
            assert_eq!(by(level), check(Party::InformationCentre), "{code}");
        }
        assert_eq!(by(Some(RegionLevel::County)), check(Party::CountyAuthority), "{code}");
        let step = approver_step(&profile, None);
        let action = step.map(|step| step.action());
        assert_eq!(action, (code == "yulin").then_some(Action::CheckCatalogue));
    }
}
