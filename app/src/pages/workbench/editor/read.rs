//! From what was typed to an entry.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use kaishu_types::dataset::{DataItemView, LegalBasis, Provenance};
use kaishu_types::draft::{Choice, DraftDocument};
use kaishu_types::oversight::TIED_TO;
use kaishu_types::table::Mask;
use kaishu_types::vocabulary::{ItemType, OpenClass, ShareClass};
use kaishu_types::{FieldError, Lang};

/// Most rows of a repeated part that are read.
const MAX_ROWS: usize = 2_000;

/// The fields of a form; several of one name are all kept.
struct Pairs<'a>(BTreeMap<&'a str, Vec<&'a str>>);

impl<'a> Pairs<'a> {
    fn of(pairs: &'a [(String, String)]) -> Self {
        let mut all: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (name, value) in pairs {
            all.entry(name).or_default().push(value);
        }
        Self(all)
    }

    fn text(&self, name: &str) -> &'a str {
        self.0.get(name).and_then(|values| values.last()).map_or("", |value| value.trim())
    }

    fn some(&self, name: &str) -> Option<String> {
        Some(self.text(name)).filter(|text| !text.is_empty()).map(str::to_owned)
    }

    fn all(&self, name: &str) -> Vec<String> {
        self.0.get(name).into_iter().flatten().map(|value| (*value).to_owned()).collect()
    }

    fn lines(&self, name: &str) -> Vec<String> {
        let lines = self.text(name).lines().map(str::trim);
        lines.filter(|line| !line.is_empty()).map(str::to_owned).collect()
    }

    fn value<T: FromStr>(&self, name: &str) -> Option<T> {
        self.text(name).parse().ok()
    }

    /// The numbers of the rows of data items that have a name.
    fn item_rows(&self) -> impl Iterator<Item = usize> {
        let name = |row: &usize| format!("items.{row}.name");
        let rows = (0..MAX_ROWS).take_while(move |row| self.0.contains_key(name(row).as_str()));
        rows.filter(move |row| !self.text(&name(row)).is_empty())
    }

    fn values<T: FromStr + Ord>(&self, name: &str) -> BTreeSet<T> {
        self.all(name).iter().filter_map(|value| value.parse().ok()).collect()
    }
}

/// Puts what was typed into an entry. What no field of the form speaks of stays as it was; a text that is
/// no value of its field is as if nothing was chosen.
pub(super) fn document(pairs: &[(String, String)], before: DraftDocument) -> DraftDocument {
    let pairs = Pairs::of(pairs);
    let mut document = before;
    basics(&pairs, &mut document);
    opening(&pairs, &mut document);
    sharing(&pairs, &mut document);
    document.sensitivity = pairs.values("sensitivity");
    document.triggers = pairs.values("triggers");
    document.processing = pairs.values("processing");
    document.relaxed_by = pairs.text("relaxed_by").to_owned();
    document.collection_law = pairs.text("collection_law").to_owned();
    document.change_basis = pairs.value("change_basis");
    document.change_reference = pairs.text("change_reference").to_owned();
    document.version_note = pairs.text("version_note").to_owned();
    document.items = items(&pairs, &document.items);
    document
}

/// Notes whether something was chosen.
fn choose(document: &mut DraftDocument, choice: Choice, is_chosen: bool) {
    match is_chosen {
        true => document.chosen.insert(choice),
        false => document.chosen.remove(&choice),
    };
}

