//! What a profile makes mandatory, field by field.

use std::collections::BTreeSet;

use kaishu_domain::PolicyProfile;
use kaishu_domain::entry::check;
use kaishu_domain::policy::CatalogueField;
use kaishu_types::Lang;
use kaishu_types::draft::{Choice, DraftDocument};
use kaishu_types::vocabulary::{OpenClass, ShareClass};

use crate::classes::stated;
use crate::{fields, profile, whole};

/// A complete entry in which a mandatory field counts: conditions are asked for of what has some.
fn complete(profile: &PolicyProfile, field: CatalogueField) -> DraftDocument {
    match field {
        CatalogueField::ShareConditions => {
            stated(profile, OpenClass::Unconditional, ShareClass::Conditional)
        }
        CatalogueField::OpenConditions => {
            stated(profile, OpenClass::Conditional, ShareClass::Unconditional)
        }
        _ => whole(),
    }
}

fn blank() -> Option<String> {
    Some(" ".to_owned())
}

fn unchoose(entry: &mut DraftDocument, choice: Choice) {
    assert!(entry.chosen.remove(&choice), "{choice} was chosen before");
}

/// Takes a field out of an entry.
type Empty = fn(&mut DraftDocument);

/// Says which field of the form stands for a mandatory field, and how it is emptied. Nobody fills in the code, the
/// agency that provides and that there are classes: these are never empty.
fn emptied(field: CatalogueField) -> Option<(&'static str, Empty)> {
    use CatalogueField as F;
    let found: (&'static str, Empty) = match field {
        F::Code | F::Provider | F::ResponsibleParty | F::Attributes => return None,
        F::Title => ("title", |it| it.fields.title = " ".to_owned()),
        F::Summary => ("summary", |it| it.fields.summary = " ".to_owned()),
        F::Domain => ("theme", |it| it.fields.theme = " ".to_owned()),
        F::Classification => ("classification", |it| it.fields.classification = blank()),
        F::Source => ("source", |it| it.fields.source = None),
        F::MgmtResponsibility => ("mgmt_responsibility", |it| it.fields.mgmt_responsibility = None),
        F::Collector => ("collector", |it| it.fields.collector = blank()),
        F::Certifier => ("certifier", |it| it.fields.certifier = None),
        F::Metadata => ("source_system", |it| it.fields.source_system = None),
        F::UsageRequirements => ("usage_requirements", |it| it.fields.usage_requirements = blank()),
        F::DataForm => ("data_form", |it| it.fields.data_form.clear()),
        F::Format => ("resources", |it| it.resources.clear()),
        F::Items | F::ShareContent => ("items", |it| it.items.clear()),
        F::UpdateFrequency => ("frequency", |it| unchoose(it, Choice::Frequency)),
        F::SecurityLevel => ("security_level", |it| unchoose(it, Choice::SecurityLevel)),
        F::ShareClass => ("share_class", |it| unchoose(it, Choice::ShareClass)),
        F::ShareScope => ("share_scope", |it| it.fields.share.scope = blank()),
        F::ShareMode => ("share_modes", |it| it.fields.share.modes.clear()),
        F::ShareConditions => ("share_conditions", |it| it.fields.share.conditions.clear()),
        F::OpenClass => ("open_class", |it| unchoose(it, Choice::OpenClass)),
        F::OpenConditions => ("open_conditions", |it| it.fields.open.conditions.clear()),
    };
    Some(found)
}

// Proves CAT-02: under every profile, a complete entry in which one mandatory field is empty is refused for this field
// and no other, with the article that demands it.
#[test]
fn each_mandatory_field_is_asked_for() {
    let mut demanded = BTreeSet::new();
    for code in PolicyProfile::codes() {
        let profile = profile(code);
        let rule = profile.rules.catalogue.mandatory.reference("catalogue.mandatory", Lang::Zh);
        for field in profile.mandatory_fields() {
            demanded.insert(field);
            let mut entry = complete(&profile, field);
            assert_eq!(check(&profile, &entry), [], "{code}: {field:?}");
            let Some((name, empty)) = emptied(field) else { continue };
            empty(&mut entry);
            let faults = check(&profile, &entry);
            assert_eq!(fields(&faults), BTreeSet::from([name]), "{code}: {field:?}");
            let asked = format!("请填写{}", field.label(Lang::Zh));
            let fault = faults.iter().find(|fault| fault.zh == asked).unwrap();
            assert_eq!(fault.rule.0, rule, "{code}: {field:?}");
        }
    }
    let all: BTreeSet<CatalogueField> = CatalogueField::ALL.iter().copied().collect();
    assert_eq!(demanded, all, "each is demanded by some profile");
}
