//! What the classes for opening demand to be stated: grounds and a legal basis.

use std::collections::BTreeSet;

use kaishu_domain::PolicyProfile;
use kaishu_domain::entry::check;
use kaishu_domain::policy::{ClassDemand, ClassGround, ClassStatement, NormLevel};
use kaishu_types::Lang;
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

/// The field that tells of a missing basis, where a profile asks for one.
fn basis_field(demand: &ClassDemand) -> Option<&'static str> {
    demand.state.iter().find_map(|statement| match statement {
        ClassStatement::Basis => Some("open_basis"),
        ClassStatement::GroundOrBasis => Some("open_grounds"),
        ClassStatement::Ground | ClassStatement::Conditions => None,
    })
}

// Proves CLS-03: where a profile asks for the basis of a class, an entry is refused without one; a norm counts with its
// title, its article and a level that the regulation lets count, and not without any of them.
#[test]
fn a_basis_has_title_article_and_level() {
    let mut asked = Vec::new();
    for code in PolicyProfile::codes() {
        let profile = profile(code);
        for class in [OpenClass::Conditional, OpenClass::None] {
            let demand = demand(&profile, class);
            let field = basis_field(demand);
            let told = |bases: &[LegalBasis]| {
                let mut entry = stated(&profile, class, ShareClass::Unconditional);
                let open = &mut entry.fields.open;
                open.basis = bases.to_vec();
                if field == Some("open_grounds") {
                    // A ground would do as well.
                    open.grounds.clear();
                    open.reason = None;
                }
                fields(&check(&profile, &entry))
            };
            let wrong: BTreeSet<&str> = field.into_iter().collect();
            if field.is_some() {
                asked.push((code, class, demand.norms.len()));
            }
            let known = NormLevel::ALL.iter().map(|level| level.as_str());
            for level in known.chain(["agreement", "internal_rule", ""]) {
                let counts = demand.norms.iter().any(|norm| norm.as_str() == level);
                let expected = if counts { BTreeSet::new() } else { wrong.clone() };
                assert_eq!(told(&[basis(level)]), expected, "{code} {class}: {level}");
            }
            assert_eq!(told(&[]), wrong, "{code} {class}");
            let law = || basis("law");
            for lacking in [
                LegalBasis { title: " ".to_owned(), ..law() },
                LegalBasis { article: None, ..law() },
                LegalBasis { article: Some(" ".to_owned()), ..law() },
            ] {
                let bases = [lacking, law()];
                assert_eq!(told(&bases[..1]), wrong, "{code} {class}: {bases:?}");
                assert_eq!(told(&bases), BTreeSet::new(), "{code} {class}: one is whole");
            }
        }
    }
    let expected = [
        ("default", OpenClass::None, 4),
        ("anshan", OpenClass::Conditional, 4),
        ("anshan", OpenClass::None, 4),
        ("guangdong", OpenClass::None, 4),
        ("aba", OpenClass::None, 5),
        ("yulin", OpenClass::None, 3),
        ("jiamusi", OpenClass::None, 4),
    ];
    assert_eq!(asked, expected, "who asks, and how many levels count");
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

// Proves CLS-06, CLS-07: under every profile and for both classes, a ground is asked for where the regulation does, and
// where it lists grounds, only those of its list for this class count.
#[test]
fn grounds_come_from_the_list() {
    let mut asked = Vec::new();
    for code in PolicyProfile::codes() {
        let profile = profile(code);
        for class in [OpenClass::Conditional, OpenClass::None] {
            let listed = &demand(&profile, class).grounds;
            let told = |grounds: &[&str], reason: Option<&str>| {
                let mut entry = stated(&profile, class, ShareClass::Unconditional);
                let open = &mut entry.fields.open;
                open.grounds = grounds.iter().map(|it| (*it).to_owned()).collect();
                open.reason = reason.map(str::to_owned);
                // Some regulations take a basis in place of a ground.
                open.basis.clear();
                let faults = check(&profile, &entry);
                faults.into_iter().find(|fault| fault.field == "open_grounds")
            };
            let has_list = !listed.is_empty();
            if let Some(fault) = told(&[], None) {
                asked.push((code, class, listed.len()));
                assert!(listed.iter().all(|it| fault.zh.contains(it.label(Lang::Zh))), "{fault:?}");
            }
            let unlisted = [told(&["因为"], None), told(&[], Some("因为"))];
            for fault in unlisted {
                assert_eq!(fault.is_some(), has_list, "{code} {class}: {fault:?}");
            }
            for ground in ClassGround::ALL {
                let is_refused = told(&[ground.as_str()], None).is_some();
                let expected = has_list && !listed.contains(ground);
                assert_eq!(is_refused, expected, "{code} {class}: {ground:?}");
                // One that counts is enough.
                let beside = told(&["因为", ground.as_str()], None).is_some();
                assert_eq!(beside, expected, "{code} {class}: {ground:?}");
            }
        }
    }
    let expected = [
        ("default", OpenClass::Conditional, 0),
        ("default", OpenClass::None, 0),
        ("guangdong", OpenClass::Conditional, 0),
        ("guangdong", OpenClass::None, 0),
        ("aba", OpenClass::Conditional, 2),
        ("aba", OpenClass::None, 7),
        ("yulin", OpenClass::Conditional, 3),
        ("yulin", OpenClass::None, 5),
        ("jiamusi", OpenClass::Conditional, 1),
        ("jiamusi", OpenClass::None, 2),
    ];
    assert_eq!(asked, expected, "who asks, and of how many grounds");
}