/// The words of a list that is typed in one line.
fn listed(text: &str) -> Vec<String> {
    let words = text.split(['、', ',', '，', ';', '；']).map(str::trim);
    words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

fn basics(pairs: &Pairs<'_>, document: &mut DraftDocument) {
    let fields = &mut document.fields;
    fields.title = pairs.text("title").to_owned();
    fields.title_en = pairs.some("title_en");
    fields.summary = pairs.text("summary").to_owned();
    fields.keywords = listed(pairs.text("keywords"));
    fields.theme = pairs.text("theme").to_owned();
    fields.licence = pairs.text("licence").to_owned();
    fields.base_db = pairs.some("base_db");
    fields.record_key = listed(pairs.text("record_key"));
    fields.spatial = pairs.some("spatial");
    fields.temporal_start = pairs.value("temporal_start");
    fields.temporal_end = pairs.value("temporal_end");
    fields.source = pairs.some("source");
    fields.source_system = pairs.some("source_system");
    fields.business_matter = pairs.some("business_matter");
    provenance(pairs, &mut fields.provenance);
    fields.priority = pairs.all("priority");
    fields.mgmt_responsibility = pairs.some("mgmt_responsibility");
    fields.collector = pairs.some("collector");
    fields.certifier = pairs.some("certifier");
    fields.classification = pairs.some("classification");
    fields.data_form = pairs.all("data_form");
    fields.contact = pairs.some("contact");
    fields.usage_requirements = pairs.some("usage_requirements");
    let (frequency, kind) = (pairs.value("frequency"), pairs.value("kind"));
    let level = pairs.value::<u8>("security_level").filter(|level| (1..=4).contains(level));
    fields.frequency = frequency.unwrap_or(fields.frequency);
    fields.kind = kind.unwrap_or(fields.kind);
    fields.security_level = level.unwrap_or(0);
    choose(document, Choice::Frequency, frequency.is_some());
    choose(document, Choice::Kind, kind.is_some());
    choose(document, Choice::SecurityLevel, level.is_some());
}

fn provenance(pairs: &Pairs<'_>, told: &mut Provenance) {
    told.acquisition = pairs.value("acquisition");
    told.duty = pairs.some("duty");
    told.necessity = pairs.some("necessity");
    told.upper_system = pairs.some("upper_system");
    told.flows_back = !pairs.text("flows_back").is_empty();
    told.sources = pairs.lines("sources");
}

fn opening(pairs: &Pairs<'_>, document: &mut DraftDocument) {
    let class: Option<OpenClass> = pairs.value("open_class");
    let open = &mut document.fields.open;
    open.class = class.unwrap_or(OpenClass::None);
    open.grounds = pairs.all("open_grounds");
    open.reason = pairs.some("open_reason");
    open.basis = bases(pairs, "open_basis");
    open.conditions = pairs.lines("open_conditions");
    open.modes = pairs.all("open_modes");
    open.materials = pairs.all("open_materials");
    open.security_measures = pairs.some("security_measures");
    open.agreement = pairs.some("agreement");
    choose(document, Choice::OpenClass, class.is_some());
}

fn sharing(pairs: &Pairs<'_>, document: &mut DraftDocument) {
    let class: Option<ShareClass> = pairs.value("share_class");
    let share = &mut document.fields.share;
    share.class = class.unwrap_or(ShareClass::None);
    share.conditions = pairs.lines("share_conditions");
    share.modes = pairs.all("share_modes");
    share.scope = pairs.some("share_scope");
    share.basis = bases(pairs, "share_basis");
    match pairs.some("share_reason") {
        Some(reason) => document.fields.extras.insert("share_reason".to_owned(), reason),
        None => document.fields.extras.remove("share_reason"),
    };
    // Asked only where a rule speaks of it; what was answered before stays.
    if let Some(tie) = pairs.some(TIED_TO) {
        document.fields.extras.insert(TIED_TO.to_owned(), tie);
    }
    choose(document, Choice::ShareClass, class.is_some());
}

fn bases(pairs: &Pairs<'_>, name: &str) -> Vec<LegalBasis> {
    let rows = (0..MAX_ROWS)
        .take_while(|row| pairs.0.contains_key(format!("{name}.{row}.title").as_str()));
    let basis = rows.map(|row| LegalBasis {
        title: pairs.text(&format!("{name}.{row}.title")).to_owned(),
        article: pairs.some(&format!("{name}.{row}.article")),
        level: pairs.text(&format!("{name}.{row}.level")).to_owned(),
    });
    basis.filter(|basis| !basis.title.is_empty() || basis.article.is_some()).collect()
}

/// What was typed into a field and cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unread {
    /// The field, and what it takes.
    pub(super) fault: FieldError,
    /// What was typed.
    pub(super) text: String,
}

