//! Entries of base databases: how often their data is taken in (PUB-12).

use kaishu_types::Lang;
use kaishu_types::draft::{Choice, DraftDocument};
use kaishu_types::vocabulary::CatalogueKind;

use crate::entry::EntryFault;
use crate::policy::{PolicyProfile, RuleValue};

/// Says what is wrong with the frequency of an entry of a base database under a profile (aba 19: taken in real
/// time, so at each change: in real time, or irregularly where changes come irregularly, never by a cycle).
/// Entries of other kinds, and those whose frequency nobody chose yet, are not looked at.
pub fn check(profile: &PolicyProfile, entry: &DraftDocument) -> Option<EntryFault> {
    let rule = &profile.rules.aggregation.base;
    let fields = &entry.fields;
    let is_base = fields.kind == CatalogueKind::Base && entry.chosen.contains(&Choice::Frequency);
    if !is_base || rule.value.contains(&fields.frequency) {
        return None;
    }
    let key = "aggregation.base";
    let known = |lang: Lang| rule.value.words(lang);
    Some(EntryFault {
        link: None,
        field: "frequency",
        zh: format!("基础数据库的数据一有变更即须归集，更新频率只能选：{}", known(Lang::Zh)),
        en: format!(
            "data of a base database is taken in at each change, so its frequency is one of: {}",
            known(Lang::En)
        ),
        rule: (rule.reference(key, Lang::Zh), rule.reference(key, Lang::En)),
    })
}
