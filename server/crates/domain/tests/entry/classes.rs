//! What the classes for opening demand to be stated: grounds and a legal basis.

use kaishu_domain::PolicyProfile;
use kaishu_domain::entry::check;
use kaishu_domain::policy::{ClassDemand, ClassGround};
use kaishu_types::dataset::LegalBasis;
use kaishu_types::draft::DraftDocument;
use kaishu_types::vocabulary::{OpenClass, ShareClass};

use crate::{basis, closed, fields, profile, whole};

/// What a profile demands of an entry that is not open to everybody.
fn demand(profile: &PolicyProfile, class: OpenClass) -> &ClassDemand {
    let demands = &profile.rules.class.open_basis.value;
    match class {
        OpenClass::Conditional => &demands.conditional,
        OpenClass::Unconditional | OpenClass::None => &demands.none,
    }
}

/// An entry of these classes with everything that a profile demands of them.
pub(super) fn stated(profile: &PolicyProfile, open: OpenClass, share: ShareClass) -> DraftDocument {
    let mut entry = whole();
    let grounds = demand(profile, open).grounds.iter();
    // A state secret is refused whatever its class is.
    let ground = grounds.copied().find(|ground| *ground != ClassGround::StateSecret);
    let terms = &mut entry.fields.open;
    terms.class = open;
    terms.grounds = ground.iter().map(|ground| ground.as_str().to_owned()).collect();
    terms.reason = Some("公开后影响调度".to_owned());
    terms.basis = vec![basis("law")];
    terms.conditions = vec!["限科学研究使用".to_owned()];
    terms.modes = vec!["download".to_owned()];
    terms.security_measures = Some("专人保管".to_owned());
    terms.agreement = Some("conditional-use".to_owned());
    let terms = &mut entry.fields.share;
    terms.class = share;
    terms.basis = vec![basis("law")];
    terms.conditions = vec!["限履行职责使用".to_owned()];
    entry.fields.extras.insert("share_reason".to_owned(), "涉及运行调度".to_owned());
    entry
}

// Proves CLS-03: a basis below the level that the regulation demands is none.
#[test]
fn a_basis_below_the_level_is_none() {
    let anshan = profile("anshan");
    let mut entry = closed(OpenClass::None);
    entry.fields.open.grounds = vec!["trade_secret".to_owned()];
    assert!(fields(&check(&anshan, &entry)).contains("open_basis"));
    entry.fields.open.basis = vec![basis("other")];
    assert!(fields(&check(&anshan, &entry)).contains("open_basis"));
    entry.fields.open.basis = vec![LegalBasis { title: " ".to_owned(), ..basis("law") }];
    assert!(fields(&check(&anshan, &entry)).contains("open_basis"));
    entry.fields.open.basis = vec![basis("law")];
    assert!(!fields(&check(&anshan, &entry)).contains("open_basis"));
}

// Proves CLS-15 for the basis: a rule that a department made for itself counts as none, under any regulation.
#[test]
fn an_internal_rule_is_no_basis() {
    let mut n_told_apart = 0;
    for code in PolicyProfile::codes() {
        let profile = profile(code);
        for class in [ShareClass::Conditional, ShareClass::None] {
            let faults_with = |basis: Vec<LegalBasis>| {
                let mut entry = closed(OpenClass::Conditional);
                entry.fields.open.basis.clone_from(&basis);
                entry.fields.share.class = class;
                entry.fields.share.basis = basis;
                fields(&check(&profile, &entry))
            };
            let without = faults_with(Vec::new());
            assert_eq!(faults_with(vec![basis("internal_rule")]), without, "{code}: {class}");
            n_told_apart += usize::from(faults_with(vec![basis("law")]) != without);
        }
    }
    assert!(n_told_apart > 0, "a law counts somewhere");
}

// Proves CLS-06, CLS-07: grounds come from the list of the regulation.
#[test]
fn grounds_come_from_the_list() {
    let yulin = profile("yulin");
    let mut entry = closed(OpenClass::Conditional);
    entry.fields.open.grounds = vec!["因为".to_owned()];
    let faults = check(&yulin, &entry);
    let fault = faults.iter().find(|fault| fault.field == "open_grounds").unwrap();
    assert!(fault.zh.contains("时效性较强"), "{}", fault.zh);
    entry.fields.open.grounds = vec!["timeliness".to_owned()];
    assert!(!fields(&check(&yulin, &entry)).contains("open_grounds"));
    // A ground for not opening is none for conditions.
    entry.fields.open.grounds = vec!["trade_secret".to_owned()];
    assert!(fields(&check(&yulin, &entry)).contains("open_grounds"));
}