impl Unread {
    /// What was typed, and what would be right.
    pub(super) fn told(&self) -> String {
        format!("{}：{}", self.text, self.fault.message)
    }
}

/// Lists what was typed and cannot be read. Rows are counted as they stand once those without a name are left out.
pub(super) fn unread(pairs: &[(String, String)], lang: Lang) -> Vec<Unread> {
    let pairs = Pairs::of(pairs);
    let mut unread = Vec::new();
    let mut look = |is_read: bool, (name, field): (&str, String), takes: (&str, &str)| {
        let text = pairs.text(name);
        if !text.is_empty() && !is_read {
            let message = lang.pick(takes.0, takes.1).to_owned();
            unread.push(Unread { fault: FieldError { field, message }, text: text.to_owned() });
        }
    };
    for name in ["temporal_start", "temporal_end"] {
        let is_read = pairs.value::<chrono::NaiveDate>(name).is_some();
        let takes = ("请写成 2026-11-23", "is written as 2026-11-23");
        look(is_read, (name, name.to_owned()), takes);
    }
    for (place, row) in pairs.item_rows().enumerate() {
        let typed = |part: &str| format!("items.{row}.{part}");
        let shown = |part: &str| format!("items.{place}.{part}");
        let mask = typed("mask");
        let takes =
            ("没有这种脱敏方式，请从列表中选择", "there is no such mask; choose one of the list");
        look(pairs.value::<Mask>(&mask).is_some(), (mask.as_str(), shown("mask")), takes);
        let length = typed("length");
        let is_read = pairs.value::<u32>(&length).is_some_and(|length| length > 0);
        let takes = ("长度为大于 0 的整数", "a length is a whole number above 0");
        look(is_read, (length.as_str(), shown("length")), takes);
        let takes = ("请从列表中选择", "choose one of the list");
        let (kind, open, share) = (typed("type"), typed("open"), typed("share"));
        look(pairs.value::<ItemType>(&kind).is_some(), (kind.as_str(), shown("type")), takes);
        look(pairs.value::<OpenClass>(&open).is_some(), (open.as_str(), shown("open")), takes);
        look(pairs.value::<ShareClass>(&share).is_some(), (share.as_str(), shown("share")), takes);
    }
    unread
}

