//! Entries of base databases: how often their data is taken in, and what tells their records apart (PUB-12).

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

/// Most data items of a key.
const MAX_KEY: usize = 8;

/// Says what is wrong with the key by which records of an entry are changed one by one. It is made of data items
/// of the entry; an entry without one takes whole files only.
pub fn check_key(profile: &PolicyProfile, entry: &DraftDocument) -> Option<EntryFault> {
    let key = &entry.fields.record_key;
    let is_item = |name: &String| entry.items.iter().any(|item| item.name == *name);
    let unknown = key.iter().find(|name| !is_item(name));
    let is_repeated =
        key.iter().enumerate().any(|(place, name)| key.iter().take(place).any(|it| it == name));
    let text = match unknown {
        Some(name) => (
            format!("记录主键“{name}”不是数据项的名称"),
            format!("`{name}` of the record key is no name of a data item"),
        ),
        None if is_repeated || key.len() > MAX_KEY => (
            format!("记录主键最多 {MAX_KEY} 个数据项，不能重复"),
            format!("a record key has at most {MAX_KEY} data items, none of them twice"),
        ),
        None => return None,
    };
    let rule = &profile.rules.aggregation.base;
    Some(EntryFault::new("record_key", text, ("aggregation.base", rule)))
}
