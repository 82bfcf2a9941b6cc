//! What stands against submitting an entry.

#![expect(clippy::unwrap_used, reason = "profiles that come with the program load")]

mod classes;
mod mandatory;
mod opened;

use std::collections::BTreeSet;

use kaishu_domain::PolicyProfile;
use kaishu_domain::basis_of_change;
use kaishu_domain::entry::{EntryFault, check, lack};
use kaishu_domain::grading::{self, GradingRule, grade};
use kaishu_domain::guide::{self, Guide};
use kaishu_domain::policy::{CatalogueField, Module};
use kaishu_domain::processing;
use kaishu_domain::relaxing::{self, Published, Records};
use kaishu_types::Lang;
use kaishu_types::dataset::{Acquisition, DataItemView, LegalBasis};
use kaishu_types::draft::{
    ChangeBasis, Choice, DraftDocument, DraftResource, Processing, Sensitivity,
};
use kaishu_types::oversight::GradedBy;
use kaishu_types::vocabulary::{
    CatalogueKind, Format, Frequency, ItemType, OpenClass, ResourceKind, ShareClass,
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
    fields.licence = "open-licence".to_owned();
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
        in_place: None,
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

// Proves PUB-03: under every profile, prose and pictures alone do not make an open entry. Part of PUB-01: nor does
// an entry without data; both are told when it is submitted. What is not open needs neither.
#[test]
fn an_open_entry_comes_with_data_that_programs_read() {
    for code in PolicyProfile::codes() {
        let profile = profile(code);
        let with = |formats: &[Format]| {
            let mut entry = whole();
            let file = entry.resources.remove(0);
            let files =
                formats.iter().map(|format| DraftResource { format: *format, ..file.clone() });
            entry.resources.extend(files);
            entry
        };
        let named = |formats: &[Format]| fields(&check(&profile, &with(formats)));
        assert_eq!(named(&[]), BTreeSet::from(["resources"]), "{code}");
        let prose = [Format::Pdf, Format::Image, Format::Doc, Format::Txt, Format::Html];
        assert_eq!(named(&prose), BTreeSet::from(["resources"]), "{code}");
        let said = check(&profile, &with(&prose)).remove(0);
        assert!(said.zh.contains("CSV") && said.en.contains("CSV"), "{said:?}");
        assert_eq!((said.rule.0.id.as_str(), said.rule.1.id.as_str()), ("PUB-03", "PUB-03"));
        let read =
            [Format::Csv, Format::Json, Format::Xml, Format::Xlsx, Format::Geojson, Format::Api];
        for format in read {
            assert_eq!(named(&[Format::Pdf, format]), BTreeSet::new(), "{code} {format:?}");
        }
        let mut closed = with(&[Format::Pdf]);
        closed.fields.open.class = OpenClass::None;
        assert_eq!(lack(&closed), None, "{code}");
    }
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
    let article = Some("第三条".to_owned());
    LegalBasis { title: "某法".to_owned(), article, level: level.to_owned() }
}

fn closed(class: OpenClass) -> DraftDocument {
    let mut entry = whole();
    entry.fields.open.class = class;
    entry
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

// Part of AGR-10: what is open to everybody names its licence, under every profile that opens data; nothing else must.
#[test]
fn open_data_names_its_licence() {
    for code in PolicyProfile::codes() {
        let profile = profile(code);
        let asked = |class: OpenClass| {
            let mut entry = closed(class);
            entry.fields.licence = " ".to_owned();
            let faults = check(&profile, &entry);
            faults.iter().filter(|fault| fault.field == "licence").count()
        };
        let expected = usize::from(profile.has_module(Module::Open));
        assert_eq!(asked(OpenClass::Unconditional), expected, "{code}");
        assert_eq!((asked(OpenClass::Conditional), asked(OpenClass::None)), (0, 0), "{code}");
    }
}

// Proves CLS-04: a share class other than unconditional has its basis, and conditions where conditional.
#[test]
fn a_share_class_has_its_basis() {
    let mut entry = whole();
    entry.fields.share.class = ShareClass::Conditional;
    let named = check(&profile("guangdong"), &entry);
    assert!(fields(&named).is_superset(&BTreeSet::from(["share_basis", "share_conditions"])));
    entry.fields.share.conditions = vec!["限本部门".to_owned()];
    entry.fields.share.basis = vec![LegalBasis { article: None, ..basis("rule") }];
    let named = check(&profile("guangdong"), &entry);
    assert_eq!(fields(&named), BTreeSet::from(["share_basis"]), "a norm without its article");
    entry.fields.share.basis = vec![basis("rule")];
    assert_eq!(check(&profile("guangdong"), &entry), []);
}

// Proves CLS-09: secrets are refused; sensitive data is opened only once it was processed.
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

// Part of PUB-02 (yulin 22, 35(2)): whatever flag an entry has, it is opened only with the record of what was done
// about it; not opened, it needs none.
#[test]
fn every_flag_asks_for_a_record() {
    for flag in Sensitivity::ALL.iter().filter(|it| **it != Sensitivity::StateSecret) {
        let mut entry = whole();
        entry.sensitivity = BTreeSet::from([*flag]);
        for relaxed_by in ["", " "] {
            entry.relaxed_by = relaxed_by.to_owned();
            let found = check(&profile("yulin"), &entry);
            assert_eq!(fields(&found), BTreeSet::from(["relaxed_by"]), "{flag}");
        }
        let mut closed = entry.clone();
        closed.fields.open.class = OpenClass::None;
        assert!(!fields(&check(&profile("yulin"), &closed)).contains("relaxed_by"), "{flag}");
        entry.relaxed_by = "脱敏记录 2026-11".to_owned();
        assert_eq!(check(&profile("yulin"), &entry), [], "{flag}");
    }
}

// Part of PUB-02: nothing was done to the data, or something was.
#[test]
fn nothing_is_not_done_beside_something() {
    let mut entry = whole();
    entry.processing = BTreeSet::from([Processing::None]);
    assert_eq!(check(&profile("aba"), &entry), []);
    entry.processing.insert(Processing::Clean);
    assert_eq!(fields(&check(&profile("aba"), &entry)), BTreeSet::from(["processing"]));
}

// Part of PUB-02: of each new file it is said what was done to its data, be it nothing; of what is served it was said.
#[test]
fn nothing_new_comes_without_a_word_of_its_processing() {
    let aba = profile("aba");
    let (unserved, served) = (BTreeSet::new(), BTreeSet::from(["ab12"]));
    let mut entry = whole();
    assert_eq!(processing::check(&aba, &unserved, &entry), None, "nothing was uploaded");
    let file = &mut entry.resources[0];
    file.file_name = Some("stops.csv".to_owned());
    file.sha256 = Some("ab12".to_owned());
    file.blob_key = Some("ab/12".to_owned());
    let fault = processing::check(&aba, &unserved, &entry).unwrap();
    assert_eq!(fault.field, "processing");
    assert!(fault.zh.contains("stops.csv") && fault.en.contains("stops.csv"));
    assert!(fault.shown(Lang::Zh).message.contains(&fault.rule.0.article));
    assert_eq!(processing::check(&aba, &served, &entry), None);
    entry.processing = BTreeSet::from([Processing::None]);
    assert_eq!(processing::check(&aba, &unserved, &entry), None);
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

// Part of PUB-12: under the rules of Aba an entry of a base database is not taken in by a cycle, since its data is
// aggregated in real time; where the rules say nothing, it follows the frequency it states.
#[test]
fn a_base_register_is_taken_in_at_each_change() {
    let mut entry = whole();
    entry.fields.kind = CatalogueKind::Base;
    entry.fields.base_db = Some("population".to_owned());
    for frequency in Frequency::ALL {
        entry.fields.frequency = *frequency;
        let faults = check(&profile("aba"), &entry);
        let is_at_each_change = matches!(frequency, Frequency::Realtime | Frequency::Irregular);
        assert_eq!(faults.is_empty(), is_at_each_change, "{frequency}");
        assert!(faults.iter().all(|fault| fault.rule.0.article.contains("第十九条")));
        assert_eq!(check(&profile("anshan"), &entry), [], "{frequency}");
    }
    // Other entries keep the frequency they state.
    entry.fields.kind = CatalogueKind::Business;
    assert_eq!(check(&profile("aba"), &entry), []);
}

// Part of PUB-12: the records of an entry are told apart by data items of it, or by none.
#[test]
fn a_record_key_is_made_of_data_items() {
    let mut entry = whole();
    let wrong = BTreeSet::from(["record_key"]);
    entry.fields.record_key = vec!["name".to_owned()];
    assert_eq!(check(&profile("aba"), &entry), []);
    entry.fields.record_key.push("name".to_owned());
    assert_eq!(fields(&check(&profile("aba"), &entry)), wrong);
    entry.fields.record_key = vec!["没有这一项".to_owned()];
    assert_eq!(fields(&check(&profile("default"), &entry)), wrong);
}

// Part of PUB-11: a file stays at its provider under rules that admit it only, with a reason.
#[test]
fn a_file_stays_at_its_provider_where_the_rules_admit_it() {
    let mut entry = whole();
    entry.resources[0].in_place = Some("业务系统只在内网提供".to_owned());
    for code in ["default", "anshan", "guangdong", "aba", "yulin", "jiamusi"] {
        let found = check(&profile(code), &entry);
        let faults: Vec<_> = found.iter().filter(|fault| fault.field == "resources").collect();
        assert_eq!(faults.is_empty(), code == "jiamusi", "{code}");
    }
    entry.resources[0].in_place = Some(" ".to_owned());
    let found = check(&profile("jiamusi"), &entry);
    let fault = found.iter().find(|fault| fault.field == "resources").unwrap();
    assert!(fault.rule.0.article.contains("第七条"), "{fault:?}");
}

#[test]
fn items_have_names_of_their_own() {
    let mut entry = whole();
    entry.items.push(item("name"));
    assert_eq!(fields(&check(&profile("default"), &entry)), BTreeSet::from(["items"]));
    entry.items[1].name = " ".to_owned();
    assert_eq!(fields(&check(&profile("default"), &entry)), BTreeSet::from(["items"]));
}

/// Rules under which the share class of what is tied to licences is given.
const TIES: &str = r#"
[profile]
code = "ties"
parent = "aba"
revision = 1
name = "限定共享类型"
name_en = "Share classes are given"
title = "试验细则"
title_en = "Test rules"
status = "in_force"

[class]
share_ties = { value = true, source = "试验细则第一条" }
"#;

// Proves CLS-17: off in every profile that comes with the program; where a profile has it, data tied to licences or
// parallel approvals is shared without conditions, sensitive office work on conditions, and nothing is kept from others
// without a law that forbids it.
#[test]
fn the_share_class_of_what_is_tied_is_given_where_the_rule_is_on() {
    use ShareClass::{Conditional, None, Unconditional};

    let ban = |article: Option<&str>| LegalBasis {
        title: "中华人民共和国统计法".to_owned(),
        article: article.map(str::to_owned),
        level: "law".to_owned(),
    };
    let entry = |tie: &str, class: ShareClass, basis: Vec<LegalBasis>| {
        let mut entry = whole();
        if !tie.is_empty() {
            entry.fields.extras.insert("tied_to".to_owned(), tie.to_owned());
        }
        entry.fields.share.class = class;
        entry.fields.share.conditions = vec!["限履行职责使用".to_owned()];
        entry.fields.extras.insert("share_reason".to_owned(), "理由".to_owned());
        entry.fields.share.basis = basis;
        entry
    };
    let tied = |profile: &PolicyProfile, entry: &DraftDocument| -> Vec<&'static str> {
        let faults = check(profile, entry);
        let of_rule = faults.iter().filter(|it| it.rule.0.id == "class.share_ties");
        of_rule.map(|it| it.field).collect()
    };
    let with_rule = PolicyProfile::parse_override(&profile("aba"), "ties.toml", TIES).unwrap();
    for (tie, class, basis, wrong) in [
        ("licence", Unconditional, vec![], vec![]),
        ("licence", Conditional, vec![], vec!["share_class"]),
        ("parallel_approval", Conditional, vec![], vec!["share_class"]),
        ("office_work", Conditional, vec![], vec![]),
        ("office_work", Unconditional, vec![], vec!["share_class"]),
        ("nothing", Conditional, vec![], vec![]),
        ("nothing", None, vec![], vec!["share_basis"]),
        ("nothing", None, vec![ban(Option::None)], vec!["share_basis"]),
        ("licence", None, vec![ban(Some("第九条"))], vec![]),
        ("", Unconditional, vec![], vec!["tied_to"]),
        ("", None, vec![], vec!["tied_to", "share_basis"]),
    ] {
        let entry = entry(tie, class, basis);
        assert_eq!(tied(&with_rule, &entry), wrong, "{tie} {class}");
        for code in PolicyProfile::codes() {
            assert!(tied(&profile(code), &entry).is_empty(), "{code}: off by default");
        }
    }
}

// Part of CLS-12: an entry carries the highest level of the rules that apply to it, or a higher one; a rule that went
// counts no more.
#[test]
fn an_entry_is_graded_by_the_rules_in_force() {
    let rule = |id: i64, level: u8, applies: GradedBy, theme: Option<&str>| GradingRule {
        id,
        level,
        applies,
        theme: theme.map(str::to_owned),
        text: "规则".to_owned(),
        basis: "分级细则第一条".to_owned(),
        since: 1,
        until: None,
    };
    let mut rules = vec![
        rule(1, 1, GradedBy::Always, None),
        rule(2, 2, GradedBy::Always, Some("transport")),
        rule(3, 4, GradedBy::Always, Some("health")),
        rule(4, 3, GradedBy::SensitiveItems, None),
    ];
    let mut entry = whole();
    let level = |rules: &[GradingRule], entry: &DraftDocument| {
        grade(rules, &entry.fields, &entry.items).map(|it| (it.id, it.level))
    };
    assert_eq!(level(&rules, &entry), Some((2, 2)));
    assert_eq!(level(&[], &entry), None);
    assert!(grading::fault(&[], &entry).is_none());
    let fault = grading::fault(&rules, &entry).unwrap();
    assert_eq!(fault.field, "security_level");
    assert!(fault.shown(Lang::Zh).message.contains("分级细则第一条"));
    entry.fields.security_level = 2;
    assert!(grading::fault(&rules, &entry).is_none());
    entry.items[0].sensitive = true;
    assert_eq!(level(&rules, &entry), Some((4, 3)));
    assert!(grading::fault(&rules, &entry).is_some());
    entry.fields.security_level = 4;
    assert!(grading::fault(&rules, &entry).is_none());
    rules[3].until = Some(2);
    assert_eq!(level(&rules, &entry), Some((2, 2)));
    entry.fields.theme = "health".to_owned();
    assert_eq!(level(&rules, &entry), Some((3, 4)));
}

// Part of CAT-09: under every profile a revision names kind and reference of what it follows, and each is asked for by
// itself with the article.
#[test]
fn a_revision_names_its_basis() {
    for code in PolicyProfile::codes() {
        let profile = profile(code);
        let mut revision = whole();
        let fields = |revision: &DraftDocument| -> Vec<&str> {
            let faults = basis_of_change::check(&profile, revision);
            assert!(faults.iter().all(|fault| !fault.rule.0.article.is_empty()), "{code}");
            assert_eq!(faults.is_empty(), basis_of_change::is_named(revision));
            faults.into_iter().map(|fault| fault.field).collect()
        };
        assert_eq!(fields(&revision), ["change_basis", "change_reference"]);
        revision.change_reference = "  ".to_owned();
        revision.change_basis = Some(ChangeBasis::LawChanged);
        assert_eq!(fields(&revision), ["change_reference"]);
        revision.change_reference = "某条例第三条".to_owned();
        assert_eq!(fields(&revision), [""; 0]);
        revision.change_reference = "长".repeat(501);
        assert_eq!(fields(&revision), ["change_reference"]);
    }
}

// Part of CAT-03: the authority demands more than the profile, never less, and a fault names the version of the guide.
#[test]
fn a_guide_demands_what_the_profile_leaves_open() {
    for code in PolicyProfile::codes() {
        let profile = profile(code);
        let choices = Guide::choices(&profile);
        assert!(!choices.is_empty(), "{code}");
        let demanded = profile.mandatory_fields();
        let all: BTreeSet<String> =
            CatalogueField::ALL.iter().map(|field| field.as_str().to_owned()).collect();
        let guide = Guide { added: all, ..Guide::default() };
        let bare = DraftDocument::new("YX-T", "YX", "公交站点");
        let found = guide::check(&profile, (3, &guide), &bare);
        for fault in &found {
            assert_eq!(fault.rule.0.article, "目录编制规范第 3 版", "{code}");
        }
        let certifier = found.iter().any(|fault| fault.field == "certifier");
        assert_eq!(certifier, !demanded.contains(&CatalogueField::Certifier), "{code}");
        assert!(choices.iter().all(|field| !demanded.contains(field)), "{code}");
        assert_eq!(guide::check(&profile, (3, &Guide::default()), &bare), [], "{code}");
    }
}
