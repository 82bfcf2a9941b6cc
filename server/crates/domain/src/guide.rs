//! The compiling guide of the authority: which fields it demands above those of the profile, and what it says of each
//! (CAT-03).

use std::collections::{BTreeMap, BTreeSet};

use kaishu_types::draft::DraftDocument;
use kaishu_types::{Lang, RuleRef};
use serde::{Deserialize, Serialize};

use crate::entry::{EntryFault, missing_field};
use crate::policy::{CatalogueField, PolicyProfile};

/// Fields that no entry can lack: the platform gives the code, the provider is who writes, and the attributes are the
/// classes.
const NEVER_MISSING: [CatalogueField; 4] = [
    CatalogueField::Code,
    CatalogueField::Provider,
    CatalogueField::ResponsibleParty,
    CatalogueField::Attributes,
];

/// What the authority lays down.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guide {
    /// Codes of the fields that it makes mandatory, as in `certifier`.
    #[serde(default)]
    pub added: BTreeSet<String>,
    /// What it says of fields, by their codes.
    #[serde(default)]
    pub notes: BTreeMap<String, FieldNote>,
}

/// What the guide says of a field.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldNote {
    /// In Chinese.
    pub zh: String,
    /// In English; empty where nobody wrote it.
    #[serde(default)]
    pub en: String,
}

impl Guide {
    /// Lists the fields that can be made mandatory under a profile: those it leaves open.
    pub fn choices(profile: &PolicyProfile) -> Vec<CatalogueField> {
        let demanded = profile.mandatory_fields();
        let is_open =
            |field: &CatalogueField| !demanded.contains(field) && !NEVER_MISSING.contains(field);
        CatalogueField::ALL.iter().copied().filter(is_open).collect()
    }

    /// Whether it makes a field mandatory.
    pub fn demands(&self, field: CatalogueField) -> bool {
        self.added.contains(field.as_str())
    }

    /// Returns what it says beside each field of the form.
    pub fn notes_of_form(&self) -> BTreeMap<&'static str, Vec<FieldNote>> {
        let mut notes: BTreeMap<&'static str, Vec<FieldNote>> = BTreeMap::new();
        for field in CatalogueField::ALL {
            if let (Some(name), Some(note)) = (field_of_form(*field), self.note(*field)) {
                notes.entry(name).or_default().push(note.clone());
            }
        }
        notes
    }

    /// Returns what it says of a field.
    pub fn note(&self, field: CatalogueField) -> Option<&FieldNote> {
        self.notes.get(field.as_str())
    }
}

/// The field of the form in which a field of the catalogue is written; none for what the platform gives. The attributes
/// of an entry are its classes.
pub fn field_of_form(field: CatalogueField) -> Option<&'static str> {
    Some(match field {
        CatalogueField::Code | CatalogueField::Provider | CatalogueField::ResponsibleParty => {
            return None;
        }
        CatalogueField::Title => "title",
        CatalogueField::Summary => "summary",
        CatalogueField::Domain => "theme",
        CatalogueField::Classification => "classification",
        CatalogueField::Source => "source",
        CatalogueField::MgmtResponsibility => "mgmt_responsibility",
        CatalogueField::Collector => "collector",
        CatalogueField::Certifier => "certifier",
        CatalogueField::DataForm => "data_form",
        CatalogueField::Format => "resources",
        CatalogueField::Items | CatalogueField::ShareContent => "items",
        CatalogueField::Metadata => "source_system",
        CatalogueField::UpdateFrequency => "frequency",
        CatalogueField::ShareClass => "share_class",
        CatalogueField::ShareConditions => "share_conditions",
        CatalogueField::ShareScope => "share_scope",
        CatalogueField::ShareMode => "share_modes",
        CatalogueField::OpenClass | CatalogueField::Attributes => "open_class",
        CatalogueField::OpenConditions => "open_conditions",
        CatalogueField::UsageRequirements => "usage_requirements",
        CatalogueField::SecurityLevel => "security_level",
    })
}

/// Lists the fields that a version of the guide demands above the profile and an entry lacks.
pub fn check(
    profile: &PolicyProfile,
    (number, guide): (u32, &Guide),
    entry: &DraftDocument,
) -> Vec<EntryFault> {
    let demanded = Guide::choices(profile).into_iter().filter(|field| guide.demands(*field));
    let faults = demanded.filter_map(|field| {
        let name = missing_field(entry, field)?;
        Some(EntryFault {
            field: name,
            zh: format!("请填写{}", field.label(Lang::Zh)),
            en: format!("fill in: {}", field.label(Lang::En)),
            rule: (rule(number, Lang::Zh), rule(number, Lang::En)),
            link: Some(format!("/workbench/guide?version={number}")),
        })
    });
    faults.collect()
}

fn rule(number: u32, lang: Lang) -> RuleRef {
    let article = lang
        .pick(format!("目录编制规范第 {number} 版"), format!("compiling guide, version {number}"));
    RuleRef { id: "guide".to_owned(), article }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Part of CAT-03: a note stands where the form names what is missing.
    #[test]
    fn a_note_stands_beside_the_field_that_is_asked_for() {
        let empty = DraftDocument::new("YX-T", "YX", " ");
        for field in CatalogueField::ALL {
            if let Some(named) = missing_field(&empty, *field) {
                assert_eq!(field_of_form(*field), Some(named), "{field:?}");
            }
        }
        assert_eq!(missing_field(&empty, CatalogueField::Title), Some("title"));
    }
}
