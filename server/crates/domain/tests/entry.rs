//! What stands against submitting an entry.

#![expect(clippy::unwrap_used, reason = "profiles that come with the program load")]

use std::collections::BTreeSet;

use kaishu_domain::PolicyProfile;
use kaishu_domain::entry::{EntryFault, check};
use kaishu_types::Lang;
use kaishu_types::dataset::{Acquisition, DataItemView, LegalBasis};
use kaishu_types::draft::{Choice, DraftDocument, DraftResource, Sensitivity};
use kaishu_types::vocabulary::{
    CatalogueKind, Format, ItemType, OpenClass, ResourceKind, ShareClass,
};

fn profile(code: &str) -> PolicyProfile {
    PolicyProfile::load(code).unwrap()
}

fn item(name: &str) -> DataItemView {
    DataItemView {
        name: name.to_owned(),
        label: "名称".to_owned(),
        item_type: ItemType::Text,
        unit: None,
        length: None,
        description: None,
        open_class: OpenClass::Unconditional,
        share_class: ShareClass::Unconditional,
        sensitive: false,
        mask: None,
        release_reason: None,
    }
}

/// An open entry with everything that any profile demands.
fn whole() -> DraftDocument {
    let some = |text: &str| Some(text.to_owned());
    let mut entry = DraftDocument::new("YX-JT", "YX", "公交站点");
    let fields = &mut entry.fields;
    fields.summary = "全市公交站点".to_owned();
    fields.theme = "transport".to_owned();
    fields.classification = some("A01");
    fields.source = some("系统产生");
    fields.mgmt_responsibility = some("市交通局");
    fields.collector = some("市交通局");
    fields.certifier = some("市交通局");
    fields.data_form = vec!["chart_table".to_owned()];
    fields.provenance.acquisition = Some(Acquisition::Produced);
    fields.source_system = some("公交调度系统");
    fields.usage_requirements = some("注明来源");
    fields.security_level = 1;
    fields.open.class = OpenClass::Unconditional;
    fields.share.class = ShareClass::Unconditional;
    fields.share.scope = some("全部");
    fields.share.modes = vec!["file".to_owned()];
    entry.items = vec![item("name")];
    entry.resources = vec![DraftResource {
        title: "站点".to_owned(),
        description: None,
        kind: ResourceKind::File,
        format: Format::Csv,
        media_type: None,
        url: None,
        file_name: None,
        size_bytes: None,
        sha256: None,
        sm3: None,
        blob_key: None,
    }];
    entry.chosen = Choice::ALL.iter().copied().collect();
    entry
}

fn fields(faults: &[EntryFault]) -> BTreeSet<&'static str> {
    faults.iter().map(|fault| fault.field).collect()
}

// Proves CAT-02: every missing field is named at once, each with the article that demands it.
#[test]
fn every_missing_field_is_named_at_once() {
    for code in PolicyProfile::codes() {
        let profile = profile(code);
        assert_eq!(check(&profile, &whole()), [], "{code}");
        let empty = DraftDocument::new("YX-JT", "YX", " ");
        let faults = check(&profile, &empty);
        let named = fields(&faults);
        for field in ["title", "open_class", "share_class", "items"] {
            assert!(named.contains(field), "{code}: {field}");
        }
        for fault in &faults {
            let shown = fault.shown(Lang::Zh);
            assert!(shown.message.contains(&fault.rule.0.article), "{}", shown.message);
        }
    }
    let named = |code: &str| {
        let faults = check(&profile(code), &DraftDocument::new("YX-JT", "YX", "名"));
        fields(&faults).into_iter().map(str::to_owned).collect::<BTreeSet<_>>()
    };
    // The regulations differ: only Yulin asks for the domain, only Anshan for the certifier.
    assert!(named("yulin").contains("theme") && !named("aba").contains("theme"));
    assert!(named("anshan").contains("certifier") && !named("yulin").contains("certifier"));
}

// Proves CLS-01, CLS-02: without both classes nothing is submitted.
#[test]
fn both_classes_are_chosen() {
    for (choice, field) in [(Choice::OpenClass, "open_class"), (Choice::ShareClass, "share_class")]
    {
        let mut entry = whole();
        entry.chosen.remove(&choice);
        assert_eq!(fields(&check(&profile("default"), &entry)), BTreeSet::from([field]));
    }
}

fn basis(level: &str) -> LegalBasis {
    LegalBasis { title: "某法".to_owned(), article: None, level: level.to_owned() }
}