/// The data items; what a form does not ask of one stays with its name.
fn items(pairs: &Pairs<'_>, before: &[DataItemView]) -> Vec<DataItemView> {
    let mut items = Vec::new();
    for row in pairs.item_rows() {
        let part = |part: &str| format!("items.{row}.{part}");
        let is_asked = |it: &str| pairs.0.contains_key(part(it).as_str());
        let name = pairs.text(&part("name"));
        let known = before.iter().find(|item| item.name == name);
        items.push(DataItemView {
            name: name.to_owned(),
            label: pairs.some(&part("label")).unwrap_or_else(|| name.to_owned()),
            item_type: pairs.value(&part("type")).unwrap_or(ItemType::Text),
            unit: pairs.some(&part("unit")),
            length: match is_asked("length") {
                true => pairs.value(&part("length")),
                false => known.and_then(|item| item.length),
            },
            description: match is_asked("description") {
                true => pairs.some(&part("description")),
                false => known.and_then(|item| item.description.clone()),
            },
            open_class: pairs.value(&part("open")).unwrap_or(OpenClass::None),
            share_class: pairs.value(&part("share")).unwrap_or(ShareClass::None),
            sensitive: !pairs.text(&part("sensitive")).is_empty(),
            mask: pairs.value(&part("mask")),
            release_reason: match is_asked("release_reason") {
                true => pairs.some(&part("release_reason")),
                false => known.and_then(|item| item.release_reason.clone()),
            },
        });
    }
    items
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(pairs: &[(&str, &str)]) -> DraftDocument {
        let pairs: Vec<_> =
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        document(&pairs, DraftDocument::new("YX-JT", "YX", "旧名"))
    }

    #[test]
    fn what_is_not_chosen_is_not_chosen() {
        let empty = typed(&[("title", " 公交站点 ")]);
        assert_eq!(empty.fields.title, "公交站点");
        assert!(empty.chosen.is_empty());
        let wrong = typed(&[("open_class", "安全"), ("security_level", "9"), ("frequency", "")]);
        assert!(wrong.chosen.is_empty());
        let chosen = typed(&[("open_class", "none"), ("security_level", "2")]);
        assert_eq!(chosen.chosen.len(), 2);
    }

    #[test]
    fn rows_are_read_in_order_and_empty_ones_are_left_out() {
        let document = typed(&[
            ("items.0.name", "a"),
            ("items.0.open", "conditional"),
            ("items.0.sensitive", "1"),
            ("items.1.name", " "),
            ("items.2.name", "b"),
            ("items.2.label", "乙"),
            ("items.2.mask", "redact"),
            ("open_basis.0.title", ""),
            ("open_basis.1.title", "某法"),
            ("open_basis.1.level", "law"),
            ("keywords", "公交、站点，"),
            ("open_conditions", "一\n\n 二 "),
            ("sensitivity", "trade_secret"),
            ("sensitivity", "personal_info"),
        ]);
        let names: Vec<_> =
            document.items.iter().map(|it| (it.name.as_str(), it.label.as_str())).collect();
        assert_eq!(names, [("a", "a"), ("b", "乙")]);
        assert!(document.items[0].sensitive && !document.items[1].sensitive);
        assert_eq!(document.items[0].open_class, OpenClass::Conditional);
        // What the form does not say of a class is the strictest.
        assert_eq!(document.items[1].open_class, OpenClass::None);
        assert_eq!(
            document.items[1].mask.as_ref().map(ToString::to_string).as_deref(),
            Some("redact")
        );
        assert_eq!(document.fields.open.basis.len(), 1);
        assert_eq!(document.fields.keywords, ["公交", "站点"]);
        assert_eq!(document.fields.open.conditions, ["一", "二"]);
        assert_eq!(document.sensitivity.len(), 2);
    }

    // Part of CAT-18: all that an item says can be written; what a form does not ask stays.
    #[test]
    fn all_parts_of_an_item_are_read() {
        let whole = [
            ("items.0.name", "a"),
            ("items.0.length", "18"),
            ("items.0.description", "站点的编号"),
            ("items.0.release_reason", "单位电话，已经公开"),
        ];
        let pairs = |list: &[(&str, &str)]| -> Vec<(String, String)> {
            list.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        let before = typed(&whole);
        let item = &before.items[0];
        assert_eq!((item.length, item.description.as_deref()), (Some(18), Some("站点的编号")));
        assert_eq!(item.release_reason.as_deref(), Some("单位电话，已经公开"));
        let kept = document(&pairs(&[("items.0.name", "a")]), before.clone());
        assert_eq!(kept.items[0].description, item.description);
        let emptied = document(&pairs(&[("items.0.name", "a"), ("items.0.length", "")]), before);
        assert_eq!(emptied.items[0].length, None);
    }

    #[test]
    fn what_cannot_be_read_is_told_with_its_field() {
        let pairs = [
            ("items.0.name", ""),
            ("items.1.name", "a"),
            ("items.1.mask", "hsah"),
            ("items.1.length", "0"),
            ("items.2.name", "b"),
            ("items.2.mask", "range:10"),
            ("temporal_start", "去年"),
        ];
        let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let unread = unread(&pairs, Lang::Zh);
        let told: Vec<_> =
            unread.iter().map(|it| (it.fault.field.as_str(), it.text.as_str())).collect();
        let expected =
            [("temporal_start", "去年"), ("items.0.mask", "hsah"), ("items.0.length", "0")];
        assert_eq!(told, expected);
    }
}