fn closed(class: OpenClass) -> DraftDocument {
    let mut entry = whole();
    entry.fields.open.class = class;
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

// Proves CLS-08: a conditional entry says mode, requirements, conditions and safeguards.
#[test]
fn a_conditional_entry_says_its_terms() {
    let mut entry = closed(OpenClass::Conditional);
    entry.fields.usage_requirements = None;
    let named = check(&profile("default"), &entry);
    for field in
        ["agreement", "open_modes", "usage_requirements", "open_conditions", "security_measures"]
    {
        assert_eq!(named.iter().filter(|fault| fault.field == field).count(), 1, "{field}");
    }
}

// Proves CLS-04: a share class other than unconditional has its basis, and conditions where conditional.
#[test]
fn a_share_class_has_its_basis() {
    let mut entry = whole();
    entry.fields.share.class = ShareClass::Conditional;
    let named = check(&profile("guangdong"), &entry);
    assert!(fields(&named).is_superset(&BTreeSet::from(["share_basis", "share_conditions"])));
    entry.fields.share.basis = vec![basis("rule")];
    entry.fields.share.conditions = vec!["限本部门".to_owned()];
    assert_eq!(check(&profile("guangdong"), &entry), []);
}

// Proves CLS-09, CLS-10: secrets are refused; sensitive data is opened only once it was processed.
#[test]
fn sensitive_data_is_not_opened_as_it_is() {
    let mut entry = whole();
    entry.sensitivity = BTreeSet::from([Sensitivity::StateSecret]);
    assert!(fields(&check(&profile("aba"), &entry)).contains("sensitivity"));
    entry.sensitivity = BTreeSet::from([Sensitivity::PersonalPrivacy]);
    assert_eq!(fields(&check(&profile("aba"), &entry)), BTreeSet::from(["relaxed_by"]));
    entry.relaxed_by = "脱敏记录 2026-11".to_owned();
    assert_eq!(check(&profile("aba"), &entry), []);
}

// Proves CAT-14: how the data was acquired is stated, and what is collected from others has a duty behind it.
#[test]
fn collection_without_a_duty_is_refused() {
    for code in PolicyProfile::codes() {
        let profile = profile(code);
        let mut entry = whole();
        entry.fields.provenance.acquisition = None;
        assert_eq!(fields(&check(&profile, &entry)), BTreeSet::from(["acquisition"]), "{code}");
        for collected in [Acquisition::Statutory, Acquisition::Negotiated] {
            entry.fields.provenance.acquisition = Some(collected);
            entry.fields.provenance.duty = Some(" ".to_owned());
            assert!(fields(&check(&profile, &entry)).contains("duty"), "{code}");
            entry.fields.provenance.duty = Some("某条例第三条".to_owned());
            entry.fields.provenance.necessity = Some("公交调度".to_owned());
            assert_eq!(check(&profile, &entry), [], "{code}");
        }
    }
    // Anshan 15 asks why it is needed; Jiamusi does not.
    let mut entry = whole();
    entry.fields.provenance.acquisition = Some(Acquisition::Statutory);
    entry.fields.provenance.duty = Some("某条例第三条".to_owned());
    let faults = check(&profile("anshan"), &entry);
    assert_eq!(fields(&faults), BTreeSet::from(["necessity"]));
    assert!(faults[0].rule.0.article.contains("第十五条"), "{:?}", faults[0].rule);
    assert_eq!(check(&profile("jiamusi"), &entry), []);
}

// Proves CLS-05: a class that needs a basis is not taken without one, under any regulation; what is proposed
// instead counts only once it was confirmed.
#[test]
fn a_proposed_class_counts_once_confirmed() {
    for code in PolicyProfile::codes() {
        let profile = profile(code);
        for class in [OpenClass::Conditional, OpenClass::None] {
            let named = fields(&check(&profile, &closed(class)));
            assert!(named.iter().any(|it| it.starts_with("open_")), "{code}: {class}");
        }
        for class in [ShareClass::Conditional, ShareClass::None] {
            let mut entry = whole();
            entry.fields.share.class = class;
            let named = fields(&check(&profile, &entry));
            assert!(named.iter().any(|it| it.starts_with("share_")), "{code}: {class}");
        }
        let class = &profile.rules.class;
        let mut entry = whole();
        entry.fields.open.class = class.open_default.value;
        entry.fields.share.class = class.share_default.value;
        assert_eq!(check(&profile, &entry), [], "{code}: what is proposed needs no basis");
        entry.chosen = BTreeSet::new();
        let named = fields(&check(&profile, &entry));
        assert!(named.is_superset(&BTreeSet::from(["open_class", "share_class"])), "{code}");
    }
}

// Proves CAT-05, CLS-14: a base register is one of the list and is shared without conditions.
#[test]
fn a_base_register_is_of_the_list_and_shared() {
    let mut entry = whole();
    entry.fields.kind = CatalogueKind::Base;
    entry.fields.base_db = Some("credit".to_owned());
    assert_eq!(check(&profile("aba"), &entry), []);
    // Guangdong's list has four, without credit.
    assert_eq!(fields(&check(&profile("guangdong"), &entry)), BTreeSet::from(["base_db"]));
    entry.items[0].share_class = ShareClass::Conditional;
    assert_eq!(fields(&check(&profile("aba"), &entry)), BTreeSet::from(["items"]));
}

#[test]
fn items_have_names_of_their_own() {
    let mut entry = whole();
    entry.items.push(item("name"));
    assert_eq!(fields(&check(&profile("default"), &entry)), BTreeSet::from(["items"]));
    entry.items[1].name = " ".to_owned();
    assert_eq!(fields(&check(&profile("default"), &entry)), BTreeSet::from(["items"]));
}
